/*
 * place.h - where on Earth a pixel of a cube lies
 *
 * Made from what the cube's file says (georeference.h).  Longitude and latitude
 * are degrees, WGS 84.  Fractional lines and samples are interpolated; whole
 * numbers are pixel centres.
 *
 * Threads: an immutable object after vaho_place_new(); any number of readers.
 */
#ifndef VAHO_PLACE_H
#define VAHO_PLACE_H

#include <stddef.h>

#include "vaho/georeference.h"
#include "vaho/progress.h"
#include "vaho/source.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vaho_place;

/*
 * 'georeference' and its arrays are borrowed and must outlive the place.
 * A georeference of kind NONE gives a place that knows nothing (vaho_place_known
 * is 0).  VAHO_BAD_INPUT: the coordinate system cannot be understood.
 */
enum vaho_status vaho_place_new(struct vaho_place **out,
                                const struct vaho_georeference *georeference, size_t n_lines,
                                size_t n_samples, struct vaho_error *error);
void vaho_place_free(struct vaho_place *place); /* NULL is fine */

int vaho_place_known(const struct vaho_place *place);

/* 1: an even grid, whose pixels are all but of one size; 0: coordinates of each pixel. */
int vaho_place_is_grid(const struct vaho_place *place);

/* 1: somebody states how well the place of the pixels is known; 0: nobody does. */
int vaho_place_states_error(const struct vaho_place *place);

/* 1 and the coordinates; 0 where nothing is known (both NaN). */
int vaho_place_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_place *place,
                      double line, double sample);

/* Ground distance between neighbouring pixel centres along and across the flight
 * line, in metres, at (line, sample); 0 where unknown (both NaN). */
int vaho_place_pixel_size_m(double *along_m, double *across_m, const struct vaho_place *place,
                            double line, double sample);

/* Height of the ground at the nearest pixel; what it is measured from is the
 * georeference's height_datum.  0 where unknown (NaN). */
int vaho_place_height_m(double *height_m, const struct vaho_place *place, double line,
                        double sample);

/*
 * How well the place of a point of the image is known: the covariance of its
 * east and north error, {east-east, east-north, north-north} in m2.  It joins
 * the error of the nearest pixel's place with the covariance of where the point lies in the
 * image, {line-line, line-sample, sample-sample} in pixels^2 (NULL: exactly there).
 * 0 where the place or its error is unknown, or that covariance is not finite (all NaN).
 */
int vaho_place_covariance(double out_m2[3], const struct vaho_place *place, double line,
                          double sample, const double covariance_px2[3]);

/*
 * Places a cube by 'geo_path': coordinates as vaho_source_place_by() takes them, or, when
 * its name ends in .json, a description of the flight's geometry: trajectory, camera,
 * mounting, times and their errors, from which every pixel's ray is followed to the
 * ground (docs/place.md).  'dem_path' is the terrain model, for a description that
 * does not name its own; else NULL.  Every file read joins info.file, what was noticed
 * info.note.  Call it before the first read and before vaho_place_new().
 *
 * VAHO_USAGE      a terrain model that is not wanted, or one that is and is not given.
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT (the message names file and member, line or byte; also
 *                 when no pixel at all gets a place), VAHO_NO_MEMORY.
 * On error the source's georeference is what it was.  'progress' may be NULL;
 * n_threads 0: as many as there are processors, with the same result.
 */
enum vaho_status vaho_place_source(struct vaho_source *source, const char *geo_path,
                                   const char *dem_path, size_t n_threads,
                                   const struct vaho_progress *progress, struct vaho_error *error);

/* One standard deviation along the direction in which it is largest, metres. */
double vaho_place_largest_sigma_m(const double covariance_m2[3]);

#ifdef __cplusplus
}
#endif
#endif
