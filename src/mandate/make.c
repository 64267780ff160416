#include "mandate/make.h"

#include <string.h>

#include "base/error.h"
#include "mandate/parts.h"

static json_t *texts(const char *const *text, size_t n)
{
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, json_string(text[i]));
    return out;
}

static json_t *partners(const struct vaho_mandate_draft *draft)
{
    json_t *out = json_array();

    for (size_t i = 0; i < draft->n_partners; i++)
        json_array_append_new(out,
                              json_pack("{s:s, s:f, s:f}", "name", draft->partner[i].name,
                                        "precision_m", draft->partner[i].precision_m,
                                        "time_precision_s", draft->partner[i].time_precision_s));
    return out;
}

/* The geometry of what a drawing program saved; a new reference. */
static enum vaho_status read_area(json_t **out, const struct vaho_mandate_draft *draft,
                                  struct vaho_error *error)
{
    json_error_t reason;
    json_t *root = json_loadb(draft->area, draft->area_nbytes, JSON_REJECT_DUPLICATES, &reason);
    json_t *geometry = root, *features;
    const char *type;

    *out = NULL;
    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", draft->area_path,
                         reason.line, reason.text);
    type = json_string_value(json_object_get(root, "type"));
    if (type != NULL && strcmp(type, "FeatureCollection") == 0) {
        features = json_object_get(root, "features");
        if (json_array_size(features) != 1) {
            json_decref(root);
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: holds %zu features; a mandate has one area, join them to one "
                             "MultiPolygon",
                             draft->area_path, json_array_size(features));
        }
        geometry = json_array_get(features, 0);
        type = json_string_value(json_object_get(geometry, "type"));
    }
    if (type != NULL && strcmp(type, "Feature") == 0)
        geometry = json_object_get(geometry, "geometry");
    if (!json_is_object(geometry)) {
        json_decref(root);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: has no GeoJSON geometry", draft->area_path);
    }
    *out = json_incref(geometry);
    json_decref(root);
    return VAHO_OK;
}

/* Appends the text of a document of 'body' (taken over). */
static enum vaho_status write_document(struct vaho_text *out, json_t *body, const char *kind,
                                       struct vaho_error *error)
{
    struct vaho_document document;
    enum vaho_status status = body == NULL ? vaho_fail_memory(error, kind)
                                           : vaho_document_new(&document, body, kind, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_document_write(out, &document, error);
    vaho_document_free(&document);
    return status;
}

enum vaho_status vaho_mandate_draft_write(struct vaho_text *out,
                                          const struct vaho_mandate_draft *draft,
                                          struct vaho_error *error)
{
    json_t *area, *body;
    size_t before = out->nbytes;
    struct vaho_mandate *read_back;
    enum vaho_status status = read_area(&area, draft, error);

    if (status != VAHO_OK)
        return status;
    body = json_pack(
        "{s:s, s:s, s:b, s:s, s:o, s:o, s:{s:f, s:f}, s:{s:s, s:s}, s:o, s:o, s:o}", "format",
        "vaho-mandate-1", "id", draft->id, "exercise", draft->exercise, "issuer", draft->issuer,
        "cosigners", texts(draft->cosigner, draft->n_cosigners), "area", area, "border", "sigmas",
        draft->border_sigmas, "assumed_sigma_m", draft->assumed_sigma_m, "window", "from",
        draft->from, "to", draft->to, "sensors", texts(draft->sensor, draft->n_sensors), "gases",
        texts(draft->gas, draft->n_gases), "partners", partners(draft));
    if (body == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "a text of the mandate is not UTF-8");
    if (draft->on_behalf_of != NULL)
        json_object_set_new(body, "on_behalf_of", json_string(draft->on_behalf_of));
    status = write_document(out, body, "mandate", error);
    if (status == VAHO_OK)
        status = vaho_mandate_parse(&read_back, out->data + before, out->nbytes - before,
                                    draft->area_path, error);
    if (status == VAHO_OK)
        vaho_mandate_free(read_back);
    return status;
}

enum vaho_status vaho_revocations_draft_write(struct vaho_text *out, const char *issuer,
                                              const char *issued, const char *reason,
                                              const struct vaho_mandate *const *mandate, size_t n,
                                              struct vaho_error *error)
{
    json_t *list = json_array(), *body;
    size_t before = out->nbytes;
    struct vaho_revocations *read_back;
    enum vaho_status status;

    for (size_t i = 0; i < n; i++) {
        const struct vaho_mandate_terms *terms = vaho_mandate_terms(mandate[i]);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "issuer", terms->issuer, "id",
                                              terms->id, "reason", reason));
    }
    body = json_pack("{s:s, s:s, s:s, s:o}", "format", "vaho-revocations-1", "issuer", issuer,
                     "issued", issued, "mandates", list);
    if (body == NULL || json_array_size(list) != n) {
        json_decref(body);
        return vaho_fail(error, VAHO_BAD_INPUT, "a text of the revocation is not UTF-8");
    }
    status = write_document(out, body, "revocations", error);
    if (status == VAHO_OK)
        status = vaho_revocations_parse(&read_back, out->data + before, out->nbytes - before,
                                        "the revocation", error);
    if (status == VAHO_OK)
        vaho_revocations_free(read_back);
    return status;
}

/* The kind of document a text is, after it passed its parser; NULL with the error. */
static const char *kind_of(const char *data, size_t nbytes, const char *path,
                           enum vaho_status *status, struct vaho_error *error)
{
    struct vaho_mandate *mandate;
    struct vaho_revocations *revocations;
    struct vaho_error first;

    *status = vaho_mandate_parse(&mandate, data, nbytes, path, &first);
    vaho_mandate_free(mandate);
    if (*status == VAHO_OK)
        return "mandate";
    *status = vaho_revocations_parse(&revocations, data, nbytes, path, error);
    vaho_revocations_free(revocations);
    if (*status == VAHO_OK)
        return "revocations";
    if (strstr(first.message, "'revocations' that is not known") == NULL && error != NULL)
        *error = first; /* it did not claim to be revocations */
    return NULL;
}

enum vaho_status vaho_mandate_sign(struct vaho_text *out, const char *data, size_t nbytes,
                                   const char *path, const struct vaho_secret_key *key,
                                   struct vaho_error *error)
{
    struct vaho_document document;
    struct vaho_error reason;
    enum vaho_status status;
    const char *kind = kind_of(data, nbytes, path, &status, error);

    if (kind == NULL)
        return status;
    status = vaho_document_parse(&document, data, nbytes, kind, path, error);
    if (status != VAHO_OK)
        return status;
    for (size_t i = 0; i < document.n_signatures; i++)
        if (!document.signature[i].fits) {
            vaho_document_free(&document);
            return vaho_fail(
                error, VAHO_REFUSED,
                "%s: signature %zu does not fit: the document was changed after it was "
                "signed; get the original before you sign",
                path, i + 1);
        }
    status = vaho_document_sign(&document, key, &reason);
    if (status != VAHO_OK)
        status = vaho_fail(error, status, "%s: %s", path, reason.message);
    if (status == VAHO_OK)
        status = vaho_document_write(out, &document, error);
    vaho_document_free(&document);
    return status;
}
