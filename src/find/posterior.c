#include "find/posterior.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

/* What is known of one claim. */
struct prior {
    size_t gas;
    double plume;               /* probability */
    double weight, sum, square; /* sums of 1/sigma^2, c/sigma^2, c^2/sigma^2 */
    double n;
    double mean, variance;
};

/* Standard deviation of the estimate at a pixel; 0: unknown. */
static double sigma_at(const struct vaho_maps *maps, size_t at)
{
    double sigma = (double)maps->sigma[at];

    return isfinite(sigma) && sigma > 0.0 ? sigma : 0.0;
}

/* The claim a pixel belongs to; NULL: nobody's, or a decoy's. */
static struct prior *claim_at(struct prior *prior, const struct vaho_competition *c, size_t pixel)
{
    unsigned claim = c->claim[pixel];

    return claim == 0 || claim == VAHO_CLAIM_DECOY ? NULL : &prior[claim];
}

static void gather(struct prior *prior, const struct vaho_maps *maps,
                   const struct vaho_competition *c)
{
    size_t n = maps->n_lines * maps->n_samples;

    for (size_t i = 0; i < n; i++) {
        struct prior *p = claim_at(prior, c, i);
        size_t at;
        double sigma, w, x;
        if (p == NULL)
            continue;
        at = p->gas * n + i;
        sigma = sigma_at(maps, at);
        if (!(sigma > 0.0))
            continue;
        w = 1.0 / (sigma * sigma);
        x = (double)maps->ppmm[at];
        p->weight += w;
        p->sum += w * x;
        p->square += w * x * x;
        p->n += 1.0;
    }
}

/* mu and tau^2: the weighted scatter is 1 + tau^2 times the mean weight, in expectation. */
static void settle(struct prior *p)
{
    double scatter;

    if (!(p->weight > 0.0))
        return;
    p->mean = fmax(p->sum / p->weight, 0.0);
    scatter = (p->square - p->sum * p->sum / p->weight) / p->n;
    p->variance = fmax((scatter - 1.0) * p->n / p->weight, 0.0);
}

/* The mean of N(m, s^2) above 0. */
static double mean_above_zero(double m, double s)
{
    double a = m / s, below = 0.5 * erfc(a * M_SQRT1_2); /* 1 - Phi(a) */

    if (a < -8.0) /* far in the tail: s / |a| */
        return -s / a;
    return m + s * exp(-0.5 * a * a) / sqrt(2.0 * M_PI) / (1.0 - below);
}

static float expected(const struct prior *p, double c, double sigma)
{
    double precision, m;

    if (!(sigma > 0.0))
        return (float)(p->plume * p->mean);
    if (!(p->variance > 0.0))
        return (float)(p->plume * p->mean);
    precision = 1.0 / (sigma * sigma) + 1.0 / p->variance;
    m = (c / (sigma * sigma) + p->mean / p->variance) / precision;
    return (float)(p->plume * mean_above_zero(m, 1.0 / sqrt(precision)));
}

enum vaho_status vaho_posterior(struct vaho_maps *maps, const struct vaho_competition *competition,
                                const double *q, struct vaho_error *error)
{
    size_t n = maps->n_lines * maps->n_samples;
    struct prior *prior = vaho_alloc(competition->n + 1, sizeof *prior); /* by claim */

    if (prior == NULL)
        return vaho_fail_memory(error, "the column densities");
    for (size_t i = 0; i < competition->n; i++) {
        const struct vaho_contender *winner = &competition->winner[i];
        if (winner->decoy)
            continue;
        prior[winner->claim].gas = winner->gas;
        prior[winner->claim].plume = fmin(fmax(1.0 - q[i], 0.0), 1.0);
    }
    gather(prior, maps, competition);
    for (size_t i = 0; i <= competition->n; i++)
        settle(&prior[i]);
    for (size_t g = 0; g < maps->n_gases; g++)
        for (size_t i = 0; i < n; i++) {
            const struct prior *p = claim_at(prior, competition, i);
            float *c = &maps->ppmm[g * n + i];
            if (!isnan(*c))
                *c = p == NULL || p->gas != g ? 0.0f
                                              : expected(p, (double)*c, sigma_at(maps, g * n + i));
        }
    free(prior);
    return VAHO_OK;
}
