/*
 * text.h - text that grows, up to a stated limit
 *
 * Appending never fails on the spot: after an allocation failed or the limit
 * was passed, 'failed' is set and further appends do nothing, so that a writer
 * checks once at its end.
 */
#ifndef VAHO_BASE_TEXT_H
#define VAHO_BASE_TEXT_H

#include <stddef.h>

struct vaho_text {
    char *data; /* NUL-terminated once something was appended; owned */
    size_t nbytes, capacity, max_nbytes;
    int failed;
};

void vaho_text_init(struct vaho_text *text, size_t max_nbytes);
void vaho_text_free(struct vaho_text *text);
void vaho_text_append(struct vaho_text *text, const void *data, size_t nbytes);
void vaho_text_puts(struct vaho_text *text, const char *string);
void vaho_text_printf(struct vaho_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
