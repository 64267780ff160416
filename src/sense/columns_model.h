/*
 * columns_model.h - what learning columns (columns.c) and finding their faults
 * (columns_faults.c) share
 *
 * Private to these two.
 */
#ifndef VAHO_SENSE_COLUMNS_MODEL_H
#define VAHO_SENSE_COLUMNS_MODEL_H

#include "sense/columns.h"

struct vaho_columns {
    size_t n_bands, n_samples, n_lines;
    size_t *band;
    unsigned char *dead;        /* n_bands x n_samples */
    unsigned char *dead_column; /* n_samples */
    size_t n_dead_elements, n_dead_columns;
    float *mean;       /* n_bands x n_samples */
    float *scene_mean; /* n_bands */
    size_t rank;
    float *leading; /* rank x n_bands */
    float *gain;    /* n_bands x (rank + 1) x n_samples; NULL: no regression */
    size_t n_sampled;
    size_t *sampled_at;         /* sample number of each */
    float *spectrum, *residual; /* n_sampled x n_bands */
};

struct vaho_column_sums {
    double *x, *xx, *d, *dd; /* n_bands x n_samples */
    double *n;               /* n_bands x n_samples: finite elements */
    double *tt, *tz;         /* second reading: n_samples x (r x r), n_samples x (r x n_bands) */
};

/* Marks dead elements and columns from the moments of the first reading. */
enum vaho_status vaho_columns_find_dead(struct vaho_columns *columns,
                                        const struct vaho_column_sums *sums,
                                        struct vaho_error *error);

#endif
