#include "find/plume_ground.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A direction of which less than this is left beside the others is one of theirs. */
static const double MIN_LEFT = 1e-3;

struct vaho_plume_ground {
    const unsigned char *plume;
    size_t n_samples, n_bands, n_gases;
    size_t *n;               /* directions of each gas */
    float *direction, *dual; /* n_gases x VAHO_MAX_DIRECTIONS x n_bands: L q, L^-T q */
};

void vaho_plume_ground_free(struct vaho_plume_ground *ground)
{
    if (ground == NULL)
        return;
    free(ground->n);
    free(ground->direction);
    free(ground->dual);
    free(ground);
}

size_t vaho_gas_directions(double *out, const struct vaho_contrast *contrast, const float *parts)
{
    size_t nb = contrast->n_bands, n = contrast->n_parts + 1;
    const float *slope = parts + contrast->n_parts * nb;
    double most = 0.0;

    for (size_t i = 0; i < n * nb; i++)
        out[i] = (double)parts[i];
    for (size_t b = 0; b < nb; b++) { /* the absorption, from the part that has contrast */
        double alpha = contrast->regime == VAHO_REGIME_THERMAL
                           ? (double)slope[b] / (double)contrast->slope[b]
                           : (double)parts[b] / (double)contrast->part[b];
        out[n * nb + b] = isfinite(alpha) ? fabs(alpha) : 0.0;
        most = fmax(most, out[n * nb + b]);
    }
    for (size_t b = 0; b < nb; b++) {
        double alpha = out[n * nb + b] / fmax(most, 1e-300);
        double leading = (double)parts[b] + contrast->d_reference * (double)slope[b];
        out[n * nb + b] = alpha * leading;
        out[(n + 1) * nb + b] = alpha * alpha * leading;
    }
    return n + 2;
}

/* Whitens and orthonormalises; fills the gas's directions and their duals. */
static void settle_directions(struct vaho_plume_ground *ground, size_t gas, double *row, size_t n,
                              const double *cholesky)
{
    size_t nb = ground->n_bands, kept = 0;

    for (size_t i = 0; i < n; i++) {
        double *w = row + kept * nb, before, after;
        memmove(w, row + i * nb, nb * sizeof *w);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, w, 1);
        before = cblas_dnrm2((int)nb, w, 1);
        for (int twice = 0; twice < 2; twice++)
            for (size_t k = 0; k < kept; k++)
                cblas_daxpy((int)nb, -cblas_ddot((int)nb, row + k * nb, 1, w, 1), row + k * nb, 1,
                            w, 1);
        after = cblas_dnrm2((int)nb, w, 1);
        if (!(after > MIN_LEFT * before))
            continue;
        cblas_dscal((int)nb, 1.0 / after, w, 1);
        kept++;
    }
    ground->n[gas] = kept;
    for (size_t i = 0; i < kept; i++) {
        float *direction = ground->direction + (gas * VAHO_MAX_DIRECTIONS + i) * nb;
        float *dual = ground->dual + (gas * VAHO_MAX_DIRECTIONS + i) * nb;
        double *w = row + i * nb, *d = row + n * nb; /* one row to spare */
        memcpy(d, w, nb * sizeof *d);
        cblas_dtrmv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, d, 1);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)nb, cholesky, (int)nb,
                    w, 1);
        for (size_t b = 0; b < nb; b++) {
            direction[b] = (float)d[b];
            dual[b] = (float)w[b];
        }
    }
}

enum vaho_status vaho_plume_ground_new(struct vaho_plume_ground **out, const unsigned char *plume,
                                       size_t n_samples, const struct vaho_contrast *contrast,
                                       const float *parts, size_t n_gases, const double *cholesky,
                                       struct vaho_error *error)
{
    size_t nb = contrast->n_bands, stride = (contrast->n_parts + 1) * nb;
    struct vaho_plume_ground *ground = vaho_alloc(1, sizeof *ground);
    double *row = vaho_alloc((VAHO_MAX_DIRECTIONS + 1) * nb, sizeof *row);
    int missing = ground == NULL || row == NULL;

    *out = ground;
    if (!missing) {
        *ground = (struct vaho_plume_ground){
            .plume = plume,
            .n_samples = n_samples,
            .n_bands = nb,
            .n_gases = n_gases,
            .n = vaho_alloc(n_gases, sizeof(size_t)),
            .direction = vaho_alloc(n_gases * VAHO_MAX_DIRECTIONS, nb * sizeof(float)),
            .dual = vaho_alloc(n_gases * VAHO_MAX_DIRECTIONS, nb * sizeof(float))};
        missing = !ground->n || !ground->direction || !ground->dual;
    }
    for (size_t g = 0; !missing && g < n_gases; g++)
        settle_directions(ground, g, row, vaho_gas_directions(row, contrast, parts + g * stride),
                          cholesky);
    free(row);
    if (!missing)
        return VAHO_OK;
    vaho_plume_ground_free(ground);
    *out = NULL;
    return vaho_fail_memory(error, "the ground of plumes");
}

void vaho_plume_ground_clean(float *z, unsigned char *valid, const struct vaho_plume_ground *ground,
                             size_t line)
{
    size_t ns = ground->n_samples, nb = ground->n_bands;
    const unsigned char *plume = ground->plume + line * ns;

    for (size_t s = 0; s < ns; s++) {
        size_t gas = (size_t)plume[s] - 1;
        if (plume[s] == 0 || !valid[s])
            continue;
        if (gas >= ground->n_gases) {
            valid[s] = 0;
            for (size_t b = 0; b < nb; b++)
                z[b * ns + s] = 0.0f;
            continue;
        }
        for (size_t i = 0; i < ground->n[gas]; i++) {
            const float *direction = ground->direction + (gas * VAHO_MAX_DIRECTIONS + i) * nb;
            const float *dual = ground->dual + (gas * VAHO_MAX_DIRECTIONS + i) * nb;
            float along = cblas_sdot((int)nb, dual, 1, z + s, (int)ns);
            cblas_saxpy((int)nb, -along, direction, 1, z + s, (int)ns);
        }
    }
}
