/*
 * explanation.h - how one plume came about: the evidence of every stage, kept for a person
 *
 * Nothing here decides anything.  What the stages computed on their way is copied while they
 * have it; what else lies at a plume is looked up in the candidates that lost.
 */
#ifndef VAHO_FIND_EXPLANATION_H
#define VAHO_FIND_EXPLANATION_H

#include <stddef.h>

#include "find/amounts.h"
#include "find/competition.h"
#include "find/emission.h"
#include "find/evidence.h"
#include "find/measure.h"
#include "find/significance.h"
#include "vaho/library.h"
#include "vaho/status.h"

enum vaho_rival_kind { VAHO_RIVAL_GAS = 0, VAHO_RIVAL_DECOY, VAHO_RIVAL_MIRROR };

/* The strongest candidate of one gas and kind on a plume's claim or beside it. */
struct vaho_rival {
    enum vaho_rival_kind kind;
    unsigned gas; /* its own, or the one its decoy was made from */
    int beside;   /* 0: on the claim; 1: within VAHO_BESIDE_PX of it */
    size_t n;     /* candidates of this kind, gas and side; without the plume itself */
    double z, line, sample;
    unsigned char scale;
    unsigned claim; /* of a gas that won: its own claim's number; 0: lost */
};
enum { VAHO_BESIDE_PX = 8 };

struct vaho_explanation {
    size_t n_names, n_searched; /* searched gases first, then those of the air */
    char (*name)[VAHO_NAME_NBYTES];
    size_t gas; /* as named at last; winner.gas is what was found */

    struct vaho_contender winner;
    double line, sample; /* its place */
    double z_untempered; /* z = z_untempered / sqrt(chi2_per_band) */
    double chi2_per_band;
    double d;  /* ground minus air it was found with, K; NaN in reflected light */
    double *z; /* n_searched x VAHO_N_SCALES at its place, untempered; NaN unknown; owned */

    size_t n_sets; /* of decoys, the mirrors among them */
    struct vaho_significance significance;

    size_t claim_pixels, claim_box[4];
    size_t n_rivals;
    struct vaho_rival *rival; /* strongest first; owned */

    struct vaho_measure_trail measure; /* owned */
    struct vaho_amount_trail amount;
    struct vaho_rate rate;
};

void vaho_explanation_free(struct vaho_explanation *explanation); /* NULL is fine */

/* The search's part; all borrowed. */
struct vaho_explained_search {
    const struct vaho_level_map *map; /* n_searched x VAHO_N_SCALES */
    const struct vaho_contrast *contrast;
    const struct vaho_competition *competition;
    const struct vaho_candidate *candidate; /* all, decoys included */
    size_t n_candidates, n_searched, n_signatures;
    const unsigned *gas_of; /* of each signature and mirror */
    size_t n_names;
    const char *const *name;
};

/* Names, place, evidence, claim and rivals of a winner; all else is the caller's to set.
 * VAHO_NO_MEMORY: *out is NULL. */
enum vaho_status vaho_explanation_new(struct vaho_explanation **out,
                                      const struct vaho_explained_search *search,
                                      const struct vaho_contender *winner,
                                      struct vaho_error *error);

#endif
