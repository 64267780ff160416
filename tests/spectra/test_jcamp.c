/*
 * test_jcamp.c - JCAMP-DX: packed forms, units, headers that lie
 *
 * Forms and the worked DIFDUP line: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988).
 */
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
#include "spectra/jcamp_ordinates.h"

static const struct vaho_importer *const importer = &vaho_importer_jcamp;

static void assert_decodes(const char *line, double x, const double *y, size_t n)
{
    struct vaho_ordinates state = {.packed = vaho_ordinates_look_packed(vaho_span_of(line))};
    struct vaho_draft draft;
    struct vaho_error error = {VAHO_OK, ""};
    double got_x = NAN;

    vaho_draft_init(&draft, "t", "test", VAHO_SPECTRUM_GAS, VAHO_GRADE_QUANTITATIVE, VAHO_X_CM1);
    if (vaho_ordinates_read_line(&got_x, &draft, &state, vaho_span_of(line), 1000, &error) !=
        VAHO_OK)
        fail_msg("%s: %s", line, error.message);
    assert_true(got_x == x);
    assert_int_equal(draft.n, n);
    for (size_t i = 0; i < n; i++)
        if (draft.y[i] != y[i] && !(isnan(draft.y[i]) && isnan(y[i])))
            fail_msg("%s: ordinate %zu is %g, not %g", line, i, draft.y[i], y[i]);
    vaho_draft_free(&draft);
}

static void every_form_of_ordinates_is_read(void **state)
{
    (void)state;
    static const double plain[] = {90078, 138264, -105172, 2.5e-3, NAN, 4};
    assert_decodes("574.93 90078 138264-105172 2.5E-03 ? +4", 574.93, plain, 6);
    static const double squeezed[] = {1, 29, -35, 0, 512};
    assert_decodes("100A B9c5@E12", 100, squeezed, 5);
    static const double pac[] = {16, -7, 0, 20};
    assert_decodes("1+16-7+0+20", 1, pac, 4);
    static const double repeated[] = {5, 5, 5, 7, 9, 9};
    assert_decodes("1EUKT%", 1, repeated, 6);
    static const double published[] = {0,  0,  0,  0,  2,  4,  4,  4,   7,   5,   4,  4,  5,  5,
                                       7,  10, 11, 11, 6,  5,  7,  6,   9,   9,   7,  10, 10, 9,
                                       10, 11, 12, 15, 16, 16, 14, 17,  38,  38,  35, 38, 42, 47,
                                       54, 59, 66, 75, 78, 88, 96, 104, 110, 121, 128};
    assert_decodes("599.860@VKT%TLkj%J%KLJ%njKjL%kL%jJULJ%kLK1%lLMNPNPRLJ0QTOJ1P", 599.860,
                   published, sizeof published / sizeof published[0]);
}

#define HEAD                                                                                       \
    "##TITLE=Acetone\n##DATA TYPE=INFRARED SPECTRUM\n##STATE=gas\n##TEMPERATURE=23 C\n"            \
    "##XUNITS=cm-1\n"
#define QUANTITATIVE HEAD "##YUNITS=(micromol/mol)-1m-1 (base 10)\n"

static struct vaho_spectrum *import_one(struct vaho_sink *sink, const char *text)
{
    struct vaho_error error;

    if (import_text(sink, importer, "a.jdx", text, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(sink->n, 1);
    return &sink->spectrum[0];
}

static void a_difference_is_checked_on_the_next_line(void **state)
{
    (void)state;
    struct vaho_sink sink;
    /* 1200: 1 2 3 (DIF); the next line repeats 3, then 4 5 */
    struct vaho_spectrum *s =
        import_one(&sink, QUANTITATIVE "##FIRSTX=1200\n##LASTX=1204\n##NPOINTS=5\n##XYDATA=(X++(Y.."
                                       "Y))\n1200AJJ\n1202CJJ\n##END=\n");
    assert_int_equal(s->n, 5);
    assert_string_equal(s->notes, "");
    for (size_t i = 0; i < 5; i++) /* ascending in um: falling in cm-1 */
        assert_true(fabs(s->value[4 - i] / log(10.0) - (double)(i + 1)) < 1e-12);
    vaho_sink_free(&sink);
    s = import_one(&sink, QUANTITATIVE "##XYDATA=(X++(Y..Y))\n1200AJJ\n1202DJJ\n##END=\n");
    assert_note(s, "1 lines fail their Y-value check");
    vaho_sink_free(&sink);
}

static void units_become_absorption_per_ppmm(void **state)
{
    (void)state;
    struct vaho_sink sink;
    /* 50 mmHg over 5 cm: 50/760 1e6 0.05 = 3289.5 ppm.m at 296 K */
    const double column = 50.0 / 760.0 * 1e6 * 0.05;
    struct vaho_spectrum *s = import_one(
        &sink, "##TITLE=x\n##STATE=gas\n##TEMPERATURE=296 K\n##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n"
               "##PARTIAL_PRESSURE=50 mmHg\n##PATH LENGTH=5 CM\n##XYDATA=(XY..XY)\n900, 0.1; 901 "
               "0.2\n902,0.1\n##END=\n");
    assert_true(fabs(s->value[1] / (0.2 * log(10.0) / column) - 1.0) < 1e-4);
    assert_int_equal(s->grade, VAHO_GRADE_QUANTITATIVE);
    vaho_sink_free(&sink);
    s = import_one(&sink, "##TITLE=x\n##STATE=gas\n##TEMPERATURE=296 K\n##XUNITS=MICROMETERS\n"
                          "##YUNITS=TRANSMITTANCE\n##PARTIAL_PRESSURE=50 mmHg\n##PATH LENGTH=5 CM\n"
                          "##XYDATA=(XY..XY)\n8 100 9 50 10 100\n##END=\n");
    assert_true(fabs(s->value[1] / (log(2.0) / column) - 1.0) < 1e-4);
    assert_true(s->wavelength_um[1] == 9.0);
    assert_note(s, "taken as percent");
    vaho_sink_free(&sink);
}

static void lies_of_the_header_are_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *note;
    } lie[] = {
        {QUANTITATIVE "##NPOINTS=7\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "NPOINTS=7 in the header, but there are 4 points"},
        {QUANTITATIVE "##MAXY=30\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n", "off by ten"},
        {QUANTITATIVE "##DELTAX=0.5\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "DELTAX=0.5 in the header, but the points are 1 apart"},
        {QUANTITATIVE "##FIRSTX=800\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "FIRSTX=800"},
        {QUANTITATIVE QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "1 headers without data"},
        {QUANTITATIVE
         "##TITLE=Acetone\n" HEAD
         "##YUNITS=(micromol/mol)-1m-1\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "2 headers without data"},
        {QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n", "cut short"},
        {QUANTITATIVE "##PRESSURE=101.3 Pa\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "taken as 101.3 kPa"},
        {QUANTITATIVE "##DELTAX=1\n##DELTAX=2\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n",
         "gives DELTAX twice"},
        {QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 -1\n##END=\n", "more than noise"},
        {QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 -.01\n##END=\n", "within noise"},
    };
    for (size_t i = 0; i < sizeof lie / sizeof lie[0]; i++) {
        struct vaho_sink sink;
        assert_note(import_one(&sink, lie[i].text), lie[i].note);
        vaho_sink_free(&sink);
    }
}

static void the_header_is_believed_over_lines_one_step_off(void **state)
{
    (void)state;
    struct vaho_sink sink; /* as in the NIST files: all lines but the first one step low */
    struct vaho_spectrum *s = import_one(
        &sink, QUANTITATIVE "##FIRSTX=900\n##LASTX=908\n##NPOINTS=9\n##XYDATA=(X++(Y..Y))\n900 1 1 "
                            "1\n902 2 1 1\n905 1 1 1\n##END=\n");
    assert_true(fabs(s->wavelength_um[5] - 1e4 / 903.0) < 1e-9 && s->value[5] > s->value[4]);
    assert_note(s, "2 of 3 lines");
    vaho_sink_free(&sink);
}

static void what_is_no_gas_spectrum_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "##TITLE=x\n##END=\n",
        "##TITLE=x\n##DATA TYPE=MASS SPECTRUM\n##XYDATA=(XY..XY)\n1 2\n3 4\n##END=\n",
        "##TITLE=x\n##STATE=LIQUID "
        "(NEAT)\n##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n##XYDATA=(XY..XY)\n1 "
        "2\n3 4\n##END=\n",
        "##TITLE=x\n##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n##XYDATA=(XY..XY)\n1 2\n3 4\n##END=\n",
        "##TITLE=x\n##XUNITS=SECONDS\n##YUNITS=ABSORBANCE\n##XYDATA=(XY..XY)\n1 2\n3 4\n##END=\n",
        "##TITLE=x\n##XUNITS=1/CM\n##YUNITS=COUNTS\n##XYDATA=(XY..XY)\n1 2\n3 4\n##END=\n",
        QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 1 #\n##END=\n",
        QUANTITATIVE "##XYDATA=(X++(Y..Y))\nxyz\n##END=\n",
        QUANTITATIVE "##XYDATA=(XY..XY)\n900 1 901\n##END=\n",
        QUANTITATIVE "##XYDATA=(X++(Y..Y))\n900 -1 -2 -3\n##END=\n",
    };
    assert_all_refused(importer, "a.jdx", bad, sizeof bad / sizeof bad[0]);
}

static void coblentz_charts_agree_roughly_and_lose_their_offset(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library("spectra/gas");
    const struct vaho_spectrum *chart = NULL;
    for (size_t i = 0; i < vaho_library_size(library); i++)
        if (strstr(vaho_library_get(library, i)->path, "/methanol.jdx") != NULL)
            chart = vaho_library_get(library, i);
    assert_non_null(chart);
    assert_int_equal(chart->grade, VAHO_GRADE_DIGITISED);
    assert_note(chart, "half-quantitative");
    /* between bands the zero line is zero: methanol has none from 850 to 900 cm-1 */
    assert_true(largest_cm2(chart, 850, 900) < 0.02 * largest_cm2(chart, 1000, 1060));
    /* and its band at 1033 cm-1 holds what the line list computes, within the half-quantitative */
    double computed = integral_cm(vaho_library_find(library, "methanol"), 980, 1090);
    double measured = integral_cm(chart, 980, 1090);
    if (!(measured > 0.6 * computed && measured < 1.4 * computed))
        fail_msg("%g from the chart, %g computed", measured, computed);
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_ordinates_is_read),
        cmocka_unit_test(a_difference_is_checked_on_the_next_line),
        cmocka_unit_test(units_become_absorption_per_ppmm),
        cmocka_unit_test(lies_of_the_header_are_noted),
        cmocka_unit_test(the_header_is_believed_over_lines_one_step_off),
        cmocka_unit_test(what_is_no_gas_spectrum_is_refused),
        cmocka_unit_test(coblentz_charts_agree_roughly_and_lose_their_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
