/* test_bands.c - averaging over a sensor's bands, against brute force and closed forms */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_text.h"
#include "vaho/library.h"

enum { N_BANDS = 128 };

static struct vaho_spectrum make(double *x, double *y, size_t n, enum vaho_spectrum_kind kind)
{
    struct vaho_spectrum s = {.name = "s",
                              .kind = kind,
                              .has_wavelength = 1,
                              .n = n,
                              .wavelength_um = x,
                              .value = y,
                              .path = (char *)"s"};
    return s;
}

/* A Gaussian line seen through a Gaussian band is a Gaussian of the summed variances. */
static void a_gaussian_line_widens_as_it_must(void **state)
{
    (void)state;
    enum { N = 4001 };
    static double x[N], y[N];
    const double line = 0.05, band = 0.10, centre = 10.0; /* sigma, um */
    double at[3] = {9.9, 10.0, 10.15}, fwhm[3], out[3];
    size_t n_covered;
    for (size_t i = 0; i < N; i++) {
        x[i] = 9.0 + 2.0 * (double)i / (N - 1);
        y[i] = exp(-0.5 * pow((x[i] - centre) / line, 2));
    }
    struct vaho_spectrum s = make(x, y, N, VAHO_SPECTRUM_GAS);
    for (int b = 0; b < 3; b++)
        fwhm[b] = band * 2.354820045;
    assert_int_equal(vaho_spectrum_at_bands(out, &n_covered, &s, at, fwhm, 3, NULL), VAHO_OK);
    assert_int_equal(n_covered, 3);
    for (int b = 0; b < 3; b++) {
        double var = line * line + band * band;
        double expected = line / sqrt(var) * exp(-0.5 * (at[b] - centre) * (at[b] - centre) / var);
        assert_true(fabs(out[b] - expected) < 1e-3 * line / sqrt(var));
    }
}

/* A straight line is its own average; outside a gas is 0, a surface unknown; any order of bands. */
/* A band whose dark half absorbs sees what is left of the light: ln of the sums, not mean of the
 * ln. */
static void light_weighs_what_a_band_sees(void **state)
{
    (void)state;
    enum { N = 2001 };
    static double x[N], y[N], light[N], even[N];
    const double centre = 2.3, fwhm = 0.02, c = 1e-3;
    double out, dark, none = 0.0, some = 0.0;
    for (size_t i = 0; i < N; i++) {
        double g;
        x[i] = 2.2 + 0.2 * (double)i / (N - 1);
        y[i] = x[i] < centre ? 2.0 : 0.5;
        light[i] = x[i] < centre ? 0.1 : 1.0;
        even[i] = 7.0;
        g = exp(-4.0 * log(2.0) * pow((x[i] - centre) / fwhm, 2));
        none += g * light[i];
        some += g * light[i] * exp(-y[i] * c);
    }
    struct vaho_spectrum s = make(x, y, N, VAHO_SPECTRUM_GAS);
    s.light = light;
    assert_int_equal(vaho_spectrum_at_bands(&out, NULL, &s, &centre, &fwhm, 1, NULL), VAHO_OK);
    assert_true(fabs(out / (log(none / some) / c) - 1.0) < 5e-3);
    s.light = even; /* even light, however strong: as without */
    assert_int_equal(vaho_spectrum_at_bands(&out, NULL, &s, &centre, &fwhm, 1, NULL), VAHO_OK);
    s.light = NULL;
    assert_int_equal(vaho_spectrum_at_bands(&dark, NULL, &s, &centre, &fwhm, 1, NULL), VAHO_OK);
    assert_true(fabs(out / dark - 1.0) < 1e-12);
    for (size_t i = 0; i < N; i++)
        even[i] = 0.0; /* no light at all: nothing is seen of the gas */
    s.light = even;
    assert_int_equal(vaho_spectrum_at_bands(&out, NULL, &s, &centre, &fwhm, 1, NULL), VAHO_OK);
    assert_true(out == 0.0);
}

static void lines_and_edges(void **state)
{
    (void)state;
    double x[3] = {1.0, 1.7, 3.0}, y[3] = {1.0, 1.7, 3.0};
    double at[4] = {2.5, 0.5, 1.5, 3.5}, fwhm[4] = {0.1, 0.1, 0.1, 0.1}, out[4];
    size_t n_covered;
    struct vaho_spectrum s = make(x, y, 3, VAHO_SPECTRUM_SURFACE);
    assert_int_equal(vaho_spectrum_at_bands(out, &n_covered, &s, at, fwhm, 4, NULL), VAHO_OK);
    assert_int_equal(n_covered, 2);
    assert_true(fabs(out[0] - 2.5) < 1e-12 && fabs(out[2] - 1.5) < 1e-12);
    assert_true(isnan(out[1]) && isnan(out[3]));
    s.kind = VAHO_SPECTRUM_GAS;
    assert_int_equal(vaho_spectrum_at_bands(out, &n_covered, &s, at, NULL, 4, NULL), VAHO_OK);
    assert_true(out[1] == 0.0 && out[3] == 0.0);
}

static void per_band_points_are_interpolated_only(void **state)
{
    (void)state;
    double x[3] = {1.0, 2.0, 3.0}, y[3] = {0.0, 1.0, 0.0}, at[2] = {2.0, 2.5}, out[2];
    struct vaho_spectrum s = make(x, y, 3, VAHO_SPECTRUM_GAS);
    s.per_band = 1;
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, &s, at, NULL, 2, NULL), VAHO_OK);
    assert_true(out[0] == 1.0 && out[1] == 0.5);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    double x[2] = {1.0, 2.0}, y[2] = {0.0, 1.0}, at[2] = {1.5, 0.0}, out[2];
    struct vaho_error error;
    struct vaho_spectrum s = make(x, y, 2, VAHO_SPECTRUM_GAS);
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, &s, at, NULL, 2, &error), VAHO_USAGE);
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, &s, at, NULL, 0, &error), VAHO_USAGE);
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, &s, at, NULL, 1, &error), VAHO_USAGE);
    s.has_wavelength = 0;
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, &s, at, at, 1, &error), VAHO_NOT_APPLICABLE);
}

/* The averaging of ../shared/scenes/scene.py absorption(), on the points we read. */
static double scene_average(const struct vaho_spectrum *s, double centre, double fwhm)
{
    double sigma = fwhm / 2.3548, sum = 0.0, weights = 0.0;

    for (size_t i = 0; i < s->n; i++) {
        double t = (s->wavelength_um[i] - centre) / sigma;
        if (fabs(t) < 4.0) {
            sum += exp(-0.5 * t * t) * s->value[i];
            weights += exp(-0.5 * t * t);
        }
    }
    return sum / weights;
}

static void the_scene_gases_average_alike(void **state)
{
    (void)state;
    static const char *const gases[] = {"ammonia", "sulfur_dioxide", "sulfur_hexafluoride",
                                        "acetone", "ethyl_acetate",  "dichloromethane",
                                        "cfc12"};
    struct vaho_library *library = shared_library("spectra/gas");
    double centre[N_BANDS], fwhm[N_BANDS], ours[N_BANDS], theirs[N_BANDS], peak;
    for (int b = 0; b < N_BANDS; b++) { /* make_scene.py */
        centre[b] = 8.05 + (13.2 - 8.05) * b / (N_BANDS - 1);
        fwhm[b] = 1.2 * (13.2 - 8.05) / (N_BANDS - 1);
    }
    for (size_t g = 0; g < sizeof gases / sizeof gases[0]; g++) {
        const struct vaho_spectrum *s = vaho_library_find(library, gases[g]);
        assert_non_null(s);
        assert_int_equal(vaho_spectrum_at_bands(ours, NULL, s, centre, fwhm, N_BANDS, NULL),
                         VAHO_OK);
        peak = 0.0;
        for (int b = 0; b < N_BANDS; b++) {
            theirs[b] = scene_average(s, centre[b], fwhm[b]);
            peak = fmax(peak, theirs[b]);
        }
        for (int b = 0; b < N_BANDS; b++)
            if (!(fabs(ours[b] - theirs[b]) <= 0.01 * peak))
                fail_msg("%s at %.4f um: %g, scene.py has %g", gases[g], centre[b], ours[b],
                         theirs[b]);
    }
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gaussian_line_widens_as_it_must),
        cmocka_unit_test(light_weighs_what_a_band_sees),
        cmocka_unit_test(lines_and_edges),
        cmocka_unit_test(per_band_points_are_interpolated_only),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(the_scene_gases_average_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
