/*
 * bands.c - a spectrum as a sensor's bands see it
 *
 * The spectrum is the straight line between its points; a band is a Gaussian g
 * of the given full width at half maximum around its centre c:
 *
 *     out = integral(g v) / integral(g)     over c +- 4 sigma
 *
 * A fine spectrum has thousands of points under a band.  With the running
 * integral P of the spectrum the mean of v over any stretch is a difference of
 * P, exactly; the band is cut into N_BINS stretches of sigma/8, whose Gaussian
 * weights are the same for every band and computed once.  The error of taking g
 * as constant over a stretch is of order (1/8)^2 / 24, below 1e-3 of the
 * curvature's part.
 *
 * Where the spectrum says how much light there is (l), the band sees
 *
 *     out = integral(g v l) / integral(g l),
 *
 * the slope of the logarithm of what it sees; v l stands for v, l for 1.
 *
 * Points that are themselves bands of a sensor are averages already: they are
 * interpolated, not averaged again.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "vaho/library.h"

enum { N_BINS = 64 };                                   /* over +-4 sigma */
static const double FWHM_PER_SIGMA = 2.354820045030949; /* 2 sqrt(2 ln 2) */

/* The index i of the segment [x[i], x[i+1]] that holds 'at'; at is inside x. */
static size_t segment_of(const double *x, size_t n, double at)
{
    size_t low = 0, high = n - 1;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double interpolate(const struct vaho_spectrum *s, size_t i, double at)
{
    double t = (at - s->wavelength_um[i]) / (s->wavelength_um[i + 1] - s->wavelength_um[i]);

    return s->value[i] + t * (s->value[i + 1] - s->value[i]);
}

/* The running integral from the first point to 'at', which lies in segment i. */
static double integral_to(const struct vaho_spectrum *s, const double *running, size_t i, double at)
{
    return running[i] + 0.5 * (s->value[i] + interpolate(s, i, at)) * (at - s->wavelength_um[i]);
}

/* The mean of one of the spectrum's ordinates over a band. */
static double mean_over_band(const struct vaho_spectrum *s, const double *running,
                             const double *weight, double centre, double sigma)
{
    double first = s->wavelength_um[0], last = s->wavelength_um[s->n - 1];
    double width = 8.0 * sigma / N_BINS, sum = 0.0, weights = 0.0, before = 0.0, a = NAN;
    size_t i = 0;

    for (int bin = 0; bin <= N_BINS; bin++) {
        double edge = fmin(fmax(centre - 4.0 * sigma + width * bin, first), last), now;
        if (isnan(a))
            i = segment_of(s->wavelength_um, s->n, edge);
        while (i + 2 < s->n && s->wavelength_um[i + 1] <= edge)
            i++;
        now = integral_to(s, running, i, edge);
        if (!isnan(a) && edge > a) {
            double share = weight[bin - 1] * (edge - a) / width;
            sum += share * (now - before) / (edge - a);
            weights += share;
        }
        a = edge;
        before = now;
    }
    return weights > 0.0 ? sum / weights : interpolate(s, i, fmin(fmax(centre, first), last));
}

/* The distance to the nearer neighbour in wavelength, which need not be next in order. */
static enum vaho_status widths_from_spacing(double *out, const double *wavelength_um, size_t n,
                                            struct vaho_error *error)
{
    for (size_t i = 0; i < n; i++) {
        double nearest = INFINITY;
        for (size_t j = i >= 2 ? i - 2 : 0; j < n && j <= i + 2; j++) {
            double d = fabs(wavelength_um[j] - wavelength_um[i]);
            if (d > 0.0)
                nearest = fmin(nearest, d);
        }
        if (!isfinite(nearest))
            return vaho_fail(error, VAHO_USAGE,
                             "band %zu: its width is not known and cannot be "
                             "told from its neighbours; give fwhm",
                             i);
        out[i] = nearest;
    }
    return VAHO_OK;
}

static enum vaho_status check_bands(const struct vaho_spectrum *spectrum,
                                    const double *wavelength_um, const double *fwhm_um,
                                    size_t n_bands, struct vaho_error *error)
{
    if (!spectrum->has_wavelength)
        return vaho_fail(error, VAHO_NOT_APPLICABLE,
                         "%s: its points have band numbers, no wavelengths; it fits only the "
                         "sensor it came from",
                         spectrum->path);
    if (n_bands == 0)
        return vaho_fail(error, VAHO_USAGE, "a sensor without bands");
    for (size_t b = 0; b < n_bands; b++)
        if (!(wavelength_um[b] > 0.0) || (fwhm_um != NULL && !(fwhm_um[b] > 0.0)))
            return vaho_fail(error, VAHO_USAGE, "band %zu: centre and width must be above 0", b);
    return VAHO_OK;
}

/* What averaging needs, in one allocation: the spectrum (lit: value times light) and the light,
 * their running integrals, and the Gaussian weight of each bin. */
struct averaging {
    struct vaho_spectrum lit, light; /* borrowed but for their values */
    double *running, *running_light, *weight;
};

static void integrate(double *running, const struct vaho_spectrum *s)
{
    for (size_t i = 1; i < s->n; i++)
        running[i] = running[i - 1] + 0.5 * (s->value[i] + s->value[i - 1]) *
                                          (s->wavelength_um[i] - s->wavelength_um[i - 1]);
}

/* Returns what is to be freed, or NULL. */
static double *prepare(struct averaging *a, const struct vaho_spectrum *s)
{
    double *room = vaho_alloc(3 * s->n + N_BINS, sizeof *room);

    if (room == NULL)
        return NULL;
    *a = (struct averaging){*s, *s, room, room + s->n, room + 3 * s->n};
    if (s->light != NULL) {
        a->light.value = s->light;
        a->lit.value = room + 2 * s->n;
        for (size_t i = 0; i < s->n; i++)
            a->lit.value[i] = s->value[i] * s->light[i];
        integrate(a->running_light, &a->light);
    }
    integrate(a->running, &a->lit);
    for (int bin = 0; bin < N_BINS; bin++) {
        double from = -4.0 + 8.0 * bin / N_BINS, to = from + 8.0 / N_BINS;
        a->weight[bin] = 0.5 * (erf(to * M_SQRT1_2) - erf(from * M_SQRT1_2));
    }
    return room;
}

static double average(const struct averaging *a, double centre, double sigma)
{
    double out = mean_over_band(&a->lit, a->running, a->weight, centre, sigma), light;

    if (a->light.light == NULL)
        return out;
    light = mean_over_band(&a->light, a->running_light, a->weight, centre, sigma);
    return light > 0.0 ? out / light : 0.0;
}

enum vaho_status vaho_spectrum_at_bands(double *out, size_t *n_covered,
                                        const struct vaho_spectrum *spectrum,
                                        const double *wavelength_um, const double *fwhm_um,
                                        size_t n_bands, struct vaho_error *error)
{
    double first = spectrum->wavelength_um[0], last = spectrum->wavelength_um[spectrum->n - 1];
    double *room = NULL;
    struct averaging averaging;
    size_t n = 0;
    enum vaho_status status = check_bands(spectrum, wavelength_um, fwhm_um, n_bands, error);

    if (status != VAHO_OK)
        return status;
    if (!spectrum->per_band) {
        room = prepare(&averaging, spectrum);
        if (room == NULL)
            return vaho_fail_memory(error, "averaging a spectrum over bands");
        if (fwhm_um == NULL)
            status = widths_from_spacing(out, wavelength_um, n_bands, error);
    }
    for (size_t b = 0; b < n_bands && status == VAHO_OK; b++) {
        double centre = wavelength_um[b];
        if (!(centre >= first && centre <= last)) {
            out[b] = spectrum->kind == VAHO_SPECTRUM_GAS ? 0.0 : NAN;
            continue;
        }
        n++;
        if (spectrum->per_band)
            out[b] = interpolate(spectrum, segment_of(spectrum->wavelength_um, spectrum->n, centre),
                                 centre);
        else
            out[b] = average(&averaging, centre,
                             (fwhm_um != NULL ? fwhm_um[b] : out[b]) / FWHM_PER_SIGMA);
    }
    free(room);
    if (n_covered != NULL)
        *n_covered = n;
    return status;
}
