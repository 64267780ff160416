/* baseline.h - the zero line of a digitised curve */
#ifndef VAHO_SPECTRA_BASELINE_H
#define VAHO_SPECTRA_BASELINE_H

#include <stddef.h>

#include "vaho/status.h"

/*
 * Subtracts the lower envelope from y[n]: what is narrower than twice
 * 'half_width' points stands out above it.  *out_largest is the envelope's
 * largest value.  y must be finite.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_baseline_subtract(double *out_largest, double *y, size_t n, size_t half_width,
                                        struct vaho_error *error);

#endif
