#include "sense/contrast.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "sense/robust.h"

/* First and second radiation constants for wavelengths in um (CODATA 2018: h, c, k exact). */
static const double C1 = 1.191042972e8; /* 2 h c^2, W um^4 m-2 sr-1 */
static const double C2 = 1.438776877e4; /* h c / k, um K */

static const double THERMAL_FROM_UM = 3.0;
static const double WINDOW_FROM_UM = 10.2, WINDOW_TO_UM = 12.5; /* clean of ozone and CO2 */
/* Ground minus air, K, as seen in the window: from cold nights to hot afternoons. */
static const double GROUND_MINUS_AIR_K[] = {8.0, 5.0, 2.0, -1.0, -4.0};
enum { N_GROUND_MINUS_AIR = sizeof GROUND_MINUS_AIR_K / sizeof GROUND_MINUS_AIR_K[0] };

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
    free(contrast->profile);
    free(contrast->window);
    free(contrast);
}

void vaho_contrast_settle(struct vaho_contrast *contrast, size_t h)
{
    contrast->a[0] = contrast->a[h];
    contrast->b[0] = contrast->b[h];
    contrast->n_hypotheses = 1;
}

/* t of one pixel whose value in band i is x[i * stride]. */
static double pixel_contrast(const struct vaho_contrast *contrast, const float *x, size_t stride)
{
    double sum = 0.0;

    if (contrast->regime == VAHO_REGIME_SOLAR) {
        double norm = 0.0;
        for (size_t b = 0; b < contrast->n_bands; b++) {
            sum += (double)contrast->profile[b] * (double)x[b * stride];
            norm += (double)contrast->profile[b] * (double)contrast->profile[b];
        }
        return sum / norm;
    }
    for (size_t i = 0; i < contrast->n_window; i++)
        sum += (double)x[contrast->window[i] * stride];
    sum *= contrast->to_si / (double)contrast->n_window;
    return vaho_brightness_temperature(contrast->window_um, fmax(sum, 1e-6)) - contrast->mean_t;
}

void vaho_contrast_line(float *t, const struct vaho_contrast *contrast, const float *x,
                        const unsigned char *valid, size_t n_samples)
{
    for (size_t s = 0; s < n_samples; s++)
        t[s] = valid[s] ? (float)pixel_contrast(contrast, x + s, n_samples) : 0.0f;
}

static void choose_window(struct vaho_contrast *contrast, const double *wavelength_um)
{
    double sum = 0.0;

    for (size_t b = 0; b < contrast->n_bands; b++)
        if (wavelength_um[b] >= WINDOW_FROM_UM && wavelength_um[b] <= WINDOW_TO_UM)
            contrast->window[contrast->n_window++] = b;
    if (contrast->n_window < 3) { /* another window: the middle half of the bands */
        contrast->n_window = 0;
        for (size_t b = contrast->n_bands / 4; b < contrast->n_bands - contrast->n_bands / 4; b++)
            contrast->window[contrast->n_window++] = b;
    }
    for (size_t i = 0; i < contrast->n_window; i++)
        sum += wavelength_um[contrast->window[i]];
    contrast->window_um = sum / (double)contrast->n_window;
}

/* The unit of a thermal cube that does not say: the one in which the ground has a temperature. */
static enum vaho_status settle_unit(struct vaho_contrast *contrast, const struct vaho_columns *columns,
                                    const struct vaho_cube_info *info, struct vaho_error *error)
{
    /* W m-2 sr-1 um-1; uW cm-2 sr-1 um-1 ("microflick"); mW m-2 sr-1 um-1; W m-2 sr-1 nm-1;
     * uW cm-2 sr-1 nm-1; W cm-2 sr-1 um-1 */
    static const double factor[] = {1.0, 0.01, 0.001, 1000.0, 10.0, 10000.0};
    const float *mean = vaho_columns_mean(columns);
    size_t n = info->units_known ? 1 : sizeof factor / sizeof factor[0];
    double radiance = 0.0, kelvin = 0.0;

    for (size_t i = 0; i < contrast->n_window; i++)
        radiance += (double)mean[contrast->window[i]] / (double)contrast->n_window;
    for (size_t i = 0; i < n && radiance > 0.0; i++) {
        kelvin = vaho_brightness_temperature(contrast->window_um, radiance * factor[i]);
        if (kelvin > 220.0 && kelvin < 360.0) {
            contrast->to_si = factor[i];
            return VAHO_OK;
        }
    }
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: the mean radiance near %.1f um, %g, is that of no ground between 220 and "
                     "360 K; state 'data units' in the header",
                     info->path, contrast->window_um, radiance);
}

/* Mean and spread of t over the sample, and for thermal the slope of each band on it. */
static enum vaho_status regress_profile(struct vaho_contrast *contrast,
                                        const struct vaho_columns *columns, struct vaho_error *error)
{
    size_t n = vaho_columns_n_sampled(columns), nb = contrast->n_bands;
    const float *spectrum = vaho_columns_sampled_spectrum(columns);
    const float *residual = vaho_columns_sampled_residual(columns);
    double sum = 0.0, squares = 0.0, *slope = vaho_alloc(nb, sizeof *slope);
    float *t = vaho_alloc(n, sizeof *t);

    if (t == NULL || slope == NULL) {
        free(t);
        free(slope);
        return vaho_fail_memory(error, "the contrast of the scene");
    }
    for (size_t i = 0; i < n; i++) {
        t[i] = (float)pixel_contrast(contrast, spectrum + i * nb, 1);
        sum += (double)t[i];
    }
    contrast->mean_t = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = (double)t[i] - contrast->mean_t;
        squares += d * d;
        for (size_t b = 0; b < nb; b++)
            slope[b] += d * (double)residual[i * nb + b];
    }
    contrast->sigma_t = sqrt(squares / (double)n);
    if (contrast->regime == VAHO_REGIME_THERMAL)
        for (size_t b = 0; b < nb; b++)
            contrast->profile[b] = (float)(slope[b] / fmax(squares, 1e-12));
    free(t);
    free(slope);
    return VAHO_OK;
}

enum vaho_status vaho_contrast_learn(struct vaho_contrast **out, const double *wavelength_um,
                                     const struct vaho_columns *columns,
                                     const struct vaho_cube_info *info, double air_temperature_k,
                                     struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(columns);
    struct vaho_contrast *contrast = vaho_alloc(1, sizeof *contrast);
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (contrast == NULL)
        return vaho_fail_memory(error, "the contrast of the scene");
    contrast->n_bands = nb;
    contrast->to_si = 1.0;
    contrast->regime =
        wavelength_um[nb / 2] >= THERMAL_FROM_UM ? VAHO_REGIME_THERMAL : VAHO_REGIME_SOLAR;
    contrast->profile = vaho_alloc(nb, sizeof *contrast->profile);
    contrast->window = vaho_alloc(nb, sizeof *contrast->window);
    if (contrast->profile == NULL || contrast->window == NULL)
        status = vaho_fail_memory(error, "the contrast of the scene");
    if (status == VAHO_OK && contrast->regime == VAHO_REGIME_THERMAL) {
        choose_window(contrast, wavelength_um);
        status = settle_unit(contrast, columns, info, error);
    }
    if (status == VAHO_OK && contrast->regime == VAHO_REGIME_SOLAR)
        for (size_t b = 0; b < nb; b++)
            contrast->profile[b] = vaho_columns_mean(columns)[b];
    if (status == VAHO_OK)
        status = regress_profile(contrast, columns, error);
    if (status != VAHO_OK) {
        vaho_contrast_free(contrast);
        return status;
    }
    contrast->n_hypotheses = 1;
    contrast->b[0] = 1.0;
    if (contrast->regime == VAHO_REGIME_THERMAL) {
        int known = isfinite(air_temperature_k);
        contrast->n_hypotheses = known ? 1 : N_GROUND_MINUS_AIR;
        for (size_t h = 0; h < contrast->n_hypotheses; h++) {
            contrast->b[h] = 1.0;
            contrast->a[h] = known ? contrast->mean_t - air_temperature_k : GROUND_MINUS_AIR_K[h];
        }
    }
    *out = contrast;
    return VAHO_OK;
}
