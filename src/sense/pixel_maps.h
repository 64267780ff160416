/*
 * pixel_maps.h - matched filter and adaptive cosine of every pixel, against the ground of
 * the scene, of its detector column, or of its neighbourhood; and the sparse filter
 *
 * With mu and C the mean and covariance of the ground (over n - 1), d the direction to
 * the target, a = d' C^-1 (x - mu), g = d' C^-1 d and e = (x - mu)' C^-1 (x - mu):
 *
 *     amount   a / g                      sigma   1 / sqrt(g)
 *     cosine   sign(a) a^2 / (g e)        (ACE)
 *
 * sigma is what the ground alone scatters the amount by.
 *
 * The cube is read twice, once to accumulate and once to score, in runs of lines; maps
 * leave line by line, so that memory does not grow with the lines.  A pixel that lacks
 * a band is NaN in every map and takes part in no background.  What cannot be inverted
 * (too few pixels for the bands) makes its pixels NaN and is counted.
 *
 * Results do not depend on the number of threads; between instruction sets they differ
 * by rounding.
 */
#ifndef VAHO_SENSE_PIXEL_MAPS_H
#define VAHO_SENSE_PIXEL_MAPS_H

#include <stddef.h>

#include "base/pool.h"
#include "kernel/kernels.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum vaho_direction {
    VAHO_DIRECTION_OF_LIGHT = 0, /* d = value mu: absorption in reflected light */
    VAHO_DIRECTION_ITSELF,       /* d = value */
    VAHO_DIRECTION_TO_TARGET     /* d = value - mu: a surface */
};

enum vaho_map_kind { VAHO_MAP_AMOUNT = 0, VAHO_MAP_SIGMA, VAHO_MAP_COSINE, VAHO_N_MAPS };

struct vaho_pixel_request {
    const struct vaho_source *source;
    const size_t *band; /* the cube's numbers */
    size_t n_bands;
    const struct vaho_kernels *kernels;
    enum vaho_direction direction;
    size_t n;                /* targets */
    const double *value;     /* n x n_bands */
    int cosine;              /* 1: VAHO_MAP_COSINE too */
    int shrink;              /* by column: leave-one-out shrinkage, see column_shrinkage.h */
    size_t iterations;       /* of the sparse filter */
    size_t inner, outer;     /* windows: odd numbers of pixels */
    double (*clock_s)(void); /* seconds from any beginning */
    /*
     * Takes lines [first, first + n_lines) of one target's map, n_lines x n_samples; called
     * from several threads at once, for other lines.
     */
    enum vaho_status (*take)(void *context, size_t target, enum vaho_map_kind kind, size_t first,
                             size_t n_lines, const float *value, struct vaho_error *error);
    void *context;
};

/* What is told beside the maps.  Seconds add up to the time taken. */
struct vaho_pixel_outcome {
    double read_s, accumulate_s, factor_s, score_s;
    double n_pixels;         /* that took part in the background */
    size_t n_singular;       /* columns, or pixels of a window, that have no inverse */
    double median_shrinkage; /* alpha of columns; NaN without */
};

/*
 * VAHO_SINGULAR (the scene's covariance has no inverse), VAHO_NO_MEMORY, what reading
 * and 'take' return.
 */
enum vaho_status vaho_maps_by_scene(struct vaho_pixel_outcome *out,
                                    const struct vaho_pixel_request *request,
                                    struct vaho_pool *pool, struct vaho_error *error);
enum vaho_status vaho_maps_by_column(struct vaho_pixel_outcome *out,
                                     const struct vaho_pixel_request *request,
                                     struct vaho_pool *pool, struct vaho_error *error);
/* VAHO_USAGE too: the cube is smaller than a window. */
enum vaho_status vaho_maps_by_window(struct vaho_pixel_outcome *out,
                                     const struct vaho_pixel_request *request,
                                     struct vaho_pool *pool, struct vaho_error *error);
enum vaho_status vaho_maps_sparse(struct vaho_pixel_outcome *out,
                                  const struct vaho_pixel_request *request, struct vaho_pool *pool,
                                  struct vaho_error *error);

#endif
