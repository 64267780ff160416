/*
 * air.h - the air between the sun, the ground, the plume and a low-flying sensor
 *
 * Thermal infrared, three layers as the detector's model has them, but made from a few physical
 * terms instead of a radiative-transfer code (air.c says which), or from its tables:
 *   L = tau (t_p L_s + (1 - t_p) B(T_air)) + L_path,
 *   L_s = e B(T_ground) + (1 - e) L_sky,   t_p = exp(-sum alpha c).
 * Reflected sunlight (air_shortwave.c):
 *   L = t_p r (L_sun cos i + L_sky) + L_path,   t_p = exp(-sum alpha c (1 / mu_sun + 1)),
 * r the reflectance, i the angle between sun and the ground's normal, L_sun and L_sky with the air
 * of both ways in them, c the vertical column: light crosses a plume twice.
 * Radiance W m-2 sr-1 um-1, wavelength um, temperature K.
 */
#ifndef VAHO_EXERCISE_AIR_H
#define VAHO_EXERCISE_AIR_H

#include <stddef.h>

#include "exercise/air_table.h"
#include "exercise/sun.h"

/* Tables instead of the parametric air; any may be empty. */
struct vaho_air_tables {
    struct vaho_air_table to_sensor; /* thermal: ground to sensor, with its path radiance */
    struct vaho_air_table sky;       /* thermal: what falls on the ground */
    struct vaho_air_table vertical;  /* shortwave: the whole air once, straight up */
};

struct vaho_exercise_air {
    double temperature_k; /* at the ground, and of the plumes */
    double humidity_g_m3; /* water vapour at the ground */
    double sensor_height_m;
    const struct vaho_air_tables *tables; /* NULL: none; borrowed */
    struct vaho_exercise_sun sun;         /* for the shortwave infrared */
};

/* What the air does to one band. */
struct vaho_air_band {
    double transmittance; /* ground to sensor; shortwave: 1, it is in 'sun' and 'sky' */
    double path;          /* radiance the air adds below the sensor */
    double sky;           /* radiance that falls on the ground */
    double sun;           /* radiance of a white surface that faces the sun; thermal: 0 */
};

/* Spectral radiance of a black body; 0 for a temperature of 0. */
double vaho_exercise_planck(double wavelength_um, double temperature_k);

/* Averaged over a Gaussian response of the given full width at half maximum. */
void vaho_air_in_band(struct vaho_air_band *out, const struct vaho_exercise_air *air,
                      double centre_um, double fwhm_um);
/* The same for 1.45 to 2.5 um.  A sun below 2 degrees gives no light. */
void vaho_air_in_shortwave_band(struct vaho_air_band *out, const struct vaho_exercise_air *air,
                                double centre_um, double fwhm_um);

#endif
