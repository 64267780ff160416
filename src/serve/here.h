/*
 * here.h - who is here: the sessions of this server, and which site each looks at
 *
 * All sessions are in memory, so that asking costs no database; casebook/sessions.h keeps them over
 * a restart.  A session ends at its time, after 60 minutes without use, or when it is ended; of an
 * account's sessions beyond 32 the one not used longest ends.  Looking at a site ends with the
 * session, or 90 seconds after it was last said.
 *
 * Threads: any; one lock inside.  The clock is the caller's.
 */
#ifndef VAHO_SERVE_HERE_H
#define VAHO_SERVE_HERE_H

#include "casebook/codes.h"
#include "casebook/sessions.h"

enum {
    VAHO_HERE_MAX = 4096,
    VAHO_HERE_MAX_OF_ACCOUNT = 32,
    VAHO_HERE_IDLE_S = 3600,
    VAHO_HERE_LOOKING_S = 90,
    VAHO_SITE_NAME_NBYTES = 128
};

struct vaho_here;

enum vaho_status vaho_here_new(struct vaho_here **out, struct vaho_error *error);
void vaho_here_free(struct vaho_here *here); /* NULL is fine */

/* 0: there is no more room. */
int vaho_here_add(struct vaho_here *here, const struct vaho_session *session, double now_s);
/* 1 and the session with this hash, which counts as used; 0: there is none.  'out' may be NULL. */
int vaho_here_find(struct vaho_session *out, struct vaho_here *here, const unsigned char *hash,
                   double now_s);
void vaho_here_end(struct vaho_here *here, const unsigned char *hash);
/* All of an account but the n that are kept. */
typedef const unsigned char vaho_session_hash[VAHO_SESSION_HASH_NBYTES];
void vaho_here_end_all(struct vaho_here *here, const char *account, vaho_session_hash *kept,
                       size_t n);
size_t vaho_here_count(struct vaho_here *here, const char *account);

/* A secret that is offered to the holder of a session, until another is; 0: none was. */
void vaho_here_offer(struct vaho_here *here, const unsigned char *hash,
                     const unsigned char secret[VAHO_CODE_SECRET_NBYTES]);
int vaho_here_offered(unsigned char out[VAHO_CODE_SECRET_NBYTES], struct vaho_here *here,
                      const unsigned char *hash);

/* The session looks at a site (NULL: at none). 'old' gets the one it looked at before, or "". */
void vaho_here_look(char old[VAHO_SITE_NAME_NBYTES], struct vaho_here *here,
                    const unsigned char *hash, const char *site, double now_s);
/* Every account that looks at 'site' (NULL: at any) once a session, with the site. */
void vaho_here_looking(struct vaho_here *here, const char *site, double now_s,
                       void (*take)(void *context, const char *account, const char *site),
                       void *context);

/* Clears away what ended.  'changed' is called for each site that somebody no longer looks at, with
 * no lock held. */
void vaho_here_sweep(struct vaho_here *here, double now_s,
                     void (*changed)(void *context, const char *site), void *context);

#endif
