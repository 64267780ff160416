/*
 * envelope.c - layers, from the outside
 *
 *   1  {"format":"vaho-envelope-1","sealed":"base64","to":"64 hex digits"}
 *   2  sealed: libsodium's crypto_box_seal (an X25519 key made for this one envelope, XSalsa20 and
 *      Poly1305) of layer 3, padded to a multiple of 1 KiB, so that its length tells little
 *   3  {"key":"64 hex digits","message":{...},"signature":"128 hex digits"}
 *      the signature is Ed25519 for the purpose "vaho envelope 1" over layer 4
 *   4  message: {"format":"vaho-message-1","proof":{...},"release":{...},"to":"64 hex digits"}
 *
 * All of it is canonical JSON and has one form: a byte that is changed anywhere, also in base64 or
 * hexadecimal, is a fault.  Sealing does not tell from whom it is; the signature does.  It covers
 * "to", so that a partner cannot seal what it got anew to another and pass it off as sent to that
 * one.  crypto_box with the centre's key would show the partner no more than the signature does,
 * and whoever steals the centre's key later could open all that it ever sent; with crypto_box_seal
 * the secret half of the envelope's own key is gone when it is closed.
 *
 * "proof" holds index, hashes and checkpoint of an inclusion proof (ledger/proof.h) and the hash of
 * the entry ("leaf") in place of the entry, which tells who released it, exactly when, and which
 * site it is.  The entry holds a random number, so that its hash cannot be guessed at; opened later
 * before both sides, it shows that the centre told its ledger of this very release.
 */
#include "release/envelope.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"

static const char FORMAT[] = "vaho-envelope-1", MESSAGE_FORMAT[] = "vaho-message-1";
static const char PURPOSE[] = "vaho envelope 1";
enum { PAD_NBYTES = 1024, SEALED_MAX_NBYTES = 3 * (VAHO_ENVELOPE_MAX_NBYTES / 4) };

/* --- closing -------------------------------------------------------------------- */

/* An Ed25519 public key as X25519 has it; 0: it is none. */
static int box_key(unsigned char out[crypto_box_PUBLICKEYBYTES], const char *key)
{
    unsigned char bytes[crypto_sign_PUBLICKEYBYTES];

    return vaho_is_key(key) &&
           sodium_hex2bin(bytes, sizeof bytes, key, 2 * sizeof bytes, NULL, NULL, NULL) == 0 &&
           crypto_sign_ed25519_pk_to_curve25519(out, bytes) == 0;
}

static json_t *proof_object(const struct vaho_proof *proof)
{
    char hash[VAHO_HASH_BASE64_NBYTES];
    struct vaho_hash leaf;
    struct vaho_text note;
    json_t *hashes = json_array(), *object;

    for (size_t i = 0; i < proof->hashes.n; i++) {
        vaho_hash_write(hash, &proof->hashes.hash[i]);
        json_array_append_new(hashes, json_string(hash));
    }
    vaho_merkle_leaf(&leaf, proof->entry, proof->entry_nbytes);
    vaho_hash_write(hash, &leaf);
    vaho_text_init(&note, 2 * VAHO_CHECKPOINT_MAX_NBYTES);
    vaho_checkpoint_write(&note, &proof->checkpoint);
    object = json_pack("{s:s, s:o, s:s}", "leaf", hash, "hashes", hashes, "checkpoint",
                       note.failed ? "" : note.data);
    vaho_text_free(&note);
    return object;
}

/* Layer 4, taken over by the caller; NULL and a message. */
static json_t *make_message(const char *bytes, size_t nbytes, const char *to,
                            const struct vaho_proof *proof, struct vaho_error *error)
{
    struct vaho_release release;
    json_t *message;

    if (vaho_release_parse(&release, bytes, nbytes, error) != VAHO_OK)
        return NULL;
    message = json_pack("{s:s, s:O, s:s}", "format", MESSAGE_FORMAT, "release",
                        (json_t *)release.root, "to", to);
    if (proof != NULL && (proof->number != release.ledger_index || proof->entry == NULL ||
                          strcmp(proof->checkpoint.origin, release.ledger_origin) != 0)) {
        vaho_fail(error, VAHO_BAD_INPUT, "the proof is not of the entry that the release names");
        json_decref(message);
        message = NULL;
    } else if (message == NULL ||
               (proof != NULL && json_object_set_new(message, "proof", proof_object(proof)) != 0)) {
        vaho_fail_memory(error, "an envelope");
        json_decref(message);
        message = NULL;
    }
    vaho_release_free(&release);
    return message;
}

/* Layer 3 from layer 4, which is taken over. */
static enum vaho_status sign(struct vaho_text *out, json_t *message,
                             const struct vaho_secret_key *from, struct vaho_error *error)
{
    char key[VAHO_KEY_HEX_NBYTES], signature[VAHO_SIGNATURE_HEX_NBYTES];
    struct vaho_text text;
    json_t *root = NULL;
    enum vaho_status status;

    vaho_text_init(&text, VAHO_ENVELOPE_MAX_NBYTES);
    status = vaho_canonical_json(&text, message, error);
    if (status == VAHO_OK)
        status = vaho_sign(signature, from, PURPOSE, text.data, text.nbytes, error);
    vaho_text_free(&text);
    if (status == VAHO_OK) {
        vaho_public_key(key, from);
        root = json_pack("{s:s, s:O, s:s}", "key", key, "message", message, "signature", signature);
        status = root == NULL ? vaho_fail_memory(error, "an envelope")
                              : vaho_canonical_json(out, root, error);
    }
    json_decref(root);
    json_decref(message);
    return status;
}

/* Layer 1 from layer 3. */
static enum vaho_status seal(struct vaho_text *out, const struct vaho_text *signed_text,
                             const char *to, const unsigned char key[crypto_box_PUBLICKEYBYTES],
                             struct vaho_error *error)
{
    size_t padded = (signed_text->nbytes / PAD_NBYTES + 1) * PAD_NBYTES, n;
    size_t n_sealed = padded + crypto_box_SEALBYTES;
    size_t n_base64 = sodium_base64_encoded_len(n_sealed, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *clear = vaho_alloc(padded, 1), *sealed = vaho_alloc(n_sealed, 1);
    char *base64 = vaho_alloc(n_base64, 1);
    json_t *root = NULL;
    enum vaho_status status = VAHO_OK;

    if (clear != NULL && sealed != NULL && base64 != NULL) {
        memcpy(clear, signed_text->data, signed_text->nbytes);
        if (sodium_pad(&n, clear, signed_text->nbytes, PAD_NBYTES, padded) != 0 ||
            crypto_box_seal(sealed, clear, n, key) != 0)
            status = vaho_fail(error, VAHO_FAULT, "the envelope cannot be sealed");
        sodium_bin2base64(base64, n_base64, sealed, n_sealed, sodium_base64_VARIANT_ORIGINAL);
        root = json_pack("{s:s, s:s, s:s}", "format", FORMAT, "sealed", base64, "to", to);
    }
    if (status == VAHO_OK)
        status = root == NULL ? vaho_fail_memory(error, "an envelope")
                              : vaho_canonical_json(out, root, error);
    vaho_text_puts(out, "\n");
    json_decref(root);
    free(clear);
    free(sealed);
    free(base64);
    return status;
}

enum vaho_status vaho_envelope_seal(struct vaho_text *out, const char *release, size_t nbytes,
                                    const char *to, const struct vaho_secret_key *from,
                                    const struct vaho_proof *proof, struct vaho_error *error)
{
    unsigned char key[crypto_box_PUBLICKEYBYTES];
    struct vaho_error reason = {VAHO_NO_MEMORY, ""};
    struct vaho_text text;
    json_t *message;
    enum vaho_status status;

    if (sodium_init() < 0 || !box_key(key, to))
        return vaho_fail(error, VAHO_BAD_INPUT, "'%.64s' is no key of a partner", to);
    message = make_message(release, nbytes, to, proof, &reason);
    if (message == NULL)
        return vaho_fail(error, reason.status, "%s", reason.message);
    vaho_text_init(&text, SEALED_MAX_NBYTES - PAD_NBYTES - crypto_box_SEALBYTES);
    status = sign(&text, message, from, error);
    if (status == VAHO_OK)
        status = seal(out, &text, to, key, error);
    vaho_text_free(&text);
    return status;
}
