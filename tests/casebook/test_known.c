/* test_known.c - licensed emitters: what is refused, and what they explain */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include <stdio.h>
#include <string.h>

#include "casebook/known.h"

static const char *feature(const char *name, const char *gases, double west)
{
    static char text[4][512];
    static int turn;
    char *out = text[turn++ % 4];

    snprintf(out, sizeof text[0],
             "{\"type\":\"Feature\",\"properties\":{\"name\":\"%s\",\"gases\":%s},\"geometry\":{"
             "\"type\":"
             "\"Polygon\",\"coordinates\":[[[%.4f,10],[%.4f,10],[%.4f,10.001],[%.4f,10.001],"
             "[%.4f,10]]]}}",
             name, gases, west, west + 0.001, west + 0.001, west, west);
    return out;
}

static enum vaho_status parse(struct vaho_known *out, const char *a, const char *b,
                              struct vaho_error *error)
{
    char text[2048];

    snprintf(text, sizeof text, "{\"type\":\"FeatureCollection\",\"features\":[%s%s%s]}", a,
             b[0] == '\0' ? "" : ",", b);
    return vaho_known_parse(out, text, strlen(text), "k", error);
}

/* A site of 10 m in an area of 110 m: all of it inside, half on the border, none outside. */
static void the_share_of_a_place_inside_decides(void **state)
{
    static const double ten[3] = {100, 0, 100};
    static const double west[] = {20, 179.9995, -180};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct vaho_known known;
        struct vaho_fix inside = vaho_fix_at(west[i] + 0.0005, 10.0005, ten);
        struct vaho_fix border = vaho_fix_at(west[i] + 0.001, 10.0005, ten);
        struct vaho_fix outside = vaho_fix_at(west[i] + 0.0015, 10.0005, ten);
        double share;
        assert_int_equal(parse(&known, feature("B", "[\"methane\"]", west[i]),
                               feature("A", "[\"acetone\",\"ammonia\"]", west[i]), NULL),
                         VAHO_OK);
        assert_string_equal(vaho_known_explain(&share, &known, "ammonia", &inside)->name, "A");
        assert_true(share > 0.95);
        assert_string_equal(vaho_known_explain(&share, &known, "methane", &border)->name, "B");
        assert_float_equal(share, 0.5, 0.07);
        assert_null(vaho_known_explain(&share, &known, "ammonia", &outside));
        assert_null(vaho_known_explain(&share, &known, "methanol", &inside));
        assert_true(isnan(share));
        vaho_known_free(&known);
    }
}

static void what_is_broken_is_said(void **state)
{
    const char *const good = feature("A", "[\"ammonia\"]", 1);
    const struct {
        const char *a, *b, *word;
    } bad[] = {{good, good, "two emitters have the name 'A'"},
               {good, "{}", "feature 2: 'type' must be"},
               {feature("", "[\"ammonia\"]", 1), "", "feature 1: 'name' must be"},
               {feature("A", "[]", 1), "", "'gases' must be an array"},
               {feature("A", "[\"NH3\"]", 1), "", "'gases' must hold names"},
               {"{\"type\":\"Feature\",\"properties\":{\"name\":\"A\",\"gases\":[\"ammonia\"]}}",
                "", "'geometry' must be the area"},
               {"[", "", "is not JSON"}};
    struct vaho_known known;
    struct vaho_error error;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(&known, bad[i].a, bad[i].b, &error), VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, bad[i].word));
        assert_null(known.root);
    }
    assert_int_equal(vaho_known_parse(&known, "[]", 2, "k", &error), VAHO_BAD_INPUT);
    assert_int_equal(parse(&known, "", "", &error), VAHO_OK);
    vaho_known_free(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_of_a_place_inside_decides),
        cmocka_unit_test(what_is_broken_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
