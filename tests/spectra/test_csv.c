/* test_csv.c - two-column CSV with declared units, written and read back */
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
#include "spectra/csv.h"

static const struct vaho_importer *const importer = &vaho_importer_csv;

static struct vaho_spectrum *import_one(struct vaho_sink *sink, const char *name, const char *text)
{
    struct vaho_error error;

    if (import_text(sink, importer, name, text, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(sink->n, 1);
    return &sink->spectrum[0];
}

static void declared_units_are_converted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double um, value;
        enum vaho_spectrum_kind kind;
    } good[] = {
        {"wavelength_nm,reflectance\n400,0.1\n500,0.2\n", 0.5, 0.2, VAHO_SPECTRUM_SURFACE},
        {"wavelength (um); reflectance (%)\n8;10\n9;20\n", 9.0, 0.2, VAHO_SPECTRUM_SURFACE},
        {"wavenumber_cm-1\temissivity\n1000\t0.9\n900\t0.8\n", 1e4 / 900, 0.2,
         VAHO_SPECTRUM_SURFACE},
        {"\"wavelength [micrometers]\",\"absorption 1/(ppm.m) base 10\"\n8,0\n9,1\n", 9.0, 2.302585,
         VAHO_SPECTRUM_GAS},
        {"wavelength_um,cross_section_cm2\n8,0\n9,1e-18\n", 9.0, 2.479e-3, VAHO_SPECTRUM_GAS},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct vaho_sink sink;
        struct vaho_spectrum *s = import_one(&sink, "x.csv", good[i].text);
        assert_int_equal(s->kind, good[i].kind);
        assert_true(fabs(s->wavelength_um[1] - good[i].um) < 1e-9);
        assert_true(fabs(s->value[1] - good[i].value) < 1e-6);
        vaho_sink_free(&sink);
    }
}

static void bands_without_wavelengths_count_from_0(void **state)
{
    (void)state;
    struct vaho_sink sink;
    struct vaho_spectrum *s = import_one(&sink, "mean.csv", "band,value\n1,222.5\n2,979\n3,NaN\n");
    assert_string_equal(s->name, "mean");
    assert_int_equal(s->has_wavelength, 0);
    assert_int_equal(s->per_band, 1);
    assert_true(s->n == 2 && s->wavelength_um[0] == 0.0 && s->wavelength_um[1] == 1.0);
    assert_true(s->value[0] == 222.5);
    assert_note(s, "without a known unit");
    assert_note(s, "1 points that are no numbers");
    vaho_sink_free(&sink);
    s = import_one(&sink, "mean.csv", "band,reflectance\n0,0.5\n1,0.6\n");
    assert_true(s->wavelength_um[0] == 0.0);
    vaho_sink_free(&sink);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char text[] =
        "# name: my_gas\n# title: My gas\n# grade: smoothed\n# temperature_k: 273.15\n"
        "# pressure_pa: 101325\n# resolution_um: 0.05\n# note: one\n# note: two\n"
        "wavelength_um,absorption_1/(ppm.m)\n8.0000000000000018,0.0012345678901234567\n"
        "9.1,3.3333333333333333e-05\n10,0\n";
    struct vaho_sink first, second;
    struct vaho_text out;
    struct vaho_spectrum *a = import_one(&first, "a.csv", text), *b;
    assert_string_equal(a->name, "my_gas");
    assert_string_equal(a->notes, "one\ntwo");
    assert_int_equal(a->grade, VAHO_GRADE_SMOOTHED);
    vaho_text_init(&out, 1 << 20);
    vaho_csv_write(&out, a);
    assert_false(out.failed);
    b = import_one(&second, "b.csv", out.data);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->title, b->title);
    assert_string_equal(a->notes, b->notes);
    assert_true(a->grade == b->grade && a->n == b->n && a->resolution_um == b->resolution_um);
    assert_true(a->temperature_k == b->temperature_k && a->pressure_pa == b->pressure_pa);
    for (size_t i = 0; i < a->n; i++)
        assert_true(a->wavelength_um[i] == b->wavelength_um[i] && a->value[i] == b->value[i]);
    vaho_text_free(&out);
    vaho_sink_free(&first);
    vaho_sink_free(&second);
}

static void a_gas_is_named_by_what_the_file_says_before_its_own_name(void **state)
{
    (void)state;
    static const char rows[] = "wavelength_um,cross_section_cm2\n8,0\n9,1e-18\n";
    struct vaho_sink sink;
    char text[200];
    assert_string_equal(import_one(&sink, "x/lab3_NH3.csv", rows)->name, "ammonia");
    vaho_sink_free(&sink);
    snprintf(text, sizeof text, "# title: Acetone\n%s", rows);
    assert_string_equal(import_one(&sink, "x/lab3_NH3.csv", text)->name, "acetone");
    vaho_sink_free(&sink);
    snprintf(text, sizeof text, "# name: ethylene\n# title: Acetone\n%s", rows);
    assert_string_equal(import_one(&sink, "x/lab3_NH3.csv", text)->name, "ethylene");
    assert_true(fabs(sink.spectrum[0].molar_mass_g_mol - 28.05) < 0.01); /* NIST WebBook */
    vaho_sink_free(&sink);
}

static void undeclared_units_and_broken_rows_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "wavelength,reflectance\n400,0.1\n500,0.2\n",
        "400,0.1\n500,0.2\n",
        "wavelength_nm,reflectance\n400\n",
        "wavelength_nm,reflectance\nx,0.1\n",
        "wavelength_nm,reflectance\n400,0.1,7\n",
        "wavelength_nm,reflectance\n400,0.1\n",
        "wavelength_nm,cross_section_cm2\n400,0\n500,-1\n",
    };
    assert_all_refused(importer, "x.csv", bad, sizeof bad / sizeof bad[0]);
}

static void the_shared_targets_are_read(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library("data/muufl/signature_lab_black.csv");
    const struct vaho_spectrum *s = vaho_library_find(library, "signature_lab_black");
    assert_non_null(s);
    assert_true(s->n == 2301 && s->has_wavelength && s->kind == VAHO_SPECTRUM_SURFACE);
    assert_true(fabs(s->wavelength_um[0] - 0.2) < 1e-12 && s->value[0] == 0.081650);
    vaho_library_free(library);
    library = shared_library("data/sandiego/signature_mean.csv");
    s = vaho_library_find(library, "signature_mean");
    assert_true(s != NULL && s->n == 224 && !s->has_wavelength && s->value[0] == 222.2632);
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared_units_are_converted),
        cmocka_unit_test(bands_without_wavelengths_count_from_0),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(a_gas_is_named_by_what_the_file_says_before_its_own_name),
        cmocka_unit_test(undeclared_units_and_broken_rows_are_refused),
        cmocka_unit_test(the_shared_targets_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
