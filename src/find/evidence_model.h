/*
 * evidence_model.h - what learning (evidence.c) and scoring (evidence_score.c) share
 *
 * Private to these two, and to what tells from it how much evidence says (coverage.c,
 * pass_planes.c).
 */
#ifndef VAHO_FIND_EVIDENCE_MODEL_H
#define VAHO_FIND_EVIDENCE_MODEL_H

#include "find/backgrounds.h"
#include "find/evidence.h"
#include "find/pyramid.h"

enum {
    VAHO_CORE_LINES = 256, /* lines of a strip, */
    VAHO_HALO_LINES = 48   /* and what its neighbours lend it to each side: the widest reach */
};

/* The binomial over the 3 x 3 blocks around one: the centre's share and each side's. */
#define VAHO_BINOMIAL_CENTRE 0.5f
#define VAHO_BINOMIAL_SIDE 0.25f

struct vaho_evidence_model { /* of one level */
    double *cholesky;        /* n_bands x n_bands; NULL: the level is too coarse for the cube */
    double n_places;
    size_t n_sample; /* places kept: Z_k, and N_kl with the cover behind */
    float *sample_z, *sample_n;
    float *filter[VAHO_N_PARTS + 1]; /* n_bands x n_gases: C^-1 p_k, the last C^-1 S */
    struct vaho_tuning *tuning;      /* n_hypotheses x n_gases */
};

/* What is scored for one gas: itself, then its decoys. */
struct vaho_evidence_group {
    size_t n;
    unsigned *signature;
    float *
        *filter; /* n_hypotheses x VAHO_N_SCALES: n_bands x n, of unit variance; NULL: no model */
    float **excess; /* the same of n: the variance taken over what C says, v' C^-1 v */
};

/* Spectra of the gases' candidates: Y, and what the parts' coordinates come to in it. */
struct vaho_kept {
    size_t n, capacity;
    float *y;   /* n x n_bands */
    float *sum; /* n x n_parts: sum k w q_k / sqrt(sum k^2 w^2) */
};

struct vaho_evidence {
    struct vaho_scene scene;
    const unsigned char *excluded;
    size_t n_bands, n_samples, n_lines, n_strips, n_parts, n_hypotheses, n_gases;
    struct vaho_evidence_model model[VAHO_N_LEVELS];
    struct vaho_backgrounds *backgrounds;
    size_t n_signatures;
    struct vaho_evidence_group *group; /* n_gases */
    struct vaho_level_map *map;        /* n_gases x VAHO_N_SCALES */
    struct vaho_kept kept;
};

/* The lines that strip number 'strip' of a cube reads, [*first, *first + *n_lines), and those it
 * answers for. */
void vaho_strip_extent(size_t *first, size_t *n_lines, size_t *core_first, size_t *core_end,
                       size_t cube_lines, size_t strip);

/* One plane (rows x cols with the given row stride) smoothed by (side, centre, side) along both. */
void vaho_smooth_plane(float *out, const float *in, size_t rows, size_t cols, size_t stride,
                       float side, float centre, float *scratch);

/*
 * N_kl at every place (pairs planes of rows x cols) and behind them the cover,
 * 0 where too few pixels are valid.
 */
void vaho_place_moments(float *out, const struct vaho_layer *layer, size_t n_parts, size_t level,
                        float *scratch);

#endif
