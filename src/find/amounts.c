#include "find/amounts.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/pool.h"
#include "find/amount.h"
#include "find/amounts_belief.h"
#include "find/amounts_extent.h"
#include "find/amounts_field.h"
#include "sense/robust.h"

enum {
    MAX_LIKELIHOOD_PIXELS = 1024, /* of the footprint, side by side, to tell d */
    MAX_SAMPLE = 2000,            /* pixels that measure offset and spread */
    EDGE = 8,                     /* pixels around a footprint that are solved as well */
    CHUNK = 4096,                 /* pixels read at once, */
    SHARE = 64,                   /* and solved in one task */
    N_STEPS = 8,
    STEPS_A_TURN = 2,
    N_ELSEWHERE = 15 /* places a side that a footprint is laid on */
};
static const double LEAST_RATE = -2.0, MOST_RATE = 0.8; /* of how turns shrink what is missing */
static const double SATURATED_SNR = 60.0; /* from here on deeper starts are tried as well */
static const double MODEL_SHARE = 0.05;   /* of the mean: see amounts.h */
static const double CLAIMED_SHARE = 0.02; /* of a footprint elsewhere: that place does not count */
enum { MIN_ELSEWHERE = 20 };

struct context {
    const struct vaho_amounts *amounts;
    const struct vaho_measuring *m;
    size_t nb, n_sample;
    const double *cholesky;           /* of C of the finest level */
    struct vaho_amount_levels levels; /* of the gas aimed at */
    size_t levels_gas;
    double *precision; /* C^-1 */
    float *sample_x, *sample_mu;
    double *sample_pz; /* C^-1 z */
    double *air, *air_error;
    double *noise_share; /* of a band's variance: what no other band tells */
};

/* What one plume's pixels were read into. */
struct pixels {
    size_t n;
    float *x, *mu;
    float *mu_seen; /* mu of the pixels as they are, plume and all */
    unsigned *at;   /* pairs */
    struct vaho_amount *amount;
};

static void pixels_free(struct pixels *p)
{
    free(p->x);
    free(p->mu);
    free(p->mu_seen);
    free(p->at);
    free(p->amount);
}

/* Reads those of 'pixel' from number 'first' on, at most 'most'. */
static enum vaho_status read_pixels(struct pixels *out, const struct context *c,
                                    const unsigned *pixel, size_t n_pixels, size_t first,
                                    size_t most, struct vaho_error *error)
{
    const struct vaho_columns *columns = c->m->scene->columns;
    size_t nb = c->nb, ns = vaho_columns_n_samples(columns);
    float *q = vaho_alloc(vaho_columns_rank(columns) * ns, sizeof *q);
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, 1, nb, ns, error);

    *out = (struct pixels){.x = vaho_alloc(most * nb, sizeof(float)),
                           .mu = vaho_alloc(most * nb, sizeof(float)),
                           .mu_seen = vaho_alloc(most * nb, sizeof(float)),
                           .at = vaho_alloc(2 * most, sizeof(unsigned)),
                           .amount = vaho_alloc(most, sizeof(struct vaho_amount))};
    if (status == VAHO_OK &&
        (!q || !out->x || !out->mu || !out->mu_seen || !out->at || !out->amount))
        status = vaho_fail_memory(error, "a plume's pixels");
    for (size_t i = first; status == VAHO_OK && i < n_pixels && out->n < most;) {
        unsigned line = pixel[2 * i];
        size_t from = out->n;
        status = vaho_columns_read(block, columns, c->m->scene->source, line, 1, error);
        for (; status == VAHO_OK && i < n_pixels && out->n < most && pixel[2 * i] == line; i++) {
            unsigned s = pixel[2 * i + 1];
            if (!block->valid[s])
                continue;
            for (size_t b = 0; b < nb; b++)
                out->x[out->n * nb + b] = block->value[b * ns + s];
            out->at[2 * out->n] = line;
            out->at[2 * out->n + 1] = s;
            out->n++;
        }
        if (status == VAHO_OK)
            vaho_columns_residual(block, q, columns);
        for (size_t k = from; status == VAHO_OK && k < out->n; k++)
            for (size_t b = 0; b < nb; b++)
                out->mu_seen[k * nb + b] =
                    out->x[k * nb + b] - block->value[b * ns + out->at[2 * k + 1]];
    }
    free(q);
    vaho_block_free(block);
    if (status != VAHO_OK) {
        pixels_free(out);
        *out = (struct pixels){0};
    }
    return status;
}

/* Pixels to be solved, and how; shared out over the pool. */
struct solving {
    const struct context *c;
    const struct vaho_amount_model *model;
    const float *x;
    float *mu;
    const unsigned *at; /* pairs; NULL: mu stays as it is */
    struct vaho_amount *amount;
    size_t n, n_steps;
    int everywhere;
};

/* mu of the ground that is left when the plume is undone, for pixels [first, end). */
static enum vaho_status follow_ground(const struct solving *s, size_t first, size_t end,
                                      struct vaho_error *error)
{
    const struct context *c = s->c;
    size_t nb = c->nb;
    float *ground = vaho_alloc(nb, sizeof *ground);

    if (ground == NULL)
        return vaho_fail_memory(error, "a plume's pixels");
    for (size_t i = first; i < end; i++) {
        float *mu = s->mu + i * nb;
        vaho_amount_ground(ground, s->x + i * nb, mu, s->amount[i].ppmm, s->model, c->noise_share);
        vaho_columns_residual_of(mu, ground, s->at[2 * i + 1], c->m->scene->columns);
        for (size_t b = 0; b < nb; b++)
            mu[b] = ground[b] - mu[b];
    }
    free(ground);
    return VAHO_OK;
}

static enum vaho_status solve_share(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    const struct solving *s = context;
    size_t first = task * SHARE, end = first + SHARE < s->n ? first + SHARE : s->n, nb = s->c->nb;
    enum vaho_status status = s->at != NULL ? follow_ground(s, first, end, error) : VAHO_OK;

    (void)worker;
    return status != VAHO_OK
               ? status
               : vaho_amount_solve(s->amount + first, s->x + first * nb, s->mu + first * nb,
                                   end - first, s->model, s->n_steps, s->everywhere, error);
}

static enum vaho_status solve(struct solving *s, struct vaho_error *error)
{
    return vaho_pool_run(s->c->amounts->pool, (s->n + SHARE - 1) / SHARE, solve_share, s, error);
}

/* Where a sequence c_0, c_1, c_2 that shrinks or swings by one rate ends (Aitken 1926). */
static double settles_at(double c0, double c1, double c2)
{
    double rate = c1 != c0 ? (c2 - c1) / (c1 - c0) : 0.0;

    return c1 + (c2 - c1) / (1.0 - fmin(fmax(rate, LEAST_RATE), MOST_RATE));
}

static void trace(struct vaho_amount_trail *trail, size_t step, const struct pixels *p)
{
    struct vaho_amount_mean mean;

    if (trail == NULL)
        return;
    vaho_amount_mean(&mean, p->amount, p->n, trail->pixel_spread);
    trail->step_ppmm[step] = mean.ppmm;
}

/*
 * Solves pixels.  What a column shows on average, mu, follows the pixel's coordinates in the
 * scene's patterns, and a plume moves these with it: so mu is that of the ground under the
 * plume, found in turn with c.  Each turn makes good a share of what is missing, or too much
 * of it; two turns tell where they lead.
 * The mean after each turn goes into the trail, which may be NULL.
 */
static enum vaho_status solve_pixels(struct pixels *p, struct vaho_amount_trail *trail,
                                     const struct vaho_amount_model *model, const struct context *c,
                                     int everywhere, struct vaho_error *error)
{
    struct solving s = {c, model, p->x, p->mu, NULL, p->amount, p->n, N_STEPS, everywhere};
    double *before = vaho_alloc(2 * p->n, sizeof *before);
    enum vaho_status status;

    if (before == NULL)
        return vaho_fail_memory(error, "a plume's pixels");
    memcpy(p->mu, p->mu_seen, p->n * c->nb * sizeof *p->mu);
    status = solve(&s, error);
    trace(trail, 0, p);
    s.at = p->at;
    s.n_steps = STEPS_A_TURN;
    s.everywhere = 0;
    for (size_t turn = 0; status == VAHO_OK && turn < VAHO_AMOUNT_TURNS; turn++) {
        size_t phase = turn % 3; /* two turns, and one from where they lead */
        for (size_t i = 0; i < p->n; i++) {
            if (phase == 2)
                p->amount[i].ppmm = settles_at(before[2 * i], before[2 * i + 1], p->amount[i].ppmm);
            else
                before[2 * i + phase] = p->amount[i].ppmm;
        }
        status = solve(&s, error);
        trace(trail, turn + 1, p);
    }
    free(before);
    return status;
}

static void context_free(struct context *c)
{
    free(c->noise_share);
    free(c->precision);
    vaho_amount_levels_free(&c->levels);
    free(c->sample_x);
    free(c->sample_mu);
    free(c->sample_pz);
    free(c->air);
    free(c->air_error);
}

static enum vaho_status context_make(struct context *c, const struct vaho_amounts *amounts,
                                     struct vaho_error *error)
{
    const struct vaho_measuring *m = amounts->measuring;
    const struct vaho_columns *columns = m->scene->columns;
    size_t nb = vaho_columns_n_bands(columns), all = vaho_columns_n_sampled(columns);
    size_t stride = all / MAX_SAMPLE + 1, n = all / stride;
    const float *x = vaho_columns_sampled_spectrum(columns);
    const size_t *at = vaho_columns_sampled_at(columns);
    double *residual = vaho_alloc(n * nb, sizeof *residual);

    *c = (struct context){.amounts = amounts,
                          .m = m,
                          .nb = nb,
                          .n_sample = n,
                          .precision = vaho_alloc(nb * nb, sizeof(double)),
                          .sample_x = vaho_alloc(n * nb, sizeof(float)),
                          .sample_mu = vaho_alloc(n * nb, sizeof(float)),
                          .sample_pz = vaho_alloc(n * nb, sizeof(double)),
                          .air = vaho_alloc(nb, sizeof(double)),
                          .air_error = vaho_alloc(nb, sizeof(double)),
                          .noise_share = vaho_alloc(nb, sizeof(double))};
    if (!residual || !c->precision || !c->sample_x || !c->sample_mu || !c->sample_pz || !c->air ||
        !c->air_error || !c->noise_share) {
        free(residual);
        return vaho_fail_memory(error, "column densities");
    }
    for (size_t b = 0; b < nb; b++) /* a black-body line of reflected light has slope 0 */
        c->air_error[b] = VAHO_EDGE_SIGMA_K * (double)m->scene->contrast->slope[b];
    c->cholesky = vaho_evidence_cholesky(m->evidence, 1);
    memcpy(c->precision, c->cholesky, nb * nb * sizeof(double));
    LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', (int)nb, c->precision, (int)nb);
    for (size_t i = 0; i < nb; i++)
        for (size_t k = i + 1; k < nb; k++)
            c->precision[i * nb + k] = c->precision[k * nb + i];
    for (size_t b = 0; b < nb; b++) {
        double variance =
            cblas_ddot((int)(b + 1), c->cholesky + b * nb, 1, c->cholesky + b * nb, 1);
        c->noise_share[b] = 1.0 / (variance * c->precision[b * nb + b]);
    }
    for (size_t i = 0; i < n; i++) {
        const float *from = x + i * stride * nb;
        float *mu = c->sample_mu + i * nb;
        vaho_columns_residual_of(mu, from, at[i * stride], columns);
        for (size_t b = 0; b < nb; b++) {
            c->sample_x[i * nb + b] = from[b];
            residual[i * nb + b] = (double)mu[b];
            mu[b] = from[b] - mu[b];
        }
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)nb, (int)nb, 1.0, residual,
                (int)nb, c->precision, (int)nb, 0.0, c->sample_pz, (int)nb);
    free(residual);
    return VAHO_OK;
}

/* The model of one gas under ground minus air d; the offset is the sample's median. */
static enum vaho_status aim(struct vaho_amount_model *model, struct context *c, size_t gas,
                            double d, struct vaho_error *error)
{
    const struct vaho_contrast *contrast = c->m->scene->contrast;
    const float *mean = vaho_columns_mean(c->m->scene->columns);
    size_t nb = c->nb;
    float *y = vaho_alloc(c->n_sample, sizeof *y);

    if (y == NULL)
        return vaho_fail_memory(error, "column densities");
    if (c->levels.precision == NULL || c->levels_gas != gas) {
        enum vaho_status status;
        vaho_amount_levels_free(&c->levels);
        status = vaho_amount_levels_make(&c->levels, c->cholesky, c->amounts->absorption + gas * nb,
                                         c->amounts->variety + gas * nb, c->air_error, nb, error);
        if (status != VAHO_OK) {
            free(y);
            return status;
        }
        c->levels_gas = gas;
    }
    for (size_t b = 0; b < nb; b++)
        c->air[b] = (double)mean[b] - (double)contrast->part[b] - d * (double)contrast->slope[b];
    *model = (struct vaho_amount_model){.n_bands = nb,
                                        .levels = &c->levels,
                                        .absorption = c->amounts->absorption + gas * nb,
                                        .variety = c->amounts->variety + gas * nb,
                                        .air = c->air};
    for (size_t i = 0; i < c->n_sample; i++) {
        double sum = 0.0;
        for (size_t b = 0; b < nb; b++)
            sum += model->absorption[b] * ((double)c->sample_x[i * nb + b] - c->air[b]) *
                   c->sample_pz[i * nb + b];
        y[i] = (float)sum;
    }
    model->offset = c->n_sample > 0 ? (double)vaho_median(y, c->n_sample) : 0.0;
    free(y);
    return VAHO_OK;
}

/* How much more a pixel's amount scatters where no plume is than its weight says. */
static enum vaho_status measure_spread(double *out, const struct context *c,
                                       const struct vaho_amount_model *model,
                                       struct vaho_error *error)
{
    struct vaho_amount *amount = vaho_alloc(c->n_sample, sizeof *amount);
    float *t = vaho_alloc(c->n_sample, sizeof *t);
    struct solving s = {c, model, c->sample_x, c->sample_mu, NULL, amount, c->n_sample, 1, 0};
    enum vaho_status status;

    if (amount == NULL || t == NULL)
        status = vaho_fail_memory(error, "column densities");
    else
        status = solve(&s, error);
    *out = 1.0;
    if (status == VAHO_OK && c->n_sample > 0) {
        for (size_t i = 0; i < c->n_sample; i++)
            t[i] = (float)(amount[i].ppmm * sqrt(amount[i].weight));
        *out = fmax((double)vaho_robust_sigma(t, c->n_sample), 1e-3);
    }
    free(amount);
    free(t);
    return status;
}

/* What the pixels say of every d on the grid. */
static enum vaho_status weigh_air(struct vaho_amount_trail *trail, struct context *c,
                                  const struct vaho_plume *plume, size_t gas,
                                  struct vaho_error *error)
{
    size_t most = MAX_LIKELIHOOD_PIXELS;
    size_t n = plume->n_pixels, first = n > most ? (n - most) / 2 : 0; /* the middle of it */
    size_t end = n > most ? first + most : n;
    double spread = 1.0;
    struct vaho_amount_model model;
    struct vaho_field field = {0};
    struct pixels p;
    enum vaho_status status = read_pixels(&p, c, plume->pixel, end, first, end - first, error);

    if (status == VAHO_OK)
        status = vaho_field_make(&field, p.at, p.n, error);
    if (status == VAHO_OK)
        status = aim(&model, c, gas, trail->d[trail->n_d / 2], error);
    if (status == VAHO_OK)
        status = measure_spread(&spread, c, &model, error);
    for (size_t k = 0; status == VAHO_OK && k < trail->n_d; k += VAHO_AMOUNT_EVERY) {
        for (size_t a = 0; a < p.n; a++) /* contrasts change sign with d: no start but 0 is safe */
            p.amount[a].ppmm = 0.0;
        status = aim(&model, c, gas, trail->d[k], error);
        if (status == VAHO_OK)
            status = solve_pixels(&p, NULL, &model, c, plume->snr > SATURATED_SNR, error);
        if (status == VAHO_OK)
            trail->log_likelihood[k] =
                vaho_belief_likelihood(p.amount, p.n, spread * spread,
                                       vaho_field_misfit(&field, p.amount, spread * spread));
    }
    vaho_field_free(&field);
    pixels_free(&p);
    return status;
}

/* The noise of a mean over this footprint, where no plume is, over that of independent pixels. */
static enum vaho_status lay_elsewhere(struct vaho_amount_trail *trail, const struct context *c,
                                      const struct vaho_plume *plume, size_t gas,
                                      struct vaho_error *error)
{
    const struct vaho_maps *maps = c->amounts->maps;
    const struct vaho_competition *competition = c->m->competition;
    size_t nl = maps->n_lines, ns = maps->n_samples, n = 0;
    size_t height = plume->bbox[2] - plume->bbox[0] + 1,
           width = plume->bbox[3] - plume->bbox[1] + 1;
    float *t = vaho_alloc((size_t)N_ELSEWHERE * N_ELSEWHERE, sizeof *t);

    if (t == NULL)
        return vaho_fail_memory(error, "a footprint's noise");
    for (size_t place = 0; place < (size_t)N_ELSEWHERE * N_ELSEWHERE; place++) {
        size_t line = (nl - height) * (place / N_ELSEWHERE) / (N_ELSEWHERE - 1);
        size_t sample = (ns - width) * (place % N_ELSEWHERE) / (N_ELSEWHERE - 1);
        double y = 0.0, g = 0.0, claimed = 0.0;
        for (size_t i = 0; i < plume->n_pixels; i++) {
            size_t at = (plume->pixel[2 * i] - plume->bbox[0] + line) * ns +
                        (plume->pixel[2 * i + 1] - plume->bbox[1] + sample);
            float ppmm = maps->ppmm[gas * nl * ns + at], weight = maps->weight[gas * nl * ns + at];
            claimed += competition->claim[at] != 0 && competition->claim[at] != VAHO_CLAIM_DECOY;
            if (!isfinite(ppmm))
                continue;
            y += (double)weight * (double)ppmm;
            g += (double)weight;
        }
        if (g > 0.0 && claimed <= CLAIMED_SHARE * (double)plume->n_pixels)
            t[n++] = (float)fabs(y / sqrt(g));
    }
    trail->n_elsewhere = n;
    trail->clutter = 1.0;
    if (n >= MIN_ELSEWHERE && maps->spread[gas] > 0.0f)
        trail->clutter = fmax(1.0, (double)vaho_median(t, n) / 0.6745 / (double)maps->spread[gas]);
    free(t);
    return VAHO_OK;
}

/* Pixels that are valid, solved under d - sigma, d and d + sigma. */
struct solved {
    size_t n;
    unsigned *at; /* pairs */
    struct vaho_amount *low, *mean, *high;
};

static void solved_free(struct solved *s)
{
    free(s->at);
    free(s->low);
    free(s->mean);
    free(s->high);
}

static enum vaho_status solve_all(struct solved *out, struct vaho_amount_trail *trail,
                                  struct context *c, const unsigned *pixel, size_t n,
                                  int everywhere, size_t gas, struct vaho_error *error)
{
    struct vaho_amount_model model;
    struct vaho_amount *const row[] = {out->low, out->mean, out->high};
    enum vaho_status status = aim(&model, c, gas, trail->d_mean, error);

    trail->offset = status == VAHO_OK ? model.offset : NAN;
    if (status == VAHO_OK)
        status = measure_spread(&trail->pixel_spread, c, &model, error);
    for (size_t first = 0; status == VAHO_OK && first < n; first += CHUNK) {
        size_t end = first + CHUNK < n ? first + CHUNK : n;
        struct pixels p;
        status = read_pixels(&p, c, pixel, end, first, end - first, error);
        for (int side = -1; status == VAHO_OK && side <= 1; side++) {
            status = aim(&model, c, gas, trail->d_mean + side * trail->d_sigma, error);
            if (status == VAHO_OK)
                status = solve_pixels(&p, side == 0 && first == 0 ? trail : NULL, &model, c,
                                      everywhere, error);
            if (status == VAHO_OK)
                memcpy(row[side + 1] + out->n, p.amount, p.n * sizeof *p.amount);
        }
        if (p.n > 0)
            memcpy(out->at + 2 * out->n, p.at, 2 * p.n * sizeof *p.at);
        out->n += p.n;
        pixels_free(&p);
    }
    return status;
}

/* Puts what was solved into the maps. */
static void fill_maps(struct vaho_maps *maps, size_t gas, const struct solved *s, double spread)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t pixel = (gas * maps->n_lines + s->at[2 * i]) * maps->n_samples + s->at[2 * i + 1];
        double own = spread / sqrt(s->mean[i].weight);
        double air = 0.5 * (s->high[i].ppmm - s->low[i].ppmm);
        if (!isfinite(maps->ppmm[pixel]) || !isfinite(own))
            continue;
        maps->ppmm[pixel] = (float)s->mean[i].ppmm;
        maps->sigma[pixel] = (float)sqrt(own * own + air * air);
    }
}

/* The footprint, and what lies within EDGE of it on nobody else's ground: pairs in raster order. */
static enum vaho_status list_around(unsigned **out, size_t *out_n, const struct vaho_plume *plume,
                                    const struct vaho_competition *competition, unsigned claim,
                                    struct vaho_error *error)
{
    size_t nl = competition->n_lines, ns = competition->n_samples;
    size_t l0 = plume->bbox[0] > EDGE ? plume->bbox[0] - EDGE : 0;
    size_t s0 = plume->bbox[1] > EDGE ? plume->bbox[1] - EDGE : 0;
    size_t l1 = plume->bbox[2] + EDGE < nl ? plume->bbox[2] + EDGE : nl - 1;
    size_t s1 = plume->bbox[3] + EDGE < ns ? plume->bbox[3] + EDGE : ns - 1;
    size_t width = s1 - s0 + 1, room = (l1 - l0 + 1) * width;
    unsigned char *near = vaho_alloc(room, 1); /* 1: near, 2: of the footprint */

    *out = vaho_alloc(2 * room, sizeof **out);
    *out_n = 0;
    if (near == NULL || *out == NULL) {
        free(near);
        return vaho_fail_memory(error, "a plume's edges");
    }
    for (size_t i = 0; i < plume->n_pixels; i++) {
        size_t line = plume->pixel[2 * i], sample = plume->pixel[2 * i + 1];
        for (size_t l = line > EDGE ? line - EDGE : 0; l <= line + EDGE && l <= l1; l++)
            for (size_t s = sample > EDGE ? sample - EDGE : 0; s <= sample + EDGE && s <= s1; s++)
                near[(l - l0) * width + s - s0] |= 1;
        near[(line - l0) * width + sample - s0] |= 2;
    }
    for (size_t k = 0; k < room; k++) {
        size_t l = l0 + k / width, s = s0 + k % width;
        unsigned other = competition->claim[l * ns + s];
        if (near[k] < 2 &&
            (near[k] == 0 || (other != 0 && other != VAHO_CLAIM_DECOY && other != claim)))
            continue;
        (*out)[2 * *out_n] = (unsigned)l;
        (*out)[2 * *out_n + 1] = (unsigned)s;
        ++*out_n;
    }
    free(near);
    return VAHO_OK;
}

/* Makes the extent the plume's footprint. */
static enum vaho_status take_footprint(struct vaho_plume *plume, const struct vaho_extent *extent,
                                       const unsigned *at, size_t n, struct vaho_error *error)
{
    unsigned *pixel = vaho_alloc(2 * extent->n, sizeof *pixel);
    size_t k = 0;

    if (pixel == NULL)
        return vaho_fail_memory(error, "a plume's footprint");
    plume->bbox[0] = plume->bbox[1] = SIZE_MAX;
    plume->bbox[2] = plume->bbox[3] = 0;
    for (size_t i = 0; i < n; i++) {
        if (!extent->inside[i])
            continue;
        for (size_t axis = 0; axis < 2; axis++) {
            size_t where = pixel[2 * k + axis] = at[2 * i + axis];
            plume->bbox[axis] = where < plume->bbox[axis] ? where : plume->bbox[axis];
            plume->bbox[2 + axis] = where > plume->bbox[2 + axis] ? where : plume->bbox[2 + axis];
        }
        k++;
    }
    free(plume->pixel);
    plume->pixel = pixel;
    plume->n_pixels = k;
    return VAHO_OK;
}

/* Mean, peak and footprint from what was solved. */
static enum vaho_status sum_up(struct vaho_plume *plume, struct vaho_amount_trail *trail,
                               const struct context *c, size_t gas, const struct solved *s,
                               const unsigned char *seen, struct vaho_error *error)
{
    struct vaho_field field;
    struct vaho_extent extent = {0};
    enum vaho_status status = vaho_field_make(&field, s->at, s->n, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_extent_make(&extent, &field, s->mean, seen, trail->pixel_spread, trail->clutter,
                              error);
    if (status == VAHO_OK && extent.n > 0)
        status = take_footprint(plume, &extent, s->at, s->n, error);
    if (status == VAHO_OK && extent.n > 0)
        status = lay_elsewhere(trail, c, plume, gas, error);
    if (status == VAHO_OK && extent.n > 0) { /* else what vaho_measure() found stands */
        trail->reach_px = extent.reach;
        trail->noise_ppmm = extent.white_ppmm * trail->clutter;
        trail->uneven_ppmm = extent.uneven_ppmm;
        trail->air_ppmm = 0.5 * fabs(vaho_extent_mean(&extent, &field, s->high) -
                                     vaho_extent_mean(&extent, &field, s->low));
        trail->model_ppmm = MODEL_SHARE * extent.mean_ppmm;
        plume->mean_ppmm = extent.mean_ppmm;
        plume->peak_ppmm = extent.peak_ppmm;
        plume->sigma_ppmm =
            sqrt(trail->noise_ppmm * trail->noise_ppmm + trail->uneven_ppmm * trail->uneven_ppmm +
                 trail->air_ppmm * trail->air_ppmm + trail->model_ppmm * trail->model_ppmm);
    }
    vaho_extent_free(&extent);
    vaho_field_free(&field);
    return status;
}

static enum vaho_status measure_one(struct vaho_plume *plume, struct vaho_amount_trail *trail,
                                    struct context *c, size_t gas, unsigned claim,
                                    struct vaho_error *error)
{
    unsigned *around = NULL;
    size_t n = 0, k = 0;
    struct solved s = {0};
    unsigned char *seen = NULL;
    enum vaho_status status = list_around(&around, &n, plume, c->m->competition, claim, error);

    if (status == VAHO_OK) {
        s = (struct solved){0, vaho_alloc(2 * n, sizeof *s.at), vaho_alloc(n, sizeof *s.low),
                            vaho_alloc(n, sizeof *s.low), vaho_alloc(n, sizeof *s.low)};
        seen = vaho_alloc(n, 1);
        if (!s.at || !s.low || !s.mean || !s.high || !seen)
            status = vaho_fail_memory(error, "a plume's column density");
    }
    if (status == VAHO_OK)
        status = lay_elsewhere(trail, c, plume, gas, error);
    if (status == VAHO_OK)
        status = solve_all(&s, trail, c, around, n, plume->snr > SATURATED_SNR, gas, error);
    for (size_t i = 0; status == VAHO_OK && i < s.n; i++) { /* both in raster order */
        while (k < plume->n_pixels &&
               (plume->pixel[2 * k] < s.at[2 * i] ||
                (plume->pixel[2 * k] == s.at[2 * i] && plume->pixel[2 * k + 1] < s.at[2 * i + 1])))
            k++;
        seen[i] = k < plume->n_pixels && plume->pixel[2 * k] == s.at[2 * i] &&
                  plume->pixel[2 * k + 1] == s.at[2 * i + 1];
    }
    if (status == VAHO_OK && s.n > 0)
        status = sum_up(plume, trail, c, gas, &s, seen, error);
    if (status == VAHO_OK)
        fill_maps(c->amounts->maps, gas, &s, trail->pixel_spread);
    free(around);
    free(seen);
    solved_free(&s);
    return status;
}

enum vaho_status vaho_amounts_measure(struct vaho_plume *plume, struct vaho_amount_trail *trail,
                                      const size_t *gas, const unsigned *claim,
                                      const unsigned char *strong, size_t n,
                                      const struct vaho_amounts *amounts, struct vaho_error *error)
{
    const struct vaho_contrast *contrast = amounts->measuring->scene->contrast;
    int thermal = contrast->regime == VAHO_REGIME_THERMAL;
    struct context c = {0};
    enum vaho_status status = n > 0 ? context_make(&c, amounts, error) : VAHO_OK;

    for (size_t i = 0; status == VAHO_OK && i < n; i++) {
        trail[i] = (struct vaho_amount_trail){.n_d = thermal ? VAHO_AMOUNT_GRID : 1};
        vaho_belief_grid(&trail[i],
                         amounts->settled ? contrast->d[amounts->measuring->hypothesis]
                                          : amounts->prior_d,
                         amounts->settled);
        if (thermal && strong[i])
            status = weigh_air(&trail[i], &c, &plume[i], gas[i], error);
    }
    if (status == VAHO_OK && n > 0)
        vaho_belief_settle(trail, strong, n, amounts->prior_d, amounts->prior_sigma);
    for (size_t i = 0; status == VAHO_OK && i < n; i++)
        if (isfinite(plume[i].mean_ppmm)) /* of a gas with a name */
            status = measure_one(&plume[i], &trail[i], &c, gas[i], claim[i], error);
    context_free(&c);
    return status;
}
