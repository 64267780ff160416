/*
 * envi_header.c - reads the text header of ENVI files
 *
 * The format, as the ENVI documentation describes it and as files in the wild
 * stretch it:
 *
 *   ENVI                          first line, nothing else on it
 *   ; a comment                   ';' is the first character that is not blank
 *   key = value                   the value ends with its line, or ...
 *   key = { value,                ... is in braces and ends with its brace
 *           value }
 *
 * Keys are words in any case, with any blanks between them.  A brace may also
 * open on the line after the '='.  Braces inside braces are matched in pairs;
 * only a comment may follow the one that closes.
 *
 * The reader keeps one copy of the text and cuts it in place: each entry is a
 * normalised key and its value, both NUL-terminated in the copy.  Entries are
 * sorted by key, which finds duplicates and makes look-up a binary search.
 */
#include "spectra/envi_header.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

enum { MAX_KEYS = 10000, MAX_NUMBER_NBYTES = 64 };

struct entry {
    const char *key;
    const char *value;
    size_t line;
};

struct vaho_envi_header {
    char *name;
    char *text;
    struct entry *entry;
    size_t n_entries, capacity;
};

/* A place in the text being cut. */
struct cursor {
    char *at;
    size_t line; /* of 'at', from 1 */
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static int is_blank_or_newline(char c)
{
    return is_blank(c) || c == '\n';
}

/* Cuts blanks off both ends of [start, end) and terminates it. */
static char *trim(char *start, char *end)
{
    while (start < end && is_blank_or_newline(*start))
        start++;
    while (end > start && is_blank_or_newline(end[-1]))
        end--;
    *end = '\0';
    return start;
}

static char *end_of_line(char *at)
{
    return at + strcspn(at, "\n");
}

/* Copies the text with CR LF and lone CR as LF; a NUL byte is no text. */
static enum vaho_status copy_text(struct vaho_envi_header *header, const char *text, size_t nbytes,
                                  struct vaho_error *error)
{
    const char *nul = memchr(text, '\0', nbytes);
    char *out;

    if (nul != NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: byte %zu is zero, so this is not an ENVI header, which is text",
                         header->name, (size_t)(nul - text));
    out = header->text = malloc(nbytes + 1);
    if (out == NULL)
        return vaho_fail_memory(error, header->name);
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '\r' && i + 1 < nbytes && text[i + 1] == '\n')
            continue;
        *out++ = text[i] == '\r' ? '\n' : text[i];
    }
    *out = '\0';
    return VAHO_OK;
}

/* Lower case, single blanks; in place. */
static void normalise_key(char *key)
{
    char *out = key;

    for (const char *in = key; *in != '\0'; in++)
        if (!is_blank(*in))
            *out++ = (char)tolower((unsigned char)*in);
        else if (out[-1] != ' ') /* the key was trimmed: its first character is no blank */
            *out++ = ' ';
    *out = '\0';
}

/* Moves past blanks, line ends included. */
static void skip_blanks(struct cursor *cursor)
{
    for (; is_blank_or_newline(*cursor->at); cursor->at++)
        cursor->line += *cursor->at == '\n';
}

/* The cursor is at '{'; takes the value up to its '}' and the rest of that line. */
static enum vaho_status take_braced(char **out, struct cursor *cursor,
                                    const struct vaho_envi_header *header, struct vaho_error *error)
{
    char *start = cursor->at + 1, *close, *rest;
    size_t depth = 1, first_line = cursor->line;

    for (close = start;; close++) {
        if (*close == '\n') {
            char *first = close + 1 + strspn(close + 1, " \t\v\f");
            cursor->line++;
            *close = ' ';
            if (*first == ';')
                memset(first, ' ', (size_t)(end_of_line(first) - first));
        }
        depth += *close == '{';
        depth -= *close == '}';
        if (*close == '\0')
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: the brace that opens in line %zu never closes; add the missing "
                             "'}'",
                             header->name, first_line);
        if (depth == 0)
            break;
    }
    rest = close + 1 + strspn(close + 1, " \t\v\f");
    cursor->at = end_of_line(rest);
    if (*rest != '\n' && *rest != '\0' && *rest != ';')
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line %zu has text after the closing brace; put it on a line of its "
                         "own",
                         header->name, cursor->line);
    *out = trim(start, close);
    return VAHO_OK;
}

/* The cursor is after the '='; leaves it at the end of the value's last line. */
static enum vaho_status take_value(char **out, struct cursor *cursor,
                                   const struct vaho_envi_header *header, struct vaho_error *error)
{
    struct cursor brace = *cursor;
    char *start = cursor->at, *end = end_of_line(start);

    skip_blanks(&brace);
    if (*brace.at == '{') {
        *cursor = brace;
        return take_braced(out, cursor, header, error);
    }
    cursor->at = end;
    if (*end == '\n') { /* trim() overwrites the line's end, so step over it first */
        cursor->at++;
        cursor->line++;
    }
    *out = trim(start, end);
    return VAHO_OK;
}

static enum vaho_status add_entry(struct vaho_envi_header *header, const struct entry *entry,
                                  struct vaho_error *error)
{
    if (header->n_entries == MAX_KEYS)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: more than %d keys by line %zu; no ENVI header has so many",
                         header->name, MAX_KEYS, entry->line);
    if (header->n_entries == header->capacity) {
        size_t capacity = header->capacity == 0 ? 32 : header->capacity * 2;
        struct entry *grown = realloc(header->entry, capacity * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, header->name);
        header->entry = grown;
        header->capacity = capacity;
    }
    header->entry[header->n_entries++] = *entry;
    return VAHO_OK;
}

static int by_key_then_line(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->key, right->key);

    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

static int key_to_entry(const void *key, const void *entry)
{
    return strcmp(key, ((const struct entry *)entry)->key);
}

/* Checks the first line and cuts the rest into entries, in the order of the file. */
static enum vaho_status cut_entries(struct vaho_envi_header *header, struct vaho_error *error)
{
    struct cursor cursor = {header->text, 1};
    char *line = cursor.at, *end;

    if (strncmp(line, "\xef\xbb\xbf", 3) == 0) /* a UTF-8 byte order mark */
        line += 3;
    end = end_of_line(line);
    cursor.at = *end == '\0' ? end : end + 1;
    cursor.line = 2;
    if (strcasecmp(trim(line, end), "ENVI") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is not an ENVI header: its first line is not 'ENVI'", header->name);
    for (skip_blanks(&cursor); *cursor.at != '\0'; skip_blanks(&cursor)) {
        struct entry entry = {.line = cursor.line};
        enum vaho_status status;
        char *equals, *key, *value = NULL;

        line = cursor.at;
        end = end_of_line(line);
        if (*line == ';') {
            cursor.at = end;
            continue;
        }
        equals = memchr(line, '=', (size_t)(end - line));
        if (equals == NULL || equals == line)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu is not of the form 'key = value': '%.*s'; correct it or "
                             "put ';' first",
                             header->name, cursor.line, (int)(end - line < 60 ? end - line : 60),
                             line);
        key = trim(line, equals);
        normalise_key(key);
        cursor.at = equals + 1;
        status = take_value(&value, &cursor, header, error);
        if (status != VAHO_OK)
            return status;
        entry.key = key;
        entry.value = value;
        status = add_entry(header, &entry, error);
        if (status != VAHO_OK)
            return status;
    }
    return VAHO_OK;
}

static enum vaho_status sort_entries(struct vaho_envi_header *header, struct vaho_error *error)
{
    if (header->n_entries > 0)
        qsort(header->entry, header->n_entries, sizeof *header->entry, by_key_then_line);
    for (size_t i = 1; i < header->n_entries; i++)
        if (strcmp(header->entry[i - 1].key, header->entry[i].key) == 0)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: key '%.80s' stands in line %zu and again in line %zu; remove the "
                             "wrong one",
                             header->name, header->entry[i].key, header->entry[i - 1].line,
                             header->entry[i].line);
    return VAHO_OK;
}

enum vaho_status vaho_envi_header_parse(struct vaho_envi_header **out, const char *text,
                                        size_t nbytes, const char *name, struct vaho_error *error)
{
    struct vaho_envi_header *header = vaho_alloc(1, sizeof *header);
    enum vaho_status status;

    *out = NULL;
    if (header == NULL)
        return vaho_fail_memory(error, name);
    header->name = vaho_strdup(name);
    if (header->name == NULL) {
        status = vaho_fail_memory(error, name);
        goto fail;
    }
    status = copy_text(header, text, nbytes, error);
    if (status == VAHO_OK)
        status = cut_entries(header, error);
    if (status == VAHO_OK)
        status = sort_entries(header, error);
    if (status != VAHO_OK)
        goto fail;
    *out = header;
    return VAHO_OK;
fail:
    vaho_envi_header_free(header);
    return status;
}

void vaho_envi_header_free(struct vaho_envi_header *header)
{
    if (header == NULL)
        return;
    free(header->entry);
    free(header->text);
    free(header->name);
    free(header);
}

static const struct entry *find(const struct vaho_envi_header *header, const char *key)
{
    if (header->n_entries == 0)
        return NULL;
    return bsearch(key, header->entry, header->n_entries, sizeof *header->entry, key_to_entry);
}

const char *vaho_envi_header_get(const struct vaho_envi_header *header, const char *key)
{
    const struct entry *entry = find(header, key);

    return entry == NULL ? NULL : entry->value;
}

enum vaho_status vaho_envi_header_integer(long long *out, const struct vaho_envi_header *header,
                                          const char *key, long long min, long long max,
                                          long long fallback, struct vaho_error *error)
{
    const struct entry *entry = find(header, key);
    long long value = fallback;

    if (entry == NULL && (fallback < min || fallback > max))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: key '%s' is missing; add it", header->name,
                         key);
    if (entry != NULL) {
        char *end;
        errno = 0;
        value = strtoll(entry->value, &end, 10);
        if (end == entry->value || *end != '\0')
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: %s = '%.60s' is not a whole number", header->name,
                             entry->line, key, entry->value);
        if (errno == ERANGE || value < min || value > max)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: %s = %.60s is outside %lld to %lld", header->name,
                             entry->line, key, entry->value, min, max);
    }
    *out = value;
    return VAHO_OK;
}

/* Takes the next number of a list and the one comma after it; 1 a number, 0 none left, -1 bad. */
static int next_number(double *out, const char **at)
{
    const char *start = *at + strspn(*at, " \t\v\f");
    size_t length = strcspn(start, ", \t\v\f");
    char *end;

    *at = start;
    if (*start == '\0')
        return 0;
    if (length == 0 || length >= MAX_NUMBER_NBYTES || memchr(start, 'x', length) != NULL ||
        memchr(start, 'X', length) != NULL)
        return -1;
    *out = strtod(start, &end);
    if (end != start + length || isinf(*out))
        return -1;
    end += strspn(end, " \t\v\f");
    *at = end + (*end == ',');
    return 1;
}

enum vaho_status vaho_envi_header_numbers(double **out, size_t *out_n,
                                          const struct vaho_envi_header *header, const char *key,
                                          struct vaho_error *error)
{
    const struct entry *entry = find(header, key);
    const char *at;
    double *list;
    size_t n = 0;
    int got;

    *out = NULL;
    *out_n = 0;
    if (entry == NULL)
        return VAHO_OK;
    list =
        vaho_alloc(strlen(entry->value) / 2 + 1, sizeof *list); /* a digit and a separator each */
    if (list == NULL)
        return vaho_fail_memory(error, header->name);
    at = entry->value;
    while ((got = next_number(&list[n], &at)) == 1)
        n++;
    if (got < 0) {
        free(list);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line %zu: item %zu of '%s' is not a number: '%.40s'", header->name,
                         entry->line, n + 1, key, at);
    }
    *out = list;
    *out_n = n;
    return VAHO_OK;
}

enum vaho_status vaho_envi_header_strings(char ***out, size_t *out_n,
                                          const struct vaho_envi_header *header, const char *key,
                                          struct vaho_error *error)
{
    const struct entry *entry = find(header, key);
    size_t n = 1, nbytes;
    char **list, *text;

    *out = NULL;
    *out_n = 0;
    if (entry == NULL || entry->value[0] == '\0')
        return VAHO_OK;
    nbytes = strlen(entry->value) + 1;
    for (const char *at = entry->value; *at != '\0'; at++)
        n += *at == ',';
    list = malloc(n * sizeof *list + nbytes);
    if (list == NULL)
        return vaho_fail_memory(error, header->name);
    text = memcpy(list + n, entry->value, nbytes);
    for (size_t i = 0; i < n; i++) {
        char *end = text + strcspn(text, ",");
        list[i] = trim(text, end); /* ends the item where its comma was */
        text = end + 1;
    }
    *out = list;
    *out_n = list[n - 1][0] == '\0' ? n - 1 : n; /* a comma after the last item */
    return VAHO_OK;
}

/* How a unit becomes micrometres: value * factor, or 1e4 / value for wavenumbers (factor 0). */
static const struct {
    const char *word;
    double factor;
} wavelength_units[] = {
    {"nanometers", 1e-3}, {"nanometres", 1e-3}, {"nanometer", 1e-3}, {"nanometre", 1e-3},
    {"nm", 1e-3},         {"micrometers", 1},   {"micrometres", 1},  {"micrometer", 1},
    {"micrometre", 1},    {"microns", 1},       {"micron", 1},       {"um", 1},
    {"\xc2\xb5m", 1},     {"\xce\xbcm", 1},     {"\xb5m", 1},        {"wavenumbers", 0},
    {"wavenumber", 0},    {"cm-1", 0},          {"cm^-1", 0},        {"1/cm", 0},
    {"meters", 1e6},      {"metres", 1e6},      {"m", 1e6},          {"millimeters", 1e3},
    {"mm", 1e3},          {"centimeters", 1e4}, {"cm", 1e4},         {"angstroms", 1e-4},
    {"angstrom", 1e-4},   {"millimetres", 1e3},
};

enum { N_WAVELENGTH_UNITS = sizeof wavelength_units / sizeof wavelength_units[0] };

/* The factor for values whose unit is not said.  A few numbers cannot tell nm
 * from cm-1; nm is by far the more usual, so that is what large ones are. */
static double guess_factor(const double *wavelength, size_t n)
{
    double largest = 0;

    for (size_t i = 0; i < n; i++)
        if (wavelength[i] > largest)
            largest = wavelength[i];
    return largest < 1e-3 ? 1e6 : largest < 100 ? 1 : 1e-3;
}

/* 0, 1, 2 ... or 1, 2, 3 ...: the numbers of the bands. */
static int is_count(const double *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] != list[0] + (double)i)
            return 0;
    return n > 2 && (list[0] == 0 || list[0] == 1);
}

static enum vaho_status find_factor(double *out, int *guessed, const double *wavelength, size_t n,
                                    const struct vaho_envi_header *header, struct vaho_error *error)
{
    const struct entry *entry = find(header, "wavelength units");

    *guessed = entry == NULL || entry->value[0] == '\0' || strcasecmp(entry->value, "unknown") == 0;
    if (*guessed && is_count(wavelength, n))
        return vaho_fail(error, VAHO_NOT_APPLICABLE,
                         "%s: 'wavelength' numbers the bands and has no units", header->name);
    if (*guessed) {
        *out = guess_factor(wavelength, n);
        return VAHO_OK;
    }
    for (size_t i = 0; i < N_WAVELENGTH_UNITS; i++)
        if (strcasecmp(entry->value, wavelength_units[i].word) == 0) {
            *out = wavelength_units[i].factor;
            return VAHO_OK;
        }
    if (strcasecmp(entry->value, "index") == 0)
        return vaho_fail(error, VAHO_NOT_APPLICABLE,
                         "%s: line %zu: wavelength units = Index: the bands are numbered and have "
                         "no wavelengths",
                         header->name, entry->line);
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: line %zu: wavelength units = '%.60s' is not understood; use Nanometers, "
                     "Micrometers or Wavenumber",
                     header->name, entry->line, entry->value);
}

enum vaho_status vaho_envi_header_to_um(double *wavelength, double *fwhm, size_t n,
                                        const struct vaho_envi_header *header, int *guessed,
                                        struct vaho_error *error)
{
    double factor = 1;
    enum vaho_status status = find_factor(&factor, guessed, wavelength, n, header, error);

    if (status != VAHO_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        double um = factor == 0 ? 1e4 / wavelength[i] : wavelength[i] * factor;
        if (!(um >= 0.01 && um <= 1000)) /* X-rays to millimetres; false for NaN too */
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: item %zu of 'wavelength' is %g, which with wavelength units = "
                "'%.40s' is %g um, outside 0.01 to 1000; correct the value or the "
                "units",
                header->name, i + 1, wavelength[i],
                *guessed ? "(not stated)" : vaho_envi_header_get(header, "wavelength units"), um);
    }
    for (size_t i = 0; i < n; i++) {
        double recorded = wavelength[i];
        wavelength[i] = factor == 0 ? 1e4 / recorded : recorded * factor;
        if (fwhm != NULL)
            fwhm[i] *= factor == 0 ? 1e4 / (recorded * recorded) : factor;
    }
    return VAHO_OK;
}
