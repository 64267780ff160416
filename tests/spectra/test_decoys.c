/* test_decoys.c - decoys look like gases, but like none of the library */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "base/error.h"
#include "spectra/decoys.h"

enum { N_BANDS = 96, N_GASES = 5, WANTED = 24 };

struct world {
    float library[N_GASES * N_BANDS], profile[N_BANDS];
    double cholesky[N_BANDS * N_BANDS];
    struct vaho_decoy_metric metric;
};

/* Gases of a few Gaussian bands; clutter of white noise and broad patterns, factored here. */
static void make_world(struct world *world)
{
    struct dice dice = {99};
    double *c = world->cholesky;

    for (size_t g = 0; g < N_GASES; g++) {
        double centre[3], width[3];
        for (size_t i = 0; i < 3; i++) {
            centre[i] = N_BANDS * dice_uniform(&dice);
            width[i] = 1.5 + 4.0 * dice_uniform(&dice);
        }
        for (size_t b = 0; b < N_BANDS; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < 3; i++) {
                double u = ((double)b - centre[i]) / width[i];
                sum += exp(-0.5 * u * u) * (double)(i + 1);
            }
            world->library[g * N_BANDS + b] = (float)(1e-3 * sum);
        }
    }
    for (size_t i = 0; i < N_BANDS; i++) {
        world->profile[i] = 1.0f + 0.5f * (float)i / N_BANDS;
        for (size_t j = 0; j < N_BANDS; j++) {
            double u = ((double)i - (double)j) / 12.0;
            c[i * N_BANDS + j] = 0.3 * exp(-0.5 * u * u) + (i == j ? 0.01 : 0.0);
        }
    }
    for (size_t i = 0; i < N_BANDS; i++)
        for (size_t j = 0; j < N_BANDS; j++) {
            double sum = c[i * N_BANDS + j];
            for (size_t k = 0; k < j && j <= i; k++)
                sum -= c[i * N_BANDS + k] * c[j * N_BANDS + k];
            c[i * N_BANDS + j] = j > i ? 0.0 : j == i ? sqrt(sum) : sum / c[j * N_BANDS + j];
        }
    world->metric = (struct vaho_decoy_metric){N_BANDS, world->profile, world->cholesky};
}

/* Forward substitution in plain C; unit length.  Returns the length before. */
static double whiten(double *w, const float *absorption, const struct world *world)
{
    double norm = 0.0;

    for (size_t i = 0; i < N_BANDS; i++) {
        w[i] = (double)absorption[i] * (double)world->profile[i];
        for (size_t k = 0; k < i; k++)
            w[i] -= world->cholesky[i * N_BANDS + k] * w[k];
        w[i] /= world->cholesky[i * N_BANDS + i];
        norm += w[i] * w[i];
    }
    for (size_t i = 0; i < N_BANDS; i++)
        w[i] /= sqrt(norm);
    return sqrt(norm);
}

static double cosine(const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t i = 0; i < N_BANDS; i++)
        sum += a[i] * b[i];
    return fabs(sum);
}

static size_t make(float *out, const struct world *world, size_t wanted, size_t gas)
{
    struct vaho_error error;
    size_t n = 12345;
    assert_int_equal(
        vaho_decoys_make(out, &n, wanted, world->library, N_GASES, gas, &world->metric, &error),
        VAHO_OK);
    assert_true(n <= wanted);
    return n;
}

/* Largest step from band to band, as a share of the peak. */
static double roughness(const float *x)
{
    double most = 0.0, peak = 0.0;
    for (size_t b = 0; b < N_BANDS; b++) {
        peak = fmax(peak, (double)x[b]);
        if (b > 0)
            most = fmax(most, fabs((double)x[b] - (double)x[b - 1]));
    }
    return most / peak;
}

static void decoys_are_unlike_all_gases_and_unlike_each_other(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof *world);
    float out[WANTED * N_BANDS];
    double w[WANTED][N_BANDS], gas[N_GASES][N_BANDS];

    assert_non_null(world);
    make_world(world);
    for (size_t g = 0; g < N_GASES; g++)
        whiten(gas[g], world->library + g * N_BANDS, world);
    for (size_t g = 0; g < N_GASES; g++) {
        size_t n = make(out, world, WANTED, g), close = 0;
        assert_int_equal(n, WANTED); /* 96 bands offer enough */
        for (size_t i = 0; i < n; i++) {
            whiten(w[i], out + i * N_BANDS, world);
            for (size_t h = 0; h < N_GASES; h++) {
                assert_true(cosine(w[i], gas[h]) <= 0.8 + 1e-6);
                close += cosine(w[i], gas[h]) > 0.7 + 1e-6;
            }
            for (size_t j = 0; j < i; j++)
                assert_true(cosine(w[i], w[j]) <= 0.97 + 1e-6);
        }
        assert_true(close <= n / 3); /* the last resort, not the rule */
    }
    free(world);
}

static void decoys_are_as_smooth_and_as_strong_as_the_gas(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof *world);
    float out[WANTED * N_BANDS];
    double w[N_BANDS];

    assert_non_null(world);
    make_world(world);
    for (size_t g = 0; g < N_GASES; g++) {
        const float *real = world->library + g * N_BANDS;
        size_t n = make(out, world, WANTED, g);
        double strength = whiten(w, real, world), sum = 0.0;
        float peak = 0.0f;
        for (size_t b = 0; b < N_BANDS; b++)
            peak = fmaxf(peak, real[b]);
        for (size_t i = 0; i < n; i++) {
            const float *decoy = out + i * N_BANDS;
            for (size_t b = 0; b < N_BANDS; b++)
                assert_true(decoy[b] >= 0.0f && decoy[b] <= peak * 1.0001f);
            /* stretched by at most 1.2; a folded band may lose the peak, not gain an edge */
            assert_true(roughness(decoy) <= 2.5 * roughness(real));
            sum += log(whiten(w, decoy, world) / strength) / (double)n;
        }
        assert_true(fabs(sum) < 0.5);
    }
    free(world);
}

static void the_same_call_gives_the_same_decoys(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof *world);
    float one[WANTED * N_BANDS], two[WANTED * N_BANDS];

    assert_non_null(world);
    make_world(world);
    assert_int_equal(make(one, world, WANTED, 2), make(two, world, WANTED, 2));
    assert_memory_equal(one, two, sizeof one);
    free(world);
}

static void bands_that_offer_no_more_give_fewer(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof *world);
    float *out = malloc(4096 * N_BANDS * sizeof *out);

    assert_non_null(world);
    assert_non_null(out);
    make_world(world);
    assert_true(make(out, world, 4096, 0) < 600); /* more than there are shifts and stretches */
    assert_int_equal(make(out, world, 0, 0), 0);
    memset(world->library + 3 * N_BANDS, 0, N_BANDS * sizeof(float));
    assert_int_equal(make(out, world, WANTED, 3), 0); /* nothing to make them from */
    for (size_t b = 0; b < N_BANDS; b++)
        world->library[3 * N_BANDS + b] = 1.0f;
    assert_int_equal(make(out, world, WANTED, 3), 0); /* flat: every decoy is the gas itself */
    free(out);
    free(world);
}

static void few_bands_do_no_harm(void **state)
{
    (void)state;
    static const double unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    static const float profile[3] = {1, 1, 1}, library[3] = {0.0f, 1.0f, 0.0f};
    struct vaho_decoy_metric metric = {3, profile, unit};
    float out[8 * 3];
    size_t n;

    assert_int_equal(vaho_decoys_make(out, &n, 8, library, 1, 0, &metric, NULL), VAHO_OK);
    assert_true(n >= 1 && n <= 8);
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < 3; b++)
            assert_true(out[i * 3 + b] >= 0.0f && out[i * 3 + b] <= 1.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoys_are_unlike_all_gases_and_unlike_each_other),
        cmocka_unit_test(decoys_are_as_smooth_and_as_strong_as_the_gas),
        cmocka_unit_test(the_same_call_gives_the_same_decoys),
        cmocka_unit_test(bands_that_offer_no_more_give_fewer),
        cmocka_unit_test(few_bands_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
