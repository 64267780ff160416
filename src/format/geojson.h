/*
 * geojson.h - plumes.geojson: the plumes of a flight for any program (RFC 7946)
 *
 * A FeatureCollection; a feature a plume, in the order given, whatever its
 * q-value.  Geometry: the footprint's outline as Polygon or MultiPolygon, null
 * where the place is unknown.  Properties: properties.h; NaN is null.  A
 * foreign member "vaho" says once for all: version, flight, time, exercise,
 * mandate, q_reported.  Documented in docs/formats-products.md.
 */
#ifndef VAHO_FORMAT_GEOJSON_H
#define VAHO_FORMAT_GEOJSON_H

#include "format/product.h"
#include "vaho/place.h"
#include "vaho/plume.h"
#include "vaho/status.h"

/*
 * The file is whole or the old one.  VAHO_BAD_INPUT: it cannot be written (the
 * message names it).  VAHO_USAGE: a plume without a pixel.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_geojson_write(const char *path, const struct vaho_plumes *plumes,
                                    const struct vaho_place *place,
                                    const struct vaho_product *product, struct vaho_error *error);

#endif
