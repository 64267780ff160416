/*
 * accounts.h - who may do what with a casebook
 *
 * An account has a name, one role or more, and a password, kept as argon2id (3 passes, 64 MiB).  It
 * is never deleted or renamed, only ended, so that what the ledger says of it stays true.
 *
 *   analyst   decides on sites       releaser  gives leads to partners, takes them back
 *   overseer  reads the ledger       partner   reads what was given to it
 *   admin     makes and ends accounts; for being that, none of the others
 *
 * The first account must be an admin's and can be made by whoever may write the file.
 */
#ifndef VAHO_CASEBOOK_ACCOUNTS_H
#define VAHO_CASEBOOK_ACCOUNTS_H

#include "casebook/database.h"

enum vaho_role {
    VAHO_ROLE_ANALYST = 0,
    VAHO_ROLE_RELEASER,
    VAHO_ROLE_OVERSEER,
    VAHO_ROLE_PARTNER,
    VAHO_ROLE_ADMIN,
    VAHO_N_ROLES
};
enum { VAHO_PASSWORD_MIN_NBYTES = 12, VAHO_PASSWORD_MAX_NBYTES = 1024 };

const char *vaho_role_name(enum vaho_role role); /* "analyst"; static storage */

/*
 * Makes an account; 'roles' has a bit for each.  'act' must be an admin's (by VAHO_BY_ACCOUNT)
 * where there is an account already. VAHO_USAGE: the name, the roles or the password will not do.
 * VAHO_REFUSED: not an admin, or the name is taken, also by an account that ended.
 */
enum vaho_status vaho_account_add(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *name, unsigned roles, const char *password,
                                  struct vaho_error *error);

/* Ends an account, for good.  VAHO_NOT_FOUND.  VAHO_REFUSED: not an admin, or the last admin. */
enum vaho_status vaho_account_end(struct vaho_casebook *casebook, const struct vaho_act *act,
                                  const char *name, struct vaho_error *error);

/* Another password; one's own, or an admin's to give.  All its sessions end.  As above. */
enum vaho_status vaho_account_set_password(struct vaho_casebook *casebook,
                                           const struct vaho_act *act, const char *name,
                                           const char *password, struct vaho_error *error);

/* VAHO_OK: this is the account's password.  VAHO_REFUSED: it is not, the account ended, or there is
 * none; which of them is not said, and takes as long. */
enum vaho_status vaho_account_check(struct vaho_casebook *casebook, const char *name,
                                    const char *password, struct vaho_error *error);

/* VAHO_OK: 'act' is by an account, checked, that has this role and has not ended.  Else
 * VAHO_REFUSED. */
enum vaho_status vaho_account_need(struct vaho_casebook *casebook, const struct vaho_act *act,
                                   enum vaho_role role, struct vaho_error *error);

struct vaho_account {
    const char *name; /* valid during the call */
    unsigned roles;
    int ended;
};
enum vaho_status vaho_account_each(struct vaho_casebook *casebook,
                                   void (*take)(void *context, const struct vaho_account *account),
                                   void *context, struct vaho_error *error);

#endif
