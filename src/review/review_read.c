/* review_read.c - what waits for a decision, and what was decided */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "review/evidence.h"
#include "review/review.h"

static const char *text_of(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);

    return text == NULL ? "" : text;
}

enum vaho_status vaho_review_list(struct vaho_casebook *casebook, const char *state, size_t limit,
                                  int (*take)(void *context, const struct vaho_review_site *site),
                                  void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT s.id, s.name, s.gas, t.state, s.probability, s.rank FROM sites s JOIN site_states t"
        " ON t.site_id = s.id WHERE ?1 IS NULL OR t.state = ?1 ORDER BY s.rank DESC, s.name LIMIT"
        " ?2";
    char evidence[VAHO_DIGEST_HEX_NBYTES];
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, going = 1;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        if (state != NULL)
            sqlite3_bind_text(s, 1, state, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 2, (int64_t)limit);
        while (going && status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
            struct vaho_review_site site = {.name = text_of(s, 1),
                                            .gas = text_of(s, 2),
                                            .state = text_of(s, 3),
                                            .probability = sqlite3_column_double(s, 4),
                                            .rank = sqlite3_column_double(s, 5)};
            status = vaho_evidence_sha256(evidence, casebook, sqlite3_column_int64(s, 0), error);
            snprintf(site.version, sizeof site.version, "%.16s", evidence);
            if (status == VAHO_OK)
                going = take(context, &site);
        }
    }
    if (status == VAHO_OK && result != SQLITE_DONE && result != SQLITE_ROW)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_review_now(struct vaho_review_now *out, struct vaho_casebook *casebook,
                                 const char *site, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT s.id, t.state, r.person, r.decision, r.at, r.reason, r.words FROM sites s JOIN"
        " site_states t ON t.site_id = s.id LEFT JOIN reviews r ON r.id = (SELECT max(id) FROM"
        " effective_reviews WHERE site_id = s.id) WHERE s.name = ?";
    char evidence[VAHO_DIGEST_HEX_NBYTES];
    const struct {
        char *out;
        size_t nbytes;
    } text[] = {{out->state, sizeof out->state},       {out->person, sizeof out->person},
                {out->decision, sizeof out->decision}, {out->at, sizeof out->at},
                {out->reason, sizeof out->reason},     {out->words, sizeof out->words}};
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC);
        result = sqlite3_step(s);
    }
    if (result == SQLITE_ROW) {
        out->site_id = sqlite3_column_int64(s, 0);
        for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
            snprintf(text[i].out, text[i].nbytes, "%s", text_of(s, 1 + (int)i));
    } else if (result == SQLITE_DONE) {
        status = vaho_fail(error, VAHO_NOT_FOUND, "%s: has no site '%s'", casebook->path, site);
    } else {
        status = vaho_database_fail(casebook->database, casebook->path, error);
    }
    sqlite3_finalize(s);
    if (status == VAHO_OK)
        status = vaho_evidence_sha256(evidence, casebook, out->site_id, error);
    if (status == VAHO_OK)
        snprintf(out->version, sizeof out->version, "%.16s", evidence);
    return status;
}

/* Those nobody ever decided on or released are candidates, and most are: they are not looked at. */
enum vaho_status vaho_review_count(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const char *state, int64_t n),
                                   void *context, struct vaho_error *error)
{
    static const char sql[] =
        "WITH moved AS (SELECT site_id FROM reviews UNION SELECT site_id FROM releases), found AS"
        " (SELECT state FROM site_states WHERE site_id IN moved) SELECT (SELECT count(*) FROM"
        " found WHERE state = ?1) + CASE ?1 WHEN 'candidate' THEN (SELECT count(*) FROM sites) -"
        " (SELECT count(*) FROM moved) ELSE 0 END";
    sqlite3_stmt *s = NULL;
    int result = sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL);
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; result == SQLITE_OK && vaho_review_states[i] != NULL; i++) {
        sqlite3_bind_text(s, 1, vaho_review_states[i], -1, SQLITE_STATIC);
        if (sqlite3_step(s) == SQLITE_ROW)
            take(context, vaho_review_states[i], sqlite3_column_int64(s, 0));
        result = sqlite3_reset(s);
    }
    if (result != SQLITE_OK)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_review_history(struct vaho_casebook *casebook, const char *site,
                                     void (*take)(void *context, const struct vaho_review_step *s),
                                     void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT at, person, decision, reason, words, '', ifnull(entry, -1) AS n, id FROM reviews"
        " WHERE site_id = (SELECT id FROM sites WHERE name = ?1) UNION ALL SELECT at, person, CASE"
        " WHEN recalls IS NOT NULL THEN 'recall' WHEN expires IS NOT NULL THEN 'expire' ELSE"
        " 'release' END, '', '', partner, ifnull(entry, -1) AS n, id FROM releases WHERE site_id ="
        " (SELECT id FROM sites WHERE name = ?1) ORDER BY n, id";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, "SELECT 1 FROM sites WHERE name = ?", -1, &s,
                           NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    sqlite3_finalize(s);
    s = NULL;
    if (result == SQLITE_DONE)
        return vaho_fail(error, VAHO_NOT_FOUND, "%s: has no site '%s'", casebook->path, site);
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, site, -1, SQLITE_STATIC) == SQLITE_OK)
        while ((result = sqlite3_step(s)) == SQLITE_ROW)
            take(context, &(struct vaho_review_step){text_of(s, 0), text_of(s, 1), text_of(s, 2),
                                                     text_of(s, 3), text_of(s, 4), text_of(s, 5),
                                                     sqlite3_column_int64(s, 6)});
    if (result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}
