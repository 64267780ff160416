#include "find/scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { REACH = 8, SMEAR = 2 }; /* blocks: of the taps, and of the binomial around them */
enum { MARGIN = REACH + SMEAR };

static const float BINOMIAL[2][5] = {{0.0f, 0.25f, 0.5f, 0.25f, 0.0f},
                                     {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f}};
static const double TAP_STEP = 2.0, TAP_SIGMA = 4.7; /* blocks */

/* Areas: round 64/9 blocks, elongated 51 to 59 by direction, 56.7 on average; reaches: a block and
 * a half and the smear of a plume's edge, or the taps' 8 blocks. */
static const struct vaho_scale SCALE[VAHO_N_SCALES] = {
    {1, 1, 7.11 * 4.0, 5.0, 1},
    {2, 1, 7.11 * 16.0, 8.0, 2},
    {3, 1, 7.11 * 64.0, 14.0, 3},
    {4, 1, 7.11 * 256.0, 26.0, 4},
    {1, VAHO_N_DIRECTIONS, 56.7 * 4.0, 16.0, 3},
    {2, VAHO_N_DIRECTIONS, 56.7 * 16.0, 32.0, 4},
};

const struct vaho_scale *vaho_scale(size_t scale)
{
    return &SCALE[scale];
}

static const float *binomial(size_t scale)
{
    return BINOMIAL[SCALE[scale].n_kernels > 1];
}

/* The taps of one direction: offsets in blocks and weights. */
static void taps(int row[VAHO_N_TAPS], int col[VAHO_N_TAPS], float weight[VAHO_N_TAPS],
                 size_t direction)
{
    double angle = acos(-1.0) * (double)direction / VAHO_N_DIRECTIONS;

    for (int t = 0; t < VAHO_N_TAPS; t++) {
        double along = TAP_STEP * (double)(t - VAHO_N_TAPS / 2);
        row[t] = (int)lround(along * sin(angle));
        col[t] = (int)lround(along * cos(angle));
        weight[t] = (float)exp(-0.5 * along * along / (TAP_SIGMA * TAP_SIGMA));
    }
}

void vaho_scale_kernel(struct vaho_kernel *out, size_t scale, size_t i)
{
    enum { HALF = 10, SIDE = 2 * HALF + 1 };
    float plane[SIDE][SIDE] = {{0.0f}}, weight[VAHO_N_TAPS] = {1.0f};
    int row[VAHO_N_TAPS] = {0}, col[VAHO_N_TAPS] = {0}, n_taps = 1;
    const float *b = binomial(scale);

    if (SCALE[scale].n_kernels > 1) {
        taps(row, col, weight, i);
        n_taps = VAHO_N_TAPS;
    }
    for (int t = 0; t < n_taps; t++)
        for (int r = 0; r < 5; r++)
            for (int c = 0; c < 5; c++)
                plane[HALF + row[t] + r - 2][HALF + col[t] + c - 2] += weight[t] * b[r] * b[c];
    out->n = 0;
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++)
            if (plane[r][c] > 0.0f) {
                out->row[out->n] = (signed char)(r - HALF);
                out->col[out->n] = (signed char)(c - HALF);
                out->weight[out->n++] = plane[r][c];
            }
}

int vaho_gathering_new(struct vaho_gathering *out, const struct vaho_kernels *kernels,
                       size_t max_rows, size_t max_cols)
{
    *out = (struct vaho_gathering){
        .kernels = kernels,
        .plane = vaho_alloc((max_rows + 2 * MARGIN) * (max_cols + 2 * MARGIN), sizeof(float)),
        .along = vaho_alloc((max_rows + 4 * SMEAR + 1) * (max_cols + 4 * SMEAR), sizeof(float))};
    return out->plane != NULL && out->along != NULL;
}

void vaho_gathering_free(struct vaho_gathering *gathering)
{
    free(gathering->plane);
    free(gathering->along);
}

void vaho_gathering_set(struct vaho_gathering *g, size_t scale, size_t rows, size_t cols)
{
    g->scale = scale;
    g->rows = rows;
    g->cols = cols;
    memset(g->plane, 0, (rows + 2 * MARGIN) * (cols + 2 * MARGIN) * sizeof *g->plane);
    g->n_taps = SCALE[scale].n_kernels > 1 ? VAHO_N_TAPS : 1;
    g->tap_row[0][0] = g->tap_col[0][0] = 0;
    g->tap_weight[0] = 1.0f;
    for (size_t i = 0; g->n_taps > 1 && i < VAHO_N_DIRECTIONS; i++)
        taps(g->tap_row[i], g->tap_col[i], g->tap_weight, i);
}

/* Rows number 'from' on of a plane with 'stride', one a tap of the binomial that is not 0. */
static size_t binomial_rows(const float *x[5], float weight[5], const float *from, size_t stride,
                            size_t scale)
{
    const float *b = binomial(scale);
    size_t n = 0;

    for (size_t k = 0; k < 5; k++)
        if (b[k] > 0.0f) {
            x[n] = from + k * stride;
            weight[n++] = b[k];
        }
    return n;
}

void vaho_gather_start(struct vaho_gathering *g, const float *in, size_t in_stride)
{
    /* along samples into 'along', whose rows but 2 SMEAR at each end are set, then along lines */
    size_t stride = g->cols + 2 * MARGIN, width = g->cols + 2 * SMEAR, n;
    const float *x[5];
    float weight[5], *padded = g->along + (g->rows + 4 * SMEAR) * width;

    memset(g->along, 0, 2 * SMEAR * width * sizeof *g->along);
    memset(g->along + (g->rows + 2 * SMEAR) * width, 0, 2 * SMEAR * width * sizeof *g->along);
    memset(padded, 0, (width + 2 * SMEAR) * sizeof *padded);
    for (size_t r = 0; r < g->rows; r++) {
        memcpy(padded + 2 * SMEAR, in + r * in_stride, g->cols * sizeof *in);
        n = binomial_rows(x, weight, padded, 1, g->scale);
        g->kernels->sum_rows(g->along + (r + 2 * SMEAR) * width, x, weight, n, width);
    }
    for (size_t r = 0; r < g->rows + 2 * SMEAR; r++) {
        n = binomial_rows(x, weight, g->along + r * width, width, g->scale);
        g->kernels->sum_rows(g->plane + (r + REACH) * stride + REACH, x, weight, n, width);
    }
}

/* Where the taps of kernel i read for the first block of a row. */
static void tap_rows(const float *x[VAHO_N_TAPS], const struct vaho_gathering *g, size_t i,
                     size_t row)
{
    long stride = (long)g->cols + 2 * MARGIN;

    for (int t = 0; t < g->n_taps; t++)
        x[t] =
            g->plane + ((long)row + g->tap_row[i][t] + MARGIN) * stride + g->tap_col[i][t] + MARGIN;
}

void vaho_gather_kernel(float *out, const struct vaho_gathering *g, size_t i)
{
    const float *x[VAHO_N_TAPS];

    for (size_t r = 0; r < g->rows; r++) {
        tap_rows(x, g, i, r);
        g->kernels->sum_rows(out + r * g->cols, x, g->tap_weight, (size_t)g->n_taps, g->cols);
    }
}

void vaho_gather_best(float *best, unsigned char *which, const struct vaho_gathering *g, size_t i,
                      const float *scale, int negative, unsigned char this)
{
    const float *x[VAHO_N_TAPS];
    float weight[VAHO_N_TAPS];

    for (int t = 0; t < g->n_taps; t++)
        weight[t] = negative ? -g->tap_weight[t] : g->tap_weight[t];
    for (size_t r = 0; r < g->rows; r++) {
        size_t at = r * g->cols;
        tap_rows(x, g, i, r);
        g->kernels->best_of_rows(best + at, which + at, x, weight, (size_t)g->n_taps, scale + at,
                                 this, g->cols);
    }
}

float vaho_gather_at(const struct vaho_gathering *g, size_t i, size_t row, size_t col)
{
    const float *x[VAHO_N_TAPS];
    float sum = 0.0f;

    tap_rows(x, g, i, row);
    for (int t = 0; t < g->n_taps; t++)
        sum += g->tap_weight[t] * x[t][col];
    return sum;
}

void vaho_gather_energy(float *out, struct vaho_gathering *g, const float *in, size_t i)
{
    long stride = (long)g->cols + 2 * MARGIN;
    struct vaho_kernel kernel;
    const float *x[VAHO_MAX_KERNEL];
    float square[VAHO_MAX_KERNEL];

    vaho_scale_kernel(&kernel, g->scale, i);
    for (size_t k = 0; k < kernel.n; k++)
        square[k] = kernel.weight[k] * kernel.weight[k];
    memset(g->plane, 0, (g->rows + 2 * MARGIN) * (size_t)stride * sizeof *g->plane);
    for (size_t r = 0; r < g->rows; r++)
        memcpy(g->plane + (r + MARGIN) * (size_t)stride + MARGIN, in + r * g->cols,
               g->cols * sizeof *in);
    for (size_t r = 0; r < g->rows; r++) {
        for (size_t k = 0; k < kernel.n; k++)
            x[k] = g->plane + ((long)r + kernel.row[k] + MARGIN) * stride + kernel.col[k] + MARGIN;
        g->kernels->sum_rows(out + r * g->cols, x, square, kernel.n, g->cols);
    }
}
