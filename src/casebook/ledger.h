/*
 * ledger.h - the ledger of a casebook: written with the act it tells of, read to be proved
 *
 * The entry of an act is appended inside the act's own transaction, so both are on disk or
 * neither.  A casebook older than its ledger gets a first entry, "ledger-begin", before its first
 * act: what it held, by counts and hash.
 *
 * The origin of a ledger, its name in checkpoints, is "vaho-ledger/" and the first 32 digits of the
 * leaf hash of entry 0, which holds a random number: no two casebooks share one.
 */
#ifndef VAHO_CASEBOOK_LEDGER_H
#define VAHO_CASEBOOK_LEDGER_H

#include <jansson.h>

#include "casebook/database.h"
#include "ledger/entry.h"
#include "ledger/proof.h"

/*
 * Appends an entry, inside the caller's transaction.  'object' is taken over, also on failure
 * (NULL: no memory).  'mandate' (SHA-256) and 'out_number' may be NULL.
 * VAHO_USAGE: the act lacks who or when.
 */
enum vaho_status vaho_ledger_append(int64_t *out_number, struct vaho_casebook *casebook,
                                    const struct vaho_act *act, const char *what, json_t *object,
                                    const char *mandate, struct vaho_error *error);

/* The same in a transaction of its own: for acts that change nothing else. */
enum vaho_status vaho_ledger_act(struct vaho_casebook *casebook, const struct vaho_act *act,
                                 const char *what, json_t *object, struct vaho_error *error);

/* The first entry of a new casebook, "casebook-new". */
enum vaho_status vaho_ledger_begin_new(struct vaho_casebook *casebook, const struct vaho_act *act,
                                       struct vaho_error *error);

/* What a checkpoint says, unsigned, of the ledger as it is now or was at 'size' entries.
 * VAHO_USAGE: there are not so many, or none at all. */
enum { VAHO_LEDGER_NOW = -1 };
enum vaho_status vaho_ledger_state(struct vaho_checkpoint *out, struct vaho_casebook *casebook,
                                   int64_t size, struct vaho_error *error);

/*
 * Makes a checkpoint of the present state, signs it as keeper, and keeps it.
 * VAHO_REFUSED: the ledger does not extend the last checkpoint that was kept.
 */
enum vaho_status vaho_ledger_checkpoint(struct vaho_checkpoint *out, struct vaho_casebook *casebook,
                                        const struct vaho_secret_key *key,
                                        struct vaho_error *error);

/* Keeps a checkpoint that came back from a witness.  VAHO_REFUSED: it is not of this history, or
 * was not made here. */
enum vaho_status vaho_ledger_keep(struct vaho_casebook *casebook,
                                  const struct vaho_checkpoint *checkpoint,
                                  struct vaho_error *error);

/*
 * A proof that an entry is in, or of growth since a size, under 'checkpoint' (NULL: the last one
 * kept).  Release it with vaho_proof_free().  VAHO_USAGE: there is no such entry or size.
 * VAHO_NOT_FOUND: no checkpoint was made yet.  VAHO_REFUSED: the checkpoint is of another history.
 */
enum vaho_status vaho_ledger_prove(struct vaho_proof *out, struct vaho_casebook *casebook,
                                   int inclusion, uint64_t number,
                                   const struct vaho_checkpoint *checkpoint,
                                   struct vaho_error *error);

/* Calls 'take' for entries from 'first' on, at most 'limit'; it returns 0 to stop. */
enum vaho_status vaho_ledger_each(struct vaho_casebook *casebook, uint64_t first, uint64_t limit,
                                  int (*take)(void *context, const struct vaho_entry *entry),
                                  void *context, struct vaho_error *error);

/* The name of the ledger whose entry 0 has this leaf hash. */
void vaho_ledger_origin(char out[VAHO_CHECKPOINT_NAME_NBYTES], const struct vaho_hash *first);

#endif
