/*
 * release.h - the one function that decides what a partner is told of a lead
 *
 * Every output that leaves is made of the bytes it writes.  From a lead, the partner's policy, the
 * mandates the lead rests on and the moment it makes a canonical JSON object (RFC 8785) with only
 * what may go, or refuses and says by which rule.  Refusals hold nothing of the lead but that it
 * was refused by this rule, so they may be shown to anybody.
 *
 * The same request gives the same bytes; there is no jitter.  docs/sharing.md has the members, the
 * rules, and what several releases tell together.
 */
#ifndef VAHO_RELEASE_RELEASE_H
#define VAHO_RELEASE_RELEASE_H

#include <stdint.h>

#include "base/signing.h"
#include "base/text.h"
#include "release/grid.h"
#include "release/policy.h"

enum { VAHO_RELEASE_MAX_NBYTES = 1 << 16, VAHO_LEAD_ID_NBYTES = 33 };

/* A confirmed site as the casebook knows it; NaN: not known. */
struct vaho_lead {
    const char *gas;
    int exercise;
    double longitude_deg, latitude_deg;
    double sigma_m; /* along the direction in which it is largest */
    double probability;
    double first_seen_s, last_seen_s;
    double emission_kg_h, emission_sigma_kg_h;
};

/* What this partner was told of where this lead is, so that a further telling does not narrow it:
 * kept by the caller for ever, also after a recall. */
struct vaho_release_told {
    struct vaho_cell cell; /* the finest that was told, or what it was coarsened to since */
    int level;             /* the finest of cells that a policy asked for */
};

enum vaho_release_kind { VAHO_RELEASE_GIVE = 0, VAHO_RELEASE_RECALL };

/* All borrowed. */
struct vaho_release_request {
    enum vaho_release_kind kind;
    const struct vaho_lead *lead;
    const struct vaho_policy *policy;
    size_t n_mandates; /* all that the lead's plumes were found under, each checked just now */
    const struct vaho_mandate *const *mandate;
    double at_s;                          /* now, seconds since 1970 UTC */
    const struct vaho_release_told *told; /* NULL: this partner was told no place of it yet */
    const char *lead_id;                  /* 32 hexadecimal digits, random, of this lead for this
                                           * partner alone */
    uint64_t sequence;                    /* of this partner, from 1, without a gap */
    const char *previous_sha256; /* of the bytes numbered one less; NULL: it is the first */
    const char *ledger_origin;   /* of the ledger whose entry 'ledger_index' tells of this */
    uint64_t ledger_index;
};

/*
 * Appends the bytes to 'out' (holding at least VAHO_RELEASE_MAX_NBYTES).  'told' gets what to
 * remember, the old where no place is told; '*until_s' the end of its validity, 0 for a recall.
 *
 * VAHO_REFUSED: "rule 'NAME': ..."; the rules are exercise, window, mandate, partner, precision,
 * time-precision, gas, area, place, probability, delay.  A recall is refused by none but exercise.
 * VAHO_USAGE: the request lacks what only a mistake of the caller leaves out.
 * On error 'out', 'told' and 'until_s' are of no use.
 */
enum vaho_status vaho_release_decide(struct vaho_text *out, struct vaho_release_told *told,
                                     double *until_s, const struct vaho_release_request *request,
                                     struct vaho_error *error);

/* --- reading, on the partner's side ---------------------------------------------- */

/* What an opener needs of the bytes; text is owned by 'root'. */
struct vaho_release {
    enum vaho_release_kind kind;
    int exercise;
    uint64_t sequence;
    const char *partner, *lead_id;
    const char *previous_sha256; /* "": the first */
    const char *ledger_origin;
    uint64_t ledger_index;
    double from_s, until_s; /* 0 of a recall */
    void *root;             /* a json_t */
};

/* VAHO_BAD_INPUT: not a release, or not in its canonical form.  Then nothing needs freeing. */
enum vaho_status vaho_release_parse(struct vaho_release *out, const char *data, size_t nbytes,
                                    struct vaho_error *error);
void vaho_release_free(struct vaho_release *release);

#endif
