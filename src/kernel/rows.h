/*
 * rows.h - arithmetic along rows of planes: gathering evidence (find/scales.h), summing blocks
 * (find/strip.h)
 *
 * What is said here holds for every instruction set: the same values as the reference but for
 * rounding (a fused multiply-add rounds once), within 1e-6 of the sum of the magnitudes added.
 * Rows may begin anywhere; what is written overlaps nothing that is read.
 */
#ifndef VAHO_KERNEL_ROWS_H
#define VAHO_KERNEL_ROWS_H

#include <stddef.h>

/* out[c] = sum_i weight[i] x[i][c], added in the order of i; c < n */
typedef void vaho_sum_rows_fn(float *out, const float *const *x, const float *weight, size_t n_rows,
                              size_t n);

/*
 * z[c] = scale[c] sum_i weight[i] x[i][c] where scale[c] > 0: where it is more than best[c] it
 * becomes that, and which[c] becomes 'this'.
 */
typedef void vaho_best_of_rows_fn(float *best, unsigned char *which, const float *const *x,
                                  const float *weight, size_t n_rows, const float *scale,
                                  unsigned char this, size_t n);

/* y[c] += weight x[c] */
typedef void vaho_add_row_fn(float *y, const float *x, float weight, size_t n);

/* y[c] += x[2 c] + x[2 c + 1]; of an odd n the last x stands alone. */
typedef void vaho_add_pairs_fn(float *y, const float *x, size_t n);

/* The same of the products w x. */
typedef void vaho_add_weighted_pairs_fn(float *y, const float *w, const float *x, size_t n);

#endif
