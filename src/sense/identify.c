#include "sense/identify.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_SUBSET = 3 };
/* Signatures and the linear model are this far off, as a share: see identify.h. */
static const double SIGNATURE_ERROR = 0.1;

struct subset {
    size_t n, gas[MAX_SUBSET];
    double chi2;
};

struct problem {
    size_t n_gases, n_bands;
    double *gram;   /* n_gases x n_gases: w_i' w_j */
    double *match;  /* w_i' y */
    double yy;
    struct subset *subset;
    size_t n, capacity;
};

/* Least squares of a subset from the normal equations; 0 when an amount is negative or it is singular. */
static int fit(double *chi2, const struct problem *p, const size_t *gas, size_t n)
{
    double a[MAX_SUBSET][MAX_SUBSET + 1];

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            a[i][j] = p->gram[gas[i] * p->n_gases + gas[j]];
        a[i][n] = p->match[gas[i]];
    }
    for (size_t i = 0; i < n; i++) { /* positive definite: no pivoting needed */
        if (!(a[i][i] > 1e-9 * p->gram[gas[i] * p->n_gases + gas[i]]))
            return 0;
        for (size_t r = 0; r < n; r++) {
            double factor = a[r][i] / a[i][i];
            if (r != i)
                for (size_t c = i; c <= n; c++)
                    a[r][c] -= factor * a[i][c];
        }
    }
    *chi2 = p->yy;
    for (size_t i = 0; i < n; i++) {
        double amount = a[i][n] / a[i][i];
        if (!(amount > 0.0))
            return 0;
        *chi2 -= amount * p->match[gas[i]];
    }
    *chi2 = fmax(*chi2, 0.0);
    return 1;
}

static void consider(struct problem *p, const size_t *gas, size_t n)
{
    struct subset *subset = &p->subset[p->n];

    if (p->n < p->capacity && fit(&subset->chi2, p, gas, n)) {
        subset->n = n;
        memcpy(subset->gas, gas, n * sizeof *gas);
        p->n++;
    }
}

/* All singles, all pairs, and triples that extend the best pair. */
static void consider_all(struct problem *p)
{
    size_t n_pairs_from;
    const struct subset *best = NULL;

    for (size_t i = 0; i < p->n_gases; i++)
        consider(p, &i, 1);
    n_pairs_from = p->n;
    for (size_t i = 0; i < p->n_gases; i++)
        for (size_t j = i + 1; j < p->n_gases; j++)
            consider(p, (size_t[]){i, j}, 2);
    for (size_t i = n_pairs_from; i < p->n; i++)
        if (best == NULL || p->subset[i].chi2 < best->chi2)
            best = &p->subset[i];
    if (best == NULL)
        return;
    struct subset pair = *best;
    for (size_t i = 0; i < p->n_gases; i++)
        if (i != pair.gas[0] && i != pair.gas[1])
            consider(p, (size_t[]){pair.gas[0], pair.gas[1], i}, 3);
}

static void weigh_subsets(struct vaho_identification *out, struct problem *p, size_t n_named)
{
    double best_chi2 = p->yy, scale, best_bic, total = 0.0, penalty = log((double)p->n_bands);
    size_t best_n = 0;

    for (size_t i = 0; i < p->n; i++)
        if (p->subset[i].chi2 < best_chi2) {
            best_chi2 = p->subset[i].chi2;
            best_n = p->subset[i].n;
        }
    scale = fmax(1.0, best_chi2 / (double)(p->n_bands - best_n));
    scale = fmax(scale, SIGNATURE_ERROR * SIGNATURE_ERROR * p->yy);
    best_bic = p->yy / scale;
    for (size_t i = 0; i < p->n; i++) {
        struct subset *subset = &p->subset[i];
        subset->chi2 = subset->chi2 / scale + penalty * (double)subset->n; /* its BIC from here on */
        best_bic = fmin(best_bic, subset->chi2);
    }
    for (size_t i = 0; i < p->n; i++) {
        double weight = exp(-0.5 * (p->subset[i].chi2 - best_bic));
        total += weight;
        for (size_t k = 0; k < p->subset[i].n; k++)
            if (p->subset[i].gas[k] < n_named)
                out[p->subset[i].gas[k]].probability += weight;
    }
    for (size_t g = 0; g < n_named; g++)
        out[g].probability = total > 0.0 ? out[g].probability / total : 0.0;
}

enum vaho_status vaho_identify(struct vaho_identification *out, const double *y,
                               const double *cholesky, size_t n_bands, const float *signature,
                               size_t n_gases, size_t n_named, struct vaho_error *error)
{
    struct problem p = {.n_gases = n_gases, .n_bands = n_bands};
    double *w = vaho_alloc((n_gases + 1) * n_bands, sizeof *w);
    enum vaho_status status = VAHO_OK;

    p.capacity = n_gases + n_gases * n_gases / 2 + n_gases;
    p.subset = vaho_alloc(p.capacity + 1, sizeof *p.subset);
    p.gram = vaho_alloc(n_gases * n_gases, sizeof *p.gram);
    p.match = vaho_alloc(n_gases, sizeof *p.match);
    if (!w || !p.subset || !p.gram || !p.match) {
        status = vaho_fail_memory(error, "the identification");
        goto fail;
    }
    memcpy(w, y, n_bands * sizeof *w);
    for (size_t i = 0; i < n_gases * n_bands; i++)
        w[n_bands + i] = (double)signature[i];
    for (size_t i = 0; i <= n_gases; i++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)n_bands, cholesky,
                    (int)n_bands, w + i * n_bands, 1);
    p.yy = cblas_ddot((int)n_bands, w, 1, w, 1);
    for (size_t i = 0; i < n_gases; i++) {
        const double *wi = w + (i + 1) * n_bands;
        p.match[i] = cblas_ddot((int)n_bands, wi, 1, w, 1);
        for (size_t j = 0; j < n_gases; j++)
            p.gram[i * n_gases + j] = cblas_ddot((int)n_bands, wi, 1, w + (j + 1) * n_bands, 1);
    }
    memset(out, 0, n_named * sizeof *out);
    for (size_t g = 0; g < n_named; g++) {
        double power = p.gram[g * n_gases + g];
        out[g].amount = power > 0.0 ? p.match[g] / power : 0.0;
        out[g].sigma = power > 0.0 ? 1.0 / sqrt(power) : INFINITY;
    }
    consider_all(&p);
    weigh_subsets(out, &p, n_named);
fail:
    free(w);
    free(p.subset);
    free(p.gram);
    free(p.match);
    return status;
}
