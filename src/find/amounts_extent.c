#include "find/amounts_extent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"

static const double REACH[] = {0.7, 1.0, 1.4, 2.0, 2.8, 4.0};
enum { N_VALUES = 40, N_REACHES = sizeof REACH / sizeof REACH[0], MIN_PIXELS = 4 };
static const double STANDS_OUT = 14.0; /* the peak, in standard deviations */
static const double FLOOR = 2.5, FLOOR_SHARE = 0.2;
static const double PIXELS_ALIKE = 4.0; /* so many stray from the field together */

void vaho_extent_free(struct vaho_extent *extent)
{
    free(extent->inside);
    free(extent->share);
    *extent = (struct vaho_extent){0};
}

/* The strongest of the pixels seen; n: none knows anything. */
static size_t strongest(const struct vaho_field *field, const double *m, const double *sd,
                        const unsigned char *seen)
{
    size_t best = field->n;

    for (size_t i = 0; i < field->n; i++)
        if (seen[i] && isfinite(m[i]) && sd[i] > 0.0 &&
            (best == field->n || m[i] / sd[i] > m[best] / sd[best]))
            best = i;
    return best;
}

/* Whether the field shows the plume here. */
static int shows(const double *m, const double *sd, double least, size_t i)
{
    return m[i] >= least && m[i] >= FLOOR * sd[i];
}

/* Marks what shows the plume and hangs together with where it was seen; returns how many. */
static size_t spread_from(unsigned char *inside, size_t *queue, const struct vaho_field *field,
                          const double *m, const double *sd, const unsigned char *seen,
                          double least)
{
    size_t n = 0;

    for (size_t i = 0; i < field->n; i++)
        if ((inside[i] = seen[i] && shows(m, sd, least, i)))
            queue[n++] = i;
    for (size_t done = 0; done < n; done++) {
        size_t l = field->line[queue[done]], s = field->sample[queue[done]];
        for (size_t ll = l > 0 ? l - 1 : 0; ll <= l + 1 && ll < field->n_lines; ll++)
            for (size_t ss = s > 0 ? s - 1 : 0; ss <= s + 1 && ss < field->n_samples; ss++) {
                size_t k = field->number[ll * field->n_samples + ss];
                if (k == 0 || inside[k - 1] || !shows(m, sd, least, k - 1))
                    continue;
                inside[k - 1] = 1;
                queue[n++] = k - 1;
            }
    }
    return n;
}

/* The least reach with which the plume stands out, or the one with which it does most. */
static double choose_reach(size_t *start, double *m, double *sd, const struct vaho_field *field,
                           const struct vaho_amount *amount, const unsigned char *seen,
                           double spread2)
{
    double reach = REACH[0], most = -INFINITY;

    for (size_t k = 0; k < N_REACHES && most < STANDS_OUT; k++) {
        vaho_field_smooth(m, sd, NULL, field, NULL, amount, spread2, REACH[k]);
        *start = strongest(field, m, sd, seen);
        if (*start < field->n && m[*start] / sd[*start] > most) {
            most = m[*start] / sd[*start];
            reach = REACH[k];
        }
    }
    vaho_field_smooth(m, sd, NULL, field, NULL, amount, spread2, reach);
    *start = strongest(field, m, sd, seen);
    return reach;
}

/*
 * What a pixel of the field that was seen as m, because it passed 'least', is to be expected to be:
 * by a normal distribution cut off there, all values from 0 up as likely before it was seen.
 */
static double expected_of(double m, double sd, double least)
{
    double sum = 0.0, weights = 0.0;

    for (size_t k = 0; k < N_VALUES; k++) {
        double value = (m + 4.0 * sd) * ((double)k + 0.5) / N_VALUES, u = (m - value) / sd;
        double passed = 0.5 * erfc((least - value) / sd * M_SQRT1_2);
        double w = exp(-0.5 * u * u) / fmax(passed, 1e-30);
        sum += w * value;
        weights += w;
    }
    return weights > 0.0 ? sum / weights : m;
}

/* What noise adds to the mean because it helped pixels into the footprint. */
static double helped(const struct vaho_extent *extent, const struct vaho_field *field,
                     const double *m, const double *sd, double least)
{
    double sum = 0.0;

    for (size_t i = 0; i < field->n; i++)
        if (extent->inside[i])
            sum += m[i] - expected_of(m[i], sd[i], fmax(least, FLOOR * sd[i]));
    return sum / (double)extent->n;
}

/* Where the plume is. */
static enum vaho_status draw(struct vaho_extent *out, double *m, double *sd,
                             const struct vaho_field *field, const struct vaho_amount *amount,
                             const unsigned char *seen, double spread2, struct vaho_error *error)
{
    size_t *queue = vaho_alloc(field->n, sizeof *queue), start;

    if (queue == NULL)
        return vaho_fail_memory(error, "a plume's footprint");
    out->reach = choose_reach(&start, m, sd, field, amount, seen, spread2);
    if (start < field->n && m[start] > FLOOR * sd[start])
        out->n = spread_from(out->inside, queue, field, m, sd, seen, FLOOR_SHARE * m[start]);
    if (out->n >= MIN_PIXELS)
        out->helped_ppmm = helped(out, field, m, sd, FLOOR_SHARE * m[start]);
    if (out->n < MIN_PIXELS) {
        memcpy(out->inside, seen, field->n);
        out->n = 0;
        for (size_t i = 0; i < field->n; i++)
            out->n += seen[i];
    }
    free(queue);
    return VAHO_OK;
}

double vaho_extent_mean(const struct vaho_extent *extent, const struct vaho_field *field,
                        const struct vaho_amount *amount)
{
    double sum = 0.0;

    for (size_t i = 0; i < field->n; i++)
        if (extent->share[i] > 0.0)
            sum += extent->share[i] * amount[i].ppmm;
    return sum;
}

/*
 * The 95th percentile of the column density: noise widens the spread of what pixels show, so
 * their departures from the field are drawn in until they spread as the plume itself does
 * (Louis 1984, doi 10.1080/01621459.1984.10478062).
 */
static double peak_of(float *scratch, const struct vaho_extent *extent,
                      const struct vaho_field *field, const struct vaho_amount *amount,
                      const double *m, double spread2)
{
    size_t n = 0;

    for (size_t i = 0; i < field->n; i++) {
        double tau2 = VAHO_FIELD_STRAYS * VAHO_FIELD_STRAYS * m[i] * m[i], drawn = 0.0;
        if (!extent->inside[i] || !isfinite(m[i]))
            continue;
        if (amount[i].weight > 0.0)
            drawn = sqrt(tau2 / (tau2 + spread2 / amount[i].weight)) * (amount[i].ppmm - m[i]);
        scratch[n++] = (float)(m[i] + drawn);
    }
    return n > 0 ? (double)vaho_quantile(scratch, n, 0.95) : NAN;
}

/* Mean, peak and noise over the extent. */
static enum vaho_status sum_up(struct vaho_extent *out, double *m, double *sd,
                               const struct vaho_field *field, const struct vaho_amount *amount,
                               double spread2, struct vaho_error *error)
{
    double white = 0.0, uneven = 0.0, even = 1.0 / (double)out->n;
    float *scratch = vaho_alloc(field->n, sizeof *scratch);
    int known = 0;

    if (scratch == NULL)
        return vaho_fail_memory(error, "a plume's footprint");
    vaho_field_smooth(m, sd, out->share, field, out->inside, amount, spread2,
                      fmax(out->reach, 1.0));
    for (size_t i = 0; i < field->n; i++) {
        if (!out->inside[i] || !isfinite(m[i]))
            continue;
        double off = (out->share[i] - even) * VAHO_FIELD_STRAYS * m[i];
        uneven += PIXELS_ALIKE * off * off;
        known = 1;
        if (out->share[i] > 0.0)
            white += out->share[i] * out->share[i] * spread2 / amount[i].weight;
    }
    out->mean_ppmm = known ? vaho_extent_mean(out, field, amount) - out->helped_ppmm : NAN;
    out->peak_ppmm = fmax(peak_of(scratch, out, field, amount, m, spread2), out->mean_ppmm);
    out->white_ppmm = sqrt(white);
    out->uneven_ppmm = sqrt(uneven);
    free(scratch);
    return VAHO_OK;
}

enum vaho_status vaho_extent_make(struct vaho_extent *out, const struct vaho_field *field,
                                  const struct vaho_amount *amount, const unsigned char *seen,
                                  double spread, double clutter, struct vaho_error *error)
{
    double *m = vaho_alloc(2 * field->n, sizeof *m), *sd = m != NULL ? m + field->n : NULL;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_extent){.inside = vaho_alloc(field->n, 1),
                                .share = vaho_alloc(field->n, sizeof(double)),
                                .mean_ppmm = NAN,
                                .peak_ppmm = NAN};
    if (!m || !out->inside || !out->share)
        status = vaho_fail_memory(error, "a plume's footprint");
    if (status == VAHO_OK)
        status = draw(out, m, sd, field, amount, seen, spread * spread * clutter * clutter, error);
    if (status == VAHO_OK && out->n > 0)
        status = sum_up(out, m, sd, field, amount, spread * spread, error);
    if (status == VAHO_OK && !isfinite(out->mean_ppmm))
        out->n = 0;
    free(m);
    if (status != VAHO_OK)
        vaho_extent_free(out);
    return status;
}
