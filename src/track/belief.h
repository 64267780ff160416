/*
 * belief.h - how probably a site is real, how probably it emits now, and how much of the time
 *
 * From the passes that covered the site's place: what each saw, and what it could have seen.
 * belief.c gives the model.  Strengths and limits are in one unit, whichever.
 */
#ifndef VAHO_TRACK_BELIEF_H
#define VAHO_TRACK_BELIEF_H

#include <stddef.h>

#include "vaho/status.h"

/* One pass over the place. */
struct vaho_site_pass {
    double time_s;    /* NaN: not known, then long before all others */
    double limit;     /* strength found half of the time at q <= 0.05; NaN: not known */
    double steepness; /* of the logistic in ln(strength / limit) */
    double valid;     /* share of the ground there that was searched, 0 .. 1 */
    int seen;         /* 1: it has a plume of the site, and the rest is set */
    double q_value;
    double strength, strength_sigma; /* NaN: not known */
    double ln_same; /* ln density (1/m2) with which it lies where earlier ones say; any for the
                       first */
};

struct vaho_belief_settings {
    double real_per_m2;  /* sources */
    double false_per_m2; /* false plumes a pass, up to the largest q that is written */
    double tail_shape;   /* gamma: odds of one plume = gamma (1 - q) / q */
    double least_q;      /* what decoys cannot tell from 0 */
    double candidates;   /* limit at q <= 0.05 over the limit of all that is written, q <= 0.5 */
    double look_alike;   /* share of false plumes that come of ground that fools pass after pass */
    double duty_a, duty_b;   /* Beta prior of the share of time on */
    double strength_spread;  /* standard deviation of ln strength among sources */
    double strength_scatter; /* of ln strength of one source from pass to pass */
};

/* belief.c says why these. */
struct vaho_belief_settings vaho_belief_defaults(void);

struct vaho_belief {
    double probability; /* that it is real */
    double active;      /* that it is real and emits at 'at_s' */
    double on_share;    /* of the time, if it is real: mean, and the middle 90 % */
    double on_share_low, on_share_high;
    double strength; /* median, if it is real; NaN: no limit and no strength is known */
    double ln_real, ln_look_alike; /* odds against chance, logs */
    size_t n_seen, n_missed;       /* passes; missed: those that could have seen it, limit known */
};

/* What one pass contributes to ln_real; for a person to look at. */
struct vaho_belief_term {
    double ln_plume; /* the plume's own odds; 0 where nothing was seen */
    double ln_place; /* that it lies where earlier ones say; 0 for the first */
    double ln_seen;  /* that such a source would be seen, or missed, given the passes before */
    double
        chance; /* of seeing it if it emits, before this pass was looked at; NaN: limit unknown */
};

/*
 * 'pass' is in the order of time (NaN first), 'at_s' not before the last; at least one was seen.
 * 'term' has n entries or is NULL.  Passes that saw nothing and whose limit is not known, or with
 * valid 0, count for nothing.  VAHO_NO_MEMORY, VAHO_USAGE (no pass saw it, or out of order).
 */
enum vaho_status vaho_site_believe(struct vaho_belief *out, struct vaho_belief_term *term,
                                   const struct vaho_site_pass *pass, size_t n, double at_s,
                                   const struct vaho_belief_settings *settings,
                                   struct vaho_error *error);

/* The odds (real : false) of one plume by itself. */
double vaho_plume_odds(double q_value, const struct vaho_belief_settings *settings);

/*
 * Sets tail_shape so that the plumes' chances to be false sum up to 'n_false', the number that
 * their q-values say: of each pass its largest q times how many plumes it has.  With few plumes
 * it stays near the default.
 */
void vaho_belief_tail(struct vaho_belief_settings *settings, const double *q_value, size_t n,
                      double n_false);

/*
 * Densities of real sources and of false plumes, from what was searched: sums over all plumes of
 * a gas of the chance to be real and to be false, and the area of all passes that looked for it,
 * each counted (0: not known).  Sets the two densities of 'settings'.
 */
void vaho_belief_densities(struct vaho_belief_settings *settings, double n_real, double n_false,
                           double searched_m2);

#endif
