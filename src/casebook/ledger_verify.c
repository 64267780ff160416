/*
 * ledger_verify.c - one pass over entries, stored hashes and checkpoints, side by side
 *
 *   entries      0 1 2 3 ...      each in canonical form, with its own number, no gap
 *   hashes       of each entry, computed anew, with the subtrees it completes: must be those stored
 *   checkpoints  in order of size: when that many entries have passed, the root must be theirs
 *   rows         of the casebook that an entry tells of: must be as they were (ledger_rows.h)
 *
 * What each attack trips over:
 *   edited       the hash stored with the entry; with the hashes made anew, a checkpoint's root
 *   reordered    the entry's own number; renumbered, it is edited
 *   truncated    hashes without entries; with those cut too, a checkpoint of more entries
 *   forked       a checkpoint that somebody else holds: signed alike, with another root
 *   made anew from the start, by the keeper: a checkpoint with a witness's signature, which only
 *   the witness can make, and who makes it holds its own last checkpoint against it (witness.h)
 */
#include "casebook/ledger_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger_rows.h"

enum { MAX_SAID = 100, FINDING_NBYTES = 512 };

struct pass {
    struct vaho_casebook *casebook;
    const struct vaho_ledger_policy *policy;
    struct vaho_ledger_report *report;
    struct vaho_ledger_rows rows;
    struct vaho_merkle_front front;
    sqlite3_stmt *entries, *hashes, *checkpoints;
    int64_t checkpoint_size;  /* of the row that 'checkpoints' stands at; -1: none is left */
    uint64_t mask_size, mask; /* the witnesses of the checkpoints of this size so far */
    int broken;               /* the entries are not what was hashed: roots say no more */
    void (*say)(void *context, const char *finding);
    void *context;
    struct vaho_error *error;
};

static void say(struct pass *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct pass *p, const char *format, ...)
{
    char text[FINDING_NBYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (p->report->n_findings++ < MAX_SAID)
        p->say(p->context, text);
}

/* --- the policy ------------------------------------------------------------------- */

enum vaho_status vaho_ledger_policy_check(const struct vaho_ledger_policy *p,
                                          struct vaho_error *error)
{
    for (size_t i = 0; i < p->n_witnesses; i++) {
        if (p->keeper != NULL && strcmp(p->witness[i].key, p->keeper) == 0)
            return vaho_fail(error, VAHO_REFUSED,
                             "single signer: the witness %s has the keeper's own key",
                             p->witness[i].name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(p->witness[i].key, p->witness[k].key) == 0)
                return vaho_fail(error, VAHO_REFUSED,
                                 "single signer: the witnesses %s and %s have one key",
                                 p->witness[k].name, p->witness[i].name);
    }
    if (p->n_needed > p->n_witnesses || (p->n_needed == 0 && p->n_witnesses > 0))
        return vaho_fail(error, VAHO_USAGE,
                         "%zu witnesses are needed of the %zu whose keys are given", p->n_needed,
                         p->n_witnesses);
    return VAHO_OK;
}

uint64_t vaho_ledger_witnesses_of(const struct vaho_checkpoint *checkpoint,
                                  const struct vaho_ledger_policy *policy)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < policy->n_witnesses; i++)
        if (vaho_checkpoint_cosigned(checkpoint, policy->witness[i].name, policy->witness[i].key) ==
            VAHO_SIGNED)
            mask |= (uint64_t)1 << i;
    return mask;
}

/* --- checkpoints -------------------------------------------------------------------- */

/* Counts the signatures of a checkpoint whose root is right. */
static void count_signatures(struct pass *p, const struct vaho_checkpoint *c)
{
    struct vaho_ledger_report *r = p->report;

    if (p->policy->keeper != NULL)
        r->signed_size = c->size;
    if (p->mask_size != c->size)
        p->mask = 0;
    p->mask_size = c->size;
    p->mask |= vaho_ledger_witnesses_of(c, p->policy);
    if (p->mask != 0 && (size_t)__builtin_popcountll(p->mask) >= p->policy->n_needed) {
        r->witnessed_size = c->size;
        r->witnesses = p->mask;
    }
}

static int keeper_signed(const struct pass *p, const struct vaho_checkpoint *c)
{
    return p->policy->keeper == NULL || vaho_checkpoint_signed(c, p->policy->keeper) == VAHO_SIGNED;
}

static void judge_kept(struct pass *p, const struct vaho_checkpoint *c,
                       const struct vaho_hash *root)
{
    if (strcmp(c->origin, p->report->origin) != 0)
        say(p, "a checkpoint it keeps is of another ledger, %s", c->origin);
    else if (!vaho_hash_same(&c->root, root))
        say(p,
            "rewritten: its first %" PRIu64
            " entries are not those that its own checkpoint was made of",
            c->size);
    else if (!keeper_signed(p, c))
        say(p, "its checkpoint of %" PRIu64 " entries is not signed by the keeper's key", c->size);
    else
        count_signatures(p, c);
}

static void judge_held(struct pass *p, size_t i, const struct vaho_hash *root)
{
    const struct vaho_checkpoint *c = &p->policy->held[i];

    if (!vaho_hash_same(&c->root, root))
        say(p, "forked: %s tells of another history of the same %" PRIu64 " entries",
            p->policy->held_path[i], c->size);
    else
        count_signatures(p, c);
}

/* Before the pass: of another ledger, or not the keeper's, a checkpoint says nothing. */
static enum vaho_status check_held(struct pass *p)
{
    for (size_t i = 0; i < p->policy->n_held; i++) {
        const struct vaho_checkpoint *c = &p->policy->held[i];
        if (!keeper_signed(p, c))
            return vaho_fail(p->error, VAHO_REFUSED, "%s: is not signed by the keeper's key",
                             p->policy->held_path[i]);
        if (strcmp(c->origin, p->report->origin) != 0)
            say(p, "%s is of another ledger, %s, or the first entry was rewritten",
                p->policy->held_path[i], c->origin);
    }
    return VAHO_OK;
}

/* Takes the next kept checkpoint; -1 when there is none. */
static enum vaho_status next_checkpoint(struct pass *p)
{
    int result = sqlite3_step(p->checkpoints);

    p->checkpoint_size = result == SQLITE_ROW ? sqlite3_column_int64(p->checkpoints, 0) : -1;
    return result == SQLITE_ROW || result == SQLITE_DONE
               ? VAHO_OK
               : vaho_database_fail(p->casebook->database, p->casebook->path, p->error);
}

static void read_kept(struct pass *p, const struct vaho_hash *root)
{
    struct vaho_checkpoint c;
    struct vaho_error reason;

    p->report->n_checkpoints++;
    if (vaho_checkpoint_parse(&c, (const char *)sqlite3_column_text(p->checkpoints, 1),
                              (size_t)sqlite3_column_bytes(p->checkpoints, 1), "a checkpoint",
                              &reason) != VAHO_OK)
        say(p, "a checkpoint it keeps cannot be read: %s", reason.message);
    else if ((int64_t)c.size != p->checkpoint_size)
        say(p, "a checkpoint it keeps is filed under %" PRId64 " entries and tells of %" PRIu64,
            p->checkpoint_size, c.size);
    else
        judge_kept(p, &c, root);
}

/* All checkpoints of as many entries as have passed. */
static enum vaho_status look_at_checkpoints(struct pass *p)
{
    struct vaho_hash root;
    int known = 0;
    enum vaho_status status = VAHO_OK;

    for (; status == VAHO_OK && p->checkpoint_size == (int64_t)p->front.size;
         status = next_checkpoint(p)) {
        if (!known)
            vaho_merkle_front_root(&root, &p->front);
        known = 1;
        read_kept(p, &root);
    }
    for (size_t i = 0; status == VAHO_OK && i < p->policy->n_held; i++)
        if (p->policy->held[i].size == p->front.size &&
            strcmp(p->policy->held[i].origin, p->report->origin) == 0) {
            vaho_merkle_front_root(&root, &p->front);
            judge_held(p, i, &root);
        }
    return status;
}

/* Those of more entries than there are. */
static enum vaho_status look_beyond(struct pass *p)
{
    enum vaho_status status = VAHO_OK;

    for (; status == VAHO_OK && p->checkpoint_size >= 0; status = next_checkpoint(p)) {
        p->report->n_checkpoints++;
        say(p,
            "truncated: its own checkpoint tells of %" PRId64 " entries, and %" PRIu64 " are there",
            p->checkpoint_size, p->front.size);
    }
    for (size_t i = 0; i < p->policy->n_held; i++)
        if (p->policy->held[i].size > p->front.size)
            say(p, "truncated: %s tells of %" PRIu64 " entries, and %" PRIu64 " are there",
                p->policy->held_path[i], p->policy->held[i].size, p->front.size);
    return status;
}

/* --- entries and hashes ------------------------------------------------------------------ */

/* The stored hashes that go with an entry; the cursor moves on with them. */
static void look_at_hashes(struct pass *p, const struct vaho_hash_list *made, uint64_t number)
{
    int wrong = 0, missing = 0;

    for (size_t i = 0; i < made->n; i++) {
        if (sqlite3_step(p->hashes) != SQLITE_ROW) {
            missing = 1;
            break;
        }
        wrong |=
            sqlite3_column_bytes(p->hashes, 0) != VAHO_HASH_NBYTES ||
            memcmp(sqlite3_column_blob(p->hashes, 0), made->hash[i].byte, VAHO_HASH_NBYTES) != 0;
        if (wrong)
            break;
    }
    if (wrong)
        say(p, "edited: entry %" PRIu64 " is not the one that was hashed when it was written",
            number);
    else if (missing)
        say(p, "the hash of entry %" PRIu64 " is missing", number);
    p->broken |= wrong || missing;
}

static void look_at_entry(struct pass *p, const char *data, size_t nbytes, int64_t row)
{
    struct vaho_entry entry;
    struct vaho_hash leaf;
    struct vaho_hash_list made;
    struct vaho_error reason;
    uint64_t number = p->front.size;

    if (row != (int64_t)number) {
        say(p, "entries are missing: after number %" PRId64 " comes %" PRId64, (int64_t)number - 1,
            row);
        p->broken = 1;
        return;
    }
    if (vaho_entry_parse(&entry, data, nbytes, &reason) != VAHO_OK) {
        say(p, "entry %" PRIu64 " cannot be read: %s", number, reason.message);
    } else {
        if (entry.number != number) {
            say(p, "reordered: in the place of entry %" PRIu64 " is one that says it is %" PRIu64,
                number, entry.number);
            p->broken = 1;
        }
        vaho_merkle_leaf(&leaf, data, nbytes);
        if (number == 0)
            vaho_ledger_origin(p->report->origin, &leaf);
        vaho_ledger_rows_take(&p->rows, &entry);
        vaho_entry_free(&entry);
    }
    vaho_merkle_leaf(&leaf, data, nbytes);
    vaho_merkle_grow(&p->front, &leaf, &made);
    if (!p->broken) /* after the first one every subtree is another */
        look_at_hashes(p, &made, number);
}

static enum vaho_status look_at_entries(struct pass *p)
{
    int result;
    enum vaho_status status = next_checkpoint(p);

    while (status == VAHO_OK && (result = sqlite3_step(p->entries)) != SQLITE_DONE) {
        if (result != SQLITE_ROW)
            return vaho_database_fail(p->casebook->database, p->casebook->path, p->error);
        look_at_entry(p, (const char *)sqlite3_column_text(p->entries, 1),
                      (size_t)sqlite3_column_bytes(p->entries, 1),
                      sqlite3_column_int64(p->entries, 0));
        if (sqlite3_column_int64(p->entries, 0) + 1 != (int64_t)p->front.size)
            break; /* a gap: what comes after it belongs nowhere */
        if (p->front.size == 1)
            status = check_held(p);
        if (status == VAHO_OK)
            status = look_at_checkpoints(p);
    }
    if (status == VAHO_OK && !p->broken && sqlite3_step(p->hashes) == SQLITE_ROW)
        say(p, "truncated: there are hashes of more than the %" PRIu64 " entries that are there",
            p->front.size);
    return status == VAHO_OK ? look_beyond(p) : status;
}

static enum vaho_status prepare(struct pass *p)
{
    const struct {
        sqlite3_stmt **out;
        const char *sql;
    } all[] = {{&p->entries, "SELECT number, entry FROM ledger_entries ORDER BY number"},
               {&p->hashes, "SELECT hash FROM ledger_hashes ORDER BY place"},
               {&p->checkpoints, "SELECT size, note FROM ledger_checkpoints ORDER BY size, id"}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (sqlite3_prepare_v2(p->casebook->database, all[i].sql, -1, all[i].out, NULL) !=
            SQLITE_OK)
            return vaho_database_fail(p->casebook->database, p->casebook->path, p->error);
    return VAHO_OK;
}

static void say_row(void *context, const char *finding)
{
    say(context, "%s", finding);
}

enum vaho_status vaho_ledger_verify(struct vaho_ledger_report *out, struct vaho_casebook *casebook,
                                    const struct vaho_ledger_policy *policy,
                                    void (*tell)(void *context, const char *finding), void *context,
                                    struct vaho_error *error)
{
    struct pass p = {.casebook = casebook,
                     .policy = policy,
                     .report = out,
                     .say = tell,
                     .context = context,
                     .error = error};
    enum vaho_status status = vaho_ledger_policy_check(policy, error);

    *out = (struct vaho_ledger_report){0};
    p.rows = (struct vaho_ledger_rows){.casebook = casebook, .say = say_row, .context = &p};
    if (status == VAHO_OK) /* what is read is of one moment */
        status = vaho_database_run(casebook->database, casebook->path, "BEGIN", error);
    if (status != VAHO_OK)
        return status;
    status = prepare(&p);
    if (status == VAHO_OK)
        status = look_at_entries(&p);
    if (status == VAHO_OK)
        vaho_ledger_rows_end(&p.rows);
    out->size = p.front.size;
    vaho_merkle_front_root(&out->root, &p.front);
    sqlite3_finalize(p.entries);
    sqlite3_finalize(p.hashes);
    sqlite3_finalize(p.checkpoints);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}
