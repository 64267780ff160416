/*
 * world.h - the ground of a campaign: where everything lies that all its passes share
 */
#ifndef VAHO_EXERCISE_WORLD_H
#define VAHO_EXERCISE_WORLD_H

#include <stdint.h>

#include "base/signing.h"
#include "exercise/inputs.h"
#include "exercise/scenario.h"
#include "exercise/scene.h"
#include "exercise/terrain.h"

/* Size of a cell of the simulated ground (scene.h), and cells that plumes may drift out of it. */
#define VAHO_WORLD_CELL_M VAHO_SCENE_CELL_M
#define VAHO_WORLD_MARGIN 512

struct vaho_world {
    const struct vaho_scenario *scenario; /* borrowed */
    uint64_t seed;
    const struct vaho_inputs *inputs;                /* NULL: none; borrowed */
    const struct vaho_terrain *terrain;              /* the ground; NULL: level; borrowed */
    char terrain_sha256[VAHO_DIGEST_HEX_NBYTES];     /* of its map's file; "": none */
    double emitter_m[VAHO_SCENARIO_MAX_EMITTERS][2]; /* east, north; moves not counted */
    double imitation_m[VAHO_SCENARIO_MAX_IMITATIONS][2];
};

/* Without inputs and terrain, which are to be set.  Places what the scenario leaves to the seed:
 * away from the border and from each other. */
void vaho_world_make(struct vaho_world *out, const struct vaho_scenario *scenario, uint64_t seed);

/*
 * Longitude and latitude of a place of the area.  The Earth is WGS 84's ellipsoid at the height of
 * the ground; degrees are as long as they are at the place itself in longitude, at the corner in
 * latitude, which is 0.1 % off 20 km away.
 */
void vaho_world_lonlat(double *longitude_deg, double *latitude_deg,
                       const struct vaho_scenario_area *area, double east_m, double north_m);
/* The other way. */
void vaho_world_metres(double *east_m, double *north_m, const struct vaho_scenario_area *area,
                       double longitude_deg, double latitude_deg);

/* Line and sample of the simulated ground. */
void vaho_world_cell(double *line, double *sample, const struct vaho_scenario_area *area,
                     double east_m, double north_m);

#endif
