#include "find/scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MARGIN = 2 }; /* blocks that a smoothed plane reaches beyond the plane */

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

static void add_row(float *restrict y, const float *restrict x, float weight, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += weight * x[i];
}

/* out += weight * in shifted by (dr, dc): out[r][c] takes in[r + dr][c + dc], 'in' a plane with so
 * many blocks of margin to each side. */
static void add_shifted(float *out, const float *in, float weight, long dr, long dc, long margin,
                        long rows, long cols)
{
    long stride = cols + 2 * margin;
    long from = dc < -margin ? -dc - margin : 0, end = dc > margin ? cols - dc + margin : cols;

    for (long r = dr < -margin ? -dr - margin : 0; r < (dr > margin ? rows - dr + margin : rows);
         r++) {
        const float *x = in + (r + dr + margin) * stride + dc + margin;
        if (end > from)
            add_row(out + r * cols + from, x + from, weight, (size_t)(end - from));
    }
}

int vaho_gathering_new(struct vaho_gathering *out, size_t max_rows, size_t max_cols)
{
    *out = (struct vaho_gathering){
        .smooth = vaho_alloc((max_rows + 2 * MARGIN) * (max_cols + 2 * MARGIN), sizeof(float)),
        .row = vaho_alloc(max_cols + 2 * MARGIN, sizeof(float))};
    return out->smooth != NULL && out->row != NULL;
}

void vaho_gathering_free(struct vaho_gathering *gathering)
{
    free(gathering->smooth);
    free(gathering->row);
}

void vaho_gathering_set(struct vaho_gathering *g, size_t scale, size_t rows, size_t cols)
{
    g->scale = scale;
    g->rows = rows;
    g->cols = cols;
    g->n_taps = SCALE[scale].n_kernels > 1 ? VAHO_N_TAPS : 1;
    g->tap_row[0][0] = g->tap_col[0][0] = 0;
    g->tap_weight[0] = 1.0f;
    for (size_t i = 0; g->n_taps > 1 && i < VAHO_N_DIRECTIONS; i++)
        taps(g->tap_row[i], g->tap_col[i], g->tap_weight, i);
}

void vaho_gather_start(struct vaho_gathering *g, const float *in, size_t in_stride)
{
    const float *b = binomial(g->scale);
    size_t stride = g->cols + 2 * MARGIN;

    memset(g->smooth, 0, (g->rows + 2 * MARGIN) * stride * sizeof *g->smooth);
    for (size_t r = 0; r < g->rows; r++) {
        const float *x = in + r * in_stride;
        memset(g->row, 0, stride * sizeof *g->row);
        for (size_t k = 0; k < 5; k++)
            if (b[k] > 0.0f)
                add_row(g->row + k, x, b[k], g->cols);
        for (size_t k = 0; k < 5; k++)
            if (b[k] > 0.0f)
                add_row(g->smooth + (r + k) * stride, g->row, b[k], stride);
    }
}

void vaho_gather_kernel(float *out, const struct vaho_gathering *g, size_t i)
{
    memset(out, 0, g->rows * g->cols * sizeof *out);
    for (int t = 0; t < g->n_taps; t++)
        add_shifted(out, g->smooth, g->tap_weight[t], g->tap_row[i][t], g->tap_col[i][t], MARGIN,
                    (long)g->rows, (long)g->cols);
}

float vaho_gather_at(const struct vaho_gathering *g, size_t i, size_t row, size_t col)
{
    long stride = (long)g->cols + 2 * MARGIN;
    float sum = 0.0f;

    for (int t = 0; t < g->n_taps; t++) {
        long r = (long)row + g->tap_row[i][t] + MARGIN, c = (long)col + g->tap_col[i][t] + MARGIN;
        if (r >= 0 && c >= 0 && r < (long)g->rows + 2 * MARGIN && c < stride)
            sum += g->tap_weight[t] * g->smooth[r * stride + c];
    }
    return sum;
}

void vaho_gather_energy(float *out, const float *in, size_t scale, size_t i, size_t rows,
                        size_t cols)
{
    struct vaho_kernel kernel;

    vaho_scale_kernel(&kernel, scale, i);
    memset(out, 0, rows * cols * sizeof *out);
    for (size_t k = 0; k < kernel.n; k++)
        add_shifted(out, in, kernel.weight[k] * kernel.weight[k], kernel.row[k], kernel.col[k], 0,
                    (long)rows, (long)cols);
}
