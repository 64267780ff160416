#include "flight/permit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"

enum vaho_status vaho_permit_settings(const struct vaho_detect_settings *settings,
                                      struct vaho_error *error)
{
    if (settings->mandate == NULL)
        return VAHO_OK;
    if (settings->explain)
        return vaho_fail(error, VAHO_REFUSED,
                         "an explanation weighs a plume against every gas of the library, and the "
                         "mandate %s names only some; search without --explain",
                         vaho_mandate_terms(settings->mandate)->id);
    if (settings->n_surfaces > 0)
        return vaho_fail(error, VAHO_REFUSED,
                         "the mandate %s names gases; it permits no search for surfaces",
                         vaho_mandate_terms(settings->mandate)->id);
    if (settings->method == VAHO_METHOD_RX)
        return vaho_fail(
            error, VAHO_REFUSED,
            "the mandate %s names gases; it permits no search for anomalies of any kind "
            "(--method rx)",
            vaho_mandate_terms(settings->mandate)->id);
    return VAHO_OK;
}

/* How well the place of each pixel is known, where the cube's place states it; else NULL. */
static enum vaho_status state_sigmas(double **out, const struct vaho_place *place, size_t n_lines,
                                     size_t n_samples, struct vaho_error *error)
{
    double covariance_m2[3];
    size_t n;

    *out = NULL;
    if (!vaho_place_states_error(place))
        return VAHO_OK;
    *out = vaho_size_mul(&n, n_lines, n_samples) ? vaho_alloc(n, sizeof **out) : NULL;
    if (*out == NULL)
        return vaho_fail_memory(error, "how well the pixels' places are known");
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++)
            (*out)[l * n_samples + s] =
                vaho_place_covariance(covariance_m2, place, (double)l, (double)s, NULL)
                    ? vaho_place_largest_sigma_m(covariance_m2)
                    : NAN;
    return VAHO_OK;
}

enum vaho_status vaho_detect_permit(struct vaho_source *source, const struct vaho_place *place,
                                    const struct vaho_mandate *mandate,
                                    const struct vaho_trust *trust,
                                    struct vaho_mandate_count *count, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct vaho_mandate_ground ground = {
        .place = place, .n_lines = info->n_lines, .n_samples = info->n_samples, .time_s = NAN};
    struct vaho_mandate_count counted = {0};
    unsigned char *permitted;
    double *sigma_m = NULL;
    size_t n;
    enum vaho_status status = vaho_mandate_check_flight(mandate, info, error);

    if (status != VAHO_OK)
        return status;
    vaho_moment_parse(&ground.time_s, info->acquired); /* it was just checked */
    ground.line_time_s = info->line_time_s;
    permitted = vaho_size_mul(&n, info->n_lines, info->n_samples) ? vaho_alloc(n, 1) : NULL;
    if (permitted == NULL)
        return vaho_fail_memory(error, "what may be seen of a cube");
    status = state_sigmas(&sigma_m, place, info->n_lines, info->n_samples, error);
    ground.sigma_m = sigma_m;
    if (status == VAHO_OK)
        status = vaho_mandate_mask(permitted, &counted, mandate, trust, &ground, error);
    if (status == VAHO_OK)
        status = vaho_source_blank(source, permitted, error);
    free(permitted);
    free(sigma_m);
    if (count != NULL)
        *count = counted;
    if (status == VAHO_OK && counted.n_permitted == 0)
        return vaho_fail(
            error, VAHO_REFUSED,
            "%s: no pixel of it lies inside the mandate %s: %zu outside the area, %zu too "
            "near its border, %zu on ground its issuer cannot speak for, %zu at no place, or "
            "none with an error, that is known, %zu on lines recorded outside its window",
            info->path, vaho_mandate_terms(mandate)->id, counted.n_outside, counted.n_border,
            counted.n_foreign, counted.n_no_place, counted.n_time);
    return status;
}

static void blank_maps(struct vaho_detection *d, const struct vaho_source *source)
{
    const size_t n = d->n_lines * d->n_samples;

    for (size_t i = 0; i < n; i++) {
        if (vaho_source_shows(source, i / d->n_samples, i % d->n_samples))
            continue;
        for (size_t k = 0; k < d->n_signatures; k++) {
            if (d->amount != NULL)
                d->amount[k * n + i] = NAN;
            if (d->amount_sigma != NULL)
                d->amount_sigma[k * n + i] = NAN;
            if (d->snr != NULL)
                d->snr[k * n + i] = NAN;
        }
        if (d->look != NULL)
            d->look[i] = NAN;
    }
}

/* Leaves blanked pixels out of a footprint; how many are left. */
static size_t trim(struct vaho_plume *plume, const struct vaho_source *source)
{
    size_t kept = 0;

    for (size_t i = 0; i < plume->n_pixels; i++) {
        unsigned line = plume->pixel[2 * i], sample = plume->pixel[2 * i + 1];
        if (!vaho_source_shows(source, line, sample))
            continue;
        plume->pixel[2 * kept] = line;
        plume->pixel[2 * kept + 1] = sample;
        kept++;
    }
    if (kept == plume->n_pixels || kept == 0)
        return kept;
    plume->n_pixels = kept;
    plume->bbox[0] = plume->bbox[2] = plume->pixel[0];
    plume->bbox[1] = plume->bbox[3] = plume->pixel[1];
    for (size_t i = 0; i < kept; i++)
        for (size_t k = 0; k < 2; k++) {
            size_t at = plume->pixel[2 * i + k];
            plume->bbox[k] = at < plume->bbox[k] ? at : plume->bbox[k];
            plume->bbox[2 + k] = at > plume->bbox[2 + k] ? at : plume->bbox[2 + k];
        }
    return kept;
}

static size_t nearest_whole(double at, size_t n)
{
    return !(at > 0) ? 0 : at >= (double)(n - 1) ? n - 1 : (size_t)(at + 0.5);
}

/* A source on a blanked pixel moves to the footprint's pixel next to it, as uncertain as the way
 * is long. */
static void move_source(struct vaho_plume *plume, const struct vaho_source *source,
                        const struct vaho_detection *d)
{
    double nearest = INFINITY, line = plume->source_line, sample = plume->source_sample;

    if (vaho_source_shows(source, nearest_whole(line, d->n_lines),
                          nearest_whole(sample, d->n_samples)))
        return;
    for (size_t i = 0; i < plume->n_pixels; i++) {
        double away = hypot(plume->pixel[2 * i] - line, plume->pixel[2 * i + 1] - sample);
        if (away >= nearest)
            continue;
        nearest = away;
        plume->source_line = plume->pixel[2 * i];
        plume->source_sample = plume->pixel[2 * i + 1];
    }
    plume->source_covariance_px2[0] += nearest * nearest;
    plume->source_covariance_px2[2] += nearest * nearest;
}

/* An alternative with its fit, from one place to another. */
static void move_alternative(struct vaho_plume *plume, size_t to, size_t from)
{
    size_t nb = plume->n_bands;

    plume->alternative[to] = plume->alternative[from];
    if (plume->alternative_fit != NULL)
        memmove(plume->alternative_fit + to * nb, plume->alternative_fit + from * nb,
                nb * sizeof(double));
}

static void hide_alternatives(struct vaho_plume *plume, const struct vaho_mandate *mandate)
{
    double other = 0;
    size_t kept = 0, at;

    for (size_t i = 0; i < plume->n_alternatives; i++)
        if (vaho_mandate_names_gas(mandate, plume->alternative[i].gas))
            move_alternative(plume, kept++, i);
        else
            other += plume->alternative[i].probability;
    if (kept < plume->n_alternatives) { /* in its place by probability */
        for (at = kept; at > 0 && plume->alternative[at - 1].probability < other; at--)
            move_alternative(plume, at, at - 1);
        snprintf(plume->alternative[at].gas, VAHO_NAME_NBYTES, "%s", VAHO_OTHER_GAS);
        plume->alternative[at].probability = other;
        for (size_t b = 0; plume->alternative_fit != NULL && b < plume->n_bands; b++)
            plume->alternative_fit[at * plume->n_bands + b] = NAN;
        kept++;
    }
    plume->n_alternatives = kept;
}

static void plume_clear(struct vaho_plume *plume)
{
    free(plume->pixel);
    free(plume->wavelength_um);
    free(plume->excess);
    free(plume->fit);
    free(plume->alternative_fit);
}

void vaho_permit_detection(struct vaho_detection *detection, const struct vaho_source *source,
                           const struct vaho_mandate *mandate)
{
    struct vaho_plumes *plumes = detection->plumes;
    size_t kept = 0;

    blank_maps(detection, source);
    for (size_t i = 0; i < plumes->n; i++) {
        struct vaho_plume *plume = &plumes->plume[i];
        if (trim(plume, source) == 0 ||
            (mandate != NULL && strcmp(plume->gas, VAHO_UNKNOWN_GAS) == 0 &&
             !vaho_mandate_names_gas(mandate, VAHO_UNKNOWN_GAS))) {
            plume_clear(plume);
            continue;
        }
        move_source(plume, source, detection);
        if (mandate != NULL)
            hide_alternatives(plume, mandate);
        plumes->plume[kept++] = *plume;
    }
    plumes->n = kept;
}
