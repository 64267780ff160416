/*
 * rows_sets.h - the tables beside the reference; each exists only on its own kind of processor
 */
#ifndef VAHO_KERNEL_ROWS_SETS_H
#define VAHO_KERNEL_ROWS_SETS_H

#include "kernel/kernels.h"

extern const struct vaho_kernels vaho_kernels_avx2;   /* and fused multiply-add */
extern const struct vaho_kernels vaho_kernels_avx512; /* F, BW, VL */
extern const struct vaho_kernels vaho_kernels_neon;
extern const struct vaho_matrices vaho_matrices_avx2;
extern const struct vaho_matrices vaho_matrices_avx512;
extern const struct vaho_matrices vaho_matrices_neon;

#endif
