/* answer_ledger.c - the ledger, for overseers: to read, to take proofs along, to verify */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger_verify.h"
#include "serve/answers.h"
#include "serve/parts.h"
#include "serve/shapes.h"

enum { MAX_KEPT = 100, MAX_FINDINGS = 100 };

static enum vaho_status size_of(int64_t *out, struct vaho_casebook *casebook,
                                struct vaho_error *error)
{
    return vaho_database_number(out, casebook->database, casebook->path,
                                "SELECT ifnull(max(number) + 1, 0) FROM ledger_entries", error);
}

static int list_entry(void *context, const struct vaho_entry *e)
{
    json_array_append_new(context,
                          json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:O}", "number",
                                    (json_int_t)e->number, "who", e->who, "by", e->by, "what",
                                    e->what, "when", e->when, "why", vaho_json_words(e->why),
                                    "mandate", vaho_json_words(e->mandate), "object", e->object));
    return 1;
}

void vaho_answer_ledger(struct vaho_request *request, struct vaho_casebook *casebook)
{
    int64_t limit = (int64_t)vaho_query_real(&request->target, "limit", 100), size = 0, from;
    json_t *entries = json_array(), *next = json_null();
    struct vaho_checkpoint state = {.origin = ""};
    struct vaho_error error;
    char path[80];
    enum vaho_status status = size_of(&size, casebook, &error);

    from = (int64_t)vaho_query_real(&request->target, "from", -1);
    if (from < 0)
        from = size > limit ? size - limit : 0;
    if (status == VAHO_OK && size > 0)
        status = vaho_ledger_state(&state, casebook, VAHO_LEDGER_NOW, &error);
    if (status == VAHO_OK)
        status = vaho_ledger_each(casebook, (uint64_t)from, (uint64_t)limit, list_entry, entries,
                                  &error);
    if (status != VAHO_OK) {
        json_decref(entries);
        vaho_answer_failed(request, &error, "busy", "entry");
        return;
    }
    if (from + limit < size) {
        snprintf(path, sizeof path, "/api/ledger?from=%lld&limit=%lld", (long long)(from + limit),
                 (long long)limit);
        next = json_string(path);
    }
    vaho_answer_json(request, 200,
                     json_pack("{s:I, s:s, s:o, s:o}", "size", (json_int_t)size, "origin",
                               state.origin, "entries", entries, "next", next));
}

/* --- checkpoints ---------------------------------------------------------------------- */

static json_t *kept_of(sqlite3_stmt *s, struct vaho_checkpoint *room)
{
    const char *note = (const char *)sqlite3_column_text(s, 1);
    json_t *names = json_array();
    struct vaho_error ignored;

    if (vaho_checkpoint_parse(room, note, strlen(note), "kept", &ignored) == VAHO_OK)
        for (size_t i = 0; i < room->n_signatures; i++)
            json_array_append_new(names, json_string(room->signature[i].name));
    return json_pack("{s:I, s:s, s:o}", "size", (json_int_t)sqlite3_column_int64(s, 0), "note",
                     note, "signatures", names);
}

static enum vaho_status read_kept(json_t *out, struct vaho_casebook *casebook,
                                  struct vaho_checkpoint *room, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT size, note FROM ledger_checkpoints ORDER BY id DESC LIMIT ?", -1,
                           &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int(s, 1, MAX_KEPT);
        while ((result = sqlite3_step(s)) == SQLITE_ROW)
            json_array_append_new(out, kept_of(s, room));
    }
    if (result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

void vaho_answer_checkpoint(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_checkpoint now, room;
    char root[VAHO_HASH_BASE64_NBYTES];
    json_t *kept = json_array();
    struct vaho_text note;
    struct vaho_error error;
    enum vaho_status status = vaho_ledger_state(&now, casebook, VAHO_LEDGER_NOW, &error);

    if (status == VAHO_USAGE) /* there is no entry yet, so there is nothing to sign */
        error.status = status = VAHO_NOT_FOUND;
    if (status == VAHO_OK)
        status = read_kept(kept, casebook, &room, &error);
    vaho_text_init(&note, VAHO_CHECKPOINT_MAX_NBYTES);
    vaho_checkpoint_write(&note, &now);
    if (status == VAHO_OK) {
        vaho_hash_write(root, &now.root);
        vaho_answer_json(request, 200,
                         json_pack("{s:I, s:s, s:s, s:s, s:O}", "size", (json_int_t)now.size,
                                   "root", root, "origin", now.origin, "note", note.data, "kept",
                                   kept));
    } else {
        vaho_answer_failed(request, &error, "busy", "entry");
    }
    json_decref(kept);
    vaho_text_free(&note);
}

/* --- proofs ------------------------------------------------------------------------------ */

static void answer_proof(struct vaho_request *request, struct vaho_casebook *casebook,
                         int inclusion, uint64_t number)
{
    struct vaho_proof proof = {0};
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status = vaho_ledger_prove(&proof, casebook, inclusion, number, NULL, &error);

    vaho_text_init(&text, VAHO_PROOF_MAX_NBYTES);
    if (status == VAHO_OK)
        status = vaho_proof_write(&text, &proof, &error);
    if (status == VAHO_OK)
        vaho_answer_json(request, 200, json_pack("{s:s}", "proof", text.data));
    else if (status == VAHO_USAGE)
        vaho_answer_error(request, "entry", "%s", vaho_answer_sentence(request, &error));
    else
        vaho_answer_failed(request, &error, "checkpoint", "checkpoint");
    vaho_proof_free(&proof);
    vaho_text_free(&text);
}

void vaho_answer_inclusion(struct vaho_request *request, struct vaho_casebook *casebook)
{
    uint64_t number;

    if (vaho_size_parse(&number, request->in_path[0], strlen(request->in_path[0])))
        answer_proof(request, casebook, 1, number);
    else
        vaho_answer_error(request, "entry", "an entry has a number");
}

void vaho_answer_growth(struct vaho_request *request, struct vaho_casebook *casebook)
{
    answer_proof(request, casebook, 0, (uint64_t)vaho_query_real(&request->target, "since", 0));
}

/* --- verifying ---------------------------------------------------------------------------- */

static void add_finding(void *context, const char *finding)
{
    if (json_array_size(context) < MAX_FINDINGS)
        json_array_append_new(context, json_string(finding));
}

/* As 'vaho ledger verify' without keys: whose signatures are good is for those who hold them. */
void vaho_answer_verify(struct vaho_request *request, struct vaho_casebook *casebook)
{
    static const struct vaho_ledger_policy nobody = {0};
    struct vaho_ledger_report report;
    char root[VAHO_HASH_BASE64_NBYTES];
    json_t *findings = json_array();
    struct vaho_error error;

    if (vaho_ledger_verify(&report, casebook, &nobody, add_finding, findings, &error) != VAHO_OK) {
        json_decref(findings);
        vaho_answer_failed(request, &error, "busy", "entry");
        return;
    }
    vaho_hash_write(root, &report.root);
    vaho_answer_json(request, 200,
                     json_pack("{s:b, s:I, s:s, s:s, s:I, s:o}", "good", report.n_findings == 0,
                               "entries", (json_int_t)report.size, "root", root, "origin",
                               report.origin, "checkpoints", (json_int_t)report.n_checkpoints,
                               "findings", findings));
}
