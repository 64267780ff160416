/*
 * draft.h - a spectrum while an importer fills it, and where finished ones go
 *
 * An importer appends points in the file's own abscissa, converts the ordinate
 * to our units (1/(ppm.m) base e, or reflectance as a fraction) and finishes
 * the draft: that converts the abscissa to micrometres, puts it in ascending
 * order, drops what is not finite, and makes gas values >= 0.  Whatever it had
 * to do is said in the notes.
 */
#ifndef VAHO_SPECTRA_DRAFT_H
#define VAHO_SPECTRA_DRAFT_H

#include <stddef.h>

#include "base/text.h"
#include "spectra/gas_name.h"
#include "spectra/scan.h"
#include "vaho/library.h"

enum vaho_abscissa { VAHO_X_UM, VAHO_X_NM, VAHO_X_CM1, VAHO_X_BAND };

struct vaho_draft {
    const char *file;
    struct vaho_spectrum spectrum; /* its arrays are made by vaho_draft_finish() */
    enum vaho_abscissa abscissa;
    double resolution; /* FWHM in units of the abscissa; 0: as fine as the grid */
    double *x, *y;     /* owned */
    double *light;     /* owned; NULL, or one a point, which then ascend */
    size_t n, capacity;
    struct vaho_text notes;
};

/* What importers have produced; owned by whoever made it. */
struct vaho_sink {
    struct vaho_spectrum *spectrum;
    size_t n, capacity;
};

/* Sets everything unknown; 'file' is borrowed, for messages and the path; call vaho_draft_free()
 * whatever happens after. */
void vaho_draft_init(struct vaho_draft *draft, const char *file, const char *format,
                     enum vaho_spectrum_kind kind, enum vaho_spectrum_grade grade,
                     enum vaho_abscissa abscissa);
void vaho_draft_free(struct vaho_draft *draft);

/* VAHO_BAD_INPUT: too many points.  VAHO_NO_MEMORY. */
enum vaho_status vaho_draft_point(struct vaho_draft *draft, double x, double y,
                                  struct vaho_error *error);
/* Adds one line to the notes. */
void vaho_draft_note(struct vaho_draft *draft, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Names a gas from what is known of it, the user's titles first, then the CAS
 * number, the title and the formula ({0}: not given); sets title and molar mass.
 */
void vaho_draft_name_gas(struct vaho_draft *draft, const struct vaho_titles *titles,
                         struct vaho_span title, struct vaho_span cas, struct vaho_span formula);
/* Names a surface: the user's titles first, else made from 'name'. */
void vaho_draft_name_surface(struct vaho_draft *draft, const struct vaho_titles *titles,
                             struct vaho_span title, struct vaho_span name);

/*
 * Moves the spectrum into the sink and empties the draft.  VAHO_BAD_INPUT: fewer than two usable
 * points, a gas without any absorption.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_draft_finish(struct vaho_sink *sink, struct vaho_draft *draft,
                                   struct vaho_error *error);

/* Frees what the spectrum owns, not the struct. */
void vaho_spectrum_clear(struct vaho_spectrum *spectrum);
void vaho_sink_free(struct vaho_sink *sink);
/* Moves all of 'from' to the end of 'to'; on VAHO_NO_MEMORY both are as before. */
enum vaho_status vaho_sink_move(struct vaho_sink *to, struct vaho_sink *from,
                                struct vaho_error *error);

#endif
