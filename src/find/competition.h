/*
 * competition.h - one winner a place, real signature or decoy
 *
 * Candidates are taken strongest first.  Each winner claims ground; what lies on
 * claimed ground has lost and is explained by the winner, and so is what lies within the
 * reach of its kernel when the winner is half as strong again, shows at that very place, or is
 * the same gas (competition.c).  A real winner claims the connected places where its own
 * evidence stays above a floor (a strong plume lights up other signatures all along it), a
 * decoy a disc of its kernel's reach; so a decoy can never win more ground than the real
 * signature could.
 */
#ifndef VAHO_FIND_COMPETITION_H
#define VAHO_FIND_COMPETITION_H

#include <stddef.h>

#include "find/evidence.h"
#include "vaho/status.h"

struct vaho_contender {
    struct vaho_candidate candidate;
    unsigned gas; /* the real signature, or the one the decoy was made from */
    int decoy;
    unsigned claim; /* real: its id in the claim map, 1 .. */
    /* A companion (companions.h): the gases of the same plume that were explained before it. */
    size_t n_beside, beside[VAHO_MAX_BESIDE];
};

#define VAHO_CLAIM_DECOY 0xffffffffu /* in the claim map: ground a decoy holds */

struct vaho_competition {
    size_t n_lines, n_samples;
    size_t n;
    struct vaho_contender *winner; /* strongest first; owned */
    unsigned *claim; /* n_lines x n_samples: id of the winner holding a pixel, 0 none; owned */
};

/* The centre of a candidate's block, in pixels. */
void vaho_candidate_centre(double *line, double *sample, const struct vaho_candidate *candidate);

/* The evidence of the real signatures, as maps: map[signature * n_scales + scale]. */
struct vaho_evidence_maps {
    const struct vaho_level_map *map;
    size_t n_real, n_scales;
};

/*
 * 'candidate' is reordered.  gas_of[signature] says which real signature each
 * is or was made from, mirrors included; signatures < maps->n_real are real.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_compete(struct vaho_competition **out, struct vaho_candidate *candidate,
                              size_t n, const unsigned *gas_of,
                              const struct vaho_evidence_maps *maps, size_t n_lines,
                              size_t n_samples, struct vaho_error *error);
/* What one claim holds becomes another's. */
void vaho_competition_cede(struct vaho_competition *competition, unsigned from, unsigned to);
void vaho_competition_free(struct vaho_competition *competition); /* NULL is fine */

#endif
