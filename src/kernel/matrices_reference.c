/* matrices_reference.c - the reference: what each kernel computes, in the plainest C */
#include <math.h>
#include <string.h>

#include "kernel/sets.h"

static void difference(float *out, size_t width, const float *x, size_t stride, const float *mean,
                       size_t mean_stride, const unsigned char *valid, size_t n_rows, size_t n)
{
    for (size_t r = 0; r < n_rows; r++)
        for (size_t i = 0; i < width; i++) {
            int used = i < n && (valid == NULL || valid[i]);
            const float *m = mean + (mean_stride > 0 ? r * mean_stride + i : r);
            out[r * width + i] = used ? x[r * stride + i] - *m : 0.0f;
        }
}

static void transpose(float *out, size_t out_stride, const float *in, size_t in_stride,
                      size_t n_rows, size_t n_columns)
{
    for (size_t r = 0; r < n_rows; r++)
        for (size_t c = 0; c < n_columns; c++)
            out[c * out_stride + r] = in[r * in_stride + c];
}

static void gram(double *sum, const float *x, size_t n_bands, size_t n_pixels)
{
    size_t w = VAHO_BAND_PANEL, p = (n_bands + w - 1) / w * w;

    for (size_t k = 0; k < n_pixels; k++)
        for (size_t j = 0; j < n_bands; j++) {
            double xj = (double)x[(j / w * n_pixels + k) * w + j % w];
            for (size_t i = j; i < n_bands; i++)
                sum[j * p + i] += xj * (double)x[(i / w * n_pixels + k) * w + i % w];
        }
}

static void project(float *out, const float *w, size_t n_rows, const float *d, size_t n_bands)
{
    for (size_t r = 0; r < n_rows; r++)
        for (size_t i = 0; i < VAHO_PANEL; i++) {
            float sum = 0.0f;
            for (size_t b = 0; b < n_bands; b++)
                sum += w[(r / VAHO_ROWS * n_bands + b) * VAHO_ROWS + r % VAHO_ROWS] *
                       d[b * VAHO_PANEL + i];
            out[r * VAHO_PANEL + i] = sum;
        }
}

static void energy(float *e, const float *w, const float *d, size_t n_bands)
{
    for (size_t i = 0; i < VAHO_PANEL; i++) {
        e[i] = 0.0f;
        for (size_t r = 0; r < n_bands; r++) {
            float z = 0.0f;
            for (size_t b = 0; b <= r; b++)
                z += w[(r / VAHO_ROWS * n_bands + b) * VAHO_ROWS + r % VAHO_ROWS] *
                     d[b * VAHO_PANEL + i];
            e[i] += z * z;
        }
    }
}

static void lanes_gram(double *sum, const float *x, size_t n_bands, size_t n)
{
    for (size_t i = 0; i < n_bands; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t k = 0; k < n; k++)
                for (size_t lane = 0; lane < VAHO_LANES; lane++)
                    sum[(i * (i + 1) / 2 + j) * VAHO_LANES + lane] +=
                        (double)x[(k * n_bands + i) * VAHO_LANES + lane] *
                        (double)x[(k * n_bands + j) * VAHO_LANES + lane];
}

static void lanes_multiply(float *out, const float *a, const float *b, size_t n_i, size_t n_j,
                           size_t n_k)
{
    memset(out, 0, n_i * n_j * VAHO_LANES * sizeof *out);
    for (size_t i = 0; i < n_i; i++)
        for (size_t j = 0; j < n_j; j++)
            for (size_t k = 0; k < n_k; k++)
                for (size_t lane = 0; lane < VAHO_LANES; lane++)
                    out[(i * n_j + j) * VAHO_LANES + lane] +=
                        a[(i * n_k + k) * VAHO_LANES + lane] * b[(j * n_k + k) * VAHO_LANES + lane];
}

static void column_filter(float *out, const float *x, size_t stride, const float *mean,
                          const float *w, size_t w_stride, size_t n_bands, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = 0.0f;
        for (size_t b = 0; b < n_bands; b++)
            out[i] += w[b * w_stride + i] * (x[b * stride + i] - mean[b * w_stride + i]);
    }
}

/* Row by row (Cholesky and Banachiewicz): row i needs the rows above it alone. */
static void lanes_factor(double *c, size_t n_bands)
{
    for (size_t i = 0; i < n_bands; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++) {
                double *ci = c + i * (i + 1) / 2 * VAHO_LANES + lane;
                const double *cj = c + j * (j + 1) / 2 * VAHO_LANES + lane;
                double sum = ci[j * VAHO_LANES];
                for (size_t k = 0; k < j; k++)
                    sum -= ci[k * VAHO_LANES] * cj[k * VAHO_LANES];
                ci[j * VAHO_LANES] = i == j ? 1.0 / sqrt(sum) : sum * cj[j * VAHO_LANES];
            }
}

static void lanes_solve(double *t, const double *l, size_t n_bands, int parts)
{
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        for (size_t i = 0; (parts & VAHO_LOWER) && i < n_bands; i++) {
            const double *row = l + i * (i + 1) / 2 * VAHO_LANES + lane;
            double sum = t[i * VAHO_LANES + lane];
            for (size_t k = 0; k < i; k++)
                sum -= row[k * VAHO_LANES] * t[k * VAHO_LANES + lane];
            t[i * VAHO_LANES + lane] = sum * row[i * VAHO_LANES];
        }
        for (size_t i = n_bands; (parts & VAHO_UPPER) && i-- > 0;) {
            const double *row = l + i * (i + 1) / 2 * VAHO_LANES + lane;
            double y = t[i * VAHO_LANES + lane] *= row[i * VAHO_LANES];
            for (size_t k = 0; k < i; k++)
                t[k * VAHO_LANES + lane] -= row[k * VAHO_LANES] * y;
        }
    }
}

static void lanes_left_out(double *product, double *ratio, const float *r, const float *there,
                           size_t there_step, const double *beta, size_t n_rows, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t a = 0; a < n_rows; a++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++) {
                size_t at = a * VAHO_LANES + lane;
                double own =
                    (double)r[k * n_rows * VAHO_LANES + at] * (double)there[k * there_step + lane];
                double q = 1.0 - beta[at] * own;
                product[at] *= q;
                ratio[at] += own / q;
            }
}

static void triangle_move(double *g, const float *in, const float *out, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j <= i; j++)
            g[vaho_triangle_at(i) + j] += (double)in[i] * (double)in[j] -
                                          (out != NULL ? (double)out[i] * (double)out[j] : 0.0);
}

static void triangle_slide(double *s, const double *a, const double *b, const double *c,
                           const double *d, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] += (a[i] - b[i]) - (c[i] - d[i]);
}

static void triangle_centre(float *c, double *mean, const double *s, size_t n_bands)
{
    const double *sum = s + vaho_triangle_at(n_bands);

    for (size_t i = 0; i < n_bands; i++)
        mean[i] = sum[i] / sum[n_bands];
    for (size_t i = 0; i < n_bands; i++)
        for (size_t j = 0; j <= i; j++)
            c[vaho_triangle_at(i) + j] = (float)(s[vaho_triangle_at(i) + j] - mean[i] * sum[j]);
}

static void lanes_cholesky(float *c, size_t n, size_t n_rows)
{
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        for (size_t i = 0; i < n_rows; i++)
            for (size_t j = 0; j < n && j <= i; j++) {
                float *ci = c + i * n * VAHO_LANES + lane, *cj = c + j * n * VAHO_LANES + lane;
                float sum = ci[j * VAHO_LANES];
                for (size_t k = 0; k < j; k++)
                    sum -= ci[k * VAHO_LANES] * cj[k * VAHO_LANES];
                ci[j * VAHO_LANES] = i == j ? 1.0f / sqrtf(sum) : sum * cj[j * VAHO_LANES];
            }
}

static void lanes_gram_exact(double *sum, const float *x, const double *shift, size_t n_bands,
                             size_t n)
{
    for (size_t i = 0; i < n_bands; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t k = 0; k < n; k++)
                for (size_t lane = 0; lane < VAHO_LANES; lane++) {
                    size_t at_i = i * VAHO_LANES + lane, at_j = j * VAHO_LANES + lane;
                    const float *row = x + k * n_bands * VAHO_LANES;
                    sum[(i * (i + 1) / 2 + j) * VAHO_LANES + lane] +=
                        ((double)row[at_i] - shift[at_i]) * ((double)row[at_j] - shift[at_j]);
                }
}

static void lanes_filter(double *y, const float *x, const double *f, size_t n_bands, size_t n)
{
    memset(y, 0, n * VAHO_LANES * sizeof *y);
    for (size_t k = 0; k < n; k++)
        for (size_t b = 0; b < n_bands; b++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                y[k * VAHO_LANES + lane] +=
                    f[b * VAHO_LANES + lane] * (double)x[(k * n_bands + b) * VAHO_LANES + lane];
}

static void lanes_sparse(double *sum, double *square, double *amount, const float *x,
                         const double *ratio, const double *f, const double *norm, double weight,
                         size_t n_bands, size_t n)
{
    for (size_t i = 0; i < n * VAHO_LANES; i++) {
        size_t lane = i % VAHO_LANES;
        const float *xi = x + i / VAHO_LANES * n_bands * VAHO_LANES + lane;
        double y = 0.0, r = ratio[i];
        for (size_t b = 0; b < n_bands; b++)
            y += f[b * VAHO_LANES + lane] * (double)xi[b * VAHO_LANES];
        y = (y - weight / (r * (amount[i] + VAHO_SPARSE_FLOOR))) / (r * norm[lane]);
        amount[i] = r > 0.0 && y > 0.0 ? y : 0.0;
        for (size_t b = 0; b < n_bands; b++)
            sum[b * VAHO_LANES + lane] += r * amount[i] * (double)xi[b * VAHO_LANES];
        square[lane] += r * amount[i] * r * amount[i];
    }
}

const struct vaho_matrices vaho_matrices_generic = {VAHO_MATRICES_FUNCTIONS, .tile = 1};
