/*
 * target.h - what a request asks for: "/api/sites/ammonia-3f?limit=10", cut up
 *
 * Strict, since everything else trusts it: a path begins with '/', has no empty or dotted segment,
 * no control character, encoded or not, no encoded slash, and is UTF-8; a parameter is given once.
 */
#ifndef VAHO_SERVE_TARGET_H
#define VAHO_SERVE_TARGET_H

#include <stddef.h>

#include "base/text.h"

enum { VAHO_TARGET_MAX_NBYTES = 4096, VAHO_TARGET_MAX_PARAMETERS = 16 };

struct vaho_target {
    const char *path; /* decoded; both in 'text' */
    size_t n;
    struct {
        const char *name, *value;
    } parameter[VAHO_TARGET_MAX_PARAMETERS];
    char text[VAHO_TARGET_MAX_NBYTES + 1];
};

/* 1, or 0: not a target we take. */
int vaho_target_parse(struct vaho_target *out, const char *text);

/* The value of a parameter; NULL: it was not given. */
const char *vaho_target_get(const struct vaho_target *target, const char *name);

/* Appends a value as it stands in a target: all but letters, digits and -._~,: escaped. */
void vaho_target_escape(struct vaho_text *out, const char *value);

/* "west,south,east,north" in degrees, or six numbers with heights in between, which are passed
 * over.  1, or 0: it is no box. */
int vaho_box_parse(double out[4], const char *text);

/*
 * What a moment asks for: "2026-04-03T12:00:00Z", "A/B", "A/..", "../B", with days alone too
 * ("2026-04-03" is the whole day).  Seconds since 1970; +-INFINITY where it is open.  1, or 0.
 */
int vaho_interval_parse(double out[2], const char *text);

/*
 * "bytes=a-b", "bytes=a-", "bytes=-n" of a file of 'nbytes': 1 and the first and last byte; 0: it
 * is to be passed over (no range, several, or not in this form); -1: it lies outside.
 */
int vaho_range_parse(size_t out[2], const char *text, size_t nbytes);

#endif
