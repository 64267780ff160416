#include "casebook/ledger.h"

#include <sodium.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger_tree.h"
#include "casebook/rows_hash.h"

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

/* --- the tree, stored ----------------------------------------------------------- */

static int read_hash(void *context, struct vaho_hash *out, uint64_t place)
{
    struct vaho_ledger_tree *tree = context;
    int good;

    sqlite3_bind_int64(tree->read, 1, (int64_t)place);
    good = sqlite3_step(tree->read) == SQLITE_ROW &&
           sqlite3_column_bytes(tree->read, 0) == VAHO_HASH_NBYTES;
    if (good)
        memcpy(out->byte, sqlite3_column_blob(tree->read, 0), VAHO_HASH_NBYTES);
    sqlite3_reset(tree->read);
    return good;
}

enum vaho_status vaho_ledger_tree_open(struct vaho_ledger_tree *out, struct vaho_casebook *casebook,
                                       struct vaho_error *error)
{
    *out = (struct vaho_ledger_tree){casebook, 0, NULL, {read_hash, out}};
    if (sqlite3_prepare_v2(casebook->database, "SELECT hash FROM ledger_hashes WHERE place = ?", -1,
                           &out->read, NULL) != SQLITE_OK)
        return broken(casebook, error);
    return vaho_database_number(&out->size, casebook->database, casebook->path,
                                "SELECT ifnull(max(number) + 1, 0) FROM ledger_entries", error);
}

void vaho_ledger_tree_close(struct vaho_ledger_tree *tree)
{
    sqlite3_finalize(tree->read);
    tree->read = NULL;
}

enum vaho_status vaho_ledger_tree_unreadable(const struct vaho_ledger_tree *tree,
                                             struct vaho_error *error)
{
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: a hash of its ledger is missing; 'vaho ledger verify' says more",
                     tree->casebook->path);
}

/* --- appending ---------------------------------------------------------------------- */

static enum vaho_status insert_entry(struct vaho_casebook *casebook, int64_t number,
                                     const struct vaho_text *entry, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database,
                           "INSERT INTO ledger_entries (number, entry) VALUES (?, ?)", -1, &s,
                           NULL) != SQLITE_OK ||
        sqlite3_bind_int64(s, 1, number) != SQLITE_OK ||
        sqlite3_bind_text(s, 2, entry->data, (int)entry->nbytes, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

/* The leaf's hash and those of the subtrees it completes. */
static enum vaho_status insert_hashes(struct vaho_ledger_tree *tree, const struct vaho_hash *leaf,
                                      struct vaho_error *error)
{
    struct vaho_casebook *casebook = tree->casebook;
    struct vaho_merkle_front front;
    struct vaho_hash_list made;
    uint64_t place = vaho_merkle_n_stored((uint64_t)tree->size);
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (!vaho_merkle_front(&front, (uint64_t)tree->size, &tree->store))
        return vaho_ledger_tree_unreadable(tree, error);
    if (sqlite3_prepare_v2(casebook->database,
                           "INSERT INTO ledger_hashes (place, hash) VALUES (?, ?)", -1, &s,
                           NULL) != SQLITE_OK)
        return broken(casebook, error);
    vaho_merkle_grow(&front, leaf, &made);
    for (size_t i = 0; i < made.n && status == VAHO_OK; i++) {
        sqlite3_bind_int64(s, 1, (int64_t)(place + i));
        sqlite3_bind_blob(s, 2, made.hash[i].byte, VAHO_HASH_NBYTES, SQLITE_STATIC);
        if (sqlite3_step(s) != SQLITE_DONE)
            status = broken(casebook, error);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status append(struct vaho_ledger_tree *tree, const struct vaho_act *act,
                               const char *what, const json_t *object, const char *mandate,
                               struct vaho_error *error)
{
    struct vaho_text text;
    struct vaho_hash leaf;
    enum vaho_status status;

    vaho_text_init(&text, 8 * VAHO_ENTRY_MAX_NBYTES);
    status = vaho_entry_write(&text, (uint64_t)tree->size, act, what, object, mandate, error);
    if (status == VAHO_OK)
        status = insert_entry(tree->casebook, tree->size, &text, error);
    if (status == VAHO_OK) {
        vaho_merkle_leaf(&leaf, text.data, text.nbytes);
        status = insert_hashes(tree, &leaf, error);
    }
    vaho_text_free(&text);
    tree->size += status == VAHO_OK;
    return status;
}

/* What the casebook is; of an old one, what it held. */
static enum vaho_status describe(json_t **out, struct vaho_casebook *casebook, int old,
                                 struct vaho_error *error)
{
    static const char *const sql[] = {"SELECT ifnull(max(id), 0) FROM flights",
                                      "SELECT ifnull(max(id), 0) FROM mandates",
                                      "SELECT ifnull(max(id), 0) FROM reviews",
                                      "SELECT ifnull(max(id), 0) FROM releases",
                                      "SELECT count(*) FROM plumes",
                                      "SELECT count(*) FROM sites"};
    unsigned char random[16];
    char nonce[33], sha256[VAHO_DIGEST_HEX_NBYTES];
    int64_t n[6] = {0};
    enum vaho_status status = VAHO_OK;

    randombytes_buf(random, sizeof random);
    sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
    *out = json_pack("{s:s, s:i, s:s}", "kind", vaho_casebook_kind_name(casebook->kind), "schema",
                     casebook->version, "nonce", nonce);
    for (size_t i = 0; old && i < 6 && status == VAHO_OK; i++)
        status = vaho_database_number(&n[i], casebook->database, casebook->path, sql[i], error);
    if (old && status == VAHO_OK)
        status = vaho_begin_sha256(sha256, casebook,
                                   &(struct vaho_rows_until){n[0], n[1], n[2], n[3]}, error);
    if (old && status == VAHO_OK)
        json_object_update_new(*out, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "last_flight",
                                               (json_int_t)n[0], "last_mandate", (json_int_t)n[1],
                                               "last_review", (json_int_t)n[2], "last_release",
                                               (json_int_t)n[3], "plumes", (json_int_t)n[4],
                                               "sites", (json_int_t)n[5], "rows_sha256", sha256));
    return status;
}

/* The first entry of a casebook, new or older than ledgers. */
static enum vaho_status begin(struct vaho_ledger_tree *tree, const struct vaho_act *act, int old,
                              struct vaho_error *error)
{
    json_t *object = NULL;
    enum vaho_status status = describe(&object, tree->casebook, old, error);

    if (status == VAHO_OK)
        status = append(tree, act, old ? "ledger-begin" : "casebook-new", object, NULL, error);
    json_decref(object);
    return status;
}

enum vaho_status vaho_ledger_append(int64_t *out_number, struct vaho_casebook *casebook,
                                    const struct vaho_act *act, const char *what, json_t *object,
                                    const char *mandate, struct vaho_error *error)
{
    struct vaho_ledger_tree tree;
    enum vaho_status status = vaho_ledger_tree_open(&tree, casebook, error);

    if (status == VAHO_OK && object == NULL)
        status = vaho_fail_memory(error, "an entry");
    if (status == VAHO_OK && tree.size == 0)
        status = begin(&tree, act, 1, error);
    if (out_number != NULL)
        *out_number = tree.size;
    if (status == VAHO_OK)
        status = append(&tree, act, what, object, mandate, error);
    vaho_ledger_tree_close(&tree);
    json_decref(object);
    return status;
}

enum vaho_status vaho_ledger_act(struct vaho_casebook *casebook, const struct vaho_act *act,
                                 const char *what, json_t *object, struct vaho_error *error)
{
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK) {
        json_decref(object);
        return status;
    }
    status = vaho_ledger_append(NULL, casebook, act, what, object, NULL, error);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

enum vaho_status vaho_ledger_begin_new(struct vaho_casebook *casebook, const struct vaho_act *act,
                                       struct vaho_error *error)
{
    struct vaho_ledger_tree tree;
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    status = vaho_ledger_tree_open(&tree, casebook, error);
    if (status == VAHO_OK)
        status = begin(&tree, act, 0, error);
    vaho_ledger_tree_close(&tree);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}
