/*
 * signing.h - Ed25519 keys and signatures
 *
 * A signature is over a purpose and a message: Ed25519(purpose, newline,
 * message), so that what was signed as one kind of document is never valid as
 * another.  Public keys and signatures are lower-case hexadecimal.
 *
 * A secret key lives in a file of its own that only its owner may read (mode
 * 0600), is never printed, and is wiped from memory after use.
 */
#ifndef VAHO_BASE_SIGNING_H
#define VAHO_BASE_SIGNING_H

#include <stddef.h>

#include "vaho/status.h"

enum { VAHO_KEY_HEX_NBYTES = 65, VAHO_SIGNATURE_HEX_NBYTES = 129, VAHO_DIGEST_HEX_NBYTES = 65 };

struct vaho_secret_key {
    unsigned char byte[64]; /* libsodium's: seed and public key */
};

/* A new pair from the system's random numbers.  VAHO_FAULT: there are none. */
enum vaho_status vaho_secret_key_make(struct vaho_secret_key *out, struct vaho_error *error);

/*
 * Writes a new file with mode 0600, flushed to disk.  A file that is there is
 * never replaced.  VAHO_BAD_INPUT: it is there or cannot be written.
 */
enum vaho_status vaho_secret_key_save(const struct vaho_secret_key *key, const char *path,
                                      struct vaho_error *error);

/*
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT: no secret key in it.  VAHO_REFUSED: others
 * than its owner may read it.  On error *out is all zero.
 */
enum vaho_status vaho_secret_key_load(struct vaho_secret_key *out, const char *path,
                                      struct vaho_error *error);
void vaho_secret_key_wipe(struct vaho_secret_key *key);

void vaho_public_key(char out[VAHO_KEY_HEX_NBYTES], const struct vaho_secret_key *key);
/* 1 when 'text' is 64 lower-case hexadecimal digits. */
int vaho_is_key(const char *text);

/* VAHO_NO_MEMORY. */
enum vaho_status vaho_sign(char out[VAHO_SIGNATURE_HEX_NBYTES], const struct vaho_secret_key *key,
                           const char *purpose, const void *message, size_t nbytes,
                           struct vaho_error *error);
/* 1: 'signature' is that of 'key' for this purpose and message.  0: it is not, or not enough
 * memory to know. */
int vaho_signature_fits(const char *signature, const char *key, const char *purpose,
                        const void *message, size_t nbytes);

void vaho_sha256(char out[VAHO_DIGEST_HEX_NBYTES], const void *data, size_t nbytes);

#endif
