/*
 * csv.c - two columns, their units declared in the header line
 *
 *     # name: ammonia                   optional lines "# key: value"; the keys:
 *     # note: measured in a hurry       name, title, grade, temperature_k, pressure_pa,
 *     wavelength_um,absorption_1/(ppm.m)      resolution_um, per_band, note
 *     10.00,0.00012
 *
 * Separator: comma, semicolon or tab.  Abscissa: wavelength with um, nm or their
 * long names; wavenumber (cm-1); band or channel (numbered from 0 or 1).  Units
 * stand after a blank or '_', or in brackets.  Ordinate:
 *
 *     absorption, 1/(ppm.m)     base e, or with "base 10":  value ln(10)
 *     cross section, cm2        value 2.479e15
 *     reflectance, emissivity   a fraction, or percent with '%' or "percent";
 *                               an emissivity e is kept as the reflectance 1 - e
 *     value, radiance, dn ...   kept as it is: a target in the units of its cube
 */
#include "spectra/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

static const double LN10 = 2.302585092994046;
static const char *const grades[] = {"quantitative", "computed", "smoothed", "digitised"};

struct columns {
    char separator;
    enum vaho_abscissa abscissa;
    enum vaho_spectrum_kind kind;
    double factor;
    int emissivity, as_it_is, unit_missing;
};

static int is_number(struct vaho_span span)
{
    double ignored;

    return vaho_span_number(&ignored, span);
}

/* Splits a line into exactly two fields. */
static int two_fields(struct vaho_span field[2], struct vaho_span line, char separator)
{
    struct vaho_span more;

    return vaho_span_field(&field[0], &line, separator) &&
           vaho_span_field(&field[1], &line, separator) &&
           (!vaho_span_field(&more, &line, separator) || more.n == 0);
}

static int read_abscissa(struct columns *c, struct vaho_span word)
{
    c->unit_missing = 0;
    if (vaho_span_starts(word, "wavenumber") || vaho_span_starts(word, "frequency")) {
        c->abscissa = VAHO_X_CM1;
        c->unit_missing = vaho_span_starts(word, "frequency") && !vaho_span_contains(word, "cm");
    } else if (vaho_span_starts(word, "band") || vaho_span_starts(word, "channel")) {
        c->abscissa = VAHO_X_BAND;
    } else if (vaho_span_starts(word, "wavelength") || vaho_span_starts(word, "lambda")) {
        if (vaho_span_contains(word, "nm") || vaho_span_contains(word, "nanomet"))
            c->abscissa = VAHO_X_NM;
        else if (vaho_span_contains(word, "um") || vaho_span_contains(word, "micro"))
            c->abscissa = VAHO_X_UM;
        else if (vaho_span_contains(word, "cm-1") || vaho_span_contains(word, "1/cm"))
            c->abscissa = VAHO_X_CM1;
        else
            c->unit_missing = 1;
    } else {
        return 0;
    }
    return 1;
}

static int read_ordinate(struct columns *c, struct vaho_span word)
{
    double percent =
        vaho_span_contains(word, "%") || vaho_span_contains(word, "percent") ? 0.01 : 1.0;

    c->kind = VAHO_SPECTRUM_SURFACE;
    c->factor = percent;
    c->emissivity = vaho_span_contains(word, "emissivity");
    c->as_it_is = 0;
    if (is_number(word) || word.n == 0)
        return 0;
    if (vaho_span_contains(word, "cross") || vaho_span_contains(word, "cm2")) {
        c->kind = VAHO_SPECTRUM_GAS;
        c->factor = VAHO_MOLECULES_CM2_PER_PPMM;
    } else if (vaho_span_contains(word, "ppm")) {
        c->kind = VAHO_SPECTRUM_GAS;
        c->factor =
            vaho_span_contains(word, "base 10") || vaho_span_contains(word, "base10") ? LN10 : 1.0;
    } else {
        c->as_it_is = !c->emissivity && !vaho_span_contains(word, "reflect");
    }
    return 1;
}

static int read_header(struct columns *c, struct vaho_span line)
{
    static const char separators[] = ",;\t";
    struct vaho_span field[2];

    for (const char *s = separators; *s != '\0'; s++) {
        c->separator = *s;
        if (two_fields(field, line, *s) && read_abscissa(c, vaho_span_unquote(field[0])) &&
            read_ordinate(c, vaho_span_unquote(field[1])))
            return 1;
    }
    return 0;
}

/* The first line that is neither empty nor a comment. */
static int first_line(struct vaho_span *line, struct vaho_scan *scan)
{
    while (vaho_scan_line(line, scan)) {
        *line = vaho_span_trim(*line);
        if (line->n >= 3 && memcmp(line->p, "\xef\xbb\xbf", 3) == 0) /* byte-order mark */
            *line = (struct vaho_span){line->p + 3, line->n - 3};
        if (line->n > 0 && line->p[0] != '#')
            return 1;
    }
    return 0;
}

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_scan scan;
    struct vaho_span line;
    struct columns c;

    vaho_scan_init(&scan, file->data, file->nbytes);
    return first_line(&line, &scan) && read_header(&c, line);
}

/* What the "# key: value" lines said. */
struct remarks {
    struct vaho_span name, title;
    double resolution_um;
};

static void read_remark(struct vaho_draft *draft, struct remarks *remarks, struct vaho_span line)
{
    struct vaho_spectrum *s = &draft->spectrum;
    struct vaho_span rest = {line.p + 1, line.n - 1}, key, value;
    double number;

    if (!vaho_span_field(&key, &rest, ':') || rest.p == NULL)
        return;
    value = vaho_span_trim(rest);
    if (vaho_span_is(key, "name"))
        remarks->name = value;
    else if (vaho_span_is(key, "title"))
        remarks->title = value;
    else if (vaho_span_is(key, "note"))
        vaho_draft_note(draft, "%.*s", (int)(value.n < 400 ? value.n : 400), value.p);
    else if (vaho_span_is(key, "grade"))
        for (size_t i = 0; i < sizeof grades / sizeof grades[0]; i++)
            s->grade = vaho_span_is(value, grades[i]) ? (enum vaho_spectrum_grade)i : s->grade;
    if (!vaho_span_number(&number, value))
        return;
    if (vaho_span_is(key, "temperature_k"))
        s->temperature_k = number;
    else if (vaho_span_is(key, "pressure_pa"))
        s->pressure_pa = number;
    else if (vaho_span_is(key, "resolution_um") && number >= 0.0)
        remarks->resolution_um = number;
    else if (vaho_span_is(key, "per_band"))
        s->per_band = number != 0.0;
}

static enum vaho_status read_rows(struct vaho_draft *draft, struct remarks *remarks,
                                  const struct columns *c, const struct vaho_spectrum_file *file,
                                  struct vaho_error *error)
{
    struct vaho_scan scan;
    struct vaho_span line, field[2];
    int header_seen = 0;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (vaho_scan_line(&line, &scan)) {
        double x, y;
        enum vaho_status status;
        line = vaho_span_trim(line);
        if (line.n > 0 && line.p[0] == '#')
            read_remark(draft, remarks, line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (!header_seen++)
            continue;
        if (!two_fields(field, line, c->separator) || !vaho_span_number(&x, field[0]))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: two columns of numbers are "
                             "expected, as in the header line",
                             file->name, scan.line);
        if (!vaho_span_number(&y, field[1]))
            y = NAN; /* "NaN", "NA", empty: a gap, counted when finished */
        status = vaho_draft_point(draft, x, y * c->factor, error);
        if (status != VAHO_OK)
            return status;
    }
    return VAHO_OK;
}

/* Bands count from 0 with us. */
static void count_bands_from_0(struct vaho_draft *draft)
{
    double least = INFINITY;

    for (size_t i = 0; i < draft->n; i++)
        least = fmin(least, draft->x[i]);
    for (size_t i = 0; least >= 1.0 && i < draft->n; i++)
        draft->x[i] -= 1.0;
    if (least > 1.0)
        vaho_draft_note(draft, "the first band is %g; bands are taken to be counted from 1", least);
    draft->spectrum.per_band = 1;
}

static void name_it(struct vaho_draft *draft, const struct remarks *remarks,
                    const struct vaho_spectrum_file *file, const struct vaho_titles *titles)
{
    struct vaho_span stem = vaho_span_file_stem(file->name), none = {NULL, 0}, title;
    const struct vaho_gas *gas = vaho_gas_by_file_name(file->name);

    title = remarks->title.n > 0 ? remarks->title : remarks->name.n > 0 ? remarks->name : stem;
    if (draft->spectrum.kind == VAHO_SPECTRUM_SURFACE)
        vaho_draft_name_surface(draft, titles, title, remarks->name.n > 0 ? remarks->name : title);
    else
        vaho_draft_name_gas(draft, titles, title,
                            vaho_span_of(gas != NULL && title.p == stem.p ? gas->cas : ""), none);
    if (draft->spectrum.kind == VAHO_SPECTRUM_GAS && remarks->name.n > 0 &&
        vaho_titles_find(titles, title) == NULL) {
        gas = vaho_gas_by_title(remarks->name);
        vaho_gas_slug(draft->spectrum.name, remarks->name);
        draft->spectrum.molar_mass_g_mol =
            gas != NULL ? vaho_formula_mass(vaho_span_of(gas->formula)) : NAN;
    }
}

static void convert(struct vaho_draft *draft, const struct columns *c)
{
    double most = -INFINITY;

    for (size_t i = 0; i < draft->n; i++) {
        most = fmax(most, draft->y[i]);
        if (c->emissivity)
            draft->y[i] = 1.0 - draft->y[i];
    }
    if (c->emissivity)
        vaho_draft_note(draft, "an emissivity e, kept as the reflectance 1 - e");
    if (c->as_it_is)
        vaho_draft_note(draft, "values without a known unit, kept as they are: compare only with "
                               "cubes in the same units");
    else if (c->kind == VAHO_SPECTRUM_SURFACE && most > 2.0)
        vaho_draft_note(draft,
                        "values up to %g are no fractions; declare percent in the header "
                        "line if they are",
                        most);
    if (c->abscissa == VAHO_X_BAND)
        count_bands_from_0(draft);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct remarks remarks = {{NULL, 0}, {NULL, 0}, 0.0};
    struct columns c;
    struct vaho_scan scan;
    struct vaho_span line;
    struct vaho_draft draft;
    enum vaho_status status;

    vaho_scan_init(&scan, file->data, file->nbytes);
    if (!first_line(&line, &scan) || !read_header(&c, line))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: the first line must name two columns and their units, as in "
                         "'wavelength_nm,reflectance'",
                         file->name);
    if (c.unit_missing)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: line %zu: add the unit of the first column: wavelength_um, "
                         "wavelength_nm or wavenumber_cm-1",
                         file->name, scan.line);
    vaho_draft_init(&draft, file->name, "CSV", c.kind, VAHO_GRADE_QUANTITATIVE, c.abscissa);
    status = read_rows(&draft, &remarks, &c, file, error);
    if (status == VAHO_OK) {
        convert(&draft, &c);
        name_it(&draft, &remarks, file, settings->titles);
        status = vaho_draft_finish(sink, &draft, error);
    }
    if (status == VAHO_OK && remarks.resolution_um > 0.0)
        sink->spectrum[sink->n - 1].resolution_um = remarks.resolution_um;
    vaho_draft_free(&draft);
    return status;
}

static void write_number(struct vaho_text *out, const char *key, double value)
{
    if (isfinite(value))
        vaho_text_printf(out, "# %s: %.10g\n", key, value);
}

void vaho_csv_write(struct vaho_text *out, const struct vaho_spectrum *s)
{
    struct vaho_scan scan;
    struct vaho_span line;
    int gas = s->kind == VAHO_SPECTRUM_GAS;

    vaho_text_printf(out, "# name: %s\n# title: %s\n# grade: %s\n", s->name, s->title,
                     grades[s->grade]);
    write_number(out, "temperature_k", s->temperature_k);
    write_number(out, "pressure_pa", s->pressure_pa);
    if (s->resolution_um > 0.0)
        write_number(out, "resolution_um", s->resolution_um);
    if (s->per_band)
        vaho_text_puts(out, "# per_band: 1\n");
    vaho_scan_init(&scan, s->notes, strlen(s->notes));
    while (vaho_scan_line(&line, &scan))
        vaho_text_printf(out, "# note: %.*s\n", (int)line.n, line.p);
    vaho_text_printf(out, "%s,%s\n", s->has_wavelength ? "wavelength_um" : "band",
                     gas                 ? "absorption_1/(ppm.m)"
                     : s->has_wavelength ? "reflectance"
                                         : "value");
    for (size_t i = 0; i < s->n; i++)
        vaho_text_printf(out, "%.17g,%.17g\n", s->wavelength_um[i], s->value[i]);
}

const struct vaho_importer vaho_importer_csv = {"CSV", probe, parse};
