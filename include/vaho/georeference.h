/*
 * georeference.h - what a cube's file says about where its pixels lie
 *
 * As recorded: an affine grid in some coordinate system, or an array of
 * longitudes and latitudes.  place.h turns it into longitude and latitude.
 * Heights never come without what they are measured from, nor an uncertainty
 * that nobody stated.
 */
#ifndef VAHO_GEOREFERENCE_H
#define VAHO_GEOREFERENCE_H

enum vaho_georeference_kind {
    VAHO_GEOREFERENCE_NONE = 0,
    VAHO_GEOREFERENCE_AFFINE,
    VAHO_GEOREFERENCE_ARRAY
};

enum vaho_height_datum {
    VAHO_HEIGHT_UNKNOWN = 0, /* the file does not say */
    VAHO_HEIGHT_ELLIPSOID,   /* above WGS 84 */
    VAHO_HEIGHT_GEOID        /* above a geoid ("mean sea level") */
};

struct vaho_georeference {
    enum vaho_georeference_kind kind;
    /*
     * AFFINE: GDAL's geotransform.  With s and l counted from the upper left
     * corner of the upper left pixel (its centre is s = l = 0.5):
     *   x = affine[0] + s * affine[1] + l * affine[2]
     *   y = affine[3] + s * affine[4] + l * affine[5]
     */
    double affine[6];
    const char *crs_wkt; /* AFFINE: coordinate system, OGC WKT; never NULL then */
    /* ARRAY: pixel centres, n_lines x n_samples, degrees WGS 84; NaN: unknown */
    const double *longitude_deg;
    const double *latitude_deg;
    const float *height_m; /* ARRAY: of the ground, n_lines x n_samples; NaN: unknown; or NULL */
    enum vaho_height_datum height_datum;
    /*
     * ARRAY: errors of each pixel's place as variances, m2, four a pixel:
     * east-east, east-north, north-north, up-up; NaN: unknown; or NULL.
     */
    const float *variance_m2;
    /* Without variances: one standard deviation of every pixel's place, each
     * horizontal axis, as whoever gives the cube states it; 0: nobody does. */
    double sigma_m;
};

#endif
