/*
 * layers.h - flights, known sources and territories as rows for a map
 *
 * Each function hands the properties of one row after the other to 'take', which takes them over
 * and returns 0 to stop.  "geometry" among them is GeoJSON or null.
 */
#ifndef VAHO_SERVE_LAYERS_H
#define VAHO_SERVE_LAYERS_H

#include <jansson.h>
#include <math.h>

#include "casebook/database.h"

struct vaho_layer_query {
    double box[4];     /* west, south, east, north */
    double flown_s[2]; /* -+INFINITY: also of an unknown time */
    int64_t id;        /* 0: any */
    int64_t limit, offset;
};
#define VAHO_LAYER_ALL                                                                             \
    {                                                                                              \
        {-180, -90, 180, 90}, {-INFINITY, INFINITY}, 0, 100000, 0                                  \
    }

typedef int vaho_take_properties(void *context, json_t *properties);

/* A flight's geometry is the convex hull of the tiles it searched. */
enum vaho_status vaho_flights_json(struct vaho_casebook *casebook,
                                   const struct vaho_layer_query *query, vaho_take_properties *take,
                                   void *context, struct vaho_error *error);
enum vaho_status vaho_known_json(struct vaho_casebook *casebook,
                                 const struct vaho_layer_query *query, vaho_take_properties *take,
                                 void *context, struct vaho_error *error);
enum vaho_status vaho_territories_json(struct vaho_casebook *casebook, vaho_take_properties *take,
                                       void *context, struct vaho_error *error);

/* The convex hull of n points (longitude, latitude), which are put into another order, as a GeoJSON
 * Polygon; NULL: fewer than three that are not in line. */
json_t *vaho_hull_json(double (*point)[2], size_t n);

#endif
