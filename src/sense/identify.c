#include "sense/identify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Signatures and the linear model are this far off, as a share: see identify.h. */
static const double SIGNATURE_ERROR = 0.1;

struct problem {
    size_t n_gases, n_bands, n_named;
    const double *product, *match;
    struct vaho_subset *subset;
    size_t n, capacity;
};

/* Least squares of a subset from the normal equations; 0 when an amount is negative or it is
 * singular. */
static int fit(struct vaho_subset *out, const struct problem *p, const size_t *gas, size_t n)
{
    double a[VAHO_MAX_SUBSET][VAHO_MAX_SUBSET + 1], most = 0.0;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            a[i][j] = p->product[gas[i] * p->n_gases + gas[j]];
        a[i][n] = p->match[gas[i]];
    }
    for (size_t i = 0; i < n; i++) { /* positive definite: no pivoting needed */
        if (!(a[i][i] > 1e-6 * p->product[gas[i] * p->n_gases + gas[i]]))
            return 0;
        for (size_t r = 0; r < n; r++) {
            double factor = a[r][i] / a[i][i];
            if (r != i)
                for (size_t c = i; c <= n; c++)
                    a[r][c] -= factor * a[i][c];
        }
    }
    *out = (struct vaho_subset){.leading = VAHO_NO_LEADING};
    for (size_t i = 0; i < n; i++) {
        double amount = a[i][n] / a[i][i];
        if (!(amount > 0.0))
            return 0;
        out->explained += amount * p->match[gas[i]];
        double power = amount * amount * p->product[gas[i] * p->n_gases + gas[i]];
        if (power > most) {
            most = power;
            out->leading = gas[i] < p->n_named ? gas[i] : VAHO_NO_LEADING;
        }
    }
    return 1;
}

static void consider(struct problem *p, const size_t *gas, size_t n)
{
    struct vaho_subset *subset = &p->subset[p->n];

    if (p->n < p->capacity && fit(subset, p, gas, n)) {
        subset->n = n;
        memcpy(subset->gas, gas, n * sizeof *gas);
        p->n++;
    }
}

/* All singles, all pairs, and triples that extend the best pair. */
static void consider_all(struct problem *p)
{
    size_t n_pairs_from;
    const struct vaho_subset *best = NULL;

    for (size_t i = 0; i < p->n_gases; i++)
        consider(p, &i, 1);
    n_pairs_from = p->n;
    for (size_t i = 0; i < p->n_gases; i++)
        for (size_t j = i + 1; j < p->n_gases; j++)
            consider(p, (size_t[]){i, j}, 2);
    for (size_t i = n_pairs_from; i < p->n; i++)
        if (best == NULL || p->subset[i].explained > best->explained)
            best = &p->subset[i];
    if (best == NULL)
        return;
    struct vaho_subset pair = *best;
    for (size_t i = 0; i < p->n_gases; i++)
        if (i != pair.gas[0] && i != pair.gas[1])
            consider(p, (size_t[]){pair.gas[0], pair.gas[1], i}, 3);
}

/* Returns s^2. */
static double weigh_subsets(struct vaho_identification *out, struct problem *p, double spread,
                            size_t n_named)
{
    double most = 0.0, scale, best = 0.0, total = 0.0, penalty = log((double)p->n_bands);

    for (size_t i = 0; i < p->n; i++)
        most = fmax(most, p->subset[i].explained);
    scale = fmax(spread * spread, SIGNATURE_ERROR * SIGNATURE_ERROR * most);
    for (size_t i = 0; i < p->n; i++) {
        struct vaho_subset *subset = &p->subset[i];
        subset->bic = penalty * (double)subset->n - subset->explained / scale;
        best = fmin(best, subset->bic);
    }
    for (size_t i = 0; i < p->n; i++) {
        double weight = exp(-0.5 * (p->subset[i].bic - best));
        p->subset[i].probability = weight;
        total += weight;
        for (size_t k = 0; k < p->subset[i].n; k++)
            if (p->subset[i].gas[k] < n_named)
                out[p->subset[i].gas[k]].probability += weight;
    }
    for (size_t g = 0; g < n_named; g++)
        out[g].probability = total > 0.0 ? out[g].probability / total : 0.0;
    for (size_t i = 0; i < p->n; i++)
        p->subset[i].probability /= total;
    return scale;
}

/* Singles were tried first, and so on: the one that was tried earlier comes first. */
static int most_probable_first(const void *left, const void *right)
{
    const struct vaho_subset *a = left, *b = right;

    if (a->probability != b->probability)
        return a->probability > b->probability ? -1 : 1;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t k = 0; k < a->n; k++)
        if (a->gas[k] != b->gas[k])
            return a->gas[k] < b->gas[k] ? -1 : 1;
    return 0;
}

enum vaho_status vaho_identify(struct vaho_identification *out, const double *match,
                               const double *product, double spread, size_t n_bands, size_t n_gases,
                               size_t n_named, struct vaho_error *error)
{
    return vaho_identify_explained(out, NULL, match, product, spread, n_bands, n_gases, n_named,
                                   error);
}

enum vaho_status vaho_identify_explained(struct vaho_identification *out,
                                         struct vaho_subsets *out_subsets, const double *match,
                                         const double *product, double spread, size_t n_bands,
                                         size_t n_gases, size_t n_named, struct vaho_error *error)
{
    double scale;
    struct problem p = {.n_gases = n_gases,
                        .n_bands = n_bands,
                        .n_named = n_named,
                        .product = product,
                        .match = match,
                        .capacity = 2 * n_gases + n_gases * n_gases / 2};

    p.subset = vaho_alloc(p.capacity, sizeof *p.subset);
    if (p.subset == NULL)
        return vaho_fail_memory(error, "the identification");
    for (size_t g = 0; g < n_named; g++) {
        double power = product[g * n_gases + g];
        out[g] = (struct vaho_identification){0.0, power > 0.0 ? match[g] / power : 0.0,
                                              power > 0.0 ? spread / sqrt(power) : INFINITY};
    }
    consider_all(&p);
    scale = weigh_subsets(out, &p, spread, n_named);
    if (out_subsets != NULL) {
        qsort(p.subset, p.n, sizeof *p.subset, most_probable_first);
        *out_subsets = (struct vaho_subsets){scale, p.n, p.subset};
        p.subset = NULL;
    }
    free(p.subset);
    return VAHO_OK;
}

void vaho_identify_instead(double *out, const struct vaho_subsets *subsets, size_t named,
                           size_t n_named)
{
    memset(out, 0, n_named * sizeof *out);
    for (size_t i = 0; i < subsets->n; i++) {
        const struct vaho_subset *subset = &subsets->subset[i];
        int has = 0;
        for (size_t k = 0; k < subset->n; k++)
            has |= subset->gas[k] == named;
        if (!has && subset->leading != VAHO_NO_LEADING)
            out[subset->leading] += subset->probability;
    }
}
