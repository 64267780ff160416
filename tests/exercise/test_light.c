/* test_light.c - one pixel's light against closed forms, and a sensor's noise in light and dark */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exercise/light.h"
#include "exercise/sensor.h"

enum { BANDS = 40 };
static const char *const methane[] = {"methane"}, *const ammonia[] = {"ammonia"};

static struct vaho_light shortwave(double sun_up)
{
    struct vaho_light light;
    const struct vaho_light_order order = {
        .kind = VAHO_SCENE_SHORTWAVE,
        .first_um = 2.1,
        .last_um = 2.45,
        .n_bands = BANDS,
        .n_gases = 1,
        .gas = methane,
        .air = {.temperature_k = 295,
                .humidity_g_m3 = 8,
                .sensor_height_m = 3000,
                .sun = {.east = sqrt(1 - sun_up * sun_up), .up = sun_up, .distance_au = 1}}};

    assert_int_equal(vaho_light_make(&light, &order, NULL), VAHO_OK);
    return light;
}

/* L = r (E cos i + sky) exp(-alpha c (1 / mu + 1)) + path: light crosses a plume twice. */
static void reflected_light_crosses_a_plume_twice(void **state)
{
    struct vaho_light high = shortwave(1.0), low = shortwave(0.4);
    double with[BANDS], without[BANDS], surface[BANDS];

    (void)state;
    for (size_t b = 0; b < BANDS; b++) {
        surface[b] = 0.3;
        assert_float_equal(low.per_ppmm[b], high.per_ppmm[b] * (1 + 1 / 0.4) / 2, 1e-12);
    }
    vaho_light_leave(without, &low, surface, 300, low.sun_up);
    vaho_light_leave(with, &low, surface, 300, low.sun_up);
    vaho_light_through(with, &low, 0, 700);
    vaho_light_arrive(with, &low);
    vaho_light_arrive(without, &low);
    for (size_t b = 0; b < BANDS; b++) {
        double ground = 0.3 * (low.sight[b].sun * 0.4 + low.sight[b].sky), path = low.sight[b].path;
        assert_float_equal(without[b], ground + path, 1e-12);
        assert_float_equal(with[b] - path, ground * exp(-700 * low.per_ppmm[b]), 1e-10 * ground);
        assert_true(path > 0 && path < 0.1 * ground && low.sight[b].sky < 0.1 * low.sight[b].sun);
        /* less sun through more air: darker than the cosine alone */
        assert_true(low.sight[b].sun < high.sight[b].sun);
    }
    vaho_light_free(&high);
    vaho_light_free(&low);
}

/* Irradiance outside the air (sun.c), and where the sun stands. */
static void the_sun_is_as_bright_as_measured(void **state)
{
    static const double measured[][2] = {{1.6, 244}, {2.0, 115}, {2.2, 79}, {2.4, 56}};
    struct vaho_exercise_sun sun;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_float_equal(vaho_exercise_sun_irradiance(measured[i][0]) / measured[i][1], 1, 0.06);
    /* Solstice at Greenwich, 2026-06-21 12:02 UTC with the equation of time: the sun stands in the
     * south, latitude less 23.43 degrees from the zenith. */
    vaho_exercise_sun_at(&sun, 1782043320, 0, 51.48);
    assert_float_equal(acos(sun.up) * 180 / acos(-1), 51.48 - 23.43, 0.1);
    assert_float_equal(sun.east, 0, 0.01);
    assert_true(sun.north < -0.4 && fabs(sun.distance_au - 1.0162) < 0.001);
    /* Equinox, 2026-03-20 18:07: it sets in the west. */
    vaho_exercise_sun_at(&sun, 1774030020, 0, 40);
    assert_float_equal(sun.up, 0, 0.02);
    assert_true(sun.east < -0.99);
    assert_float_equal(sun.east * sun.east + sun.north * sun.north + sun.up * sun.up, 1, 1e-9);
}

/* L = tau (t (e B(T) + (1 - e) sky) + (1 - t) B(T_air)) + path. */
static void emitted_light_is_the_three_layers(void **state)
{
    struct vaho_light light;
    const struct vaho_light_order order = {
        .first_um = 8.05,
        .last_um = 13.2,
        .n_bands = BANDS,
        .n_gases = 1,
        .gas = ammonia,
        .air = {.temperature_k = 295, .humidity_g_m3 = 8, .sensor_height_m = 1000}};
    double out[BANDS], surface[BANDS];

    (void)state;
    assert_int_equal(vaho_light_make(&light, &order, NULL), VAHO_OK);
    for (size_t b = 0; b < BANDS; b++)
        surface[b] = 0.93;
    vaho_light_leave(out, &light, surface, 301, 0);
    vaho_light_through(out, &light, 0, 120);
    vaho_light_arrive(out, &light);
    for (size_t b = 0; b < BANDS; b++) {
        double um = light.wavelength_um[b], t = exp(-120 * light.per_ppmm[b]);
        double c1 = 1.1910429723971884e8 / pow(um, 5), c2 = 14387.768775039337 / um;
        double ground = 0.93 * c1 / expm1(c2 / 301) + 0.07 * light.sight[b].sky;
        double want = light.sight[b].transmittance * (t * ground + (1 - t) * c1 / expm1(c2 / 295)) +
                      light.sight[b].path;
        assert_float_equal(out[b], want, 1e-9 * want);
    }
    vaho_light_free(&light);
}

/* Variance noise^2 + photon^2 L; what saturates stays there; a dead element tells nothing. */
static void noise_grows_with_light(void **state)
{
    const struct vaho_sensor_params params = {.n_samples = 500,
                                              .n_bands = 2,
                                              .noise = 0.03,
                                              .photon_noise = 0.05,
                                              .saturation = 9.0,
                                              .level = 1.0};
    const double light[3] = {0, 1, 4};
    struct vaho_sensor sensor;

    (void)state;
    assert_int_equal(vaho_sensor_make(&sensor, &params, 1, 2, NULL), VAHO_OK);
    for (size_t k = 0; k < 3; k++) {
        const double pixel[2] = {light[k], 100.0};
        double sum = 0, square = 0, n = 0, want = 0.03 * 0.03 + 0.05 * 0.05 * light[k];
        for (size_t line = 0; line < 60; line++)
            for (size_t s = 0; s < params.n_samples; s++) {
                float out[2 * 500];
                vaho_sensor_record(out + s, &sensor, pixel, line, s);
                sum += out[s] - light[k];
                square += (out[s] - light[k]) * (out[s] - light[k]);
                n += 1;
                assert_true(out[params.n_samples + s] == 9.0f);
            }
        assert_float_equal(sum / n, 0, 5 * sqrt(want / n));
        assert_float_equal(square / n / want, 1, 0.04);
    }
    vaho_sensor_free(&sensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reflected_light_crosses_a_plume_twice),
        cmocka_unit_test(the_sun_is_as_bright_as_measured),
        cmocka_unit_test(emitted_light_is_the_three_layers),
        cmocka_unit_test(noise_grows_with_light),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
