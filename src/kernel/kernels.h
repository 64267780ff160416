/*
 * kernels.h - the arithmetic of one instruction set
 *
 * A table is constant; who needs arithmetic is handed one.  vaho_kernels_pick() is asked once, at
 * the start of a run.
 */
#ifndef VAHO_KERNEL_KERNELS_H
#define VAHO_KERNEL_KERNELS_H

#include "kernel/matrices.h"
#include "kernel/rows.h"
#include "vaho/status.h"

struct vaho_kernels {
    const char *name; /* generic, avx2, avx512, neon */
    vaho_sum_rows_fn *sum_rows;
    vaho_best_of_rows_fn *best_of_rows;
    vaho_add_row_fn *add_row;
    vaho_add_pairs_fn *add_pairs;
    vaho_add_weighted_pairs_fn *add_weighted_pairs;
    const struct vaho_matrices *matrices;
};

extern const struct vaho_kernels vaho_kernels_generic; /* the reference; runs anywhere */

/*
 * The table called 'name', or the widest that this processor has where 'name' is NULL or empty.
 * VAHO_USAGE: there is no such table, or this processor cannot run it.
 */
enum vaho_status vaho_kernels_pick(const struct vaho_kernels **out, const char *name,
                                   struct vaho_error *error);

/* Table number i of those this processor can run, the reference first; NULL behind the last. */
const struct vaho_kernels *vaho_kernels_of(size_t i);

#endif
