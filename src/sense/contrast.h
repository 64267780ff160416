/*
 * contrast.h - what a gas would change in each pixel: its own contrast, band by band
 *
 * A weak column c (ppm.m) of a gas with absorption alpha changes the radiance L
 * of a pixel by
 *
 *     dL = -c alpha (L - A)
 *
 *   thermal  dL = -c alpha tau [L_s - B(T_air)], and with L = tau L_s + L_path this
 *            is -c alpha (L - A), A = tau B(T_air) + L_path: what a black body as
 *            warm as the air would show at the sensor.  No atmosphere has to be
 *            known for A: black bodies lie on the upper edge of the scatter of
 *            each band's radiance over the window's brightness temperature T
 *            (in-scene atmospheric compensation, Young et al. 2002, doi
 *            10.1029/2001JD001266), a straight line e + s T, at first fitted by
 *            expectiles.  Band by band that edge is where the most emissive
 *            material of that band lies, above the black line in some bands and
 *            under it where no material is nearly black.  So the fifth of the
 *            pixels that are greyest (whose lowest departure from the lines over
 *            all bands is least) is taken, vegetation and water as a rule, the
 *            lines are fitted to them, the same pixels in every band, and that is
 *            repeated.
 *   solar    dL = -c alpha L: A = 0.
 *
 * The pixel's own L, free of noise, is its projection on the scene's K leading
 * patterns (columns.h), L ~ mean + sum_k q_k U_k.  So the signature of a gas in a
 * pixel is
 *
 *     s = -alpha [ U_0 + d S + sum_k q_k U_k ],     U_0 = mean - e - s T_mean
 *
 * with S = s the slope of a black body and d = T_mean - T_air (K, in the window),
 * which nobody tells us: a few hypotheses stand for it unless the air's
 * temperature is given or a strong plume settles it.  d is the only unknown, and
 * one for the whole cube and all gases.  Solar: U_0 = mean, S = 0.
 *
 * A pixel without contrast (s = 0) says nothing and carries no weight.
 *
 * The scalar w = w_0 + d + sum_k w_k q_k, T - T_air in the window (solar: relative
 * brightness), is the reference weight that background statistics are made with.
 */
#ifndef VAHO_SENSE_CONTRAST_H
#define VAHO_SENSE_CONTRAST_H

#include <stddef.h>

#include "sense/columns.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum {
    VAHO_N_PATTERNS = 3,                /* K at most */
    VAHO_N_PARTS = VAHO_N_PATTERNS + 1, /* parts of a signature: U_0 + d S, U_1 .. U_K */
    VAHO_MAX_HYPOTHESES = 6
};

enum vaho_regime { VAHO_REGIME_THERMAL = 0, VAHO_REGIME_SOLAR };

struct vaho_contrast {
    enum vaho_regime regime;
    size_t n_bands;
    size_t n_parts;              /* K + 1 */
    float *part;                 /* n_parts x n_bands: U_0 (at d = 0), U_1 .. U_K; owned */
    float *slope;                /* S, n_bands; owned */
    double weight[VAHO_N_PARTS]; /* w_0 .. w_K */
    double mean_t;               /* K; thermal: of the window over the scene */
    size_t n_hypotheses;
    double d[VAHO_MAX_HYPOTHESES];
    double d_reference; /* for background statistics */
};

/* The regime of a cube whose middle band is there. */
enum vaho_regime vaho_regime_of(double wavelength_um);

/* Spectral radiance of a black body, W m-2 sr-1 um-1, and its inverse (K). */
double vaho_planck(double wavelength_um, double temperature_k);
double vaho_brightness_temperature(double wavelength_um, double radiance);

/*
 * 'wavelength_um' are those of the columns' bands.  air_temperature_k may be
 * NaN.  VAHO_BAD_INPUT: thermal values that are no radiance of anything between
 * 220 and 360 K in any usual unit.
 */
enum vaho_status vaho_contrast_learn(struct vaho_contrast **out, const double *wavelength_um,
                                     const struct vaho_columns *columns,
                                     const struct vaho_cube_info *info, double air_temperature_k,
                                     struct vaho_error *error);
void vaho_contrast_free(struct vaho_contrast *contrast); /* NULL is fine */

/* Leaves the value d (the middle hypothesis), and one to each side as uncertain as it is. */
void vaho_contrast_settle(struct vaho_contrast *contrast, double d);
/* Leaves the middle hypothesis alone: enough to find what is strong. */
void vaho_contrast_assume(struct vaho_contrast *contrast);

/*
 * The parts of a gas's signature: n_parts + 1 rows of n_bands, -alpha U_0,
 * -alpha U_1 .. -alpha U_K, -alpha S.
 */
void vaho_contrast_parts(float *out, const struct vaho_contrast *contrast, const float *absorption);

#endif
