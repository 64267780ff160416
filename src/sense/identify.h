/*
 * identify.h - which gases explain a spectrum, and how probable each is
 *
 * The mean spectrum Y of a plume (contrast-weighted, unit pixel noise) is fitted
 * by generalised least squares, Y = sum_g p_g x_g + error with covariance C, for
 * every subset of up to three gases (with non-negative x), and the subsets are
 * weighed by the Bayesian information criterion (Schwarz 1978)
 *
 *     BIC = chi^2 / s^2 + k ln n_bands,   P(subset) ~ exp(-BIC / 2),
 *
 * where s^2 = max(1, chi^2 / (n_bands - k) of the best fit, (0.1 |Y|)^2) keeps a
 * strong plume, whose misfit is the signature's own error (a tenth, spectral
 * resolution and saturation included) and not noise, from being certain of too
 * much.  A gas's probability is the sum over the subsets it is in.
 */
#ifndef VAHO_SENSE_IDENTIFY_H
#define VAHO_SENSE_IDENTIFY_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_identification {
    double probability; /* that the gas is in the plume */
    double amount;      /* x_g of the gas alone, and its standard deviation */
    double sigma;
};

/*
 * signature: n_gases x n_bands, in the units of Y per unit of x.  Gases from
 * n_named on are of the air itself: they may join any fit but get no entry.
 * out has n_named entries.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_identify(struct vaho_identification *out, const double *y,
                               const double *cholesky, size_t n_bands, const float *signature,
                               size_t n_gases, size_t n_named, struct vaho_error *error);

#endif
