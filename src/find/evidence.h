/*
 * evidence.h - what many weak pixels say together, at several scales
 *
 * A small plume is many weak pixels.  At level j the cube is summed over blocks
 * of 2^j x 2^j pixels, every pixel weighted by its contrast k = a + b t
 * (contrast.h), and smoothed by the binomial [1 2 1]/4 along lines and samples
 * of blocks (weights w):
 *
 *     Y = sum(w k z) / sqrt(sum(w^2 k^2))
 *
 * so that white noise has the same covariance at every place and level.  Ground
 * clutter is correlated in space and does not fade like noise, so every level
 * (and hypothesis) has its own covariance C of Y, and the evidence for a
 * signature p is the matched filter at that level,
 *
 *     z = p' C^-1 Y / sqrt(p' C^-1 p),
 *
 * rescaled to unit robust spread.  Summing and projecting commute, so spectra
 * are summed once and projected at each level's own few positions.
 *
 * Memory does not grow with the number of lines except for the level maps of
 * the real signatures (a third of a float a pixel each).
 *
 * Threads: immutable between calls; work is shared out over the pool, with the
 * same result for any number of threads.
 */
#ifndef VAHO_FIND_EVIDENCE_H
#define VAHO_FIND_EVIDENCE_H

#include <stddef.h>

#include "base/pool.h"
#include "sense/columns.h"
#include "sense/contrast.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum { VAHO_N_LEVELS = 4 }; /* blocks of 2, 4, 8 and 16 pixels */

/* A place where the evidence for one signature is larger than around it. */
struct vaho_candidate {
    unsigned signature;     /* index into the signatures scored */
    unsigned char level;    /* 1 .. VAHO_N_LEVELS */
    unsigned char hypothesis;
    unsigned row, col;      /* block of that level */
    float z;                /* evidence, background standard deviations */
};

/* Evidence of one real signature at one level, the best hypothesis at each place. */
struct vaho_level_map {
    size_t n_rows, n_cols;
    float *z;                  /* NaN where nothing is known */
    unsigned char *hypothesis;
};

struct vaho_evidence;

/* What a cube offers to be learned from; all borrowed, all must outlive the evidence. */
struct vaho_scene {
    const struct vaho_source *source;
    const struct vaho_columns *columns;
    const struct vaho_contrast *contrast;
};

/*
 * Learns the covariances.  'excluded' (n_lines x n_samples, may be NULL) marks
 * pixels to leave out, where plumes are known.
 * VAHO_SINGULAR: too few pixels.
 */
enum vaho_status vaho_evidence_learn(struct vaho_evidence **out, const struct vaho_scene *scene,
                                     const unsigned char *excluded, struct vaho_pool *pool,
                                     struct vaho_error *error);
void vaho_evidence_free(struct vaho_evidence *evidence); /* NULL is fine */

/*
 * Says which signatures to score: n x n_bands, absorption already multiplied by
 * minus the profile.  The first n_real are real ones, whose level maps are
 * kept; the rest are decoys.
 */
enum vaho_status vaho_evidence_set_signatures(struct vaho_evidence *evidence,
                                              const float *signature, size_t n, size_t n_real,
                                              struct vaho_error *error);

/*
 * Scores the cube.  *out_candidate (free) are all local maxima with z of at
 * least z_min, in order of place and signature.
 */
enum vaho_status vaho_evidence_score(struct vaho_candidate **out_candidate, size_t *out_n,
                                     struct vaho_evidence *evidence, double z_min,
                                     struct vaho_pool *pool, struct vaho_error *error);

/* After scoring: real signature < n_real, level 1 .. VAHO_N_LEVELS. */
const struct vaho_level_map *vaho_evidence_map(const struct vaho_evidence *evidence,
                                               size_t signature, size_t level);

/* The covariance of Y (n_bands x n_bands, as loaded) and its lower Cholesky factor. */
const double *vaho_evidence_covariance(const struct vaho_evidence *evidence, size_t level,
                                       size_t hypothesis);
const double *vaho_evidence_cholesky(const struct vaho_evidence *evidence, size_t level,
                                     size_t hypothesis);
/* Robust spread of a signature's unit-variance filter output, by which z was divided. */
double vaho_evidence_spread(const struct vaho_evidence *evidence, size_t level, size_t hypothesis,
                            size_t signature);

#endif
