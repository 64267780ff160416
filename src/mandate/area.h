/*
 * area.h - a piece of the Earth's surface with a border
 *
 * From a GeoJSON Polygon or MultiPolygon (RFC 7946), holes included.  An edge is
 * a straight line in longitude and latitude, as that standard says.  What is
 * refused rather than guessed at:
 *   - rings that are not closed, cross themselves or each other, holes outside
 *     their polygon, parts that overlap or share an edge (GEOS judges);
 *   - an edge that spans more than 180 degrees of longitude: it could go either
 *     way round.  Across the antimeridian let longitudes run on (179, 181), or cut
 *     the area at 180 into two polygons as RFC 7946 advises: the cut is joined
 *     again here and is no border;
 *   - more than 180 degrees of longitude in all;
 *   - latitudes beyond 89 degrees: an area that reaches or holds a pole has no
 *     border in longitude and latitude that could be told from the map's edge.
 *
 * Threads: immutable once made; any number of readers.
 */
#ifndef VAHO_MANDATE_AREA_H
#define VAHO_MANDATE_AREA_H

#include <jansson.h>
#include <stddef.h>

#include "vaho/status.h"

enum { VAHO_AREA_MAX_POSITIONS = 100000 };

struct vaho_area;

/* 'what' names the area in messages.  VAHO_BAD_INPUT (says what is wrong and where),
 * VAHO_NO_MEMORY. */
enum vaho_status vaho_area_new(struct vaho_area **out, const json_t *geometry, const char *what,
                               struct vaho_error *error);
void vaho_area_free(struct vaho_area *area); /* NULL is fine */

/* west, south, east, north, degrees; longitudes may run past 180. */
void vaho_area_bounds(double out[4], const struct vaho_area *area);

enum vaho_side {
    VAHO_SIDE_OUTSIDE = -1, /* all of the disc is outside */
    VAHO_SIDE_BORDER = 0,   /* the border passes through the disc, or it is not known */
    VAHO_SIDE_INSIDE = 1    /* all of the disc is inside */
};

/*
 * On which side of the border 'n' discs lie: centre (degrees), radius (metres).
 * A centre or radius that is not finite is on the border.  Points close to each
 * other are quick: edges far from all of them are passed over together.
 * Distances are underestimated by at most 1.5 %, never overestimated, for radii
 * up to 100 km; larger ones count as the border.
 */
void vaho_area_sides(signed char *out, const struct vaho_area *area, const double *longitude_deg,
                     const double *latitude_deg, const double *radius_m, size_t n);

#endif
