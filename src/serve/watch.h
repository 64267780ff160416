/*
 * watch.h - sees what happens to the casebook, whoever does it, and tells it
 *
 * Another process may take in a flight, a person decide in a terminal.  SQLite's data_version of a
 * connection changes with every commit of another one; asking takes a few system calls, 20 times a
 * second.  When it changed, the entries that the ledger has gained are what happened: every act is
 * one (docs/ledger.md).
 *
 * The same thread keeps order: what was said once in a while (a comment line that keeps streams
 * open), sessions and presence that ended, connections that are late.
 */
#ifndef VAHO_SERVE_WATCH_H
#define VAHO_SERVE_WATCH_H

#include "base/text.h"
#include "casebook/ledger.h"

struct vaho_server;
struct vaho_watch;

enum vaho_status vaho_watch_new(struct vaho_watch **out, struct vaho_server *server,
                                struct vaho_error *error);
void vaho_watch_free(struct vaho_watch *watch); /* NULL is fine */

/* An entry as an event: its text and whom it is for, once for overseers and once for those it
 * concerns ("" and 0: nobody).  VAHO_NO_MEMORY, or what reading the casebook said. */
struct vaho_told {
    struct vaho_text text;
    unsigned audience;
};
enum { VAHO_N_TOLD = 2 };
enum vaho_status vaho_event_of(struct vaho_told out[VAHO_N_TOLD], struct vaho_casebook *casebook,
                               const struct vaho_entry *entry, struct vaho_error *error);
void vaho_told_free(struct vaho_told told[VAHO_N_TOLD]);

/* "event: NAME", the data, and the id (-1: none), appended; 'data' is taken over. */
void vaho_event_write(struct vaho_text *out, const char *name, int64_t id, json_t *data);

#endif
