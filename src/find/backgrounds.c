#include "find/backgrounds.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"
#include "find/strip.h"
#include "sense/robust.h"

enum { MAX_PLACES = 6144, MIN_PLACES = 8 };
/* Loading of the finest moment, as a share of its middle eigenvalue (the noise floor). */
static const double LOADING = 0.02, LOADING_PER_BAND_PER_PLACE = 0.5;
/* A plume hides when the evidence of its gas spreads clearly less than 1 over n places: less than
 * 1 - 8 / sqrt(n), within bounds (the quartiles of n places know it to 1.2 / sqrt(n), and
 * neighbours share pixels). */
static const double HIDES_BY = 8.0, HIDES_FROM = 0.5, HIDES_TO = 0.8, MIN_SPREAD = 1e-3;
static const float MIN_COVER = 0.5f; /* share of a place's pixels that must be valid */

void vaho_backgrounds_free(struct vaho_backgrounds *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; b->own != NULL && i < b->n_gases * b->n_hypotheses; i++)
        for (size_t s = 0; s < VAHO_N_SCALES; s++) {
            free(b->own[i].moment[s]);
            free(b->own[i].cholesky[s]);
            free(b->own[i].whitener[s]);
        }
    free(b->own);
    free(b);
}

/* Row k of a signature at d: p_k, with the slope in the first. */
static double part_at(const float *parts, size_t n_parts, size_t nb, size_t k, size_t band,
                      double d)
{
    double p = (double)parts[k * nb + band];
    return k == 0 ? p + d * (double)parts[n_parts * nb + band] : p;
}

void vaho_own_shape(double *out, const struct vaho_own_background *own, const float *parts,
                    size_t n_parts, size_t n_bands)
{
    for (size_t b = 0; b < n_bands; b++) {
        out[b] = 0.0;
        for (size_t k = 0; k < n_parts; k++)
            out[b] += (double)own->factor[k] * part_at(parts, n_parts, n_bands, k, b, own->d);
    }
}

static enum vaho_status find_weight(struct vaho_own_background *own, const float *parts,
                                    size_t n_parts, size_t nb, struct vaho_error *error)
{
    double gram[VAHO_N_PARTS * VAHO_N_PARTS] = {0.0}, value[VAHO_N_PARTS];

    for (size_t k = 0; k < n_parts; k++)
        for (size_t l = 0; l < n_parts; l++)
            for (size_t b = 0; b < nb; b++)
                gram[k * n_parts + l] += part_at(parts, n_parts, nb, k, b, own->d) *
                                         part_at(parts, n_parts, nb, l, b, own->d);
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', (int)n_parts, gram, (int)n_parts, value) != 0)
        return vaho_fail(error, VAHO_SINGULAR, "a gas has no contrast in this cube");
    for (size_t k = 0; k < n_parts; k++) /* eigenvalues ascend; the sign is v's too */
        own->factor[k] = (float)gram[k * n_parts + n_parts - 1];
    return VAHO_OK;
}

/* Places of one scale over the whole cube, their sums for every part and pair of parts. */
struct sample {
    size_t n, capacity;
    float *z;      /* n x n_parts x n_bands: sum k q_k z */
    float *moment; /* n x VAHO_N_PAIRS: sum k^2 q_k q_l */
};

/* A place of one strip that is learned from. */
struct place {
    size_t row, col, kernel;
};

struct learning {
    struct vaho_backgrounds *backgrounds;
    const float *parts; /* of the gases */
    int plumes_unknown;
    const struct vaho_strip *strip;
    struct sample sample[VAHO_N_SCALES];
    struct place *place[VAHO_N_SCALES]; /* of the strip */
    size_t n_places[VAHO_N_SCALES], step[VAHO_N_SCALES];
    size_t core_first, core_end;
};

/* The places of a scale in the strip's core, every 'step' blocks, their kernels taking turns. */
static void choose_places(struct learning *learning, size_t scale, const struct vaho_kernel *kernel,
                          const struct vaho_place_layer *layer)
{
    const struct vaho_scale *shape = vaho_scale(scale);
    size_t side = (size_t)1 << shape->level, step = learning->step[scale], turn = 0;
    size_t first = learning->core_first - learning->strip->first_line, n = 0;
    size_t end = (learning->core_end - learning->strip->first_line + side - 1) / side;
    size_t room = learning->sample[scale].capacity - learning->sample[scale].n;

    for (size_t r = (first / side + step - 1) / step * step; r < end; r += step)
        for (size_t c = 0; c < layer->n_cols && n < room; c += step) {
            float cover = 0.0f, full = 0.0f;
            size_t i = turn++ * 3 % shape->n_kernels;
            for (size_t k = 0; k < kernel[i].n; k++) {
                size_t rr = r + (size_t)(long)kernel[i].row[k]; /* wraps past 0: caught below */
                size_t cc = c + (size_t)(long)kernel[i].col[k];
                full += kernel[i].weight[k] * (float)(side * side);
                if (rr < layer->n_rows && cc < layer->n_cols)
                    cover += kernel[i].weight[k] * layer->n[rr * layer->n_cols + cc];
            }
            if (cover >= MIN_COVER * full)
                learning->place[scale][n++] = (struct place){r, c, i};
        }
    learning->n_places[scale] = n;
}

/* sum k^2 e over a place of an energy plane. */
static float energy_at(const struct vaho_kernel *kernel, const struct vaho_place_layer *layer,
                       const struct place *place)
{
    float sum = 0.0f;

    for (size_t k = 0; k < kernel->n; k++) {
        size_t r = place->row + (size_t)(long)kernel->row[k];
        size_t c = place->col + (size_t)(long)kernel->col[k];
        if (r < layer->n_rows && c < layer->n_cols)
            sum += kernel->weight[k] * kernel->weight[k] * layer->energy[r * layer->n_cols + c];
    }
    return sum;
}

/*
 * Chooses the strip's places and fills their moments: of q_k and of q_k + q_l, from which
 * q_k q_l follows.
 */
static enum vaho_status sample_moments(struct learning *learning, struct vaho_error *error)
{
    size_t n_parts = learning->backgrounds->n_parts;
    struct vaho_place_sums *sums = NULL;
    struct vaho_kernel *kernel = vaho_alloc(VAHO_N_DIRECTIONS, sizeof *kernel);
    enum vaho_status status = vaho_place_sums_new(&sums, learning->strip, 0, error);

    if (status == VAHO_OK && kernel == NULL)
        status = vaho_fail_memory(error, "the sample of places");
    for (size_t k = 0; status == VAHO_OK && k < n_parts; k++)
        for (size_t l = k; l < n_parts; l++) {
            float factor[VAHO_N_PARTS] = {0.0f};
            factor[k] = factor[l] = 1.0f;
            vaho_place_sums_weigh(sums, learning->strip, factor, n_parts);
            for (size_t s = 0; s < VAHO_N_SCALES; s++) {
                const struct vaho_place_layer *layer = &sums->layer[vaho_scale(s)->level - 1];
                struct sample *sample = &learning->sample[s];
                for (size_t i = 0; i < vaho_scale(s)->n_kernels; i++)
                    vaho_scale_kernel(&kernel[i], s, i);
                if (k == 0 && l == 0)
                    choose_places(learning, s, kernel, layer);
                for (size_t i = 0; i < learning->n_places[s]; i++) {
                    const struct place *place = &learning->place[s][i];
                    sample->moment[(sample->n + i) * VAHO_N_PAIRS + vaho_pair(k, l)] =
                        energy_at(&kernel[place->kernel], layer, place);
                }
            }
        }
    for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++)
        for (size_t i = 0; i < learning->n_places[s]; i++) {
            float *m = learning->sample[s].moment + (learning->sample[s].n + i) * VAHO_N_PAIRS;
            for (size_t k = 0; k < n_parts; k++)
                for (size_t l = k + 1; l < n_parts; l++)
                    m[vaho_pair(k, l)] =
                        0.5f * (m[vaho_pair(k, l)] - m[vaho_pair(k, k)] - m[vaho_pair(l, l)]);
        }
    free(kernel);
    vaho_place_sums_free(sums);
    return status;
}

/* The spectra of one part at the strip's places. */
static enum vaho_status sample_part(void *context, size_t part, size_t worker,
                                    struct vaho_error *error)
{
    struct learning *learning = context;
    size_t n_parts = learning->backgrounds->n_parts, nb = learning->strip->n_bands;
    float factor[VAHO_N_PARTS] = {0.0f};
    struct vaho_place_sums *sums = NULL;
    struct vaho_gathering g = {0};
    enum vaho_status status = vaho_place_sums_new(&sums, learning->strip, 1, error);

    (void)worker;
    if (status != VAHO_OK)
        return status;
    factor[part] = 1.0f;
    vaho_place_sums_build(sums, learning->strip, factor, n_parts);
    if (!vaho_gathering_new(&g, learning->strip->kernels, sums->layer[0].n_rows,
                            sums->layer[0].n_cols))
        status = vaho_fail_memory(error, "the sample of places");
    for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++) {
        const struct vaho_place_layer *layer = &sums->layer[vaho_scale(s)->level - 1];
        struct sample *sample = &learning->sample[s];
        vaho_gathering_set(&g, s, layer->n_rows, layer->n_cols);
        for (size_t b = 0; b < nb; b++) {
            vaho_gather_start(&g, layer->z + b * layer->n_cols, nb * layer->n_cols);
            for (size_t i = 0; i < learning->n_places[s]; i++) {
                const struct place *place = &learning->place[s][i];
                sample->z[((sample->n + i) * n_parts + part) * nb + b] =
                    vaho_gather_at(&g, place->kernel, place->row, place->col);
            }
        }
    }
    vaho_gathering_free(&g);
    vaho_place_sums_free(sums);
    return status;
}

/* Y of every place of a sample in the eyes of one gas, n x n_bands; how many have energy. */
static size_t own_places(double *y, const struct sample *sample,
                         const struct vaho_own_background *own, size_t n_parts, size_t nb)
{
    size_t n = 0;

    for (size_t i = 0; i < sample->n; i++) {
        const float *m = sample->moment + i * VAHO_N_PAIRS;
        double energy = 0.0;
        for (size_t k = 0; k < n_parts; k++)
            for (size_t l = k; l < n_parts; l++)
                energy += (k == l ? 1.0 : 2.0) * (double)own->factor[k] * (double)own->factor[l] *
                          (double)m[vaho_pair(k, l)];
        if (!(energy > 0.0))
            continue;
        energy = 1.0 / sqrt(energy);
        memset(y + n * nb, 0, nb * sizeof *y);
        for (size_t k = 0; k < n_parts; k++) {
            const float *z = sample->z + (i * n_parts + k) * nb;
            double u = energy * (double)own->factor[k];
            for (size_t b = 0; b < nb; b++)
                y[n * nb + b] += u * (double)z[b];
        }
        n++;
    }
    return n;
}

double vaho_shrunk_eigenvalue(double x, double g)
{
    double t = x + 1.0 - g, l, c;

    if (x <= (1.0 + sqrt(g)) * (1.0 + sqrt(g)))
        return 1.0;
    l = 0.5 * (t + sqrt(fmax(t * t - 4.0 * x, 0.0)));
    c = (1.0 - g / ((l - 1.0) * (l - 1.0))) / (1.0 + g / (l - 1.0));
    return l / (c + l * (1.0 - c));
}

/* The finest scale: loaded and factored. */
static enum vaho_status factor_finest(struct vaho_own_background *own, size_t n_places, size_t nb,
                                      struct vaho_error *error)
{
    double *c = own->cholesky[0], *value = vaho_alloc(nb, sizeof *value), floor = 0.0;
    enum vaho_status status = VAHO_OK;

    if (value == NULL)
        return vaho_fail_memory(error, "a covariance");
    memcpy(c, own->moment[0], nb * nb * sizeof *c);
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'N', 'L', (int)nb, c, (int)nb, value) == 0)
        floor = value[nb / 2];
    free(value);
    if (!(floor > 0.0))
        return vaho_fail(error, VAHO_SINGULAR,
                         "the bands do not vary independently: %zu places for %zu bands; use fewer "
                         "bands or a longer flight line",
                         n_places, nb);
    memcpy(c, own->moment[0], nb * nb * sizeof *c);
    for (size_t k = 0; k < nb; k++)
        c[k * nb + k] +=
            floor * (LOADING + LOADING_PER_BAND_PER_PLACE * (double)nb / (double)n_places);
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)nb, c, (int)nb) != 0)
        status = vaho_fail(error, VAHO_SINGULAR,
                           "the covariance of %zu bands is not positive definite", nb);
    return status;
}

/*
 * A coarser scale: its eigenvalues in the finest one's metric shrunk, and factored.  Up to (1 +
 * sqrt(g))^2 they become 1, so that only eigenvectors beyond are wanted: with L L' the finest
 * one, l_j shrunk eigenvalues and v_j the vectors
 *     C = L L' + sum (l_j - 1) (L v_j) (L v_j)'.
 */
static enum vaho_status factor_shrunk(struct vaho_own_background *own, size_t scale, double g,
                                      size_t nb, struct vaho_error *error)
{
    const double *finest = own->cholesky[0];
    double *c = own->cholesky[scale], *m = vaho_alloc(nb * nb, sizeof *m),
           *value = vaho_alloc(nb, sizeof *value), *v = vaho_alloc(nb * nb, sizeof *v),
           edge = (1.0 + sqrt(g)) * (1.0 + sqrt(g));
    lapack_int n = 0, *support = vaho_alloc(2 * nb, sizeof *support);
    enum vaho_status status = VAHO_OK;

    if (!m || !value || !v || !support) {
        status = vaho_fail_memory(error, "a covariance");
        goto fail;
    }
    for (size_t i = 0; i < nb; i++) /* the whole matrix from its lower triangle */
        for (size_t j = 0; j <= i; j++)
            m[i * nb + j] = m[j * nb + i] = own->moment[scale][i * nb + j];
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, (int)nb,
                1.0, finest, (int)nb, m, (int)nb);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)nb, (int)nb,
                1.0, finest, (int)nb, m, (int)nb);
    /* in columns, as LAPACK has it: symmetric matrices and their vectors need no turning then */
    if (LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'V', 'U', (int)nb, m, (int)nb, edge, DBL_MAX, 0, 0,
                       0.0, &n, value, v, (int)nb, support) != 0) {
        status = vaho_fail(error, VAHO_SINGULAR, "a covariance has no eigenvalues");
        goto fail;
    }
    for (size_t i = 0; i < nb; i++) /* L', which L makes L L' */
        for (size_t j = 0; j < nb; j++)
            c[i * nb + j] = j < i ? 0.0 : finest[j * nb + i];
    cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb, (int)nb,
                1.0, finest, (int)nb, c, (int)nb);
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)n, (int)nb,
                1.0, finest, (int)nb, v, (int)nb);
    for (lapack_int j = 0; j < n; j++)
        cblas_dsyr(CblasRowMajor, CblasLower, (int)nb, vaho_shrunk_eigenvalue(value[j], g) - 1.0,
                   v + (size_t)j * nb, 1, c, (int)nb);
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)nb, c, (int)nb) != 0)
        status = vaho_fail(error, VAHO_SINGULAR,
                           "the covariance of %zu bands is not positive definite", nb);
fail:
    free(m);
    free(value);
    free(v);
    free(support);
    return status;
}

/* How much less the gas's evidence spreads over most of the places than C says, if clearly less. */
static enum vaho_status find_spread(struct vaho_own_background *own, size_t scale, const double *y,
                                    size_t n, const float *parts, size_t n_parts, size_t nb,
                                    struct vaho_error *error)
{
    double *f = vaho_alloc(nb, sizeof *f), power = 0.0, spread;
    float *evidence = vaho_alloc(n, sizeof *evidence);
    enum vaho_status status = VAHO_OK;

    if (f == NULL || evidence == NULL)
        status = vaho_fail_memory(error, "the background of a gas");
    else if (n >= MIN_PLACES) {
        vaho_own_shape(f, own, parts, n_parts, nb);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                    own->cholesky[scale], (int)nb, f, 1);
        power = cblas_dnrm2((int)nb, f, 1);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)nb,
                    own->cholesky[scale], (int)nb, f, 1);
        for (size_t i = 0; i < n; i++)
            evidence[i] = (float)(cblas_ddot((int)nb, f, 1, y + i * nb, 1) / fmax(power, 1e-300));
        spread = (double)vaho_robust_sigma(evidence, n);
        if (spread < fmin(fmax(1.0 - HIDES_BY / sqrt((double)n), HIDES_FROM), HIDES_TO))
            own->spread[scale] = fmax(spread, MIN_SPREAD);
    }
    free(f);
    free(evidence);
    return status;
}

/* The moments of one gas under one hypothesis, and their factors. */
static enum vaho_status settle_own(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    const struct learning *learning = context;
    const struct vaho_backgrounds *b = learning->backgrounds;
    struct vaho_own_background *own = &b->own[task];
    size_t nb = b->n_bands;
    enum vaho_status status = VAHO_OK;

    (void)worker;
    for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++) {
        const struct sample *sample = &learning->sample[s];
        double independent = fmax((double)b->n_pixels / vaho_scale(s)->area_px, 1.0);
        double *y = vaho_alloc(sample->n * nb, sizeof *y);
        size_t n = y != NULL ? own_places(y, sample, own, b->n_parts, nb) : 0;
        if (n > 0)
            cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)nb, (int)n, 1.0 / (double)n, y,
                        (int)nb, 0.0, own->moment[s], (int)nb);
        own->spread[s] = 1.0;
        if (y != NULL && n < MIN_PLACES && s > 0) {
            free(y);
            continue;
        }
        own->cholesky[s] = vaho_alloc(nb * nb, sizeof(double));
        if (y == NULL || own->cholesky[s] == NULL)
            status = vaho_fail_memory(error, "a covariance");
        else if (s == 0)
            status = factor_finest(own, n > 0 ? n : 1, nb, error);
        else
            status = factor_shrunk(own, s, (double)nb / fmin(independent, (double)n), nb, error);
        if (status == VAHO_OK && learning->plumes_unknown)
            status = find_spread(own, s, y, n,
                                 learning->parts + task / b->n_hypotheses * (b->n_parts + 1) * nb,
                                 b->n_parts, nb, error);
        free(y);
        if (status == VAHO_OK && (own->whitener[s] = vaho_alloc(nb * nb, sizeof(float))) == NULL)
            status = vaho_fail_memory(error, "a covariance");
        for (size_t i = 0; status == VAHO_OK && i < nb * nb; i++)
            own->whitener[s][i] = (float)own->cholesky[s][i];
    }
    return status;
}

static enum vaho_status allocate(struct vaho_backgrounds *b, const struct vaho_contrast *contrast,
                                 const float *parts, struct vaho_error *error)
{
    size_t nb = b->n_bands, stride = (b->n_parts + 1) * nb;
    enum vaho_status status = VAHO_OK;

    b->own = vaho_alloc(b->n_gases * b->n_hypotheses, sizeof *b->own);
    if (b->own == NULL)
        return vaho_fail_memory(error, "the backgrounds");
    for (size_t i = 0; status == VAHO_OK && i < b->n_gases * b->n_hypotheses; i++) {
        struct vaho_own_background *own = &b->own[i];
        own->d = contrast->d[i % b->n_hypotheses];
        status = find_weight(own, parts + i / b->n_hypotheses * stride, b->n_parts, nb, error);
        for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++)
            if ((own->moment[s] = vaho_alloc(nb * nb, sizeof(double))) == NULL)
                status = vaho_fail_memory(error, "the backgrounds");
    }
    return status;
}

/* Steps between places so that the cube offers at most about MAX_PLACES a scale, and their room. */
static enum vaho_status make_room(struct learning *learning, const struct vaho_cube_info *info,
                                  struct vaho_error *error)
{
    int missing = 0;

    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        struct sample *sample = &learning->sample[s];
        size_t side = (size_t)1 << vaho_scale(s)->level, step;
        size_t rows = (info->n_lines + side - 1) / side, cols = (info->n_samples + side - 1) / side;
        step = (size_t)fmax(ceil(sqrt((double)rows * (double)cols / MAX_PLACES)), 1.0);
        learning->step[s] = step;
        sample->capacity = ((rows + step - 1) / step) * ((cols + step - 1) / step);
        sample->z = vaho_alloc(sample->capacity * learning->backgrounds->n_parts,
                               learning->backgrounds->n_bands * sizeof(float));
        sample->moment = vaho_alloc(sample->capacity, VAHO_N_PAIRS * sizeof(float));
        learning->place[s] = vaho_alloc(sample->capacity, sizeof(struct place));
        missing |= !sample->z || !sample->moment || !learning->place[s];
    }
    return missing ? vaho_fail_memory(error, "the sample of places") : VAHO_OK;
}

/* Reads the strips of the cube and samples their places. */
static enum vaho_status sample_cube(struct learning *learning, const struct vaho_scene *scene,
                                    const struct vaho_plume_ground *ground, struct vaho_pool *pool,
                                    struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(scene->source);
    struct vaho_backgrounds *b = learning->backgrounds;
    struct vaho_strip *strip = NULL;
    enum vaho_status status =
        vaho_strip_new(&strip, scene, VAHO_CORE_LINES + 2 * VAHO_HALO_LINES, error);

    learning->strip = strip;
    for (size_t i = 0; status == VAHO_OK && i * VAHO_CORE_LINES < info->n_lines;
         i += 1 + scene->n_skipped) {
        size_t first, n_lines;
        vaho_strip_extent(&first, &n_lines, &learning->core_first, &learning->core_end,
                          info->n_lines, i);
        status = vaho_strip_read(strip, scene, ground, first, n_lines, pool, error);
        for (size_t k = (learning->core_first - first) * info->n_samples;
             status == VAHO_OK && k < (learning->core_end - first) * info->n_samples; k++)
            b->n_pixels += strip->valid[k];
        if (status == VAHO_OK)
            status = sample_moments(learning, error);
        if (status == VAHO_OK)
            status = vaho_pool_run(pool, b->n_parts, sample_part, learning, error);
        for (size_t s = 0; s < VAHO_N_SCALES; s++)
            learning->sample[s].n += learning->n_places[s];
    }
    vaho_strip_free(strip);
    return status;
}

enum vaho_status vaho_backgrounds_learn(struct vaho_backgrounds **out,
                                        const struct vaho_scene *scene,
                                        const struct vaho_plume_ground *ground, const float *parts,
                                        size_t n_gases, struct vaho_pool *pool,
                                        struct vaho_error *error)
{
    struct vaho_backgrounds *b = vaho_alloc(1, sizeof *b);
    struct learning learning = {.backgrounds = b, .parts = parts, .plumes_unknown = ground == NULL};
    enum vaho_status status;

    *out = NULL;
    if (b == NULL)
        return vaho_fail_memory(error, "the backgrounds");
    *b = (struct vaho_backgrounds){.n_gases = n_gases,
                                   .n_hypotheses = scene->contrast->n_hypotheses,
                                   .n_bands = vaho_columns_n_bands(scene->columns),
                                   .n_parts = scene->contrast->n_parts};
    status = allocate(b, scene->contrast, parts, error);
    if (status == VAHO_OK)
        status = make_room(&learning, vaho_source_info(scene->source), error);
    if (status == VAHO_OK)
        status = sample_cube(&learning, scene, ground, pool, error);
    if (status == VAHO_OK)
        status = vaho_pool_run(pool, n_gases * b->n_hypotheses, settle_own, &learning, error);
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        free(learning.sample[s].z);
        free(learning.sample[s].moment);
        free(learning.place[s]);
    }
    if (status != VAHO_OK) {
        vaho_backgrounds_free(b);
        return status;
    }
    *out = b;
    return VAHO_OK;
}
