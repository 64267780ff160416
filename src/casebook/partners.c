#include "casebook/partners.h"

#include <jansson.h>

#include "base/error.h"
#include "base/signing.h"
#include "base/text.h"
#include "casebook/accounts.h"
#include "casebook/ledger.h"
#include "mandate/document.h"

/* Appends the entry and a row that 'sql' makes of up to three texts, the person and the entry. */
static enum vaho_status write(struct vaho_casebook *casebook, const struct vaho_act *act,
                              const char *what, json_t *object, const char *sql,
                              const char *const text[3], struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int64_t entry;
    enum vaho_status status = vaho_ledger_append(&entry, casebook, act, what, object, NULL, error);

    if (status != VAHO_OK)
        return status;
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return vaho_database_fail(casebook->database, casebook->path, error);
    for (int i = 0; i < 3; i++)
        if (text[i] != NULL)
            sqlite3_bind_text(s, 1 + i, text[i], -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, act->who, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, entry);
    if (sqlite3_step(s) != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status need_partner(struct vaho_casebook *casebook, const char *partner,
                                     struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, "SELECT 1 FROM partners WHERE name = ?", -1, &s,
                           NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, partner, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_DONE)
        status = vaho_fail(error, VAHO_NOT_FOUND,
                           "%s: has no partner '%s'; 'vaho partner add' makes one", casebook->path,
                           partner);
    else if (result != SQLITE_ROW)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

/* One act: the role, the partner (not of a new one), the entry and the row. */
static enum vaho_status act_on(struct vaho_casebook *casebook, const struct vaho_act *act,
                               enum vaho_role role, int is_new, const char *what, json_t *object,
                               const char *sql, const char *const text[3], struct vaho_error *error)
{
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK) {
        json_decref(object);
        return status;
    }
    status = vaho_account_need(casebook, act, role, error);
    if (status == VAHO_OK && !is_new)
        status = need_partner(casebook, text[0], error);
    if (status == VAHO_OK)
        status = write(casebook, act, what, object, sql, text, error);
    else
        json_decref(object);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

enum vaho_status vaho_partner_add(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *partner, struct vaho_error *error)
{
    const char *const text[3] = {partner, NULL, NULL};

    if (!vaho_is_name(partner))
        return vaho_fail(error, VAHO_USAGE,
                         "a partner's name must be 1 to 63 letters, digits, '.', '_' and '-', as "
                         "mandates name it");
    return act_on(casebook, act, VAHO_ROLE_ADMIN, 1, "partner-add",
                  json_pack("{s:s}", "partner", partner),
                  "INSERT INTO partners (name, person, entry) VALUES (?1, ?4, ?5)", text, error);
}

enum vaho_status vaho_partner_set_key(struct vaho_casebook *casebook, const struct vaho_act *act,
                                      const char *partner, const char *key,
                                      struct vaho_error *error)
{
    const char *const text[3] = {partner, key, NULL};

    if (!vaho_is_key(key))
        return vaho_fail(error, VAHO_USAGE,
                         "'%.80s' is no public key of 64 lower-case hexadecimal digits", key);
    return act_on(casebook, act, VAHO_ROLE_ADMIN, 0, "partner-key",
                  json_pack("{s:s, s:s}", "partner", partner, "key", key),
                  "INSERT INTO partner_keys (partner, key, person, entry) VALUES (?1, ?2, ?4, ?5)",
                  text, error);
}

enum vaho_status vaho_partner_set_policy(struct vaho_casebook *casebook, const struct vaho_act *act,
                                         const char *partner, const char *document,
                                         const char *sha256, struct vaho_error *error)
{
    const char *const text[3] = {partner, document, sha256};

    return act_on(casebook, act, VAHO_ROLE_RELEASER, 0, "partner-policy",
                  json_pack("{s:s, s:s}", "partner", partner, "policy", sha256),
                  "INSERT INTO partner_policies (partner, document, sha256, person, entry) VALUES"
                  " (?1, ?2, ?3, ?4, ?5)",
                  text, error);
}

enum vaho_status vaho_partner_policy(struct vaho_text *out, struct vaho_casebook *casebook,
                                     const char *partner, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = need_partner(casebook, partner, error);

    if (status != VAHO_OK)
        return status;
    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT document FROM partner_policies WHERE partner = ? ORDER BY id"
                           " DESC LIMIT 1",
                           -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, partner, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        vaho_text_puts(out, (const char *)sqlite3_column_text(s, 0));
    else if (result == SQLITE_DONE)
        status = vaho_fail(error, VAHO_REFUSED,
                           "rule 'policy': the partner %s has no policy, so it may be told nothing",
                           partner);
    else
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

static const char *text_of(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);

    return text == NULL ? "" : text;
}

enum vaho_status vaho_partner_each(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const struct vaho_partner *partner),
                                   void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT p.name, (SELECT key FROM partner_keys WHERE partner = p.name ORDER BY id DESC LIMIT"
        " 1), (SELECT sha256 FROM partner_policies WHERE partner = p.name ORDER BY id DESC LIMIT"
        " 1), (SELECT count(*) FROM partner_keys WHERE partner = p.name), (SELECT count(*) FROM"
        " partner_policies WHERE partner = p.name), (SELECT count(*) FROM outbox WHERE partner ="
        " p.name) FROM partners p ORDER BY p.id";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK)
        while ((result = sqlite3_step(s)) == SQLITE_ROW)
            take(context,
                 &(struct vaho_partner){text_of(s, 0), text_of(s, 1), text_of(s, 2),
                                        sqlite3_column_int64(s, 3), sqlite3_column_int64(s, 4),
                                        sqlite3_column_int64(s, 5)});
    if (result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}
