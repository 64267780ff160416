/* stack_parts.h - what the files of a stack share; private to stack.c and stack_sources.c */
#ifndef VAHO_TRACK_STACK_PARTS_H
#define VAHO_TRACK_STACK_PARTS_H

#include "track/stack.h"

struct vaho_stack {
    struct vaho_ground_grid grid;
    double pixel_m;
    size_t n_cells, n_signatures, n_gases, max_passes, n_passes;
    unsigned *gas_of;
    float *z;            /* n_signatures x n_cells: sum r sqrt(I) psi(u), at last over sqrt(sum) */
    float *information;  /* n_gases x n_cells: sum r^2 I */
    float *u, *weight;   /* max_passes x n_gases x n_cells: u_p and r sqrt(I_p) */
    unsigned char *seen; /* n_cells: a pass has pixels there */
    struct vaho_pass_wind *wind;
};

#endif
