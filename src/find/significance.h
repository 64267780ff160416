/*
 * significance.h - false-discovery rates from what decoys found
 *
 * Real signatures compete for every place, and so do sets of decoys, one a gas each
 * (competition.h); what is left are winners, real and decoy.  A decoy is as likely to win a place
 * without a plume as the real signature it was made from, so for gas g with n_g decoys
 *
 *     expected false real winners with evidence >= z:  F_g(z) = D_g(z) / n_g
 *
 * with D_g the decoy winners of that gas.  Above the threshold u that the
 * highest of all decoy winners share, D_g follows an exponential tail (the
 * extreme-value limit of light-tailed evidence) with the gas's own count and
 * mean excess, each drawn towards those of all gases together; that its scale
 * is estimated from few is taken in by its predictive form,
 * (1 + (z - u) / (m b))^-m, which goes to exp(-(z - u) / b) for many.
 *
 * The real signature's own negative competes as well: no gas does that, but ground
 * that strays just in the gas's bands does it both ways.  It is one decoy, but the
 * best matched there is, so it weighs as several (MIRROR_WEIGHT) in its gas's tail.
 *
 * Where no decoy came at all, one is taken to have come to 4, from where on every search asks them,
 * or as far as the faintest winner.
 *
 * The q-value of a real winner is, over all winners at least as unlikely,
 * expected false ones through real ones (Storey 2002; target-decoy competition,
 * Elias and Gygi 2007), made monotone.
 */
#ifndef VAHO_FIND_SIGNIFICANCE_H
#define VAHO_FIND_SIGNIFICANCE_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_winner {
    double z;
    unsigned gas; /* which real signature, or which one the decoy was made from */
    int decoy;
    int mirror; /* the decoy is the negative of the real signature */
};

/* How the q-value of one real winner came about. */
struct vaho_significance {
    double threshold, rate, mean_excess, weight; /* of its gas's tail: u, F_g(u), b and m */
    size_t n_tail;                               /* decoy winners of all gases beyond u */
    double expected;                             /* F_g(z) */
    size_t n_gases; /* that have decoys; false ones are counted over all of them */
    size_t rank;    /* real winners at least as unlikely, itself among them */
    /* q is n_gases F / rank of this one: itself, or one less certain; rank 0: 1 is less. */
    double binding_expected;
    size_t binding_rank;
    size_t n_decoys;                                   /* of its gas that competed */
    size_t n_own, n_own_mirrors, n_all, n_all_mirrors; /* decoy winners of its gas, of all gases */
    size_t n_real;                                     /* real winners of all gases */
};

/*
 * q[i] for each winner (NaN for decoys), 0..1.  n_decoys[g] is how many decoys
 * of gas g competed, its mirror not counted
 * ('mirrored' says whether mirrors competed); a gas without decoys gets q = 1.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_q_values(double *q, const struct vaho_winner *winner, size_t n,
                               const size_t *n_decoys, size_t n_gases, int mirrored,
                               struct vaho_error *error);

/* The same, and out_why[i] (may be NULL) for each real winner whose gas has decoys. */
enum vaho_status vaho_q_values_explained(double *q, struct vaho_significance *out_why,
                                         const struct vaho_winner *winner, size_t n,
                                         const size_t *n_decoys, size_t n_gases, int mirrored,
                                         struct vaho_error *error);

#endif
