/*
 * earth.h - WGS 84: geodetic and Earth-centred coordinates, and other systems, by PROJ
 *
 * Angles are radians, heights metres above the ellipsoid, Earth-centred
 * coordinates metres.  PROJ's network access is off.
 *
 * Threads: one at a time an object.
 */
#ifndef VAHO_PLACE_EARTH_H
#define VAHO_PLACE_EARTH_H

#include "vaho/status.h"

struct place_earth;

/*
 * 'crs_wkt' is a second system, horizontal, or NULL for none.
 * VAHO_BAD_INPUT: it is not understood ('name' is what the message calls it);
 * VAHO_NO_MEMORY.
 */
enum vaho_status place_earth_new(struct place_earth **out, const char *crs_wkt, const char *name,
                                 struct vaho_error *error);
void place_earth_free(struct place_earth *earth); /* NULL is fine */

/* geodetic: longitude, latitude, height */
void place_earth_centred(double out[3], struct place_earth *earth, const double geodetic[3]);
void place_earth_geodetic(double out[3], struct place_earth *earth, const double centred[3]);
/* To the second system, x to the east first, degrees where its unit is; 0 where it has no place. */
int place_earth_project(double out[2], struct place_earth *earth, double longitude_rad,
                        double latitude_rad);

/* From axes that point north, east and down at a place to Earth-centred ones. */
void place_earth_axes(double out[9], double longitude_rad, double latitude_rad);

#endif
