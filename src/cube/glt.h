/*
 * glt.h - ENVI's geographic look-up table, read backwards: from pixel to place
 *
 * Pure, so that it can be tested and fuzzed without files.  Use: new, one
 * add_row for every row of the grid, finish once, then read the members.
 */
#ifndef VAHO_CUBE_GLT_H
#define VAHO_CUBE_GLT_H

#include <stddef.h>

#include "vaho/status.h"

struct cube_glt {
    const char *name;          /* what messages call the table; borrowed */
    size_t n_lines, n_samples; /* of the cube */
    /* A pixel's place in the grid after finish: column and row, 0 at the first
     * cell's centre; NaN: the table does not say.  Owned. */
    double *column, *row;
    unsigned *n_cells;       /* cells that hold the pixel itself; owned */
    size_t n_filled_cells;   /* cells filled in from a neighbour */
    size_t n_bridged_pixels; /* in no cell, put between neighbours that are in one */
    size_t n_unknown_pixels; /* in no cell and without such neighbours */
};

/* VAHO_BAD_INPUT: more lines or samples than a table's float32 numbers can name;
 * VAHO_NO_MEMORY.  On error 'out' holds nothing. */
enum vaho_status cube_glt_new(struct cube_glt *out, size_t n_lines, size_t n_samples,
                              const char *name, struct vaho_error *error);
void cube_glt_free(struct cube_glt *glt); /* all zero is fine */

/* The sample and line, from 1, that each cell of a row shows; 0 or NaN: none,
 * negative: filled in.  VAHO_BAD_INPUT names the cell and what is wrong with it. */
enum vaho_status cube_glt_add_row(struct cube_glt *glt, size_t row, const float *sample,
                                  const float *line, size_t n_columns, struct vaho_error *error);

/* VAHO_BAD_INPUT: no cell shows a pixel of the cube. */
enum vaho_status cube_glt_finish(struct cube_glt *glt, struct vaho_error *error);

#endif
