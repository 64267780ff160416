/*
 * air.h - the air between the ground, the plume and a low-flying sensor
 *
 * Three layers, as the detector's model has them, but made from a few physical
 * terms instead of a radiative-transfer code (air.c says which):
 *   L = tau (t_p L_s + (1 - t_p) B(T_air)) + L_path,
 *   L_s = e B(T_ground) + (1 - e) L_sky,   t_p = exp(-sum alpha c).
 * Radiance W m-2 sr-1 um-1, wavelength um, temperature K.
 */
#ifndef VAHO_EXERCISE_AIR_H
#define VAHO_EXERCISE_AIR_H

#include <stddef.h>

struct vaho_exercise_air {
    double temperature_k; /* at the ground, and of the plumes */
    double humidity_g_m3; /* water vapour at the ground */
    double sensor_height_m;
};

/* What the air does to one band. */
struct vaho_air_band {
    double transmittance; /* ground to sensor */
    double path;          /* radiance the air adds below the sensor */
    double sky;           /* radiance that falls on the ground */
};

/* Spectral radiance of a black body; 0 for a temperature of 0. */
double vaho_exercise_planck(double wavelength_um, double temperature_k);

/* Averaged over a Gaussian response of the given full width at half maximum. */
void vaho_air_in_band(struct vaho_air_band *out, const struct vaho_exercise_air *air,
                      double centre_um, double fwhm_um);

#endif
