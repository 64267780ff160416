/*
 * sites.h - places that emit, reckoned from all that a casebook has taken in
 *
 * Sites are a function of the flights, the reviews, the known sources and the moment 'at': the
 * order in which flights were taken in makes no difference.  A site that a person reviewed keeps
 * its name and its plumes; further ones may join it.
 *
 * Probabilities: that a site is real, and that it is real and emits at the moment of the last
 * update (docs/sites.md).  Text is valid during the call that hands it over.
 */
#ifndef VAHO_SITES_H
#define VAHO_SITES_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/casebook.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vaho_sites_updated {
    int64_t n_flights, n_stacks, n_sites;
    int64_t n_plumes;   /* sources of stacks too */
    int64_t n_known;    /* sites that a known source explains */
    int64_t n_unplaced; /* plumes without a place: in no site */
    int64_t n_assumed;  /* plumes whose error of place nobody states: 30 m were assumed */
    int64_t n_silent;   /* flights without coverage: where they saw nothing they say nothing */
};

/*
 * Reckons all sites anew, in one transaction.  'at' is the moment that "now" means; n_threads 0: as
 * many as there are processors.  VAHO_BAD_INPUT: a flight was flown after 'at', or the casebook
 * cannot be read or written; then nothing was changed.
 */
enum vaho_status vaho_sites_update(struct vaho_sites_updated *out, struct vaho_casebook *casebook,
                                   const char *at, size_t n_threads, const struct vaho_act *act,
                                   struct vaho_error *error);

struct vaho_site {
    int64_t id;
    const char *name, *gas;
    double longitude, latitude, sigma_m; /* sigma_m: along the direction in which it is largest */
    double covariance_m2[3];             /* east-east, east-north, north-north */
    double probability, active;
    double on_share, on_share_low, on_share_high; /* of the time, if real: mean, middle 90 % */
    double emission_kg_h, emission_sigma_kg_h;    /* while it emits; NaN: not known */
    double least_q;
    const char *first_seen, *last_seen; /* "": not known */
    int64_t n_plumes, n_seen, n_missed; /* seen, missed: passes, a stack counting as one */
    int64_t n_single;  /* plumes that passes show by themselves; the others are stacks' */
    int64_t n_stacked; /* passes in the stacks that show it; 0: none does */
    double rank;
    const char *known; /* the known source that explains it; "": none */
    double known_share;
    const char *decision; /* of the latest review; "": none */
    const char *reasons;  /* JSON: sentences */
};

struct vaho_sites_query {
    double west, south, east, north; /* degrees; west > east: across the antimeridian */
    const char *gas;                 /* NULL: any */
    double least_probability;
    size_t limit; /* at most so many, in the order in which a person should look */
};

/* All of the Earth, any gas, probability 0.05, 100. */
struct vaho_sites_query vaho_sites_query_defaults(void);

/* When sites were last reckoned, "" never, and how many flights were taken in since. */
struct vaho_sites_state {
    char at[32];
    int64_t n_flights_since;
};
enum vaho_status vaho_sites_get_state(struct vaho_sites_state *out, struct vaho_casebook *casebook,
                                      struct vaho_error *error);

/* Calls 'take' for each site that fits, best rank first; it returns 0 to stop. */
enum vaho_status vaho_sites_list(struct vaho_casebook *casebook,
                                 const struct vaho_sites_query *query,
                                 int (*take)(void *context, const struct vaho_site *site),
                                 void *context, struct vaho_error *error);

/* One pass over a site's place, earlier ones first. */
struct vaho_site_passed {
    int64_t flight_id;
    const char *flight, *time; /* time "": not known */
    double time_s;             /* NaN: not known */
    int seen;
    int64_t plume_id;  /* of its most certain plume of the site; 0: none */
    const char *plume; /* its name; "": none */
    double q_value;    /* NaN: nothing seen */
    double emission_kg_h, emission_sigma_kg_h, mean_ppmm; /* NaN: not known */
    double limit_ppmm, limit_kg_h, valid; /* what it could have seen; NaN: not known */
    double chance;                        /* of seeing the site if it emits; NaN: not known */
    double weight; /* natural log of the odds this pass adds to the site's being real */
};

/*
 * The site with this name, or with a name that begins so and no other does; then its passes.
 * VAHO_NOT_FOUND: there is none.  VAHO_USAGE: there are several.
 */
enum vaho_status vaho_sites_show(struct vaho_casebook *casebook, const char *name,
                                 void (*take)(void *context, const struct vaho_site *site),
                                 void (*take_pass)(void *context,
                                                   const struct vaho_site_passed *pass),
                                 void *context, struct vaho_error *error);

/*
 * Takes in licensed emitters (a GeoJSON: docs/sites.md), which replace those taken in before, and
 * says anew which sites they explain.  *out_n: how many.  VAHO_BAD_INPUT: what is wrong, and
 * where.
 */
enum vaho_status vaho_sites_know(size_t *out_n, struct vaho_casebook *casebook, const char *path,
                                 const struct vaho_act *act, struct vaho_error *error);

#ifdef __cplusplus
}
#endif
#endif
