/* test_envi_header.c - odd but legal headers are read, broken ones are refused with the line */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <math.h>

#include <cmocka.h>

#include "spectra/envi_header.h"

static struct vaho_envi_header *parse(const char *text)
{
    struct vaho_envi_header *header;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_envi_header_parse(&header, text, strlen(text), "x.hdr", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return header;
}

static void assert_refused(const char *text, size_t nbytes, const char *expected)
{
    struct vaho_envi_header *header;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_envi_header_parse(&header, text, nbytes, "x.hdr", &error),
                     VAHO_BAD_INPUT);
    assert_null(header);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
}

static void odd_spelling_is_understood(void **state)
{
    (void)state;
    struct vaho_envi_header *header = parse("\xef\xbb\xbf"
                                            "envi  \r\n"
                                            "; a comment = not a key\r\n"
                                            "\r\n"
                                            "  SAMPLES\t=  12 \r\n"
                                            "Data   Ignore\tValue=-9999\r\n"
                                            "description = {\r\n  two\r\n  lines }\r\n"
                                            "nested = {a {b} c} ; why not\r\n"
                                            "late =\r\n\r\n { 1,\r\n ; 2, }\r\n 3 }\r\n"
                                            "empty =\r\n"
                                            "braces = {}\r\n"
                                            "equation = a = b\r\n"
                                            "last = no newline");

    assert_string_equal(vaho_envi_header_get(header, "samples"), "12");
    assert_string_equal(vaho_envi_header_get(header, "data ignore value"), "-9999");
    assert_string_equal(vaho_envi_header_get(header, "description"), "two   lines");
    assert_string_equal(vaho_envi_header_get(header, "nested"), "a {b} c");
    assert_string_equal(vaho_envi_header_get(header, "empty"), "");
    assert_string_equal(vaho_envi_header_get(header, "braces"), "");
    assert_string_equal(vaho_envi_header_get(header, "equation"), "a = b");
    assert_string_equal(vaho_envi_header_get(header, "last"), "no newline");
    assert_null(vaho_envi_header_get(header, "lines"));

    double *list;
    size_t n;
    assert_int_equal(vaho_envi_header_numbers(&list, &n, header, "late", NULL), VAHO_OK);
    assert_int_equal(n, 2);
    assert_true(list[0] == 1 && list[1] == 3);
    free(list);
    vaho_envi_header_free(header);
    vaho_envi_header_free(NULL);
}

static void old_macintosh_line_ends_count_as_lines(void **state)
{
    (void)state;
    struct vaho_envi_header *header = parse("ENVI\rlines = 3\rbands = 4");
    assert_string_equal(vaho_envi_header_get(header, "lines"), "3");
    assert_string_equal(vaho_envi_header_get(header, "bands"), "4");
    vaho_envi_header_free(header);
    assert_refused("ENVI\rlines = 3\rbands", 20, "line 3");
}

static void broken_headers_are_refused(void **state)
{
    (void)state;
    assert_refused("", 0, "not 'ENVI'");
    assert_refused("ENVIRONMENT\nlines = 1\n", 22, "not 'ENVI'");
    assert_refused("ENVI\nlines = \0 1\n", 17, "byte 13");
    assert_refused("ENVI\n\nlines 1\n", 14, "line 3 is not of the form");
    assert_refused("ENVI\n= 1\n", 9, "line 2 is not of the form");
    assert_refused("ENVI\na = 1\nb = {1,\n2\n", 20, "opens in line 3 never closes");
    assert_refused("ENVI\nb = {1,\n2} c = 3\n", 22, "line 3 has text after");
    assert_refused("ENVI\nLines = 1\nlines  = 2\n", 26,
                   "'lines' stands in line 2 and again in line 3");

    size_t nbytes = 0, room = 10001 * 16 + 8;
    char *text = malloc(room);
    nbytes += (size_t)snprintf(text, room, "ENVI\n");
    for (int i = 0; i <= 10000; i++)
        nbytes += (size_t)snprintf(text + nbytes, room - nbytes, "k%d=%d\n", i, i);
    assert_refused(text, nbytes, "more than 10000 keys by line 10002");
    free(text);
}

static void whole_numbers(void **state)
{
    (void)state;
    struct vaho_envi_header *header =
        parse("ENVI\na = 5\nb = 5.5\nc =\nd = 99999999999999999999\ne = -3\n");
    struct vaho_error error;
    long long value = 77;

    assert_int_equal(vaho_envi_header_integer(&value, header, "a", 1, 9, 0, &error), VAHO_OK);
    assert_int_equal(value, 5);
    assert_int_equal(vaho_envi_header_integer(&value, header, "none", 1, 9, 4, &error), VAHO_OK);
    assert_int_equal(value, 4);
    const struct {
        const char *key, *expected;
    } bad[] = {{"b", "line 3: b = '5.5' is not a whole number"},
               {"c", "line 4: c = '' is not a whole number"},
               {"d", "line 5: d = 99999999999999999999 is outside 1 to 9"},
               {"e", "line 6: e = -3 is outside 1 to 9"},
               {"none", "'none' is missing"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(vaho_envi_header_integer(&value, header, bad[i].key, 1, 9, 0, &error),
                         VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, bad[i].expected));
        assert_int_equal(value, 4);
    }
    vaho_envi_header_free(header);
}

static void lists_of_numbers(void **state)
{
    (void)state;
    struct vaho_envi_header *header =
        parse("ENVI\nbare = -1.5e-3\nmany = { 1 ,2,3.25\n\t4, nan , }\nempty = {}\n"
              "word = {1, two}\nhole = {1,,2}\nhex = {0x10}\ninf = {1, inf}\nglued = {1 2a}\n"
              "huge = {1e999}\n");
    struct vaho_error error;
    double *list;
    size_t n;

    assert_int_equal(vaho_envi_header_numbers(&list, &n, header, "bare", &error), VAHO_OK);
    assert_int_equal(n, 1);
    assert_true(list[0] == -1.5e-3);
    free(list);
    assert_int_equal(vaho_envi_header_numbers(&list, &n, header, "many", &error), VAHO_OK);
    assert_int_equal(n, 5);
    assert_true(list[2] == 3.25 && list[3] == 4 && isnan(list[4]));
    free(list);
    assert_int_equal(vaho_envi_header_numbers(&list, &n, header, "empty", &error), VAHO_OK);
    assert_int_equal(n, 0);
    free(list);
    assert_int_equal(vaho_envi_header_numbers(&list, &n, header, "none", &error), VAHO_OK);
    assert_null(list);
    const struct {
        const char *key, *expected;
    } bad[] = {{"word", "item 2 of 'word' is not a number: 'two'"},
               {"hole", "item 2 of 'hole'"},
               {"hex", "item 1 of 'hex'"},
               {"inf", "item 2 of 'inf'"},
               {"glued", "item 2 of 'glued'"},
               {"huge", "item 1 of 'huge'"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(vaho_envi_header_numbers(&list, &n, header, bad[i].key, &error),
                         VAHO_BAD_INPUT);
        assert_null(list);
        assert_non_null(strstr(error.message, bad[i].expected));
    }
    vaho_envi_header_free(header);
}

static void lists_of_strings(void **state)
{
    (void)state;
    struct vaho_envi_header *header =
        parse("ENVI\nnames = { red tile ,\n , (x) 2,}\nlead = {,a}\nempty = {}\none = single\n");
    char **list;
    size_t n;

    assert_int_equal(vaho_envi_header_strings(&list, &n, header, "names", NULL), VAHO_OK);
    assert_int_equal(n, 3);
    assert_string_equal(list[0], "red tile");
    assert_string_equal(list[1], "");
    assert_string_equal(list[2], "(x) 2");
    free(list);
    assert_int_equal(vaho_envi_header_strings(&list, &n, header, "lead", NULL), VAHO_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[1], "a");
    free(list);
    assert_int_equal(vaho_envi_header_strings(&list, &n, header, "one", NULL), VAHO_OK);
    assert_int_equal(n, 1);
    assert_string_equal(list[0], "single");
    free(list);
    assert_int_equal(vaho_envi_header_strings(&list, &n, header, "empty", NULL), VAHO_OK);
    assert_int_equal(n, 0);
    assert_null(list);
    vaho_envi_header_free(header);
}

/* Converts two wavelengths and widths under the units of 'text'. */
static enum vaho_status convert(double wavelength[2], double fwhm[2], int *guessed,
                                const char *text, struct vaho_error *error)
{
    struct vaho_envi_header *header = parse(text);
    enum vaho_status status = vaho_envi_header_to_um(wavelength, fwhm, 2, header, guessed, error);
    vaho_envi_header_free(header);
    return status;
}

static void wavelengths_become_micrometres(void **state)
{
    (void)state;
    const struct {
        const char *units;
        double from[2], width, um[2], um_width;
        int guessed;
    } cases[] = {
        {"wavelength units = Nanometers", {400, 500}, 10, {0.4, 0.5}, 0.01, 0},
        {"Wavelength  Units = MICROMETERS", {8, 9}, 0.1, {8, 9}, 0.1, 0},
        {"wavelength units = \xc2\xb5m", {8, 9}, 0.1, {8, 9}, 0.1, 0},
        /* 1e4 / 1000 cm-1 = 10 um; d(lambda) = 1e4 / nu^2 d(nu) = 1e4 / 1e6 * 4 = 0.04 um */
        {"wavelength units = Wavenumber", {1000, 800}, 4, {10, 12.5}, 0.04, 0},
        {"wavelength units = m", {1e-6, 2e-6}, 1e-8, {1, 2}, 0.01, 0},
        {"", {9.5, 8.5}, 0.1, {9.5, 8.5}, 0.1, 1},
        {"wavelength units = Unknown", {400, 2500}, 10, {0.4, 2.5}, 0.01, 1},
        {"wavelength units =", {4e-7, 1e-6}, 1e-8, {0.4, 1}, 0.01, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double wavelength[2] = {cases[i].from[0], cases[i].from[1]};
        double fwhm[2] = {cases[i].width, cases[i].width};
        char text[100];
        int guessed;
        snprintf(text, sizeof text, "ENVI\n%s\n", cases[i].units);
        assert_int_equal(convert(wavelength, fwhm, &guessed, text, NULL), VAHO_OK);
        assert_int_equal(guessed, cases[i].guessed);
        for (int j = 0; j < 2; j++)
            assert_true(fabs(wavelength[j] / cases[i].um[j] - 1) < 1e-12);
        assert_true(fabs(fwhm[0] / cases[i].um_width - 1) < 1e-12);
    }
}

static void units_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct vaho_error error;
    double wavelength[2] = {400, 2500};
    int guessed;

    assert_int_equal(convert(wavelength, NULL, &guessed, "ENVI\nwavelength units = GHz\n", &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "'GHz' is not understood"));
    assert_int_equal(
        convert(wavelength, NULL, &guessed, "ENVI\nwavelength units = Index\n", &error),
        VAHO_NOT_APPLICABLE);
    assert_int_equal(
        convert(wavelength, NULL, &guessed, "ENVI\nwavelength units = Micrometers\n", &error),
        VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "item 2 of 'wavelength' is 2500"));
    assert_true(wavelength[0] == 400 && wavelength[1] == 2500); /* as they were */
    struct vaho_envi_header *header = parse("ENVI\nwavelength units = Unknown\n");
    double count[] = {1, 2, 3}, um[] = {1, 2, 3.5};
    assert_int_equal(vaho_envi_header_to_um(count, NULL, 3, header, &guessed, NULL),
                     VAHO_NOT_APPLICABLE);
    assert_int_equal(vaho_envi_header_to_um(um, NULL, 3, header, &guessed, NULL), VAHO_OK);
    vaho_envi_header_free(header);
    wavelength[1] = 0;
    assert_int_equal(
        convert(wavelength, NULL, &guessed, "ENVI\nwavelength units = Wavenumber\n", &error),
        VAHO_BAD_INPUT);
    wavelength[1] = NAN;
    assert_int_equal(convert(wavelength, NULL, &guessed, "ENVI\n", &error), VAHO_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_spelling_is_understood),
        cmocka_unit_test(old_macintosh_line_ends_count_as_lines),
        cmocka_unit_test(broken_headers_are_refused),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(lists_of_numbers),
        cmocka_unit_test(lists_of_strings),
        cmocka_unit_test(wavelengths_become_micrometres),
        cmocka_unit_test(units_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
