/*
 * stack_products.h - the files of a stack of passes, written into its folder
 *
 *     stack.geojson  <gas>_snr.tif  run.json
 *
 * Documented in docs/formats-products.md.  The same passes give the same bytes.
 */
#ifndef VAHO_FLIGHT_STACK_PRODUCTS_H
#define VAHO_FLIGHT_STACK_PRODUCTS_H

#include "flight/products.h"
#include "flight/stack.h"

struct vaho_stack_products {
    const char *directory; /* made if it is not there; its parent must be */
    const struct vaho_product *product;
    const struct vaho_stacked *stacked;
    size_t n_settings;
    const struct vaho_setting *setting;
    size_t n_inputs; /* files read besides the cubes */
    const char *const *input;
};

/* VAHO_BAD_INPUT (what cannot be written or read again), VAHO_FAULT, VAHO_NO_MEMORY. */
enum vaho_status vaho_stack_products_write(const struct vaho_stack_products *products,
                                           struct vaho_error *error);

/* "dir/monday.bil" -> "monday": what a pass is called. */
enum { VAHO_PASS_NAME_NBYTES = 256 };
void vaho_pass_name(char out[VAHO_PASS_NAME_NBYTES], const char *path);

#endif
