/*
 * companions.h - other gases in a plume whose gas is known
 *
 * A plume is one gas; where a source gives off two there are two plumes on one ground.  The
 * competition (competition.h) lets only one win there, for a strong plume lights up other
 * signatures all along it.  So what else is there is asked of what the winner leaves: of its own
 * evidence Y (evidence.h), all that its gas can do (plume_ground.h) projected out,
 *
 *     z_g = w_g'y / |w_g| / tempering,    w_g, y  whitened, without the span of the winner's gas.
 *
 * The strongest of at least 4 is explained next, and so on, up to three gases; one that a plume of
 * its own close by explains is no companion.  Place and kernel
 * are the winner's and not chosen by what is tested.  Decoys are tested in the same way beside the
 * gases found, so that whatever is left of an imperfectly known gas, or of rare ground, lights up
 * decoys too, and gives q-values as in significance.h.  A companion is as real as its plume:
 *
 *     q = 1 - (1 - q_winner) (1 - q_companion).
 */
#ifndef VAHO_FIND_COMPANIONS_H
#define VAHO_FIND_COMPANIONS_H

#include "find/competition.h"
#include "find/evidence.h"
#include "find/significance.h"
#include "vaho/status.h"

/* What is asked of the plumes of one cube; all borrowed. */
struct vaho_companion_search {
    const struct vaho_evidence *evidence;
    size_t n_searched, n_all; /* gases; with their decoys behind */
    const float *parts;       /* n_all, as scored (evidence.h) */
    const unsigned *gas_of;   /* n_all */
    const size_t *n_decoys;   /* n_searched */
};

/* A plume that may have companions. */
struct vaho_host {
    const struct vaho_contender *winner;
    size_t gas; /* as it was named */
    double q;
};

struct vaho_companion {
    size_t host;
    struct vaho_contender contender; /* on the host's ground, at its place and kernel */
    struct vaho_significance why;
    double q;
};

/*
 * *out (free) are the companions of n hosts, at most VAHO_MAX_BESIDE - 1 each, by host and
 * strength, whatever their q.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_companions_find(struct vaho_companion **out, size_t *out_n,
                                      const struct vaho_host *host, size_t n,
                                      const struct vaho_companion_search *search,
                                      struct vaho_error *error);

#endif
