/*
 * review.c - the state machine of a site
 *
 *                    +---- undo (by who took it, while it is the last) ----+
 *                    v                                                     |
 *      candidate --another_pass--> another-pass      each of the three:  back to what was before
 *          |  \                      |   ^  |
 *          |   \--reject--> rejected-+---+  |        rejected --another_pass--> another-pass
 *          |                   ^            |
 *          |                   +--reject----+        another-pass --confirm--> confirmed
 *       confirm
 *          v
 *      confirmed --reject--> rejected, --another_pass--> another-pass
 *          |
 *       release      by another person than any who confirmed it; once a partner
 *          v
 *      released      no decision and no undo while it is out
 *          |
 *       recall, expire    of every release that is out
 *          v
 *      recalled, expired --reject--> rejected, --another_pass--> another-pass
 *
 *   edge           function                     who          told as
 *   confirm        vaho_review_confirm()        analyst      site-confirm
 *   reject         vaho_review_reject()         analyst      site-reject
 *   another_pass   vaho_review_another_pass()   analyst      site-pass
 *   undo           vaho_review_undo()           analyst      site-undo
 *   release        vaho_release_approve()       releaser     site-release
 *   recall         vaho_release_recall()        releaser     site-recall
 *   expire         vaho_release_expire()        the clock    site-expire
 *
 * The same rules are triggers of the schema (casebook/schema_people.c), which have the last word;
 * what is looked at here beforehand is said in better words.  In the database a decision names the
 * one it follows, so that of two people who decide at once the second is refused.
 */
#include "review/review.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "casebook/accounts.h"
#include "casebook/ledger.h"
#include "review/evidence.h"

const char *const vaho_reject_reasons[] = {"known-source", "clutter",  "sensor-fault", "natural",
                                           "duplicate",    "too-weak", "other",        NULL};

const char *const vaho_review_states[] = {"candidate", "another-pass", "rejected", "confirmed",
                                          "released",  "recalled",     "expired",  NULL};

struct decision {
    struct vaho_casebook *casebook;
    const struct vaho_act *act;
    const char *site, *decision, *reason;
    int64_t site_id, follows, undoes; /* 0: none */
    char evidence[VAHO_DIGEST_HEX_NBYTES];
    struct vaho_error *error;
};

static enum vaho_status broken(struct decision *d)
{
    return vaho_database_fail(d->casebook->database, d->casebook->path, d->error);
}

static enum vaho_status begin(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);
}

/* The site, and the decision that this one follows. */
static enum vaho_status find_site(struct decision *d)
{
    static const char sql[] = "SELECT s.id, ifnull((SELECT max(id) FROM reviews r WHERE r.site_id ="
                              " s.id), 0) FROM sites s WHERE s.name = ?";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(d->casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, d->site, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW) {
        d->site_id = sqlite3_column_int64(s, 0);
        d->follows = sqlite3_column_int64(s, 1);
    } else if (result == SQLITE_DONE) {
        status = vaho_fail(d->error, VAHO_NOT_FOUND,
                           "%s: has no site '%s'; 'vaho review list' tells whole names",
                           d->casebook->path, d->site);
    } else {
        status = broken(d);
    }
    sqlite3_finalize(s);
    return status;
}

/* Who decided last, for the sentence: "; ben decided 'reject' at ..." */
static void last_decision(char out[256], struct decision *d)
{
    sqlite3_stmt *s = NULL;

    out[0] = '\0';
    if (sqlite3_prepare_v2(d->casebook->database,
                           "SELECT person, decision, at FROM reviews WHERE id = ?", -1, &s,
                           NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, d->follows);
        if (sqlite3_step(s) == SQLITE_ROW)
            snprintf(out, 256, " (its last decision: %.100s, '%s', %s)",
                     (const char *)sqlite3_column_text(s, 0),
                     (const char *)sqlite3_column_text(s, 1),
                     (const char *)sqlite3_column_text(s, 2));
    }
    sqlite3_finalize(s);
}

/* Is it what the person looked at? */
static enum vaho_status check_version(struct decision *d, const char *version)
{
    char last[256];
    enum vaho_status status = vaho_evidence_sha256(d->evidence, d->casebook, d->site_id, d->error);

    if (status != VAHO_OK)
        return status;
    if (strlen(version) == VAHO_VERSION_NBYTES - 1 &&
        strncmp(version, d->evidence, VAHO_VERSION_NBYTES - 1) == 0)
        return VAHO_OK;
    last_decision(last, d);
    return vaho_fail(d->error, VAHO_REFUSED,
                     "%s: %s is not what it was in version %s%s; look at it again, it is now "
                     "version %.16s",
                     d->casebook->path, d->site, version, last, d->evidence);
}

static json_t *object_of(const struct decision *d)
{
    json_t *object = json_pack("{s:s}", "site", d->site);

    if (d->evidence[0] != '\0')
        json_object_set_new(object, "evidence", json_string(d->evidence));
    if (d->reason[0] != '\0')
        json_object_set_new(object, "reason", json_string(d->reason));
    if (d->follows != 0)
        json_object_set_new(object, "follows", json_integer(d->follows));
    if (d->undoes != 0)
        json_object_set_new(object, "undoes", json_integer(d->undoes));
    return object;
}

static void bind_reference(sqlite3_stmt *s, int column, int64_t id)
{
    if (id != 0)
        sqlite3_bind_int64(s, column, id);
    else
        sqlite3_bind_null(s, column);
}

/* The entry and the row; the schema's triggers judge the edge. */
static enum vaho_status write_decision(struct decision *d)
{
    static const char sql[] =
        "INSERT INTO reviews (site_id, at, person, decision, reason, words, evidence, follows,"
        " undoes, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    char what[32];
    const char *const text[] = {
        d->act->at, d->act->who, d->decision, d->reason, d->act->why == NULL ? "" : d->act->why,
        d->evidence};
    sqlite3_stmt *s = NULL;
    int64_t entry;
    enum vaho_status status;

    snprintf(what, sizeof what, "site-%s", d->decision);
    status = vaho_ledger_append(&entry, d->casebook, d->act, what, object_of(d), NULL, d->error);
    if (status != VAHO_OK)
        return status;
    if (sqlite3_prepare_v2(d->casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return broken(d);
    sqlite3_bind_int64(s, 1, d->site_id);
    for (int i = 0; i < 6; i++)
        sqlite3_bind_text(s, 2 + i, text[i], -1, SQLITE_STATIC);
    bind_reference(s, 8, d->follows);
    bind_reference(s, 9, d->undoes);
    sqlite3_bind_int64(s, 10, entry);
    if (sqlite3_step(s) != SQLITE_DONE) {
        char last[256];
        struct vaho_error reason;
        status = vaho_database_fail(d->casebook->database, d->site, &reason);
        last_decision(last, d);
        status = vaho_fail(d->error, status, "%s: %s%s", d->casebook->path, reason.message, last);
    }
    sqlite3_finalize(s);
    return status;
}

/* One decision inside a transaction. */
static enum vaho_status decide(struct vaho_casebook *casebook, const struct vaho_act *act,
                               const struct vaho_judged *judged, const char *decision,
                               const char *reason, struct vaho_error *error)
{
    struct decision d = {.casebook = casebook,
                         .act = act,
                         .site = judged->site,
                         .decision = decision,
                         .reason = reason,
                         .error = error};
    enum vaho_status status = find_site(&d);

    if (status == VAHO_OK)
        status = check_version(&d, judged->version);
    return status == VAHO_OK ? write_decision(&d) : status;
}

static enum vaho_status decide_all(struct vaho_casebook *casebook, const struct vaho_act *act,
                                   const struct vaho_judged *judged, size_t n, const char *decision,
                                   const char *reason, struct vaho_error *error)
{
    enum vaho_status status = begin(casebook, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_account_need(casebook, act, VAHO_ROLE_ANALYST, error);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = decide(casebook, act, &judged[i], decision, reason, error);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

/* --- edges of decisions ------------------------------------------------------------- */

enum vaho_status vaho_review_confirm(struct vaho_casebook *casebook, const struct vaho_act *act,
                                     const struct vaho_judged *judged, struct vaho_error *error)
{
    return decide_all(casebook, act, judged, 1, "confirm", "", error);
}

enum vaho_status vaho_review_reject(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const struct vaho_judged *judged, size_t n, const char *reason,
                                    struct vaho_error *error)
{
    size_t i = 0;

    while (vaho_reject_reasons[i] != NULL && strcmp(vaho_reject_reasons[i], reason) != 0)
        i++;
    if (vaho_reject_reasons[i] == NULL)
        return vaho_fail(error, VAHO_USAGE,
                         "'%s' is no reason to reject: known-source, clutter, "
                         "sensor-fault, natural, duplicate, too-weak, other",
                         reason);
    if (act->why == NULL || act->why[0] == '\0')
        return vaho_fail(error, VAHO_USAGE, "a rejection is explained in words as well");
    return decide_all(casebook, act, judged, n, "reject", reason, error);
}

enum vaho_status vaho_review_another_pass(struct vaho_casebook *casebook,
                                          const struct vaho_act *act,
                                          const struct vaho_judged *judged,
                                          struct vaho_error *error)
{
    return decide_all(casebook, act, judged, 1, "pass", "", error);
}

static enum vaho_status undo(struct decision *d)
{
    char sql[128];
    enum vaho_status status = vaho_account_need(d->casebook, d->act, VAHO_ROLE_ANALYST, d->error);

    if (status == VAHO_OK)
        status = find_site(d);
    snprintf(sql, sizeof sql,
             "SELECT ifnull(max(id), 0) FROM effective_reviews WHERE site_id = %lld",
             (long long)d->site_id);
    if (status == VAHO_OK)
        status = vaho_database_number(&d->undoes, d->casebook->database, d->casebook->path, sql,
                                      d->error);
    if (status == VAHO_OK && d->undoes == 0)
        status = vaho_fail(d->error, VAHO_REFUSED, "%s: nothing was decided on %s",
                           d->casebook->path, d->site);
    return status == VAHO_OK ? write_decision(d) : status;
}

enum vaho_status vaho_review_undo(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *site, struct vaho_error *error)
{
    struct decision d = {.casebook = casebook,
                         .act = act,
                         .site = site,
                         .decision = "undo",
                         .reason = "",
                         .error = error};
    enum vaho_status status = begin(casebook, error);

    if (status != VAHO_OK)
        return status;
    return vaho_database_end(casebook->database, casebook->path, undo(&d), error);
}

/* --- edges of release ------------------------------------------------------------------ */

/* A row of releases by 'sql' of site, partner, mandate, time, person, entry, which finds its ids.
 */
static enum vaho_status move(struct vaho_casebook *casebook, const struct vaho_act *act,
                             const char *sql, const char *const name[3], int64_t entry,
                             struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return vaho_database_fail(casebook->database, casebook->path, error);
    for (int i = 0; i < 3; i++)
        if (name[i] != NULL)
            sqlite3_bind_text(s, 1 + i, name[i], -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, act->at, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, act->who, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 6, entry);
    if (sqlite3_step(s) != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    else if (sqlite3_changes(casebook->database) == 0)
        status = vaho_fail(error, VAHO_NOT_FOUND,
                           "%s: there is no such site, mandate or release of %s to %s",
                           casebook->path, name[0], name[1]);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_review_release(struct vaho_casebook *casebook, const struct vaho_act *act,
                                     const char *site, const char *partner, const char *mandate,
                                     int64_t entry, struct vaho_error *error)
{
    const char *const name[3] = {site, partner, mandate};

    return move(
        casebook, act,
        "INSERT INTO releases (site_id, mandate_id, partner, at, person, entry) SELECT s.id,"
        " m.id, ?2, ?4, ?5, ?6 FROM sites s, mandates m WHERE s.name = ?1 AND m.sha256 = ?3",
        name, entry, error);
}

#define ENDS(column)                                                                               \
    "INSERT INTO releases (site_id, mandate_id, partner, at, person, entry, " column ") SELECT"    \
    " o.site_id, o.mandate_id, o.partner, ?4, ?5, ?6, o.id FROM releases_out o JOIN sites s ON"    \
    " s.id = o.site_id WHERE s.name = ?1 AND o.partner = ?2"

enum vaho_status vaho_review_recall(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const char *site, const char *partner, int64_t entry,
                                    struct vaho_error *error)
{
    const char *const name[3] = {site, partner, NULL};

    return move(casebook, act, ENDS("recalls"), name, entry, error);
}

enum vaho_status vaho_review_expire(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const char *site, const char *partner, int64_t entry,
                                    struct vaho_error *error)
{
    const char *const name[3] = {site, partner, NULL};

    return move(casebook, act, ENDS("expires"), name, entry, error);
}
