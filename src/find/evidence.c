#include "find/evidence.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/pyramid.h"
#include "sense/robust.h"

enum {
    CORE_LINES = 256,                      /* lines of a strip */
    HALO_LINES = 2 << VAHO_N_LEVELS,       /* and what its neighbours lend it to each side */
    MAX_SPREAD_SAMPLE = 3072,              /* places kept to measure robust spreads */
    SIGNATURE_BATCH = 64,                  /* projected at a time */
    MAX_CANDIDATES_PER_STRIP = 1 << 20
};
/* Loading of the covariance, as a share of its middle eigenvalue (the noise floor): so much
 * at least, and more where few independent places were averaged. */
static const double LOADING = 0.02, LOADING_PER_BAND_PER_PLACE = 0.5;
static const float MIN_COVER = 0.5f; /* share of a place's pixels that must be valid */

struct model { /* of one level and hypothesis */
    double *covariance, *cholesky; /* n_bands x n_bands */
    double n_places;
    float *sample;      /* n_sample x n_bands: places kept */
    size_t n_sample;
    float *filter;      /* n_bands x n_signatures */
    double *spread;     /* n_signatures */
};

struct vaho_evidence {
    struct vaho_scene scene;
    const unsigned char *excluded;
    size_t n_bands, n_samples, n_lines, n_strips, n_hypotheses;
    struct model model[VAHO_N_LEVELS][VAHO_MAX_HYPOTHESES];
    size_t n_signatures, n_real;
    struct vaho_level_map *map; /* n_real x VAHO_N_LEVELS */
};

/* Covariance sums of one strip. */
struct strip_sums {
    double *sum[VAHO_N_LEVELS][VAHO_MAX_HYPOTHESES];
    size_t n_places[VAHO_N_LEVELS][VAHO_MAX_HYPOTHESES];
    float *sample[VAHO_N_LEVELS][VAHO_MAX_HYPOTHESES];
    size_t n_sample[VAHO_N_LEVELS][VAHO_MAX_HYPOTHESES];
};

struct learn_context {
    const struct vaho_evidence *evidence;
    struct strip_sums *strip;
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

static void strip_extent(size_t *first, size_t *n_lines, size_t *core_first, size_t *core_end,
                         const struct vaho_evidence *evidence, size_t strip)
{
    size_t from = strip * CORE_LINES, end;

    *core_first = from;
    *core_end = from + CORE_LINES < evidence->n_lines ? from + CORE_LINES : evidence->n_lines;
    from = from > HALO_LINES ? from - HALO_LINES : 0;
    end = *core_end + HALO_LINES < evidence->n_lines ? *core_end + HALO_LINES : evidence->n_lines;
    *first = from;
    *n_lines = end - from;
}

/* Binomial weights over the 3 x 3 blocks around one: w and w^2 by distance class. */
static const float WEIGHT[3] = {0.25f, 0.5f, 0.25f};

/*
 * Norms of a layer under hypothesis (a, b): out = sqrt(sum(w^2 k^2)) at each
 * block, 0 where too few pixels are valid.  'energy' is scratch of the same size.
 */
static void place_norms(float *out, float *energy, const struct vaho_layer *layer, double a,
                        double b, float full)
{
    size_t rows = layer->n_rows, cols = layer->n_cols;
    float aa = (float)(a * a), ab = (float)(2.0 * a * b), bb = (float)(b * b);

    for (size_t i = 0; i < rows * cols; i++)
        energy[i] = fmaxf(0.0f, aa * layer->n0[i] + ab * layer->n1[i] + bb * layer->n2[i]);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            float sum = 0.0f, cover = 0.0f;
            for (int dr = -1; dr <= 1; dr++)
                for (int dc = -1; dc <= 1; dc++) {
                    size_t rr = r + (size_t)dr, cc = c + (size_t)dc; /* wraps past 0: caught below */
                    float w = WEIGHT[dr + 1] * WEIGHT[dc + 1];
                    if (rr >= rows || cc >= cols)
                        continue;
                    sum += w * w * energy[rr * cols + cc];
                    cover += w * layer->n0[rr * cols + cc];
                }
            out[r * cols + c] = cover >= MIN_COVER * full && sum > 0.0f ? sqrtf(sum) : 0.0f;
        }
}

/* One plane (n_rows x n_cols with the given row stride) smoothed by the binomial. */
static void smooth_plane(float *out, const float *in, size_t rows, size_t cols, size_t stride,
                         float *scratch)
{
    for (size_t r = 0; r < rows; r++) {
        const float *x = in + r * stride;
        float *y = scratch + r * cols;
        for (size_t c = 0; c < cols; c++)
            y[c] = 0.5f * x[c];
        for (size_t c = 1; c < cols; c++)
            y[c] += 0.25f * x[c - 1];
        for (size_t c = 0; c + 1 < cols; c++)
            y[c] += 0.25f * x[c + 1];
    }
    for (size_t r = 0; r < rows; r++) {
        float *y = out + r * cols;
        const float *x = scratch + r * cols;
        for (size_t c = 0; c < cols; c++)
            y[c] = 0.5f * x[c];
        if (r > 0)
            for (size_t c = 0; c < cols; c++)
                y[c] += 0.25f * x[c - cols];
        if (r + 1 < rows)
            for (size_t c = 0; c < cols; c++)
                y[c] += 0.25f * x[c + cols];
    }
}

/* The contrast-weighted block sums of one layer: rows x n_bands x cols. */
static void weigh(float *out, const struct vaho_layer *layer, size_t n_bands, double a, double b)
{
    size_t n = layer->n_rows * n_bands * layer->n_cols;
    float fa = (float)a, fb = (float)b;

    for (size_t i = 0; i < n; i++)
        out[i] = fa * layer->z0[i] + fb * layer->z1[i];
}

/*
 * Collects Y at the places of a layer's core (every second one at level 1, whose
 * neighbours share most pixels) into y (count x n_bands) and returns the count.
 */
static size_t gather_places(double *y, const struct vaho_evidence *evidence,
                            const struct vaho_layer *layer, size_t level, const float *weighted,
                            const float *norm, size_t first_line, size_t core_first, size_t core_end)
{
    size_t nb = evidence->n_bands, cols = layer->n_cols, step = level == 1 ? 2 : 1, n = 0;
    size_t side = (size_t)1 << level;
    size_t row0 = (core_first - first_line) / side, row_end = (core_end - first_line + side - 1) / side;

    for (size_t r = row0; r < row_end; r += step)
        for (size_t c = 0; c < cols; c += step) {
            size_t line = first_line + r * side + side / 2, sample = c * side + side / 2;
            float scale = norm[r * cols + c];
            if (scale == 0.0f)
                continue;
            if (evidence->excluded != NULL && line < evidence->n_lines &&
                sample < evidence->n_samples && evidence->excluded[line * evidence->n_samples + sample])
                continue;
            memset(y + n * nb, 0, nb * sizeof *y);
            for (int dr = -1; dr <= 1; dr++)
                for (int dc = -1; dc <= 1; dc++) {
                    size_t rr = r + (size_t)dr, cc = c + (size_t)dc;
                    double w = (double)(WEIGHT[dr + 1] * WEIGHT[dc + 1]) / (double)scale;
                    const float *z;
                    if (rr >= layer->n_rows || cc >= cols)
                        continue;
                    z = weighted + rr * nb * cols + cc;
                    for (size_t b = 0; b < nb; b++)
                        y[n * nb + b] += w * (double)z[b * cols];
                }
            n++;
        }
    return n;
}

static enum vaho_status learn_strip(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct learn_context *learn = context;
    const struct vaho_evidence *evidence = learn->evidence;
    struct strip_sums *strip = &learn->strip[task];
    size_t nb = evidence->n_bands, first, n_lines, core_first, core_end, most;
    size_t keep = MAX_SPREAD_SAMPLE / evidence->n_strips + 1;
    struct vaho_pyramid *pyramid = NULL;
    float *weighted = NULL, *norm = NULL, *energy = NULL;
    double *y = NULL;
    enum vaho_status status;

    (void)worker;
    strip_extent(&first, &n_lines, &core_first, &core_end, evidence, task);
    status = vaho_pyramid_new(&pyramid, nb, evidence->n_samples, n_lines, error);
    if (status != VAHO_OK)
        return status;
    most = (n_lines / 2 + 1) * pyramid->layer[0].n_cols;
    weighted = vaho_alloc(most * nb, sizeof *weighted);
    norm = vaho_alloc(most, sizeof *norm);
    energy = vaho_alloc(most, sizeof *energy);
    y = vaho_alloc(most / 2 * nb, sizeof *y); /* level 1 at every second row and column */
    if (!weighted || !norm || !energy || !y) {
        status = vaho_fail_memory(error, "the statistics of a strip");
        goto fail;
    }
    status = vaho_pyramid_build(pyramid, &evidence->scene, first, n_lines, error);
    for (size_t j = 1; status == VAHO_OK && j <= VAHO_N_LEVELS; j++)
        for (size_t h = 0; status == VAHO_OK && h < evidence->n_hypotheses; h++) {
            const struct vaho_layer *layer = &pyramid->layer[j - 1];
            double a = evidence->scene.contrast->a[h], b = evidence->scene.contrast->b[h];
            double *sum = vaho_alloc(nb * nb, sizeof *sum);
            float *sample = vaho_alloc(keep * nb, sizeof *sample);
            size_t n, step;
            strip->sum[j - 1][h] = sum;
            strip->sample[j - 1][h] = sample;
            if (sum == NULL || sample == NULL) {
                status = vaho_fail_memory(error, "the statistics of a strip");
                break;
            }
            weigh(weighted, layer, nb, a, b);
            place_norms(norm, energy, layer, a, b, (float)(1u << (2 * j)));
            n = gather_places(y, evidence, layer, j, weighted, norm, first, core_first, core_end);
            if (n > 0)
                cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)nb, (int)n, 1.0, y, (int)nb,
                            0.0, sum, (int)nb);
            strip->n_places[j - 1][h] = n;
            step = n / keep + 1;
            for (size_t i = 0; i < n && strip->n_sample[j - 1][h] < keep; i += step) {
                float *to = sample + strip->n_sample[j - 1][h]++ * nb;
                for (size_t k = 0; k < nb; k++)
                    to[k] = (float)y[i * nb + k];
            }
        }
fail:
    vaho_pyramid_free(pyramid);
    free(weighted);
    free(norm);
    free(energy);
    free(y);
    return status;
}

/* The middle eigenvalue of a symmetric matrix (lower triangle), the noise floor. */
static enum vaho_status middle_eigenvalue(double *out, const double *matrix, size_t n,
                                          struct vaho_error *error)
{
    double *copy = vaho_alloc(n * n, sizeof *copy), *value = vaho_alloc(n, sizeof *value);
    enum vaho_status status = VAHO_OK;

    if (copy == NULL || value == NULL)
        status = vaho_fail_memory(error, "a covariance");
    else {
        memcpy(copy, matrix, n * n * sizeof *copy);
        if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'N', 'L', (int)n, copy, (int)n, value) != 0)
            status = vaho_fail(error, VAHO_SINGULAR, "a covariance has no eigenvalues");
        *out = value[n / 2];
    }
    free(copy);
    free(value);
    return status;
}

/* Adds the strips of one level and hypothesis, loads and factors. */
static enum vaho_status settle_model(struct model *model, const struct vaho_evidence *evidence,
                                     struct strip_sums *strip, size_t j, size_t h, double *floor,
                                     struct vaho_error *error)
{
    size_t nb = evidence->n_bands, n_sample = 0;
    double loading;
    enum vaho_status status;

    for (size_t i = 0; i < evidence->n_strips; i++)
        n_sample += strip[i].n_sample[j][h];
    model->covariance = vaho_alloc(nb * nb, sizeof(double));
    model->cholesky = vaho_alloc(nb * nb, sizeof(double));
    model->sample = vaho_alloc(n_sample * nb, sizeof(float));
    if (!model->covariance || !model->cholesky || !model->sample)
        return vaho_fail_memory(error, "a covariance");
    for (size_t i = 0; i < evidence->n_strips; i++) {
        for (size_t k = 0; k < nb * nb; k++)
            model->covariance[k] += strip[i].sum[j][h][k];
        model->n_places += (double)strip[i].n_places[j][h];
        memcpy(model->sample + model->n_sample * nb, strip[i].sample[j][h],
               strip[i].n_sample[j][h] * nb * sizeof(float));
        model->n_sample += strip[i].n_sample[j][h];
    }
    if (model->n_places < 8.0)
        return VAHO_OK; /* a level too coarse for this cube: it stays without a model */
    for (size_t k = 0; k < nb * nb; k++)
        model->covariance[k] /= model->n_places;
    if (j == 0) { /* noise is as large at every level: measured where places abound */
        status = middle_eigenvalue(floor, model->covariance, nb, error);
        if (status != VAHO_OK)
            return status;
        if (!(*floor > 0.0))
            return vaho_fail(error, VAHO_SINGULAR,
                             "the bands do not vary independently: %zu places for %zu bands; use "
                             "fewer bands or a longer flight line",
                             (size_t)model->n_places, nb);
    }
    loading = *floor * (LOADING + LOADING_PER_BAND_PER_PLACE * (double)nb / model->n_places);
    for (size_t k = 0; k < nb; k++) {
        model->covariance[k * nb + k] += loading;
        for (size_t i = k + 1; i < nb; i++)
            model->covariance[k * nb + i] = model->covariance[i * nb + k];
    }
    memcpy(model->cholesky, model->covariance, nb * nb * sizeof(double));
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)nb, model->cholesky, (int)nb) != 0)
        return vaho_fail(error, VAHO_SINGULAR, "the covariance of %zu bands is not positive definite",
                         nb);
    return VAHO_OK;
}

enum vaho_status vaho_evidence_learn(struct vaho_evidence **out, const struct vaho_scene *scene,
                                     const unsigned char *excluded, struct vaho_pool *pool,
                                     struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(scene->source);
    struct vaho_evidence *evidence = vaho_alloc(1, sizeof *evidence);
    struct learn_context learn = {.evidence = evidence};
    enum vaho_status status;

    *out = NULL;
    if (evidence == NULL)
        return vaho_fail_memory(error, "the evidence");
    evidence->scene = *scene;
    evidence->excluded = excluded;
    evidence->n_bands = vaho_columns_n_bands(scene->columns);
    evidence->n_samples = info->n_samples;
    evidence->n_lines = info->n_lines;
    evidence->n_strips = (info->n_lines + CORE_LINES - 1) / CORE_LINES;
    evidence->n_hypotheses = scene->contrast->n_hypotheses;
    learn.strip = vaho_alloc(evidence->n_strips, sizeof *learn.strip);
    if (learn.strip == NULL)
        status = vaho_fail_memory(error, "the evidence");
    else
        status = vaho_pool_run(pool, evidence->n_strips, learn_strip, &learn, error);
    for (size_t h = 0; status == VAHO_OK && h < evidence->n_hypotheses; h++) {
        double floor = 0.0;
        for (size_t j = 0; status == VAHO_OK && j < VAHO_N_LEVELS; j++)
            status = settle_model(&evidence->model[j][h], evidence, learn.strip, j, h, &floor, error);
    }
    for (size_t i = 0; learn.strip != NULL && i < evidence->n_strips; i++)
        for (size_t j = 0; j < VAHO_N_LEVELS; j++)
            for (size_t h = 0; h < VAHO_MAX_HYPOTHESES; h++) {
                free(learn.strip[i].sum[j][h]);
                free(learn.strip[i].sample[j][h]);
            }
    free(learn.strip);
    if (status != VAHO_OK) {
        vaho_evidence_free(evidence);
        return status;
    }
    *out = evidence;
    return VAHO_OK;
}

static void free_maps(struct vaho_evidence *evidence)
{
    for (size_t i = 0; evidence->map != NULL && i < evidence->n_real * VAHO_N_LEVELS; i++) {
        free(evidence->map[i].z);
        free(evidence->map[i].hypothesis);
    }
    free(evidence->map);
    evidence->map = NULL;
}

void vaho_evidence_free(struct vaho_evidence *evidence)
{
    if (evidence == NULL)
        return;
    for (size_t j = 0; j < VAHO_N_LEVELS; j++)
        for (size_t h = 0; h < VAHO_MAX_HYPOTHESES; h++) {
            struct model *model = &evidence->model[j][h];
            free(model->covariance);
            free(model->cholesky);
            free(model->sample);
            free(model->filter);
            free(model->spread);
        }
    free_maps(evidence);
    free(evidence);
}

/* Filters of one model: C^-1 p / sqrt(p' C^-1 p), divided by their robust spread. */
static enum vaho_status make_filters(struct model *model, const float *signature, size_t n,
                                     size_t nb, struct vaho_error *error)
{
    double *x = vaho_alloc(nb * n, sizeof *x);
    float *output = vaho_alloc(model->n_sample * n, sizeof *output);
    float *one = vaho_alloc(model->n_sample, sizeof *one);
    enum vaho_status status = VAHO_OK;

    model->filter = vaho_alloc(nb * n, sizeof *model->filter);
    model->spread = vaho_alloc(n, sizeof *model->spread);
    if (!x || !output || !one || !model->filter || !model->spread) {
        status = vaho_fail_memory(error, "the filters");
        goto fail;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < nb; b++)
            x[b * n + i] = (double)signature[i * nb + b];
    if (LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'L', (int)nb, (int)n, model->cholesky, (int)nb, x, (int)n) != 0) {
        status = vaho_fail(error, VAHO_FAULT, "the filters cannot be solved for");
        goto fail;
    }
    for (size_t i = 0; i < n; i++) {
        double power = 0.0, scale;
        for (size_t b = 0; b < nb; b++)
            power += x[b * n + i] * (double)signature[i * nb + b];
        scale = power > 0.0 ? 1.0 / sqrt(power) : 0.0;
        for (size_t b = 0; b < nb; b++)
            model->filter[b * n + i] = (float)(x[b * n + i] * scale);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)model->n_sample, (int)n, (int)nb, 1.0f,
                model->sample, (int)nb, model->filter, (int)n, 0.0f, output, (int)n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < model->n_sample; k++)
            one[k] = output[k * n + i];
        model->spread[i] = model->n_sample > 32 ? (double)vaho_robust_sigma(one, model->n_sample) : 1.0;
        if (!(model->spread[i] > 0.0))
            model->spread[i] = 1.0;
        for (size_t b = 0; b < nb; b++)
            model->filter[b * n + i] /= (float)model->spread[i];
    }
fail:
    free(x);
    free(output);
    free(one);
    return status;
}

enum vaho_status vaho_evidence_set_signatures(struct vaho_evidence *evidence,
                                              const float *signature, size_t n, size_t n_real,
                                              struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    free_maps(evidence);
    evidence->n_signatures = n;
    evidence->n_real = n_real;
    for (size_t j = 0; j < VAHO_N_LEVELS; j++)
        for (size_t h = 0; status == VAHO_OK && h < evidence->n_hypotheses; h++) {
            struct model *model = &evidence->model[j][h];
            free(model->filter);
            free(model->spread);
            model->filter = NULL;
            model->spread = NULL;
            if (model->n_places >= 8.0)
                status = make_filters(model, signature, n, evidence->n_bands, error);
        }
    evidence->map = vaho_alloc(n_real * VAHO_N_LEVELS, sizeof *evidence->map);
    if (status == VAHO_OK && evidence->map == NULL)
        status = vaho_fail_memory(error, "the evidence maps");
    for (size_t i = 0; status == VAHO_OK && i < n_real * VAHO_N_LEVELS; i++) {
        struct vaho_level_map *map = &evidence->map[i];
        size_t side = (size_t)2 << i % VAHO_N_LEVELS;
        map->n_rows = (evidence->n_lines + side - 1) / side;
        map->n_cols = (evidence->n_samples + side - 1) / side;
        map->z = vaho_alloc(map->n_rows * map->n_cols, sizeof *map->z);
        map->hypothesis = vaho_alloc(map->n_rows * map->n_cols, 1);
        if (map->z == NULL || map->hypothesis == NULL)
            status = vaho_fail_memory(error, "the evidence maps");
    }
    return status;
}

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
    float *weighted[VAHO_MAX_HYPOTHESES]; /* n_bands-major planes of the layer: see project() */
    float *norm[VAHO_MAX_HYPOTHESES];
    float *energy, *projected, *smooth, *plane, *best;
    unsigned char *hypothesis;
};

/* The evidence of signatures [first, first + n) at one layer: best[n x rows x cols]. */
static void project(struct scratch *scratch, const struct vaho_evidence *evidence,
                    const struct vaho_layer *layer, size_t j, size_t first, size_t n)
{
    size_t nb = evidence->n_bands, rows = layer->n_rows, cols = layer->n_cols, np = rows * cols;

    for (size_t i = 0; i < n * np; i++)
        scratch->best[i] = NAN;
    for (size_t h = 0; h < evidence->n_hypotheses; h++) {
        const struct model *model = &evidence->model[j][h];
        const float *norm = scratch->norm[h];
        if (model->filter == NULL)
            continue;
        for (size_t r = 0; r < rows; r++) /* (signatures x bands) times (bands x cols), row by row */
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n, (int)cols, (int)nb, 1.0f,
                        model->filter + first, (int)evidence->n_signatures,
                        scratch->weighted[h] + r * nb * cols, (int)cols, 0.0f,
                        scratch->projected + r * n * cols, (int)cols);
        for (size_t i = 0; i < n; i++) {
            float *best = scratch->best + i * np;
            unsigned char *which = scratch->hypothesis + i * np;
            smooth_plane(scratch->smooth, scratch->projected + i * cols, rows, cols, n * cols,
                         scratch->plane);
            for (size_t k = 0; k < np; k++) {
                float z = scratch->smooth[k] / norm[k];
                if (norm[k] > 0.0f && !(z <= best[k])) {
                    best[k] = z;
                    which[k] = (unsigned char)h;
                }
            }
        }
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
    size_t row0 = (core_first - first_line) / side, row_end = (core_end - first_line + side - 1) / side;
    size_t offset = first_line / side;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < n; i++) {
        const float *z = scratch->best + i * rows * cols;
        const unsigned char *which = scratch->hypothesis + i * rows * cols;
        for (size_t r = row0; status == VAHO_OK && r < row_end; r++)
            for (size_t c = 0; status == VAHO_OK && c < cols; c++) {
                struct vaho_candidate candidate = {
                    .signature = (unsigned)(first + i), .level = (unsigned char)(j + 1),
                    .hypothesis = which[r * cols + c], .row = (unsigned)(r + offset),
                    .col = (unsigned)c, .z = z[r * cols + c]};
                if ((double)candidate.z >= z_min && is_peak(z, rows, cols, r, c))
                    status = add_candidate(found, &candidate, error);
            }
        if (first + i < evidence->n_real) {
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
    for (size_t h = 0; h < VAHO_MAX_HYPOTHESES; h++) {
        free(scratch->weighted[h]);
        free(scratch->norm[h]);
    }
    free(scratch->energy);
    free(scratch->projected);
    free(scratch->smooth);
    free(scratch->plane);
    free(scratch->best);
    free(scratch->hypothesis);
}

static int scratch_new(struct scratch *scratch, size_t n_places, size_t n_bands, size_t n_hypotheses)
{
    *scratch = (struct scratch){0};
    for (size_t h = 0; h < n_hypotheses; h++) {
        scratch->weighted[h] = vaho_alloc(n_places * n_bands, sizeof(float));
        scratch->norm[h] = vaho_alloc(n_places, sizeof(float));
        if (scratch->weighted[h] == NULL || scratch->norm[h] == NULL)
            return 0;
    }
    scratch->energy = vaho_alloc(n_places, sizeof(float));
    scratch->projected = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float));
    scratch->smooth = vaho_alloc(n_places, sizeof(float));
    scratch->plane = vaho_alloc(n_places, sizeof(float));
    scratch->best = vaho_alloc(n_places * SIGNATURE_BATCH, sizeof(float));
    scratch->hypothesis = vaho_alloc(n_places * SIGNATURE_BATCH, 1);
    return scratch->energy && scratch->projected && scratch->smooth && scratch->plane &&
           scratch->best && scratch->hypothesis;
}

static enum vaho_status score_strip(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct score_context *score = context;
    struct vaho_evidence *evidence = score->evidence;
    size_t nb = evidence->n_bands, first, n_lines, core_first, core_end;
    struct vaho_pyramid *pyramid = NULL;
    struct scratch scratch = {0};
    enum vaho_status status;

    (void)worker;
    strip_extent(&first, &n_lines, &core_first, &core_end, evidence, task);
    status = vaho_pyramid_new(&pyramid, nb, evidence->n_samples, n_lines, error);
    if (status == VAHO_OK && !scratch_new(&scratch, (n_lines / 2 + 1) * pyramid->layer[0].n_cols, nb,
                                          evidence->n_hypotheses))
        status = vaho_fail_memory(error, "the scores of a strip");
    if (status == VAHO_OK)
        status = vaho_pyramid_build(pyramid, &evidence->scene, first, n_lines, error);
    for (size_t j = 0; status == VAHO_OK && j < VAHO_N_LEVELS; j++) {
        const struct vaho_layer *layer = &pyramid->layer[j];
        for (size_t h = 0; h < evidence->n_hypotheses; h++) {
            double a = evidence->scene.contrast->a[h], b = evidence->scene.contrast->b[h];
            weigh(scratch.weighted[h], layer, nb, a, b);
            place_norms(scratch.norm[h], scratch.energy, layer, a, b, (float)(4u << (2 * j)));
        }
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

const struct vaho_level_map *vaho_evidence_map(const struct vaho_evidence *evidence,
                                               size_t signature, size_t level)
{
    return &evidence->map[signature * VAHO_N_LEVELS + level - 1];
}

const double *vaho_evidence_covariance(const struct vaho_evidence *evidence, size_t level,
                                       size_t hypothesis)
{
    return evidence->model[level - 1][hypothesis].covariance;
}

const double *vaho_evidence_cholesky(const struct vaho_evidence *evidence, size_t level,
                                     size_t hypothesis)
{
    return evidence->model[level - 1][hypothesis].cholesky;
}

double vaho_evidence_spread(const struct vaho_evidence *evidence, size_t level, size_t hypothesis,
                            size_t signature)
{
    return evidence->model[level - 1][hypothesis].spread[signature];
}
