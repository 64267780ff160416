/*
 * puffs.h - plumes as they look from above: puffs that drift, wander and spread
 */
#ifndef VAHO_EXERCISE_PUFFS_H
#define VAHO_EXERCISE_PUFFS_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/status.h"

/* One plume of known truth. */
struct vaho_exercise_plume {
    const char *gas;     /* static storage */
    size_t line, sample; /* the source: the upwind end */
    double peak_ppmm;    /* 95th percentile of the column density inside the plume */
    double length_px;    /* how far it reaches downwind */
    double wind_deg;     /* where it drifts to, from +sample towards +line */
};

/* Column density over a rectangle of the scene. */
struct vaho_puff_field {
    size_t line0, sample0, n_lines, n_samples;
    float *ppmm; /* n_lines x n_samples, owned */
};

/*
 * The column density of 'plume' where it lies inside a scene of n_lines x
 * n_samples; the same for the same key.  Inside the plume is where there is at
 * least a twentieth of its strongest pixel.  VAHO_NO_MEMORY: *out is empty.
 */
enum vaho_status vaho_puffs_make(struct vaho_puff_field *out,
                                 const struct vaho_exercise_plume *plume, size_t n_lines,
                                 size_t n_samples, uint64_t key, struct vaho_error *error);
void vaho_puffs_free(struct vaho_puff_field *field);

/* The column density at a pixel; 0 outside the rectangle. */
double vaho_puffs_at(const struct vaho_puff_field *field, size_t line, size_t sample);

#endif
