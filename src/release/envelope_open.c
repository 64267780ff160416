/* envelope_open.c - the partner's side; envelope.c draws the layers */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "mandate/document.h"
#include "release/envelope.h"

static const char PURPOSE[] = "vaho envelope 1";
enum { PAD_NBYTES = 1024, SEALED_MAX_NBYTES = 3 * (VAHO_ENVELOPE_MAX_NBYTES / 4) };

struct opening {
    struct vaho_opened_release *out;
    const struct vaho_receiver *receiver;
    json_t *outer, *inner;
    const json_t *message;
    unsigned char *clear; /* layer 3 */
    size_t clear_nbytes;
    struct vaho_error *error;
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static enum vaho_status refuse(struct opening *o, enum vaho_opened result, const char *sentence)
{
    o->out->result = result;
    return vaho_fail(o->error, result == VAHO_OPENED_BROKEN ? VAHO_BAD_INPUT : VAHO_REFUSED, "%s",
                     sentence);
}

static enum vaho_status broken(struct opening *o, const char *where)
{
    o->out->result = VAHO_OPENED_BROKEN;
    return vaho_fail(o->error, VAHO_BAD_INPUT,
                     "tampered or damaged: %s; ask the centre to send it again", where);
}

/* JSON in its one canonical form with these members; NULL: it is not. */
static json_t *read_canonical(const char *data, size_t nbytes, const struct vaho_member *member,
                              size_t n)
{
    json_t *root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, NULL);
    struct vaho_text text;
    int good;

    vaho_text_init(&text, 2 * VAHO_ENVELOPE_MAX_NBYTES);
    good = root != NULL && vaho_members_check(root, member, n, "", "", NULL) == VAHO_OK &&
           vaho_canonical_json(&text, root, NULL) == VAHO_OK && text.nbytes == nbytes &&
           memcmp(text.data, data, nbytes) == 0;
    vaho_text_free(&text);
    if (!good)
        json_decref(root);
    return good ? root : NULL;
}

/* --- layers 1 and 2 --------------------------------------------------------------- */

static const struct vaho_own_key *own_key(const struct vaho_receiver *r, const char *to)
{
    char key[VAHO_KEY_HEX_NBYTES];

    for (size_t i = 0; i < r->n_own; i++) {
        vaho_public_key(key, r->own[i].secret);
        if (strcmp(key, to) == 0)
            return &r->own[i];
    }
    return NULL;
}

static enum vaho_status read_outer(struct opening *o, const char *data, size_t nbytes)
{
    static const struct vaho_member members[] = {
        {"format", JSON_STRING, 1}, {"sealed", JSON_STRING, 1}, {"to", JSON_STRING, 1}};

    if (nbytes == 0 || nbytes > VAHO_ENVELOPE_MAX_NBYTES || data[nbytes - 1] != '\n')
        return broken(o, "it is not one whole line of an envelope");
    o->outer = read_canonical(data, nbytes - 1, members, 3);
    if (o->outer == NULL || strcmp(text_of(o->outer, "format"), "vaho-envelope-1") != 0 ||
        !vaho_is_key(text_of(o->outer, "to")))
        return broken(o, "it is no envelope in its canonical form");
    return VAHO_OK;
}

/* Base64 that is the only one for its bytes; 0: it is not. */
static int read_base64(unsigned char *out, size_t max, size_t *n, const char *base64)
{
    size_t length = strlen(base64);
    const char *end;
    char *again;
    int same;

    if (sodium_base642bin(out, max, base64, length, NULL, n, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != base64 + length)
        return 0;
    again = malloc(length + 8);
    same = again != NULL &&
           sodium_base64_encoded_len(*n, sodium_base64_VARIANT_ORIGINAL) == length + 1 &&
           strcmp(sodium_bin2base64(again, length + 8, out, *n, sodium_base64_VARIANT_ORIGINAL),
                  base64) == 0;
    free(again);
    return same;
}

static enum vaho_status unseal(struct opening *o)
{
    const struct vaho_own_key *own = own_key(o->receiver, text_of(o->outer, "to"));
    unsigned char secret[crypto_box_SECRETKEYBYTES], public_key[crypto_box_PUBLICKEYBYTES];
    unsigned char *sealed;
    size_t n;
    int opened;

    if (own == NULL)
        return refuse(o, VAHO_OPENED_OTHER,
                      "wrong key: it is sealed to a key that is not this post's");
    if (own->state != VAHO_KEY_CURRENT)
        return refuse(
            o, VAHO_OPENED_OLD_OWN,
            own->state == VAHO_KEY_REVOKED
                ? "old key: it is sealed to a key of this post that was revoked; ask the "
                  "centre to send it again, sealed to the present one"
                : "old key: it is sealed to a key of this post that was replaced; ask the "
                  "centre to send it again, sealed to the present one");
    sealed = malloc(SEALED_MAX_NBYTES);
    o->clear = malloc(SEALED_MAX_NBYTES);
    if (sealed == NULL || o->clear == NULL) {
        free(sealed);
        return vaho_fail_memory(o->error, "an envelope");
    }
    opened = read_base64(sealed, SEALED_MAX_NBYTES, &n, text_of(o->outer, "sealed")) &&
             n > crypto_box_SEALBYTES &&
             crypto_sign_ed25519_sk_to_curve25519(secret, own->secret->byte) == 0 &&
             crypto_scalarmult_base(public_key, secret) == 0 &&
             crypto_box_seal_open(o->clear, sealed, n, public_key, secret) == 0 &&
             sodium_unpad(&o->clear_nbytes, o->clear, n - crypto_box_SEALBYTES, PAD_NBYTES) == 0;
    sodium_memzero(secret, sizeof secret);
    free(sealed);
    return opened ? VAHO_OK : broken(o, "its seal does not open with the key it is sealed to");
}

/* --- layer 3 ------------------------------------------------------------------------ */

static const struct vaho_centre_key *centre_key(const struct vaho_receiver *r, const char *key)
{
    for (size_t i = 0; i < r->n_centre; i++)
        if (strcmp(r->centre[i].key, key) == 0)
            return &r->centre[i];
    return NULL;
}

static enum vaho_status check_signature(struct opening *o)
{
    static const struct vaho_member members[] = {
        {"key", JSON_STRING, 1}, {"message", JSON_OBJECT, 1}, {"signature", JSON_STRING, 1}};
    const struct vaho_centre_key *from;
    struct vaho_text text;
    int fits;

    o->inner = read_canonical((const char *)o->clear, o->clear_nbytes, members, 3);
    if (o->inner == NULL)
        return broken(o, "what is sealed in it is not in its canonical form");
    o->message = json_object_get(o->inner, "message");
    from = centre_key(o->receiver, text_of(o->inner, "key"));
    if (from == NULL)
        return refuse(o, VAHO_OPENED_UNKNOWN,
                      "unknown sender: it is signed by a key that is none of the centre's");
    vaho_text_init(&text, VAHO_ENVELOPE_MAX_NBYTES);
    fits = vaho_canonical_json(&text, o->message, NULL) == VAHO_OK &&
           vaho_signature_fits(text_of(o->inner, "signature"), from->key, PURPOSE, text.data,
                               text.nbytes);
    vaho_text_free(&text);
    if (!fits)
        return broken(o, "the centre's signature does not fit");
    if (from->state == VAHO_KEY_REVOKED)
        return refuse(o, VAHO_OPENED_OLD_FROM,
                      "old key: it is signed by a key of the centre that was revoked");
    return VAHO_OK;
}

/* --- layer 4 ------------------------------------------------------------------------ */

static enum vaho_status read_message(struct opening *o)
{
    static const struct vaho_member members[] = {{"format", JSON_STRING, 1},
                                                 {"proof", JSON_OBJECT, 0},
                                                 {"release", JSON_OBJECT, 1},
                                                 {"to", JSON_STRING, 1}};
    struct vaho_text *bytes = &o->out->bytes;

    if (vaho_members_check(o->message, members, 4, "", "", NULL) != VAHO_OK ||
        strcmp(text_of(o->message, "format"), "vaho-message-1") != 0)
        return broken(o, "what is signed in it is no message that this version knows");
    if (strcmp(text_of(o->message, "to"), text_of(o->outer, "to")) != 0)
        return refuse(o, VAHO_OPENED_PARTNER,
                      "wrong partner: the centre sealed it to another key, and somebody sealed it "
                      "anew to this post's");
    if (vaho_canonical_json(bytes, json_object_get(o->message, "release"), o->error) != VAHO_OK ||
        vaho_release_parse(&o->out->release, bytes->data, bytes->nbytes, NULL) != VAHO_OK)
        return broken(o, "what is signed in it is no release that this version knows");
    vaho_sha256(o->out->sha256, bytes->data, bytes->nbytes);
    return VAHO_OK;
}

static enum vaho_status check_whose(struct opening *o)
{
    const struct vaho_release *r = &o->out->release;
    const struct vaho_centre_key *from = centre_key(o->receiver, text_of(o->inner, "key"));

    if (strcmp(r->partner, o->receiver->partner) != 0)
        return refuse(o, VAHO_OPENED_PARTNER, "wrong partner: it is for another partner");
    if (r->exercise && !o->receiver->exercise)
        return refuse(o, VAHO_OPENED_EXERCISE,
                      "exercise: it is of an exercise, and this post is in an operation");
    if (!r->exercise && o->receiver->exercise)
        return refuse(o, VAHO_OPENED_REAL,
                      "operation: it is of an operation, and this post is in an exercise");
    if (from->state == VAHO_KEY_REPLACED && !(r->from_s <= from->until_s))
        return refuse(o, VAHO_OPENED_OLD_FROM,
                      "old key: it is signed by a key of the centre that was replaced before");
    return VAHO_OK;
}

static int read_hashes(struct vaho_hash_list *out, const json_t *list)
{
    out->n = json_array_size(list);
    if (out->n > VAHO_PROOF_MAX_HASHES)
        return 0;
    for (size_t i = 0; i < out->n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text == NULL || !vaho_hash_parse(&out->hash[i], text, strlen(text)))
            return 0;
    }
    return 1;
}

static enum vaho_status check_proof(struct opening *o)
{
    static const struct vaho_member members[] = {
        {"leaf", JSON_STRING, 1}, {"hashes", JSON_ARRAY, 1}, {"checkpoint", JSON_STRING, 1}};
    const struct vaho_release *r = &o->out->release;
    const json_t *proof = json_object_get(o->message, "proof");
    const char *leaf_text = text_of(proof, "leaf"), *note = text_of(proof, "checkpoint");
    struct vaho_checkpoint checkpoint;
    struct vaho_hash_list hashes;
    struct vaho_hash leaf;

    if (proof == NULL || o->receiver->keeper == NULL)
        return VAHO_OK;
    if (vaho_members_check(proof, members, 3, "", "", NULL) != VAHO_OK ||
        !vaho_hash_parse(&leaf, leaf_text, strlen(leaf_text)) ||
        !read_hashes(&hashes, json_object_get(proof, "hashes")) ||
        vaho_checkpoint_parse(&checkpoint, note, strlen(note), "", NULL) != VAHO_OK ||
        strcmp(checkpoint.origin, r->ledger_origin) != 0 || r->ledger_index >= checkpoint.size ||
        vaho_merkle_verify_inclusion(&hashes, r->ledger_index, checkpoint.size, &leaf,
                                     &checkpoint.root, NULL) != VAHO_OK)
        return refuse(o, VAHO_OPENED_PROOF,
                      "wrong proof: it does not show that the ledger tells of this release");
    if (vaho_checkpoint_signed(&checkpoint, o->receiver->keeper) != VAHO_SIGNED)
        return refuse(o, VAHO_OPENED_PROOF,
                      "wrong proof: its checkpoint is not signed by the keeper of the ledger");
    o->out->proved = 1;
    return VAHO_OK;
}

static enum vaho_status check_before(struct opening *o)
{
    const struct vaho_release *r = &o->out->release;
    const struct vaho_receiver *to = o->receiver;
    char sha256[VAHO_DIGEST_HEX_NBYTES];

    if (!to->taken(to->context, sha256, r->sequence)) {
        o->out->result = VAHO_OPENED_REORDER;
        return vaho_fail(o->error, VAHO_REFUSED,
                         "reorder: number %" PRIu64 " comes after number %" PRIu64, r->sequence,
                         to->last_sequence);
    }
    if (strcmp(sha256, o->out->sha256) == 0) {
        o->out->result = VAHO_OPENED_REPLAY;
        return vaho_fail(o->error, VAHO_REFUSED, "replay: number %" PRIu64 " was taken in before",
                         r->sequence);
    }
    o->out->result = VAHO_OPENED_FORK;
    return vaho_fail(o->error, VAHO_REFUSED,
                     "fork: another release was taken in as number %" PRIu64
                     ": the centre has signed two",
                     r->sequence);
}

static enum vaho_status check_order(struct opening *o)
{
    const struct vaho_release *r = &o->out->release;
    const struct vaho_receiver *to = o->receiver;

    if (r->sequence <= to->last_sequence)
        return check_before(o);
    if (r->sequence > to->last_sequence + 1) {
        o->out->result = VAHO_OPENED_GAP;
        o->out->first_missing = to->last_sequence + 1;
        return vaho_fail(o->error, VAHO_REFUSED,
                         "gap: this is number %" PRIu64 ", and %" PRIu64
                         " is the last that was taken in; ask for those between",
                         r->sequence, to->last_sequence);
    }
    if (to->last_sequence > 0 && strcmp(r->previous_sha256, to->last_sha256) != 0)
        return refuse(o, VAHO_OPENED_FORK,
                      "fork: it follows another release than the last that was taken in");
    if (to->origin != NULL && strcmp(r->ledger_origin, to->origin) != 0)
        return refuse(o, VAHO_OPENED_FORK, "fork: it names another ledger than those before");
    return VAHO_OK;
}

enum vaho_status vaho_envelope_open(struct vaho_opened_release *out, const char *data,
                                    size_t nbytes, const struct vaho_receiver *receiver,
                                    struct vaho_error *error)
{
    struct opening o = {.out = out, .receiver = receiver, .error = error};
    enum vaho_status status;

    *out = (struct vaho_opened_release){.result = VAHO_OPENED_BROKEN};
    vaho_text_init(&out->bytes, VAHO_RELEASE_MAX_NBYTES);
    status = sodium_init() < 0 ? vaho_fail_memory(error, "an envelope") : VAHO_OK;
    if (status == VAHO_OK)
        status = read_outer(&o, data, nbytes);
    if (status == VAHO_OK)
        status = unseal(&o);
    if (status == VAHO_OK)
        status = check_signature(&o);
    if (status == VAHO_OK)
        status = read_message(&o);
    if (status == VAHO_OK)
        status = check_whose(&o);
    if (status == VAHO_OK)
        status = check_proof(&o);
    if (status == VAHO_OK)
        status = check_order(&o);
    free(o.clear);
    json_decref(o.outer);
    json_decref(o.inner);
    if (status == VAHO_OK)
        out->result = VAHO_OPENED;
    else
        vaho_release_free(&out->release);
    return status;
}

void vaho_opened_free(struct vaho_opened_release *opened)
{
    vaho_release_free(&opened->release);
    vaho_text_free(&opened->bytes);
}
