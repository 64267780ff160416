#include "serve/events.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct event {
    char *text;
    size_t nbytes;
    int64_t entry;
    unsigned audience;
};

struct vaho_stream {
    struct vaho_events *events;
    struct vaho_stream *next, *previous;
    unsigned char hash[VAHO_SESSION_HASH_NBYTES];
    unsigned roles;
    uint64_t at;          /* the next event to look at */
    int64_t told;         /* entries up to here were told */
    char *words;          /* the prologue, or a copy of the event under way, or the last words */
    size_t nbytes, given; /* of 'words' */
    int is_waiting, is_ending, is_over;
    struct vaho_stream_hooks hooks;
};

struct vaho_events {
    pthread_mutex_t lock;
    struct event ring[VAHO_EVENTS_MAX];
    uint64_t first, end; /* of the events in the ring, counted from the beginning */
    size_t nbytes, n_streams;
    struct vaho_stream *streams;
};

enum vaho_status vaho_events_new(struct vaho_events **out, struct vaho_error *error)
{
    *out = vaho_alloc(1, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "events");
    pthread_mutex_init(&(*out)->lock, NULL);
    return VAHO_OK;
}

static void drop_first(struct vaho_events *events)
{
    struct event *e = &events->ring[events->first++ % VAHO_EVENTS_MAX];

    events->nbytes -= e->nbytes;
    free(e->text);
    e->text = NULL;
}

void vaho_events_free(struct vaho_events *events)
{
    if (events == NULL)
        return;
    while (events->first < events->end)
        drop_first(events);
    pthread_mutex_destroy(&events->lock);
    free(events);
}

static void wake(struct vaho_stream *stream)
{
    if (!stream->is_waiting)
        return;
    stream->is_waiting = 0;
    stream->hooks.wake(stream->hooks.context);
}

void vaho_events_publish(struct vaho_events *events, int64_t entry, unsigned audience,
                         const char *text)
{
    struct event event = {vaho_strdup(text), strlen(text), entry, audience};

    pthread_mutex_lock(&events->lock);
    while (events->first < events->end && (events->end - events->first == VAHO_EVENTS_MAX ||
                                           events->nbytes + event.nbytes > VAHO_EVENTS_MAX_NBYTES))
        drop_first(events);
    if (event.text == NULL) { /* nobody may miss it unseen: all must ask anew */
        while (events->first < events->end)
            drop_first(events);
        events->first = ++events->end;
    } else {
        events->ring[events->end++ % VAHO_EVENTS_MAX] = event;
        events->nbytes += event.nbytes;
    }
    for (struct vaho_stream *s = events->streams; s != NULL; s = s->next)
        if ((s->roles & audience) != 0 || event.text == NULL)
            wake(s);
    pthread_mutex_unlock(&events->lock);
}

static void set_words(struct vaho_stream *s, char *words)
{
    free(s->words);
    s->words = words;
    s->nbytes = words == NULL ? 0 : strlen(words);
    s->given = 0;
}

void vaho_events_end(struct vaho_events *events, const char *last_words,
                     int (*is_over)(void *context, const unsigned char *hash), void *context)
{
    pthread_mutex_lock(&events->lock);
    for (struct vaho_stream *s = events->streams; s != NULL; s = s->next) {
        if (s->is_ending || (is_over != NULL && !is_over(context, s->hash)))
            continue;
        s->is_ending = 1; /* what was under way is cut off: nothing more is for this listener */
        set_words(s, vaho_strdup(last_words));
        wake(s);
    }
    pthread_mutex_unlock(&events->lock);
}

enum vaho_status vaho_stream_open(struct vaho_stream **out, struct vaho_events *events,
                                  const struct vaho_session *session, struct vaho_error *error)
{
    struct vaho_stream *stream = vaho_alloc(1, sizeof *stream);

    *out = NULL;
    if (stream == NULL)
        return vaho_fail_memory(error, "a stream of events");
    stream->events = events;
    stream->roles = session->roles;
    stream->told = -1;
    memcpy(stream->hash, session->hash, sizeof stream->hash);
    pthread_mutex_lock(&events->lock);
    if (events->n_streams == VAHO_STREAMS_MAX) {
        pthread_mutex_unlock(&events->lock);
        free(stream);
        return vaho_fail(error, VAHO_REFUSED, "%d listen already; no more can", VAHO_STREAMS_MAX);
    }
    events->n_streams++;
    stream->at = events->end;
    stream->next = events->streams;
    if (stream->next != NULL)
        stream->next->previous = stream;
    events->streams = stream;
    pthread_mutex_unlock(&events->lock);
    *out = stream;
    return VAHO_OK;
}

void vaho_stream_close(struct vaho_stream *stream)
{
    struct vaho_events *events;

    if (stream == NULL)
        return;
    events = stream->events;
    pthread_mutex_lock(&events->lock);
    events->n_streams--;
    if (stream->next != NULL)
        stream->next->previous = stream->previous;
    if (stream->previous != NULL)
        stream->previous->next = stream->next;
    else
        events->streams = stream->next;
    pthread_mutex_unlock(&events->lock);
    free(stream->words);
    free(stream);
}

void vaho_stream_begin(struct vaho_stream *stream, char *prologue, int64_t told)
{
    pthread_mutex_lock(&stream->events->lock);
    if (stream->is_ending) {
        free(prologue);
    } else {
        set_words(stream, prologue);
        stream->told = told;
    }
    pthread_mutex_unlock(&stream->events->lock);
}

void vaho_stream_hook(struct vaho_stream *stream, const struct vaho_stream_hooks *hooks)
{
    stream->hooks = *hooks;
}

/* The next event that is for this listener, copied; 0: there is none. */
static int next_event(struct vaho_stream *s)
{
    struct vaho_events *events = s->events;

    while (s->at < events->end) {
        const struct event *e = &events->ring[s->at++ % VAHO_EVENTS_MAX];
        if ((e->audience & s->roles) == 0 || (e->entry >= 0 && e->entry <= s->told))
            continue;
        s->words = vaho_strdup(e->text);
        s->nbytes = e->nbytes;
        s->is_over = s->words == NULL;
        return 1;
    }
    return 0;
}

static long take(struct vaho_stream *s, char *out, size_t max)
{
    size_t n;

    if (s->at < s->events->first && !s->is_ending)
        s->is_over = 1; /* fell behind */
    if (s->given == s->nbytes) {
        free(s->words);
        s->words = NULL;
        s->nbytes = s->given = 0;
        s->is_over |= s->is_ending;
        if (!s->is_over && !next_event(s)) {
            s->is_waiting = 1;
            s->hooks.wait(s->hooks.context);
            return 0;
        }
    }
    if (s->is_over)
        return -1;
    n = s->nbytes - s->given < max ? s->nbytes - s->given : max;
    memcpy(out, s->words + s->given, n);
    s->given += n;
    return (long)n;
}

long vaho_stream_take(struct vaho_stream *stream, char *out, size_t max)
{
    long n;

    pthread_mutex_lock(&stream->events->lock);
    n = take(stream, out, max);
    pthread_mutex_unlock(&stream->events->lock);
    return n;
}

size_t vaho_events_n_streams(struct vaho_events *events)
{
    size_t n;

    pthread_mutex_lock(&events->lock);
    n = events->n_streams;
    pthread_mutex_unlock(&events->lock);
    return n;
}
