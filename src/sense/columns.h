/*
 * columns.h - what each detector column does wrong, and undoing it
 *
 * A pushbroom sensor has one detector element per band and sample.  Some are
 * dead or wild; each has a gain and an offset of its own; smile moves its
 * wavelength.  All of that repeats down the lines, so averaged over a plume it
 * does not fade like noise does.
 *
 *   repair     a dead element takes the value interpolated between the nearest
 *              live bands of the same pixel; a dead column is not valid.
 *   residual   z = x - mean_s - G_s [q] - A [q q'], q = p' (x - mean_s): the column's mean spectrum
 *              off, and what of the rest follows the scene's leading
 *              patterns (gain, drift of wavelength: x is nearly
 *              confined to the span of the leading eigenvectors p; how a column
 *              strays from it is linear in the pixel's coordinates there), and
 *              what bends with them everywhere (columns_curve.c).
 *
 * G_s is a ridge regression per column of the part of z outside span(p) on the
 * coordinates in it.
 *
 * Threads: immutable after vaho_columns_learn().
 */
#ifndef VAHO_SENSE_COLUMNS_H
#define VAHO_SENSE_COLUMNS_H

#include <stddef.h>

#include "base/pool.h"
#include "vaho/block.h"
#include "vaho/source.h"
#include "vaho/status.h"

struct vaho_columns;

struct vaho_columns_settings {
    int by_column;   /* 0: one mean for all columns, no regression */
    int as_recorded; /* 1: nothing is dead, nothing repaired: pixels as the file has them */
    size_t rank;     /* leading eigenvectors in the regression, 0: none */
    int curved;      /* 1: what goes with products of coordinates is taken out as well */
    const unsigned char
        *excluded; /* n_lines x n_samples: 1 leaves a pixel out; NULL: none; borrowed */
};

/*
 * Reads the cube twice.  'band' (n_band indices into the cube's bands) is what
 * to use; bands that carry nothing (constant, or missing in most pixels) are
 * left out, see vaho_columns_band().
 *
 * VAHO_BAD_INPUT: no usable band or no usable pixel is left (the message says
 * which).  VAHO_NO_MEMORY, and what reading returns.
 */
enum vaho_status vaho_columns_learn(struct vaho_columns **out, const struct vaho_source *source,
                                    const size_t *band, size_t n_band,
                                    const struct vaho_columns_settings *settings,
                                    struct vaho_pool *pool, struct vaho_error *error);
void vaho_columns_free(struct vaho_columns *columns); /* NULL is fine */

size_t vaho_columns_n_bands(const struct vaho_columns *columns);
size_t vaho_columns_n_samples(const struct vaho_columns *columns);
/* The cube's band numbers in use, n_bands of them. */
const size_t *vaho_columns_band(const struct vaho_columns *columns);
/* Elements repaired and columns given up, for the report. */
size_t vaho_columns_n_dead_elements(const struct vaho_columns *columns);
size_t vaho_columns_n_dead_columns(const struct vaho_columns *columns);
/* The mean spectrum of all valid pixels, n_bands. */
const float *vaho_columns_mean(const struct vaho_columns *columns);

/*
 * The scene's leading patterns: rank x n_bands, scaled so that the coordinates
 * q = p'(x - mean) of its pixels have unit variance.  Rank is what the settings
 * asked for, or less where there are few bands.
 */
size_t vaho_columns_rank(const struct vaho_columns *columns);
const float *vaho_columns_leading(const struct vaho_columns *columns);

/*
 * A sample of repaired pixels spread over the cube: spectrum (n x n_bands, as
 * recorded) and residual (n x n_bands) before the regression.
 */
size_t vaho_columns_n_sampled(const struct vaho_columns *columns);
const float *vaho_columns_sampled_spectrum(const struct vaho_columns *columns);
const float *vaho_columns_sampled_residual(const struct vaho_columns *columns);
const size_t *
vaho_columns_sampled_at(const struct vaho_columns *columns); /* sample number of each */

/* Reads lines with the bands in use and repairs them; 'block' has n_bands bands. */
enum vaho_status vaho_columns_read(struct vaho_block *block, const struct vaho_columns *columns,
                                   const struct vaho_source *source, size_t first_line,
                                   size_t n_lines, struct vaho_error *error);

/*
 * Turns a block from vaho_columns_read() into residuals, in place; invalid
 * pixels become 0.  q gets the coordinates, n_lines x rank x n_samples.
 */
void vaho_columns_residual(struct vaho_block *block, float *q, const struct vaho_columns *columns);

/* The same for one spectrum x (n_bands), repaired and valid, of the column 'sample'. */
void vaho_columns_residual_of(float *z, const float *x, size_t sample,
                              const struct vaho_columns *columns);

#endif
