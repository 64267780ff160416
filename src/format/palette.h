/*
 * palette.h - one colour a gas, the same in the GeoPackage and the report
 *
 * Okabe and Ito's palette (Color Universal Design, 2008), which people with any
 * kind of colour vision can tell apart; without its black and its yellow, too
 * faint on white.  With more than six gases colours repeat: labels tell them apart.
 */
#ifndef VAHO_FORMAT_PALETTE_H
#define VAHO_FORMAT_PALETTE_H

#include <stddef.h>

#include "vaho/plume.h"

struct vaho_palette {
    size_t n;
    const char **gas; /* the plumes' gases, sorted, each once; the names are borrowed */
};

/* VAHO_NO_MEMORY: *out is empty. */
enum vaho_status vaho_palette_new(struct vaho_palette *out, const struct vaho_plumes *plumes,
                                  struct vaho_error *error);
void vaho_palette_free(struct vaho_palette *palette);
/* "#rrggbb"; static storage.  The order of the colours is by name of the gases. */
const char *vaho_palette_colour(const struct vaho_palette *palette, const char *gas);

#endif
