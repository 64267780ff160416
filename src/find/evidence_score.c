#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"

enum {
    SIGNATURE_BATCH = 32, /* projected at a time */
    CHUNK = 256,          /* places scored at a time */
    MAX_CANDIDATES_PER_STRIP = 1 << 20
};

struct found {
    struct vaho_candidate *candidate;
    size_t n, capacity;
};

struct score_context {
    struct vaho_evidence *evidence;
    double z_min;
    struct found *strip;
};

static enum vaho_status add_candidate(struct found *found, const struct vaho_candidate *candidate,
                                      struct vaho_error *error)
{
    if (found->n == MAX_CANDIDATES_PER_STRIP)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "more than %d candidates in one strip of lines: the background model does "
                         "not fit this cube",
                         MAX_CANDIDATES_PER_STRIP);
    if (found->n == found->capacity) {
        size_t capacity = found->capacity == 0 ? 1024 : 2 * found->capacity;
        struct vaho_candidate *grown = realloc(found->candidate, capacity * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, "candidates");
        found->candidate = grown;
        found->capacity = capacity;
    }
    found->candidate[found->n++] = *candidate;
    return VAHO_OK;
}

/* Larger than the neighbours before it and not smaller than those after it. */
static int is_peak(const float *z, size_t rows, size_t cols, size_t r, size_t c)
{
    float here = z[r * cols + c];

    for (int dr = -1; dr <= 1; dr++)
        for (int dc = -1; dc <= 1; dc++) {
            size_t rr = r + (size_t)dr, cc = c + (size_t)dc;
            float there;
            if ((dr == 0 && dc == 0) || rr >= rows || cc >= cols)
                continue;
            there = z[rr * cols + cc];
            if (there > here || (there == here && (dr < 0 || (dr == 0 && dc < 0))))
                return 0;
        }
    return 1;
}

/* Scratch of one strip. */
struct scratch {
    float *moments;                  /* pairs and cover x places */
    float *projected;                /* batch x places: one part, by rows of blocks */
    float *smooth[VAHO_N_PARTS + 1]; /* batch x places each */
    float *plane, *best, *mirror;    /* mirror: the best of the signatures' negatives */
    unsigned char *hypothesis;
};

/* The evidence of one signature under one hypothesis into best, and its negative into mirror,
 * where they are larger. */
static void take_best(float *best, float *mirror, unsigned char *which,
                      const struct vaho_tuning *tuning, const float *const *smooth,
                      const float *moments, size_t n_parts, size_t np, size_t h)
{
    const float *cover = moments + VAHO_N_PAIRS * np;
    float d = tuning->d, offset = tuning->offset, scale = 1.0f / tuning->spread;

    for (size_t from = 0; from < np;
         from += CHUNK) { /* short rows that stay in the nearest cache */
        size_t n = np - from < CHUNK ? np - from : CHUNK;
        float sum[CHUNK], energy[CHUNK];
        for (size_t p = 0; p < n; p++) {
            sum[p] = -offset * cover[from + p];
            energy[p] = 1e-30f;
        }
        for (size_t p = 0; d != 0.0f && p < n; p++)
            sum[p] += d * smooth[n_parts][from + p];
        for (size_t k = 0; k < n_parts; k++)
            for (size_t p = 0; p < n; p++)
                sum[p] += smooth[k][from + p];
        for (size_t k = 0; k < n_parts; k++)
            for (size_t l = k; l < n_parts; l++) {
                const float *moment = moments + vaho_pair(k, l) * np + from;
                float power = tuning->power[vaho_pair(k, l)];
                for (size_t p = 0; p < n; p++)
                    energy[p] += power * moment[p];
            }
        for (size_t p = 0; p < n; p++)
            sum[p] *= scale / sqrtf(energy[p] > 1e-30f ? energy[p] : 1e-30f);
        for (size_t p = 0; p < n; p++) {
            if (cover[from + p] > 0.0f && !(sum[p] <= best[from + p])) {
                best[from + p] = sum[p];
                which[from + p] = (unsigned char)h;
            }
            if (cover[from + p] > 0.0f && !(-sum[p] <= mirror[from + p]))
                mirror[from + p] = -sum[p];
        }
    }
}

/* The evidence of signatures [first, first + n) at one layer: best[n x rows x cols]. */
static void project(struct scratch *scratch, const struct vaho_evidence *evidence,
                    const struct vaho_layer *layer, size_t j, size_t first, size_t n)
{
    size_t nb = evidence->n_bands, rows = layer->n_rows, cols = layer->n_cols, np = rows * cols;
    size_t n_filters =
        evidence->n_parts + (evidence->n_hypotheses > 1); /* the slope's, see make_filters */
    const struct vaho_evidence_model *model = &evidence->model[j];

    for (size_t i = 0; i < n * np; i++)
        scratch->best[i] = scratch->mirror[i] = NAN;
    if (model->cholesky == NULL)
        return;
    for (size_t k = 0; k < n_filters; k++) {
        const float *z = layer->z[k < evidence->n_parts ? k : 0];
        /* (signatures x bands) times (bands x cols), row by row */
        for (size_t r = 0; r < rows; r++)
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n, (int)cols, (int)nb, 1.0f,
                        model->filter[k] + first, (int)evidence->n_signatures, z + r * nb * cols,
                        (int)cols, 0.0f, scratch->projected + r * n * cols, (int)cols);
        for (size_t i = 0; i < n; i++)
            vaho_smooth_plane(scratch->smooth[k] + i * np, scratch->projected + i * cols, rows,
                              cols, n * cols, VAHO_BINOMIAL_SIDE, VAHO_BINOMIAL_CENTRE,
                              scratch->plane);
    }
    for (size_t h = 0; h < evidence->n_hypotheses; h++)
        for (size_t i = 0; i < n; i++) {
            const float *smooth[VAHO_N_PARTS + 1] = {NULL};
            for (size_t k = 0; k < n_filters; k++)
                smooth[k] = scratch->smooth[k] + i * np;
            take_best(scratch->best + i * np, scratch->mirror + i * np,
                      scratch->hypothesis + i * np,
                      &model->tuning[h * evidence->n_signatures + first + i], smooth,
                      scratch->moments, evidence->n_parts, np, h);
        }
}

/* Candidates and level maps of one batch of signatures at one layer. */
static enum vaho_status harvest(struct found *found, const struct scratch *scratch,
                                struct vaho_evidence *evidence, const struct vaho_layer *layer,
                                size_t j, size_t first, size_t n, size_t first_line,
                                size_t core_first, size_t core_end, double z_min,
                                struct vaho_error *error)
{
    size_t rows = layer->n_rows, cols = layer->n_cols, side = (size_t)2 << j;
    size_t row0 = (core_first - first_line) / side,
           row_end = (core_end - first_line + side - 1) / side;
    size_t offset = first_line / side;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < n; i++) {
        const float *z = scratch->best + i * rows * cols,
                    *mirror = scratch->mirror + i * rows * cols;
        const unsigned char *which = scratch->hypothesis + i * rows * cols;
        int real = first + i < evidence->n_real;
        for (size_t r = row0; status == VAHO_OK && r < row_end; r++)
            for (size_t c = 0; status == VAHO_OK && c < cols; c++) {
                struct vaho_candidate candidate = {.signature = (unsigned)(first + i),
                                                   .level = (unsigned char)(j + 1),
                                                   .hypothesis = which[r * cols + c],
                                                   .row = (unsigned)(r + offset),
                                                   .col = (unsigned)c,
                                                   .z = z[r * cols + c]};
                if ((double)candidate.z >= z_min && is_peak(z, rows, cols, r, c))
                    status = add_candidate(found, &candidate, error);
                candidate.signature = (unsigned)(evidence->n_signatures + first + i);
                candidate.z = mirror[r * cols + c];
                if (status == VAHO_OK && real && (double)candidate.z >= z_min &&
                    is_peak(mirror, rows, cols, r, c))
                    status = add_candidate(found, &candidate, error);
            }
        if (real) {
            struct vaho_level_map *map = &evidence->map[(first + i) * VAHO_N_LEVELS + j];
            for (size_t r = row0; r < row_end; r++) {
                memcpy(map->z + (r + offset) * cols, z + r * cols, cols * sizeof *z);
                memcpy(map->hypothesis + (r + offset) * cols, which + r * cols, cols);
            }
        }
    }
    return status;
}

static void scratch_free(struct scratch *scratch)
{
    free(scratch->moments);
    free(scratch->projected);
    for (size_t k = 0; k <= VAHO_N_PARTS; k++)
        free(scratch->smooth[k]);
    free(scratch->plane);
    free(scratch->best);
    free(scratch->mirror);
    free(scratch->hypothesis);
}

static int scratch_new(struct scratch *scratch, size_t n_places, size_t n_parts)
{
    int missing = 0;

    scratch->moments = vaho_alloc(n_places * (VAHO_N_PAIRS + 1), sizeof(float));
    scratch->projected = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float));
    for (size_t k = 0; k <= n_parts; k++)
        missing |=
            (scratch->smooth[k] = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float))) == NULL;
    scratch->plane = vaho_alloc(n_places, sizeof(float));
    scratch->best = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float));
    scratch->mirror = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float));
    scratch->hypothesis = vaho_alloc(n_places * SIGNATURE_BATCH, 1);
    return !missing && scratch->mirror && scratch->moments && scratch->projected &&
           scratch->plane && scratch->best && scratch->hypothesis;
}

static enum vaho_status score_strip(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct score_context *score = context;
    struct vaho_evidence *evidence = score->evidence;
    size_t first, n_lines, core_first, core_end;
    struct vaho_pyramid *pyramid = NULL;
    struct scratch scratch = {0};
    enum vaho_status status;

    (void)worker;
    vaho_strip_extent(&first, &n_lines, &core_first, &core_end, evidence, task);
    status = vaho_pyramid_new(&pyramid, &evidence->scene, n_lines, error);
    if (status == VAHO_OK &&
        !scratch_new(&scratch, (n_lines / 2 + 1) * pyramid->layer[0].n_cols, evidence->n_parts))
        status = vaho_fail_memory(error, "the scores of a strip");
    if (status == VAHO_OK)
        status = vaho_pyramid_build(pyramid, &evidence->scene, NULL, first, n_lines, error);
    for (size_t j = 0; status == VAHO_OK && j < VAHO_N_LEVELS; j++) {
        const struct vaho_layer *layer = &pyramid->layer[j];
        vaho_place_moments(scratch.moments, layer, evidence->n_parts, j + 1, scratch.plane);
        for (size_t i = 0; status == VAHO_OK && i < evidence->n_signatures; i += SIGNATURE_BATCH) {
            size_t n = evidence->n_signatures - i < SIGNATURE_BATCH ? evidence->n_signatures - i
                                                                    : SIGNATURE_BATCH;
            project(&scratch, evidence, layer, j, i, n);
            status = harvest(&score->strip[task], &scratch, evidence, layer, j, i, n, first,
                             core_first, core_end, score->z_min, error);
        }
    }
    scratch_free(&scratch);
    vaho_pyramid_free(pyramid);
    return status;
}

enum vaho_status vaho_evidence_score(struct vaho_candidate **out_candidate, size_t *out_n,
                                     struct vaho_evidence *evidence, double z_min,
                                     struct vaho_pool *pool, struct vaho_error *error)
{
    struct score_context score = {evidence, z_min, NULL};
    size_t n = 0;
    enum vaho_status status;

    *out_candidate = NULL;
    *out_n = 0;
    score.strip = vaho_alloc(evidence->n_strips, sizeof *score.strip);
    if (score.strip == NULL)
        return vaho_fail_memory(error, "candidates");
    status = vaho_pool_run(pool, evidence->n_strips, score_strip, &score, error);
    for (size_t i = 0; i < evidence->n_strips; i++)
        n += score.strip[i].n;
    if (status == VAHO_OK) {
        *out_candidate = vaho_alloc(n, sizeof **out_candidate);
        if (*out_candidate == NULL)
            status = vaho_fail_memory(error, "candidates");
    }
    for (size_t i = 0; i < evidence->n_strips; i++) {
        if (status == VAHO_OK && score.strip[i].n > 0) {
            memcpy(*out_candidate + *out_n, score.strip[i].candidate,
                   score.strip[i].n * sizeof **out_candidate);
            *out_n += score.strip[i].n;
        }
        free(score.strip[i].candidate);
    }
    free(score.strip);
    return status;
}
