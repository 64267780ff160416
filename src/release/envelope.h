/*
 * envelope.h - a release signed by the centre and sealed to its partner
 *
 * What travels is one line of canonical JSON that tells only to which key it is sealed; docs/
 * sharing.md has the layers.  Opening checks all of it, in an order in which nothing is believed
 * before it is shown, and refuses each thing that can be wrong in words of its own.
 *
 * Keys are those of base/signing.h (Ed25519); for sealing they are taken to X25519, as libsodium
 * does it, so that two people compare one key.
 */
#ifndef VAHO_RELEASE_ENVELOPE_H
#define VAHO_RELEASE_ENVELOPE_H

#include <stdint.h>

#include "base/signing.h"
#include "base/text.h"
#include "ledger/proof.h"
#include "release/release.h"

enum { VAHO_ENVELOPE_MAX_NBYTES = 1 << 19 };

/*
 * Appends the envelope of 'release' (the bytes of vaho_release_decide()) to 'out', sealed to the
 * public key 'to'.  'proof' (NULL: none is there yet) shows that the ledger holds the entry that
 * the release names; of it only the entry's hash goes along, not the entry.
 * VAHO_BAD_INPUT: not a release, a key that is none, or a proof of another entry.
 */
enum vaho_status vaho_envelope_seal(struct vaho_text *out, const char *release, size_t nbytes,
                                    const char *to, const struct vaho_secret_key *from,
                                    const struct vaho_proof *proof, struct vaho_error *error);

/* --- opening ------------------------------------------------------------------ */

enum vaho_key_state { VAHO_KEY_CURRENT = 0, VAHO_KEY_REPLACED, VAHO_KEY_REVOKED };

/* A key of the centre, as the partner was told by people. */
struct vaho_centre_key {
    char key[VAHO_KEY_HEX_NBYTES];
    enum vaho_key_state state;
    double until_s; /* of a replaced one: it signed nothing that holds from later */
};

/* One of the partner's own keys. */
struct vaho_own_key {
    const struct vaho_secret_key *secret;
    enum vaho_key_state state;
};

/* The partner's side: what it is, whom it believes, what it has.  All borrowed. */
struct vaho_receiver {
    const char *partner;
    int exercise;
    size_t n_own, n_centre;
    const struct vaho_own_key *own;
    const struct vaho_centre_key *centre;
    const char *keeper;     /* who signs the ledger's checkpoints; NULL: no proof is asked of */
    const char *origin;     /* the ledger of those before; NULL: this is the first */
    uint64_t last_sequence; /* taken in without a gap from 1; 0: none */
    const char *last_sha256;
    /* The SHA-256 of the release that was taken in under a number up to the last: 1, or 0. */
    int (*taken)(void *context, char out[VAHO_DIGEST_HEX_NBYTES], uint64_t sequence);
    void *context;
};

enum vaho_opened {
    VAHO_OPENED = 0,
    VAHO_OPENED_BROKEN,   /* not an envelope, or changed on its way */
    VAHO_OPENED_OTHER,    /* sealed to a key that is not ours */
    VAHO_OPENED_OLD_OWN,  /* sealed to a key of ours that was replaced or revoked */
    VAHO_OPENED_UNKNOWN,  /* signed by nobody we believe */
    VAHO_OPENED_OLD_FROM, /* signed by a key of the centre that was replaced or revoked */
    VAHO_OPENED_PARTNER,  /* for another partner, though sealed to us */
    VAHO_OPENED_EXERCISE, /* of an exercise, in an operation */
    VAHO_OPENED_REAL,     /* of an operation, in an exercise */
    VAHO_OPENED_PROOF,    /* its proof is wrong */
    VAHO_OPENED_REPLAY,   /* was taken in before */
    VAHO_OPENED_REORDER,  /* comes after a later one */
    VAHO_OPENED_GAP,      /* some before it are missing: ask for them, then open it again */
    VAHO_OPENED_FORK      /* another history than the one we have */
};

struct vaho_opened_release {
    enum vaho_opened result;
    struct vaho_release release; /* its root is NULL unless result is VAHO_OPENED */
    struct vaho_text bytes;      /* the release as it was signed */
    char sha256[VAHO_DIGEST_HEX_NBYTES];
    uint64_t first_missing; /* of a gap: from this number up to its own */
    int proved;             /* 1: with a proof under a checkpoint that the keeper signed */
};

/*
 * VAHO_OK: all of it holds, and it is the next in order; keep its number and sha256 before
 * anything else.  VAHO_REFUSED, VAHO_BAD_INPUT (only VAHO_OPENED_BROKEN): out->result says what is
 * wrong, the message in words.  Never changes what 'receiver' points to.  In all cases release it
 * with vaho_opened_free().
 */
enum vaho_status vaho_envelope_open(struct vaho_opened_release *out, const char *data,
                                    size_t nbytes, const struct vaho_receiver *receiver,
                                    struct vaho_error *error);
void vaho_opened_free(struct vaho_opened_release *opened);

#endif
