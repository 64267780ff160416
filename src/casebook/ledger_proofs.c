/* ledger_proofs.c - checkpoints and proofs of the ledger that a casebook stores */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "casebook/ledger.h"
#include "casebook/ledger_tree.h"

void vaho_ledger_origin(char out[VAHO_CHECKPOINT_NAME_NBYTES], const struct vaho_hash *first)
{
    char hex[2 * VAHO_HASH_NBYTES + 1];

    sodium_bin2hex(hex, sizeof hex, first->byte, VAHO_HASH_NBYTES);
    snprintf(out, VAHO_CHECKPOINT_NAME_NBYTES, "vaho-ledger/%.32s", hex);
}

/* Origin, size and root at 'size' entries. */
static enum vaho_status state_at(struct vaho_checkpoint *out, struct vaho_ledger_tree *tree,
                                 uint64_t size, struct vaho_error *error)
{
    struct vaho_merkle_front front;
    struct vaho_hash first;

    *out = (struct vaho_checkpoint){.size = size};
    if (!vaho_merkle_front(&front, size, &tree->store) ||
        !tree->store.read(tree->store.context, &first, 0))
        return vaho_ledger_tree_unreadable(tree, error);
    vaho_ledger_origin(out->origin, &first);
    vaho_merkle_front_root(&out->root, &front);
    return VAHO_OK;
}

enum vaho_status vaho_ledger_state(struct vaho_checkpoint *out, struct vaho_casebook *casebook,
                                   int64_t size, struct vaho_error *error)
{
    struct vaho_ledger_tree tree;
    enum vaho_status status = vaho_ledger_tree_open(&tree, casebook, error);

    *out = (struct vaho_checkpoint){0};
    if (status == VAHO_OK && tree.size == 0)
        status =
            vaho_fail(error, VAHO_USAGE,
                      "%s: its ledger is empty: nothing was done with it since it was migrated",
                      casebook->path);
    if (status == VAHO_OK && size > tree.size)
        status =
            vaho_fail(error, VAHO_USAGE, "%s: its ledger has %" PRId64 " entries, not %" PRId64,
                      casebook->path, tree.size, size);
    if (status == VAHO_OK)
        status =
            state_at(out, &tree, (uint64_t)(size == VAHO_LEDGER_NOW ? tree.size : size), error);
    vaho_ledger_tree_close(&tree);
    return status;
}

/* The last checkpoint that was kept; size 0: none was. */
static enum vaho_status last_kept(struct vaho_checkpoint *out, struct vaho_casebook *casebook,
                                  struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_checkpoint){0};
    if (sqlite3_prepare_v2(
            casebook->database,
            "SELECT note FROM ledger_checkpoints ORDER BY size DESC, id DESC LIMIT 1", -1, &s,
            NULL) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        status = vaho_checkpoint_parse(out, (const char *)sqlite3_column_text(s, 0),
                                       (size_t)sqlite3_column_bytes(s, 0), casebook->path, error);
    else if (result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

/* The ledger is one that this checkpoint was made of, then or since. */
static enum vaho_status extends(struct vaho_casebook *casebook,
                                const struct vaho_checkpoint *checkpoint, struct vaho_error *error)
{
    struct vaho_checkpoint then, now;
    enum vaho_status status = vaho_ledger_state(&now, casebook, VAHO_LEDGER_NOW, error);

    if (status == VAHO_OK && checkpoint->size > now.size)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: truncated: the checkpoint tells of %" PRIu64 " entries, and %" PRIu64
                         " are there",
                         casebook->path, checkpoint->size, now.size);
    if (status == VAHO_OK)
        status = vaho_ledger_state(&then, casebook, (int64_t)checkpoint->size, error);
    if (status == VAHO_OK && strcmp(then.origin, checkpoint->origin) != 0)
        return vaho_fail(error, VAHO_REFUSED, "%s: the checkpoint is of another ledger, %s",
                         casebook->path, checkpoint->origin);
    if (status == VAHO_OK && !vaho_hash_same(&then.root, &checkpoint->root))
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: rewritten: its first %" PRIu64
                         " entries are not those the checkpoint was made of",
                         casebook->path, checkpoint->size);
    return status;
}

static enum vaho_status insert(struct vaho_casebook *casebook, const struct vaho_checkpoint *c,
                               struct vaho_error *error)
{
    struct vaho_text note;
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    vaho_text_init(&note, VAHO_CHECKPOINT_MAX_NBYTES);
    vaho_checkpoint_write(&note, c);
    if (note.failed)
        status = vaho_fail_memory(error, casebook->path);
    else if (sqlite3_prepare_v2(casebook->database,
                                "INSERT INTO ledger_checkpoints (size, note) VALUES (?, ?)", -1, &s,
                                NULL) != SQLITE_OK ||
             sqlite3_bind_int64(s, 1, (int64_t)c->size) != SQLITE_OK ||
             sqlite3_bind_text(s, 2, note.data, (int)note.nbytes, SQLITE_STATIC) != SQLITE_OK ||
             sqlite3_step(s) != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    vaho_text_free(&note);
    return status;
}

enum vaho_status vaho_ledger_checkpoint(struct vaho_checkpoint *out, struct vaho_casebook *casebook,
                                        const struct vaho_secret_key *key, struct vaho_error *error)
{
    struct vaho_checkpoint last;
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    *out = (struct vaho_checkpoint){0};
    if (status != VAHO_OK)
        return status;
    status = last_kept(&last, casebook, error);
    if (status == VAHO_OK && last.size > 0)
        status = extends(casebook, &last, error);
    if (status == VAHO_OK)
        status = vaho_ledger_state(out, casebook, VAHO_LEDGER_NOW, error);
    if (status == VAHO_OK)
        status = vaho_checkpoint_sign(out, key, error);
    if (status == VAHO_OK)
        status = insert(casebook, out, error);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

/* The keeper's signature under a checkpoint; NULL: there is none. */
static const struct vaho_checkpoint_signature *keeper_of(const struct vaho_checkpoint *c)
{
    for (size_t i = 0; i < c->n_signatures; i++)
        if (strcmp(c->signature[i].name, c->origin) == 0)
            return &c->signature[i];
    return NULL;
}

/* It went out from here: a kept checkpoint of its size has the same signature of the keeper. */
static enum vaho_status check_came_back(struct vaho_casebook *casebook,
                                        const struct vaho_checkpoint *c, struct vaho_error *error)
{
    const struct vaho_checkpoint_signature *back = keeper_of(c), *out;
    struct vaho_checkpoint kept;
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, found = 0;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, "SELECT note FROM ledger_checkpoints WHERE size = ?",
                           -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(s, 1, (int64_t)c->size) == SQLITE_OK)
        while (!found && (result = sqlite3_step(s)) == SQLITE_ROW)
            found = back != NULL &&
                    vaho_checkpoint_parse(&kept, (const char *)sqlite3_column_text(s, 0),
                                          (size_t)sqlite3_column_bytes(s, 0), casebook->path,
                                          NULL) == VAHO_OK &&
                    (out = keeper_of(&kept)) != NULL && out->nbytes == back->nbytes &&
                    memcmp(out->byte, back->byte, back->nbytes) == 0;
    if (!found && result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    else if (!found)
        status = vaho_fail(error, VAHO_REFUSED,
                           "%s: the checkpoint was not made here: no kept one has its keeper's "
                           "signature",
                           casebook->path);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_ledger_keep(struct vaho_casebook *casebook,
                                  const struct vaho_checkpoint *checkpoint,
                                  struct vaho_error *error)
{
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    status = extends(casebook, checkpoint, error);
    if (status == VAHO_OK)
        status = check_came_back(casebook, checkpoint, error);
    if (status == VAHO_OK)
        status = insert(casebook, checkpoint, error);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

static int keep_text(void *context, const struct vaho_entry *entry)
{
    struct vaho_proof *out = context;
    struct vaho_text text;

    vaho_text_init(&text, 8 * VAHO_ENTRY_MAX_NBYTES);
    if (vaho_canonical_json(&text, entry->root, NULL) == VAHO_OK) {
        out->entry = text.data;
        out->entry_nbytes = text.nbytes;
    }
    return 0;
}

static enum vaho_status prove(struct vaho_proof *out, struct vaho_ledger_tree *tree,
                              struct vaho_error *error)
{
    uint64_t size = out->checkpoint.size;

    if (out->inclusion ? out->number >= size : out->number > size)
        return vaho_fail(error, VAHO_USAGE,
                         "the checkpoint tells of %" PRIu64 " entries%s: make a new one", size,
                         out->inclusion ? ", numbers from 0" : "");
    if (!(out->inclusion ? vaho_merkle_inclusion
                         : vaho_merkle_consistency)(&out->hashes, out->number, size, &tree->store))
        return vaho_ledger_tree_unreadable(tree, error);
    if (out->inclusion) {
        enum vaho_status status =
            vaho_ledger_each(tree->casebook, out->number, 1, keep_text, out, error);
        return status != VAHO_OK || out->entry != NULL ? status
                                                       : vaho_fail_memory(error, "an entry");
    }
    return VAHO_OK;
}

enum vaho_status vaho_ledger_prove(struct vaho_proof *out, struct vaho_casebook *casebook,
                                   int inclusion, uint64_t number,
                                   const struct vaho_checkpoint *checkpoint,
                                   struct vaho_error *error)
{
    struct vaho_ledger_tree tree;
    enum vaho_status status = vaho_ledger_tree_open(&tree, casebook, error);

    *out = (struct vaho_proof){.inclusion = inclusion, .number = number};
    if (status == VAHO_OK && checkpoint == NULL)
        status = last_kept(&out->checkpoint, casebook, error);
    else if (status == VAHO_OK)
        out->checkpoint = *checkpoint;
    if (status == VAHO_OK && out->checkpoint.size == 0)
        status = vaho_fail(error, VAHO_NOT_FOUND,
                           "%s: holds no checkpoint; 'vaho ledger checkpoint' makes one",
                           casebook->path);
    if (status == VAHO_OK)
        status = extends(casebook, &out->checkpoint, error);
    if (status == VAHO_OK)
        status = prove(out, &tree, error);
    vaho_ledger_tree_close(&tree);
    if (status != VAHO_OK)
        vaho_proof_free(out);
    return status;
}

enum vaho_status vaho_ledger_each(struct vaho_casebook *casebook, uint64_t first, uint64_t limit,
                                  int (*take)(void *context, const struct vaho_entry *entry),
                                  void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT number, entry FROM ledger_entries WHERE number >= ? ORDER BY number LIMIT ?";
    sqlite3_stmt *s = NULL;
    struct vaho_entry entry;
    struct vaho_error reason;
    int result = SQLITE_ERROR, going = 1;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(s, 1, (int64_t)first) == SQLITE_OK &&
        sqlite3_bind_int64(s, 2, (int64_t)limit) == SQLITE_OK)
        while (going && status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
            status = vaho_entry_parse(&entry, (const char *)sqlite3_column_text(s, 1),
                                      (size_t)sqlite3_column_bytes(s, 1), &reason);
            if (status != VAHO_OK) {
                status =
                    vaho_fail(error, status, "%s: entry %lld of its ledger: %s", casebook->path,
                              (long long)sqlite3_column_int64(s, 0), reason.message);
                break;
            }
            going = take(context, &entry);
            vaho_entry_free(&entry);
        }
    if (status == VAHO_OK && result != SQLITE_DONE && result != SQLITE_ROW)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}
