/*
 * attempts.h - how often somebody may try
 *
 * Lock-out: after 5 wrong passwords or codes in a row for a name, nobody logs in under it for a
 * minute, after each further one for twice as long, up to a quarter of an hour; a right password
 * does not help meanwhile, and is not looked at.  Names that nobody has are treated alike.  A name
 * is forgotten an hour after its last failure, or by a right log-in.
 *
 * Rate: a bucket of tokens a key (a session or an address), filled steadily up to a burst.
 *
 * Bounds: so many names and keys are remembered; when there are more, the one that was quiet
 * longest gives way, a locked name last.  All of it is in memory: a restart of the server forgets
 * it, which only its operator can bring about.
 *
 * Threads: any; one lock inside.  The clock is the caller's.
 */
#ifndef VAHO_SERVE_ATTEMPTS_H
#define VAHO_SERVE_ATTEMPTS_H

#include "vaho/status.h"

enum {
    VAHO_ATTEMPTS_FREE = 5,
    VAHO_ATTEMPTS_FIRST_S = 60,
    VAHO_ATTEMPTS_LONGEST_S = 900,
    VAHO_ATTEMPTS_FORGOTTEN_S = 3600,
    VAHO_ATTEMPTS_MAX = 1024
};

struct vaho_attempts;

enum vaho_status vaho_attempts_new(struct vaho_attempts **out, struct vaho_error *error);
void vaho_attempts_free(struct vaho_attempts *attempts); /* NULL is fine */

/* Seconds until a log-in under this name may be tried; 0: now. */
double vaho_attempts_locked_s(struct vaho_attempts *attempts, const char *name, double now_s);
void vaho_attempts_failed(struct vaho_attempts *attempts, const char *name, double now_s);
void vaho_attempts_succeeded(struct vaho_attempts *attempts, const char *name);

struct vaho_rate {
    double per_s, burst;
};
/* Gives the last token back: what it was taken for does not count. */
void vaho_attempts_give_back(struct vaho_attempts *attempts, const char *key,
                             const struct vaho_rate *rate, double now_s);
/* Takes a token; 0: there was one, else seconds until there is. */
double vaho_attempts_wait_s(struct vaho_attempts *attempts, const char *key,
                            const struct vaho_rate *rate, double now_s);

#endif
