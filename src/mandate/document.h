/*
 * document.h - a signed JSON document: a body, and signatures over its canonical form
 *
 *     { "BODY": { ... },
 *       "signatures": [ { "key": "64 hex digits", "signature": "128 hex digits" } ] }
 *
 * BODY names the kind: "mandate", "revocations".  A signature is Ed25519
 * (base/signing.h) for the purpose "vaho BODY 1" over the body's canonical JSON
 * (RFC 8785), so blanks and the order of members do not matter and nothing else
 * may change.  The document's SHA-256 is that of the canonical body alone: it stays
 * what it is when another signs.  Members that are not known are an error
 * everywhere: what is not understood must not be signed for.
 */
#ifndef VAHO_MANDATE_DOCUMENT_H
#define VAHO_MANDATE_DOCUMENT_H

#include <jansson.h>
#include <stddef.h>

#include "base/signing.h"
#include "base/text.h"
#include "vaho/status.h"

enum { VAHO_DOCUMENT_MAX_NBYTES = 8 << 20, VAHO_DOCUMENT_MAX_SIGNATURES = 64 };

struct vaho_document {
    const char *kind;
    json_t *root;
    const json_t *body;
    struct vaho_text canonical; /* of the body */
    char sha256[VAHO_DIGEST_HEX_NBYTES];
    size_t n_signatures;
    struct {
        char key[VAHO_KEY_HEX_NBYTES];
        char signature[VAHO_SIGNATURE_HEX_NBYTES];
        int fits; /* 1: it is that key's signature of this body */
    } signature[VAHO_DOCUMENT_MAX_SIGNATURES];
};

/*
 * 'kind' is kept, not copied.  'path' names the document in messages.
 * VAHO_BAD_INPUT (what and where), VAHO_NO_MEMORY; then nothing needs freeing.
 */
enum vaho_status vaho_document_parse(struct vaho_document *out, const char *data, size_t nbytes,
                                     const char *kind, const char *path, struct vaho_error *error);
/* A document of a new body (taken over, also on failure) without signatures. */
enum vaho_status vaho_document_new(struct vaho_document *out, json_t *body, const char *kind,
                                   struct vaho_error *error);
void vaho_document_free(struct vaho_document *document);

/* Adds the key's signature; VAHO_USAGE: it is there already, or there are too many. */
enum vaho_status vaho_document_sign(struct vaho_document *document,
                                    const struct vaho_secret_key *key, struct vaho_error *error);
/* Appends the document as its file has it. */
enum vaho_status vaho_document_write(struct vaho_text *out, const struct vaho_document *document,
                                     struct vaho_error *error);

/* --- reading a body, strictly --------------------------------------------- */

struct vaho_member {
    const char *name;
    json_type type; /* JSON_REAL stands for any number, JSON_TRUE for true or false */
    int required;
};

/* Every member known and of its type, none missing.  'where' as in "mandate" or "partners[2]". */
enum vaho_status vaho_members_check(const json_t *object, const struct vaho_member *member,
                                    size_t n, const char *path, const char *where,
                                    struct vaho_error *error);

/* 1 when 'text' is a name: 1 to 63 of a-z A-Z 0-9 . _ - and not beginning with one of the last
 * three. */
int vaho_is_name(const char *text);

#endif
