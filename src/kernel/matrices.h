/*
 * matrices.h - covariances, filters and factors: where the time of pixelwise methods goes
 *
 * A table of functions an instruction set, part of kernels.h's; every table computes
 * the same, to the tolerance written in tests/kernel/test_matrices.c.
 *
 * Three layouts, each so that no kernel ever has to pick single values from afar:
 *
 *   panel       [band][48]: 48 pixels side by side, bands one below the other
 *   band panel  [band / 16][pixel][16]: 16 bands side by side, of one pixel after
 *               the other; bands are filled up with zeros
 *   lanes       [...][16]: 16 matrices of one shape, value by value side by side: 16
 *               detector columns, each with a covariance of its own, or 16 pixels.
 *               What one does, all do, and a vector unit is full whatever the shape.
 *
 * Sums: products of float32 are added up in float32 over VAHO_TILE values at most
 * and from there in float64, so that the error does not grow with the number of
 * pixels.  Values must be differences from a mean, or near it, all the same: what
 * float32 loses of x before x x' - mu mu' no sum brings back.
 *
 * Unaligned arrays are fine.  Outputs must not overlap inputs.  Nothing is checked:
 * sizes are the caller's duty.  Threads: pure functions.
 */
#ifndef VAHO_KERNEL_MATRICES_H
#define VAHO_KERNEL_MATRICES_H

#include <stddef.h>

enum { VAHO_LOWER = 1, VAHO_UPPER = 2 };
#define VAHO_SPARSE_FLOOR 1e-4 /* ppm.m: keeps the weight of an amount of 0 finite */

enum {
    VAHO_LANES = 16,      /* of a lane layout, whatever the instruction set */
    VAHO_PANEL = 48,      /* pixels of a panel */
    VAHO_BAND_PANEL = 16, /* bands of a band panel */
    VAHO_ROWS = 8,        /* of packed filters */
    VAHO_TILE = 256,      /* products added up in float32, at most */
    VAHO_LANE_TILE = 64   /* the same in lanes: so many rows of 73 bands stay in a cache */
};

struct vaho_matrices {
    /*
     * Centred differences of n <= width pixels: for row r
     *     out[r * width + i] = valid[i] ? x[r * stride + i] - m : 0,   0 for i >= n,
     * with m = mean[r] where mean_stride is 0, else mean[r * mean_stride + i].
     * 'valid' NULL: all are.
     */
    void (*difference)(float *out, size_t width, const float *x, size_t stride, const float *mean,
                       size_t mean_stride, const unsigned char *valid, size_t n_rows, size_t n);

    /* out[c * out_stride + r] = in[r * in_stride + c] */
    void (*transpose)(float *out, size_t out_stride, const float *in, size_t in_stride,
                      size_t n_rows, size_t n_columns);

    /*
     * sum[j * p + i] += sum over pixels x_j x_i, for i >= j; p is n_bands rounded up to
     * whole band panels, 'sum' p x p.  What stands below the diagonal is not promised.
     * x: a band panel layout of n_pixels.
     */
    void (*gram)(double *sum, const float *x, size_t n_bands, size_t n_pixels);

    /*
     * Filters on a panel: out[r * VAHO_PANEL + i] = sum over b w_rb d[b * VAHO_PANEL + i].
     * w: [r / 8][band][8], rows filled up with zeros; out has room for whole eights.
     */
    void (*project)(float *out, const float *w, size_t n_rows, const float *d, size_t n_bands);

    /* e[i] = sum over r (sum over b <= r w_rb d_bi)^2: squared length of the whitened
     * pixels.  w: n_bands filters packed as for project(), zero above the diagonal. */
    void (*energy)(float *e, const float *w, const float *d, size_t n_bands);

    /* sum[(i (i + 1) / 2 + j) * 16 + lane] += sum over k x_ki x_kj, j <= i; x: [n][n_bands][16]. */
    void (*lanes_gram)(double *sum, const float *x, size_t n_bands, size_t n);

    /* out [n_i][n_j] = a [n_i][n_k] times b' [n_j][n_k], in lanes. */
    void (*lanes_multiply)(float *out, const float *a, const float *b, size_t n_i, size_t n_j,
                           size_t n_k);

    /*
     * One filter a column on one line: out[i] = sum over b w[b * w_stride + i]
     * (x[b * stride + i] - mean[b * w_stride + i]), n columns.
     */
    void (*column_filter)(float *out, const float *x, size_t stride, const float *mean,
                          const float *w, size_t w_stride, size_t n_bands, size_t n);

    /*
     * Cholesky factors in lanes, in place: c [i (i + 1) / 2 + j] (lower triangle) becomes
     * L, with 1 / L_ii in the place of L_ii.  A lane that is not positive definite gets
     * NaN or infinity somewhere, and no other lane notices.
     */
    void (*lanes_factor)(double *c, size_t n_bands);

    /* In lanes and in place, with lanes_factor()'s L: L y = t (VAHO_LOWER), L' y = t (VAHO_UPPER),
     * or one after the other (both). */
    void (*lanes_solve)(double *t, const double *l, size_t n_bands, int parts);

    /*
     * For row a of n_rows, with o = there r and q = 1 - beta_a o: product_a *= q, ratio_a += o / q,
     * over n pixels.  r: [n][n_rows][16]; there, every there_step floats: 16 of 0 or 1;
     * product, ratio, beta: [n_rows][16].
     */
    void (*lanes_left_out)(double *product, double *ratio, const float *r, const float *there,
                           size_t there_step, const double *beta, size_t n_rows, size_t n);

    /* Sliding sums: triangles in rows of whole eights, vaho_triangle_at(), float64. */

    /* g_ij += in_i in_j - out_i out_j; 'in' and 'out' (may be NULL) filled up to whole eights. */
    void (*triangle_move)(double *g, const float *in, const float *out, size_t n_rows);

    /* s += a - b - c + d, n values. */
    void (*triangle_slide)(double *s, const double *a, const double *b, const double *c,
                           const double *d, size_t n);

    /*
     * With the sums and the number of pixels in the last row of s, row n_bands: their mean,
     * and c_ij = s_ij - n mean_i mean_j in rows as those of s.  'mean' has room for whole eights.
     */
    void (*triangle_centre)(float *c, double *mean, const double *s, size_t n_bands);

    size_t tile; /* what n and n_rows of lanes_cholesky() are multiples of */

    /*
     * In lanes and in place, c [n_rows][n]: the upper n rows, lower triangle, become their
     * Cholesky factor L with 1 / L_ii in the place of L_ii, rows y' below them (L^-1 y)'.
     */
    void (*lanes_cholesky)(float *c, size_t n, size_t n_rows);

    /* lanes_gram() with every product in float64: of x_ki - shift_i; shift: [n_bands][16]. */
    void (*lanes_gram_exact)(double *sum, const float *x, const double *shift, size_t n_bands,
                             size_t n);

    /* y[k * 16 + lane] = sum over b f_b x_kb in float64; f: [n_bands][16], x: [n][n_bands][16]. */
    void (*lanes_filter)(double *y, const float *x, const double *f, size_t n_bands, size_t n);

    /*
     * One step of the reweighted sparse filter on n pixels a lane, all in float64.  With
     * y = sum over b f_b x_b and w = weight / (r (amount + VAHO_SPARSE_FLOOR)) each amount becomes
     *     max(0, (y - w) / (r norm)),     0 where r = ratio is not above 0,
     * and with a = r amount   sum_b += sum a x_b   and   square += sum a^2.
     * x: [n][n_bands][16]; ratio, amount: [n][16]; f, sum: [n_bands][16]; norm, square: [16].
     */
    void (*lanes_sparse)(double *sum, double *square, double *amount, const float *x,
                         const double *ratio, const double *f, const double *norm, double weight,
                         size_t n_bands, size_t n);
};

/* Where row i of a triangle begins; its length is i + 1 in whole eights. */
static inline size_t vaho_triangle_at(size_t i)
{
    return 32 * (i / 8) * (i / 8 + 1) + 8 * (i % 8) * (i / 8 + 1);
}

extern const struct vaho_matrices vaho_matrices_generic; /* the reference */

#endif
