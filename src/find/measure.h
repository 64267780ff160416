/*
 * measure.h - footprint, spectrum, amount, gases and source of one winner
 *
 * Footprint: of the ground the winner claimed, the pixels that still show the
 * gas at the finest scale that shows it at all; amounts.h draws it anew.
 * Amount: here only the linear estimate that identification makes, over the footprint F
 *     c = sum_F(s' C^-1 z - offset) / sum_F(s' C^-1 s),   sigma = spread / sqrt(sum_F(s' C^-1 s)),
 * with C, offset and spread of the level the winner was found at; amounts.h solves for what is
 * reported.
 * Source: source_point.h.
 */
#ifndef VAHO_FIND_MEASURE_H
#define VAHO_FIND_MEASURE_H

#include "find/competition.h"
#include "find/drift.h"
#include "find/evidence.h"
#include "find/maps.h"
#include "find/source_point.h"
#include "sense/identify.h"
#include "vaho/plume.h"

/* What measuring draws on; all borrowed. */
struct vaho_measuring {
    const struct vaho_scene *scene;
    const struct vaho_evidence *evidence;
    const struct vaho_maps *maps;
    const struct vaho_competition *competition;
    const struct vaho_wedges *wedges;
    size_t hypothesis;              /* about the air temperature */
    size_t n_gases, n_searched;     /* the searched ones first, then gases of the air */
    const float *parts;             /* n_gases x (n_parts + 1) x n_bands, as the evidence's */
    const float *scored;            /* n_scored: the searched ones and their decoys, as scored */
    size_t n_scored;                /* n_searched: no decoys, and no gas is taken to be unlisted */
    double empty_excess;            /* of chi^2 at places without a plume, see unlisted.h */
    const char *const *name;        /* n_gases */
    const double *wavelength_um;    /* of the bands in use */
    struct vaho_wind wind;          /* its direction says where plumes begin */
    const struct vaho_place *place; /* NULL: that direction is of no use */
};

/* What measuring drew on the way. */
struct vaho_measure_trail {
    size_t n_gases;              /* those of the air among them */
    double *match, *product;     /* n_gases, n_gases x n_gases (footprint.h); owned */
    double spread;               /* of the level, for the winner's gas */
    struct vaho_subsets subsets; /* owned */
    double none;                 /* probability that it is of no searched gas */
    double left, empty_excess;   /* T and x0 of unlisted.h */
    struct vaho_source_evidence source;
};
void vaho_measure_trail_free(struct vaho_measure_trail *trail);

/*
 * Fills *out except id, q_value and the emission, and says which searched gas it is or, where the
 * plume is VAHO_UNKNOWN_GAS (naming.h), which is nearest; *out_none is the probability that it is
 * none of them.  'snr' is the winner's z, and peak the mean.  An unknown plume has no amounts: NaN.
 * out_trail may be NULL, and holds what must be freed whatever is returned.
 * Reads the lines of the footprint.  VAHO_NO_MEMORY and what reading returns;
 * then *out holds nothing to free.
 */
enum vaho_status vaho_measure(struct vaho_plume *out, size_t *out_gas, double *out_none,
                              struct vaho_measure_trail *out_trail,
                              const struct vaho_measuring *measuring,
                              const struct vaho_contender *winner, struct vaho_error *error);

/*
 * Adds a piece of the same plume (pieces.h), whose ground 'claim' holds by now, and looks for the
 * source again.  out_trail as above.  Frees what 'piece' holds, whatever it returns.
 * VAHO_NO_MEMORY.
 */
enum vaho_status vaho_measure_piece(struct vaho_plume *plume, struct vaho_measure_trail *out_trail,
                                    struct vaho_plume *piece, size_t gas, unsigned claim,
                                    const struct vaho_measuring *measuring,
                                    struct vaho_error *error);

#endif
