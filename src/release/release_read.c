/* release_read.c - a release as its partner reads it: strictly, for it will be acted on */
#include <jansson.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/moment.h"
#include "mandate/document.h"
#include "release/release.h"

static const struct vaho_member members[] = {
    {"format", JSON_STRING, 1},    {"kind", JSON_STRING, 1},
    {"exercise", JSON_TRUE, 1},    {"partner", JSON_STRING, 1},
    {"lead", JSON_STRING, 1},      {"sequence", JSON_INTEGER, 1},
    {"ledger", JSON_OBJECT, 1},    {"previous_sha256", JSON_STRING, 0},
    {"valid", JSON_OBJECT, 0},     {"marking", JSON_OBJECT, 0},
    {"mandates", JSON_ARRAY, 0},   {"time_step_s", JSON_REAL, 0},
    {"place", JSON_OBJECT, 0},     {"gas", JSON_STRING, 0},
    {"probability", JSON_REAL, 0}, {"first_seen", JSON_STRING, 0},
    {"last_seen", JSON_STRING, 0}, {"emission_kg_h", JSON_OBJECT, 0}};
enum { N_MEMBERS = sizeof members / sizeof members[0], N_OF_BOTH = 8, N_OF_RELEASES = 12 };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static enum vaho_status check_parts(const json_t *root, struct vaho_error *error)
{
    static const struct vaho_member ledger[] = {{"origin", JSON_STRING, 1},
                                                {"index", JSON_INTEGER, 1}};
    static const struct vaho_member valid[] = {{"from", JSON_STRING, 1}, {"to", JSON_STRING, 1}};
    static const struct vaho_member marking[] = {{"tlp", JSON_STRING, 1},
                                                 {"onward", JSON_STRING, 1}};
    static const struct vaho_member mandate[] = {{"id", JSON_STRING, 1},
                                                 {"sha256", JSON_STRING, 1}};
    static const struct vaho_member place[] = {{"longitude", JSON_REAL, 1},
                                               {"latitude", JSON_REAL, 1},
                                               {"error_m", JSON_REAL, 1},
                                               {"cell_deg", JSON_ARRAY, 1}};
    static const struct vaho_member emission[] = {{"from", JSON_REAL, 1}, {"to", JSON_REAL, 1}};
    static const struct {
        const char *name;
        const struct vaho_member *member;
        size_t n;
    } part[] = {{"ledger", ledger, 2},
                {"valid", valid, 2},
                {"marking", marking, 2},
                {"place", place, 4},
                {"emission_kg_h", emission, 2}};
    const json_t *mandates = json_object_get(root, "mandates");
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < sizeof part / sizeof part[0] && status == VAHO_OK; i++) {
        const json_t *object = json_object_get(root, part[i].name);
        if (object != NULL)
            status = vaho_members_check(object, part[i].member, part[i].n, "the release",
                                        part[i].name, error);
    }
    for (size_t i = 0; i < json_array_size(mandates) && status == VAHO_OK; i++)
        status = vaho_members_check(json_array_get(mandates, i), mandate, 2, "the release",
                                    "a mandate", error);
    return status;
}

/* A recall has the members of both kinds and no others; a release has its own as well. */
static enum vaho_status check_kind(struct vaho_release *r, struct vaho_error *error)
{
    const json_t *root = r->root, *valid = json_object_get(root, "valid");
    const char *kind = text_of(root, "kind");

    r->kind = strcmp(kind, "recall") == 0 ? VAHO_RELEASE_RECALL : VAHO_RELEASE_GIVE;
    if (r->kind == VAHO_RELEASE_GIVE && strcmp(kind, "release") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "the release's 'kind' is neither release nor recall");
    for (size_t i = N_OF_BOTH; i < N_MEMBERS; i++) {
        int there = json_object_get(root, members[i].name) != NULL;
        if (r->kind == VAHO_RELEASE_RECALL ? there : !there && i < N_OF_RELEASES)
            return vaho_fail(error, VAHO_BAD_INPUT, "a %s with%s '%s' is none", kind,
                             there ? "" : "out", members[i].name);
    }
    if (r->kind == VAHO_RELEASE_GIVE && (!vaho_moment_parse(&r->from_s, text_of(valid, "from")) ||
                                         !vaho_moment_parse(&r->until_s, text_of(valid, "to"))))
        return vaho_fail(error, VAHO_BAD_INPUT, "the release's 'valid' holds no moments");
    return VAHO_OK;
}

static enum vaho_status read_members(struct vaho_release *r, struct vaho_error *error)
{
    const json_t *root = r->root, *ledger = json_object_get(root, "ledger");
    json_int_t sequence = json_integer_value(json_object_get(root, "sequence"));
    json_int_t index = json_integer_value(json_object_get(ledger, "index"));

    r->exercise = json_is_true(json_object_get(root, "exercise"));
    r->partner = text_of(root, "partner");
    r->lead_id = text_of(root, "lead");
    r->previous_sha256 = text_of(root, "previous_sha256");
    r->ledger_origin = text_of(ledger, "origin");
    r->sequence = (uint64_t)sequence;
    r->ledger_index = (uint64_t)index;
    if (strcmp(text_of(root, "format"), "vaho-release-1") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "the release's format is '%.40s'; this version knows vaho-release-1",
                         text_of(root, "format"));
    if (sequence < 1 || index < 0 || !vaho_is_name(r->partner) ||
        strlen(r->lead_id) != VAHO_LEAD_ID_NBYTES - 1 ||
        strspn(r->lead_id, "0123456789abcdef") != VAHO_LEAD_ID_NBYTES - 1 ||
        (sequence == 1 ? r->previous_sha256[0] != '\0' : !vaho_is_key(r->previous_sha256)))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "the release's number, lead, partner, ledger or previous hash is none");
    return check_kind(r, error);
}

enum vaho_status vaho_release_parse(struct vaho_release *out, const char *data, size_t nbytes,
                                    struct vaho_error *error)
{
    struct vaho_text text;
    json_error_t reason;
    enum vaho_status status;

    *out = (struct vaho_release){0};
    if (nbytes > VAHO_RELEASE_MAX_NBYTES)
        return vaho_fail(error, VAHO_BAD_INPUT, "more than %d bytes are no release",
                         VAHO_RELEASE_MAX_NBYTES);
    out->root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "the release is not JSON: %s", reason.text);
    status =
        vaho_members_check(out->root, members, N_MEMBERS, "the envelope", "the release", error);
    if (status == VAHO_OK)
        status = check_parts(out->root, error);
    if (status == VAHO_OK)
        status = read_members(out, error);
    vaho_text_init(&text, 8 * VAHO_RELEASE_MAX_NBYTES);
    if (status == VAHO_OK)
        status = vaho_canonical_json(&text, out->root, error);
    if (status == VAHO_OK && (text.nbytes != nbytes || memcmp(text.data, data, nbytes) != 0))
        status = vaho_fail(error, VAHO_BAD_INPUT, "the release is not in its canonical form");
    vaho_text_free(&text);
    if (status != VAHO_OK)
        vaho_release_free(out);
    return status;
}

void vaho_release_free(struct vaho_release *release)
{
    json_decref(release->root);
    *release = (struct vaho_release){0};
}
