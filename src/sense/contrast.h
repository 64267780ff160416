/*
 * contrast.h - how strongly a gas would show at each pixel, and with what spectral shape
 *
 * A weak column c (ppm.m) of a gas with absorption alpha changes a pixel by
 *
 *     dL = -c alpha v (a + b t)
 *
 * with v the scene's profile (per band), t the pixel's own contrast variable
 * and (a, b) a hypothesis shared by the scene:
 *
 *   thermal    dL = -c tau alpha [L_s - B(T_air)]  (DESIGN of the three layers).
 *              tau [L_s - B(T_air)] ~ v (T - T_air), where T is the brightness
 *              temperature in the window, v = dL/dT regressed over the scene, so
 *              that the air between ground and sensor is in it.  t = T - mean T,
 *              b = 1 and a = mean T - T_air, which nobody tells us: a few
 *              hypotheses stand for it, from air colder to air warmer than the
 *              ground, unless the air temperature is given.
 *   solar      dL = -c alpha L: v is the mean spectrum, t the pixel's brightness
 *              relative to it, a = 0, b = 1.
 *
 * A pixel without contrast (a + b t = 0) says nothing and carries no weight.
 */
#ifndef VAHO_SENSE_CONTRAST_H
#define VAHO_SENSE_CONTRAST_H

#include <stddef.h>

#include "sense/columns.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum { VAHO_MAX_HYPOTHESES = 8 };

enum vaho_regime { VAHO_REGIME_THERMAL = 0, VAHO_REGIME_SOLAR };

struct vaho_contrast {
    enum vaho_regime regime;
    size_t n_bands;
    float *profile; /* v, n_bands; owned */
    /* thermal */
    size_t n_window;
    size_t *window;      /* indices of the window's bands; owned */
    double window_um;    /* their mean wavelength */
    double to_si;        /* factor that makes W m-2 sr-1 um-1 of the cube's values */
    double mean_t, sigma_t; /* of T (K) over the scene, or of t (solar) */
    size_t n_hypotheses;
    double a[VAHO_MAX_HYPOTHESES], b[VAHO_MAX_HYPOTHESES];
};

/* Spectral radiance of a black body, W m-2 sr-1 um-1, and its inverse (K). */
double vaho_planck(double wavelength_um, double temperature_k);
double vaho_brightness_temperature(double wavelength_um, double radiance);

/*
 * 'wavelength_um' are those of the columns' bands.  air_temperature_k may be
 * NaN.  VAHO_BAD_INPUT: thermal values that are no radiance of anything between
 * 200 and 400 K in any usual unit.
 */
enum vaho_status vaho_contrast_learn(struct vaho_contrast **out, const double *wavelength_um,
                                     const struct vaho_columns *columns,
                                     const struct vaho_cube_info *info, double air_temperature_k,
                                     struct vaho_error *error);
void vaho_contrast_free(struct vaho_contrast *contrast); /* NULL is fine */

/* Leaves only hypothesis h. */
void vaho_contrast_settle(struct vaho_contrast *contrast, size_t h);

/* t of one line: x is n_bands x n_samples as recorded (repaired); 0 where not valid. */
void vaho_contrast_line(float *t, const struct vaho_contrast *contrast, const float *x,
                        const unsigned char *valid, size_t n_samples);

#endif
