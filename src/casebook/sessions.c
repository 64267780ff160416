#include "casebook/sessions.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define STANDS "NOT EXISTS (SELECT 1 FROM account_endings e WHERE e.account_id = a.id)"

static const char *const scopes[] = {"page", "maps"};

/* Ends a statement: it is done, or what went wrong. */
static enum vaho_status finish(struct vaho_casebook *casebook, sqlite3_stmt *s, int result,
                               struct vaho_error *error)
{
    enum vaho_status status = result == SQLITE_DONE
                                  ? VAHO_OK
                                  : vaho_database_fail(casebook->database, casebook->path, error);

    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_session_keep(struct vaho_casebook *casebook,
                                   const struct vaho_session *session, struct vaho_error *error)
{
    static const char sql[] =
        "INSERT INTO account_sessions (hash, account_id, scope, made_s, ends_s)"
        " SELECT ?1, a.id, ?3, ?4, ?5 FROM accounts a WHERE a.name = ?2 AND " STANDS;
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_blob(s, 1, session->hash, sizeof session->hash, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, session->account, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, scopes[session->scope], -1, SQLITE_STATIC);
        sqlite3_bind_double(s, 4, session->made_s);
        sqlite3_bind_double(s, 5, session->ends_s);
        result = sqlite3_step(s);
    }
    status = finish(casebook, s, result, error);
    return status == VAHO_OK && sqlite3_changes(casebook->database) == 0
               ? vaho_fail(error, VAHO_REFUSED, "%s: has no account '%s' that has not ended",
                           casebook->path, session->account)
               : status;
}

enum vaho_status vaho_session_forget(struct vaho_casebook *casebook, double now_s,
                                     struct vaho_error *error)
{
    static const char sql[] = "DELETE FROM account_sessions WHERE ends_s <= ? OR account_id IN"
                              " (SELECT account_id FROM account_endings)";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_double(s, 1, now_s);
        result = sqlite3_step(s);
    }
    return finish(casebook, s, result, error);
}

static unsigned roles_of(const char *names)
{
    unsigned roles = 0;

    for (int i = 0; i < VAHO_N_ROLES; i++) /* no role's name is part of another's */
        if (names != NULL && strstr(names, vaho_role_name((enum vaho_role)i)) != NULL)
            roles |= 1u << i;
    return roles;
}

enum vaho_status vaho_session_each(struct vaho_casebook *casebook, double now_s,
                                   void (*take)(void *context, const struct vaho_session *session),
                                   void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT s.hash, a.name, (SELECT group_concat(role) FROM account_roles r WHERE"
        " r.account_id = a.id), s.scope, s.made_s, s.ends_s FROM account_sessions s JOIN accounts a"
        " ON a.id = s.account_id WHERE s.ends_s > ? AND " STANDS " ORDER BY s.made_s";
    struct vaho_session session;
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_double(s, 1, now_s) == SQLITE_OK)
        while ((result = sqlite3_step(s)) == SQLITE_ROW) {
            session = (struct vaho_session){
                .roles = roles_of((const char *)sqlite3_column_text(s, 2)),
                .scope = strcmp((const char *)sqlite3_column_text(s, 3), scopes[1]) == 0
                             ? VAHO_SCOPE_MAPS
                             : VAHO_SCOPE_PAGE,
                .made_s = sqlite3_column_double(s, 4),
                .ends_s = sqlite3_column_double(s, 5)};
            memcpy(session.hash, sqlite3_column_blob(s, 0), sizeof session.hash);
            snprintf(session.account, sizeof session.account, "%s",
                     (const char *)sqlite3_column_text(s, 1));
            take(context, &session);
        }
    return finish(casebook, s, result, error);
}

enum vaho_status vaho_session_end(struct vaho_casebook *casebook,
                                  const unsigned char hash[VAHO_SESSION_HASH_NBYTES],
                                  struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    if (sqlite3_prepare_v2(casebook->database, "DELETE FROM account_sessions WHERE hash = ?", -1,
                           &s, NULL) == SQLITE_OK) {
        sqlite3_bind_blob(s, 1, hash, VAHO_SESSION_HASH_NBYTES, SQLITE_STATIC);
        result = sqlite3_step(s);
    }
    return finish(casebook, s, result, error);
}

enum vaho_status vaho_session_end_all(struct vaho_casebook *casebook, const char *account,
                                      struct vaho_error *error)
{
    static const char sql[] = "DELETE FROM account_sessions WHERE account_id ="
                              " (SELECT id FROM accounts WHERE name = ?1)";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, account, -1, SQLITE_STATIC);
        result = sqlite3_step(s);
    }
    return finish(casebook, s, result, error);
}
