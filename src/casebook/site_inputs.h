/*
 * site_inputs.h - what sites are reckoned from: the flights, plumes and coverage of a casebook
 *
 * Everything comes in an order of its own (time, content of the cube, mandate; then the order of
 * plumes in their product), so that the order in which flights were taken in is forgotten.
 */
#ifndef VAHO_CASEBOOK_SITE_INPUTS_H
#define VAHO_CASEBOOK_SITE_INPUTS_H

#include "casebook/database.h"
#include "track/site.h"

/* Flights of one cube (under two mandates) are one pass; so is a stack of passes. */
struct vaho_site_flight {
    int64_t id;
    size_t pass, rank;  /* rank: in the order above */
    double searched_m2; /* 0: no coverage */
    char *gases;        /* of the coverage, JSON; NULL: none */
    int is_stack;
};

struct vaho_site_flights {
    struct vaho_site_flight *flight; /* by id */
    size_t n;
    struct vaho_site_passes passes;
};

enum vaho_status vaho_site_flights_load(struct vaho_site_flights *out,
                                        struct vaho_casebook *casebook, int64_t last_id,
                                        struct vaho_error *error);
void vaho_site_flights_free(struct vaho_site_flights *flights);
/* NULL: there is no flight with this id. */
const struct vaho_site_flight *vaho_site_flight_find(const struct vaho_site_flights *flights,
                                                     int64_t id);

struct vaho_site_row {
    int64_t id, old_site, pin; /* 0: none */
    const struct vaho_site_flight *flight;
    size_t gas;
    struct vaho_site_plume plume;
};

struct vaho_site_rows {
    struct vaho_site_row *row; /* by gas, then in the order above */
    size_t n, n_gases;
    char **gas; /* in the order of their names */
    int64_t n_unplaced, n_assumed;
};

/* The plumes of the whole casebook, or of one site (site_id 0: all). */
enum vaho_status vaho_site_rows_load(struct vaho_site_rows *out, struct vaho_casebook *casebook,
                                     const struct vaho_site_flights *flights, int64_t site_id,
                                     struct vaho_error *error);
void vaho_site_rows_free(struct vaho_site_rows *rows);

/* What passes could have seen at places. */
struct vaho_site_spot {
    double longitude_deg, latitude_deg;
    const char *gas;
};

struct vaho_site_found_look {
    size_t spot;
    int64_t flight_id;
    struct vaho_site_look look;
};

struct vaho_site_looks {
    struct vaho_site_found_look *found; /* by spot, then by pass */
    size_t n, capacity;
};

/* Of spots that lie close together: each flight whose coverage touches their box is read once. */
enum vaho_status vaho_site_looks_load(struct vaho_site_looks *out, struct vaho_casebook *casebook,
                                      const struct vaho_site_flights *flights,
                                      const struct vaho_site_spot *spot, size_t n,
                                      struct vaho_error *error);
void vaho_site_looks_free(struct vaho_site_looks *looks);

#endif
