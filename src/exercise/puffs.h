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
    const char *gas;     /* borrowed */
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

/* A source that emits at a known rate into a known wind. */
struct vaho_exercise_release {
    double line, sample; /* the source */
    double ppmm_m2_s;    /* what it emits: ppm.m times m2, each second */
    double wind_m_s;
    double wind_deg; /* where it drifts to, from +sample towards +line */
    double reach_m;  /* how far it is followed; over the last two fifths it thins out */
    double cell_m;   /* size of a pixel */
};

/*
 * The column density of a release, of mass conserved: what lies in the field is what was emitted
 * while the wind crossed the reach, less what thinned out (a fifth).  As vaho_puffs_make().
 */
enum vaho_status vaho_puffs_release(struct vaho_puff_field *out,
                                    const struct vaho_exercise_release *release, size_t n_lines,
                                    size_t n_samples, uint64_t key, struct vaho_error *error);

/* 95th percentile of the column density inside the plume; 0 where the field is empty. */
enum vaho_status vaho_puffs_peak(double *out, const struct vaho_puff_field *field,
                                 struct vaho_error *error);

/* Between pixel centres, bilinear; 0 outside the rectangle. */
double vaho_puffs_between(const struct vaho_puff_field *field, double line, double sample);

/* The column density at a pixel; 0 outside the rectangle. */
double vaho_puffs_at(const struct vaho_puff_field *field, size_t line, size_t sample);

#endif
