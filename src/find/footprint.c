#include "find/footprint.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_ROWS = VAHO_N_PARTS + 1 };

void vaho_footprint_sums_free(struct vaho_footprint_sums *sums)
{
    free(sums->z);
    sums->z = NULL;
}

double vaho_footprint_n(const struct vaho_footprint_sums *sums, size_t k, size_t l)
{
    return sums->n[k < l ? vaho_pair(k, l) : vaho_pair(l, k)];
}

enum vaho_status vaho_footprint_sum(struct vaho_footprint_sums *out, const unsigned *pixel,
                                    size_t n_pixels, const struct vaho_scene *scene,
                                    struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(scene->columns), ns = vaho_columns_n_samples(scene->columns);
    size_t n_parts = scene->contrast->n_parts, i = 0;
    float *q = vaho_alloc(vaho_columns_rank(scene->columns) * ns, sizeof *q);
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, 1, nb, ns, error);

    *out = (struct vaho_footprint_sums){.z = vaho_alloc(n_parts * nb, sizeof(double))};
    if (status == VAHO_OK && (q == NULL || out->z == NULL))
        status = vaho_fail_memory(error, "a plume's spectrum");
    while (status == VAHO_OK && i < n_pixels) {
        unsigned line = pixel[2 * i];
        status = vaho_columns_read(block, scene->columns, scene->source, line, 1, error);
        if (status != VAHO_OK)
            break;
        vaho_columns_residual(block, q, scene->columns);
        for (; i < n_pixels && pixel[2 * i] == line; i++) {
            size_t s = pixel[2 * i + 1];
            for (size_t k = 0; block->valid[s] && k < n_parts; k++) {
                double qk = k == 0 ? 1.0 : (double)q[(k - 1) * ns + s];
                for (size_t l = k; l < n_parts; l++)
                    out->n[vaho_pair(k, l)] += qk * (l == 0 ? 1.0 : (double)q[(l - 1) * ns + s]);
                for (size_t b = 0; b < nb; b++)
                    out->z[k * nb + b] += qk * (double)block->value[b * ns + s];
            }
        }
    }
    free(q);
    vaho_block_free(block);
    if (status != VAHO_OK)
        vaho_footprint_sums_free(out);
    return status;
}

/* Products of the whitened rows of two gases, weighted by N, with row 'n' (the slope) joining row 0
 * by d. */
static double combine(const double *gram, const struct vaho_footprint_sums *sums, size_t n,
                      double d)
{
    double sum = 0.0;

    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < n; l++) {
            double g = gram[k * MAX_ROWS + l];
            if (k == 0)
                g += d * gram[n * MAX_ROWS + l];
            if (l == 0)
                g += d * gram[k * MAX_ROWS + n];
            if (k == 0 && l == 0)
                g += d * d * gram[n * MAX_ROWS + n];
            sum += vaho_footprint_n(sums, k, l) * g;
        }
    return sum;
}

enum vaho_status vaho_footprint_match(double *match, double *product,
                                      const struct vaho_footprint_sums *sums,
                                      const struct vaho_evidence *evidence, size_t level,
                                      const struct vaho_contrast *contrast, const float *parts,
                                      size_t n_gases, const double *d, size_t n_d,
                                      struct vaho_error *error)
{
    size_t nb = contrast->n_bands, n = contrast->n_parts, rows = n + 1, stride = rows * nb;
    const double *cholesky = vaho_evidence_cholesky(evidence, level);
    double *w = vaho_alloc(n_gases * stride, sizeof *w), *z = vaho_alloc(n * nb, sizeof *z);

    if (w == NULL || z == NULL) {
        free(w);
        free(z);
        return vaho_fail_memory(error, "a plume's gases");
    }
    memcpy(z, sums->z, n * nb * sizeof *z);
    for (size_t i = 0; i < n_gases * stride; i++)
        w[i] = (double)parts[i];
    for (size_t i = 0; i < n_gases * rows; i++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, w + i * nb, 1);
    for (size_t k = 0; k < n; k++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, z + k * nb, 1);
    for (size_t g = 0; g < n_gases; g++) {
        const double *wg = w + g * stride;
        double base = cblas_ddot((int)(n * nb), wg, 1, z, 1);
        double slope = cblas_ddot((int)nb, wg + n * nb, 1, z, 1);
        for (size_t i = 0; i < n_d; i++)
            match[i * n_gases + g] = base + d[i] * slope;
        for (size_t h = 0; h < n_gases; h++) {
            double gram[MAX_ROWS * MAX_ROWS] = {0.0};
            for (size_t k = 0; k < rows; k++)
                for (size_t l = 0; l < rows; l++)
                    gram[k * MAX_ROWS + l] =
                        cblas_ddot((int)nb, wg + k * nb, 1, w + h * stride + l * nb, 1);
            for (size_t i = 0; i < n_d; i++)
                product[(i * n_gases + g) * n_gases + h] = combine(gram, sums, n, d[i]);
        }
    }
    free(w);
    free(z);
    return VAHO_OK;
}
