/*
 * test_air_tables.c - the simulator's air beside LOWTRAN7 and MODTRAN5
 *
 * The tables are not the project's: without ../shared nothing is compared.  The simulator's air is
 * a dozen physical terms, so it is held to a few hundredths of transmittance, averaged over bands
 * of 0.1 um, and not to lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "exercise/air.h"

#define TABLES VAHO_TEST_SHARED "/spectra/atmosphere/"

static const double FWHM_UM = 0.1;

/* 0: there is no such file. */
static int read_table(struct vaho_air_table *t, const char *path)
{
    struct vaho_error error = {VAHO_OK, ""};
    char *data;
    size_t nbytes;

    if (vaho_file_read(&data, &nbytes, path, VAHO_AIR_TABLE_MAX_NBYTES, NULL) != VAHO_OK)
        return 0;
    if (vaho_air_table_parse(t, data, nbytes, path, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    free(data);
    return 1;
}

struct difference {
    double bias, rms, path_bias, path_rms;
};

/* From 8.2 to 13.2 um; the path's radiance as a share of a black body at the ground. */
static struct difference compare(const struct vaho_air_table *t,
                                 const struct vaho_exercise_air *air)
{
    struct difference d = {0};
    int n = 0;

    for (double um = 8.2; um < 13.21; um += 0.05, n++) {
        struct vaho_air_band band;
        double off, path;
        vaho_air_in_band(&band, air, um, FWHM_UM);
        off = band.transmittance - vaho_curve_in_band(&t->transmittance, um, FWHM_UM, NAN);
        path = (band.path - vaho_curve_in_band(&t->path, um, FWHM_UM, NAN)) /
               vaho_exercise_planck(um, air->temperature_k);
        d.bias += off;
        d.rms += off * off;
        d.path_bias += path;
        d.path_rms += path * path;
    }
    d.bias /= n;
    d.path_bias /= n;
    d.rms = sqrt(d.rms / n);
    d.path_rms = sqrt(d.path_rms / n);
    return d;
}

/* The standard atmospheres' temperature and water vapour at the ground (McClatchey and others
 * 1972, AFCRL-72-0497). */
static const struct {
    const char *name;
    double temperature_k, humidity_g_m3;
} model[] = {{"tropical", 299.7, 19},
             {"midlat_summer", 294.2, 14},
             {"midlat_winter", 272.2, 3.5},
             {"subarctic_summer", 287.2, 9.1},
             {"subarctic_winter", 257.2, 1.2}};

static void air_is_that_of_lowtran(void **state)
{
    static const char *const height_km[] = {"0.5", "1", "2", "3"};

    (void)state;
    for (size_t m = 0; m < sizeof model / sizeof model[0]; m++)
        for (size_t h = 0; h < 4; h++) {
            const struct vaho_exercise_air air = {.temperature_k = model[m].temperature_k,
                                                  .humidity_g_m3 = model[m].humidity_g_m3,
                                                  .sensor_height_m = 1000 * atof(height_km[h])};
            struct vaho_air_table t;
            struct difference d;
            char path[512];
            snprintf(path, sizeof path, TABLES "lowtran7/lwir_nadir_%s_h%skm.csv", model[m].name,
                     height_km[h]);
            if (!read_table(&t, path))
                skip();
            d = compare(&t, &air);
            vaho_air_table_free(&t);
            assert_true(fabs(d.bias) < 0.05 && d.rms < 0.07);
            assert_true(fabs(d.path_bias) < 0.05 && d.path_rms < 0.07);
        }
}

/* With rural haze, 23 km of visibility, which the simulator has not: some hundredths clearer. */
static void air_is_that_of_modtran(void **state)
{
    static const char *const file[] = {"db[1-1000.0-0.0].csv", "db[1-2000.0-0.0].csv"};

    (void)state;
    for (size_t h = 0; h < 2; h++) {
        const struct vaho_exercise_air air = {.temperature_k = 294.2,
                                              .humidity_g_m3 = 14,
                                              .sensor_height_m = 1000.0 * (double)(h + 1)};
        struct vaho_air_table t;
        struct difference d;
        char path[512];
        snprintf(path, sizeof path, TABLES "pybsm_modtran5/%s", file[h]);
        if (!read_table(&t, path))
            skip();
        d = compare(&t, &air);
        vaho_air_table_free(&t);
        print_message("MODTRAN5 at %zu km: bias %.3f, rms %.3f, path %.3f, %.3f\n", h + 1, d.bias,
                      d.rms, d.path_bias, d.path_rms);
        assert_true(d.bias > -0.03 && d.bias < 0.08 && d.rms < 0.1);
        assert_true(fabs(d.path_bias) < 0.08 && d.path_rms < 0.1);
    }
}

/* Reflected light: the whole air once, straight up, as the air of a sensor in space under a sun
 * that does not dim: what a ray from the sun and back crosses is twice that. */
static void shortwave_air_is_that_of_lowtran(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof model / sizeof model[0]; m++) {
        struct vaho_exercise_air air = {.humidity_g_m3 = model[m].humidity_g_m3,
                                        .sensor_height_m = 0,
                                        .sun = {.up = 1, .distance_au = 1}};
        struct vaho_air_table t;
        double bias = 0, rms = 0;
        int n = 0;
        char path[512];
        snprintf(path, sizeof path, TABLES "lowtran7/swir_vertical_tau_%s.csv", model[m].name);
        if (!read_table(&t, path))
            skip();
        for (double um = 1.5; um < 2.461; um += 0.005, n++) {
            struct vaho_air_band band;
            double haze = 0.12 * pow(um, -1.3), clear, off;
            vaho_air_in_shortwave_band(&band, &air, um, 0.02);
            clear = band.sun * acos(-1) / vaho_exercise_sun_irradiance(um) * exp(haze);
            off = clear - vaho_curve_in_band(&t.transmittance, um, 0.02, NAN);
            bias += off;
            rms += off * off;
        }
        print_message("%s: bias %.3f, rms %.3f\n", model[m].name, bias / n, sqrt(rms / n));
        assert_true(fabs(bias / n) < 0.02 && sqrt(rms / n) < 0.035);
        vaho_air_table_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(air_is_that_of_lowtran),
                                       cmocka_unit_test(air_is_that_of_modtran),
                                       cmocka_unit_test(shortwave_air_is_that_of_lowtran)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
