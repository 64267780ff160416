/* plume_kernel.h - the plume that a source would leave in one pass, in cells of the ground
 * (stack.h) */
#ifndef VAHO_TRACK_PLUME_KERNEL_H
#define VAHO_TRACK_PLUME_KERNEL_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_plume_kernel {
    size_t n;
    int *row, *col; /* from the source's cell, south and east; owned */
    float *m;       /* column density where the mean over the standard footprint is 1; owned */
};

struct vaho_plume_kernel_settings {
    double from_deg, from_sigma_deg; /* the wind */
    double place_sigma_m, pixel_m, cell_m;
};

enum vaho_status vaho_plume_kernel_make(struct vaho_plume_kernel *out,
                                        const struct vaho_plume_kernel_settings *settings,
                                        struct vaho_error *error);
void vaho_plume_kernel_free(struct vaho_plume_kernel *kernel);

/* out[r][c] = sum of m^power in[r + row][c + col], nothing outside; power 1 or 2. */
void vaho_plume_kernel_gather(float *out, const float *in, const struct vaho_plume_kernel *kernel,
                              int power, size_t n_rows, size_t n_cols);

#endif
