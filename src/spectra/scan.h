/*
 * scan.h - lines and numbers of a text in memory
 *
 * Nothing here reads past the given end, allocates, or depends on the locale.
 */
#ifndef VAHO_SPECTRA_SCAN_H
#define VAHO_SPECTRA_SCAN_H

#include <stddef.h>

/* A piece of a text; not NUL-terminated. */
struct vaho_span {
    const char *p;
    size_t n;
};

struct vaho_scan {
    const char *p, *end;
    size_t line; /* number of the line last handed out, from 1 */
};

void vaho_scan_init(struct vaho_scan *scan, const char *text, size_t nbytes);
/* The next line without its end (LF, CR LF or CR); 0 at the end of the text. */
int vaho_scan_line(struct vaho_span *out, struct vaho_scan *scan);

/*
 * A decimal number at the very start of the text ("-1.5E+03", ".5", "2."):
 * bytes used, 0 when there is none.  Overflow gives an infinity.
 */
size_t vaho_scan_number(double *out, const char *text, size_t n);

/* A whole span that is one number, blanks around it allowed; 0 when it is not. */
int vaho_span_number(double *out, struct vaho_span span);

struct vaho_span vaho_span_trim(struct vaho_span span);
/* Without a pair of double quotes around it. */
struct vaho_span vaho_span_unquote(struct vaho_span span);
/* Cuts the next field off 'rest' at 'separator' and trims it; 0 when nothing is left.
 * The separator ' ' stands for any run of blanks and tabs. */
int vaho_span_field(struct vaho_span *out, struct vaho_span *rest, char separator);
/* Letters compare without case. */
int vaho_span_is(struct vaho_span span, const char *text);
int vaho_span_starts(struct vaho_span span, const char *text);
int vaho_span_contains(struct vaho_span span, const char *text);
/* Copies with a NUL into 'capacity' bytes; bytes that are no printable ASCII become '?'. */
void vaho_span_copy(char *out, size_t capacity, struct vaho_span span);

struct vaho_span vaho_span_of(const char *text);
/* The part of a path after the last '/'. */
struct vaho_span vaho_span_file_name(const char *path);
/* ... and without what follows its last '.'. */
struct vaho_span vaho_span_file_stem(const char *path);

#endif
