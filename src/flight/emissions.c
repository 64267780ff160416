#include "flight/emissions.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum vaho_status vaho_emissions(struct vaho_detection *out, struct vaho_rate *out_rate,
                                const size_t *gas, const unsigned *claim,
                                const struct vaho_maps *maps,
                                const struct vaho_competition *competition,
                                const struct vaho_signatures *signatures,
                                const struct vaho_wind *wind, const struct vaho_place *place,
                                double pixel_size_m, struct vaho_error *error)
{
    struct vaho_emission *emission = NULL;
    unsigned char *noted = NULL;
    int sized = 1;
    enum vaho_status status = VAHO_OK;

    if (!isfinite(wind->speed_m_s) || out->plumes->n == 0)
        return VAHO_OK;
    emission = vaho_alloc(1, sizeof *emission);
    noted = vaho_alloc(signatures->n, 1);
    if (emission == NULL || noted == NULL)
        status = vaho_fail_memory(error, "emission rates");
    for (size_t i = 0; status == VAHO_OK && i < out->plumes->n; i++) {
        struct vaho_plume *plume = &out->plumes->plume[i];
        double molar_mass = signatures->molar_mass[gas[i]];
        struct vaho_drift drift;
        if (!isfinite(plume->mean_ppmm)) /* no gas has a name without an amount */
            continue;
        if (!vaho_drift_find(&drift, wind, place, plume->source_line, plume->source_sample,
                             pixel_size_m)) {
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
    free(emission);
    free(noted);
    return status;
}
