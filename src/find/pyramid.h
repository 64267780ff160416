/*
 * pyramid.h - block sums of a strip of lines at every level
 *
 * Level j = 1 .. VAHO_N_LEVELS has blocks of 2^j x 2^j pixels.  Of the residual
 * spectra z and the contrast variable t of the valid pixels in a block:
 *   z0 = sum z, z1 = sum t z   (row, band, col): n_rows x n_bands x n_cols
 *   n0 = count, n1 = sum t, n2 = sum t^2   (row, col)
 * from which the contrast-weighted sum of any hypothesis k = a + b t follows:
 *   sum k z = a z0 + b z1,  sum k^2 = a^2 n0 + 2 a b n1 + b^2 n2.
 * Blocks at the far edges may be partly filled.
 */
#ifndef VAHO_FIND_PYRAMID_H
#define VAHO_FIND_PYRAMID_H

#include <stddef.h>

#include "find/evidence.h"

struct vaho_layer {
    size_t n_rows, n_cols;
    float *z0, *z1;
    float *n0, *n1, *n2;
};

struct vaho_pyramid {
    size_t n_bands, n_samples, max_lines;
    size_t first_line, n_lines;
    struct vaho_layer layer[VAHO_N_LEVELS]; /* layer[j - 1] is level j */
    struct vaho_block *block;
    float *t;
};

enum vaho_status vaho_pyramid_new(struct vaho_pyramid **out, size_t n_bands, size_t n_samples,
                                  size_t max_lines, struct vaho_error *error);
void vaho_pyramid_free(struct vaho_pyramid *pyramid); /* NULL is fine */

/* Reads and sums lines [first_line, first_line + n_lines); first_line a multiple of 2^VAHO_N_LEVELS. */
enum vaho_status vaho_pyramid_build(struct vaho_pyramid *pyramid, const struct vaho_scene *scene,
                                    size_t first_line, size_t n_lines, struct vaho_error *error);

#endif
