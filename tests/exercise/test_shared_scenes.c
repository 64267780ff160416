/*
 * test_shared_scenes.c - the simulator's light beside ../shared/scenes, which shares no code with
 * it
 *
 * shared_spectra.py, with the functions of that generator, gives spectra at the sensor with and
 * without a plume: measured gases and emissivities, LOWTRAN7 air, ground warmer and colder than the
 * air, faint and strong columns.  The simulator makes the same from the same files by its own
 * importers, band averages, Planck function and equation.  What differs by intent: it averages air
 * and grounds over the bands where the generator takes their value at the centre, and weighs a
 * gas's points by the width they stand for.
 *
 * Without ../shared or numpy nothing is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exercise/light.h"
#include "exercise/repeatable.h"
#include "exercise/sensor.h"

enum { BANDS = 128 };
#define AIR VAHO_TEST_SHARED "/spectra/atmosphere/lowtran7/lwir_nadir_"

struct scene_case {
    char gas[64], file[64], profile[64], material[64];
    double ppmm, ground_k, air_k;
    double um[BANDS], with[BANDS], without[BANDS];
};

static int read_case(struct scene_case *c, FILE *stream)
{
    char line[512];

    if (fgets(line, sizeof line, stream) == NULL ||
        sscanf(line, "case %63s %63s %lf %lf %lf %63s %63s", c->gas, c->file, &c->ppmm,
               &c->ground_k, &c->air_k, c->profile, c->material) != 7)
        return 0;
    for (size_t b = 0; b < BANDS; b++)
        if (fgets(line, sizeof line, stream) == NULL ||
            sscanf(line, "%lf %lf %lf", &c->um[b], &c->with[b], &c->without[b]) != 3)
            return 0;
    return 1;
}

static void take(struct vaho_inputs *in, const struct scene_case *c)
{
    const char *title[VAHO_GROUND_N_KINDS];
    struct vaho_library *library;
    char path[512];

    *in = (struct vaho_inputs){0};
    assert_int_equal(vaho_library_new(&library, NULL), VAHO_OK);
    snprintf(path, sizeof path, VAHO_TEST_SHARED "/spectra/gas/%s", c->file);
    assert_int_equal(vaho_library_add(library, path, NULL), VAHO_OK);
    assert_int_equal(vaho_inputs_take_gas(in, library, c->gas, NULL), VAHO_OK);
    assert_non_null(vaho_inputs_gas(in, c->gas));
    assert_int_equal(
        vaho_library_add(library, VAHO_TEST_SHARED "/spectra/surface/LUMA_SLUM_IR.csv", NULL),
        VAHO_OK);
    for (size_t k = 0; k < VAHO_GROUND_N_KINDS; k++)
        title[k] = c->material;
    assert_int_equal(vaho_inputs_take_surfaces(in, library, title, 1, 8.05, 13.2, NULL), VAHO_OK);
    vaho_library_free(library);
    snprintf(path, sizeof path, AIR "%s_h1km.csv", c->profile);
    assert_int_equal(vaho_inputs_take_air(in, 0, "to_sensor", path, NULL), VAHO_OK);
    snprintf(path, sizeof path, AIR "%s_h20km.csv", c->profile);
    assert_int_equal(vaho_inputs_take_air(in, 0, "sky", path, NULL), VAHO_OK);
}

struct difference {
    double radiance; /* largest, as a share of the radiance */
    double plume,
        plume_rms; /* of what the plume does, as a share of the most it does, or of 0.05 */
};

static struct difference compare(const struct scene_case *c)
{
    const char *gas[] = {c->gas};
    const struct vaho_ground_pixel pixel = {.share = {1}};
    double surface[BANDS], light[2][BANDS], most = 0.05, square = 0; /* three times the noise */
    struct difference d = {0};
    struct vaho_inputs in;
    struct vaho_light l;
    struct vaho_light_order order = {.first_um = 8.05,
                                     .last_um = 13.2,
                                     .n_bands = BANDS,
                                     .n_gases = 1,
                                     .gas = gas,
                                     .air = {.temperature_k = c->air_k, .sensor_height_m = 1000},
                                     .inputs = &in};

    take(&in, c);
    order.air.tables = vaho_inputs_air(&in, 0);
    assert_int_equal(vaho_light_make(&l, &order, NULL), VAHO_OK);
    vaho_light_surface(surface, &l, &pixel);
    for (size_t i = 0; i < 2; i++) {
        vaho_light_leave(light[i], &l, surface, c->ground_k, 0);
        vaho_light_through(light[i], &l, 0, i == 0 ? c->ppmm : 0);
        vaho_light_arrive(light[i], &l);
    }
    for (size_t b = 0; b < BANDS; b++) {
        assert_float_equal(l.wavelength_um[b], c->um[b], 1e-6);
        most = fmax(most, fabs(c->with[b] - c->without[b]));
    }
    for (size_t b = 0; b < BANDS; b++) {
        double off = (light[0][b] - light[1][b] - c->with[b] + c->without[b]) / most;
        d.radiance = fmax(d.radiance, fabs(light[1][b] / c->without[b] - 1));
        d.plume = fmax(d.plume, fabs(off));
        square += off * off;
    }
    d.plume_rms = sqrt(square / BANDS);
    vaho_light_free(&l);
    vaho_inputs_free(&in);
    return d;
}

/* The deviation of a sensor's noise, as that of the generator's cube was taken. */
static double noise_of_sensor(double noise)
{
    const struct vaho_sensor_params params = {
        .n_samples = 48, .n_bands = 48, .noise = noise, .level = 1};
    double zero[48] = {0}, square = 0;
    float out[48 * 48];
    struct vaho_sensor sensor;

    assert_int_equal(vaho_sensor_make(&sensor, &params, 1, 2, NULL), VAHO_OK);
    for (size_t line = 0; line < 128; line++) {
        for (size_t s = 0; s < 48; s++)
            vaho_sensor_record(out + s, &sensor, zero, line, s);
        for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
            square += out[i] * out[i];
    }
    vaho_sensor_free(&sensor);
    return sqrt(square / (128 * 48 * 48));
}

static void spectra_are_those_of_shared_scenes(void **state)
{
    static struct scene_case c;
    struct difference worst = {0};
    double noise = 0;
    size_t n = 0;
    char line[64];
    FILE *stream;

    (void)state;
    if (access(VAHO_TEST_SHARED "/scenes/scene.py", R_OK) != 0 ||
        system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0)
        skip();
    stream = popen("/usr/bin/python3 " VAHO_TEST_SOURCE
                   "/tests/exercise/shared_spectra.py " VAHO_TEST_SHARED,
                   "r");
    assert_non_null(stream);
    for (int more = fgetc(stream); more == 'c' && ungetc(more, stream) == 'c';
         more = fgetc(stream)) {
        struct difference d;
        assert_true(read_case(&c, stream));
        d = compare(&c);
        print_message("%-20s %6g ppm.m  ground %+g K  %-14s %-5s  plume %.4f, rms %.4f; radiance "
                      "%.4f\n",
                      c.gas, c.ppmm, c.ground_k - c.air_k, c.profile, c.material, d.plume,
                      d.plume_rms, d.radiance);
        worst.plume = fmax(worst.plume, d.plume);
        worst.plume_rms = fmax(worst.plume_rms, d.plume_rms);
        worst.radiance = fmax(worst.radiance, d.radiance);
        n++;
    }
    assert_non_null(fgets(line, sizeof line, stream));
    assert_int_equal(sscanf(line, "oise %lf", &noise), 1);
    assert_int_equal(pclose(stream), 0);
    assert_int_equal(n, 42);
    print_message("worst: plume %.4f, rms %.4f; radiance %.4f; noise %.5f\n", worst.plume,
                  worst.plume_rms, worst.radiance, noise);
    assert_true(worst.plume < 0.045 && worst.plume_rms < 0.007 && worst.radiance < 0.006);
    assert_float_equal(noise_of_sensor(0.015) / noise, 1, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spectra_are_those_of_shared_scenes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
