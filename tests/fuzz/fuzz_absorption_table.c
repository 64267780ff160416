/* fuzz_absorption_table.c - hostile input to the importer of three-column tables */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_absorption_table, "fuzz_NH3.txt", data, nbytes, NULL, 0);
    return 0;
}
