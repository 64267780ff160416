/*
 * luma_slum.c - the London Urban Micromet spectral library (LUMA-SLUM)
 *
 * One table of samples:
 *
 *     "wavelength","A001","A002", ...
 *     8.0022438,0.944293,0.929226, ...
 *
 * The infrared table holds emissivities as fractions over micrometres, the
 * shortwave table reflectances in percent over nanometres; neither says so, the
 * size of the wavelengths does (below 100: micrometres).  An emissivity e is
 * kept as the reflectance 1 - e.  "NA" and empty cells are missing.
 * (Kotthaus et al., ISPRS J. Photogramm. 94, 194, 2014; doi
 * 10.1016/j.isprsjprs.2014.05.005.)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

enum { MAX_SAMPLES = 10000 };
static const size_t MAX_CELLS = (size_t)1 << 25;

struct table {
    struct vaho_span header; /* the names, after the first column */
    size_t n_rows, n_samples;
    double *cell; /* row by row: wavelength, then the samples */
};

/* The header line: "wavelength" and at least two names that are no numbers. */
static int read_header(struct table *table, struct vaho_scan *scan)
{
    struct vaho_span line, field, rest;
    double ignored;

    if (!vaho_scan_line(&line, scan))
        return 0;
    rest = line;
    if (!vaho_span_field(&field, &rest, ',') ||
        !vaho_span_is(vaho_span_unquote(field), "wavelength"))
        return 0;
    table->header = rest;
    table->n_samples = 0;
    while (vaho_span_field(&field, &rest, ',')) {
        if (vaho_span_number(&ignored, vaho_span_unquote(field)))
            return 0;
        table->n_samples++;
    }
    return table->n_samples >= 2;
}

static int probe(const struct vaho_spectrum_file *file)
{
    struct table table;
    struct vaho_scan scan;

    vaho_scan_init(&scan, file->data, file->nbytes);
    return read_header(&table, &scan);
}

static enum vaho_status read_rows(struct table *table, struct vaho_scan *scan, const char *file,
                                  struct vaho_error *error)
{
    size_t width = table->n_samples + 1, max_rows, row = 0;
    struct vaho_scan ahead = *scan;
    struct vaho_span line;

    while (vaho_scan_line(&line, &ahead))
        table->n_rows += vaho_span_trim(line).n > 0;
    if (table->n_samples > MAX_SAMPLES || table->n_rows > MAX_CELLS / width)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: a table of %zu x %zu; at most %d samples and %zu cells are read",
                         file, table->n_rows, width, MAX_SAMPLES, MAX_CELLS);
    max_rows = table->n_rows;
    table->cell = vaho_alloc(max_rows * width, sizeof *table->cell);
    if (table->cell == NULL)
        return vaho_fail_memory(error, file);
    while (row < max_rows && vaho_scan_line(&line, scan)) {
        struct vaho_span rest = line, field;
        size_t column = 0;
        if (vaho_span_trim(line).n == 0)
            continue;
        for (; column < width && vaho_span_field(&field, &rest, ','); column++) {
            double *cell = &table->cell[row * width + column];
            if (!vaho_span_number(cell, vaho_span_unquote(field)))
                *cell = NAN;
        }
        if (column < width || !isfinite(table->cell[row * width]))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: a wavelength and %zu values are expected", file,
                             scan->line, table->n_samples);
        row++;
    }
    return VAHO_OK;
}

static enum vaho_status add_sample(struct vaho_sink *sink, const struct table *table, size_t sample,
                                   struct vaho_span title, const struct vaho_titles *titles,
                                   const char *file, struct vaho_error *error)
{
    int thermal = table->cell[0] < 100.0;
    size_t width = table->n_samples + 1, n_values = 0;
    struct vaho_draft draft;
    char name[VAHO_NAME_NBYTES];
    enum vaho_status status = VAHO_OK;

    vaho_draft_init(&draft, file, "LUMA-SLUM", VAHO_SPECTRUM_SURFACE, VAHO_GRADE_QUANTITATIVE,
                    thermal ? VAHO_X_UM : VAHO_X_NM);
    for (size_t row = 0; row < table->n_rows && status == VAHO_OK; row++) {
        double value = table->cell[row * width + sample + 1];
        n_values += isfinite(value);
        status = vaho_draft_point(&draft, table->cell[row * width],
                                  thermal ? 1.0 - value : 0.01 * value, error);
    }
    if (status == VAHO_OK && n_values >= 2) { /* a sample may not be in this table */
        vaho_draft_note(&draft, thermal ? "an emissivity e, kept as the reflectance 1 - e"
                                        : "taken as percent over nanometres");
        snprintf(name, sizeof name, "luma_slum_%s_%.*s", thermal ? "ir" : "sw",
                 (int)(title.n < 40 ? title.n : 40), title.p);
        vaho_draft_name_surface(&draft, titles, title, vaho_span_of(name));
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    return status;
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct table table = {{NULL, 0}, 0, 0, NULL};
    struct vaho_scan scan;
    struct vaho_span rest, field;
    size_t n_before = sink->n;
    enum vaho_status status;

    vaho_scan_init(&scan, file->data, file->nbytes);
    if (!read_header(&table, &scan))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line 1: 'wavelength' and the names of two samples or more are "
                         "expected",
                         file->name);
    status = read_rows(&table, &scan, file->name, error);
    if (status == VAHO_OK && table.n_rows < 2)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: fewer than two rows", file->name);
    rest = table.header;
    for (size_t i = 0; status == VAHO_OK && i < table.n_samples; i++) {
        vaho_span_field(&field, &rest, ',');
        status = add_sample(sink, &table, i, vaho_span_unquote(field), settings->titles, file->name,
                            error);
    }
    free(table.cell);
    if (status == VAHO_OK && sink->n == n_before)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: no sample has two values", file->name);
    return status;
}

const struct vaho_importer vaho_importer_luma_slum = {"LUMA-SLUM", probe, parse};
