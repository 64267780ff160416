/*
 * evidence_match.c - what every gas explains of a candidate's own evidence
 */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"

enum vaho_status vaho_evidence_match(double *match, double *product,
                                     const struct vaho_evidence *evidence,
                                     const struct vaho_candidate *candidate, const float *parts,
                                     size_t n_gases, struct vaho_error *error)
{
    size_t nb = evidence->n_bands, n_parts = evidence->n_parts;
    const struct vaho_own_background *own =
        &evidence->backgrounds
             ->own[candidate->signature * evidence->n_hypotheses + candidate->hypothesis];
    const double *cholesky = own->cholesky[candidate->scale];
    const float *y = evidence->kept.y + (candidate->kept - 1) * nb;
    const float *sum = evidence->kept.sum + (candidate->kept - 1) * n_parts;
    double *w = vaho_alloc((n_gases + 1) * nb, sizeof *w), *white = w + n_gases * nb;

    if (w == NULL)
        return vaho_fail_memory(error, "a plume's gases");
    for (size_t b = 0; b < nb; b++)
        white[b] = (double)y[b];
    for (size_t g = 0; g < n_gases; g++) {
        const float *p = parts + g * (n_parts + 1) * nb;
        for (size_t k = 0; k <= n_parts; k++) { /* the slope goes with the first part's sum */
            double factor = k < n_parts ? (double)sum[k] : own->d * (double)sum[0];
            for (size_t b = 0; b < nb; b++)
                w[g * nb + b] += factor * (double)p[k * nb + b];
        }
    }
    for (size_t g = 0; g <= n_gases; g++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, cholesky,
                    (int)nb, w + g * nb, 1);
    for (size_t g = 0; g < n_gases; g++) {
        match[g] = cblas_ddot((int)nb, w + g * nb, 1, white, 1);
        for (size_t h = 0; h < n_gases; h++)
            product[g * n_gases + h] = cblas_ddot((int)nb, w + g * nb, 1, w + h * nb, 1);
    }
    free(w);
    return VAHO_OK;
}
