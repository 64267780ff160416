/*
 * acts.h - releasing leads of a casebook: preview, approve, recall, expire
 *
 * Each act writes the entry of the ledger, the message of the outbox and the row of releases in one
 * transaction: all of them are on disk when it returns, or none.  It decides by release.h, and the
 * schema's triggers have the last word, among them that of two people: who ever confirmed a site
 * does not release it.
 *
 * What is approved is what was looked at: preview makes the very bytes and their version, 16 digits
 * of a hash over them and the site's evidence; when approving would send any other bytes, it is
 * refused.  The bytes have their place in the ledger and in the order of the partner, so any act in
 * between makes another preview necessary.
 *
 * The moment is the act's.  VAHO_NOT_FOUND: no such site or partner.  VAHO_REFUSED: a rule, a role,
 * an edge or the version.  Then nothing was changed.
 */
#ifndef VAHO_RELEASE_ACTS_H
#define VAHO_RELEASE_ACTS_H

#include "casebook/database.h"
#include "release/release.h"

enum { VAHO_PREVIEW_VERSION_NBYTES = 17 };

/* What to release, and what the mandates it rests on are checked with.  All borrowed. */
struct vaho_release_ask {
    const char *site, *partner;
    const struct vaho_trust *trust;
    size_t n_revocations;
    const struct vaho_revocations *const *revocations;
};

struct vaho_release_preview {
    struct vaho_text bytes; /* free it with vaho_text_free(), also after a failure */
    char version[VAHO_PREVIEW_VERSION_NBYTES];
};

/* Changes nothing.  'at' as in an act. */
enum vaho_status vaho_release_preview(struct vaho_release_preview *out,
                                      struct vaho_casebook *casebook, const char *at,
                                      const struct vaho_release_ask *ask, struct vaho_error *error);

/* *out_sequence: the number it has for the partner. */
enum vaho_status vaho_release_approve(uint64_t *out_sequence, struct vaho_casebook *casebook,
                                      const struct vaho_act *act,
                                      const struct vaho_release_ask *ask, const char *version,
                                      struct vaho_error *error);

/* Takes back what is out; needs no trust, and no policy that still holds. */
enum vaho_status vaho_release_recall(uint64_t *out_sequence, struct vaho_casebook *casebook,
                                     const struct vaho_act *act, const char *site,
                                     const char *partner, struct vaho_error *error);

/* Ends all releases whose validity is over at the act's moment; *out_n of them.  Anybody's act: it
 * is the clock's doing.  Nothing is sent: the partner was told until when. */
enum vaho_status vaho_release_expire(size_t *out_n, struct vaho_casebook *casebook,
                                     const struct vaho_act *act, struct vaho_error *error);

/* Gives a partner the policy in 'data'; 'path' names it in messages. */
enum vaho_status vaho_release_set_policy(struct vaho_casebook *casebook, const struct vaho_act *act,
                                         const char *partner, const char *data, size_t nbytes,
                                         const char *path, struct vaho_error *error);

#endif
