/* world.c - places drawn by the seed, and metres as degrees */
#include "exercise/world.h"

#include <math.h>

#include "exercise/repeatable.h"

/* What the random streams of a campaign are for (pass.c has its own from 20 on). */
enum stream { EMITTERS = 10, IMITATIONS };

static const double EARTH_A_M = 6378137.0, EARTH_E2 = 6.69437999014e-3;
static const double DEGREE = 0.017453292519943295;

/* The distance of a place to the nearest of those placed already, or to the border. */
static double room_at(const struct vaho_world *world, const double at[2], size_t n_emitters,
                      size_t n_imitations)
{
    const struct vaho_scenario *s = world->scenario;
    double room = fmin(fmin(at[0], s->area.width_m - at[0]), fmin(at[1], s->area.height_m - at[1]));

    for (size_t i = 0; i < s->n_emitters; i++) {
        const double *other = i < n_emitters ? world->emitter_m[i] : s->emitter[i].place_m;
        double dx = other[0] - at[0], dy = other[1] - at[1];
        if (i < n_emitters || s->emitter[i].placed)
            room = fmin(room, sqrt(dx * dx + dy * dy));
    }
    for (size_t i = 0; i < n_imitations; i++) {
        double dx = world->imitation_m[i][0] - at[0], dy = world->imitation_m[i][1] - at[1];
        room = fmin(room, sqrt(dx * dx + dy * dy));
    }
    return room;
}

/* The roomiest of eight places: anywhere, but seldom on top of another. */
static void draw(double out[2], const struct vaho_world *world, uint64_t key, size_t n_emitters,
                 size_t n_imitations)
{
    double best = -1.0;

    for (uint64_t k = 0; k < 8; k++) {
        double at[2] = {world->scenario->area.width_m * vaho_random_uniform(key, 2 * k),
                        world->scenario->area.height_m * vaho_random_uniform(key, 2 * k + 1)};
        double room = room_at(world, at, n_emitters, n_imitations);
        if (room > best) {
            best = room;
            out[0] = floor(at[0]);
            out[1] = floor(at[1]);
        }
    }
}

void vaho_world_make(struct vaho_world *out, const struct vaho_scenario *s, uint64_t seed)
{
    *out = (struct vaho_world){.scenario = s, .seed = seed};
    for (size_t i = 0; i < s->n_emitters; i++) {
        out->emitter_m[i][0] = s->emitter[i].place_m[0];
        out->emitter_m[i][1] = s->emitter[i].place_m[1];
        if (!s->emitter[i].placed)
            draw(out->emitter_m[i], out, vaho_random_key(vaho_random_key(seed, EMITTERS), i), i, 0);
    }
    for (size_t i = 0; i < s->n_imitations; i++) {
        out->imitation_m[i][0] = s->imitation[i].place_m[0];
        out->imitation_m[i][1] = s->imitation[i].place_m[1];
        if (!s->imitation[i].placed)
            draw(out->imitation_m[i], out, vaho_random_key(vaho_random_key(seed, IMITATIONS), i),
                 s->n_emitters, i);
    }
}

/* Metres a degree of latitude at the corner, and of longitude at a latitude. */
static double metres_north(const struct vaho_scenario_area *area)
{
    double sine = vaho_repeatable_sin_deg(area->latitude_deg);
    double w2 = 1.0 - EARTH_E2 * sine * sine;

    return DEGREE * (EARTH_A_M * (1.0 - EARTH_E2) / (w2 * sqrt(w2)) + area->ground_m);
}

static double metres_east(const struct vaho_scenario_area *area, double latitude_deg)
{
    double sine = vaho_repeatable_sin_deg(latitude_deg);

    return DEGREE * (EARTH_A_M / sqrt(1.0 - EARTH_E2 * sine * sine) + area->ground_m) *
           vaho_repeatable_cos_deg(latitude_deg);
}

void vaho_world_lonlat(double *longitude_deg, double *latitude_deg,
                       const struct vaho_scenario_area *area, double east_m, double north_m)
{
    *latitude_deg = area->latitude_deg + north_m / metres_north(area);
    *longitude_deg = area->longitude_deg + east_m / metres_east(area, *latitude_deg);
}

void vaho_world_metres(double *east_m, double *north_m, const struct vaho_scenario_area *area,
                       double longitude_deg, double latitude_deg)
{
    *north_m = (latitude_deg - area->latitude_deg) * metres_north(area);
    *east_m = (longitude_deg - area->longitude_deg) * metres_east(area, latitude_deg);
}

void vaho_world_cell(double *line, double *sample, const struct vaho_scenario_area *area,
                     double east_m, double north_m)
{
    *line = (area->height_m - north_m) / VAHO_WORLD_CELL_M;
    *sample = east_m / VAHO_WORLD_CELL_M;
}
