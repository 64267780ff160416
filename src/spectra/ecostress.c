/*
 * ecostress.c - spectra of the ECOSTRESS library (and ASTER's before it)
 *
 * Some twenty "Key: value" lines, an empty line, two columns:
 *
 *     Name: Pine Wood
 *     ...
 *     First Column: X
 *     Second Column: Y
 *     X Units: Wavelength (micrometers)
 *     Y Units:Reflectance (percent)          also Reflectence, percentage, fraction
 *     First X Value: 14.0131
 *     Last X Value: 2.0003
 *     Number of X Values: 2223
 *     Additional Information: none
 *
 *     14.0131 60.8621
 *
 * Rows rise or fall in wavelength, X and Y in either column.  Emissivity e is
 * kept as the reflectance 1 - e; by Kirchhoff's law the directional-hemispherical
 * reflectance these files hold is what a thermal sensor needs.
 * (Meerdink et al., Remote Sens. Environ. 230, 111196, 2019.)
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

enum { MAX_HEADER_LINES = 100 };

struct header {
    struct vaho_span name, sample, x_units, y_units, first_column;
    double first_x, last_x, n_points;
};

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_span head = {file->data, file->nbytes < 8192 ? file->nbytes : 8192};

    return vaho_span_starts(vaho_span_trim(head), "Name:") &&
           vaho_span_contains(head, "X Units:") && vaho_span_contains(head, "Y Units:");
}

static void read_key(struct header *h, struct vaho_span line)
{
    struct vaho_span key, value = line;

    if (!vaho_span_field(&key, &value, ':') || value.p == NULL)
        return;
    value = vaho_span_trim(value);
    if (vaho_span_is(key, "Name"))
        h->name = value;
    else if (vaho_span_is(key, "Sample No."))
        h->sample = value;
    else if (vaho_span_is(key, "X Units"))
        h->x_units = value;
    else if (vaho_span_is(key, "Y Units"))
        h->y_units = value;
    else if (vaho_span_is(key, "First Column"))
        h->first_column = value;
    else if (vaho_span_is(key, "First X Value"))
        vaho_span_number(&h->first_x, value);
    else if (vaho_span_is(key, "Last X Value"))
        vaho_span_number(&h->last_x, value);
    else if (vaho_span_is(key, "Number of X Values"))
        vaho_span_number(&h->n_points, value);
}

static int read_row(double row[2], struct vaho_span line)
{
    struct vaho_span first, second;

    return vaho_span_field(&first, &line, ' ') && vaho_span_field(&second, &line, ' ') &&
           vaho_span_number(&row[0], first) && vaho_span_number(&row[1], second);
}

static enum vaho_status read_file(struct vaho_draft *draft, struct header *h,
                                  const struct vaho_spectrum_file *file, struct vaho_error *error)
{
    struct vaho_scan scan;
    struct vaho_span line;
    int y_first;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (vaho_scan_line(&line, &scan)) {
        double row[2];
        enum vaho_status status;
        if (vaho_span_trim(line).n == 0)
            continue;
        if (!read_row(row, line)) {
            if (draft->n > 0 || scan.line > MAX_HEADER_LINES)
                return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %zu: two numbers are expected",
                                 file->name, scan.line);
            read_key(h, line);
            continue;
        }
        y_first = vaho_span_is(h->first_column, "Y");
        status = vaho_draft_point(draft, row[y_first], row[!y_first], error);
        if (status != VAHO_OK)
            return status;
    }
    if (draft->n == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: no rows of two numbers after the header",
                         file->name);
    return VAHO_OK;
}

static enum vaho_status set_units(struct vaho_draft *draft, const struct header *h,
                                  const char *file, struct vaho_error *error)
{
    int emissivity = vaho_span_contains(h->y_units, "emissivity");
    double most = -INFINITY,
           factor = vaho_span_contains(h->y_units, "percent") || vaho_span_contains(h->y_units, "%")
                        ? 0.01
                        : 1.0;

    if (vaho_span_contains(h->x_units, "microm"))
        draft->abscissa = VAHO_X_UM;
    else if (vaho_span_contains(h->x_units, "nanom"))
        draft->abscissa = VAHO_X_NM;
    else if (vaho_span_contains(h->x_units, "wavenumber") || vaho_span_contains(h->x_units, "cm-1"))
        draft->abscissa = VAHO_X_CM1;
    else
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'X Units' must be micrometers, nanometers or wavenumbers", file);
    if (!emissivity && !vaho_span_contains(h->y_units, "reflect")) {
        char quoted[60];
        vaho_span_copy(quoted, sizeof quoted, h->y_units);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'Y Units' is '%s'; only reflectance and emissivity are read", file,
                         quoted);
    }
    for (size_t i = 0; i < draft->n; i++)
        most = fmax(most, draft->y[i]);
    if (most * factor > 2.0 && factor == 1.0) {
        factor = 0.01;
        vaho_draft_note(draft, "values up to %g without 'percent' are taken as percent", most);
    }
    for (size_t i = 0; i < draft->n; i++)
        draft->y[i] = emissivity ? 1.0 - draft->y[i] * factor : draft->y[i] * factor;
    if (emissivity)
        vaho_draft_note(draft, "an emissivity e, kept as the reflectance 1 - e");
    return VAHO_OK;
}

static void check_header(struct vaho_draft *draft, const struct header *h)
{
    double first = draft->x[0], last = draft->x[draft->n - 1];

    if (h->n_points != (double)draft->n)
        vaho_draft_note(draft, "'Number of X Values' is %g, but there are %zu", h->n_points,
                        draft->n);
    if (fabs(h->first_x - first) > 0.01 * fabs(first) &&
        fabs(h->first_x - last) > 0.01 * fabs(last))
        vaho_draft_note(draft, "'First X Value' is %g, but the data starts at %g", h->first_x,
                        first);
    if (fabs(h->last_x - last) > 0.01 * fabs(last) && fabs(h->last_x - first) > 0.01 * fabs(first))
        vaho_draft_note(draft, "'Last X Value' is %g, but the data ends at %g", h->last_x, last);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct header h = {.first_x = NAN, .last_x = NAN, .n_points = NAN};
    struct vaho_draft draft;
    enum vaho_status status;

    vaho_draft_init(&draft, file->name, "ECOSTRESS", VAHO_SPECTRUM_SURFACE, VAHO_GRADE_QUANTITATIVE,
                    VAHO_X_UM);
    status = read_file(&draft, &h, file, error);
    if (status == VAHO_OK)
        status = set_units(&draft, &h, file->name, error);
    if (status == VAHO_OK) {
        char name[VAHO_NAME_NBYTES]; /* materials repeat, samples do not */
        snprintf(name, sizeof name, "%.*s %.*s", (int)(h.name.n < 40 ? h.name.n : 40),
                 h.name.n > 0 ? h.name.p : "", (int)(h.sample.n < 20 ? h.sample.n : 20),
                 h.sample.n > 0 ? h.sample.p : "");
        check_header(&draft, &h);
        vaho_draft_name_surface(&draft, settings->titles, h.name, vaho_span_of(name));
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    return status;
}

const struct vaho_importer vaho_importer_ecostress = {"ECOSTRESS", probe, parse};
