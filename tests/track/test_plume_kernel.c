/* test_plume_kernel.c - the plume lies downwind, keeps its mass, and sums are what they say */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "find/coverage.h"
#include "track/plume_kernel.h"

static struct vaho_plume_kernel make(double from_deg, double sigma_deg, double place_m)
{
    struct vaho_plume_kernel kernel;
    struct vaho_plume_kernel_settings settings = {from_deg, sigma_deg, place_m, 5.0, 10.0};

    assert_int_equal(vaho_plume_kernel_make(&kernel, &settings, NULL), VAHO_OK);
    return kernel;
}

/* Sum of m and its centre in cells. */
static double mass(double *row, double *col, const struct vaho_plume_kernel *kernel)
{
    double sum = 0.0;

    *row = *col = 0.0;
    for (size_t k = 0; k < kernel->n; k++) {
        sum += (double)kernel->m[k];
        *row += (double)kernel->m[k] * kernel->row[k];
        *col += (double)kernel->m[k] * kernel->col[k];
    }
    *row /= sum;
    *col /= sum;
    return sum;
}

static void the_plume_lies_downwind_with_the_standard_one_s_mass(void **state)
{
    (void)state;
    static const struct {
        double from, south, east;
    } wind[] = {{0, 1, 0}, {90, 0, -1}, {180, -1, 0}, {270, 0, 1}, {225, -sqrt(0.5), sqrt(0.5)}};
    struct vaho_standard_plume plume;

    assert_int_equal(vaho_standard_plume(&plume, NULL), VAHO_OK);
    for (size_t i = 0; i < sizeof wind / sizeof wind[0]; i++)
        for (int broad = 0; broad < 2; broad++) {
            struct vaho_plume_kernel kernel =
                make(wind[i].from, broad ? 20.0 : 0.0, broad ? 5.0 : 0.0);
            double row, col, sum = 4.0 * mass(&row, &col, &kernel); /* a cell is four pixels */
            double away = hypot(row, col);
            assert_float_equal(sum / plume.mass_px, 1.0, broad ? 0.12 : 0.05);
            assert_true(away > 6.0 && away < 11.0);
            assert_float_equal(row / away, wind[i].south, 0.05);
            assert_float_equal(col / away, wind[i].east, 0.05);
            vaho_plume_kernel_free(&kernel);
        }
}

static void what_is_not_known_of_the_wind_broadens_it(void **state)
{
    (void)state;
    struct vaho_plume_kernel sharp = make(270, 0, 0), broad = make(270, 20, 0);
    double high[2] = {0.0}, far[2] = {0.0};

    for (int k = 0; k < 2; k++) {
        const struct vaho_plume_kernel *kernel = k ? &broad : &sharp;
        for (size_t i = 0; i < kernel->n; i++)
            if (kernel->col[i] == 16) {
                high[k] = fmax(high[k], (double)kernel->m[i]);
                far[k] = fmax(far[k], fabs((double)kernel->row[i]));
            }
    }
    assert_true(high[1] < 0.6 * high[0] && far[1] > 1.5 * far[0]);
    vaho_plume_kernel_free(&sharp);
    vaho_plume_kernel_free(&broad);
}

static void sums_are_their_definition(void **state)
{
    (void)state;
    enum { ROWS = 31, COLS = 23 };
    struct vaho_plume_kernel kernel = make(300, 10, 5);
    float in[ROWS * COLS], out[ROWS * COLS];

    for (size_t i = 0; i < ROWS * COLS; i++)
        in[i] = (float)((i * 7919) % 101) - 50.0f;
    for (int power = 1; power <= 2; power++) {
        vaho_plume_kernel_gather(out, in, &kernel, power, ROWS, COLS);
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < COLS; c++) {
                double sum = 0.0;
                for (size_t k = 0; k < kernel.n; k++) {
                    int rr = r + kernel.row[k], cc = c + kernel.col[k];
                    if (rr >= 0 && cc >= 0 && rr < ROWS && cc < COLS)
                        sum += pow((double)kernel.m[k], power) * (double)in[rr * COLS + cc];
                }
                assert_float_equal(out[r * COLS + c], sum, 1e-2);
            }
    }
    vaho_plume_kernel_free(&kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plume_lies_downwind_with_the_standard_one_s_mass),
        cmocka_unit_test(what_is_not_known_of_the_wind_broadens_it),
        cmocka_unit_test(sums_are_their_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
