/*
 * unit_absorption.c - a gas's effect on the bands of one shortwave-infrared sensor
 *
 *     001   376.35 -0.000000000000      band (from 1), nm, d ln(radiance) per 1e5 ppm.m
 *
 * The tables that matched-filter programs for methane are run with.  They come
 * from radiative transfer, are averaged over the sensor's bands, and are negative
 * because gas takes light away:
 *
 *     value [1/(ppm.m)] = -x / 1e5
 *
 * The sun's way down and the view's way up are both in it: the column it counts
 * is along the whole way, as the makers of each table define it.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

static int read_row(double column[3], struct vaho_span line)
{
    struct vaho_span field;
    size_t n = 0;

    while (vaho_span_field(&field, &line, ' '))
        if (n == 3 || !vaho_span_number(&column[n++], field))
            return 0;
    return n == 3;
}

/* Bands 1, 2, 3, rising wavelengths, nothing positive. */
static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_scan scan;
    struct vaho_span line;
    double column[3], before = 0.0;

    vaho_scan_init(&scan, file->data, file->nbytes);
    for (int row = 1; row <= 3; row++) {
        if (!vaho_scan_line(&line, &scan) || !read_row(column, line) || column[0] != row ||
            !(column[1] > before) || !(column[2] <= 0.0))
            return 0;
        before = column[1];
    }
    return 1;
}

static enum vaho_status read_rows(struct vaho_draft *draft, const struct vaho_spectrum_file *file,
                                  struct vaho_error *error)
{
    struct vaho_scan scan;
    struct vaho_span line;
    size_t n_positive = 0, n_skipped = 0;
    double next = 1.0;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (vaho_scan_line(&line, &scan)) {
        double column[3];
        enum vaho_status status;
        if (vaho_span_trim(line).n == 0)
            continue;
        if (!read_row(column, line))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: three numbers are needed (band, "
                             "nm, d ln(radiance) per 1e5 ppm.m)",
                             file->name, scan.line);
        n_skipped += column[0] != next;
        next = column[0] + 1.0;
        n_positive += column[2] > 0.0;
        status = vaho_draft_point(draft, column[1], -column[2] / 1e5, error);
        if (status != VAHO_OK)
            return status;
    }
    if (n_skipped > 0)
        vaho_draft_note(draft, "band numbers jump at %zu places", n_skipped);
    if (n_positive > 0)
        vaho_draft_note(draft,
                        "%zu values are positive; a gas takes light away, so they mean "
                        "nothing",
                        n_positive);
    return VAHO_OK;
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    const struct vaho_gas *gas = vaho_gas_by_file_name(file->name);
    struct vaho_span none = {NULL, 0};
    struct vaho_draft draft;
    enum vaho_status status;

    vaho_draft_init(&draft, file->name, "unit absorption", VAHO_SPECTRUM_GAS, VAHO_GRADE_COMPUTED,
                    VAHO_X_NM);
    status = read_rows(&draft, file, error);
    if (status == VAHO_OK) {
        draft.spectrum.per_band = 1;
        if (gas == NULL)
            vaho_draft_note(&draft, "the file's name holds no gas that is known; name it with a "
                                    "table of titles");
        vaho_draft_name_gas(&draft, settings->titles, vaho_span_file_name(file->name),
                            vaho_span_of(gas != NULL ? gas->cas : ""), none);
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    return status;
}

const struct vaho_importer vaho_importer_unit_absorption = {"unit absorption", probe, parse};
