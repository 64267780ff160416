/*
 * amounts.h - how much gas is in the plumes of a cube, and how sure that is
 *
 * Every plume's pixels are solved (amount.h) against the black-body line A of the air
 * (contrast.h), A(d) = mean - U_0 - d S.  What decides about an error of the amount is d, how
 * much warmer the ground is than the air: amounts are in proportion to one over the contrast.
 * So d is not settled once but believed in, by Bayes over a grid:
 *
 *     plume's own   log p_i(d) = -D_i(d) / (2 s^2 30) - R_i(d) / (2 3).  R_i: neighbours have
 *                   the same c whatever ground they are over, and with the wrong d they do
 *                   not (amounts_field.h).  D_i: -2 log-likelihood of single pixels, what no c
 *                   undoes; s^2 is the background's.  Each pixel is in its neighbours' R, hence
 *                   3; D leans towards warm ground and counts little, enough to tell d where a
 *                   plume is so strong that A itself shows.
 *     common        p(d) ~ N(prior) prod_i integral p_i(d') N(d' - d; E) dd'   over strong plumes
 *     for a plume   p(d') ~ p_i(d') integral N(d' - d; E) p_others(d) dd'
 *
 * with E the error of the black-body line in the bands of one gas against those of another.
 *
 * mu, what a column shows on average, follows the pixel's coordinates in the scene's patterns
 * (columns.h), and a plume moves these: it is that of the ground under the plume, found in turn
 * with c.  Else the curvature takes part of a strong plume for the scene's own.
 *
 * Once d is settled the pixels are solved, those around the footprint too, and footprint and mean
 * are found anew (amounts_extent.h).
 *
 * The standard deviation of a plume's mean column has five parts, added in squares:
 *     noise    from independent pixels, times how much more the ground strays: the same
 *              footprint laid on other places of the cube, where no plume is
 *     uneven   some pixels count more than others (amounts_extent.h)
 *     air      half the change of the mean between d - sigma_d and d + sigma_d
 *     model    0.05 of the mean: what is left on test scenes when d is right and noise little, from
 *              the shape of the black-body line, the ground's, and a footprint chosen by its own
 *              pixels (docs/science.md, section 6)
 * and that of a pixel two: its own noise and air.  Not in it: the library's own error.
 */
#ifndef VAHO_FIND_AMOUNTS_H
#define VAHO_FIND_AMOUNTS_H

#include <stddef.h>

#include "find/maps.h"
#include "find/measure.h"
#include "vaho/plume.h"
#include "vaho/status.h"

enum {
    VAHO_AMOUNT_EVERY = 5, /* values of d from one that is tried to the next */
    VAHO_AMOUNT_GRID = 16 * VAHO_AMOUNT_EVERY + 1,
    VAHO_AMOUNT_TURNS = 6
};

/* How the amount of one plume came about. */
struct vaho_amount_trail {
    size_t n_d; /* 1 in reflected light */
    double d[VAHO_AMOUNT_GRID], log_likelihood[VAHO_AMOUNT_GRID], belief[VAHO_AMOUNT_GRID];
    double d_mean, d_sigma;      /* of the belief */
    double offset, pixel_spread; /* measured where no plume is */
    double clutter;              /* noise of a footprint over that of independent pixels */
    size_t n_elsewhere;          /* places the footprint was laid on */
    double step_ppmm[VAHO_AMOUNT_TURNS + 1]; /* the mean of all that is solved, at first and after
                                                each turn */
    double reach_px;                         /* of the kernel the footprint was drawn with */
    double noise_ppmm, uneven_ppmm, air_ppmm, model_ppmm; /* parts of sigma */
};

/* What the amounts of one cube are measured with. */
struct vaho_amounts {
    const struct vaho_measuring *measuring;
    const double *absorption, *variety; /* n_gases x n_bands, see amount.h */
    double prior_d, prior_sigma;        /* of ground minus air, K; sigma 0: known */
    int settled;                        /* 1: the measuring's hypothesis is near the truth */
    struct vaho_maps *maps;             /* ppmm and sigma are set in the footprints */
    struct vaho_pool *pool;             /* pixels are shared out over it */
};

/*
 * For n plumes with footprints: gas[i] is the number of the gas, strong[i] whether it may tell
 * the air's temperature, claim[i] its ground.  Sets mean_ppmm, sigma_ppmm, peak_ppmm and the
 * maps at their pixels and close around, and trail[i].  Reads the lines of the footprints.
 * VAHO_NO_MEMORY and what reading returns.
 */
enum vaho_status vaho_amounts_measure(struct vaho_plume *plume, struct vaho_amount_trail *trail,
                                      const size_t *gas, const unsigned *claim,
                                      const unsigned char *strong, size_t n,
                                      const struct vaho_amounts *amounts, struct vaho_error *error);

#endif
