/* Canonical JSON against the examples of RFC 8785 and of ECMAScript's number format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/canonical_json.h"

static void canonical(struct vaho_text *out, const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    struct vaho_error error;

    assert_non_null(value);
    vaho_text_init(out, 1 << 20);
    assert_int_equal(vaho_canonical_json(out, value, &error), VAHO_OK);
    json_decref(value);
}

static void expect(const char *text, const char *wanted)
{
    struct vaho_text out;

    canonical(&out, text);
    assert_string_equal(out.data, wanted);
    vaho_text_free(&out);
}

static void numbers_are_ecmascripts(void **state)
{
    /* RFC 8785, appendix B: IEEE 754 bits and text */
    static const struct {
        uint64_t bits;
        const char *text;
    } sample[] = {{0x0000000000000000, "0"},
                  {0x8000000000000000, "0"},
                  {0x0000000000000001, "5e-324"},
                  {0x8000000000000001, "-5e-324"},
                  {0x7fefffffffffffff, "1.7976931348623157e+308"},
                  {0xffefffffffffffff, "-1.7976931348623157e+308"},
                  {0x4340000000000000, "9007199254740992"},
                  {0xc340000000000000, "-9007199254740992"},
                  {0x4430000000000000, "295147905179352830000"},
                  {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                  {0x44b52d02c7e14af6, "1e+23"},
                  {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                  {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                  {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                  {0x444b1ae4d6e2ef50, "1e+21"},
                  {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                  {0x3eb0c6f7a0b5ed8d, "0.000001"},
                  {0x41b3de4355555553, "333333333.3333332"},
                  {0x41b3de4355555554, "333333333.33333325"},
                  {0x41b3de4355555555, "333333333.3333333"},
                  {0x41b3de4355555556, "333333333.3333334"},
                  {0x41b3de4355555557, "333333333.33333343"},
                  {0xbecbf647612f3696, "-0.0000033333333333333333"},
                  {0x43143ff3c1cb0959, "1424953923781206.2"}};

    (void)state;
    for (size_t i = 0; i < sizeof sample / sizeof sample[0]; i++) {
        char out[VAHO_CANONICAL_NUMBER_NBYTES];
        double value;
        memcpy(&value, &sample[i].bits, sizeof value);
        vaho_canonical_number(out, value);
        assert_string_equal(out, sample[i].text);
    }
}

static void members_are_sorted_by_utf16(void **state)
{
    (void)state;
    /* RFC 8785, section 3.2.3 */
    expect("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\","
           "\"1\":\"One\",\"\\ud83d\\ude00\":\"Smiley\",\"\\u0080\":\"Control\","
           "\"\\u00f6\":\"o\"}",
           "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"\xC3\xB6\":\"o\","
           "\"\xE2\x82\xAC\":\"Euro Sign\",\"\xF0\x9F\x98\x80\":\"Smiley\","
           "\"\xEF\xAC\xB3\":\"Hebrew\"}");
    expect("{\"ab\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"ab\":1}");
}

static void texts_have_few_escapes(void **state)
{
    (void)state;
    /* RFC 8785, section 3.2.2 */
    expect("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
           "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
           "\"literals\":[null,true,false]}",
           "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
           "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    expect("\"\\b\\t\\f\\u001f\\u007f\"", "\"\\b\\t\\f\\u001f\x7f\"");
    expect(" [ ] ", "[]");
    expect("{ }", "{}");
    expect("[1.0, 1, -0.0]", "[1,1,0]");
}

static void what_has_no_canonical_form_is_refused(void **state)
{
    json_t *value = json_integer((json_int_t)1 << 53), *deep = json_array();
    struct vaho_text out;
    struct vaho_error error;

    (void)state;
    vaho_text_init(&out, 1 << 20);
    assert_int_equal(vaho_canonical_json(&out, value, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "9007199254740992"));
    json_decref(value);
    for (int i = 0; i < VAHO_CANONICAL_MAX_DEPTH + 1; i++)
        deep = json_pack("[o]", deep);
    assert_int_equal(vaho_canonical_json(&out, deep, &error), VAHO_BAD_INPUT);
    json_decref(deep);
    vaho_text_free(&out);
    value = json_string("longer than that");
    vaho_text_init(&out, 8);
    assert_int_equal(vaho_canonical_json(&out, value, &error), VAHO_NO_MEMORY);
    vaho_text_free(&out);
    json_decref(value);
}

static void the_readable_form_has_the_same_canonical_form(void **state)
{
    json_t *value = json_loads("{\"b\":[[1.5,2],[3,4]],\"a\":{},\"c\":[{\"d\":[1,2]}]}", 0, NULL);
    struct vaho_text readable, once;
    struct vaho_error error;

    (void)state;
    vaho_text_init(&readable, 1 << 20);
    assert_int_equal(vaho_readable_json(&readable, value, &error), VAHO_OK);
    assert_non_null(strstr(readable.data, "[1.5, 2]"));
    canonical(&once, readable.data);
    assert_string_equal(once.data, "{\"a\":{},\"b\":[[1.5,2],[3,4]],\"c\":[{\"d\":[1,2]}]}");
    vaho_text_free(&once);
    vaho_text_free(&readable);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_ecmascripts),
        cmocka_unit_test(members_are_sorted_by_utf16),
        cmocka_unit_test(texts_have_few_escapes),
        cmocka_unit_test(what_has_no_canonical_form_is_refused),
        cmocka_unit_test(the_readable_form_has_the_same_canonical_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
