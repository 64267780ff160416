/*
 * test_matrices.c - every kernel of every instruction set against the reference
 *
 *   test_matrices           compare all that this processor runs
 *   test_matrices --bench   and say how fast each is
 *
 * No test library: the same file is built for other processors and run under an
 * emulator (test_neon.sh).
 *
 * Tolerance.  Both add the same float32 products, in another order: over n of them
 * they may differ by n roundings of the largest partial sum, which is below the sum
 * of magnitudes.  So |fast - reference| <= n 2^-24 (sum of magnitudes) holds always;
 * what is asked is 4 sqrt(n) 2^-24, as roundings do not conspire.  The reference's
 * Gram sums are float64; there n is a tile's.  Kernels in float64 get 1e-9 of the largest.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/kernels.h"

static const double ROUNDING = 1.0 / (1 << 24);
static const struct vaho_matrices *const reference = &vaho_matrices_generic;
static int n_failed, n_compared;
static int bench;
static uint64_t dice = 88172645463325252u;

static float roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (float)((double)(dice >> 40) / (1 << 23) - 1.0);
}

static void *room(size_t n, size_t size)
{
    void *out = calloc(n > 0 ? n : 1, size);

    if (out == NULL)
        exit(1);
    return out;
}

static float *rolled(size_t n)
{
    float *out = room(n, sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = roll();
    return out;
}

static void check(const struct vaho_kernels *fast, const char *what, double got, double wanted,
                  double tolerance)
{
    n_compared++;
    if (fabs(got - wanted) <= tolerance || (isnan(got) && isnan(wanted)))
        return;
    if (n_failed++ < 20)
        printf("%s %s: %.9g, not %.9g (tolerance %.2g)\n", fast->name, what, got, wanted,
               tolerance);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The best of several turns; 'work' in operations or bytes of one turn. */
#define TIME(fast, what, unit, work, call)                                                         \
    do {                                                                                           \
        double best = INFINITY;                                                                    \
        for (int turn = 0; turn < 30; turn++) {                                                    \
            double start = seconds();                                                              \
            call;                                                                                  \
            best = fmin(best, seconds() - start);                                                  \
        }                                                                                          \
        printf("  %-8s %-28s %9.1f us %8.2f G%s/s\n", (fast)->name, what, 1e6 * best,              \
               1e-9 * (double)(work) / best, unit);                                                \
    } while (0)

static void try_difference(const struct vaho_kernels *fast, size_t n_rows, size_t n, size_t width)
{
    size_t stride = n + 3;
    float *x = rolled(n_rows * stride), *mean = rolled(n_rows * stride);
    float *a = rolled(n_rows * width), *b = rolled(n_rows * width);
    unsigned char *valid = room(n, 1);

    for (size_t i = 0; i < n; i++)
        valid[i] = roll() > -0.5f;
    if (n > 1 && !valid[1])
        x[1] = NAN; /* what is not valid may hold anything */
    for (int way = 0; way < 4; way++) {
        size_t mean_stride = way & 1 ? stride : 0;
        x[0] = way & 2 ? 0.5f : x[0];
        reference->difference(a, width, x, stride, mean, mean_stride, valid, n_rows, n);
        fast->matrices->difference(b, width, x, stride, mean, mean_stride, valid, n_rows, n);
        for (size_t i = 0; i < n_rows * width; i++)
            check(fast, "difference", (double)b[i], (double)a[i], 0.0);
    }
    free(x);
    free(mean);
    free(a);
    free(b);
    free(valid);
}

static void try_transpose(const struct vaho_kernels *fast, size_t n_rows, size_t n_columns)
{
    float *in = rolled(n_rows * (n_columns + 1)), *a = rolled(n_columns * (n_rows + 2));
    float *b = room(n_columns * (n_rows + 2), sizeof *b);

    memcpy(b, a, n_columns * (n_rows + 2) * sizeof *b); /* what lies between is left alone */
    reference->transpose(a, n_rows + 2, in, n_columns + 1, n_rows, n_columns);
    fast->matrices->transpose(b, n_rows + 2, in, n_columns + 1, n_rows, n_columns);
    for (size_t i = 0; i < n_columns * (n_rows + 2); i++)
        check(fast, "transpose", (double)b[i], (double)a[i], 0.0);
    free(in);
    free(a);
    free(b);
}

static void try_gram(const struct vaho_kernels *fast, size_t n_bands, size_t n)
{
    size_t w = VAHO_BAND_PANEL, p = (n_bands + w - 1) / w * w;
    float *x = rolled(p * n);
    double *a = room(p * p, sizeof *a), *b = room(p * p, sizeof *b);
    double tile = n < VAHO_TILE ? (double)n : VAHO_TILE;

    for (size_t i = n_bands; i < p; i++)
        for (size_t k = 0; k < n; k++)
            x[(i / w * n + k) * w + i % w] = 0.0f;
    for (size_t i = 0; i < p * p; i++)
        a[i] = b[i] = (double)roll();
    reference->gram(a, x, n_bands, n);
    fast->matrices->gram(b, x, n_bands, n);
    for (size_t j = 0; j < n_bands; j++)
        for (size_t i = j; i < n_bands; i++)
            check(fast, "gram", b[j * p + i], a[j * p + i],
                  4.0 * sqrt(tile) * ROUNDING * ((double)n + 1.0));
    free(x);
    free(a);
    free(b);
}

static float *packed_filters(size_t n_rows, size_t n_bands, int triangle)
{
    size_t n_eights = (n_rows + VAHO_ROWS - 1) / VAHO_ROWS;
    float *w = rolled(n_eights * VAHO_ROWS * n_bands);

    for (size_t i = 0; i < n_eights * VAHO_ROWS * n_bands; i++) {
        size_t row = i / (n_bands * VAHO_ROWS) * VAHO_ROWS + i % VAHO_ROWS;
        size_t band = i / VAHO_ROWS % n_bands;
        if (row >= n_rows || (triangle && band > row))
            w[i] = 0.0f;
    }
    return w;
}

static void try_filters(const struct vaho_kernels *fast, size_t n_rows, size_t n_bands)
{
    float *w = packed_filters(n_rows, n_bands, 0), *whole = packed_filters(n_bands, n_bands, 1);
    float *d = rolled(n_bands * VAHO_PANEL), ea[VAHO_PANEL], eb[VAHO_PANEL];
    float *a = room((n_rows + VAHO_ROWS) * VAHO_PANEL, sizeof *a);
    float *b = room((n_rows + VAHO_ROWS) * VAHO_PANEL, sizeof *b);
    double n = (double)n_bands;

    reference->project(a, w, n_rows, d, n_bands);
    fast->matrices->project(b, w, n_rows, d, n_bands);
    for (size_t i = 0; i < n_rows * VAHO_PANEL; i++)
        check(fast, "project", (double)b[i], (double)a[i], 4.0 * sqrt(n) * ROUNDING * n);
    reference->energy(ea, whole, d, n_bands);
    fast->matrices->energy(eb, whole, d, n_bands);
    for (size_t i = 0; i < VAHO_PANEL; i++)
        check(fast, "energy", (double)eb[i], (double)ea[i],
              4.0 * sqrt(n) * ROUNDING * (double)ea[i] * 4.0 + 1e-6);
    free(w);
    free(whole);
    free(d);
    free(a);
    free(b);
}

static void try_column_filter(const struct vaho_kernels *fast, size_t n_bands, size_t n)
{
    size_t stride = n + 5, w_stride = n + 2;
    float *x = rolled(n_bands * stride), *mean = rolled(n_bands * w_stride);
    float *w = rolled(n_bands * w_stride), *a = rolled(n), *b = rolled(n);

    reference->column_filter(a, x, stride, mean, w, w_stride, n_bands, n);
    fast->matrices->column_filter(b, x, stride, mean, w, w_stride, n_bands, n);
    for (size_t i = 0; i < n; i++)
        check(fast, "column_filter", (double)b[i], (double)a[i],
              4.0 * sqrt((double)n_bands) * ROUNDING * 2.0 * (double)n_bands);
    free(x);
    free(mean);
    free(w);
    free(a);
    free(b);
}

static void try_lanes(const struct vaho_kernels *fast, size_t n_bands, size_t n, size_t n_rows)
{
    size_t n_triangle = n_bands * (n_bands + 1) / 2 * VAHO_LANES;
    float *x = rolled(n * n_bands * VAHO_LANES), *f = rolled(n_rows * n_bands * VAHO_LANES);
    float *pa = room(n * n_rows * VAHO_LANES, sizeof *pa), *pb = rolled(n * n_rows * VAHO_LANES);
    double *a = room(n_triangle, sizeof *a), *b = room(n_triangle, sizeof *b);
    double *ta = room(n_bands * VAHO_LANES, sizeof *ta), *tb = room(n_bands * VAHO_LANES, 8);
    double tile = n < VAHO_TILE ? (double)n : VAHO_TILE;

    reference->lanes_gram(a, x, n_bands, n);
    fast->matrices->lanes_gram(b, x, n_bands, n);
    for (size_t i = 0; i < n_triangle; i++)
        check(fast, "lanes_gram", b[i], a[i], 4.0 * sqrt(tile) * ROUNDING * (double)n);
    reference->lanes_multiply(pa, x, f, n, n_rows, n_bands);
    fast->matrices->lanes_multiply(pb, x, f, n, n_rows, n_bands);
    for (size_t i = 0; i < n * n_rows * VAHO_LANES; i++)
        check(fast, "lanes_multiply", (double)pb[i], (double)pa[i],
              4.0 * sqrt((double)n_bands) * ROUNDING * (double)n_bands);
    for (size_t i = 0; i < n_bands; i++) /* as good as any positive definite matrix */
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            a[(i * (i + 1) / 2 + i) * VAHO_LANES + lane] += 3.0 * (double)n;
            ta[i * VAHO_LANES + lane] = tb[i * VAHO_LANES + lane] = (double)roll();
        }
    memcpy(b, a, n_triangle * sizeof *b);
    reference->lanes_factor(a, n_bands);
    fast->matrices->lanes_factor(b, n_bands);
    for (size_t i = 0; i < n_triangle; i++)
        check(fast, "lanes_factor", b[i], a[i], 1e-9 * (2.0 * (double)n + 1.0));
    for (int parts = VAHO_LOWER; parts <= (VAHO_LOWER | VAHO_UPPER); parts++) {
        reference->lanes_solve(ta, a, n_bands, parts);
        fast->matrices->lanes_solve(tb, a, n_bands, parts);
        for (size_t i = 0; i < n_bands * VAHO_LANES; i++)
            check(fast, "lanes_solve", tb[i], ta[i], 1e-9);
    }
    free(x);
    free(f);
    free(pa);
    free(pb);
    free(a);
    free(b);
    free(ta);
    free(tb);
}

static double *widened(const float *x, size_t n)
{
    double *out = room(n, sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = (double)x[i];
    return out;
}

static void try_exact(const struct vaho_kernels *fast, size_t n_bands, size_t n)
{
    size_t n_triangle = n_bands * (n_bands + 1) / 2 * VAHO_LANES, n_b = n_bands * VAHO_LANES;
    float *x = rolled(n * n_b), *rolls = rolled(n * VAHO_LANES + 2 * n_b);
    double *f = widened(rolls, n_b), *shift = widened(rolls + n_b, n_b);
    double *ratio = widened(rolls + 2 * n_b, n * VAHO_LANES), *norm = room(VAHO_LANES, 8);
    double *a = room(n_triangle, sizeof *a), *b = room(n_triangle, sizeof *b);
    double *ya = room(n * VAHO_LANES, 8), *yb = room(n * VAHO_LANES, 8);
    double *sa = room(n_b + VAHO_LANES, 8), *sb = room(n_b + VAHO_LANES, 8);

    reference->lanes_gram_exact(a, x, shift, n_bands, n);
    fast->matrices->lanes_gram_exact(b, x, shift, n_bands, n);
    for (size_t i = 0; i < n_triangle; i++)
        check(fast, "lanes_gram_exact", b[i], a[i], 1e-12 * (double)n);
    reference->lanes_filter(ya, x, f, n_bands, n);
    fast->matrices->lanes_filter(yb, x, f, n_bands, n);
    for (size_t i = 0; i < n * VAHO_LANES; i++) {
        check(fast, "lanes_filter", yb[i], ya[i], 1e-12 * (double)n_bands);
        ya[i] = yb[i] = i % 3 == 0 ? 0.0 : fabs(ratio[(i * 7) % (n * VAHO_LANES)]);
        ratio[i] = fabs(ratio[i]) < 0.1 ? 0.0 : ratio[i]; /* some are not there */
    }
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        norm[lane] = 1.0 + (double)lane;
    for (int step = 0; step < 2; step++) {
        reference->lanes_sparse(sa, sa + n_b, ya, x, ratio, f, norm, 0.01 * step, n_bands, n);
        fast->matrices->lanes_sparse(sb, sb + n_b, yb, x, ratio, f, norm, 0.01 * step, n_bands, n);
        for (size_t i = 0; i < n * VAHO_LANES; i++)
            check(fast, "lanes_sparse, amount", yb[i], ya[i], 1e-9 * (1.0 + fabs(ya[i])));
        for (size_t i = 0; i < n_b + VAHO_LANES; i++)
            check(fast, "lanes_sparse, sums", sb[i], sa[i], 1e-9 * (double)n * (1.0 + fabs(sa[i])));
    }
    free(x);
    free(rolls);
    free(f);
    free(shift);
    free(ratio);
    free(norm);
    free(a);
    free(b);
    free(ya);
    free(yb);
    free(sa);
    free(sb);
}

static void try_left_out(const struct vaho_kernels *fast, size_t n_rows, size_t n)
{
    size_t n_out = n_rows * VAHO_LANES;
    float *r = rolled(n * n_out), *there = rolled(n * VAHO_LANES);
    double *beta = widened(r, n_out), *a = room(2 * n_out, 8), *b = room(2 * n_out, 8);

    for (size_t i = 0; i < n * VAHO_LANES; i++)
        there[i] = there[i] > -0.8f ? 1.0f : 0.0f;
    for (size_t i = 0; i < n_out; i++) {
        beta[i] *= 0.1;
        a[i] = b[i] = 1.0;
    }
    reference->lanes_left_out(a, a + n_out, r, there, VAHO_LANES, beta, n_rows, n);
    fast->matrices->lanes_left_out(b, b + n_out, r, there, VAHO_LANES, beta, n_rows, n);
    for (size_t i = 0; i < 2 * n_out; i++)
        check(fast, "lanes_left_out", b[i], a[i], 1e-12 * (double)n * (1.0 + fabs(a[i])));
    free(r);
    free(there);
    free(beta);
    free(a);
    free(b);
}

static void try_triangles(const struct vaho_kernels *fast, size_t n_bands)
{
    size_t n = vaho_triangle_at(n_bands + 1), eights = (n_bands + 8) / 8 * 8;
    float *in = rolled(2 * eights), *ca = room(n, sizeof *ca), *cb = room(n, sizeof *cb);
    double *a = room(5 * n, 8), *b = room(5 * n, 8), *ma = room(eights, 8), *mb = room(eights, 8);

    memset(in + n_bands + 1, 0, (eights - n_bands - 1) * sizeof *in);
    memset(in + eights + n_bands + 1, 0, (eights - n_bands - 1) * sizeof *in);
    for (size_t i = 0; i < 5 * n; i++)
        a[i] = b[i] = (double)roll();
    for (int drop = 0; drop < 2; drop++) {
        reference->triangle_move(a, in, drop ? in + eights : NULL, n_bands + 1);
        fast->matrices->triangle_move(b, in, drop ? in + eights : NULL, n_bands + 1);
        reference->triangle_slide(a, a + n, a + 2 * n, a + 3 * n, a + 4 * n, n);
        fast->matrices->triangle_slide(b, b + n, b + 2 * n, b + 3 * n, b + 4 * n, n);
    }
    a[vaho_triangle_at(n_bands) + n_bands] = b[vaho_triangle_at(n_bands) + n_bands] = 7.0;
    reference->triangle_centre(ca, ma, a, n_bands);
    fast->matrices->triangle_centre(cb, mb, b, n_bands);
    for (size_t i = 0; i < n_bands; i++) {
        check(fast, "triangle_centre, mean", mb[i], ma[i], 1e-12);
        for (size_t j = 0; j <= i; j++) {
            size_t at = vaho_triangle_at(i) + j;
            check(fast, "triangle_move, _slide", b[at], a[at], 1e-12);
            check(fast, "triangle_centre", (double)cb[at], (double)ca[at], 2e-6);
        }
    }
    free(in);
    free(ca);
    free(cb);
    free(a);
    free(b);
    free(ma);
    free(mb);
}

/* Of a matrix whose factor is known: rows below are L^-1 y. */
static void try_cholesky(const struct vaho_kernels *fast, size_t n_wanted, size_t n_below)
{
    size_t tile = fast->matrices->tile, n = (n_wanted + tile - 1) / tile * tile;
    size_t n_rows = n + (n_below + tile - 1) / tile * tile;
    float *a = rolled(n_rows * n * VAHO_LANES), *b = room(n_rows * n * VAHO_LANES, sizeof *b);

    for (size_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            a[(i * n + i) * VAHO_LANES + lane] = (float)(n + lane);
    memcpy(b, a, n_rows * n * VAHO_LANES * sizeof *b);
    reference->lanes_cholesky(a, n, n_rows);
    fast->matrices->lanes_cholesky(b, n, n_rows);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n && j <= i; j++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                check(fast, "lanes_cholesky", (double)b[(i * n + j) * VAHO_LANES + lane],
                      (double)a[(i * n + j) * VAHO_LANES + lane],
                      4.0 * sqrt((double)n) * ROUNDING * 4.0);
    free(a);
    free(b);
}

/* One lane that is not positive definite is told apart and spoils no other. */
static void try_singular(const struct vaho_kernels *fast)
{
    double c[3 * VAHO_LANES];

    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        c[lane] = 4.0;
        c[VAHO_LANES + lane] = 2.0;
        c[2 * VAHO_LANES + lane] = lane == 5 ? 0.5 : 2.0; /* 4 x 2 - 2 x 2 = 4 > 0; 2 - 4 < 0 */
    }
    fast->matrices->lanes_factor(c, 2);
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        double last = c[2 * VAHO_LANES + lane];
        check(fast, "lanes_factor, singular", (double)(isfinite(last) != 0), lane == 5 ? 0.0 : 1.0,
              0.0);
    }
}

/* float32 sums that are not tiled lose it: 10^6 products near 1, so the sum is known. */
static void try_long_sum(const struct vaho_kernels *fast)
{
    enum { N = 1 << 20 };
    float *x = room((size_t)N * VAHO_BAND_PANEL, sizeof *x);
    double sum[VAHO_BAND_PANEL * VAHO_BAND_PANEL] = {0};

    for (size_t k = 0; k < N; k++)
        x[k * VAHO_BAND_PANEL] = 1.0f + (k % 2 ? 1.0f : -1.0f) / 1024.0f;
    fast->matrices->gram(sum, x, 1, N);
    check(fast, "gram, long", sum[0], N * (1.0 + 1.0 / 1024.0 / 1024.0), N * 1e-6);
    free(x);
}

static void compare(const struct vaho_kernels *fast)
{
    static const size_t bands[] = {1, 2, 3, 5, 7, 16, 17, 33, 73};
    static const size_t numbers[] = {1, 2, 3, 4, 5, 15, 16, 17, 47, 48, 97, 300};

    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++)
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
            size_t nb = bands[i], n = numbers[k];
            try_difference(fast, nb, n, n + (n % 2) * 7);
            try_transpose(fast, nb, n);
            try_gram(fast, nb, n);
            try_filters(fast, n, nb);
            try_column_filter(fast, nb, n);
            try_lanes(fast, nb, n, n % 23 + 1);
            try_exact(fast, nb, n);
            try_left_out(fast, nb, n);
        }
    for (size_t nb = 1; nb < 80; nb += 1 + nb / 5) {
        try_triangles(fast, nb);
        try_cholesky(fast, nb, nb % 9 + 1);
    }
    try_gram(fast, 425, 130);
    try_filters(fast, 3, 425);
    try_singular(fast);
    try_long_sum(fast);
}

/* Sizes of the work: 73 bands by column, 425 and 128 of a whole scene. */
static void measure(const struct vaho_kernels *fast)
{
    enum { NB = 425, PADDED = 432, N = 256, SWIR = 73, LINES = 64 };
    float *x = rolled((size_t)PADDED * N), *w = packed_filters(NB, NB, 1), *e = rolled(VAHO_PANEL);
    float *out = rolled((size_t)PADDED * VAHO_PANEL), *lanes = rolled(LINES * SWIR * VAHO_LANES);
    float *line = rolled(SWIR * 598), *mean = rolled(SWIR * 598), *filter = rolled(SWIR * 598);
    double *sum = room((size_t)PADDED * PADDED, sizeof *sum);
    size_t padded;
    double *triangle = room(SWIR * (SWIR + 1) / 2 * VAHO_LANES, sizeof *triangle);

    TIME(fast, "gram 425 bands", "flop", (double)NB * NB * N, fast->matrices->gram(sum, x, NB, N));
    TIME(fast, "gram 128 bands", "flop", 128.0 * 128 * N, fast->matrices->gram(sum, x, 128, N));
    TIME(fast, "gram 73 bands", "flop", 73.0 * 73 * N, fast->matrices->gram(sum, x, 73, N));
    TIME(fast, "energy 425 bands", "flop", (double)NB * NB * VAHO_PANEL,
         fast->matrices->energy(e, w, x, NB));
    TIME(fast, "project 32 rows 425 bands", "flop", 2.0 * NB * 32 * VAHO_PANEL,
         fast->matrices->project(out, w, 32, x, NB));
    TIME(fast, "transpose 48 x 16", "B", 4.0 * 48 * 16,
         fast->matrices->transpose(out, 16, x, 48, 16, 48));
    TIME(fast, "difference 73 x 48", "B", 4.0 * SWIR * 48,
         fast->matrices->difference(out, 48, line, 598, mean, 598, NULL, SWIR, 48));
    TIME(fast, "column_filter 73 x 598", "B", 4.0 * SWIR * 598,
         fast->matrices->column_filter(out, line, 598, mean, filter, 598, SWIR, 598));
    TIME(fast, "lanes_gram 73 bands 64 lines", "flop", 73.0 * 73 * LINES * VAHO_LANES,
         fast->matrices->lanes_gram(triangle, lanes, SWIR, LINES));
    TIME(fast, "lanes_multiply 64 x 32 x 73", "flop", 2.0 * 64 * 32 * 73 * VAHO_LANES,
         fast->matrices->lanes_multiply(x, lanes, lanes, 64, 32, 73));
    memset(triangle, 0, SWIR * (SWIR + 1) / 2 * VAHO_LANES * sizeof *triangle);
    for (size_t i = 0; i < SWIR; i++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            triangle[(i * (i + 1) / 2 + i) * VAHO_LANES + lane] = 1.0;
    TIME(fast, "lanes_factor 73", "flop", 73.0 * 73 * 73 / 3 * VAHO_LANES,
         fast->matrices->lanes_factor(triangle, SWIR));
    padded = (SWIR + fast->matrices->tile - 1) / fast->matrices->tile * fast->matrices->tile;
    for (size_t i = 0; i < padded * padded * VAHO_LANES; i++)
        x[i] = i / VAHO_LANES % (padded + 1) == 0 ? 80.0f : 0.1f;
    TIME(fast, "lanes_cholesky 73", "flop", 73.0 * 73 * 73 / 3 * VAHO_LANES,
         fast->matrices->lanes_cholesky(x, padded, padded));
    free(x);
    free(w);
    free(e);
    free(out);
    free(lanes);
    free(line);
    free(mean);
    free(filter);
    free(sum);
    free(triangle);
}

int main(int argc, char **argv)
{
    const struct vaho_kernels *kernels;

    bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
    for (size_t i = 0; (kernels = vaho_kernels_of(i)) != NULL; i++) {
        compare(kernels);
        printf("%s: %d values compared, %d beyond tolerance\n", kernels->name, n_compared,
               n_failed);
        n_compared = 0;
        if (bench)
            measure(kernels);
    }
    return n_failed > 0;
}
