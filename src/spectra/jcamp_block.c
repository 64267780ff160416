/*
 * jcamp_block.c - records and data tables of JCAMP-DX
 *
 * Tables: (X++(Y..Y)) lines of one abscissa and the ordinates from there on;
 * (XY..XY) pairs.  Where the points of the first kind lie is said three times
 * over: by FIRSTX, LASTX and NPOINTS; by DELTAX; by the abscissa of every line.
 * They often disagree.  In the NIST quantitative collection DELTAX is a rounded
 * 0.0625 for points 0.06026 apart, and every line but the first is labelled one
 * step too low (against an independent measurement of sulfur hexafluoride the
 * Q-branch at 948 cm-1 falls into place, correlation 0.9999, only with FIRSTX
 * to LASTX).  So, first that holds:
 *   1. FIRSTX, LASTX and NPOINTS, if NPOINTS is the number of points and no line
 *      is further than 1.6 steps from them;
 *   2. a straight line through the lines' abscissas, if nine in ten lie on it;
 *   3. each line for itself.
 * What lies more than 0.6 steps off is counted and reported.
 */
#include "spectra/jcamp_block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "spectra/jcamp_ordinates.h"

static const char *const labels[JCAMP_N_LABELS] = {
    [JCAMP_TITLE] = "TITLE",
    [JCAMP_DATA_TYPE] = "DATA TYPE",
    [JCAMP_CLASS] = "CLASS",
    [JCAMP_CAS_NAME] = "CAS NAME",
    [JCAMP_CAS] = "CAS REGISTRY NO",
    [JCAMP_MOLFORM] = "MOLFORM",
    [JCAMP_STATE] = "STATE",
    [JCAMP_PRESSURE] = "PRESSURE",
    [JCAMP_PARTIAL_PRESSURE] = "PARTIAL PRESSURE",
    [JCAMP_TEMPERATURE] = "TEMPERATURE",
    [JCAMP_PATH_LENGTH] = "PATH LENGTH",
    [JCAMP_RESOLUTION] = "RESOLUTION",
    [JCAMP_DATA_PROCESSING] = "DATA PROCESSING",
    [JCAMP_XUNITS] = "XUNITS",
    [JCAMP_YUNITS] = "YUNITS",
    [JCAMP_XFACTOR] = "XFACTOR",
    [JCAMP_YFACTOR] = "YFACTOR",
    [JCAMP_DELTAX] = "DELTAX",
    [JCAMP_FIRSTX] = "FIRSTX",
    [JCAMP_LASTX] = "LASTX",
    [JCAMP_FIRSTY] = "FIRSTY",
    [JCAMP_MAXY] = "MAXY",
    [JCAMP_MINY] = "MINY",
    [JCAMP_NPOINTS] = "NPOINTS",
    [JCAMP_XYDATA] = "XYDATA",
    [JCAMP_XYPOINTS] = "XYPOINTS",
};

const char *vaho_jcamp_label_name(enum vaho_jcamp_label label)
{
    return labels[label];
}

/* Compares a file's label with ours: no case, no blanks, '-', '/' or '_'. */
static int is_label(struct vaho_span span, const char *label)
{
    size_t i = 0;

    for (; *label != '\0'; label++) {
        if (*label == ' ')
            continue;
        while (i < span.n && strchr(" -/_", span.p[i]) != NULL)
            i++;
        if (i == span.n || (span.p[i] & ~0x20) != *label)
            return 0;
        i++;
    }
    while (i < span.n && strchr(" -/_", span.p[i]) != NULL)
        i++;
    return i == span.n;
}

/* Splits "##LABEL=value $$ comment"; 0 if it is no record. */
static int split_record(struct vaho_span *label, struct vaho_span *value, struct vaho_span line)
{
    const char *equals, *comment;

    line = vaho_span_trim(line);
    if (line.n < 3 || memcmp(line.p, "##", 2) != 0)
        return 0;
    equals = memchr(line.p, '=', line.n);
    if (equals == NULL)
        return 0;
    *label = (struct vaho_span){line.p + 2, (size_t)(equals - line.p) - 2};
    *value = (struct vaho_span){equals + 1, line.n - (size_t)(equals + 1 - line.p)};
    comment = value->n < 2 ? NULL : memmem(value->p, value->n, "$$", 2);
    if (comment != NULL)
        value->n = (size_t)(comment - value->p);
    *value = vaho_span_trim(*value);
    return 1;
}

int vaho_jcamp_number(double *out, struct vaho_span *rest, const struct vaho_jcamp_block *block,
                      enum vaho_jcamp_label label)
{
    struct vaho_span text = vaho_span_trim(block->value[label]);
    size_t used = text.n == 0 ? 0 : vaho_scan_number(out, text.p, text.n);

    if (rest != NULL)
        *rest = used == 0 ? text : vaho_span_trim((struct vaho_span){text.p + used, text.n - used});
    return used > 0;
}

struct anchor {
    size_t index; /* of the line's first point */
    double x;
};

struct table {
    struct anchor *anchor;
    size_t n, capacity;
    int all_integers;
};

static enum vaho_status add_anchor(struct table *table, size_t index, double x,
                                   struct vaho_error *error)
{
    if (table->n == table->capacity) {
        size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        struct anchor *grown = realloc(table->anchor, capacity * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, "a JCAMP-DX table");
        table->anchor = grown;
        table->capacity = capacity;
    }
    table->anchor[table->n++] = (struct anchor){index, x};
    return VAHO_OK;
}

/* Least squares: x = *origin + *step * index.  0 when the lines do not determine it. */
static int fit_line(double *origin, double *step, const struct table *table)
{
    double n = (double)table->n, mean_i = 0.0, mean_x = 0.0, sxy = 0.0, sxx = 0.0;

    for (size_t k = 0; k < table->n; k++) {
        mean_i += (double)table->anchor[k].index / n;
        mean_x += table->anchor[k].x / n;
    }
    for (size_t k = 0; k < table->n; k++) {
        double d = (double)table->anchor[k].index - mean_i;
        sxy += d * (table->anchor[k].x - mean_x);
        sxx += d * d;
    }
    if (!(sxx > 0.0) || !isfinite(sxy) || sxy == 0.0)
        return 0;
    *step = sxy / sxx;
    *origin = mean_x - *step * mean_i;
    return 1;
}

/* The header's own idea of where the points lie; 0 when it has none. */
static int header_line(double *origin, double *step, const struct vaho_jcamp_block *block,
                       size_t n_points)
{
    double last, n;

    if (!vaho_jcamp_number(origin, NULL, block, JCAMP_FIRSTX) ||
        !vaho_jcamp_number(&last, NULL, block, JCAMP_LASTX) ||
        !vaho_jcamp_number(&n, NULL, block, JCAMP_NPOINTS) || n != (double)n_points || n < 2.0)
        return 0;
    *step = (last - *origin) / (n - 1.0);
    return isfinite(*step) && *step != 0.0;
}

/* How many lines lie more than 'n_steps' off origin + step * index. */
static size_t count_off(const struct table *table, double origin, double step, double n_steps)
{
    double tolerance = n_steps * (table->all_integers ? fmax(fabs(step), 1.0) : fabs(step));
    size_t n = 0;

    for (size_t k = 0; k < table->n; k++)
        n += !(fabs(table->anchor[k].x - origin - step * (double)table->anchor[k].index) <=
               tolerance);
    return n;
}

/* Gives every point of an (X++(Y..Y)) table its abscissa. */
static void place_points(struct vaho_jcamp_block *block, struct vaho_draft *draft,
                         const struct table *table)
{
    double origin = 0.0, step = 0.0, own_step = 0.0;
    int straight =
        header_line(&origin, &step, block, draft->n) && count_off(table, origin, step, 1.6) == 0;

    if (!straight && fit_line(&origin, &step, table))
        straight = count_off(table, origin, step, 0.6) * 10 <= table->n;
    block->n_lines = table->n;
    if (straight) {
        for (size_t i = 0; i < draft->n; i++)
            draft->x[i] = origin + step * (double)i;
        block->step = step;
        block->n_lines_off = count_off(table, origin, step, 0.6);
        return;
    }
    vaho_jcamp_number(&own_step, NULL, block, JCAMP_DELTAX);
    block->n_lines_off = table->n; /* each line for itself */
    for (size_t k = 0; k < table->n; k++) {
        const struct anchor *a = &table->anchor[k];
        size_t end = k + 1 < table->n ? a[1].index : draft->n;
        if (k + 1 < table->n && end > a->index)
            own_step = (a[1].x - a->x) / (double)(end - a->index);
        for (size_t i = a->index; i < end; i++)
            draft->x[i] = a->x + own_step * (double)(i - a->index);
    }
}

/* 1 when any line of the table, from here to the next record, holds packed letters. */
static int is_packed(struct vaho_scan scan)
{
    struct vaho_span line;

    while (vaho_scan_line(&line, &scan) && !(line.n >= 2 && memcmp(line.p, "##", 2) == 0)) {
        const char *comment = line.n < 2 ? NULL : memmem(line.p, line.n, "$$", 2);
        if (comment != NULL)
            line.n = (size_t)(comment - line.p);
        if (vaho_ordinates_look_packed(line))
            return 1;
    }
    return 0;
}

/* The next line of data without its comment; 0 before a record or at the end. */
static int data_line(struct vaho_span *out, struct vaho_scan *scan)
{
    struct vaho_scan ahead = *scan;

    while (vaho_scan_line(out, &ahead)) {
        const char *comment = out->n < 2 ? NULL : memmem(out->p, out->n, "$$", 2);
        if (out->n >= 2 && memcmp(out->p, "##", 2) == 0)
            return 0;
        if (comment != NULL)
            out->n = (size_t)(comment - out->p);
        *scan = ahead;
        *out = vaho_span_trim(*out);
        if (out->n > 0)
            return 1;
    }
    *scan = ahead;
    return 0;
}

static enum vaho_status read_ordinates(struct vaho_jcamp_block *block, struct vaho_draft *draft,
                                       struct vaho_scan *scan, size_t max_points, const char *file,
                                       struct vaho_error *error)
{
    struct vaho_ordinates state = {.packed = is_packed(*scan)};
    struct table table = {.all_integers = 1};
    struct vaho_span line;
    struct vaho_error why = {VAHO_OK, ""};
    enum vaho_status status = VAHO_OK;
    double factor = 1.0;

    vaho_jcamp_number(&factor, NULL, block, JCAMP_XFACTOR);
    while (status == VAHO_OK && data_line(&line, scan)) {
        size_t before = draft->n;
        double x = 0.0;
        status = vaho_ordinates_read_line(&x, draft, &state, line, max_points, &why);
        x *= factor;
        table.all_integers &= floor(x) == x;
        if (status == VAHO_OK && draft->n > before)
            status = add_anchor(&table, before - (size_t)state.repeated, x, &why);
    }
    if (status == VAHO_OK) {
        block->n_bad_checks = state.n_bad_checks;
        place_points(block, draft, &table);
    } else {
        vaho_fail(error, status, "%s: line %zu: %s", file, scan->line, why.message);
    }
    free(table.anchor);
    return status;
}

static enum vaho_status read_pairs(struct vaho_jcamp_block *block, struct vaho_draft *draft,
                                   struct vaho_scan *scan, size_t max_points, const char *file,
                                   struct vaho_error *error)
{
    struct vaho_span line;
    double factor = 1.0;

    vaho_jcamp_number(&factor, NULL, block, JCAMP_XFACTOR);
    while (data_line(&line, scan)) {
        for (;;) {
            double pair[2];
            enum vaho_status status;
            size_t used = 0;
            for (int k = 0; k < 2; k++) {
                while (line.n > 0 && strchr(" \t,;", line.p[0]) != NULL)
                    line = (struct vaho_span){line.p + 1, line.n - 1};
                if (line.n == 0 && k == 0)
                    break;
                used = vaho_scan_number(&pair[k], line.p, line.n);
                if (used == 0 || draft->n >= max_points)
                    return vaho_fail(error, VAHO_BAD_INPUT,
                                     "%s: line %zu: pairs of numbers are expected (at most %zu)",
                                     file, scan->line, max_points);
                line = (struct vaho_span){line.p + used, line.n - used};
            }
            if (used == 0)
                break;
            status = vaho_draft_point(draft, pair[0] * factor, pair[1], error);
            if (status != VAHO_OK)
                return status;
        }
    }
    return VAHO_OK;
}

/* Keeps a record; a ##TITLE= before any data makes what came before it a dead header. */
static void keep_record(struct vaho_jcamp_block *block, struct vaho_span label,
                        struct vaho_span value, size_t line)
{
    for (size_t i = 0; i < JCAMP_N_LABELS; i++) {
        if (!is_label(label, labels[i]))
            continue;
        if (i == JCAMP_TITLE && block->value[i].p != NULL) {
            int link = vaho_span_is(block->value[JCAMP_DATA_TYPE], "LINK");
            size_t n_dead = block->n_dead_headers + !link;
            *block = (struct vaho_jcamp_block){.first_line = line, .n_dead_headers = n_dead};
        } else if (block->value[i].p != NULL &&
                   (block->value[i].n != value.n ||
                    memcmp(block->value[i].p, value.p, value.n) != 0)) {
            block->twice = labels[i];
        }
        block->value[i] = value;
    }
}

static enum vaho_status read_table(struct vaho_jcamp_block *block, struct vaho_draft *draft,
                                   struct vaho_scan *scan, size_t *points_left, const char *file,
                                   struct vaho_error *error)
{
    struct vaho_span form = block->value[JCAMP_XYDATA];
    size_t n_had = draft->n, max_points = n_had + *points_left;
    double factor = 1.0;
    enum vaho_status status;

    if (form.p != NULL && vaho_span_contains(form, "X++"))
        status = read_ordinates(block, draft, scan, max_points, file, error);
    else
        status = read_pairs(block, draft, scan, max_points, file, error);
    vaho_jcamp_number(&factor, NULL, block, JCAMP_YFACTOR);
    for (size_t i = n_had; i < draft->n; i++)
        draft->y[i] *= factor;
    *points_left -= draft->n - n_had;
    return status;
}

enum vaho_status vaho_jcamp_read_block(int *out_more, struct vaho_jcamp_block *block,
                                       struct vaho_draft *draft, struct vaho_scan *scan,
                                       size_t *points_left, const char *file,
                                       struct vaho_error *error)
{
    struct vaho_span line, label, value;

    *out_more = 0;
    *block = (struct vaho_jcamp_block){.first_line = scan->line + 1};
    while (vaho_scan_line(&line, scan)) {
        if (!split_record(&label, &value, line))
            continue; /* the end of a long record, or a comment */
        *out_more = 1;
        if (is_label(label, "END")) {
            block->ended = 1;
            return VAHO_OK;
        }
        keep_record(block, label, value, scan->line);
        if (draft->n == 0 &&
            (is_label(label, labels[JCAMP_XYDATA]) || is_label(label, labels[JCAMP_XYPOINTS]))) {
            enum vaho_status status = read_table(block, draft, scan, points_left, file, error);
            if (status != VAHO_OK)
                return status;
        }
    }
    return VAHO_OK;
}
