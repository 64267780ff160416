/*
 * spectra.h - the spectra of a flight's plumes: read from spectra.json, kept as bytes
 *
 * format/spectra_json.h has the file's form, schema_people.c that of a row of plume_spectra.  Read
 * strictly: of the same search as run.json, every list as long as the wavelengths, every plume one
 * that plumes.geojson has, once.
 */
#ifndef VAHO_CASEBOOK_SPECTRA_H
#define VAHO_CASEBOOK_SPECTRA_H

#include <jansson.h>

#include "casebook/database.h"

struct vaho_spectra {
    json_t *root; /* owns it; NULL: there are none */
};

/* What run.json says of the search. */
struct vaho_spectra_of {
    const char *flight, *version, *mandate;
    int exercise;
};

/* 'what' names the file in messages.  VAHO_BAD_INPUT, VAHO_NO_MEMORY: *out is empty. */
enum vaho_status vaho_spectra_parse(struct vaho_spectra *out, const char *data, size_t nbytes,
                                    const struct vaho_spectra_of *of, const char *what,
                                    struct vaho_error *error);
void vaho_spectra_free(struct vaho_spectra *spectra);

/* Rows of the plumes of a flight that was just put in; inside the caller's transaction.
 * VAHO_BAD_INPUT: the flight has no such plume. */
enum vaho_status vaho_spectra_keep(struct vaho_casebook *casebook,
                                   const struct vaho_spectra *spectra, int64_t flight_id,
                                   struct vaho_error *error);

#endif
