#include "serve/here.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct place {
    struct vaho_session session;
    int is_used, is_ended;
    double used_s, looking_until_s;
    char looking[VAHO_SITE_NAME_NBYTES]; /* "": at none */
    int is_offered;
    unsigned char offered[VAHO_CODE_SECRET_NBYTES];
};

struct vaho_here {
    pthread_mutex_t lock;
    struct place place[VAHO_HERE_MAX];
};

enum vaho_status vaho_here_new(struct vaho_here **out, struct vaho_error *error)
{
    *out = vaho_alloc(1, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "sessions");
    pthread_mutex_init(&(*out)->lock, NULL);
    return VAHO_OK;
}

void vaho_here_free(struct vaho_here *here)
{
    if (here == NULL)
        return;
    pthread_mutex_destroy(&here->lock);
    free(here);
}

static int is_over(const struct place *p, double now_s)
{
    return p->is_ended || p->session.ends_s <= now_s ||
           (p->session.scope == VAHO_SCOPE_PAGE && p->used_s + VAHO_HERE_IDLE_S <= now_s);
}

static int is_of(const struct place *p, const char *account)
{
    return p->is_used && !p->is_ended && strcmp(p->session.account, account) == 0;
}

/* Of too many sessions of an account the one not used longest ends. */
static void thin_out(struct vaho_here *here, const char *account)
{
    struct place *oldest = NULL;
    size_t n = 0;

    for (size_t i = 0; i < VAHO_HERE_MAX; i++) {
        struct place *p = &here->place[i];
        if (!is_of(p, account))
            continue;
        n++;
        if (oldest == NULL || p->used_s < oldest->used_s)
            oldest = p;
    }
    if (n >= VAHO_HERE_MAX_OF_ACCOUNT)
        oldest->is_ended = 1;
}

int vaho_here_add(struct vaho_here *here, const struct vaho_session *session, double now_s)
{
    struct place *free_place = NULL;

    pthread_mutex_lock(&here->lock);
    thin_out(here, session->account);
    for (size_t i = 0; i < VAHO_HERE_MAX && free_place == NULL; i++)
        if (!here->place[i].is_used)
            free_place = &here->place[i];
    if (free_place != NULL)
        *free_place = (struct place){.session = *session, .is_used = 1, .used_s = now_s};
    pthread_mutex_unlock(&here->lock);
    return free_place != NULL;
}

static struct place *find(struct vaho_here *here, const unsigned char *hash, double now_s)
{
    for (size_t i = 0; i < VAHO_HERE_MAX; i++) {
        struct place *p = &here->place[i];
        if (p->is_used && memcmp(p->session.hash, hash, sizeof p->session.hash) == 0)
            return is_over(p, now_s) ? NULL : p;
    }
    return NULL;
}

int vaho_here_find(struct vaho_session *out, struct vaho_here *here, const unsigned char *hash,
                   double now_s)
{
    struct place *p;

    pthread_mutex_lock(&here->lock);
    p = find(here, hash, now_s);
    if (p != NULL) {
        p->used_s = now_s;
        if (out != NULL)
            *out = p->session;
    }
    pthread_mutex_unlock(&here->lock);
    return p != NULL;
}

void vaho_here_end(struct vaho_here *here, const unsigned char *hash)
{
    pthread_mutex_lock(&here->lock);
    for (size_t i = 0; i < VAHO_HERE_MAX; i++)
        if (here->place[i].is_used &&
            memcmp(here->place[i].session.hash, hash, VAHO_SESSION_HASH_NBYTES) == 0)
            here->place[i].is_ended = 1;
    pthread_mutex_unlock(&here->lock);
}

void vaho_here_end_all(struct vaho_here *here, const char *account, vaho_session_hash *kept,
                       size_t n)
{
    pthread_mutex_lock(&here->lock);
    for (size_t i = 0; i < VAHO_HERE_MAX; i++) {
        struct place *p = &here->place[i];
        int is_kept = 0;
        for (size_t k = 0; k < n; k++)
            is_kept |= memcmp(p->session.hash, kept[k], VAHO_SESSION_HASH_NBYTES) == 0;
        if (is_of(p, account) && !is_kept)
            p->is_ended = 1;
    }
    pthread_mutex_unlock(&here->lock);
}

size_t vaho_here_count(struct vaho_here *here, const char *account)
{
    size_t n = 0;

    pthread_mutex_lock(&here->lock);
    for (size_t i = 0; i < VAHO_HERE_MAX; i++)
        n += (size_t)is_of(&here->place[i], account);
    pthread_mutex_unlock(&here->lock);
    return n;
}

void vaho_here_offer(struct vaho_here *here, const unsigned char *hash,
                     const unsigned char secret[VAHO_CODE_SECRET_NBYTES])
{
    struct place *p;

    pthread_mutex_lock(&here->lock);
    p = find(here, hash, 0);
    if (p != NULL) {
        memcpy(p->offered, secret, sizeof p->offered);
        p->is_offered = 1;
    }
    pthread_mutex_unlock(&here->lock);
}

int vaho_here_offered(unsigned char out[VAHO_CODE_SECRET_NBYTES], struct vaho_here *here,
                      const unsigned char *hash)
{
    const struct place *p;
    int is_offered;

    pthread_mutex_lock(&here->lock);
    p = find(here, hash, 0);
    is_offered = p != NULL && p->is_offered;
    if (is_offered)
        memcpy(out, p->offered, sizeof p->offered);
    pthread_mutex_unlock(&here->lock);
    return is_offered;
}

void vaho_here_look(char old[VAHO_SITE_NAME_NBYTES], struct vaho_here *here,
                    const unsigned char *hash, const char *site, double now_s)
{
    struct place *p;

    old[0] = '\0';
    pthread_mutex_lock(&here->lock);
    p = find(here, hash, now_s);
    if (p != NULL) {
        snprintf(old, VAHO_SITE_NAME_NBYTES, "%s", p->looking);
        snprintf(p->looking, sizeof p->looking, "%s", site == NULL ? "" : site);
        p->looking_until_s = now_s + VAHO_HERE_LOOKING_S;
    }
    pthread_mutex_unlock(&here->lock);
}

static int looks(const struct place *p, double now_s)
{
    return p->is_used && p->looking[0] != '\0' && p->looking_until_s > now_s && !is_over(p, now_s);
}

void vaho_here_looking(struct vaho_here *here, const char *site, double now_s,
                       void (*take)(void *context, const char *account, const char *site),
                       void *context)
{
    pthread_mutex_lock(&here->lock);
    for (size_t i = 0; i < VAHO_HERE_MAX; i++) {
        const struct place *p = &here->place[i];
        if (looks(p, now_s) && (site == NULL || strcmp(site, p->looking) == 0))
            take(context, p->session.account, p->looking);
    }
    pthread_mutex_unlock(&here->lock);
}

/* Clears one place; 1: 'site' is looked at by one less. */
static int sweep_one(char site[VAHO_SITE_NAME_NBYTES], struct place *p, double now_s)
{
    int looked = 0;

    if (p->is_used && p->looking[0] != '\0' && !looks(p, now_s)) {
        snprintf(site, VAHO_SITE_NAME_NBYTES, "%s", p->looking);
        p->looking[0] = '\0';
        looked = 1;
    }
    if (p->is_used && is_over(p, now_s))
        *p = (struct place){.is_used = 0};
    return looked;
}

void vaho_here_sweep(struct vaho_here *here, double now_s,
                     void (*changed)(void *context, const char *site), void *context)
{
    char site[VAHO_SITE_NAME_NBYTES];

    for (size_t i = 0; i < VAHO_HERE_MAX; i++) {
        int looked;
        pthread_mutex_lock(&here->lock);
        looked = sweep_one(site, &here->place[i], now_s);
        pthread_mutex_unlock(&here->lock);
        if (looked)
            changed(context, site);
    }
}
