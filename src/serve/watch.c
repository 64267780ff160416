#include "serve/watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "review/review.h"
#include "serve/parts.h"

enum { TICK_MS = 40, BUSY_MS = 5, MAX_AT_ONCE = 4096 };
static const double SWEEP_S = 1, COMMENT_S = 15;

struct vaho_watch {
    struct vaho_server *server;
    struct vaho_casebook *casebook;
    sqlite3_stmt *data_version;
    int64_t seen_version, last_entry;
    double swept_s, commented_s;
    pthread_t thread;
    int is_started, is_ending;
    pthread_mutex_t lock;
    pthread_cond_t ended;
};

/* --- entries as events ----------------------------------------------------------------- */

void vaho_event_write(struct vaho_text *out, const char *name, int64_t id, json_t *data)
{
    char *text = data == NULL ? NULL : json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(12));

    json_decref(data);
    if (id >= 0)
        vaho_text_printf(out, "id: %lld\n", (long long)id);
    vaho_text_printf(out, "event: %s\ndata: %s\n\n", name, text == NULL ? "{}" : text);
    out->failed |= text == NULL;
    free(text);
}

/* A decision or a release, with what the site is now. */
static json_t *about_site(struct vaho_casebook *casebook, const struct vaho_entry *entry,
                          struct vaho_error *error)
{
    const char *site = json_string_value(json_object_get(entry->object, "site"));
    const char *reason = json_string_value(json_object_get(entry->object, "reason"));
    struct vaho_review_now now;

    if (site == NULL) {
        vaho_fail(error, VAHO_NOT_FOUND, "an entry that names no site");
        return NULL;
    }
    if (vaho_review_now(&now, casebook, site, error) != VAHO_OK)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "site", site, "state", now.state,
                     "version", now.version, "by", entry->who, "what", entry->what + 5, "at",
                     entry->when, "reason", reason == NULL ? "" : reason, "words", entry->why);
}

static json_t *about_flight(const struct vaho_entry *entry)
{
    return json_pack("{s:O, s:O, s:O, s:s, s:s}", "flight_id", json_object_get(entry->object, "id"),
                     "flight", json_object_get(entry->object, "name"), "plumes",
                     json_object_get(entry->object, "plumes"), "by", entry->who, "at", entry->when);
}

enum vaho_status vaho_event_of(struct vaho_told out[VAHO_N_TOLD], struct vaho_casebook *casebook,
                               const struct vaho_entry *entry, struct vaho_error *error)
{
    const char *what = entry->what, *name = NULL;
    json_t *data = NULL;

    for (size_t i = 0; i < VAHO_N_TOLD; i++) {
        vaho_text_init(&out[i].text, 1 << 18);
        out[i].audience = 0;
    }
    out[0].audience = VAHO_ROLE_BIT(VAHO_ROLE_OVERSEER);
    vaho_event_write(&out[0].text, "ledger", -1,
                     json_pack("{s:I, s:s, s:s}", "number", (json_int_t)entry->number, "what", what,
                               "who", entry->who));
    out[1].audience = VAHO_READERS;
    if (strncmp(what, "site-", 5) == 0) {
        name = "site";
        data = about_site(casebook, entry, error);
        if (data == NULL && error->status != VAHO_NOT_FOUND)
            return error->status;
        if (data == NULL) /* a site of long ago that is no more: nobody waits for it */
            name = NULL;
    } else if (strcmp(what, "flight-add") == 0) {
        name = "flight";
        data = about_flight(entry);
    } else if (strcmp(what, "sites-update") == 0) {
        name = "sites";
        data = json_pack("{s:O, s:O}", "at", json_object_get(entry->object, "at"), "sites",
                         json_object_get(entry->object, "sites"));
    } else if (strcmp(what, "known-sources") == 0) {
        name = "known";
        data = json_pack("{s:O}", "sources", json_object_get(entry->object, "sources"));
    } else if (strncmp(what, "user-", 5) == 0) {
        name = "user";
        out[1].audience = VAHO_ROLE_BIT(VAHO_ROLE_ADMIN);
        data =
            json_pack("{s:O, s:s}", "name", json_object_get(entry->object, "name"), "what", what);
    }
    if (name == NULL)
        out[1].audience = 0;
    else
        vaho_event_write(&out[1].text, name, (int64_t)entry->number, data);
    return out[0].text.failed || out[1].text.failed ? vaho_fail_memory(error, "an event") : VAHO_OK;
}

void vaho_told_free(struct vaho_told told[VAHO_N_TOLD])
{
    for (size_t i = 0; i < VAHO_N_TOLD; i++)
        vaho_text_free(&told[i].text);
}

/* --- watching ---------------------------------------------------------------------------- */

struct kept {
    const char *account;
    size_t n;
    unsigned char hash[VAHO_HERE_MAX_OF_ACCOUNT][VAHO_SESSION_HASH_NBYTES];
};

static void keep(void *context, const struct vaho_session *session)
{
    struct kept *kept = context;

    if (strcmp(session->account, kept->account) == 0 && kept->n < VAHO_HERE_MAX_OF_ACCOUNT)
        memcpy(kept->hash[kept->n++], session->hash, VAHO_SESSION_HASH_NBYTES);
}

/* An account that ended, or got another password, is here no longer, also when that was done in a
 * terminal: its sessions are those that the casebook still has. */
static enum vaho_status end_sessions_of(struct vaho_watch *w, const struct vaho_entry *entry,
                                        struct vaho_error *error)
{
    struct kept kept = {json_string_value(json_object_get(entry->object, "name")), 0, {{0}}};
    enum vaho_status status;

    if (kept.account == NULL ||
        (strcmp(entry->what, "user-disable") != 0 && strcmp(entry->what, "user-password") != 0))
        return VAHO_OK;
    status = vaho_session_each(w->casebook, vaho_server_now_s(w->server), keep, &kept, error);
    if (status == VAHO_OK)
        vaho_server_end_account(w->server, kept.account, kept.hash, kept.n);
    return status;
}

struct telling {
    struct vaho_watch *watch;
    size_t n;
    struct vaho_error *error;
    enum vaho_status status;
};

static int tell(void *context, const struct vaho_entry *entry)
{
    struct telling *t = context;
    struct vaho_told told[VAHO_N_TOLD];

    t->status = vaho_event_of(told, t->watch->casebook, entry, t->error);
    for (size_t i = 0; i < VAHO_N_TOLD && t->status == VAHO_OK; i++)
        if (told[i].audience != 0)
            vaho_events_publish(t->watch->server->events, (int64_t)entry->number, told[i].audience,
                                told[i].text.data);
    vaho_told_free(told);
    if (t->status == VAHO_OK)
        t->status = end_sessions_of(t->watch, entry, t->error);
    if (t->status == VAHO_OK) {
        t->n++;
        t->watch->last_entry = (int64_t)entry->number;
    }
    return t->status == VAHO_OK;
}

/* 1: something was committed since.  0 also when somebody is just committing: the next tick sees.
 */
static int has_changed(struct vaho_watch *w, int64_t *out_version)
{
    int result = sqlite3_step(w->data_version);

    *out_version = result == SQLITE_ROW ? sqlite3_column_int64(w->data_version, 0) : -1;
    sqlite3_reset(w->data_version);
    return result == SQLITE_ROW && *out_version != w->seen_version;
}

static void look(struct vaho_watch *w)
{
    struct vaho_error error;
    struct telling telling = {w, 0, &error, VAHO_OK};
    int64_t version;
    enum vaho_status status;

    if (!has_changed(w, &version))
        return;
    status = vaho_ledger_each(w->casebook, (uint64_t)(w->last_entry + 1), MAX_AT_ONCE, tell,
                              &telling, &error);
    /* where reading failed, somebody writes, or there are more: the next tick looks again */
    if (status == VAHO_OK && telling.status == VAHO_OK && telling.n < MAX_AT_ONCE)
        w->seen_version = version;
}

static void looked_away(void *context, const char *site)
{
    vaho_server_tell_looking(context, site);
}

static void sweep(struct vaho_watch *w, double now_s)
{
    struct vaho_server *server = w->server;

    if (now_s - w->swept_s >= SWEEP_S || now_s < w->swept_s) {
        w->swept_s = now_s;
        vaho_connections_sweep(server->connections, now_s);
        vaho_here_sweep(server->here, now_s, looked_away, server);
    }
    if (now_s - w->commented_s >= COMMENT_S || now_s < w->commented_s) {
        w->commented_s = now_s;
        vaho_server_end_streams(server);
        vaho_events_publish(server->events, -1, VAHO_ANY_ROLE, ":\n\n");
    }
}

static void *run(void *context)
{
    struct vaho_watch *w = context;
    struct timespec until;

    pthread_mutex_lock(&w->lock);
    while (!w->is_ending) {
        pthread_mutex_unlock(&w->lock);
        look(w);
        sweep(w, vaho_server_now_s(w->server));
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_mutex_lock(&w->lock);
        if (!w->is_ending)
            pthread_cond_timedwait(&w->ended, &w->lock, &until);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static enum vaho_status begin(struct vaho_watch *w, struct vaho_error *error)
{
    enum vaho_status status = vaho_casebook_open(&w->casebook, w->server->settings.casebook, error);

    if (status == VAHO_OK)
        status = vaho_database_number(&w->last_entry, w->casebook->database, w->casebook->path,
                                      "SELECT ifnull(max(number), -1) FROM ledger_entries", error);
    if (status == VAHO_OK && sqlite3_prepare_v2(w->casebook->database, "PRAGMA data_version", -1,
                                                &w->data_version, NULL) != SQLITE_OK)
        status = vaho_database_fail(w->casebook->database, w->casebook->path, error);
    if (status != VAHO_OK)
        return status;
    sqlite3_busy_timeout(w->casebook->database, BUSY_MS);
    w->seen_version = -1; /* what was committed between these two is looked for */
    w->is_started = pthread_create(&w->thread, NULL, run, w) == 0;
    return w->is_started ? VAHO_OK : vaho_fail(error, VAHO_FAULT, "no thread could be started");
}

enum vaho_status vaho_watch_new(struct vaho_watch **out, struct vaho_server *server,
                                struct vaho_error *error)
{
    struct vaho_watch *w = vaho_alloc(1, sizeof *w);
    enum vaho_status status;

    *out = NULL;
    if (w == NULL)
        return vaho_fail_memory(error, "a watch");
    w->server = server;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ended, NULL);
    status = begin(w, error);
    if (status != VAHO_OK)
        vaho_watch_free(w);
    else
        *out = w;
    return status;
}

void vaho_watch_free(struct vaho_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->is_started) {
        pthread_mutex_lock(&watch->lock);
        watch->is_ending = 1;
        pthread_cond_signal(&watch->ended);
        pthread_mutex_unlock(&watch->lock);
        pthread_join(watch->thread, NULL);
    }
    sqlite3_finalize(watch->data_version);
    vaho_casebook_close(watch->casebook);
    pthread_cond_destroy(&watch->ended);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}
