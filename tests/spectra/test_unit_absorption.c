/* test_unit_absorption.c - methane tables of shortwave-infrared sensors */
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

static const struct vaho_importer *const importer = &vaho_importer_unit_absorption;

static void values_are_turned_into_absorption(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "x/my_ch4_target.txt",
                                 "001   2300.0 -0.0\n002 2305.0 -1.5\n004 2310 0.5\n", &error),
                     VAHO_OK);
    const struct vaho_spectrum *s = &sink.spectrum[0];
    assert_string_equal(s->name, "methane");
    assert_int_equal(s->per_band, 1);
    assert_int_equal(s->grade, VAHO_GRADE_COMPUTED);
    assert_true(fabs(s->value[1] - 1.5e-5) < 1e-18 && fabs(s->wavelength_um[1] - 2.305) < 1e-12);
    assert_note(s, "jump at 1 places");
    assert_note(s, "1 values are positive");
    vaho_sink_free(&sink);
}

static void broken_tables_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "1 2300 -1\n2 2305\n",
        "1 2300 -1\n2 x -1\n",
        "1 2300 -1 5\n2 2305 -1\n",
        "1 2300 -1\n",
        "1 2300 0\n2 2305 0\n",
    };
    assert_all_refused(importer, "t.txt", bad, sizeof bad / sizeof bad[0]);
}

/* ../shared/README.md and spectra/swir/NOTES.txt: where and how strong the strongest band is */
static void the_shared_tables_meet_their_check_values(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t n;
        double um, value;
    } check[] = {
        {"srcfinder_ang_ch4_unit_3col_425chan.txt", 425, 2.36980, 1.772e-5},
        {"emit20220815t042838_ch4_target", 285, 2.34512, 1.453e-5},
        {"ch4_target_425.txt", 425, 0.0, 0.0},
    };
    for (size_t i = 0; i < sizeof check / sizeof check[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "spectra/swir/%s", check[i].file);
        struct vaho_library *library = shared_library(path);
        const struct vaho_spectrum *s = vaho_library_find(library, "methane");
        size_t peak = 0;
        assert_non_null(s);
        assert_int_equal(s->n, check[i].n);
        for (size_t k = 0; k < s->n; k++)
            peak = s->value[k] > s->value[peak] ? k : peak;
        if (check[i].um > 0.0)
            assert_true(fabs(s->wavelength_um[peak] - check[i].um) < 1e-4 &&
                        fabs(s->value[peak] / check[i].value - 1.0) < 0.001);
        vaho_library_free(library);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_turned_into_absorption),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(the_shared_tables_meet_their_check_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
