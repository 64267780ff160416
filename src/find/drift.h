/*
 * drift.h - where the wind carries plumes, in the frame of a scene's lines and samples
 */
#ifndef VAHO_FIND_DRIFT_H
#define VAHO_FIND_DRIFT_H

#include "vaho/place.h"

/* As it was told; NaN: not known. */
struct vaho_wind {
    double speed_m_s, sigma_m_s;     /* sigma unknown: a quarter of the speed */
    double from_deg, from_sigma_deg; /* from north, clockwise; sigma unknown: 15 */
};

/* The ground and the wind at one place. */
struct vaho_drift {
    double along_m, across_m; /* from line to line and from sample to sample */
    double speed_m_s, sigma_m_s;
    double to_line, to_sample; /* where it blows to, metres in the frame of lines and samples;
                                  both 0: not known */
    double to_sigma_rad;       /* of that direction */
};

/* Returns 0 where neither 'pixel_size_m' (NaN) nor the place (NULL) says how large a pixel is. */
int vaho_drift_find(struct vaho_drift *out, const struct vaho_wind *wind,
                    const struct vaho_place *place, double line, double sample,
                    double pixel_size_m);

#endif
