/*
 * puffs.c - a meandering plume as a sum of Gaussian puffs
 *
 * A source breathes out puffs of uneven mass.  At distance x downwind a puff
 * has spread to sigma = 1.2 px + 0.10 x (near Briggs's 0.11 x for open country
 * and Pasquill class C) and has been carried sideways by eddies: a velocity
 * with a memory (first-order autoregression), summed.  Its column density is
 *     m / (2 pi sigma^2) exp(-r^2 / (2 sigma^2)).
 * Towards the plume's length the puffs fade, as gas rises and thins beyond what
 * can be seen.  The sum is scaled to the strength that was asked for, or, for a
 * release of known rate, a puff holds what was emitted in its share of the time
 * that the wind takes over the reach, so that mass is conserved.
 */
#include "exercise/puffs.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"

enum { N_PUFFS = 72 };

static const double REACH_SIGMA = 4.0; /* how far from its centre a puff is drawn */

struct puff {
    double line, sample, sigma, mass;
};

/* Where they start, how far they go, and where to; pixels. */
struct course {
    double line, sample, length_px, wind_deg;
};

static void place_puffs(struct puff puff[N_PUFFS], const struct course *course, uint64_t key)
{
    double east = vaho_repeatable_cos_deg(course->wind_deg);
    double down = vaho_repeatable_sin_deg(course->wind_deg);
    double aside = 0.0, velocity = 0.0, step = course->length_px / N_PUFFS;

    for (uint64_t i = 0; i < N_PUFFS; i++) {
        double x = ((double)i + vaho_random_uniform(key, 3 * i)) * step;
        double left = 1.0 - x / course->length_px;
        velocity = 0.88 * velocity + 0.10 * vaho_random_normal(key, 3 * i + 1);
        aside += velocity * step;
        puff[i].line = course->line + x * down + aside * east;
        puff[i].sample = course->sample + x * east - aside * down;
        puff[i].sigma = 1.2 + 0.10 * x;
        puff[i].mass =
            (0.4 + 1.2 * vaho_random_uniform(key, 3 * i + 2)) * (left < 0.4 ? left / 0.4 : 1.0);
    }
}

/* The first and the number of pixels within reach of [low, high], of n. */
static size_t clip(size_t *first, double low, double high, size_t n)
{
    double begin = floor(low), end = ceil(high);

    if (begin < 0.0)
        begin = 0.0;
    if (end > (double)n - 1.0)
        end = (double)n - 1.0;
    *first = (size_t)begin;
    return end >= begin ? (size_t)(end - begin) + 1 : 0;
}

static void find_extent(struct vaho_puff_field *out, const struct puff puff[N_PUFFS],
                        size_t n_lines, size_t n_samples)
{
    double line0 = INFINITY, line1 = -INFINITY, sample0 = INFINITY, sample1 = -INFINITY;

    for (size_t i = 0; i < N_PUFFS; i++) {
        double reach = REACH_SIGMA * puff[i].sigma;
        line0 = fmin(line0, puff[i].line - reach);
        line1 = fmax(line1, puff[i].line + reach);
        sample0 = fmin(sample0, puff[i].sample - reach);
        sample1 = fmax(sample1, puff[i].sample + reach);
    }
    out->n_lines = clip(&out->line0, line0, line1, n_lines);
    out->n_samples = clip(&out->sample0, sample0, sample1, n_samples);
}

static void add_puff(struct vaho_puff_field *field, const struct puff *puff)
{
    double reach = REACH_SIGMA * puff->sigma, inverse = 0.5 / (puff->sigma * puff->sigma);
    double top = puff->mass * inverse / 3.14159265358979323846;

    for (size_t l = 0; l < field->n_lines; l++) {
        double dl = (double)(field->line0 + l) - puff->line;
        if (fabs(dl) > reach)
            continue;
        for (size_t s = 0; s < field->n_samples; s++) {
            double ds = (double)(field->sample0 + s) - puff->sample, r2 = dl * dl + ds * ds;
            if (r2 <= reach * reach)
                field->ppmm[l * field->n_samples + s] +=
                    (float)(top * vaho_repeatable_exp(-r2 * inverse));
        }
    }
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

enum vaho_status vaho_puffs_peak(double *out, const struct vaho_puff_field *field,
                                 struct vaho_error *error)
{
    size_t n = field->n_lines * field->n_samples, n_inside = 0;
    float strongest = 0.0f, *inside = vaho_alloc(n, sizeof *inside);

    *out = 0.0;
    if (inside == NULL)
        return vaho_fail_memory(error, "a plume");
    for (size_t i = 0; i < n; i++)
        strongest = field->ppmm[i] > strongest ? field->ppmm[i] : strongest;
    for (size_t i = 0; i < n; i++)
        if (field->ppmm[i] > 0.0f && field->ppmm[i] >= 0.05f * strongest)
            inside[n_inside++] = field->ppmm[i];
    qsort(inside, n_inside, sizeof *inside, by_value);
    if (n_inside > 0)
        *out = inside[(n_inside - 1) * 95 / 100];
    free(inside);
    return VAHO_OK;
}

static enum vaho_status draw(struct vaho_puff_field *out, const struct puff puff[N_PUFFS],
                             size_t n_lines, size_t n_samples, struct vaho_error *error)
{
    find_extent(out, puff, n_lines, n_samples);
    out->ppmm = vaho_alloc(out->n_lines * out->n_samples, sizeof *out->ppmm);
    if (out->ppmm == NULL)
        return vaho_fail_memory(error, "a plume");
    for (size_t i = 0; i < N_PUFFS; i++)
        add_puff(out, &puff[i]);
    return VAHO_OK;
}

enum vaho_status vaho_puffs_make(struct vaho_puff_field *out,
                                 const struct vaho_exercise_plume *plume, size_t n_lines,
                                 size_t n_samples, uint64_t key, struct vaho_error *error)
{
    const struct course course = {(double)plume->line, (double)plume->sample, plume->length_px,
                                  plume->wind_deg};
    struct puff puff[N_PUFFS];
    double peak;
    enum vaho_status status;

    *out = (struct vaho_puff_field){0};
    place_puffs(puff, &course, key);
    status = draw(out, puff, n_lines, n_samples, error);
    if (status == VAHO_OK)
        status = vaho_puffs_peak(&peak, out, error);
    if (status == VAHO_OK) {
        float factor = peak > 0.0 ? (float)plume->peak_ppmm / (float)peak : 0.0f;
        for (size_t i = 0; i < out->n_lines * out->n_samples; i++)
            out->ppmm[i] *= factor;
    } else {
        vaho_puffs_free(out);
    }
    return status;
}

enum vaho_status vaho_puffs_release(struct vaho_puff_field *out,
                                    const struct vaho_exercise_release *release, size_t n_lines,
                                    size_t n_samples, uint64_t key, struct vaho_error *error)
{
    const struct course course = {release->line, release->sample,
                                  release->reach_m / release->cell_m, release->wind_deg};
    double emitted = release->ppmm_m2_s * release->reach_m / release->wind_m_s;
    double shares = 0.0, wanted = 0.8 * emitted / (release->cell_m * release->cell_m);
    struct puff puff[N_PUFFS];
    enum vaho_status status;

    *out = (struct vaho_puff_field){0};
    place_puffs(puff, &course, key);
    for (size_t i = 0; i < N_PUFFS; i++)
        shares += puff[i].mass;
    for (size_t i = 0; i < N_PUFFS; i++)
        puff[i].mass *= wanted / shares;
    status = draw(out, puff, n_lines, n_samples, error);
    if (status != VAHO_OK)
        vaho_puffs_free(out);
    return status;
}

void vaho_puffs_free(struct vaho_puff_field *field)
{
    free(field->ppmm);
    *field = (struct vaho_puff_field){0};
}

double vaho_puffs_at(const struct vaho_puff_field *field, size_t line, size_t sample)
{
    size_t l = line - field->line0, s = sample - field->sample0;

    if (line < field->line0 || l >= field->n_lines || sample < field->sample0 ||
        s >= field->n_samples)
        return 0.0;
    return field->ppmm[l * field->n_samples + s];
}

double vaho_puffs_between(const struct vaho_puff_field *field, double line, double sample)
{
    double l0 = floor(line), s0 = floor(sample), l = line - l0, s = sample - s0;
    size_t i = (size_t)l0, k = (size_t)s0;

    if (!(l0 >= 0.0) || !(s0 >= 0.0))
        return 0.0;
    return (1.0 - l) *
               ((1.0 - s) * vaho_puffs_at(field, i, k) + s * vaho_puffs_at(field, i, k + 1)) +
           l * ((1.0 - s) * vaho_puffs_at(field, i + 1, k) +
                s * vaho_puffs_at(field, i + 1, k + 1));
}
