/* fuzz_luma_slum.c - hostile input to the importer of LUMA-SLUM tables */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_luma_slum, "fuzz.csv", data, nbytes, NULL, 0);
    return 0;
}
