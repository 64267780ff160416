/* fuzz_target.c - any text as what a request asks for, and as the parameters that are cut up */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_target target;
    char *text = malloc(nbytes + 1);
    double box[4], when[2];
    size_t part[2];

    if (text == NULL)
        return 0;
    memcpy(text, data, nbytes);
    text[nbytes] = '\0';
    if (vaho_target_parse(&target, text) &&
        (target.path[0] != '/' || strstr(target.path, "/../") != NULL ||
         strstr(target.path, "//") != NULL))
        abort();
    if (vaho_box_parse(box, text) && !(fabs(box[0]) <= 180 && box[1] <= box[3]))
        abort();
    if (vaho_interval_parse(when, text) && !(when[0] <= when[1]))
        abort();
    if (vaho_range_parse(part, text, 1000) == 1 && !(part[0] <= part[1] && part[1] < 1000))
        abort();
    free(text);
    return 0;
}
