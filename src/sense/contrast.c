#include "sense/contrast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"

/* First and second radiation constants for wavelengths in um (CODATA 2018: h, c, k exact). */
static const double C1 = 1.191042972e8; /* 2 h c^2, W um^4 m-2 sr-1 */
static const double C2 = 1.438776877e4; /* h c / k, um K */

static const double THERMAL_FROM_UM = 3.0;
static const double WINDOW_FROM_UM = 10.2, WINDOW_TO_UM = 12.5; /* clean of ozone and CO2 */
/* Ground minus air, K, as seen in the window: from cold nights to hot afternoons. */
static const double GROUND_MINUS_AIR_K[] = {7.0, 4.5, 2.5, 0.5, -3.0};
static const double GROUND_MINUS_AIR_REFERENCE_K = 2.5;
/* Black bodies: the share of the sample that is greyest; see contrast.h. */
static const double GREY_SHARE = 0.2, GREY_QUANTILE = 0.05, MIN_GREY_SPREAD_K = 0.3;
enum { GREY_ROUNDS = 5, GREY_REACH = 2, MIN_GREY = 200 };
enum { N_GROUND_MINUS_AIR = sizeof GROUND_MINUS_AIR_K / sizeof GROUND_MINUS_AIR_K[0] };
/* A settled value is still this uncertain, and so is the black-body line of each band. */
static const double SETTLED_STEP_K = 1.5;
enum { N_SETTLED = 3 };
/* The upper edge of the scatter: the expectile fitted, and how often. */
static const double EXPECTILE = 0.97;
enum { EXPECTILE_ROUNDS = 12 };

struct window {
    size_t n;
    size_t *band;
    double wavelength_um, to_si;
};

enum vaho_regime vaho_regime_of(double wavelength_um)
{
    return wavelength_um >= THERMAL_FROM_UM ? VAHO_REGIME_THERMAL : VAHO_REGIME_SOLAR;
}

double vaho_planck(double wavelength_um, double temperature_k)
{
    double w = wavelength_um;
    return C1 / (w * w * w * w * w * expm1(C2 / (w * temperature_k)));
}

double vaho_brightness_temperature(double wavelength_um, double radiance)
{
    double w = wavelength_um;
    return C2 / (w * log1p(C1 / (w * w * w * w * w * radiance)));
}

void vaho_contrast_free(struct vaho_contrast *contrast)
{
    if (contrast == NULL)
        return;
    free(contrast->part);
    free(contrast->slope);
    free(contrast);
}

void vaho_contrast_assume(struct vaho_contrast *contrast)
{
    contrast->d[0] = contrast->d[contrast->n_hypotheses / 2];
    contrast->n_hypotheses = 1;
}

void vaho_contrast_settle(struct vaho_contrast *contrast, double d)
{
    contrast->n_hypotheses = N_SETTLED;
    for (size_t i = 0; i < N_SETTLED; i++)
        contrast->d[i] = d + SETTLED_STEP_K * ((double)(N_SETTLED / 2) - (double)i);
    contrast->d_reference = d;
}

void vaho_contrast_parts(float *out, const struct vaho_contrast *contrast, const float *absorption)
{
    size_t nb = contrast->n_bands, n = contrast->n_parts;

    for (size_t k = 0; k < n; k++)
        for (size_t b = 0; b < nb; b++)
            out[k * nb + b] = -absorption[b] * contrast->part[k * nb + b];
    for (size_t b = 0; b < nb; b++)
        out[n * nb + b] = -absorption[b] * contrast->slope[b];
}

static void choose_window(struct window *window, const double *wavelength_um, size_t n_bands)
{
    double sum = 0.0;

    for (size_t b = 0; b < n_bands; b++)
        if (wavelength_um[b] >= WINDOW_FROM_UM && wavelength_um[b] <= WINDOW_TO_UM)
            window->band[window->n++] = b;
    if (window->n < 3) { /* another window: the middle half of the bands */
        window->n = 0;
        for (size_t b = n_bands / 4; b < n_bands - n_bands / 4; b++)
            window->band[window->n++] = b;
    }
    for (size_t i = 0; i < window->n; i++)
        sum += wavelength_um[window->band[i]];
    window->wavelength_um = sum / (double)window->n;
}

static double window_mean(const struct window *window, const float *spectrum)
{
    double sum = 0.0;

    for (size_t i = 0; i < window->n; i++)
        sum += (double)spectrum[window->band[i]];
    return sum / (double)window->n;
}

/* The unit of a thermal cube that does not say: the one in which the ground has a temperature. */
static enum vaho_status settle_unit(struct window *window, const float *mean,
                                    const struct vaho_cube_info *info, struct vaho_error *error)
{
    /* W m-2 sr-1 um-1; uW cm-2 sr-1 um-1 ("microflick"); mW m-2 sr-1 um-1; W m-2 sr-1 nm-1;
     * uW cm-2 sr-1 nm-1; W cm-2 sr-1 um-1 */
    static const double factor[] = {1.0, 0.01, 0.001, 1000.0, 10.0, 10000.0};
    size_t n = info->units_known ? 1 : sizeof factor / sizeof factor[0];
    double radiance = window_mean(window, mean);

    for (size_t i = 0; i < n && radiance > 0.0; i++) {
        double kelvin = vaho_brightness_temperature(window->wavelength_um, radiance * factor[i]);
        if (kelvin > 220.0 && kelvin < 360.0) {
            window->to_si = factor[i];
            return VAHO_OK;
        }
    }
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: the mean radiance near %.1f um, %g, is that of no ground between 220 and "
                     "360 K; state 'data units' in the header",
                     info->path, window->wavelength_um, radiance);
}

/* The upper edge of one band's scatter over t: *level at t = 0 and *slope. */
static void fit_edge(double *level, double *slope, const double *t, const float *spectrum, size_t n,
                     size_t stride)
{
    *level = -INFINITY; /* first round: ordinary least squares */
    *slope = 0.0;
    for (int round = 0; round < EXPECTILE_ROUNDS; round++) {
        double w = 0.0, wt = 0.0, wtt = 0.0, wy = 0.0, wty = 0.0, centre;
        for (size_t i = 0; i < n; i++) {
            double y = (double)spectrum[i * stride];
            double weight = y > *level + *slope * t[i] ? EXPECTILE : 1.0 - EXPECTILE;
            w += weight;
            wt += weight * t[i];
            wtt += weight * t[i] * t[i];
            wy += weight * y;
            wty += weight * t[i] * y;
        }
        centre = wt / w;
        *slope = (wty - centre * wy) / fmax(wtt - centre * wt, 1e-12);
        *level = (wy - *slope * wt) / w;
    }
}

/*
 * How grey each pixel of the sample is: the lowest (a low quantile, over neighbouring bands
 * averaged) of its departures, in kelvin, from the black bodies' line at its own t.
 */
static void rate_greyness(float *out, float *scratch, const struct vaho_contrast *contrast,
                          const double *level, const double *t, const float *spectrum, size_t n)
{
    size_t nb = contrast->n_bands;

    for (size_t i = 0; i < n; i++) {
        const float *x = spectrum + i * nb;
        for (size_t b = 0; b < nb; b++) {
            size_t first = b > GREY_REACH ? b - GREY_REACH : 0;
            size_t last = b + GREY_REACH < nb ? b + GREY_REACH : nb - 1;
            double sum = 0.0;
            for (size_t k = first; k <= last; k++)
                sum += ((double)x[k] - level[k]) / fmax((double)contrast->slope[k], 1e-12) - t[i];
            scratch[b] = (float)(sum / (double)(last - first + 1));
        }
        out[i] = vaho_quantile(scratch, nb, GREY_QUANTILE);
    }
}

/* Least squares lines over the pixels that are at least as grey as 'least'. */
static void fit_grey(struct vaho_contrast *contrast, double *level, const double *t,
                     const float *grey, float least, const float *spectrum, size_t n)
{
    size_t nb = contrast->n_bands;
    double count = 0.0, mean_t = 0.0, tt = 0.0;

    for (size_t i = 0; i < n; i++)
        if (grey[i] >= least) {
            count += 1.0;
            mean_t += t[i];
        }
    mean_t /= count;
    for (size_t i = 0; i < n; i++)
        if (grey[i] >= least)
            tt += (t[i] - mean_t) * (t[i] - mean_t);
    if (!(tt > MIN_GREY_SPREAD_K * MIN_GREY_SPREAD_K * count)) /* too alike to tell a slope */
        return;
    for (size_t b = 0; b < nb; b++) {
        double mean = 0.0, tx = 0.0;
        for (size_t i = 0; i < n; i++)
            if (grey[i] >= least) {
                mean += (double)spectrum[i * nb + b] / count;
                tx += (t[i] - mean_t) * (double)spectrum[i * nb + b];
            }
        contrast->slope[b] = (float)(tx / tt);
        level[b] = mean - tx / tt * mean_t;
    }
}

/* From the upper edges to the black bodies' lines: those of the greyest pixels, again and again. */
static enum vaho_status settle_on_grey(struct vaho_contrast *contrast, double *level,
                                       const double *t, const float *spectrum, size_t n,
                                       struct vaho_error *error)
{
    float *grey = vaho_alloc(n, sizeof *grey), *order = vaho_alloc(n, sizeof *order);
    float *scratch = vaho_alloc(contrast->n_bands, sizeof *scratch);
    enum vaho_status status = VAHO_OK;

    if (!grey || !order || !scratch)
        status = vaho_fail_memory(error, "the contrast of the scene");
    for (int round = 0; status == VAHO_OK && n >= MIN_GREY && round < GREY_ROUNDS; round++) {
        rate_greyness(grey, scratch, contrast, level, t, spectrum, n);
        memcpy(order, grey, n * sizeof *order);
        fit_grey(contrast, level, t, grey, vaho_quantile(order, n, 1.0 - GREY_SHARE), spectrum, n);
    }
    free(grey);
    free(order);
    free(scratch);
    return status;
}

/* Window temperatures of the sample, its mean, the black-body line of every band. */
static enum vaho_status learn_thermal(struct vaho_contrast *contrast, double *t,
                                      const double *wavelength_um,
                                      const struct vaho_columns *columns,
                                      const struct vaho_cube_info *info, struct vaho_error *error)
{
    size_t n = vaho_columns_n_sampled(columns), nb = contrast->n_bands;
    const float *spectrum = vaho_columns_sampled_spectrum(columns),
                *mean = vaho_columns_mean(columns);
    struct window window = {.band = vaho_alloc(nb, sizeof(size_t))};
    double *level = vaho_alloc(nb, sizeof *level);
    enum vaho_status status;

    if (window.band == NULL || level == NULL) {
        free(window.band);
        free(level);
        return vaho_fail_memory(error, "the contrast of the scene");
    }
    choose_window(&window, wavelength_um, nb);
    status = settle_unit(&window, mean, info, error);
    for (size_t i = 0; status == VAHO_OK && i < n; i++) {
        double radiance = window_mean(&window, spectrum + i * nb) * window.to_si;
        t[i] = vaho_brightness_temperature(window.wavelength_um, fmax(radiance, 1e-6));
        contrast->mean_t += t[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        t[i] -= contrast->mean_t;
    for (size_t b = 0; status == VAHO_OK && b < nb; b++) {
        double slope;
        fit_edge(&level[b], &slope, t, spectrum + b, n, nb);
        contrast->slope[b] = (float)slope;
    }
    if (status == VAHO_OK)
        status = settle_on_grey(contrast, level, t, spectrum, n, error);
    for (size_t b = 0; status == VAHO_OK && b < nb; b++)
        contrast->part[b] = (float)((double)mean[b] - level[b]);
    free(level);
    free(window.band);
    return status;
}

/* The reference weight: t as a linear function of the coordinates q, which have unit variance. */
static void learn_weights(struct vaho_contrast *contrast, const double *t,
                          const struct vaho_columns *columns)
{
    size_t n = vaho_columns_n_sampled(columns), nb = contrast->n_bands;
    const float *residual = vaho_columns_sampled_residual(columns);
    const float *leading = vaho_columns_leading(columns);

    for (size_t k = 1; k < contrast->n_parts; k++) {
        double qt = 0.0, qq = 0.0;
        for (size_t i = 0; i < n; i++) {
            double q = 0.0;
            for (size_t b = 0; b < nb; b++)
                q += (double)leading[(k - 1) * nb + b] * (double)residual[i * nb + b];
            qt += q * t[i];
            qq += q * q;
        }
        contrast->weight[k] = qt / fmax(qq, 1e-12);
    }
}

static enum vaho_status allocate(struct vaho_contrast *contrast, size_t n_bands,
                                 struct vaho_error *error)
{
    contrast->part = vaho_alloc(VAHO_N_PARTS * n_bands, sizeof *contrast->part);
    contrast->slope = vaho_alloc(n_bands, sizeof *contrast->slope);
    if (contrast->part == NULL || contrast->slope == NULL)
        return vaho_fail_memory(error, "the contrast of the scene");
    return VAHO_OK;
}

enum vaho_status vaho_contrast_learn(struct vaho_contrast **out, const double *wavelength_um,
                                     const struct vaho_columns *columns,
                                     const struct vaho_cube_info *info, double air_temperature_k,
                                     struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(columns), n = vaho_columns_n_sampled(columns);
    const float *mean = vaho_columns_mean(columns), *leading = vaho_columns_leading(columns);
    struct vaho_contrast *contrast = vaho_alloc(1, sizeof *contrast);
    double *t = vaho_alloc(n, sizeof *t);
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (contrast == NULL || t == NULL) {
        free(contrast);
        free(t);
        return vaho_fail_memory(error, "the contrast of the scene");
    }
    contrast->n_bands = nb;
    contrast->n_parts =
        1 + (vaho_columns_rank(columns) < VAHO_N_PATTERNS ? vaho_columns_rank(columns)
                                                          : VAHO_N_PATTERNS);
    contrast->regime = vaho_regime_of(wavelength_um[nb / 2]);
    status = allocate(contrast, nb, error);
    if (status == VAHO_OK && contrast->regime == VAHO_REGIME_THERMAL) {
        int known = isfinite(air_temperature_k);
        status = learn_thermal(contrast, t, wavelength_um, columns, info, error);
        contrast->n_hypotheses = N_GROUND_MINUS_AIR;
        memcpy(contrast->d, GROUND_MINUS_AIR_K, sizeof GROUND_MINUS_AIR_K);
        contrast->d_reference = GROUND_MINUS_AIR_REFERENCE_K;
        if (known)
            vaho_contrast_settle(contrast, contrast->mean_t - air_temperature_k);
    } else if (status == VAHO_OK) {
        double norm = 0.0;
        for (size_t b = 0; b < nb; b++)
            norm += (double)mean[b] * (double)mean[b];
        for (size_t i = 0; i < n; i++)
            for (size_t b = 0; b < nb; b++)
                t[i] += (double)vaho_columns_sampled_residual(columns)[i * nb + b] *
                        (double)mean[b] / fmax(norm, 1e-30);
        memcpy(contrast->part, mean, nb * sizeof *mean);
        contrast->weight[0] = 1.0;
        contrast->n_hypotheses = 1;
    }
    if (status == VAHO_OK) {
        for (size_t k = 1; k < contrast->n_parts; k++) { /* unit variance: U = p / |p|^2 */
            const float *p = leading + (k - 1) * nb;
            double norm = 0.0;
            for (size_t b = 0; b < nb; b++)
                norm += (double)p[b] * (double)p[b];
            for (size_t b = 0; b < nb; b++)
                contrast->part[k * nb + b] = (float)((double)p[b] / norm);
        }
        learn_weights(contrast, t, columns);
        *out = contrast;
    } else {
        vaho_contrast_free(contrast);
    }
    free(t);
    return status;
}
