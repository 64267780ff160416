/*
 * pixel_lines.h - runs of lines as the kernels want them
 *
 * A first rough mean is taken from lines spread over the cube; all else are differences
 * from it, which float32 holds without loss of what matters.
 *
 * Lanes: [group][line][band or one][16] with group 16 neighbouring columns.  Behind the
 * bands stands 1 for a pixel that has all of them, 0 (and all differences 0) for one
 * that has not: sums of products then contain sums and numbers of pixels, and filters
 * their constants.
 */
#ifndef VAHO_SENSE_PIXEL_LINES_H
#define VAHO_SENSE_PIXEL_LINES_H

#include "sense/pixel_maps.h"
#include "vaho/block.h"

enum { VAHO_PIECE_LINES = 4 }; /* read at once by one worker */

enum vaho_stage { VAHO_STAGE_READ = 0, VAHO_STAGE_WORK, VAHO_N_OWN_STAGES };

struct vaho_lines {
    const struct vaho_pixel_request *request;
    struct vaho_pool *pool;
    size_t n_lines, n_samples, n_bands;
    size_t n_groups;           /* of 16 columns, the last one filled up */
    size_t width;              /* n_groups x 16 */
    float *shift;              /* n_bands x width: the rough mean */
    const float *level;        /* what is taken off: 'shift', unless set to other n_bands x width */
    struct vaho_block **block; /* a worker */
    unsigned char *whole;      /* a worker: PIECE_LINES x width */
    double (*busy)[VAHO_N_OWN_STAGES]; /* a worker: seconds by stage */
};

/* Reads one line in so many for the rough mean.  VAHO_NO_MEMORY, what reading returns. */
enum vaho_status vaho_lines_new(struct vaho_lines *out, const struct vaho_pixel_request *request,
                                struct vaho_pool *pool, struct vaho_error *error);
void vaho_lines_free(struct vaho_lines *lines); /* half-built is fine */

/* The rough mean of the scene, n_bands values. */
void vaho_lines_scene_mean(float *out, const struct vaho_lines *lines);

/*
 * Reads up to VAHO_PIECE_LINES lines into block[worker] and marks in
 * whole[worker x PIECE_LINES x width + line x width + s] the pixels that have all bands.
 */
enum vaho_status vaho_lines_read(struct vaho_lines *lines, size_t first, size_t n, size_t worker,
                                 struct vaho_error *error);

/* Lanes of lines [first, first + n) and groups [group, group + n_groups) into d, side by side in
 * tasks of the pool: d[((g * n + line) * (n_bands + 1) + band) * 16 + lane]. */
enum vaho_status vaho_lines_lanes(float *d, struct vaho_lines *lines, size_t first, size_t n,
                                  size_t group, size_t n_groups, struct vaho_error *error);

/* Lines at a time so that lanes of n_groups stay within a cache that workers share. */
size_t vaho_lines_at_once(const struct vaho_lines *lines, size_t n_groups);

/* Adds the wall time since 'start' to read_s and *work, as the workers' busy times share it. */
double vaho_lines_clock(struct vaho_lines *lines, double start, double *read_s, double *work);

#endif
