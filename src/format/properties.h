/*
 * properties.h - what is said about a plume, the same in every format
 *
 * The names and meanings are documented in docs/formats-products.md and are a
 * contract: properties may be added, never renamed.
 */
#ifndef VAHO_FORMAT_PROPERTIES_H
#define VAHO_FORMAT_PROPERTIES_H

#include <jansson.h>

#include "format/product.h"
#include "vaho/place.h"
#include "vaho/plume.h"

enum vaho_property_type {
    VAHO_PROPERTY_TEXT = 0,
    VAHO_PROPERTY_REAL,
    VAHO_PROPERTY_WHOLE,
    VAHO_PROPERTY_FLAG,
    VAHO_PROPERTY_JSON /* an array */
};

struct vaho_property {
    const char *name;
    enum vaho_property_type type;
};

enum { VAHO_N_PROPERTIES = 25 };
extern const struct vaho_property vaho_property_table[VAHO_N_PROPERTIES];

/* Reals are dumped with these flags: ten digits hold a longitude to 1e-7 degree. */
#define VAHO_JSON_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10))

/*
 * The properties of a plume in the table's order; what is unknown is null.
 * Release with json_decref().  NULL: not enough memory.
 */
json_t *vaho_plume_properties(const struct vaho_plume *plume, const struct vaho_place *place,
                              const struct vaho_product *product);

#endif
