#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serve/fields.h"

#define END                                                                                        \
    {                                                                                              \
        NULL, VAHO_FIELD_TEXT, 0, 0, 0, NULL                                                       \
    }
static const struct vaho_field
    query[] = {{"n", VAHO_FIELD_WHOLE, 0, 1, 10, ""}, {"x", VAHO_FIELD_REAL, 0, -1, 1, ""},
               {"bbox", VAHO_FIELD_BOX, 0, 0, 0, ""}, {"when", VAHO_FIELD_TIME, 0, 0, 0, ""},
               {"t", VAHO_FIELD_TEXT, 0, 0, 3, ""},   END},
    needed[] = {{"n", VAHO_FIELD_WHOLE, 1, 0, 10, ""}, END},
    body[] = {{"t", VAHO_FIELD_TEXT, 1, 0, 5, ""},       {"name", VAHO_FIELD_NAME, 0, 0, 5, ""},
              {"n", VAHO_FIELD_WHOLE, 0, 0, 9, ""},      {"words", VAHO_FIELD_WORDS, 0, 0, 2, ""},
              {"sites", VAHO_FIELD_JUDGED, 0, 0, 2, ""}, END};

static const char *wrong_in_query(const struct vaho_field *fields, const char *text)
{
    static struct vaho_target target;

    assert_true(vaho_target_parse(&target, text));
    return vaho_fields_check_query(fields, &target);
}

static void queries(void **state)
{
    static const char *const good[] = {
        "/", "/?n=1", "/?n=10&x=-0.5&t=abc", "/?bbox=1,2,3,4", "/?when=2026-04-03", "/?x=1e-1"};
    static const char *const bad[][2] = {
        {"/?n=0", "n"},       {"/?n=11", "n"},  {"/?n=1.5", "n"},  {"/?n=", "n"},
        {"/?n=1x", "n"},      {"/?n=0x1", "n"}, {"/?n=1e1", "n"},  {"/?x=2", "x"},
        {"/?x=nan", "x"},     {"/?x=inf", "x"}, {"/?x=-", "x"},    {"/?bbox=1", "bbox"},
        {"/?when=x", "when"}, {"/?t=", "t"},    {"/?t=abcd", "t"}, {"/?other=1", "other"}};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(wrong_in_query(query, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_string_equal(wrong_in_query(query, bad[i][0]), bad[i][1]);
    assert_string_equal(wrong_in_query(needed, "/"), "n");
    assert_string_equal(wrong_in_query(NULL, "/?n=1"), "n"); /* nothing may be given */
}

static void bodies(void **state)
{
    static const char *const good[] = {
        "{\"t\":\"a\\nb\"}", "{\"t\":\"a\",\"name\":null,\"n\":9,\"words\":[\"x\",\"y\"]}",
        "{\"t\":\"a\",\"sites\":[{\"site\":\"s\",\"version\":\"0123456789abcdef\"}]}"};
    static const char *const bad[][2] = {
        {"{}", "t"},
        {"{\"t\":\"\"}", "t"},
        {"{\"t\":null}", "t"},
        {"{\"t\":\"abcdef\"}", "t"},
        {"{\"t\":\"a\\u001b\"}", "t"},
        {"{\"t\":\"a\",\"u\":1}", "u"},
        {"{\"t\":\"a\",\"n\":10}", "n"},
        {"{\"t\":\"a\",\"n\":1.0}", "n"},
        {"{\"t\":\"a\",\"n\":\"1\"}", "n"},
        {"{\"t\":\"a\",\"name\":1}", "name"},
        {"{\"t\":\"a\",\"words\":[]}", "words"},
        {"{\"t\":\"a\",\"words\":[\"x\",1]}", "words"},
        {"{\"t\":\"a\",\"words\":[\"x\",\"y\",\"z\"]}", "words"},
        {"{\"t\":\"a\",\"words\":{}}", "words"},
        {"{\"t\":\"a\",\"sites\":[{\"site\":\"s\"}]}", "sites"},
        {"{\"t\":\"a\",\"sites\":[{\"site\":\"s\",\"version\":\"short\"}]}", "sites"},
        {"{\"t\":\"a\",\"sites\":[{\"site\":\"s\",\"version\":\"0123456789abcdef\",\"x\":1}]}",
         "sites"},
        {"{\"t\":\"a\",\"sites\":[[]]}", "sites"}};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        json_t *json = json_loads(good[i], 0, NULL);
        assert_non_null(json);
        assert_null(vaho_fields_check_body(body, json));
        json_decref(json);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *json = json_loads(bad[i][0], 0, NULL);
        const char *wrong = vaho_fields_check_body(body, json);
        assert_non_null(json);
        if (wrong == NULL || strcmp(wrong, bad[i][1]) != 0)
            fail_msg("%s: %s", bad[i][0], wrong == NULL ? "was taken" : wrong);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(queries), cmocka_unit_test(bodies)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
