/* Envelopes: what is sealed opens, and each thing that can be wrong is refused by its own name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../mandate/made_mandate.h"
#include "made_envelope.h"

enum { CENTRE = 1, SOUTH = 2, EAST = 3, OLD = 4, KEEPER = 5 };
#define AT_S 1775822400.0 /* 2026-04-10T12:00:00Z, from which the releases hold */

static struct vaho_secret_key secret[6];
static char public_key[6][VAHO_KEY_HEX_NBYTES];
static struct made_history history;
static struct vaho_own_key own[2];
static struct vaho_centre_key centre[2];

static int set_up(void **unused)
{
    (void)unused;
    for (unsigned char i = 1; i < 6; i++) {
        secret[i] = made_key(i);
        vaho_public_key(public_key[i], &secret[i]);
    }
    return 0;
}

/* South with its present key and a replaced one, who has taken in 'n' releases. */
static struct vaho_receiver receiver(int n)
{
    own[0] = (struct vaho_own_key){&secret[SOUTH], VAHO_KEY_CURRENT};
    own[1] = (struct vaho_own_key){&secret[OLD], VAHO_KEY_REPLACED};
    centre[0].state = centre[1].state = VAHO_KEY_CURRENT;
    centre[0].until_s = centre[1].until_s = 0;
    memcpy(centre[0].key, public_key[CENTRE], VAHO_KEY_HEX_NBYTES);
    memcpy(centre[1].key, public_key[EAST], VAHO_KEY_HEX_NBYTES);
    return (struct vaho_receiver){.partner = "south",
                                  .n_own = 2,
                                  .own = own,
                                  .n_centre = 1,
                                  .centre = centre,
                                  .last_sequence = (uint64_t)n,
                                  .last_sha256 = n > 0 ? history.sha256[n] : NULL,
                                  .taken = made_taken,
                                  .context = &history};
}

static char *seal(const struct vaho_text *release, const char *to,
                  const struct vaho_secret_key *from, const struct vaho_proof *proof)
{
    struct vaho_text text;
    struct vaho_error error;

    vaho_text_init(&text, VAHO_ENVELOPE_MAX_NBYTES);
    if (vaho_envelope_seal(&text, release->data, release->nbytes, to, from, proof, &error) !=
        VAHO_OK)
        fail_msg("%s", error.message);
    return text.data;
}

static char *made(int sequence, int exercise, const char *partner, const char *previous,
                  const char *to, const struct vaho_secret_key *from)
{
    struct vaho_text release;
    char *envelope;

    made_release(&release, sequence, exercise, partner, previous, "ammonia");
    envelope = seal(&release, to, from, NULL);
    vaho_text_free(&release);
    return envelope;
}

static enum vaho_opened open_of(const char *envelope, size_t nbytes, const struct vaho_receiver *r,
                                char message[VAHO_ERROR_NBYTES])
{
    struct vaho_opened_release opened;
    struct vaho_error error = {VAHO_OK, ""};
    enum vaho_status status = vaho_envelope_open(&opened, envelope, nbytes, r, &error);
    enum vaho_opened result = opened.result;

    assert_int_equal(status == VAHO_OK, result == VAHO_OPENED);
    assert_int_equal(opened.release.root != NULL, result == VAHO_OPENED);
    if (message != NULL)
        memcpy(message, error.message, VAHO_ERROR_NBYTES);
    vaho_opened_free(&opened);
    return result;
}

/* 'envelope' is freed. */
static void expect(char *envelope, const struct vaho_receiver *r, enum vaho_opened expected,
                   const char *word)
{
    char message[VAHO_ERROR_NBYTES];
    enum vaho_opened result = open_of(envelope, strlen(envelope), r, message);

    if (result != expected || strstr(message, word) == NULL)
        fail_msg("%d, not %d: '%s' does not say '%s'", result, expected, message, word);
    free(envelope);
}

static void take_in(int sequence, const char *envelope)
{
    struct vaho_receiver r = receiver(sequence - 1);
    struct vaho_opened_release opened;
    struct vaho_error error;

    if (vaho_envelope_open(&opened, envelope, strlen(envelope), &r, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(opened.release.sequence, sequence);
    assert_int_equal(opened.proved, 0);
    memcpy(history.sha256[sequence], opened.sha256, VAHO_DIGEST_HEX_NBYTES);
    vaho_opened_free(&opened);
}

static void in_order(void **unused)
{
    char *envelope[4], *forked;
    struct vaho_receiver r;

    (void)unused;
    memset(&history, 0, sizeof history);
    for (int i = 1; i < 4; i++) {
        envelope[i] = made(i, 0, "south", i == 1 ? NULL : history.sha256[i - 1], public_key[SOUTH],
                           &secret[CENTRE]);
        take_in(i, envelope[i]);
    }
    r = receiver(3);
    expect(envelope[2], &r, VAHO_OPENED_REPLAY, "replay: number 2 was taken in before");
    expect(made(3, 0, "south", history.sha256[2], public_key[SOUTH], &secret[CENTRE]), &r,
           VAHO_OPENED_REPLAY, "replay: number 3"); /* sealed anew, it is the same */
    expect(made(6, 0, "south", history.sha256[3], public_key[SOUTH], &secret[CENTRE]), &r,
           VAHO_OPENED_GAP, "gap: this is number 6, and 3 is the last");
    expect(made(4, 0, "south", history.sha256[2], public_key[SOUTH], &secret[CENTRE]), &r,
           VAHO_OPENED_FORK, "follows another release");
    forked = made(3, 0, "south", history.sha256[1], public_key[SOUTH], &secret[CENTRE]);
    expect(forked, &r, VAHO_OPENED_FORK, "the centre has signed two");
    history.sha256[2][0] = '\0'; /* not there: it began later */
    expect(made(2, 0, "south", history.sha256[1], public_key[SOUTH], &secret[CENTRE]), &r,
           VAHO_OPENED_REORDER, "reorder: number 2 comes after number 3");
    r.origin = "vaho-ledger/00000000000000000000000000000002";
    expect(made(4, 0, "south", history.sha256[3], public_key[SOUTH], &secret[CENTRE]), &r,
           VAHO_OPENED_FORK, "another ledger");
    free(envelope[1]);
    free(envelope[3]);
}

static void keys(void **unused)
{
    struct vaho_receiver r = receiver(0);
    char *good = made(1, 0, "south", NULL, public_key[SOUTH], &secret[CENTRE]);

    (void)unused;
    expect(made(1, 0, "south", NULL, public_key[EAST], &secret[CENTRE]), &r, VAHO_OPENED_OTHER,
           "wrong key");
    expect(made(1, 0, "south", NULL, public_key[OLD], &secret[CENTRE]), &r, VAHO_OPENED_OLD_OWN,
           "a key of this post that was replaced");
    own[1].state = VAHO_KEY_REVOKED;
    expect(made(1, 0, "south", NULL, public_key[OLD], &secret[CENTRE]), &r, VAHO_OPENED_OLD_OWN,
           "a key of this post that was revoked");
    expect(made(1, 0, "south", NULL, public_key[SOUTH], &secret[EAST]), &r, VAHO_OPENED_UNKNOWN,
           "unknown sender");
    expect(made(1, 0, "east", NULL, public_key[SOUTH], &secret[CENTRE]), &r, VAHO_OPENED_PARTNER,
           "for another partner");
    expect(made(1, 1, "south", NULL, public_key[SOUTH], &secret[CENTRE]), &r, VAHO_OPENED_EXERCISE,
           "exercise:");
    r.exercise = 1;
    expect(made(1, 0, "south", NULL, public_key[SOUTH], &secret[CENTRE]), &r, VAHO_OPENED_REAL,
           "operation:");
    r = receiver(0);
    centre[0].state = VAHO_KEY_REPLACED;
    centre[0].until_s = AT_S - 1;
    assert_int_equal(open_of(good, strlen(good), &r, NULL), VAHO_OPENED_OLD_FROM);
    centre[0].until_s = AT_S; /* what it signed while it was the present one still counts */
    assert_int_equal(open_of(good, strlen(good), &r, NULL), VAHO_OPENED);
    centre[0].state = VAHO_KEY_REVOKED;
    expect(good, &r, VAHO_OPENED_OLD_FROM, "a key of the centre that was revoked");
}

/* Layer 3 of an envelope to south, its padding taken off. */
static unsigned char *unsealed(size_t *n, const char *envelope)
{
    json_t *root = json_loads(envelope, 0, NULL);
    const char *base64 = json_string_value(json_object_get(root, "sealed"));
    unsigned char *sealed = malloc(strlen(base64)), *clear = malloc(strlen(base64));
    unsigned char box_public[32], box_secret[32];
    size_t n_sealed;

    assert_int_equal(sodium_base642bin(sealed, strlen(base64), base64, strlen(base64), NULL,
                                       &n_sealed, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_int_equal(crypto_sign_ed25519_sk_to_curve25519(box_secret, secret[SOUTH].byte), 0);
    crypto_scalarmult_base(box_public, box_secret);
    assert_int_equal(crypto_box_seal_open(clear, sealed, n_sealed, box_public, box_secret), 0);
    assert_int_equal((n_sealed - crypto_box_SEALBYTES) % 1024, 0);
    assert_int_equal(sodium_unpad(n, clear, n_sealed - crypto_box_SEALBYTES, 1024), 0);
    free(sealed);
    json_decref(root);
    return clear;
}

/* Anybody can seal to a key: layer 3 in an envelope to 'to'. */
static char *sealed_anew(const unsigned char *clear, size_t n, int to)
{
    size_t padded = (n / 1024 + 1) * 1024, n_sealed = padded + crypto_box_SEALBYTES, n_padded;
    unsigned char *copy = malloc(padded), *sealed = malloc(n_sealed), ed[32], box_public[32];
    char *base64 = malloc(2 * n_sealed), *text = malloc(2 * n_sealed + 200);

    memcpy(copy, clear, n);
    sodium_pad(&n_padded, copy, n, 1024, padded);
    sodium_hex2bin(ed, sizeof ed, public_key[to], 64, NULL, NULL, NULL);
    assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(box_public, ed), 0);
    crypto_box_seal(sealed, copy, n_padded, box_public);
    sodium_bin2base64(base64, 2 * n_sealed, sealed, n_sealed, sodium_base64_VARIANT_ORIGINAL);
    sprintf(text, "{\"format\":\"vaho-envelope-1\",\"sealed\":\"%s\",\"to\":\"%s\"}\n", base64,
            public_key[to]);
    free(copy);
    free(sealed);
    free(base64);
    return text;
}

static void a_changed_byte(void **unused)
{
    struct vaho_receiver r = receiver(0);
    char *good = made(1, 0, "south", NULL, public_key[SOUTH], &secret[CENTRE]), *text;
    unsigned char *clear;
    size_t n = strlen(good);

    (void)unused;
    for (size_t i = 0; i < n; i++) { /* on its way */
        char was = good[i];
        good[i] = (char)(was ^ (1 << i % 7));
        assert_int_not_equal(open_of(good, n, &r, NULL), VAHO_OPENED);
        good[i] = was;
        if (i % 16 == 0)
            assert_int_equal(open_of(good, i, &r, NULL), VAHO_OPENED_BROKEN); /* cut off */
    }
    text = malloc(n + 2); /* a blank more: the same JSON in another form */
    snprintf(text, n + 2, "{ %s", good + 1);
    expect(text, &r, VAHO_OPENED_BROKEN, "canonical form");
    clear = unsealed(&n, good);
    text = sealed_anew(clear, n, SOUTH);
    assert_int_equal(open_of(text, strlen(text), &r, NULL), VAHO_OPENED);
    free(text);
    for (size_t i = 0; i < n; i++) { /* by one who can open it */
        unsigned char was = clear[i];
        clear[i] = (unsigned char)(was ^ (1 << i % 7));
        text = sealed_anew(clear, n, SOUTH);
        assert_int_not_equal(open_of(text, strlen(text), &r, NULL), VAHO_OPENED);
        free(text);
        clear[i] = was;
    }
    free(clear);
    free(good);
}

/* East, who got it, seals it anew to south. */
static void passed_on(void **unused)
{
    struct vaho_receiver r = receiver(0), east = receiver(0);
    struct vaho_own_key its = {&secret[EAST], VAHO_KEY_CURRENT};
    char *good = made(1, 0, "south", NULL, public_key[SOUTH], &secret[CENTRE]), *text;
    unsigned char *clear;
    size_t n;

    (void)unused;
    clear = unsealed(&n, good);
    text = sealed_anew(clear, n, EAST);
    east.n_own = 1;
    east.own = &its;
    expect(text, &east, VAHO_OPENED_PARTNER, "sealed it anew");
    assert_int_equal(open_of(good, strlen(good), &r, NULL), VAHO_OPENED);
    free(clear);
    free(good);
}

/* --- proofs -------------------------------------------------------------------- */

enum { N_ENTRIES = 9 };
static struct vaho_hash stored[2 * N_ENTRIES];
static char entries[N_ENTRIES][40];

static int read_stored(void *context, struct vaho_hash *out, uint64_t place)
{
    (void)context;
    *out = stored[place];
    return 1;
}

/* Of entry 'number' in a ledger that the keeper signed. */
static struct vaho_proof made_proof(uint64_t number, int keeper)
{
    const struct vaho_merkle_store store = {read_stored, NULL};
    struct vaho_merkle_front front = {0};
    struct vaho_proof proof = {.inclusion = 1, .number = number};
    struct vaho_error error;

    for (uint64_t i = 0; i < N_ENTRIES; i++) {
        struct vaho_hash_list made_hashes;
        struct vaho_hash leaf;
        sprintf(entries[i], "entry %d", (int)i);
        vaho_merkle_leaf(&leaf, entries[i], strlen(entries[i]));
        vaho_merkle_grow(&front, &leaf, &made_hashes);
        memcpy(stored + vaho_merkle_n_stored(i), made_hashes.hash,
               made_hashes.n * sizeof made_hashes.hash[0]);
    }
    strcpy(proof.checkpoint.origin, MADE_ORIGIN);
    proof.checkpoint.size = N_ENTRIES;
    vaho_merkle_front_root(&proof.checkpoint.root, &front);
    assert_true(vaho_merkle_inclusion(&proof.hashes, number, N_ENTRIES, &store));
    assert_int_equal(vaho_checkpoint_sign(&proof.checkpoint, &secret[keeper], &error), VAHO_OK);
    proof.entry = entries[number];
    proof.entry_nbytes = strlen(entries[number]);
    return proof;
}

static void proofs(void **unused)
{
    struct vaho_receiver r = receiver(0);
    struct vaho_text release, ignored;
    struct vaho_opened_release opened;
    struct vaho_proof good = made_proof(3, KEEPER), wrong = made_proof(4, KEEPER);
    struct vaho_error error;
    unsigned char *clear;
    char *text;
    size_t n;

    (void)unused;
    r.keeper = public_key[KEEPER];
    made_release(&release, 1, 0, "south", NULL, "ammonia"); /* which names entry 3 */
    text = seal(&release, public_key[SOUTH], &secret[CENTRE], &good);
    clear = unsealed(&n, text);
    assert_null(memmem(clear, n, entries[3], strlen(entries[3]))); /* the entry stays here */
    free(clear);
    assert_int_equal(vaho_envelope_open(&opened, text, strlen(text), &r, &error), VAHO_OK);
    assert_int_equal(opened.proved, 1);
    assert_string_equal(opened.bytes.data, release.data);
    vaho_opened_free(&opened);
    r.keeper = public_key[EAST];
    expect(text, &r, VAHO_OPENED_PROOF, "not signed by the keeper");
    r.keeper = public_key[KEEPER];
    good.hashes.hash[0].byte[7] ^= 1;
    expect(seal(&release, public_key[SOUTH], &secret[CENTRE], &good), &r, VAHO_OPENED_PROOF,
           "does not show");
    vaho_text_init(&ignored, VAHO_ENVELOPE_MAX_NBYTES);
    assert_int_equal(vaho_envelope_seal(&ignored, release.data, release.nbytes, public_key[SOUTH],
                                        &secret[CENTRE], &wrong, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "not of the entry"));
    vaho_text_free(&ignored);
    vaho_text_free(&release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_order), cmocka_unit_test(keys),
                                       cmocka_unit_test(a_changed_byte),
                                       cmocka_unit_test(passed_on), cmocka_unit_test(proofs)};

    return cmocka_run_group_tests(tests, set_up, NULL);
}
