/*
 * envi_lookup.c - look-up tables of radiance against a gas's column (mag1c's .lut)
 *
 * An ENVI image of float64: samples = columns of gas, lines = 1, bands = fine
 * wavelengths, band sequential.  The header does not say the columns; mag1c's
 * table (Foote et al., IEEE TGRS 58, 6480, 2020) has seven: 0, 500, 1000, 2000,
 * 4000, 8000, 16000 ppm.m, which is what is read.
 *
 * A library holds the absorption of a faint plume, the slope at no gas.  The
 * wavelengths are finer than the lines, so a sensor sees sums of radiance: the
 * radiance is summed over bins of BIN_NM before the logarithm, so that dark line
 * centres, where there is no light to take away, do not count as much as bright
 * gaps between them.  With L(c) the radiance of a bin:
 *
 *     value = ln(L(0) / L(500)) / 500,      light = L(0)
 *
 * and a band averages the value weighted by the light (bands.c): averaging the values
 * alone, or the logarithms, overestimates methane in bands of 10 nm by a fifth.
 *
 * The saturation of strong plumes is in the other columns, which are not kept.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "spectra/envi_table.h"
#include "spectra/importer.h"

enum { N_COLUMNS = 7 };
static const double STEP_PPMM = 500.0, BIN_NM = 1.0;

static int probe(const struct vaho_spectrum_file *file)
{
    size_t n = strlen(file->name);

    return n >= 4 && vaho_span_is((struct vaho_span){file->name + n - 4, 4}, ".lut");
}

/* One bin, bands [first, end). */
static enum vaho_status add_bin(struct vaho_draft *draft, size_t *n_dark,
                                const struct vaho_envi_table *t, size_t first, size_t end,
                                struct vaho_error *error)
{
    double centre = 0.0, light[2] = {0.0, 0.0}, slope;
    enum vaho_status status;

    for (size_t band = first; band < end; band++) {
        centre += t->wavelength_um[band] / (double)(end - first);
        for (size_t c = 0; c < 2; c++)
            light[c] += vaho_envi_table_at(t, c, 0, band);
    }
    slope = log(light[0] / light[1]) / STEP_PPMM;
    *n_dark += !isfinite(slope);
    status = vaho_draft_point(draft, centre, isfinite(slope) ? slope : 0.0, error);
    if (status != VAHO_OK)
        return status;
    draft->light[draft->n - 1] = light[0] / (double)(end - first);
    return VAHO_OK;
}

static enum vaho_status read_slopes(struct vaho_draft *draft, const struct vaho_envi_table *t,
                                    struct vaho_error *error)
{
    size_t n_dark = 0, first = 0;

    draft->light = vaho_alloc(t->n_bands, sizeof *draft->light); /* more than there are bins */
    if (draft->light == NULL)
        return vaho_fail_memory(error, draft->file);
    for (size_t band = 1; band <= t->n_bands; band++) {
        enum vaho_status status;
        if (band < t->n_bands &&
            fabs(t->wavelength_um[band] - t->wavelength_um[first]) < 1e-3 * BIN_NM)
            continue;
        status = add_bin(draft, &n_dark, t, first, band, error);
        if (status != VAHO_OK)
            return status;
        first = band;
    }
    draft->resolution = 1e-3 * BIN_NM;
    vaho_draft_note(draft, "the slope at no gas of a look-up table of radiance, columns 0, 500 ... "
                           "16000 ppm.m: for thin plumes");
    if (n_dark > 0)
        vaho_draft_note(draft, "%zu wavelengths are dark; their absorption is set to 0", n_dark);
    return VAHO_OK;
}

static enum vaho_status check_shape(const struct vaho_envi_table *t, const char *file,
                                    struct vaho_error *error)
{
    if (t->n_samples != N_COLUMNS || t->n_lines != 1)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: a look-up table has %d samples and 1 line, not %zu and %zu", file,
                         N_COLUMNS, t->n_samples, t->n_lines);
    if (t->n_wavelengths != t->n_bands)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its header has bands = %zu but %zu wavelengths", file, t->n_bands,
                         t->n_wavelengths);
    return VAHO_OK;
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    const struct vaho_gas *gas = vaho_gas_by_file_name(file->name);
    struct vaho_span none = {NULL, 0};
    struct vaho_envi_table t;
    struct vaho_draft draft;
    enum vaho_status status = vaho_envi_table_open(&t, file, error);

    if (status != VAHO_OK)
        return status;
    vaho_draft_init(&draft, file->name, "look-up table", VAHO_SPECTRUM_GAS, VAHO_GRADE_COMPUTED,
                    VAHO_X_UM);
    status = check_shape(&t, file->name, error);
    if (status == VAHO_OK)
        status = read_slopes(&draft, &t, error);
    if (status == VAHO_OK) {
        vaho_draft_name_gas(&draft, settings->titles, vaho_span_file_name(file->name),
                            vaho_span_of(gas != NULL ? gas->cas : ""), none);
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    vaho_envi_table_close(&t);
    return status;
}

const struct vaho_importer vaho_importer_envi_lookup = {"look-up table", probe, parse};
