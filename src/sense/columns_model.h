/*
 * columns_model.h - what learning columns (columns.c) and finding their faults
 * (columns_faults.c) share
 *
 * Private to these two.
 */
#ifndef VAHO_SENSE_COLUMNS_MODEL_H
#define VAHO_SENSE_COLUMNS_MODEL_H

#include "sense/columns.h"

enum { VAHO_MAX_RANK = 12 };

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
    float *curve;   /* n_terms x n_bands; NULL: nothing is taken for bent */
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

/* The curvature (columns_curve.c), from the sample; needs leading and gain. */
enum vaho_status vaho_columns_learn_curve(struct vaho_columns *columns, struct vaho_error *error);
/* Takes the curvature off one line of residuals z (n_bands x n_samples) with coordinates q. */
void vaho_columns_subtract_curve(float *z, const float *q, const unsigned char *valid,
                                 const struct vaho_columns *columns);
/* The same for one spectrum. */
void vaho_columns_subtract_curve_of(float *z, const float *q, const struct vaho_columns *columns);

#endif
