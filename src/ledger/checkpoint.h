/*
 * checkpoint.h - what a ledger was at one size, signed by its keeper and by witnesses
 *
 * The published form of C2SP tlog-checkpoint, a signed note (c2sp.org/tlog-checkpoint,
 * c2sp.org/signed-note), with witnesses' signatures of c2sp.org/tlog-cosignature:
 *
 *     vaho-ledger/0123456789abcdef0123456789abcdef       origin: which ledger
 *     42                                                 entries
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=       root
 *
 *     — vaho-ledger/0123... base64(key id, Ed25519)             the keeper's
 *     — south base64(key id, time, Ed25519)                     a witness's
 *
 * Keys are those of base/signing.h.  Signatures of keys that nobody asks about are kept where they
 * are as long as ours, and ignored.
 */
#ifndef VAHO_LEDGER_CHECKPOINT_H
#define VAHO_LEDGER_CHECKPOINT_H

#include <stdint.h>

#include "base/signing.h"
#include "base/text.h"
#include "ledger/merkle.h"

enum {
    VAHO_CHECKPOINT_MAX_NBYTES = 1 << 16,
    VAHO_CHECKPOINT_MAX_SIGNATURES = 32,
    VAHO_CHECKPOINT_NAME_NBYTES = 129,
    VAHO_CHECKPOINT_SIGNATURE_NBYTES = 4 + 8 + 64
};

struct vaho_checkpoint_signature {
    char name[VAHO_CHECKPOINT_NAME_NBYTES];
    size_t nbytes; /* 68: a keeper's, 76: a witness's */
    unsigned char byte[VAHO_CHECKPOINT_SIGNATURE_NBYTES];
};

struct vaho_checkpoint {
    char origin[VAHO_CHECKPOINT_NAME_NBYTES];
    uint64_t size;
    struct vaho_hash root;
    size_t n_signatures;
    struct vaho_checkpoint_signature signature[VAHO_CHECKPOINT_MAX_SIGNATURES];
};

enum vaho_signed { VAHO_SIGNED_NOT = 0, VAHO_SIGNED_WRONG, VAHO_SIGNED };

/* 1 when 'text' can name an origin or a witness: 1 to 128 bytes, no blanks, no plus. */
int vaho_checkpoint_is_name(const char *text);

/* VAHO_BAD_INPUT: what is wrong with it; 'path' names it in messages. */
enum vaho_status vaho_checkpoint_parse(struct vaho_checkpoint *out, const char *data, size_t nbytes,
                                       const char *path, struct vaho_error *error);
/* Appends it as its file has it. */
void vaho_checkpoint_write(struct vaho_text *out, const struct vaho_checkpoint *checkpoint);

/* Puts in the keeper's signature, or a witness's of the moment 'at_s' (seconds since 1970), in the
 * place of an older one of that key.  VAHO_USAGE: there is no more room. */
enum vaho_status vaho_checkpoint_sign(struct vaho_checkpoint *checkpoint,
                                      const struct vaho_secret_key *key, struct vaho_error *error);
enum vaho_status vaho_checkpoint_cosign(struct vaho_checkpoint *checkpoint, const char *name,
                                        const struct vaho_secret_key *key, uint64_t at_s,
                                        struct vaho_error *error);

/* Did this key (64 hexadecimal digits) sign it, as keeper, or as the witness of this name? */
enum vaho_signed vaho_checkpoint_signed(const struct vaho_checkpoint *checkpoint, const char *key);
enum vaho_signed vaho_checkpoint_cosigned(const struct vaho_checkpoint *checkpoint,
                                          const char *name, const char *key);

/* A hash in base64, 44 characters and a NUL, and back: 1, or 0 when it is none. */
enum { VAHO_HASH_BASE64_NBYTES = 45 };
void vaho_hash_write(char out[VAHO_HASH_BASE64_NBYTES], const struct vaho_hash *hash);
int vaho_hash_parse(struct vaho_hash *out, const char *text, size_t nbytes);

/* A decimal number without leading zeros; 0 when it is none. */
int vaho_size_parse(uint64_t *out, const char *text, size_t nbytes);

#endif
