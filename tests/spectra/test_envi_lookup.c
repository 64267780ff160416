/* test_envi_lookup.c - mag1c's look-up table of radiance against a column of gas */
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

static void the_slope_at_no_gas_is_taken(void **state)
{
    (void)state;
    static const char header[] = "ENVI\nsamples = 7\nlines = 1\nbands = 2\ndata type = 5\n"
                                 "wavelength units = Nanometers\nwavelength = {2300, 2310}\n";
    static const double ppmm[7] = {0, 500, 1000, 2000, 4000, 8000, 16000};
    double table[14] = {0};
    const struct vaho_spectrum_file file = {"x/mag1c_ch4.lut", (const char *)table, sizeof table,
                                            header, sizeof header - 1};
    const struct vaho_import_settings settings = {NULL, 296.0, 101325.0};
    struct vaho_sink sink = {NULL, 0, 0};
    struct vaho_error error;
    for (int c = 0; c < 7; c++)
        table[c] = 3.0 * exp(-2e-5 * ppmm[c]); /* the second wavelength is dark */
    assert_int_equal(vaho_importer_envi_lookup.probe(&file), 1);
    if (vaho_importer_envi_lookup.parse(&sink, &file, &settings, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_string_equal(sink.spectrum[0].name, "methane");
    assert_true(fabs(sink.spectrum[0].value[0] / 2e-5 - 1.0) < 1e-9);
    assert_true(sink.spectrum[0].value[1] == 0.0);
    assert_true(sink.spectrum[0].light[0] == 3.0 && sink.spectrum[0].light[1] == 0.0);
    assert_note(&sink.spectrum[0], "1 wavelengths are dark");
    vaho_sink_free(&sink);
}

static void other_shapes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "ENVI\nsamples = 6\nlines = 1\nbands = 2\ndata type = 1\nwavelength = {2, 3}\n",
        "ENVI\nsamples = 7\nlines = 1\nbands = 2\ndata type = 1\nwavelength = {2, 3, 4}\n",
        "ENVI\nsamples = 7\nlines = 1\nbands = 2\ndata type = 1\n",
        "ENVI\nsamples = 7\nlines = 1\nbands = 20\ndata type = 5\n",
    };
    static const char data[14];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct vaho_spectrum_file file = {"ch4.lut", data, sizeof data, bad[i],
                                                strlen(bad[i])};
        const struct vaho_import_settings settings = {NULL, 296.0, 101325.0};
        struct vaho_sink sink = {NULL, 0, 0};
        struct vaho_error error;
        assert_int_equal(vaho_importer_envi_lookup.parse(&sink, &file, &settings, &error),
                         VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, "ch4.lut"));
        vaho_sink_free(&sink);
    }
}

/* Another program's table for the same kind of sensor: same shape, strength within a third. */
static void it_agrees_with_a_unit_absorption_table(void **state)
{
    (void)state;
    struct vaho_library *lut = shared_library("spectra/swir/mag1c_ch4.lut");
    struct vaho_library *unit = shared_library("spectra/swir/ch4_target_425.txt");
    const struct vaho_spectrum *a = vaho_library_find(lut, "methane");
    const struct vaho_spectrum *b = vaho_library_find(unit, "methane");
    double out[60], fwhm[60], dot = 0.0, aa = 0.0, bb = 0.0;
    const double *centre = b->wavelength_um + 360; /* 2.18 to 2.48 um */
    for (int i = 0; i < 60; i++)
        fwhm[i] = 0.0055;
    assert_int_equal(vaho_spectrum_at_bands(out, NULL, a, centre, fwhm, 60, NULL), VAHO_OK);
    for (int i = 0; i < 60; i++) {
        dot += out[i] * b->value[360 + i];
        aa += out[i] * out[i];
        bb += b->value[360 + i] * b->value[360 + i];
    }
    if (!(dot / sqrt(aa * bb) > 0.97 && dot / bb > 0.75 && dot / bb < 1.33))
        fail_msg("cosine %g, ratio %g", dot / sqrt(aa * bb), dot / bb);
    vaho_library_free(lut);
    vaho_library_free(unit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slope_at_no_gas_is_taken),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(it_agrees_with_a_unit_absorption_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
