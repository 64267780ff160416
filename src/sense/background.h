/*
 * background.h - mean and covariance of the ground, of the whole cube or by column
 *
 *     C = sum_i (x_i - mu)(x_i - mu)' / (n - 1),        or, about zero, R = sum_i x_i x_i' / n
 *
 * Shrinkage.  With few pixels for the bands C is noisy and its inverse worse.
 * In coordinates in which a target T is the unit matrix, S = L_T^-1 C L_T^-T, it
 * is drawn to the multiple of T nearest to it by the oracle-approximating weight
 * (Chen, Wiesel, Eldar and Hero 2010, doi 10.1109/TSP.2010.2053029), p bands:
 *
 *     S*  = (1 - rho) S + rho (tr S / p) I
 *     rho = min(1, ((1 - 2/p) tr S^2 + tr^2 S) / ((n + 1 - 2/p)(tr S^2 - tr^2 S / p)))
 *
 * T is the bands' own variances for the whole cube, so that units do not matter;
 * for a column it is the cube's covariance within columns, itself shrunk like
 * that.  As T is positive definite and rho > 0, so is C* = L_T S* L_T'; a column
 * without pixels has T and the scene's mean.
 *
 * Memory: n_groups x n_bands^2 doubles, by column more than a short cube.
 * Threads: immutable once learned.
 */
#ifndef VAHO_SENSE_BACKGROUND_H
#define VAHO_SENSE_BACKGROUND_H

#include <stddef.h>

#include "base/pool.h"
#include "sense/strips.h"
#include "vaho/status.h"

struct vaho_background {
    size_t n_bands;
    size_t n_groups;    /* 1, or one a column */
    double *mean;       /* n_groups x n_bands; 0 about zero; owned */
    double *cholesky;   /* n_groups x n_bands x n_bands: lower factors, row major; owned */
    double *scene_mean; /* n_bands, of all pixels (0 about zero); owned */
    const double *scene_cholesky; /* of T by column, else the cube's own */
    double *target;               /* T's factor by column; owned, NULL otherwise */
};

struct vaho_background_settings {
    int about_zero; /* 1: the correlation matrix R, for CEM */
    int shrink;     /* 0: C as it is, by column shrunk all the same */
};

/*
 * Reads the cube twice, once about zero.
 * VAHO_SINGULAR  too few pixels for the bands, or bands that follow from others
 *                (without shrinkage only); the message says how many.
 * VAHO_NO_MEMORY, and what reading returns.  On error *out is NULL.
 */
enum vaho_status vaho_background_learn(struct vaho_background **out,
                                       const struct vaho_strips *strips,
                                       const struct vaho_background_settings *settings,
                                       struct vaho_pool *pool, struct vaho_error *error);
void vaho_background_free(struct vaho_background *background); /* NULL is fine */

/* rho for the symmetric p x p matrix S from n independent pixels; 1 for S = 0. */
double vaho_background_shrinkage(const double *s, size_t p, double n);

#endif
