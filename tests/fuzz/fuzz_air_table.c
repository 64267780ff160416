/* fuzz_air_table.c - hostile tables of air; what is accepted can be averaged over bands */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "exercise/air_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_air_table table;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_air_table_parse(&table, (const char *)data, nbytes, "t", &error) != VAHO_OK) {
        if (error.message[0] == '\0' || table.transmittance.n != 0 || table.sky.n != 0)
            abort();
        return 0;
    }
    for (double um = 1; um < 14; um += 0.7) {
        double tau = vaho_curve_in_band(&table.transmittance, um, 0.05, 0.5);
        if (!(tau >= -1e-9) || !(tau <= 1 + 1e-9))
            abort();
    }
    vaho_air_table_free(&table);
    return 0;
}
