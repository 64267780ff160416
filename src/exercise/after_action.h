/*
 * after_action.h - what an exercise says once its truth is open
 *
 * Truth, products of the flights and casebook are joined:
 *   look   one emitter in one flight: found, or not and why
 *   site   one of the casebook's, with the emitter that most of its plumes belong to
 * Nothing is guessed: every reason is computed from what is on disk (after_action.c says how).
 */
#ifndef VAHO_EXERCISE_AFTER_ACTION_H
#define VAHO_EXERCISE_AFTER_ACTION_H

#include <stddef.h>

#include "exercise/campaign.h"
#include "vaho/plume.h"

/* How a look ended; the first that holds. */
enum vaho_look_outcome {
    VAHO_LOOK_TO_FLY = 0, /* the flight was not flown */
    VAHO_LOOK_ABSENT,     /* the emitter was not there, or out of view */
    VAHO_LOOK_OFF,        /* it emitted nothing then */
    VAHO_LOOK_BLIND,      /* the flight's sensor has no band in which its gas shows */
    VAHO_LOOK_OUTSIDE,    /* no mandate of the flight permits its place and its gas */
    VAHO_LOOK_FOUND,      /* a plume of its gas at q <= 0.05 */
    VAHO_LOOK_UNKNOWN,    /* an unlisted gas's plume at q <= 0.05, rightly called unknown */
    VAHO_LOOK_DOUBTFUL,   /* a plume of its gas, at a higher q */
    VAHO_LOOK_WRONG_GAS,  /* a plume at q <= 0.05, of another gas */
    VAHO_LOOK_COVERED,    /* it lies in the box of another emitter's plume */
    VAHO_LOOK_UNLISTED,   /* of a gas that nobody searched for, and not found as unknown */
    VAHO_LOOK_CONTRAST,   /* the ground there was as warm as the air, or blind otherwise */
    VAHO_LOOK_WIND,       /* thinned by wind: at the campaign's median it could be found */
    VAHO_LOOK_WEAK,       /* fainter than what that flight could find there half the time */
    VAHO_LOOK_MISSED,     /* strong enough to be found half the time, and not found */
    VAHO_LOOK_N_OUTCOMES
};

struct vaho_look {
    enum vaho_look_outcome outcome;
    double
        limit_ppmm; /* found there half the time, as the flight's coverage says; NaN: not known */
    double chance;  /* of being found, as the coverage says; NaN: not known */
    double q_value; /* of its plume; NaN: none */
    int covered;
    char plume[VAHO_ID_NBYTES];
};

/* What a site of the casebook was. */
enum vaho_site_truth {
    VAHO_SITE_HIDDEN = 0,
    VAHO_SITE_LICENSED,
    VAHO_SITE_UNLISTED,  /* of an unlisted gas, rightly called unknown */
    VAHO_SITE_PIECE,     /* of an emitter's plume, far from where it comes from */
    VAHO_SITE_TRAFFIC,   /* real gas, but no place that emits */
    VAHO_SITE_OTHER_GAS, /* an emitter of another gas than the site's */
    VAHO_SITE_IMITATION, /* ground that imitates a gas */
    VAHO_SITE_NOTHING,
    VAHO_SITE_N_TRUTHS
};

struct vaho_scored_site {
    char name[64], gas[VAHO_NAME_NBYTES], known[128], decision[16];
    double longitude_deg, latitude_deg, sigma_m, probability, active, rank;
    size_t n_plumes;
    enum vaho_site_truth truth;
    size_t emitter; /* of 'truth', for the first five; else VAHO_NO_EMITTER */
    double off_m;   /* from the nearest place of that emitter; NaN: none */
    /* By the clock on the wall: its first flight taken in, and confirmed; NaN: not, or taken back.
     */
    double taken_in_s, confirmed_s;
};
#define VAHO_NO_EMITTER ((size_t)-1)

struct vaho_scored_emitter {
    size_t n_emitting; /* flights that had it in view while it emitted, permitted or not */
    size_t n_could;    /* of these, those flown and permitted */
    size_t n_found;    /* of these */
    size_t found_at;   /* the how-manieth of them found it first, from 1; 0: none */
    double first_look_s, first_found_s; /* NaN: never */
    size_t site;                        /* its best site; VAHO_NO_EMITTER: none */
};

/* What one person decided; of several decisions on a site by one person the last counts. */
struct vaho_scored_analyst {
    char name[64];
    size_t confirmed, confirmed_real; /* sites, and of these those that emit what they say */
    size_t rejected, rejected_real;
    size_t another_pass;
};

enum { VAHO_N_BINS = 5, VAHO_MAX_ANALYSTS = 64 };
struct vaho_after_action {
    const struct vaho_campaign *campaign; /* borrowed, and the truth */
    const struct vaho_truth *truth;
    struct vaho_look *look; /* n_flights x n_emitters */
    struct vaho_scored_emitter *emitter;
    size_t n_sites;
    struct vaho_scored_site *site; /* best rank first */
    size_t n_hidden, n_hidden_found, n_leads, n_false_leads, n_reviewed;
    size_t n_analysts; /* by name; beyond the most they are not told apart */
    struct vaho_scored_analyst analyst[VAHO_MAX_ANALYSTS];
    struct { /* looks that could be found, by strength over the limit there */
        size_t n, n_found;
        double expected;
    } strength[VAHO_N_BINS];
    struct { /* sites by stated probability */
        size_t n, n_real;
        double stated;
    } reliability[VAHO_N_BINS];
    double brier, median_detected_s; /* NaN: no sites, no flights */
    char summary[256];
};

/* The bins' upper ends, the last infinite or 1. */
extern const double VAHO_STRENGTH_BINS[VAHO_N_BINS], VAHO_PROBABILITY_BINS[VAHO_N_BINS];
/* A lead: a site at least this probable. */
#define VAHO_LEAD_PROBABILITY 0.5
/* "found", "no contrast", ...; and of sites: "hidden site", ...  Static storage. */
const char *vaho_look_outcome_name(enum vaho_look_outcome outcome);
const char *vaho_site_truth_name(enum vaho_site_truth truth);
/* A place that emits what the site says: no false lead. */
int vaho_site_truth_is_real(enum vaho_site_truth truth);
/* A look that found its emitter for what it is. */
int vaho_look_outcome_is_found(enum vaho_look_outcome outcome);

/* VAHO_REFUSED: a flight was made under another truth.  VAHO_BAD_INPUT: a product or the casebook
 * cannot be read; VAHO_NO_MEMORY.  On error *out is NULL. */
enum vaho_status vaho_after_action_make(struct vaho_after_action **out,
                                        const struct vaho_campaign *campaign,
                                        const struct vaho_truth *truth, struct vaho_error *error);
void vaho_after_action_free(struct vaho_after_action *report); /* NULL is fine */

/* One sentence: what was found of what was hidden, and what was false. */
const char *vaho_after_action_summary(const struct vaho_after_action *report);

/* Writes DIR/after-action.json and DIR/after-action.html; 'at' is now. */
enum vaho_status vaho_after_action_write(const struct vaho_after_action *report, const char *at,
                                         struct vaho_error *error);

#endif
