/* json_text.h - text of unknown origin as JSON: what is not UTF-8 becomes U+FFFD (escape.h) */
#ifndef VAHO_FORMAT_JSON_TEXT_H
#define VAHO_FORMAT_JSON_TEXT_H

#include <jansson.h>

/* Release with json_decref().  NULL: not enough memory. */
json_t *vaho_json_text(const char *text);
/* The same, but null for "". */
json_t *vaho_json_time(const char *time);

#endif
