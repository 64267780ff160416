#include <math.h>

#include "kernel/kernels.h"

static void sum_rows(float *out, const float *const *x, const float *weight, size_t n_rows,
                     size_t n)
{
    for (size_t c = 0; c < n; c++) {
        float sum = 0.0f;
        for (size_t i = 0; i < n_rows; i++)
            sum += weight[i] * x[i][c];
        out[c] = sum;
    }
}

static void best_of_rows(float *best, unsigned char *which, const float *const *x,
                         const float *weight, size_t n_rows, const float *scale, unsigned char this,
                         size_t n)
{
    for (size_t c = 0; c < n; c++) {
        float sum = 0.0f;
        for (size_t i = 0; i < n_rows; i++)
            sum += weight[i] * x[i][c];
        if (scale[c] > 0.0f && sum * scale[c] > best[c]) {
            best[c] = sum * scale[c];
            which[c] = this;
        }
    }
}

static void add_row(float *y, const float *x, float weight, size_t n)
{
    for (size_t c = 0; c < n; c++)
        y[c] += weight * x[c];
}

static void add_pairs(float *y, const float *x, size_t n)
{
    for (size_t c = 0; c < n / 2; c++)
        y[c] += x[2 * c] + x[2 * c + 1];
    if (n % 2 == 1)
        y[n / 2] += x[n - 1];
}

static void add_weighted_pairs(float *y, const float *w, const float *x, size_t n)
{
    for (size_t c = 0; c < n / 2; c++)
        y[c] += w[2 * c] * x[2 * c] + w[2 * c + 1] * x[2 * c + 1];
    if (n % 2 == 1)
        y[n / 2] += w[n - 1] * x[n - 1];
}

const struct vaho_kernels vaho_kernels_generic = {
    "generic", sum_rows,           best_of_rows,          add_row,
    add_pairs, add_weighted_pairs, &vaho_matrices_generic};
