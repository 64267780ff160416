/*
 * coverage_geojson.h - coverage.geojson: what a flight could have seen (RFC 7946)
 *
 * A FeatureCollection with the foreign members "flight" and "steepness", one feature a tile in
 * raster order.  Geometry: the tile's outline, null where the place of a corner is unknown.
 * Properties: pixel_bbox, valid, limit_ppmm and, where rates are known, limit_kg_h, both objects
 * of gas: number or null.  Documented in docs/formats-products.md.
 */
#ifndef VAHO_FORMAT_COVERAGE_GEOJSON_H
#define VAHO_FORMAT_COVERAGE_GEOJSON_H

#include "find/coverage.h"
#include "format/product.h"
#include "vaho/library.h"
#include "vaho/place.h"

/* name[coverage->n_gases].  The file is whole or the old one.  VAHO_BAD_INPUT: it cannot be
 * written.  VAHO_NO_MEMORY. */
enum vaho_status vaho_coverage_geojson_write(const char *path, const struct vaho_coverage *coverage,
                                             const char (*name)[VAHO_NAME_NBYTES],
                                             const struct vaho_place *place,
                                             const struct vaho_product *product,
                                             struct vaho_error *error);

#endif
