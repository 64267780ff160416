/* test_escape.c - every byte sequence becomes valid UTF-8; markup becomes references; times */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "format/escape.h"
#include "format/palette.h"
#include "format/product.h"

#define BAD "\xef\xbf\xbd"

static void bytes_that_are_no_characters_are_replaced(void **state)
{
    (void)state;
    /* the cases of Unicode 15, table 3-7, at their borders */
    static const char *const pair[][2] = {
        {"plain\ttext\n", "plain\ttext\n"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa8"},
        {"\x01\x1f\x7f\r", BAD BAD BAD BAD},
        {"\x80\xbf", BAD BAD},
        {"\xc0\x80\xc1\xbf", BAD BAD BAD BAD},                    /* overlong */
        {"\xe0\x9f\xbf", BAD BAD BAD},                            /* overlong */
        {"\xed\x9f\xbf\xed\xa0\x80", "\xed\x9f\xbf" BAD BAD BAD}, /* surrogates */
        {"\xf0\x8f\xbf\xbf", BAD BAD BAD BAD},
        {"\xf4\x8f\xbf\xbd\xf4\x90\x80\x80", "\xf4\x8f\xbf\xbd" BAD BAD BAD BAD},
        {"\xf5\xff\xfe", BAD BAD BAD},
        {"\xef\xbf\xbe\xef\xbf\xbf", BAD BAD BAD BAD BAD BAD}, /* not in XML */
        {"\xc3", BAD},                                         /* cut short */
        {"\xe2\x82", BAD BAD},
        {"\xe2\x82x", BAD BAD "x"},
        {"\xf0\x9f\x92", BAD BAD BAD},
    };
    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
        struct vaho_text text;
        vaho_text_init(&text, 1000);
        vaho_escape_utf8(&text, pair[i][0]);
        assert_string_equal(text.data, pair[i][1]);
        vaho_text_free(&text);
    }
}

static void markup_becomes_references(void **state)
{
    (void)state;
    struct vaho_text text;
    vaho_text_init(&text, 1000);
    vaho_escape_markup(&text, "<a href=\"x\" b='y'>&amp;</a>\xff");
    assert_string_equal(text.data,
                        "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;" BAD);
    vaho_text_free(&text);
}

static void stamps_are_the_flights_time_or_1970(void **state)
{
    (void)state;
    static const char *const pair[][2] = {
        {"2026-05-01T10:20:30Z", "2026-05-01T10:20:30.000Z"},
        {"2026-05-01T10:20:30.5Z", "2026-05-01T10:20:30.000Z"},
        {"2026-05-01", "2026-05-01T00:00:00.000Z"},
        {"2026-05-01 10:20", "2026-05-01T00:00:00.000Z"},
        {"", "1970-01-01T00:00:00.000Z"},
        {"1 May 2026", "1970-01-01T00:00:00.000Z"},
        {"2026-5-1", "1970-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
        struct vaho_product product = {.time = pair[i][0]};
        char stamp[VAHO_STAMP_NBYTES];
        vaho_product_stamp(stamp, &product);
        assert_string_equal(stamp, pair[i][1]);
    }
}

static void gases_keep_their_colours(void **state)
{
    (void)state;
    struct vaho_plume plume[8] = {0};
    struct vaho_plumes plumes = {8, plume};
    struct vaho_palette palette;
    for (int i = 0; i < 8; i++) /* g f e d c b a g */
        plume[i].gas[0] = (char)('g' - i % 7);
    assert_int_equal(vaho_palette_new(&palette, &plumes, NULL), VAHO_OK);
    assert_int_equal(palette.n, 7);
    assert_string_equal(palette.gas[0], "a");
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(vaho_palette_colour(&palette, palette.gas[i]),
                                    vaho_palette_colour(&palette, palette.gas[j]));
    assert_string_equal(vaho_palette_colour(&palette, "g"), vaho_palette_colour(&palette, "a"));
    assert_non_null(vaho_palette_colour(&palette, "not among them"));
    vaho_palette_free(&palette);
    plumes.n = 0;
    assert_int_equal(vaho_palette_new(&palette, &plumes, NULL), VAHO_OK);
    assert_non_null(vaho_palette_colour(&palette, "a"));
    vaho_palette_free(&palette);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_are_no_characters_are_replaced),
        cmocka_unit_test(markup_becomes_references),
        cmocka_unit_test(stamps_are_the_flights_time_or_1970),
        cmocka_unit_test(gases_keep_their_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
