/*
 * partners.h - who may be given leads: names, keys and policies
 *
 * A partner is added once and stays.  Of its keys and policies the last one counts; the others stay
 * to be seen.  Partners and keys are an admin's to give, policies a releaser's: who says to whom it
 * goes is not who says what goes.  What a policy means is release/policy.h's.
 */
#ifndef VAHO_CASEBOOK_PARTNERS_H
#define VAHO_CASEBOOK_PARTNERS_H

#include "casebook/database.h"

/* VAHO_USAGE: no name.  VAHO_REFUSED: not an admin, or the name is taken. */
enum vaho_status vaho_partner_add(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *partner, struct vaho_error *error);

/* VAHO_USAGE: no key.  VAHO_NOT_FOUND: no such partner.  VAHO_REFUSED: not an admin, or the key
 * is or was somebody's. */
enum vaho_status vaho_partner_set_key(struct vaho_casebook *casebook, const struct vaho_act *act,
                                      const char *partner, const char *key,
                                      struct vaho_error *error);

/* 'document' is a policy in canonical form that names this partner, and 'sha256' its hash.
 * VAHO_NOT_FOUND: no such partner.  VAHO_REFUSED: not a releaser. */
enum vaho_status vaho_partner_set_policy(struct vaho_casebook *casebook, const struct vaho_act *act,
                                         const char *partner, const char *document,
                                         const char *sha256, struct vaho_error *error);

/* Appends the policy that counts to 'out'.  VAHO_NOT_FOUND: no such partner.  VAHO_REFUSED: it has
 * none, so nothing may be told it. */
struct vaho_text;
enum vaho_status vaho_partner_policy(struct vaho_text *out, struct vaho_casebook *casebook,
                                     const char *partner, struct vaho_error *error);

struct vaho_partner {
    const char *name, *key, *policy_sha256; /* "": none yet; valid during the call */
    int64_t n_keys, n_policies, n_sent;
};
enum vaho_status vaho_partner_each(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const struct vaho_partner *partner),
                                   void *context, struct vaho_error *error);

#endif
