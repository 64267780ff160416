#include "flight/emissions.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "vaho/place.h"

static const double SIGMA_SHARE = 0.25; /* of a wind whose uncertainty was not given */
static const double PI = 3.14159265358979323846;

/* Pixel size, and the wind's direction in the frame of lines and samples; 0: no size known. */
static int find_drift(struct vaho_drift *drift, int *turned, const struct vaho_place *place,
                      const struct vaho_plume *plume, const struct vaho_detect_settings *settings)
{
    double line = plume->source_line, sample = plume->source_sample, to, east, north;
    double lon[3], lat[3], shrink;

    *drift = (struct vaho_drift){.speed_m_s = settings->wind_speed_m_s,
                                 .sigma_m_s = isfinite(settings->wind_sigma_m_s)
                                                  ? settings->wind_sigma_m_s
                                                  : SIGMA_SHARE * settings->wind_speed_m_s};
    *turned = 0;
    if (isfinite(settings->pixel_size_m))
        drift->along_m = drift->across_m = settings->pixel_size_m;
    else if (!vaho_place_pixel_size_m(&drift->along_m, &drift->across_m, place, line, sample))
        return 0;
    if (!isfinite(settings->wind_from_deg) ||
        !vaho_place_lonlat(&lon[0], &lat[0], place, line, sample) ||
        !vaho_place_lonlat(&lon[1], &lat[1], place, line + 1.0, sample) ||
        !vaho_place_lonlat(&lon[2], &lat[2], place, line, sample + 1.0))
        return 1;
    to = (settings->wind_from_deg + 180.0) * PI / 180.0;
    east = sin(to);
    north = cos(to);
    shrink = cos(lat[0] * PI / 180.0);
    /* unit vectors of lines and samples on the ground, and the wind along each */
    for (int k = 1; k <= 2; k++) {
        double e = (lon[k] - lon[0]) * shrink, n = lat[k] - lat[0], norm = hypot(e, n);
        double along = norm > 0.0 ? (e * east + n * north) / norm : 0.0;
        *(k == 1 ? &drift->to_line : &drift->to_sample) = along;
    }
    *turned = 1;
    return 1;
}

enum vaho_status vaho_emissions(struct vaho_detection *out, struct vaho_rate *out_rate,
                                const size_t *gas, const unsigned *claim,
                                const struct vaho_maps *maps,
                                const struct vaho_competition *competition,
                                const struct vaho_signatures *signatures,
                                const struct vaho_detect_settings *settings,
                                const struct vaho_cube_info *info, struct vaho_error *error)
{
    struct vaho_emission *emission = NULL;
    struct vaho_place *place = NULL;
    unsigned char *noted = NULL;
    int sized = 1, turned = 1;
    enum vaho_status status;

    if (!isfinite(settings->wind_speed_m_s) || out->plumes->n == 0)
        return VAHO_OK;
    status = vaho_place_new(&place, info->georeference, info->n_lines, info->n_samples, error);
    emission = vaho_alloc(1, sizeof *emission);
    noted = vaho_alloc(signatures->n, 1);
    if (status == VAHO_OK && (emission == NULL || noted == NULL))
        status = vaho_fail_memory(error, "emission rates");
    for (size_t i = 0; status == VAHO_OK && i < out->plumes->n; i++) {
        struct vaho_plume *plume = &out->plumes->plume[i];
        double molar_mass = signatures->molar_mass[gas[i]];
        struct vaho_drift drift;
        if (!isfinite(plume->mean_ppmm)) /* no gas has a name without an amount */
            continue;
        if (!find_drift(&drift, &turned, place, plume, settings)) {
            sized = 0;
            break;
        }
        if (!isfinite(molar_mass) && !noted[gas[i]]) {
            vaho_detection_add_note(out,
                                    "no emission rate of %s: its file states neither a formula nor "
                                    "a molar mass",
                                    plume->gas);
            noted[gas[i]] = 1;
        }
        status = vaho_emission_measure(emission, plume, maps, gas[i], competition, claim[i],
                                       molar_mass, &drift, error);
        if (out_rate != NULL)
            out_rate[i] = (struct vaho_rate){1, drift, molar_mass, *emission};
        plume->emission_kg_h = emission->kg_h;
        plume->emission_sigma_kg_h = emission->sigma_kg_h;
    }
    if (status == VAHO_OK && !sized)
        vaho_detection_add_note(out, "no emission rates: the cube does not say how large its "
                                     "pixels are; give --pixel-size");
    else if (status == VAHO_OK && !turned && isfinite(settings->wind_from_deg))
        vaho_detection_add_note(out, "the wind's direction was not used: the cube does not say "
                                     "where north is; each plume's own direction was taken");
    vaho_place_free(place);
    free(emission);
    free(noted);
    return status;
}
