/* test_air.c - Planck's law against its closed forms; the air against plain sense */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exercise/air.h"

static const struct vaho_exercise_air summer = {
    .temperature_k = 298.0, .humidity_g_m3 = 8.0, .sensor_height_m = 1500.0};

static void planck_has_its_known_values(void **state)
{
    (void)state;
    /* 2 h c^2 / lambda^5 / (exp(h c / (lambda k T)) - 1) from CODATA 2018 by hand */
    assert_true(fabs(vaho_exercise_planck(10.0, 300.0) - 9.9240) < 1e-4);
    assert_true(vaho_exercise_planck(10.0, 0.0) == 0.0);
    assert_true(vaho_exercise_planck(10.0, -5.0) == 0.0);
    /* the two limits: Wien where it is short, Rayleigh-Jeans where it is long (2 c k T / l^4) */
    assert_true(fabs(vaho_exercise_planck(1.0, 300.0) / (1.1910429723971884e8 * exp(-47.95922925)) -
                     1.0) < 1e-8);
    assert_true(fabs(vaho_exercise_planck(1e6, 300.0) /
                         (2.0 * 2.99792458e14 * 1.380649e-11 * 300.0 / 1e24) -
                     1.0) < 1e-4);
}

/* Stefan-Boltzmann: pi times the integral is sigma T^4, 5.670374419e-8 W m-2 K-4. */
static void planck_integrates_to_stefan_boltzmann(void **state)
{
    double sum = 0.0, best = 0.0, best_um = 0.0;

    (void)state;
    for (double um = 1.0; um < 2000.0; um *= 1.001) {
        double middle = um * 1.0005, value = vaho_exercise_planck(middle, 300.0);
        sum += value * um * 0.001;
        if (value > best) {
            best = value;
            best_um = middle;
        }
    }
    assert_true(fabs(acos(-1.0) * sum / (5.670374419e-8 * pow(300.0, 4)) - 1.0) < 1e-4);
    assert_true(fabs(best_um / (2897.771955 / 300.0) - 1.0) < 2e-3); /* Wien's displacement */
}

static void air_absorbs_where_it_should(void **state)
{
    struct vaho_air_band clear, ozone, edge, damp, band;
    struct vaho_exercise_air wet = summer;

    (void)state;
    wet.humidity_g_m3 = 16.0;
    vaho_air_in_band(&clear, &summer, 10.9, 0.05);
    vaho_air_in_band(&ozone, &summer, 9.55, 0.05);
    vaho_air_in_band(&edge, &summer, 8.05, 0.05);
    vaho_air_in_band(&damp, &wet, 10.9, 0.05);
    assert_true(clear.transmittance > 0.85 && clear.transmittance < 0.97);
    assert_true(edge.transmittance < clear.transmittance);
    assert_true(damp.transmittance < clear.transmittance);
    assert_true(ozone.sky >
                2.0 * clear.sky); /* the ozone layer shines down, mostly from above us */
    for (double um = 8.0; um < 13.3; um += 0.01) {
        double black = vaho_exercise_planck(um, summer.temperature_k);
        vaho_air_in_band(&band, &summer, um, 0.05);
        assert_true(band.transmittance > 0.0 && band.transmittance < 1.0);
        assert_true(band.path > 0.0 && band.path < (1.0 - band.transmittance) * black * 1.01);
        assert_true(band.sky > 0.0 && band.sky < black);
    }
}

/* No air, no effect: at height 0 the ground is seen as it is. */
static void no_path_no_absorption(void **state)
{
    struct vaho_exercise_air low = summer;
    struct vaho_air_band band;

    (void)state;
    low.sensor_height_m = 0.0;
    vaho_air_in_band(&band, &low, 9.5, 0.05);
    assert_true(fabs(band.transmittance - 1.0) < 1e-12 && fabs(band.path) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planck_has_its_known_values),
        cmocka_unit_test(planck_integrates_to_stefan_boltzmann),
        cmocka_unit_test(air_absorbs_where_it_should),
        cmocka_unit_test(no_path_no_absorption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
