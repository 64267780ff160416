#include "find/source_point.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum {
    REACH = 56, /* pixels a wedge reaches from its source */
    SIDE = 2 * REACH + 1,
    N_DIRECTIONS = 24,
    N_SHAPES = 4,
    MARGIN = 3,     /* around the footprint where the source may lie */
    COARSE_STEP = 3 /* pixels between sources tried at first */
};
static const double SPREAD[N_SHAPES] = {0.08, 0.2, 0.08, 0.2};
static const double LENGTH[N_SHAPES] = {24.0, 24.0, 0.0, 0.0}; /* 0: 1 / w */
static const double WIDTH_AT_SOURCE = 0.9;
static const double MIN_SIGMA_PX = 1.5;

struct vaho_wedges {
    float m[N_DIRECTIONS * N_SHAPES][SIDE * SIDE];
};

enum vaho_status vaho_wedges_new(struct vaho_wedges **out, struct vaho_error *error)
{
    struct vaho_wedges *wedges = vaho_alloc(1, sizeof *wedges);

    *out = wedges;
    if (wedges == NULL)
        return vaho_fail_memory(error, "the shapes of plumes");
    for (size_t i = 0; i < N_DIRECTIONS * N_SHAPES; i++) {
        double angle = 2.0 * 3.14159265358979323846 * (double)(i / N_SHAPES) / N_DIRECTIONS;
        size_t shape = i % N_SHAPES;
        for (int l = -REACH; l <= REACH; l++)
            for (int s = -REACH; s <= REACH; s++) {
                double along = cos(angle) * s + sin(angle) * l,
                       across = cos(angle) * l - sin(angle) * s;
                double width = WIDTH_AT_SOURCE + SPREAD[shape] * fmax(along, 0.0), value;
                value = LENGTH[shape] > 0.0 ? exp(-fmax(along, 0.0) / LENGTH[shape])
                                            : WIDTH_AT_SOURCE / width;
                value *= exp(-0.5 * across * across / (width * width));
                if (along < 0.0) /* no wider upwind than at the source */
                    value *= exp(-0.5 * along * along / (WIDTH_AT_SOURCE * WIDTH_AT_SOURCE));
                wedges->m[i][(l + REACH) * SIDE + s + REACH] =
                    value > 0.02 && along <= REACH ? (float)value : 0.0f;
            }
    }
    return VAHO_OK;
}

void vaho_wedges_free(struct vaho_wedges *wedges)
{
    free(wedges);
}

/* The part of the map that wedges are matched against. */
struct view {
    size_t line0, sample0, line1, sample1; /* inclusive */
    const float *ppmm, *weight;            /* of one gas */
    const unsigned *claim;
    unsigned own;
    size_t n_samples;
};

/* T of one wedge with its source at (line, sample). */
static double match_wedge(const struct view *view, const float *m, long line, long sample)
{
    double ym = 0.0, gmm = 0.0;
    long l0 = (long)view->line0, l1 = (long)view->line1, s0 = (long)view->sample0,
         s1 = (long)view->sample1;

    l0 = l0 > line - REACH ? l0 : line - REACH;
    l1 = l1 < line + REACH ? l1 : line + REACH;
    s0 = s0 > sample - REACH ? s0 : sample - REACH;
    s1 = s1 < sample + REACH ? s1 : sample + REACH;
    for (long l = l0; l <= l1; l++) {
        const float *row = m + (l - line + REACH) * SIDE + REACH - sample;
        float ym_row = 0.0f, gmm_row = 0.0f;
        for (long s = s0; s <= s1; s++) {
            size_t at = (size_t)l * view->n_samples + (size_t)s;
            unsigned claim = view->claim[at];
            float g = view->weight[at], value = row[s];
            if (value == 0.0f || !isfinite(view->ppmm[at]) || (claim != 0 && claim != view->own))
                continue;
            ym_row += value * g * view->ppmm[at];
            gmm_row += value * value * g;
        }
        ym += (double)ym_row;
        gmm += (double)gmm_row;
    }
    return gmm > 0.0 ? ym / sqrt(gmm) : 0.0;
}

/* The best T over all wedges from one source. */
static double match_source(const struct view *view, const struct vaho_wedges *wedges, long line,
                           long sample)
{
    double best = 0.0;

    for (size_t i = 0; i < N_DIRECTIONS * N_SHAPES; i++)
        best = fmax(best, match_wedge(view, wedges->m[i], line, sample));
    return best;
}

static size_t less(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

void vaho_source_point(struct vaho_plume *plume, const struct vaho_wedges *wedges,
                       const struct vaho_maps *maps, size_t gas,
                       const struct vaho_competition *competition, unsigned claim)
{
    size_t nl = maps->n_lines, ns = maps->n_samples, offset = gas * nl * ns;
    struct view view = {less(plume->bbox[0], 8),
                        less(plume->bbox[1], 8),
                        plume->bbox[2] + 8,
                        plume->bbox[3] + 8,
                        maps->ppmm + offset,
                        maps->weight + offset,
                        competition->claim,
                        claim,
                        ns};
    long line0 = (long)less(plume->bbox[0], MARGIN), line1 = (long)plume->bbox[2] + MARGIN;
    long sample0 = (long)less(plume->bbox[1], MARGIN), sample1 = (long)plume->bbox[3] + MARGIN;
    long best_line = line0, best_sample = sample0;
    double best = -1.0, sum = 0.0, sum_l = 0.0, sum_s = 0.0, sum_ll = 0.0, sum_ss = 0.0;

    view.line1 = view.line1 < nl ? view.line1 : nl - 1;
    view.sample1 = view.sample1 < ns ? view.sample1 : ns - 1;
    line1 = line1 < (long)nl ? line1 : (long)nl - 1;
    sample1 = sample1 < (long)ns ? sample1 : (long)ns - 1;
    for (long l = line0; l <= line1; l += COARSE_STEP)
        for (long s = sample0; s <= sample1; s += COARSE_STEP) {
            double t = match_source(&view, wedges, l, s);
            if (t > best) {
                best = t;
                best_line = l;
                best_sample = s;
            }
        }
    for (long dl = 1 - COARSE_STEP; dl < COARSE_STEP; dl++)
        for (long ds = 1 - COARSE_STEP; ds < COARSE_STEP; ds++) {
            long l = best_line + dl, s = best_sample + ds;
            double t, w;
            if (l < 0 || s < 0 || l >= (long)nl || s >= (long)ns)
                continue;
            t = match_source(&view, wedges, l, s);
            w = exp(fmin(0.5 * (t * t - best * best), 50.0));
            sum += w;
            sum_l += w * (double)dl;
            sum_s += w * (double)ds;
            sum_ll += w * (double)(dl * dl);
            sum_ss += w * (double)(ds * ds);
        }
    sum_l /= sum;
    sum_s /= sum;
    plume->source_line = fmin(fmax((double)best_line + sum_l, 0.0), (double)(nl - 1));
    plume->source_sample = fmin(fmax((double)best_sample + sum_s, 0.0), (double)(ns - 1));
    plume->source_sigma_px =
        fmax(MIN_SIGMA_PX,
             sqrt(fmax(0.5 * (sum_ll / sum - sum_l * sum_l + sum_ss / sum - sum_s * sum_s), 0.0)));
}
