/* test_puffs.c - a plume's strength, place and reach are what was asked for */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exercise/puffs.h"

enum { N_LINES = 200, N_SAMPLES = 150 };

static struct vaho_puff_field make(struct vaho_exercise_plume plume, uint64_t key)
{
    struct vaho_puff_field field;
    assert_int_equal(vaho_puffs_make(&field, &plume, N_LINES, N_SAMPLES, key, NULL), VAHO_OK);
    return field;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void the_percentile_is_the_peak(void **state)
{
    (void)state;
    for (uint64_t key = 1; key <= 20; key++) {
        struct vaho_puff_field field = make(
            (struct vaho_exercise_plume){"ammonia", 100, 70, 90.0, 40.0, 18.0 * (double)key}, key);
        static double inside[N_LINES * N_SAMPLES];
        double strongest = 0.0;
        size_t n = 0;
        for (size_t l = 0; l < N_LINES; l++)
            for (size_t s = 0; s < N_SAMPLES; s++)
                strongest = fmax(strongest, vaho_puffs_at(&field, l, s));
        for (size_t l = 0; l < N_LINES; l++)
            for (size_t s = 0; s < N_SAMPLES; s++)
                if (vaho_puffs_at(&field, l, s) >= 0.05 * strongest)
                    inside[n++] = vaho_puffs_at(&field, l, s);
        qsort(inside, n, sizeof *inside, by_value);
        assert_true(n > 100 && n < 2000);
        assert_true(fabs(inside[n * 95 / 100] / 90.0 - 1.0) < 0.05);
        vaho_puffs_free(&field);
    }
}

/* Averaged over many winds: the gas lies downwind, its middle well inside the length. */
static void the_gas_lies_downwind_of_the_source(void **state)
{
    (void)state;
    for (uint64_t key = 1; key <= 36; key++) {
        double deg = 10.0 * (double)key, angle = deg * acos(-1.0) / 180.0;
        struct vaho_puff_field field =
            make((struct vaho_exercise_plume){"ammonia", 100, 75, 50.0, 40.0, deg}, key);
        double mass = 0.0, along = 0.0, behind = 0.0;
        for (size_t l = 0; l < N_LINES; l++)
            for (size_t s = 0; s < N_SAMPLES; s++) {
                double c = vaho_puffs_at(&field, l, s);
                double x = ((double)s - 75.0) * cos(angle) + ((double)l - 100.0) * sin(angle);
                mass += c;
                along += c * x;
                behind += x < -4.0 ? c : 0.0;
            }
        assert_true(along / mass > 8.0 && along / mass < 30.0);
        assert_true(behind < 0.01 * mass);
        vaho_puffs_free(&field);
    }
}

static void strength_scales_and_keys_differ(void **state)
{
    const struct vaho_exercise_plume weak = {"ammonia", 60, 60, 10.0, 30.0, 30.0};
    struct vaho_exercise_plume strong = weak;
    struct vaho_puff_field a, b, c;
    double difference = 0.0;

    (void)state;
    strong.peak_ppmm = 40.0;
    a = make(weak, 7);
    b = make(strong, 7);
    c = make(weak, 8);
    for (size_t l = 0; l < N_LINES; l++)
        for (size_t s = 0; s < N_SAMPLES; s++) {
            double x = vaho_puffs_at(&a, l, s);
            assert_true(fabs(vaho_puffs_at(&b, l, s) - 4.0 * x) <= 1e-4 * x);
            difference = fmax(difference, fabs(vaho_puffs_at(&c, l, s) - x));
        }
    assert_true(difference > 1.0);
    vaho_puffs_free(&a);
    vaho_puffs_free(&b);
    vaho_puffs_free(&c);
}

/* At a corner, blowing out of the scene: nothing outside the arrays, nothing infinite. */
static void a_plume_at_the_border_is_cut(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < 8; key++) {
        struct vaho_puff_field field =
            make((struct vaho_exercise_plume){"ammonia", key % 2 * (N_LINES - 1), 0, 50.0, 400.0,
                                              45.0 * (double)key},
                 key);
        for (size_t l = 0; l < N_LINES + 5; l++)
            for (size_t s = 0; s < N_SAMPLES + 5; s++) {
                assert_true(isfinite(vaho_puffs_at(&field, l, s)));
                if (l >= N_LINES || s >= N_SAMPLES)
                    assert_true(vaho_puffs_at(&field, l, s) == 0.0);
            }
        vaho_puffs_free(&field);
    }
}

/* What was emitted while the wind crossed the reach, less a fifth that thins out (puffs.h): sums of
 * pixels against the closed form. */
static void mass_is_conserved(void **state)
{
    (void)state;
    for (uint64_t key = 1; key <= 12; key++) {
        const struct vaho_exercise_release release = {.line = 100.3,
                                                      .sample = 74.6,
                                                      .ppmm_m2_s = 40.0 * (double)key,
                                                      .wind_m_s = 1.0 + 0.5 * (double)key,
                                                      .wind_deg = 30.0 * (double)key,
                                                      .reach_m = 80.0,
                                                      .cell_m = 2.0};
        struct vaho_puff_field field;
        double sum = 0.0, emitted = release.ppmm_m2_s * 80.0 / release.wind_m_s;
        assert_int_equal(vaho_puffs_release(&field, &release, N_LINES, N_SAMPLES, key, NULL),
                         VAHO_OK);
        for (size_t i = 0; i < field.n_lines * field.n_samples; i++)
            sum += field.ppmm[i];
        assert_float_equal(sum * 4.0 / (0.8 * emitted), 1.0, 0.01);
        /* between pixels it is bilinear */
        assert_float_equal(vaho_puffs_between(&field, 100.5, 74.0),
                           0.5 * (vaho_puffs_at(&field, 100, 74) + vaho_puffs_at(&field, 101, 74)),
                           1e-9);
        vaho_puffs_free(&field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_percentile_is_the_peak),
        cmocka_unit_test(the_gas_lies_downwind_of_the_source),
        cmocka_unit_test(strength_scales_and_keys_differ),
        cmocka_unit_test(a_plume_at_the_border_is_cut),
        cmocka_unit_test(mass_is_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
