/* fuzz_spectra.c - any bytes as spectra.json */
#include <stddef.h>
#include <stdint.h>

#include "casebook/spectra.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    const struct vaho_spectra_of of = {"f", "0.1.0", "no mandate", 0};
    struct vaho_spectra spectra;
    struct vaho_error error;

    if (vaho_spectra_parse(&spectra, (const char *)data, nbytes, &of, "fuzz.json", &error) ==
        VAHO_OK)
        vaho_spectra_free(&spectra);
    return 0;
}
