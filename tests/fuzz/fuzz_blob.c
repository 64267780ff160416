/* fuzz_blob.c - any bytes as a geometry of a GeoPackage, read back as GeoJSON */
#include <stddef.h>
#include <stdint.h>

#include "casebook/geometry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    json_decref(vaho_blob_to_geojson(data, nbytes));
    return 0;
}
