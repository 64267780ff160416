/* fuzz_cross_section.c - hostile input to the importer of HITRAN and LBLRTM cross-sections */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_cross_section, "fuzz.xsc", data, nbytes, NULL, 0);
    return 0;
}
