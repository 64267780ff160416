/* test_drift.c - which way the wind blows in the frame of lines and samples */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "find/drift.h"

enum { SIDE = 4 };

/* Metres of a degree at the equator, WGS 84: pi a / 180 and pi a (1 - e^2) / 180. */
static const double EAST_M = 111319.491, NORTH_M = 110574.276;

/* Pixels whose lines go to 'bearing' (from north, clockwise) and samples 90 degrees to its left:
 * 8 m from line to line, 4 m from sample to sample, at the equator. */
static struct vaho_place *lay(double bearing_deg)
{
    static double lon[SIDE * SIDE], lat[SIDE * SIDE];
    double b = bearing_deg * M_PI / 180;
    static struct vaho_georeference g; /* a place borrows it */

    struct vaho_place *place;

    g = (struct vaho_georeference){
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = lon, .latitude_deg = lat};
    for (int l = 0; l < SIDE; l++)
        for (int s = 0; s < SIDE; s++) {
            lon[l * SIDE + s] = 15 + (8 * l * sin(b) - 4 * s * cos(b)) / EAST_M;
            lat[l * SIDE + s] = (8 * l * cos(b) + 4 * s * sin(b)) / NORTH_M;
        }
    assert_int_equal(vaho_place_new(&place, &g, SIDE, SIDE, NULL), VAHO_OK);
    return place;
}

static void the_wind_is_turned_into_the_frame(void **state)
{
    (void)state;
    for (int bearing = 0; bearing < 360; bearing += 45) {
        struct vaho_place *place = lay(bearing);
        for (int off = 0; off < 360; off += 30) { /* to the left of where lines go */
            struct vaho_wind wind = {3, NAN, remainder(bearing - off + 180, 360), NAN};
            struct vaho_drift drift;
            assert_int_equal(vaho_drift_find(&drift, &wind, place, 1, 1, NAN), 1);
            assert_true(fabs(drift.along_m - 8) < 0.02 && fabs(drift.across_m - 4) < 0.02);
            /* directions are taken on a sphere: 0.2 degrees at most */
            assert_true(fabs(drift.to_line - cos(off * M_PI / 180)) < 5e-3);
            assert_true(fabs(drift.to_sample - sin(off * M_PI / 180)) < 5e-3);
        }
        vaho_place_free(place);
    }
}

static void what_is_not_told_is_assumed_or_not_known(void **state)
{
    struct vaho_place *place = lay(180);
    struct vaho_wind told = {4, 0.5, 270, 5}, speed = {4, NAN, NAN, NAN};
    struct vaho_drift drift;

    (void)state;
    assert_int_equal(vaho_drift_find(&drift, &told, place, 1, 1, NAN), 1);
    assert_true(drift.sigma_m_s == 0.5 && fabs(drift.to_sigma_rad - 5 * M_PI / 180) < 1e-12);
    assert_int_equal(vaho_drift_find(&drift, &speed, place, 1, 1, NAN), 1);
    assert_true(drift.sigma_m_s == 1 && drift.to_line == 0 && drift.to_sample == 0);
    assert_true(fabs(drift.to_sigma_rad - 15 * M_PI / 180) < 1e-12);
    vaho_place_free(place);
    assert_int_equal(vaho_drift_find(&drift, &told, NULL, 1, 1, NAN), 0);
    assert_int_equal(vaho_drift_find(&drift, &told, NULL, 1, 1, 2), 1);
    assert_true(drift.along_m == 2 && drift.across_m == 2 && drift.to_line == 0 &&
                drift.to_sample == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_wind_is_turned_into_the_frame),
                                       cmocka_unit_test(what_is_not_told_is_assumed_or_not_known)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
