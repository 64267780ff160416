/*
 * fix.h - a place on the ground with its uncertainty, and what two such places have in common
 *
 * A fix is a Gaussian in the plane that touches the ellipsoid (WGS 84) at its mean.
 * Places are held as Earth-centred vectors, so that neither the antimeridian nor a
 * pole is anything special; the axes of the plane are east and north there.  Two
 * fixes are compared in the plane of the first; the second's covariance is turned by
 * the angle between their meridians.  For distances d the plane is off by d^3 / 6 R^2:
 * a hundredth of a millimetre at a kilometre.  Heights are left out, which makes
 * distances too short by height / R: 5 cm in 100 m on a mountain of 3 km.
 *
 * Units: degrees, metres, m2.  Covariances are {east-east, east-north, north-north}.
 */
#ifndef VAHO_TRACK_FIX_H
#define VAHO_TRACK_FIX_H

#include <stddef.h>

struct vaho_fix {
    double xyz[3];
    double covariance_m2[3];
};

/* The covariance must be positive definite. */
struct vaho_fix vaho_fix_at(double longitude_deg, double latitude_deg,
                            const double covariance_m2[3]);
void vaho_fix_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_fix *fix);

/*
 * ln N(offset; 0, C_a + C_b): the log of the density (1/m2) with which two measurements of one
 * place differ by this offset.  Symmetric, up to rounding.
 */
double vaho_fix_ln_same(const struct vaho_fix *a, const struct vaho_fix *b);

/* Both together, weighted by their precision: C = (C_a^-1 + C_b^-1)^-1. */
struct vaho_fix vaho_fix_join(const struct vaho_fix *a, const struct vaho_fix *b);

/* The other way: 'whole' without 'part', which was joined into it. */
struct vaho_fix vaho_fix_without(const struct vaho_fix *whole, const struct vaho_fix *part);

/* One standard deviation along the direction in which it is largest. */
double vaho_fix_largest_sigma_m(const double covariance_m2[3]);

/*
 * Places of equal probability over the fix, for integrals: VAHO_FIX_SPREAD of them, eight rings
 * (radii at the middle of each eighth of the probability, -2 ln(1 - p) = d^2) of sixteen.
 */
enum {
    VAHO_FIX_RINGS = 8,
    VAHO_FIX_SPOKES = 16,
    VAHO_FIX_SPREAD = VAHO_FIX_RINGS * VAHO_FIX_SPOKES
};
void vaho_fix_spread(double longitude_deg[VAHO_FIX_SPREAD], double latitude_deg[VAHO_FIX_SPREAD],
                     const struct vaho_fix *fix);

#endif
