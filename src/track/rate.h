/* rate.h - the mean emission of a site over its passes, against passes that went wrong */
#ifndef VAHO_TRACK_RATE_H
#define VAHO_TRACK_RATE_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_rate_mean {
    double mean, sigma; /* NaN: no pass has a rate */
    double scatter;     /* standard deviation from pass to pass beyond the stated errors */
    size_t n;
};

/*
 * Of n rates with their standard deviations; those that are not finite are left out.  Huber's
 * mean (1964, doi 10.1214/aoms/1177703732; 1.345 standard deviations), with the scatter between
 * passes estimated along by DerSimonian and Laird's moment (1986, doi
 * 10.1016/0197-2456(86)90046-2): an intermittent source's rates differ by more than their errors.
 * It is the rate while the site is seen, not the mean over time.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_rate_mean(struct vaho_rate_mean *out, const double *rate, const double *sigma,
                                size_t n, struct vaho_error *error);

#endif
