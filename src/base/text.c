#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vaho_text_init(struct vaho_text *text, size_t max_nbytes)
{
    *text = (struct vaho_text){.max_nbytes = max_nbytes};
}

void vaho_text_free(struct vaho_text *text)
{
    free(text->data);
    *text = (struct vaho_text){.max_nbytes = text->max_nbytes};
}

/* Room for nbytes more and a NUL; 0 when there is none. */
static int reserve(struct vaho_text *text, size_t nbytes)
{
    size_t capacity = text->capacity == 0 ? 256 : text->capacity;
    char *data;

    if (text->failed || nbytes >= text->max_nbytes || text->nbytes >= text->max_nbytes - nbytes) {
        text->failed = 1;
        return 0;
    }
    while (capacity <= text->nbytes + nbytes)
        capacity *= 2;
    if (capacity == text->capacity)
        return 1;
    data = realloc(text->data, capacity);
    if (data == NULL) {
        text->failed = 1;
        return 0;
    }
    text->data = data;
    text->capacity = capacity;
    return 1;
}

void vaho_text_append(struct vaho_text *text, const void *data, size_t nbytes)
{
    if (!reserve(text, nbytes))
        return;
    memcpy(text->data + text->nbytes, data, nbytes);
    text->nbytes += nbytes;
    text->data[text->nbytes] = '\0';
}

void vaho_text_puts(struct vaho_text *text, const char *string)
{
    vaho_text_append(text, string, strlen(string));
}

void vaho_text_printf(struct vaho_text *text, const char *format, ...)
{
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0 || !reserve(text, (size_t)n)) {
        text->failed = 1;
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->data + text->nbytes, (size_t)n + 1, format, arguments);
    va_end(arguments);
    text->nbytes += (size_t)n;
}
