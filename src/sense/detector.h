/*
 * detector.h - scores of signatures against a background, pixel by pixel
 *
 * With d = t - mu the direction to a target t (a gas changes every pixel the same
 * way: there d is given as it is), C the covariance and R the
 * correlation matrix about zero (background.h), a = d' C^-1 (x - mu),
 * g = d' C^-1 d and e = (x - mu)' C^-1 (x - mu):
 *
 *     VAHO_SCORE_MF        a / g                           matched filter: abundance
 *     VAHO_SCORE_ACE       sign(a) a^2 / (g e)             adaptive cosine, signed
 *     VAHO_SCORE_CEM       t' R^-1 x / (t' R^-1 t)         constrained energy: abundance
 *     VAHO_SCORE_RX        e                               anomaly (Reed and Yu 1990)
 *     VAHO_SCORE_TEMPERED  a / sqrt(g) sqrt(2 p / (p + e))
 *
 * The last is the generalised likelihood ratio for a target added to a ground
 * with t-distributed tails (EC-GLRT: Theiler and Foy, IGARSS 2008):
 * a monotone function of a^2 / (g (nu - 2 + e)).  nu = infinity is the matched
 * filter, nu = 2 ACE; nu - 2 = p bands lies between, where an ordinary pixel
 * (e ~ p) keeps its matched-filter evidence in standard deviations and a strange
 * one is toned down.
 *
 * Threads: one detector for all workers of a pool, each with its own scratch.
 */
#ifndef VAHO_SENSE_DETECTOR_H
#define VAHO_SENSE_DETECTOR_H

#include <stddef.h>

#include "sense/background.h"
#include "sense/strips.h"
#include "vaho/status.h"

enum vaho_score {
    VAHO_SCORE_MF = 0,
    VAHO_SCORE_ACE,
    VAHO_SCORE_CEM,
    VAHO_SCORE_RX,
    VAHO_SCORE_TEMPERED
};

struct vaho_targets {
    size_t n;            /* 0 for RX */
    const double *value; /* n x n_bands */
    int additive;        /* 1: directions d, 0: targets t */
};

struct vaho_detector;

/*
 * Copies the targets, borrows the background: for CEM one about zero, for the
 * others about the mean.
 * VAHO_NO_MEMORY.  On error *out is NULL.
 */
enum vaho_status vaho_detector_new(struct vaho_detector **out, enum vaho_score kind,
                                   const struct vaho_background *background,
                                   const struct vaho_targets *targets, size_t n_workers,
                                   struct vaho_error *error);
void vaho_detector_free(struct vaho_detector *detector); /* NULL is fine */

/*
 * score[j * stride + strip->at[i]] for target j and pixel i; the same of estimate
 * (may be NULL), a / g: how much of the target.  RX: one score, no estimate.
 * A target that is the mean itself scores 0.  The strip's pixels are overwritten.
 */
void vaho_detector_score(float *score, float *estimate, size_t stride,
                         struct vaho_detector *detector, const struct vaho_strip *strip);

#endif
