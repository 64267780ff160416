/* robust.h - medians: location and spread that a few wild values cannot move */
#ifndef VAHO_SENSE_ROBUST_H
#define VAHO_SENSE_ROBUST_H

#include <stddef.h>

/* The median of value[n], which is reordered; the mean of the middle two for even n; n > 0. */
float vaho_median(float *value, size_t n);

/*
 * The standard deviation a Gaussian of the same interquartile range would have
 * (range / 1.349); value[n] is reordered; n > 0.
 */
float vaho_robust_sigma(float *value, size_t n);

#endif
