/* fuzz_unit_absorption.c - hostile input to the importer of unit-absorption tables */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    import_once(&vaho_importer_unit_absorption, "fuzz_ch4.txt", data, nbytes, NULL, 0);
    return 0;
}
