/*
 * placement.h - giving a cube another place than its own file says
 */
#ifndef VAHO_CUBE_PLACEMENT_H
#define VAHO_CUBE_PLACEMENT_H

#include "cube/format.h"

/* One entry a pixel of the cube, as in a georeference of kind ARRAY; all owned. */
struct cube_placement {
    double *longitude_deg, *latitude_deg;
    float *height_m; /* or NULL */
    enum vaho_height_datum height_datum;
    float *variance_m2; /* four a pixel, or NULL */
};

void cube_placement_free(struct cube_placement *placement); /* all zero is fine */

/* The arrays become the source's and are its georeference from now on; empties 'placement'. */
void cube_place(struct vaho_source *source, struct cube_placement *placement);

/*
 * Turns coordinates of a system ('crs_wkt'), x to the east first, into degrees WGS 84,
 * in place; what has no such place becomes NaN.  'name' is what messages call them.
 * VAHO_BAD_INPUT: the system is not understood; VAHO_NO_MEMORY.
 */
enum vaho_status cube_to_degrees(double *x, double *y, size_t n, const char *crs_wkt,
                                 const char *name, struct vaho_error *error);

#endif
