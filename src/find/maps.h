/*
 * maps.h - column density and evidence of every gas at every pixel
 *
 * The matched filter of level 1 (evidence.h), p' C^-1 z, at full resolution,
 * contrast-weighted and smoothed by the 3 x 3 binomial (weights w):
 *
 *     ppmm = sum(w k y) / sum(w k^2 G),   y = p' C^-1 z,   G = p' C^-1 p
 *     snr  = sum(w k y) / (spread sqrt(sum(w^2 k^2 G)))
 *
 * one hypothesis about the air temperature for the whole cube.  Pixels without
 * contrast, and invalid ones, are NaN in ppmm.
 */
#ifndef VAHO_FIND_MAPS_H
#define VAHO_FIND_MAPS_H

#include <stddef.h>

#include "base/pool.h"
#include "find/evidence.h"
#include "vaho/status.h"

struct vaho_maps {
    size_t n_gases, n_lines, n_samples;
    float *ppmm, *snr; /* n_gases x n_lines x n_samples; owned */
    float *weight;     /* k^2 of each pixel, n_lines x n_samples; owned */
};

/* signature: n_gases x n_bands as given to the evidence (its first real ones). */
enum vaho_status vaho_maps_make(struct vaho_maps **out, const struct vaho_scene *scene,
                                const struct vaho_evidence *evidence, const float *signature,
                                size_t n_gases, size_t hypothesis, struct vaho_pool *pool,
                                struct vaho_error *error);
void vaho_maps_free(struct vaho_maps *maps); /* NULL is fine */

#endif
