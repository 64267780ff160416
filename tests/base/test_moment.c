/* Moments: the calendar's edges, and that nothing loose passes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/moment.h"

static void moments_are_the_c_librarys(void **state)
{
    (void)state;
    for (int64_t at = -2208988800; at < 253402300799; at += 86399 * 37 + 11) { /* 1900 to 9999 */
        struct tm about;
        time_t moment = (time_t)at;
        char wanted[64], got[VAHO_MOMENT_NBYTES];
        double back;
        gmtime_r(&moment, &about);
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%SZ", &about);
        vaho_moment_format(got, (double)at);
        assert_string_equal(got, wanted);
        assert_true(vaho_moment_parse(&back, got));
        assert_true(back == (double)at);
    }
}

static void leap_days_and_fractions(void **state)
{
    double at = 7;

    (void)state;
    assert_true(vaho_moment_parse(&at, "2024-02-29T00:00:00Z"));
    assert_true(at == 1709164800.0); /* date -u -d 2024-02-29 +%s */
    assert_true(vaho_moment_parse(&at, "1970-01-01T00:00:00.25Z"));
    assert_true(at == 0.25);
}

static void nothing_loose_passes(void **state)
{
    static const char *const loose[] = {
        "",
        "2026-04-03",
        "2026-04-03T12:00:00",
        "2026-04-03T12:00Z",
        "2026-04-03 12:00:00Z",
        "2026-04-03t12:00:00Z",
        "2026-04-03T12:00:00z",
        "2026-04-03T12:00:00+00:00",
        " 2026-04-03T12:00:00Z",
        "2026-04-03T12:00:00Z ",
        "2026-4-3T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2100-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-04-31T12:00:00Z",
        "2026-04-03T24:00:00Z",
        "2026-04-03T12:60:00Z",
        "2026-04-03T12:00:60Z",
        "2026-04-03T12:00:00.Z",
        "2026-04-03T12:00:00.0123456789Z",
        "1899-12-31T23:59:59Z",
        "-026-04-03T12:00:00Z",
    };
    double at = 7;
    char text[VAHO_MOMENT_NBYTES];

    (void)state;
    for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++)
        assert_false(vaho_moment_parse(&at, loose[i]));
    assert_true(at == 7);
    vaho_moment_format(text, NAN);
    assert_string_equal(text, "");
    vaho_moment_format(text, 1e300);
    assert_string_equal(text, "");
    vaho_moment_format(text, -1e11);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_the_c_librarys),
        cmocka_unit_test(leap_days_and_fractions),
        cmocka_unit_test(nothing_loose_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
