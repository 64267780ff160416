/* spectra.h - the spectrum of a plume, as a person compares it */
#ifndef VAHO_SERVE_SPECTRA_H
#define VAHO_SERVE_SPECTRA_H

#include <jansson.h>

#include "casebook/database.h"

/*
 * {"plume", "gas", "wavelength_um", "excess", "fit", "residual", "alternatives": [{"gas",
 * "probability", "fit"}]}; residual is excess less fit.  VAHO_NOT_FOUND: the casebook has none of
 * this plume.
 */
enum vaho_status vaho_spectrum_json(json_t **out, struct vaho_casebook *casebook, int64_t plume_id,
                                    struct vaho_error *error);

#endif
