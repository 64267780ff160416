/*
 * stack_geojson.h - stack.geojson: sources that passes show together (RFC 7946)
 *
 * A FeatureCollection, a feature a source, most certain first, a Point; the foreign member "vaho"
 * says version, name of the stack, exercise, mandate, q_reported and how many passes.  Documented
 * in docs/formats-products.md.
 */
#ifndef VAHO_FORMAT_STACK_GEOJSON_H
#define VAHO_FORMAT_STACK_GEOJSON_H

#include "format/product.h"
#include "track/stack.h"
#include "vaho/library.h"

/* What is written; all borrowed. */
struct vaho_stack_product {
    const struct vaho_stack *stack;
    const struct vaho_ground_grid *grid;
    const struct vaho_stacked_source *source;
    size_t n_sources, n_passes;
    const char (*name)[VAHO_NAME_NBYTES];    /* of the gases */
    const char *const *flight, *const *time; /* of the passes; "" no time */
};

/* The file is whole or the old one.  VAHO_BAD_INPUT: it cannot be written.  VAHO_NO_MEMORY. */
enum vaho_status vaho_stack_geojson_write(const char *path, const struct vaho_stack_product *stack,
                                          const struct vaho_product *product,
                                          struct vaho_error *error);

#endif
