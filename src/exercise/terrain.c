/*
 * terrain.c - heights made up, met and lit
 *
 * Made-up heights are fractal texture (repeatable.h): octaves from scale_m down to two nodes, each
 * half as wide and 0.6 as high, so that slopes grow slowly towards small scales as those of worn
 * land do; its standard deviation is a quarter of relief_m.
 */
#include "exercise/terrain.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"
#include "exercise/terrain_files.h"
#include "exercise/world.h"

/* What the random streams are for (pass.c and course.c have others). */
enum stream { MADE_UP = 60, MAP_ERROR };

static const size_t MAX_NODES = (size_t)1 << 24;
static const double CLEARANCE_M = 30.0, ERROR_NODES = 40.0, SHAKES = 4.0;

/* How far beyond the area its flights may see. */
static double margin_of(const struct vaho_scenario *s)
{
    double most = 100.0;

    for (size_t i = 0; i < s->n_flights; i++) {
        const struct vaho_scenario_flight *f = &s->flight[i];
        const struct vaho_scenario_sensor *d = &s->sensor[f->sensor];
        double half = 0.5e-3 * d->pixel_mrad * (double)d->n_samples * 57.29577951308232 +
                      SHAKES * d->jitter_deg;
        double reach = 1.3 * f->altitude_m * vaho_repeatable_sin_deg(fmin(half, 70.0)) /
                       vaho_repeatable_cos_deg(fmin(half, 70.0));
        double beyond = 0.0;
        for (size_t k = 0; k < 2; k++) {
            const double *at = k == 0 ? f->from_m : f->to_m;
            beyond = fmax(beyond, fmax(-at[0], at[0] - s->area.width_m));
            beyond = fmax(beyond, fmax(-at[1], at[1] - s->area.height_m));
        }
        most = fmax(most, reach + beyond);
    }
    return most;
}

enum vaho_status terrain_frame(struct vaho_terrain *out, const struct vaho_scenario *s,
                               struct vaho_error *error)
{
    struct vaho_scenario_area level = s->area;
    double margin = margin_of(s), west, south, east, north, step_lon, step_lat;
    double columns, rows;

    level.ground_m = 0.0; /* the frame must not depend on the heights in it */
    vaho_world_lonlat(&west, &south, &level, -margin, -margin);
    vaho_world_lonlat(&east, &north, &level, s->area.width_m + margin, s->area.height_m + margin);
    vaho_world_lonlat(&step_lon, &step_lat, &level, s->area.terrain.spacing_m,
                      s->area.terrain.spacing_m);
    step_lon -= s->area.longitude_deg;
    step_lat -= s->area.latitude_deg;
    columns = ceil((east - west) / step_lon) + 2.0;
    rows = ceil((north - south) / step_lat) + 2.0;
    if (columns * rows > (double)MAX_NODES)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "area.terrain: %.0f x %.0f nodes are too many; make spacing_m larger",
                         columns, rows);
    *out = (struct vaho_terrain){.area = &s->area,
                                 .n_rows = (size_t)rows,
                                 .n_columns = (size_t)columns,
                                 .west_deg = west,
                                 .north_deg = north + step_lat,
                                 .step_lon_deg = step_lon,
                                 .step_lat_deg = step_lat};
    out->height_m = vaho_alloc(out->n_rows * out->n_columns, sizeof *out->height_m);
    return out->height_m != NULL ? VAHO_OK : vaho_fail_memory(error, "the terrain");
}

void vaho_terrain_free(struct vaho_terrain *terrain)
{
    free(terrain->height_m);
    *terrain = (struct vaho_terrain){0};
}

/* Of all nodes, and for the area its mean. */
static void measure(struct vaho_terrain *t, struct vaho_scenario_area *area)
{
    double sum = 0.0, n = 0.0;

    t->low_m = INFINITY;
    t->high_m = -INFINITY;
    for (size_t i = 0; i < t->n_rows * t->n_columns; i++) {
        t->low_m = fmin(t->low_m, (double)t->height_m[i]);
        t->high_m = fmax(t->high_m, (double)t->height_m[i]);
    }
    if (area == NULL)
        return;
    area->ground_m = 0.0;
    for (double u = 0.01; u < 1.0; u += 0.02)
        for (double v = 0.01; v < 1.0; v += 0.02) {
            sum += vaho_terrain_height(t, u * area->width_m, v * area->height_m);
            n += 1.0;
        }
    area->ground_m = floor(sum / n + 0.5);
}

enum vaho_status terrain_settle(struct vaho_terrain *t, struct vaho_scenario *s,
                                struct vaho_error *error)
{
    measure(t, &s->area);
    for (size_t i = 0; i < s->n_flights; i++)
        if (s->area.ground_m + s->flight[i].altitude_m < t->high_m + CLEARANCE_M)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "flight %s: altitude_m %g is %.0f m above the ellipsoid over ground "
                             "of %.0f m in the mean and up to %.0f m; fly higher",
                             s->flight[i].name, s->flight[i].altitude_m,
                             s->area.ground_m + s->flight[i].altitude_m, s->area.ground_m,
                             t->high_m);
    return VAHO_OK;
}

static void make_up(struct vaho_terrain *t, const struct vaho_scenario_area *area, uint64_t seed)
{
    uint64_t key = vaho_random_key(seed, MADE_UP);
    double scale = area->terrain.scale_m / area->terrain.spacing_m;

    for (size_t r = 0; r < t->n_rows; r++)
        for (size_t c = 0; c < t->n_columns; c++) {
            double h = area->ground_m + 0.25 * area->terrain.relief_m *
                                            vaho_random_texture(key, (double)r, (double)c, scale);
            t->height_m[r * t->n_columns + c] = (float)(floor(100.0 * h + 0.5) / 100.0);
        }
}

enum vaho_status vaho_terrain_make(struct vaho_terrain *out, struct vaho_scenario *s,
                                   const char *path, uint64_t seed, struct vaho_error *error)
{
    enum vaho_status status;

    *out = (struct vaho_terrain){0};
    status = terrain_frame(out, s, error);
    if (status == VAHO_OK && path != NULL)
        status = terrain_resample(out, path, error);
    else if (status == VAHO_OK)
        make_up(out, &s->area, seed);
    if (status == VAHO_OK)
        status = terrain_settle(out, s, error);
    if (status != VAHO_OK)
        vaho_terrain_free(out);
    return status;
}

void vaho_terrain_disturb(struct vaho_terrain *map, uint64_t seed)
{
    uint64_t key = vaho_random_key(seed, MAP_ERROR);
    double sigma_m = map->area->terrain.sigma_m;

    for (size_t r = 0; sigma_m > 0.0 && r < map->n_rows; r++)
        for (size_t c = 0; c < map->n_columns; c++)
            map->height_m[r * map->n_columns + c] +=
                (float)(sigma_m * vaho_random_texture(key, (double)r, (double)c, ERROR_NODES));
    measure(map, NULL);
}

/* --- between nodes ---------------------------------------------------------- */

/* The four nodes round a place, and where in them it is; beyond the edge, the edge. */
static const float *around(double *u, double *v, const struct vaho_terrain *t, double east_m,
                           double north_m)
{
    double longitude, latitude, c, r;

    vaho_world_lonlat(&longitude, &latitude, t->area, east_m, north_m);
    c = fmin(fmax((longitude - t->west_deg) / t->step_lon_deg, 0.0),
             (double)t->n_columns - 1.000001);
    r = fmin(fmax((t->north_deg - latitude) / t->step_lat_deg, 0.0), (double)t->n_rows - 1.000001);
    *u = c - floor(c);
    *v = r - floor(r);
    return t->height_m + (size_t)r * t->n_columns + (size_t)c;
}

double vaho_terrain_height(const struct vaho_terrain *t, double east_m, double north_m)
{
    double u, v;
    const float *h = around(&u, &v, t, east_m, north_m), *below = h + t->n_columns;

    return (1.0 - v) * ((1.0 - u) * h[0] + u * h[1]) + v * ((1.0 - u) * below[0] + u * below[1]);
}

void vaho_terrain_meet(double out_m[2], const struct vaho_terrain *t, const double origin[3],
                       const double look[3])
{
    double level = sqrt(look[0] * look[0] + look[1] * look[1]), step, above, at, down = -look[2];

    /* per metre of the way: 'level' sideways, 'down' downwards; no step crosses half a node */
    at = (origin[2] - t->high_m - 1.0) / down;
    if (!(at > 0.0))
        at = 0.0;
    step = 0.5 * t->area->terrain.spacing_m / fmax(level, 0.02 * down);
    do {
        above = at;
        at += step;
    } while (origin[2] + at * look[2] >
             vaho_terrain_height(t, origin[0] + at * look[0], origin[1] + at * look[1]));
    for (int i = 0; i < 30; i++) {
        double middle = 0.5 * (above + at);
        if (origin[2] + middle * look[2] >
            vaho_terrain_height(t, origin[0] + middle * look[0], origin[1] + middle * look[1]))
            above = middle;
        else
            at = middle;
    }
    out_m[0] = origin[0] + at * look[0];
    out_m[1] = origin[1] + at * look[1];
}

double vaho_terrain_sunlit(const struct vaho_terrain *t, const struct vaho_exercise_sun *sun,
                           double east_m, double north_m)
{
    double spacing = t->area->terrain.spacing_m, half = 0.5 * spacing;
    double rise_east = (vaho_terrain_height(t, east_m + half, north_m) -
                        vaho_terrain_height(t, east_m - half, north_m)) /
                       spacing;
    double rise_north = (vaho_terrain_height(t, east_m, north_m + half) -
                         vaho_terrain_height(t, east_m, north_m - half)) /
                        spacing;
    double level = sqrt(sun->east * sun->east + sun->north * sun->north);
    double cosine = (sun->up - rise_east * sun->east - rise_north * sun->north) /
                    sqrt(1.0 + rise_east * rise_east + rise_north * rise_north);
    double height = vaho_terrain_height(t, east_m, north_m), step = half / fmax(level, 0.01);

    if (!(cosine > 0.0) || !(sun->up > 0.0))
        return 0.0;
    for (double at = step; height + at * sun->up < t->high_m; at += step)
        if (height + at * sun->up <
            vaho_terrain_height(t, east_m + at * sun->east, north_m + at * sun->north))
            return 0.0;
    return cosine;
}
