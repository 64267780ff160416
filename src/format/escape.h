/*
 * escape.h - text of unknown origin (file names, metadata) made safe to write
 *
 * Bytes that are not UTF-8, and control characters other than tab and newline,
 * become U+FFFD, so that JSON, XML and HTML readers take what we write.
 */
#ifndef VAHO_FORMAT_ESCAPE_H
#define VAHO_FORMAT_ESCAPE_H

#include "base/text.h"

/* Appends valid UTF-8. */
void vaho_escape_utf8(struct vaho_text *out, const char *text);
/* Appends valid UTF-8 with & < > " ' as character references: for the text and
 * the quoted attributes of HTML and XML. */
void vaho_escape_markup(struct vaho_text *out, const char *text);

#endif
