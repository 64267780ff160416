/*
 * identify.h - which gases explain a plume, and how probable each is
 *
 * Over a plume's pixels every gas g has a match m_g = sum_i s_gi' C^-1 z_i and
 * every two a product G_gh = sum_i s_gi' C^-1 s_hi.  They are all that generalised
 * least squares needs: a subset of gases with amounts x explains
 * 2 m'x - x'Gx of chi^2.  All subsets of one and two gases, and of three that
 * extend the best two, with non-negative amounts, are weighed by the Bayesian
 * information criterion (Schwarz 1978)
 *
 *     BIC = -explained / s^2 + k ln n_bands,   P(subset) ~ exp(-BIC / 2),
 *
 * where s^2 = max(spread^2, 0.1^2 of the most explained by any): a strong plume's
 * misfit is the signature's own error (a tenth, spectral resolution and
 * saturation included) and not noise, and must not make it certain of too much.
 * A gas's probability is the sum over the subsets it is in.
 */
#ifndef VAHO_SENSE_IDENTIFY_H
#define VAHO_SENSE_IDENTIFY_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_identification {
    double probability;   /* that the gas is in the plume */
    double amount, sigma; /* of the gas alone */
};

enum { VAHO_MAX_SUBSET = 3 };
#define VAHO_NO_LEADING ((size_t)-1)

/* A set of gases that might be all there is in the plume. */
struct vaho_subset {
    size_t n, gas[VAHO_MAX_SUBSET];
    size_t leading; /* the gas that explains most of it; VAHO_NO_LEADING: it is not a named one */
    double explained, bic, probability;
};

struct vaho_subsets {
    double scale; /* s^2 */
    size_t n;
    struct vaho_subset *subset; /* most probable first; owned */
};

/*
 * 'match' has n_gases values, 'product' n_gases x n_gases; 'spread' is how much
 * larger the background's scatter is than C says.  Gases from n_named on are of
 * the air itself: they may join any fit but get no entry in out.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_identify(struct vaho_identification *out, const double *match,
                               const double *product, double spread, size_t n_bands, size_t n_gases,
                               size_t n_named, struct vaho_error *error);

/* The same, and all subsets that were weighed; out_subsets may be NULL. */
enum vaho_status vaho_identify_explained(struct vaho_identification *out,
                                         struct vaho_subsets *out_subsets, const double *match,
                                         const double *product, double spread, size_t n_bands,
                                         size_t n_gases, size_t n_named, struct vaho_error *error);

/*
 * What may be there in place of gas number 'named': each subset without it counts for the gas that
 * leads it, so that these probabilities and that of 'named' sum to 1 at most.  out: n_named.
 */
void vaho_identify_instead(double *out, const struct vaho_subsets *subsets, size_t named,
                           size_t n_named);

#endif
