/*
 * sun.h - where the sun stands, and how much light comes from it
 */
#ifndef VAHO_EXERCISE_SUN_H
#define VAHO_EXERCISE_SUN_H

struct vaho_exercise_sun {
    double east, north, up; /* towards it, length 1; 'up' is the cosine of its zenith angle */
    double distance_au;
};

/* 'at_s' counts from 1970-01-01 UTC.  Right to 0.02 degrees from 1950 to 2050; refraction is left
 * out. */
void vaho_exercise_sun_at(struct vaho_exercise_sun *out, double at_s, double longitude_deg,
                          double latitude_deg);

/* Spectral irradiance on a surface that faces the sun, outside the air, at 1 au: W m-2 um-1, 1.4 to
 * 2.6 um. */
double vaho_exercise_sun_irradiance(double wavelength_um);

#endif
