/*
 * report.h - report.html: one flight's plumes on one page, readable offline
 *
 * One file without any reference to another: pictures are inside it, there is no
 * script, and a content security policy forbids fetching anything.  It holds the
 * map with the plumes reported (q-value <= product->q_reported) and, fainter, the
 * candidates; a table; a card a plume with the evidence around it and its
 * spectrum; then settings, inputs, notes, and how to read all this.
 */
#ifndef VAHO_FORMAT_REPORT_H
#define VAHO_FORMAT_REPORT_H

#include <stddef.h>

#include "format/product.h"
#include "vaho/place.h"
#include "vaho/plume.h"
#include "vaho/source.h"
#include "vaho/status.h"

struct vaho_report_map {
    const char *gas;
    const char *unit; /* of this gas's amounts: "ppm.m", "" for a surface's abundance */
    const float *snr; /* n_lines x n_samples, NaN masked; NULL: no picture */
};

struct vaho_report_entry {
    const char *name, *value;
};

/* All borrowed; strings of any origin, escaped here. */
struct vaho_report {
    const struct vaho_product *product;
    const struct vaho_cube_info *cube; /* shape, wavelengths, path, format, quantity */
    const struct vaho_place *place;
    const struct vaho_plumes *plumes; /* in the order of their ranks */
    const float *look;                /* brightness, n_lines x n_samples, NaN masked, or NULL */
    size_t n_maps;
    const struct vaho_report_map *map;
    size_t n_settings;
    const struct vaho_report_entry *setting; /* as a person writes them: "--q", "0.05" */
    size_t n_inputs;
    const struct vaho_report_entry *input; /* path, SHA-256 */
    size_t n_notes;
    const char *const *note; /* what was noticed and worked around, one sentence each */
};

/*
 * The file is whole or the old one.  VAHO_BAD_INPUT: it cannot be written.
 * VAHO_USAGE: a plume without a pixel.  VAHO_FAULT: GDAL failed.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_report_write(const char *path, const struct vaho_report *report,
                                   struct vaho_error *error);

#endif
