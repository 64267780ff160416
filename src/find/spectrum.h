/* spectrum.h - the spectrum of a plume that a person looks at, and what might stand behind it */
#ifndef VAHO_FIND_SPECTRUM_H
#define VAHO_FIND_SPECTRUM_H

#include "find/footprint.h"
#include "find/measure.h"

/*
 * Fills the plume's wavelengths, excess, fit and the fits of its alternatives.  'amount' are the
 * amounts that each of the measuring's gases would have alone, ppm.m; the plume's own is mean_ppmm.
 * VAHO_NO_MEMORY: what was allocated is the plume's.
 */
enum vaho_status vaho_spectrum_keep(struct vaho_plume *out, const struct vaho_measuring *measuring,
                                    const struct vaho_footprint_sums *sums, size_t gas,
                                    const double *amount, struct vaho_error *error);

#endif
