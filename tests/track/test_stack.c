/*
 * test_stack.c - passes of made planes: unit variance where there is nothing, a source as strong as
 * it is and where it is, and a single pass that does not outvote the others
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "base/error.h"
#include "track/plume_kernel.h"
#include "track/stack.h"

enum { ROWS = 96, COLS = 80, N_CELLS = ROWS * COLS, N_GASES = 2, N_DECOYS = 16 };
enum { N = N_GASES * (1 + N_DECOYS), ROW = 50, COL = 37, CELL = ROW * COLS + COL };
static const double PIXEL_M = 5.0, CELL_M = 10.0, AMPLITUDE = 0.05, PLACE_M = 2.0;

static const struct vaho_ground_grid GRID = {.west_deg = 15.0,
                                             .north_deg = 40.0,
                                             .cell_east_deg = 1e-4,
                                             .cell_south_deg = 1e-4,
                                             .cell_m = 10.0,
                                             .n_rows = ROWS,
                                             .n_cols = COLS};

struct made {
    unsigned gas_of[N], set_of[N];
    struct vaho_stack *stack;
    struct vaho_pool *pool;
    struct dice dice;
    size_t n_passes;
};

static void made_new(struct made *m, size_t n_passes, uint64_t seed)
{
    *m = (struct made){.dice = {seed}, .n_passes = n_passes};
    for (unsigned i = 0; i < N; i++) {
        m->gas_of[i] = i % N_GASES;
        m->set_of[i] = i < N_GASES ? 0 : (i - N_GASES) / N_GASES;
    }
    assert_int_equal(vaho_pool_new(&m->pool, 2, NULL), VAHO_OK);
    assert_int_equal(
        vaho_stack_new(&m->stack, &GRID, PIXEL_M, m->gas_of, N, N_GASES, n_passes, NULL), VAHO_OK);
}

static void made_free(struct made *m)
{
    vaho_stack_free(m->stack);
    vaho_pool_free(m->pool);
}

/* A pass: noise that knows its own energy, ground whose contrast comes and goes, a missing edge,
 * and of gas 0 a plume of that column density in a wind from 'from_deg'. */
static void add(struct made *m, double from_deg, double ppmm)
{
    struct vaho_plume_kernel_settings settings = {from_deg, 10.0, PLACE_M, PIXEL_M, CELL_M};
    struct vaho_pass_wind wind = {from_deg, 10.0, 1.0, PLACE_M};
    struct vaho_plume_kernel kernel;
    struct vaho_pass_planes planes = {N,
                                      N_GASES,
                                      N_CELLS,
                                      calloc(N * N_CELLS, sizeof(float)),
                                      calloc(N_GASES * N_CELLS, sizeof(float)),
                                      calloc(N_CELLS, sizeof(float)),
                                      calloc(N, sizeof(double))};

    assert_true(planes.score && planes.energy && planes.n_valid && planes.amplitude);
    for (size_t c = 0; c < N_CELLS; c++) {
        double contrast = 1.0 + 0.7 * sin(0.2 * (double)(c / COLS)) * cos(0.3 * (double)(c % COLS));
        planes.n_valid[c] = c / COLS < 10 ? 0.0f : 4.0f;
        for (size_t g = 0; g < N_GASES; g++)
            planes.energy[g * N_CELLS + c] = planes.n_valid[c] * (float)contrast;
    }
    for (size_t i = 0; i < N; i++) {
        planes.amplitude[i] = AMPLITUDE;
        for (size_t c = 0; c < N_CELLS; c++)
            planes.score[i * N_CELLS + c] =
                sqrtf(planes.energy[m->gas_of[i] * N_CELLS + c]) * (float)dice_normal(&m->dice);
    }
    assert_int_equal(vaho_plume_kernel_make(&kernel, &settings, NULL), VAHO_OK);
    for (size_t k = 0; k < kernel.n; k++) {
        long r = ROW + kernel.row[k], c = COL + kernel.col[k];
        if (r >= 0 && c >= 0 && r < ROWS && c < COLS)
            planes.score[r * COLS + c] += (float)(ppmm * AMPLITUDE * (double)kernel.m[k] *
                                                  (double)planes.energy[r * COLS + c]);
    }
    assert_int_equal(vaho_stack_add(m->stack, &planes, &wind, m->pool, NULL), VAHO_OK);
    vaho_plume_kernel_free(&kernel);
    free(planes.score);
    free(planes.energy);
    free(planes.n_valid);
    free(planes.amplitude);
}

static void empty_ground_has_unit_variance(void **state)
{
    (void)state;
    static const size_t passes[] = {1, 3, 9};

    for (size_t k = 0; k < 3; k++) {
        struct made m;
        double sum = 0.0, squares = 0.0, n = 0.0, disagreement = 0.0, n_seen = 0.0;
        made_new(&m, passes[k], 7 + k);
        for (size_t p = 0; p < passes[k]; p++)
            add(&m, 40.0 * (double)p, 0.0);
        vaho_stack_finish(m.stack);
        for (size_t i = 0; i < N; i++)
            for (size_t c = 0; c < N_CELLS; c++) {
                double z = (double)vaho_stack_z(m.stack, i)[c];
                assert_true(c / COLS >= 10 ? isfinite(z) || c / COLS > ROWS - 4 || c % COLS < 4 ||
                                                 c % COLS > COLS - 5
                                           : z == -INFINITY); /* no source where none looked */
                if (!isfinite(z))
                    continue;
                sum += z;
                squares += z * z;
                n++;
            }
        for (size_t c = 0; c < N_CELLS; c++)
            if (isfinite(vaho_stack_z(m.stack, 0)[c])) {
                disagreement += vaho_stack_disagreement(m.stack, 0, c);
                n_seen++;
            }
        disagreement /= n_seen;
        print_message("%zu passes: mean %.3f, variance %.3f, disagreement %.2f\n", passes[k],
                      sum / n, squares / n, disagreement);
        /* what of chi^2 is under 1 counts as 1: of 2 degrees of freedom 1.37 on average, of 8 1.2
         */
        assert_true(passes[k] == 1 ? disagreement == 1.0 : disagreement < 1.45);
        assert_true(fabs(sum / n) < 0.05 && fabs(squares / n - 1.0) < 0.06);
        made_free(&m);
    }
}

static void a_source_is_as_strong_and_where_it_is(void **state)
{
    (void)state;
    enum { PASSES = 8 };
    struct made m;
    struct vaho_stacked_source *source;
    double ppmm, sigma, u, share, shares = 0.0, sum = 0.0;
    size_t n;

    made_new(&m, PASSES, 21);
    for (size_t p = 0; p < PASSES; p++)
        add(&m, 45.0 * (double)p + 10.0, 3.0);
    vaho_stack_finish(m.stack);
    vaho_stack_amount(&ppmm, &sigma, m.stack, 0, CELL);
    print_message("%.2f +- %.2f ppm.m of 3, z %.1f\n", ppmm, sigma,
                  (double)vaho_stack_z(m.stack, 0)[CELL]);
    assert_true(fabs(ppmm - 3.0) < 3.0 * sigma + 0.15 && sigma < 0.9);
    for (size_t p = 0; p < PASSES; p++) {
        vaho_stack_pass(&u, &share, m.stack, 0, p, CELL);
        assert_true(u < 5.0 && share > 0.04 && share < 0.4); /* no pass shows it alone */
        shares += share;
        sum += u * sqrt(share);
    }
    assert_float_equal(shares, 1.0, 1e-5);
    assert_float_equal(sum, vaho_stack_z(m.stack, 0)[CELL], 0.2); /* psi is flat above 4 */
    assert_int_equal(vaho_stack_sources(&source, &n, m.stack, m.set_of, N_DECOYS, 0.05, NULL),
                     VAHO_OK);
    assert_int_equal(n, 1);
    assert_true(source[0].gas == 0 && source[0].q_value <= 0.05);
    assert_true(hypot(source[0].row - ROW, source[0].col - COL) * CELL_M <
                3.0 * vaho_place_largest_sigma_m(source[0].covariance_m2));
    assert_true(vaho_place_largest_sigma_m(source[0].covariance_m2) < 25.0);
    free(source);
    made_free(&m);
}

/* Its plumes lie where weaker sources' would, in some passes; none is reported. */
static void a_strong_source_is_one(void **state)
{
    (void)state;
    struct vaho_stacked_source *source;
    struct made m;
    size_t n, n_peaks = 0;

    made_new(&m, 8, 44);
    for (size_t p = 0; p < 8; p++)
        add(&m, 100.0 * (double)p, 60.0);
    vaho_stack_finish(m.stack);
    for (size_t c = 0; c < N_CELLS; c++)
        n_peaks += hypot((double)(c / COLS) - ROW, (double)(c % COLS) - COL) > 10.0 &&
                   vaho_stack_z(m.stack, 0)[c] > 6.0f;
    assert_true(n_peaks > 0); /* what would be reported if each place stood for itself */
    assert_int_equal(vaho_stack_sources(&source, &n, m.stack, m.set_of, N_DECOYS, 0.5, NULL),
                     VAHO_OK);
    for (size_t i = 0; i < n; i++)
        assert_true(source[i].gas == 0 ? i == 0 : source[i].q_value > 0.05);
    assert_true(n >= 1 && source[0].snr > 15.0);
    assert_true(hypot(source[0].row - ROW, source[0].col - COL) < 1.5);
    free(source);
    made_free(&m);
}

/* Among eight passes one that shows thirty times what the others must not. */
static void one_pass_does_not_outvote_the_others(void **state)
{
    (void)state;
    struct made m;
    double u, share, z;

    made_new(&m, 8, 33);
    add(&m, 100.0, 60.0);
    for (size_t p = 1; p < 8; p++)
        add(&m, 45.0 * (double)p, 0.0);
    vaho_stack_finish(m.stack);
    vaho_stack_pass(&u, &share, m.stack, 0, 0, CELL);
    z = (double)vaho_stack_z(m.stack, 0)[CELL];
    print_message("u %.1f alone, z %.1f together, %.1f if it could\n", u, z, u * sqrt(share));
    assert_true(u > 15.0 && z < 0.75 * u * sqrt(share) && z < 6.0);
    made_free(&m);
}

static void threads_do_not_matter_and_nothing_is_found_in_nothing(void **state)
{
    (void)state;
    struct vaho_stacked_source *source;
    float *z = malloc(N_CELLS * sizeof *z);
    struct made m;
    size_t n;

    assert_non_null(z);
    for (size_t threads = 1; threads <= 3; threads += 2) {
        made_new(&m, 4, 55);
        vaho_pool_free(m.pool);
        assert_int_equal(vaho_pool_new(&m.pool, threads, NULL), VAHO_OK);
        for (size_t p = 0; p < 4; p++)
            add(&m, 80.0 * (double)p, 0.0);
        vaho_stack_finish(m.stack);
        if (threads == 1)
            memcpy(z, vaho_stack_z(m.stack, 1), N_CELLS * sizeof *z);
        else
            assert_memory_equal(z, vaho_stack_z(m.stack, 1), N_CELLS * sizeof *z);
        assert_int_equal(vaho_stack_sources(&source, &n, m.stack, m.set_of, N_DECOYS, 0.05, NULL),
                         VAHO_OK);
        assert_int_equal(n, 0);
        free(source);
        made_free(&m);
    }
    free(z);
    vaho_stack_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_ground_has_unit_variance),
        cmocka_unit_test(a_source_is_as_strong_and_where_it_is),
        cmocka_unit_test(a_strong_source_is_one),
        cmocka_unit_test(one_pass_does_not_outvote_the_others),
        cmocka_unit_test(threads_do_not_matter_and_nothing_is_found_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
