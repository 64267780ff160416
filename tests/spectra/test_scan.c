/* test_scan.c - numbers and lines, without a NUL at the end and whatever the locale */
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

#include "spectra/scan.h"

static void numbers_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "+2.5",
                                        ".5",
                                        "2.",
                                        "-1.5E+03",
                                        "1e-300",
                                        "123456789012345678901234567890",
                                        "0.1",
                                        "3.3333333333333333e-05",
                                        "8.58634699e-19",
                                        "1e400",
                                        "1e-400",
                                        "4.9406564584124654e-324",
                                        "9007199254740993",
                                        "0.000000000000000000000000000001234567890123456789"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double got = NAN, expected = strtod(texts[i], NULL);
        assert_int_equal(vaho_scan_number(&got, texts[i], strlen(texts[i])), strlen(texts[i]));
        if (!(got == expected || fabs(got / expected - 1.0) < 3e-16))
            fail_msg("%s reads as %.17g", texts[i], got);
    }
}

static void what_is_no_number_uses_no_bytes(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "-", ".", "e5", "nan", "inf", "+-1", "x"};
    double got;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(vaho_scan_number(&got, texts[i], strlen(texts[i])), 0);
    assert_int_equal(vaho_scan_number(&got, "1e", 2), 1);
    assert_int_equal(vaho_scan_number(&got, "1e+", 3), 1);
    assert_int_equal(vaho_scan_number(&got, "12345", 2), 2);
    assert_true(got == 12.0);
    assert_false(vaho_span_number(&got, vaho_span_of("1 2")));
    assert_true(vaho_span_number(&got, vaho_span_of("  7\t")) && got == 7.0);
}

/* 17 digits are enough to bring any double back (IEEE 754). */
static void seventeen_digits_come_back(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char text[40];
        double value, got;
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        value = ldexp((double)x, (int)(x % 200) - 160);
        snprintf(text, sizeof text, "%.17g", value);
        assert_int_equal(vaho_scan_number(&got, text, strlen(text)), strlen(text));
        assert_true(fabs(got / value - 1.0) < 3e-16);
    }
}

static void every_line_end_is_known(void **state)
{
    (void)state;
    static const char text[] = "a\nb\r\n\rc";
    static const char *const expected[] = {"a", "b", "", "c"};
    struct vaho_scan scan;
    struct vaho_span line;
    size_t n = 0;
    vaho_scan_init(&scan, text, sizeof text - 1);
    while (vaho_scan_line(&line, &scan)) {
        assert_true(vaho_span_is(line, expected[n]));
        assert_int_equal(scan.line, ++n);
    }
    assert_int_equal(n, 4);
}

static void fields_are_cut(void **state)
{
    (void)state;
    struct vaho_span rest = vaho_span_of(" a , b,,"), field;
    assert_true(vaho_span_field(&field, &rest, ',') && vaho_span_is(field, "a"));
    assert_true(vaho_span_field(&field, &rest, ',') && vaho_span_is(field, "B"));
    assert_true(vaho_span_field(&field, &rest, ',') && field.n == 0);
    assert_true(vaho_span_field(&field, &rest, ',') && field.n == 0);
    assert_false(vaho_span_field(&field, &rest, ','));
    rest = vaho_span_of(" \t ");
    assert_false(vaho_span_field(&field, &rest, ' '));
    assert_true(vaho_span_contains(vaho_span_of("Reflectance"), "LECT"));
    assert_false(vaho_span_contains(vaho_span_of("ab"), "abc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_as_strtod_reads_them),
        cmocka_unit_test(what_is_no_number_uses_no_bytes),
        cmocka_unit_test(seventeen_digits_come_back),
        cmocka_unit_test(every_line_end_is_known),
        cmocka_unit_test(fields_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
