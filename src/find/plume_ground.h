/*
 * plume_ground.h - learning from ground that a known plume lies over
 *
 * A strong plume spoils the background it is measured against, but the ground under it must be
 * learned like all other: what is rare and lies only there would else stand out as if it were a
 * gas. So in the pixels of a strong plume all that its gas can do is taken out of the residual and
 * the rest is kept: the span of the gas's parts (contrast.h), that is its absorption times any
 * contrast of the scene, and of its leading shape times the absorption and its square, the first
 * terms in which the exponential bends.  With C = L L' and Q an orthonormal basis of L^-1 of these,
 *
 *     z <- z - L Q Q' L^-1 z.
 *
 * Threads: immutable once made.
 */
#ifndef VAHO_FIND_PLUME_GROUND_H
#define VAHO_FIND_PLUME_GROUND_H

#include <stddef.h>

#include "sense/contrast.h"
#include "vaho/status.h"

enum {
    VAHO_MAX_DIRECTIONS = VAHO_N_PARTS + 3,
    VAHO_GROUND_LEFT_OUT = 255 /* in the map of plumes: nothing is learned here */
};

/* What a gas can do to the residual, row by row: its parts, then the leading one bent.  'out' has
 * room for VAHO_MAX_DIRECTIONS x n_bands; how many there are. */
size_t vaho_gas_directions(double *out, const struct vaho_contrast *contrast, const float *parts);

struct vaho_plume_ground;

/*
 * 'plume' (n_lines x n_samples, borrowed) is 0 where no plume is, or 1 + the number of its gas, or
 * VAHO_GROUND_LEFT_OUT.  'parts' of n_gases; 'cholesky' the lower factor L (n_bands x n_bands).
 */
enum vaho_status vaho_plume_ground_new(struct vaho_plume_ground **out, const unsigned char *plume,
                                       size_t n_samples, const struct vaho_contrast *contrast,
                                       const float *parts, size_t n_gases, const double *cholesky,
                                       struct vaho_error *error);
void vaho_plume_ground_free(struct vaho_plume_ground *ground); /* NULL is fine */

/* Cleans the residuals of one line of the cube, n_bands x n_samples, 0 where not valid. */
void vaho_plume_ground_clean(float *z, unsigned char *valid, const struct vaho_plume_ground *ground,
                             size_t line);

#endif
