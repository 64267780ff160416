/* error.h - filling a struct vaho_error, and sizes that cannot overflow unseen */
#ifndef VAHO_BASE_ERROR_H
#define VAHO_BASE_ERROR_H

#include <stddef.h>

#include "vaho/status.h"

/* Sets *error (may be NULL) and returns 'status', so that callers can return it. */
enum vaho_status vaho_fail(struct vaho_error *error, enum vaho_status status, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));

/* vaho_fail() for an allocation of 'what' that returned NULL. */
enum vaho_status vaho_fail_memory(struct vaho_error *error, const char *what);

/* *out = a * b; returns 0 (and leaves *out) when that overflows. */
int vaho_size_mul(size_t *out, size_t a, size_t b);
int vaho_size_add(size_t *out, size_t a, size_t b);

/* calloc for n items of a checked size; NULL on overflow, n = 0 gives one byte. */
void *vaho_alloc(size_t n, size_t item_nbytes);
/* A copy of 'text', or NULL. */
char *vaho_strdup(const char *text);

#endif
