/*
 * pushbroom.h - the place of every pixel of a pushbroom's cube, and its error
 */
#ifndef VAHO_PLACE_PUSHBROOM_H
#define VAHO_PLACE_PUSHBROOM_H

#include <stddef.h>

#include "base/pool.h"
#include "cube/placement.h"
#include "place/camera.h"
#include "place/geometry.h"
#include "place/ground.h"
#include "place/trajectory.h"
#include "vaho/progress.h"

struct place_pushbroom {
    const struct place_geometry *geometry; /* boresight, lever arm and errors */
    const struct place_trajectory *trajectory;
    const struct place_camera *camera;
    const struct place_ground *ground;
    size_t n_lines;
    const double *time_s; /* of each line, the middle of its exposure: an instant */
};

struct place_outcome {
    size_t n_sights[PLACE_N_SIGHTS]; /* pixels */
    size_t n_before, n_after, n_gap; /* lines outside the trajectory, in its gaps */
};

/*
 * Fills *out, n_lines x the camera's samples; what has no place is NaN, and *outcome
 * says why.  VAHO_NO_MEMORY, VAHO_BAD_INPUT (the terrain model's coordinate system).
 * On error *out is empty.
 */
enum vaho_status place_pushbroom(struct cube_placement *out, struct place_outcome *outcome,
                                 const struct place_pushbroom *pushbroom, struct vaho_pool *pool,
                                 const struct vaho_progress *progress, struct vaho_error *error);

#endif
