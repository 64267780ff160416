/*
 * sealed.h - the truth of an exercise, closed until its end
 *
 * A sealed text is "vaho-sealed-1\n", a nonce of 24 bytes and the text encrypted and authenticated
 * by libsodium's secretbox (XSalsa20, Poly1305).  The key lies in a file of its own, mode 0600:
 * "vaho-exercise-key-1", a blank and 64 hexadecimal digits.
 */
#ifndef VAHO_EXERCISE_SEALED_H
#define VAHO_EXERCISE_SEALED_H

#include <stddef.h>

#include "base/text.h"
#include "vaho/status.h"

enum { VAHO_SEAL_KEY_NBYTES = 32, VAHO_SEAL_NONCE_NBYTES = 24 };

/* Appends 'text' sealed.  A nonce is used once with a key.  VAHO_NO_MEMORY. */
enum vaho_status vaho_seal(struct vaho_text *out, const char *text, size_t nbytes,
                           const unsigned char key[VAHO_SEAL_KEY_NBYTES],
                           const unsigned char nonce[VAHO_SEAL_NONCE_NBYTES],
                           struct vaho_error *error);

/* Appends what was sealed.  VAHO_BAD_INPUT: not sealed by us, or cut short.  VAHO_REFUSED: another
 * key, or changed since.  'name' is for messages. */
enum vaho_status vaho_unseal(struct vaho_text *out, const char *data, size_t nbytes,
                             const unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *name,
                             struct vaho_error *error);

/* A new file that only its owner may read, flushed to disk.  VAHO_BAD_INPUT: it is there already
 * or cannot be written. */
enum vaho_status vaho_seal_key_save(const unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *path,
                                    struct vaho_error *error);
/* VAHO_NOT_FOUND; VAHO_BAD_INPUT: no key in it.  Then *key is all zero. */
enum vaho_status vaho_seal_key_load(unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *path,
                                    struct vaho_error *error);

#endif
