/*
 * pixel_plumes.h - plumes from the winners of pixelwise scores
 *
 * Footprint: the pixels around the peak, on ground the winner claimed and
 * connected to it, whose score is still a fair share of the peak's.
 * Amount: the mean of the estimate over it; its sigma is the robust spread of
 * the estimate over the cube divided by the root of the number of pixels.
 * Source: the peak.  Nothing else was tried, so there are no alternatives.
 */
#ifndef VAHO_FLIGHT_PIXEL_PLUMES_H
#define VAHO_FLIGHT_PIXEL_PLUMES_H

#include "find/competition.h"
#include "vaho/plume.h"
#include "vaho/status.h"

struct vaho_pixel_maps {
    const struct vaho_level_map *z;             /* a signature: standard deviations */
    const float *amount;                        /* signatures x n_lines x n_samples */
    const struct vaho_competition *competition; /* NULL: nobody competed, no plumes */
    const double *q;                            /* of each winner */
    size_t n_lines, n_samples;
    char (*name)[VAHO_NAME_NBYTES]; /* a signature */
};

/* Winners up to q_kept, without ids.  VAHO_NO_MEMORY; then *out may hold some, to be freed. */
enum vaho_status vaho_pixel_plumes(struct vaho_plumes **out, const struct vaho_pixel_maps *maps,
                                   double q_kept, struct vaho_error *error);

#endif
