/*
 * evidence_match.c - what every gas explains of a candidate's own evidence
 */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"
#include "find/plume_ground.h"

/* A signature of which less than this is left (of its power) beside other gases is theirs, and a
 * direction of which less is left (of its length) one of those before. */
static const double LEAST_POWER = 0.02, LEAST_LENGTH = 1e-3;

/* Y and signatures of one candidate, all in the metric of its background: white noise. */
struct whitened {
    size_t n_bands, n, n_span;
    double *w;    /* n x n_bands: what one ppm.m of each does to Y */
    double *y;    /* n_bands */
    double *span; /* n_span x n_bands, orthonormal: what is explained before */
};

static void whitened_free(struct whitened *white)
{
    free(white->w);
    free(white->span);
}

static void without_span(double *x, const struct whitened *white)
{
    size_t nb = white->n_bands;

    for (int twice = 0; twice < 2; twice++) /* rounding, once more */
        for (size_t k = 0; k < white->n_span; k++) {
            const double *q = white->span + k * nb;
            cblas_daxpy((int)nb, -cblas_ddot((int)nb, q, 1, x, 1), q, 1, x, 1);
        }
}

static void whiten(double *rows, size_t n, size_t nb, const double *cholesky)
{
    for (size_t i = 0; i < n; i++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, rows + i * nb, 1);
}

/* Adds what a gas can do to the span. */
static void add_to_span(struct whitened *white, const struct vaho_contrast *contrast,
                        const float *parts, const double *cholesky)
{
    size_t nb = white->n_bands;
    double *rows = white->span + white->n_span * nb;
    size_t n = vaho_gas_directions(rows, contrast, parts);

    whiten(rows, n, nb, cholesky);
    for (size_t i = 0; i < n; i++) {
        double *to = white->span + white->n_span * nb, before, after;
        memmove(to, rows + i * nb, nb * sizeof *to);
        before = cblas_dnrm2((int)nb, to, 1);
        without_span(to, white);
        after = cblas_dnrm2((int)nb, to, 1);
        if (!(after > LEAST_LENGTH * before))
            continue;
        cblas_dscal((int)nb, 1.0 / after, to, 1);
        white->n_span++;
    }
}

/* Whitens n signatures and Y, without what the gases beside can do. */
static enum vaho_status whitened_new(struct whitened *out, const struct vaho_evidence *evidence,
                                     const struct vaho_candidate *candidate, const float *parts,
                                     size_t n, const size_t *beside, size_t n_beside,
                                     struct vaho_error *error)
{
    size_t nb = evidence->n_bands, n_parts = evidence->n_parts, stride = (n_parts + 1) * nb;
    const struct vaho_own_background *own =
        &evidence->backgrounds
             ->own[candidate->signature * evidence->n_hypotheses + candidate->hypothesis];
    const double *cholesky = own->cholesky[candidate->scale];
    const float *y = evidence->kept.y + (candidate->kept - 1) * nb;
    const float *sum = evidence->kept.sum + (candidate->kept - 1) * n_parts;

    *out = (struct whitened){
        .n_bands = nb, .n = n, .w = vaho_alloc((n + 1) * nb, sizeof(double)), .n_span = 0};
    out->span = vaho_alloc(n_beside * VAHO_MAX_DIRECTIONS * nb, sizeof(double));
    if (out->w == NULL || out->span == NULL) {
        whitened_free(out);
        return vaho_fail_memory(error, "a plume's gases");
    }
    out->y = out->w + n * nb;
    for (size_t b = 0; b < nb; b++)
        out->y[b] = (double)y[b];
    for (size_t g = 0; g < n; g++)
        for (size_t k = 0; k <= n_parts; k++) { /* the slope goes with the first part's sum */
            double factor = k < n_parts ? (double)sum[k] : own->d * (double)sum[0];
            for (size_t b = 0; b < nb; b++)
                out->w[g * nb + b] += factor * (double)parts[g * stride + k * nb + b];
        }
    whiten(out->w, n + 1, nb, cholesky);
    for (size_t i = 0; i < n_beside; i++)
        add_to_span(out, evidence->scene.contrast, parts + beside[i] * stride, cholesky);
    for (size_t g = 0; n_beside > 0 && g <= n; g++) {
        double *w = out->w + g * nb, before = cblas_ddot((int)nb, w, 1, w, 1);
        without_span(w, out);
        if (g < n && !(cblas_ddot((int)nb, w, 1, w, 1) > LEAST_POWER * before))
            memset(w, 0, nb * sizeof *w);
    }
    return VAHO_OK;
}

enum vaho_status vaho_evidence_match(double *match, double *product,
                                     const struct vaho_evidence *evidence,
                                     const struct vaho_candidate *candidate, const float *parts,
                                     size_t n_gases, const size_t *beside, size_t n_beside,
                                     struct vaho_error *error)
{
    struct whitened white;
    size_t nb = evidence->n_bands;
    enum vaho_status status =
        whitened_new(&white, evidence, candidate, parts, n_gases, beside, n_beside, error);

    if (status != VAHO_OK)
        return status;
    for (size_t g = 0; g < n_gases; g++) {
        match[g] = cblas_ddot((int)nb, white.w + g * nb, 1, white.y, 1);
        for (size_t h = 0; h < n_gases; h++)
            product[g * n_gases + h] =
                cblas_ddot((int)nb, white.w + g * nb, 1, white.w + h * nb, 1);
    }
    whitened_free(&white);
    return VAHO_OK;
}

enum vaho_status vaho_evidence_beside(double *z, double *tempering, double *out_chi2,
                                      const struct vaho_evidence *evidence,
                                      const struct vaho_candidate *candidate, const float *parts,
                                      size_t n, const size_t *beside, size_t n_beside,
                                      struct vaho_error *error)
{
    struct whitened white;
    size_t nb = evidence->n_bands;
    double chi2;
    enum vaho_status status =
        whitened_new(&white, evidence, candidate, parts, n, beside, n_beside, error);

    if (status != VAHO_OK)
        return status;
    chi2 = cblas_ddot((int)nb, white.y, 1, white.y, 1);
    if (out_chi2 != NULL)
        *out_chi2 = chi2;
    for (size_t g = 0; g < n; g++) {
        const double *w = white.w + g * nb;
        double power = cblas_ddot((int)nb, w, 1, w, 1);
        double raw = power > 0.0 ? cblas_ddot((int)nb, w, 1, white.y, 1) / sqrt(power) : -INFINITY;
        double left = isfinite(raw) ? (chi2 - raw * raw) / (double)(nb - white.n_span - 1) : 1.0;
        tempering[g] = sqrt(fmax(left, 1.0));
        z[g] = raw / tempering[g];
    }
    whitened_free(&white);
    return VAHO_OK;
}
