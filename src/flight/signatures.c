#include "flight/signatures.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* Gases that are always in the air: part of every fit, searched only when named. */
static const char *const AIR[] = {"water", "carbon_dioxide", "ozone", "nitrous_oxide"};
enum { N_AIR = sizeof AIR / sizeof AIR[0], MAX_NOTES = 1000 };
/* A gas under this peak absorption, 1/(ppm.m), would need thousands of ppm.m to show. */
static const double MIN_PEAK = 2e-6;
static const double THERMAL_FROM_UM = 3.0, SHOWS_SHARE = 0.02;
/* How far from a gas's absorption bands still tell about the ground there. */
static const double REACH_UM = 0.2;
static const double SOLAR_FROM_UM = 0.9; /* shorter, gases hardly absorb */

void vaho_detection_add_note(struct vaho_detection *detection, const char *format, ...)
{
    char text[VAHO_ERROR_NBYTES];
    char **grown;
    va_list arguments;

    if (detection->n_notes >= MAX_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    grown = realloc(detection->note, (detection->n_notes + 1) * sizeof *grown);
    if (grown == NULL)
        return;
    detection->note = grown;
    grown[detection->n_notes] = vaho_strdup(text);
    if (grown[detection->n_notes] != NULL)
        detection->n_notes++;
}

void vaho_signatures_free(struct vaho_signatures *signatures)
{
    if (signatures == NULL)
        return;
    free(signatures->band);
    free(signatures->wavelength_um);
    free(signatures->name);
    free(signatures->value);
    free(signatures->variety);
    free(signatures->molar_mass);
    free(signatures);
}

static int is_air(const char *name)
{
    for (size_t i = 0; i < N_AIR; i++)
        if (strcmp(name, AIR[i]) == 0)
            return 1;
    return 0;
}

static int is_named(const struct vaho_detect_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->n_gases; i++)
        if (strcmp(settings->gas[i], name) == 0)
            return 1;
    return 0;
}

/* Good bands by ascending wavelength (by number where there are none). */
static enum vaho_status good_bands(struct vaho_signatures *s, const struct vaho_cube_info *info,
                                   int for_gas, struct vaho_error *error)
{
    s->band = vaho_alloc(info->n_bands, sizeof *s->band);
    s->wavelength_um = vaho_alloc(info->n_bands, sizeof *s->wavelength_um);
    if (s->band == NULL || s->wavelength_um == NULL)
        return vaho_fail_memory(error, "the bands");
    for (size_t b = 0; b < info->n_bands; b++) {
        double wavelength = info->wavelength_um != NULL ? info->wavelength_um[b] : (double)b;
        size_t at = s->n_bands;
        if (!info->good[b] || !isfinite(wavelength) || (for_gas && wavelength < SOLAR_FROM_UM))
            continue;
        while (at > 0 && s->wavelength_um[at - 1] > wavelength) {
            s->wavelength_um[at] = s->wavelength_um[at - 1];
            s->band[at] = s->band[at - 1];
            at--;
        }
        s->wavelength_um[at] = wavelength;
        s->band[at] = b;
        s->n_bands++;
    }
    if (s->n_bands == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: no good band %s (look at bbl and wavelength)",
                         info->path, for_gas ? "beyond 0.9 um, where gases absorb" : "is left");
    return VAHO_OK;
}

/* The bands that were asked for. */
static enum vaho_status keep_range(struct vaho_signatures *s, const struct vaho_cube_info *info,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_error *error)
{
    size_t kept = 0;

    for (size_t b = 0; b < s->n_bands; b++)
        if (info->wavelength_um != NULL && s->wavelength_um[b] >= settings->band_from_um &&
            s->wavelength_um[b] <= settings->band_to_um) {
            s->band[kept] = s->band[b];
            s->wavelength_um[kept++] = s->wavelength_um[b];
        }
    if (kept == 0)
        return vaho_fail(error, VAHO_USAGE, "%s: no good band lies from %g to %g um", info->path,
                         settings->band_from_um, settings->band_to_um);
    s->n_bands = kept;
    return VAHO_OK;
}

/*
 * The variety of a gas's absorption inside the bands, its variance over its mean: the second
 * moment is the band average of the spectrum squared.
 */
static enum vaho_status sample_variety(double *out, const double *mean,
                                       const struct vaho_spectrum *spectrum,
                                       const double *wavelength_um, const double *fwhm_um,
                                       size_t n_bands, struct vaho_error *error)
{
    struct vaho_spectrum squared = *spectrum;
    enum vaho_status status;

    for (size_t b = 0; b < n_bands; b++)
        out[b] = 0.0;
    if (spectrum->per_band || spectrum->kind != VAHO_SPECTRUM_GAS)
        return VAHO_OK;
    squared.value = vaho_alloc(spectrum->n, sizeof *squared.value);
    if (squared.value == NULL)
        return vaho_fail_memory(error, "a gas's spectrum");
    for (size_t i = 0; i < spectrum->n; i++)
        squared.value[i] = spectrum->value[i] * spectrum->value[i];
    status = vaho_spectrum_at_bands(out, NULL, &squared, wavelength_um, fwhm_um, n_bands, error);
    for (size_t b = 0; status == VAHO_OK && b < n_bands; b++)
        out[b] = mean[b] > 0.0 ? fmax(out[b] - mean[b] * mean[b], 0.0) / mean[b] : 0.0;
    free(squared.value);
    return status;
}

/* Samples one spectrum at the bands into row s->n. */
static enum vaho_status sample(struct vaho_signatures *s, const struct vaho_cube_info *info,
                               const struct vaho_spectrum *spectrum, size_t *n_covered,
                               struct vaho_error *error)
{
    double *fwhm = NULL;
    enum vaho_status status;

    if (info->fwhm_um != NULL) {
        fwhm = vaho_alloc(s->n_bands, sizeof *fwhm);
        if (fwhm == NULL)
            return vaho_fail_memory(error, "the bands");
        for (size_t b = 0; b < s->n_bands; b++)
            fwhm[b] = info->fwhm_um[s->band[b]];
    }
    status = vaho_spectrum_at_bands(s->value + s->n * s->n_bands, n_covered, spectrum,
                                    s->wavelength_um, fwhm, s->n_bands, error);
    if (status == VAHO_OK)
        status = sample_variety(s->variety + s->n * s->n_bands, s->value + s->n * s->n_bands,
                                spectrum, s->wavelength_um, fwhm, s->n_bands, error);
    free(fwhm);
    s->molar_mass[s->n] = spectrum->molar_mass_g_mol;
    snprintf(s->name[s->n], VAHO_NAME_NBYTES, "%s", spectrum->name);
    return status;
}

static enum vaho_status make_room(struct vaho_signatures *s, size_t n, struct vaho_error *error)
{
    s->name = vaho_alloc(n, sizeof *s->name);
    s->value = vaho_alloc(n * s->n_bands, sizeof *s->value);
    s->variety = vaho_alloc(n * s->n_bands, sizeof *s->variety);
    s->molar_mass = vaho_alloc(n, sizeof *s->molar_mass);
    if (!s->name || !s->value || !s->variety || !s->molar_mass)
        return vaho_fail_memory(error, "the signatures");
    return VAHO_OK;
}

static double peak_of(const double *value, size_t n)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, value[i]);
    return most;
}

/* In reflected light: only bands near where a searched gas absorbs. */
static void narrow_to_absorption(struct vaho_signatures *s)
{
    size_t kept = 0, *band = vaho_alloc(s->n_bands, sizeof *band);

    if (band == NULL)
        return; /* all bands then: slower, not wrong */
    for (size_t b = 0; b < s->n_bands; b++) {
        int shows = 0;
        for (size_t g = 0; g < s->n_searched && !shows; g++) {
            const double *alpha = s->value + g * s->n_bands;
            double peak = peak_of(alpha, s->n_bands);
            for (size_t i = 0; i < s->n_bands && !shows; i++)
                shows = alpha[i] > SHOWS_SHARE * peak &&
                        fabs(s->wavelength_um[i] - s->wavelength_um[b]) <= REACH_UM;
        }
        if (shows)
            band[kept++] = s->band[b];
    }
    vaho_signatures_keep(s, band, kept);
    free(band);
}

void vaho_signatures_keep(struct vaho_signatures *s, const size_t *band, size_t n_bands)
{
    size_t kept = 0, *at = vaho_alloc(n_bands, sizeof *at);

    if (at == NULL)
        return;
    for (size_t b = 0; b < s->n_bands && kept < n_bands; b++)
        if (s->band[b] == band[kept])
            at[kept++] = b;
    for (size_t i = 0; i < s->n; i++) /* rows shrink towards the front: in place is safe */
        for (size_t k = 0; k < kept; k++) {
            s->value[i * kept + k] = s->value[i * s->n_bands + at[k]];
            s->variety[i * kept + k] = s->variety[i * s->n_bands + at[k]];
        }
    for (size_t k = 0; k < kept; k++) {
        s->band[k] = s->band[at[k]];
        s->wavelength_um[k] = s->wavelength_um[at[k]];
    }
    s->n_bands = kept;
    free(at);
}

static enum vaho_status unknown_gas(const char *name, const struct vaho_library *library,
                                    struct vaho_error *error)
{
    struct vaho_text list;
    const char *last = "";
    enum vaho_status status;

    vaho_text_init(&list, VAHO_ERROR_NBYTES);
    for (size_t i = 0; i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *spectrum = vaho_library_get(library, i);
        if (spectrum->kind == VAHO_SPECTRUM_GAS && strcmp(spectrum->name, last) != 0)
            vaho_text_printf(&list, "%s%s", list.nbytes > 0 ? ", " : "", spectrum->name);
        last = spectrum->name;
    }
    status = vaho_fail(error, VAHO_USAGE, "the library has no gas '%s'; it has: %s", name,
                       list.nbytes > 0 ? list.data : "none");
    vaho_text_free(&list);
    return status;
}

/* Adds gas 'spectrum' when it absorbs here. */
static enum vaho_status add_gas(struct vaho_signatures *s, const struct vaho_cube_info *info,
                                const struct vaho_spectrum *spectrum, int searched,
                                struct vaho_detection *notes, struct vaho_error *error)
{
    size_t n_covered;
    double peak;
    enum vaho_status status = sample(s, info, spectrum, &n_covered, error);

    if (status != VAHO_OK)
        return status;
    peak = peak_of(s->value + s->n * s->n_bands, s->n_bands);
    if (peak < MIN_PEAK && searched)
        vaho_detection_add_note(notes,
                                "%s is not searched: it hardly absorbs in this cube's bands "
                                "(%.1e per ppm.m at most)",
                                spectrum->name, peak);
    if (peak < (searched ? MIN_PEAK : 0.1 * MIN_PEAK))
        return VAHO_OK;
    s->n++;
    s->n_searched += searched != 0;
    return VAHO_OK;
}

static int may_search(const struct vaho_detect_settings *settings, const char *gas)
{
    return settings->mandate == NULL || vaho_mandate_names_gas(settings->mandate, gas);
}

/* Gases asked for by name must be the mandate's; of 'all' those it names are left. */
static enum vaho_status check_mandate(const struct vaho_library *library,
                                      const struct vaho_detect_settings *settings,
                                      struct vaho_detection *notes, struct vaho_error *error)
{
    const char *last = "";
    size_t n_left_out = 0;

    for (size_t i = 0; i < settings->n_gases; i++)
        if (!may_search(settings, settings->gas[i]))
            return vaho_fail(error, VAHO_REFUSED,
                             "the mandate %s does not name %s; leave it out of --gas",
                             vaho_mandate_terms(settings->mandate)->id, settings->gas[i]);
    for (size_t i = 0; settings->n_gases == 0 && i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *spectrum = vaho_library_get(library, i);
        n_left_out += spectrum->kind == VAHO_SPECTRUM_GAS && !is_air(spectrum->name) &&
                      strcmp(spectrum->name, last) != 0 && !may_search(settings, spectrum->name);
        last = spectrum->name;
    }
    if (n_left_out > 0)
        vaho_detection_add_note(notes,
                                "%zu gas%s of the library %s not searched: the mandate does not "
                                "name %s",
                                n_left_out, n_left_out == 1 ? "" : "es",
                                n_left_out == 1 ? "was" : "were", n_left_out == 1 ? "it" : "them");
    return VAHO_OK;
}

static enum vaho_status choose_gases(struct vaho_signatures *s, const struct vaho_cube_info *info,
                                     const struct vaho_library *library,
                                     const struct vaho_detect_settings *settings,
                                     struct vaho_detection *notes, struct vaho_error *error)
{
    size_t size = vaho_library_size(library);
    enum vaho_status status;

    if (info->wavelength_um == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: the cube has no wavelengths, so no gas can be searched; add "
                         "'wavelength' and 'wavelength units' to its header",
                         info->path);
    for (size_t i = 0; i < settings->n_gases; i++)
        if (vaho_library_find(library, settings->gas[i]) == NULL ||
            vaho_library_find(library, settings->gas[i])->kind != VAHO_SPECTRUM_GAS)
            return unknown_gas(settings->gas[i], library, error);
    status = check_mandate(library, settings, notes, error);
    if (status == VAHO_OK)
        status = make_room(s, size, error);
    for (int searched = 1; searched >= 0; searched--)
        for (size_t i = 0; status == VAHO_OK && i < size; i++) {
            const struct vaho_spectrum *spectrum = vaho_library_get(library, i);
            int wanted = settings->n_gases > 0
                             ? is_named(settings, spectrum->name)
                             : !is_air(spectrum->name) && may_search(settings, spectrum->name);
            if (spectrum->kind == VAHO_SPECTRUM_GAS && wanted == searched &&
                vaho_library_find_at(library, spectrum->name, s->wavelength_um, s->n_bands) ==
                    spectrum)
                status = add_gas(s, info, spectrum, searched, notes, error);
        }
    if (status == VAHO_OK && s->n_searched == 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: no gas to search absorbs between %.3f and %.3f um; name others with "
                         "--library or --gas",
                         info->path, s->wavelength_um[0], s->wavelength_um[s->n_bands - 1]);
    if (status == VAHO_OK && isnan(settings->band_from_um) &&
        s->wavelength_um[s->n_bands / 2] < THERMAL_FROM_UM)
        narrow_to_absorption(s);
    return status;
}

static enum vaho_status choose_surfaces(struct vaho_signatures *s,
                                        const struct vaho_cube_info *info,
                                        const struct vaho_detect_settings *settings,
                                        struct vaho_error *error)
{
    enum vaho_status status = make_room(s, settings->n_surfaces, error);

    for (size_t i = 0; status == VAHO_OK && i < settings->n_surfaces; i++) {
        const struct vaho_spectrum *spectrum = settings->surface[i];
        size_t n_covered;
        if (info->wavelength_um == NULL || !spectrum->has_wavelength) {
            if (spectrum->n != info->n_bands)
                return vaho_fail(
                    error, VAHO_BAD_INPUT,
                    "%s: %zu values, but %s has %zu bands; without wavelengths in both "
                    "there must be one a band",
                    spectrum->path, spectrum->n, info->path, info->n_bands);
            for (size_t b = 0; b < s->n_bands; b++)
                s->value[i * s->n_bands + b] = spectrum->value[s->band[b]];
            snprintf(s->name[i], VAHO_NAME_NBYTES, "%s", spectrum->name);
        } else {
            status = sample(s, info, spectrum, &n_covered, error);
            for (size_t b = 0; status == VAHO_OK && b < s->n_bands; b++)
                if (!isfinite(s->value[i * s->n_bands + b]))
                    return vaho_fail(error, VAHO_BAD_INPUT,
                                     "%s: does not cover %.3f um, a good band of %s",
                                     spectrum->path, s->wavelength_um[b], info->path);
        }
        s->n++;
        s->n_searched++;
    }
    return status;
}

/* RX looks for nothing in particular; its one map has a name all the same. */
static enum vaho_status name_anomalies(struct vaho_signatures *s,
                                       const struct vaho_detect_settings *settings,
                                       struct vaho_error *error)
{
    if (settings->n_surfaces > 0 || settings->n_gases > 0)
        return vaho_fail(error, VAHO_USAGE,
                         "the method rx shows anomalies of any kind and takes no signature; leave "
                         "out --surface and --gas, or choose another --method");
    s->name = vaho_alloc(1, sizeof *s->name);
    if (s->name == NULL)
        return vaho_fail_memory(error, "the signatures");
    snprintf(s->name[0], VAHO_NAME_NBYTES, "rx");
    s->n_searched = 1;
    return VAHO_OK;
}

enum vaho_status vaho_signatures_choose(struct vaho_signatures **out,
                                        const struct vaho_cube_info *info,
                                        const struct vaho_library *library,
                                        const struct vaho_detect_settings *settings,
                                        struct vaho_detection *notes, struct vaho_error *error)
{
    struct vaho_signatures *s = vaho_alloc(1, sizeof *s);
    int for_gas = settings->n_surfaces == 0 && settings->method != VAHO_METHOD_RX;
    enum vaho_status status;

    *out = NULL;
    if (s == NULL)
        return vaho_fail_memory(error, "the signatures");
    status = good_bands(s, info, for_gas && isnan(settings->band_from_um), error);
    if (status == VAHO_OK && !isnan(settings->band_from_um))
        status = keep_range(s, info, settings, error);
    if (status == VAHO_OK && settings->method == VAHO_METHOD_RX)
        status = name_anomalies(s, settings, error);
    else if (status == VAHO_OK && settings->n_surfaces > 0)
        status = choose_surfaces(s, info, settings, error);
    else if (status == VAHO_OK)
        status =
            library == NULL || vaho_library_size(library) == 0
                ? vaho_fail(error, VAHO_USAGE,
                            "there is nothing to search for: name a folder of gas spectra with "
                            "--library, or a surface with --surface")
                : choose_gases(s, info, library, settings, notes, error);
    if (status != VAHO_OK) {
        vaho_signatures_free(s);
        return status;
    }
    *out = s;
    return VAHO_OK;
}
