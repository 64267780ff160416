/* fuzz_units.c - any text as a unit and as a time */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cube/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    char *text = malloc(nbytes + 1), time[CUBE_TIME_NBYTES];

    if (text == NULL)
        return 0;
    memcpy(text, data, nbytes);
    text[nbytes] = '\0';
    cube_unit_parse(text);
    cube_time_parse(time, text);
    free(text);
    return 0;
}
