/*
 * unlisted.h - how probable it is that a plume is of a gas the library does not have
 *
 * identify.h weighs the library's gases against each other, so one of them wins however badly all
 * of them fit.  Here the gas that nobody listed has its say, in two ways.
 *
 * By its shape.  Nobody knows its spectrum, but decoys (spectra/decoys.h) are spectra as smooth as
 * a gas's that no gas of the library has, n of them, each as likely a stand-in as the next.  With
 * e_d what decoy d explains of the plume alone, and Z the sum of the subsets' weights,
 *
 *     W = prior n_named / n  sum_d exp((e_d / s^2 - ln n_bands) / 2),    P_shape = W / (Z + W).
 *
 * By what is left.  No decoy need be near the truth; but if the name is wrong the best subset
 * leaves a part of the plume unexplained.  With dof = n_bands - k, T = (chi^2 - explained) / dof
 * and x = max(T - 1, 0), which empty places of this very scene have as well, x0 in the mean:
 *
 *     named:     x exponential with mean x0 + 0.15 g,         g = explained / dof
 *     unlisted:  x Gamma of shape 2 and scale x0 + g          (none is nearly right by chance)
 *     P_left = prior B / (1 + prior B),  B the ratio of the two densities.
 *
 * 0.15: a gas of the library leaves a share of a strong plume too, for its spectrum and the linear
 * model are not exact (bench/detection's plumes of 1 to 32 times nominal: 0.02 in the median, 0.5
 * at most).  Shape 2 with that scale: a gas whose cosine with the best name is c leaves
 * (1 - c^2) / c^2 times what is explained; of 1 and more below 0.7, decoys' own bound.
 *
 * P = 1 - (1 - P_shape)(1 - P_left); subsets and gases share the rest.
 *
 * Fails: a gas nearer than that to one of the library goes by its name, and so do faint plumes,
 * whose misfit is under the noise.
 */
#ifndef VAHO_SENSE_UNLISTED_H
#define VAHO_SENSE_UNLISTED_H

#include "sense/identify.h"

/* Before anything is seen: one plume in twenty is of no gas of the library. */
#define VAHO_UNLISTED_PRIOR 0.05

struct vaho_unlisted {
    size_t n_bands, n_decoys;
    const double *explained; /* n_decoys: of chi^2, 0 by one that would have to be negative */
    double chi2;             /* of the plume, y'C^-1 y; NaN: what is left is not asked */
    double empty_excess;     /* x0; at least what noise alone comes to is taken */
};

/* T, what the most probable subset leaves of chi^2, per degree of freedom; NaN: no subset, no
 * chi^2. */
double vaho_unlisted_left(const struct vaho_subsets *subsets, const struct vaho_unlisted *unlisted);

/* P; probabilities of subsets and gases (n_named of 'id') are multiplied by 1 - P. */
double vaho_unlisted_weigh(struct vaho_identification *id, struct vaho_subsets *subsets,
                           size_t n_named, const struct vaho_unlisted *unlisted);

/* The probability that the plume is of none of the named gases: P, and the subsets of which a gas
 * that is no named one explains most.  After vaho_unlisted_weigh(). */
double vaho_unlisted_none(const struct vaho_subsets *subsets);

#endif
