/*
 * glt.c - ENVI's geographic look-up table, read backwards
 *
 * A GLT is a map grid of two whole numbers a cell: the sample and the line, from
 * 1, of the pixel that the cell shows.  0 is none.  A negative number is a cell
 * that no pixel fell into and that shows its nearest pixel all the same: it says
 * nothing of where that pixel lies and is left out here.
 *
 * A pixel lies at the mean of the centres of the cells that show it: half a cell
 * off at most where it is in one, less where it is in several.  Where the grid is
 * coarser than the pixels some are in no cell; such a one is put on the straight
 * line between the nearest pixels of the same line, or of the same sample, on
 * both sides, when they are no more than BRIDGE away; the mean of both when both
 * are there.
 */
#include "cube/glt.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum { BRIDGE = 3, MAX_NAMED = 1 << 24 };

enum vaho_status cube_glt_new(struct cube_glt *out, size_t n_lines, size_t n_samples,
                              const char *name, struct vaho_error *error)
{
    size_t n;

    *out = (struct cube_glt){.name = name, .n_lines = n_lines, .n_samples = n_samples};
    if (n_lines > MAX_NAMED || n_samples > MAX_NAMED || !vaho_size_mul(&n, n_lines, n_samples))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: a look-up table cannot place a cube of %zu lines and %zu samples; "
                         "%d of each are possible",
                         name, n_lines, n_samples, MAX_NAMED);
    out->column = vaho_alloc(n, sizeof *out->column);
    out->row = vaho_alloc(n, sizeof *out->row);
    out->n_cells = vaho_alloc(n, sizeof *out->n_cells);
    if (out->column == NULL || out->row == NULL || out->n_cells == NULL) {
        cube_glt_free(out);
        return vaho_fail_memory(error, name);
    }
    return VAHO_OK;
}

void cube_glt_free(struct cube_glt *glt)
{
    free(glt->column);
    free(glt->row);
    free(glt->n_cells);
    *glt = (struct cube_glt){0};
}

/* A whole number from 1 to n. */
static int names(double value, size_t n)
{
    return value >= 1 && value <= (double)n && value == floor(value);
}

enum vaho_status cube_glt_add_row(struct cube_glt *glt, size_t row, const float *sample,
                                  const float *line, size_t n_columns, struct vaho_error *error)
{
    for (size_t column = 0; column < n_columns; column++) {
        const double s = (double)sample[column], l = (double)line[column];
        if ((isnan(s) || s == 0) && (isnan(l) || l == 0))
            continue;
        if (!names(fabs(s), glt->n_samples) || !names(fabs(l), glt->n_lines))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: row %zu, column %zu names sample %g, line %g (from 1), but the "
                             "cube has %zu samples and %zu lines; it belongs to another cube, or "
                             "its header lacks the 'data ignore value'",
                             glt->name, row, column, s, l, glt->n_samples, glt->n_lines);
        if (s < 0 || l < 0) {
            glt->n_filled_cells++;
            continue;
        }
        const size_t pixel = ((size_t)l - 1) * glt->n_samples + (size_t)s - 1;
        glt->column[pixel] += (double)column;
        glt->row[pixel] += (double)row;
        glt->n_cells[pixel]++;
    }
    return VAHO_OK;
}

/* Steps to the nearest pixel in a cell, one way; 0 when none is within BRIDGE. */
static size_t steps_to_known(const struct cube_glt *glt, size_t line, size_t sample, int along,
                             int ahead)
{
    const size_t at = along ? line : sample, n = along ? glt->n_lines : glt->n_samples;

    for (size_t step = 1; step <= BRIDGE && (ahead ? at + step < n : step <= at); step++) {
        const size_t there = ahead ? at + step : at - step;
        if (glt->n_cells[along ? there * glt->n_samples + sample : line * glt->n_samples + there])
            return step;
    }
    return 0;
}

/* Puts a pixel between its neighbours; 0 when it has none on both sides. */
static int bridge(struct cube_glt *glt, size_t line, size_t sample)
{
    const size_t pixel = line * glt->n_samples + sample;
    double column = 0, row = 0;
    int n = 0;

    for (int along = 0; along < 2; along++) {
        const size_t back = steps_to_known(glt, line, sample, along, 0);
        const size_t ahead = steps_to_known(glt, line, sample, along, 1);
        const size_t stride = along ? glt->n_samples : 1;
        if (back == 0 || ahead == 0)
            continue;
        const double share = (double)back / (double)(back + ahead);
        const size_t a = pixel - back * stride, b = pixel + ahead * stride;
        column += (1 - share) * glt->column[a] + share * glt->column[b];
        row += (1 - share) * glt->row[a] + share * glt->row[b];
        n++;
    }
    glt->column[pixel] = n > 0 ? column / n : NAN;
    glt->row[pixel] = n > 0 ? row / n : NAN;
    return n > 0;
}

enum vaho_status cube_glt_finish(struct cube_glt *glt, struct vaho_error *error)
{
    const size_t n = glt->n_lines * glt->n_samples;
    size_t n_known = 0;

    for (size_t i = 0; i < n; i++)
        if (glt->n_cells[i] > 0) {
            glt->column[i] /= glt->n_cells[i];
            glt->row[i] /= glt->n_cells[i];
            n_known++;
        }
    if (n_known == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: no cell shows a pixel of the cube", glt->name);
    for (size_t i = 0; i < n; i++)
        if (glt->n_cells[i] == 0) {
            if (bridge(glt, i / glt->n_samples, i % glt->n_samples))
                glt->n_bridged_pixels++;
            else
                glt->n_unknown_pixels++;
        }
    return VAHO_OK;
}
