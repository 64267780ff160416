/* fuzz_pass_list.c - hostile input to the parser of lists of passes */
#include <stdint.h>

#include "track/pass_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_pass_list list;

    if (vaho_pass_list_parse(&list, (const char *)data, nbytes, "fuzz.csv", NULL) == VAHO_OK)
        vaho_pass_list_free(&list);
    return 0;
}
