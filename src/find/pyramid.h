/*
 * pyramid.h - block sums of a strip of lines at every level
 *
 * Level j = 1 .. VAHO_N_LEVELS has blocks of 2^j x 2^j pixels.  Of the residual
 * spectra z and the coordinates q (q_0 = 1) of the valid pixels in a block:
 *   z[k]          sum q_k z, (row, band, col): n_rows x n_bands x n_cols
 *   n[pair(k,l)]  sum q_k q_l, k <= l, (row, col)
 * from which the score of any signature whose parts are weighted by q follows
 * (contrast.h).  Blocks at the far edges may be partly filled.
 */
#ifndef VAHO_FIND_PYRAMID_H
#define VAHO_FIND_PYRAMID_H

#include <stddef.h>

#include "find/evidence.h"

struct vaho_layer {
    size_t n_rows, n_cols;
    float *z[VAHO_N_PARTS];
    float *n[VAHO_N_PAIRS];
};

struct vaho_pyramid {
    size_t n_bands, n_samples, n_parts, max_lines;
    size_t first_line, n_lines;
    struct vaho_layer layer[VAHO_N_LEVELS]; /* layer[j - 1] is level j */
    struct vaho_block *block;
    float *q; /* of the block: lines x rank x n_samples */
};

enum vaho_status vaho_pyramid_new(struct vaho_pyramid **out, const struct vaho_scene *scene,
                                  size_t max_lines, struct vaho_error *error);
void vaho_pyramid_free(struct vaho_pyramid *pyramid); /* NULL is fine */

/*
 * Reads and sums lines [first_line, first_line + n_lines); first_line a multiple of
 * 2^VAHO_N_LEVELS.  'excluded' (n_lines of the cube x n_samples, may be NULL) marks
 * pixels that count as not valid.
 */
enum vaho_status vaho_pyramid_build(struct vaho_pyramid *pyramid, const struct vaho_scene *scene,
                                    const unsigned char *excluded, size_t first_line,
                                    size_t n_lines, struct vaho_error *error);

#endif
