/* test_trajectory.c - rotations, clocks, tables, SBET and what lies between records */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "place/camera.h"
#include "place/rotation.h"
#include "place/trajectory.h"

static const double DEG = M_PI / 180;

static void assert_near(const double *a, const double *b, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= tolerance))
            fail_msg("element %zu: %.12g is not %.12g", i, a[i], b[i]);
}

/* --- rotations ------------------------------------------------------------------- */

static void signs_are_as_documented(void **state)
{
    (void)state;
    const double forward[3] = {1, 0, 0}, right[3] = {0, 1, 0};
    double m[9], out[3];
    place_rotation(m, 0, 0, 90 * DEG); /* heading 90: forward is east, right is south */
    place_apply(out, m, forward);
    assert_near(out, (double[]){0, 1, 0}, 3, 1e-15);
    place_apply(out, m, right);
    assert_near(out, (double[]){-1, 0, 0}, 3, 1e-15);
    place_rotation(m, 0, 30 * DEG, 0); /* pitch up: forward rises */
    place_apply(out, m, forward);
    assert_near(out, (double[]){cos(30 * DEG), 0, -0.5}, 3, 1e-15);
    place_rotation(m, 30 * DEG, 0, 0); /* roll: the right side sinks */
    place_apply(out, m, right);
    assert_near(out, (double[]){0, cos(30 * DEG), 0.5}, 3, 1e-15);
}

static void quaternions_are_the_same_rotation(void **state)
{
    (void)state;
    double m[9], other[9], q[4], a[4], b[4], roll, pitch, heading;
    for (int i = 0; i < 200; i++) {
        const double r = sin(i) * 170 * DEG, p = sin(2.1 * i) * 85 * DEG, h = sin(3.3 * i) * M_PI;
        place_rotation(m, r, p, h);
        place_quaternion(q, r, p, h);
        place_quaternion_rotation(other, q);
        assert_near(m, other, 9, 1e-14);
        place_rotation_angles(&roll, &pitch, &heading, m);
        assert_near((double[]){roll, pitch, heading}, (double[]){r, p, h}, 3, 1e-12);
    }
    /* across north by the shorter way: between headings 350 and 20 degrees a third is 0 */
    place_quaternion(a, 0, 0, 350 * DEG);
    place_quaternion(b, 0, 0, 20 * DEG);
    place_quaternion_between(q, a, b, 1 / 3.0);
    place_quaternion_rotation(m, q);
    place_rotation_angles(&roll, &pitch, &heading, m);
    assert_true(fabs(heading) < 1e-12);
    place_quaternion_between(q, a, a, 0.5);
    assert_near(q, a, 4, 1e-15);
}

/* --- clocks ------------------------------------------------------------------------ */

static void times_meet_on_one_axis(void **state)
{
    (void)state;
    char text[PLACE_INSTANT_NBYTES];
    double utc;
    /* GPS week 2000 began 2018-05-06T00:00:00 GPS, 18 leap seconds ahead of UTC */
    assert_true(place_clock_parse_utc(&utc, vaho_span_of("2018-05-05T23:59:42Z")));
    assert_true(utc == place_clock_gps_origin(2000, 18));
    assert_true(place_clock_parse_utc(&utc, vaho_span_of("1980-01-06T00:00:00.125Z")));
    assert_true(utc == 0.125);
    assert_string_equal(place_clock_print(text, place_clock_gps_origin(2000, 18) + 0.0006),
                        "2018-05-05T23:59:42.001Z");
    const char *const wrong[] = {"",
                                 "2018-05-05",
                                 "2018-05-05T23:59:42",
                                 "2018-05-05 23:59:42Z",
                                 "2018-02-30T23:59:42Z",
                                 "2018-05-05T24:00:00Z",
                                 "2018-05-05T23:59:60Z",
                                 "2018-05-05T23:59:42.Z",
                                 "2018-05-05T23:59:42.1e3Z",
                                 "2018-05-05T23:59:42.12345678901234Z",
                                 "1979-05-05T23:59:42Z",
                                 "2018-05-05T23:59:42+01:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(place_clock_parse_utc(&utc, vaho_span_of(wrong[i])));
}

/* --- tables ------------------------------------------------------------------------ */

static const struct place_column by_name[3] = {{"t", 0, 1}, {"lat", 0, 2}, {"h", 0, 1}};
static const struct place_column by_number[2] = {{"", 2, 1}, {"", 1, 10}};

static void tables_are_read(void **state)
{
    (void)state;
    const struct place_clock gps = {PLACE_CLOCK_GPS, 1000}, utc = {PLACE_CLOCK_UTC, 0};
    struct place_table table;
    const char commas[] =
        "\xEF\xBB\xBF# remark\r\n\"t\", h ,LAT\r\n604799.5, 7, -1.5\r\n\r\n0.5,8,2e1\r\n";
    assert_int_equal(place_table_parse(&table, commas, strlen(commas), "a", by_name, 3, &gps, NULL),
                     VAHO_OK);
    assert_int_equal(table.n_rows, 2);
    assert_near(table.value, (double[]){605799.5, -3, 7, 605800.5, 40, 8}, 6, 0); /* week went on */
    assert_int_equal(table.line[1], 5);
    place_table_free(&table);
    const char blanks[] = "  1.5\t 2 rest\n 2.5   3\n";
    assert_int_equal(
        place_table_parse(&table, blanks, strlen(blanks), "a", by_number, 2, NULL, NULL), VAHO_OK);
    assert_near(table.value, (double[]){2, 15, 3, 25}, 4, 0);
    place_table_free(&table);
    const char heading[] = "across;along\n1;2\n";
    assert_int_equal(
        place_table_parse(&table, heading, strlen(heading), "a", by_number, 2, NULL, NULL),
        VAHO_OK);
    assert_int_equal(table.n_rows, 1);
    place_table_free(&table);
    const char times[] = "x,2018-05-05T23:59:42.5Z\n1,2018-05-05T23:59:43.5Z\n";
    assert_int_equal(place_table_parse(&table, times, strlen(times), "a", by_number, 1, &utc, NULL),
                     VAHO_OK);
    assert_int_equal(table.n_rows, 2);
    assert_true(table.value[1] - table.value[0] == 1);
    place_table_free(&table);
}

static void assert_table_refused(const char *text, const struct place_column *column, size_t n,
                                 const struct place_clock *clock, const char *expected)
{
    struct place_table table;
    struct vaho_error error;
    assert_int_equal(
        place_table_parse(&table, text, strlen(text), "t.csv", column, n, clock, &error),
        VAHO_BAD_INPUT);
    assert_null(table.value);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
}

static void broken_tables_are_refused(void **state)
{
    (void)state;
    const struct place_clock utc = {PLACE_CLOCK_UTC, 0};
    assert_table_refused("", by_name, 3, NULL, "t.csv: holds no record");
    assert_table_refused("t,lat,h\n", by_name, 3, NULL, "holds no record");
    assert_table_refused("t,lat\n1,2\n", by_name, 3, NULL,
                         "line 1, the heading, has no column 'h'");
    assert_table_refused("t,h,lat,h\n1,2,3,4\n", by_name, 3, NULL, "more than one column 'h'");
    assert_table_refused("t,h,lat\n1,2,3\n1,x,3\n", by_name, 3, NULL,
                         "line 3, column 'h': 'x' is not a usable number");
    assert_table_refused("t,h,lat\n1,2,inf\n", by_name, 3, NULL, "'inf' is not a usable number");
    assert_table_refused("t,h,lat\n1,2,1e999\n", by_name, 3, NULL, "not a usable number");
    assert_table_refused("t,h,lat\n1,2\n", by_name, 3, NULL, "line 2 ends before column 'lat'");
    assert_table_refused("1 2\n3\n", by_number, 2, NULL, "line 2 ends before column 2");
    assert_table_refused("t,h,lat\n12:00,2,3\n", by_name, 3, &utc, "is not a time in UTC such as");
    assert_table_refused("1 2\nx 3\n", by_number, 2, NULL, "line 2, column 1: 'x'");
}

/* --- SBET -------------------------------------------------------------------------- */

static void put_record(unsigned char out[PLACE_SBET_NBYTES], double time, double heading,
                       double wander)
{
    const double value[17] = {time,     34.3 * DEG, -118.2 * DEG, 2500, 0, 0, 0, 1 * DEG,
                              -2 * DEG, heading,    wander,       0,    0, 0, 0, 0,
                              0};
    for (int i = 0; i < 17; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        for (int k = 0; k < 8; k++)
            out[8 * i + k] = (unsigned char)(bits >> 8 * k);
    }
}

static void sbet_is_read(void **state)
{
    (void)state;
    const struct place_clock clock = {PLACE_CLOCK_GPS, place_clock_gps_origin(2000, 18)};
    unsigned char data[2 * PLACE_SBET_NBYTES];
    struct place_table table;
    struct vaho_error error;
    put_record(data, 604799.995, 100 * DEG, 3 * DEG);
    put_record(data + PLACE_SBET_NBYTES, 0, 2 * DEG, 3 * DEG);
    assert_int_equal(place_sbet_parse(&table, data, sizeof data, "s", &clock, NULL), VAHO_OK);
    assert_int_equal(table.n_rows, 2);
    assert_near(table.value,
                (double[]){clock.origin_s + 604799.995, -118.2 * DEG, 34.3 * DEG, 2500, 1 * DEG,
                           -2 * DEG, 97 * DEG},
                7, 1e-12);
    assert_true(table.value[7] == clock.origin_s + 604800); /* the week began again */
    assert_true(fabs(table.value[13] + 1 * DEG) < 1e-12);
    place_table_free(&table);
    assert_int_equal(place_sbet_parse(&table, data, 200, "s.out", &clock, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "s.out: 200 bytes are not a whole number of SBET"));
    memset(data + PLACE_SBET_NBYTES + 8 * 3, 0xff, 8);
    assert_int_equal(place_sbet_parse(&table, data, sizeof data, "s", &clock, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "record 1: the number at byte 160"));
}

/* --- between records ----------------------------------------------------------------- */

enum { N = 6 };

/* Half a second apart, heading 40 degrees and turning 3 a second, along the equator with
 * 80 m/s and gaining 4 m/s a second. */
static void make_table(struct place_table *table, double value[N * 7], size_t line[N])
{
    *table = (struct place_table){N, PLACE_N_TRAJECTORY_COLUMNS, value, line};
    for (size_t i = 0; i < N; i++) {
        const double t = 0.5 * (double)i;
        const double row[7] = {1e9 + t,           (80 * t + 2 * t * t) / 6378137, 0, 0, 0, 0,
                               (40 + 3 * t) * DEG};
        memcpy(value + 7 * i, row, sizeof row);
        line[i] = i + 2;
    }
}

static void poses_lie_between_records(void **state)
{
    (void)state;
    double value[N * 7];
    size_t line[N];
    struct place_table table;
    struct place_trajectory t;
    struct place_pose pose;
    struct place_earth *earth;
    assert_int_equal(place_earth_new(&earth, NULL, "", NULL), VAHO_OK);
    make_table(&table, value, line);
    assert_int_equal(place_trajectory_new(&t, &table, "a", "line", 1, earth, NULL), VAHO_OK);
    for (double s = 0; s <= 2.5; s += 0.0625) {
        double geodetic[3], roll, pitch, heading;
        assert_int_equal(place_trajectory_at(&pose, &t, earth, 1e9 + s), PLACE_MOMENT_KNOWN);
        place_earth_geodetic(geodetic, earth, pose.position);
        /* exact for steady acceleration within; one-sided at the ends: a dt^2 / 32 there */
        const double off = fabs(geodetic[0] * 6378137 - (80 * s + 2 * s * s));
        assert_true(off < (s < 0.5 || s > 2 ? 4 * 0.25 / 8 : 1e-4));
        assert_true(fabs(geodetic[2]) < 1e-3); /* along the Earth's curve */
        place_rotation_angles(&roll, &pitch, &heading, pose.body);
        assert_near((double[]){roll, pitch, heading}, (double[]){0, 0, (40 + 3 * s) * DEG}, 3,
                    1e-12);
        /* north, east, down on the equator are z, along and inwards */
        const double x = geodetic[0];
        assert_near(pose.axes, (double[]){0, -sin(x), -cos(x), 0, cos(x), -sin(x), 1, 0, 0}, 9,
                    1e-12);
    }
    assert_int_equal(place_trajectory_at(&pose, &t, earth, 1e9 - 0.01), PLACE_MOMENT_BEFORE);
    assert_int_equal(place_trajectory_at(&pose, &t, earth, NAN), PLACE_MOMENT_BEFORE);
    assert_int_equal(place_trajectory_at(&pose, &t, earth, 1e9 + 2.51), PLACE_MOMENT_AFTER);
    place_trajectory_free(&t);
    for (size_t i = 3; i < N; i++)
        value[7 * i] += 5; /* a gap after the third */
    assert_int_equal(place_trajectory_new(&t, &table, "a", "line", 1, earth, NULL), VAHO_OK);
    assert_int_equal(place_trajectory_at(&pose, &t, earth, 1e9 + 0.9), PLACE_MOMENT_KNOWN);
    assert_int_equal(place_trajectory_at(&pose, &t, earth, 1e9 + 1.1), PLACE_MOMENT_GAP);
    place_trajectory_free(&t);
    place_earth_free(earth);
}

static void broken_trajectories_are_refused(void **state)
{
    (void)state;
    const struct {
        size_t column;
        double value;
        const char *expected;
    } cases[] = {
        {PLACE_TIME, 1e9, "line 5: its time is not later"},
        {PLACE_LATITUDE, 34, "line 5: its latitude is beyond 90 degrees; degrees may be taken"},
        {PLACE_LONGITUDE, -118, "its longitude is beyond"},
        {PLACE_HEIGHT, 1e7, "its height is not from"},
        {PLACE_PITCH, 2, "its roll or heading"},
    };
    double value[N * 7];
    size_t line[N];
    struct place_table table;
    struct place_trajectory t;
    struct place_earth *earth;
    struct vaho_error error;
    assert_int_equal(place_earth_new(&earth, NULL, "", NULL), VAHO_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_table(&table, value, line);
        value[3 * 7 + cases[i].column] = cases[i].value;
        assert_int_equal(place_trajectory_new(&t, &table, "a", "line", 1, earth, &error),
                         VAHO_BAD_INPUT);
        if (strstr(error.message, cases[i].expected) == NULL)
            fail_msg("'%s' does not say '%s'", error.message, cases[i].expected);
        assert_null(t.position);
    }
    table.n_rows = 1;
    assert_int_equal(place_trajectory_new(&t, &table, "a", "line", 1, earth, &error),
                     VAHO_BAD_INPUT);
    place_earth_free(earth);
}

static void cameras_look_as_documented(void **state)
{
    (void)state;
    double angles[4] = {30 * DEG, 10 * DEG, -20 * DEG, 0};
    size_t line[2] = {1, 2};
    struct place_table table = {2, 2, angles, line};
    struct place_camera camera;
    struct vaho_error error;
    assert_int_equal(place_camera_new(&camera, &table, 2, "c", NULL), VAHO_OK);
    assert_true(fabs(camera.look[1] / camera.look[2] - tan(30 * DEG)) < 1e-15); /* right, down */
    assert_true(fabs(camera.look[0] / camera.look[2] - tan(10 * DEG)) < 1e-15); /* forward */
    assert_true(fabs(place_dot(camera.look, camera.look) - 1) < 1e-15);
    assert_true(camera.look[4] < 0);
    place_camera_free(&camera);
    assert_int_equal(place_camera_new(&camera, &table, 3, "c.csv", &error), VAHO_BAD_INPUT);
    assert_non_null(
        strstr(error.message, "c.csv: has view angles of 2 samples, but the cube has 3"));
    angles[2] = 89.5 * DEG;
    assert_int_equal(place_camera_new(&camera, &table, 2, "c", &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "line 2: a view angle of 89 degrees or more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_are_as_documented),
        cmocka_unit_test(quaternions_are_the_same_rotation),
        cmocka_unit_test(times_meet_on_one_axis),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(sbet_is_read),
        cmocka_unit_test(poses_lie_between_records),
        cmocka_unit_test(broken_trajectories_are_refused),
        cmocka_unit_test(cameras_look_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
