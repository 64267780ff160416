/*
 * fields.h - what a request may carry, as data: its parameters and the members of its body
 *
 * A name that is not in the table is refused, and so is a value of another kind or size.  The
 * OpenAPI document is written from the same tables.
 */
#ifndef VAHO_SERVE_FIELDS_H
#define VAHO_SERVE_FIELDS_H

#include <jansson.h>

#include "serve/target.h"

enum vaho_field_kind {
    VAHO_FIELD_TEXT = 0, /* 1 .. most bytes of UTF-8 without control characters but line ends */
    VAHO_FIELD_NAME,     /* of a site: the same, or null for none */
    VAHO_FIELD_WHOLE,    /* least .. most */
    VAHO_FIELD_REAL,
    VAHO_FIELD_BOX,   /* "west,south,east,north" */
    VAHO_FIELD_TIME,  /* a moment or an interval */
    VAHO_FIELD_WORDS, /* an array of 1 .. most texts */
    VAHO_FIELD_JUDGED /* an array of 1 .. most {"site", "version"} */
};

struct vaho_field {
    const char *name; /* NULL ends a table */
    enum vaho_field_kind kind;
    int is_needed;
    double least, most;
    const char *tells; /* for a person */
};

enum { VAHO_JUDGED_VERSION_DIGITS = 16 };

/* The field that is wrong, unknown or missing; NULL: none.  'fields' NULL: nothing may be given. */
const char *vaho_fields_check_query(const struct vaho_field *fields,
                                    const struct vaho_target *target);
const char *vaho_fields_check_body(const struct vaho_field *fields, const json_t *body);

/* A value that was checked, or 'otherwise' where it was not given. */
double vaho_query_real(const struct vaho_target *target, const char *name, double otherwise);

/* The JSON schema of a field, for OpenAPI. */
json_t *vaho_field_schema(const struct vaho_field *field);

#endif
