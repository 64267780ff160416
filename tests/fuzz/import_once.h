/* import_once.h - what every fuzzer of an importer does with one input */
#ifndef VAHO_TESTS_IMPORT_ONCE_H
#define VAHO_TESTS_IMPORT_ONCE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/importer.h"

/* Whatever the importer accepted must keep what library.h promises. */
static inline void check_spectrum(const struct vaho_spectrum *s)
{
    static const double centre[3] = {2.37, 8.0, 10.5};
    double out[3];

    if (s->name[0] == '\0' || s->path == NULL || s->notes == NULL || s->n < 2)
        abort();
    for (size_t i = 0; i < s->n; i++)
        if (!isfinite(s->value[i]) || !isfinite(s->wavelength_um[i]) ||
            (s->kind == VAHO_SPECTRUM_GAS && s->value[i] < 0.0) ||
            (i > 0 && !(s->wavelength_um[i] > s->wavelength_um[i - 1])))
            abort();
    vaho_spectrum_at_bands(out, NULL, s, centre, NULL, 3, NULL);
}

/* Imports from an exact-size copy, so that reading one byte too far is seen. */
static inline void import_once(const struct vaho_importer *importer, const char *name,
                               const uint8_t *data, size_t nbytes, const uint8_t *header,
                               size_t header_nbytes)
{
    const struct vaho_import_settings settings = {NULL, 296.0, 101325.0};
    char *copy = malloc(nbytes == 0 ? 1 : nbytes);
    struct vaho_spectrum_file file = {name, copy, nbytes, (const char *)header, header_nbytes};
    struct vaho_sink sink = {NULL, 0, 0};
    struct vaho_error error = {VAHO_OK, ""};
    enum vaho_status status;

    if (copy == NULL)
        return;
    if (nbytes > 0)
        memcpy(copy, data, nbytes);
    importer->probe(&file);
    status = importer->parse(&sink, &file, &settings, &error);
    if (status != VAHO_OK && error.message[0] == '\0')
        abort();
    for (size_t i = 0; status == VAHO_OK && i < sink.n; i++)
        check_spectrum(&sink.spectrum[i]);
    vaho_sink_free(&sink);
    free(copy);
}

#endif
