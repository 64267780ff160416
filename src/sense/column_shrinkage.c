#include "sense/column_shrinkage.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct vaho_column_shrinkage {
    size_t n_bands;
    double n[VAHO_LANES];
    double *log_det; /* [alpha][16] */
    double *sum;     /* [alpha][16]: of log q + r / q */
    double *beta;    /* [alpha][16] */
    float *rotation; /* [band][band + 1][16]: rows of V', and what centres them */
    float *weight;   /* [alpha][band][16]: 1 / (n beta lambda + alpha) */
};

double vaho_shrinkage_alpha(size_t i)
{
    return pow(10.0, -10.0 + 0.05 * (double)i);
}

void vaho_column_shrinkage_free(struct vaho_column_shrinkage *shrinkage)
{
    if (shrinkage == NULL)
        return;
    free(shrinkage->log_det);
    free(shrinkage->sum);
    free(shrinkage->beta);
    free(shrinkage->rotation);
    free(shrinkage->weight);
    free(shrinkage);
}

/* One lane: eigenvectors of diag(S)^-1/2 S diag(S)^-1/2. */
static int turn_lane(struct vaho_column_shrinkage *k, const double *covariance, const double *mean,
                     size_t lane, double *matrix, double *scale, double *lambda)
{
    size_t p = k->n_bands;
    double n = k->n[lane], log_scale = 0.0;

    for (size_t i = 0; i < p; i++) {
        scale[i] = sqrt(covariance[(i * (i + 1) / 2 + i) * VAHO_LANES + lane]);
        if (!(scale[i] > 0.0))
            return 0;
        log_scale += 2.0 * log(scale[i]);
    }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j <= i; j++)
            matrix[i * p + j] =
                covariance[(i * (i + 1) / 2 + j) * VAHO_LANES + lane] / (scale[i] * scale[j]);
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', (int)p, matrix, (int)p, lambda) != 0)
        return 0;
    for (size_t j = 0; j < p; j++) {
        double centre = 0.0;
        for (size_t i = 0; i < p; i++) {
            double v = matrix[i * p + j] / scale[i];
            k->rotation[(j * (p + 1) + i) * VAHO_LANES + lane] = (float)v;
            centre -= v * mean[i * VAHO_LANES + lane];
        }
        k->rotation[(j * (p + 1) + p) * VAHO_LANES + lane] = (float)centre;
    }
    for (size_t a = 0; a < VAHO_N_ALPHAS; a++) {
        double alpha = vaho_shrinkage_alpha(a), own = n * (1.0 - alpha) / (n - 1.0);
        double *log_det = k->log_det + a * VAHO_LANES + lane;
        k->beta[a * VAHO_LANES + lane] = (1.0 - alpha) / (n - 1.0);
        *log_det = log_scale;
        for (size_t j = 0; j < p; j++) {
            double g = own * fmax(lambda[j], 0.0) + alpha;
            float weight = (float)(1.0 / g);
            *log_det += log(g);
            k->weight[(a * p + j) * VAHO_LANES + lane] = weight;
            /* over all pixels y_j^2 adds up to (n - 1) lambda_j: what rounding a weight does to
             * the sum of r is known, and the sum of log q + r / q goes with it one to one */
            k->sum[a * VAHO_LANES + lane] -=
                ((double)weight - 1.0 / g) * (n - 1.0) * fmax(lambda[j], 0.0);
        }
    }
    return 1;
}

enum vaho_status vaho_column_shrinkage_new(struct vaho_column_shrinkage **out,
                                           const double *covariance, const double *mean,
                                           const double *n, size_t n_bands,
                                           struct vaho_error *error)
{
    size_t p = n_bands;
    struct vaho_column_shrinkage *k = vaho_alloc(1, sizeof *k);
    double *matrix = vaho_alloc(p * p + 2 * p, sizeof *matrix);
    int whole = k != NULL && matrix != NULL;

    *out = NULL;
    if (whole) {
        k->n_bands = p;
        memcpy(k->n, n, sizeof k->n);
        k->log_det = vaho_alloc((size_t)VAHO_N_ALPHAS * VAHO_LANES, sizeof *k->log_det);
        k->sum = vaho_alloc((size_t)VAHO_N_ALPHAS * VAHO_LANES, sizeof *k->sum);
        k->beta = vaho_alloc((size_t)VAHO_N_ALPHAS * VAHO_LANES, sizeof *k->beta);
        k->rotation = vaho_alloc(p * (p + 1) * VAHO_LANES, sizeof *k->rotation);
        k->weight = vaho_alloc(VAHO_N_ALPHAS * p * VAHO_LANES, sizeof *k->weight);
        whole = k->log_det && k->sum && k->beta && k->rotation && k->weight;
    }
    if (!whole) {
        vaho_column_shrinkage_free(k);
        free(matrix);
        return vaho_fail_memory(error, "shrinkage");
    }
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        if (!(n[lane] > 2.0) ||
            !turn_lane(k, covariance, mean, lane, matrix, matrix + p * p, matrix + p * p + p))
            k->n[lane] = 0.0; /* nothing can be said */
    free(matrix);
    *out = k;
    return VAHO_OK;
}

enum { AT_ONCE = 64 }; /* the product of so many numbers above 1 / n is no underflow */

size_t vaho_column_shrinkage_scratch(size_t n_bands)
{
    return AT_ONCE * (n_bands + VAHO_N_ALPHAS) * VAHO_LANES;
}

static void add_few(struct vaho_column_shrinkage *k, const float *d, size_t n_lines,
                    const struct vaho_matrices *matrices, float *scratch)
{
    size_t p = k->n_bands;
    float *y = scratch, *r = scratch + n_lines * p * VAHO_LANES;
    double product[VAHO_N_ALPHAS * VAHO_LANES];

    matrices->lanes_multiply(y, d, k->rotation, n_lines, p, p + 1);
    for (size_t i = 0; i < n_lines * p * VAHO_LANES; i++)
        y[i] *= y[i];
    matrices->lanes_multiply(r, y, k->weight, n_lines, VAHO_N_ALPHAS, p);
    for (size_t i = 0; i < VAHO_N_ALPHAS * VAHO_LANES; i++)
        product[i] = 1.0;
    matrices->lanes_left_out(product, k->sum, r, d + p * VAHO_LANES, (p + 1) * VAHO_LANES, k->beta,
                             VAHO_N_ALPHAS, n_lines);
    for (size_t i = 0; i < VAHO_N_ALPHAS * VAHO_LANES; i++)
        k->sum[i] += log(product[i]);
}

void vaho_column_shrinkage_add(struct vaho_column_shrinkage *k, const float *d, size_t n_lines,
                               const struct vaho_matrices *matrices, float *scratch)
{
    for (size_t l = 0; l < n_lines; l += AT_ONCE)
        add_few(k, d + l * (k->n_bands + 1) * VAHO_LANES,
                n_lines - l < AT_ONCE ? n_lines - l : AT_ONCE, matrices, scratch);
}

void vaho_column_shrinkage_likelihood(double *out, const struct vaho_column_shrinkage *k)
{
    for (size_t a = 0; a < VAHO_N_ALPHAS; a++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            size_t at = a * VAHO_LANES + lane;
            out[at] = 0.5 * ((double)k->n_bands * log(2.0 * M_PI) + k->log_det[at]) +
                      k->sum[at] / (2.0 * k->n[lane]);
        }
}

void vaho_column_shrinkage_choose(double alpha[VAHO_LANES], const struct vaho_column_shrinkage *k)
{
    double value[VAHO_N_ALPHAS * VAHO_LANES];

    vaho_column_shrinkage_likelihood(value, k);
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        size_t best = VAHO_N_ALPHAS - 1;
        for (size_t a = VAHO_N_ALPHAS; a-- > 0 && k->n[lane] > 0.0;)
            if (value[a * VAHO_LANES + lane] <= value[best * VAHO_LANES + lane])
                best = a;
        alpha[lane] = vaho_shrinkage_alpha(best);
    }
}
