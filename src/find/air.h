/*
 * air.h - how much colder the air is than the ground, told by strong plumes
 *
 * The air has one temperature for all plumes and gases of a cube.  For every
 * value of d (contrast.h) on a grid, each strong plume is explained by the one
 * gas, in a positive amount, that explains most of its chi^2, m^2 / G
 * (footprint.h), and d is where the sum over the plumes is largest.  A wrong d
 * turns plumes over ground between the two temperatures upside down, which no
 * gas explains as well.
 */
#ifndef VAHO_FIND_AIR_H
#define VAHO_FIND_AIR_H

#include "find/competition.h"
#include "find/evidence.h"

/* Evidence that needs no decoy to be believed. */
#define VAHO_Z_STRONG 10.0

/*
 * *settled is 0 (and *out_d unchanged) when no winner is strong enough to tell.  'parts' are of
 * n_searched gases.  VAHO_NO_MEMORY and what reading returns.
 */
enum vaho_status vaho_air_settle(double *out_d, int *settled, const struct vaho_scene *scene,
                                 const struct vaho_evidence *evidence,
                                 const struct vaho_competition *competition, const float *parts,
                                 size_t n_searched, struct vaho_error *error);

#endif
