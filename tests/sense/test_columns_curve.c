/* test_columns_curve.c - what goes with products of coordinates is taken out, nothing else */
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

enum { LINES = 160, BANDS = 32, SAMPLES = 64, RANK = 2 };
/* A constant and three products of two coordinates; 10240 pixels, all of them sampled. */
enum { N_TERMS = 4 };
static const double NOISE = 0.01, BEND = 0.04;

/* Two patterns ground varies by, and three spectra that go with its products. */
static double pattern(size_t b, int which)
{
    double x = (double)b / BANDS;

    switch (which) {
    case 0: return 0.5 + 0.3 * x;
    case 1: return 0.25 * cos(9.0 * x);
    case 2: return BEND * sin(14.0 * x);
    case 3: return BEND * cos(20.0 * x + 0.4);
    default: return BEND * sin(25.0 * x + 1.0);
    }
}

/* Ground of two independent coordinates, bent so much (0 or 1) by their products. */
static void make_ground(struct made_scene *scene, size_t n_lines, double bent, uint64_t seed)
{
    struct dice dice = {seed};

    made_scene_new(scene, n_lines, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double q = dice_normal(&dice), p = dice_normal(&dice);
            q = fmin(fmax(q, -3.0), 3.0); /* within what is bounded */
            p = fmin(fmax(p, -3.0), 3.0);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(scene, l, b, s) =
                    (float)(9.0 + q * pattern(b, 0) + p * pattern(b, 1) +
                            bent * ((q * q - 1.0) * pattern(b, 2) + q * p * pattern(b, 3) +
                                    (p * p - 1.0) * pattern(b, 4)) +
                            NOISE * dice_normal(&dice));
        }
    made_scene_open(scene, "W/(m^2 sr um)");
}

/* Residuals of the whole cube, by column or not, curved or not. */
static struct vaho_block *residuals(const struct made_scene *scene, size_t rank, int by_column,
                                    int curved, const unsigned char *excluded, size_t n_threads)
{
    struct vaho_columns_settings settings = {
        .by_column = by_column, .rank = rank, .curved = curved, .excluded = excluded};
    struct vaho_columns *columns = learn_columns(scene, &settings, n_threads);
    float *q = calloc(scene->n_lines * (rank + 1) * SAMPLES, sizeof *q);
    struct vaho_block *block;

    assert_non_null(q);
    block = read_columns(scene, columns, q);
    vaho_columns_free(columns);
    free(q);
    return block;
}

/* Root of the mean square of what lies outside the two patterns, a band and pixel. */
static double outside(const struct vaho_block *block, size_t n_lines)
{
    double first[BANDS], second[BANDS], norm = 0.0, along = 0.0, sum = 0.0;

    for (size_t b = 0; b < BANDS; b++) { /* Gram and Schmidt */
        first[b] = pattern(b, 0);
        norm += first[b] * first[b];
    }
    for (size_t b = 0; b < BANDS; b++) {
        first[b] /= sqrt(norm);
        along += first[b] * pattern(b, 1);
    }
    norm = 0.0;
    for (size_t b = 0; b < BANDS; b++) {
        second[b] = pattern(b, 1) - along * first[b];
        norm += second[b] * second[b];
    }
    for (size_t p = 0; p < n_lines * SAMPLES; p++) {
        const float *z = block->value + p / SAMPLES * BANDS * SAMPLES + p % SAMPLES;
        double squares = 0.0, on_first = 0.0, on_second = 0.0;
        for (size_t b = 0; b < BANDS; b++) {
            double x = (double)z[b * SAMPLES];
            squares += x * x;
            on_first += x * first[b];
            on_second += x * second[b] / sqrt(norm);
        }
        sum += squares - on_first * on_first - on_second * on_second;
    }
    return sqrt(sum / (double)(n_lines * SAMPLES * (BANDS - RANK)));
}

static void what_is_bent_is_straightened(void **state)
{
    (void)state;
    for (int by_column = 0; by_column < 2; by_column++) {
        struct made_scene scene;
        struct vaho_block *bent, *straight;
        make_ground(&scene, LINES, 1.0, 501);
        bent = residuals(&scene, RANK, by_column, 0, NULL, 2);
        straight = residuals(&scene, RANK, by_column, 1, NULL, 2);
        print_message("outside the patterns: %.4f, straightened %.4f, of noise %.4f\n",
                      outside(bent, LINES), outside(straight, LINES), NOISE);
        /* bent: variances 2, 1 and 2 of the products times BEND^2/2, 0.063 in all; straightened
         * little more than the noise, as patterns and coordinates are learned from the bent scene;
         * by column the gains, fitted first, take 3 of 160 lines' degrees of freedom of what is
         * bent for theirs: 0.062 sqrt(3/160) = 0.0085 */
        assert_true(outside(bent, LINES) > 5.0 * NOISE);
        assert_true(outside(straight, LINES) < (by_column ? 1.6 : 1.3) * NOISE);
        vaho_block_free(bent);
        vaho_block_free(straight);
        made_scene_free(&scene);
    }
}

/* The change that 'curved' makes: largest of a pixel, and root of its mean square a band. */
static void changes(double *rms, double *most, const struct vaho_block *a,
                    const struct vaho_block *b, size_t n_lines)
{
    size_t n = n_lines * BANDS * SAMPLES;
    double sum = 0.0;

    *most = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)a->value[i] - (double)b->value[i];
        sum += d * d;
        *most = fmax(*most, fabs(d));
    }
    *rms = sqrt(sum / (double)n);
}

static void linear_scenes_stay_as_they_are(void **state)
{
    (void)state;
    for (int by_column = 0; by_column < 2; by_column++) {
        struct made_scene scene;
        struct vaho_block *without, *with;
        double rms, most;
        make_ground(&scene, LINES, 0.0, 503);
        without = residuals(&scene, RANK, by_column, 0, NULL, 2);
        with = residuals(&scene, RANK, by_column, 1, NULL, 2);
        changes(&rms, &most, without, with, LINES);
        /* least squares of noise on 4 terms: in the mean of n pixels sqrt(4/n) of it */
        print_message("linear: changed by %.2g, at most %.2g\n", rms, most);
        assert_true(rms < 1.5 * NOISE * sqrt((double)N_TERMS / (LINES * SAMPLES)));
        /* products are 9 at most, and each coefficient is known to NOISE / sqrt(n), a hundredth */
        assert_true(most < 0.5 * NOISE);
        vaho_block_free(without);
        vaho_block_free(with);
        made_scene_free(&scene);
    }
}

static void wild_pixels_are_not_carried_away(void **state)
{
    (void)state;
    static const double wild[] = {12.0, -40.0, 90.0}; /* in coordinates whose others are of 1 */

    for (size_t i = 0; i < 3; i++) {
        struct made_scene scene;
        struct vaho_block *without, *with;
        unsigned char *excluded = calloc(LINES * SAMPLES, 1);
        double most = 0.0;
        assert_non_null(excluded);
        make_ground(&scene, LINES, 1.0, 505);
        made_scene_close(&scene);
        for (size_t b = 0; b < BANDS; b++) /* linear: it does not bend */
            *made_scene_at(&scene, 70, b, 30) = (float)(9.0 + wild[i] * pattern(b, 0));
        excluded[70 * SAMPLES + 30] = 1; /* the patterns are learned without it */
        made_scene_open(&scene, "W/(m^2 sr um)");
        without = residuals(&scene, RANK, 0, 0, excluded, 2);
        with = residuals(&scene, RANK, 0, 1, excluded, 2);
        for (size_t b = 0; b < BANDS; b++) {
            size_t at = ((size_t)70 * BANDS + b) * SAMPLES + 30;
            most = fmax(most, fabs((double)with->value[at] - (double)without->value[at]));
        }
        print_message("wild by %.0f: changed by %.2f\n", wild[i], most);
        /* coordinates count as 5 at most: 25 BEND of each of three products; 90 would be 8100 BEND
         * of the first alone */
        assert_true(most > 10.0 * BEND && most < 75.0 * BEND);
        vaho_block_free(without);
        vaho_block_free(with);
        made_scene_free(&scene);
        free(excluded);
    }
}

static void too_few_pixels_or_no_pattern_bend_nothing(void **state)
{
    (void)state;
    /* 100 pixels a term are asked for: 6 lines of 64 are 384 for 4 terms */
    static const struct {
        size_t n_lines, rank;
    } cases[] = {{6, RANK}, {LINES, 0}};

    for (size_t i = 0; i < 2; i++) {
        struct made_scene scene;
        struct vaho_block *without, *with;
        make_ground(&scene, cases[i].n_lines, 1.0, 507);
        without = residuals(&scene, cases[i].rank, 0, 0, NULL, 2);
        with = residuals(&scene, cases[i].rank, 0, 1, NULL, 2);
        assert_memory_equal(without->value, with->value,
                            cases[i].n_lines * BANDS * SAMPLES * sizeof(float));
        vaho_block_free(without);
        vaho_block_free(with);
        made_scene_free(&scene);
    }
}

static void invalid_and_excluded_pixels_have_no_part_in_it(void **state)
{
    (void)state;
    struct made_scene scene, plume;
    struct vaho_block *without, *with;
    unsigned char *excluded = calloc(LINES * SAMPLES, 1);

    assert_non_null(excluded);
    make_ground(&scene, LINES, 1.0, 509);
    make_ground(&plume, LINES, 1.0, 509);
    made_scene_close(&scene);
    made_scene_close(&plume);
    for (size_t b = 0; b < BANDS; b++)
        *made_scene_at(&scene, 7, b, 9) = *made_scene_at(&plume, 7, b, 9) = NAN;
    for (size_t l = 60; l < 90; l++)
        for (size_t s = 20; s < 40; s++) {
            excluded[l * SAMPLES + s] = 1;
            for (size_t b = 10; b < 20; b++)
                *made_scene_at(&plume, l, b, s) *= 2.0f;
        }
    made_scene_open(&scene, "W/(m^2 sr um)");
    made_scene_open(&plume, "W/(m^2 sr um)");
    without = residuals(&scene, RANK, 1, 1, excluded, 2);
    with = residuals(&plume, RANK, 1, 1, excluded, 2);
    for (size_t b = 0; b < BANDS; b++)
        assert_true(with->value[(7 * BANDS + b) * SAMPLES + 9] == 0.0f);
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
    struct made_scene scene;
    struct vaho_block *one;

    make_ground(&scene, LINES, 1.0, 511);
    one = residuals(&scene, RANK, 1, 1, NULL, 1);
    for (size_t n_threads = 2; n_threads <= 5; n_threads += 3) {
        struct vaho_block *more = residuals(&scene, RANK, 1, 1, NULL, n_threads);
        assert_memory_equal(one->value, more->value, LINES * BANDS * SAMPLES * sizeof(float));
        vaho_block_free(more);
    }
    vaho_block_free(one);
    made_scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_bent_is_straightened),
        cmocka_unit_test(linear_scenes_stay_as_they_are),
        cmocka_unit_test(wild_pixels_are_not_carried_away),
        cmocka_unit_test(too_few_pixels_or_no_pattern_bend_nothing),
        cmocka_unit_test(invalid_and_excluded_pixels_have_no_part_in_it),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
