#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serve/target.h"

static struct vaho_target target;

static void paths_are_decoded(void **state)
{
    (void)state;
    assert_true(vaho_target_parse(&target, "/api/sites/a%20b?limit=10&gas=x%2By+z"));
    assert_string_equal(target.path, "/api/sites/a b");
    assert_int_equal(target.n, 2);
    assert_string_equal(vaho_target_get(&target, "limit"), "10");
    assert_string_equal(vaho_target_get(&target, "gas"), "x+y z");
    assert_null(vaho_target_get(&target, "other"));
    assert_true(vaho_target_parse(&target, "/"));
    assert_true(vaho_target_parse(&target, "/a/"));
    assert_true(vaho_target_parse(&target, "/a?"));
    assert_true(vaho_target_parse(&target, "/%C3%B1"));
}

static void what_two_could_read_differently_is_refused(void **state)
{
    static const char *const refused[] = {
        "",           "a",        "http://x/a", "*",        "/a/../b",     "/a/./b",   "/..",
        "/%2e%2e/a",  "/a%2fb",   "/a%5cb",     "/a\\b",    "//a",         "/a//b",    "/%00",
        "/a%0a",      "/a%",      "/a%4",       "/a%4g",    "/%ff",        "/a?b",     "/a?=b",
        "/a?b=1&b=2", "/a?b=%00", "/a?b=%zz",   "/a?b=%ff", "/a?b=1&&c=2", "/a?b=%1f", "/\x7f"};
    char many[400] = "/a?", huge[VAHO_TARGET_MAX_NBYTES + 8];

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (vaho_target_parse(&target, refused[i]))
            fail_msg("'%s' was taken", refused[i]);
    for (int i = 0; i <= VAHO_TARGET_MAX_PARAMETERS; i++)
        sprintf(many + strlen(many), "%sp%d=1", i == 0 ? "" : "&", i);
    assert_false(vaho_target_parse(&target, many));
    memset(huge, 'a', sizeof huge);
    huge[0] = '/';
    huge[sizeof huge - 1] = '\0';
    assert_false(vaho_target_parse(&target, huge));
}

static void escaping_is_undone_by_parsing(void **state)
{
    static const char value[] = "a b&c=d%/?#\xC3\xB1,:-._~";
    struct vaho_text text;

    (void)state;
    vaho_text_init(&text, 1000);
    vaho_text_puts(&text, "/a?x=");
    vaho_target_escape(&text, value);
    assert_true(vaho_target_parse(&target, text.data));
    assert_string_equal(vaho_target_get(&target, "x"), value);
    vaho_text_free(&text);
}

static void boxes(void **state)
{
    static const char *const refused[] = {"",           "1",         "1,2,3",     "1,2,3,4,5",
                                          "1,2,3,x",    "1,2,3,4,",  "1,,3,4",    "1,5,3,4",
                                          "-181,2,3,4", "1,2,181,4", "1,-91,3,4", "nan,2,3,4",
                                          "1,2,inf,4",  " 1,2,3,4",  "0x1,2,3,4 "};
    double box[4];

    (void)state;
    assert_true(vaho_box_parse(box, "-118.5,34,-117,35.25"));
    assert_true(box[0] == -118.5 && box[1] == 34 && box[2] == -117 && box[3] == 35.25);
    assert_true(vaho_box_parse(box, "170,-10,-170,10")); /* across the antimeridian */
    assert_true(vaho_box_parse(box, "1,2,-5,3,4,900"));  /* with heights */
    assert_true(box[0] == 1 && box[1] == 2 && box[2] == 3 && box[3] == 4);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (vaho_box_parse(box, refused[i]))
            fail_msg("'%s' was taken", refused[i]);
}

static void intervals(void **state)
{
    static const char *const refused[] = {"",
                                          "..",
                                          "yesterday",
                                          "2026",
                                          "2026-04-03T12:00:00",
                                          "2026-04-04/2026-04-03",
                                          "2026-04-03/x",
                                          "2026-13-01"};
    double when[2];

    (void)state;
    assert_true(vaho_interval_parse(when, "2026-04-03T12:00:00Z")); /* 1775217600: date -d @ */
    assert_true(when[0] == 1775217600 && when[1] == 1775217600);
    assert_true(vaho_interval_parse(when, "2026-04-03"));
    assert_true(when[0] == 1775174400 && when[1] > 1775260799 && when[1] < 1775260800);
    assert_true(vaho_interval_parse(when, "2026-04-03T12:00:00+00:00/.."));
    assert_true(when[0] == 1775217600 && isinf(when[1]));
    assert_true(vaho_interval_parse(when, "/2026-04-03"));
    assert_true(isinf(when[0]) && when[0] < 0);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (vaho_interval_parse(when, refused[i]))
            fail_msg("'%s' was taken", refused[i]);
}

/* RFC 9110, 14.1.2 and 14.2 */
static void ranges(void **state)
{
    size_t part[2];

    (void)state;
    assert_int_equal(vaho_range_parse(part, "bytes=0-499", 10000), 1);
    assert_true(part[0] == 0 && part[1] == 499);
    assert_int_equal(vaho_range_parse(part, "bytes=9500-", 10000), 1);
    assert_true(part[0] == 9500 && part[1] == 9999);
    assert_int_equal(vaho_range_parse(part, "bytes=-500", 10000), 1);
    assert_true(part[0] == 9500 && part[1] == 9999);
    assert_int_equal(vaho_range_parse(part, "bytes=-20000", 10000), 1);
    assert_true(part[0] == 0 && part[1] == 9999);
    assert_int_equal(vaho_range_parse(part, "bytes=9999-20000", 10000), 1);
    assert_true(part[0] == 9999 && part[1] == 9999);
    assert_int_equal(vaho_range_parse(part, "bytes=10000-", 10000), -1);
    assert_int_equal(vaho_range_parse(part, "bytes=-0", 10000), -1);
    assert_int_equal(vaho_range_parse(part, "bytes=0-", 0), -1);
    assert_int_equal(vaho_range_parse(part, "bytes=0-1,3-4", 10000), 0);
    assert_int_equal(vaho_range_parse(part, "bytes=5-4", 10000), 0);
    assert_int_equal(vaho_range_parse(part, "bytes=a-b", 10000), 0);
    assert_int_equal(vaho_range_parse(part, "bytes=99999999999999999999-", 10000), 0);
    assert_int_equal(vaho_range_parse(part, "lines=0-1", 10000), 0);
    assert_int_equal(vaho_range_parse(part, "bytes=", 10000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(paths_are_decoded),
                                       cmocka_unit_test(what_two_could_read_differently_is_refused),
                                       cmocka_unit_test(escaping_is_undone_by_parsing),
                                       cmocka_unit_test(boxes),
                                       cmocka_unit_test(intervals),
                                       cmocka_unit_test(ranges)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
