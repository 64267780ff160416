#include "spectra/gas_name.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* The next letter or digit at or after *i in lower case, 0 at the end. */
static char next_significant(struct vaho_span span, size_t *i)
{
    while (*i < span.n) {
        char c = span.p[(*i)++];
        if (c >= 'A' && c <= 'Z')
            return (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            return c;
    }
    return 0;
}

static int same_title(struct vaho_span a, struct vaho_span b)
{
    size_t i = 0, j = 0;
    char c = next_significant(a, &i), d = next_significant(b, &j);

    if (c == 0)
        return 0;
    for (; c != 0 && c == d; c = next_significant(a, &i))
        d = next_significant(b, &j);
    return c == d;
}

const struct vaho_gas *vaho_gas_by_title(struct vaho_span title)
{
    const struct vaho_gas *gas;

    for (size_t i = 0; (gas = vaho_gas_at(i)) != NULL; i++) {
        struct vaho_span rest = vaho_span_of(gas->synonyms), synonym;
        if (same_title(title, vaho_span_of(gas->name)))
            return gas;
        while (vaho_span_field(&synonym, &rest, '|'))
            if (same_title(title, synonym))
                return gas;
    }
    return NULL;
}

const struct vaho_gas *vaho_gas_by_cas(struct vaho_span cas)
{
    const struct vaho_gas *gas;

    for (size_t i = 0; (gas = vaho_gas_at(i)) != NULL; i++)
        if (gas->cas[0] != '\0' && same_title(cas, vaho_span_of(gas->cas)))
            return gas;
    return NULL;
}

const struct vaho_gas *vaho_gas_by_hitran(int molecule)
{
    const struct vaho_gas *gas;

    for (size_t i = 0; molecule > 0 && (gas = vaho_gas_at(i)) != NULL; i++)
        if (gas->hitran == molecule)
            return gas;
    return NULL;
}

const struct vaho_gas *vaho_gas_by_file_name(const char *path)
{
    struct vaho_span rest = vaho_span_file_name(path);

    while (rest.n > 0) {
        struct vaho_span piece = {rest.p, 0};
        const struct vaho_gas *gas;
        while (piece.n < rest.n && strchr("_-. ", rest.p[piece.n]) == NULL)
            piece.n++;
        gas = vaho_gas_by_title(piece);
        if (gas != NULL)
            return gas;
        rest.p += piece.n + (piece.n < rest.n);
        rest.n -= piece.n + (piece.n < rest.n);
    }
    return NULL;
}

/* Standard atomic weights, IUPAC 2021 abridged. */
static const struct {
    const char symbol[3];
    double mass;
} elements[] = {
    {"H", 1.008},   {"B", 10.81},   {"C", 12.011},  {"N", 14.007},  {"O", 15.999},
    {"F", 18.998},  {"Si", 28.085}, {"P", 30.974},  {"S", 32.06},   {"Cl", 35.45},
    {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971}, {"Br", 79.904}, {"I", 126.904},
};

/* Bytes of the element's symbol at the start of 'text', 0 when there is none. */
static size_t element_at(double *mass, struct vaho_span text)
{
    size_t best = 0;

    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        size_t n = strlen(elements[i].symbol);
        if (n > best && n <= text.n && memcmp(text.p, elements[i].symbol, n) == 0) {
            best = n;
            *mass = elements[i].mass;
        }
    }
    return best;
}

double vaho_formula_mass(struct vaho_span formula)
{
    double sum = 0.0;

    for (;;) {
        double mass = 0.0;
        size_t used, count = 0;
        formula = vaho_span_trim(formula);
        if (formula.n == 0)
            break;
        used = element_at(&mass, formula);
        if (used == 0)
            return NAN;
        while (used < formula.n && formula.p[used] >= '0' && formula.p[used] <= '9' && count < 1000)
            count = count * 10 + (size_t)(formula.p[used++] - '0');
        sum += mass * (double)(count == 0 ? 1 : count);
        formula = (struct vaho_span){formula.p + used, formula.n - used};
    }
    return sum > 0.0 ? sum : NAN;
}

void vaho_gas_slug(char out[VAHO_NAME_NBYTES], struct vaho_span title)
{
    size_t n = 0;

    for (size_t i = 0; i < title.n && n < VAHO_NAME_NBYTES - 1; i++) {
        char c = title.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && n > 0))
            out[n++] = c;
        else if (n > 0 && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n > 0 && (out[n - 1] == '_' || out[n - 1] == '-'))
        n--;
    out[n] = '\0';
    if (n == 0)
        strcpy(out, "unnamed");
}

enum { MAX_TITLES = 100000 };

struct title {
    char title[VAHO_TITLE_NBYTES];
    char name[VAHO_NAME_NBYTES];
};

struct vaho_titles {
    size_t n, capacity;
    struct title *title;
};

/* Splits at a tab, else at the last comma, since IUPAC titles contain commas. */
static int split(struct vaho_span *title, struct vaho_span *name, struct vaho_span line)
{
    const char *at = memchr(line.p, '\t', line.n);

    if (at == NULL)
        at = memrchr(line.p, ',', line.n);
    if (at == NULL)
        return 0;
    *title = vaho_span_trim((struct vaho_span){line.p, (size_t)(at - line.p)});
    *name = vaho_span_trim((struct vaho_span){at + 1, line.n - (size_t)(at - line.p) - 1});
    return title->n > 0 && name->n > 0;
}

enum vaho_status vaho_titles_parse(struct vaho_titles **out, const char *text, size_t nbytes,
                                   const char *file, struct vaho_error *error)
{
    struct vaho_titles *titles = vaho_alloc(1, sizeof *titles);
    struct vaho_scan scan;
    struct vaho_span line, title, name;
    enum vaho_status status;

    *out = NULL;
    if (titles == NULL)
        return vaho_fail_memory(error, file);
    vaho_scan_init(&scan, text, nbytes);
    while (vaho_scan_line(&line, &scan)) {
        struct title *entry;
        line = vaho_span_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (!split(&title, &name, line) || titles->n == MAX_TITLES) {
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: line %zu: write 'title, name' (at most %d lines)", file,
                               scan.line, MAX_TITLES);
            goto fail;
        }
        if (titles->n == titles->capacity) {
            size_t capacity = titles->capacity == 0 ? 64 : titles->capacity * 2;
            entry = realloc(titles->title, capacity * sizeof *entry);
            if (entry == NULL) {
                status = vaho_fail_memory(error, file);
                goto fail;
            }
            titles->title = entry;
            titles->capacity = capacity;
        }
        entry = &titles->title[titles->n++];
        vaho_span_copy(entry->title, sizeof entry->title, title);
        vaho_gas_slug(entry->name, name);
    }
    *out = titles;
    return VAHO_OK;
fail:
    vaho_titles_free(titles);
    return status;
}

void vaho_titles_free(struct vaho_titles *titles)
{
    if (titles == NULL)
        return;
    free(titles->title);
    free(titles);
}

const char *vaho_titles_find(const struct vaho_titles *titles, struct vaho_span title)
{
    for (size_t i = titles == NULL ? 0 : titles->n; i > 0; i--)
        if (same_title(title, vaho_span_of(titles->title[i - 1].title)))
            return titles->title[i - 1].name;
    return NULL;
}
