/*
 * ledger_verify.h - is the ledger of a casebook what it was, and who says so
 *
 * Every entry is hashed anew, so it takes a pass over all of them.
 */
#ifndef VAHO_CASEBOOK_LEDGER_VERIFY_H
#define VAHO_CASEBOOK_LEDGER_VERIFY_H

#include "casebook/ledger.h"

enum { VAHO_LEDGER_MAX_WITNESSES = 64 };

struct vaho_ledger_witness {
    const char *name, *key; /* 64 hexadecimal digits */
};

/* All borrowed. */
struct vaho_ledger_policy {
    const char *keeper; /* the keeper's public key; NULL: not known */
    size_t n_witnesses, n_needed;
    struct vaho_ledger_witness witness[VAHO_LEDGER_MAX_WITNESSES];
    size_t n_held; /* checkpoints that others hold: a partner's, an overseer's */
    const struct vaho_checkpoint *held;
    const char *const *held_path;
};

struct vaho_ledger_report {
    char origin[VAHO_CHECKPOINT_NAME_NBYTES];
    uint64_t size;
    struct vaho_hash root;
    uint64_t n_checkpoints;
    uint64_t signed_size;    /* up to here the keeper signed; 0: never, or the key is not known */
    uint64_t witnessed_size; /* up to here n_needed witnesses did as well; 0: never */
    uint64_t witnesses;      /* which of them, a bit each */
    size_t n_findings;
};

/* VAHO_REFUSED: a witness has the keeper's key, or two have one: a single signer.
 * VAHO_USAGE: more are needed than there are, or none of those there are. */
enum vaho_status vaho_ledger_policy_check(const struct vaho_ledger_policy *policy,
                                          struct vaho_error *error);

/*
 * VAHO_OK, whatever was found: 'say' is called for each finding, one sentence.  As above for the
 * policy; VAHO_REFUSED also for a held checkpoint that the keeper did not sign.  VAHO_BAD_INPUT:
 * the casebook could not be read.
 */
enum vaho_status vaho_ledger_verify(struct vaho_ledger_report *out, struct vaho_casebook *casebook,
                                    const struct vaho_ledger_policy *policy,
                                    void (*say)(void *context, const char *finding), void *context,
                                    struct vaho_error *error);

/* Which of the policy's witnesses signed it, a bit each. */
uint64_t vaho_ledger_witnesses_of(const struct vaho_checkpoint *checkpoint,
                                  const struct vaho_ledger_policy *policy);

#endif
