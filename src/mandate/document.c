#include "mandate/document.h"

#include <stdio.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"

enum { PURPOSE_NBYTES = 64, MAX_NAME = 63 };

static void purpose_of(char out[PURPOSE_NBYTES], const char *kind)
{
    snprintf(out, PURPOSE_NBYTES, "vaho %s 1", kind);
}

int vaho_is_name(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(text);

    return n >= 1 && n <= MAX_NAME && strspn(text, letters) == n && strchr("._-", text[0]) == NULL;
}

static int has_type(const json_t *value, json_type type)
{
    if (type == JSON_REAL)
        return json_is_number(value);
    if (type == JSON_TRUE)
        return json_is_boolean(value);
    return json_typeof(value) == type;
}

static const char *type_name(json_type type)
{
    switch (type) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "text";
    case JSON_INTEGER: return "a whole number";
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "true or false";
    case JSON_NULL: break;
    }
    return "null";
}

enum vaho_status vaho_members_check(const json_t *object, const struct vaho_member *member,
                                    size_t n, const char *path, const char *where,
                                    struct vaho_error *error)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s must be an object", path, where);
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (i < n && strcmp(member[i].name, key) != 0)
            i++;
        if (i == n)
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: %s has a member '%.60s' that is not known; what is not understood "
                "is not accepted",
                path, where, key);
        if (!has_type(value, member[i].type))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' of %s must be %s", path, key, where,
                             type_name(member[i].type));
    }
    for (size_t i = 0; i < n; i++)
        if (member[i].required && json_object_get(object, member[i].name) == NULL)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s lacks '%s'", path, where,
                             member[i].name);
    return VAHO_OK;
}

static enum vaho_status finish(struct vaho_document *out, const char *path,
                               struct vaho_error *error)
{
    struct vaho_error reason;
    enum vaho_status status;

    vaho_text_init(&out->canonical, (size_t)VAHO_DOCUMENT_MAX_NBYTES * 8);
    status = vaho_canonical_json(&out->canonical, out->body, &reason);
    if (status != VAHO_OK)
        return vaho_fail(error, status, "%s: %s", path, reason.message);
    vaho_sha256(out->sha256, out->canonical.data, out->canonical.nbytes);
    return VAHO_OK;
}

static enum vaho_status read_signature(struct vaho_document *out, const json_t *one,
                                       const char *path, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"key", JSON_STRING, 1},
                                                 {"signature", JSON_STRING, 1}};
    char where[40], purpose[PURPOSE_NBYTES];
    const char *key, *signature;
    enum vaho_status status;

    snprintf(where, sizeof where, "signatures[%zu]", out->n_signatures);
    status = vaho_members_check(one, members, 2, path, where, error);
    if (status != VAHO_OK)
        return status;
    key = json_string_value(json_object_get(one, "key"));
    signature = json_string_value(json_object_get(one, "signature"));
    if (!vaho_is_key(key) || strlen(signature) != VAHO_SIGNATURE_HEX_NBYTES - 1)
        return vaho_fail(
            error, VAHO_BAD_INPUT,
            "%s: %s must hold a key of 64 and a signature of 128 lower-case hexadecimal "
            "digits",
            path, where);
    for (size_t i = 0; i < out->n_signatures; i++)
        if (strcmp(out->signature[i].key, key) == 0)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s is by the same key as signatures[%zu]",
                             path, where, i);
    purpose_of(purpose, out->kind);
    memcpy(out->signature[out->n_signatures].key, key, VAHO_KEY_HEX_NBYTES);
    memcpy(out->signature[out->n_signatures].signature, signature, VAHO_SIGNATURE_HEX_NBYTES);
    out->signature[out->n_signatures].fits =
        vaho_signature_fits(signature, key, purpose, out->canonical.data, out->canonical.nbytes);
    out->n_signatures++;
    return VAHO_OK;
}

static enum vaho_status read_root(struct vaho_document *out, const char *path,
                                  struct vaho_error *error)
{
    const struct vaho_member members[] = {{out->kind, JSON_OBJECT, 1},
                                          {"signatures", JSON_ARRAY, 1}};
    const json_t *signatures;
    enum vaho_status status =
        vaho_members_check(out->root, members, 2, path, "the document", error);

    if (status != VAHO_OK)
        return status;
    out->body = json_object_get(out->root, out->kind);
    signatures = json_object_get(out->root, "signatures");
    if (json_array_size(signatures) > VAHO_DOCUMENT_MAX_SIGNATURES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d signatures", path,
                         VAHO_DOCUMENT_MAX_SIGNATURES);
    status = finish(out, path, error);
    for (size_t i = 0; status == VAHO_OK && i < json_array_size(signatures); i++)
        status = read_signature(out, json_array_get(signatures, i), path, error);
    return status;
}

enum vaho_status vaho_document_parse(struct vaho_document *out, const char *data, size_t nbytes,
                                     const char *kind, const char *path, struct vaho_error *error)
{
    json_error_t reason;
    enum vaho_status status;

    *out = (struct vaho_document){.kind = kind};
    if (nbytes > VAHO_DOCUMENT_MAX_NBYTES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d bytes are no such document", path,
                         VAHO_DOCUMENT_MAX_NBYTES);
    out->root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", path, reason.line,
                         reason.text);
    status = read_root(out, path, error);
    if (status != VAHO_OK)
        vaho_document_free(out);
    return status;
}

enum vaho_status vaho_document_new(struct vaho_document *out, json_t *body, const char *kind,
                                   struct vaho_error *error)
{
    json_t *none = json_array();
    enum vaho_status status;

    *out = (struct vaho_document){.kind = kind, .root = json_object(), .body = body};
    if (json_object_set_new(out->root, kind, body) != 0 ||
        json_object_set_new(out->root, "signatures", none) != 0) {
        vaho_document_free(out);
        return vaho_fail_memory(error, "a document");
    }
    status = finish(out, kind, error);
    if (status != VAHO_OK)
        vaho_document_free(out);
    return status;
}

void vaho_document_free(struct vaho_document *document)
{
    json_decref(document->root);
    vaho_text_free(&document->canonical);
    document->root = NULL;
    document->body = NULL;
}

enum vaho_status vaho_document_sign(struct vaho_document *document,
                                    const struct vaho_secret_key *key, struct vaho_error *error)
{
    char purpose[PURPOSE_NBYTES], public_key[VAHO_KEY_HEX_NBYTES];
    char signature[VAHO_SIGNATURE_HEX_NBYTES];
    size_t at = document->n_signatures;
    enum vaho_status status;

    vaho_public_key(public_key, key);
    for (size_t i = 0; i < document->n_signatures; i++)
        if (strcmp(document->signature[i].key, public_key) == 0)
            return vaho_fail(error, VAHO_USAGE, "the document is signed with this key already");
    if (at == VAHO_DOCUMENT_MAX_SIGNATURES)
        return vaho_fail(error, VAHO_USAGE, "the document has %d signatures; it takes no more",
                         VAHO_DOCUMENT_MAX_SIGNATURES);
    purpose_of(purpose, document->kind);
    status = vaho_sign(signature, key, purpose, document->canonical.data,
                       document->canonical.nbytes, error);
    if (status != VAHO_OK)
        return status;
    if (json_array_append_new(json_object_get(document->root, "signatures"),
                              json_pack("{s:s, s:s}", "key", public_key, "signature", signature)))
        return vaho_fail_memory(error, "a signature");
    memcpy(document->signature[at].key, public_key, sizeof public_key);
    memcpy(document->signature[at].signature, signature, sizeof signature);
    document->signature[at].fits = 1;
    document->n_signatures++;
    return VAHO_OK;
}

enum vaho_status vaho_document_write(struct vaho_text *out, const struct vaho_document *document,
                                     struct vaho_error *error)
{
    return vaho_readable_json(out, document->root, error);
}
