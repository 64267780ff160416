#include "find/evidence.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"
#include "sense/robust.h"

enum {
    MAX_SAMPLE = 2048, /* places kept to measure spreads and offsets */
    MIN_PLACES = 8
};
/* Loading of the covariance, as a share of its middle eigenvalue (the noise floor): so much
 * at least, and more where few independent places were averaged. */
static const double LOADING = 0.02, LOADING_PER_BAND_PER_PLACE = 0.5;
/* A quantile of the lower tail and where a Gaussian has it. */
static const double LOW_TAIL = 0.03;
static const float LOW_TAIL_SIGMAS = 1.881f;
static const float MIN_COVER = 0.5f; /* share of a place's pixels that must be valid */

/* The binomial as a table. */
static const float WEIGHT[3] = {VAHO_BINOMIAL_SIDE, VAHO_BINOMIAL_CENTRE, VAHO_BINOMIAL_SIDE};

/* What one strip adds to a model. */
struct strip_sums {
    double *sum[VAHO_N_LEVELS]; /* of Y Y', lower triangle */
    size_t n_places[VAHO_N_LEVELS], n_sample[VAHO_N_LEVELS];
    float *sample_z[VAHO_N_LEVELS], *sample_n[VAHO_N_LEVELS];
};

struct learn_context {
    const struct vaho_evidence *evidence;
    struct strip_sums *strip;
};

void vaho_strip_extent(size_t *first, size_t *n_lines, size_t *core_first, size_t *core_end,
                       size_t cube_lines, size_t strip)
{
    size_t from = strip * VAHO_CORE_LINES, end;

    *core_first = from;
    *core_end = from + VAHO_CORE_LINES < cube_lines ? from + VAHO_CORE_LINES : cube_lines;
    from = from > VAHO_HALO_LINES ? from - VAHO_HALO_LINES : 0;
    end = *core_end + VAHO_HALO_LINES < cube_lines ? *core_end + VAHO_HALO_LINES : cube_lines;
    *first = from;
    *n_lines = end - from;
}

void vaho_smooth_plane(float *out, const float *in, size_t rows, size_t cols, size_t stride,
                       float side, float centre, float *scratch)
{
    for (size_t r = 0; r < rows; r++) {
        const float *x = in + r * stride;
        float *y = scratch + r * cols;
        for (size_t c = 0; c < cols; c++)
            y[c] = centre * x[c];
        for (size_t c = 1; c < cols; c++)
            y[c] += side * x[c - 1];
        for (size_t c = 0; c + 1 < cols; c++)
            y[c] += side * x[c + 1];
    }
    for (size_t r = 0; r < rows; r++) {
        float *y = out + r * cols;
        const float *x = scratch + r * cols;
        for (size_t c = 0; c < cols; c++)
            y[c] = centre * x[c];
        if (r > 0)
            for (size_t c = 0; c < cols; c++)
                y[c] += side * x[c - cols];
        if (r + 1 < rows)
            for (size_t c = 0; c < cols; c++)
                y[c] += side * x[c + cols];
    }
}

void vaho_place_moments(float *out, const struct vaho_layer *layer, size_t n_parts, size_t level,
                        float *scratch)
{
    size_t np = layer->n_rows * layer->n_cols;
    float *cover = out + VAHO_N_PAIRS * np, full = (float)(1u << (2 * level));

    for (size_t k = 0; k < n_parts; k++)
        for (size_t l = k; l < n_parts; l++)
            vaho_smooth_plane(out + vaho_pair(k, l) * np, layer->n[vaho_pair(k, l)], layer->n_rows,
                              layer->n_cols, layer->n_cols, VAHO_BINOMIAL_SIDE * VAHO_BINOMIAL_SIDE,
                              VAHO_BINOMIAL_CENTRE * VAHO_BINOMIAL_CENTRE, scratch);
    vaho_smooth_plane(cover, layer->n[0], layer->n_rows, layer->n_cols, layer->n_cols,
                      VAHO_BINOMIAL_SIDE, VAHO_BINOMIAL_CENTRE, scratch);
    for (size_t i = 0; i < np; i++)
        if (cover[i] < MIN_COVER * full)
            cover[i] = 0.0f;
}

/* The reference weight as factors of the parts. */
static void reference_factors(double factor[VAHO_N_PARTS], const struct vaho_contrast *contrast)
{
    for (size_t k = 0; k < contrast->n_parts; k++)
        factor[k] = contrast->weight[k];
    factor[0] += contrast->d_reference;
}

/* Z_k of one place: n_parts x n_bands. */
static void place_spectra(float *out, const struct vaho_layer *layer, size_t n_parts, size_t nb,
                          size_t r, size_t c)
{
    memset(out, 0, n_parts * nb * sizeof *out);
    for (int dr = -1; dr <= 1; dr++)
        for (int dc = -1; dc <= 1; dc++) {
            size_t rr = r + (size_t)dr, cc = c + (size_t)dc; /* wraps past 0: caught below */
            float w = WEIGHT[dr + 1] * WEIGHT[dc + 1];
            if (rr >= layer->n_rows || cc >= layer->n_cols)
                continue;
            for (size_t k = 0; k < n_parts; k++) {
                const float *z = layer->z[k] + rr * nb * layer->n_cols + cc;
                for (size_t b = 0; b < nb; b++)
                    out[k * nb + b] += w * z[b * layer->n_cols];
            }
        }
}

/*
 * Y at the places of a layer's core (every second one at level 1, whose
 * neighbours share most pixels) into y (count x n_bands); every so many are kept
 * in the sample.  Returns the count.
 */
static size_t gather_places(double *y, struct strip_sums *strip,
                            const struct vaho_evidence *evidence, const struct vaho_layer *layer,
                            size_t level, const float *moments, float *spectra, size_t first_line,
                            size_t core_first, size_t core_end)
{
    size_t nb = evidence->n_bands, np = layer->n_rows * layer->n_cols, step = level == 1 ? 2 : 1,
           n = 0;
    size_t side = (size_t)1 << level, keep = MAX_SAMPLE / evidence->n_strips + 1;
    size_t row0 = (core_first - first_line) / side,
           row_end = (core_end - first_line + side - 1) / side;
    size_t every = (row_end - row0) * layer->n_cols / (step * step) / keep + 1;
    double factor[VAHO_N_PARTS];

    reference_factors(factor, evidence->scene.contrast);
    for (size_t r = row0; r < row_end; r += step)
        for (size_t c = 0; c < layer->n_cols; c += step) {
            size_t at = r * layer->n_cols + c;
            double energy = 0.0;
            if (moments[VAHO_N_PAIRS * np + at] == 0.0f)
                continue;
            for (size_t k = 0; k < evidence->n_parts; k++)
                for (size_t l = k; l < evidence->n_parts; l++)
                    energy += (k == l ? 1.0 : 2.0) * factor[k] * factor[l] *
                              (double)moments[vaho_pair(k, l) * np + at];
            if (!(energy > 0.0))
                continue;
            place_spectra(spectra, layer, evidence->n_parts, nb, r, c);
            energy = 1.0 / sqrt(energy);
            for (size_t b = 0; b < nb; b++) {
                double sum = 0.0;
                for (size_t k = 0; k < evidence->n_parts; k++)
                    sum += factor[k] * (double)spectra[k * nb + b];
                y[n * nb + b] = sum * energy;
            }
            if (n % every == 0 && strip->n_sample[level - 1] < keep) {
                size_t i = strip->n_sample[level - 1]++;
                memcpy(strip->sample_z[level - 1] + i * evidence->n_parts * nb, spectra,
                       evidence->n_parts * nb * sizeof *spectra);
                for (size_t k = 0; k <= VAHO_N_PAIRS; k++)
                    strip->sample_n[level - 1][i * (VAHO_N_PAIRS + 1) + k] = moments[k * np + at];
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
    size_t keep = MAX_SAMPLE / evidence->n_strips + 1;
    struct vaho_pyramid *pyramid = NULL;
    float *moments = NULL, *scratch = NULL, *spectra = NULL;
    double *y = NULL;
    enum vaho_status status;

    (void)worker;
    vaho_strip_extent(&first, &n_lines, &core_first, &core_end, evidence->n_lines,
                      task * (1 + evidence->scene.n_skipped));
    status = vaho_pyramid_new(&pyramid, &evidence->scene, n_lines, error);
    if (status != VAHO_OK)
        return status;
    most = (n_lines / 2 + 1) * pyramid->layer[0].n_cols;
    moments = vaho_alloc(most * (VAHO_N_PAIRS + 1), sizeof *moments);
    scratch = vaho_alloc(most, sizeof *scratch);
    spectra = vaho_alloc(evidence->n_parts * nb, sizeof *spectra);
    y = vaho_alloc((most / 2 + 1) * nb, sizeof *y); /* level 1 at every second row and column */
    if (!moments || !scratch || !spectra || !y)
        status = vaho_fail_memory(error, "the statistics of a strip");
    if (status == VAHO_OK)
        status = vaho_pyramid_build(pyramid, &evidence->scene, evidence->excluded, first, n_lines,
                                    error);
    for (size_t j = 1; status == VAHO_OK && j <= VAHO_N_LEVELS; j++) {
        const struct vaho_layer *layer = &pyramid->layer[j - 1];
        double *sum = strip->sum[j - 1] = vaho_alloc(nb * nb, sizeof *sum);
        strip->sample_z[j - 1] = vaho_alloc(keep * evidence->n_parts * nb, sizeof(float));
        strip->sample_n[j - 1] = vaho_alloc(keep * (VAHO_N_PAIRS + 1), sizeof(float));
        if (!sum || !strip->sample_z[j - 1] || !strip->sample_n[j - 1]) {
            status = vaho_fail_memory(error, "the statistics of a strip");
            break;
        }
        vaho_place_moments(moments, layer, evidence->n_parts, j, scratch);
        strip->n_places[j - 1] = gather_places(y, strip, evidence, layer, j, moments, spectra,
                                               first, core_first, core_end);
        if (strip->n_places[j - 1] > 0)
            cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)nb, (int)strip->n_places[j - 1],
                        1.0, y, (int)nb, 0.0, sum, (int)nb);
    }
    vaho_pyramid_free(pyramid);
    free(moments);
    free(scratch);
    free(spectra);
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

/* Adds up the strips' samples of level j. */
static enum vaho_status gather_sample(struct vaho_evidence_model *model,
                                      const struct vaho_evidence *evidence,
                                      const struct strip_sums *strip, size_t n_strips, size_t j,
                                      struct vaho_error *error)
{
    size_t nz = evidence->n_parts * evidence->n_bands, nn = VAHO_N_PAIRS + 1, n = 0;

    for (size_t i = 0; i < n_strips; i++)
        n += strip[i].n_sample[j];
    model->sample_z = vaho_alloc(n * nz, sizeof(float));
    model->sample_n = vaho_alloc(n * nn, sizeof(float));
    if (!model->sample_z || !model->sample_n)
        return vaho_fail_memory(error, "the sample of places");
    for (size_t i = 0; i < n_strips; i++) {
        size_t m = strip[i].n_sample[j];
        memcpy(model->sample_z + model->n_sample * nz, strip[i].sample_z[j],
               m * nz * sizeof(float));
        memcpy(model->sample_n + model->n_sample * nn, strip[i].sample_n[j],
               m * nn * sizeof(float));
        model->n_sample += m;
    }
    return VAHO_OK;
}

/* Adds the strips of level j, loads and factors; a level too coarse for the cube gets no model. */
static enum vaho_status settle_model(struct vaho_evidence *evidence, struct strip_sums *strip,
                                     size_t n_strips, size_t j, double *floor,
                                     struct vaho_error *error)
{
    struct vaho_evidence_model *model = &evidence->model[j];
    size_t nb = evidence->n_bands;
    double loading, *c;
    enum vaho_status status = gather_sample(model, evidence, strip, n_strips, j, error);

    for (size_t i = 0; i < n_strips; i++)
        model->n_places += (double)strip[i].n_places[j];
    if (status != VAHO_OK || (model->n_places < MIN_PLACES && j > 0))
        return status;
    c = vaho_alloc(nb * nb, sizeof *c);
    if (c == NULL)
        return vaho_fail_memory(error, "a covariance");
    for (size_t i = 0; i < n_strips; i++)
        for (size_t k = 0; k < nb * nb; k++)
            c[k] += strip[i].sum[j][k] / fmax(model->n_places, 1.0);
    model->cholesky = c;
    if (j == 0) { /* noise is as large at every level: measured where places abound */
        status = middle_eigenvalue(floor, c, nb, error);
        if (status != VAHO_OK)
            return status;
        if (!(*floor > 0.0))
            return vaho_fail(error, VAHO_SINGULAR,
                             "the bands do not vary independently: %zu places for %zu bands; use "
                             "fewer bands or a longer flight line",
                             (size_t)model->n_places, nb);
    }
    loading = *floor * (LOADING + LOADING_PER_BAND_PER_PLACE * (double)nb / model->n_places);
    for (size_t k = 0; k < nb; k++)
        c[k * nb + k] += loading;
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)nb, c, (int)nb) != 0)
        return vaho_fail(error, VAHO_SINGULAR,
                         "the covariance of %zu bands is not positive definite", nb);
    return VAHO_OK;
}

enum vaho_status vaho_evidence_learn(struct vaho_evidence **out, const struct vaho_scene *scene,
                                     const unsigned char *excluded, const float *parts,
                                     size_t n_gases, struct vaho_pool *pool,
                                     struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(scene->source);
    struct vaho_evidence *evidence = vaho_alloc(1, sizeof *evidence);
    struct learn_context learn = {.evidence = evidence};
    struct vaho_plume_ground *ground = NULL;
    double floor = 0.0;
    size_t n_learned;
    enum vaho_status status;

    *out = NULL;
    if (evidence == NULL)
        return vaho_fail_memory(error, "the evidence");
    evidence->scene = *scene;
    evidence->excluded = excluded;
    evidence->n_bands = vaho_columns_n_bands(scene->columns);
    evidence->n_samples = info->n_samples;
    evidence->n_lines = info->n_lines;
    evidence->n_strips = (info->n_lines + VAHO_CORE_LINES - 1) / VAHO_CORE_LINES;
    evidence->n_parts = scene->contrast->n_parts;
    evidence->n_hypotheses = scene->contrast->n_hypotheses;
    n_learned = (evidence->n_strips + scene->n_skipped) / (1 + scene->n_skipped);
    learn.strip = vaho_alloc(n_learned, sizeof *learn.strip);
    if (learn.strip == NULL)
        status = vaho_fail_memory(error, "the evidence");
    else
        status = vaho_pool_run(pool, n_learned, learn_strip, &learn, error);
    for (size_t j = 0; status == VAHO_OK && j < VAHO_N_LEVELS; j++)
        status = settle_model(evidence, learn.strip, n_learned, j, &floor, error);
    for (size_t i = 0; learn.strip != NULL && i < n_learned; i++)
        for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
            free(learn.strip[i].sum[j]);
            free(learn.strip[i].sample_z[j]);
            free(learn.strip[i].sample_n[j]);
        }
    free(learn.strip);
    evidence->n_gases = n_gases;
    if (status == VAHO_OK && excluded != NULL)
        status = vaho_plume_ground_new(&ground, excluded, info->n_samples, scene->contrast, parts,
                                       n_gases, evidence->model[0].cholesky, error);
    if (status == VAHO_OK)
        status = vaho_backgrounds_learn(&evidence->backgrounds, scene, ground, parts, n_gases, pool,
                                        error);
    vaho_plume_ground_free(ground);
    if (status != VAHO_OK) {
        vaho_evidence_free(evidence);
        return status;
    }
    *out = evidence;
    return VAHO_OK;
}

static void free_signatures(struct vaho_evidence *evidence)
{
    size_t n_filters = evidence->n_hypotheses * VAHO_N_SCALES;

    for (size_t i = 0; evidence->map != NULL && i < evidence->n_gases * VAHO_N_SCALES; i++) {
        free(evidence->map[i].z);
    }
    free(evidence->map);
    evidence->map = NULL;
    free(evidence->kept.y);
    free(evidence->kept.sum);
    evidence->kept = (struct vaho_kept){0};
    for (size_t g = 0; evidence->group != NULL && g < evidence->n_gases; g++) {
        for (size_t i = 0; evidence->group[g].filter != NULL && i < n_filters; i++)
            free(evidence->group[g].filter[i]);
        for (size_t i = 0; evidence->group[g].excess != NULL && i < n_filters; i++)
            free(evidence->group[g].excess[i]);
        free(evidence->group[g].filter);
        free(evidence->group[g].excess);
        free(evidence->group[g].signature);
    }
    free(evidence->group);
    evidence->group = NULL;
    for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
        struct vaho_evidence_model *model = &evidence->model[j];
        for (size_t k = 0; k <= VAHO_N_PARTS; k++) {
            free(model->filter[k]);
            model->filter[k] = NULL;
        }
        free(model->tuning);
        model->tuning = NULL;
    }
}

void vaho_evidence_free(struct vaho_evidence *evidence)
{
    if (evidence == NULL)
        return;
    free_signatures(evidence);
    vaho_backgrounds_free(evidence->backgrounds);
    for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
        free(evidence->model[j].cholesky);
        free(evidence->model[j].sample_z);
        free(evidence->model[j].sample_n);
    }
    free(evidence);
}

/* Powers of the parts of one signature under ground minus air d. */
static void tune_power(struct vaho_tuning *tuning, const double *gram, size_t n_parts, double d)
{
    size_t m = n_parts + 1, s = n_parts; /* s: the slope's row */

    tuning->d = (float)d;
    for (size_t k = 0; k < n_parts; k++)
        for (size_t l = k; l < n_parts; l++) {
            double g = gram[k * m + l];
            if (k == 0)
                g += d * gram[s * m + l];
            if (k == 0 && l == 0)
                g += d * gram[s * m] + d * d * gram[s * m + s];
            tuning->power[vaho_pair(k, l)] = (float)(k == l ? g : 2.0 * g);
        }
}

/* Offset and spread of one signature and hypothesis from its scores over the sample. */
static void tune_spread(struct vaho_tuning *tuning, const struct vaho_evidence_model *model,
                        const float *const *score, size_t n_parts, size_t signature, float *scratch)
{
    size_t n = model->n_sample, from = signature * n;

    tuning->offset = 0.0f;
    tuning->spread = 1.0f;
    for (int step = 0; step < 2 && n >= 32; step++) {
        for (size_t i = 0; i < n; i++) {
            const float *moment = model->sample_n + i * (VAHO_N_PAIRS + 1);
            float sum = tuning->d * score[n_parts][from + i], energy = 0.0f;
            for (size_t k = 0; k < n_parts; k++)
                sum += score[k][from + i];
            for (size_t k = 0; k < VAHO_N_PAIRS; k++)
                energy += tuning->power[k] * moment[k];
            sum -= tuning->offset * moment[VAHO_N_PAIRS];
            scratch[i] =
                step == 0 ? sum / moment[VAHO_N_PAIRS] : sum / sqrtf(fmaxf(energy, 1e-30f));
        }
        if (step == 0)
            tuning->offset = vaho_median(scratch, n);
        else
            tuning->spread = fmaxf(fmaxf(vaho_robust_sigma(scratch, n),
                                         -vaho_quantile(scratch, n, LOW_TAIL) / LOW_TAIL_SIGMAS),
                                   1e-3f);
    }
}

/* Filters C^-1 p_k, powers, offsets and spreads of one level. */
static enum vaho_status make_filters(const struct vaho_evidence *evidence,
                                     struct vaho_evidence_model *model, const float *parts,
                                     size_t n, struct vaho_error *error)
{
    size_t nb = evidence->n_bands, m = evidence->n_parts + 1, nz = evidence->n_parts * nb;
    double *w = vaho_alloc(m * nb, sizeof *w), gram[(VAHO_N_PARTS + 1) * (VAHO_N_PARTS + 1)];
    float *score[VAHO_N_PARTS + 1] = {NULL},
                                *scratch = vaho_alloc(model->n_sample, sizeof *scratch);
    int missing = w == NULL || scratch == NULL;

    for (size_t k = 0; k < m; k++) {
        missing |= (model->filter[k] = vaho_alloc(nb * n, sizeof(float))) == NULL;
        missing |= (score[k] = vaho_alloc(model->n_sample * n, sizeof(float))) == NULL;
    }
    missing |=
        (model->tuning = vaho_alloc(evidence->n_hypotheses * n, sizeof *model->tuning)) == NULL;
    for (size_t i = 0; !missing && i < n; i++) {
        for (size_t k = 0; k < m * nb; k++)
            w[k] = (double)parts[i * m * nb + k];
        for (size_t k = 0; k < m; k++)
            cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                        model->cholesky, (int)nb, w + k * nb, 1);
        for (size_t k = 0; k < m; k++)
            for (size_t l = 0; l < m; l++)
                gram[k * m + l] = cblas_ddot((int)nb, w + k * nb, 1, w + l * nb, 1);
        for (size_t h = 0; h < evidence->n_hypotheses; h++)
            tune_power(&model->tuning[h * n + i], gram, evidence->n_parts,
                       evidence->scene.contrast->d[h]);
        if (evidence->n_hypotheses == 1) { /* then the slope may as well be part of the first */
            cblas_daxpy((int)nb, evidence->scene.contrast->d[0], w + evidence->n_parts * nb, 1, w,
                        1);
            model->tuning[i].d = 0.0f;
        }
        for (size_t k = 0; k < m; k++) {
            cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)nb,
                        model->cholesky, (int)nb, w + k * nb, 1);
            for (size_t b = 0; b < nb; b++)
                model->filter[k][b * n + i] = (float)w[k * nb + b];
        }
    }
    for (size_t k = 0; !missing && k < m && model->n_sample > 0; k++) /* the slope looks at Z_0 */
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasTrans, (int)n, (int)model->n_sample, (int)nb,
                    1.0f, model->filter[k], (int)n,
                    model->sample_z + (k < evidence->n_parts ? k : 0) * nb, (int)nz, 0.0f, score[k],
                    (int)model->n_sample);
    for (size_t h = 0; !missing && h < evidence->n_hypotheses; h++)
        for (size_t i = 0; i < n; i++)
            tune_spread(&model->tuning[h * n + i], model, (const float *const *)score,
                        evidence->n_parts, i, scratch);
    for (size_t k = 0; k < m; k++)
        free(score[k]);
    free(scratch);
    free(w);
    return missing ? vaho_fail_memory(error, "the filters") : VAHO_OK;
}

/*
 * The filters of a group under one hypothesis at one scale: C^-1 v over the standard deviation
 * that this leaves, sqrt(v' C^-1 v), or what the sample of places showed if that is more.
 */
static enum vaho_status make_group_filters(struct vaho_evidence_group *group,
                                           const struct vaho_evidence *evidence, size_t gas,
                                           size_t hypothesis, size_t scale, const float *parts,
                                           struct vaho_error *error)
{
    const struct vaho_own_background *own =
        &evidence->backgrounds->own[gas * evidence->n_hypotheses + hypothesis];
    size_t nb = evidence->n_bands, stride = (evidence->n_parts + 1) * nb;
    double *v = vaho_alloc(nb, sizeof *v), *f = vaho_alloc(nb, sizeof *f),
           *product = vaho_alloc(nb, sizeof *product);
    float *filter = vaho_alloc(nb * group->n, sizeof *filter),
          *excess = vaho_alloc(group->n, sizeof *excess);

    group->filter[hypothesis * VAHO_N_SCALES + scale] = filter;
    group->excess[hypothesis * VAHO_N_SCALES + scale] = excess;
    for (size_t i = 0; v && f && product && filter && excess && i < group->n; i++) {
        double power, variance;
        vaho_own_shape(v, own, parts + group->signature[i] * stride, evidence->n_parts, nb);
        memcpy(f, v, nb * sizeof *f);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                    own->cholesky[scale], (int)nb, f, 1);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)nb,
                    own->cholesky[scale], (int)nb, f, 1);
        cblas_dsymv(CblasRowMajor, CblasLower, (int)nb, 1.0, own->moment[scale], (int)nb, f, 1, 0.0,
                    product, 1);
        power = cblas_ddot((int)nb, v, 1, f, 1);
        variance = own->spread[scale] < 1.0 ? power * pow(own->spread[scale], 2.0)
                                            : fmax(power, cblas_ddot((int)nb, f, 1, product, 1));
        excess[i] = power > 0.0 ? (float)(variance / power) : 1.0f;
        for (size_t b = 0; b < nb; b++)
            filter[b * group->n + i] = variance > 0.0 ? (float)(f[b] / sqrt(variance)) : 0.0f;
    }
    free(v);
    free(f);
    free(product);
    return v && f && product && filter && excess ? VAHO_OK : vaho_fail_memory(error, "the filters");
}

static enum vaho_status make_group(struct vaho_evidence *evidence, size_t gas, const float *parts,
                                   const unsigned *gas_of, size_t n, struct vaho_error *error)
{
    struct vaho_evidence_group *group = &evidence->group[gas];
    enum vaho_status status = VAHO_OK;

    group->signature = vaho_alloc(n, sizeof *group->signature);
    group->filter = vaho_alloc(evidence->n_hypotheses * VAHO_N_SCALES, sizeof *group->filter);
    group->excess = vaho_alloc(evidence->n_hypotheses * VAHO_N_SCALES, sizeof *group->excess);
    if (!group->signature || !group->filter || !group->excess)
        return vaho_fail_memory(error, "the filters");
    for (size_t i = 0; i < n; i++)
        if (gas_of[i] == gas)
            group->signature[group->n++] = (unsigned)i;
    for (size_t h = 0; h < evidence->n_hypotheses; h++)
        for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++)
            if (evidence->backgrounds->own[gas * evidence->n_hypotheses + h].cholesky[s] != NULL)
                status = make_group_filters(group, evidence, gas, h, s, parts, error);
    return status;
}

enum vaho_status vaho_evidence_set_signatures(struct vaho_evidence *evidence, const float *parts,
                                              const unsigned *gas_of, size_t n,
                                              struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    free_signatures(evidence);
    evidence->n_signatures = n;
    for (size_t j = 0; status == VAHO_OK && j < VAHO_N_LEVELS; j++)
        if (evidence->model[j].cholesky != NULL)
            status = make_filters(evidence, &evidence->model[j], parts, evidence->n_gases, error);
    evidence->group = vaho_alloc(evidence->n_gases, sizeof *evidence->group);
    evidence->map = vaho_alloc(evidence->n_gases * VAHO_N_SCALES, sizeof *evidence->map);
    if (status == VAHO_OK && (evidence->map == NULL || evidence->group == NULL))
        status = vaho_fail_memory(error, "the evidence maps");
    for (size_t g = 0; status == VAHO_OK && g < evidence->n_gases; g++)
        status = make_group(evidence, g, parts, gas_of, n, error);
    for (size_t i = 0; status == VAHO_OK && i < evidence->n_gases * VAHO_N_SCALES; i++) {
        struct vaho_level_map *map = &evidence->map[i];
        size_t side = (size_t)1 << vaho_scale(i % VAHO_N_SCALES)->level;
        map->n_rows = (evidence->n_lines + side - 1) / side;
        map->n_cols = (evidence->n_samples + side - 1) / side;
        map->z = vaho_alloc(map->n_rows * map->n_cols, sizeof *map->z);
        if (map->z == NULL)
            status = vaho_fail_memory(error, "the evidence maps");
    }
    return status;
}

const struct vaho_level_map *vaho_evidence_map(const struct vaho_evidence *evidence)
{
    return evidence->map;
}

const double *vaho_evidence_cholesky(const struct vaho_evidence *evidence, size_t level)
{
    while (evidence->model[level - 1].cholesky == NULL)
        level--;
    return evidence->model[level - 1].cholesky;
}

const float *vaho_evidence_filter(const struct vaho_evidence *evidence, size_t level, size_t k)
{
    return evidence->model[level - 1].filter[k];
}

const struct vaho_tuning *vaho_evidence_tuning(const struct vaho_evidence *evidence, size_t level,
                                               size_t hypothesis, size_t gas)
{
    while (evidence->model[level - 1].tuning == NULL)
        level--;
    return &evidence->model[level - 1].tuning[hypothesis * evidence->n_gases + gas];
}

size_t vaho_evidence_n_gases(const struct vaho_evidence *evidence)
{
    return evidence->n_gases;
}
