#include "casebook/accounts.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger.h"
#include "mandate/document.h"

static const char *const role_names[VAHO_N_ROLES] = {"analyst", "releaser", "overseer", "partner",
                                                     "admin"};
enum { OPS = 3, MEMORY_NBYTES = 64 << 20 };

#define NOT_ENDED "NOT EXISTS (SELECT 1 FROM account_endings e WHERE e.account_id = a.id)"

const char *vaho_role_name(enum vaho_role role)
{
    return role_names[role];
}

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

/* Runs 'sql' with texts bound in order; *out is the first column of its row, -1 without one. */
static enum vaho_status ask(int64_t *out, struct vaho_casebook *casebook, struct vaho_error *error,
                            const char *sql, int n, ...)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    va_list texts;
    enum vaho_status status = VAHO_OK;

    *out = -1;
    va_start(texts, n);
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        for (int i = 0; i < n; i++)
            sqlite3_bind_text(s, i + 1, va_arg(texts, const char *), -1, SQLITE_STATIC);
        result = sqlite3_step(s);
    }
    va_end(texts);
    if (result == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    else if (result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_account_need(struct vaho_casebook *casebook, const struct vaho_act *act,
                                   enum vaho_role role, struct vaho_error *error)
{
    int64_t found = -1;
    enum vaho_status status = vaho_act_check(act, error);

    if (status == VAHO_OK && act->by == VAHO_BY_ACCOUNT)
        status = ask(&found, casebook, error,
                     "SELECT a.id FROM accounts a JOIN account_roles r ON r.account_id = a.id"
                     " WHERE a.name = ? AND r.role = ? AND " NOT_ENDED,
                     2, act->who, role_names[role]);
    if (status == VAHO_OK && found < 0)
        return vaho_fail(error, VAHO_REFUSED, "%s: this needs an account with the role %s%s",
                         casebook->path, role_names[role],
                         act->by == VAHO_BY_ACCOUNT ? ", and this one has it not" : "; say --user");
    return status;
}

/* --- passwords ------------------------------------------------------------------- */

static enum vaho_status hash_password(char out[crypto_pwhash_STRBYTES], const char *password,
                                      struct vaho_error *error)
{
    size_t n = strlen(password);

    if (n < VAHO_PASSWORD_MIN_NBYTES || n > VAHO_PASSWORD_MAX_NBYTES)
        return vaho_fail(error, VAHO_USAGE, "a password has %d to %d bytes",
                         VAHO_PASSWORD_MIN_NBYTES, VAHO_PASSWORD_MAX_NBYTES);
    if (sodium_init() < 0 || crypto_pwhash_str(out, password, n, OPS, MEMORY_NBYTES) != 0)
        return vaho_fail_memory(error, "a password's hash");
    return VAHO_OK;
}

/* In the place of an older one; inside the caller's transaction. */
static enum vaho_status keep_password(struct vaho_casebook *casebook, int64_t id, const char *hash,
                                      struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database,
                           "REPLACE INTO account_passwords (account_id, hash) VALUES (?, ?)", -1,
                           &s, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(s, 1, id) != SQLITE_OK ||
        sqlite3_bind_text(s, 2, hash, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_account_check(struct vaho_casebook *casebook, const char *name,
                                    const char *password, struct vaho_error *error)
{
    /* of a password that nobody knows, so that a name that is none takes as long */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char hash[crypto_pwhash_STRBYTES] = "";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, known, fits;

    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT p.hash FROM account_passwords p JOIN accounts a ON a.id ="
                           " p.account_id WHERE a.name = ? AND " NOT_ENDED,
                           -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
        result = sqlite3_step(s);
    }
    known = result == SQLITE_ROW;
    snprintf(hash, sizeof hash, "%s", known ? (const char *)sqlite3_column_text(s, 0) : nobody);
    sqlite3_finalize(s);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return broken(casebook, error);
    fits = sodium_init() >= 0 && strlen(password) <= VAHO_PASSWORD_MAX_NBYTES &&
           crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    return known && fits ? VAHO_OK
                         : vaho_fail(error, VAHO_REFUSED,
                                     "%s: no such account, or another password", casebook->path);
}

/* --- making, ending ------------------------------------------------------------------ */

static json_t *roles_json(unsigned roles)
{
    json_t *out = json_array();

    for (int i = 0; i < VAHO_N_ROLES; i++)
        if ((roles >> i & 1) != 0)
            json_array_append_new(out, json_string(role_names[i]));
    return out;
}

/* An admin; at the very beginning whoever makes the first admin. */
static enum vaho_status may_add(struct vaho_casebook *casebook, const struct vaho_act *act,
                                unsigned roles, struct vaho_error *error)
{
    int64_t n;
    enum vaho_status status = vaho_database_number(&n, casebook->database, casebook->path,
                                                   "SELECT count(*) FROM accounts", error);

    if (status != VAHO_OK || n > 0)
        return status != VAHO_OK ? status
                                 : vaho_account_need(casebook, act, VAHO_ROLE_ADMIN, error);
    return (roles >> VAHO_ROLE_ADMIN & 1) != 0
               ? VAHO_OK
               : vaho_fail(error, VAHO_REFUSED,
                           "%s: has no account yet; the first must have the role admin",
                           casebook->path);
}

static enum vaho_status add(struct vaho_casebook *casebook, const struct vaho_act *act,
                            const char *name, unsigned roles, const char *hash,
                            struct vaho_error *error)
{
    int64_t id, ignored, number;
    enum vaho_status status = may_add(casebook, act, roles, error);

    if (status == VAHO_OK)
        status = ask(&id, casebook, error, "SELECT id FROM accounts WHERE name = ?", 1, name);
    if (status == VAHO_OK && id >= 0)
        status =
            vaho_fail(error, VAHO_REFUSED, "%s: the name '%s' is taken; no name is given twice",
                      casebook->path, name);
    if (status == VAHO_OK)
        status = vaho_ledger_append(
            &number, casebook, act, "user-add",
            json_pack("{s:s, s:o}", "name", name, "roles", roles_json(roles)), NULL, error);
    if (status == VAHO_OK)
        status = ask(&ignored, casebook, error,
                     "INSERT INTO accounts (name, entry) SELECT ?, max(number) FROM ledger_entries",
                     1, name);
    id = sqlite3_last_insert_rowid(casebook->database);
    for (int i = 0; i < VAHO_N_ROLES && status == VAHO_OK; i++)
        if ((roles >> i & 1) != 0)
            status = ask(&ignored, casebook, error,
                         "INSERT INTO account_roles (account_id, role) SELECT id, ?2 FROM accounts"
                         " WHERE name = ?1",
                         2, name, role_names[i]);
    return status == VAHO_OK ? keep_password(casebook, id, hash, error) : status;
}

static enum vaho_status begin(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);
}

enum vaho_status vaho_account_add(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *name, unsigned roles, const char *password,
                                  struct vaho_error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    enum vaho_status status;

    if (!vaho_is_name(name))
        return vaho_fail(error, VAHO_USAGE,
                         "'%s' cannot name an account: 1 to 63 of a-z A-Z 0-9 . _ -", name);
    if (roles == 0 || roles >> VAHO_N_ROLES != 0)
        return vaho_fail(error, VAHO_USAGE, "an account has one role at least");
    status = hash_password(hash, password, error);
    if (status == VAHO_OK && (status = begin(casebook, error)) == VAHO_OK)
        status = vaho_database_end(casebook->database, casebook->path,
                                   add(casebook, act, name, roles, hash, error), error);
    sodium_memzero(hash, sizeof hash);
    return status;
}

/* The account, not ended. */
static enum vaho_status find(int64_t *out, struct vaho_casebook *casebook, const char *name,
                             struct vaho_error *error)
{
    enum vaho_status status =
        ask(out, casebook, error, "SELECT a.id FROM accounts a WHERE a.name = ? AND " NOT_ENDED, 1,
            name);

    return status == VAHO_OK && *out < 0
               ? vaho_fail(error, VAHO_NOT_FOUND, "%s: has no account '%s' that has not ended",
                           casebook->path, name)
               : status;
}

static enum vaho_status end_account(struct vaho_casebook *casebook, const struct vaho_act *act,
                                    const char *name, struct vaho_error *error)
{
    int64_t id, others = 0;
    enum vaho_status status = vaho_account_need(casebook, act, VAHO_ROLE_ADMIN, error);

    if (status == VAHO_OK)
        status = find(&id, casebook, name, error);
    if (status == VAHO_OK)
        status = ask(&others, casebook, error,
                     "SELECT count(*) FROM accounts a JOIN account_roles r ON r.account_id = a.id"
                     " WHERE r.role = 'admin' AND a.name <> ? AND " NOT_ENDED,
                     1, name);
    if (status == VAHO_OK && others == 0)
        status =
            vaho_fail(error, VAHO_REFUSED, "%s: '%s' is the last admin; make another one first",
                      casebook->path, name);
    if (status == VAHO_OK)
        status = vaho_ledger_append(NULL, casebook, act, "user-disable",
                                    json_pack("{s:s}", "name", name), NULL, error);
    if (status == VAHO_OK)
        status = ask(&others, casebook, error,
                     "INSERT INTO account_endings (account_id, entry) SELECT a.id, (SELECT"
                     " max(number) FROM ledger_entries) FROM accounts a WHERE a.name = ?",
                     1, name);
    if (status == VAHO_OK)
        status = ask(&others, casebook, error,
                     "DELETE FROM account_passwords WHERE account_id = (SELECT id FROM accounts"
                     " WHERE name = ?)",
                     1, name);
    return status;
}

enum vaho_status vaho_account_end(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *name, struct vaho_error *error)
{
    enum vaho_status status = begin(casebook, error);

    if (status != VAHO_OK)
        return status;
    return vaho_database_end(casebook->database, casebook->path,
                             end_account(casebook, act, name, error), error);
}

static enum vaho_status set_password(struct vaho_casebook *casebook, const struct vaho_act *act,
                                     const char *name, const char *hash, struct vaho_error *error)
{
    int64_t id, ignored;
    int own = act->by == VAHO_BY_ACCOUNT && strcmp(act->who, name) == 0;
    enum vaho_status status =
        own ? VAHO_OK : vaho_account_need(casebook, act, VAHO_ROLE_ADMIN, error);

    if (status == VAHO_OK)
        status = find(&id, casebook, name, error);
    if (status == VAHO_OK)
        status = ask(&ignored, casebook, error,
                     "DELETE FROM account_sessions WHERE account_id = (SELECT id FROM accounts"
                     " WHERE name = ?)",
                     1, name);
    if (status == VAHO_OK)
        status = vaho_ledger_append(NULL, casebook, act, "user-password",
                                    json_pack("{s:s}", "name", name), NULL, error);
    return status == VAHO_OK ? keep_password(casebook, id, hash, error) : status;
}

enum vaho_status vaho_account_set_password(struct vaho_casebook *casebook,
                                           const struct vaho_act *act, const char *name,
                                           const char *password, struct vaho_error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    enum vaho_status status = hash_password(hash, password, error);

    if (status == VAHO_OK && (status = begin(casebook, error)) == VAHO_OK)
        status = vaho_database_end(casebook->database, casebook->path,
                                   set_password(casebook, act, name, hash, error), error);
    sodium_memzero(hash, sizeof hash);
    return status;
}

enum vaho_status vaho_account_each(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const struct vaho_account *account),
                                   void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT a.name, NOT " NOT_ENDED ", (SELECT group_concat(role) FROM account_roles r WHERE"
        " r.account_id = a.id) FROM accounts a ORDER BY a.name";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK)
        while ((result = sqlite3_step(s)) == SQLITE_ROW) {
            const char *roles = (const char *)sqlite3_column_text(s, 2);
            struct vaho_account account = {(const char *)sqlite3_column_text(s, 0), 0,
                                           sqlite3_column_int(s, 1)};
            for (int i = 0; i < VAHO_N_ROLES; i++) /* no role's name is part of another's */
                if (roles != NULL && strstr(roles, role_names[i]) != NULL)
                    account.roles |= 1u << i;
            take(context, &account);
        }
    if (result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}
