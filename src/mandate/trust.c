/*
 * trust.c - who is an authority: the user's own list, signed by nobody
 *
 *   { "format": "vaho-trust-1",
 *     "authorities": [ { "name": "north", "keys": ["64 hex digits", ...],
 *                        "territory": { "type": "Polygon", ... } } ] }
 *
 * Several keys let an authority change from one to the next.  A key belongs to one
 * authority only: one hand must not sign for two.  "territory" is optional.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "mandate/parts.h"

enum { MAX_AUTHORITIES = 1000, MAX_KEYS = 100 };

const struct vaho_authority *vaho_trust_named(const struct vaho_trust *trust, const char *name)
{
    for (size_t i = 0; i < trust->n; i++)
        if (strcmp(trust->authority[i].name, name) == 0)
            return &trust->authority[i];
    return NULL;
}

const struct vaho_authority *vaho_trust_with_key(const struct vaho_trust *trust, const char *key)
{
    for (size_t i = 0; i < trust->n; i++)
        for (size_t k = 0; k < trust->authority[i].n_keys; k++)
            if (strcmp(trust->authority[i].key[k], key) == 0)
                return &trust->authority[i];
    return NULL;
}

static enum vaho_status read_keys(struct vaho_authority *out, const struct vaho_trust *trust,
                                  const json_t *keys, const char *path, struct vaho_error *error)
{
    size_t n = json_array_size(keys);

    if (n == 0 || n > MAX_KEYS)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s must have 1 to %d keys", path, out->name,
                         MAX_KEYS);
    out->key = vaho_alloc(n, sizeof *out->key);
    if (out->key == NULL)
        return vaho_fail_memory(error, path);
    for (size_t i = 0; i < n; i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        const struct vaho_authority *other;
        if (key == NULL || !vaho_is_key(key))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: key %zu of %s must be 64 lower-case hexadecimal digits", path,
                             i + 1, out->name);
        other = vaho_trust_with_key(trust, key); /* 'out' is not among them yet */
        if (other != NULL)
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: key %zu of %s belongs to %s already; a key signs for one authority "
                "only",
                path, i + 1, out->name, other->name);
        memcpy(out->key[i], key, VAHO_KEY_HEX_NBYTES);
        out->n_keys++;
    }
    return VAHO_OK;
}

static void authority_free(struct vaho_authority *authority)
{
    free(authority->name);
    free(authority->key);
    vaho_area_free(authority->territory);
}

static enum vaho_status read_authority(struct vaho_authority *out, const struct vaho_trust *trust,
                                       const json_t *one, const char *path,
                                       struct vaho_error *error)
{
    static const struct vaho_member members[] = {
        {"name", JSON_STRING, 1}, {"keys", JSON_ARRAY, 1}, {"territory", JSON_OBJECT, 0}};
    const json_t *territory = json_object_get(one, "territory");
    char where[128];
    struct vaho_error reason;
    enum vaho_status status = vaho_members_check(one, members, 3, path, "an authority", error);

    if (status != VAHO_OK)
        return status;
    out->name = vaho_strdup(json_string_value(json_object_get(one, "name")));
    if (out->name == NULL)
        return vaho_fail_memory(error, path);
    if (!vaho_is_name(out->name))
        return vaho_fail(
            error, VAHO_BAD_INPUT,
            "%s: an authority's name must be 1 to 63 letters, digits, '.', '_' and '-'", path);
    if (vaho_trust_named(trust, out->name) != NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: the authority %s is named twice", path,
                         out->name);
    status = read_keys(out, trust, json_object_get(one, "keys"), path, error);
    if (status != VAHO_OK || territory == NULL)
        return status;
    snprintf(where, sizeof where, "the territory of %s", out->name);
    status = vaho_area_new(&out->territory, territory, where, &reason);
    return status == VAHO_OK ? VAHO_OK : vaho_fail(error, status, "%s: %s", path, reason.message);
}

static enum vaho_status add_root(struct vaho_trust *trust, const json_t *root, const char *path,
                                 struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"format", JSON_STRING, 1},
                                                 {"authorities", JSON_ARRAY, 1}};
    const json_t *list = json_object_get(root, "authorities");
    size_t n = json_array_size(list);
    enum vaho_status status = vaho_members_check(root, members, 2, path, "the trust", error);

    if (status != VAHO_OK)
        return status;
    if (strcmp(json_string_value(json_object_get(root, "format")), "vaho-trust-1") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: its format is not vaho-trust-1", path);
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        struct vaho_authority one = {0}, *grown;
        if (trust->n == MAX_AUTHORITIES)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d authorities", path,
                             MAX_AUTHORITIES);
        status = read_authority(&one, trust, json_array_get(list, i), path, error);
        grown = status == VAHO_OK
                    ? realloc(trust->authority, (trust->n + 1) * sizeof *trust->authority)
                    : NULL;
        if (status == VAHO_OK && grown == NULL)
            status = vaho_fail_memory(error, path);
        if (status != VAHO_OK) {
            authority_free(&one);
            return status;
        }
        trust->authority = grown;
        trust->authority[trust->n++] = one;
    }
    return status;
}

static enum vaho_status add_text(struct vaho_trust *trust, const char *data, size_t nbytes,
                                 const char *path, struct vaho_error *error)
{
    json_error_t reason;
    json_t *root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    enum vaho_status status;

    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", path, reason.line,
                         reason.text);
    status = add_root(trust, root, path, error);
    json_decref(root);
    return status;
}

static enum vaho_status add_file(struct vaho_trust *trust, const char *path,
                                 struct vaho_error *error)
{
    char *data;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&data, &nbytes, path, VAHO_DOCUMENT_MAX_NBYTES, error);

    if (status != VAHO_OK)
        return status;
    status = add_text(trust, data, nbytes, path, error);
    free(data);
    return status;
}

static int is_json(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static enum vaho_status add_folder(struct vaho_trust *trust, const char *path,
                                   struct vaho_error *error)
{
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, is_json, alphasort);
    enum vaho_status status = VAHO_OK;

    if (n < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    if (n == 0)
        status =
            vaho_fail(error, VAHO_BAD_INPUT, "%s: holds no .json file, so nobody is trusted", path);
    for (int i = 0; i < n; i++) {
        struct vaho_text file;
        vaho_text_init(&file, 8192);
        vaho_text_printf(&file, "%s/%s", path, entry[i]->d_name);
        if (status == VAHO_OK)
            status =
                file.failed ? vaho_fail_memory(error, path) : add_file(trust, file.data, error);
        vaho_text_free(&file);
        free(entry[i]);
    }
    free(entry);
    return status;
}

/* Hands over what was read, or frees it. */
static enum vaho_status finish(struct vaho_trust **out, struct vaho_trust *trust,
                               enum vaho_status status)
{
    *out = status == VAHO_OK ? trust : NULL;
    if (status != VAHO_OK)
        vaho_trust_free(trust);
    return status;
}

enum vaho_status vaho_trust_parse(struct vaho_trust **out, const char *data, size_t nbytes,
                                  const char *path, struct vaho_error *error)
{
    struct vaho_trust *trust = vaho_alloc(1, sizeof *trust);

    *out = NULL;
    if (trust == NULL)
        return vaho_fail_memory(error, path);
    return finish(out, trust, add_text(trust, data, nbytes, path, error));
}

enum vaho_status vaho_trust_open(struct vaho_trust **out, const char *path,
                                 struct vaho_error *error)
{
    struct vaho_trust *trust = vaho_alloc(1, sizeof *trust);
    struct stat about;

    *out = NULL;
    if (trust == NULL)
        return vaho_fail_memory(error, path);
    return finish(out, trust,
                  stat(path, &about) == 0 && S_ISDIR(about.st_mode) ? add_folder(trust, path, error)
                                                                    : add_file(trust, path, error));
}

void vaho_trust_free(struct vaho_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < trust->n; i++)
        authority_free(&trust->authority[i]);
    free(trust->authority);
    free(trust);
}
