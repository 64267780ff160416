/*
 * import_text.h - runs one importer over a text in memory, for tests
 *
 * Include it after cmocka.h, math.h, stdio.h, string.h and unistd.h.
 */
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

/* A library of one path under ../shared; skips the test when it is not there. */
static inline struct vaho_library *shared_library(const char *relative)
{
    struct vaho_library *library;
    struct vaho_error error = {VAHO_OK, ""};
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", VAHO_TEST_SHARED, relative);
    if (access(path, R_OK) != 0) {
        print_message("%s is not there; skipped\n", path);
        skip();
    }
    assert_int_equal(vaho_library_new(&library, &error), VAHO_OK);
    if (vaho_library_add(library, path, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return library;
}

/* Fails unless the spectrum's notes contain 'text'. */
static inline void assert_note(const struct vaho_spectrum *s, const char *text)
{
    if (strstr(s->notes, text) == NULL)
        fail_msg("no '%s' in the notes: %s", text, s->notes);
}

/* Fails unless every text is refused as bad input with a message that names the file. */
static inline void assert_all_refused(const struct vaho_importer *importer, const char *name,
                                      const char *const *bad, size_t n_bad)
{
    for (size_t i = 0; i < n_bad; i++) {
        struct vaho_sink sink;
        struct vaho_error error;
        if (import_text(&sink, importer, name, bad[i], &error) != VAHO_BAD_INPUT)
            fail_msg("text %zu was not refused", i);
        if (strstr(error.message, name) == NULL)
            fail_msg("text %zu: the message does not name the file: %s", i, error.message);
        vaho_sink_free(&sink);
    }
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
