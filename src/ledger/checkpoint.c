/*
 * checkpoint.c - signed notes
 *
 * A note is text, an empty line, and lines "— NAME base64(key id || signature)".  The key id is
 * SHA-256(NAME || newline || type || public key)[:4]; it tells which key to try, and proves
 * nothing.
 *
 *   type 0x01, the keeper   Ed25519(text)
 *   type 0x04, a witness    time (8 bytes, big-endian) || Ed25519("cosignature/v1\ntime T\n" ||
 * text)
 *
 * base/signing.h signs "purpose, newline, message".  For a witness the purpose is "cosignature/v1";
 * for the keeper it is the origin, the first line of the text itself.  An origin holds no blank,
 * and every other purpose of ours does or holds no "/", so no document is valid as another.
 */
#include "ledger/checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { KEEPER = 0x01, WITNESS = 0x04, ID_NBYTES = 4, TIME_NBYTES = 8, ED25519_NBYTES = 64 };
enum { KEEPER_NBYTES = ID_NBYTES + ED25519_NBYTES, WITNESS_NBYTES = KEEPER_NBYTES + TIME_NBYTES };
static const char DASH[] = "\xe2\x80\x94 ";
static const char COSIGNATURE[] = "cosignature/v1";

int vaho_checkpoint_is_name(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '+')
            return 0;
    return n > 0 && n < VAHO_CHECKPOINT_NAME_NBYTES && strcmp(text, COSIGNATURE) != 0;
}

void vaho_hash_write(char out[VAHO_HASH_BASE64_NBYTES], const struct vaho_hash *hash)
{
    sodium_bin2base64(out, VAHO_HASH_BASE64_NBYTES, hash->byte, VAHO_HASH_NBYTES,
                      sodium_base64_VARIANT_ORIGINAL);
}

int vaho_hash_parse(struct vaho_hash *out, const char *text, size_t nbytes)
{
    size_t n;
    const char *end;

    return nbytes == VAHO_HASH_BASE64_NBYTES - 1 &&
           sodium_base642bin(out->byte, VAHO_HASH_NBYTES, text, nbytes, NULL, &n, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           n == VAHO_HASH_NBYTES && end == text + nbytes;
}

int vaho_size_parse(uint64_t *out, const char *text, size_t nbytes)
{
    uint64_t value = 0;

    if (nbytes == 0 || nbytes > 18 || (text[0] == '0' && nbytes > 1))
        return 0;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        value = 10 * value + (uint64_t)(text[i] - '0');
    }
    *out = value;
    return 1;
}

/* --- the text that is signed --------------------------------------------------- */

enum { BODY_NBYTES = 256 };

/* Size and root, the lines after the origin. */
static size_t write_rest(char out[BODY_NBYTES], const struct vaho_checkpoint *c)
{
    char root[VAHO_HASH_BASE64_NBYTES];

    vaho_hash_write(root, &c->root);
    return (size_t)snprintf(out, BODY_NBYTES, "%" PRIu64 "\n%s\n", c->size, root);
}

/* What a witness signs after "cosignature/v1\n". */
static size_t write_cosigned(char out[2 * BODY_NBYTES], const struct vaho_checkpoint *c,
                             uint64_t at_s)
{
    char rest[BODY_NBYTES];

    write_rest(rest, c);
    return (size_t)snprintf(out, 2 * BODY_NBYTES, "time %" PRIu64 "\n%s\n%s", at_s, c->origin,
                            rest);
}

static void key_id(unsigned char out[ID_NBYTES], const char *name, unsigned char type,
                   const char *key)
{
    unsigned char digest[crypto_hash_sha256_BYTES], public_key[crypto_sign_PUBLICKEYBYTES] = {0};
    crypto_hash_sha256_state state;

    sodium_hex2bin(public_key, sizeof public_key, key, 2 * sizeof public_key, NULL, NULL, NULL);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)name, strlen(name));
    crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    crypto_hash_sha256_update(&state, &type, 1);
    crypto_hash_sha256_update(&state, public_key, sizeof public_key);
    crypto_hash_sha256_final(&state, digest);
    memcpy(out, digest, ID_NBYTES);
}

/* --- reading ------------------------------------------------------------------------ */

/* The next line of [*at, end), without its newline; 0: there is none. */
static int next_line(const char **line, size_t *nbytes, const char **at, const char *end)
{
    const char *newline = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

    if (newline == NULL)
        return 0;
    *line = *at;
    *nbytes = (size_t)(newline - *at);
    *at = newline + 1;
    return 1;
}

/* "— NAME base64": 1; also when it is as long as none of ours, which is left out. */
static int read_signature(struct vaho_checkpoint *out, const char *line, size_t nbytes)
{
    struct vaho_checkpoint_signature *s = &out->signature[out->n_signatures];
    unsigned char byte[4096];
    const char *blank, *end;
    size_t n_name, n;

    if (nbytes < sizeof DASH - 1 || memcmp(line, DASH, sizeof DASH - 1) != 0)
        return 0;
    line += sizeof DASH - 1;
    nbytes -= sizeof DASH - 1;
    blank = memchr(line, ' ', nbytes);
    n_name = blank == NULL ? 0 : (size_t)(blank - line);
    if (n_name == 0 || n_name >= VAHO_CHECKPOINT_NAME_NBYTES)
        return 0;
    nbytes -= n_name + 1;
    if (sodium_base642bin(byte, sizeof byte, blank + 1, nbytes, NULL, &n, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != blank + 1 + nbytes || n <= ID_NBYTES)
        return 0;
    snprintf(s->name, sizeof s->name, "%.*s", (int)n_name, line);
    if (n != KEEPER_NBYTES && n != WITNESS_NBYTES)
        return 1;
    s->nbytes = n;
    memcpy(s->byte, byte, n);
    out->n_signatures++;
    return 1;
}

static int has_control(const char *data, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        if (((unsigned char)data[i] < 0x20 && data[i] != '\n') || data[i] == 0x7f)
            return 1;
    return 0;
}

enum vaho_status vaho_checkpoint_parse(struct vaho_checkpoint *out, const char *data, size_t nbytes,
                                       const char *path, struct vaho_error *error)
{
    const char *at = data, *end = data + nbytes, *line;
    size_t n;

    *out = (struct vaho_checkpoint){0};
    if (nbytes > VAHO_CHECKPOINT_MAX_NBYTES || has_control(data, nbytes))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is too long or no text, so no checkpoint",
                         path);
    if (!next_line(&line, &n, &at, end) || n == 0 || n >= sizeof out->origin)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: a checkpoint begins with its origin", path);
    memcpy(out->origin, line, n);
    if (!vaho_checkpoint_is_name(out->origin))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line 1, the origin of a checkpoint, holds blanks or no letters",
                         path);
    if (!next_line(&line, &n, &at, end) || !vaho_size_parse(&out->size, line, n))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line 2 of the checkpoint is no size", path);
    if (!next_line(&line, &n, &at, end) || !vaho_hash_parse(&out->root, line, n))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line 3 of the checkpoint is no root", path);
    if (!next_line(&line, &n, &at, end) || n != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: after the root an empty line and signatures are expected", path);
    for (int i = 0; at < end; i++) {
        if (i == VAHO_CHECKPOINT_MAX_SIGNATURES)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d signatures", path,
                             VAHO_CHECKPOINT_MAX_SIGNATURES);
        if (!next_line(&line, &n, &at, end) || !read_signature(out, line, n))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: signature %d is no signature line", path,
                             i + 1);
    }
    return VAHO_OK;
}

void vaho_checkpoint_write(struct vaho_text *out, const struct vaho_checkpoint *c)
{
    char rest[BODY_NBYTES], base64[2 * VAHO_CHECKPOINT_SIGNATURE_NBYTES];

    write_rest(rest, c);
    vaho_text_printf(out, "%s\n%s\n", c->origin, rest);
    for (size_t i = 0; i < c->n_signatures; i++) {
        sodium_bin2base64(base64, sizeof base64, c->signature[i].byte, c->signature[i].nbytes,
                          sodium_base64_VARIANT_ORIGINAL);
        vaho_text_printf(out, "%s%s %s\n", DASH, c->signature[i].name, base64);
    }
}

/* --- signing -------------------------------------------------------------------------- */

/* The signature of this name and id; NULL: there is none. */
static const struct vaho_checkpoint_signature *find(const struct vaho_checkpoint *c,
                                                    const char *name, size_t nbytes,
                                                    const unsigned char id[ID_NBYTES])
{
    for (size_t i = 0; i < c->n_signatures; i++)
        if (c->signature[i].nbytes == nbytes && strcmp(c->signature[i].name, name) == 0 &&
            memcmp(c->signature[i].byte, id, ID_NBYTES) == 0)
            return &c->signature[i];
    return NULL;
}

/* A place for a signature, its name and id filled in; NULL: no room. */
static unsigned char *make_room(struct vaho_checkpoint *c, const char *name, unsigned char type,
                                const char *key)
{
    size_t nbytes = type == KEEPER ? KEEPER_NBYTES : WITNESS_NBYTES, i;
    unsigned char id[ID_NBYTES];
    const struct vaho_checkpoint_signature *old;

    key_id(id, name, type, key);
    old = find(c, name, nbytes, id);
    i = old == NULL ? c->n_signatures : (size_t)(old - c->signature);
    if (i == VAHO_CHECKPOINT_MAX_SIGNATURES)
        return NULL;
    c->n_signatures += old == NULL;
    snprintf(c->signature[i].name, sizeof c->signature[i].name, "%s", name);
    c->signature[i].nbytes = nbytes;
    memcpy(c->signature[i].byte, id, ID_NBYTES);
    return c->signature[i].byte + ID_NBYTES;
}

static enum vaho_status put(struct vaho_checkpoint *c, const char *name, unsigned char type,
                            const struct vaho_secret_key *secret, uint64_t at_s,
                            struct vaho_error *error)
{
    char key[VAHO_KEY_HEX_NBYTES], hex[VAHO_SIGNATURE_HEX_NBYTES], text[2 * BODY_NBYTES];
    size_t n = type == KEEPER ? write_rest(text, c) : write_cosigned(text, c, at_s);
    unsigned char *room;
    enum vaho_status status =
        vaho_sign(hex, secret, type == KEEPER ? c->origin : COSIGNATURE, text, n, error);

    if (status != VAHO_OK)
        return status;
    vaho_public_key(key, secret);
    room = make_room(c, name, type, key);
    if (room == NULL)
        return vaho_fail(error, VAHO_USAGE, "the checkpoint has %d signatures and takes no more",
                         VAHO_CHECKPOINT_MAX_SIGNATURES);
    if (type == WITNESS)
        for (int i = 0; i < TIME_NBYTES; i++)
            *room++ = (unsigned char)(at_s >> (56 - 8 * i));
    sodium_hex2bin(room, ED25519_NBYTES, hex, sizeof hex - 1, NULL, NULL, NULL);
    return VAHO_OK;
}

enum vaho_status vaho_checkpoint_sign(struct vaho_checkpoint *checkpoint,
                                      const struct vaho_secret_key *key, struct vaho_error *error)
{
    return put(checkpoint, checkpoint->origin, KEEPER, key, 0, error);
}

enum vaho_status vaho_checkpoint_cosign(struct vaho_checkpoint *checkpoint, const char *name,
                                        const struct vaho_secret_key *key, uint64_t at_s,
                                        struct vaho_error *error)
{
    return put(checkpoint, name, WITNESS, key, at_s, error);
}

static enum vaho_signed look(const struct vaho_checkpoint *c, const char *name, unsigned char type,
                             const char *key)
{
    size_t nbytes = type == KEEPER ? KEEPER_NBYTES : WITNESS_NBYTES, n;
    unsigned char id[ID_NBYTES];
    char hex[VAHO_SIGNATURE_HEX_NBYTES], text[2 * BODY_NBYTES];
    const struct vaho_checkpoint_signature *s;
    uint64_t at_s = 0;

    if (!vaho_is_key(key))
        return VAHO_SIGNED_NOT;
    key_id(id, name, type, key);
    s = find(c, name, nbytes, id);
    if (s == NULL)
        return VAHO_SIGNED_NOT;
    sodium_bin2hex(hex, sizeof hex, s->byte + nbytes - ED25519_NBYTES, ED25519_NBYTES);
    for (int i = 0; type == WITNESS && i < TIME_NBYTES; i++)
        at_s = at_s << 8 | s->byte[ID_NBYTES + i];
    n = type == KEEPER ? write_rest(text, c) : write_cosigned(text, c, at_s);
    return vaho_signature_fits(hex, key, type == KEEPER ? c->origin : COSIGNATURE, text, n)
               ? VAHO_SIGNED
               : VAHO_SIGNED_WRONG;
}

enum vaho_signed vaho_checkpoint_signed(const struct vaho_checkpoint *checkpoint, const char *key)
{
    return look(checkpoint, checkpoint->origin, KEEPER, key);
}

enum vaho_signed vaho_checkpoint_cosigned(const struct vaho_checkpoint *checkpoint,
                                          const char *name, const char *key)
{
    return look(checkpoint, name, WITNESS, key);
}
