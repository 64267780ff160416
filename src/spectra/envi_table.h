/*
 * envi_table.h - the numbers of a small ENVI file, whole in memory
 *
 * For spectral libraries and look-up tables; cubes are read by src/cube.
 */
#ifndef VAHO_SPECTRA_ENVI_TABLE_H
#define VAHO_SPECTRA_ENVI_TABLE_H

#include <stddef.h>

#include "spectra/envi_header.h"
#include "spectra/importer.h"

struct vaho_envi_table {
    struct vaho_envi_header *header; /* owned */
    size_t n_samples, n_lines, n_bands;
    const char *data; /* borrowed; after the header offset, band sequential */
    int type, swap;
    double *wavelength_um; /* owned; n_wavelengths in the file's order, NULL: none */
    double *fwhm_um;       /* owned; or NULL */
    size_t n_wavelengths;
    int guessed_unit;
};

/*
 * Parses the header and checks that the data is as long as it promises.
 * VAHO_BAD_INPUT: no header beside the file, a type or interleave that is not
 * read, too few bytes.  On error nothing is held.
 */
enum vaho_status vaho_envi_table_open(struct vaho_envi_table *out,
                                      const struct vaho_spectrum_file *file,
                                      struct vaho_error *error);
void vaho_envi_table_close(struct vaho_envi_table *table);

/* The element at (sample, line, band), which must be inside. */
double vaho_envi_table_at(const struct vaho_envi_table *table, size_t sample, size_t line,
                          size_t band);

#endif
