/* test_line_list.c - line-by-line cross-sections; check values: ../shared/README.md */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "import_text.h"
#include "spectra/voigt.h"

static const struct vaho_importer *const importer = &vaho_importer_line_list;

/* One line of ethylene (38) with S = 1e-20, half width 0.08, lower energy 100, n = 0.7. */
#define QUANTA                                                                                     \
    "            V10         GROUND 19  9 11       20 10 10      452000 1 1 1 0 0 0   117.0  "     \
    "123.0"
#define LINE(MOLECULE, NU)                                                                         \
    MOLECULE "1" NU " 1.000E-20 1.998E-01.08000.090  100.00000.700.000000" QUANTA "\n"

static enum vaho_status import_at(struct vaho_sink *sink, const char *text, double temperature_k,
                                  double pressure_pa, struct vaho_error *error)
{
    const struct vaho_spectrum_file file = {"a.par", text, strlen(text), NULL, 0};
    const struct vaho_import_settings settings = {NULL, temperature_k, pressure_pa};

    *sink = (struct vaho_sink){NULL, 0, 0};
    return importer->parse(sink, &file, &settings, error);
}

static void one_line_has_its_strength_width_and_height(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_at(&sink, LINE("38", "  950.000000"), 296.0, 101325.0, &error),
                     VAHO_OK);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_string_equal(s->name, "ethylene");
    /* a Lorentzian loses 2 g / (pi 25) beyond 25 cm-1 either side */
    assert_true(fabs(integral_cm(s, 900, 1000) / 1e-20 - (1.0 - 2 * 0.08 / (M_PI * 25))) < 2e-3);
    assert_true(fabs(largest_cm2(s, 949, 951) / (1e-20 / (M_PI * 0.08)) - 1.0) < 0.02);
    /* a Lorentzian wing, where the coarse grid carries it */
    assert_true(fabs(cm2_at(s, 955.0) / (1e-20 * 0.08 / M_PI / 25.0) - 1.0) < 0.01);
    assert_true(fabs(cm2_at(s, 952.1) / (1e-20 * 0.08 / M_PI / (2.1 * 2.1)) - 1.0) < 0.03);
    vaho_sink_free(&sink);
}

static void temperature_and_pressure_scale_as_hitran_says(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    /* (296/250)^1.5 exp(-1.438777 100 (1/250 - 1/296)) (1-exp(-c2 950/250)) / (1-exp(-c2 950/296))
     */
    const double expected = 1e-20 * pow(296.0 / 250.0, 1.5) *
                            exp(-143.8777 * (1 / 250.0 - 1 / 296.0)) *
                            (1 - exp(-1.438777 * 950 / 250)) / (1 - exp(-1.438777 * 950 / 296));
    assert_int_equal(import_at(&sink, LINE("38", "  950.000000"), 250.0, 10132.5, &error), VAHO_OK);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_true(fabs(integral_cm(s, 900, 1000) / expected - 1.0) < 5e-3);
    assert_non_null(strstr(s->notes, "partition function"));
    vaho_sink_free(&sink);
}

static void gaps_hold_no_points_but_zeros(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    double at = 1e4 / 1500.0, fwhm = 0.02, out = -1.0;
    assert_int_equal(import_at(&sink, LINE("38", "  950.000000") LINE("38", " 3000.000000"), 296.0,
                               101325.0, &error),
                     VAHO_OK);
    assert_true(sink.spectrum[0].n < 8000);
    assert_int_equal(vaho_spectrum_at_bands(&out, NULL, &sink.spectrum[0], &at, &fwhm, 1, NULL),
                     VAHO_OK);
    assert_true(out == 0.0);
    vaho_sink_free(&sink);
}

static void broken_lists_are_refused_and_doubts_noted(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "a.par", "", &error), VAHO_BAD_INPUT);
    vaho_sink_free(&sink);
    assert_int_equal(import_text(&sink, importer, "a.par", LINE("38", "  95x.000000"), &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "line 1: no number in columns 4-15"));
    vaho_sink_free(&sink);
    assert_int_equal(import_text(&sink, importer, "a.par",
                                 LINE("38", "  950.000000") LINE(" 6", "  951.000000") "38 cut\n",
                                 &error),
                     VAHO_OK);
    assert_non_null(strstr(sink.spectrum[0].notes, "1 lines of other molecules"));
    assert_non_null(strstr(sink.spectrum[0].notes, "1 lines were cut short"));
    vaho_sink_free(&sink);
}

/* The Voigt profile is the Gaussian convolved with the Lorentzian; brute force. */
static void the_voigt_profile_is_a_convolution(void **state)
{
    (void)state;
    static const double doppler[] = {1.0, 1.0, 0.1, 1.0, 0.02},
                        lorentz[] = {1.0, 0.1, 1.0, 0.01, 1.0};
    for (size_t k = 0; k < sizeof doppler / sizeof doppler[0]; k++) {
        double sigma = doppler[k] / sqrt(2 * log(2.0)), step = 2e-3 * fmin(sigma, lorentz[k]);
        for (double x = 0.0; x < 6.0; x += 0.7) {
            double sum = 0.0, out = 0.0;
            for (double t = -6 * sigma; t <= 6 * sigma; t += step)
                sum += step * exp(-0.5 * t * t / sigma / sigma) / (sigma * sqrt(2 * M_PI)) *
                       lorentz[k] / M_PI / ((x - t) * (x - t) + lorentz[k] * lorentz[k]);
            vaho_voigt_add(&out, 1, x, 0.0, 1.0, doppler[k], lorentz[k]);
            if (!(fabs(out / sum - 1.0) < 1e-3))
                fail_msg("D %g L %g x %g: %g, convolution %g", doppler[k], lorentz[k], x, out, sum);
        }
    }
}

static void shared_lists_meet_their_check_values(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        double integral;
    } check[] = {
        {"39_hit12.par", "methanol", 1.77e-17},
        {"38_hit12.par", "ethylene", 1.26e-17},
    };
    for (size_t i = 0; i < 2; i++) {
        char path[512];
        snprintf(path, sizeof path, "spectra/gas/%s", check[i].file);
        struct vaho_library *library = shared_library(path);
        const struct vaho_spectrum *s = vaho_library_find(library, check[i].name);
        assert_non_null(s);
        assert_int_equal(s->grade, VAHO_GRADE_COMPUTED);
        double integral = integral_cm(s, 740, 1333);
        if (!(fabs(integral / check[i].integral - 1.0) < 0.02))
            fail_msg("%s: %g, published %g", check[i].name, integral, check[i].integral);
        if (i == 1) /* the Q-branch of ethylene */
            assert_true(fabs(largest_cm2(s, 949.2, 949.6) / largest_cm2(s, 700, 1300) - 1.0) <
                        1e-9);
        vaho_library_free(library);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_has_its_strength_width_and_height),
        cmocka_unit_test(temperature_and_pressure_scale_as_hitran_says),
        cmocka_unit_test(gaps_hold_no_points_but_zeros),
        cmocka_unit_test(broken_lists_are_refused_and_doubts_noted),
        cmocka_unit_test(the_voigt_profile_is_a_convolution),
        cmocka_unit_test(shared_lists_meet_their_check_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
