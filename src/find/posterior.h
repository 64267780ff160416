/*
 * posterior.h - the column density to expect at every pixel, given all the evidence
 *
 * One pixel's generalised least squares (maps.h) is unbiased, and mostly noise: where no
 * plume is, the best that can be said is "none", not a number as large as the noise.
 * With c that estimate and sigma its standard deviation, for the ground that
 * winner k of the competition claims with q-value q_k,
 *
 *     P(plume) = 1 - q_k,      c | plume ~ N(mu_k, tau_k^2), c >= 0,
 *
 * mu_k the mean over the claim weighted by 1 / sigma^2 and tau_k^2 what of the scatter
 * around it sigma does not explain (empirical Bayes: Efron and Morris 1973, doi
 * 10.1080/01621459.1973.10481350).  With
 *
 *     s^2 = 1 / (1 / sigma^2 + 1 / tau^2),   m = s^2 (c / sigma^2 + mu / tau^2)
 *
 * the map holds the mean of what to believe, (1 - q_k) [m + s phi(m/s) / Phi(m/s)]; on
 * ground nobody claims 0.  A pixel of a strong plume keeps its own estimate (tau >> sigma,
 * q ~ 0); one of a faint plume is drawn to the plume's mean.
 *
 * Fails: parts of a plume beyond the claim count as none; a plume nobody sees is none.
 */
#ifndef VAHO_FIND_POSTERIOR_H
#define VAHO_FIND_POSTERIOR_H

#include "find/competition.h"
#include "find/maps.h"
#include "vaho/status.h"

/* Replaces maps->ppmm; NaN stays.  q: of each of the competition's winners.  VAHO_NO_MEMORY. */
enum vaho_status vaho_posterior(struct vaho_maps *maps, const struct vaho_competition *competition,
                                const double *q, struct vaho_error *error);

#endif
