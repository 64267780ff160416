/*
 * source_point.h - where a plume begins
 *
 * A plume is narrow at its source and widens downwind, so
 * wedges are laid over the map of one gas - every place around the footprint as
 * source, every direction, two spreads, two ways of thinning out:
 *
 *     m(s, v) = a(s) exp(-v^2 / 2 w(s)^2),  w(s) = 0.9 + gamma s   (s along, v across)
 *     a(s) = exp(-s / L)  or  1 / w(s)      (losses; a steady plume, column mass kept)
 *
 * and the one that matches best is taken, by the matched filter in space,
 * T = sum(y m) / sqrt(sum(g m^2)), with y and g of maps.h: pixels without
 * contrast count for nothing, so gaps in a plume do not move its beginning.
 * Where the wind's direction is known, a wedge that opens at an angle d from it
 * is so much less likely beforehand:
 *
 *     p(d) = (1 - e) exp(-d^2 / 2 s^2) + e,  s^2 = the wind's sigma^2 + (10 degrees)^2
 *
 * (plumes meander; e = 0.02, for winds that are not what was said), and sources are tried up to 40
 * pixels upwind of the footprint: where nothing has contrast near its source, a plume shows far
 * from it.  That is rare, so each such source is a tenth as likely beforehand as one near by.
 */
#ifndef VAHO_FIND_SOURCE_POINT_H
#define VAHO_FIND_SOURCE_POINT_H

#include "find/competition.h"
#include "find/drift.h"
#include "find/maps.h"
#include "vaho/plume.h"
#include "vaho/status.h"

struct vaho_wedges; /* the shapes, laid out once for all plumes; immutable */

enum vaho_status vaho_wedges_new(struct vaho_wedges **out, struct vaho_error *error);
void vaho_wedges_free(struct vaho_wedges *wedges); /* NULL is fine */

/*
 * Sets source_line, source_sample and source_sigma_px of a plume with footprint
 * and bbox, from the maps of 'gas'; ground claimed by others than 'claim' is not
 * looked at.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_source_point(struct vaho_plume *plume, const struct vaho_wedges *wedges,
                                   const struct vaho_drift *drift, const struct vaho_maps *maps,
                                   size_t gas, const struct vaho_competition *competition,
                                   unsigned claim, struct vaho_error *error);

/* The likeliest wedge at the source. */
struct vaho_source_evidence {
    double t;                        /* T */
    double along_line, along_sample; /* where it opens to, a unit vector in pixels */
    double spread;                   /* gamma */
    double length_px;                /* L; 0: thins out as it widens */
    double opposite_t;               /* the best T of wedges that open the other way */
};

/* Of a plume with a source, from the maps that gave it. */
enum vaho_status vaho_source_explain(struct vaho_source_evidence *out,
                                     const struct vaho_plume *plume,
                                     const struct vaho_wedges *wedges,
                                     const struct vaho_drift *drift, const struct vaho_maps *maps,
                                     size_t gas, const struct vaho_competition *competition,
                                     unsigned claim, struct vaho_error *error);

#endif
