#include "spectra/decoys.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const double STRETCH[] = {1.0, 0.85, 1.2};
enum { N_STRETCHES = sizeof STRETCH / sizeof STRETCH[0] };
/* Largest whitened cosine with a library gas, and between decoys; both given up step by
 * step when the bands do not offer enough. */
static const double MAX_COSINE[] = {0.7, 0.7, 0.8}, MAX_ALIKE[] = {0.85, 0.97, 0.97};
enum { N_ROUNDS = sizeof MAX_COSINE / sizeof MAX_COSINE[0] };

struct trial {
    double mismatch; /* |log| of its whitened gain against the real one's */
    size_t shift, stretch;
};

/* alpha at a fractional band, folded at both ends. */
static double folded(const float *alpha, size_t n, double at)
{
    double period = 2.0 * (double)(n - 1), x = fmod(at, period);
    size_t i;

    if (x < 0.0)
        x += period;
    if (x > (double)(n - 1))
        x = period - x;
    i = (size_t)x;
    if (i + 1 >= n)
        return (double)alpha[n - 1];
    return (double)alpha[i] + (x - (double)i) * ((double)alpha[i + 1] - (double)alpha[i]);
}

static void render(float *out, const float *alpha, size_t n_bands, const struct trial *trial)
{
    for (size_t b = 0; b < n_bands; b++)
        out[b] = (float)folded(alpha, n_bands,
                               STRETCH[trial->stretch] * (double)b + (double)trial->shift);
}

/* w = L^-1 (d v), unit length; returns |w| / |d v|, 0 for an empty signature. */
static double whiten(double *w, const float *absorption, const struct vaho_decoy_metric *metric)
{
    size_t n = metric->n_bands;
    double plain, norm;

    for (size_t b = 0; b < n; b++)
        w[b] = (double)absorption[b] * (double)metric->profile[b];
    plain = cblas_dnrm2((int)n, w, 1);
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)n, metric->cholesky,
                (int)n, w, 1);
    norm = cblas_dnrm2((int)n, w, 1);
    if (!(plain > 0.0) || !(norm > 0.0))
        return 0.0;
    cblas_dscal((int)n, 1.0 / norm, w, 1);
    return norm / plain;
}

static int by_mismatch(const void *left, const void *right)
{
    const struct trial *a = left, *b = right;

    if (a->mismatch != b->mismatch)
        return a->mismatch < b->mismatch ? -1 : 1;
    if (a->shift != b->shift)
        return a->shift < b->shift ? -1 : 1;
    return (a->stretch > b->stretch) - (a->stretch < b->stretch);
}

/* Largest |cosine| of unit vector w with n others. */
static double closest(const double *w, const double *others, size_t n, size_t n_bands)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(cblas_ddot((int)n_bands, w, 1, others + i * n_bands, 1)));
    return most;
}

enum vaho_status vaho_decoys_make(float *out, size_t *n_made, size_t n, const float *library,
                                  size_t n_gases, size_t gas,
                                  const struct vaho_decoy_metric *metric, struct vaho_error *error)
{
    size_t nb = metric->n_bands, n_trials = 0, most = 2 * (nb - 1) * N_STRETCHES, made = 0;
    double *gases = vaho_alloc(n_gases * nb, sizeof *gases),
           *taken = vaho_alloc(n * nb, sizeof *taken);
    double *w = vaho_alloc(nb, sizeof *w), gain = 0.0;
    float *rendered = vaho_alloc(nb, sizeof *rendered);
    struct trial *trial = vaho_alloc(most, sizeof *trial);
    unsigned char *used = vaho_alloc(most, 1);
    enum vaho_status status = VAHO_OK;

    *n_made = 0;
    if (!gases || !taken || !w || !rendered || !trial || !used) {
        status = vaho_fail_memory(error, "decoys");
        goto fail;
    }
    for (size_t i = 0; i < n_gases; i++) {
        double g = whiten(gases + i * nb, library + i * nb, metric);
        gain = i == gas ? g : gain;
    }
    for (size_t i = 0; gain > 0.0 && i < most; i++) {
        struct trial *t = &trial[n_trials];
        double g;
        t->shift = i / N_STRETCHES;
        t->stretch = i % N_STRETCHES;
        render(rendered, library + gas * nb, nb, t);
        g = whiten(w, rendered, metric);
        if (g > 0.0) {
            t->mismatch = fabs(log(g / gain));
            n_trials++;
        }
    }
    qsort(trial, n_trials, sizeof *trial, by_mismatch);
    for (size_t round = 0; round < N_ROUNDS; round++)
        for (size_t i = 0; i < n_trials && made < n; i++) {
            if (used[i])
                continue;
            render(rendered, library + gas * nb, nb, &trial[i]);
            whiten(w, rendered, metric);
            if (closest(w, gases, n_gases, nb) > MAX_COSINE[round] ||
                closest(w, taken, made, nb) > MAX_ALIKE[round])
                continue;
            used[i] = 1;
            memcpy(taken + made * nb, w, nb * sizeof *w);
            memcpy(out + made * nb, rendered, nb * sizeof *rendered);
            made++;
        }
    *n_made = made;
fail:
    free(gases);
    free(taken);
    free(w);
    free(rendered);
    free(trial);
    free(used);
    return status;
}
