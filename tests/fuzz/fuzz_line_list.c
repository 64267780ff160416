/* fuzz_line_list.c - hostile input to the importer of HITRAN line lists */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_line_list, "fuzz.par", data, nbytes, NULL, 0);
    return 0;
}
