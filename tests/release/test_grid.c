/* The grids: cells nest, hold their places, are as large as they must be, and errors are honest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_release.h"

enum { N = 20000 };

static double place(uint64_t *dice, double *out_latitude)
{
    *out_latitude = 178 * made_dice(dice) - 89;
    return 360 * made_dice(dice) - 180;
}

/* The great circle on the mean sphere, metres: another formula than grid.c's. */
static double apart_m(double lon_a, double lat_a, double lon_b, double lat_b)
{
    static const double RADIAN = 0.017453292519943295;
    double north = sin((lat_b - lat_a) * RADIAN / 2), east = sin((lon_b - lon_a) * RADIAN / 2);

    return 2 * 6371008.8 *
           asin(sqrt(north * north + cos(lat_a * RADIAN) * cos(lat_b * RADIAN) * east * east));
}

static void cells_hold_their_places_and_nest(void **unused)
{
    uint64_t dice = 1;

    (void)unused;
    for (int i = 0; i < N; i++) {
        double latitude, longitude = place(&dice, &latitude), fine_bounds[4], bounds[4];
        int level = VAHO_CELL_COARSEST +
                    (int)(made_dice(&dice) * (VAHO_CELL_FINEST - VAHO_CELL_COARSEST + 1));
        struct vaho_cell fine, coarse, within;
        assert_true(vaho_cell_of(&fine, longitude, latitude, level));
        vaho_cell_bounds(fine_bounds, &fine);
        assert_true(fine_bounds[0] <= longitude && longitude < fine_bounds[2]);
        assert_true(fine_bounds[1] <= latitude && latitude < fine_bounds[3]);
        for (int to = VAHO_CELL_COARSEST; to <= level; to++) {
            assert_true(vaho_cell_of(&coarse, longitude, latitude, to));
            within = vaho_cell_within(&fine, to);
            assert_true(vaho_cell_same(&coarse, &within));
            vaho_cell_bounds(bounds, &coarse);
            assert_true(bounds[0] <= fine_bounds[0] && fine_bounds[2] <= bounds[2]);
            assert_true(bounds[1] <= fine_bounds[1] && fine_bounds[3] <= bounds[3]);
        }
    }
}

static void cells_are_as_large_as_asked_and_no_larger_than_they_say(void **unused)
{
    static const double asked_m[] = {1, 30, 100, 500, 1000, 10000, 50000};
    uint64_t dice = 2;

    (void)unused;
    for (int i = 0; i < N; i++) {
        double latitude, longitude = place(&dice, &latitude), b[4], middle[2],
                         least = asked_m[i % 7];
        int level = vaho_cell_level(least);
        struct vaho_cell cell;
        assert_true(level > 0);
        assert_true(vaho_cell_of(&cell, longitude, latitude, level));
        vaho_cell_bounds(b, &cell);
        vaho_cell_middle(&middle[0], &middle[1], &cell);
        /* the parallel at either edge; near a pole the edge itself may be the pole */
        assert_true(apart_m(b[0], b[1], b[0], b[3]) >= least);
        if (fabs(b[1]) < 89.9 && fabs(b[3]) < 89.9 && b[2] - b[0] < 180) {
            assert_true(apart_m(b[0], b[1], b[2], b[1]) >= 0.999 * least);
            assert_true(apart_m(b[0], b[3], b[2], b[3]) >= 0.999 * least);
        }
        for (int k = 0; k < 4; k++) {
            double lon = b[k & 1 ? 0 : 2], lat = b[k & 2 ? 1 : 3];
            assert_true(apart_m(middle[0], middle[1], lon, lat) <= vaho_cell_reach_m(&cell));
        }
        assert_true(apart_m(middle[0], middle[1], longitude, latitude) <=
                    vaho_cell_distance_m(&cell, longitude, latitude) + 1e-6);
    }
}

static void there_are_places_without_a_cell(void **unused)
{
    struct vaho_cell cell, around;

    (void)unused;
    assert_false(vaho_cell_of(&cell, NAN, 0, 10));
    assert_false(vaho_cell_of(&cell, 0, NAN, 10));
    assert_false(vaho_cell_of(&cell, 0, 89.5, 10));
    assert_false(vaho_cell_of(&cell, INFINITY, 0, 10));
    assert_false(vaho_cell_of(&cell, 0, 0, 0));
    assert_false(vaho_cell_of(&cell, 0, 0, 26));
    assert_int_equal(vaho_cell_level(1e9), 0);
    assert_true(vaho_cell_of(&cell, -179.9999999, 10, 20));
    assert_true(vaho_cell_of(&around, 180.0000001, 10, 20));
    assert_true(vaho_cell_same(&cell, &around));
    assert_true(vaho_cell_of(&around, 179.9999999, 10, 20));
    assert_int_not_equal(cell.column, around.column);
}

static void times_nest(void **unused)
{
    static const double asked_s[] = {1, 2, 60, 61, 600, 3600, 4000, 86400, 1e6, 1e9};
    uint64_t dice = 3;

    (void)unused;
    assert_int_equal((int)vaho_time_step_s(2e9), 0);
    for (int i = 0; i < N; i++) {
        double at_s = 4e9 * made_dice(&dice) - 1e9;
        double fine = vaho_time_step_s(asked_s[i % 10]),
               coarse = vaho_time_step_s(asked_s[i % 7 + 3]);
        double start = vaho_time_step_start_s(at_s, fine);
        assert_true(fine >= asked_s[i % 10]);
        assert_true(start <= at_s && at_s < start + fine);
        if (fine > coarse)
            continue;
        assert_true(vaho_time_step_start_s(at_s, coarse) <= start);
        assert_true(start + fine <= vaho_time_step_start_s(at_s, coarse) + coarse);
    }
}

static void digits_nest_outwards(void **unused)
{
    uint64_t dice = 4;

    (void)unused;
    assert_true(vaho_digits_below(0, 1) == 0 && vaho_digits_above(0, 2) == 0);
    assert_true(vaho_digits_below(-3, 1) == 0);
    assert_true(vaho_digits_below(0.3, 1) == 0.3 && vaho_digits_above(0.3, 1) == 0.3);
    assert_true(vaho_digits_below(14.2, 1) == 10 && vaho_digits_above(14.2, 1) == 20);
    assert_true(vaho_digits_below(14.2, 2) == 14 && vaho_digits_above(14.2, 2) == 15);
    assert_true(vaho_digits_above(99.1, 2) == 100 && vaho_digits_above(0.00981, 2) == 0.0099);
    assert_true(vaho_round_number_above(0.21) == 0.5 && vaho_round_number_above(5) == 5);
    assert_true(vaho_round_number_above(5.1) == 10 && vaho_round_number_above(303) == 500);
    assert_true(vaho_round_number_above(1) == 1 && vaho_round_number_above(1001) == 2000);
    for (int i = 0; i < N; i++) {
        double value = pow(10, 12 * made_dice(&dice) - 6);
        double below = vaho_digits_below(value, 1), above = vaho_digits_above(value, 1);
        assert_true(below <= vaho_digits_below(value, 2) && vaho_digits_below(value, 2) <= value);
        assert_true(above >= vaho_digits_above(value, 2) && vaho_digits_above(value, 2) >= value);
        assert_true(vaho_round_number_above(value) >= above);
        assert_true(vaho_round_number_above(value) <= 2.5 * above);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_hold_their_places_and_nest),
        cmocka_unit_test(cells_are_as_large_as_asked_and_no_larger_than_they_say),
        cmocka_unit_test(there_are_places_without_a_cell), cmocka_unit_test(times_nest),
        cmocka_unit_test(digits_nest_outwards)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
