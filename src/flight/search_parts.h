/*
 * search_parts.h - what the files of the search share
 *
 * search.c learns and lets candidates compete, search_measure.c measures the winners.
 */
#ifndef VAHO_FLIGHT_SEARCH_PARTS_H
#define VAHO_FLIGHT_SEARCH_PARTS_H

#include "find/competition.h"
#include "find/evidence.h"
#include "find/maps.h"
#include "find/significance.h"
#include "flight/search.h"
#include "sense/columns.h"
#include "sense/contrast.h"

struct search {
    const struct vaho_source *source;
    const struct vaho_detect_settings *settings;
    const struct vaho_signatures *signatures;
    struct vaho_pool *pool;
    const struct vaho_kernels *kernels;
    struct vaho_columns *columns;
    struct vaho_contrast *contrast;
    struct vaho_scene scene;
    struct vaho_evidence *evidence;
    size_t n_gases, n_searched, n_bands, stride, n_all; /* n_all: searched and decoys */
    float *absorption;                                  /* n_gases x n_bands */
    float *real;      /* n_gases x (n_parts + 1) x n_bands: their parts */
    float *scored;    /* n_all of the same: searched ones, then decoys */
    unsigned *gas_of; /* n_all, and the mirrors */
    unsigned *set_of; /* the same: which set of decoys each is in */
    unsigned n_sets;
    size_t *n_decoys;    /* n_searched */
    double empty_excess; /* of chi^2 where decoys won, see sense/unlisted.h */
    unsigned char *excluded;
    struct vaho_competition *competition;
    double *q;      /* of each winner */
    double *z_at_q; /* n_searched: what coverage is told from */
    int settled;    /* strong plumes told ground minus air: settled_d, K */
    double settled_d;
    struct vaho_maps *maps;
    /* kept for explanations: */
    struct vaho_candidate *candidate; /* all; NULL: not asked for */
    size_t n_candidates;
    struct vaho_significance *why; /* of each winner */
};

/* Whether it is so certain that the ground is learned again without it. */
int vaho_search_is_strong(const struct vaho_contender *winner);

/* Measures the winners that are kept, one plume each, into out->plumes, under this hypothesis. */
enum vaho_status vaho_search_measure(struct search *s, struct vaho_detection *out,
                                     size_t hypothesis, struct vaho_error *error);

#endif
