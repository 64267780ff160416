/*
 * made_evidence.h - a made cube with a contrast made by hand, and its residuals in memory
 *
 * The contrast is n_parts patterns written down by the test, not learned, so that what evidence
 * makes of a pixel, s = sum_k q_k p_k, can be computed again in double from z and q.
 */
#ifndef VAHO_TESTS_MADE_EVIDENCE_H
#define VAHO_TESTS_MADE_EVIDENCE_H

#include "../sense/made_scene.h"
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

/* Opens the filled cube; n_parts 1 .. rank + 1; 'by_column' and rank as columns.h says. */
static inline void made_evidence_open(struct made_evidence *m, size_t n_parts, size_t rank,
                                      int by_column, size_t n_hypotheses)
{
    struct vaho_columns_settings settings = {.by_column = by_column, .rank = rank};
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
    m->scene = (struct vaho_scene){m->made.source, m->columns, &m->contrast};
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

/* Learns the background, sets the signatures' parts (the first n_real are real). */
static inline struct vaho_evidence *learn_evidence(const struct made_evidence *m,
                                                   const float *absorption, size_t n, size_t n_real,
                                                   size_t n_threads)
{
    struct vaho_evidence *evidence;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    size_t nb = m->made.n_bands, stride = (m->contrast.n_parts + 1) * nb;
    float *parts = calloc(n * stride, sizeof *parts);

    assert_non_null(parts);
    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    if (vaho_evidence_learn(&evidence, &m->scene, NULL, pool, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < n; i++)
        vaho_contrast_parts(parts + i * stride, &m->contrast, absorption + i * nb);
    assert_int_equal(vaho_evidence_set_signatures(evidence, parts, n, n_real, &error), VAHO_OK);
    vaho_pool_free(pool);
    free(parts);
    return evidence;
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
