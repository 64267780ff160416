/*
 * made_evidence.h - a made cube with a contrast made by hand, and its residuals in memory
 *
 * The contrast is n_parts patterns written down by the test, not learned, so that what evidence
 * makes of a pixel, s = sum_k q_k p_k, can be computed again in double from z and q.
 */
#ifndef VAHO_TESTS_MADE_EVIDENCE_H
#define VAHO_TESTS_MADE_EVIDENCE_H

#include "../sense/made_scene.h"
#include "find/backgrounds.h"
#include "find/evidence.h"
#include "find/pyramid.h"

struct made_evidence {
    struct made_scene made;
    struct vaho_columns *columns;
    struct vaho_contrast contrast;
    struct vaho_scene scene;
    struct vaho_block *residual; /* all lines */
    float *q;                    /* n_lines x rank x n_samples */
    size_t rank;
    const unsigned char *excluded; /* what evidence is not learned from; NULL: nothing; borrowed */
};

/* q_k of a pixel; q_0 = 1. */
static inline double made_q(const struct made_evidence *m, size_t k, size_t l, size_t s)
{
    return k == 0 ? 1.0 : (double)m->q[(l * m->rank + k - 1) * m->made.n_samples + s];
}

static inline double made_z(const struct made_evidence *m, size_t l, size_t b, size_t s)
{
    return (double)m->residual->value[(l * m->made.n_bands + b) * m->made.n_samples + s];
}

static inline int made_valid(const struct made_evidence *m, size_t l, size_t s)
{
    return m->residual->valid[l * m->made.n_samples + s];
}

/* Opens the filled cube; n_parts 1 .. rank + 1; 'by_column' and rank as columns.h says; pixels in
 * 'excluded' (NULL: none; borrowed) are left out of all learning. */
static inline void made_evidence_open_without(struct made_evidence *m,
                                              const unsigned char *excluded, size_t n_parts,
                                              size_t rank, int by_column, size_t n_hypotheses)
{
    struct vaho_columns_settings settings = {
        .by_column = by_column, .rank = rank, .excluded = excluded};
    size_t nb = m->made.n_bands;

    made_scene_open(&m->made, "W/(m^2 sr um)");
    m->columns = learn_columns(&m->made, &settings, 2);
    m->rank = vaho_columns_rank(m->columns);
    assert_int_equal(m->rank, rank);
    assert_int_equal(vaho_columns_n_bands(m->columns), nb);
    m->q = calloc(m->made.n_lines * rank * m->made.n_samples + 1, sizeof *m->q);
    assert_non_null(m->q);
    m->residual = read_columns(&m->made, m->columns, m->q);
    m->contrast = (struct vaho_contrast){.regime = VAHO_REGIME_THERMAL,
                                         .n_bands = nb,
                                         .n_parts = n_parts,
                                         .part = calloc(VAHO_N_PARTS * nb, sizeof(float)),
                                         .slope = calloc(nb, sizeof(float)),
                                         .weight = {1.0, 0.3, -0.2, 0.1},
                                         .n_hypotheses = n_hypotheses,
                                         .d = {0.0, 2.0, -1.0},
                                         .d_reference = 0.5};
    assert_non_null(m->contrast.part);
    assert_non_null(m->contrast.slope);
    for (size_t b = 0; b < nb; b++) {
        m->contrast.slope[b] = n_hypotheses > 1 ? 0.2f : 0.0f;
        for (size_t k = 0; k < n_parts; k++)
            m->contrast.part[k * nb + b] = k == 0 ? 1.0f : 0.3f * cosf(0.4f * (float)(b * k));
    }
    m->scene =
        (struct vaho_scene){m->made.source, m->columns, &m->contrast, &vaho_kernels_generic, 0};
    m->excluded = excluded;
}

static inline void made_evidence_open(struct made_evidence *m, size_t n_parts, size_t rank,
                                      int by_column, size_t n_hypotheses)
{
    made_evidence_open_without(m, NULL, n_parts, rank, by_column, n_hypotheses);
}

static inline void made_evidence_free(struct made_evidence *m)
{
    vaho_block_free(m->residual);
    vaho_columns_free(m->columns);
    free(m->contrast.part);
    free(m->contrast.slope);
    free(m->q);
    made_scene_free(&m->made);
}

/* The parts of n signatures (free), n x (n_parts + 1) x n_bands. */
static inline float *made_parts(const struct made_evidence *m, const float *absorption, size_t n)
{
    size_t nb = m->made.n_bands, stride = (m->contrast.n_parts + 1) * nb;
    float *parts = calloc(n * stride, sizeof *parts);

    assert_non_null(parts);
    for (size_t i = 0; i < n; i++)
        vaho_contrast_parts(parts + i * stride, &m->contrast, absorption + i * nb);
    return parts;
}

/* Learns the background of the first n_real signatures and sets all n; the others are decoys of
 * the real ones, by turns. */
static inline struct vaho_evidence *learn_evidence(const struct made_evidence *m,
                                                   const float *absorption, size_t n, size_t n_real,
                                                   size_t n_threads)
{
    struct vaho_evidence *evidence;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    float *parts = made_parts(m, absorption, n);
    unsigned *gas_of = calloc(n, sizeof *gas_of);

    assert_non_null(gas_of);
    for (size_t i = 0; i < n; i++)
        gas_of[i] = (unsigned)(i % n_real);
    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    if (vaho_evidence_learn(&evidence, &m->scene, m->excluded, parts, n_real, pool, &error) !=
        VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(vaho_evidence_set_signatures(evidence, parts, gas_of, n, &error), VAHO_OK);
    vaho_pool_free(pool);
    free(gas_of);
    free(parts);
    return evidence;
}

/* Ground on which nothing is learned, where 'excluded' is set: plumes of no gas that is known. */
static inline struct vaho_plume_ground *made_ground(const struct made_evidence *m,
                                                    const unsigned char *excluded)
{
    struct vaho_plume_ground *ground = NULL;

    if (excluded != NULL)
        assert_int_equal(vaho_plume_ground_new(&ground, excluded, m->made.n_samples, &m->contrast,
                                               NULL, 0, NULL, NULL),
                         VAHO_OK);
    return ground;
}

/* The backgrounds alone: those the evidence of the same cube and gases has inside. */
static inline struct vaho_backgrounds *learn_backgrounds(const struct made_evidence *m,
                                                         const float *absorption, size_t n_gases,
                                                         size_t n_threads)
{
    struct vaho_backgrounds *backgrounds;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    float *parts = made_parts(m, absorption, n_gases);
    struct vaho_plume_ground *ground = made_ground(m, m->excluded);

    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    if (vaho_backgrounds_learn(&backgrounds, &m->scene, ground, parts, n_gases, pool, &error) !=
        VAHO_OK)
        fail_msg("%s", error.message);
    vaho_pool_free(pool);
    vaho_plume_ground_free(ground);
    free(parts);
    return backgrounds;
}

/* w of a pixel in the eyes of one gas, by its definition; 0 where not valid. */
static inline double made_weight(const struct made_evidence *m, const float *factor, size_t l,
                                 size_t s)
{
    double w = 0.0;

    if (!made_valid(m, l, s))
        return 0.0;
    for (size_t k = 0; k < m->contrast.n_parts; k++)
        w += (double)factor[k] * made_q(m, k, l, s);
    return w;
}

/*
 * A place by its definition (backgrounds.h), pixel by pixel: Y = sum k w z / sqrt(sum k^2 w^2)
 * into y (n_bands), all 0 without energy.  The pixels of lines [0, n_lines) count that are valid
 * and not excluded.  Returns sum k^2 w^2; *cover: sum k over these pixels.
 */
static inline double made_place(double *y, double *cover, const struct made_evidence *m,
                                const unsigned char *excluded, const float *factor, size_t scale,
                                size_t kernel, size_t row, size_t col)
{
    size_t nb = m->made.n_bands;
    long side = 1L << vaho_scale(scale)->level;
    struct vaho_kernel k;
    double energy = 0.0;

    vaho_scale_kernel(&k, scale, kernel);
    *cover = 0.0;
    for (size_t b = 0; b < nb; b++)
        y[b] = 0.0;
    for (size_t i = 0; i < k.n; i++)
        for (long p = 0; p < side * side; p++) {
            long l = ((long)row + k.row[i]) * side + p / side;
            long s = ((long)col + k.col[i]) * side + p % side;
            double w;
            if (l < 0 || s < 0 || l >= (long)m->made.n_lines || s >= (long)m->made.n_samples ||
                !made_valid(m, (size_t)l, (size_t)s) ||
                (excluded != NULL && excluded[l * (long)m->made.n_samples + s]))
                continue;
            *cover += (double)k.weight[i];
            w = (double)k.weight[i] * made_weight(m, factor, (size_t)l, (size_t)s);
            energy += w * w;
            for (size_t b = 0; b < nb; b++)
                y[b] += w * made_z(m, (size_t)l, b, (size_t)s);
        }
    for (size_t b = 0; energy > 0.0 && b < nb; b++)
        y[b] /= sqrt(energy);
    return energy;
}

static inline struct vaho_candidate *score_evidence(size_t *n, struct vaho_evidence *evidence,
                                                    double z_min, size_t n_threads)
{
    struct vaho_candidate *candidate;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    if (vaho_evidence_score(&candidate, n, evidence, z_min, pool, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    vaho_pool_free(pool);
    return candidate;
}

/* A gas of one Gaussian band, 1/(ppm.m). */
static inline void made_absorption(float *out, size_t n_bands, double centre, double width)
{
    for (size_t b = 0; b < n_bands; b++) {
        double u = ((double)b - centre) / width;
        out[b] = (float)(0.01 * exp(-0.5 * u * u));
    }
}

#endif
