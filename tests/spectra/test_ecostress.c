/* test_ecostress.c - ECOSTRESS spectra in either order, with several spellings of the units */
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

static const struct vaho_importer *const importer = &vaho_importer_ecostress;

#define FILE_WITH(FIRST, X, Y, ROWS)                                                               \
    "Name: Pine Wood\r\nType: manmade\r\nSample No.: 0404UUUWOD\r\nFirst Column: " FIRST           \
    "\r\nX Units: " X "\r\nY Units:" Y                                                             \
    "\r\nFirst X Value: 14.0\r\nLast X Value: 2.0\r\nNumber of X Values: 2\r\n\r\n" ROWS

static void every_spelling_gives_the_same_fraction(void **state)
{
    (void)state;
    static const char *const same[] = {
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (percent)",
                  "14.0\t60\r\n2.0\t5\r\n"),
        FILE_WITH("X", "Wavelength (micrometer)", "Reflectence (percent)", "14.0\t60\n2.0\t5\n"),
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (percentage)", "2.0 5\n14.0 60\n"),
        FILE_WITH("Y", "Wavelength (micrometers)", " Reflectance (percent)", "60 14.0\n5 2.0\n"),
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (fraction)", "14.0 .6\n2.0 .05\n"),
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance", "14.0 60\n2.0 5\n"),
        FILE_WITH("X", "Wavelength (micrometers)", "Emissivity", "14.0 .4\n2.0 .95\n"),
        FILE_WITH("X", "Wavelength (nanometers)", "Emissivity (percent)", "14000 40\n2000 95\n"),
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct vaho_sink sink;
        struct vaho_error error;
        if (import_text(&sink, importer, "w.txt", same[i], &error) != VAHO_OK)
            fail_msg("%s", error.message);
        const struct vaho_spectrum *s = &sink.spectrum[0];
        assert_string_equal(s->name, "pine_wood_0404uuuwod");
        assert_string_equal(s->title, "Pine Wood");
        assert_int_equal(s->kind, VAHO_SPECTRUM_SURFACE);
        assert_true(s->n == 2 && fabs(s->wavelength_um[1] - 14.0) < 1e-9);
        assert_true(fabs(s->value[1] - 0.6) < 1e-9 && fabs(s->value[0] - 0.05) < 1e-9);
        if (i == 5)
            assert_note(s, "taken as percent");
        if (i == 6)
            assert_note(s, "1 - e");
        vaho_sink_free(&sink);
    }
}

static void lies_are_noted_and_other_kinds_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (percent)", ""),
        FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (percent)", "14 1\nx y\n"),
        FILE_WITH("X", "Wavelength (micrometers)", "Transmittance (percent)", "14 1\n2 1\n"),
        FILE_WITH("X", "Time (seconds)", "Reflectance (percent)", "14 1\n2 1\n"),
    };
    struct vaho_sink sink;
    struct vaho_error error;
    assert_all_refused(importer, "w.txt", bad, sizeof bad / sizeof bad[0]);
    assert_int_equal(import_text(&sink, importer, "w.txt",
                                 FILE_WITH("X", "Wavelength (micrometers)", "Reflectance (percent)",
                                           "13 1\n5 1\n2 1\n"),
                                 &error),
                     VAHO_OK);
    assert_note(&sink.spectrum[0], "'Number of X Values' is 2, but there are 3");
    assert_note(&sink.spectrum[0], "'First X Value' is 14, but the data starts at 13");
    vaho_sink_free(&sink);
}

static void all_shared_spectra_are_read(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library("spectra/surface/ecostress");
    assert_int_equal(vaho_library_size(library), 174);
    assert_int_equal(vaho_library_n_notes(library), 0);
    for (size_t i = 0; i < 174; i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        assert_ptr_equal(vaho_library_find(library, s->name), s); /* no two share a name */
        for (size_t k = 0; k < s->n; k++)
            assert_true(s->value[k] > -0.05 && s->value[k] < 1.05);
    }
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_gives_the_same_fraction),
        cmocka_unit_test(lies_are_noted_and_other_kinds_refused),
        cmocka_unit_test(all_shared_spectra_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
