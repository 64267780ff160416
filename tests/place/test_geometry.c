/* test_geometry.c - descriptions of a flight's geometry, and what is wrong with them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "place/geometry.h"

static const double DEG = M_PI / 180;

/* The parts of a whole description; a test replaces one. */
#define TRAJECTORY                                                                                 \
    "\"trajectory\": {\"file\": \"t.csv\", \"format\": \"csv\", \"height_datum\": \"ellipsoid\", " \
    "\"max_gap_s\": 1, \"columns\": {" COLUMNS "}, \"sigma\": " SIGMA "}"
#define COLUMNS                                                                                    \
    "\"time\": {\"column\": \"t\", \"unit\": \"s\", \"since\": \"2026-05-01T00:00:00Z\"}, "        \
    "\"longitude\": {\"column\": \"lon\", \"unit\": \"deg\"}, "                                    \
    "\"latitude\": {\"column\": 3, \"unit\": \"rad\"}, "                                           \
    "\"height\": {\"column\": \"h\", \"unit\": \"m\"}, "                                           \
    "\"roll\": {\"column\": \"r\", \"unit\": \"mrad\"}, "                                          \
    "\"pitch\": {\"column\": \"p\", \"unit\": \"deg\"}, "                                          \
    "\"heading\": {\"column\": \"y\", \"unit\": \"deg\"}"
#define SIGMA                                                                                      \
    "{\"north_m\": 0.02, \"east_m\": 0.03, \"down_m\": 0.05, \"roll_deg\": 0.005, "                \
    "\"pitch_deg\": 0.006, \"heading_deg\": 0.02}"
#define SBET                                                                                       \
    "\"trajectory\": {\"file\": \"s.out\", \"format\": \"sbet\", \"height_datum\": "               \
    "\"ellipsoid\", "                                                                              \
    "\"max_gap_s\": 0.1, \"time\": {\"unit\": \"gps_week_s\", \"week\": 2416, "                    \
    "\"leap_seconds\": 18}, \"sigma\": " SIGMA "}"
#define CAMERA                                                                                     \
    "\"camera\": {\"file\": \"c.csv\", \"columns\": {\"across\": {\"column\": 1, \"unit\": "       \
    "\"rad\"}, \"along\": {\"column\": 2, \"unit\": \"rad\"}}, \"sigma\": {\"across_deg\": "       \
    "0.001, "                                                                                      \
    "\"along_deg\": 0}}"
#define BORESIGHT                                                                                  \
    "\"boresight\": {\"roll_deg\": 0.5, \"pitch_deg\": -1, \"heading_deg\": 90, \"sigma\": "       \
    "{\"roll_deg\": 0.01, \"pitch_deg\": 0.01, \"heading_deg\": 0.02}}"
#define LEVER                                                                                      \
    "\"lever_arm\": {\"forward_m\": 0.1, \"right_m\": -0.2, \"down_m\": 0.3, \"sigma\": "          \
    "{\"forward_m\": 0.01, \"right_m\": 0.01, \"down_m\": 0.01}}"
#define LINES                                                                                      \
    "\"lines\": {\"first\": {\"value\": \"2026-05-01T18:30:00.5Z\", \"unit\": \"utc\"}, "          \
    "\"interval_s\": 0.01, \"sigma_s\": 0.001}"
#define TERRAIN                                                                                    \
    "\"terrain\": {\"file\": \"dem.tif\", \"height_datum\": \"geoid\", \"sigma_m\": 5, "           \
    "\"horizontal_sigma_m\": 4}"
#define GEOID "\"geoid\": {\"undulation_m\": -33.5, \"sigma_m\": 0.3}"
#define WHOLE(trajectory, camera, boresight, lever, lines, terrain, geoid)                         \
    "{\"vaho_geometry\": 1, " trajectory ", " camera ", " boresight ", " lever ", " lines          \
    ", " terrain geoid "}"

static void a_whole_description_is_read(void **state)
{
    (void)state;
    const char text[] = WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER, LINES, TERRAIN, ", " GEOID);
    struct place_geometry g;
    struct vaho_error error;
    if (place_geometry_parse(&g, text, strlen(text), "g.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_false(g.of_coordinates);
    assert_string_equal(g.trajectory.file, "t.csv");
    assert_int_equal(g.trajectory.sbet, 0);
    assert_int_equal(g.trajectory.datum, VAHO_HEIGHT_ELLIPSOID);
    assert_int_equal(g.trajectory.clock.kind, PLACE_CLOCK_SINCE);
    assert_string_equal(g.trajectory.column[PLACE_LONGITUDE].name, "lon");
    assert_true(g.trajectory.column[PLACE_LONGITUDE].factor == DEG);
    assert_int_equal(g.trajectory.column[PLACE_LATITUDE].number, 3);
    assert_true(g.trajectory.column[PLACE_LATITUDE].factor == 1);
    assert_true(g.trajectory.column[PLACE_ROLL].factor == 1e-3);
    assert_true(g.trajectory.column[PLACE_HEIGHT].factor == 1);
    assert_true(g.trajectory.sigma_m[1] == 0.03 && g.trajectory.sigma_rad[2] == 0.02 * DEG);
    assert_true(g.camera.sigma_rad[0] == 0.001 * DEG && g.camera.sigma_rad[1] == 0);
    assert_true(g.boresight_rad[1] == -1 * DEG && g.boresight_sigma_rad[2] == 0.02 * DEG);
    assert_true(g.lever_arm_m[1] == -0.2 && g.lever_arm_sigma_m[2] == 0.01);
    assert_null(g.lines.file);
    assert_true(g.lines.first_s - g.trajectory.clock.origin_s == 18.5 * 3600 + 0.5);
    assert_true(g.lines.interval_s == 0.01 && g.lines.sigma_s == 0.001);
    assert_string_equal(g.terrain.file, "dem.tif");
    assert_int_equal(g.terrain.datum, VAHO_HEIGHT_GEOID);
    assert_true(g.terrain.sigma_m == 5 && g.terrain.horizontal_sigma_m == 4);
    assert_true(g.geoid.given && g.geoid.undulation_m == -33.5);
    place_geometry_free(&g);
}

static void other_forms_are_read(void **state)
{
    (void)state;
    const char sbet[] = WHOLE(
        SBET, CAMERA, BORESIGHT, LEVER,
        "\"lines\": {\"file\": \"times.txt\", \"time\": {\"column\": 1, \"unit\": \"gps_week_s\", "
        "\"week\": 2416, \"leap_seconds\": 18}, \"sigma_s\": 0}",
        "\"terrain\": {\"height_m\": 12.5, \"height_datum\": \"ellipsoid\", \"sigma_m\": 1, "
        "\"horizontal_sigma_m\": 0}",
        "");
    const char coordinates[] =
        "{\"vaho_geometry\": 1, \"coordinates\": {\"file\": \"a.igm\", \"sigma_m\": 4}}";
    const char own[] =
        "{\"vaho_geometry\": 1, \"coordinates\": {\"cube\": true, \"sigma_m\": 2.5}}";
    struct place_geometry g;
    struct vaho_error error;
    if (place_geometry_parse(&g, sbet, strlen(sbet), "g.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(g.trajectory.sbet, 1);
    assert_true(g.trajectory.clock.origin_s == place_clock_gps_origin(2416, 18));
    assert_string_equal(g.lines.file, "times.txt");
    assert_true(g.terrain.flat && g.terrain.height_m == 12.5 && g.terrain.file == NULL);
    place_geometry_free(&g);
    assert_int_equal(place_geometry_parse(&g, coordinates, strlen(coordinates), "g", NULL),
                     VAHO_OK);
    assert_true(g.of_coordinates && g.coordinates_sigma_m == 4);
    assert_string_equal(g.coordinates_file, "a.igm");
    place_geometry_free(&g);
    assert_int_equal(place_geometry_parse(&g, own, strlen(own), "g", NULL), VAHO_OK);
    assert_true(g.of_coordinates && g.coordinates_file == NULL);
    place_geometry_free(&g);
}

static void assert_refused(const char *text, const char *expected)
{
    struct place_geometry g;
    struct vaho_error error = {VAHO_OK, ""};
    assert_int_equal(place_geometry_parse(&g, text, strlen(text), "g.json", &error),
                     VAHO_BAD_INPUT);
    if (strncmp(error.message, "g.json: ", 8) != 0 || strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
    assert_null(g.trajectory.file);
}

static void broken_descriptions_are_refused(void **state)
{
    (void)state;
    assert_refused("", "line 1");
    assert_refused("{\"vaho_geometry\": 1,\n \"lines\": }", "line 2");
    assert_refused("[1]", "is not a JSON object");
    assert_refused("{}", "'vaho_geometry' is missing");
    assert_refused("{\"vaho_geometry\": 2}", "is not 1, the version");
    assert_refused("{\"vaho_geometry\": 1, \"vaho_geometry\": 1}", "duplicate");
    assert_refused("{\"vaho_geometry\": 1}", "'trajectory' is missing");
    assert_refused("{\"vaho_geometry\": 1, \"trajectori\": {}}",
                   "'trajectori' is not known there; known are: vaho_geometry trajectory");
    assert_refused(WHOLE("\"trajectory\": 3", CAMERA, BORESIGHT, LEVER, LINES, TERRAIN, ""),
                   "'trajectory' is not an object");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER,
                         "\"lines\": {\"first\": {\"value\": 5, \"unit\": \"s\"}, \"interval_s\": "
                         "0.01, \"sigma_s\": 0}",
                         TERRAIN, ", " GEOID),
                   "'lines.first.since' is missing");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER,
                         "\"lines\": {\"first\": {\"value\": \"noon\", \"unit\": \"utc\"}, "
                         "\"interval_s\": 0.01, \"sigma_s\": 0}",
                         TERRAIN, ", " GEOID),
                   "'lines.first.value' is not a time in UTC");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER,
                         "\"lines\": {\"first\": {\"value\": \"2026-05-01T18:30:00Z\", \"unit\": "
                         "\"utc\"}, \"interval_s\": 0, \"sigma_s\": 0}",
                         TERRAIN, ", " GEOID),
                   "'lines.interval_s' is 0");
    assert_refused(WHOLE(TRAJECTORY, "\"camera\": {\"file\": \"c\"}", BORESIGHT, LEVER, LINES,
                         TERRAIN, ", " GEOID),
                   "'camera.columns' is missing");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, "\"boresight\": {\"roll_deg\": 0, \"pitch_deg\": 0}",
                         LEVER, LINES, TERRAIN, ", " GEOID),
                   "'boresight.heading_deg' is missing");
    assert_refused(
        WHOLE(TRAJECTORY, CAMERA,
              "\"boresight\": {\"roll_deg\": 0, \"pitch_deg\": 0, \"heading_deg\": 0}", LEVER,
              LINES, TERRAIN, ", " GEOID),
        "'boresight.sigma' is missing"); /* an error is stated or it is none: never guessed */
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT,
                         "\"lever_arm\": {\"forward_m\": 0, \"right_m\": 0, \"down_m\": 0, "
                         "\"sigma\": {\"forward_m\": -1, \"right_m\": 0, \"down_m\": 0}}",
                         LINES, TERRAIN, ", " GEOID),
                   "'lever_arm.sigma.forward_m' is -1");
    assert_refused(WHOLE("\"trajectory\": {\"file\": \"s\", \"format\": \"sbet\", "
                         "\"height_datum\": \"msl\", \"max_gap_s\": 1}",
                         CAMERA, BORESIGHT, LEVER, LINES, TERRAIN, ""),
                   "'trajectory.height_datum' is not one of: ellipsoid geoid");
    assert_refused(WHOLE("\"trajectory\": {\"file\": \"s\", \"format\": \"sbet\", "
                         "\"height_datum\": \"ellipsoid\", \"max_gap_s\": 1, \"time\": {\"unit\": "
                         "\"gps_week_s\", \"week\": 2416}}",
                         CAMERA, BORESIGHT, LEVER, LINES, TERRAIN, ""),
                   "'trajectory.time.leap_seconds' is missing");
    assert_refused("{\"vaho_geometry\": 1, \"coordinates\": {\"sigma_m\": 4}}",
                   "'coordinates' needs either");
    assert_refused("{\"vaho_geometry\": 1, \"coordinates\": {\"cube\": true, \"sigma_m\": 0}}",
                   "'coordinates.sigma_m' is 0");
}

static void heights_are_never_mixed_in_silence(void **state)
{
    (void)state;
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER, LINES, TERRAIN, ""),
                   "'geoid' is missing: the trajectory's heights are above the ellipsoid and the "
                   "terrain's above the geoid");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER, LINES,
                         "\"terrain\": {\"height_datum\": \"ellipsoid\", \"sigma_m\": 1, "
                         "\"horizontal_sigma_m\": 0}",
                         ", " GEOID),
                   "'geoid' is given, but all heights are said to be above the ellipsoid");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER, LINES,
                         "\"terrain\": {\"file\": \"d\", \"sigma_m\": 1}", ""),
                   "'terrain.height_datum' is missing; it is one of: ellipsoid geoid");
    assert_refused(WHOLE(TRAJECTORY, CAMERA, BORESIGHT, LEVER, LINES,
                         "\"terrain\": {\"file\": \"d\", \"height_m\": 3, \"height_datum\": "
                         "\"geoid\", \"sigma_m\": 1, \"horizontal_sigma_m\": 0}",
                         ""),
                   "'terrain.file' does not go with 'height_m'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_description_is_read),
        cmocka_unit_test(other_forms_are_read),
        cmocka_unit_test(broken_descriptions_are_refused),
        cmocka_unit_test(heights_are_never_mixed_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
