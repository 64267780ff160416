/*
 * geometry.c - the description of a flight's geometry
 *
 *   { "vaho_geometry": 1,
 *     "trajectory": { "file", "format": "csv"|"sbet", "columns"|"time", "height_datum",
 *                     "max_gap_s", "sigma" },
 *     "camera":     { "file", "columns", "sigma" },
 *     "boresight":  { "roll_deg", "pitch_deg", "heading_deg", "sigma" },
 *     "lever_arm":  { "forward_m", "right_m", "down_m", "sigma" },
 *     "lines":      { "file", "time", "sigma_s" } or { "first", "interval_s", "sigma_s" },
 *     "terrain":    { "file" or "height_m" or neither, "height_datum", "sigma_m",
 *                     "horizontal_sigma_m" },
 *     "geoid":      { "undulation_m" or "file", "sigma_m" } }
 *
 *   { "vaho_geometry": 1, "coordinates": { "file" or "cube": true, "sigma_m" } }
 *
 * A member that is not known is refused, so that a slip of the pen in an optional
 * one is not passed over in silence.
 */
#include "place/geometry.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "place/members.h"

static const double DEGREE = M_PI / 180;

static char *copy(struct place_reader *r, const char *text)
{
    char *out = r->status == VAHO_OK ? vaho_strdup(text) : NULL;

    if (r->status == VAHO_OK && out == NULL)
        r->status = vaho_fail_memory(r->error, r->name);
    return out;
}

static char *read_file(struct place_reader *r, const json_t *object, const char *where)
{
    return copy(r, place_member_text(r, object, where, "file"));
}

/* Three numbers named by words with blanks between, times 'factor'. */
static void read_numbers(struct place_reader *r, double *out, size_t n, const json_t *object,
                         const char *where, const char *names, double min, double max,
                         double factor)
{
    for (size_t i = 0; i < n; i++) {
        char key[32];
        const size_t length = strcspn(names, " ");
        snprintf(key, sizeof key, "%.*s", (int)length, names);
        out[i] = place_member_number(r, object, where, key, min, max) * factor;
        names += length;
        names += strspn(names, " ");
    }
}

static enum vaho_height_datum read_datum(struct place_reader *r, const json_t *object,
                                         const char *where)
{
    return place_member_word(r, object, where, "height_datum", "ellipsoid geoid") == 0
               ? VAHO_HEIGHT_ELLIPSOID
               : VAHO_HEIGHT_GEOID;
}

/* --- columns and times -------------------------------------------------------- */

static void read_column(struct place_reader *r, struct place_column *out, const json_t *object,
                        const char *where)
{
    const json_t *column = json_object_get(object, "column");

    if (r->status != VAHO_OK)
        return;
    if (json_is_integer(column)) {
        out->number = (size_t)place_member_number(r, object, where, "column", 1, 1000);
    } else {
        const char *name = place_member_text(r, object, where, "column");
        if (strlen(name) >= sizeof out->name)
            place_member_fail(r, where, "column", "is longer than %d bytes",
                              PLACE_COLUMN_NBYTES - 1);
        else
            snprintf(out->name, sizeof out->name, "%s", name);
    }
}

/* A column of angles or metres: {"column", "unit"}. */
static void read_quantity(struct place_reader *r, struct place_column *out, const json_t *columns,
                          const char *where, const char *key, int angle)
{
    static const double factor[] = {M_PI / 180, 1, 1e-3};
    const json_t *object = place_member_object(r, columns, where, key);
    char path[80];

    snprintf(path, sizeof path, "%s.%s", where, key);
    place_members_known(r, object, path, "column unit");
    read_column(r, out, object, path);
    out->factor = angle ? factor[place_member_word(r, object, path, "unit", "deg rad mrad")] : 1;
    if (!angle)
        place_member_word(r, object, path, "unit", "m");
}

/* How times are counted: "unit" and what goes with it. */
static void read_clock(struct place_reader *r, struct place_clock *out, const json_t *object,
                       const char *where, const char *known)
{
    const char *since;
    double week, leap;

    place_members_known(r, object, where, known);
    out->kind =
        (enum place_clock_kind)place_member_word(r, object, where, "unit", "utc s gps_week_s");
    switch (out->kind) {
    case PLACE_CLOCK_UTC:
        if (place_member_given(object, "since") || place_member_given(object, "week") ||
            place_member_given(object, "leap_seconds"))
            place_member_fail(r, where, "unit",
                              "is utc, which has no 'since', 'week' or 'leap_seconds'");
        break;
    case PLACE_CLOCK_SINCE:
        since = place_member_text(r, object, where, "since");
        if (r->status == VAHO_OK && !place_clock_parse_utc(&out->origin_s, vaho_span_of(since)))
            place_member_fail(r, where, "since",
                              "is not a time in UTC such as 2026-05-01T18:30:00Z");
        if (place_member_given(object, "week") || place_member_given(object, "leap_seconds"))
            place_member_fail(r, where, "unit", "is s, which has no 'week' or 'leap_seconds'");
        break;
    case PLACE_CLOCK_GPS:
        week = place_member_number(r, object, where, "week", 0, 10000);
        leap = place_member_number(r, object, where, "leap_seconds", 0, 60);
        if (week != floor(week) || leap != floor(leap))
            place_member_fail(r, where, week != floor(week) ? "week" : "leap_seconds",
                              "is not a whole number");
        if (place_member_given(object, "since"))
            place_member_fail(r, where, "unit", "is gps_week_s, which has no 'since'");
        out->origin_s = place_clock_gps_origin(week, leap);
        break;
    }
}

/* --- the parts ------------------------------------------------------------------ */

static void read_trajectory(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    static const char *const names[] = {"time", "longitude", "latitude", "height",
                                        "roll", "pitch",     "heading"};
    const char *where = "trajectory";
    const json_t *object = place_member_object(r, root, "", where), *part;

    place_members_known(r, object, where, "file format columns time height_datum max_gap_s sigma");
    g->trajectory.file = read_file(r, object, where);
    g->trajectory.sbet = place_member_word(r, object, where, "format", "csv sbet") == 1;
    g->trajectory.datum = read_datum(r, object, where);
    g->trajectory.max_gap_s = place_member_number(r, object, where, "max_gap_s", 1e-3, 3600);
    if (r->status == VAHO_OK && place_member_given(object, g->trajectory.sbet ? "columns" : "time"))
        place_member_fail(r, where, g->trajectory.sbet ? "columns" : "time", "does not go with %s",
                          g->trajectory.sbet ? "sbet: its columns are fixed"
                                             : "csv: it is one of the 'columns'");
    if (g->trajectory.sbet) {
        part = place_member_object(r, object, where, "time");
        read_clock(r, &g->trajectory.clock, part, "trajectory.time", "unit week leap_seconds");
        if (r->status == VAHO_OK && g->trajectory.clock.kind != PLACE_CLOCK_GPS)
            place_member_fail(r, "trajectory.time", "unit", "is gps_week_s for sbet");
    } else {
        part = place_member_object(r, object, where, "columns");
        place_members_known(r, part, "trajectory.columns",
                            "time longitude latitude height roll pitch heading");
        const json_t *time = place_member_object(r, part, "trajectory.columns", "time");
        read_clock(r, &g->trajectory.clock, time, "trajectory.columns.time",
                   "column unit since week leap_seconds");
        read_column(r, &g->trajectory.column[PLACE_TIME], time, "trajectory.columns.time");
        g->trajectory.column[PLACE_TIME].factor = 1;
        for (int i = PLACE_LONGITUDE; i < PLACE_N_TRAJECTORY_COLUMNS; i++)
            read_quantity(r, &g->trajectory.column[i], part, "trajectory.columns", names[i],
                          i != PLACE_HEIGHT);
    }
    part = place_member_object(r, object, where, "sigma");
    place_members_known(r, part, "trajectory.sigma",
                        "north_m east_m down_m roll_deg pitch_deg heading_deg");
    read_numbers(r, g->trajectory.sigma_m, 3, part, "trajectory.sigma", "north_m east_m down_m", 0,
                 1e5, 1);
    read_numbers(r, g->trajectory.sigma_rad, 3, part, "trajectory.sigma",
                 "roll_deg pitch_deg heading_deg", 0, 90, DEGREE);
}

static void read_camera(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    const json_t *object = place_member_object(r, root, "", "camera"), *part;

    place_members_known(r, object, "camera", "file columns sigma");
    g->camera.file = read_file(r, object, "camera");
    part = place_member_object(r, object, "camera", "columns");
    place_members_known(r, part, "camera.columns", "across along");
    read_quantity(r, &g->camera.column[0], part, "camera.columns", "across", 1);
    read_quantity(r, &g->camera.column[1], part, "camera.columns", "along", 1);
    part = place_member_object(r, object, "camera", "sigma");
    place_members_known(r, part, "camera.sigma", "across_deg along_deg");
    read_numbers(r, g->camera.sigma_rad, 2, part, "camera.sigma", "across_deg along_deg", 0, 90,
                 DEGREE);
}

static void read_mounting(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    const char *angles = "roll_deg pitch_deg heading_deg", *metres = "forward_m right_m down_m";
    const json_t *object = place_member_object(r, root, "", "boresight"), *part;

    place_members_known(r, object, "boresight", "roll_deg pitch_deg heading_deg sigma");
    read_numbers(r, g->boresight_rad, 3, object, "boresight", angles, -360, 360, DEGREE);
    part = place_member_object(r, object, "boresight", "sigma");
    place_members_known(r, part, "boresight.sigma", angles);
    read_numbers(r, g->boresight_sigma_rad, 3, part, "boresight.sigma", angles, 0, 90, DEGREE);
    object = place_member_object(r, root, "", "lever_arm");
    place_members_known(r, object, "lever_arm", "forward_m right_m down_m sigma");
    read_numbers(r, g->lever_arm_m, 3, object, "lever_arm", metres, -1000, 1000, 1);
    part = place_member_object(r, object, "lever_arm", "sigma");
    place_members_known(r, part, "lever_arm.sigma", metres);
    read_numbers(r, g->lever_arm_sigma_m, 3, part, "lever_arm.sigma", metres, 0, 1000, 1);
}

/* The time of line 0: as clocks are given, with the value itself. */
static double read_first(struct place_reader *r, const json_t *object)
{
    const json_t *first = place_member_object(r, object, "lines", "first");
    struct place_clock clock = {0};
    double value;

    read_clock(r, &clock, first, "lines.first", "value unit since week leap_seconds");
    if (clock.kind != PLACE_CLOCK_UTC)
        return clock.origin_s + place_member_number(r, first, "lines.first", "value", -1e10, 1e10);
    if (!place_clock_parse_utc(&value,
                               vaho_span_of(place_member_text(r, first, "lines.first", "value"))) &&
        r->status == VAHO_OK)
        place_member_fail(r, "lines.first", "value",
                          "is not a time in UTC such as 2026-05-01T18:30:00.25Z");
    return r->status == VAHO_OK ? value : 0;
}

static void read_lines(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    const json_t *object = place_member_object(r, root, "", "lines"), *time;

    g->lines.sigma_s = place_member_number(r, object, "lines", "sigma_s", 0, 3600);
    if (place_member_given(object, "file")) {
        place_members_known(r, object, "lines", "file time sigma_s");
        g->lines.file = read_file(r, object, "lines");
        time = place_member_object(r, object, "lines", "time");
        read_clock(r, &g->lines.clock, time, "lines.time", "column unit since week leap_seconds");
        read_column(r, &g->lines.column, time, "lines.time");
        g->lines.column.factor = 1;
    } else {
        place_members_known(r, object, "lines", "first interval_s sigma_s");
        g->lines.first_s = read_first(r, object);
        g->lines.interval_s = place_member_number(r, object, "lines", "interval_s", 1e-7, 3600);
    }
}

static void read_ground(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    const json_t *object = place_member_object(r, root, "", "terrain");

    place_members_known(r, object, "terrain",
                        "file height_m height_datum sigma_m horizontal_sigma_m");
    g->terrain.datum = read_datum(r, object, "terrain");
    g->terrain.sigma_m = place_member_number(r, object, "terrain", "sigma_m", 0, 1e4);
    g->terrain.horizontal_sigma_m =
        place_member_number(r, object, "terrain", "horizontal_sigma_m", 0, 1e4);
    g->terrain.flat = place_member_given(object, "height_m");
    if (g->terrain.flat)
        g->terrain.height_m = place_member_number(r, object, "terrain", "height_m", -12000, 10000);
    if (place_member_given(object, "file")) {
        if (g->terrain.flat)
            place_member_fail(r, "terrain", "file", "does not go with 'height_m'");
        g->terrain.file = read_file(r, object, "terrain");
    }
    g->geoid.given = place_member_given(root, "geoid");
    if (!g->geoid.given)
        return;
    object = place_member_object(r, root, "", "geoid");
    place_members_known(r, object, "geoid", "file undulation_m sigma_m");
    g->geoid.sigma_m = place_member_number(r, object, "geoid", "sigma_m", 0, 1000);
    if (place_member_given(object, "file") && place_member_given(object, "undulation_m"))
        place_member_fail(r, "geoid", "file", "does not go with 'undulation_m'");
    if (place_member_given(object, "file"))
        g->geoid.file = read_file(r, object, "geoid");
    else
        g->geoid.undulation_m = place_member_number(r, object, "geoid", "undulation_m", -200, 200);
}

/* Heights above different surfaces are never compared as they are. */
static void check_datums(struct place_reader *r, const struct place_geometry *g)
{
    const int above_geoid =
        (g->trajectory.datum == VAHO_HEIGHT_GEOID) + (g->terrain.datum == VAHO_HEIGHT_GEOID);

    if (r->status != VAHO_OK)
        return;
    if (above_geoid == 1 && !g->geoid.given)
        place_member_fail(r, "geoid", "",
                          "is missing: the trajectory's heights are above the %s and the "
                          "terrain's above the %s; give the geoid's undulation",
                          g->trajectory.datum == VAHO_HEIGHT_GEOID ? "geoid" : "ellipsoid",
                          g->terrain.datum == VAHO_HEIGHT_GEOID ? "geoid" : "ellipsoid");
    if (above_geoid == 0 && g->geoid.given)
        place_member_fail(r, "geoid", "",
                          "is given, but all heights are said to be above the ellipsoid; correct "
                          "a 'height_datum' or leave the geoid out");
}

static void read_coordinates(struct place_reader *r, struct place_geometry *g, const json_t *root)
{
    const json_t *object = place_member_object(r, root, "", "coordinates");

    g->of_coordinates = 1;
    place_members_known(r, root, "", "vaho_geometry coordinates");
    place_members_known(r, object, "coordinates", "file cube sigma_m");
    g->coordinates_sigma_m = place_member_number(r, object, "coordinates", "sigma_m", 1e-3, 1e6);
    if (place_member_given(object, "file") == json_is_true(json_object_get(object, "cube")))
        place_member_fail(r, "coordinates", "", "needs either 'file' or \"cube\": true");
    if (place_member_given(object, "file"))
        g->coordinates_file = read_file(r, object, "coordinates");
}

enum vaho_status place_geometry_parse(struct place_geometry *out, const char *text, size_t nbytes,
                                      const char *name, struct vaho_error *error)
{
    struct place_reader r = {name, error, VAHO_OK};
    json_error_t broken;
    json_t *root = json_loadb(text, nbytes, JSON_REJECT_DUPLICATES, &broken);

    *out = (struct place_geometry){0};
    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d, column %d: %s", name, broken.line,
                         broken.column, broken.text);
    if (!json_is_object(root))
        r.status = vaho_fail(error, VAHO_BAD_INPUT, "%s: is not a JSON object", name);
    if (place_member_number(&r, root, "", "vaho_geometry", 0, 1e9) != 1)
        place_member_fail(&r, "", "vaho_geometry", "is not 1, the version that is understood");
    if (place_member_given(root, "coordinates")) {
        read_coordinates(&r, out, root);
    } else {
        place_members_known(
            &r, root, "",
            "vaho_geometry trajectory camera boresight lever_arm lines terrain geoid");
        read_trajectory(&r, out, root);
        read_camera(&r, out, root);
        read_mounting(&r, out, root);
        read_lines(&r, out, root);
        read_ground(&r, out, root);
        check_datums(&r, out);
    }
    json_decref(root);
    if (r.status != VAHO_OK)
        place_geometry_free(out);
    return r.status;
}

void place_geometry_free(struct place_geometry *geometry)
{
    free(geometry->coordinates_file);
    free(geometry->trajectory.file);
    free(geometry->camera.file);
    free(geometry->lines.file);
    free(geometry->terrain.file);
    free(geometry->geoid.file);
    *geometry = (struct place_geometry){0};
}
