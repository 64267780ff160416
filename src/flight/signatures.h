/*
 * signatures.h - which bands and which signatures a search uses
 *
 * Bands: those the cube calls good, by ascending wavelength, and for gases only
 * where they can show: the thermal infrared, or in the reflected light within
 * the neighbourhood of a searched gas's absorption.
 */
#ifndef VAHO_FLIGHT_SIGNATURES_H
#define VAHO_FLIGHT_SIGNATURES_H

#include <stddef.h>

#include "vaho/detect.h"
#include "vaho/library.h"
#include "vaho/source.h"
#include "vaho/status.h"

struct vaho_signatures {
    size_t n_bands;
    size_t *band;          /* the cube's band numbers, ascending wavelength; owned */
    double *wavelength_um; /* of them; band numbers where the cube has no wavelengths; owned */
    size_t n, n_searched;  /* signatures; the searched ones come first.  RX: one name, no value */
    char (*name)[VAHO_NAME_NBYTES]; /* owned */
    double *value;                  /* n x n_bands: absorption 1/(ppm.m), or reflectance; owned */
    double *variety;    /* n x n_bands: of the absorption inside each band, see amount.h; owned */
    double *molar_mass; /* n: g/mol, NaN where not known; owned */
};

/* As vaho_detect() says.  A gas that does not absorb here is left out with a note. */
enum vaho_status vaho_signatures_choose(struct vaho_signatures **out,
                                        const struct vaho_cube_info *info,
                                        const struct vaho_library *library,
                                        const struct vaho_detect_settings *settings,
                                        struct vaho_detection *notes, struct vaho_error *error);
void vaho_signatures_free(struct vaho_signatures *signatures); /* NULL is fine */

/* Keeps only the bands listed in 'band' (cube's numbers, a subset in the same order). */
void vaho_signatures_keep(struct vaho_signatures *signatures, const size_t *band, size_t n_bands);

/* Adds a sentence to the detection's notes; a note that finds no memory is lost. */
void vaho_detection_add_note(struct vaho_detection *detection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
