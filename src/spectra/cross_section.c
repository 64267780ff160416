/*
 * cross_section.c - HITRAN .xsc files and the variant of LBLRTM's cross-sections
 *
 * HITRAN: a header line, then ten E10.3 a line; several sets may follow each other.
 *
 *     A20 formula, F10.4 from, F10.4 to [cm-1], I7 points, F7.2 K, F6.1 Torr,
 *     E10.3 maximum, A5 resolution [cm-1], A15 name, 4X, A3 broadener, I3 reference
 *
 * LBLRTM: A10 name, F10.4 from, F10.4 to, then points, K, Torr, maximum, origin,
 * name, broadener, reference in columns whose widths vary from file to file, so
 * they are read as words.
 *
 * Points are evenly spaced from 'from' to 'to', both included; values are
 * cm2/molecule:  value [1/(ppm.m)] = cm2/molecule * 2.479e15.
 * (Gordon et al., J. Quant. Spectrosc. Radiat. Transfer 277, 107949, 2022.)
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

static const double PA_PER_TORR = 133.322;

struct header {
    const char *format;
    struct vaho_span formula, name;
    double from, to, n_points, temperature_k, pressure_torr, maximum, resolution;
};

static struct vaho_span columns(struct vaho_span line, size_t first, size_t n)
{
    if (first >= line.n)
        return (struct vaho_span){NULL, 0};
    return vaho_span_trim(
        (struct vaho_span){line.p + first, n < line.n - first ? n : line.n - first});
}

static int read_hitran(struct header *h, struct vaho_span line)
{
    *h = (struct header){
        .format = "HITRAN xsc", .formula = columns(line, 0, 20), .name = columns(line, 75, 15)};
    if (!vaho_span_number(&h->resolution, columns(line, 70, 5)))
        h->resolution = 0.0;
    return vaho_span_number(&h->from, columns(line, 20, 10)) &&
           vaho_span_number(&h->to, columns(line, 30, 10)) &&
           vaho_span_number(&h->n_points, columns(line, 40, 7)) &&
           vaho_span_number(&h->temperature_k, columns(line, 47, 7)) &&
           vaho_span_number(&h->pressure_torr, columns(line, 54, 6)) &&
           vaho_span_number(&h->maximum, columns(line, 60, 10));
}

static int read_lblrtm(struct header *h, struct vaho_span line)
{
    struct vaho_span rest = columns(line, 30, line.n), word;
    double *const number[] = {&h->n_points, &h->temperature_k, &h->pressure_torr, &h->maximum};

    *h = (struct header){.format = "LBLRTM xsc", .formula = columns(line, 0, 10)};
    if (!vaho_span_number(&h->from, columns(line, 10, 10)) ||
        !vaho_span_number(&h->to, columns(line, 20, 10)))
        return 0;
    for (size_t i = 0; i < 4; i++)
        if (!vaho_span_field(&word, &rest, ' ') || !vaho_span_number(number[i], word))
            return 0;
    if (vaho_span_field(&word, &rest, ' ')) /* where it came from */
        vaho_span_field(&h->name, &rest, ' ');
    return 1;
}

/* A formula comes first, so that a line of values is no header. */
static int read_header(struct header *h, struct vaho_span line)
{
    if (!read_lblrtm(h, line) && !read_hitran(h, line))
        return 0;
    return h->formula.n > 0 && ((h->formula.p[0] | 0x20) >= 'a' && (h->formula.p[0] | 0x20) <= 'z');
}

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_scan scan;
    struct vaho_span line;
    struct header h;

    vaho_scan_init(&scan, file->data, file->nbytes);
    return vaho_scan_line(&line, &scan) && read_header(&h, line);
}

/* Values are ten columns wide; some writers leave the blank between them out. */
static enum vaho_status read_values(struct vaho_draft *draft, struct vaho_span line,
                                    const char *file, size_t line_number, struct vaho_error *error)
{
    size_t column = 1;

    while (vaho_span_trim(line).n > 0) {
        double value;
        size_t n = line.n < 10 ? line.n : 10;
        enum vaho_status status;
        if (!vaho_span_number(&value, (struct vaho_span){line.p, n}))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: no number in columns %zu-%zu; values are E10.3", file,
                             line_number, column, column + n - 1);
        column += n;
        status = vaho_draft_point(draft, 0.0, value * VAHO_MOLECULES_CM2_PER_PPMM, error);
        if (status != VAHO_OK)
            return status;
        line = (struct vaho_span){line.p + n, line.n - n};
    }
    return VAHO_OK;
}

static enum vaho_status check_header(const struct header *h, const char *file, size_t line,
                                     struct vaho_error *error)
{
    if (!(h->from > 0.0) || !(h->to > h->from) || !(h->n_points >= 2.0 && h->n_points <= 1e7))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line %zu: a header of %g points from %g to %g cm-1 cannot be", file,
                         line, h->n_points, h->from, h->to);
    return VAHO_OK;
}

/* Leaves out what is beyond the promised points and says where header and data disagree. */
static void check_data(struct vaho_draft *draft, const struct header *h)
{
    double most = 0.0, ratio;
    size_t promised = (size_t)h->n_points;

    if (draft->n < promised)
        vaho_draft_note(draft,
                        "the header promises %zu points, but there are %zu: cut short, or "
                        "the spacing is wrong",
                        promised, draft->n);
    if (draft->n > promised) {
        int zeros = 1; /* the last line is often filled up */
        for (size_t i = promised; i < draft->n; i++)
            zeros &= draft->y[i] == 0.0;
        if (!zeros || draft->n - promised >= 10)
            vaho_draft_note(draft,
                            "the header promises %zu points, but there are %zu; those "
                            "beyond were left out",
                            promised, draft->n);
        draft->n = promised;
    }
    for (size_t i = 0; i < draft->n; i++)
        most = fmax(most, draft->y[i] / VAHO_MOLECULES_CM2_PER_PPMM);
    ratio = h->maximum / most;
    if (most > 0.0 && !(fabs(ratio - 1.0) < 0.02))
        vaho_draft_note(draft,
                        "the header gives a maximum of %.4g cm2/molecule, but the data has "
                        "%.4g%s",
                        h->maximum, most,
                        fabs(fabs(log10(ratio)) - 1.0) < 0.05 ? ": off by ten" : "");
}

static enum vaho_status finish_set(struct vaho_sink *sink, struct vaho_draft *draft,
                                   const struct header *h,
                                   const struct vaho_import_settings *settings,
                                   struct vaho_error *error)
{
    const struct vaho_gas *gas;
    double step = (h->to - h->from) / (h->n_points - 1.0);

    strcpy(draft->spectrum.format, h->format);
    check_data(draft, h);
    for (size_t i = 0; i < draft->n; i++)
        draft->x[i] = h->from + step * (double)i;
    draft->spectrum.temperature_k = h->temperature_k;
    draft->spectrum.pressure_pa = h->pressure_torr * PA_PER_TORR;
    draft->resolution = h->resolution > 0.0 && h->resolution < 100.0 ? h->resolution : 0.0;
    /* the formula is surer than a name cut to fit its columns, if it is known */
    gas = vaho_gas_by_title(h->name);
    if (gas == NULL)
        gas = vaho_gas_by_title(h->formula);
    vaho_draft_name_gas(draft, settings->titles, h->name.n > 0 ? h->name : h->formula,
                        vaho_span_of(gas != NULL ? gas->cas : ""), h->formula);
    return vaho_draft_finish(sink, draft, error);
}

static void new_draft(struct vaho_draft *draft, const char *file)
{
    vaho_draft_init(draft, file, "HITRAN xsc", VAHO_SPECTRUM_GAS, VAHO_GRADE_QUANTITATIVE,
                    VAHO_X_CM1);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct vaho_scan scan;
    struct vaho_span line;
    struct header header = {.n_points = 0.0}, next;
    struct vaho_draft draft;
    size_t n_sets = 0;
    enum vaho_status status = VAHO_OK;

    vaho_scan_init(&scan, file->data, file->nbytes);
    new_draft(&draft, file->name);
    while (status == VAHO_OK && vaho_scan_line(&line, &scan)) {
        if (!read_header(&next, line)) {
            if (n_sets == 0)
                status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line 1: no .xsc header", file->name);
            else
                status = read_values(&draft, line, file->name, scan.line, error);
            continue;
        }
        if (draft.n > 0) {
            status = finish_set(sink, &draft, &header, settings, error);
            vaho_draft_free(&draft);
            new_draft(&draft, file->name);
            vaho_draft_note(&draft, "set %zu of a file with several headers", n_sets + 1);
        } else if (n_sets > 0) {
            vaho_draft_note(&draft, "a header without values stands before this one");
        }
        if (status == VAHO_OK)
            status = check_header(&next, file->name, scan.line, error);
        header = next;
        n_sets++;
    }
    if (status == VAHO_OK && draft.n > 0)
        status = finish_set(sink, &draft, &header, settings, error);
    else if (status == VAHO_OK)
        status =
            vaho_fail(error, VAHO_BAD_INPUT, "%s: a header without values after it", file->name);
    vaho_draft_free(&draft);
    return status;
}

const struct vaho_importer vaho_importer_cross_section = {"HITRAN xsc", probe, parse};
