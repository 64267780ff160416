/*
 * raster.h - heights on a grid: terrain models and geoids
 *
 * Nodes are the centres of the file's pixels; between four nodes a height is
 * bilinear.  (column, row) are counted in nodes, 0 at the first.
 */
#ifndef VAHO_PLACE_RASTER_H
#define VAHO_PLACE_RASTER_H

#include <stddef.h>

#include "vaho/georeference.h"
#include "vaho/status.h"

struct place_raster {
    size_t n_rows, n_columns;     /* two or more each */
    float *height_m;              /* n_rows x n_columns; NaN: unknown; owned */
    double affine[6];             /* GDAL's geotransform */
    int geographic;               /* x and y are degrees */
    int wraps;                    /* goes round the Earth: the column after the last is the first */
    double low_m, high_m;         /* of what is known */
    char *crs_wkt;                /* horizontal; owned */
    enum vaho_height_datum datum; /* what the file's own vertical system says, or UNKNOWN */
};

/*
 * Reads the first band by GDAL, with the drivers of cubes and ENVI.
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT (no raster, no coordinate system, heights not in
 * metres, more than 2^28 nodes, none known), VAHO_NO_MEMORY.  On error *out is empty.
 */
enum vaho_status place_raster_read(struct place_raster *out, const char *path,
                                   struct vaho_error *error);
void place_raster_free(struct place_raster *raster); /* all zero is fine */

/* From the system's coordinates to nodes; degrees are taken to the raster's own turn. */
void place_raster_node(double *out_column, double *out_row, const struct place_raster *raster,
                       double x, double y);

/* NaN outside the nodes or where one of the four is unknown. */
double place_raster_height(const struct place_raster *raster, double column, double row);
/* ... and its slopes, metres a node; 0 where unknown. */
int place_raster_slopes(double *out_column, double *out_row, const struct place_raster *raster,
                        double column, double row);

/* --- rays ----------------------------------------------------------------------- */

/* A stretch of a ray seen from the raster: column, row and height above what the raster's
 * heights are above, polynomials of u from 0 to 1. */
struct place_path {
    double column[5], row[5], height_m[5];
};

/* From the values at u = 0, 1/4, 1/2, 3/4 and 1. */
void place_path_fit(double out[5], const double value[5]);
double place_path_at(const double coefficient[5], double u);

enum place_cast {
    PLACE_CAST_HIT = 0,
    PLACE_CAST_ABOVE,  /* stays above the ground for the whole stretch */
    PLACE_CAST_BELOW,  /* begins below it */
    PLACE_CAST_OUTSIDE /* leaves the known nodes before it meets the ground */
};

/* The first meeting with the ground. *out_u is set for a hit. */
enum place_cast place_raster_cast(double *out_u, const struct place_raster *raster,
                                  const struct place_path *path);
/* The same for level ground. */
enum place_cast place_level_cast(double *out_u, double height_m, const struct place_path *path);

#endif
