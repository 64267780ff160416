/*
 * proof.h - proofs as files
 *
 * That an entry is in a ledger: C2SP tlog-proof (c2sp.org/tlog-proof).  The entry itself is in the
 * line 'extra', which the form leaves to us:
 *
 *     c2sp.org/tlog-proof@v1
 *     extra base64(the entry's canonical JSON)
 *     index 7
 *     base64(hash), one a line, from the leaf's sibling up
 *                                                     an empty line
 *     a checkpoint (checkpoint.h)
 *
 * That a ledger only grew: what C2SP tlog-witness (c2sp.org/tlog-witness) has a witness asked:
 *
 *     old 42
 *     base64(hash), one a line
 *                                                     an empty line
 *     a checkpoint
 */
#ifndef VAHO_LEDGER_PROOF_H
#define VAHO_LEDGER_PROOF_H

#include "ledger/checkpoint.h"

enum { VAHO_PROOF_MAX_NBYTES = 1 << 18 };

struct vaho_proof {
    int inclusion;   /* else of growth */
    uint64_t number; /* the entry's, or the size it grew from */
    char *entry;     /* owned; NULL: none given */
    size_t entry_nbytes;
    struct vaho_hash_list hashes;
    struct vaho_checkpoint checkpoint;
};

/* VAHO_BAD_INPUT: what is wrong; then nothing needs freeing. */
enum vaho_status vaho_proof_parse(struct vaho_proof *out, const char *data, size_t nbytes,
                                  const char *path, struct vaho_error *error);
void vaho_proof_free(struct vaho_proof *proof);

/* Appends it as its file has it.  VAHO_NO_MEMORY. */
enum vaho_status vaho_proof_write(struct vaho_text *out, const struct vaho_proof *proof,
                                  struct vaho_error *error);

/*
 * The entry is in the ledger that the checkpoint tells of.  Whose signatures the checkpoint has is
 * another question.  VAHO_BAD_INPUT: it is not, or the proof has no entry.
 */
enum vaho_status vaho_proof_verify_inclusion(const struct vaho_proof *proof,
                                             struct vaho_error *error);

#endif
