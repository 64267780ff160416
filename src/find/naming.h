/*
 * naming.h - what a plume is called, and what its name does to its q-value
 *
 * A plume goes by the searched gas that is most probably in it (identify.h), unless it is more
 * probable that none of them is (unlisted.h): a gas outside the library, or one of the library that
 * was not searched for.  Then it is VAHO_UNKNOWN_GAS, and the searched gases are what it may be
 * instead.
 *
 * A report under a gas's name is false where no plume is (significance.h) and where the plume is of
 * no such gas.  The second share, over all reports at least as certain, is the mean of their
 * probabilities p of being of none of the searched gases (a false-discovery rate is the mean of
 * local ones: Efron and Tibshirani 2002, doi 10.1002/gepi.1124), so
 *
 *     q_named = 1 - (1 - q) (1 - mean of p over the named plumes of q or less), made monotone.
 *
 * An unknown plume claims no name: its q is that of there being a plume.
 */
#ifndef VAHO_FIND_NAMING_H
#define VAHO_FIND_NAMING_H

#include "sense/identify.h"
#include "vaho/plume.h"
#include "vaho/status.h"

/*
 * Sets gas, probability and alternatives of *out from what was weighed (n searched gases, 'none'
 * the probability that none of them is in it).  Returns the most probable searched gas, the
 * plume's own or what is nearest to it: 'found' when all are as improbable.
 * 'instead' is scratch of n.
 */
size_t vaho_name_plume(struct vaho_plume *out, const struct vaho_identification *id,
                       const struct vaho_subsets *subsets, double none, const char *const *name,
                       size_t n, size_t found, double *instead);

int vaho_plume_is_unknown(const struct vaho_plume *plume);

/* Raises the q-values of n plumes that carry a name, none[i] as for vaho_name_plume().  None is
 * raised beyond q_most.  VAHO_NO_MEMORY: nothing was changed. */
enum vaho_status vaho_q_named(struct vaho_plume *plume, const double *none, size_t n, double q_most,
                              struct vaho_error *error);

#endif
