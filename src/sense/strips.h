/*
 * strips.h - the pixels of a cube, a few hundred of one group at a time
 *
 * A group is what shares one background: the whole cube, or one detector column.
 * Pixels come with their bands side by side, as linear algebra wants them, and
 * only valid ones come.  The cube is read in blocks, never whole.
 *
 * Threads: strips of one part come in order, from one thread at a time; parts run
 * side by side.  Where lines are cut and which part a strip belongs to depends on
 * the cube alone, so sums kept by part and added in order do not depend on the
 * number of threads.
 */
#ifndef VAHO_SENSE_STRIPS_H
#define VAHO_SENSE_STRIPS_H

#include <stddef.h>

#include "base/pool.h"
#include "sense/columns.h"
#include "vaho/source.h"
#include "vaho/status.h"

enum { VAHO_STRIP_PIXELS = 256 }; /* in a strip, at most */

struct vaho_strip {
    size_t part, group, worker;
    size_t n;         /* pixels, > 0 */
    double *x;        /* n x n_bands; may be overwritten */
    const size_t *at; /* n: line * n_samples + sample */
};

struct vaho_strips {
    const struct vaho_source *source;
    const struct vaho_columns *columns; /* whose bands, and whose repair */
    int by_column;
    const unsigned char *excluded; /* n_lines x n_samples: 1 is passed over; NULL: none */
};

typedef enum vaho_status vaho_strip_fn(void *context, const struct vaho_strip *strip,
                                       struct vaho_error *error);

/* By column one a sample, else one. */
size_t vaho_strips_n_groups(const struct vaho_strips *strips);
size_t vaho_strips_n_parts(const struct vaho_strips *strips);

/* Calls 'strip' for every strip; stops at the first failure.  VAHO_NO_MEMORY, and what reading
 * returns. */
enum vaho_status vaho_strips_walk(const struct vaho_strips *strips, vaho_strip_fn *strip,
                                  void *context, struct vaho_pool *pool, struct vaho_error *error);

#endif
