#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *vaho_status_name(enum vaho_status status)
{
    switch (status) {
    case VAHO_OK: return "done";
    case VAHO_FAULT: return "internal fault";
    case VAHO_NO_MEMORY: return "out of memory";
    case VAHO_USAGE: return "wrong usage";
    case VAHO_BAD_INPUT: return "bad input";
    case VAHO_NOT_FOUND: return "not found";
    case VAHO_NOT_APPLICABLE: return "not applicable";
    case VAHO_SINGULAR: return "singular statistics";
    case VAHO_REFUSED: return "refused";
    }
    return "unknown status";
}

enum vaho_status vaho_fail(struct vaho_error *error, enum vaho_status status, const char *format,
                           ...)
{
    if (error != NULL) {
        va_list arguments;
        error->status = status;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum vaho_status vaho_fail_memory(struct vaho_error *error, const char *what)
{
    return vaho_fail(error, VAHO_NO_MEMORY,
                     "not enough memory for %s; close other programs or use a smaller input", what);
}

int vaho_size_mul(size_t *out, size_t a, size_t b)
{
    if (b != 0 && a > SIZE_MAX / b)
        return 0;
    *out = a * b;
    return 1;
}

int vaho_size_add(size_t *out, size_t a, size_t b)
{
    if (a > SIZE_MAX - b)
        return 0;
    *out = a + b;
    return 1;
}

void *vaho_alloc(size_t n, size_t item_nbytes)
{
    return calloc(n == 0 ? 1 : n, item_nbytes == 0 ? 1 : item_nbytes);
}

char *vaho_strdup(const char *text)
{
    size_t nbytes = strlen(text) + 1;
    char *copy = malloc(nbytes);
    if (copy != NULL)
        memcpy(copy, text, nbytes);
    return copy;
}
