/*
 * sparse_maps.c - the albedo-corrected, reweighted sparse matched filter, by column
 *
 * Foote, Dennison, Thorpe, Thompson, Jongaramrungruang, Frankenberg and Joshi 2020 (IEEE
 * Trans. Geosci. Remote Sens. 58, doi 10.1109/TGRS.2020.2976888).  With r_i = x_i' mu_0 /
 * (mu_0' mu_0) a pixel's albedo, s what a ppm.m takes of the light and amounts alpha_i, one
 * iteration takes the amounts found so far out of the pixels and begins again,
 *
 *     m_i = x_i - r_i alpha_i t,   mu = mean m_i,   t = s mu,   C = mean (m_i - mu)(m_i - mu)'
 *     f = C^-1 t,   alpha_i = max(0, (f' (x_i - mu) - w_i) / (r_i f' t)),
 *     w_i = 1 / (r_i (alpha_i + floor)), the alpha_i before
 *
 * beginning with the plain filter, w = 0.
 *
 * The plain way makes C anew from all pixels every time.  But with a_i = r_i alpha_i,
 * a-bar and v their mean and variance and c = mean (x_i - mu_0)(a_i - a-bar),
 *
 *     mu = mu_0 - a-bar t,     C = S - c t' - t c' + v t t' = S + U K U',   U = (c, t)
 *
 * with S the covariance of the pixels as they are, so that its factor serves for all
 * iterations (Woodbury):
 *
 *     C^-1 y = S^-1 y - S^-1 U (K^-1 + U' S^-1 U)^-1 U' S^-1 y,   K^-1 = -((v, 1), (1, 0))
 *
 * and an iteration is one pass over the pixels: each is scored, and weighs in c, while it
 * is in the cache.  All of it is float64: an amount near its threshold is decided by the
 * last digits of f.
 *
 * A column of more lines than memory is meant for is cut into stretches of equal length,
 * each with a background of its own.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/pixel_lines.h"
#include "sense/pixel_maps.h"

enum {
    MAX_STRETCH_LINES = 8192,
    TURN_NBYTES = 160 << 20, /* of pixels at once */
    STEP_LINES = 256         /* at a time in a sum */
};

struct sparse {
    const struct vaho_pixel_request *request;
    struct vaho_pool *pool;
    struct vaho_lines lines;
    size_t first_line, n_lines; /* of this stretch */
    size_t first, n_groups;     /* of this turn */
    size_t target;
    float *zero;        /* n_bands x width: pixels come as they are */
    float *x;           /* lanes of the turn */
    float *map, *sigma; /* n_lines x n_samples of a turn's columns */
    size_t *n_singular; /* a worker */
    double *n_pixels;   /* a worker */
};

/* What one group works with; rows are [band or one][16]. */
struct group {
    size_t nb;
    const struct vaho_matrices *m;
    double n[VAHO_LANES];
    double *gram;                  /* triangle of bands and one: S's factor after settle() */
    double *shift, *mean;          /* rows */
    double *direction, *solved;    /* rows: t, S^-1 t */
    double *covariance, *c_solved; /* rows: c, S^-1 c */
    double *filter, *sum;          /* rows */
    double *ratio, *amount;        /* n_lines x 16 */
    double norm[VAHO_LANES], square[VAHO_LANES];
    double *memory; /* all of the above */
};

static int group_new(struct group *g, size_t nb, size_t n_lines, const struct vaho_matrices *m)
{
    size_t row = (nb + 1) * VAHO_LANES, triangle = (nb + 1) * (nb + 2) / 2 * VAHO_LANES;
    double *at;

    *g = (struct group){.nb = nb, .m = m};
    g->memory = at = vaho_alloc(triangle + 8 * row + 2 * n_lines * VAHO_LANES, sizeof *at);
    if (at == NULL)
        return 0;
    g->gram = at;
    g->shift = at += triangle;
    g->mean = at += row;
    g->direction = at += row;
    g->solved = at += row;
    g->covariance = at += row;
    g->c_solved = at += row;
    g->filter = at += row;
    g->sum = at += row;
    g->ratio = at += row;
    g->amount = at + n_lines * VAHO_LANES;
    return 1;
}

static void dot(double out[VAHO_LANES], const double *a, const double *b, size_t n)
{
    memset(out, 0, VAHO_LANES * sizeof *out);
    for (size_t i = 0; i < n * VAHO_LANES; i++)
        out[i % VAHO_LANES] += a[i] * b[i];
}

/* A pixel that is not there lies on the shift, so that it adds nothing. */
static void settle_missing(float *x, const double *shift, size_t nb, size_t n_lines)
{
    for (size_t l = 0; l < n_lines; l++) {
        float *line = x + l * (nb + 1) * VAHO_LANES;
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            for (size_t b = 0; line[nb * VAHO_LANES + lane] == 0.0f && b < nb; b++)
                line[b * VAHO_LANES + lane] = (float)shift[b * VAHO_LANES + lane];
    }
}

/* mu_0, the factor of S, and the albedo of every pixel. */
static void learn(struct group *g, const float *x, size_t n_lines)
{
    size_t nb = g->nb, row = nb * VAHO_LANES;
    double *sum = g->gram + nb * (nb + 1) / 2 * VAHO_LANES, square[VAHO_LANES];

    g->m->lanes_gram_exact(g->gram, x, g->shift, nb + 1, n_lines);
    memcpy(g->n, sum + row, sizeof g->n);
    for (size_t i = 0; i < row; i++) {
        sum[i] /= fmax(g->n[i % VAHO_LANES], 1.0);
        g->mean[i] = g->shift[i] + sum[i];
    }
    for (size_t i = 0; i < nb; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t lane = 0; lane < VAHO_LANES; lane++) {
                double *c = g->gram + (i * (i + 1) / 2 + j) * VAHO_LANES + lane;
                *c = *c / fmax(g->n[lane], 1.0) -
                     sum[i * VAHO_LANES + lane] * sum[j * VAHO_LANES + lane];
            }
    g->m->lanes_factor(g->gram, nb);
    dot(square, g->mean, g->mean, nb);
    for (size_t i = 0; i < row; i++)
        g->filter[i] = g->mean[i] / square[i % VAHO_LANES];
    memset(g->filter + row, 0, VAHO_LANES * sizeof *g->filter);
    g->m->lanes_filter(g->ratio, x, g->filter, nb + 1, n_lines);
    for (size_t i = 0; i < n_lines * VAHO_LANES; i++)
        if (x[(i / VAHO_LANES * (nb + 1) + nb) * VAHO_LANES + i % VAHO_LANES] == 0.0f)
            g->ratio[i] = 0.0;
}

/* From sums of a, a^2 and a x: a-bar, v and c. */
static void moments(struct group *g, double mean_a[VAHO_LANES], double v[VAHO_LANES])
{
    size_t nb = g->nb;

    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        double n = fmax(g->n[lane], 1.0);
        mean_a[lane] = g->sum[nb * VAHO_LANES + lane] / n;
        v[lane] = g->square[lane] / n - mean_a[lane] * mean_a[lane];
        for (size_t b = 0; b < nb; b++)
            g->covariance[b * VAHO_LANES + lane] =
                g->sum[b * VAHO_LANES + lane] / n - g->mean[b * VAHO_LANES + lane] * mean_a[lane];
    }
}

/* f = C^-1 t_new for the new direction in 'fresh', whose S^-1 is in 'filter'. */
static void correct(struct group *g, const double *fresh, const double v[VAHO_LANES])
{
    double cc[VAHO_LANES], ct[VAHO_LANES], tt[VAHO_LANES], cy[VAHO_LANES], ty[VAHO_LANES];

    dot(cc, g->covariance, g->c_solved, g->nb);
    dot(ct, g->covariance, g->solved, g->nb);
    dot(tt, g->direction, g->solved, g->nb);
    dot(cy, g->c_solved, fresh, g->nb);
    dot(ty, g->solved, fresh, g->nb);
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        double a = cc[lane] - v[lane], b = ct[lane] - 1.0, d = tt[lane], by = a * d - b * b;
        double u = (d * cy[lane] - b * ty[lane]) / by, w = (a * ty[lane] - b * cy[lane]) / by;
        for (size_t i = lane; i < g->nb * VAHO_LANES; i += VAHO_LANES)
            g->filter[i] -= g->c_solved[i] * u + g->solved[i] * w;
    }
}

/* One step on all pixels with g->filter about 'mean'; sums for the next. */
static void step(struct group *g, const float *x, const double *mean, double weight, size_t n_lines)
{
    size_t nb = g->nb;
    double constant[VAHO_LANES];

    dot(constant, g->filter, mean, nb);
    for (size_t lane = 0; lane < VAHO_LANES; lane++)
        g->filter[nb * VAHO_LANES + lane] = -constant[lane];
    memset(g->sum, 0, (nb + 1) * VAHO_LANES * sizeof *g->sum);
    memset(g->square, 0, sizeof g->square);
    g->m->lanes_sparse(g->sum, g->square, g->amount, x, g->ratio, g->filter, g->norm, weight,
                       nb + 1, n_lines);
}

static void iterate(struct group *g, const double *value, const float *x, size_t n_lines,
                    size_t n_iterations, double *fresh)
{
    size_t row = g->nb * VAHO_LANES;
    double mean_a[VAHO_LANES], v[VAHO_LANES];

    for (size_t i = 0; i < row; i++)
        g->direction[i] = g->filter[i] = value[i / VAHO_LANES] * g->mean[i];
    g->m->lanes_solve(g->filter, g->gram, g->nb, VAHO_LOWER | VAHO_UPPER);
    memcpy(g->solved, g->filter, row * sizeof *g->solved);
    dot(g->norm, g->direction, g->filter, g->nb);
    step(g, x, g->mean, 0.0, n_lines);
    for (size_t k = 0; k < n_iterations; k++) {
        double *mean = fresh + row; /* mu */
        moments(g, mean_a, v);
        memcpy(g->c_solved, g->covariance, row * sizeof *g->c_solved);
        g->m->lanes_solve(g->c_solved, g->gram, g->nb, VAHO_LOWER | VAHO_UPPER);
        for (size_t i = 0; i < row; i++) {
            mean[i] = g->mean[i] - mean_a[i % VAHO_LANES] * g->direction[i];
            fresh[i] = g->filter[i] = value[i / VAHO_LANES] * mean[i];
        }
        g->m->lanes_solve(g->filter, g->gram, g->nb, VAHO_LOWER | VAHO_UPPER);
        memcpy(fresh + 2 * row, g->filter, row * sizeof *fresh); /* S^-1 of the new direction */
        correct(g, fresh, v);
        memcpy(g->direction, fresh, row * sizeof *fresh);
        memcpy(g->solved, fresh + 2 * row, row * sizeof *fresh);
        dot(g->norm, g->direction, g->filter, g->nb);
        step(g, x, mean, 1.0, n_lines);
    }
}

static enum vaho_status work_on_group(void *context, size_t task, size_t worker,
                                      struct vaho_error *error)
{
    struct sparse *s = context;
    size_t nb = s->lines.n_bands, ns = s->lines.n_samples, n = s->n_lines;
    size_t at = (s->first + task) * VAHO_LANES;
    float *x = s->x + task * n * (nb + 1) * VAHO_LANES;
    double *fresh = vaho_alloc(3 * nb * VAHO_LANES, sizeof *fresh), start = s->request->clock_s();
    struct group g;

    if (!group_new(&g, nb, n, s->request->kernels->matrices) || fresh == NULL) {
        free(fresh);
        free(g.memory);
        return vaho_fail_memory(error, "the sparse filter of columns");
    }
    for (size_t b = 0; b < nb; b++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            g.shift[b * VAHO_LANES + lane] = (double)s->lines.shift[b * s->lines.width + at + lane];
    settle_missing(x, g.shift, nb, n);
    learn(&g, x, n);
    iterate(&g, s->request->value + s->target * nb, x, n, s->request->iterations, fresh);
    for (size_t lane = 0; lane < VAHO_LANES && at + lane < ns; lane++) {
        int sound = isfinite(g.norm[lane]) && g.norm[lane] > 0.0;
        s->n_singular[worker] += !sound;
        s->n_pixels[worker] += g.n[lane];
        for (size_t l = 0; l < n; l++) {
            size_t i = l * VAHO_LANES + lane, out = l * ns + at + lane;
            int there = x[(l * (nb + 1) + nb) * VAHO_LANES + lane] > 0.0f && sound;
            s->map[out] = there ? (float)g.amount[i] : NAN;
            s->sigma[out] =
                there && g.ratio[i] > 0.0 ? (float)(1.0 / (g.ratio[i] * sqrt(g.norm[lane]))) : NAN;
        }
    }
    free(fresh);
    free(g.memory);
    s->lines.busy[worker][VAHO_STAGE_WORK] += s->request->clock_s() - start;
    return VAHO_OK;
}

/* One stretch of lines, its columns in turns. */
static enum vaho_status work_on_stretch(struct sparse *s, size_t turn,
                                        struct vaho_pixel_outcome *out, struct vaho_error *error)
{
    const struct vaho_pixel_request *request = s->request;
    double clock = request->clock_s();
    enum vaho_status status = VAHO_OK;

    for (s->target = 0; status == VAHO_OK && s->target < request->n; s->target++) {
        for (s->first = 0; status == VAHO_OK && s->first < s->lines.n_groups; s->first += turn) {
            size_t left = s->lines.n_groups - s->first;
            s->n_groups = left < turn ? left : turn;
            status = vaho_lines_lanes(s->x, &s->lines, s->first_line, s->n_lines, s->first,
                                      s->n_groups, error);
            if (status == VAHO_OK)
                status = vaho_pool_run(s->pool, s->n_groups, work_on_group, s, error);
            clock = vaho_lines_clock(&s->lines, clock, &out->read_s, &out->score_s);
        }
        if (status == VAHO_OK)
            status = request->take(request->context, s->target, VAHO_MAP_AMOUNT, s->first_line,
                                   s->n_lines, s->map, error);
        if (status == VAHO_OK)
            status = request->take(request->context, s->target, VAHO_MAP_SIGMA, s->first_line,
                                   s->n_lines, s->sigma, error);
    }
    return status;
}

static enum vaho_status make_room(struct sparse *s, size_t most, size_t turn,
                                  struct vaho_error *error)
{
    size_t nb = s->lines.n_bands, n_workers = vaho_pool_n_threads(s->pool);

    s->zero = vaho_alloc(nb * s->lines.width, sizeof *s->zero);
    s->x = vaho_alloc(turn * most, (nb + 1) * VAHO_LANES * sizeof *s->x);
    s->map = vaho_alloc(most * s->lines.n_samples, sizeof *s->map);
    s->sigma = vaho_alloc(most * s->lines.n_samples, sizeof *s->sigma);
    s->n_singular = vaho_alloc(n_workers, sizeof *s->n_singular);
    s->n_pixels = vaho_alloc(n_workers, sizeof *s->n_pixels);
    s->lines.level = s->zero;
    return s->zero && s->x && s->map && s->sigma && s->n_singular && s->n_pixels
               ? VAHO_OK
               : vaho_fail_memory(error, "the sparse filter of columns");
}

enum vaho_status vaho_maps_sparse(struct vaho_pixel_outcome *out,
                                  const struct vaho_pixel_request *request, struct vaho_pool *pool,
                                  struct vaho_error *error)
{
    struct sparse s = {.request = request, .pool = pool};
    double clock = request->clock_s();
    enum vaho_status status = vaho_lines_new(&s.lines, request, pool, error);
    size_t n_stretches = (s.lines.n_lines + MAX_STRETCH_LINES - 1) / MAX_STRETCH_LINES;
    size_t most = (s.lines.n_lines + n_stretches - 1) / n_stretches;
    size_t turn = TURN_NBYTES / (most * (request->n_bands + 1) * VAHO_LANES * sizeof(float));

    *out = (struct vaho_pixel_outcome){.median_shrinkage = NAN};
    turn = turn < 1 ? 1 : turn > s.lines.n_groups ? s.lines.n_groups : turn;
    if (status == VAHO_OK)
        vaho_lines_clock(&s.lines, clock, &out->read_s, &out->accumulate_s);
    if (status == VAHO_OK)
        status = make_room(&s, most, turn, error);
    for (size_t k = 0; status == VAHO_OK && k < n_stretches; k++) {
        s.first_line = s.lines.n_lines * k / n_stretches;
        s.n_lines = s.lines.n_lines * (k + 1) / n_stretches - s.first_line;
        status = work_on_stretch(&s, turn, out, error);
    }
    for (size_t i = 0; status == VAHO_OK && i < vaho_pool_n_threads(pool); i++) {
        out->n_singular += s.n_singular[i];
        out->n_pixels += s.n_pixels[i] / (double)request->n;
    }
    vaho_lines_free(&s.lines);
    free(s.zero);
    free(s.x);
    free(s.map);
    free(s.sigma);
    free(s.n_singular);
    free(s.n_pixels);
    return status;
}
