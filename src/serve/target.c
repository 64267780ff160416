#include "serve/target.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/moment.h"

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

/* Decodes n bytes in place; 0: malformed. */
static int decode(char *text, size_t n, int is_query)
{
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)text[i];
        if (c == '%') {
            int high = i + 2 < n ? hex_of(text[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_of(text[i + 2]);
            if (low < 0)
                return 0;
            c = high * 16 + low;
            i += 2;
            if (!is_query && (c == '/' || c == '\\'))
                return 0;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        if (c < 32 || c == 127)
            return 0;
        text[to++] = (char)c;
    }
    text[to] = '\0';
    return 1;
}

static int is_utf8(const char *text)
{
    json_t *value = json_string(text);
    int good = value != NULL;

    json_decref(value);
    return good;
}

/* No segment is empty (but the last), "." or "..". */
static int is_clean(const char *path)
{
    for (const char *at = path; *at == '/';) {
        size_t n = strcspn(at + 1, "/");
        if ((n == 0 && at[1] == '/') || (n == 1 && at[1] == '.') ||
            (n == 2 && at[1] == '.' && at[2] == '.'))
            return 0;
        at += 1 + n;
    }
    return path[0] == '/' && strchr(path, '\\') == NULL && is_utf8(path);
}

static int take_parameter(struct vaho_target *out, char *text)
{
    char *value = strchr(text, '=');

    if (value == NULL || value == text || out->n == VAHO_TARGET_MAX_PARAMETERS)
        return 0;
    *value++ = '\0';
    if (!decode(text, strlen(text), 1) || !decode(value, strlen(value), 1) || !is_utf8(text) ||
        !is_utf8(value) || vaho_target_get(out, text) != NULL)
        return 0;
    out->parameter[out->n].name = text;
    out->parameter[out->n++].value = value;
    return 1;
}

int vaho_target_parse(struct vaho_target *out, const char *text)
{
    size_t n = strlen(text);
    char *query;

    out->n = 0;
    out->path = out->text;
    out->text[0] = '\0';
    if (n > VAHO_TARGET_MAX_NBYTES)
        return 0;
    memcpy(out->text, text, n + 1);
    query = strchr(out->text, '?');
    if (query != NULL)
        *query++ = '\0';
    if (!decode(out->text, strlen(out->text), 0) || !is_clean(out->text))
        return 0;
    while (query != NULL && *query != '\0') {
        char *next = strchr(query, '&');
        if (next != NULL)
            *next++ = '\0';
        if (!take_parameter(out, query))
            return 0;
        query = next;
    }
    return 1;
}

const char *vaho_target_get(const struct vaho_target *target, const char *name)
{
    for (size_t i = 0; i < target->n; i++)
        if (strcmp(target->parameter[i].name, name) == 0)
            return target->parameter[i].value;
    return NULL;
}

void vaho_target_escape(struct vaho_text *out, const char *value)
{
    for (; *value != '\0'; value++)
        vaho_text_printf(
            out,
            isalnum((unsigned char)*value) || strchr("-._~,:", *value) != NULL ? "%c" : "%%%02X",
            (unsigned char)*value);
}

int vaho_box_parse(double out[4], const char *text)
{
    double value[6];
    size_t n = 0;

    for (const char *at = text;; at++) {
        char *end;
        if (n == 6 || !(isdigit((unsigned char)*at) || *at == '-' || *at == '+' || *at == '.'))
            return 0;
        value[n] = strtod(at, &end);
        if (end == at || !isfinite(value[n++]))
            return 0;
        at = end;
        if (*at == '\0')
            break;
        if (*at != ',')
            return 0;
    }
    if (n != 4 && n != 6)
        return 0;
    out[0] = value[0];
    out[1] = value[1];
    out[2] = value[n / 2];
    out[3] = value[n / 2 + 1];
    return fabs(out[0]) <= 180 && fabs(out[2]) <= 180 && out[1] >= -90 && out[3] <= 90 &&
           out[1] <= out[3];
}

/* One end of an interval; a day alone begins at midnight and ends with its last second. */
static int parse_end(double *out, const char *text, size_t n, int is_last)
{
    char copy[64], *zone;

    if (n == 0 || (n == 2 && strncmp(text, "..", 2) == 0)) {
        *out = is_last ? INFINITY : -INFINITY;
        return 1;
    }
    if (n > 40)
        return 0;
    snprintf(copy, sizeof copy, "%.*s%s", (int)n, text,
             n == 10 ? (is_last ? "T23:59:59.999Z" : "T00:00:00Z") : "");
    zone = strstr(copy, "+00:00"); /* as some clients write UTC */
    if (zone != NULL && zone[6] == '\0')
        snprintf(zone, 2, "Z");
    return vaho_moment_parse(out, copy);
}

int vaho_interval_parse(double out[2], const char *text)
{
    const char *slash = strchr(text, '/');

    if (slash == NULL)
        return strcmp(text, "..") != 0 && text[0] != '\0' &&
               parse_end(&out[0], text, strlen(text), 0) &&
               parse_end(&out[1], text, strlen(text), 1);
    return parse_end(&out[0], text, (size_t)(slash - text), 0) &&
           parse_end(&out[1], slash + 1, strlen(slash + 1), 1) && out[0] <= out[1];
}

/* Digits, all of them, that fit. */
static int parse_size(size_t *out, const char *text, size_t n)
{
    *out = 0;
    if (n == 0 || n > 18)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return 0;
        *out = *out * 10 + (size_t)(text[i] - '0');
    }
    return 1;
}

int vaho_range_parse(size_t out[2], const char *text, size_t nbytes)
{
    const char *dash;
    size_t first, last;

    if (strncmp(text, "bytes=", 6) != 0 || (dash = strchr(text += 6, '-')) == NULL)
        return 0;
    if (dash == text) {
        if (!parse_size(&last, dash + 1, strlen(dash + 1)))
            return 0;
        if (last == 0 || nbytes == 0)
            return -1;
        out[0] = last >= nbytes ? 0 : nbytes - last;
        out[1] = nbytes - 1;
        return 1;
    }
    if (!parse_size(&first, text, (size_t)(dash - text)))
        return 0;
    if (dash[1] == '\0')
        last = nbytes;
    else if (!parse_size(&last, dash + 1, strlen(dash + 1)) || last < first)
        return 0;
    if (first >= nbytes)
        return -1;
    out[0] = first;
    out[1] = last >= nbytes ? nbytes - 1 : last;
    return 1;
}
