/* fuzz_envi_library.c - hostile input to the importer of ENVI spectral libraries: header, a NUL,
 * then the data */
#include "import_once.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    const uint8_t *nul = nbytes == 0 ? NULL : memchr(data, 0, nbytes);
    size_t header_nbytes = nul == NULL ? nbytes : (size_t)(nul - data);
    const uint8_t *rest = nul == NULL ? data + nbytes : nul + 1;

    import_once(&vaho_importer_envi_library, "fuzz.sli", rest, nbytes - (size_t)(rest - data), data,
                header_nbytes);
    return 0;
}
