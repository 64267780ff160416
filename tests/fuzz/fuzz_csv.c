/* fuzz_csv.c - hostile input to the importer of two-column CSV */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_csv, "fuzz_ch4.csv", data, nbytes, NULL, 0);
    return 0;
}
