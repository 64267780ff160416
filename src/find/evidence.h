/*
 * evidence.h - what many weak pixels say together, at several scales
 *
 * A small plume is many weak pixels.  Each gas weighs them by its own contrast in its own
 * bands and judges their sum Y, gathered around a place by the kernels of scales.h, in the metric
 * C of its own background (backgrounds.h).  With v its shape and f = C^-1 v,
 *
 *     raw = f'Y / sqrt(max(v'f, f'Mf)),   z = raw / sqrt(max(1, chi^2 / (n_bands - 1))),
 *
 * M the moment of Y as found and chi^2 = Y'C^-1 Y - (f'Y)^2 / v'f how the place strays beside
 * what the signature explains.  The largest over hypotheses and kernels counts.
 *
 * Beside that stands one background for all gases, level by level, for measuring what was found:
 * with the signature s_i = sum_k q_ik p_k of a pixel (contrast.h), w the binomial over blocks,
 *
 *     sum_i(w s_i' C^-1 z_i) / sqrt(sum_i(w^2 s_i' C^-1 s_i))
 *       = sum_k p_k' C^-1 Z_k / sqrt(sum_kl N_kl p_k' C^-1 p_l),
 *
 * Z_k = sum w q_k z, N_kl = sum w^2 q_k q_l, C the second moment of
 * sum(w r z) / sqrt(sum(w^2 r^2)) with the reference weight r; scale and offset are those of a
 * sample of places (struct vaho_tuning).
 *
 * Memory grows with the number of lines by the maps of the gases (0.7 of a float a pixel and gas).
 *
 * Threads: immutable between calls; work is shared out over the pool, with the
 * same result for any number of threads.
 */
#ifndef VAHO_FIND_EVIDENCE_H
#define VAHO_FIND_EVIDENCE_H

#include <stddef.h>

#include "base/pool.h"
#include "find/scales.h"
#include "kernel/kernels.h"
#include "sense/columns.h"
#include "sense/contrast.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum { VAHO_N_PAIRS = VAHO_N_PARTS * (VAHO_N_PARTS + 1) / 2 };

enum { VAHO_MAX_BESIDE = 3 }; /* gases of one plume */

/* The place of (k, l), k <= l, among the pairs of parts. */
size_t vaho_pair(size_t k, size_t l);

/* How one signature is scored at one level under one hypothesis: with x_k = p_k' C^-1 Z_k and
 * x_S for the slope,  z = (sum_k x_k + d x_S - offset * cover) / (spread sqrt(sum power N)). */
struct vaho_tuning {
    float power[VAHO_N_PAIRS]; /* p_k' C^-1 p_l, doubled off the diagonal */
    float d, offset, spread;
};

/* A place where the evidence for one signature is larger than around it. */
struct vaho_candidate {
    unsigned signature;  /* index into the signatures scored */
    unsigned char scale; /* 0 .. VAHO_N_SCALES - 1 */
    unsigned char level; /* the scale's: its blocks are what row and col count */
    unsigned char hypothesis, kernel;
    unsigned row, col; /* block of that level */
    float z;           /* evidence, background standard deviations, tempered */
    float raw;         /* before tempering */
    unsigned kept;     /* of a gas: 1 + the number of its spectrum, see vaho_evidence_match() */
};

/* Evidence of one real signature at one scale, the best hypothesis and kernel at each place. */
struct vaho_level_map {
    size_t n_rows, n_cols;
    float *z; /* NaN where nothing is known */
};

struct vaho_evidence;

/* What a cube offers to be learned from; all borrowed, all must outlive the evidence. */
struct vaho_scene {
    const struct vaho_source *source;
    const struct vaho_columns *columns;
    const struct vaho_contrast *contrast;
    const struct vaho_kernels *kernels;
    size_t n_skipped; /* strips of lines passed over after each that is learned from; mostly 0 */
};

/*
 * Learns the background, for the first n_gases signatures of 'parts' each its own.  'excluded'
 * (n_lines x n_samples, may be NULL) marks where plumes are known (plume_ground.h): the
 * backgrounds of the gases learn the ground under them, that of all (level by level) does without.
 * VAHO_SINGULAR: too few pixels.
 */
enum vaho_status vaho_evidence_learn(struct vaho_evidence **out, const struct vaho_scene *scene,
                                     const unsigned char *excluded, const float *parts,
                                     size_t n_gases, struct vaho_pool *pool,
                                     struct vaho_error *error);
void vaho_evidence_free(struct vaho_evidence *evidence); /* NULL is fine */

/*
 * Says which signatures to score: n x (n_parts + 1) x n_bands, as vaho_contrast_parts() writes
 * them.  The first n_gases are the gases learned for, whose maps are kept; the rest are decoys,
 * gas_of[i] the gas each was made from, whose weight and background it shares.
 */
enum vaho_status vaho_evidence_set_signatures(struct vaho_evidence *evidence, const float *parts,
                                              const unsigned *gas_of, size_t n,
                                              struct vaho_error *error);

/*
 * Scores the cube.  Beside the signatures the negative of each gas is scored as number n + its
 * own: what no gas does, in the very bands of one.  *out_candidate (free) are all local maxima
 * with z of at least z_min, in order of gas, strip of lines, scale and place.
 */
enum vaho_status vaho_evidence_score(struct vaho_candidate **out_candidate, size_t *out_n,
                                     struct vaho_evidence *evidence, double z_min,
                                     struct vaho_pool *pool, struct vaho_error *error);

/* After scoring: n_gases x VAHO_N_SCALES maps. */
const struct vaho_level_map *vaho_evidence_map(const struct vaho_evidence *evidence);

/*
 * What each of n_gases (parts as for learning, those of the air besides) explains of a gas's
 * candidate: of Y at its place, weighed and gathered as it was found, in the metric of its own
 * background.  With s_g what one ppm.m of gas g does to Y, match[g] = s_g' C^-1 Y and
 * product[g * n_gases + h] = s_g' C^-1 s_h (identify.h).  All that the n_beside gases 'beside' can
 * do there (plume_ground.h) is projected out of Y and of every s_g before; these have none left.
 * VAHO_NO_MEMORY.
 */
enum vaho_status vaho_evidence_match(double *match, double *product,
                                     const struct vaho_evidence *evidence,
                                     const struct vaho_candidate *candidate, const float *parts,
                                     size_t n_gases, const size_t *beside, size_t n_beside,
                                     struct vaho_error *error);

/*
 * The same of n signatures, decoys among them, each by itself: z = m / sqrt(G) / tempering, with
 * tempering^2 = max(1, chi^2 per band of what neither it nor the gases beside explain), or
 * -INFINITY of one that these leave nothing of.  The gases come first in 'parts'.  *chi2 (may be
 * NULL) is chi^2 of all that the gases beside leave.
 */
enum vaho_status vaho_evidence_beside(double *z, double *tempering, double *chi2,
                                      const struct vaho_evidence *evidence,
                                      const struct vaho_candidate *candidate, const float *parts,
                                      size_t n, const size_t *beside, size_t n_beside,
                                      struct vaho_error *error);

/* The lower Cholesky factor of C (n_bands x n_bands, row major), as loaded.  A level too
 * coarse for the cube has the one of the level below. */
const double *vaho_evidence_cholesky(const struct vaho_evidence *evidence, size_t level);

/* Of a level with a model (level 1 has one), for the gases: filters of part k <= n_parts (the last
 * is the slope's), n_bands x n_gases; and the tuning of one. */
const float *vaho_evidence_filter(const struct vaho_evidence *evidence, size_t level, size_t k);
const struct vaho_tuning *vaho_evidence_tuning(const struct vaho_evidence *evidence, size_t level,
                                               size_t hypothesis, size_t gas);
size_t vaho_evidence_n_gases(const struct vaho_evidence *evidence);

#endif
