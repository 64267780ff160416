/*
 * maps.h - column density and evidence of every gas at every pixel
 *
 * The evidence of level 1 (evidence.h) taken at full resolution, snr smoothed by the
 * 3 x 3 binomial (weights w); a column density is the pixel's own:
 *
 *     ppmm  = y / g,                y = s' C^-1 z - offset,   g = s' C^-1 s
 *     sigma = spread_1 / sqrt(g)
 *     snr   = sum(w y) / (spread sqrt(sum(w^2 g)))
 *
 * under one hypothesis about the air.  spread_1 is how y / sqrt(g) scatters over the whole
 * map, robustly.  Pixels without contrast, and invalid ones, are NaN in ppmm and sigma.  This
 * is linear in the column density, right for what is weak; in the footprints of plumes
 * amounts.h puts what it solves.
 */
#ifndef VAHO_FIND_MAPS_H
#define VAHO_FIND_MAPS_H

#include <stddef.h>

#include "base/pool.h"
#include "find/evidence.h"
#include "vaho/status.h"

struct vaho_maps {
    size_t n_gases, n_lines, n_samples;
    float *ppmm, *sigma, *snr; /* n_gases x n_lines x n_samples; owned */
    float *weight;             /* g, the same shape; 0 where not valid; owned */
    float *spread;             /* spread_1, n_gases; owned */
};

/* Of the first n_gases signatures set in the evidence. */
enum vaho_status vaho_maps_make(struct vaho_maps **out, const struct vaho_scene *scene,
                                const struct vaho_evidence *evidence, size_t n_gases,
                                size_t hypothesis, struct vaho_pool *pool,
                                struct vaho_error *error);
void vaho_maps_free(struct vaho_maps *maps); /* NULL is fine */

#endif
