/*
 * ground_grid.h - a common ground for passes: square cells, north up
 *
 * Rows go south and columns east; a cell is cell_m wide both ways at the grid's middle.  It is even
 * in longitude and latitude, so within the few kilometres of a place metres are good to 1e-3.
 */
#ifndef VAHO_TRACK_GROUND_GRID_H
#define VAHO_TRACK_GROUND_GRID_H

#include <stddef.h>

#include "vaho/place.h"
#include "vaho/status.h"

struct vaho_ground_grid {
    double west_deg, north_deg; /* of the upper left corner; longitudes may run past 180 */
    double cell_east_deg, cell_south_deg, cell_m;
    size_t n_rows, n_cols;
};

/* What passes cover: grows with each from all zero. */
struct vaho_ground_extent {
    double west_deg, east_deg, south_deg, north_deg;
    int known;
};

/* Takes in the border of a pass; 0 where none of it has a place. */
int vaho_ground_extent_add(struct vaho_ground_extent *extent, const struct vaho_place *place,
                           size_t n_lines, size_t n_samples);

/* VAHO_BAD_INPUT: the passes do not lie at one place (more than max_cells). */
enum vaho_status vaho_ground_grid_make(struct vaho_ground_grid *out,
                                       const struct vaho_ground_extent *extent, double cell_m,
                                       size_t max_cells, struct vaho_error *error);

/* The cell of every pixel (n_lines x n_samples), none where its place is not known or outside. */
void vaho_ground_grid_cells(unsigned *out, unsigned none, const struct vaho_ground_grid *grid,
                            const struct vaho_place *place, size_t n_lines, size_t n_samples);

/* Of a point counted in cells, centres at whole numbers. */
void vaho_ground_grid_lonlat(double *longitude_deg, double *latitude_deg,
                             const struct vaho_ground_grid *grid, double row, double col);

#endif
