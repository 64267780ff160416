#include "ledger/entry.h"

#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/moment.h"
#include "base/signing.h"
#include "mandate/document.h"

static const char FORMAT[] = "vaho-entry-1";
static const char *const by_names[] = {"claim", "system", "account"};
enum { N_BY = sizeof by_names / sizeof by_names[0] };

/* Words of a person: no control characters; 'n_most' bytes. */
static int is_plain(const char *text, size_t n_most)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return 0;
    return strlen(text) <= n_most;
}

static int is_what(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n < 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz-") == n;
}

enum vaho_status vaho_act_check(const struct vaho_act *act, struct vaho_error *error)
{
    double ignored;

    if (act->who == NULL || act->who[0] == '\0' || !is_plain(act->who, VAHO_ENTRY_MAX_WHO))
        return vaho_fail(error, VAHO_USAGE,
                         "who acts must be named, in at most %d bytes without control characters",
                         VAHO_ENTRY_MAX_WHO);
    if (!vaho_moment_parse(&ignored, act->at))
        return vaho_fail(error, VAHO_USAGE, "'%s' is no moment like 2026-04-03T12:00:00Z", act->at);
    if (act->why != NULL && !is_plain(act->why, VAHO_ENTRY_MAX_WHY))
        return vaho_fail(error, VAHO_USAGE, "why takes at most %d bytes without control characters",
                         VAHO_ENTRY_MAX_WHY);
    return VAHO_OK;
}

enum vaho_status vaho_entry_write(struct vaho_text *out, uint64_t number,
                                  const struct vaho_act *act, const char *what,
                                  const json_t *object, const char *mandate,
                                  struct vaho_error *error)
{
    size_t before = out->nbytes;
    json_t *root = NULL;
    enum vaho_status status = vaho_act_check(act, error);

    if (status != VAHO_OK)
        return status;
    root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:O}", "format", FORMAT, "who", act->who, "by",
                     by_names[act->by], "what", what, "when", act->at, "number", (json_int_t)number,
                     "object", (json_t *)object);
    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "a text of the act is not UTF-8");
    if (act->why != NULL && act->why[0] != '\0' &&
        json_object_set_new(root, "why", json_string(act->why)) != 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "why is not UTF-8");
    if (status == VAHO_OK && mandate != NULL)
        json_object_set_new(root, "mandate", json_string(mandate));
    if (status == VAHO_OK)
        status = vaho_canonical_json(out, root, error);
    json_decref(root);
    if (status == VAHO_OK && out->nbytes - before > VAHO_ENTRY_MAX_NBYTES)
        status = vaho_fail(error, VAHO_BAD_INPUT, "an entry of more than %d bytes is too long",
                           VAHO_ENTRY_MAX_NBYTES);
    return status;
}

static const char *text_of(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));

    return text == NULL ? "" : text;
}

/* What each member must be besides its type. */
static enum vaho_status check_members(const struct vaho_entry *e, struct vaho_error *error)
{
    double ignored;
    size_t by = 0;

    while (by < N_BY && strcmp(e->by, by_names[by]) != 0)
        by++;
    if (strcmp(text_of(e->root, "format"), FORMAT) != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "its format is not %s", FORMAT);
    if (json_integer_value(json_object_get(e->root, "number")) < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "its number is negative");
    if (by == N_BY)
        return vaho_fail(error, VAHO_BAD_INPUT, "'by' is none of claim, system, account");
    if (e->who[0] == '\0' || !is_plain(e->who, VAHO_ENTRY_MAX_WHO) ||
        !is_plain(e->why, VAHO_ENTRY_MAX_WHY))
        return vaho_fail(error, VAHO_BAD_INPUT, "'who' or 'why' is empty, too long or no text");
    if (!is_what(e->what))
        return vaho_fail(error, VAHO_BAD_INPUT, "'what' is no act");
    if (!vaho_moment_parse(&ignored, e->when))
        return vaho_fail(error, VAHO_BAD_INPUT, "'when' is no moment like 2026-04-03T12:00:00Z");
    if (json_object_get(e->root, "mandate") != NULL && !vaho_is_key(e->mandate))
        return vaho_fail(error, VAHO_BAD_INPUT, "'mandate' is no SHA-256");
    return VAHO_OK;
}

static enum vaho_status check_form(const json_t *root, const char *data, size_t nbytes,
                                   struct vaho_error *error)
{
    struct vaho_text text;
    enum vaho_status status;

    vaho_text_init(&text, 8 * VAHO_ENTRY_MAX_NBYTES);
    status = vaho_canonical_json(&text, root, error);
    if (status == VAHO_OK && (text.nbytes != nbytes || memcmp(text.data, data, nbytes) != 0))
        status = vaho_fail(error, VAHO_BAD_INPUT, "it is not in its canonical form");
    vaho_text_free(&text);
    return status;
}

enum vaho_status vaho_entry_parse(struct vaho_entry *out, const char *data, size_t nbytes,
                                  struct vaho_error *error)
{
    static const struct vaho_member members[] = {
        {"format", JSON_STRING, 1},  {"who", JSON_STRING, 1},    {"by", JSON_STRING, 1},
        {"what", JSON_STRING, 1},    {"when", JSON_STRING, 1},   {"why", JSON_STRING, 0},
        {"number", JSON_INTEGER, 1}, {"object", JSON_OBJECT, 1}, {"mandate", JSON_STRING, 0}};
    json_error_t reason;
    enum vaho_status status;

    *out = (struct vaho_entry){0};
    if (nbytes > VAHO_ENTRY_MAX_NBYTES)
        return vaho_fail(error, VAHO_BAD_INPUT, "more than %d bytes are no entry",
                         VAHO_ENTRY_MAX_NBYTES);
    out->root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "it is not JSON: %s", reason.text);
    status = vaho_members_check(out->root, members, sizeof members / sizeof members[0],
                                "the ledger", "an entry", error);
    if (status == VAHO_OK) {
        out->number = (uint64_t)json_integer_value(json_object_get(out->root, "number"));
        out->who = text_of(out->root, "who");
        out->by = text_of(out->root, "by");
        out->what = text_of(out->root, "what");
        out->when = text_of(out->root, "when");
        out->why = text_of(out->root, "why");
        out->mandate = text_of(out->root, "mandate");
        out->object = json_object_get(out->root, "object");
        status = check_members(out, error);
    }
    if (status == VAHO_OK)
        status = check_form(out->root, data, nbytes, error);
    if (status != VAHO_OK)
        vaho_entry_free(out);
    return status;
}

void vaho_entry_free(struct vaho_entry *entry)
{
    json_decref(entry->root);
    *entry = (struct vaho_entry){0};
}
