/*
 * test_plume_ground.c - the ground under a plume, with all its gas can do taken out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "find/plume_ground.h"

enum { BANDS = 16, SAMPLES = 6, N_GASES = 2 };

/* A contrast of three parts in which the gas's parts are independent, and a metric. */
static void make_gas(struct vaho_contrast *contrast, float *parts, double *cholesky)
{
    static float part[VAHO_N_PARTS * BANDS], slope[BANDS];
    float absorption[N_GASES * BANDS];
    struct dice dice = {11};

    made_absorption(absorption, BANDS, 5.0, 2.0);
    made_absorption(absorption + BANDS, BANDS, 11.0, 3.0);
    *contrast = (struct vaho_contrast){
        .n_bands = BANDS, .n_parts = 3, .part = part, .slope = slope, .d_reference = 3.0};
    for (size_t b = 0; b < BANDS; b++) {
        slope[b] = 0.15f;
        for (size_t k = 0; k < 3; k++)
            part[k * BANDS + b] = (float)(0.5 + 0.4 * dice_normal(&dice));
    }
    for (size_t g = 0; g < N_GASES; g++)
        vaho_contrast_parts(parts + g * 4 * BANDS, contrast, absorption + g * BANDS);
    for (size_t i = 0; i < BANDS; i++)
        for (size_t j = 0; j <= i; j++)
            cholesky[i * BANDS + j] = i == j ? 1.0 + 0.1 * (double)i : 0.1 * dice_normal(&dice);
}

static void the_gas_goes_and_the_rest_stays(void **state)
{
    (void)state;
    struct vaho_contrast contrast;
    float parts[N_GASES * 4 * BANDS], z[BANDS * SAMPLES], was[BANDS * SAMPLES];
    double cholesky[BANDS * BANDS] = {0.0};
    /* no plume, gas 0, gas 1, a gas beyond those known, left out, gas 0 but not valid */
    unsigned char plume[2 * SAMPLES] = {0, 0, 0, 0, 0, 0, 0, 1, 2, 7, VAHO_GROUND_LEFT_OUT, 1};
    unsigned char valid[SAMPLES] = {1, 1, 1, 1, 1, 0};
    struct vaho_plume_ground *ground;
    struct dice dice = {12};

    make_gas(&contrast, parts, cholesky);
    assert_int_equal(
        vaho_plume_ground_new(&ground, plume, SAMPLES, &contrast, parts, N_GASES, cholesky, NULL),
        VAHO_OK);
    /* any mixture of the gas's parts under any contrast leaves nothing */
    for (size_t b = 0; b < BANDS; b++)
        for (size_t s = 0; s < SAMPLES; s++) {
            size_t g = s == 2 ? 1 : 0;
            z[b * SAMPLES + s] = 0.0f;
            for (size_t k = 0; k < 4 && s != 5; k++)
                z[b * SAMPLES + s] += (float)(k + s + 1) * 50.0f * parts[(g * 4 + k) * BANDS + b];
        }
    memcpy(was, z, sizeof z);
    vaho_plume_ground_clean(z, valid, ground, 1); /* line 0 has no plume, line 1 has */
    for (size_t b = 0; b < BANDS; b++) {
        assert_true(z[b * SAMPLES] == was[b * SAMPLES]);
        /* single precision of values of about 10 */
        assert_true(fabsf(z[b * SAMPLES + 1]) < 1e-4f && fabsf(z[b * SAMPLES + 2]) < 1e-4f);
        assert_true(z[b * SAMPLES + 3] == 0.0f && z[b * SAMPLES + 4] == 0.0f);
    }
    assert_true(valid[0] && valid[1] && valid[2] && !valid[3] && !valid[4] && !valid[5]);
    /* cleaning twice is cleaning once, and ground of its own keeps what no direction has */
    for (size_t i = 0; i < BANDS * SAMPLES; i++)
        z[i] = (float)dice_normal(&dice);
    vaho_plume_ground_clean(z, valid, ground, 1);
    memcpy(was, z, sizeof z);
    vaho_plume_ground_clean(z, valid, ground, 1);
    for (size_t i = 0; i < BANDS * SAMPLES; i++)
        assert_true(fabsf(z[i] - was[i]) < 1e-4f);
    {
        double left = 0.0;
        for (size_t b = 0; b < BANDS; b++)
            left += (double)was[b * SAMPLES + 1] * (double)was[b * SAMPLES + 1];
        assert_true(left > 1.0); /* 16 bands less at most 6 directions */
    }
    vaho_plume_ground_clean(z, valid, ground, 0);
    vaho_plume_ground_free(ground);
    vaho_plume_ground_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gas_goes_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
