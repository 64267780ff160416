/*
 * block.h - a run of consecutive lines of a cube, what flows through the program
 *
 * Shapes: value (l, b, s) is at value[(l * n_bands + b) * n_samples + s]
 * (band-interleaved by line); pixel (l, s) is usable when
 * valid[l * n_samples + s] is 1.  Lines count from first_line of the cube.
 * Units: W m-2 sr-1 um-1 where the source knows its units, else as recorded;
 * reflectance is a fraction.  A missing element (NaN, ignore value) is NaN; a
 * pixel with no finite element is not valid.  An invalid pixel's values are
 * not promised.
 */
#ifndef VAHO_BLOCK_H
#define VAHO_BLOCK_H

#include <stddef.h>

#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vaho_block {
    size_t first_line;
    size_t n_lines; /* filled now, <= max_lines */
    size_t n_bands; /* bands in this block, a subset of the cube's */
    size_t n_samples;
    size_t max_lines;
    float *value;         /* owned */
    unsigned char *valid; /* owned */
};

/*
 * Makes an empty block with room for max_lines lines.
 * VAHO_USAGE: a size is 0 or the product overflows.  VAHO_NO_MEMORY.
 * On error *out is NULL.
 */
enum vaho_status vaho_block_new(struct vaho_block **out, size_t max_lines, size_t n_bands,
                                size_t n_samples, struct vaho_error *error);
void vaho_block_free(struct vaho_block *block); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
