/*
 * explain.h - explain-ID.json and explain-ID.html: how one plume came about
 *
 * The same evidence twice, all of it for programs and in order of the stages for a person.
 * Documented in docs/formats-products.md.  What is unknown is null, or a dash.
 */
#ifndef VAHO_FORMAT_EXPLAIN_H
#define VAHO_FORMAT_EXPLAIN_H

#include "find/explanation.h"
#include "format/product.h"
#include "vaho/plume.h"
#include "vaho/status.h"

struct vaho_explained {
    const struct vaho_product *product;
    const struct vaho_plumes *plumes;
    struct vaho_explanation *const *explanation; /* one a plume */
    size_t index;                                /* of the plume to explain */
};

/* The files are whole or the old ones.  VAHO_BAD_INPUT: cannot be written.  VAHO_NO_MEMORY. */
enum vaho_status vaho_explain_json(const char *path, const struct vaho_explained *explained,
                                   struct vaho_error *error);
enum vaho_status vaho_explain_page(const char *path, const struct vaho_explained *explained,
                                   struct vaho_error *error);

/* What both say.  The id of the plume that holds a claim; NULL: none is written of it. */
const char *vaho_explain_holder(const struct vaho_explained *explained, unsigned claim);
/* "gas", "decoy" or "mirror". */
const char *vaho_rival_kind_name(enum vaho_rival_kind kind);
/* Degrees from the direction of samples towards that of lines, 0 to 180; NaN: round. */
double vaho_explain_direction_deg(const struct vaho_candidate *candidate);

#endif
