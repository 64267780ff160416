/* fuzz_geometry.c - any bytes as the description of a flight's geometry */
#include <stddef.h>
#include <stdint.h>

#include "place/geometry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct place_geometry geometry;
    struct vaho_error error;

    place_geometry_parse(&geometry, (const char *)data, nbytes, "fuzz.json", &error);
    place_geometry_free(&geometry);
    return 0;
}
