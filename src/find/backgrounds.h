/*
 * backgrounds.h - the background as each gas sees it
 *
 * What a gas would change in pixel i is, with contrast.h's parts, s_i = sum_k q_ik p_k (q_0 = 1,
 * p_0 at one ground-minus-air d).  Its best approximation by one spectrum is
 *
 *     s_i ~ w_i v,   w_i = sum_k u_k q_ik,   v = sum_k u_k p_k,
 *
 * u the leading eigenvector of the Gram matrix p_k'p_l: over the scene q has unit variance, so
 * this is the leading component of s.  Every pixel counts by the gas's own contrast in the gas's
 * own bands.  Residuals weighted by w and gathered at a scale (kernel k, scales.h),
 *
 *     Y = sum_i k_i w_i z_i / sqrt(sum_i k_i^2 w_i^2),
 *
 * hold white noise alike at every place, gas and scale, and clutter as this very weight and this
 * very scale bring it up: so each gas, d and scale has its own second moment of Y.  (With one
 * moment for all, evidence of empty ground has tails beyond 15 sigma; with its own, 5.)
 *
 * While no plume is known (no 'ground' is given) a strong one hides behind its own share of C: of a
 * plume on a twentieth of the places no evidence exceeds sqrt(20).  That scales the filter but
 * does not turn it (Sherman and Morrison 1950), so the robust spread of the gas's evidence over the
 * places, if less than C says, puts it right.
 *
 * Few places are independent at a coarse scale.  In the metric of the finest one, C_1 = L L', noise
 * has unit eigenvalues, so what the sample scatters about one is taken for one and what stands out
 * is a spike, debiased (Donoho, Gavish and Johnstone 2018, doi 10.1214/17-AOS1601, for the loss of
 * the inverse): with g = bands / places and l = (x + 1 - g + sqrt((x + 1 - g)^2 - 4 x)) / 2,
 *
 *     x <= (1 + sqrt g)^2:  1;    else  l / (c + l (1 - c)),  c = (1 - g/(l-1)^2) / (1 + g/(l-1)).
 */
#ifndef VAHO_FIND_BACKGROUNDS_H
#define VAHO_FIND_BACKGROUNDS_H

#include <stddef.h>

#include "base/pool.h"
#include "find/evidence.h"
#include "find/plume_ground.h"
#include "find/scales.h"

/* One gas under one hypothesis. */
struct vaho_own_background {
    double d;
    float factor[VAHO_N_PARTS];      /* u: w = factor[0] + sum factor[k] q_k */
    double *moment[VAHO_N_SCALES];   /* of Y, n_bands x n_bands, lower triangle */
    double *cholesky[VAHO_N_SCALES]; /* lower factor of the shrunk moment; NULL: too few places */
    float *whitener[VAHO_N_SCALES];  /* the same in single precision */
    double spread[VAHO_N_SCALES];    /* of the gas's evidence, of what C says: 1, or see below */
};

struct vaho_backgrounds {
    size_t n_gases, n_hypotheses, n_bands, n_parts;
    struct vaho_own_background *own; /* n_gases x n_hypotheses */
    size_t n_pixels;                 /* valid ones that were learned from */
};

/*
 * 'parts' are those of the n_gases (vaho_contrast_parts()); 'ground' as in strip.h.
 * VAHO_SINGULAR: the bands do not vary independently.
 */
enum vaho_status vaho_backgrounds_learn(struct vaho_backgrounds **out,
                                        const struct vaho_scene *scene,
                                        const struct vaho_plume_ground *ground, const float *parts,
                                        size_t n_gases, struct vaho_pool *pool,
                                        struct vaho_error *error);
void vaho_backgrounds_free(struct vaho_backgrounds *backgrounds); /* NULL is fine */

/* v of a signature with such parts in the eyes of one gas: n_bands. */
void vaho_own_shape(double *out, const struct vaho_own_background *own, const float *parts,
                    size_t n_parts, size_t n_bands);

/* The eigenvalue to put in place of x, found with g = dimensions / samples. */
double vaho_shrunk_eigenvalue(double x, double g);

#endif
