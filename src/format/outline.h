/*
 * outline.h - the outline of a set of pixels, as valid polygons
 *
 * Rings follow the pixels' edges.  Pixels that share an edge are one polygon;
 * pixels that only touch at a corner are two.  Every ring is simple (visits no
 * corner twice), so a hole that meets its polygon's outside at a corner is a
 * ring of its own, as the OGC's rules want it.
 */
#ifndef VAHO_FORMAT_OUTLINE_H
#define VAHO_FORMAT_OUTLINE_H

#include <stddef.h>

#include "vaho/place.h"
#include "vaho/status.h"

/* Corner (line, sample) is the upper left corner of that pixel: half a pixel before its centre. */
struct vaho_corner {
    unsigned line, sample;
};

struct vaho_ring {
    size_t polygon;  /* 0, 1, ...; rings are sorted by it */
    int hole;        /* the first ring of a polygon is its outside, the others holes */
    size_t first, n; /* corners; the closing one is not repeated */
};

struct vaho_outline {
    size_t n_polygons, n_rings, n_corners;
    struct vaho_ring *ring;     /* owned */
    struct vaho_corner *corner; /* owned */
};

/*
 * 'pixel' holds n_pixels pairs (line, sample), in any order.  Outsides run with
 * the pixels on their right on a picture with lines downwards, holes likewise.
 * VAHO_USAGE: no pixel, or an extent too large to count.  VAHO_NO_MEMORY.
 * On error *out is empty.
 */
enum vaho_status vaho_outline_trace(struct vaho_outline *out, const unsigned *pixel,
                                    size_t n_pixels, struct vaho_error *error);
void vaho_outline_free(struct vaho_outline *outline); /* an empty one is fine */

/*
 * The corners as longitude, latitude in degrees, rounded to 1e-7 (about a
 * centimetre): out has room for 2 * n_corners.  Each ring is turned, where need
 * be, to obey RFC 7946's right-hand rule (outsides anticlockwise on the map,
 * holes clockwise).  Across the antimeridian longitudes run on past 180, so that
 * a polygon stays in one piece.  Returns 0 when a corner's place is unknown.
 */
int vaho_outline_place(double *out, struct vaho_outline *outline, const struct vaho_place *place);

#endif
