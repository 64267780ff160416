/* test_fix.c - places with errors: joined, taken apart, compared, wherever on Earth */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/fix.h"

static const double WHERE[][2] = {{-117.5, 34.5}, {179.99999, -12}, {12, 89.9999}, {0, 0}};
enum { N_WHERE = sizeof WHERE / sizeof WHERE[0] };

static void a_place_comes_back(void **state)
{
    static const double round[3] = {4, 0, 4};
    double lon, lat;

    (void)state;
    for (int i = 0; i < N_WHERE; i++) {
        struct vaho_fix fix = vaho_fix_at(WHERE[i][0], WHERE[i][1], round);
        vaho_fix_lonlat(&lon, &lat, &fix);
        assert_float_equal(remainder(lon - WHERE[i][0], 360), 0, 1e-9);
        assert_float_equal(lat, WHERE[i][1], 1e-9);
    }
}

/* Two of one place with 3 and 4 m: weights 16 to 9, variance 144 / 25. */
static void joining_weighs_by_precision_and_can_be_undone(void **state)
{
    static const double three[3] = {9, 0, 9}, four[3] = {16, 0, 16};
    double lon, lat;

    (void)state;
    for (int i = 0; i < N_WHERE; i++) {
        double north = WHERE[i][1] > 80 ? -1e-4 : 1e-4;
        struct vaho_fix a = vaho_fix_at(WHERE[i][0], WHERE[i][1], three);
        struct vaho_fix b = vaho_fix_at(WHERE[i][0], WHERE[i][1] + north, four);
        struct vaho_fix both = vaho_fix_join(&a, &b), back = vaho_fix_without(&both, &b);
        vaho_fix_lonlat(&lon, &lat, &both);
        assert_float_equal(lat, WHERE[i][1] + north * 9 / 25, 1e-8);
        assert_float_equal(both.covariance_m2[0], 144.0 / 25, 1e-6);
        assert_float_equal(both.covariance_m2[1], 0, 1e-6);
        for (int k = 0; k < 3; k++) {
            assert_float_equal(back.xyz[k], a.xyz[k], 1e-5);
            assert_float_equal(back.covariance_m2[k], a.covariance_m2[k], 1e-5);
        }
    }
}

/* A round error of variance 9 + 16 at no distance: 1 / (2 pi 25); at 10 m e^-2 of that. */
static void likeness_is_the_density_of_the_difference(void **state)
{
    static const double three[3] = {9, 0, 9}, four[3] = {16, 0, 16};
    double peak = -log(2 * 3.141592653589793 * 25);

    (void)state;
    for (int i = 0; i < N_WHERE; i++) {
        double metre = 1 / (111132.954 - 559.822 * cos(2 * WHERE[i][1] * 0.017453292519943295));
        double north = WHERE[i][1] > 80 ? -metre : metre;
        struct vaho_fix a = vaho_fix_at(WHERE[i][0], WHERE[i][1], three);
        struct vaho_fix same = vaho_fix_at(WHERE[i][0], WHERE[i][1], four);
        struct vaho_fix away = vaho_fix_at(WHERE[i][0], WHERE[i][1] + 10 * north, four);
        assert_float_equal(vaho_fix_ln_same(&a, &same), peak, 1e-6);
        assert_float_equal(vaho_fix_ln_same(&a, &away), peak - 2, 1e-3);
        assert_float_equal(vaho_fix_ln_same(&away, &a), peak - 2, 1e-3);
    }
}

/* The points of equal probability have the covariance they stand for, as far as eight rings go. */
static void the_spread_has_the_covariance(void **state)
{
    static const double c[3] = {100, 30, 49};
    struct vaho_fix fix = vaho_fix_at(0, 0, c);
    double lon[VAHO_FIX_SPREAD], lat[VAHO_FIX_SPREAD], sum[3] = {0, 0, 0};

    (void)state;
    vaho_fix_spread(lon, lat, &fix);
    for (int i = 0; i < VAHO_FIX_SPREAD; i++) {
        double e = lon[i] * 111319.49, n = lat[i] * 110574.28;
        sum[0] += e * e / VAHO_FIX_SPREAD;
        sum[1] += e * n / VAHO_FIX_SPREAD;
        sum[2] += n * n / VAHO_FIX_SPREAD;
    }
    for (int k = 0; k < 3; k++)
        assert_float_equal(sum[k] / c[k], 1, 0.1);
    assert_float_equal(vaho_fix_largest_sigma_m(c), sqrt(74.5 + sqrt(25.5 * 25.5 + 900)), 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_comes_back),
        cmocka_unit_test(joining_weighs_by_precision_and_can_be_undone),
        cmocka_unit_test(likeness_is_the_density_of_the_difference),
        cmocka_unit_test(the_spread_has_the_covariance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
