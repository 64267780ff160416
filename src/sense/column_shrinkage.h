/*
 * column_shrinkage.h - how much to shrink each column's covariance, by leaving pixels out
 *
 *     C_alpha = (1 - alpha) S + alpha diag(S)
 *
 * with the alpha under which every pixel is likeliest given the others (Theiler 2012,
 * "The incredible shrinking covariance estimator", Proc. SPIE 8391, equation 29).  For n
 * pixels of p bands, beta = (1 - alpha) / (n - 1) and G = n beta S + alpha diag(S), the
 * negative log-likelihood a pixel is, with r_k = x_k' G^-1 x_k and q_k = 1 - beta r_k,
 *
 *     (p log 2 pi + log det G) / 2 + sum_k (log q_k + r_k / q_k) / (2 n)
 *
 * The plain way inverts G for each of the 201 alphas, 10^-10 ... 1 by 10^0.05.  Here the
 * generalised eigenvectors V, S V = diag(S) V Lambda, V' diag(S) V = I, make all G
 * diagonal at once:
 *
 *     r_k(alpha) = sum_j y_kj^2 / (n beta lambda_j + alpha),   y_k = V' x_k
 *
 * a product of two matrices, pixels times bands and bands times alphas.  Logarithms are
 * taken of products of q over some lines.
 *
 * Sixteen columns go side by side (kernels.h: lanes).
 */
#ifndef VAHO_SENSE_COLUMN_SHRINKAGE_H
#define VAHO_SENSE_COLUMN_SHRINKAGE_H

#include <stddef.h>

#include "kernel/kernels.h"
#include "vaho/status.h"

enum { VAHO_N_ALPHAS = 201 };

double vaho_shrinkage_alpha(size_t i); /* the i-th that is tried */

struct vaho_column_shrinkage; /* of one group of 16 columns */

/*
 * covariance: lower triangles in lanes (matrices.h), mean: n_bands x 16 of the differences
 * that will come, n: 16 numbers of pixels.  VAHO_NO_MEMORY, VAHO_FAULT (no eigenvectors).
 */
enum vaho_status vaho_column_shrinkage_new(struct vaho_column_shrinkage **out,
                                           const double *covariance, const double *mean,
                                           const double *n, size_t n_bands,
                                           struct vaho_error *error);
void vaho_column_shrinkage_free(struct vaho_column_shrinkage *shrinkage); /* NULL is fine */

/* Floats that vaho_column_shrinkage_add() wants as scratch. */
size_t vaho_column_shrinkage_scratch(size_t n_bands);

/* Adds lines [line][n_bands + 1][16] as pixel_lines.h gives them. */
void vaho_column_shrinkage_add(struct vaho_column_shrinkage *shrinkage, const float *d,
                               size_t n_lines, const struct vaho_matrices *matrices,
                               float *scratch);

/* The negative log-likelihood a pixel of every alpha and lane: out[alpha x 16 + lane]. */
void vaho_column_shrinkage_likelihood(double *out, const struct vaho_column_shrinkage *shrinkage);

/* The likeliest alpha of each of the 16 columns; 1 for one without pixels. */
void vaho_column_shrinkage_choose(double alpha[VAHO_LANES],
                                  const struct vaho_column_shrinkage *shrinkage);

#endif
