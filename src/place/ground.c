/*
 * ground.c - rays against the ground
 *
 * The height of a straight ray above the ellipsoid is a convex function of the way
 * along it, so that Newton's method, begun above the highest ground, comes down to it
 * without passing it, and one that would turn upwards first never comes down: it looks
 * past the horizon.  From there to below the lowest ground the ray is cut into
 * stretches (raster_cast.c), each taken to the terrain model's own system at five
 * places; the first hit counts.
 *
 * Terrain is looked at in its own heights: where these are above the geoid, the
 * undulation is taken off the ray's height instead of being added to every node.
 *
 * A ray must stay over known ground from where it comes down to the highest ground:
 * whether something outside the model stands in its way, nobody knows.
 */
#include "place/ground.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "place/rotation.h"

static const double STRETCH_M = 20e3, MARGIN_M = 1, PROBE_M = 10;
enum { MAX_STRETCHES = 50 };

/* A file that says what its heights are above must say what the description says. */
static enum vaho_status check_terrain(const struct place_ground *ground, const char *path,
                                      struct vaho_error *error)
{
    if (ground->raster.datum == VAHO_HEIGHT_UNKNOWN || ground->raster.datum == ground->datum)
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: by its own coordinate system its heights are above the %s, but the "
                     "description's 'terrain.height_datum' says %s; correct one of them",
                     path, ground->raster.datum == VAHO_HEIGHT_GEOID ? "geoid" : "ellipsoid",
                     ground->datum == VAHO_HEIGHT_GEOID ? "geoid" : "ellipsoid");
}

enum vaho_status place_ground_read(struct place_ground *out, const struct place_geometry *geometry,
                                   const char *terrain_path, const char *geoid_path,
                                   struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    *out = (struct place_ground){.level_m = geometry->terrain.height_m,
                                 .datum = geometry->terrain.datum,
                                 .geoid_given = geometry->geoid.given,
                                 .undulation_m = geometry->geoid.undulation_m};
    if (terrain_path != NULL) {
        status = place_raster_read(&out->raster, terrain_path, error);
        if (status == VAHO_OK)
            status = check_terrain(out, terrain_path, error);
    }
    if (status == VAHO_OK && geoid_path != NULL) {
        status = place_raster_read(&out->geoid, geoid_path, error);
        if (status == VAHO_OK && !out->geoid.geographic)
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: a geoid's grid must be in longitude and latitude", geoid_path);
        if (status == VAHO_OK && (out->geoid.low_m < -200 || out->geoid.high_m > 200))
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: goes from %g to %g m, but no geoid is more than 110 m off the "
                               "ellipsoid; it is no grid of undulations",
                               geoid_path, out->geoid.low_m, out->geoid.high_m);
    }
    if (status != VAHO_OK)
        place_ground_free(out);
    return status;
}

void place_ground_free(struct place_ground *ground)
{
    place_raster_free(&ground->raster);
    place_raster_free(&ground->geoid);
    *ground = (struct place_ground){0};
}

enum vaho_status place_ground_earth(struct place_earth **out, const struct place_ground *ground,
                                    struct vaho_error *error)
{
    return place_earth_new(out, ground->raster.crs_wkt, "the terrain model", error);
}

double place_ground_undulation(const struct place_ground *ground, double longitude_rad,
                               double latitude_rad)
{
    double column, row;

    if (!ground->geoid_given)
        return 0;
    if (ground->geoid.height_m == NULL)
        return ground->undulation_m;
    place_raster_node(&column, &row, &ground->geoid, longitude_rad * 180 / M_PI,
                      latitude_rad * 180 / M_PI);
    return place_raster_height(&ground->geoid, column, row);
}

/* A ray and what it is cast against. */
struct cast {
    const struct place_ground *ground;
    struct place_earth *earth;
    const double *origin, *look;
};

static void point_at(double out[3], const struct cast *cast, double s)
{
    for (int i = 0; i < 3; i++)
        out[i] = cast->origin[i] + s * cast->look[i];
}

/* Geodetic coordinates at s, the height above the terrain's own datum. */
static void locate(double out[3], const struct cast *cast, double s)
{
    double at[3];

    point_at(at, cast, s);
    place_earth_geodetic(out, cast->earth, at);
    if (cast->ground->datum == VAHO_HEIGHT_GEOID)
        out[2] -= place_ground_undulation(cast->ground, out[0], out[1]);
}

/* Comes down from s to 'height_m'; 0 when the ray turns upwards first. */
static int descend(double *s, const struct cast *cast, double height_m)
{
    for (int i = 0; i < 50; i++) {
        double at[3], axes[9];
        locate(at, cast, *s);
        if (!(at[2] > height_m + 0.01))
            return isfinite(at[2]);
        place_earth_axes(axes, at[0], at[1]);
        const double down =
            axes[2] * cast->look[0] + axes[5] * cast->look[1] + axes[8] * cast->look[2];
        if (!(down > 1e-9))
            return 0;
        *s += (at[2] - height_m) / down;
    }
    return 1;
}

/* A column of a raster that goes round the Earth, on the same turn as another. */
static double same_turn(const struct place_raster *raster, double column, double other)
{
    const double n = (double)raster->n_columns;

    return raster->wraps ? column - n * round((column - other) / n) : column;
}

/* A place on the raster's nodes; 0 where its system has none. */
static int to_node(double *out_column, double *out_row, const struct cast *cast,
                   const double geodetic[3])
{
    double xy[2];

    if (!place_earth_project(xy, cast->earth, geodetic[0], geodetic[1]))
        return 0;
    place_raster_node(out_column, out_row, &cast->ground->raster, xy[0], xy[1]);
    return 1;
}

/* The stretch from a to b. */
static enum place_cast cast_stretch(double *out_s, const struct cast *cast, double a, double b)
{
    const struct place_ground *ground = cast->ground;
    struct place_path path = {{0}, {0}, {0}};
    double value[3][5], u = 0;
    enum place_cast outcome;

    for (int i = 0; i < 5; i++) {
        double at[3];
        locate(at, cast, a + (b - a) * i / 4);
        value[2][i] = at[2];
        if (!isfinite(at[2]))
            return PLACE_CAST_OUTSIDE;
        if (ground->raster.height_m == NULL)
            continue;
        if (!to_node(&value[0][i], &value[1][i], cast, at))
            return PLACE_CAST_OUTSIDE;
        value[0][i] = same_turn(&ground->raster, value[0][i], value[0][0]);
    }
    place_path_fit(path.height_m, value[2]);
    if (ground->raster.height_m == NULL) {
        outcome = place_level_cast(&u, ground->level_m, &path);
    } else {
        place_path_fit(path.column, value[0]);
        place_path_fit(path.row, value[1]);
        outcome = place_raster_cast(&u, &ground->raster, &path);
    }
    *out_s = a + (b - a) * u;
    return outcome;
}

/* Gradient of the terrain to the east and north, metres a metre; 0 where unknown. */
static int gradient(double out[2], const struct cast *cast, const double at[3],
                    const double axes[9])
{
    const struct place_raster *raster = &cast->ground->raster;
    double geodetic[3], column, row, by_column, by_row;

    out[0] = out[1] = 0;
    if (raster->height_m == NULL)
        return 1;
    place_earth_geodetic(geodetic, cast->earth, at);
    if (!to_node(&column, &row, cast, geodetic) ||
        !place_raster_slopes(&by_column, &by_row, raster, column, row))
        return 0;
    for (int i = 0; i < 2; i++) { /* a step to the east, one to the north */
        double step[3], c, r;
        for (int j = 0; j < 3; j++)
            step[j] = at[j] + PROBE_M * axes[3 * j + (i == 0 ? 1 : 0)];
        place_earth_geodetic(geodetic, cast->earth, step);
        if (!to_node(&c, &r, cast, geodetic))
            return 0;
        c = same_turn(raster, c, column);
        out[i] = (by_column * (c - column) + by_row * (r - row)) / PROBE_M;
    }
    return 1;
}

/* Fills what is to be known of a hit at s. */
static enum place_sight describe(struct place_meeting *out, const struct cast *cast, double s)
{
    const double sine = sin(PLACE_GRAZE_DEG * M_PI / 180);
    double at[3], slope[2], length, undulation;

    point_at(at, cast, s);
    out->range_m = s;
    place_earth_geodetic(out->geodetic, cast->earth, at);
    place_earth_axes(out->axes, out->geodetic[0], out->geodetic[1]);
    undulation = place_ground_undulation(cast->ground, out->geodetic[0], out->geodetic[1]);
    if (!isfinite(undulation) || !gradient(slope, cast, at, out->axes))
        return PLACE_SIGHT_OUTSIDE;
    out->slope = hypot(slope[0], slope[1]);
    length = sqrt(1 + out->slope * out->slope);
    const double normal[3] = {-slope[1] / length, -slope[0] / length, -1 / length};
    place_apply(out->normal, out->axes, normal); /* north, east, down */
    return -place_dot(out->normal, cast->look) < sine ? PLACE_SIGHT_GRAZE : PLACE_SIGHT_HIT;
}

enum place_sight place_ground_meet(struct place_meeting *out, const struct place_ground *ground,
                                   struct place_earth *earth, const double origin[3],
                                   const double look[3])
{
    const struct cast cast = {ground, earth, origin, look};
    const int level = ground->raster.height_m == NULL;
    const double low = level ? ground->level_m : ground->raster.low_m;
    const double high = level ? ground->level_m : ground->raster.high_m;
    double start = 0, end, s;

    if (!descend(&start, &cast, high + MARGIN_M)) {
        double at[3];
        locate(at, &cast, start); /* no number where the geoid's grid ends */
        return isfinite(at[2]) ? PLACE_SIGHT_MISS : PLACE_SIGHT_OUTSIDE;
    }
    end = start;
    if (!descend(&end, &cast, low - MARGIN_M))
        end = start + MAX_STRETCHES * STRETCH_M;
    end = fmax(end, start + MARGIN_M);
    const double n = ceil((end - start) / STRETCH_M);
    for (int i = 0; i < n && i < MAX_STRETCHES; i++) {
        switch (cast_stretch(&s, &cast, start + (end - start) * i / n,
                             start + (end - start) * (i + 1) / n)) {
        case PLACE_CAST_HIT: return describe(out, &cast, s);
        case PLACE_CAST_ABOVE: break;
        case PLACE_CAST_BELOW: /* a later stretch begins where the last one ended, above it */
            return i == 0 ? PLACE_SIGHT_BELOW : describe(out, &cast, s);
        case PLACE_CAST_OUTSIDE: return PLACE_SIGHT_OUTSIDE;
        }
    }
    return PLACE_SIGHT_MISS;
}
