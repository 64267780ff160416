/*
 * strip.h - a run of lines as residuals, and their sums over blocks with a weight of one's own
 *
 * Every pixel has a weight w = f_0 + sum_k f_k q_k, linear in its coordinates in the scene's
 * leading patterns (contrast.h).  Layer j = 1 .. VAHO_N_LEVELS has blocks of 2^j x 2^j pixels:
 *   z       sum w z    (row, band, col): n_rows x n_bands x n_cols
 *   energy  sum w^2    (row, col)
 *   n       valid pixels
 * Blocks at the far edges may be partly filled.
 */
#ifndef VAHO_FIND_STRIP_H
#define VAHO_FIND_STRIP_H

#include <stddef.h>

#include "base/pool.h"
#include "find/evidence.h"
#include "find/plume_ground.h"
#include "find/scales.h"

struct vaho_strip {
    const struct vaho_kernels *kernels; /* the scene's */
    size_t n_bands, n_samples, rank, max_lines;
    size_t first_line, n_lines;
    float *z;             /* n_lines x n_bands x n_samples, 0 where not valid */
    float *q;             /* n_lines x rank x n_samples */
    unsigned char *valid; /* n_lines x n_samples */
};

enum vaho_status vaho_strip_new(struct vaho_strip **out, const struct vaho_scene *scene,
                                size_t max_lines, struct vaho_error *error);
void vaho_strip_free(struct vaho_strip *strip); /* NULL is fine */

/*
 * Reads lines [first_line, first_line + n_lines), shared out over the pool; first_line a multiple
 * of 2^VAHO_N_LEVELS.  'ground' (may be NULL) cleans what lies under known plumes.  Lines that the
 * strip holds from the last call are kept: a strip is read with one scene and one ground.  After an
 * error it holds nothing of use.
 */
enum vaho_status vaho_strip_read(struct vaho_strip *strip, const struct vaho_scene *scene,
                                 const struct vaho_plume_ground *ground, size_t first_line,
                                 size_t n_lines, struct vaho_pool *pool, struct vaho_error *error);

/*
 * What the coordinates come to in one place, out[n_factors]: sum k w q_k / sqrt(sum k^2 w^2), q_0 =
 * 1, with kernel number 'kernel' of a scale around block (row, col) of its level, counted from the
 * strip's first line.
 */
void vaho_strip_coordinates(float *out, const struct vaho_strip *strip, const float *factor,
                            size_t n_factors, size_t scale, size_t kernel, size_t row, size_t col);

struct vaho_place_layer {
    size_t n_rows, n_cols;
    float *z; /* NULL: weighed alone */
    float *energy, *n;
};

struct vaho_place_sums {
    struct vaho_place_layer layer[VAHO_N_LEVELS]; /* layer[j - 1] is level j */
    float *weight;                                /* of one line */
};

/* 'with_z': to be built, not only weighed. */
enum vaho_status vaho_place_sums_new(struct vaho_place_sums **out, const struct vaho_strip *strip,
                                     int with_z, struct vaho_error *error);
void vaho_place_sums_free(struct vaho_place_sums *sums); /* NULL is fine */

/* 'factor' has n_factors values: f_0, f_1 ..  Weighing fills energy and n alone. */
void vaho_place_sums_weigh(struct vaho_place_sums *sums, const struct vaho_strip *strip,
                           const float *factor, size_t n_factors);
void vaho_place_sums_build(struct vaho_place_sums *sums, const struct vaho_strip *strip,
                           const float *factor, size_t n_factors);

/* Builds sums number k = 0 .. n_parts - 1 with the weight q_k: sums with any weight are theirs by
 * its factors. */
enum vaho_status vaho_place_parts_build(struct vaho_place_sums *const *parts, size_t n_parts,
                                        const struct vaho_strip *strip, struct vaho_pool *pool,
                                        struct vaho_error *error);

/* Row 'row' of level 'level' with a weight: n_bands x n_cols. */
void vaho_place_parts_row(float *out, struct vaho_place_sums *const *parts, const float *factor,
                          size_t n_parts, const struct vaho_strip *strip, size_t level, size_t row);

/* Y of one place, sum k w z / sqrt(sum k^2 w^2), n_bands; 'weighed' has the weight's energy; the
 * place as for vaho_strip_coordinates(). */
void vaho_place_parts_spectrum(float *out, struct vaho_place_sums *const *parts,
                               const float *factor, size_t n_parts,
                               const struct vaho_place_sums *weighed, size_t n_bands, size_t scale,
                               size_t kernel, size_t row, size_t col);

#endif
