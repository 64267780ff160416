#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/layers.h"
#include "serve/near.h"
#include "serve/shapes.h"

static double distance(const char *geometry, double x, double y)
{
    json_t *json = json_loads(geometry, 0, NULL);
    double out = vaho_near_distance_m(json, x, y);

    json_decref(json);
    return out;
}

/* A degree of a great circle is 111.195 km on a sphere of 6371 km. */
static void distances(void **state)
{
    static const char square[] =
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0.01,0],[0.01,0.01],"
        "[0,0.01],[0,0]],[[0.004,0.004],[0.006,0.004],[0.006,0.006],"
        "[0.004,0.006],[0.004,0.004]]]}";
    static const char two[] = "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[0.001,0],"
                              "[0.001,0.001],[0,0.001],[0,0]]],[[[179.99,0],[179.995,0],"
                              "[179.995,0.01],[179.99,0.01],[179.99,0]]]]}";

    (void)state;
    assert_true(distance(square, 0.002, 0.002) == 0);
    assert_true(fabs(distance(square, 0.005, 0.005) - 111.195) < 0.01); /* in the hole */
    assert_true(fabs(distance(square, 0.02, 0.005) - 1111.95) < 1);
    assert_true(fabs(distance(square, -0.01, -0.01) - 1111.95 * sqrt(2)) < 1); /* to a corner */
    assert_true(fabs(distance(two, -179.995, 0.005) - 1111.95) < 1); /* across the antimeridian */
    assert_true(isinf(distance("{\"type\":\"Polygon\",\"coordinates\":[]}", 0, 0)));
    assert_true(isinf(distance("null", 0, 0)));
}

static void hulls(void **state)
{
    double point[][2] = {{0, 0}, {2, 0}, {1, 1}, {2, 2}, {0, 2}, {1, 0}, {0, 0}};
    double line[][2] = {{0, 0}, {1, 1}, {2, 2}, {3, 3}};
    json_t *hull = vaho_hull_json(point, 7), *ring;

    (void)state;
    assert_non_null(hull);
    ring = json_array_get(json_object_get(hull, "coordinates"), 0);
    assert_int_equal(json_array_size(ring),
                     5); /* four corners, closed; none inside or on an edge */
    assert_true(json_equal(json_array_get(ring, 0), json_array_get(ring, 4)));
    json_decref(hull);
    assert_null(vaho_hull_json(line, 4));
    assert_null(vaho_hull_json(line, 2));
}

static double member(json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

/* 5 m along the bearing 30 degrees and 2 m across, turned into east and north by hand. */
static void ellipses(void **state)
{
    double s = sin(30 * M_PI / 180), c = cos(30 * M_PI / 180);
    const double covariance[3] = {25 * s * s + 4 * c * c, (25 - 4) * s * c, 25 * c * c + 4 * s * s};
    const double unknown[3] = {NAN, NAN, NAN};
    json_t *json = vaho_ellipse_json(covariance);

    (void)state;
    assert_true(fabs(member(json, "major_m") - 5) < 1e-9 &&
                fabs(member(json, "minor_m") - 2) < 1e-9);
    assert_true(fabs(member(json, "azimuth_deg") - 30) < 1e-9);
    json_decref(json);
    json = vaho_ellipse_json(unknown);
    assert_true(json_is_null(json));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(distances), cmocka_unit_test(hulls),
                                       cmocka_unit_test(ellipses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
