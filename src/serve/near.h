/* near.h - known sources around a place */
#ifndef VAHO_SERVE_NEAR_H
#define VAHO_SERVE_NEAR_H

#include <jansson.h>

#include "casebook/database.h"

enum { VAHO_NEAR_M = 2000, VAHO_NEAR_MOST = 50 };

/* Those whose area begins within 2 km, nearest first: [{"name", "gases", "distance_m"}]; 0 inside.
 * '*out' is the caller's. */
enum vaho_status vaho_near_json(json_t **out, struct vaho_casebook *casebook, double longitude_deg,
                                double latitude_deg, struct vaho_error *error);

/* Metres from a place to a GeoJSON Polygon or MultiPolygon, in the plane that touches the sphere
 * there: right to a metre within some kilometres.  0 inside; INFINITY: it has no ring. */
double vaho_near_distance_m(const json_t *geometry, double longitude_deg, double latitude_deg);

#endif
