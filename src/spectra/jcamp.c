/*
 * jcamp.c - JCAMP-DX infrared spectra of gases
 *
 * Ordinates and how they become absorption per ppm.m, base e:
 *
 *   (micromol/mol)-1m-1 (base 10)   the NIST quantitative collection.  1 umol/mol
 *       over 1 m is 1 ppm.m, so   alpha = ln(10) y
 *       (in cm2/molecule: y ln(10) / 2.479e15 = y * 9.287e-16)
 *   absorbance A at partial pressure p and path l:
 *       alpha = ln(10) A / C,   C = (p / 101325 Pa) 1e6 (l / 1 m) (296 K / T) ppm.m
 *   transmittance t:  A = -log10(t)
 *
 * Curves digitised from printed charts (the Coblentz collection) have a zero
 * line of their own: cell windows reflect, the paper is skewed.  Any constant or
 * slope looks like a broad absorber to a detector, so their lower envelope is
 * taken off (baseline.c), and they are graded as digitised.
 *
 * A header is a claim, not a fact: what the data contradicts is noted.
 * Structure and packing: jcamp_block.c, jcamp_ordinates.h.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "spectra/baseline.h"
#include "spectra/importer.h"
#include "spectra/jcamp_block.h"

enum { MAX_FILE_POINTS = 1 << 22 };
static const double LN10 = 2.302585092994046;
static const double MIN_TRANSMITTANCE = 1e-3; /* darker than any printed chart can say */

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_span head = {file->data, file->nbytes < 2000 ? file->nbytes : 2000};

    return vaho_span_contains(head, "##TITLE");
}

/* A quantity with its unit in SI, or NaN. */
struct unit {
    const char *name;
    double si;
};

static double quantity(const struct vaho_jcamp_block *block, enum vaho_jcamp_label label,
                       const struct unit *unit)
{
    double value;
    struct vaho_span rest, word;

    if (!vaho_jcamp_number(&value, &rest, block, label))
        return NAN;
    if (!vaho_span_field(&word, &rest, ' '))
        return NAN;
    for (; unit->name != NULL; unit++)
        if (vaho_span_is(word, unit->name))
            return value * unit->si;
    return NAN;
}

static const struct unit pressures[] = {
    {"Pa", 1.0},       {"hPa", 100.0},    {"kPa", 1000.0},   {"mbar", 100.0}, {"bar", 1e5},
    {"atm", 101325.0}, {"torr", 133.322}, {"mmHg", 133.322}, {"mm", 133.322}, {NULL, 0.0},
};
static const struct unit lengths[] = {
    {"m", 1.0}, {"meter", 1.0}, {"meters", 1.0}, {"cm", 0.01}, {"mm", 0.001}, {NULL, 0.0},
};

static double temperature_k(const struct vaho_jcamp_block *block)
{
    double value;
    struct vaho_span rest;

    if (!vaho_jcamp_number(&value, &rest, block, JCAMP_TEMPERATURE))
        return NAN;
    if (vaho_span_starts(rest, "K"))
        return value;
    return vaho_span_starts(rest, "F") ? (value + 459.67) / 1.8 : value + 273.15;
}

/* Total pressure; a sample at 101.3 "Pa" is one at an atmosphere, mistyped. */
static double pressure_pa(const struct vaho_jcamp_block *block, struct vaho_draft *draft)
{
    double pa = quantity(block, JCAMP_PRESSURE, pressures);

    if (pa >= 90.0 && pa <= 110.0) {
        vaho_draft_note(draft,
                        "PRESSURE=%g Pa is taken as %g kPa: gases are measured near one "
                        "atmosphere",
                        pa, pa);
        pa *= 1000.0;
    }
    return pa;
}

static void check_value(struct vaho_draft *draft, const struct vaho_jcamp_block *block,
                        enum vaho_jcamp_label label, double actual)
{
    double claimed;

    if (!vaho_jcamp_number(&claimed, NULL, block, label) ||
        fabs(claimed - actual) <= 0.01 * fmax(fabs(claimed), fabs(actual)))
        return;
    vaho_draft_note(draft, "%s=%g in the header, but the data has %.5g%s",
                    vaho_jcamp_label_name(label), claimed, actual,
                    fabs(fabs(log10(fabs(claimed / actual))) - 1.0) < 0.01 ? ": off by ten" : "");
}

static void check_abscissas(struct vaho_draft *draft, const struct vaho_jcamp_block *block)
{
    double step = block->step, value, n = (double)(draft->n - 1);

    if (block->n_lines_off > 0 && step != 0.0)
        vaho_draft_note(draft,
                        "%zu of %zu lines give an abscissa a step or more from where the "
                        "header or the other lines put their points; not believed",
                        block->n_lines_off, block->n_lines);
    if (block->n_lines_off > 0 && step == 0.0)
        vaho_draft_note(draft, "the points are not evenly spaced; each line's abscissa was taken");
    if (step == 0.0)
        return;
    if (vaho_jcamp_number(&value, NULL, block, JCAMP_DELTAX) && fabs(value - step) * n > fabs(step))
        vaho_draft_note(draft, "DELTAX=%g in the header, but the points are %.6g apart", value,
                        step);
    if (vaho_jcamp_number(&value, NULL, block, JCAMP_FIRSTX) &&
        fabs(value - draft->x[0]) > 0.5 * fabs(step))
        vaho_draft_note(draft, "FIRSTX=%.7g in the header, but the data starts at %.7g", value,
                        draft->x[0]);
    if (vaho_jcamp_number(&value, NULL, block, JCAMP_LASTX) &&
        fabs(value - draft->x[draft->n - 1]) > 0.5 * fabs(step))
        vaho_draft_note(draft, "LASTX=%.7g in the header, but the data ends at %.7g", value,
                        draft->x[draft->n - 1]);
}

/* Says where header and data disagree. */
static void check_header(struct vaho_draft *draft, const struct vaho_jcamp_block *block)
{
    double least = INFINITY, most = -INFINITY, n;

    for (size_t i = 0; i < draft->n; i++) {
        least = fmin(least, draft->y[i]);
        most = fmax(most, draft->y[i]);
    }
    if (block->n_dead_headers > 0)
        vaho_draft_note(draft,
                        "%zu headers without data stand before this one (line %zu); they "
                        "were ignored",
                        block->n_dead_headers, block->first_line);
    if (block->twice != NULL)
        vaho_draft_note(draft, "the header gives %s twice, differently; the last one was taken",
                        block->twice);
    if (!block->ended)
        vaho_draft_note(draft, "no ##END=: the file may be cut short");
    if (block->n_bad_checks > 0)
        vaho_draft_note(draft, "%zu lines fail their Y-value check: the packed data is damaged",
                        block->n_bad_checks);
    if (vaho_jcamp_number(&n, NULL, block, JCAMP_NPOINTS) && n != (double)draft->n)
        vaho_draft_note(draft, "NPOINTS=%.10g in the header, but there are %zu points", n,
                        draft->n);
    check_abscissas(draft, block);
    check_value(draft, block, JCAMP_FIRSTY, draft->y[0]);
    check_value(draft, block, JCAMP_MAXY, most);
    check_value(draft, block, JCAMP_MINY, least);
}

static enum vaho_status set_abscissa(struct vaho_draft *draft, const struct vaho_jcamp_block *block,
                                     const char *file, struct vaho_error *error)
{
    struct vaho_span unit = block->value[JCAMP_XUNITS];

    if (vaho_span_is(unit, "1/CM") || vaho_span_is(unit, "cm-1") || vaho_span_is(unit, "cm^-1"))
        draft->abscissa = VAHO_X_CM1;
    else if (vaho_span_starts(unit, "MICROM") || vaho_span_is(unit, "um"))
        draft->abscissa = VAHO_X_UM;
    else if (vaho_span_starts(unit, "NANOM") || vaho_span_is(unit, "nm"))
        draft->abscissa = VAHO_X_NM;
    else
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: block at line %zu: XUNITS must be 1/CM, MICROMETERS or NANOMETERS",
                         file, block->first_line);
    return VAHO_OK;
}

/* The column in ppm.m from path and pressure; NaN when the header lacks them. */
static double column_ppmm(const struct vaho_jcamp_block *block, struct vaho_draft *draft)
{
    double length_m = quantity(block, JCAMP_PATH_LENGTH, lengths);
    double partial_pa = quantity(block, JCAMP_PARTIAL_PRESSURE, pressures);
    double t = draft->spectrum.temperature_k;
    struct vaho_span rest;
    double ignored;

    if (isnan(partial_pa) && block->value[JCAMP_PARTIAL_PRESSURE].p == NULL) {
        partial_pa = quantity(block, JCAMP_PRESSURE, pressures);
        if (!isnan(partial_pa))
            vaho_draft_note(draft, "no PARTIAL_PRESSURE; PRESSURE is taken as the gas's own");
    }
    if (vaho_jcamp_number(&ignored, &rest, block, JCAMP_PARTIAL_PRESSURE) &&
        vaho_span_contains(rest, "NOTE"))
        vaho_draft_note(draft, "the header warns at PARTIAL_PRESSURE: %.*s",
                        (int)(rest.n < 300 ? rest.n : 300), rest.p);
    if (isnan(t)) {
        t = 296.0;
        vaho_draft_note(draft, "no TEMPERATURE in the header; 296 K is assumed");
    }
    return partial_pa / 101325.0 * 1e6 * length_m * (296.0 / t);
}

/* Transmittance to absorbance; says when it was in percent or saturated. */
static void from_transmittance(struct vaho_draft *draft, struct vaho_span unit)
{
    double most = 0.0, scale = 1.0;
    size_t n_dark = 0;

    for (size_t i = 0; i < draft->n; i++)
        most = fmax(most, draft->y[i]);
    if (vaho_span_contains(unit, "%") || vaho_span_contains(unit, "PERCENT") || most > 2.0) {
        scale = 0.01;
        if (!vaho_span_contains(unit, "%") && !vaho_span_contains(unit, "PERCENT"))
            vaho_draft_note(draft, "transmittance up to %g is taken as percent", most);
    }
    for (size_t i = 0; i < draft->n; i++) {
        double t = draft->y[i] * scale;
        n_dark += t < 0.02;
        draft->y[i] = isnan(t) ? NAN : -log10(fmax(t, MIN_TRANSMITTANCE));
    }
    if (n_dark > 0)
        vaho_draft_note(draft, "%zu points let less than 2 %% through: the peaks are flattened",
                        n_dark);
}

static int is_digitised(const struct vaho_jcamp_block *block)
{
    return vaho_span_contains(block->value[JCAMP_CLASS], "COBLENTZ") ||
           vaho_span_contains(block->value[JCAMP_DATA_PROCESSING], "DIGITIZED") ||
           vaho_span_contains(block->value[JCAMP_DATA_PROCESSING], "DIGITISED") ||
           vaho_span_contains(block->value[JCAMP_DATA_PROCESSING], "HARD COPY");
}

/*
 * Bands are up to 300 cm-1 wide; on other abscissas the same share of a usual
 * chart.  Charts have a few thousand points; the work on a file that claims to be
 * one and has millions is bounded.
 */
static size_t baseline_half_width(const struct vaho_draft *draft)
{
    double n = (double)draft->n;
    double step = fabs(draft->x[draft->n - 1] - draft->x[0]) / (n - 1.0);
    double points = draft->abscissa == VAHO_X_CM1 ? 150.0 / step : n / 23.0;

    return (size_t)fmin(points, fmin(n / 2.0, 2e7 / n));
}

static enum vaho_status remove_baseline(struct vaho_draft *draft, struct vaho_error *error)
{
    double largest;
    enum vaho_status status;

    for (size_t i = 0; i < draft->n; i++)
        if (!isfinite(draft->y[i]))
            draft->y[i] = 0.0;
    status =
        vaho_baseline_subtract(&largest, draft->y, draft->n, baseline_half_width(draft), error);
    if (status == VAHO_OK)
        vaho_draft_note(draft,
                        "half-quantitative: digitised from a chart; the lower envelope of "
                        "its curve (up to %.3g 1/(ppm.m)) was subtracted as the zero line",
                        largest);
    return status;
}

/* Ordinates to 1/(ppm.m), base e. */
static enum vaho_status convert(struct vaho_draft *draft, const struct vaho_jcamp_block *block,
                                const char *file, struct vaho_error *error)
{
    struct vaho_span unit = block->value[JCAMP_YUNITS];
    int per_mole = vaho_span_contains(unit, "mol/mol") || vaho_span_contains(unit, "ppm");
    double factor = LN10, column;

    if (per_mole) {
        factor = vaho_span_contains(unit, "base e") ? 1.0 : LN10;
        if (!vaho_span_contains(unit, "micromol") && !vaho_span_contains(unit, "umol") &&
            !vaho_span_contains(unit, "ppm"))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: block at line %zu: YUNITS per mol/mol are known in micromol/mol "
                             "or ppm only",
                             file, block->first_line);
    } else {
        if (vaho_span_contains(unit, "TRANSMI"))
            from_transmittance(draft, unit);
        else if (!vaho_span_contains(unit, "ABSORBANCE"))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: block at line %zu: YUNITS must be TRANSMITTANCE, ABSORBANCE or "
                             "(micromol/mol)-1m-1",
                             file, block->first_line);
        column = column_ppmm(block, draft);
        if (!(column > 0.0) || !isfinite(column))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: block at line %zu: without a column its strength is unknown; add "
                             "##PARTIAL_PRESSURE= (e.g. 50 mmHg) and ##PATH LENGTH= (e.g. 5 CM)",
                             file, block->first_line);
        vaho_draft_note(draft, "path and pressure give a column of %.4g ppm.m", column);
        factor /= column;
    }
    for (size_t i = 0; i < draft->n; i++)
        draft->y[i] *= factor;
    if (!is_digitised(block))
        return VAHO_OK;
    draft->spectrum.grade = VAHO_GRADE_DIGITISED;
    return remove_baseline(draft, error);
}

static enum vaho_status refuse_other_kinds(const struct vaho_jcamp_block *block, const char *file,
                                           struct vaho_error *error)
{
    struct vaho_span type = block->value[JCAMP_DATA_TYPE], state = block->value[JCAMP_STATE];
    char quoted[60];

    if (type.n > 0 && !vaho_span_contains(type, "INFRARED")) {
        vaho_span_copy(quoted, sizeof quoted, type);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: block at line %zu: DATA TYPE is %s; only INFRARED SPECTRUM is read",
                         file, block->first_line, quoted);
    }
    if (vaho_span_contains(state, "liquid") || vaho_span_contains(state, "solid") ||
        vaho_span_contains(state, "solution")) {
        vaho_span_copy(quoted, sizeof quoted, state);
        return vaho_fail(
            error, VAHO_BAD_INPUT,
            "%s: block at line %zu: STATE is %s; a plume needs the spectrum of the gas", file,
            block->first_line, quoted);
    }
    return VAHO_OK;
}

static enum vaho_status finish_block(struct vaho_sink *sink, struct vaho_draft *draft,
                                     const struct vaho_jcamp_block *block,
                                     const struct vaho_import_settings *settings, const char *file,
                                     struct vaho_error *error)
{
    struct vaho_span title = block->value[JCAMP_TITLE];
    enum vaho_status status = refuse_other_kinds(block, file, error);

    if (status == VAHO_OK)
        status = set_abscissa(draft, block, file, error);
    if (status != VAHO_OK)
        return status;
    if (draft->n < 2)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: block at line %zu: a single point", file,
                         block->first_line);
    check_header(draft, block);
    if (block->value[JCAMP_STATE].n == 0)
        vaho_draft_note(draft, "no STATE in the header; taken as a gas");
    draft->spectrum.temperature_k = temperature_k(block);
    draft->spectrum.pressure_pa = pressure_pa(block, draft);
    vaho_jcamp_number(&draft->resolution, NULL, block, JCAMP_RESOLUTION);
    if (!(draft->resolution > 0.0 && draft->resolution < 1e3))
        draft->resolution = 0.0;
    status = convert(draft, block, file, error);
    if (status != VAHO_OK)
        return status;
    if (title.n == 0)
        title = block->value[JCAMP_CAS_NAME];
    vaho_draft_name_gas(draft, settings->titles, title, block->value[JCAMP_CAS],
                        block->value[JCAMP_MOLFORM]);
    return vaho_draft_finish(sink, draft, error);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct vaho_scan scan;
    size_t points_left = MAX_FILE_POINTS, n_before = sink->n;
    enum vaho_status status = VAHO_OK;
    int more = 1;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (more && status == VAHO_OK) {
        struct vaho_jcamp_block block;
        struct vaho_draft draft;
        vaho_draft_init(&draft, file->name, "JCAMP-DX", VAHO_SPECTRUM_GAS, VAHO_GRADE_QUANTITATIVE,
                        VAHO_X_CM1);
        status =
            vaho_jcamp_read_block(&more, &block, &draft, &scan, &points_left, file->name, error);
        if (status == VAHO_OK && draft.n > 0)
            status = finish_block(sink, &draft, &block, settings, file->name, error);
        vaho_draft_free(&draft);
    }
    if (status == VAHO_OK && sink->n == n_before)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: no ##XYDATA= with points; only spectra are read, not peak tables",
                         file->name);
    return status;
}

const struct vaho_importer vaho_importer_jcamp = {"JCAMP-DX", probe, parse};
