/*
 * sessions.h - who is logged in, kept so that a restart of the server throws nobody out
 *
 * A session is known by a random secret that only its holder has; the casebook keeps its SHA-256.
 * A session of the page does all that its account may; one for maps only reads what other map
 * programs ask for.  No record of anything: sessions go, and an export takes none along.
 */
#ifndef VAHO_CASEBOOK_SESSIONS_H
#define VAHO_CASEBOOK_SESSIONS_H

#include "casebook/accounts.h"

enum { VAHO_SESSION_HASH_NBYTES = 32, VAHO_ACCOUNT_NAME_NBYTES = 64 };

enum vaho_scope { VAHO_SCOPE_PAGE = 0, VAHO_SCOPE_MAPS };

struct vaho_session {
    unsigned char hash[VAHO_SESSION_HASH_NBYTES];
    char account[VAHO_ACCOUNT_NAME_NBYTES];
    unsigned roles; /* a bit each */
    enum vaho_scope scope;
    double made_s, ends_s; /* seconds since 1970 */
};

/* Keeps a session; its roles are the account's.  VAHO_REFUSED: there is no such account. */
enum vaho_status vaho_session_keep(struct vaho_casebook *casebook,
                                   const struct vaho_session *session, struct vaho_error *error);

/* Removes those that ended by 'now_s'. */
enum vaho_status vaho_session_forget(struct vaho_casebook *casebook, double now_s,
                                     struct vaho_error *error);

/* Those that have not ended at 'now_s', of accounts that have not. */
enum vaho_status vaho_session_each(struct vaho_casebook *casebook, double now_s,
                                   void (*take)(void *context, const struct vaho_session *session),
                                   void *context, struct vaho_error *error);

/* Removes one, or all of an account. */
enum vaho_status vaho_session_end(struct vaho_casebook *casebook,
                                  const unsigned char hash[VAHO_SESSION_HASH_NBYTES],
                                  struct vaho_error *error);
enum vaho_status vaho_session_end_all(struct vaho_casebook *casebook, const char *account,
                                      struct vaho_error *error);

#endif
