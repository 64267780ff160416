/* test_coverage.c - tiles read, kept as bytes, read back; across the antimeridian too */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include <stdio.h>
#include <string.h>

#include "casebook/coverage.h"

static char *text_of(double west, const char *limit)
{
    static char text[2048];

    snprintf(
        text, sizeof text,
        "{\"flight\":\"f\",\"steepness\":3,\"features\":["
        "{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.4f,10],[%.4f,10],[%.4f,10.01],"
        "[%.4f,10.01],[%.4f,10]]]},\"properties\":{\"valid\":0.5,\"limit_ppmm\":{\"methanol\":%s,"
        "\"ammonia\":5}}},"
        "{\"geometry\":null,\"properties\":{\"valid\":1,\"limit_ppmm\":{\"methanol\":1,"
        "\"ammonia\":1}}}]}",
        west, remainder(west + 0.01, 360), remainder(west + 0.01, 360), west, west, limit);
    return text;
}

static void tiles_come_back_from_their_bytes(void **state)
{
    static const double west[] = {-117.5, 179.995, -180};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *text = text_of(west[i], "null");
        struct vaho_cover cover;
        struct vaho_cover_tile tile;
        double limit[2], room[2];
        unsigned char *bytes;
        assert_int_equal(vaho_cover_parse(&cover, text, strlen(text), "f", "c", NULL), VAHO_OK);
        assert_int_equal(cover.n, 1); /* the other has no place */
        assert_int_equal(cover.n_gases, 2);
        assert_float_equal(cover.box[0], west[i], 1e-9);
        assert_float_equal(cover.box[1], west[i] + 0.01, 1e-9);
        /* 0.01 degrees are 1113.2 m north, times cos 10 degrees east; half searched */
        assert_float_equal(cover.searched_m2 / (0.5 * 1113.2 * 1113.2 * 0.98481), 1, 0.01);
        assert_true(isnan(vaho_cover_median(&cover, 1, 0, room)));
        assert_float_equal(vaho_cover_median(&cover, 0, 0, room), 5, 0);
        bytes = vaho_cover_pack(&cover);
        vaho_cover_unpack(&tile, limit, bytes, cover.box[0], 2, 0); /* ammonia: they are sorted */
        assert_float_equal(limit[0], 5, 0);
        assert_true(isnan(limit[1]));
        assert_float_equal(tile.valid, 0.5, 0);
        assert_true(vaho_cover_holds(&tile, west[i] + 0.004, 10.004));
        assert_false(vaho_cover_holds(&tile, west[i] + 0.004, 10.011));
        assert_false(vaho_cover_holds(&tile, west[i] - 0.001, 10.004));
        vaho_cover_unpack(&tile, limit, bytes, cover.box[0], 2, 2);
        assert_true(isnan(limit[0]));
        free(bytes);
        vaho_cover_free(&cover);
    }
}

static void what_is_broken_is_said(void **state)
{
    static const char *const bad[][2] = {
        {"{", "is not JSON"},
        {"{\"flight\":\"g\"}", "'flight' is not what run.json says"},
        {"{\"flight\":\"f\",\"steepness\":-1}", "'steepness' must be"},
        {"{\"flight\":\"f\",\"steepness\":3,\"features\":3}", "'features' must be"},
        {"{\"flight\":\"f\",\"steepness\":3,\"features\":[{\"properties\":{\"limit_ppmm\":{}}}]}",
         "tile 1 has no 'valid'"},
        {"{\"flight\":\"f\",\"steepness\":3,\"features\":[{\"properties\":{\"valid\":1,\"limit_"
         "ppmm\":{}},"
         "\"geometry\":{\"type\":\"Point\"}}]}",
         "tile 1 is no Polygon of four corners"}};
    struct vaho_cover cover;
    struct vaho_error error;
    const char *text = text_of(0, "0");

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(vaho_cover_parse(&cover, bad[i][0], strlen(bad[i][0]), "f", "c", &error),
                         VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, bad[i][1]));
    }
    assert_int_equal(vaho_cover_parse(&cover, text, strlen(text), "f", "c", &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "neither null nor a number above 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_come_back_from_their_bytes),
        cmocka_unit_test(what_is_broken_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
