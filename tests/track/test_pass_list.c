/* test_pass_list.c - the list of passes: what it says, and what is wrong with it and where */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "track/pass_list.h"

static enum vaho_status parse(struct vaho_pass_list *out, const char *text,
                              struct vaho_error *error)
{
    /* a copy that ends where the text does, so that a sanitizer sees a step beyond */
    size_t n = strlen(text);
    char *copy = malloc(n > 0 ? n : 1);
    enum vaho_status status;

    assert_non_null(copy);
    memcpy(copy, text, n);
    status = vaho_pass_list_parse(out, copy, n, "march.csv", error);
    free(copy);
    return status;
}

static void columns_come_in_any_order_and_unknowns_have_defaults(void **state)
{
    (void)state;
    struct vaho_pass_list list;
    struct vaho_error error;

    assert_int_equal(parse(&list,
                           "# winds of the mast\r\n"
                           "wind_from_deg, cube ,time,wind_speed_m_s\r\n"
                           "\n"
                           "270.5, one.bil ,2026-05-01T10:20:30Z,3.5\n"
                           "0,two.bil",
                           &error),
                     VAHO_OK);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.pass[0].cube, "one.bil");
    assert_string_equal(list.pass[0].time, "2026-05-01T10:20:30Z");
    assert_true(list.pass[0].wind_from_deg == 270.5 && list.pass[0].wind_speed_m_s == 3.5);
    assert_true(list.pass[0].wind_from_sigma_deg == 15.0);
    assert_string_equal(list.pass[1].cube, "two.bil");
    assert_string_equal(list.pass[1].time, "");
    assert_string_equal(list.pass[1].geo, "");
    assert_true(isnan(list.pass[1].air_temperature_k));
    assert_true(list.pass[1].wind_from_deg == 0.0 && isnan(list.pass[1].wind_speed_m_s));
    vaho_pass_list_free(&list);
    vaho_pass_list_free(&list); /* all zero now */
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "names no pass"},
        {"cube,wind_from_deg\n", "names no pass"},
        {"cube\na.bil\n", "no column 'wind_from_deg'"},
        {"wind_from_deg\n12\n", "no column 'cube'"},
        {"cube,wind_from_deg,colour\n", "unknown 'colour'"},
        {"cube,wind_from_deg,cube\n", "twice 'cube'"},
        {"cube,wind_from_deg\na.bil,\n", "line 2: wind_from_deg is empty"},
        {"cube,wind_from_deg\n,12\n", "line 2: cube is empty"},
        {"cube,wind_from_deg\na.bil,12\nb.bil,361\n", "line 3: wind_from_deg wants 0 to 360"},
        {"cube,wind_from_deg\na.bil,north\n", "'north'"},
        {"cube,wind_from_deg\na.bil,nan\n", "wants 0 to 360"},
        {"cube,wind_from_deg,wind_from_sigma_deg\na.bil,9,91\n", "wind_from_sigma_deg wants"},
        {"cube,wind_from_deg,wind_speed_m_s\na.bil,9,0\n", "wind_speed_m_s wants"},
        {"cube,wind_from_deg,air_temperature_k\na.bil,9,20\n", "air_temperature_k wants 180 to"},
        {"cube,wind_from_deg,time\na.bil,9,monday\n", "line 2: time wants"},
        {"cube,wind_from_deg\na.bil,12,13\n", "line 2: field 3 is one too many"},
        {"cube,wind_from_deg\n\"a.bil\",12\n", "line 2: field 1"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct vaho_pass_list list;
        struct vaho_error error = {VAHO_OK, ""};
        assert_int_equal(parse(&list, wrong[i].text, &error), VAHO_BAD_INPUT);
        if (strstr(error.message, wrong[i].says) == NULL ||
            strstr(error.message, "march.csv") == NULL)
            fail_msg("'%s' does not say '%s'", error.message, wrong[i].says);
        assert_true(list.n == 0 && list.pass == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_in_any_order_and_unknowns_have_defaults),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
