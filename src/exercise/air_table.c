/* air_table.c - columns by their names, rows by their wavelength */
#include "exercise/air_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_COLUMNS = 32, MAX_ROWS = 200000, MAX_FIELD = 64 };
enum quantity { NOTHING = 0, WAVELENGTH, TRANSMITTANCE, PATH, SKY, N_QUANTITIES };

struct columns {
    size_t n; /* 0: not named yet */
    enum quantity what[MAX_COLUMNS];
    double factor[MAX_COLUMNS];
};

/* The next field of [*at, end): blanks and "# ...: " before a name are taken off. */
static int next_field(char out[MAX_FIELD], const char **at, const char *end)
{
    const char *begin = *at, *comma;
    size_t n;

    if (begin > end)
        return 0;
    comma = memchr(begin, ',', (size_t)(end - begin));
    if (comma == NULL)
        comma = end;
    *at = comma + 1;
    while (begin < comma && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (comma > begin && (comma[-1] == ' ' || comma[-1] == '\r'))
        comma--;
    n = (size_t)(comma - begin) < MAX_FIELD - 1 ? (size_t)(comma - begin) : MAX_FIELD - 1;
    memcpy(out, begin, n);
    out[n] = '\0';
    return 1;
}

/* Where the names of a line begin: after the last blank or colon of its first field. */
static const char *names_of(const char *begin, const char *end)
{
    const char *comma = memchr(begin, ',', (size_t)(end - begin)), *at = begin;

    /* a sentence before the names may have commas of its own */
    for (const char *p = begin; p + 2 < end; p++)
        if (p[0] == ':' && p[1] == ' ')
            comma = memchr(at = p + 2, ',', (size_t)(end - p - 2));
    return comma != NULL ? at : NULL;
}

static void name_columns(struct columns *out, const char *begin, const char *end)
{
    static const struct {
        const char *name;
        enum quantity what;
        double factor;
    } known[] = {{"wavelength_um", WAVELENGTH, 1.0},
                 {"wavelength_m", WAVELENGTH, 1e6},
                 {"tau", TRANSMITTANCE, 1.0},
                 {"transmittance", TRANSMITTANCE, 1.0},
                 {"L_path_W_cm-2_sr-1_um-1", PATH, 1e4},
                 {"L_down_W_cm-2_sr-1_um-1", SKY, 1e4},
                 {"col2", PATH, 1e-6}};
    const char *at = names_of(begin, end);
    char field[MAX_FIELD];
    size_t n = 0;
    int has_wavelength = 0;

    *out = (struct columns){0};
    for (; at != NULL && n < MAX_COLUMNS && next_field(field, &at, end); n++)
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            const char *name = field[0] == '#' ? field + strspn(field, "# ") : field;
            if (strcmp(name, known[i].name) != 0)
                continue;
            out->what[n] = known[i].what;
            out->factor[n] = known[i].factor;
            has_wavelength |= known[i].what == WAVELENGTH;
        }
    out->n = has_wavelength ? n : 0;
}

struct row {
    double value[N_QUANTITIES];
};

static enum vaho_status read_row(struct row *out, const struct columns *columns, const char *begin,
                                 const char *end, const char *name, size_t line,
                                 struct vaho_error *error)
{
    char field[MAX_FIELD], *rest;

    for (size_t i = 0; i < N_QUANTITIES; i++)
        out->value[i] = NAN;
    for (size_t i = 0; i < columns->n && next_field(field, &begin, end); i++) {
        double value = strtod(field, &rest);
        if (columns->what[i] == NOTHING)
            continue;
        if (rest == field || *rest != '\0' || !isfinite(value))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu, column %zu is no number", name,
                             line, i + 1);
        out->value[columns->what[i]] = value * columns->factor[i];
    }
    for (size_t i = 0; i < columns->n; i++)
        if (columns->what[i] != NOTHING && isnan(out->value[columns->what[i]]))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu has fewer columns than are named",
                             name, line);
    if (!(out->value[WAVELENGTH] > 0.0) || out->value[TRANSMITTANCE] < 0.0 ||
        out->value[TRANSMITTANCE] > 1.0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line %zu: a wavelength must be above 0 and a transmittance from 0 "
                         "to 1",
                         name, line);
    return VAHO_OK;
}

static int by_wavelength(const void *a, const void *b)
{
    double x = ((const struct row *)a)->value[WAVELENGTH];
    double y = ((const struct row *)b)->value[WAVELENGTH];

    return (x > y) - (x < y);
}

static enum vaho_status take_curve(struct vaho_curve *out, const struct row *row, size_t n,
                                   enum quantity what, struct vaho_error *error)
{
    enum vaho_status status;

    if (isnan(row[0].value[what]))
        return VAHO_OK;
    status = vaho_curve_new(out, n, error);
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        out->um[i] = row[i].value[WAVELENGTH];
        out->value[i] = row[i].value[what];
        out->n = i + 1;
    }
    return status;
}

static enum vaho_status take_rows(struct vaho_air_table *out, struct row *row, size_t n,
                                  const char *name, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    if (n < 2)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: has no rows under a line that names 'wavelength_um' or "
                         "'wavelength_m'; docs/exercise.md says how a table of air looks",
                         name);
    qsort(row, n, sizeof *row, by_wavelength);
    for (size_t i = 1; i < n; i++)
        if (!(row[i].value[WAVELENGTH] > row[i - 1].value[WAVELENGTH]))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: %g um is there twice", name,
                             row[i].value[WAVELENGTH]);
    if (isnan(row[0].value[TRANSMITTANCE]) && isnan(row[0].value[SKY]))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: names neither 'tau' nor 'transmittance'",
                         name);
    status = take_curve(&out->transmittance, row, n, TRANSMITTANCE, error);
    if (status == VAHO_OK)
        status = take_curve(&out->path, row, n, PATH, error);
    if (status == VAHO_OK)
        status = take_curve(&out->sky, row, n, SKY, error);
    return status;
}

enum vaho_status vaho_air_table_parse(struct vaho_air_table *out, const char *data, size_t nbytes,
                                      const char *name, struct vaho_error *error)
{
    struct row *row = vaho_alloc(MAX_ROWS, sizeof *row);
    struct columns columns = {0};
    size_t n = 0, line = 0;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_air_table){0};
    if (row == NULL)
        return vaho_fail_memory(error, name);
    for (const char *at = data, *all = data + nbytes, *end; at < all && status == VAHO_OK;
         at = end + 1) {
        end = memchr(at, '\n', (size_t)(all - at));
        if (end == NULL)
            end = all;
        line++;
        if (columns.n == 0) {
            name_columns(&columns, at, end);
        } else if (*at != '#' && memchr(at, ',', (size_t)(end - at)) != NULL) {
            if (n == MAX_ROWS)
                status = vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d rows", name, MAX_ROWS);
            else
                status = read_row(&row[n++], &columns, at, end, name, line, error);
        }
    }
    if (status == VAHO_OK)
        status = take_rows(out, row, n, name, error);
    free(row);
    if (status != VAHO_OK)
        vaho_air_table_free(out);
    return status;
}

void vaho_air_table_free(struct vaho_air_table *table)
{
    vaho_curve_free(&table->transmittance);
    vaho_curve_free(&table->path);
    vaho_curve_free(&table->sky);
}
