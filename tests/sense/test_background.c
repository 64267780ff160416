/* test_background.c - means, covariances and shrinkage against sums written out */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cube/made_cube.h"
#include "base/pool.h"
#include "sense/background.h"

enum { NL = 40, NS = 6, NB = 4 };

/* Repeatable numbers in 0..1 (a linear congruential generator, Numerical Recipes' constants). */
static float draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 16777216.0f;
}

struct scene {
    float value[NL][NS][NB];
    struct made_cube cube;
    struct vaho_source *source;
    struct vaho_pool *pool;
    struct vaho_columns *columns;
};

/* Band 3 is 'copy' times band 0 plus its own noise; pixel (1, 2) is missing. */
static void scene_new(struct scene *scene, float noise, size_t n_threads)
{
    static const size_t band[NB] = {0, 1, 2, 3};
    struct vaho_columns_settings settings = {.as_recorded = 1};
    uint32_t state = 7;

    for (size_t l = 0; l < NL; l++)
        for (size_t s = 0; s < NS; s++) {
            float *x = scene->value[l][s];
            for (size_t b = 0; b < 3; b++)
                x[b] = (float)(s + 10 * b) + draw(&state);
            x[3] = 2.0f * x[0] + noise * draw(&state);
        }
    scene->value[1][2][1] = NAN;
    made_cube_new(&scene->cube, scene->value, sizeof scene->value,
                  "ENVI\nsamples = %d\nlines = %d\nbands = %d\ndata type = 4\ninterleave = bip\n"
                  "byte order = 0\n",
                  NS, NL, NB);
    scene->source = open_cube(scene->cube.data);
    assert_int_equal(vaho_pool_new(&scene->pool, n_threads, NULL), VAHO_OK);
    assert_int_equal(
        vaho_columns_learn(&scene->columns, scene->source, band, NB, &settings, scene->pool, NULL),
        VAHO_OK);
}

static void scene_free(struct scene *scene)
{
    vaho_columns_free(scene->columns);
    vaho_pool_free(scene->pool);
    vaho_source_free(scene->source);
    made_cube_remove(&scene->cube);
}

/* Mean and covariance of columns [s0, s1), written out. */
static double direct(double mean[NB], double c[NB][NB], const struct scene *scene, size_t s0,
                     size_t s1, int about_zero)
{
    double n = 0.0;

    memset(mean, 0, NB * sizeof *mean);
    memset(c, 0, NB * sizeof *c);
    for (int pass = 0; pass < 2; pass++) {
        n = 0.0;
        for (size_t l = 0; l < NL; l++)
            for (size_t s = s0; s < s1; s++) {
                const float *x = scene->value[l][s];
                if (l == 1 && s == 2)
                    continue;
                n += 1.0;
                for (size_t i = 0; i < NB; i++) {
                    mean[i] += pass == 0 && !about_zero ? (double)x[i] : 0.0;
                    for (size_t j = 0; pass == 1 && j < NB; j++)
                        c[i][j] += ((double)x[i] - mean[i]) * ((double)x[j] - mean[j]);
                }
            }
        for (size_t i = 0; i < NB; i++) {
            mean[i] /= pass == 0 ? n : 1.0;
            for (size_t j = 0; j < NB; j++)
                c[i][j] /= about_zero ? n : n - 1.0;
        }
    }
    return n;
}

/* L L' of a factor. */
static double product(const double *factor, size_t i, size_t j)
{
    double sum = 0.0;

    for (size_t k = 0; k < NB; k++)
        sum += factor[i * NB + k] * factor[j * NB + k];
    return sum;
}

static struct vaho_background *learn(const struct scene *scene, int by_column, int about_zero,
                                     int shrink)
{
    struct vaho_strips strips = {scene->source, scene->columns, by_column, NULL};
    struct vaho_background_settings settings = {about_zero, shrink};
    struct vaho_background *background;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_background_learn(&background, &strips, &settings, scene->pool, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return background;
}

static void the_whole_cube_has_its_mean_and_covariance(void **state)
{
    struct scene scene;
    double mean[NB], c[NB][NB];

    (void)state;
    scene_new(&scene, 1.0f, 2);
    for (int about_zero = 0; about_zero < 2; about_zero++) {
        struct vaho_background *background = learn(&scene, 0, about_zero, 0);
        assert_int_equal(direct(mean, c, &scene, 0, NS, about_zero), NL * NS - 1);
        for (size_t i = 0; i < NB; i++) {
            assert_true(fabs(background->mean[i] - mean[i]) < 1e-9);
            for (size_t j = 0; j < NB; j++)
                assert_true(fabs(product(background->cholesky, i, j) - c[i][j]) <
                            1e-9 * fabs(c[i][j]) + 1e-9);
        }
        vaho_background_free(background);
    }
    scene_free(&scene);
}

/* With T = L L' and rho < 1, C* - rho m T is a multiple of C: off the diagonal of nothing else. */
static void a_column_is_drawn_towards_the_scene(void **state)
{
    struct scene scene;
    struct vaho_background *background;
    double mean[NB], c[NB][NB];

    (void)state;
    scene_new(&scene, 1.0f, 1);
    background = learn(&scene, 1, 0, 0);
    assert_int_equal(background->n_groups, NS);
    for (size_t s = 0; s < NS; s++) {
        const double *factor = background->cholesky + s * NB * NB, *t = background->scene_cholesky;
        double kept, drawn, det;
        direct(mean, c, &scene, s, s + 1, 0);
        for (size_t i = 0; i < NB; i++)
            assert_true(fabs(background->mean[s * NB + i] - mean[i]) < 1e-9);
        /* two of its elements tell 1 - rho and rho m, the others must agree */
        det = c[0][0] * product(t, 1, 1) - c[1][1] * product(t, 0, 0);
        kept =
            (product(factor, 0, 0) * product(t, 1, 1) - product(factor, 1, 1) * product(t, 0, 0)) /
            det;
        drawn = (c[0][0] * product(factor, 1, 1) - c[1][1] * product(factor, 0, 0)) / det;
        assert_true(kept >= -1e-9 && kept < 1.0 && drawn > 0.0);
        for (size_t i = 0; i < NB; i++)
            for (size_t j = 0; j < NB; j++)
                assert_true(
                    fabs(product(factor, i, j) - kept * c[i][j] - drawn * product(t, i, j)) < 1e-8);
    }
    vaho_background_free(background);
    scene_free(&scene);
}

static void excluded_pixels_teach_nothing(void **state)
{
    unsigned char excluded[NL * NS] = {0};
    struct scene scene;
    struct vaho_background *background;
    struct vaho_background_settings settings = {0};
    double mean[NB], c[NB][NB];

    (void)state;
    scene_new(&scene, 1.0f, 2);
    for (size_t i = 0; i < NL * NS; i++)
        excluded[i] = i % NS >= 3;
    struct vaho_strips strips = {scene.source, scene.columns, 0, excluded};
    assert_int_equal(vaho_background_learn(&background, &strips, &settings, scene.pool, NULL),
                     VAHO_OK);
    direct(mean, c, &scene, 0, 3, 0);
    for (size_t i = 0; i < NB; i++)
        assert_true(fabs(background->mean[i] - mean[i]) < 1e-9);
    vaho_background_free(background);
    scene_free(&scene);
}

static void a_band_that_follows_from_another_is_singular_unless_shrunk(void **state)
{
    struct scene scene;
    struct vaho_background *background;
    struct vaho_background_settings settings = {0};
    struct vaho_error error;

    (void)state;
    scene_new(&scene, 0.0f, 1);
    struct vaho_strips strips = {scene.source, scene.columns, 0, NULL};
    assert_int_equal(vaho_background_learn(&background, &strips, &settings, scene.pool, &error),
                     VAHO_SINGULAR);
    assert_null(background);
    assert_non_null(strstr(error.message, "4 bands over 239 pixels"));
    vaho_background_free(learn(&scene, 0, 0, 1));
    vaho_background_free(learn(&scene, 1, 0, 0));
    scene_free(&scene);
}

/* By hand: S = diag(3, 1), p = 2, n = 10: (0 * 10 + 16) / ((10 + 1 - 1) (10 - 8)) = 0.8. */
static void the_weight_is_chens(void **state)
{
    double s[4] = {3, 0, 0, 1}, unit[4] = {1, 0, 0, 1}, none[4] = {0};

    (void)state;
    assert_true(fabs(vaho_background_shrinkage(s, 2, 10.0) - 0.8) < 1e-12);
    assert_true(vaho_background_shrinkage(unit, 2, 10.0) == 1.0);
    assert_true(vaho_background_shrinkage(none, 2, 10.0) == 1.0);
}

static void threads_change_nothing(void **state)
{
    struct scene one, three;

    (void)state;
    scene_new(&one, 1.0f, 1);
    scene_new(&three, 1.0f, 3);
    for (int by_column = 0; by_column < 2; by_column++) {
        struct vaho_background *a = learn(&one, by_column, 0, 1);
        struct vaho_background *b = learn(&three, by_column, 0, 1);
        assert_memory_equal(a->mean, b->mean, a->n_groups * NB * sizeof *a->mean);
        assert_memory_equal(a->cholesky, b->cholesky, a->n_groups * NB * NB * sizeof *a->cholesky);
        vaho_background_free(a);
        vaho_background_free(b);
    }
    scene_free(&one);
    scene_free(&three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_cube_has_its_mean_and_covariance),
        cmocka_unit_test(a_column_is_drawn_towards_the_scene),
        cmocka_unit_test(excluded_pixels_teach_nothing),
        cmocka_unit_test(a_band_that_follows_from_another_is_singular_unless_shrunk),
        cmocka_unit_test(the_weight_is_chens),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
