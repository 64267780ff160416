/* test_geometry.c - GeoPackage's geometries, read back by GDAL; and what is no geometry */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cpl_conv.h>
#include <ogr_api.h>

#include "casebook/geometry.h"

static struct vaho_blob blob_of(const char *text)
{
    json_t *geometry = json_loads(text, JSON_DECODE_ANY, NULL);
    struct vaho_blob blob;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_blob_from_geojson(&blob, geometry, "plume 1", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    json_decref(geometry);
    return blob;
}

static void expect(const char *text, const char *wkt, const double bounds[4])
{
    struct vaho_blob blob = blob_of(text);
    OGRGeometryH geometry = NULL;
    double envelope[4];
    char *got = NULL;

    assert_memory_equal(blob.data, "GP\0\3\xE6\x10\0\0", 8); /* srs 4326 = 0x10E6 */
    assert_int_equal(OGR_G_CreateFromWkb(blob.data + 40, NULL, &geometry, (int)blob.nbytes - 40),
                     OGRERR_NONE);
    OGR_G_ExportToWkt(geometry, &got);
    assert_string_equal(got, wkt);
    assert_true(vaho_blob_envelope(envelope, blob.data, blob.nbytes));
    for (int i = 0; i < 4; i++)
        assert_true(envelope[i] == bounds[i]);
    for (size_t n = 0; n < 40; n++) /* cut short: never read past the end */
        assert_false(vaho_blob_envelope(envelope, blob.data, n));
    CPLFree(got);
    OGR_G_DestroyGeometry(geometry);
    vaho_blob_free(&blob);
}

static void polygons_become_multipolygons(void **state)
{
    (void)state;
    expect("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[3,1],[3,2],[2,"
           "1]]]}",
           "MULTIPOLYGON (((0 0,4 0,4 4,0 0),(2 1,3 1,3 2,2 1)))", (const double[]){0, 4, 0, 4});
    expect("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[-1.5,0],[1,0],[1,2.25],[-1.5,0]]],"
           "[[[179,0],[181,0],[180,-3],[179,0]]]]}",
           "MULTIPOLYGON (((-1.5 0.0,1 0,1.0 2.25,-1.5 0.0)),((179 0,181 0,180 -3,179 0)))",
           (const double[]){-1.5, 181, -3, 2.25});
}

static void null_is_no_geometry(void **state)
{
    struct vaho_blob blob = blob_of("null");

    (void)state;
    assert_null(blob.data);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "3",
        "{\"type\":\"Point\",\"coordinates\":[0,0]}",
        "{\"type\":\"Polygon\",\"coordinates\":[]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,100],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,null],[0,0]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_t *geometry = json_loads(wrong[i], JSON_DECODE_ANY, NULL);
        struct vaho_blob blob;
        struct vaho_error error = {VAHO_OK, ""};
        assert_int_equal(vaho_blob_from_geojson(&blob, geometry, "plume 1", &error),
                         VAHO_BAD_INPUT);
        assert_null(blob.data);
        assert_non_null(strstr(error.message, "plume 1: its geometry"));
        json_decref(geometry);
    }
}

static void points_and_other_byte_orders_are_read(void **state)
{
    /* big-endian, no envelope: POINT (1 2) */
    static const unsigned char point[] = {'G', 'P',  0, 0,    0,    0, 0x10, 0xE6, 0, 0,
                                          0,   0,    1, 0x3F, 0xF0, 0, 0,    0,    0, 0,
                                          0,   0x40, 0, 0,    0,    0, 0,    0,    0};
    static const unsigned char empty[] = {'G', 'P', 0, 0x11, 0xE6, 0x10, 0, 0};
    double envelope[4];

    (void)state;
    assert_true(vaho_blob_envelope(envelope, point, sizeof point));
    assert_true(envelope[0] == 1 && envelope[1] == 1 && envelope[2] == 2 && envelope[3] == 2);
    assert_false(vaho_blob_envelope(envelope, empty, sizeof empty));
    assert_false(vaho_blob_envelope(envelope, "XY\0\0\0\0\0\0", 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polygons_become_multipolygons),
        cmocka_unit_test(null_is_no_geometry),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(points_and_other_byte_orders_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
