/*
 * progress.h - how far a long piece of work has come, told to whoever asked
 *
 * The library shows nothing itself: the caller passes a reporter in.  It is
 * called by the thread that runs the work, never by the workers of a pool,
 * often enough to draw a bar and seldom enough not to cost.
 */
#ifndef VAHO_PROGRESS_H
#define VAHO_PROGRESS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vaho_progress {
    /* 'done' of 'total' 'unit' ("lines") of 'stage' ("background") are finished. */
    void (*report)(void *context, const char *stage, size_t done, size_t total, const char *unit);
    void *context;
};

/* Tells 'progress'; NULL is fine, and so is one without a reporter. */
void vaho_progress_report(const struct vaho_progress *progress, const char *stage, size_t done,
                          size_t total, const char *unit);

#ifdef __cplusplus
}
#endif
#endif
