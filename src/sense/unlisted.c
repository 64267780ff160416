#include "sense/unlisted.h"

#include <math.h>

/* Of the energy explained: what a gas of the library itself leaves, see unlisted.h. */
static const double SIGNATURE_SHARE = 0.15;

/* ln W / Z. */
static double log_odds_of_shape(const struct vaho_subsets *subsets, size_t n_named,
                                const struct vaho_unlisted *u)
{
    const struct vaho_subset *best = &subsets->subset[0];
    double log_z = -0.5 * best->bic - log(best->probability);
    double penalty = log((double)u->n_bands), most = 0.0, sum = 0.0;

    for (size_t d = 0; d < u->n_decoys; d++)
        most = fmax(most, u->explained[d]);
    for (size_t d = 0; d < u->n_decoys; d++)
        sum += u->explained[d] > 0.0 ? exp(0.5 * (u->explained[d] - most) / subsets->scale) : 0.0;
    return log(VAHO_UNLISTED_PRIOR * (double)n_named / (double)u->n_decoys * sum) +
           0.5 * (most / subsets->scale - penalty) - log_z;
}

double vaho_unlisted_left(const struct vaho_subsets *subsets, const struct vaho_unlisted *u)
{
    const struct vaho_subset *best = subsets->subset;

    return subsets->n > 0 ? (u->chi2 - best->explained) / (double)(u->n_bands - best->n) : NAN;
}

/* ln prior B. */
static double log_odds_of_rest(const struct vaho_subsets *subsets, const struct vaho_unlisted *u)
{
    const struct vaho_subset *best = &subsets->subset[0];
    double dof = (double)(u->n_bands - best->n);
    double excess = fmax(vaho_unlisted_left(subsets, u) - 1.0, 0.0);
    /* chi^2 / dof scatters by sqrt(2 / dof); the mean of a normal's positive part is 0.4 of it */
    double empty = fmax(u->empty_excess, sqrt(2.0 / dof) / sqrt(2.0 * M_PI));
    double named = empty + SIGNATURE_SHARE * best->explained / dof;
    double unlisted = empty + best->explained / dof;

    return log(VAHO_UNLISTED_PRIOR * excess * named) - 2.0 * log(unlisted) +
           excess * (1.0 / named - 1.0 / unlisted);
}

static double one_minus_probability(double log_odds)
{
    return 1.0 / (1.0 + exp(log_odds));
}

double vaho_unlisted_weigh(struct vaho_identification *id, struct vaho_subsets *subsets,
                           size_t n_named, const struct vaho_unlisted *u)
{
    double listed = 1.0;

    if (subsets->n == 0) /* nothing of the library goes the plume's way */
        listed = 0.0;
    if (subsets->n > 0 && u->n_decoys > 0)
        listed *= one_minus_probability(log_odds_of_shape(subsets, n_named, u));
    if (subsets->n > 0 && isfinite(u->chi2))
        listed *= one_minus_probability(log_odds_of_rest(subsets, u));
    for (size_t i = 0; i < subsets->n; i++)
        subsets->subset[i].probability *= listed;
    for (size_t g = 0; g < n_named; g++)
        id[g].probability *= listed;
    return 1.0 - listed;
}

double vaho_unlisted_none(const struct vaho_subsets *subsets)
{
    double named = 0.0;

    for (size_t i = 0; i < subsets->n; i++)
        named += subsets->subset[i].leading != VAHO_NO_LEADING ? subsets->subset[i].probability : 0;
    return fmin(fmax(1.0 - named, 0.0), 1.0);
}
