/*
 * source.h - a cube, read in blocks; a recording is just another sensor
 *
 * A source opens one flight line, tells its shape, wavelengths and place, and
 * hands out its lines as blocks.  It never needs the whole cube in memory.
 *
 * Threads: after open, vaho_source_read() may be called from several threads
 * at once, each with its own block; a format whose library cannot do that
 * takes a lock of its own.
 */
#ifndef VAHO_SOURCE_H
#define VAHO_SOURCE_H

#include <stddef.h>

#include "vaho/block.h"
#include "vaho/georeference.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vaho_quantity { VAHO_QUANTITY_UNKNOWN = 0, VAHO_QUANTITY_RADIANCE, VAHO_QUANTITY_REFLECTANCE };

struct vaho_cube_info {
    const char *path;   /* as given to open */
    const char *format; /* "ENVI", "GeoTIFF", "netCDF", ... for a person */
    size_t n_lines, n_bands, n_samples;
    const double *wavelength_um; /* n_bands, in the file's band order, or NULL */
    const double *fwhm_um;       /* n_bands, or NULL when the file does not say */
    const unsigned char *good;   /* n_bands; 0: the file's bad-band list says bad */
    enum vaho_quantity quantity;
    int units_known;           /* 1: blocks are in W m-2 sr-1 um-1 or a fraction */
    const char *units;         /* as the file spells them, "" if it does not */
    const char *acquired;      /* ISO 8601 UTC, "" if the file does not say */
    const double *line_time_s; /* n_lines: seconds of UTC since 1970 (leap seconds not counted) at
                                * which each was recorded; NULL: not known line by line */
    const char *sensor;        /* as the file names it, "" if it does not */
    const struct vaho_georeference *georeference; /* never NULL; kind may be NONE */
    size_t n_files;                               /* the files this cube was read from ... */
    const char *const *file;                      /* ... data first, then headers */
    int exercise;                                 /* 1: the file says it is simulated */
    size_t n_notes;                               /* what was noticed and worked around ... */
    const char *const *note;                      /* ... one sentence each */
};

struct vaho_source;

/*
 * Opens the cube at 'path' with the first format that recognises it.
 *
 * VAHO_NOT_FOUND  there is no such file, or its header is missing.
 * VAHO_BAD_INPUT  the file is cut short, contradicts its header, has sizes
 *                 beyond reason, or no format recognises it; the message names
 *                 the file and the key or the byte.
 * VAHO_NO_MEMORY
 * On error *out is NULL.  Missing wavelengths are not an error here: whoever
 * needs them says so.
 */
enum vaho_status vaho_source_open(struct vaho_source **out, const char *path,
                                  struct vaho_error *error);

/* Valid until vaho_source_free(). */
const struct vaho_cube_info *vaho_source_info(const struct vaho_source *source);

/*
 * Places the cube by another file instead of its own georeference: an ENVI IGM
 * (2 or 3 bands: longitude, latitude[, height] in degrees, or easting, northing
 * with a 'coordinate system string' or 'map info' in its header), a netCDF
 * with longitudes and latitudes, or an ENVI GLT (2 bands of whole numbers with map
 * info: the sample and the line, from 1, that each cell shows; 0 none, negative
 * filled in).  The first two must have the cube's lines and samples.  Its files join
 * info.file, what was noticed info.note.  Call it before the first read.
 *
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT (another size, a cell that names no pixel of the
 * cube, or no coordinates in it), VAHO_NO_MEMORY.  On error the source's
 * georeference is what it was.  place.h's vaho_place_source() also reads
 * descriptions of a flight's geometry.
 */
enum vaho_status vaho_source_place_by(struct vaho_source *source, const char *path,
                                      struct vaho_error *error);

/*
 * Fills 'block' with lines [first_line, first_line + n_lines) and the bands
 * band[0..n_band) (indices into the cube's bands; NULL: all).  block->n_bands
 * must be n_band (or the cube's), block->n_samples the cube's, and n_lines at
 * most block->max_lines.
 *
 * VAHO_USAGE      lines or bands outside the cube, or a block of another shape.
 * VAHO_BAD_INPUT  the data could not be read (the message names the byte).
 * On error the block's n_lines is 0.
 */
enum vaho_status vaho_source_read(struct vaho_block *block, const struct vaho_source *source,
                                  size_t first_line, size_t n_lines, const size_t *band,
                                  size_t n_band, struct vaho_error *error);

/*
 * Blanks every pixel whose entry in 'permitted' (n_lines x n_samples, copied) is 0:
 * from now on each read gives it as NaN and not valid, whatever the file holds.  A
 * second call takes away further; nothing gives back.  Call it before the first read.
 * VAHO_NO_MEMORY; then the source can be read no more.
 */
enum vaho_status vaho_source_blank(struct vaho_source *source, const unsigned char *permitted,
                                   struct vaho_error *error);

/* 1: reads give what the file holds at this pixel; 0: it was blanked. */
int vaho_source_shows(const struct vaho_source *source, size_t line, size_t sample);

void vaho_source_free(struct vaho_source *source); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
