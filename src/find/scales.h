/*
 * scales.h - the shapes in which evidence is gathered: round at every level, drawn out at two
 *
 * A scale sums blocks of 2^level pixels (strip.h) with a kernel of blocks k:
 *   round      the binomial (1 2 1)/4 along lines and samples;
 *   elongated  the binomial (1 4 6 4 1)/16 along both, drawn out along one of
 *              VAHO_N_DIRECTIONS lines by VAHO_N_TAPS taps, two blocks apart,
 *              of a Gaussian of 4.7 blocks: about 5 to 1, the shape of a plume in a wind.
 * A plume of the wind's shape gives a round kernel 70 % of what it holds and an elongated one
 * 85 % (docs/science.md, section 4).
 *
 * Planes are rows x cols; what lies outside one is zero and has no energy.
 */
#ifndef VAHO_FIND_SCALES_H
#define VAHO_FIND_SCALES_H

#include <stddef.h>

#include "kernel/kernels.h"

enum {
    VAHO_N_LEVELS = 4, /* blocks of 2, 4, 8 and 16 pixels */
    VAHO_N_SCALES = 6, /* the first VAHO_N_LEVELS are round, of level 1 + their number */
    VAHO_N_DIRECTIONS = 8,
    VAHO_N_TAPS = 9,
    VAHO_MAX_KERNEL = 225 /* blocks of one */
};

struct vaho_kernel {
    size_t n;
    signed char row[VAHO_MAX_KERNEL], col[VAHO_MAX_KERNEL];
    float weight[VAHO_MAX_KERNEL];
};

struct vaho_scale {
    size_t level;
    size_t n_kernels;  /* 1 or VAHO_N_DIRECTIONS */
    double area_px;    /* (sum k)^2 / sum k^2: pixels of one independent place, on average */
    double reach_px;   /* from its centre to where it has faded */
    size_t like_level; /* of the round scale most alike in area */
};

const struct vaho_scale *vaho_scale(size_t scale);

/* Kernel 'i' of a scale, block by block. */
void vaho_scale_kernel(struct vaho_kernel *out, size_t scale, size_t i);

/* One plane being gathered with the kernels of a scale. */
struct vaho_gathering {
    const struct vaho_kernels *kernels;
    size_t scale, rows, cols;
    float *plane; /* (rows + 2 margin) x (cols + 2 margin), a margin as wide as kernels reach */
    float *along; /* smoothed along samples alone */
    int tap_row[VAHO_N_DIRECTIONS][VAHO_N_TAPS], tap_col[VAHO_N_DIRECTIONS][VAHO_N_TAPS];
    float tap_weight[VAHO_N_TAPS];
    int n_taps;
};

/* Room for planes of up to max_rows x max_cols; 0: no memory. */
int vaho_gathering_new(struct vaho_gathering *out, const struct vaho_kernels *kernels,
                       size_t max_rows, size_t max_cols);
void vaho_gathering_free(struct vaho_gathering *gathering);
void vaho_gathering_set(struct vaho_gathering *gathering, size_t scale, size_t rows, size_t cols);

/* Starts with a plane whose rows are a 'stride' apart: smoothed once for all kernels. */
void vaho_gather_start(struct vaho_gathering *gathering, const float *in, size_t stride);
/* The sum of kernel i over that plane: everywhere (rows x cols), or at one block. */
void vaho_gather_kernel(float *out, const struct vaho_gathering *gathering, size_t i);
float vaho_gather_at(const struct vaho_gathering *gathering, size_t i, size_t row, size_t col);

/* z, kernel i of that plane times 'scale' (rows x cols), or of its negative, wherever it is larger
 * than 'best' and the scale larger than 0: then 'which' becomes 'this'. */
void vaho_gather_best(float *best, unsigned char *which, const struct vaho_gathering *gathering,
                      size_t i, const float *scale, int negative, unsigned char this);

/* out = sum of k^2 of kernel i over the plane 'in' (rows x cols), the energy that goes with
 * vaho_gather_kernel(); what gathering was started with is forgotten. */
void vaho_gather_energy(float *out, struct vaho_gathering *gathering, const float *in, size_t i);

#endif
