/*
 * review.h - what people decide of sites
 *
 * Each function is an edge of the state machine in review.c.  Each takes an act by an account with
 * the edge's role (vaho_account_check() made sure of the person), writes its entry of the ledger
 * and its row in one transaction, and returns when both are on disk.  act->why are the words.
 *
 * A decision rests on the evidence a person saw, told by its version: 16 hexadecimal digits that
 * change when plumes, passes or known sources of the site do, and when anybody decides on it.
 *
 * All of them: VAHO_NOT_FOUND: there is no such site.  VAHO_REFUSED: the role, the edge or the
 * version does not allow it; the sentence says which, and who decided meanwhile.  Then nothing was
 * changed.
 */
#ifndef VAHO_REVIEW_REVIEW_H
#define VAHO_REVIEW_REVIEW_H

#include "casebook/database.h"
#include "ledger/entry.h"

enum { VAHO_VERSION_NBYTES = 17 };

struct vaho_judged {
    const char *site;    /* its whole name */
    const char *version; /* of the evidence that was looked at */
};

/* Why a site is rejected; the words say more. */
extern const char *const vaho_reject_reasons[]; /* ends with NULL */
extern const char *const vaho_review_states[];  /* the same */

enum vaho_status vaho_review_confirm(struct vaho_casebook *casebook, const struct vaho_act *act,
                                     const struct vaho_judged *judged, struct vaho_error *error);
/* All of them or none.  'reason' is one of the list, and there must be words.  VAHO_USAGE. */
enum vaho_status vaho_review_reject(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const struct vaho_judged *judged, size_t n, const char *reason,
                                    struct vaho_error *error);
enum vaho_status vaho_review_another_pass(struct vaho_casebook *casebook,
                                          const struct vaho_act *act,
                                          const struct vaho_judged *judged,
                                          struct vaho_error *error);
/* Takes back one's own decision, the last on the site. */
enum vaho_status vaho_review_undo(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *site, struct vaho_error *error);

/*
 * The rows of the edges of release, inside the caller's transaction, after the entry of the ledger
 * that tells of them and, but for expiry, the message of the outbox: release/acts.h, which makes
 * all three, is what to call.  'mandate' is the SHA-256 of one.
 */
enum vaho_status vaho_review_release(struct vaho_casebook *casebook, const struct vaho_act *act,
                                     const char *site, const char *partner, const char *mandate,
                                     int64_t entry, struct vaho_error *error);
enum vaho_status vaho_review_recall(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const char *site, const char *partner, int64_t entry,
                                    struct vaho_error *error);
enum vaho_status vaho_review_expire(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const char *site, const char *partner, int64_t entry,
                                    struct vaho_error *error);

/* --- reading ------------------------------------------------------------------- */

struct vaho_review_site {
    const char *name, *gas, *state; /* valid during the call */
    double probability, rank;
    char version[VAHO_VERSION_NBYTES];
};

/* Best rank first, at most 'limit'; 'state' NULL: any.  'take' returns 0 to stop. */
enum vaho_status vaho_review_list(struct vaho_casebook *casebook, const char *state, size_t limit,
                                  int (*take)(void *context, const struct vaho_review_site *site),
                                  void *context, struct vaho_error *error);

/* Where a site stands; its last decision that was not undone. */
struct vaho_review_now {
    int64_t site_id;
    char state[16], version[VAHO_VERSION_NBYTES];
    char person[VAHO_ENTRY_MAX_WHO + 1]; /* "": nothing stands */
    char decision[16], at[32], reason[32], words[VAHO_ENTRY_MAX_WHY + 1];
};
/* VAHO_NOT_FOUND. */
enum vaho_status vaho_review_now(struct vaho_review_now *out, struct vaho_casebook *casebook,
                                 const char *site, struct vaho_error *error);

/* How many sites are in a state, by its name; every state, also those without one. */
enum vaho_status vaho_review_count(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const char *state, int64_t n),
                                   void *context, struct vaho_error *error);

struct vaho_review_step {
    const char *at, *person, *what, *reason, *words, *partner; /* "": none */
    int64_t entry;                                             /* -1: before there was a ledger */
};

/* What was decided of a site, and released of it, in order.  VAHO_NOT_FOUND. */
enum vaho_status vaho_review_history(struct vaho_casebook *casebook, const char *site,
                                     void (*take)(void *context, const struct vaho_review_step *s),
                                     void *context, struct vaho_error *error);

#endif
