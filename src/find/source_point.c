#include "find/source_point.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum {
    REACH = 56, /* pixels a wedge reaches from its source */
    SIDE = 2 * REACH + 1,
    N_DIRECTIONS = 24,
    N_SHAPES = 4,
    MARGIN = 12,    /* around the footprint where the source may lie */
    UPWIND = 40,    /* where the wind is known, upwind of the footprint too */
    AROUND = 4,     /* around where the source may lie that is looked at */
    COARSE_STEP = 3 /* pixels between sources tried at first */
};
static const double SPREAD[N_SHAPES] = {0.08, 0.2, 0.08, 0.2};
static const double LENGTH[N_SHAPES] = {24.0, 24.0, 0.0, 0.0}; /* 0: 1 / w */
static const double WIDTH_AT_SOURCE = 0.9;
/* Plumes meander and are no wedges: so much of T^2 is believed, and no source to less than that. */
static const double SHAPE_TRUST = 0.6, MIN_SIGMA_PX = 2.0, NEGLIGIBLE = 0.02,
                    PI = 3.14159265358979323846;

/* Of a wedge's direction about the wind's, and the share of winds that are not what was said. */
static const double MEANDER_RAD = 0.17453292519943295, WIND_WRONG = 0.02;
/* Of sources far from the footprint: how much less likely they are than near ones before the map is
 * looked at, ln, and the least likely direction that they open to. */
static const double LN_FAR = -2.3, LEAST_FAR = -3.0;

struct wedge {
    float m[SIDE][SIDE];
    short first[SIDE], end[SIDE]; /* of each row, what is not 0 */
};

struct vaho_wedges {
    struct wedge wedge[N_DIRECTIONS * N_SHAPES];
};

static void lay_out(struct wedge *wedge, double angle, size_t shape)
{
    for (int l = -REACH; l <= REACH; l++) {
        short *first = &wedge->first[l + REACH], *end = &wedge->end[l + REACH];
        *first = *end = 0;
        for (int s = -REACH; s <= REACH; s++) {
            double along = cos(angle) * s + sin(angle) * l;
            double across = cos(angle) * l - sin(angle) * s;
            double width = WIDTH_AT_SOURCE + SPREAD[shape] * fmax(along, 0.0), value;
            value = LENGTH[shape] > 0.0 ? exp(-fmax(along, 0.0) / LENGTH[shape])
                                        : WIDTH_AT_SOURCE / width;
            value *= exp(-0.5 * across * across / (width * width));
            if (along < 0.0) /* no wider upwind than at the source */
                value *= exp(-0.5 * along * along / (WIDTH_AT_SOURCE * WIDTH_AT_SOURCE));
            if (value <= NEGLIGIBLE || along > REACH)
                continue;
            wedge->m[l + REACH][s + REACH] = (float)value;
            if (*end == 0)
                *first = (short)(s + REACH);
            *end = (short)(s + REACH + 1);
        }
    }
}

enum vaho_status vaho_wedges_new(struct vaho_wedges **out, struct vaho_error *error)
{
    struct vaho_wedges *wedges = vaho_alloc(1, sizeof *wedges);

    *out = wedges;
    if (wedges == NULL)
        return vaho_fail_memory(error, "the shapes of plumes");
    for (size_t i = 0; i < N_DIRECTIONS * N_SHAPES; i++)
        lay_out(&wedges->wedge[i], 2.0 * PI * (double)(i / N_SHAPES) / N_DIRECTIONS, i % N_SHAPES);
    return VAHO_OK;
}

void vaho_wedges_free(struct vaho_wedges *wedges)
{
    free(wedges);
}

/* Which way the wind blows in pixels, a unit vector; both 0: not known. */
struct heading {
    double line, sample;
};

static struct heading find_heading(const struct vaho_drift *drift)
{
    struct heading h = {0.0, 0.0};
    double norm;

    if (drift->to_line == 0.0 && drift->to_sample == 0.0)
        return h;
    h.line = drift->to_line / drift->along_m;
    h.sample = drift->to_sample / drift->across_m;
    norm = hypot(h.line, h.sample);
    h.line /= norm;
    h.sample /= norm;
    return h;
}

/* Lines and samples, the last ones included. */
struct box {
    long line0, sample0, line1, sample1;
};

static struct box widen(const struct vaho_plume *plume, const struct heading *h, long margin,
                        double upwind)
{
    struct box box = {(long)plume->bbox[0] - margin - lround(upwind * fmax(h->line, 0.0)),
                      (long)plume->bbox[1] - margin - lround(upwind * fmax(h->sample, 0.0)),
                      (long)plume->bbox[2] + margin + lround(upwind * fmax(-h->line, 0.0)),
                      (long)plume->bbox[3] + margin + lround(upwind * fmax(-h->sample, 0.0))};

    return box;
}

static struct box cut(struct box box, long n_lines, long n_samples)
{
    box.line0 = box.line0 > 0 ? box.line0 : 0;
    box.sample0 = box.sample0 > 0 ? box.sample0 : 0;
    box.line1 = box.line1 < n_lines ? box.line1 : n_lines - 1;
    box.sample1 = box.sample1 < n_samples ? box.sample1 : n_samples - 1;
    return box;
}

/* The part of the map that wedges are matched against: y and g, 0 where not to be looked at. */
struct view {
    long line0, sample0, n_lines, n_samples;
    float *y, *g;
};

static enum vaho_status view_new(struct view *view, const struct vaho_plume *plume,
                                 const struct heading *heading, const struct vaho_maps *maps,
                                 size_t gas, const struct vaho_competition *competition,
                                 unsigned own, struct vaho_error *error)
{
    size_t nl = maps->n_lines, ns = maps->n_samples;
    struct box box = cut(widen(plume, heading, MARGIN + AROUND, UPWIND), (long)nl, (long)ns);

    view->line0 = box.line0;
    view->sample0 = box.sample0;
    view->n_lines = box.line1 - box.line0 + 1;
    view->n_samples = box.sample1 - box.sample0 + 1;
    view->y = vaho_alloc((size_t)(view->n_lines * view->n_samples), sizeof *view->y);
    view->g = vaho_alloc((size_t)(view->n_lines * view->n_samples), sizeof *view->g);
    if (view->y == NULL || view->g == NULL)
        return vaho_fail_memory(error, "a plume's surroundings");
    for (long l = 0; l < view->n_lines; l++)
        for (long s = 0; s < view->n_samples; s++) {
            size_t at = (size_t)(view->line0 + l) * ns + (size_t)(view->sample0 + s);
            float ppmm = maps->ppmm[gas * nl * ns + at], weight = maps->weight[gas * nl * ns + at];
            unsigned claim = competition->claim[at];
            if (!isfinite(ppmm) || (claim != 0 && claim != own))
                continue;
            view->y[l * view->n_samples + s] = weight * ppmm;
            view->g[l * view->n_samples + s] = weight;
        }
    return VAHO_OK;
}

/* T of one wedge with its source at (line, sample) of the view. */
static double match_wedge(const struct view *view, const struct wedge *wedge, long line,
                          long sample)
{
    double ym = 0.0, gmm = 0.0;
    long l0 = line > REACH ? line - REACH : 0;
    long l1 = line + REACH < view->n_lines ? line + REACH + 1 : view->n_lines;

    for (long l = l0; l < l1; l++) {
        long row = l - line + REACH, shift = sample - REACH;
        long s0 = wedge->first[row] + shift, s1 = wedge->end[row] + shift;
        const float *m = wedge->m[row];
        const float *y = view->y + l * view->n_samples, *g = view->g + l * view->n_samples;
        float ym_row = 0.0f, gmm_row = 0.0f;
        s0 = s0 > 0 ? s0 : 0;
        s1 = s1 < view->n_samples ? s1 : view->n_samples;
        for (long s = s0; s < s1; s++) {
            float value = m[s - shift];
            ym_row += value * y[s];
            gmm_row += value * value * g[s];
        }
        ym += (double)ym_row;
        gmm += (double)gmm_row;
    }
    return gmm > 0.0 ? ym / sqrt(gmm) : 0.0;
}

/* ln of how likely each direction is before the map is looked at, 0 for the likeliest. */
static void directions_expect(double log_p[N_DIRECTIONS], const struct heading *heading,
                              double sigma_rad)
{
    double sigma = hypot(sigma_rad, MEANDER_RAD), wind = atan2(heading->line, heading->sample);
    int known = heading->line != 0.0 || heading->sample != 0.0;

    for (int i = 0; i < N_DIRECTIONS; i++) {
        double off = remainder(2.0 * PI * i / N_DIRECTIONS - wind, 2.0 * PI) / sigma;
        log_p[i] = known ? log((1.0 - WIND_WRONG) * exp(-0.5 * off * off) + WIND_WRONG) : 0.0;
    }
}

/* ln of how likely a wedge is; T below 0 is gas that is missing. */
static double log_odds(double t, double log_p)
{
    return 0.5 * SHAPE_TRUST * t * fabs(t) + log_p;
}

/* The sources tried at first. */
struct grid {
    long line, sample, n_lines, n_samples;
    struct box near; /* around the footprint */
};

static struct grid lay_grid(const struct view *view, const struct vaho_plume *plume,
                            const struct heading *heading)
{
    struct box box[2] = {widen(plume, heading, MARGIN, UPWIND), widen(plume, heading, MARGIN, 0.0)};
    struct grid grid;

    for (int i = 0; i < 2; i++) {
        box[i].line0 -= view->line0;
        box[i].line1 -= view->line0;
        box[i].sample0 -= view->sample0;
        box[i].sample1 -= view->sample0;
    }
    grid.near = box[1];
    box[0] = cut(box[0], view->n_lines, view->n_samples);
    grid.line = box[0].line0;
    grid.sample = box[0].sample0;
    grid.n_lines = (box[0].line1 - grid.line) / COARSE_STEP + 1;
    grid.n_samples = (box[0].sample1 - grid.sample) / COARSE_STEP + 1;
    return grid;
}

static int is_near(const struct grid *grid, long line, long sample)
{
    const struct box *near = &grid->near;

    return line >= near->line0 && line <= near->line1 && sample >= near->sample0 &&
           sample <= near->sample1;
}

/* ln odds of one source: of the best wedge from it. */
static double match_source(const struct view *view, const struct vaho_wedges *wedges,
                           const double log_p[N_DIRECTIONS], const struct grid *grid, long line,
                           long sample)
{
    int near = is_near(grid, line, sample);
    double best = -INFINITY;

    for (size_t i = 0; i < N_DIRECTIONS * N_SHAPES; i++)
        if (near || log_p[i / N_SHAPES] >= LEAST_FAR)
            best = fmax(best, log_odds(match_wedge(view, &wedges->wedge[i], line, sample),
                                       log_p[i / N_SHAPES]));
    return near ? best : best + LN_FAR;
}

static long grid_line(const struct grid *grid, long i)
{
    return grid->line + i / grid->n_samples * COARSE_STEP;
}

static long grid_sample(const struct grid *grid, long i)
{
    return grid->sample + i % grid->n_samples * COARSE_STEP;
}

/* Sums over sources tried, each by how likely it is beside the best one. */
struct posterior {
    double best, weight, l, s, ll, ls, ss; /* best: ln odds; moments about line 0, sample 0 */
};

static void add_source(struct posterior *p, double odds, double pixels, double l, double s)
{
    double w = pixels * exp(fmin(odds - p->best, 50.0));

    p->weight += w;
    p->l += w * l;
    p->s += w * s;
    p->ll += w * l * l;
    p->ls += w * l * s;
    p->ss += w * s * s;
}

/* Tries every COARSE_STEP-th pixel of the footprint's surroundings; 'odds' holds what each gives.
 */
static void try_coarsely(double *odds, long *best, const struct view *view,
                         const struct vaho_wedges *wedges, const double log_p[N_DIRECTIONS],
                         const struct grid *grid)
{
    *best = 0;
    for (long i = 0; i < grid->n_lines * grid->n_samples; i++) {
        long l = grid_line(grid, i), s = grid_sample(grid, i);
        odds[i] = match_source(view, wedges, log_p, grid, l, s);
        *best = odds[i] > odds[*best] ? i : *best;
    }
}

enum vaho_status vaho_source_point(struct vaho_plume *plume, const struct vaho_wedges *wedges,
                                   const struct vaho_drift *drift, const struct vaho_maps *maps,
                                   size_t gas, const struct vaho_competition *competition,
                                   unsigned claim, struct vaho_error *error)
{
    const struct heading heading = find_heading(drift);
    struct view view = {0};
    struct posterior near = {0}, all;
    struct grid grid;
    double log_p[N_DIRECTIONS], *odds = NULL, line, sample;
    long best = 0, best_line, best_sample;
    enum vaho_status status =
        view_new(&view, plume, &heading, maps, gas, competition, claim, error);

    grid = lay_grid(&view, plume, &heading);
    if (status == VAHO_OK &&
        (odds = vaho_alloc((size_t)(grid.n_lines * grid.n_samples), sizeof *odds)) == NULL)
        status = vaho_fail_memory(error, "a plume's source");
    if (status != VAHO_OK)
        goto done;
    directions_expect(log_p, &heading, drift->to_sigma_rad);
    try_coarsely(odds, &best, &view, wedges, log_p, &grid);
    best_line = grid_line(&grid, best);
    best_sample = grid_sample(&grid, best);
    near.best = odds[best];
    for (long dl = 1 - COARSE_STEP; dl < COARSE_STEP; dl++)
        for (long ds = 1 - COARSE_STEP; ds < COARSE_STEP; ds++) {
            long l = best_line + dl, s = best_sample + ds;
            if (l >= 0 && s >= 0 && l < view.n_lines && s < view.n_samples)
                add_source(&near, match_source(&view, wedges, log_p, &grid, l, s), 1.0, (double)l,
                           (double)s);
        }
    all = near;
    for (long i = 0; i < grid.n_lines * grid.n_samples; i++)
        if (i != best)
            add_source(&all, odds[i], COARSE_STEP * COARSE_STEP, (double)grid_line(&grid, i),
                       (double)grid_sample(&grid, i));
    line = near.l / near.weight;
    sample = near.s / near.weight;
    plume->source_line = (double)view.line0 + line;
    plume->source_sample = (double)view.sample0 + sample;
    plume->source_covariance_px2[0] = MIN_SIGMA_PX * MIN_SIGMA_PX + all.ll / all.weight -
                                      2.0 * line * all.l / all.weight + line * line;
    plume->source_covariance_px2[1] = all.ls / all.weight - line * all.s / all.weight -
                                      sample * all.l / all.weight + line * sample;
    plume->source_covariance_px2[2] = MIN_SIGMA_PX * MIN_SIGMA_PX + all.ss / all.weight -
                                      2.0 * sample * all.s / all.weight + sample * sample;
done:
    free(odds);
    free(view.y);
    free(view.g);
    return status;
}

enum vaho_status vaho_source_explain(struct vaho_source_evidence *out,
                                     const struct vaho_plume *plume,
                                     const struct vaho_wedges *wedges,
                                     const struct vaho_drift *drift, const struct vaho_maps *maps,
                                     size_t gas, const struct vaho_competition *competition,
                                     unsigned claim, struct vaho_error *error)
{
    const struct heading heading = find_heading(drift);
    struct view view = {0};
    double t[N_DIRECTIONS * N_SHAPES], log_p[N_DIRECTIONS], angle;
    size_t best = 0, opposite;
    enum vaho_status status =
        view_new(&view, plume, &heading, maps, gas, competition, claim, error);

    directions_expect(log_p, &heading, drift->to_sigma_rad);
    for (size_t i = 0; status == VAHO_OK && i < N_DIRECTIONS * N_SHAPES; i++) {
        t[i] = match_wedge(&view, &wedges->wedge[i], lround(plume->source_line) - view.line0,
                           lround(plume->source_sample) - view.sample0);
        best = log_odds(t[i], log_p[i / N_SHAPES]) > log_odds(t[best], log_p[best / N_SHAPES])
                   ? i
                   : best;
    }
    free(view.y);
    free(view.g);
    if (status != VAHO_OK)
        return status;
    angle = 2.0 * PI * (double)(best / N_SHAPES) / N_DIRECTIONS;
    *out = (struct vaho_source_evidence){.t = t[best],
                                         .along_line = sin(angle),
                                         .along_sample = cos(angle),
                                         .spread = SPREAD[best % N_SHAPES],
                                         .length_px = LENGTH[best % N_SHAPES]};
    opposite = (best / N_SHAPES + N_DIRECTIONS / 2) % N_DIRECTIONS * N_SHAPES;
    for (size_t i = opposite; i < opposite + N_SHAPES; i++)
        out->opposite_t = fmax(out->opposite_t, t[i]);
    return VAHO_OK;
}
