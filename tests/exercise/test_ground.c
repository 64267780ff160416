/* test_ground.c - kinds of ground, and their warmth through the day */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exercise/ground.h"

enum { SIDE = 120 };

/* Warmth over the air of a patch at an hour; its mean, and its correlation with another. */
static double warm(double out[SIDE * SIDE], const struct vaho_ground *ground, double hour,
                   uint64_t gust_key)
{
    struct vaho_ground_hour h;
    double sum = 0;

    vaho_ground_hour_make(&h, hour, 1, gust_key);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        struct vaho_ground_pixel pixel;
        vaho_ground_at(&pixel, ground, &h, (double)(2 * (i / SIDE)), (double)(2 * (i % SIDE)));
        out[i] = pixel.warmer_k;
        sum += out[i];
    }
    return sum / (SIDE * SIDE);
}

static double correlation(const double *a, const double *b)
{
    double n = SIDE * SIDE, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;

    for (size_t i = 0; i < SIDE * SIDE; i++) {
        sa += a[i];
        sb += b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
    }
    return (ab - sa * sb / n) / sqrt((aa - sa * sa / n) * (bb - sb * sb / n));
}

static void warmth_follows_the_hour(void **state)
{
    static double morning[SIDE * SIDE], evening[SIDE * SIDE], night[SIDE * SIDE];
    static double again[SIDE * SIDE], still[SIDE * SIDE];
    struct vaho_ground ground;
    double square = 0;

    (void)state;
    vaho_ground_make(&ground, 5, 2 * SIDE, 2 * SIDE);
    assert_true(warm(morning, &ground, 10, 1) > 2);
    assert_true(warm(evening, &ground, 18.5, 1) < warm(again, &ground, 13, 1));
    assert_true(warm(night, &ground, 2, 1) < 0);
    /* the same things are warm, not by the same pattern: stone lags behind */
    assert_true(correlation(morning, evening) > 0.7 && correlation(morning, evening) < 0.995);
    assert_true(correlation(morning, night) < -0.5);
    /* gusts: tenths of a kelvin, other ones in another pass */
    warm(again, &ground, 10, 2);
    warm(still, &ground, 10, 1);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        assert_true(still[i] == morning[i]);
        square += (again[i] - morning[i]) * (again[i] - morning[i]) / 2;
    }
    assert_true(sqrt(square / (SIDE * SIDE)) > 0.1 && sqrt(square / (SIDE * SIDE)) < 0.4);
}

static void spectra_are_of_the_kinds(void **state)
{
    (void)state;
    for (int k = 0; k < VAHO_GROUND_N_KINDS; k++) {
        for (double um = 8; um < 14; um += 0.05)
            assert_true(vaho_ground_emissivity((enum vaho_ground_kind)k, um) > 0.6 &&
                        vaho_ground_emissivity((enum vaho_ground_kind)k, um) < 1);
        for (double um = 1.45; um < 2.5; um += 0.01)
            assert_true(vaho_ground_reflectance((enum vaho_ground_kind)k, um) > 0 &&
                        vaho_ground_reflectance((enum vaho_ground_kind)k, um) < 0.7);
    }
    /* carbonate, water and green leaves are where they should */
    assert_true(vaho_ground_reflectance(VAHO_GROUND_LIMESTONE, 2.335) <
                0.85 * vaho_ground_reflectance(VAHO_GROUND_LIMESTONE, 2.25));
    assert_true(vaho_ground_reflectance(VAHO_GROUND_WATER, 2.2) < 0.02);
    assert_true(vaho_ground_reflectance(VAHO_GROUND_GRASS, 1.65) >
                1.5 * vaho_ground_reflectance(VAHO_GROUND_GRASS, 2.2));
    assert_true(vaho_ground_emissivity(VAHO_GROUND_SAND, 9.1) <
                vaho_ground_emissivity(VAHO_GROUND_SAND, 11) - 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warmth_follows_the_hour),
        cmocka_unit_test(spectra_are_of_the_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
