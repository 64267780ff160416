/*
 * geotiff.h - a map of one gas as a cloud-optimised GeoTIFF
 *
 * float32, nodata NaN, tiled, with overviews (averages) where it is larger than
 * a tile; the band carries its unit and description, the file its flight, time,
 * version and whether it is an exercise.  An affine grid is written as it is,
 * rotation included; places known as an array become ground control points.
 */
#ifndef VAHO_FORMAT_GEOTIFF_H
#define VAHO_FORMAT_GEOTIFF_H

#include <stddef.h>

#include "format/product.h"
#include "vaho/georeference.h"
#include "vaho/status.h"

struct vaho_raster {
    const float *value; /* n_lines x n_samples, NaN: no value; borrowed */
    size_t n_lines, n_samples;
    const char *unit;        /* "ppm.m"; "" for none */
    const char *description; /* "ammonia, column density" */
};

/*
 * The file is whole or the old one.  VAHO_USAGE: a size is 0 or beyond what a
 * GeoTIFF counts.  VAHO_BAD_INPUT: it cannot be written.  VAHO_FAULT: GDAL
 * failed, the message says why.  VAHO_NO_MEMORY.  All name 'path'.
 */
enum vaho_status vaho_geotiff_write(const char *path, const struct vaho_raster *raster,
                                    const struct vaho_georeference *georeference,
                                    const struct vaho_product *product, struct vaho_error *error);

#endif
