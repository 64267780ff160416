/*
 * witness.h - one who remembers what a ledger was, and signs only what extends it
 *
 * A witness is a partner's post, or an overseer, with a key of its own and, for each ledger, a file
 * with the last checkpoint it signed.  Its signature says: this is the longest history of this
 * ledger I have seen, and it holds all that I saw before.  It does not say that entries are true.
 */
#ifndef VAHO_LEDGER_WITNESS_H
#define VAHO_LEDGER_WITNESS_H

#include "ledger/proof.h"

struct vaho_witness {
    const char *name, *memory; /* memory: the path of the file */
    const struct vaho_secret_key *key;
    const char *keeper; /* the public key of the ledger's keeper, 64 hexadecimal digits */
    int first;          /* 1: there is no memory yet, and there must be none */
};

/*
 * Signs the checkpoint of 'request' (a proof of growth) in place, after its memory is on disk.
 * 'at_s' is the time.  Two of these on one memory take turns.
 * VAHO_REFUSED: not signed by the keeper, another ledger, shorter than what was signed before,
 * or no extension of it: two histories.  VAHO_USAGE: the request begins at another size than the
 * memory, which the message tells; or the memory is there or not there against 'first'.
 * VAHO_BAD_INPUT: the memory cannot be read or written.
 */
enum vaho_status vaho_witness_sign(struct vaho_proof *request, const struct vaho_witness *witness,
                                   uint64_t at_s, struct vaho_error *error);

#endif
