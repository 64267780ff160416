/*
 * test_columns.c - detector faults put into a made scene are found, nothing else is; gains,
 * offsets and shifts of wavelength are regressed out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/made_scene.h"
#include "base/error.h"
#include "sense/columns.h"

enum { LINES = 200, BANDS = 40, SAMPLES = 64, RANK = 4 };
static const double NOISE = 0.01;
static const struct vaho_columns_settings BY_COLUMN = {.by_column = 1, .rank = RANK};

/* The mean spectrum and two patterns that ground varies by, as smooth as Planck and silicates. */
static double spectrum_at(double band, int pattern)
{
    double x = band / BANDS, u = (x - 0.3) / 0.12;

    switch (pattern) {
    case 0: return 9.0 + 2.0 * x - 4.0 * x * x;
    case 1: return 0.5 + 0.3 * x;
    default: return -0.25 * exp(-0.5 * u * u);
    }
}

/* Ground of two patterns that vary slowly over the scene, and white noise. */
static void make_ground(struct made_scene *scene, uint64_t seed)
{
    struct dice dice = {seed};

    made_scene_new(scene, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double warm = sin(0.11 * (double)l + 0.05 * (double)s) + 0.3 * dice_normal(&dice);
            double quartz =
                cos(0.031 * (double)l * (1.0 + 0.01 * (double)s)) + 0.3 * dice_normal(&dice);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(scene, l, b, s) =
                    (float)(spectrum_at((double)b, 0) + warm * spectrum_at((double)b, 1) +
                            quartz * spectrum_at((double)b, 2) + NOISE * dice_normal(&dice));
        }
}

static void a_clean_cube_has_no_fault(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct made_scene scene;
        struct vaho_columns *columns;
        struct vaho_block *block;

        make_ground(&scene, seed);
        made_scene_open(&scene, "W/(m^2 sr um)");
        columns = learn_columns(&scene, &BY_COLUMN, 2);
        assert_int_equal(vaho_columns_n_dead_elements(columns), 0);
        assert_int_equal(vaho_columns_n_dead_columns(columns), 0);
        assert_int_equal(vaho_columns_n_bands(columns), BANDS);
        assert_int_equal(vaho_columns_n_samples(columns), SAMPLES);
        assert_int_equal(vaho_columns_rank(columns), RANK);
        block = read_columns(&scene, columns, NULL); /* and is read as it is */
        assert_memory_equal(block->value, scene.value, LINES * BANDS * SAMPLES * sizeof(float));
        vaho_block_free(block);
        vaho_columns_free(columns);
        made_scene_free(&scene);
    }
}

/* Every kind of fault at once, far enough apart to be told. */
static void faults_are_found_and_repaired(void **state)
{
    (void)state;
    struct dice dice = {17};
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_block *block;

    make_ground(&scene, 7);
    for (size_t l = 0; l < LINES; l++) {
        *made_scene_at(&scene, l, 10, 5) = 9.0f;                               /* stuck */
        *made_scene_at(&scene, l, 20, 40) += 0.3f * (float)dice_normal(&dice); /* noisy */
        *made_scene_at(&scene, l, 30, 25) += 2.0f;                             /* wrong level */
        *made_scene_at(&scene, l, 0, 33) = 0.0f;                               /* at the edge */
        *made_scene_at(&scene, l, 15, 50) = *made_scene_at(&scene, l, 16, 50) = 1.0f; /* a pair */
        for (size_t b = 0; b < BANDS; b++) {
            *made_scene_at(&scene, l, b, 60) = 4.0f; /* column */
            *made_scene_at(&scene, l, b, 12) = NAN;
        }
    }
    for (size_t b = 0; b < BANDS; b++)
        *made_scene_at(&scene, 100, b, 20) = NAN; /* a pixel */
    *made_scene_at(&scene, 50, 8, 21) = NAN;      /* one value of one */
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &BY_COLUMN, 3);
    assert_int_equal(vaho_columns_n_dead_elements(columns), 6);
    assert_int_equal(vaho_columns_n_dead_columns(columns), 2);
    block = read_columns(&scene, columns, NULL);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            int gone = s == 60 || s == 12 || (l == 100 && s == 20) || (l == 50 && s == 21);
            assert_int_equal(block->valid[l * SAMPLES + s], !gone);
            for (size_t b = 0; !gone && b < BANDS; b++) {
                const float *is = block->value + (l * BANDS + b) * SAMPLES + s;
                double expected = *made_scene_at(&scene, l, b, s);
                if ((b == 10 && s == 5) || (b == 20 && s == 40) || (b == 30 && s == 25))
                    expected = 0.5 * (double)(is[SAMPLES] + is[-SAMPLES]);
                else if (b == 0 && s == 33)
                    expected = is[SAMPLES];
                else if (s == 50 && (b == 15 || b == 16)) /* a third and two thirds of the way */
                    expected = (double)*made_scene_at(&scene, l, 14, s) +
                               (double)(b - 14) / 3.0 *
                                   ((double)*made_scene_at(&scene, l, 17, s) -
                                    (double)*made_scene_at(&scene, l, 14, s));
                assert_float_equal(*is, expected, 1e-5);
            }
        }
    vaho_block_free(block);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

static void a_roof_along_the_flight_is_no_fault(void **state)
{
    (void)state;
    struct dice dice = {51};
    struct made_scene scene;
    struct vaho_columns *columns;

    make_ground(&scene, 21);
    for (size_t b = 0; b < BANDS; b++) /* elements differ by a third of a percent, as they do */
        for (size_t s = 0; s < SAMPLES; s++) {
            float offset = (float)(0.03 * dice_normal(&dice));
            for (size_t l = 0; l < LINES; l++)
                *made_scene_at(&scene, l, b, s) += offset;
        }
    for (size_t l = 0; l < LINES; l++) /* five columns colder all the way: a canal */
        for (size_t s = 30; s < 35; s++)
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&scene, l, b, s) -= (float)(1.5 * spectrum_at((double)b, 1));
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &BY_COLUMN, 1);
    assert_int_equal(vaho_columns_n_dead_elements(columns), 0);
    assert_int_equal(vaho_columns_n_dead_columns(columns), 0);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

static void bands_that_carry_nothing_are_left_out(void **state)
{
    (void)state;
    struct dice dice = {4};
    struct made_scene scene;
    struct vaho_columns *columns;
    size_t expected = 0;

    make_ground(&scene, 9);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            *made_scene_at(&scene, l, 3, s) = 0.0f;
            *made_scene_at(&scene, l, 17, s) = 5.5f;
            if (dice_uniform(&dice) < 0.7)
                *made_scene_at(&scene, l, 29, s) = NAN;
        }
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &BY_COLUMN, 2);
    assert_int_equal(vaho_columns_n_bands(columns), BANDS - 3);
    for (size_t b = 0; b < BANDS; b++)
        if (b != 3 && b != 17 && b != 29)
            assert_int_equal(vaho_columns_band(columns)[expected++], b);
    assert_int_equal(vaho_columns_n_dead_columns(columns), 0);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

static void most_columns_may_be_missing(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;

    make_ground(&scene, 10);
    for (size_t l = 0; l < LINES; l++)
        for (size_t b = 0; b < BANDS; b++)
            for (size_t s = 24; s < SAMPLES; s++)
                *made_scene_at(&scene, l, b, s) = NAN;
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &BY_COLUMN, 2);
    assert_int_equal(vaho_columns_n_bands(columns), BANDS);
    assert_int_equal(vaho_columns_n_dead_elements(columns), 0);
    assert_int_equal(vaho_columns_n_dead_columns(columns), SAMPLES - 24);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

static void residuals_have_no_column_mean(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_block *block;
    float *q = calloc(LINES * RANK * SAMPLES, sizeof *q);
    double scene_mean[BANDS] = {0.0};

    assert_non_null(q);
    make_ground(&scene, 13);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &BY_COLUMN, 2);
    block = read_columns(&scene, columns, q);
    for (size_t b = 0; b < BANDS; b++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double sum = 0.0;
            for (size_t l = 0; l < LINES; l++) {
                sum += (double)block->value[(l * BANDS + b) * SAMPLES + s];
                scene_mean[b] += (double)*made_scene_at(&scene, l, b, s) / (LINES * SAMPLES);
            }
            assert_float_equal(sum / LINES, 0.0, 2e-5);
        }
    for (size_t b = 0; b < BANDS; b++)
        assert_float_equal(vaho_columns_mean(columns)[b], scene_mean[b], 1e-4);
    for (size_t k = 0; k < RANK; k++) { /* coordinates of unit variance */
        double sum = 0.0, squares = 0.0;
        for (size_t l = 0; l < LINES; l++)
            for (size_t s = 0; s < SAMPLES; s++) {
                double v = (double)q[(l * RANK + k) * SAMPLES + s];
                sum += v / (LINES * SAMPLES);
                squares += v * v / (LINES * SAMPLES);
            }
        assert_float_equal(sum, 0.0, 1e-2);
        assert_float_equal(squares, 1.0, 0.05);
    }
    vaho_block_free(block);
    vaho_columns_free(columns);
    made_scene_free(&scene);
    free(q);
}

/* Mean square over columns and bands of what of the residual goes with the first two coordinates,
 * column by column: what a fault of gain leaves. */
static double locked_to_columns(const struct made_scene *scene, int by_column)
{
    struct vaho_columns_settings plain = {.by_column = 1, .rank = 0};
    struct vaho_columns *columns = learn_columns(scene, &BY_COLUMN, 2);
    struct vaho_columns *means = learn_columns(scene, &plain, 2);
    float *q = calloc(LINES * RANK * SAMPLES, sizeof *q), none[SAMPLES];
    struct vaho_block *regressed = read_columns(scene, columns, q);
    struct vaho_block *centred = read_columns(scene, means, none);
    const float *z = by_column ? regressed->value : centred->value;
    const float *leading = vaho_columns_leading(columns);
    double total = 0.0;

    assert_non_null(q);
    for (size_t s = 0; s < SAMPLES; s++)
        for (size_t k = 0; k < 2; k++) {
            double slope[BANDS], qq = 0.0;
            memset(slope, 0, sizeof slope);
            for (size_t l = 0; l < LINES; l++) {
                double v = (double)q[(l * RANK + k) * SAMPLES + s];
                qq += v * v;
                for (size_t b = 0; b < BANDS; b++)
                    slope[b] += v * (double)z[(l * BANDS + b) * SAMPLES + s];
            }
            for (size_t i = 0; i < RANK; i++) { /* inside the span nothing is taken out */
                double along = 0.0, norm = 0.0;
                for (size_t b = 0; b < BANDS; b++) {
                    along += slope[b] * (double)leading[i * BANDS + b];
                    norm += (double)leading[i * BANDS + b] * (double)leading[i * BANDS + b];
                }
                for (size_t b = 0; b < BANDS; b++)
                    slope[b] -= along / norm * (double)leading[i * BANDS + b];
            }
            for (size_t b = 0; b < BANDS; b++)
                total += slope[b] * slope[b] / (qq * qq);
        }
    vaho_block_free(regressed);
    vaho_block_free(centred);
    vaho_columns_free(columns);
    vaho_columns_free(means);
    free(q);
    return sqrt(total / (2.0 * SAMPLES * BANDS));
}

static void gain_offset_and_shift_of_columns_are_taken_out(void **state)
{
    (void)state;
    struct dice dice = {23};
    struct made_scene scene;
    double before, after;

    make_ground(&scene, 15);
    for (size_t s = 0; s < SAMPLES; s++) {
        double shift = 0.2 * dice_normal(&dice); /* bands: the smile of a real sensor */
        for (size_t b = 0; b < BANDS; b++) {
            double gain = 1.0 + 0.05 * dice_normal(&dice), offset = 0.05 * dice_normal(&dice);
            for (size_t l = 0; l < LINES; l++) {
                float *x = made_scene_at(&scene, l, b, s);
                double next = *made_scene_at(&scene, l, b + 1 < BANDS ? b + 1 : b, s);
                *x = (float)(gain * ((double)*x + shift * (next - (double)*x)) + offset);
            }
        }
    }
    made_scene_open(&scene, "W/(m^2 sr um)");
    before = locked_to_columns(&scene, 0);
    after = locked_to_columns(&scene, 1);
    print_message("locked to columns: %.4g before, %.4g after\n", before, after);
    assert_true(after < before / 10.0);
    made_scene_free(&scene);
}

static void one_mean_when_not_by_column(void **state)
{
    (void)state;
    static const struct vaho_columns_settings global = {.by_column = 0, .rank = RANK};
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_block *block;
    float *q = calloc(LINES * RANK * SAMPLES, sizeof *q);

    assert_non_null(q);
    make_ground(&scene, 19);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &global, 2);
    block = read_columns(&scene, columns, q);
    for (size_t i = 0; i < LINES * BANDS * SAMPLES; i++)
        assert_float_equal(block->value[i],
                           scene.value[i] - vaho_columns_mean(columns)[i / SAMPLES % BANDS], 1e-6);
    vaho_block_free(block);
    vaho_columns_free(columns);
    made_scene_free(&scene);
    free(q);
}

/* Residuals of the whole cube after learning with these settings and threads. */
static struct vaho_block *residuals(const struct made_scene *scene,
                                    const struct vaho_columns_settings *settings, size_t n_threads)
{
    struct vaho_columns *columns = learn_columns(scene, settings, n_threads);
    float *q = calloc(LINES * RANK * SAMPLES, sizeof *q);
    struct vaho_block *block = read_columns(scene, columns, q);

    vaho_columns_free(columns);
    free(q);
    return block;
}

static void excluded_pixels_have_no_influence(void **state)
{
    (void)state;
    unsigned char *excluded = calloc(LINES * SAMPLES, 1);
    struct vaho_columns_settings settings = BY_COLUMN;
    struct made_scene scene, plume;
    struct vaho_block *without, *with;

    assert_non_null(excluded);
    settings.excluded = excluded;
    make_ground(&scene, 29);
    make_ground(&plume, 29);
    for (size_t l = 60; l < 110; l++)
        for (size_t s = 20; s < 40; s++) {
            excluded[l * SAMPLES + s] = 1;
            for (size_t b = 10; b < 20; b++)
                *made_scene_at(&plume, l, b, s) *= 3.0f;
        }
    *made_scene_at(&plume, 61, 5, 21) = NAN;
    *made_scene_at(&plume, 62, 5, 21) = INFINITY;
    made_scene_open(&scene, "W/(m^2 sr um)");
    made_scene_open(&plume, "W/(m^2 sr um)");
    without = residuals(&scene, &settings, 2);
    with = residuals(&plume, &settings, 2);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; !excluded[l * SAMPLES + s] && b < BANDS; b++)
                assert_true(without->value[(l * BANDS + b) * SAMPLES + s] ==
                            with->value[(l * BANDS + b) * SAMPLES + s]);
    vaho_block_free(without);
    vaho_block_free(with);
    made_scene_free(&scene);
    made_scene_free(&plume);
    free(excluded);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    static const size_t n_threads[] = {2, 5};
    struct made_scene scene;
    struct vaho_block *one;

    make_ground(&scene, 31);
    made_scene_open(&scene, "W/(m^2 sr um)");
    one = residuals(&scene, &BY_COLUMN, 1);
    for (size_t i = 0; i < 2; i++) {
        struct vaho_block *more = residuals(&scene, &BY_COLUMN, n_threads[i]);
        assert_memory_equal(one->value, more->value, LINES * BANDS * SAMPLES * sizeof(float));
        vaho_block_free(more);
    }
    vaho_block_free(one);
    made_scene_free(&scene);
}

static void invalid_pixels_become_zero(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_block *block;

    make_ground(&scene, 37);
    for (size_t b = 0; b < BANDS; b++)
        *made_scene_at(&scene, 7, b, 9) = NAN;
    made_scene_open(&scene, "W/(m^2 sr um)");
    block = residuals(&scene, &BY_COLUMN, 2);
    for (size_t b = 0; b < BANDS; b++)
        assert_true(block->value[(7 * BANDS + b) * SAMPLES + 9] == 0.0f);
    vaho_block_free(block);
    made_scene_free(&scene);
}

static void one_spectrum_has_the_residual_of_its_block(void **state)
{
    (void)state;
    struct vaho_columns_settings settings = BY_COLUMN;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_block *block;
    float *q = calloc(LINES * RANK * SAMPLES, sizeof *q), x[BANDS], z[BANDS];
    size_t n_compared = 0;

    assert_non_null(q);
    settings.curved = 1;
    make_ground(&scene, 41);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &settings, 2);
    block = read_columns(&scene, columns, q);
    assert_int_equal(vaho_columns_n_bands(columns), BANDS);
    for (size_t i = 0; i < LINES * SAMPLES; i += 37) {
        size_t l = i / SAMPLES, s = i % SAMPLES;
        int whole = block->valid[i] != 0;
        for (size_t b = 0; b < BANDS; b++)
            x[b] = *made_scene_at(&scene, l, b, s);
        vaho_columns_residual_of(z, x, s, columns);
        for (size_t b = 0; whole && b < BANDS; b++) /* sums in another order */
            assert_true(fabsf(z[b] - block->value[(l * BANDS + b) * SAMPLES + s]) < 1e-3f);
        n_compared += (size_t)whole;
    }
    assert_true(n_compared > 100);
    vaho_block_free(block);
    vaho_columns_free(columns);
    made_scene_free(&scene);
    free(q);
}

/* What learning from a spoilt scene answers. */
static void refuses(struct made_scene *scene, const char *said)
{
    struct vaho_columns *columns = (struct vaho_columns *)scene;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    size_t band[BANDS];

    for (size_t b = 0; b < BANDS; b++)
        band[b] = b;
    made_scene_open(scene, "W/(m^2 sr um)");
    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(
        vaho_columns_learn(&columns, scene->source, band, BANDS, &BY_COLUMN, pool, &error),
        VAHO_BAD_INPUT);
    assert_null(columns);
    if (strstr(error.message, said) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, said);
    vaho_pool_free(pool);
    made_scene_free(scene);
}

static void cubes_without_anything_are_refused(void **state)
{
    (void)state;
    struct made_scene scene;

    make_ground(&scene, 41);
    for (size_t i = 0; i < LINES * BANDS * SAMPLES; i++)
        scene.value[i] = NAN;
    refuses(&scene, "no usable pixel");
    make_ground(&scene, 42);
    for (size_t i = 0; i < LINES * BANDS * SAMPLES; i++)
        scene.value[i] = 7.0f;
    refuses(&scene, "bands");
    make_ground(&scene, 43);
    for (size_t i = 0; i < LINES * BANDS * SAMPLES; i++)
        if (i / SAMPLES % BANDS >= 2)
            scene.value[i] = 0.0f;
    refuses(&scene, "2 of 40 bands");
    vaho_columns_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_cube_has_no_fault),
        cmocka_unit_test(faults_are_found_and_repaired),
        cmocka_unit_test(a_roof_along_the_flight_is_no_fault),
        cmocka_unit_test(bands_that_carry_nothing_are_left_out),
        cmocka_unit_test(most_columns_may_be_missing),
        cmocka_unit_test(residuals_have_no_column_mean),
        cmocka_unit_test(one_spectrum_has_the_residual_of_its_block),
        cmocka_unit_test(gain_offset_and_shift_of_columns_are_taken_out),
        cmocka_unit_test(one_mean_when_not_by_column),
        cmocka_unit_test(excluded_pixels_have_no_influence),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(invalid_pixels_become_zero),
        cmocka_unit_test(cubes_without_anything_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
