/*
 * events.h - what happens, told to all who listen
 *
 * Events are text in the form of server-sent events (html.spec.whatwg.org, 9.2), kept in a ring.
 * A stream is a listener: a cursor into the ring and the roles of its session; it sees the events
 * whose audience it is of.  A listener that falls behind further than the ring reaches is cut off
 * and comes back with the number of the last event it got; the casebook's ledger has the rest.
 * So memory is bounded, whatever listeners do: VAHO_EVENTS_MAX_NBYTES for all together.
 *
 * An event that tells of a ledger entry has that entry's number; a stream that already told of
 * entries up to a number passes those over.
 *
 * Threads: any.  'wait' and 'wake' of a stream are called with the lock held and must not call
 * back: 'wait' when vaho_stream_take() found nothing, 'wake' once when there is something again.
 */
#ifndef VAHO_SERVE_EVENTS_H
#define VAHO_SERVE_EVENTS_H

#include <stdint.h>

#include "casebook/sessions.h"

enum { VAHO_EVENTS_MAX = 8192, VAHO_EVENTS_MAX_NBYTES = 8 << 20, VAHO_STREAMS_MAX = 1024 };

struct vaho_events;
struct vaho_stream;

struct vaho_stream_hooks {
    void (*wait)(void *context);
    void (*wake)(void *context);
    void *context;
};

enum vaho_status vaho_events_new(struct vaho_events **out, struct vaho_error *error);
void vaho_events_free(struct vaho_events *events); /* after all its streams; NULL is fine */

/* 'audience': roles, a bit each.  'entry' -1: none. */
void vaho_events_publish(struct vaho_events *events, int64_t entry, unsigned audience,
                         const char *text);

/* Tells every stream that 'is_over' says is over its last words, and ends it.  Of one's session
 * ended, or of all when the server stops (is_over NULL). */
void vaho_events_end(struct vaho_events *events, const char *last_words,
                     int (*is_over)(void *context, const unsigned char *hash), void *context);

/* A listener from now on.  VAHO_REFUSED: too many. */
enum vaho_status vaho_stream_open(struct vaho_stream **out, struct vaho_events *events,
                                  const struct vaho_session *session, struct vaho_error *error);
void vaho_stream_close(struct vaho_stream *stream); /* NULL is fine */

/* What it gets before anything else (owned from now on; freed with free()), and up to which entry
 * that tells. */
void vaho_stream_begin(struct vaho_stream *stream, char *prologue, int64_t told);
void vaho_stream_hook(struct vaho_stream *stream, const struct vaho_stream_hooks *hooks);

/* The next bytes, at most 'max'.  0: none now, and 'wait' was called; -1: it is over. */
long vaho_stream_take(struct vaho_stream *stream, char *out, size_t max);

size_t vaho_events_n_streams(struct vaho_events *events);

#endif
