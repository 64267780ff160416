/*
 * pass_planes.h - what one pass says of any signature, summed over cells of the ground
 *
 * For sums over passes (track/stack.h) a pass is taken apart before space is summed over: with w
 * the weight of a pixel in the eyes of a gas and z its residual (backgrounds.h), for the gas and
 * everything scored in its eyes
 *
 *     score[i]  = sum w f_i'z  over a cell's valid pixels,    energy[g] = sum w^2,
 *
 * f_i = C^-1 v_i / sqrt(var), C that of a kernel as large as a plume (elongated, of the finest
 * level), because clutter smoothed over a plume is another than a pixel's.  For any kernel k of
 * about that size sum(k score) / sqrt(sum(k^2 energy)) has unit variance on empty ground, and one
 * ppm.m of signature i in every pixel adds amplitude[i] sum(k energy) to the numerator.
 *
 * The signatures need not be those the evidence was scored with: decoys have to be the same in all
 * passes, or what the ground does would add up for the gas and not for them.
 */
#ifndef VAHO_FIND_PASS_PLANES_H
#define VAHO_FIND_PASS_PLANES_H

#include "find/evidence.h"

#define VAHO_NO_CELL 0xffffffffu

struct vaho_pass_planes {
    size_t n_signatures, n_gases, n_cells;
    float *score;      /* n_signatures x n_cells; owned */
    float *energy;     /* n_gases x n_cells; owned */
    float *n_valid;    /* n_cells: valid pixels; owned */
    double *amplitude; /* n_signatures: f'v; owned */
};

/*
 * 'parts' (vaho_contrast_parts()) and gas_of are those of n signatures, of the evidence's gases the
 * first; 'hypothesis' is the contrast's.  cell[n_lines x n_samples] says where each pixel lies, or
 * VAHO_NO_CELL.  The same for any number of threads.  VAHO_BAD_INPUT (reading), VAHO_NO_MEMORY.
 */
enum vaho_status vaho_pass_planes_make(struct vaho_pass_planes **out,
                                       const struct vaho_evidence *evidence, size_t hypothesis,
                                       const float *parts, const unsigned *gas_of, size_t n,
                                       const unsigned *cell, size_t n_cells, struct vaho_pool *pool,
                                       struct vaho_error *error);
void vaho_pass_planes_free(struct vaho_pass_planes *planes); /* NULL is fine */

#endif
