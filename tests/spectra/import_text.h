/* import_text.h - runs one importer over a text in memory, for tests */
#ifndef VAHO_TESTS_IMPORT_TEXT_H
#define VAHO_TESTS_IMPORT_TEXT_H

#include <string.h>

#include "spectra/importer.h"

/* Imports 'text' as a file called 'name'; release the sink with vaho_sink_free(). */
static inline enum vaho_status import_text(struct vaho_sink *sink,
                                           const struct vaho_importer *importer, const char *name,
                                           const char *text, struct vaho_error *error)
{
    const struct vaho_spectrum_file file = {name, text, strlen(text), NULL, 0};
    const struct vaho_import_settings settings = {NULL, 296.0, 101325.0};

    *sink = (struct vaho_sink){NULL, 0, 0};
    *error = (struct vaho_error){VAHO_OK, ""};
    return importer->parse(sink, &file, &settings, error);
}

/* cm2/molecule at a wavenumber: the nearest point. */
static inline double cm2_at(const struct vaho_spectrum *s, double cm1)
{
    size_t best = 0;

    for (size_t i = 0; i < s->n; i++)
        if (fabs(1e4 / s->wavelength_um[i] - cm1) < fabs(1e4 / s->wavelength_um[best] - cm1))
            best = i;
    return s->value[best] / VAHO_MOLECULES_CM2_PER_PPMM;
}

/* The largest cm2/molecule between two wavenumbers. */
static inline double largest_cm2(const struct vaho_spectrum *s, double from_cm1, double to_cm1)
{
    double most = 0.0;

    for (size_t i = 0; i < s->n; i++)
        if (1e4 / s->wavelength_um[i] >= from_cm1 && 1e4 / s->wavelength_um[i] <= to_cm1)
            most = fmax(most, s->value[i]);
    return most / VAHO_MOLECULES_CM2_PER_PPMM;
}

/* Integral over wavenumber, cm/molecule. */
static inline double integral_cm(const struct vaho_spectrum *s, double from_cm1, double to_cm1)
{
    double sum = 0.0;

    for (size_t i = 1; i < s->n; i++) {
        double a = 1e4 / s->wavelength_um[i], b = 1e4 / s->wavelength_um[i - 1];
        if (a >= from_cm1 && b <= to_cm1)
            sum += 0.5 * (s->value[i] + s->value[i - 1]) * (b - a);
    }
    return sum / VAHO_MOLECULES_CM2_PER_PPMM;
}

#endif
