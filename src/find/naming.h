/*
 * naming.h - what a plume is called
 *
 * A plume goes by the searched gas that is most probably in it (identify.h), unless it is more
 * probable that none of them is (unlisted.h): a gas outside the library, or one of the library that
 * was not searched for.  Then it is VAHO_UNKNOWN_GAS, and the searched gases are what it may be
 * instead.
 *
 * q-values say that something is there (significance.h), under whatever name; how doubtful the name
 * is, the probability and the alternatives say.
 */
#ifndef VAHO_FIND_NAMING_H
#define VAHO_FIND_NAMING_H

#include "sense/identify.h"
#include "vaho/plume.h"

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

#endif
