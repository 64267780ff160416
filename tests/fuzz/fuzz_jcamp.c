/* fuzz_jcamp.c - hostile input to the importer of JCAMP-DX */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_jcamp, "fuzz.jdx", data, nbytes, NULL, 0);
    return 0;
}
