/*
 * air.h - how much colder the air is than the ground, told by strong plumes
 *
 * The air has one temperature for all plumes and gases of a cube.  For every
 * value of d (contrast.h) on a grid, each strong plume is explained by the one
 * gas, in a positive amount, that explains most of its chi^2, X(d) = m^2 / G
 * (footprint.h).  A wrong d turns plumes over ground between the two temperatures upside down,
 * which no gas explains as well; but of two d beyond all the ground neither does.  So d is
 * where
 *     sum z^2 / max(X) X(d) - ((d - d_0) / sigma_0)^2
 * is largest: X counts pixels as if their errors were their own, so that it is scaled to the
 * evidence z of its plume, which does not; and what nobody tells is as in most scenes.
 */
#ifndef VAHO_FIND_AIR_H
#define VAHO_FIND_AIR_H

#include "find/competition.h"
#include "find/evidence.h"

/* Evidence that needs no decoy to be believed. */
#define VAHO_Z_STRONG 10.0

/* What ground minus air is, K, when nobody tells: between the hypotheses of contrast.c. */
#define VAHO_GROUND_MINUS_AIR_K 2.5
#define VAHO_GROUND_MINUS_AIR_SIGMA_K 4.0

/*
 * *settled is 0 (and *out_d unchanged) when no winner is strong enough to tell.  'parts' are of
 * n_searched gases.  VAHO_NO_MEMORY and what reading returns.
 */
enum vaho_status vaho_air_settle(double *out_d, int *settled, const struct vaho_scene *scene,
                                 const struct vaho_evidence *evidence,
                                 const struct vaho_competition *competition, const float *parts,
                                 size_t n_searched, struct vaho_error *error);

#endif
