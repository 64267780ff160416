/*
 * geopackage.h - plumes.gpkg: the plumes as map layers that QGIS opens ready to look at
 *
 * Layer 'plumes' (footprints, MultiPolygon) and layer 'sources' (points), both
 * WGS 84 with the properties of properties.h as fields (arrays as JSON text),
 * and the table 'layer_styles' with a QML style each, which QGIS takes as the
 * default: a colour a gas, the q-value in the label, plumes above the reported
 * q-value pale.  A plume whose place is unknown has no geometry.
 */
#ifndef VAHO_FORMAT_GEOPACKAGE_H
#define VAHO_FORMAT_GEOPACKAGE_H

#include "base/text.h"
#include "format/palette.h"
#include "format/product.h"
#include "vaho/place.h"
#include "vaho/plume.h"
#include "vaho/status.h"

/* The file is whole or the old one.  As vaho_geojson_write(), and VAHO_FAULT: GDAL failed. */
enum vaho_status vaho_geopackage_write(const char *path, const struct vaho_plumes *plumes,
                                       const struct vaho_place *place,
                                       const struct vaho_product *product,
                                       struct vaho_error *error);

/* Appends the QML style of a layer: of footprints, or of points. */
void vaho_geopackage_style(struct vaho_text *out, int points, const struct vaho_palette *palette,
                           double q_reported);

#endif
