/* test_cross_section.c - HITRAN .xsc and the LBLRTM variant; check values: ../shared/README.md */
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

static const struct vaho_importer *const importer = &vaho_importer_cross_section;

/* The header columns are those of hitran.org/docs/cross-sections-definitions. */
#define HITRAN_HEADER(N, MAX)                                                                      \
    "            CH3COCH3  700.0000  702.0000" N " 233.40 375.2" MAX " .032        Acetone    "    \
    "air 42\n"
#define VALUES " 1.000E-21 3.000E-20 2.000E-21\n"

static void a_hitran_set_is_read(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "a.xsc",
                                 HITRAN_HEADER("      3", " 3.000E-20") VALUES, &error),
                     VAHO_OK);
    assert_int_equal(sink.n, 1);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_string_equal(s->name, "acetone");
    assert_string_equal(s->format, "HITRAN xsc");
    assert_string_equal(s->notes, "");
    assert_int_equal(s->n, 3);
    assert_true(fabs(cm2_at(s, 701.0) / 3e-20 - 1.0) < 1e-12);
    assert_true(fabs(s->wavelength_um[2] - 1e4 / 700.0) < 1e-12);
    assert_true(fabs(s->temperature_k - 233.4) < 1e-9);
    assert_true(fabs(s->pressure_pa - 50022.0) < 1.0); /* 375.2 Torr */
    vaho_sink_free(&sink);
}

static void headers_that_lie_are_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *note;
    } bad[] = {
        {HITRAN_HEADER("      3", " 3.000E-19") VALUES, "off by ten"},
        {HITRAN_HEADER("      4", " 3.000E-20") VALUES, "promises 4 points, but there are 3"},
        {HITRAN_HEADER("      2", " 3.000E-20") VALUES, "promises 2 points, but there are 3"},
        {HITRAN_HEADER("      9", " 3.000E-20") HITRAN_HEADER("      3", " 3.000E-20") VALUES,
         "a header without values"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vaho_sink sink;
        struct vaho_error error;
        assert_int_equal(import_text(&sink, importer, "a.xsc", bad[i].text, &error), VAHO_OK);
        if (strstr(sink.spectrum[0].notes, bad[i].note) == NULL)
            fail_msg("no '%s' in '%s'", bad[i].note, sink.spectrum[0].notes);
        vaho_sink_free(&sink);
    }
}

static void several_sets_are_several_spectra(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "a.xsc",
                                 HITRAN_HEADER("      3", " 3.000E-20")
                                     VALUES HITRAN_HEADER("      3", " 3.000E-20") VALUES,
                                 &error),
                     VAHO_OK);
    assert_int_equal(sink.n, 2);
    assert_non_null(strstr(sink.spectrum[1].notes, "several headers"));
    vaho_sink_free(&sink);
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        VALUES,
        HITRAN_HEADER("      3", " 3.000E-20"),
        HITRAN_HEADER("      3", " 3.000E-20") " 1.000E-21 banana    2.000E-21\n",
        HITRAN_HEADER("      1", " 3.000E-20") VALUES,
        HITRAN_HEADER("      3", " 3.000E-20") " 0.000E+00 0.000E+00 0.000E+00\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vaho_sink sink;
        struct vaho_error error;
        assert_int_equal(import_text(&sink, importer, "a.xsc", bad[i], &error), VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, "a.xsc"));
        vaho_sink_free(&sink);
    }
}

static void shared_files_meet_their_check_values(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name, *format;
        double cm1, cm2, from, to, integral;
    } check[] = {
        {"ACEACT2", "acetic_acid", "LBLRTM xsc", 1183.9, 8.72e-19, 0, 0, 0},
        {"SF6AT2", "sulfur_hexafluoride", "LBLRTM xsc", 947.906, 4.38e-17, 0, 0, 0},
        {"CH3COCH3_233.4_375.2_700.0-1780.0_13.xsc", "acetone", "HITRAN xsc", 0, 0, 740, 1333,
         1.35e-17},
    };
    for (size_t i = 0; i < sizeof check / sizeof check[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, "spectra/gas/%s", check[i].file);
        struct vaho_library *library = shared_library(path);
        const struct vaho_spectrum *s = vaho_library_find(library, check[i].name);
        assert_non_null(s);
        assert_string_equal(s->format, check[i].format);
        if (check[i].cm1 > 0)
            assert_true(fabs(cm2_at(s, check[i].cm1) / check[i].cm2 - 1.0) < 0.02);
        if (check[i].integral > 0)
            assert_true(fabs(integral_cm(s, check[i].from, check[i].to) / check[i].integral - 1.0) <
                        0.02);
        vaho_library_free(library);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hitran_set_is_read),
        cmocka_unit_test(headers_that_lie_are_noted),
        cmocka_unit_test(several_sets_are_several_spectra),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(shared_files_meet_their_check_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
