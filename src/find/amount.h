/*
 * amount.h - the column density of one gas in pixels: the exponential solved, not linearised
 *
 * A plume of column density c over ground of radiance L_0 (as it would arrive without the
 * plume) shows
 *
 *     L = t L_0 + (1 - t) A,      so      L_0(c) = A + (L - A) / t(c)
 *
 * with A the radiance of a black body as warm as the air (contrast.h; 0 in reflected
 * light).  Undoing the plume must leave ground such as the scene has around it, so c is
 * where
 *
 *     f' P f - 2 o c,     f = L_0(c) - mu,     P = C^-1
 *
 * is least: mu is what the column shows on average, and o stands for the Jacobian of
 * L -> L_0 (sum of alpha for a Gaussian background whose covariance is C) and is measured
 * on ground without a plume.  The contrast L - A is the pixel's own, in every band;
 * Gauss-Newton steps with J = dL_0/dc = a (L_0 - A):
 *
 *     c += (o - J' P f) / (J' P J)
 *
 * Transmittance of a band.  A band averages over lines, and the average of exp(-k c) is not
 * exp(-average of k c): strong narrow lines saturate first.  With the distribution of the
 * absorption k inside the band taken for a gamma distribution of its own mean alpha and
 * variance alpha theta, both from the library's spectrum at its own resolution,
 *
 *     -ln t(c) = alpha ln(1 + theta c) / theta,        a(c) = alpha / (1 + theta c),
 *
 * the exact average for that distribution and exact to second order in c for any other.
 * For theta -> 0, and for c < 0 (noise), alpha c.
 *
 * Noise.  Undoing a plume multiplies the sensor's noise by 1/t with the ground, so
 *
 *     C(c) = C + N (1/t(c)^2 - 1) + E^2 (1/t(c) - 1)^2,      N = 1 / diag(C^-1),
 *
 * N the variance of a band given all others, standing for its noise, and E the error of A,
 * which undoing multiplies by 1 - 1/t.  P is tabulated at a few c (struct vaho_amount_levels).  A
 * saturated band then says nothing instead of everything, and the misfit is f' P f + ln |C(c)| -
 * 2 sum(-ln t).  J has the noise that f has, so J' P f is sum(a(c)) on average at the true c
 * however deep that is, and o goes with it: with less, what is deep comes out too shallow, by o
 * sigma_c^2.
 *
 * Clutter is not Gaussian: a roof of rare material is far off in any direction and must not
 * count like a pixel of common ground.  With e = f' P f over n bands, a pixel with e > n has
 * the weight and the log-likelihood of a multivariate t distribution, NU degrees of freedom
 * (Manolakis and Shaw 2002, doi 10.1109/79.974724, for its use on such backgrounds).
 */
#ifndef VAHO_FIND_AMOUNT_H
#define VAHO_FIND_AMOUNT_H

#include <stddef.h>

#include "vaho/status.h"

enum { VAHO_AMOUNT_LEVELS = 12 };

/* P of one gas at several column densities. */
struct vaho_amount_levels {
    size_t n_bands;
    double ppmm[VAHO_AMOUNT_LEVELS];         /* ascending, the first 0 */
    double log_volume[VAHO_AMOUNT_LEVELS];   /* ln |C(c)| - ln |C| */
    double offset_share[VAHO_AMOUNT_LEVELS]; /* sum of a(c) over that of alpha: o follows it */
    double *precision;                       /* VAHO_AMOUNT_LEVELS x n_bands x n_bands; owned */
};

/* 'cholesky' is the lower factor of C, row major; 'air_error' is E (n_bands).  VAHO_NO_MEMORY. */
enum vaho_status vaho_amount_levels_make(struct vaho_amount_levels *out, const double *cholesky,
                                         const double *absorption, const double *variety,
                                         const double *air_error, size_t n_bands,
                                         struct vaho_error *error);
void vaho_amount_levels_free(struct vaho_amount_levels *levels);

struct vaho_amount_model { /* of one gas over one background; all borrowed */
    size_t n_bands;
    const struct vaho_amount_levels *levels;
    const double *absorption; /* alpha, 1/(ppm.m) */
    const double *variety;    /* theta, 1/(ppm.m) */
    const double *air;        /* A */
    double offset;            /* o */
};

struct vaho_amount {
    double ppmm;
    double weight; /* J'PJ times the pixel's own: 1 / variance of ppmm, before the spread */
    double misfit; /* -2 log-likelihood up to a constant, offset included */
};

/* -ln t of a band, and its slope a(c). */
double vaho_amount_depth(double *slope, double absorption, double variety, double ppmm);

/*
 * radiance and expected (mu): n x n_bands.  Starts from out[i].ppmm and takes n_steps steps.
 * Where the plume may be saturated the least misfit need not be the nearest: with 'everywhere'
 * deeper starts are tried as well, and the best is kept.  A solution deeper than 1 must fit better
 * than one linear step does.
 * A pixel without contrast has weight 0 and keeps its start.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_amount_solve(struct vaho_amount *out, const float *radiance,
                                   const float *expected, size_t n,
                                   const struct vaho_amount_model *model, size_t n_steps,
                                   int everywhere, struct vaho_error *error);

/*
 * The ground under the plume as far as it shows: L_0(c), drawn towards mu where undoing the plume
 * leaves noise, by 1 / (1 + (1/t^2 - 1) noise_share), noise_share the share of a band's variance
 * that is noise.
 */
void vaho_amount_ground(float *out, const float *radiance, const float *expected, double ppmm,
                        const struct vaho_amount_model *model, const double *noise_share);

/*
 * What pixels say together: n amounts with the background's spread, as a mean over pixels
 * that differ by themselves (random effects; DerSimonian and Laird 1986, doi
 * 10.1016/0197-2456(86)90046-2; tau is never under half the mean, as in strong plumes),
 *
 *     mean = sum(u c) / sum(u),   u = 1 / (tau^2 + spread^2 / weight),
 *
 * so a strong plume's mean is the plain one over its pixels, not one over those with most
 * contrast, and a weak plume's the one with least noise.  'white' is the standard deviation
 * of the noise in it for independent pixels.
 */
struct vaho_amount_mean {
    double ppmm, white;
};
void vaho_amount_mean(struct vaho_amount_mean *out, const struct vaho_amount *amount, size_t n,
                      double spread);

#endif
