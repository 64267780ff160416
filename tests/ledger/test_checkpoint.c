/* Checkpoints, entries and proofs as text: published signatures, what is refused and in which
 * words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "ledger/entry.h"
#include "ledger/proof.h"

static const char ORIGIN[] = "vaho-ledger/0123456789abcdef0123456789abcdef";
static const struct vaho_act ACT = {"ana", VAHO_BY_CLAIM, "2026-04-03T12:00:00Z", "a reason"};

static struct vaho_secret_key key_of(unsigned char seed)
{
    struct vaho_secret_key key;
    unsigned char bytes[32], public_key[32];

    memset(bytes, seed, sizeof bytes);
    crypto_sign_seed_keypair(public_key, key.byte, bytes);
    return key;
}

static struct vaho_checkpoint made(uint64_t size)
{
    struct vaho_checkpoint c = {.size = size};

    strcpy(c.origin, ORIGIN);
    vaho_merkle_leaf(&c.root, &size, sizeof size);
    return c;
}

/* The example of golang.org/x/mod/sumdb/note: a note's Ed25519 signature is that of base/signing.h
 * with the first line as its purpose. */
static void published_note(void **state)
{
    static const char key[] = "1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6";
    static const char base64[] =
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKv"
        "qfqdngotpRZb6KE6RyyBwJnAM=";
    static const char rest[] = "then you don't know what your problem is.\n";
    unsigned char byte[68];
    char hex[129];
    size_t n;

    (void)state;
    assert_int_equal(sodium_base642bin(byte, sizeof byte, base64, sizeof base64 - 1, NULL, &n, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_int_equal(n, 68);
    sodium_bin2hex(hex, sizeof hex, byte + 4, 64);
    assert_true(vaho_signature_fits(hex, key,
                                    "If you think cryptography is the answer to your problem,",
                                    rest, sizeof rest - 1));
}

static void signs_and_reads_back(void **state)
{
    struct vaho_secret_key keeper = key_of(1), south = key_of(2);
    char keeper_key[65], south_key[65];
    struct vaho_checkpoint c = made(42), read, another = made(43);
    struct vaho_text text;

    (void)state;
    vaho_public_key(keeper_key, &keeper);
    vaho_public_key(south_key, &south);
    assert_int_equal(vaho_checkpoint_sign(&c, &keeper, NULL), VAHO_OK);
    assert_int_equal(vaho_checkpoint_cosign(&c, "south", &south, 1775217600, NULL), VAHO_OK);
    assert_int_equal(vaho_checkpoint_cosign(&c, "south", &south, 1775217700, NULL), VAHO_OK);
    assert_int_equal(c.n_signatures, 2); /* the later one in the place of the earlier */
    vaho_text_init(&text, 1 << 16);
    vaho_checkpoint_write(&text, &c);
    assert_int_equal(vaho_checkpoint_parse(&read, text.data, text.nbytes, "c", NULL), VAHO_OK);
    assert_memory_equal(&read.root, &c.root, sizeof c.root);
    assert_int_equal(read.size, 42);
    assert_int_equal(vaho_checkpoint_signed(&read, keeper_key), VAHO_SIGNED);
    assert_int_equal(vaho_checkpoint_signed(&read, south_key), VAHO_SIGNED_NOT);
    assert_int_equal(vaho_checkpoint_cosigned(&read, "south", south_key), VAHO_SIGNED);
    assert_int_equal(vaho_checkpoint_cosigned(&read, "north", south_key), VAHO_SIGNED_NOT);
    assert_int_equal(vaho_checkpoint_cosigned(&read, "south", keeper_key), VAHO_SIGNED_NOT);
    read.signature[1].byte[11] ^= 1; /* the time it was witnessed at is signed too */
    assert_int_equal(vaho_checkpoint_cosigned(&read, "south", south_key), VAHO_SIGNED_WRONG);
    memcpy(another.signature, c.signature, sizeof c.signature); /* signatures of another state */
    another.n_signatures = 2;
    assert_int_equal(vaho_checkpoint_signed(&another, keeper_key), VAHO_SIGNED_WRONG);
    assert_int_equal(vaho_checkpoint_cosigned(&another, "south", south_key), VAHO_SIGNED_WRONG);
    vaho_text_free(&text);
}

static void refuse_checkpoint(const char *text, const char *word)
{
    struct vaho_checkpoint c;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_checkpoint_parse(&c, text, strlen(text), "c", &error) != VAHO_BAD_INPUT ||
        strstr(error.message, word) == NULL)
        fail_msg("'%s' of '%s'", error.message, text);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void refuses_checkpoints(void **state)
{
    struct vaho_checkpoint c;
    static const char odd[] = "a\n0\n" ROOT "\n\xe2\x80\x94 x AAAAAAA=\n";

    (void)state;
    refuse_checkpoint("", "begins with its origin");
    refuse_checkpoint("a b\n1\n" ROOT "\n", "holds blanks");
    refuse_checkpoint("cosignature/v1\n1\n" ROOT "\n", "origin");
    refuse_checkpoint("a\n01\n" ROOT "\n", "no size");
    refuse_checkpoint("a\n-1\n" ROOT "\n", "no size");
    refuse_checkpoint("a\n9999999999999999999\n" ROOT "\n", "no size");
    refuse_checkpoint("a\n1\nCsUYapGG\n\n", "no root");
    refuse_checkpoint("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n", "no root");
    refuse_checkpoint("a\n1\n" ROOT "extension\n\n", "an empty line");
    refuse_checkpoint("a\n1\n" ROOT "\n- x AAAAAAA=\n", "signature 1");
    refuse_checkpoint("a\n1\n" ROOT "\n\xe2\x80\x94 x AAAA\n", "signature 1");
    refuse_checkpoint("a\n1\n" ROOT "\n\xe2\x80\x94 x AAAAAAA=", "signature 1");
    refuse_checkpoint("a\r\n1\n" ROOT "\n", "no text");
    /* of a length that is not ours: left out, as C2SP wants */
    assert_int_equal(vaho_checkpoint_parse(&c, odd, sizeof odd - 1, "c", NULL), VAHO_OK);
    assert_int_equal(c.n_signatures, 0);
}

static void refuse_entry(const char *text, const char *word)
{
    struct vaho_entry entry;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_entry_parse(&entry, text, strlen(text), &error) != VAHO_BAD_INPUT ||
        strstr(error.message, word) == NULL)
        fail_msg("'%s' of '%s'", error.message, text);
}

static void entries(void **state)
{
    static const char good[] =
        "{\"by\":\"claim\",\"format\":\"vaho-entry-1\",\"number\":7,\"object\":{\"n\":1},\"what\":"
        "\"flight-add\",\"when\":\"2026-04-03T12:00:00Z\",\"who\":\"ana\",\"why\":\"a reason\"}";
    struct vaho_act nobody = ACT, sometime = ACT, lines = ACT;
    struct vaho_entry entry;
    struct vaho_text text;
    json_t *object = json_pack("{s:i}", "n", 1);

    (void)state;
    vaho_text_init(&text, 1 << 20);
    assert_int_equal(vaho_entry_write(&text, 7, &ACT, "flight-add", object, NULL, NULL), VAHO_OK);
    assert_string_equal(text.data, good);
    assert_int_equal(vaho_entry_parse(&entry, text.data, text.nbytes, NULL), VAHO_OK);
    assert_int_equal(entry.number, 7);
    assert_string_equal(entry.who, "ana");
    assert_string_equal(entry.mandate, "");
    vaho_entry_free(&entry);
    nobody.who = "";
    sometime.at = "yesterday";
    lines.why = "one\ntwo";
    assert_int_equal(vaho_entry_write(&text, 7, &nobody, "x", object, NULL, NULL), VAHO_USAGE);
    assert_int_equal(vaho_entry_write(&text, 7, &sometime, "x", object, NULL, NULL), VAHO_USAGE);
    assert_int_equal(vaho_entry_write(&text, 7, &lines, "x", object, NULL, NULL), VAHO_USAGE);
    json_decref(object);
    vaho_text_free(&text);

    refuse_entry("", "not JSON");
    refuse_entry("{}", "lacks");
    refuse_entry("{\"by\":\"claim\",\"by\":\"claim\"}", "not JSON"); /* twice */
#define ENTRY(by, number, when, rest)                                                              \
    "{\"by\":\"" by "\",\"format\":\"vaho-entry-1\",\"number\":" number                            \
    ",\"object\":{},\"what\":\"x\",\"when\":\"" when "\",\"who\":\"a\"" rest "}"
    refuse_entry(ENTRY("god", "1", "2026-04-03T12:00:00Z", ""), "'by'");
    refuse_entry(ENTRY("claim", "-1", "2026-04-03T12:00:00Z", ""), "negative");
    refuse_entry(ENTRY("claim", "1.0", "2026-04-03T12:00:00Z", ""), "whole number");
    refuse_entry(ENTRY("claim", "1", "2026-04-03", ""), "'when'");
    refuse_entry(ENTRY("claim", "1", "2026-04-03T12:00:00Z", ",\"x\":1"), "not known");
    refuse_entry(ENTRY("claim", "1", "2026-04-03T12:00:00Z", " "), "canonical");
    refuse_entry(ENTRY("claim", "1", "2026-04-03T12:00:00Z", ",\"mandate\":\"m\""), "SHA-256");
}

static void refuse_proof(const char *text, const char *word)
{
    struct vaho_proof proof;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_proof_parse(&proof, text, strlen(text), "p", &error) != VAHO_BAD_INPUT ||
        strstr(error.message, word) == NULL)
        fail_msg("'%s' of '%s'", error.message, text);
}

static void proofs(void **state)
{
    static const char nameless[] = "c2sp.org/tlog-proof@v1\nindex 0\n\na\n1\n" ROOT "\n";
    struct vaho_proof proof;
    struct vaho_error error;
    char many[VAHO_PROOF_MAX_HASHES * 46 + 200] = "old 1\n";

    (void)state;
    refuse_proof("", "is no proof");
    refuse_proof("index 1\n\n", "is no proof");
    refuse_proof("old 01\n\n", "is no proof");
    refuse_proof("c2sp.org/tlog-proof@v1\nextra *\nindex 0\n\n", "no base64");
    refuse_proof("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n", "hash 1");
    refuse_proof("old 0\n" ROOT, "empty line");
    refuse_proof("old 0\n\n", "origin");
    for (int i = 0; i <= VAHO_PROOF_MAX_HASHES; i++)
        strcat(many, ROOT);
    refuse_proof(many, "more than 64");
    assert_int_equal(vaho_proof_parse(&proof, nameless, sizeof nameless - 1, "p", NULL), VAHO_OK);
    assert_int_equal(vaho_proof_verify_inclusion(&proof, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "does not hold the entry"));
    vaho_proof_free(&proof);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_note), cmocka_unit_test(signs_and_reads_back),
        cmocka_unit_test(refuses_checkpoints), cmocka_unit_test(entries), cmocka_unit_test(proofs)};

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
