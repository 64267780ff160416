/*
 * coverage.h - what a pass could have seen: the faintest plume found half the time, place by place
 *
 * That nothing was found says something only where something would have been.  A plume of mean
 * column density c over its footprint adds to the evidence of its gas at scale s (evidence.h)
 *
 *     E[z] = c W a_s R_s,      W^2 = mean of w_i^2 over the pixels searched there,
 *     a_s = f'v / sqrt(var f'Y)      what background and signature leave of one ppm.m,
 *     R_s = max over kernels and places of sum(k m) / sqrt(sum(k^2)),
 *
 * m its shape, of mean 1 over its footprint.  W^2 follows from the weight of each pixel (maps.h),
 * g = s' C_1^-1 s ~ w^2 v' C_1^-1 v.  The largest over scales counts, as in the search.  With z_q
 * the evidence at which q is 0.05 in this very flight, significance.h, the limit is
 *
 *     c_50 = (z_q - SEARCHED) / (SHOWN W max_s a_s R_s):
 *
 * the search takes the largest of several kernels and places, so that a plume found half the time
 * needs to bring up somewhat less than z_q by itself; but plumes meander and break up, ground
 * strays, which tempers evidence, and other gases compete, so that plumes of bench/detection's
 * scenes bring up three quarters of what a standard one on even ground would (SHOWN;
 * bench/coverage).
 *
 * The standard plume is the wedge of source_point.h with losses,
 *
 *     m ~ exp(-s / 24) exp(-v^2 / 2 w^2),   w = 0.9 + 0.11 s,   0 <= s <= 40 pixels,
 *
 * its footprint where it is at least a fifth of its highest (240 pixels, 38 long: what plumes near
 * the limit are reported with).  R_s is its mean over 16 directions.  A plume that is much wider
 * or shorter has another limit.
 *
 * How the share found grows with strength c is taken for logistic in ln c,
 * 1 / (1 + (c_50 / c)^k): noise of one standard deviation is 1 / z of c, and plumes and grounds
 * differ from the standard ones by a share of their own (SPREAD, from the same bench).
 */
#ifndef VAHO_FIND_COVERAGE_H
#define VAHO_FIND_COVERAGE_H

#include "find/evidence.h"
#include "find/maps.h"
#include "find/significance.h"
#include "vaho/status.h"

/* L, w at s = 0 and its growth along s, and the length. */
#define VAHO_PLUME_FADES_PX 24.0
#define VAHO_PLUME_WIDTH_PX 0.9
#define VAHO_PLUME_WIDENS 0.11
#define VAHO_PLUME_LENGTH_PX 40.0

struct vaho_coverage {
    size_t n_lines, n_samples, n_rows, n_cols, n_gases; /* n_rows x n_cols tiles */
    double steepness;                                   /* k */
    double *valid;                                      /* a tile's share of pixels searched */
    double *limit_ppmm; /* n_gases x n_rows x n_cols: c_50; NaN: nothing is seen there */
    double *limit_kg_h; /* the same as an emission rate; NULL: no wind */
};

/*
 * 'parts' are those of maps->n_gases gases, 'hypothesis' the maps' own, z_at_q as below.
 * limit_kg_h stays NULL.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_coverage_make(struct vaho_coverage **out, const struct vaho_maps *maps,
                                    const struct vaho_evidence *evidence, size_t hypothesis,
                                    const float *parts, const double *z_at_q,
                                    struct vaho_error *error);
void vaho_coverage_free(struct vaho_coverage *coverage); /* NULL is fine */

/* A tile's pixels: line0, sample0, line1, sample1, inclusive. */
void vaho_coverage_tile(size_t out[4], const struct vaho_coverage *coverage, size_t row,
                        size_t col);

/* Mass of a standard plume in ppm.m times pixels, for each ppm.m of its mean, and its length. */
struct vaho_standard_plume {
    double mass_px, length_px;
    double response[VAHO_N_SCALES]; /* R_s */
};
enum vaho_status vaho_standard_plume(struct vaho_standard_plume *out, struct vaho_error *error);

/*
 * out[g]: the least evidence (to 0.02, from 4 on, below which a search keeps none) that a further
 * winner of gas g would need among these for a q-value of at most q; INFINITY: none would do.
 * Arguments as for vaho_q_values().
 */
enum vaho_status vaho_z_at_q(double *out, double q, const struct vaho_winner *winner, size_t n,
                             const size_t *n_decoys, size_t n_gases, int mirrored,
                             struct vaho_error *error);

#endif
