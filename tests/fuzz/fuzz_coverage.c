/* fuzz_coverage.c - hostile coverage of a flight; what is accepted must survive its bytes */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "casebook/coverage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_cover cover;
    struct vaho_cover_tile tile;
    struct vaho_error error = {VAHO_OK, ""};
    unsigned char *bytes;
    double limit[2];

    if (vaho_cover_parse(&cover, (const char *)data, nbytes, "f", "c", &error) != VAHO_OK) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    bytes = vaho_cover_pack(&cover);
    for (size_t i = 0; i < cover.n && bytes != NULL; i++) {
        vaho_cover_unpack(&tile, limit, bytes + i * vaho_cover_tile_nbytes(cover.n_gases),
                          cover.box[0], cover.n_gases, 0);
        if (!(fabs(tile.lonlat[0][0] - cover.tile[i].lonlat[0][0]) < 1e-6) || limit[0] <= 0 ||
            !(cover.box[0] >= -180 && cover.box[0] <= 180))
            abort();
    }
    free(bytes);
    vaho_cover_free(&cover);
    return 0;
}
