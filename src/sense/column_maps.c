/*
 * column_maps.c - a background for every detector column
 *
 * Sixteen columns go side by side, so that a column's small matrices keep the vector
 * unit as busy as large ones would.  With a row of ones behind the differences x - shift
 * one Gram matrix holds all sums of a column,
 *
 *     G = sum (d, 1)(d, 1)' ,   C = (G_dd - n m m') / (n - 1),   m = G_d1 / n, n = G_11
 *
 * and a filter its constant: w' (x - mu) = (w, -w' m)' (d, 1).  Matched filters score
 * lines as they are read; the adaptive cosine whitens lanes, with the filters as rows
 * behind L^-1.
 *
 * What all columns' Gram matrices take is more than memory is meant for where bands are
 * many: then columns are worked on in several turns, each reading the cube anew.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/column_shrinkage.h"
#include "sense/pixel_lines.h"
#include "sense/pixel_maps.h"
#include "sense/robust.h"

enum { TURN_NBYTES = 96 << 20 }; /* of Gram matrices at once */

struct columns {
    const struct vaho_pixel_request *request;
    struct vaho_pool *pool;
    struct vaho_lines lines;
    size_t n_triangle;      /* of bands and one */
    size_t first, n_groups; /* of this turn */
    size_t n_rows;          /* of whitening: L^-1, then filters */
    size_t line, n_lines;   /* of this block */
    double *gram;           /* [group][triangle][16] */
    float *d;               /* lanes of a block */
    float *filter, *mean;   /* n x n_bands x width, n_bands x width */
    float *sigma;           /* n x width */
    float *whitening;       /* [group][n_rows][n_bands + 1][16]; NULL without cosine */
    float *map;             /* [n x 3][line][sample] of a block; NULL without cosine */
    float **scratch;        /* a worker */
    double *zero;           /* n_bands + 1 x 16; NULL without shrinkage */
    float *alpha;           /* a column; NULL without shrinkage */
    struct vaho_column_shrinkage **shrinkage; /* a group of the turn */
    size_t *n_singular;                       /* a worker */
    double *n_pixels;                         /* a worker */
};

static void columns_free(struct columns *c)
{
    for (size_t i = 0; c->scratch != NULL && i < vaho_pool_n_threads(c->pool); i++)
        free(c->scratch[i]);
    for (size_t g = 0; c->shrinkage != NULL && g < c->lines.n_groups; g++)
        vaho_column_shrinkage_free(c->shrinkage[g]);
    vaho_lines_free(&c->lines);
    free(c->gram);
    free(c->d);
    free(c->filter);
    free(c->mean);
    free(c->sigma);
    free(c->whitening);
    free(c->map);
    free(c->scratch);
    free(c->alpha);
    free(c->zero);
    free(c->shrinkage);
    free(c->n_singular);
    free(c->n_pixels);
}

/* Room for one turn of 'n_groups'. */
static enum vaho_status make_room(struct columns *c, size_t n_groups, struct vaho_error *error)
{
    const struct vaho_pixel_request *request = c->request;
    size_t nb = c->lines.n_bands, w = c->lines.width, n_workers = vaho_pool_n_threads(c->pool);
    size_t lines = vaho_lines_at_once(&c->lines, n_groups), n_scratch = 0;
    int sound;

    c->n_groups = n_groups;
    c->n_lines = lines;
    c->gram = vaho_alloc(n_groups * c->n_triangle * VAHO_LANES, sizeof *c->gram);
    c->d = vaho_alloc(n_groups * lines * (nb + 1) * VAHO_LANES, sizeof *c->d);
    c->filter = vaho_alloc(request->n * nb * w, sizeof *c->filter);
    c->mean = vaho_alloc(nb * w, sizeof *c->mean);
    c->sigma = vaho_alloc(request->n * w, sizeof *c->sigma);
    c->scratch = vaho_alloc(n_workers, sizeof *c->scratch);
    c->shrinkage = vaho_alloc(c->lines.n_groups, sizeof(struct vaho_column_shrinkage *));
    c->n_singular = vaho_alloc(n_workers, sizeof *c->n_singular);
    c->n_pixels = vaho_alloc(n_workers, sizeof *c->n_pixels);
    sound = c->gram && c->d && c->filter && c->mean && c->sigma && c->scratch && c->shrinkage &&
            c->n_singular && c->n_pixels;
    if (request->shrink) {
        c->alpha = vaho_alloc(w, sizeof *c->alpha);
        c->zero = vaho_alloc((nb + 1) * VAHO_LANES, sizeof *c->zero);
        sound = sound && c->alpha != NULL && c->zero != NULL;
        n_scratch = vaho_column_shrinkage_scratch(nb);
    }
    if (request->cosine) {
        size_t rows = lines * c->n_rows * VAHO_LANES;
        c->whitening =
            vaho_alloc(n_groups * c->n_rows * (nb + 1) * VAHO_LANES, sizeof *c->whitening);
        c->map = vaho_alloc(2 * request->n * lines * c->lines.n_samples, sizeof *c->map);
        sound = sound && c->whitening && c->map;
        n_scratch = n_scratch > rows ? n_scratch : rows;
    }
    n_scratch = n_scratch > VAHO_PIECE_LINES * w ? n_scratch : VAHO_PIECE_LINES * w;
    for (size_t i = 0; sound && i < n_workers; i++)
        sound = (c->scratch[i] = vaho_alloc(n_scratch, sizeof **c->scratch)) != NULL;
    return sound ? VAHO_OK : vaho_fail_memory(error, "the backgrounds of columns");
}

typedef void group_fn(struct columns *c, size_t group, const float *d, size_t worker);

struct group_work {
    struct columns *columns;
    group_fn *work;
    size_t n;
};

static enum vaho_status work_on_group(void *context, size_t task, size_t worker,
                                      struct vaho_error *error)
{
    const struct group_work *w = context;
    struct columns *c = w->columns;
    double start = c->request->clock_s();

    (void)error;
    w->work(c, task, c->d + task * w->n * (c->lines.n_bands + 1) * VAHO_LANES, worker);
    c->lines.busy[worker][VAHO_STAGE_WORK] += c->request->clock_s() - start;
    return VAHO_OK;
}

/* All lines, a block at a time: lanes side by side, then groups side by side; 'after' each. */
static enum vaho_status walk(struct columns *c, group_fn *work,
                             enum vaho_status (*after)(struct columns *, struct vaho_error *),
                             struct vaho_error *error)
{
    size_t at_once = vaho_lines_at_once(&c->lines, c->n_groups);
    enum vaho_status status = VAHO_OK;

    for (c->line = 0; status == VAHO_OK && c->line < c->lines.n_lines; c->line += at_once) {
        size_t left = c->lines.n_lines - c->line;
        struct group_work w = {c, work, left < at_once ? left : at_once};
        c->n_lines = w.n;
        status = vaho_lines_lanes(c->d, &c->lines, c->line, w.n, c->first, c->n_groups, error);
        if (status == VAHO_OK)
            status = vaho_pool_run(c->pool, c->n_groups, work_on_group, &w, error);
        if (status == VAHO_OK && after != NULL)
            status = after(c, error);
    }
    return status;
}

static void accumulate(struct columns *c, size_t group, const float *d, size_t worker)
{
    const struct vaho_matrices *m = c->request->kernels->matrices;
    double *gram = c->gram + group * c->n_triangle * VAHO_LANES;

    (void)worker;
    if (c->request->shrink) /* small eigenvalues decide how much */
        m->lanes_gram_exact(gram, d, c->zero, c->lines.n_bands + 1, c->n_lines);
    else
        m->lanes_gram(gram, d, c->lines.n_bands + 1, c->n_lines);
}

static void add_shrinkage(struct columns *c, size_t group, const float *d, size_t worker)
{
    vaho_column_shrinkage_add(c->shrinkage[group], d, c->n_lines, c->request->kernels->matrices,
                              c->scratch[worker]);
}

/* --- from sums to filters ------------------------------------------------- */

/* The Gram matrix becomes the covariance, its last row the mean; n the numbers of pixels. */
static void settle(double *gram, double n[VAHO_LANES], size_t nb)
{
    double *sum = gram + nb * (nb + 1) / 2 * VAHO_LANES;

    memcpy(n, sum + nb * VAHO_LANES, VAHO_LANES * sizeof *n);
    for (size_t b = 0; b < nb; b++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            sum[b * VAHO_LANES + lane] /= fmax(n[lane], 1.0);
    for (size_t i = 0; i < nb; i++)
        for (size_t j = 0; j <= i; j++) {
            double *c = gram + (i * (i + 1) / 2 + j) * VAHO_LANES;
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                c[lane] =
                    (c[lane] - n[lane] * sum[i * VAHO_LANES + lane] * sum[j * VAHO_LANES + lane]) /
                    fmax(n[lane] - 1.0, 1.0);
        }
}

static enum vaho_status settle_group(void *context, size_t task, size_t worker,
                                     struct vaho_error *error)
{
    struct columns *c = context;
    size_t nb = c->lines.n_bands;
    double *gram = c->gram + task * c->n_triangle * VAHO_LANES, n[VAHO_LANES];

    settle(gram, n, nb);
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        c->n_pixels[worker] += n[lane];
    if (!c->request->shrink)
        return VAHO_OK;
    return vaho_column_shrinkage_new(&c->shrinkage[task], gram,
                                     gram + nb * (nb + 1) / 2 * VAHO_LANES, n, nb, error);
}

static void shrink(struct columns *c, size_t group, double *covariance)
{
    double alpha[VAHO_LANES];

    vaho_column_shrinkage_choose(alpha, c->shrinkage[group]);
    vaho_column_shrinkage_free(c->shrinkage[group]);
    c->shrinkage[group] = NULL;
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        c->alpha[(c->first + group) * VAHO_LANES + lane] = (float)alpha[lane];
    for (size_t i = 0; i < c->lines.n_bands; i++)
        for (size_t j = 0; j < i; j++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                covariance[(i * (i + 1) / 2 + j) * VAHO_LANES + lane] *= 1.0 - alpha[lane];
}

/* d' C^-1 d and the filter C^-1 d / (d' C^-1 d) of one target; 'd' has room for it. */
static void aim(struct columns *c, size_t group, size_t target, const double *factor, double *d)
{
    const struct vaho_pixel_request *request = c->request;
    size_t nb = c->lines.n_bands, w = c->lines.width, at = (c->first + group) * VAHO_LANES;
    const double *value = request->value + target * nb;
    double g[VAHO_LANES] = {0};

    for (size_t b = 0; b < nb; b++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            double mean = (double)c->mean[b * w + at + lane];
            d[b * VAHO_LANES + lane] =
                request->direction == VAHO_DIRECTION_OF_LIGHT ? value[b] * mean
                : request->direction == VAHO_DIRECTION_ITSELF ? value[b]
                                                              : value[b] - mean;
        }
    request->kernels->matrices->lanes_solve(d, factor, nb, VAHO_LOWER);
    for (size_t i = 0; i < nb * VAHO_LANES; i++)
        g[i % VAHO_LANES] += d[i] * d[i];
    request->kernels->matrices->lanes_solve(d, factor, nb, VAHO_UPPER);
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        c->sigma[target * w + at + lane] = (float)(1.0 / sqrt(g[lane]));
    for (size_t b = 0; b < nb; b++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            d[b * VAHO_LANES + lane] /= g[lane];
            c->filter[(target * nb + b) * w + at + lane] = (float)d[b * VAHO_LANES + lane];
        }
}

/* Rows of L^-1, then filters, each with its constant. */
static void make_whitening(struct columns *c, size_t group, const double *factor,
                           const double *mean, double *unit)
{
    size_t nb = c->lines.n_bands, w = c->lines.width, at = (c->first + group) * VAHO_LANES;
    float *row = c->whitening + group * c->n_rows * (nb + 1) * VAHO_LANES;

    for (size_t k = 0; k < nb; k++) { /* column k of L^-1 is what L makes 1 in row k */
        memset(unit, 0, nb * VAHO_LANES * sizeof *unit);
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            unit[k * VAHO_LANES + lane] = 1.0;
        c->request->kernels->matrices->lanes_solve(unit, factor, nb, VAHO_LOWER);
        for (size_t r = 0; r < nb; r++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                row[(r * (nb + 1) + k) * VAHO_LANES + lane] = (float)unit[r * VAHO_LANES + lane];
    }
    for (size_t t = 0; t < c->request->n; t++)
        for (size_t b = 0; b < nb; b++)
            memcpy(row + ((nb + t) * (nb + 1) + b) * VAHO_LANES, c->filter + (t * nb + b) * w + at,
                   VAHO_LANES * sizeof *row);
    for (size_t r = 0; r < c->n_rows; r++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            double centre = 0.0;
            for (size_t b = 0; b < nb; b++)
                centre -= (double)row[(r * (nb + 1) + b) * VAHO_LANES + lane] *
                          mean[b * VAHO_LANES + lane];
            row[(r * (nb + 1) + nb) * VAHO_LANES + lane] = (float)centre;
        }
}

static enum vaho_status factor_group(void *context, size_t task, size_t worker,
                                     struct vaho_error *error)
{
    struct columns *c = context;
    size_t nb = c->lines.n_bands, w = c->lines.width, at = (c->first + task) * VAHO_LANES;
    double *covariance = c->gram + task * c->n_triangle * VAHO_LANES;
    const double *mean = covariance + nb * (nb + 1) / 2 * VAHO_LANES;
    double *d = vaho_alloc(nb * VAHO_LANES, sizeof *d);

    if (d == NULL)
        return vaho_fail_memory(error, "a column's filter");
    if (c->request->shrink)
        shrink(c, task, covariance);
    for (size_t b = 0; b < nb; b++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            c->mean[b * w + at + lane] =
                (float)((double)c->lines.shift[b * w + at + lane] + mean[b * VAHO_LANES + lane]);
    c->request->kernels->matrices->lanes_factor(covariance, nb);
    for (size_t t = 0; t < c->request->n; t++)
        aim(c, task, t, covariance, d);
    if (c->request->cosine)
        make_whitening(c, task, covariance, mean, d);
    for (size_t lane = 0; lane < VAHO_LANES && at + lane < c->lines.n_samples; lane++)
        c->n_singular[worker] += !isfinite(c->sigma[at + lane]);
    free(d);
    return VAHO_OK;
}

/* --- scores --------------------------------------------------------------- */

/* Matched filters of a few lines. */
static enum vaho_status score_piece(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct columns *c = context;
    size_t nb = c->lines.n_bands, ns = c->lines.n_samples, w = c->lines.width;
    size_t first = task * VAHO_PIECE_LINES, left = c->lines.n_lines - first;
    size_t n = left < VAHO_PIECE_LINES ? left : VAHO_PIECE_LINES;
    float *map = c->scratch[worker];
    enum vaho_status status = vaho_lines_read(&c->lines, first, n, worker, error);
    double start = c->request->clock_s();

    for (size_t t = 0; status == VAHO_OK && t < c->request->n; t++) {
        for (size_t l = 0; l < n; l++)
            c->request->kernels->matrices->column_filter(
                map + l * ns, c->lines.block[worker]->value + l * nb * ns, ns, c->mean,
                c->filter + t * nb * w, w, nb, ns);
        status = c->request->take(c->request->context, t, VAHO_MAP_AMOUNT, first, n, map, error);
        for (size_t i = 0; i < n * ns; i++)
            map[i] = isfinite(map[i]) ? c->sigma[t * w + i % ns] : NAN;
        if (status == VAHO_OK)
            status = c->request->take(c->request->context, t, VAHO_MAP_SIGMA, first, n, map, error);
    }
    c->lines.busy[worker][VAHO_STAGE_WORK] += c->request->clock_s() - start;
    return status;
}

/* Whitened lanes of a block: amounts, then cosines. */
static void score_group(struct columns *c, size_t group, const float *d, size_t worker)
{
    size_t nb = c->lines.n_bands, ns = c->lines.n_samples, w = c->lines.width, nt = c->request->n;
    size_t at = (c->first + group) * VAHO_LANES;
    float *z = c->scratch[worker];

    c->request->kernels->matrices->lanes_multiply(
        z, d, c->whitening + group * c->n_rows * (nb + 1) * VAHO_LANES, c->n_lines, c->n_rows,
        nb + 1);
    for (size_t l = 0; l < c->n_lines; l++) {
        const float *zl = z + l * c->n_rows * VAHO_LANES;
        const float *there = d + (l * (nb + 1) + nb) * VAHO_LANES;
        float e[VAHO_LANES] = {0};
        for (size_t r = 0; r < nb; r++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++)
                e[lane] += zl[r * VAHO_LANES + lane] * zl[r * VAHO_LANES + lane];
        for (size_t t = 0; t < nt; t++)
            for (size_t lane = 0; lane < VAHO_LANES && at + lane < ns; lane++) {
                float a = there[lane] > 0.0f ? zl[(nb + t) * VAHO_LANES + lane] : NAN;
                float sigma = c->sigma[t * w + at + lane], u = a / sigma;
                float *map = c->map + (2 * t * c->n_lines + l) * ns + at + lane;
                map[0] = a;
                map[c->n_lines * ns] = u * fabsf(u) / e[lane];
            }
    }
}

/* Lines of a block in which every column of this turn is scored. */
static enum vaho_status hand_on(struct columns *c, struct vaho_error *error)
{
    const struct vaho_pixel_request *request = c->request;
    size_t ns = c->lines.n_samples, n = c->n_lines;
    enum vaho_status status = VAHO_OK;

    for (size_t t = 0; t < request->n && status == VAHO_OK; t++) {
        float *map = c->map + 2 * t * n * ns;
        status = request->take(request->context, t, VAHO_MAP_AMOUNT, c->line, n, map, error);
        if (status == VAHO_OK)
            status = request->take(request->context, t, VAHO_MAP_COSINE, c->line, n, map + n * ns,
                                   error);
        for (size_t i = 0; i < n * ns; i++)
            map[i] = isfinite(map[i]) ? c->sigma[t * c->lines.width + i % ns] : NAN;
        if (status == VAHO_OK)
            status = request->take(request->context, t, VAHO_MAP_SIGMA, c->line, n, map, error);
    }
    return status;
}

/* One turn: from reading to filters. */
static enum vaho_status learn(struct columns *c, struct vaho_pixel_outcome *out,
                              struct vaho_error *error)
{
    double clock = c->request->clock_s();
    enum vaho_status status;

    memset(c->gram, 0, c->n_groups * c->n_triangle * VAHO_LANES * sizeof *c->gram);
    status = walk(c, accumulate, NULL, error);
    clock = vaho_lines_clock(&c->lines, clock, &out->read_s, &out->accumulate_s);
    if (status == VAHO_OK)
        status = vaho_pool_run(c->pool, c->n_groups, settle_group, c, error);
    if (status == VAHO_OK && c->request->shrink) {
        clock = vaho_lines_clock(&c->lines, clock, &out->read_s, &out->factor_s);
        status = walk(c, add_shrinkage, NULL, error);
        clock = vaho_lines_clock(&c->lines, clock, &out->read_s, &out->accumulate_s);
    }
    if (status == VAHO_OK)
        status = vaho_pool_run(c->pool, c->n_groups, factor_group, c, error);
    vaho_lines_clock(&c->lines, clock, &out->read_s, &out->factor_s);
    return status;
}

/* By column all bands' whitening must be there at once. */
static enum vaho_status check_cosine(const struct columns *c, size_t turn, struct vaho_error *error)
{
    if (!c->request->cosine || turn >= c->lines.n_groups)
        return VAHO_OK;
    return vaho_fail(error, VAHO_USAGE,
                     "the adaptive cosine by column of %zu bands takes more memory than it is "
                     "meant to; use fewer with --bands, or --background global",
                     c->lines.n_bands);
}

enum vaho_status vaho_maps_by_column(struct vaho_pixel_outcome *out,
                                     const struct vaho_pixel_request *request,
                                     struct vaho_pool *pool, struct vaho_error *error)
{
    size_t nb = request->n_bands, turn;
    struct columns c = {.request = request,
                        .pool = pool,
                        .n_triangle = (nb + 1) * (nb + 2) / 2,
                        .n_rows = nb + request->n};
    double clock = request->clock_s();
    enum vaho_status status = vaho_lines_new(&c.lines, request, pool, error);

    *out = (struct vaho_pixel_outcome){.median_shrinkage = NAN};
    clock = vaho_lines_clock(&c.lines, clock, &out->read_s, &out->accumulate_s);
    turn = TURN_NBYTES / (c.n_triangle * VAHO_LANES * sizeof(double));
    turn = turn < 1 ? 1 : turn > c.lines.n_groups ? c.lines.n_groups : turn;
    if (status == VAHO_OK)
        status = check_cosine(&c, turn, error);
    if (status == VAHO_OK)
        status = make_room(&c, turn, error);
    for (c.first = 0; status == VAHO_OK && c.first < c.lines.n_groups; c.first += turn) {
        c.n_groups = c.lines.n_groups - c.first < turn ? c.lines.n_groups - c.first : turn;
        status = learn(&c, out, error);
    }
    c.first = 0;
    clock = request->clock_s();
    if (status == VAHO_OK && request->cosine)
        status = walk(&c, score_group, hand_on, error);
    else if (status == VAHO_OK)
        status = vaho_pool_run(pool, (c.lines.n_lines + VAHO_PIECE_LINES - 1) / VAHO_PIECE_LINES,
                               score_piece, &c, error);
    if (status == VAHO_OK)
        vaho_lines_clock(&c.lines, clock, &out->read_s, &out->score_s);
    for (size_t i = 0; status == VAHO_OK && i < vaho_pool_n_threads(pool); i++) {
        out->n_singular += c.n_singular[i];
        out->n_pixels += c.n_pixels[i];
    }
    if (status == VAHO_OK && request->shrink)
        out->median_shrinkage = (double)vaho_median(c.alpha, c.lines.n_samples);
    columns_free(&c);
    return status;
}
