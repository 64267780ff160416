/*
 * absorption_table.c - three columns: cm-1, cm-1 (at 1 atm), cm2/molecule
 *
 * The tables of the Institute of Atmospheric Optics (spectra.iao.ru):
 *
 *     # Absorption coefficients
 *     # Pure NH3
 *     # Wavenumber range: 0-10000 cm-1, T: 296 K, P: 1 atm, step: 1 cm-1, ...
 *         0.000000    0.0000000000E+00    0.0000000000E+00
 *
 * Column two is the absorption coefficient of the pure gas at 1 atm, column
 * three the cross-section: their ratio is the number density, which at T is
 * 101325 Pa / (k T) = 2.4794e19 cm-3 at 296 K.  The ratio is checked, since it
 * tells mixed-up columns apart.
 *
 *     value [1/(ppm.m)] = cm2/molecule * 2.479e15
 *
 * The tables are point samples of a line spectrum: lines are some 0.2 cm-1
 * wide, the step is 1 cm-1, so one sample can be off by a factor of two either
 * way.  What a step of 1 cm-1 can tell is a mean over several: a running mean
 * of 7 points is taken, the peak before it is kept in the notes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "spectra/importer.h"

enum { SMOOTH_POINTS = 7 };
static const double THERMAL_CM1 = 650.0; /* below, water and others are strong but unseen */
static const double BOLTZMANN_J_K = 1.380649e-23;

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_scan scan;
    struct vaho_span line;

    vaho_scan_init(&scan, file->data, file->nbytes);
    return vaho_scan_line(&line, &scan) && line.n > 0 && line.p[0] == '#' &&
           vaho_span_contains(line, "absorption coefficients");
}

struct table {
    struct vaho_span gas;
    double temperature_k, pressure_atm;
    double ratio_sum;
    size_t n_ratio;
};

/* The number after 'key' in a comment line, or the old value. */
static double number_after(struct vaho_span line, const char *key, double old)
{
    size_t n = strlen(key);
    double value;

    for (; line.n > n; line.p++, line.n--) {
        if (!vaho_span_starts(line, key))
            continue;
        line = vaho_span_trim((struct vaho_span){line.p + n, line.n - n});
        return vaho_scan_number(&value, line.p, line.n) > 0 ? value : old;
    }
    return old;
}

static void read_comment(struct table *table, struct vaho_span line)
{
    struct vaho_span text = vaho_span_trim((struct vaho_span){line.p + 1, line.n - 1});

    if (vaho_span_starts(text, "pure "))
        table->gas = vaho_span_trim((struct vaho_span){text.p + 5, text.n - 5});
    table->temperature_k = number_after(line, " T:", table->temperature_k);
    table->pressure_atm = number_after(line, " P:", table->pressure_atm);
}

static enum vaho_status read_rows(struct vaho_draft *draft, struct table *table,
                                  const struct vaho_spectrum_file *file, struct vaho_error *error)
{
    struct vaho_scan scan;
    struct vaho_span line;

    vaho_scan_init(&scan, file->data, file->nbytes);
    while (vaho_scan_line(&line, &scan)) {
        struct vaho_span rest = line, field;
        double column[3];
        enum vaho_status status;
        size_t n = 0;
        if (line.n > 0 && line.p[0] == '#') {
            read_comment(table, line);
            continue;
        }
        while (n < 3 && vaho_span_field(&field, &rest, ' ') && vaho_span_number(&column[n], field))
            n++;
        if (n == 0 && vaho_span_trim(line).n == 0)
            continue;
        if (n < 3)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: three numbers are needed (cm-1, cm-1, cm2/molecule)",
                             file->name, scan.line);
        status = vaho_draft_point(draft, column[0], column[2], error);
        if (status != VAHO_OK)
            return status;
        if (column[2] > 0.0 && isfinite(column[1] / column[2])) {
            table->ratio_sum += column[1] / column[2];
            table->n_ratio++;
        }
    }
    return VAHO_OK;
}

/* Running mean; shorter at the ends. */
static enum vaho_status smooth(struct vaho_draft *draft, struct vaho_error *error)
{
    double *raw = vaho_alloc(draft->n, sizeof *raw);

    if (raw == NULL)
        return vaho_fail_memory(error, "a spectrum");
    memcpy(raw, draft->y, draft->n * sizeof *raw);
    for (size_t i = 0; i < draft->n; i++) {
        size_t half = SMOOTH_POINTS / 2, first = i < half ? 0 : i - half;
        size_t last = i + half < draft->n ? i + half : draft->n - 1;
        double sum = 0.0;
        for (size_t j = first; j <= last; j++)
            sum += raw[j];
        draft->y[i] = sum / (double)(last - first + 1);
    }
    free(raw);
    return VAHO_OK;
}

static enum vaho_status convert(struct vaho_draft *draft, const struct table *table,
                                struct vaho_error *error)
{
    double expected =
        101325.0 * table->pressure_atm / (BOLTZMANN_J_K * table->temperature_k) * 1e-6;
    double ratio = table->n_ratio > 0 ? table->ratio_sum / (double)table->n_ratio : expected;
    double step = (draft->x[draft->n - 1] - draft->x[0]) / (double)(draft->n - 1);
    size_t peak = 0;

    draft->spectrum.temperature_k = table->temperature_k;
    draft->spectrum.pressure_pa = 101325.0 * table->pressure_atm;
    if (!(fabs(ratio / expected - 1.0) < 0.02))
        vaho_draft_note(draft,
                        "columns 2 and 3 differ by %.3g cm-3, but air of %g K and %g atm "
                        "has %.3g: the stated temperature, pressure or columns are doubtful",
                        ratio, table->temperature_k, table->pressure_atm, expected);
    for (size_t i = 0; i < draft->n; i++) {
        draft->y[i] *= VAHO_MOLECULES_CM2_PER_PPMM;
        if (draft->y[i] > draft->y[peak] && draft->x[i] >= THERMAL_CM1)
            peak = i;
    }
    if (!(fabs(step) >= 0.25)) /* fine enough to show lines as they are */
        return VAHO_OK;
    draft->spectrum.grade = VAHO_GRADE_SMOOTHED;
    draft->resolution = SMOOTH_POINTS * fabs(step);
    vaho_draft_note(draft,
                    "sampled every %g cm-1 from line data, so one value can be off by a "
                    "factor of two: a running mean of %d points was taken (largest value before: "
                    "%.4g 1/(ppm.m) = %.4g cm2/molecule at %.1f cm-1)",
                    fabs(step), SMOOTH_POINTS, draft->y[peak],
                    draft->y[peak] / VAHO_MOLECULES_CM2_PER_PPMM, draft->x[peak]);
    return smooth(draft, error);
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct table table = {{NULL, 0}, 296.0, 1.0, 0.0, 0};
    const struct vaho_gas *gas;
    struct vaho_draft draft;
    enum vaho_status status;

    vaho_draft_init(&draft, file->name, "three-column table", VAHO_SPECTRUM_GAS,
                    VAHO_GRADE_COMPUTED, VAHO_X_CM1);
    status = read_rows(&draft, &table, file, error);
    if (status == VAHO_OK && draft.n < 2)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: fewer than two rows of numbers", file->name);
    if (status == VAHO_OK && (!(table.temperature_k > 0.0) || !(table.pressure_atm > 0.0)))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: T and P in its comment lines must be above 0", file->name);
    if (status == VAHO_OK)
        status = convert(&draft, &table, error);
    if (status == VAHO_OK) {
        if (table.gas.n == 0 && (gas = vaho_gas_by_file_name(file->name)) != NULL)
            table.gas = vaho_span_of(gas->name);
        vaho_draft_name_gas(&draft, settings->titles,
                            table.gas.n > 0 ? table.gas : vaho_span_file_name(file->name),
                            (struct vaho_span){NULL, 0}, (struct vaho_span){NULL, 0});
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    return status;
}

const struct vaho_importer vaho_importer_absorption_table = {"three-column table", probe, parse};
