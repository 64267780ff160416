/*
 * window.h - from when to when, as signed documents and policies say it
 *
 *     {"from": "2026-04-03T12:00:00Z", "to": "2026-05-03T12:00:00Z"}
 */
#ifndef VAHO_MANDATE_WINDOW_H
#define VAHO_MANDATE_WINDOW_H

#include <jansson.h>

#include "vaho/status.h"

struct vaho_window {
    const char *from, *to; /* as written; of the object */
    double from_s, to_s;   /* seconds since 1970 UTC, from < to */
};

/* 'path' names the document.  VAHO_BAD_INPUT: no such object, or it ends before it begins. */
enum vaho_status vaho_window_read(struct vaho_window *out, const json_t *window, const char *path,
                                  struct vaho_error *error);

#endif
