#include "track/pass_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"

static const double DIRECTION_SIGMA_DEG = 15.0;
enum { MAX_FIELD_NBYTES = 4096 };

enum column { CUBE, FROM, FROM_SIGMA, SPEED, AIR, TIME, GEO, DEM, N_COLUMNS };
static const char *const COLUMN[N_COLUMNS] = {"cube",
                                              "wind_from_deg",
                                              "wind_from_sigma_deg",
                                              "wind_speed_m_s",
                                              "air_temperature_k",
                                              "time",
                                              "geo",
                                              "dem"};

/* A run of bytes. */
struct span {
    const char *from;
    size_t n;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next field off a line; 0: there is none.  *line has no bytes and from NULL at its end.
 */
static int next_field(struct span *out, struct span *line)
{
    const char *comma;

    if (line->from == NULL)
        return 0;
    comma = memchr(line->from, ',', line->n);
    *out = (struct span){line->from, comma != NULL ? (size_t)(comma - line->from) : line->n};
    if (comma != NULL)
        *line = (struct span){comma + 1, line->n - out->n - 1};
    else
        *line = (struct span){NULL, 0};
    while (out->n > 0 && is_blank(out->from[0])) {
        out->from++;
        out->n--;
    }
    while (out->n > 0 && is_blank(out->from[out->n - 1]))
        out->n--;
    return 1;
}

static char *copy(struct span field)
{
    char *out = vaho_alloc(field.n + 1, 1);

    if (out != NULL && field.n > 0)
        memcpy(out, field.from, field.n);
    return out;
}

/* The number of a field, fallback where it is empty. */
static enum vaho_status number(double *out, const char *text, double min, double max,
                               double fallback, enum column column, const char *name, size_t line,
                               struct vaho_error *error)
{
    char *end;

    *out = text[0] != '\0' ? strtod(text, &end) : fallback;
    if (text[0] == '\0' || (*end == '\0' && *out >= min && *out <= max))
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu: %s wants %g to %g, not '%.40s'", name,
                     line, COLUMN[column], min, max, text);
}

/* What the fields of a line say; takes those that a pass keeps. */
static enum vaho_status take_pass(struct vaho_pass *pass, char *field[N_COLUMNS], const char *name,
                                  size_t line, struct vaho_error *error)
{
    double time_s;
    enum vaho_status status =
        number(&pass->wind_from_deg, field[FROM], 0.0, 360.0, NAN, FROM, name, line, error);

    if (status == VAHO_OK)
        status = number(&pass->wind_from_sigma_deg, field[FROM_SIGMA], 0.0, 90.0,
                        DIRECTION_SIGMA_DEG, FROM_SIGMA, name, line, error);
    if (status == VAHO_OK)
        status =
            number(&pass->wind_speed_m_s, field[SPEED], 0.05, 100.0, NAN, SPEED, name, line, error);
    if (status == VAHO_OK)
        status =
            number(&pass->air_temperature_k, field[AIR], 180.0, 350.0, NAN, AIR, name, line, error);
    if (status == VAHO_OK && (field[CUBE][0] == '\0' || field[FROM][0] == '\0'))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu: %s is empty", name, line,
                           COLUMN[field[CUBE][0] == '\0' ? CUBE : FROM]);
    if (status == VAHO_OK && field[TIME][0] != '\0' && !vaho_moment_parse(&time_s, field[TIME]))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: line %zu: time wants one like 2026-05-01T10:20:30Z, not '%.40s'",
                           name, line, field[TIME]);
    if (status != VAHO_OK)
        return status;
    pass->cube = field[CUBE];
    pass->time = field[TIME];
    pass->geo = field[GEO];
    pass->dem = field[DEM];
    field[CUBE] = field[TIME] = field[GEO] = field[DEM] = NULL;
    return VAHO_OK;
}

/* column[i]: what field i of every line is. */
static enum vaho_status take_heading(enum column column[N_COLUMNS], size_t *n, struct span line,
                                     const char *name, struct vaho_error *error)
{
    struct span field;
    int has[N_COLUMNS] = {0};

    *n = 0;
    while (next_field(&field, &line)) {
        size_t c = 0;
        while (c < N_COLUMNS &&
               (strlen(COLUMN[c]) != field.n || memcmp(COLUMN[c], field.from, field.n) != 0))
            c++;
        if (c == N_COLUMNS || has[c])
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: the heading has %s '%.*s'; the columns are cube, wind_from_deg, "
                "wind_from_sigma_deg, wind_speed_m_s, air_temperature_k, time, geo, dem",
                name, c == N_COLUMNS ? "an unknown" : "twice", (int)(field.n < 40 ? field.n : 40),
                field.from);
        has[c] = 1;
        column[(*n)++] = (enum column)c;
    }
    if (has[CUBE] && has[FROM])
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: the heading has no column '%s'", name,
                     COLUMN[has[CUBE] ? FROM : CUBE]);
}

static enum vaho_status take_line(struct vaho_pass_list *out, struct span line,
                                  const enum column column[N_COLUMNS], size_t n_columns,
                                  const char *name, size_t number_of_line, struct vaho_error *error)
{
    char *field[N_COLUMNS] = {NULL};
    struct span at;
    size_t n = 0;
    enum vaho_status status = VAHO_OK;

    if (out->n == VAHO_MAX_PASSES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d passes", name, VAHO_MAX_PASSES);
    for (; status == VAHO_OK && next_field(&at, &line); n++) {
        if (n >= n_columns || at.n > MAX_FIELD_NBYTES || memchr(at.from, '"', at.n) != NULL ||
            memchr(at.from, '\0', at.n) != NULL)
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: line %zu: field %zu is one too many, too long, or has a quote",
                               name, number_of_line, n + 1);
        else if ((field[column[n]] = copy(at)) == NULL)
            status = vaho_fail_memory(error, "the passes");
    }
    for (size_t c = 0; status == VAHO_OK && c < N_COLUMNS; c++)
        if (field[c] == NULL && (field[c] = copy((struct span){NULL, 0})) == NULL)
            status = vaho_fail_memory(error, "the passes");
    if (status == VAHO_OK)
        status = take_pass(&out->pass[out->n], field, name, number_of_line, error);
    out->n += status == VAHO_OK;
    for (size_t c = 0; c < N_COLUMNS; c++)
        free(field[c]);
    return status;
}

enum vaho_status vaho_pass_list_parse(struct vaho_pass_list *out, const char *text, size_t nbytes,
                                      const char *name, struct vaho_error *error)
{
    enum column column[N_COLUMNS];
    size_t n_columns = 0, line_number = 0;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_pass_list){0, vaho_alloc(VAHO_MAX_PASSES, sizeof *out->pass)};
    if (out->pass == NULL)
        return vaho_fail_memory(error, "the passes");
    while (status == VAHO_OK && nbytes > 0) {
        const char *end = memchr(text, '\n', nbytes);
        struct span line = {text, end != NULL ? (size_t)(end - text) : nbytes};
        size_t blank = 0;
        nbytes -= line.n + (end != NULL);
        text = end != NULL ? end + 1 : text;
        line_number++;
        while (blank < line.n && is_blank(line.from[blank]))
            blank++;
        if (blank == line.n || line.from[blank] == '#')
            continue;
        status = n_columns == 0 ? take_heading(column, &n_columns, line, name, error)
                                : take_line(out, line, column, n_columns, name, line_number, error);
    }
    if (status == VAHO_OK && out->n == 0)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: names no pass: a heading with cube and wind_from_deg, then a line "
                           "for each cube",
                           name);
    if (status != VAHO_OK)
        vaho_pass_list_free(out);
    return status;
}

void vaho_pass_list_free(struct vaho_pass_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->pass[i].cube);
        free(list->pass[i].time);
        free(list->pass[i].geo);
        free(list->pass[i].dem);
    }
    free(list->pass);
    *list = (struct vaho_pass_list){0};
}
