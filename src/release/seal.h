/*
 * seal.h - envelopes of what is in the outbox
 *
 * A message is sealed when it is sent, not when it is approved: to the partner's key as it is then,
 * with the proof that the ledger tells of it where a checkpoint holds its entry by now.  It can be
 * sealed any number of times; the partner takes it in once.
 */
#ifndef VAHO_RELEASE_SEAL_H
#define VAHO_RELEASE_SEAL_H

#include "casebook/database.h"
#include "release/envelope.h"

/*
 * Appends the envelope of a partner's message to 'out'.  *out_proved (may be NULL): 1 with a proof.
 * VAHO_NOT_FOUND: there is no such message.  VAHO_REFUSED: the partner has no key.
 */
enum vaho_status vaho_release_seal(struct vaho_text *out, int *out_proved,
                                   struct vaho_casebook *casebook, const char *partner,
                                   uint64_t sequence, const struct vaho_secret_key *from,
                                   struct vaho_error *error);

#endif
