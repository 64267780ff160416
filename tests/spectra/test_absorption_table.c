/* test_absorption_table.c - three-column tables; check values: ../shared/README.md */
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

static const struct vaho_importer *const importer = &vaho_importer_absorption_table;

#define HEAD "# Absorption coefficients\n# Pure NH3\n# T: 296 K, P: 1 atm, step: 1 cm-1\n"

/* Column 2 over column 3 at 296 K and 1 atm: 2.47937e19 cm-3 (ideal gas law). */
static void a_fine_table_is_kept_as_it_is(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "t.txt",
                                 HEAD "930.0 2.47937 1e-19\n930.1 4.95874 2e-19\n", &error),
                     VAHO_OK);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_string_equal(s->name, "ammonia");
    assert_string_equal(s->notes, "");
    assert_int_equal(s->grade, VAHO_GRADE_COMPUTED);
    assert_true(fabs(cm2_at(s, 930.1) / 2e-19 - 1.0) < 1e-12);
    vaho_sink_free(&sink);
}

static void coarse_samples_are_smoothed(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    char text[1000] = HEAD;
    for (int i = 0; i < 15; i++) {
        char row[64];
        snprintf(row, sizeof row, "%d %s\n", 930 + i, i == 7 ? "17.35559 7e-19" : "0 0");
        strcat(text, row);
    }
    assert_int_equal(import_text(&sink, importer, "t.txt", text, &error), VAHO_OK);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_int_equal(s->grade, VAHO_GRADE_SMOOTHED);
    assert_true(fabs(cm2_at(s, 937) / 1e-19 - 1.0) < 1e-9); /* 7e-19 over 7 points */
    assert_true(fabs(cm2_at(s, 934) / 1e-19 - 1.0) < 1e-9);
    assert_true(cm2_at(s, 933) < 1e-25);
    assert_note(s, "7e-19 cm2/molecule at 937.0 cm-1");
    vaho_sink_free(&sink);
}

static void mixed_up_columns_are_noticed(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "t.txt", HEAD "930.0 1 1\n930.1 2 2\n", &error),
                     VAHO_OK);
    assert_note(&sink.spectrum[0], "doubtful");
    vaho_sink_free(&sink);
}

static void broken_tables_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        HEAD,
        HEAD "930 1 1\n",
        HEAD "930 1\n931 1\n",
        HEAD "930 1 1\nbanana 1 1\n",
        "# Absorption coefficients\n# T: 0 K, P: 1 atm\n930 1 1\n931 1 1\n",
    };
    assert_all_refused(importer, "t.txt", bad, sizeof bad / sizeof bad[0]);
}

/* The largest value before smoothing, from the notes. */
static double noted_peak(const struct vaho_spectrum *s, double *cm1)
{
    const char *p = strstr(s->notes, "1/(ppm.m) = ");
    double cm2 = NAN;
    assert_non_null(p);
    assert_int_equal(sscanf(p, "1/(ppm.m) = %lf cm2/molecule at %lf", &cm2, cm1), 2);
    return cm2;
}

static void the_shared_ammonia_meets_its_check_value(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library("spectra/gas/iao_pure_NH3_0-10000_1cm.txt");
    double cm1, peak = noted_peak(vaho_library_find(library, "ammonia"), &cm1);
    assert_true(fabs(peak / 8.6e-19 - 1.0) < 0.02 && cm1 == 967.0);
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fine_table_is_kept_as_it_is),
        cmocka_unit_test(coarse_samples_are_smoothed),
        cmocka_unit_test(mixed_up_columns_are_noticed),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(the_shared_ammonia_meets_its_check_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
