/* csv.h - writing a spectrum as the two-column CSV that csv.c reads back */
#ifndef VAHO_SPECTRA_CSV_H
#define VAHO_SPECTRA_CSV_H

#include "base/text.h"
#include "vaho/library.h"

/* Appends the whole file; read back it gives the same values, units and provenance. */
void vaho_csv_write(struct vaho_text *out, const struct vaho_spectrum *spectrum);

#endif
