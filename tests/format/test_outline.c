/* test_outline.c - outlines of hard shapes, and of random ones judged by an independent library
 *
 * The judge of validity is GEOS (OGR_G_IsValid: the OGC's simple features); the
 * judge of content is each pixel's centre, inside or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <string.h>

#include "format/outline.h"

enum { MAX_SIDE = 40 };

struct picture {
    unsigned line0, sample0; /* where its first character lies */
    const char *const *row;  /* '#' is a pixel */
    size_t n_rows;
};

static size_t pixels_of(unsigned *out, const struct picture *picture)
{
    size_t n = 0;
    for (size_t y = 0; y < picture->n_rows; y++)
        for (size_t x = 0; picture->row[y][x] != '\0'; x++)
            if (picture->row[y][x] == '#') {
                out[2 * n] = picture->line0 + (unsigned)y;
                out[2 * n++ + 1] = picture->sample0 + (unsigned)x;
            }
    return n;
}

/* The outline as OGR sees it, x = sample, y = line, in corner units. */
static OGRGeometryH to_ogr(const struct vaho_outline *outline)
{
    OGRGeometryH all = OGR_G_CreateGeometry(wkbMultiPolygon), polygon = NULL;
    for (size_t r = 0; r < outline->n_rings; r++) {
        const struct vaho_ring *ring = &outline->ring[r];
        OGRGeometryH line = OGR_G_CreateGeometry(wkbLinearRing);
        for (size_t i = 0; i <= ring->n; i++) {
            struct vaho_corner c = outline->corner[ring->first + i % ring->n];
            OGR_G_AddPoint_2D(line, c.sample, c.line);
        }
        if (!ring->hole) {
            polygon = OGR_G_CreateGeometry(wkbPolygon);
            OGR_G_AddGeometryDirectly(all, polygon);
        }
        OGR_G_AddGeometryDirectly(polygon, line);
    }
    return all;
}

static void check(const unsigned *pixel, size_t n, size_t n_polygons, size_t n_rings)
{
    struct vaho_outline outline;
    OGRGeometryH geometry;

    assert_int_equal(vaho_outline_trace(&outline, pixel, n, NULL), VAHO_OK);
    geometry = to_ogr(&outline);
    assert_true(OGR_G_IsValid(geometry));
    assert_true(OGR_G_Area(geometry) == (double)n);
    assert_int_equal(OGR_G_GetGeometryCount(geometry), outline.n_polygons);
    for (size_t i = 0; i < n; i++) {
        OGRGeometryH centre = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(centre, 0, pixel[2 * i + 1] + 0.5, pixel[2 * i] + 0.5);
        assert_true(OGR_G_Contains(geometry, centre));
        OGR_G_DestroyGeometry(centre);
    }
    if (n_rings != 0) {
        assert_int_equal(outline.n_polygons, n_polygons);
        assert_int_equal(outline.n_rings, n_rings);
    }
    OGR_G_DestroyGeometry(geometry);
    vaho_outline_free(&outline);
}

static void hard_shapes_have_valid_outlines(void **state)
{
    (void)state;
    static const struct {
        const char *row[8];
        size_t n_polygons, n_rings;
    } shape[] = {
        {{"#"}, 1, 1},
        {{"###"}, 1, 1},
        {{"#.", ".#"}, 2, 2}, /* touch at a corner only */
        {{".#", "#."}, 2, 2},
        {{"###", "#.#", "###"}, 1, 2}, /* a hole */
        {{"###", "#.#", "##."}, 1, 2}, /* a hole that reaches outside at a corner */
        {{".##", "#.#", "###"}, 1, 2},
        {{"####", "#.##", "##.#", "####"}, 1, 3}, /* two holes touching at a corner */
        {{"#####", "##.##", "#.#.#", "##.##", "#####"},
         2,
         3}, /* an island that meets its hole at corners */
        {{"#####", "#...#", "#.#.#", "#...#", "#####"}, 2, 3}, /* an island in a hole */
        {{"#.#.#", ".#.#.", "#.#.#"}, 8, 8},                   /* chess board */
        {{"##.##", "#...#", "..#..", "#...#", "##.##"}, 5, 5},
        {{"#....", "##...", "###..", "####.", "#####"}, 1, 1},
    };
    unsigned pixel[2 * MAX_SIDE * MAX_SIDE];
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++) {
        struct picture picture = {0, 0, shape[i].row, 0};
        while (picture.n_rows < 8 && shape[i].row[picture.n_rows] != NULL)
            picture.n_rows++;
        check(pixel, pixels_of(pixel, &picture), shape[i].n_polygons, shape[i].n_rings);
        picture.line0 = 100000; /* far into a long flight line */
        picture.sample0 = 17;
        check(pixel, pixels_of(pixel, &picture), shape[i].n_polygons, shape[i].n_rings);
    }
}

static void random_shapes_have_valid_outlines(void **state)
{
    (void)state;
    unsigned pixel[2 * MAX_SIDE * MAX_SIDE], seed = 1;
    for (int repeat = 0; repeat < 300; repeat++) {
        unsigned height = 1 + (unsigned)repeat % 9, width = 1 + (unsigned)repeat % 13;
        size_t n = 0;
        for (unsigned y = 0; y < height; y++)
            for (unsigned x = 0; x < width; x++) {
                seed = seed * 1664525u + 1013904223u;
                if (seed >> 24 < (unsigned)(60 + repeat % 5 * 40)) {
                    pixel[2 * n] = y;
                    pixel[2 * n++ + 1] = x;
                }
            }
        if (n > 0)
            check(pixel, n, 0, 0);
    }
}

static void straight_edges_keep_only_their_ends(void **state)
{
    (void)state;
    const unsigned pixel[] = {5, 7, 5, 8, 5, 9, 6, 7, 6, 8, 6, 9};
    static const struct vaho_corner expected[4] = {{5, 7}, {5, 10}, {7, 10}, {7, 7}};
    struct vaho_outline outline;
    assert_int_equal(vaho_outline_trace(&outline, pixel, 6, NULL), VAHO_OK);
    assert_int_equal(outline.n_corners, 4);
    assert_memory_equal(outline.corner, expected, sizeof expected);
    vaho_outline_free(&outline);
}

static void no_pixels_and_endless_extents_are_refused(void **state)
{
    (void)state;
    const unsigned far_apart[] = {0, 0, UINT32_MAX - 1, UINT32_MAX - 1}, last[] = {UINT32_MAX, 0};
    struct vaho_outline outline;
    struct vaho_error error;
    assert_int_equal(vaho_outline_trace(&outline, far_apart, 0, &error), VAHO_USAGE);
    assert_int_equal(vaho_outline_trace(&outline, far_apart, 2, &error), VAHO_USAGE);
    assert_int_equal(vaho_outline_trace(&outline, last, 1, &error), VAHO_USAGE);
    assert_null(outline.ring);
    vaho_outline_free(&outline);
}

/* A cube whose lines run south to north and samples east to west, and one the usual way:
 * outsides must be anticlockwise on the map in both. */
static void rings_obey_the_right_hand_rule(void **state)
{
    (void)state;
    const unsigned pixel[] = {0, 0, 0, 1, 0, 2, 1, 0, 1, 2, 2, 0, 2, 1, 2, 2};
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        double longitude[9], latitude[9], lonlat[16];
        struct vaho_georeference georeference = {
            .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
        struct vaho_outline outline;
        struct vaho_place *place;
        for (int i = 0; i < 9; i++) {
            longitude[i] = 179.9999 + 0.0001 * (i % 3); /* across the antimeridian */
            longitude[i] -= longitude[i] >= 180 ? 360 : 0;
            latitude[i] = 40 + (mirrored ? 0.0001 : -0.0001) * (i / 3);
        }
        assert_int_equal(vaho_place_new(&place, &georeference, 3, 3, NULL), VAHO_OK);
        assert_int_equal(vaho_outline_trace(&outline, pixel, 8, NULL), VAHO_OK);
        assert_int_equal(outline.n_corners, 8);
        assert_true(vaho_outline_place(lonlat, &outline, place));
        for (int ring = 0; ring < 2; ring++) {
            double area = 0;
            for (int i = 0; i < 4; i++) {
                const double *a = lonlat + 8 * ring + 2 * i;
                const double *b = lonlat + 8 * ring + 2 * ((i + 1) % 4);
                area += (a[0] - 180) * (b[1] - 40) - (b[0] - 180) * (a[1] - 40);
                assert_true(a[0] > 179.99 && a[0] < 180.01); /* in one piece */
            }
            assert_true(ring == 0 ? area > 0 : area < 0);
        }
        vaho_outline_free(&outline);
        vaho_place_free(place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hard_shapes_have_valid_outlines),
        cmocka_unit_test(random_shapes_have_valid_outlines),
        cmocka_unit_test(straight_edges_keep_only_their_ends),
        cmocka_unit_test(no_pixels_and_endless_extents_are_refused),
        cmocka_unit_test(rings_obey_the_right_hand_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
