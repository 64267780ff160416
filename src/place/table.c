#include "place/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_WANTED = 16, MAX_ROWS = 1 << 26 };

struct reader {
    const char *name;
    const struct place_column *column;
    size_t n_columns;
    const struct place_clock *time;
    char separator;
    size_t field_of[MAX_WANTED]; /* 0-based position of each column in a line */
    double week_s;               /* added to GPS seconds that began again */
    struct place_table *table;
    size_t capacity;
};

/* Passed over: empty, or a remark. */
static int is_empty(struct vaho_span line)
{
    line = vaho_span_trim(line);
    return line.n == 0 || line.p[0] == '#';
}

static char find_separator(struct vaho_span line)
{
    if (memchr(line.p, ',', line.n) != NULL)
        return ',';
    return memchr(line.p, ';', line.n) != NULL ? ';' : ' ';
}

/* The field at 'position' of a line; 0 when the line ends before it. */
static int find_field(struct vaho_span *out, struct vaho_span line, char separator, size_t position)
{
    for (size_t i = 0; vaho_span_field(out, &line, separator); i++)
        if (i == position) {
            *out = vaho_span_unquote(*out);
            return 1;
        }
    return 0;
}

static const char *column_name(char out[80], const struct place_column *column)
{
    if (column->number > 0)
        snprintf(out, 80, "column %zu", column->number);
    else
        snprintf(out, 80, "column '%s'", column->name);
    return out;
}

static enum vaho_status find_named(struct reader *r, size_t index, struct vaho_span heading,
                                   size_t line, struct vaho_error *error)
{
    const char *wanted = r->column[index].name;
    struct vaho_span field, rest = heading;
    size_t n_found = 0;

    for (size_t i = 0; vaho_span_field(&field, &rest, r->separator); i++)
        if (vaho_span_is(vaho_span_unquote(field), wanted)) {
            r->field_of[index] = i;
            n_found++;
        }
    if (n_found == 1)
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: line %zu, the heading, has %s column '%s'; correct the heading, or give "
                     "the column's number",
                     r->name, line, n_found == 0 ? "no" : "more than one", wanted);
}

/* One field as a number; 0 when it is none. */
static int read_field(double *out, const struct reader *r, size_t index, struct vaho_span field)
{
    if (index == 0 && r->time != NULL && r->time->kind == PLACE_CLOCK_UTC)
        return place_clock_parse_utc(out, field);
    if (!vaho_span_number(out, field) || !isfinite(*out))
        return 0;
    *out *= r->column[index].factor;
    return isfinite(*out);
}

/* Positions of the columns; *out_heading 1 when the line holds no record. */
static enum vaho_status read_heading(struct reader *r, struct vaho_span text, size_t line,
                                     int *out_heading, struct vaho_error *error)
{
    int n_numbers = 0;

    *out_heading = 0;
    r->separator = find_separator(text);
    for (size_t i = 0; i < r->n_columns; i++) {
        struct vaho_span field;
        double number;
        if (r->column[i].number == 0) {
            enum vaho_status status = find_named(r, i, text, line, error);
            if (status != VAHO_OK)
                return status;
            *out_heading = 1;
            continue;
        }
        r->field_of[i] = r->column[i].number - 1;
        n_numbers += find_field(&field, text, r->separator, r->field_of[i]) &&
                     (read_field(&number, r, i, field) || vaho_span_number(&number, field));
    }
    *out_heading |= n_numbers == 0;
    return VAHO_OK;
}

/* Room for one more row; 0 when there is none. */
static int grow(struct reader *r)
{
    struct place_table *table = r->table;
    size_t capacity = r->capacity == 0 ? 256 : 2 * r->capacity;
    double *value;
    size_t *line;

    if (table->n_rows < r->capacity)
        return 1;
    value = realloc(table->value, capacity * r->n_columns * sizeof *value);
    if (value != NULL)
        table->value = value;
    line = realloc(table->line, capacity * sizeof *line);
    if (line != NULL)
        table->line = line;
    if (value == NULL || line == NULL)
        return 0;
    r->capacity = capacity;
    return 1;
}

/* GPS seconds and seconds since something become instants. */
static double instant(struct reader *r, double seconds)
{
    const struct place_table *table = r->table;
    double value = seconds + r->time->origin_s + r->week_s;

    if (r->time->kind == PLACE_CLOCK_GPS && table->n_rows > 0 &&
        value < table->value[(table->n_rows - 1) * table->n_columns] - PLACE_WEEK_S / 2) {
        r->week_s += PLACE_WEEK_S;
        value += PLACE_WEEK_S;
    }
    return value;
}

static enum vaho_status read_record(struct reader *r, struct vaho_span text, size_t line,
                                    struct vaho_error *error)
{
    struct place_table *table = r->table;
    char where[80], what[48];
    double *row;

    if (table->n_rows == MAX_ROWS)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d records", r->name, MAX_ROWS);
    if (!grow(r))
        return vaho_fail_memory(error, r->name);
    row = table->value + table->n_rows * r->n_columns;
    for (size_t i = 0; i < r->n_columns; i++) {
        struct vaho_span field;
        if (!find_field(&field, text, r->separator, r->field_of[i]))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu ends before %s", r->name, line,
                             column_name(where, &r->column[i]));
        if (!read_field(&row[i], r, i, field)) {
            vaho_span_copy(what, sizeof what, field);
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu, %s: '%s' is not a %s", r->name,
                             line, column_name(where, &r->column[i]), what,
                             i == 0 && r->time != NULL && r->time->kind == PLACE_CLOCK_UTC
                                 ? "time in UTC such as 2026-05-01T18:30:00.25Z"
                                 : "usable number");
        }
    }
    if (r->time != NULL && r->time->kind != PLACE_CLOCK_UTC)
        row[0] = instant(r, row[0]);
    table->line[table->n_rows++] = line;
    return VAHO_OK;
}

enum vaho_status place_table_parse(struct place_table *out, const char *text, size_t nbytes,
                                   const char *name, const struct place_column *column,
                                   size_t n_columns, const struct place_clock *time,
                                   struct vaho_error *error)
{
    struct reader r = {
        .name = name, .column = column, .n_columns = n_columns, .time = time, .table = out};
    struct vaho_scan scan;
    struct vaho_span line;
    int first = 1, heading;
    enum vaho_status status = VAHO_OK;

    *out = (struct place_table){.n_columns = n_columns};
    if (n_columns == 0 || n_columns > MAX_WANTED)
        return vaho_fail(error, VAHO_USAGE, "%s: %zu columns are wanted", name, n_columns);
    if (nbytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* UTF-8's mark, of spreadsheets */
        text += 3;
        nbytes -= 3;
    }
    vaho_scan_init(&scan, text, nbytes);
    while (status == VAHO_OK && vaho_scan_line(&line, &scan)) {
        if (is_empty(line))
            continue;
        heading = 0;
        if (first)
            status = read_heading(&r, line, scan.line, &heading, error);
        first = 0;
        if (status == VAHO_OK && !heading)
            status = read_record(&r, line, scan.line, error);
    }
    if (status == VAHO_OK && out->n_rows == 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: holds no record", name);
    if (status != VAHO_OK)
        place_table_free(out);
    return status;
}

void place_table_free(struct place_table *table)
{
    free(table->value);
    free(table->line);
    *table = (struct place_table){0};
}
