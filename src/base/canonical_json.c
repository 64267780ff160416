#include "base/canonical_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const json_int_t MAX_WHOLE = ((json_int_t)1 << 53) - 1;

struct writer {
    struct vaho_text *out;
    int readable;
    struct vaho_error *error;
};

/*
 * The order of two UTF-8 strings by UTF-16 code units.  It is the order of bytes
 * but for one thing: what UTF-16 writes as surrogates (lead byte F0 and up) comes
 * before U+E000 to U+FFFF (lead bytes EE and EF).
 */
static int by_code_units(const char *left, const char *right)
{
    const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;

    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    if (*a >= 0xF0 && (*b == 0xEE || *b == 0xEF))
        return -1;
    if (*b >= 0xF0 && (*a == 0xEE || *a == 0xEF))
        return 1;
    return (*a > *b) - (*a < *b);
}

static int by_name(const void *left, const void *right)
{
    return by_code_units(*(const char *const *)left, *(const char *const *)right);
}

void vaho_canonical_number(char out[VAHO_CANONICAL_NUMBER_NBYTES], double value)
{
    char digits[40], plain[24];
    int n = 1, k, exponent, at = 0;
    size_t room = VAHO_CANONICAL_NUMBER_NBYTES;

    if (value == 0) {
        strcpy(out, "0"); /* -0 as well */
        return;
    }
    do /* the fewest digits that read back as the same number */
        snprintf(digits, sizeof digits, "%.*e", n - 1, fabs(value));
    while (strtod(digits, NULL) != fabs(value) && ++n <= 17);
    for (k = 0; digits[k] != 'e'; k++)
        if (digits[k] != '.')
            plain[at++] = digits[k];
    while (at > 1 && plain[at - 1] == '0')
        at--;
    plain[at] = '\0';
    exponent = atoi(digits + k + 1) + 1; /* value = 0.plain * 10^exponent */
    k = 0;
    if (value < 0)
        out[k++] = '-';
    room -= (size_t)k;
    if (at <= exponent && exponent <= 21)
        snprintf(out + k, room, "%s%.*s", plain, exponent - at, "000000000000000000000");
    else if (0 < exponent && exponent <= 21)
        snprintf(out + k, room, "%.*s.%s", exponent, plain, plain + exponent);
    else if (-6 < exponent && exponent <= 0)
        snprintf(out + k, room, "0.%.*s%s", -exponent, "000000", plain);
    else
        snprintf(out + k, room, "%c%s%se%+d", plain[0], at > 1 ? "." : "", plain + 1, exponent - 1);
}

static void write_text(struct vaho_text *out, const char *text, size_t nbytes)
{
    size_t from = 0;

    vaho_text_puts(out, "\"");
    for (size_t i = 0; i < nbytes; i++) {
        static const char short_form[] = "\bb\tt\nn\ff\rr\"\"\\\\";
        unsigned char c = (unsigned char)text[i];
        const char *found = NULL;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        vaho_text_append(out, text + from, i - from);
        from = i + 1;
        for (size_t s = 0; s + 1 < sizeof short_form && found == NULL; s += 2)
            if ((unsigned char)short_form[s] == c)
                found = short_form + s + 1;
        if (found != NULL)
            vaho_text_printf(out, "\\%c", *found);
        else
            vaho_text_printf(out, "\\u%04x", c);
    }
    vaho_text_append(out, text + from, nbytes - from);
    vaho_text_puts(out, "\"");
}

static void new_line(const struct writer *writer, size_t depth)
{
    if (writer->readable)
        vaho_text_printf(writer->out, "\n%*s", (int)(2 * depth), "");
}

static enum vaho_status write_value(const struct writer *writer, const json_t *value, size_t depth);

static enum vaho_status write_object(const struct writer *writer, const json_t *value, size_t depth)
{
    size_t n = json_object_size(value), i = 0;
    const char **name = vaho_alloc(n, sizeof *name);
    const char *key;
    json_t *member;
    enum vaho_status status = VAHO_OK;

    if (name == NULL)
        return vaho_fail_memory(writer->error, "a JSON object");
    json_object_foreach((json_t *)value, key, member) name[i++] = key;
    qsort(name, n, sizeof *name, by_name);
    vaho_text_puts(writer->out, "{");
    for (i = 0; i < n && status == VAHO_OK; i++) {
        if (i > 0)
            vaho_text_puts(writer->out, ",");
        new_line(writer, depth + 1);
        write_text(writer->out, name[i], strlen(name[i]));
        vaho_text_puts(writer->out, writer->readable ? ": " : ":");
        status = write_value(writer, json_object_get(value, name[i]), depth + 1);
    }
    if (n > 0)
        new_line(writer, depth);
    vaho_text_puts(writer->out, "}");
    free(name);
    return status;
}

static enum vaho_status write_array(const struct writer *writer, const json_t *value, size_t depth)
{
    size_t n = json_array_size(value);
    int flat = 1; /* readable: on one line when it holds neither objects nor arrays */
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < n; i++)
        flat &=
            !json_is_object(json_array_get(value, i)) && !json_is_array(json_array_get(value, i));
    vaho_text_puts(writer->out, "[");
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        if (i > 0)
            vaho_text_puts(writer->out, flat && writer->readable ? ", " : ",");
        if (!flat)
            new_line(writer, depth + 1);
        status = write_value(writer, json_array_get(value, i), depth + 1);
    }
    if (!flat)
        new_line(writer, depth);
    vaho_text_puts(writer->out, "]");
    return status;
}

static enum vaho_status write_number(const struct writer *writer, const json_t *value)
{
    char number[VAHO_CANONICAL_NUMBER_NBYTES];

    if (json_is_integer(value)) {
        json_int_t whole = json_integer_value(value);
        if (whole > MAX_WHOLE || whole < -MAX_WHOLE)
            return vaho_fail(writer->error, VAHO_BAD_INPUT,
                             "the whole number %lld is beyond 2^53 - 1 and cannot be signed",
                             (long long)whole);
        vaho_text_printf(writer->out, "%lld", (long long)whole);
        return VAHO_OK;
    }
    if (!isfinite(json_real_value(value)))
        return vaho_fail(writer->error, VAHO_BAD_INPUT, "a number is not finite");
    vaho_canonical_number(number, json_real_value(value));
    vaho_text_puts(writer->out, number);
    return VAHO_OK;
}

static enum vaho_status write_value(const struct writer *writer, const json_t *value, size_t depth)
{
    if (depth > VAHO_CANONICAL_MAX_DEPTH)
        return vaho_fail(writer->error, VAHO_BAD_INPUT, "JSON is nested more than %d deep",
                         VAHO_CANONICAL_MAX_DEPTH);
    switch (json_typeof(value)) {
    case JSON_OBJECT: return write_object(writer, value, depth);
    case JSON_ARRAY: return write_array(writer, value, depth);
    case JSON_STRING:
        write_text(writer->out, json_string_value(value), json_string_length(value));
        return VAHO_OK;
    case JSON_INTEGER:
    case JSON_REAL: return write_number(writer, value);
    case JSON_TRUE: vaho_text_puts(writer->out, "true"); return VAHO_OK;
    case JSON_FALSE: vaho_text_puts(writer->out, "false"); return VAHO_OK;
    case JSON_NULL: vaho_text_puts(writer->out, "null"); return VAHO_OK;
    }
    return vaho_fail(writer->error, VAHO_FAULT, "a JSON value of no known type");
}

static enum vaho_status write_all(const struct writer *writer, const json_t *value)
{
    enum vaho_status status = write_value(writer, value, 0);

    if (status == VAHO_OK && writer->readable)
        vaho_text_puts(writer->out, "\n");
    if (status == VAHO_OK && writer->out->failed)
        return vaho_fail_memory(writer->error, "a JSON document");
    return status;
}

enum vaho_status vaho_canonical_json(struct vaho_text *out, const json_t *value,
                                     struct vaho_error *error)
{
    return write_all(&(struct writer){out, 0, error}, value);
}

enum vaho_status vaho_readable_json(struct vaho_text *out, const json_t *value,
                                    struct vaho_error *error)
{
    return write_all(&(struct writer){out, 1, error}, value);
}
