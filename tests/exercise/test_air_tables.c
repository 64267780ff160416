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

#include "exercise/air.h"

#define TABLES VAHO_TEST_SHARED "/spectra/atmosphere/"

enum { MAX_ROWS = 4000 };
static const double FWHM_UM = 0.1;

struct table {
    size_t n;
    double um[MAX_ROWS], transmittance[MAX_ROWS], path[MAX_ROWS]; /* W m-2 sr-1 um-1 */
};

/* Rows of numbers: 'wavelength', in 'um' micrometres, comes at column 'first', then the
 * transmittance and, 'path_column' columns after it, the path's radiance in units of 'path_unit'
 * (0: not compared). */
static int read_table(struct table *t, const char *path, int first, double um, int path_column,
                      double path_unit)
{
    FILE *file = fopen(path, "r");
    char line[512];

    t->n = 0;
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL && t->n < MAX_ROWS) {
        double value[6] = {0};
        int n = sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf", &value[0], &value[1], &value[2], &value[3],
                       &value[4], &value[5]);
        if (n < first + 2)
            continue;
        t->um[t->n] = value[first] * um;
        t->transmittance[t->n] = value[first + 1];
        t->path[t->n++] = value[first + 1 + path_column] * path_unit;
    }
    fclose(file);
    return t->n > 100;
}

static double in_band(const struct table *t, const double *value, double centre_um)
{
    double sum = 0, weight = 0;

    for (size_t i = 0; i < t->n; i++) {
        double x = (t->um[i] - centre_um) / FWHM_UM, w = exp(-4 * log(2) * x * x);
        sum += w * value[i];
        weight += w;
    }
    return sum / weight;
}

struct difference {
    double bias, rms, path_bias, path_rms;
};

/* From 8.2 to 13.2 um; the path's radiance as a share of a black body at the ground. */
static struct difference compare(const struct table *t, const struct vaho_exercise_air *air)
{
    struct difference d = {0};
    int n = 0;

    for (double um = 8.2; um < 13.21; um += 0.05, n++) {
        struct vaho_air_band band;
        double off, path;
        vaho_air_in_band(&band, air, um, FWHM_UM);
        off = band.transmittance - in_band(t, t->transmittance, um);
        path = (band.path - in_band(t, t->path, um)) / vaho_exercise_planck(um, air->temperature_k);
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
    static struct table t;

    (void)state;
    for (size_t m = 0; m < sizeof model / sizeof model[0]; m++)
        for (size_t h = 0; h < 4; h++) {
            const struct vaho_exercise_air air = {model[m].temperature_k, model[m].humidity_g_m3,
                                                  1000 * atof(height_km[h])};
            struct difference d;
            char path[512];
            snprintf(path, sizeof path, TABLES "lowtran7/lwir_nadir_%s_h%skm.csv", model[m].name,
                     height_km[h]);
            if (!read_table(&t, path, 1, 1, 2, 1e4)) /* W cm-2 */
                skip();
            d = compare(&t, &air);
            assert_true(fabs(d.bias) < 0.05 && d.rms < 0.07);
            assert_true(fabs(d.path_bias) < 0.05 && d.path_rms < 0.07);
        }
}

/* With rural haze, 23 km of visibility, which the simulator has not: some hundredths clearer. */
static void air_is_that_of_modtran(void **state)
{
    static const char *const file[] = {"db[1-1000.0-0.0].csv", "db[1-2000.0-0.0].csv"};
    static struct table t;

    (void)state;
    for (size_t h = 0; h < 2; h++) {
        const struct vaho_exercise_air air = {294.2, 14, 1000.0 * (double)(h + 1)};
        struct difference d;
        char path[512];
        snprintf(path, sizeof path, TABLES "pybsm_modtran5/%s", file[h]);
        if (!read_table(&t, path, 0, 1e6, 0, 0))
            skip();
        d = compare(&t, &air);
        print_message("MODTRAN5 at %zu km: bias %.3f, rms %.3f\n", h + 1, d.bias, d.rms);
        assert_true(d.bias > -0.03 && d.bias < 0.08 && d.rms < 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(air_is_that_of_lowtran),
                                       cmocka_unit_test(air_is_that_of_modtran)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
