/* fuzz_ecostress.c - hostile input to the importer of ECOSTRESS spectra */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_ecostress, "fuzz.spectrum.txt", data, nbytes, NULL, 0);
    return 0;
}
