/*
 * curve.h - a spectrum as points, and its mean over a band of a sensor
 */
#ifndef VAHO_EXERCISE_CURVE_H
#define VAHO_EXERCISE_CURVE_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_curve {
    size_t n;      /* 0: there is none */
    double *um;    /* strictly ascending; owned */
    double *value; /* owned */
};

/* Room for n points; n is what may be filled, out->n is 0.  VAHO_NO_MEMORY. */
enum vaho_status vaho_curve_new(struct vaho_curve *out, size_t n, struct vaho_error *error);
void vaho_curve_free(struct vaho_curve *curve); /* all zero is fine */

/*
 * Averaged over a Gaussian response of that full width at half maximum, each point by the width it
 * stands for; where the points are farther apart than half of that width, the straight line between
 * the two beside the centre.  'otherwise' where the centre is outside the points.
 */
double vaho_curve_in_band(const struct vaho_curve *curve, double centre_um, double fwhm_um,
                          double otherwise);

#endif
