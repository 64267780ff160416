/*
 * policy.h - what one partner may be told, and how precisely
 *
 * A JSON document, read strictly: docs/sharing.md.  A policy narrows what the mandates allow and
 * never widens it: vaho_policy_check().  It names one partner; an empty list of partners in a
 * mandate means nobody, and nothing means everybody.
 *
 * Threads: immutable once read; any number of readers.
 */
#ifndef VAHO_RELEASE_POLICY_H
#define VAHO_RELEASE_POLICY_H

#include <stddef.h>

#include "vaho/mandate.h"
#include "vaho/status.h"

/* What of a lead may be told: the bit of each. */
enum vaho_field {
    VAHO_FIELD_PLACE = 1,
    VAHO_FIELD_GAS = 2,
    VAHO_FIELD_PROBABILITY = 4,
    VAHO_FIELD_FIRST_SEEN = 8,
    VAHO_FIELD_LAST_SEEN = 16,
    VAHO_FIELD_EMISSION = 32
};

struct vaho_policy;

/* All borrowed from the policy. */
struct vaho_policy_terms {
    const char *id, *partner;
    int exercise;
    size_t n_gases; /* 0: any that the mandate names */
    const char *const *gas;
    double least_probability;
    double grid_m; /* the least height and width of a cell that a place is told by */
    double time_step_s;
    double delay_s; /* between the last time it was seen and the release */
    double valid_s; /* how long a release holds */
    unsigned fields;
    int emission_digits; /* 1 or 2 */
    double from_s, to_s; /* when the policy holds */
    const char *from, *to;
    const char *tlp;    /* "TLP:AMBER+STRICT" */
    const char *onward; /* the rule beside it: to whom the partner may pass it on */
    const char *sha256; /* of the canonical document */
};

/* 'path' names it in messages.  VAHO_BAD_INPUT (what and where), VAHO_NO_MEMORY; *out NULL then. */
enum vaho_status vaho_policy_parse(struct vaho_policy **out, const char *data, size_t nbytes,
                                   const char *path, struct vaho_error *error);
void vaho_policy_free(struct vaho_policy *policy); /* NULL is fine */
const struct vaho_policy_terms *vaho_policy_terms(const struct vaho_policy *policy);
/* The document in its canonical form (RFC 8785), one line. */
const char *vaho_policy_canonical(const struct vaho_policy *policy);

/*
 * VAHO_REFUSED: the policy gives what the mandate does not: it is of an exercise and the mandate
 * not or the reverse, the mandate names no partner or not this one, or places or times would be
 * finer than it allows.
 */
enum vaho_status vaho_policy_check(const struct vaho_policy *policy,
                                   const struct vaho_mandate *mandate, struct vaho_error *error);

int vaho_policy_names_gas(const struct vaho_policy *policy, const char *gas);
/* 1: all of the disc lies in the policy's area. */
int vaho_policy_holds_disc(const struct vaho_policy *policy, double longitude_deg,
                           double latitude_deg, double radius_m);

#endif
