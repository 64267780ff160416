/*
 * matrices_tiles.h - the kernels, written once for every vector unit
 *
 * A file an instruction set defines the operations (vec, LOAD, MULTIPLY_ADD, ...) and
 * the sizes of tiles, then includes this.  A tile is the part of the output whose
 * sums fit the registers: while it is added up, memory is only read, and each value
 * read serves a whole row or column of the tile.  Sizes are chosen so that two
 * multiply-adds a cycle need less than two loads.
 *
 * At ragged edges a tile of fixed size is laid over the last rows, and those it has
 * in common with the tile before are not written again: one shape of loop does all.
 */
#ifndef TABLE
#error "tiles.h is included by the file of an instruction set"
#endif

#include <string.h>

#include "kernel/sets.h"

#define UNROLL _Pragma("GCC unroll 32")
#define PARTS (VAHO_LANES / LANES) /* vectors of a lane layout's value */
#define D_PARTS (VAHO_LANES / D_LANES)

static void difference(float *out, size_t width, const float *x, size_t stride, const float *mean,
                       size_t mean_stride, const unsigned char *valid, size_t n_rows, size_t n)
{
    for (size_t r = 0; r < n_rows; r++) {
        float *o = out + r * width;
        const float *row = x + r * stride, *means = mean + r * mean_stride;
        size_t i = 0;
        if (mean_stride == 0)
            for (; i + LANES <= n; i += LANES)
                STORE(o + i, SUBTRACT(LOAD(row + i), SPREAD(mean[r])));
        else
            for (; i + LANES <= n; i += LANES)
                STORE(o + i, SUBTRACT(LOAD(row + i), LOAD(means + i)));
        for (; i < n; i++)
            o[i] = row[i] - (mean_stride == 0 ? mean[r] : means[i]);
        if (n < width)
            memset(o + n, 0, (width - n) * sizeof *o);
    }
    for (size_t i = 0; valid != NULL && i < n; i++)
        for (size_t r = 0; !valid[i] && r < n_rows; r++) /* few are not */
            out[r * width + i] = 0.0f;
}

/* 4 x 4, by two rounds of interleaving. */
typedef float four __attribute__((vector_size(16), aligned(4)));

#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)

static inline void transpose_four(float *out, size_t out_stride, const float *in, size_t in_stride)
{
    four a = *(const four *)in, b = *(const four *)(in + in_stride);
    four c = *(const four *)(in + 2 * in_stride), d = *(const four *)(in + 3 * in_stride);
    four ac = INTERLEAVE_LOW(a, c), bd = INTERLEAVE_LOW(b, d);
    four ac2 = INTERLEAVE_HIGH(a, c), bd2 = INTERLEAVE_HIGH(b, d);

    *(four *)out = INTERLEAVE_LOW(ac, bd);
    *(four *)(out + out_stride) = INTERLEAVE_HIGH(ac, bd);
    *(four *)(out + 2 * out_stride) = INTERLEAVE_LOW(ac2, bd2);
    *(four *)(out + 3 * out_stride) = INTERLEAVE_HIGH(ac2, bd2);
}

static void transpose(float *out, size_t out_stride, const float *in, size_t in_stride,
                      size_t n_rows, size_t n_columns)
{
    size_t whole_r = n_rows / 4 * 4, whole_c = n_columns / 4 * 4;

    for (size_t c = 0; c < whole_c; c += 4)
        for (size_t r = 0; r < whole_r; r += 4)
            transpose_four(out + c * out_stride + r, out_stride, in + r * in_stride + c, in_stride);
    for (size_t r = 0; r < n_rows; r++)
        for (size_t c = r < whole_r ? whole_c : 0; c < n_columns; c++)
            out[c * out_stride + r] = in[r * in_stride + c];
}

/* --- gram ----------------------------------------------------------------- */

#define PANEL_PARTS (VAHO_BAND_PANEL / LANES)

/* 'panels' band panels from x (stride apart) times GRAM_COLUMNS bands from y, n pixels. */
static inline __attribute__((always_inline)) void gram_tile(double *sum, size_t p, const float *x,
                                                            size_t stride, const float *y, size_t n,
                                                            const size_t panels)
{
    vec acc[GRAM_COLUMNS][GRAM_PANELS * PANEL_PARTS];

    UNROLL for (size_t j = 0; j < GRAM_COLUMNS; j++)
        UNROLL for (size_t i = 0; i < panels * PANEL_PARTS; i++) acc[j][i] = SPREAD(0.0f);
    for (size_t k = 0; k < n; k++) {
        vec row[GRAM_PANELS * PANEL_PARTS];
        UNROLL for (size_t i = 0; i < panels * PANEL_PARTS; i++) row[i] =
            LOAD(x + i / PANEL_PARTS * stride + k * VAHO_BAND_PANEL + i % PANEL_PARTS * LANES);
        UNROLL for (size_t j = 0; j < GRAM_COLUMNS; j++)
        {
            vec other = SPREAD(y[k * VAHO_BAND_PANEL + j]);
            UNROLL for (size_t i = 0; i < panels * PANEL_PARTS; i++) acc[j][i] =
                MULTIPLY_ADD(row[i], other, acc[j][i]);
        }
    }
    UNROLL for (size_t j = 0; j < GRAM_COLUMNS; j++)
        UNROLL for (size_t i = 0; i < panels * PANEL_PARTS; i++)
            add_to_double(sum + j * p + i * LANES, acc[j][i]);
}

static void gram(double *sum, const float *x, size_t n_bands, size_t n_pixels)
{
    size_t w = VAHO_BAND_PANEL, n_panels = (n_bands + w - 1) / w, p = n_panels * w;
    size_t stride = n_pixels * w;

    for (size_t first = 0; first < n_pixels; first += VAHO_TILE) {
        size_t n = n_pixels - first < VAHO_TILE ? n_pixels - first : VAHO_TILE;
        const float *tile = x + first * w;
        for (size_t j = 0; j < n_bands; j += GRAM_COLUMNS) {
            const float *y = tile + j / w * stride + j % w;
            size_t panel = j / w;
            for (; panel + GRAM_PANELS <= n_panels; panel += GRAM_PANELS)
                gram_tile(sum + j * p + panel * w, p, tile + panel * stride, stride, y, n,
                          GRAM_PANELS);
            for (; panel < n_panels; panel++)
                gram_tile(sum + j * p + panel * w, p, tile + panel * stride, stride, y, n, 1);
        }
    }
}

/* --- filters -------------------------------------------------------------- */

/* FILTER_ROWS filters on FILTER_VECTORS vectors of a panel, over n bands. */
static inline __attribute__((always_inline)) void
filter_tile(vec acc[FILTER_ROWS][FILTER_VECTORS], const float *w, const float *d, size_t n)
{
    UNROLL for (size_t r = 0; r < FILTER_ROWS; r++)
        UNROLL for (size_t i = 0; i < FILTER_VECTORS; i++) acc[r][i] = SPREAD(0.0f);
    for (size_t b = 0; b < n; b++) {
        vec x[FILTER_VECTORS];
        UNROLL for (size_t i = 0; i < FILTER_VECTORS; i++) x[i] =
            LOAD(d + b * VAHO_PANEL + i * LANES);
        UNROLL for (size_t r = 0; r < FILTER_ROWS; r++)
        {
            vec filter = SPREAD(w[b * VAHO_ROWS + r]);
            UNROLL for (size_t i = 0; i < FILTER_VECTORS; i++) acc[r][i] =
                MULTIPLY_ADD(filter, x[i], acc[r][i]);
        }
    }
}

static void project(float *out, const float *w, size_t n_rows, const float *d, size_t n_bands)
{
    vec acc[FILTER_ROWS][FILTER_VECTORS];

    for (size_t first = 0; first < n_rows; first += FILTER_ROWS)
        for (size_t i = 0; i < VAHO_PANEL; i += FILTER_VECTORS * LANES) {
            filter_tile(acc, w + first / VAHO_ROWS * n_bands * VAHO_ROWS + first % VAHO_ROWS, d + i,
                        n_bands);
            UNROLL for (size_t r = 0; r < FILTER_ROWS; r++)
                UNROLL for (size_t v = 0; v < FILTER_VECTORS; v++)
                    STORE(out + (first + r) * VAHO_PANEL + i + v * LANES, acc[r][v]);
        }
}

static void energy(float *e, const float *w, const float *d, size_t n_bands)
{
    vec acc[FILTER_ROWS][FILTER_VECTORS], total[FILTER_VECTORS];

    for (size_t i = 0; i < VAHO_PANEL; i += FILTER_VECTORS * LANES) {
        UNROLL for (size_t v = 0; v < FILTER_VECTORS; v++) total[v] = SPREAD(0.0f);
        for (size_t first = 0; first < n_bands; first += FILTER_ROWS) {
            size_t n = first + FILTER_ROWS < n_bands ? first + FILTER_ROWS : n_bands;
            filter_tile(acc, w + first / VAHO_ROWS * n_bands * VAHO_ROWS + first % VAHO_ROWS, d + i,
                        n);
            UNROLL for (size_t r = 0; r < FILTER_ROWS; r++)
                UNROLL for (size_t v = 0; v < FILTER_VECTORS; v++) total[v] =
                    MULTIPLY_ADD(acc[r][v], acc[r][v], total[v]);
        }
        UNROLL for (size_t v = 0; v < FILTER_VECTORS; v++) STORE(e + i + v * LANES, total[v]);
    }
}

static void column_filter(float *out, const float *x, size_t stride, const float *mean,
                          const float *w, size_t w_stride, size_t n_bands, size_t n)
{
    enum { WIDTH = 4 * LANES };
    size_t i = 0;

    for (; i + WIDTH <= n; i += WIDTH) {
        vec acc[4];
        UNROLL for (size_t v = 0; v < 4; v++) acc[v] = SPREAD(0.0f);
        for (size_t b = 0; b < n_bands; b++)
            UNROLL for (size_t v = 0; v < 4; v++)
            {
                size_t at = b * w_stride + i + v * LANES;
                vec d = SUBTRACT(LOAD(x + b * stride + i + v * LANES), LOAD(mean + at));
                acc[v] = MULTIPLY_ADD(LOAD(w + at), d, acc[v]);
            }
        UNROLL for (size_t v = 0; v < 4; v++) STORE(out + i + v * LANES, acc[v]);
    }
    for (; i < n; i++) {
        out[i] = 0.0f;
        for (size_t b = 0; b < n_bands; b++)
            out[i] += w[b * w_stride + i] * (x[b * stride + i] - mean[b * w_stride + i]);
    }
}

/* --- lanes ---------------------------------------------------------------- */

/* acc[i][j] = sum over k < n of a[k * a_step + i * a_row] b[k * b_step + j * b_row]. */
static inline __attribute__((always_inline)) void lane_tile(vec acc[LANE_TILE][LANE_TILE],
                                                            const float *a, size_t a_step,
                                                            size_t a_row, const float *b,
                                                            size_t b_step, size_t b_row, size_t n)
{
    UNROLL for (size_t i = 0; i < LANE_TILE; i++) UNROLL for (size_t j = 0; j < LANE_TILE; j++)
        acc[i][j] = SPREAD(0.0f);
    for (size_t k = 0; k < n; k++, a += a_step, b += b_step) {
        vec row[LANE_TILE];
        UNROLL for (size_t i = 0; i < LANE_TILE; i++) row[i] = LOAD(a + i * a_row);
        UNROLL for (size_t j = 0; j < LANE_TILE; j++)
        {
            vec other = LOAD(b + j * b_row);
            UNROLL for (size_t i = 0; i < LANE_TILE; i++) acc[i][j] =
                MULTIPLY_ADD(row[i], other, acc[i][j]);
        }
    }
}

/* Where a tile that should begin at 'first' is laid: the last ones overlap. */
static inline size_t laid(size_t first, size_t n)
{
    return first + LANE_TILE <= n ? first : n - LANE_TILE;
}

static void lanes_gram(double *sum, const float *x, size_t n_bands, size_t n)
{
    size_t step = n_bands * VAHO_LANES;
    vec acc[LANE_TILE][LANE_TILE];

    if (n_bands < LANE_TILE) {
        vaho_matrices_generic.lanes_gram(sum, x, n_bands, n);
        return;
    }
    for (size_t first = 0; first < n; first += VAHO_LANE_TILE) {
        size_t n_k = n - first < VAHO_LANE_TILE ? n - first : VAHO_LANE_TILE;
        for (size_t i = 0; i < n_bands; i += LANE_TILE)
            for (size_t j = 0; j <= i; j += LANE_TILE)
                for (size_t part = 0; part < PARTS; part++) {
                    size_t i0 = laid(i, n_bands), j0 = laid(j, n_bands);
                    const float *from = x + first * step + part * LANES;
                    lane_tile(acc, from + i0 * VAHO_LANES, step, VAHO_LANES, from + j0 * VAHO_LANES,
                              step, VAHO_LANES, n_k);
                    UNROLL for (size_t r = 0; r < LANE_TILE; r++)
                        UNROLL for (size_t c = 0; c < LANE_TILE; c++)
                    {
                        size_t row = i0 + r, column = j0 + c;
                        if (row >= i && column >= j && column <= row)
                            add_to_double(sum + (row * (row + 1) / 2 + column) * VAHO_LANES +
                                              part * LANES,
                                          acc[r][c]);
                    }
                }
    }
}

static void lanes_multiply(float *out, const float *a, const float *b, size_t n_i, size_t n_j,
                           size_t n_k)
{
    vec acc[LANE_TILE][LANE_TILE];
    size_t row = n_k * VAHO_LANES;

    if (n_i < LANE_TILE || n_j < LANE_TILE) {
        vaho_matrices_generic.lanes_multiply(out, a, b, n_i, n_j, n_k);
        return;
    }
    for (size_t j = 0; j < n_j; j += LANE_TILE)
        for (size_t i = 0; i < n_i; i += LANE_TILE)
            for (size_t part = 0; part < PARTS; part++) {
                size_t i0 = laid(i, n_i), j0 = laid(j, n_j);
                lane_tile(acc, a + i0 * row + part * LANES, VAHO_LANES, row,
                          b + j0 * row + part * LANES, VAHO_LANES, row, n_k);
                UNROLL for (size_t r = 0; r < LANE_TILE; r++) UNROLL for (size_t c = 0;
                                                                          c < LANE_TILE; c++)
                    STORE(out + ((i0 + r) * n_j + j0 + c) * VAHO_LANES + part * LANES, acc[r][c]);
            }
}

/* sums[v] = c[v] - sum over k < n a_k b_k, for one place of the lower triangle. */
static inline __attribute__((always_inline)) void take_products(dvec sums[D_PARTS], const double *a,
                                                                const double *b, size_t n)
{
    for (size_t k = 0; k < n; k++)
        UNROLL for (size_t v = 0; v < D_PARTS; v++) sums[v] =
            D_TAKE(D_LOAD(a + k * VAHO_LANES + v * D_LANES),
                   D_LOAD(b + k * VAHO_LANES + v * D_LANES), sums[v]);
}

static void lanes_factor(double *c, size_t n_bands)
{
    for (size_t i = 0; i < n_bands; i++) {
        double *ci = c + i * (i + 1) / 2 * VAHO_LANES;
        for (size_t j = 0; j <= i; j++) {
            const double *cj = c + j * (j + 1) / 2 * VAHO_LANES;
            dvec sums[D_PARTS];
            UNROLL for (size_t v = 0; v < D_PARTS; v++) sums[v] =
                D_LOAD(ci + j * VAHO_LANES + v * D_LANES);
            take_products(sums, ci, cj, j);
            UNROLL for (size_t v = 0; v < D_PARTS; v++)
            {
                dvec own = i == j ? D_DIVIDE(D_SPREAD(1.0), D_ROOT(sums[v]))
                                  : D_MULTIPLY(sums[v], D_LOAD(cj + j * VAHO_LANES + v * D_LANES));
                D_STORE(ci + j * VAHO_LANES + v * D_LANES, own);
            }
        }
    }
}

static void lanes_solve(double *t, const double *l, size_t n_bands, int parts)
{
    for (size_t i = 0; (parts & VAHO_LOWER) && i < n_bands; i++) {
        const double *row = l + i * (i + 1) / 2 * VAHO_LANES;
        dvec sums[D_PARTS];
        UNROLL for (size_t v = 0; v < D_PARTS; v++) sums[v] =
            D_LOAD(t + i * VAHO_LANES + v * D_LANES);
        take_products(sums, row, t, i);
        UNROLL for (size_t v = 0; v < D_PARTS; v++)
            D_STORE(t + i * VAHO_LANES + v * D_LANES,
                    D_MULTIPLY(sums[v], D_LOAD(row + i * VAHO_LANES + v * D_LANES)));
    }
    for (size_t i = n_bands; (parts & VAHO_UPPER) && i-- > 0;) {
        const double *row = l + i * (i + 1) / 2 * VAHO_LANES;
        for (size_t v = 0; v < D_PARTS; v++) {
            double *ti = t + i * VAHO_LANES + v * D_LANES;
            dvec y = D_MULTIPLY(D_LOAD(ti), D_LOAD(row + i * VAHO_LANES + v * D_LANES));
            D_STORE(ti, y);
            for (size_t k = 0; k < i; k++) {
                double *tk = t + k * VAHO_LANES + v * D_LANES;
                D_STORE(tk, D_TAKE(D_LOAD(row + k * VAHO_LANES + v * D_LANES), y, D_LOAD(tk)));
            }
        }
    }
}

/* --- sliding sums --------------------------------------------------------- */

static void triangle_move(double *g, const float *in, const float *out, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++, g += (i + 7) / 8 * 8) {
        dvec own = D_SPREAD((double)in[i]), gone = D_SPREAD(out != NULL ? (double)out[i] : 0.0);
        for (size_t j = 0; j <= i; j += D_LANES) {
            dvec sum = D_MULTIPLY_ADD(own, D_WIDEN(in + j), D_LOAD(g + j));
            D_STORE(g + j, out != NULL ? D_TAKE(gone, D_WIDEN(out + j), sum) : sum);
        }
    }
}

static void triangle_slide(double *s, const double *a, const double *b, const double *c,
                           const double *d, size_t n)
{
    size_t i = 0;

    for (; i + D_LANES <= n; i += D_LANES)
        D_STORE(s + i, D_ADD(D_LOAD(s + i), D_SUBTRACT(D_SUBTRACT(D_LOAD(a + i), D_LOAD(b + i)),
                                                       D_SUBTRACT(D_LOAD(c + i), D_LOAD(d + i)))));
    for (; i < n; i++)
        s[i] += (a[i] - b[i]) - (c[i] - d[i]);
}

static void triangle_centre(float *c, double *mean, const double *s, size_t n_bands)
{
    const double *sum = s + vaho_triangle_at(n_bands);

    for (size_t i = 0; i < n_bands; i++)
        mean[i] = sum[i] / sum[n_bands];
    for (size_t i = 0; i < n_bands; i++) {
        size_t at = vaho_triangle_at(i);
        dvec own = D_SPREAD(mean[i]);
        for (size_t j = 0; j <= i; j += D_LANES)
            D_NARROW(c + at + j, D_TAKE(own, D_LOAD(sum + j), D_LOAD(s + at + j)));
    }
}

/* The tile on the diagonal: factored where it stands. */
static inline __attribute__((always_inline)) void factor_tile(vec t[LANE_TILE][LANE_TILE])
{
    UNROLL for (size_t j = 0; j < LANE_TILE; j++)
    {
        UNROLL for (size_t k = 0; k < j; k++) UNROLL for (size_t i = j; i < LANE_TILE; i++)
            t[i][j] = TAKE(t[i][k], t[j][k], t[i][j]);
        t[j][j] = DIVIDE(SPREAD(1.0f), ROOT(t[j][j]));
        UNROLL for (size_t i = j + 1; i < LANE_TILE; i++) t[i][j] = MULTIPLY(t[i][j], t[j][j]);
    }
}

/* A tile below it: what the factored one makes of its rows. */
static inline __attribute__((always_inline)) void solve_tile(vec t[LANE_TILE][LANE_TILE],
                                                             const float *diagonal, size_t row)
{
    UNROLL for (size_t j = 0; j < LANE_TILE; j++)
    {
        UNROLL for (size_t k = 0; k < j; k++)
        {
            vec l = LOAD(diagonal + j * row + k * VAHO_LANES);
            UNROLL for (size_t i = 0; i < LANE_TILE; i++) t[i][j] = TAKE(t[i][k], l, t[i][j]);
        }
        UNROLL for (size_t i = 0; i < LANE_TILE; i++) t[i][j] =
            MULTIPLY(t[i][j], LOAD(diagonal + j * row + j * VAHO_LANES));
    }
}

static void lanes_cholesky(float *c, size_t n, size_t n_rows)
{
    size_t row = n * VAHO_LANES;
    vec acc[LANE_TILE][LANE_TILE];

    for (size_t part = 0; part < PARTS; part++, c += LANES)
        for (size_t j = 0; j < n; j += LANE_TILE) {
            float *diagonal = c + j * row + j * VAHO_LANES;
            for (size_t i = j; i < n_rows; i += LANE_TILE) {
                float *tile = c + i * row + j * VAHO_LANES;
                lane_tile(acc, c + i * row, VAHO_LANES, row, c + j * row, VAHO_LANES, row, j);
                UNROLL for (size_t r = 0; r < LANE_TILE; r++)
                    UNROLL for (size_t k = 0; k < LANE_TILE; k++) acc[r][k] =
                        SUBTRACT(LOAD(tile + r * row + k * VAHO_LANES), acc[r][k]);
                if (i == j)
                    factor_tile(acc);
                else
                    solve_tile(acc, diagonal, row);
                UNROLL for (size_t r = 0; r < LANE_TILE; r++)
                    UNROLL for (size_t k = 0; k < LANE_TILE; k++)
                        STORE(tile + r * row + k * VAHO_LANES, acc[r][k]);
            }
        }
}

/* --- lanes in float64 ----------------------------------------------------- */

/* As lane_tile(), of x - shift widened to float64; 'part' is one vector of D_LANES. */
static inline __attribute__((always_inline)) void exact_tile(dvec acc[EXACT_TILE][EXACT_TILE],
                                                             const float *x, const double *shift,
                                                             size_t step, size_t i0, size_t j0,
                                                             size_t n)
{
    UNROLL for (size_t i = 0; i < EXACT_TILE; i++) UNROLL for (size_t j = 0; j < EXACT_TILE; j++)
        acc[i][j] = D_SPREAD(0.0);
    for (size_t k = 0; k < n; k++, x += step) {
        dvec row[EXACT_TILE];
        UNROLL for (size_t i = 0; i < EXACT_TILE; i++) row[i] =
            D_SUBTRACT(D_WIDEN(x + (i0 + i) * VAHO_LANES), D_LOAD(shift + (i0 + i) * VAHO_LANES));
        UNROLL for (size_t j = 0; j < EXACT_TILE; j++)
        {
            dvec other = D_SUBTRACT(D_WIDEN(x + (j0 + j) * VAHO_LANES),
                                    D_LOAD(shift + (j0 + j) * VAHO_LANES));
            UNROLL for (size_t i = 0; i < EXACT_TILE; i++) acc[i][j] =
                D_MULTIPLY_ADD(row[i], other, acc[i][j]);
        }
    }
}

static void lanes_left_out(double *product, double *ratio, const float *r, const float *there,
                           size_t there_step, const double *beta, size_t n_rows, size_t n)
{
    for (size_t a = 0; a < n_rows * VAHO_LANES; a += D_LANES) {
        dvec b = D_LOAD(beta + a), p = D_LOAD(product + a), sum = D_LOAD(ratio + a);
        for (size_t k = 0; k < n; k++) {
            dvec own = D_MULTIPLY(D_WIDEN(r + k * n_rows * VAHO_LANES + a),
                                  D_WIDEN(there + k * there_step + a % VAHO_LANES));
            dvec q = D_TAKE(b, own, D_SPREAD(1.0));
            p = D_MULTIPLY(p, q);
            sum = D_ADD(sum, D_DIVIDE(own, q));
        }
        D_STORE(product + a, p);
        D_STORE(ratio + a, sum);
    }
}

static void lanes_gram_exact(double *sum, const float *x, const double *shift, size_t n_bands,
                             size_t n)
{
    size_t step = n_bands * VAHO_LANES;
    dvec acc[EXACT_TILE][EXACT_TILE];

    if (n_bands < EXACT_TILE) {
        vaho_matrices_generic.lanes_gram_exact(sum, x, shift, n_bands, n);
        return;
    }
    for (size_t first = 0; first < n;
         first += VAHO_LANE_TILE) { /* so that lines stay in the cache */
        size_t n_k = n - first < VAHO_LANE_TILE ? n - first : VAHO_LANE_TILE;
        for (size_t i = 0; i < n_bands; i += EXACT_TILE)
            for (size_t j = 0; j <= i; j += EXACT_TILE)
                for (size_t at = 0; at < VAHO_LANES; at += D_LANES) {
                    size_t i0 = i + EXACT_TILE <= n_bands ? i : n_bands - EXACT_TILE;
                    size_t j0 = j + EXACT_TILE <= n_bands ? j : n_bands - EXACT_TILE;
                    exact_tile(acc, x + first * step + at, shift + at, step, i0, j0, n_k);
                    UNROLL for (size_t r = 0; r < EXACT_TILE; r++)
                        UNROLL for (size_t c = 0; c < EXACT_TILE; c++)
                    {
                        size_t row = i0 + r, column = j0 + c;
                        double *s = sum + (row * (row + 1) / 2 + column) * VAHO_LANES + at;
                        if (row >= i && column >= j && column <= row)
                            D_STORE(s, D_ADD(D_LOAD(s), acc[r][c]));
                    }
                }
    }
}

enum { AT_ONCE = 8 }; /* pixels a lane: a band of the filter serves all of them */

/* Sums of f_b x_b of n <= AT_ONCE pixels and D_LANES lanes. */
static inline __attribute__((always_inline)) void
filter_few(dvec y[AT_ONCE], const float *x, const double *f, size_t n_bands, const size_t n)
{
    UNROLL for (size_t k = 0; k < n; k++) y[k] = D_SPREAD(0.0);
    for (size_t b = 0; b < n_bands; b++) {
        dvec fb = D_LOAD(f + b * VAHO_LANES);
        UNROLL for (size_t k = 0; k < n; k++) y[k] =
            D_MULTIPLY_ADD(fb, D_WIDEN(x + (k * n_bands + b) * VAHO_LANES), y[k]);
    }
}

static void lanes_filter(double *y, const float *x, const double *f, size_t n_bands, size_t n)
{
    dvec few[AT_ONCE];
    size_t k = 0;

    for (; k + AT_ONCE <= n; k += AT_ONCE)
        for (size_t at = 0; at < VAHO_LANES; at += D_LANES) {
            filter_few(few, x + k * n_bands * VAHO_LANES + at, f + at, n_bands, AT_ONCE);
            UNROLL for (size_t i = 0; i < AT_ONCE; i++)
                D_STORE(y + (k + i) * VAHO_LANES + at, few[i]);
        }
    for (; k < n; k++)
        for (size_t at = 0; at < VAHO_LANES; at += D_LANES) {
            filter_few(few, x + k * n_bands * VAHO_LANES + at, f + at, n_bands, 1);
            D_STORE(y + k * VAHO_LANES + at, few[0]);
        }
}

static inline __attribute__((always_inline)) void
sparse_few(double *sum, double *square, double *amount, const float *x, const double *ratio,
           const double *f, const double *norm, double weight, size_t n_bands, const size_t n)
{
    dvec y[AT_ONCE], total = D_LOAD(square);

    filter_few(y, x, f, n_bands, n);
    UNROLL for (size_t k = 0; k < n; k++)
    {
        dvec r = D_LOAD(ratio + k * VAHO_LANES);
        dvec old = D_ADD(D_LOAD(amount + k * VAHO_LANES), D_SPREAD(VAHO_SPARSE_FLOOR));
        dvec w = D_DIVIDE(D_SPREAD(weight), D_MULTIPLY(r, old));
        dvec now = D_DIVIDE(D_SUBTRACT(y[k], w), D_MULTIPLY(r, D_LOAD(norm)));
        now = D_ABOVE_ZERO(now, D_ABOVE_ZERO(r, now));
        D_STORE(amount + k * VAHO_LANES, now);
        y[k] = D_MULTIPLY(r, now);
        total = D_MULTIPLY_ADD(y[k], y[k], total);
    }
    D_STORE(square, total);
    for (size_t b = 0; b < n_bands; b++) {
        dvec s = D_LOAD(sum + b * VAHO_LANES);
        UNROLL for (size_t k = 0; k < n; k++) s =
            D_MULTIPLY_ADD(y[k], D_WIDEN(x + (k * n_bands + b) * VAHO_LANES), s);
        D_STORE(sum + b * VAHO_LANES, s);
    }
}

static void lanes_sparse(double *sum, double *square, double *amount, const float *x,
                         const double *ratio, const double *f, const double *norm, double weight,
                         size_t n_bands, size_t n)
{
    size_t k = 0, step = n_bands * VAHO_LANES;

    for (; k + AT_ONCE <= n; k += AT_ONCE)
        for (size_t at = 0; at < VAHO_LANES; at += D_LANES)
            sparse_few(sum + at, square + at, amount + k * VAHO_LANES + at, x + k * step + at,
                       ratio + k * VAHO_LANES + at, f + at, norm + at, weight, n_bands, AT_ONCE);
    for (; k < n; k++)
        for (size_t at = 0; at < VAHO_LANES; at += D_LANES)
            sparse_few(sum + at, square + at, amount + k * VAHO_LANES + at, x + k * step + at,
                       ratio + k * VAHO_LANES + at, f + at, norm + at, weight, n_bands, 1);
}

const struct vaho_matrices TABLE = {VAHO_MATRICES_FUNCTIONS, .tile = LANE_TILE};
