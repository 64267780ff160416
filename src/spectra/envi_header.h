/*
 * envi_header.h - the text header of ENVI files: "key = value" lines
 *
 * Used by cubes (.hdr), spectral libraries (.sli) and look-up tables.  It sits
 * here, below cube/, because spectra needs it too.  Parses from memory; knows
 * nothing of the data beside it.
 *
 * Accepted: any case and spacing of keys ("Wavelength Units", "wavelength
 * units"), values in braces over many lines, CR LF, comments (';' first),
 * unknown keys (kept).  Later duplicates of a key are refused.
 */
#ifndef VAHO_SPECTRA_ENVI_HEADER_H
#define VAHO_SPECTRA_ENVI_HEADER_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_envi_header;

/*
 * 'name' is what messages call the file.  VAHO_BAD_INPUT: not an ENVI header
 * (no "ENVI" first), a brace that never closes, a line without '=' (the message
 * gives the line), more than 10000 keys.
 */
enum vaho_status vaho_envi_header_parse(struct vaho_envi_header **out, const char *text,
                                        size_t nbytes, const char *name, struct vaho_error *error);
void vaho_envi_header_free(struct vaho_envi_header *header);

/* The value without braces and outer blanks, or NULL; key in lower case, single blanks. */
const char *vaho_envi_header_get(const struct vaho_envi_header *header, const char *key);

/* A whole number in [min, max].  A missing key gives *out = fallback; if fallback
 * is outside [min, max] the key is required.  VAHO_BAD_INPUT names key and line. */
enum vaho_status vaho_envi_header_integer(long long *out, const struct vaho_envi_header *header,
                                          const char *key, long long min, long long max,
                                          long long fallback, struct vaho_error *error);

/* A list of numbers (braces or one bare number).  Missing: *out NULL, *out_n 0, VAHO_OK.
 * *out is owned by the caller (free).  "nan" is a number here; a word is not. */
enum vaho_status vaho_envi_header_numbers(double **out, size_t *out_n,
                                          const struct vaho_envi_header *header, const char *key,
                                          struct vaho_error *error);

/* A list of strings, comma separated, trimmed; one allocation for all, free(*out). */
enum vaho_status vaho_envi_header_strings(char ***out, size_t *out_n,
                                          const struct vaho_envi_header *header, const char *key,
                                          struct vaho_error *error);

/*
 * Factor and direction to micrometres from "wavelength units" or, when absent
 * or "Unknown", guessed from the magnitude of the values (*guessed = 1).
 * Converts wavelength[n] in place: nm, um, cm-1, m, GHz-like words refused.
 * Order is kept.  fwhm (may be NULL) is converted with it; a width in cm-1
 * becomes width * 1e4 / wavenumber^2.
 *
 * VAHO_NOT_APPLICABLE  the units are "Index", or unknown and the values count 0, 1, 2 or
 *                      1, 2, 3: there are no wavelengths.
 * VAHO_BAD_INPUT       an unknown unit, or a wavelength outside 0.01 to 1000 um.
 * On error nothing was converted.
 */
enum vaho_status vaho_envi_header_to_um(double *wavelength, double *fwhm, size_t n,
                                        const struct vaho_envi_header *header, int *guessed,
                                        struct vaho_error *error);

#endif
