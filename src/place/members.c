#include "place/members.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "spectra/scan.h"

void place_member_fail(struct place_reader *reader, const char *where, const char *key,
                       const char *format, ...)
{
    char what[256];
    va_list arguments;

    if (reader->status != VAHO_OK)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    reader->status = vaho_fail(reader->error, VAHO_BAD_INPUT, "%s: '%s%s%.80s' %s", reader->name,
                               where, where[0] != '\0' && key[0] != '\0' ? "." : "", key, what);
}

/* The index of a word among words with blanks between; -1 when it is none. */
static int find_word(const char *words, const char *word)
{
    const size_t n = strlen(word);

    for (int i = 0; *words != '\0'; i++) {
        const size_t length = strcspn(words, " ");
        if (length == n && memcmp(words, word, n) == 0)
            return i;
        words += length;
        words += strspn(words, " ");
    }
    return -1;
}

void place_members_known(struct place_reader *reader, const json_t *object, const char *where,
                         const char *names)
{
    if (reader->status != VAHO_OK || object == NULL)
        return;
    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        char clean[64];
        if (find_word(names, json_object_iter_key(at)) >= 0)
            continue;
        vaho_span_copy(clean, sizeof clean, vaho_span_of(json_object_iter_key(at)));
        place_member_fail(reader, where, clean, "is not known there; known are: %s", names);
        return;
    }
}

int place_member_given(const json_t *object, const char *key)
{
    return json_object_get(object, key) != NULL;
}

const json_t *place_member_object(struct place_reader *reader, const json_t *object,
                                  const char *where, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (reader->status != VAHO_OK)
        return NULL;
    if (json_is_object(value))
        return value;
    place_member_fail(reader, where, key, value == NULL ? "is missing" : "is not an object");
    return NULL;
}

double place_member_number(struct place_reader *reader, const json_t *object, const char *where,
                           const char *key, double min, double max)
{
    const json_t *value = json_object_get(object, key);
    const double number = json_number_value(value);

    if (reader->status != VAHO_OK)
        return 0;
    if (json_is_number(value) && number >= min && number <= max)
        return number;
    if (value == NULL)
        place_member_fail(reader, where, key, "is missing; it is a number from %g to %g", min, max);
    else if (!json_is_number(value))
        place_member_fail(reader, where, key, "is not a number");
    else
        place_member_fail(reader, where, key, "is %g; %g to %g is possible", number, min, max);
    return 0;
}

const char *place_member_text(struct place_reader *reader, const json_t *object, const char *where,
                              const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    if (reader->status != VAHO_OK)
        return "";
    if (text != NULL && text[0] != '\0' && strlen(text) < 4096)
        return text;
    place_member_fail(reader, where, key,
                      place_member_given(object, key) ? "is not a text of some length"
                                                      : "is missing");
    return "";
}

size_t place_member_word(struct place_reader *reader, const json_t *object, const char *where,
                         const char *key, const char *words)
{
    const json_t *value = json_object_get(object, key);
    const int word = json_is_string(value) ? find_word(words, json_string_value(value)) : -1;

    if (reader->status != VAHO_OK)
        return 0;
    if (word >= 0)
        return (size_t)word;
    place_member_fail(reader, where, key, "%s one of: %s",
                      value == NULL ? "is missing; it is" : "is not", words);
    return 0;
}
