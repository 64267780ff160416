/* test_luma_slum.c - LUMA-SLUM tables, thermal and shortwave */
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

static const struct vaho_importer *const importer = &vaho_importer_luma_slum;

static void both_tables_become_reflectance(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_error error;
    assert_int_equal(import_text(&sink, importer, "ir.csv",
                                 "\"wavelength\",\"A001\",\"A002\",\"A003\"\n"
                                 "8.0,0.94,NA,0.9\n8.1,0.95,,0.8\n8.2,NA,,0.7\n",
                                 &error),
                     VAHO_OK);
    assert_int_equal(sink.n, 2); /* A002 has no values */
    assert_string_equal(sink.spectrum[0].name, "luma_slum_ir_a001");
    assert_string_equal(sink.spectrum[1].name, "luma_slum_ir_a003");
    assert_int_equal(sink.spectrum[0].n, 2);
    assert_true(fabs(sink.spectrum[0].value[0] - 0.06) < 1e-12);
    assert_note(&sink.spectrum[0], "1 - e");
    vaho_sink_free(&sink);
    assert_int_equal(import_text(&sink, importer, "sw.csv",
                                 "wavelength,A001,A002\n400,10,20\n500,30,40\n", &error),
                     VAHO_OK);
    assert_string_equal(sink.spectrum[1].name, "luma_slum_sw_a002");
    assert_true(fabs(sink.spectrum[1].value[1] - 0.4) < 1e-12);
    assert_true(fabs(sink.spectrum[1].wavelength_um[1] - 0.5) < 1e-12);
    vaho_sink_free(&sink);
}

static void broken_tables_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "wavelength,A001\n400,10\n",
        "wavelength,A001,A002\n400,10,20\n",
        "wavelength,A001,A002\n400,10\n500,30,40\n",
        "wavelength,A001,A002\nx,10,20\n500,30,40\n",
        "wavelength,A001,A002\n400,NA,NA\n500,NA,NA\n",
    };
    assert_all_refused(importer, "t.csv", bad, sizeof bad / sizeof bad[0]);
}

static void the_shared_tables_are_read(void **state)
{
    (void)state; /* first row of LUMA_SLUM_IR.csv: A001 at 8.0022 um is 0.94429 */
    struct vaho_library *library = shared_library("spectra/surface/LUMA_SLUM_IR.csv");
    assert_int_equal(vaho_library_size(library), 74);
    const struct vaho_spectrum *s = vaho_library_find(library, "luma_slum_ir_a001");
    assert_true(s != NULL && s->n == 556 && fabs(s->value[0] - (1.0 - 0.944293575)) < 1e-8);
    vaho_library_free(library);
    library = shared_library("spectra/surface/LUMA_SLUM_SW.csv");
    s = vaho_library_find(library, "luma_slum_sw_a001"); /* 348.1 nm: 10.5315 percent */
    assert_true(s != NULL && fabs(s->value[0] - 0.105315227) < 1e-8);
    assert_true(fabs(s->wavelength_um[0] - 0.3481) < 1e-9);
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_tables_become_reflectance),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(the_shared_tables_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
