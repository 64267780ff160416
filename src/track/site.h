/*
 * site.h - one site, from its plumes and from all passes over its place
 *
 * Joins what association.h, belief.h and rate.h say.  Passes are numbered in the order of time,
 * those without a time first, so that a smaller number is an earlier pass.
 *
 * A stack of passes (stack.h) is a pass of its own, and a source that it shows a plume of it.  It
 * saw what its passes saw, so they do not speak twice: a site is judged once by every pass for
 * itself (A, without the stack) and once by the stack in place of all its passes (B).  The two
 * odds are e-values of what is not independent; their mean is one whatever the dependence (Vovk
 * and Wang 2021, doi 10.1214/20-AOS2020).  Where no pass by itself has a plume of the site, B is
 * all there is.  Of stacks that share a pass the largest speaks, which its result has no say in.
 * Habits and passes are those of A where there is an A.  A stack's strength becomes a rate by what
 * its passes' limits here say of a standard plume, kg/h a ppm.m.
 */
#ifndef VAHO_TRACK_SITE_H
#define VAHO_TRACK_SITE_H

#include <stddef.h>

#include "track/belief.h"
#include "track/fix.h"
#include "track/rate.h"
#include "vaho/status.h"

/* A plume of the site. */
struct vaho_site_plume {
    size_t pass;
    struct vaho_fix fix;
    double q_value;
    double q_alone; /* of the plume without those that are certain: what its odds follow from */
    double ppmm, sigma_ppmm;                   /* mean over the footprint; NaN: not known */
    double emission_kg_h, emission_sigma_kg_h; /* NaN: not known */
};

/* What a pass could have seen at the place: the plume found half of the time. */
struct vaho_site_look {
    size_t pass;
    double valid, steepness;
    double limit_ppmm, limit_kg_h; /* NaN: not known */
};

/* Pass number 'pass' is one of those that 'stack' is of. */
struct vaho_site_stacked {
    size_t stack, pass;
};

/* All passes, whether they saw the site or not. */
struct vaho_site_passes {
    double *time_s; /* of each, NaN: not known */
    size_t n;
    struct vaho_site_stacked *stacked; /* by stack, then by pass */
    size_t n_stacked;
};

struct vaho_site_judgement {
    struct vaho_fix fix;
    struct vaho_belief belief;
    struct vaho_rate_mean emission; /* kg/h while it emits */
    double least_q;
    size_t first_pass, last_pass; /* that saw it */
    size_t n_stacked;             /* passes of the stacks that speak; 0: none does */
    size_t n_single;              /* plumes that passes show by themselves */
    int by_emission;              /* 1: strengths and limits are kg/h, else ppm.m */
};

/* What one pass says; a stack that speaks beside its passes comes last.  'plume' is the number of
 * the most certain plume, n_plumes where none. */
struct vaho_site_word {
    size_t pass, plume;
    struct vaho_site_pass said;
    double emission_kg_h, emission_sigma_kg_h; /* of the plume, or of the stack; NaN: not known */
    struct vaho_belief_term term;
};

/*
 * 'plume' is in the order of passes, at least one; 'look' too, two of one pass count as the one
 * that searched more.  'word' has room for n_plumes + n_looks and is filled with *out_n_words, in
 * the order of passes; or NULL. Strengths are emissions where every pass with a limit has it in
 * kg/h.  VAHO_NO_MEMORY, VAHO_USAGE as vaho_site_believe().
 */
enum vaho_status vaho_site_judge(struct vaho_site_judgement *out, struct vaho_site_word *word,
                                 size_t *out_n_words, const struct vaho_site_plume *plume,
                                 size_t n_plumes, const struct vaho_site_look *look, size_t n_looks,
                                 const struct vaho_site_passes *passes, double at_s,
                                 const struct vaho_belief_settings *settings,
                                 struct vaho_error *error);

/*
 * How early a person should look at a site: the chance that it is real, three tenths of it
 * whether or not it emits now and seven tenths only if it does, and a tenth of that in so far as a
 * known source explains it ('known_share': the share of its place that lies in the source's area).
 */
double vaho_site_rank(const struct vaho_belief *belief, double known_share);

#endif
