/*
 * envi_library.c - ENVI spectral libraries (.sli with its .hdr)
 *
 * An image with one spectrum a line: samples = wavelengths, lines = spectra,
 * bands = 1, "file type = ENVI Spectral Library", names in "spectra names".
 *
 * What the numbers are is said in three places, if at all: "reflectance scale
 * factor", the title of the ordinate in "z plot titles" ("reflectance
 * [*10000]"), or their size: above 100 they are taken as ten-thousandths, above
 * 2 as percent.  Libraries with fwhm are averages over some sensor's bands.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "spectra/envi_table.h"
#include "spectra/importer.h"

static int ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && vaho_span_is((struct vaho_span){name + n - m, m}, end);
}

static int probe(const struct vaho_spectrum_file *file)
{
    struct vaho_span header = {file->header, file->header_nbytes};

    return ends_with(file->name, ".sli") ||
           (file->header != NULL && vaho_span_contains(header, "spectral library"));
}

/* What a stored 1.0 of reflectance is; notes a guess. */
static double find_scale(struct vaho_draft *draft, const struct vaho_envi_table *t, size_t line)
{
    const char *factor = vaho_envi_header_get(t->header, "reflectance scale factor");
    const char *title = vaho_envi_header_get(t->header, "z plot titles");
    const char *times = title == NULL ? NULL : strstr(title, "[*");
    double value, most = 0.0;

    if (factor != NULL && vaho_span_number(&value, vaho_span_of(factor)) && value > 0.0)
        return value;
    if (times != NULL && vaho_scan_number(&value, times + 2, strlen(times + 2)) > 0 && value > 0.0)
        return value;
    for (size_t i = 0; i < t->n_samples; i++) {
        value = vaho_envi_table_at(t, i, line, 0);
        most = isfinite(value) ? fmax(most, value) : most;
    }
    value = most > 100.0 ? 10000.0 : most > 2.0 ? 100.0 : 1.0;
    if (value > 1.0)
        vaho_draft_note(draft,
                        "values up to %g without a stated scale are taken as reflectance "
                        "times %g",
                        most, value);
    return value;
}

static enum vaho_status add_line(struct vaho_sink *sink, const struct vaho_envi_table *t,
                                 size_t line, const char *title, const char *name,
                                 const struct vaho_titles *titles, const char *file,
                                 struct vaho_error *error)
{
    struct vaho_draft draft;
    double scale;
    enum vaho_status status = VAHO_OK;

    vaho_draft_init(&draft, file, "ENVI library", VAHO_SPECTRUM_SURFACE, VAHO_GRADE_QUANTITATIVE,
                    t->wavelength_um == NULL ? VAHO_X_BAND : VAHO_X_UM);
    scale = find_scale(&draft, t, line);
    for (size_t i = 0; i < t->n_samples && status == VAHO_OK; i++)
        status =
            vaho_draft_point(&draft, t->wavelength_um == NULL ? (double)i : t->wavelength_um[i],
                             vaho_envi_table_at(t, i, line, 0) / scale, error);
    if (status == VAHO_OK) {
        if (t->guessed_unit)
            vaho_draft_note(&draft, "the unit of the wavelengths is not stated; guessed from their "
                                    "size");
        draft.spectrum.per_band = t->fwhm_um != NULL || t->wavelength_um == NULL;
        draft.resolution = t->fwhm_um == NULL ? 0.0 : t->fwhm_um[t->n_wavelengths / 2];
        vaho_draft_name_surface(&draft, titles, vaho_span_of(title), vaho_span_of(name));
        status = vaho_draft_finish(sink, &draft, error);
    }
    vaho_draft_free(&draft);
    return status;
}

static enum vaho_status add_all(struct vaho_sink *sink, const struct vaho_envi_table *t,
                                const struct vaho_titles *titles, const char *file,
                                struct vaho_error *error)
{
    struct vaho_span stem = vaho_span_file_stem(file);
    char **names;
    size_t n_names;
    enum vaho_status status =
        vaho_envi_header_strings(&names, &n_names, t->header, "spectra names", error);

    for (size_t line = 0; line < t->n_lines && status == VAHO_OK; line++) {
        char numbered[VAHO_TITLE_NBYTES];
        const char *title = numbered;
        snprintf(numbered, sizeof numbered, "%.*s %zu", (int)(stem.n < 80 ? stem.n : 80), stem.p,
                 line + 1);
        if (line < n_names && names[line][0] != '\0')
            title = names[line];
        status = add_line(sink, t, line, title, title, titles, file, error);
    }
    free(names);
    return status;
}

static enum vaho_status parse(struct vaho_sink *sink, const struct vaho_spectrum_file *file,
                              const struct vaho_import_settings *settings, struct vaho_error *error)
{
    struct vaho_envi_table t;
    enum vaho_status status = vaho_envi_table_open(&t, file, error);

    if (status != VAHO_OK)
        return status;
    if (t.n_bands != 1)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: a spectral library has bands = 1, not %zu",
                           file->name, t.n_bands);
    else if (t.wavelength_um != NULL && t.n_wavelengths != t.n_samples)
        status =
            vaho_fail(error, VAHO_BAD_INPUT, "%s: its header has samples = %zu but %zu wavelengths",
                      file->name, t.n_samples, t.n_wavelengths);
    else
        status = add_all(sink, &t, settings->titles, file->name, error);
    vaho_envi_table_close(&t);
    return status;
}

const struct vaho_importer vaho_importer_envi_library = {"ENVI library", probe, parse};
