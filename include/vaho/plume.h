/*
 * plume.h - one connected detection of one gas in one pass
 *
 * Uncertainty travels with the value.  Lines and samples are 0-based; a pixel's
 * centre has whole coordinates.
 */
#ifndef VAHO_PLUME_H
#define VAHO_PLUME_H

#include <stddef.h>

#include "vaho/library.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VAHO_MAX_ALTERNATIVES 8
#define VAHO_ID_NBYTES 80
/* The gas of a plume that more probably is of none of the gases searched for. */
#define VAHO_UNKNOWN_GAS "unknown"

struct vaho_alternative {
    char gas[VAHO_NAME_NBYTES];
    double probability; /* of this explanation, given the library; 0..1 */
};

struct vaho_plume {
    char id[VAHO_ID_NBYTES]; /* "FLIGHT-0001": unique in a flight, by rank */
    char gas[VAHO_NAME_NBYTES];
    double q_value; /* expected share of false ones among reports this strong or stronger */
    double snr;     /* evidence in background standard deviations, spatial evidence included */
    double peak_ppmm,
        mean_ppmm;     /* over the footprint; for a surface: abundance; NaN: unknown gas */
    double sigma_ppmm; /* one standard deviation of mean_ppmm */
    size_t n_pixels;   /* footprint */
    double source_line, source_sample;
    double source_covariance_px2[3]; /* of where that is: line-line, line-sample, sample-sample */
    size_t bbox[4];                  /* line0, sample0, line1, sample1, inclusive */
    double emission_kg_h, emission_sigma_kg_h; /* NaN: no wind or pixel size given */
    double probability; /* of 'gas' among the explanations; NaN: none other was tried */
    size_t n_alternatives;
    struct vaho_alternative
        alternative[VAHO_MAX_ALTERNATIVES]; /* instead of 'gas', most probable first */
    /* Footprint: n_pixels pairs (line, sample), in raster order; owned. */
    unsigned *pixel;
    /* Mean spectra over the footprint against its surroundings, for a person to
     * look at: observed excess (the ground's leading patterns fitted out) and the fitted
     * signature, n_bands each, in the cube's units; owned, may be NULL. */
    size_t n_bands;
    double *wavelength_um, *excess, *fit;
    /* What each alternative would look like instead, n_alternatives x n_bands, fitted like 'fit';
     * NaN where it has no signature (unknown, other); owned, may be NULL. */
    double *alternative_fit;
};

struct vaho_plumes {
    size_t n;
    struct vaho_plume *plume; /* sorted by q_value, then snr descending */
};

void vaho_plumes_free(struct vaho_plumes *plumes); /* NULL is fine; frees the plumes too */

#ifdef __cplusplus
}
#endif
#endif
