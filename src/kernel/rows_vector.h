/*
 * rows_vector.h - rows.h in vectors of LANES floats, for the file of one instruction set
 *
 * That file defines LANES, EVEN and ODD (which lanes of two vectors end to end are even, odd) and
 * TABLE and MATRICES, the names of its tables, and includes this once.  The compiler's vector types
 * make the instructions; a sum of several rows stays in four registers, so that a row costs one
 * load and one multiply-add a vector.  What a vector does not fill is left to plain C.
 */
#include <stddef.h>

#include "kernel/sets.h"

typedef float vector __attribute__((vector_size(4 * LANES)));
typedef int whole __attribute__((vector_size(4 * LANES)));
typedef signed char bytes __attribute__((vector_size(LANES)));
/* the same wherever they lie in memory */
typedef float vector_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef signed char bytes_at __attribute__((vector_size(LANES), aligned(1), may_alias));

enum { IN_REGISTERS = 4, WIDE = IN_REGISTERS * LANES };

static vector load(const float *from)
{
    return *(const vector_at *)from;
}

static void store(float *to, vector value)
{
    *(vector_at *)to = value;
}

static float sum_at(const float *const *x, const float *weight, size_t n_rows, size_t c)
{
    float sum = 0.0f;

    for (size_t i = 0; i < n_rows; i++)
        sum += weight[i] * x[i][c];
    return sum;
}

static inline void wide_sums(vector sum[IN_REGISTERS], const float *const *x, const float *weight,
                             size_t n_rows, size_t c)
{
    for (int k = 0; k < IN_REGISTERS; k++)
        sum[k] = (vector){0.0f};
    for (size_t i = 0; i < n_rows; i++) {
        const float *row = x[i] + c;
        for (int k = 0; k < IN_REGISTERS; k++)
            sum[k] += weight[i] * load(row + k * LANES);
    }
}

static inline vector narrow_sums(const float *const *x, const float *weight, size_t n_rows,
                                 size_t c)
{
    vector sum = {0.0f};

    for (size_t i = 0; i < n_rows; i++)
        sum += weight[i] * load(x[i] + c);
    return sum;
}

static void sum_rows(float *out, const float *const *x, const float *weight, size_t n_rows,
                     size_t n)
{
    size_t c = 0;

    for (; c + WIDE <= n; c += WIDE) {
        vector sum[IN_REGISTERS];
        wide_sums(sum, x, weight, n_rows, c);
        for (int k = 0; k < IN_REGISTERS; k++)
            store(out + c + k * LANES, sum[k]);
    }
    for (; c + LANES <= n; c += LANES)
        store(out + c, narrow_sums(x, weight, n_rows, c));
    for (; c < n; c++)
        out[c] = sum_at(x, weight, n_rows, c);
}

static inline void keep_better(float *best, unsigned char *which, vector sum, const float *scale,
                               unsigned char this)
{
    vector factor = load(scale), z = sum * factor, old = load(best);
    whole better = (z > old) & (factor > 0.0f);
    bytes small = __builtin_convertvector(better, bytes), was = *(const bytes_at *)which;

    store(best, (vector)(((whole)z & better) | ((whole)old & ~better)));
    *(bytes_at *)which = ((signed char)this & small) | (was & ~small);
}

static void best_of_rows(float *best, unsigned char *which, const float *const *x,
                         const float *weight, size_t n_rows, const float *scale, unsigned char this,
                         size_t n)
{
    size_t c = 0;

    for (; c + WIDE <= n; c += WIDE) {
        vector sum[IN_REGISTERS];
        wide_sums(sum, x, weight, n_rows, c);
        for (size_t k = 0; k < IN_REGISTERS; k++)
            keep_better(best + c + k * LANES, which + c + k * LANES, sum[k], scale + c + k * LANES,
                        this);
    }
    for (; c + LANES <= n; c += LANES)
        keep_better(best + c, which + c, narrow_sums(x, weight, n_rows, c), scale + c, this);
    for (; c < n; c++) {
        float z = sum_at(x, weight, n_rows, c) * scale[c];
        if (scale[c] > 0.0f && z > best[c]) {
            best[c] = z;
            which[c] = this;
        }
    }
}

static void add_row(float *y, const float *x, float weight, size_t n)
{
    size_t c = 0;

    for (; c + LANES <= n; c += LANES)
        store(y + c, load(y + c) + weight * load(x + c));
    for (; c < n; c++)
        y[c] += weight * x[c];
}

static inline vector even_and_odd(vector low, vector high)
{
    return __builtin_shufflevector(low, high, EVEN) + __builtin_shufflevector(low, high, ODD);
}

static void add_pairs(float *y, const float *x, size_t n)
{
    size_t c = 0;

    for (; c + LANES <= n / 2; c += LANES)
        store(y + c, load(y + c) + even_and_odd(load(x + 2 * c), load(x + 2 * c + LANES)));
    for (; c < n / 2; c++)
        y[c] += x[2 * c] + x[2 * c + 1];
    if (n % 2 == 1)
        y[n / 2] += x[n - 1];
}

static void add_weighted_pairs(float *y, const float *w, const float *x, size_t n)
{
    size_t c = 0;

    for (; c + LANES <= n / 2; c += LANES)
        store(y + c, load(y + c) + even_and_odd(load(w + 2 * c) * load(x + 2 * c),
                                                load(w + 2 * c + LANES) * load(x + 2 * c + LANES)));
    for (; c < n / 2; c++)
        y[c] += w[2 * c] * x[2 * c] + w[2 * c + 1] * x[2 * c + 1];
    if (n % 2 == 1)
        y[n / 2] += w[n - 1] * x[n - 1];
}

const struct vaho_kernels TABLE = {NAME,      sum_rows,           best_of_rows, add_row,
                                   add_pairs, add_weighted_pairs, &MATRICES};
