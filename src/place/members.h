/*
 * members.h - members of JSON objects, each asked for by name, none passed over
 *
 * A reader remembers its first error, with the member's full name; after one,
 * every call does nothing, so that whoever reads checks once at the end.
 */
#ifndef VAHO_PLACE_MEMBERS_H
#define VAHO_PLACE_MEMBERS_H

#include <jansson.h>

#include "vaho/status.h"

struct place_reader {
    const char *name; /* of the file */
    struct vaho_error *error;
    enum vaho_status status;
};

/* 'where' names the object ("trajectory.sigma"; "" the whole), 'key' its member. */
void place_member_fail(struct place_reader *reader, const char *where, const char *key,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Every member must be one of those named, with blanks between. */
void place_members_known(struct place_reader *reader, const json_t *object, const char *where,
                         const char *names);

int place_member_given(const json_t *object, const char *key);
/* NULL, with the reader failed, when it is not there or is no object. */
const json_t *place_member_object(struct place_reader *reader, const json_t *object,
                                  const char *where, const char *key);
/* A number in [min, max], as given; 0 when there is none such. */
double place_member_number(struct place_reader *reader, const json_t *object, const char *where,
                           const char *key, double min, double max);
/* Text, not empty, borrowed from the object; "" when there is none such. */
const char *place_member_text(struct place_reader *reader, const json_t *object, const char *where,
                              const char *key);
/* Which of the words, with blanks between, the text is, from 0; 0 when it is none. */
size_t place_member_word(struct place_reader *reader, const json_t *object, const char *where,
                         const char *key, const char *words);

#endif
