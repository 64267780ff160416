/* fuzz_envi_header.c - any bytes as an ENVI header, with every way of reading a key */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "spectra/envi_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_envi_header *header;
    struct vaho_error error;
    double *wavelength, *fwhm;
    size_t n, n_fwhm, n_strings;
    long long value;
    char **list;
    int guessed;

    if (vaho_envi_header_parse(&header, (const char *)data, nbytes, "fuzz.hdr", &error) != VAHO_OK)
        return 0;
    vaho_envi_header_integer(&value, header, "samples", 1, 1000, 0, &error);
    vaho_envi_header_strings(&list, &n_strings, header, "map info", &error);
    free(list);
    vaho_envi_header_numbers(&fwhm, &n_fwhm, header, "fwhm", &error);
    vaho_envi_header_numbers(&wavelength, &n, header, "wavelength", &error);
    if (n > 0)
        vaho_envi_header_to_um(wavelength, n_fwhm == n ? fwhm : NULL, n, header, &guessed, &error);
    free(wavelength);
    free(fwhm);
    vaho_envi_header_free(header);
    return 0;
}
