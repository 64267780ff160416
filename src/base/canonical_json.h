/*
 * canonical_json.h - JSON with one way to write it, so that it can be hashed and signed
 *
 * The JSON Canonicalization Scheme, RFC 8785: no blanks, the members of an
 * object in the order of their names' UTF-16 code units, strings with as few
 * escapes as JSON allows, numbers as ECMAScript writes them (shortest digits
 * that read back as the same double).  Whole numbers beyond 2^53 - 1, which a
 * double does not hold, are refused instead of rounded.
 */
#ifndef VAHO_BASE_CANONICAL_JSON_H
#define VAHO_BASE_CANONICAL_JSON_H

#include <jansson.h>

#include "base/text.h"
#include "vaho/status.h"

enum { VAHO_CANONICAL_MAX_DEPTH = 32 };

/*
 * Appends the canonical form of 'value' to 'out'.
 * VAHO_BAD_INPUT: deeper than the limit, or a number without a canonical form.
 * VAHO_NO_MEMORY: also when out's limit is passed.  On error 'out' is of no use.
 */
enum vaho_status vaho_canonical_json(struct vaho_text *out, const json_t *value,
                                     struct vaho_error *error);

/* The same members in the same order with the same numbers, indented for people to read. */
enum vaho_status vaho_readable_json(struct vaho_text *out, const json_t *value,
                                    struct vaho_error *error);

/* A finite double as ECMAScript's Number::toString writes it; at most 24 characters and a NUL. */
enum { VAHO_CANONICAL_NUMBER_NBYTES = 32 };
void vaho_canonical_number(char out[VAHO_CANONICAL_NUMBER_NBYTES], double value);

#endif
