/*
 * line_list.c - HITRAN .par line lists, computed line by line to a cross-section
 *
 * Record: 160 characters (Rothman et al., JQSRT 96, 139, 2005):
 *
 *     I2 molecule, I1 isotopologue, F12.6 nu [cm-1], E10.3 S [cm/molecule at 296 K],
 *     E10.3 A, F5.4 air half width, F5.4 self half width [cm-1/atm], F10.4 lower
 *     energy E [cm-1], F4.2 n, F8.6 pressure shift [cm-1/atm], then quanta
 *
 * The cross-section at temperature T and pressure p, the gas being a trace in air:
 *
 *     S(T) = S(296) Q(296)/Q(T) exp(-c2 E (1/T - 1/296))
 *            (1 - exp(-c2 nu/T)) / (1 - exp(-c2 nu/296)),      c2 = 1.4387769 cm K
 *     a_L  = air half width (p/atm) (296/T)^n
 *     a_D  = nu sqrt(2 ln 2 k T / (m c^2)) = 3.5812e-7 nu sqrt(T / (m [g/mol]))
 *
 * At 296 K this is exact.  At other temperatures Q is approximated by rotation
 * alone, Q ~ T^1.5 (T for diatomic molecules and the linear ones HITRAN lists):
 * vibration adds a few per cent between 250 and 350 K for small molecules, more
 * for heavy ones; the notes say so.
 *
 * Speed: every line reaches 25 cm-1 to either side, but only its core needs the
 * fine grid.  Within R = CORE cm-1 (or ten widths) the Voigt profile minus a
 * parabola goes onto the fine grid; outside R the wing, and inside R that
 * parabola, which joins it in value and slope, go onto a grid COARSE_STEP wide
 * that is interpolated at the end.  The wings at R and beyond are Lorentzian to
 * better than (a_D/R)^2.  Where no line reaches there are no points, only a zero
 * at either side of the gap.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"
#include "spectra/voigt.h"

enum { RECORD_NBYTES = 160 };
static const double MAX_POINTS = 2e6;
static const double C2_CM_K = 1.438776877, REFERENCE_K = 296.0, ATM_PA = 101325.0;
static const double WING = 25.0, CORE = 2.0, COARSE_STEP = 0.25; /* cm-1 */
static const double MIN_CM1 = 50.0, MAX_CM1 = 30000.0;

struct line {
    double nu, strength, lorentz, doppler; /* at the temperature and pressure asked for */
};

struct list {
    struct line *line;
    size_t n, capacity;
    int molecule;
    size_t n_other, n_outside, n_short;
};

static struct vaho_span columns(struct vaho_span line, size_t first, size_t n)
{
    return (struct vaho_span){line.p + first, n};
}

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_scan scan;
    struct vaho_span line;
    double molecule, nu, strength;

    vaho_scan_init(&scan, file->data, file->nbytes);
    return vaho_scan_line(&line, &scan) && line.n >= RECORD_NBYTES && line.n <= 200 &&
           vaho_span_number(&molecule, columns(line, 0, 2)) && molecule >= 1.0 &&
           vaho_span_number(&nu, columns(line, 3, 12)) &&
           vaho_span_number(&strength, columns(line, 15, 10)) && strength < 1e-10;
}

/* Rotational degrees of freedom decide how Q grows with T. */
static double partition_exponent(int molecule)
{
    static const int linear[] = {2,  4,  5,  7,  8,  13, 14, 15, 16, 17, 18, 19,
                                 22, 23, 26, 36, 43, 44, 45, 46, 48, 50, 53};

    for (size_t i = 0; i < sizeof linear / sizeof linear[0]; i++)
        if (linear[i] == molecule)
            return 1.0;
    return 1.5;
}

static enum vaho_status add_line(struct list *list, const double number[8], double mass,
                                 const struct vaho_import_settings *air, struct vaho_error *error)
{
    double t = air->temperature_k, p = air->pressure_pa / ATM_PA, nu = number[0];
    double ratio = exp(-C2_CM_K * number[5] * (1.0 / t - 1.0 / REFERENCE_K)) *
                   (1.0 - exp(-C2_CM_K * nu / t)) / (1.0 - exp(-C2_CM_K * nu / REFERENCE_K)) *
                   pow(REFERENCE_K / t, partition_exponent(list->molecule));
    struct line line = {
        .nu = nu + number[7] * p,
        .strength = number[1] * ratio,
        .lorentz = fmax(number[3], 1e-4) * p * pow(REFERENCE_K / t, number[6]),
        .doppler = 3.5812e-7 * nu * sqrt(t / mass),
    };

    if (!(line.nu >= MIN_CM1 && line.nu <= MAX_CM1) || !isfinite(line.strength) ||
        !(line.lorentz < 10.0) || !(number[1] >= 0.0)) {
        list->n_outside++;
        return VAHO_OK;
    }
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
        struct line *grown = realloc(list->line, capacity * sizeof line);
        if (grown == NULL)
            return vaho_fail_memory(error, "a line list");
        list->line = grown;
        list->capacity = capacity;
    }
    list->line[list->n++] = line;
    return VAHO_OK;
}

static double molar_mass(int molecule)
{
    const struct vaho_gas *gas = vaho_gas_by_hitran(molecule);
    double mass = gas == NULL ? NAN : vaho_formula_mass(vaho_span_of(gas->formula));

    return isnan(mass) ? 40.0 : mass;
}

static enum vaho_status read_lines(struct list *list, const struct vaho_spectrum_file *file,
                                   const struct vaho_import_settings *air, struct vaho_error *error)
{
    /* nu, S, A, air width, self width, lower energy, n, shift */
    static const struct {
        size_t first, n;
    } field[8] = {{3, 12}, {15, 10}, {25, 10}, {35, 5}, {40, 5}, {45, 10}, {55, 4}, {59, 8}};
    struct vaho_scan scan;
    struct vaho_span line;
    double mass = 40.0;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (vaho_scan_line(&line, &scan)) {
        double number[8], molecule;
        enum vaho_status status;
        if (vaho_span_trim(line).n == 0)
            continue;
        if (line.n < 67) {
            list->n_short++;
            continue;
        }
        if (!vaho_span_number(&molecule, columns(line, 0, 2)) || molecule < 1.0)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: columns 1-2 must be HITRAN's molecule number",
                             file->name, scan.line);
        for (size_t i = 0; i < 8; i++)
            if (!vaho_span_number(&number[i], columns(line, field[i].first, field[i].n)))
                return vaho_fail(error, VAHO_BAD_INPUT,
                                 "%s: line %zu: no number in columns %zu-%zu", file->name,
                                 scan.line, field[i].first + 1, field[i].first + field[i].n);
        if (list->molecule == 0) {
            list->molecule = (int)molecule;
            mass = molar_mass(list->molecule);
        }
        if ((int)molecule != list->molecule) {
            list->n_other++;
            continue;
        }
        status = add_line(list, number, mass, air, error);
        if (status != VAHO_OK)
            return status;
    }
    return VAHO_OK;
}

static int by_wavenumber(const void *a, const void *b)
{
    const struct line *p = a, *q = b;

    return p->nu < q->nu ? -1 : p->nu > q->nu;
}

/* A stretch of the spectrum without gaps: lines first .. end-1 and their grids. */
struct stretch {
    double origin, step;     /* fine grid */
    size_t n_fine, n_coarse; /* the coarse grid starts at origin too */
    double *fine, *coarse;
};

static void add_wings(struct stretch *s, const struct line *line, double core)
{
    double r2 = core * core, g2 = line->lorentz * line->lorentz;
    double factor = line->strength * line->lorentz / M_PI, at_core = factor / (r2 + g2);
    double bend = factor / ((r2 + g2) * (r2 + g2)); /* parabola: at_core + bend (R^2 - d^2) */
    double first = ceil((line->nu - WING - s->origin) / COARSE_STEP);
    double last = floor((line->nu + WING - s->origin) / COARSE_STEP);
    size_t i = first > 0.0 ? (size_t)first : 0;
    size_t end = last + 1.0 < (double)s->n_coarse ? (size_t)(last + 1.0) : s->n_coarse;

    for (; i < end; i++) {
        double d = s->origin + COARSE_STEP * (double)i - line->nu, d2 = d * d;
        s->coarse[i] += d2 >= r2 ? factor / (d2 + g2) : at_core + bend * (r2 - d2);
    }
}

static void add_core(struct stretch *s, const struct line *line, double core)
{
    double r2 = core * core, g2 = line->lorentz * line->lorentz;
    double factor = line->strength * line->lorentz / M_PI;
    double at_core = factor / (r2 + g2), bend = factor / ((r2 + g2) * (r2 + g2));
    double first = ceil((line->nu - core - s->origin) / s->step);
    double last = floor((line->nu + core - s->origin) / s->step);
    size_t i = first > 0.0 ? (size_t)first : 0;
    size_t end = last + 1.0 < (double)s->n_fine ? (size_t)(last + 1.0) : s->n_fine;
    double x0 = s->origin + s->step * (double)i - line->nu;

    if (i >= end)
        return;
    vaho_voigt_add(s->fine + i, end - i, x0, s->step, line->strength, line->doppler, line->lorentz);
    for (size_t k = i; k < end; k++) {
        double d = x0 + s->step * (double)(k - i);
        s->fine[k] -= at_core + bend * (r2 - d * d);
    }
}

/* Fine plus interpolated coarse grid into the draft, with a zero before and after. */
static enum vaho_status emit(struct vaho_draft *draft, const struct stretch *s,
                             struct vaho_error *error)
{
    enum vaho_status status = vaho_draft_point(draft, s->origin - s->step, 0.0, error);

    for (size_t i = 0; i < s->n_fine && status == VAHO_OK; i++) {
        double at = s->step * (double)i / COARSE_STEP;
        size_t k = (size_t)at < s->n_coarse - 2 ? (size_t)at : s->n_coarse - 2;
        double t = at - (double)k;
        double wing = s->coarse[k] + t * (s->coarse[k + 1] - s->coarse[k]);
        status =
            vaho_draft_point(draft, s->origin + s->step * (double)i,
                             fmax(0.0, s->fine[i] + wing) * VAHO_MOLECULES_CM2_PER_PPMM, error);
    }
    if (status == VAHO_OK)
        status = vaho_draft_point(draft, s->origin + s->step * (double)s->n_fine, 0.0, error);
    return status;
}

static enum vaho_status compute_stretch(struct vaho_draft *draft, const struct line *line, size_t n,
                                        double step, struct vaho_error *error)
{
    struct stretch s = {.origin = line[0].nu - WING, .step = step};
    double width = line[n - 1].nu + WING - s.origin;
    enum vaho_status status;

    s.n_fine = (size_t)(width / step) + 1;
    s.n_coarse = (size_t)(width / COARSE_STEP) + 3;
    s.fine = vaho_alloc(s.n_fine + s.n_coarse, sizeof *s.fine);
    if (s.fine == NULL)
        return vaho_fail_memory(error, "a cross-section");
    s.coarse = s.fine + s.n_fine;
    for (size_t i = 0; i < n; i++) {
        double core = fmin(fmax(CORE, 10.0 * (line[i].lorentz + line[i].doppler)), WING);
        add_wings(&s, &line[i], core);
        add_core(&s, &line[i], core);
    }
    status = emit(draft, &s, error);
    free(s.fine);
    return status;
}

/* No line reaches from one of these to the other. */
static int is_gap(const struct line *line)
{
    return line[1].nu - line[0].nu >= 2.0 * WING + 1.0;
}

/* A quarter of a typical half width, between 0.001 and 0.05 cm-1; wider if the points get too many.
 */
static double fine_step(const struct list *list)
{
    double width = 0.0, strength = 0.0, covered = 2.0 * WING;

    for (size_t i = 0; i < list->n; i++) {
        width += list->line[i].strength * (list->line[i].lorentz + list->line[i].doppler);
        strength += list->line[i].strength;
        if (i + 1 < list->n)
            covered +=
                is_gap(list->line + i) ? 2.0 * WING : list->line[i + 1].nu - list->line[i].nu;
    }
    width = strength > 0.0 ? width / strength : 0.1;
    return fmax(fmin(fmax(0.25 * width, 0.001), 0.05), covered / MAX_POINTS);
}

static enum vaho_status compute(struct vaho_draft *draft, struct list *list, double *out_step,
                                struct vaho_error *error)
{
    size_t first = 0;
    enum vaho_status status = VAHO_OK;

    qsort(list->line, list->n, sizeof list->line[0], by_wavenumber);
    *out_step = fine_step(list);
    for (size_t i = 1; i <= list->n && status == VAHO_OK; i++) {
        if (i < list->n && !is_gap(list->line + i - 1))
            continue;
        status = compute_stretch(draft, list->line + first, i - first, *out_step, error);
        first = i;
    }
    return status;
}

static void say_what_was_done(struct vaho_draft *draft, const struct list *list, double step,
                              const struct vaho_import_settings *air)
{
    vaho_draft_note(draft,
                    "computed from %zu lines at %g K and %g Pa in air (Voigt, wings to %g "
                    "cm-1, points %.3g cm-1 apart)",
                    list->n, air->temperature_k, air->pressure_pa, WING, step);
    if (fabs(air->temperature_k - REFERENCE_K) > 0.5)
        vaho_draft_note(draft,
                        "away from 296 K the partition function is approximated by "
                        "rotation, T^%g: line strengths may be off by several per cent",
                        partition_exponent(list->molecule));
    if (list->n_other > 0)
        vaho_draft_note(draft,
                        "%zu lines of other molecules were left out; split the file by "
                        "molecule",
                        list->n_other);
    if (list->n_outside > 0)
        vaho_draft_note(draft, "%zu lines outside %g-%g cm-1 were left out", list->n_outside,
                        MIN_CM1, MAX_CM1);
    if (list->n_short > 0)
        vaho_draft_note(draft, "%zu lines were cut short and left out", list->n_short);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct list list = {NULL, 0, 0, 0, 0, 0, 0};
    const struct vaho_gas *gas;
    struct vaho_draft draft;
    double step = 0.0;
    enum vaho_status status;

    vaho_draft_init(&draft, file->name, "HITRAN par", VAHO_SPECTRUM_GAS, VAHO_GRADE_COMPUTED,
                    VAHO_X_CM1);
    status = read_lines(&list, file, settings, error);
    if (status == VAHO_OK && list.n == 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: no lines between %g and %g cm-1", file->name,
                           MIN_CM1, MAX_CM1);
    if (status == VAHO_OK)
        status = compute(&draft, &list, &step, error);
    if (status == VAHO_OK) {
        char title[32];
        gas = vaho_gas_by_hitran(list.molecule);
        snprintf(title, sizeof title, "HITRAN molecule %d", list.molecule);
        say_what_was_done(&draft, &list, step, settings);
        draft.spectrum.temperature_k = settings->temperature_k;
        draft.spectrum.pressure_pa = settings->pressure_pa;
        vaho_draft_name_gas(&draft, settings->titles, vaho_span_of(title),
                            vaho_span_of(gas == NULL ? "" : gas->cas), (struct vaho_span){NULL, 0});
        status = vaho_draft_finish(sink, &draft, error);
    }
    free(list.line);
    vaho_draft_free(&draft);
    return status;
}

const struct vaho_importer vaho_importer_line_list = {"HITRAN par", probe, parse};
