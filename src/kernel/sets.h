/*
 * sets.h - the tables beside the reference; each exists only on its own kind of processor
 */
#ifndef VAHO_KERNEL_SETS_H
#define VAHO_KERNEL_SETS_H

#include "kernel/kernels.h"

extern const struct vaho_kernels vaho_kernels_avx2;   /* and fused multiply-add */
extern const struct vaho_kernels vaho_kernels_avx512; /* F, BW, VL */
extern const struct vaho_kernels vaho_kernels_neon;
extern const struct vaho_matrices vaho_matrices_avx2;
extern const struct vaho_matrices vaho_matrices_avx512;
extern const struct vaho_matrices vaho_matrices_neon;

/* A table of matrices but for its tile: every member is the file's own function of that name. */
#define VAHO_MATRICES_FUNCTIONS                                                                    \
    .difference = difference, .transpose = transpose, .gram = gram, .project = project,            \
    .energy = energy, .lanes_gram = lanes_gram, .lanes_multiply = lanes_multiply,                  \
    .column_filter = column_filter, .lanes_factor = lanes_factor, .lanes_solve = lanes_solve,      \
    .lanes_left_out = lanes_left_out, .triangle_move = triangle_move,                              \
    .triangle_slide = triangle_slide, .triangle_centre = triangle_centre,                          \
    .lanes_cholesky = lanes_cholesky, .lanes_gram_exact = lanes_gram_exact,                        \
    .lanes_filter = lanes_filter, .lanes_sparse = lanes_sparse

#endif
