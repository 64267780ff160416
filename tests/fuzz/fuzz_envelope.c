/*
 * fuzz_envelope.c - hostile envelopes
 *
 * The first byte says how deep the rest goes in, for a fuzzer does not guess keys: 'E' it is the
 * envelope, 'S' what is sealed, 'M' the message that the centre signed, 'R' the release in it.
 */
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static int taken(void *context, char out[VAHO_DIGEST_HEX_NBYTES], uint64_t sequence)
{
    (void)context;
    memset(out, 'a', VAHO_DIGEST_HEX_NBYTES - 1);
    out[VAHO_DIGEST_HEX_NBYTES - 1] = '\0';
    return sequence == 1;
}

static void make_key(struct vaho_secret_key *out, char public_key[VAHO_KEY_HEX_NBYTES],
                     unsigned char byte)
{
    unsigned char seed[32], ignored[32];

    memset(seed, byte, sizeof seed);
    crypto_sign_seed_keypair(ignored, out->byte, seed);
    vaho_public_key(public_key, out);
}

/* Layers 2 and 1 around 'text'. */
static void seal(struct vaho_text *out, const char *text, size_t nbytes, const char *to)
{
    size_t padded = (nbytes / 1024 + 1) * 1024, n_sealed = padded + crypto_box_SEALBYTES, n;
    unsigned char *clear = malloc(padded), *sealed = malloc(n_sealed), ed[32], box_public[32];
    char *base64 = malloc(2 * n_sealed);

    if (clear == NULL || sealed == NULL || base64 == NULL)
        abort();
    if (nbytes > 0)
        memcpy(clear, text, nbytes);
    sodium_pad(&n, clear, nbytes, 1024, padded);
    sodium_hex2bin(ed, sizeof ed, to, 64, NULL, NULL, NULL);
    if (crypto_sign_ed25519_pk_to_curve25519(box_public, ed) != 0 ||
        crypto_box_seal(sealed, clear, n, box_public) != 0)
        abort();
    sodium_bin2base64(base64, 2 * n_sealed, sealed, n_sealed, sodium_base64_VARIANT_ORIGINAL);
    vaho_text_printf(out, "{\"format\":\"vaho-envelope-1\",\"sealed\":\"%s\",\"to\":\"%s\"}\n",
                     base64, to);
    free(clear);
    free(sealed);
    free(base64);
}

/* An envelope around the rest of the input. */
static void wrap(struct vaho_text *out, char depth, const char *data, size_t nbytes,
                 const struct vaho_secret_key *centre, const char *from, const char *to)
{
    char signature[VAHO_SIGNATURE_HEX_NBYTES];
    struct vaho_text message, inner;

    vaho_text_init(&message, 1 << 20);
    vaho_text_init(&inner, 1 << 20);
    if (depth == 'R')
        vaho_text_puts(&message, "{\"format\":\"vaho-message-1\",\"release\":");
    vaho_text_append(&message, data, nbytes);
    if (depth == 'R')
        vaho_text_printf(&message, ",\"to\":\"%s\"}", to);
    if (depth == 'S') {
        vaho_text_append(&inner, data, nbytes);
    } else if (vaho_sign(signature, centre, "vaho envelope 1", message.data, message.nbytes,
                         NULL) == VAHO_OK) {
        vaho_text_printf(&inner, "{\"key\":\"%s\",\"message\":", from);
        vaho_text_append(&inner, message.data, message.nbytes);
        vaho_text_printf(&inner, ",\"signature\":\"%s\"}", signature);
    }
    if (!inner.failed && !message.failed)
        seal(out, inner.data, inner.nbytes, to);
    vaho_text_free(&message);
    vaho_text_free(&inner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_secret_key centre, post;
    char from[VAHO_KEY_HEX_NBYTES], to[VAHO_KEY_HEX_NBYTES];
    struct vaho_own_key own = {&post, VAHO_KEY_CURRENT};
    struct vaho_centre_key sender = {.state = VAHO_KEY_CURRENT};
    const struct vaho_receiver receiver = {.partner = "south",
                                           .n_own = 1,
                                           .own = &own,
                                           .n_centre = 1,
                                           .centre = &sender,
                                           .keeper = from,
                                           .last_sequence = 1,
                                           .last_sha256 = to,
                                           .taken = taken};
    struct vaho_opened_release opened;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_text text;

    if (nbytes == 0 || nbytes > (1 << 17) || sodium_init() < 0)
        return 0;
    make_key(&centre, from, 1);
    make_key(&post, to, 2);
    memcpy(sender.key, from, sizeof from);
    vaho_text_init(&text, 1 << 21);
    if (data[0] == 'E')
        vaho_text_append(&text, data + 1, nbytes - 1);
    else
        wrap(&text, (char)data[0], (const char *)data + 1, nbytes - 1, &centre, from, to);
    if (!text.failed && text.nbytes > 0) {
        if ((vaho_envelope_open(&opened, text.data, text.nbytes, &receiver, &error) == VAHO_OK) !=
                (opened.result == VAHO_OPENED) ||
            (opened.result == VAHO_OPENED) != (opened.release.root != NULL) ||
            (opened.result == VAHO_OPENED
                 ? opened.release.sequence != 2 || strcmp(opened.release.partner, "south") != 0
                 : error.message[0] == '\0'))
            abort();
        vaho_opened_free(&opened);
    }
    vaho_text_free(&text);
    return 0;
}
