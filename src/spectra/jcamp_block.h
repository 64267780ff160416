/*
 * jcamp_block.h - one block of a JCAMP-DX file: its labelled records and its data table
 *
 * Format: "##LABEL=value" records, a value may go on over the next lines;
 * "$$" starts a comment; a block runs from ##TITLE= to ##END=.  Labels compare
 * without case, blanks, '-', '/' and '_'.
 */
#ifndef VAHO_SPECTRA_JCAMP_BLOCK_H
#define VAHO_SPECTRA_JCAMP_BLOCK_H

#include <stddef.h>

#include "spectra/draft.h"
#include "spectra/scan.h"

enum vaho_jcamp_label {
    JCAMP_TITLE,
    JCAMP_DATA_TYPE,
    JCAMP_CLASS,
    JCAMP_CAS_NAME,
    JCAMP_CAS,
    JCAMP_MOLFORM,
    JCAMP_STATE,
    JCAMP_PRESSURE,
    JCAMP_PARTIAL_PRESSURE,
    JCAMP_TEMPERATURE,
    JCAMP_PATH_LENGTH,
    JCAMP_RESOLUTION,
    JCAMP_DATA_PROCESSING,
    JCAMP_XUNITS,
    JCAMP_YUNITS,
    JCAMP_XFACTOR,
    JCAMP_YFACTOR,
    JCAMP_DELTAX,
    JCAMP_FIRSTX,
    JCAMP_LASTX,
    JCAMP_FIRSTY,
    JCAMP_MAXY,
    JCAMP_MINY,
    JCAMP_NPOINTS,
    JCAMP_XYDATA,
    JCAMP_XYPOINTS,
    JCAMP_N_LABELS
};

struct vaho_jcamp_block {
    struct vaho_span value[JCAMP_N_LABELS]; /* {NULL, 0} where the file does not say */
    size_t first_line;
    size_t n_dead_headers; /* ##TITLE= seen again before any data */
    const char *twice;     /* a label given twice with different values, or NULL */
    int ended;             /* ##END= was there */
    size_t n_bad_checks;   /* of packed forms */
    size_t n_lines;        /* of an (X++(Y..Y)) table ... */
    size_t n_lines_off;    /* ... whose abscissa does not fit; all: none was believed */
    double step;           /* between points; 0: uneven, or pairs */
};

/* The label as the file format spells it. */
const char *vaho_jcamp_label_name(enum vaho_jcamp_label label);

/* A record's number, leading blanks skipped, units after it left in *rest (may be NULL). */
int vaho_jcamp_number(double *out, struct vaho_span *rest, const struct vaho_jcamp_block *block,
                      enum vaho_jcamp_label label);

/*
 * Reads the next block from 'scan' into 'block' and its data, scaled by the
 * factors, into 'draft' (empty when the block has none).  'points_left' bounds
 * the points a whole file may have.  *out_more is 0 at the end of the file.
 */
enum vaho_status vaho_jcamp_read_block(int *out_more, struct vaho_jcamp_block *block,
                                       struct vaho_draft *draft, struct vaho_scan *scan,
                                       size_t *points_left, const char *file,
                                       struct vaho_error *error);

#endif
