/*
 * spectra_json.h - the spectra of a flight's plumes, for a person who judges them
 *
 *     {"version", "flight", "time", "exercise", "mandate", "wavelength_um": [...],
 *      "plumes": [{"id", "excess": [...], "fit": [...], "alternatives": [{"gas", "fit": [...]}]}]}
 *
 * One wavelength list for all; plumes without a spectrum, and alternatives without a signature, are
 * left out.  Six digits; null where not finite.
 */
#ifndef VAHO_FORMAT_SPECTRA_JSON_H
#define VAHO_FORMAT_SPECTRA_JSON_H

#include "format/product.h"
#include "vaho/plume.h"

/* 1: some plume has a spectrum, so that there is something to write. */
int vaho_spectra_are_there(const struct vaho_plumes *plumes);

/* VAHO_NO_MEMORY, VAHO_BAD_INPUT: the file cannot be written. */
enum vaho_status vaho_spectra_json_write(const char *path, const struct vaho_plumes *plumes,
                                         const struct vaho_product *product,
                                         struct vaho_error *error);

#endif
