/*
 * importer.h - the formats spectra come in, as a table
 *
 * One importer a file: it recognises its format from a file's name and content
 * and parses it from memory.  A new one is a file with a 'const struct
 * vaho_importer' and a line in importer.c.
 */
#ifndef VAHO_SPECTRA_IMPORTER_H
#define VAHO_SPECTRA_IMPORTER_H

#include <stddef.h>

#include "spectra/draft.h"
#include "vaho/library.h"

struct vaho_spectrum_file {
    const char *name; /* path; for messages, and some formats name the gas there */
    const char *data;
    size_t nbytes;
    const char *header; /* the text of an ENVI header beside it, or NULL */
    size_t header_nbytes;
};

struct vaho_import_settings {
    const struct vaho_titles *titles; /* may be NULL */
    double temperature_k;             /* what line lists are computed for */
    double pressure_pa;
};

struct vaho_importer {
    const char *format;
    /* 1 if this looks like its format; cheap: the name and the first lines. */
    int (*probe)(const struct vaho_spectrum_file *file);
    /*
     * Adds the file's spectra to the sink.  VAHO_BAD_INPUT says file, line or
     * byte, and what to do; VAHO_NO_MEMORY.  On error the sink may have some of
     * the file's spectra: the caller drops it.
     */
    enum vaho_status (*parse)(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings,
                              struct vaho_error *error);
};

/* The first importer that recognises the file, or NULL. */
const struct vaho_importer *vaho_importer_find(const struct vaho_spectrum_file *file);

extern const struct vaho_importer vaho_importer_jcamp;
extern const struct vaho_importer vaho_importer_absorption_table;
extern const struct vaho_importer vaho_importer_cross_section;
extern const struct vaho_importer vaho_importer_line_list;
extern const struct vaho_importer vaho_importer_ecostress;
extern const struct vaho_importer vaho_importer_envi_library;
extern const struct vaho_importer vaho_importer_envi_lookup;
extern const struct vaho_importer vaho_importer_luma_slum;
extern const struct vaho_importer vaho_importer_unit_absorption;
extern const struct vaho_importer vaho_importer_csv;

#endif
