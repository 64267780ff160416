/* Areas: what is refused, holes, the antimeridian, distances against geodesics of PROJ. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <geodesic.h>

#include "mandate/area.h"

static struct vaho_area *area_of(const char *text)
{
    json_t *geometry = json_loads(text, 0, NULL);
    struct vaho_area *area;
    struct vaho_error error = {VAHO_OK, ""};

    assert_non_null(geometry);
    if (vaho_area_new(&area, geometry, "the area", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    json_decref(geometry);
    return area;
}

static int side(const struct vaho_area *area, double longitude, double latitude, double radius)
{
    signed char out;

    vaho_area_sides(&out, area, &longitude, &latitude, &radius, 1);
    return out;
}

static void expect_refused(const char *text, const char *word)
{
    json_t *geometry = json_loads(text, 0, NULL);
    struct vaho_area *area;
    struct vaho_error error = {VAHO_OK, ""};

    assert_non_null(geometry);
    assert_int_equal(vaho_area_new(&area, geometry, "the area", &error), VAHO_BAD_INPUT);
    assert_null(area);
    if (strstr(error.message, word) == NULL || strstr(error.message, "the area") == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
    json_decref(geometry);
}

#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":[" rings "]}"
#define MULTI(polygons) "{\"type\":\"MultiPolygon\",\"coordinates\":[" polygons "]}"
#define SQUARE "[[0,0],[10,0],[10,10],[0,10],[0,0]]"

static void what_is_no_area_is_refused(void **state)
{
    (void)state;
    expect_refused("{\"type\":\"Point\",\"coordinates\":[0,0]}", "Polygon or MultiPolygon");
    expect_refused("{}", "Polygon or MultiPolygon");
    expect_refused("{\"type\":\"Polygon\"}", "rings");
    expect_refused(POLYGON(""), "rings");
    expect_refused(MULTI(""), "no polygon");
    expect_refused(MULTI("[]"), "rings");
    expect_refused(POLYGON("[[0,0],[1,0],[0,0]]"), "four positions");
    expect_refused(POLYGON("[[0,0],[1,0],[1,1],[0,1]]"), "not closed");
    expect_refused(POLYGON("[[0,0],[1,0],[1,\"1\"],[0,0]]"), "two numbers");
    expect_refused(POLYGON("[[0,0],[1,0],[1],[0,0]]"), "[longitude, latitude]");
    expect_refused(POLYGON("[[0,0],[1,0],[1,91],[0,0]]"), "latitude 91");
    expect_refused(POLYGON("[[0,0],[400,0],[1,1],[0,0]]"), "longitude 400");
    /* a bow tie, a spike, a hole outside, a hole across, parts that overlap or share an edge */
    expect_refused(POLYGON("[[0,0],[10,10],[10,0],[0,10],[0,0]]"), "Self-intersection");
    expect_refused(POLYGON("[[0,0],[10,0],[10,10],[10,0],[0,0]]"), "no area with one clear border");
    expect_refused(POLYGON(SQUARE ",[[20,20],[21,20],[21,21],[20,20]]"), "Hole lies outside");
    expect_refused(POLYGON(SQUARE ",[[5,5],[15,5],[15,6],[5,5]]"), "Self-intersection");
    expect_refused(MULTI("[" SQUARE "],[[[5,5],[15,5],[15,15],[5,5]]]"), "Self-intersection");
    expect_refused(MULTI("[" SQUARE "],[[[10,0],[20,0],[20,10],[10,10],[10,0]]]"),
                   "Self-intersection");
    expect_refused(MULTI("[" SQUARE "],[" SQUARE "]"), "no area with one clear border");
}

static void poles_are_refused(void **state)
{
    (void)state;
    expect_refused(POLYGON("[[-180,80],[180,80],[180,90],[-180,90],[-180,80]]"),
                   "either way round");
    expect_refused(POLYGON("[[0,80],[90,80],[90,90],[0,90],[0,80]]"), "cannot reach a pole");
    expect_refused(POLYGON("[[0,-80],[90,-80],[90,-89.5],[0,-80]]"), "cannot reach a pole");
    /* once around: a cap in five steps */
    expect_refused(POLYGON("[[-180,80],[-100,80],[0,80],[100,80],[180,80],[180,85],[100,85],[0,85],"
                           "[-100,85],[-180,85],[-180,80]]"),
                   "half way round");
}

static void a_hole_is_outside(void **state)
{
    struct vaho_area *area =
        area_of(POLYGON(SQUARE ",[[4,4],[6,4],[6,6],[4,6],[4,4]],[[1,1],[2,1],[2,2],[1,1]]"));

    (void)state;
    assert_int_equal(side(area, 3, 3, 0), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, 5, 5, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 11, 5, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 5, -1, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 4, 5, 0), VAHO_SIDE_BORDER); /* on it */
    assert_int_equal(side(area, 0, 0, 0), VAHO_SIDE_BORDER); /* a corner */
    assert_int_equal(side(area, 5, 5, 120000 / 2), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 5, 5, 99999), VAHO_SIDE_OUTSIDE); /* 111 km to the ring */
    assert_int_equal(side(area, 5, 3.5, 60000), VAHO_SIDE_BORDER);
    /* rays through corners count once */
    assert_int_equal(side(area, -1, 0, 1000), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, -1, 10, 1000), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 3, 4, 1000), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, 3, 6, 1000), VAHO_SIDE_INSIDE);
    vaho_area_free(area);
}

static void what_is_not_known_is_border(void **state)
{
    struct vaho_area *area = area_of(POLYGON(SQUARE));

    (void)state;
    assert_int_equal(side(area, NAN, 5, 1), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 5, NAN, 1), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 5, 5, NAN), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 5, 5, -1), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 5, 5, 2e5), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 5, 95, 1), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, INFINITY, 5, 1), VAHO_SIDE_BORDER);
    vaho_area_free(area);
}

static void check_fiji(const struct vaho_area *area)
{
    assert_int_equal(side(area, 180, -17, 1000), VAHO_SIDE_INSIDE); /* the cut is no border */
    assert_int_equal(side(area, -180, -17, 1000), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, 179.999, -17, 1000), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, -179.999, -17, 1000), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, 177.5, -17, 0), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, -178.5, -17, 0), VAHO_SIDE_INSIDE);
    assert_int_equal(side(area, -177.5, -17, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 176, -17, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, 0, -17, 0), VAHO_SIDE_OUTSIDE);
    assert_int_equal(side(area, -178, -17, 10), VAHO_SIDE_BORDER);
    assert_int_equal(side(area, 182, -17, 10), VAHO_SIDE_BORDER);
}

static void across_the_antimeridian(void **state)
{
    /* longitudes that run on, either way; and cut in two, as RFC 7946 advises */
    static const char *const fiji[] = {
        POLYGON("[[177,-19],[182,-19],[182,-16],[177,-16],[177,-19]]"),
        POLYGON("[[-183,-19],[-178,-19],[-178,-16],[-183,-16],[-183,-19]]"),
        MULTI("[[[177,-19],[180,-19],[180,-16],[177,-16],[177,-19]]],"
              "[[[-180,-19],[-178,-19],[-178,-16],[-180,-16],[-180,-19]]]")};

    (void)state;
    for (size_t i = 0; i < sizeof fiji / sizeof fiji[0]; i++) {
        struct vaho_area *area = area_of(fiji[i]);
        check_fiji(area);
        vaho_area_free(area);
    }
    /* which way round is not said */
    expect_refused(POLYGON("[[177,-19],[-178,-19],[-178,-16],[177,-16],[177,-19]]"),
                   "let longitudes run on");
}

/* The nearest point of an edge by trying many, and its distance on the ellipsoid. */
static double geodesic_to_edge(double x, double y, const double a[2], const double b[2])
{
    struct geod_geodesic earth;
    double nearest = INFINITY;

    geod_init(&earth, 6378137, 1 / 298.257223563);
    for (int i = 0; i <= 20000; i++) {
        double t = i / 20000.0, metres;
        geod_inverse(&earth, y, x, a[1] + t * (b[1] - a[1]), a[0] + t * (b[0] - a[0]), &metres,
                     NULL, NULL);
        nearest = fmin(nearest, metres);
    }
    return nearest;
}

static void distances_are_short_by_little_and_never_long(void **state)
{
    static const double latitude[] = {0, 34, -61, 80, 88};

    (void)state;
    for (size_t i = 0; i < sizeof latitude / sizeof latitude[0]; i++)
        for (int k = 0; k < 4; k++) {
            const double y = latitude[i], width = 0.02 / cos(y * 0.017453292519943295);
            double a[2] = {20, y}, b[2] = {20 + width, y + 0.013}, x = 20 + width * (0.1 + 0.2 * k);
            double metres, point = y + 0.02;
            json_t *geometry =
                json_pack("{s:s, s:[[[f,f],[f,f],[f,f],[f,f]]]}", "type", "Polygon", "coordinates",
                          a[0], a[1], b[0], b[1], a[0], y - 0.5, a[0], a[1]);
            struct vaho_area *area;
            assert_int_equal(vaho_area_new(&area, geometry, "the area", NULL), VAHO_OK);
            json_decref(geometry);
            metres = geodesic_to_edge(x, point, a, b);
            assert_int_equal(side(area, x, point, metres * 1.0001), VAHO_SIDE_BORDER);
            assert_int_equal(side(area, x, point, metres * 0.98), VAHO_SIDE_OUTSIDE);
            vaho_area_free(area);
        }
}

/* A star with many corners: points together give the same as one by one. */
static void together_is_as_one_by_one(void **state)
{
    enum { N = 256, CORNERS = 400 };
    double longitude[N], latitude[N], radius[N];
    signed char out[N];
    json_t *ring = json_array(), *geometry;
    struct vaho_area *area;
    int n_inside = 0, n_border = 0;

    (void)state;
    for (int i = 0; i <= CORNERS; i++) {
        double angle = 6.283185307179586 * (i % CORNERS) / CORNERS, r = i % 2 ? 1 : 0.8;
        json_array_append_new(ring, json_pack("[f,f]", -118 + r * cos(angle), 34 + r * sin(angle)));
    }
    geometry = json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring);
    assert_int_equal(vaho_area_new(&area, geometry, "the area", NULL), VAHO_OK);
    json_decref(geometry);
    for (int group = 0; group < 60; group++) {
        for (int i = 0; i < N; i++) {
            longitude[i] = -119.2 + 0.04 * group + 0.002 * (i % 16);
            latitude[i] = 34.02 + 0.01 * (group % 7) + 0.002 * (i / 16);
            radius[i] = i % 5 == 0 ? 500 : 20;
        }
        vaho_area_sides(out, area, longitude, latitude, radius, N);
        for (int i = 0; i < N; i++) {
            assert_int_equal(out[i], side(area, longitude[i], latitude[i], radius[i]));
            n_inside += out[i] == VAHO_SIDE_INSIDE;
            n_border += out[i] == VAHO_SIDE_BORDER;
        }
    }
    assert_true(n_inside > 1000 && n_border > 50);
    vaho_area_free(area);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_area_is_refused),
        cmocka_unit_test(poles_are_refused),
        cmocka_unit_test(a_hole_is_outside),
        cmocka_unit_test(what_is_not_known_is_border),
        cmocka_unit_test(across_the_antimeridian),
        cmocka_unit_test(distances_are_short_by_little_and_never_long),
        cmocka_unit_test(together_is_as_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
