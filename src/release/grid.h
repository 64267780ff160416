/*
 * grid.h - the fixed grids that places, times and amounts are told on
 *
 * Everything told more than once is told on grids that lie inside one another: a cell of one level
 * is made of whole cells of the next finer one, for all of the Earth and for ever.  So two coarse
 * tellings of one place, time or amount intersect in nothing smaller than the finer of them.
 *
 * Places.  Level L has rows 360 / 2^L degrees high, counted from the south pole.  A row is cut into
 * 2^M columns from longitude -180 on, M the largest with columns at least as wide, on the ground,
 * as the row is high, at the row's edge nearer to the pole; so cells are at most about twice as
 * wide as high.  Towards the pole the columns of a finer level are never wider than half those of
 * the coarser one, and all are powers of two, so cells nest.  Indices are shifts of one whole
 * number a coordinate, so they nest exactly, whatever a double rounds to.
 *
 * Lengths are rounded away from telling too much: a cell is called no larger than it is where it
 * must hide something (110.5 km a degree), and no smaller where its error is stated (111.7 km);
 * on WGS 84 a degree of the meridian has 110.57 to 111.69 km, one of the equator 111.32 km.
 */
#ifndef VAHO_RELEASE_GRID_H
#define VAHO_RELEASE_GRID_H

#include <stdint.h>

/* The finest rows are 1.19 m high, the coarsest 2488 km. */
enum { VAHO_CELL_COARSEST = 4, VAHO_CELL_FINEST = 25 };
#define VAHO_CELL_LEAST_M_PER_DEG 110500.0
#define VAHO_CELL_MOST_M_PER_DEG 111700.0
#define VAHO_CELL_MOST_LATITUDE_DEG 89.0

struct vaho_cell {
    int level;
    uint32_t row, column;
};

/* The finest level whose cells are at least so high and wide, metres; 0: none is. */
int vaho_cell_level(double least_m);

/* 1 and the cell that holds a place (degrees; longitudes may run past 180); 0: not finite, beyond
 * latitude 89, or no such level. */
int vaho_cell_of(struct vaho_cell *out, double longitude_deg, double latitude_deg, int level);

/* The cell of a coarser (or the same) level that holds this one. */
struct vaho_cell vaho_cell_within(const struct vaho_cell *cell, int level);
int vaho_cell_same(const struct vaho_cell *a, const struct vaho_cell *b);

/* West, south, east, north, degrees. */
void vaho_cell_bounds(double out[4], const struct vaho_cell *cell);
/* Its middle, to a millionth of a degree. */
void vaho_cell_middle(double *out_longitude_deg, double *out_latitude_deg,
                      const struct vaho_cell *cell);
/* No place of the cell is further from its middle, as rounded, than this, metres. */
double vaho_cell_reach_m(const struct vaho_cell *cell);
/* No less than the distance of a place from the cell's middle, metres. */
double vaho_cell_distance_m(const struct vaho_cell *cell, double longitude_deg,
                            double latitude_deg);

/* The least of 1 s, 1 min, 10 min, 1 h, 6 h, 1 day, 1, 4, 48 and 1728 weeks that is no less than
 * 'least_s', each a multiple of the one before; 0: none is. */
double vaho_time_step_s(double least_s);
/* The start of the step that holds a moment, steps counted from 1970. */
double vaho_time_step_start_s(double at_s, double step_s);

/* The number of n significant decimal digits (1 to 3) that is next below, or above; 'value' >= 0.
 * Fewer digits never give a narrower pair. */
double vaho_digits_below(double value, int n);
double vaho_digits_above(double value, int n);
/* The next of 1, 2, 5, 10, 20, 50 ... and their tenths that is no less. */
double vaho_round_number_above(double value);

#endif
