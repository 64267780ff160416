#include "casebook/codes.h"

#include <string.h>

#include "base/error.h"
#include "casebook/ledger.h"

/* Runs 'sql' with the account, a whole number and a blob bound; what sqlite3_step() said.  A row is
 * copied to 'out'. */
static enum vaho_status ask(int *out_result, unsigned char out[VAHO_CODE_SECRET_NBYTES],
                            struct vaho_casebook *casebook, const char *sql, const char *account,
                            int64_t step, const unsigned char *secret, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    *out_result = SQLITE_ERROR;
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, account, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 2, step);
        if (secret != NULL)
            sqlite3_bind_blob(s, 3, secret, VAHO_CODE_SECRET_NBYTES, SQLITE_STATIC);
        *out_result = sqlite3_step(s);
    }
    if (*out_result == SQLITE_ROW && out != NULL)
        memcpy(out, sqlite3_column_blob(s, 0), VAHO_CODE_SECRET_NBYTES);
    if (*out_result != SQLITE_ROW && *out_result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_code_secret(unsigned char out[VAHO_CODE_SECRET_NBYTES],
                                  struct vaho_casebook *casebook, const char *account,
                                  struct vaho_error *error)
{
    int result;
    enum vaho_status status = ask(&result, out, casebook,
                                  "SELECT c.secret FROM account_codes c JOIN accounts a ON a.id ="
                                  " c.account_id WHERE a.name = ?1 AND ?2 = 0",
                                  account, 0, NULL, error);

    return status == VAHO_OK && result != SQLITE_ROW
               ? vaho_fail(error, VAHO_NOT_FOUND, "%s: '%s' has no one-time codes", casebook->path,
                           account)
               : status;
}

enum vaho_status vaho_code_use(struct vaho_casebook *casebook, const char *account, int64_t step,
                               struct vaho_error *error)
{
    int result;
    enum vaho_status status = ask(&result, NULL, casebook,
                                  "UPDATE account_codes SET last_step = ?2 WHERE last_step < ?2 AND"
                                  " account_id = (SELECT id FROM accounts WHERE name = ?1)",
                                  account, step, NULL, error);

    return status == VAHO_OK && sqlite3_changes(casebook->database) == 0
               ? vaho_fail(error, VAHO_REFUSED, "%s: this code was used before", casebook->path)
               : status;
}

static enum vaho_status set(struct vaho_casebook *casebook, const struct vaho_act *act,
                            const char *account, const unsigned char *secret, int64_t step,
                            struct vaho_error *error)
{
    int own = act->by == VAHO_BY_ACCOUNT && strcmp(act->who, account) == 0, result;
    enum vaho_status status =
        own ? vaho_act_check(act, error) : vaho_account_need(casebook, act, VAHO_ROLE_ADMIN, error);

    if (status == VAHO_OK && !own && secret != NULL)
        return vaho_fail(error, VAHO_REFUSED, "nobody sets the one-time codes of another");
    if (status == VAHO_OK)
        status = vaho_ledger_append(NULL, casebook, act, "user-code",
                                    json_pack("{s:s, s:b}", "name", account, "set", secret != NULL),
                                    NULL, error);
    if (status == VAHO_OK && secret != NULL)
        status = ask(&result, NULL, casebook,
                     "REPLACE INTO account_codes (account_id, last_step, secret) SELECT id, ?2, ?3"
                     " FROM accounts WHERE name = ?1",
                     account, step, secret, error);
    else if (status == VAHO_OK)
        status = ask(&result, NULL, casebook,
                     "DELETE FROM account_codes WHERE ?2 = 0 AND account_id = (SELECT id FROM"
                     " accounts WHERE name = ?1)",
                     account, 0, NULL, error);
    if (status == VAHO_OK && sqlite3_changes(casebook->database) == 0)
        status = vaho_fail(error, VAHO_NOT_FOUND, "%s: there are no one-time codes of '%s'",
                           casebook->path, account);
    return status;
}

enum vaho_status vaho_code_set(struct vaho_casebook *casebook, const struct vaho_act *act,
                               const char *account,
                               const unsigned char secret[VAHO_CODE_SECRET_NBYTES], int64_t step,
                               struct vaho_error *error)
{
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    return vaho_database_end(casebook->database, casebook->path,
                             set(casebook, act, account, secret, step, error), error);
}
