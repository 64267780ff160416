#include "serve/attempts.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/error.h"

enum { KEY_NBYTES = 16 };

/* Keys are kept as hashes, so that they take no more room than that. */
struct failing {
    unsigned char key[KEY_NBYTES];
    unsigned n; /* 0: free */
    double last_s, until_s;
};

struct bucket {
    unsigned char key[KEY_NBYTES];
    int is_used;
    double tokens, at_s;
};

struct vaho_attempts {
    pthread_mutex_t lock;
    struct failing name[VAHO_ATTEMPTS_MAX];
    struct bucket bucket[VAHO_ATTEMPTS_MAX];
};

enum vaho_status vaho_attempts_new(struct vaho_attempts **out, struct vaho_error *error)
{
    *out = vaho_alloc(1, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "what was tried");
    pthread_mutex_init(&(*out)->lock, NULL);
    return VAHO_OK;
}

void vaho_attempts_free(struct vaho_attempts *attempts)
{
    if (attempts == NULL)
        return;
    pthread_mutex_destroy(&attempts->lock);
    free(attempts);
}

static void hash_of(unsigned char out[KEY_NBYTES], const char *text)
{
    crypto_generichash(out, KEY_NBYTES, (const unsigned char *)text, strlen(text), NULL, 0);
}

/* --- lock-out ------------------------------------------------------------------- */

static struct failing *find_name(struct vaho_attempts *attempts, const char *name, double now_s)
{
    unsigned char key[KEY_NBYTES];

    hash_of(key, name);
    for (size_t i = 0; i < VAHO_ATTEMPTS_MAX; i++) {
        struct failing *f = &attempts->name[i];
        if (f->n > 0 && now_s - f->last_s > VAHO_ATTEMPTS_FORGOTTEN_S)
            f->n = 0;
        if (f->n > 0 && memcmp(f->key, key, KEY_NBYTES) == 0)
            return f;
    }
    return NULL;
}

/* A free place, or that of the name that failed longest ago, one that is not locked if there is. */
static struct failing *make_room(struct vaho_attempts *attempts, double now_s)
{
    struct failing *best = &attempts->name[0];

    for (size_t i = 0; i < VAHO_ATTEMPTS_MAX; i++) {
        struct failing *f = &attempts->name[i];
        int is_locked = f->until_s > now_s, best_is_locked = best->until_s > now_s;
        if (f->n == 0)
            return f;
        if (is_locked != best_is_locked ? best_is_locked : f->last_s < best->last_s)
            best = f;
    }
    return best;
}

double vaho_attempts_locked_s(struct vaho_attempts *attempts, const char *name, double now_s)
{
    const struct failing *f;
    double left = 0;

    pthread_mutex_lock(&attempts->lock);
    f = find_name(attempts, name, now_s);
    if (f != NULL && f->until_s > now_s)
        left = f->until_s - now_s;
    pthread_mutex_unlock(&attempts->lock);
    return left;
}

void vaho_attempts_failed(struct vaho_attempts *attempts, const char *name, double now_s)
{
    struct failing *f;

    pthread_mutex_lock(&attempts->lock);
    f = find_name(attempts, name, now_s);
    if (f == NULL) {
        f = make_room(attempts, now_s);
        *f = (struct failing){.n = 0};
        hash_of(f->key, name);
    }
    f->n++;
    f->last_s = now_s;
    if (f->n >= VAHO_ATTEMPTS_FREE) {
        unsigned doubled = f->n - VAHO_ATTEMPTS_FREE < 10 ? f->n - VAHO_ATTEMPTS_FREE : 10;
        f->until_s =
            now_s + fmin(VAHO_ATTEMPTS_FIRST_S * (double)(1u << doubled), VAHO_ATTEMPTS_LONGEST_S);
    }
    pthread_mutex_unlock(&attempts->lock);
}

void vaho_attempts_succeeded(struct vaho_attempts *attempts, const char *name)
{
    struct failing *f;

    pthread_mutex_lock(&attempts->lock);
    f = find_name(attempts, name, 0);
    if (f != NULL)
        *f = (struct failing){.n = 0};
    pthread_mutex_unlock(&attempts->lock);
}

/* --- rate ------------------------------------------------------------------------ */

static struct bucket *find_bucket(struct vaho_attempts *attempts, const char *key_text,
                                  const struct vaho_rate *rate, double now_s)
{
    unsigned char key[KEY_NBYTES];
    struct bucket *oldest = &attempts->bucket[0];

    hash_of(key, key_text);
    for (size_t i = 0; i < VAHO_ATTEMPTS_MAX; i++) {
        struct bucket *b = &attempts->bucket[i];
        if (b->is_used && memcmp(b->key, key, KEY_NBYTES) == 0)
            return b;
        if (!b->is_used ? oldest->is_used : oldest->is_used && b->at_s < oldest->at_s)
            oldest = b;
    }
    *oldest = (struct bucket){.is_used = 1, .tokens = rate->burst, .at_s = now_s};
    memcpy(oldest->key, key, KEY_NBYTES);
    return oldest;
}

double vaho_attempts_wait_s(struct vaho_attempts *attempts, const char *key,
                            const struct vaho_rate *rate, double now_s)
{
    struct bucket *b;
    double wait = 0;

    pthread_mutex_lock(&attempts->lock);
    b = find_bucket(attempts, key, rate, now_s);
    b->tokens = fmin(rate->burst, b->tokens + fmax(now_s - b->at_s, 0) * rate->per_s);
    b->at_s = now_s;
    if (b->tokens >= 1)
        b->tokens -= 1;
    else
        wait = (1 - b->tokens) / rate->per_s;
    pthread_mutex_unlock(&attempts->lock);
    return wait;
}

void vaho_attempts_give_back(struct vaho_attempts *attempts, const char *key,
                             const struct vaho_rate *rate, double now_s)
{
    struct bucket *b;

    pthread_mutex_lock(&attempts->lock);
    b = find_bucket(attempts, key, rate, now_s);
    b->tokens = fmin(rate->burst, b->tokens + 1);
    pthread_mutex_unlock(&attempts->lock);
}
