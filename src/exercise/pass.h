/*
 * pass.h - one flight of a campaign: what was there, and what the sensor records of it
 */
#ifndef VAHO_EXERCISE_PASS_H
#define VAHO_EXERCISE_PASS_H

#include "exercise/course.h"
#include "exercise/scene.h"
#include "exercise/world.h"

/* An emitter as this pass met it. */
struct vaho_pass_source {
    size_t emitter;
    int there, on; /* not gone, and emitting */
    double place_m[2];
    double line, sample; /* in the cube, beyond its edges as well, as if nothing shook */
    int shows;           /* its gas takes light from bands of this sensor */
    int in_view;         /* in a pixel that was recorded; then these are its line and sample */
    /* of its plume, NaN where it is not on or not in view: */
    double peak_ppmm;  /* 95th percentile inside it */
    double mean_ppmm;  /* mean where there is at least a fifth of its strongest */
    double contrast_k; /* how much the ground under it differs from the air, mean by its gas; NaN
                        * in reflected light */
};

struct vaho_pass {
    const struct vaho_world *world;
    size_t flight;
    struct vaho_course course;
    double wind_m_s, wind_from_deg; /* as it was */
    size_t n_lines;                 /* recorded */
    size_t *frame;                  /* n_lines: of all frames, those that were recorded */
    float *where;                   /* n_lines x n_samples: cells of the world */
    size_t n_plumes;
    struct vaho_scene_plume *plume;
    struct vaho_scene_imitation *imitation;
    struct vaho_scene *scene;
    size_t n_sources; /* one an emitter, in the scenario's order */
    struct vaho_pass_source *source;
};

/* 'world' is borrowed.  VAHO_USAGE: more gases than a scene may have; VAHO_NO_MEMORY.  On error
 * *out is empty. */
enum vaho_status vaho_pass_new(struct vaho_pass *out, const struct vaho_world *world, size_t flight,
                               struct vaho_error *error);
void vaho_pass_free(struct vaho_pass *pass); /* all zero is fine */

/* The direction a plume drifts to, from +sample towards +line, degrees. */
double vaho_pass_drift_deg(const struct vaho_pass *pass);

#endif
