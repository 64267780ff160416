/*
 * revocations.c - mandates taken back, by one authority
 *
 *   { "format": "vaho-revocations-1", "issuer": "north", "issued": "2026-04-05T09:00:00Z",
 *     "mandates": [ { "issuer": "north", "id": "sierra-2026-04", "reason": "..." } ] }
 *
 * An entry names a mandate by its own issuer and id, whatever its content, so that a
 * copy that was altered and signed again is revoked with it.  Whoever must sign a
 * mandate may take it back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "mandate/parts.h"

enum { MAX_ENTRIES = 100000, MAX_REASON_NBYTES = 400 };

static enum vaho_status read_entry(struct vaho_revocation *out, const json_t *one, size_t i,
                                   const char *path, struct vaho_error *error)
{
    static const struct vaho_member members[] = {
        {"issuer", JSON_STRING, 1}, {"id", JSON_STRING, 1}, {"reason", JSON_STRING, 1}};
    char where[40];
    enum vaho_status status;

    snprintf(where, sizeof where, "mandates[%zu]", i);
    status = vaho_members_check(one, members, 3, path, where, error);
    if (status != VAHO_OK)
        return status;
    out->issuer = json_string_value(json_object_get(one, "issuer"));
    out->id = json_string_value(json_object_get(one, "id"));
    out->reason = json_string_value(json_object_get(one, "reason"));
    if (!vaho_is_name(out->issuer) || !vaho_is_name(out->id))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'issuer' and 'id' of %s must be names of letters, digits, '.', '_' "
                         "and '-'",
                         path, where);
    if (strlen(out->reason) > MAX_REASON_NBYTES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: the reason of %s is longer than %d bytes",
                         path, where, MAX_REASON_NBYTES);
    return VAHO_OK;
}

static enum vaho_status read_body(struct vaho_revocations *r, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"format", JSON_STRING, 1},
                                                 {"issuer", JSON_STRING, 1},
                                                 {"issued", JSON_STRING, 1},
                                                 {"mandates", JSON_ARRAY, 1}};
    const json_t *body = r->document.body, *list = json_object_get(body, "mandates");
    size_t n = json_array_size(list);
    double issued_s;
    enum vaho_status status =
        vaho_members_check(body, members, 4, r->path, "the revocations", error);

    if (status != VAHO_OK)
        return status;
    r->issuer = json_string_value(json_object_get(body, "issuer"));
    r->issued = json_string_value(json_object_get(body, "issued"));
    if (strcmp(json_string_value(json_object_get(body, "format")), "vaho-revocations-1") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: its format is not vaho-revocations-1",
                         r->path);
    if (!vaho_is_name(r->issuer))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'issuer' must be a name of letters, digits, '.', '_' and '-'",
                         r->path);
    if (!vaho_moment_parse(&issued_s, r->issued))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'issued' must be a moment like 2026-04-03T12:00:00Z", r->path);
    if (n > MAX_ENTRIES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d mandates", r->path, MAX_ENTRIES);
    r->entry = vaho_alloc(n, sizeof *r->entry);
    if (r->entry == NULL)
        return vaho_fail_memory(error, r->path);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = read_entry(&r->entry[r->n++], json_array_get(list, i), i, r->path, error);
    return status;
}

enum vaho_status vaho_revocations_parse(struct vaho_revocations **out, const char *data,
                                        size_t nbytes, const char *path, struct vaho_error *error)
{
    struct vaho_revocations *r = vaho_alloc(1, sizeof *r);
    enum vaho_status status;

    *out = NULL;
    if (r == NULL || (r->path = vaho_strdup(path)) == NULL) {
        free(r);
        return vaho_fail_memory(error, path);
    }
    status = vaho_document_parse(&r->document, data, nbytes, "revocations", r->path, error);
    if (status == VAHO_OK)
        status = read_body(r, error);
    if (status != VAHO_OK) {
        vaho_revocations_free(r);
        return status;
    }
    *out = r;
    return VAHO_OK;
}

enum vaho_status vaho_revocations_open(struct vaho_revocations **out, const char *path,
                                       struct vaho_error *error)
{
    char *data;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&data, &nbytes, path, VAHO_DOCUMENT_MAX_NBYTES, error);

    *out = NULL;
    if (status != VAHO_OK)
        return status;
    status = vaho_revocations_parse(out, data, nbytes, path, error);
    free(data);
    return status;
}

void vaho_revocations_free(struct vaho_revocations *revocations)
{
    if (revocations == NULL)
        return;
    free(revocations->entry);
    vaho_document_free(&revocations->document);
    free(revocations->path);
    free(revocations);
}
