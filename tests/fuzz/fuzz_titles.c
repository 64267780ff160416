/* fuzz_titles.c - hostile input to the user's table of titles */
#include <stdint.h>
#include <stdlib.h>

#include "spectra/gas_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_span title = {(const char *)data, nbytes < 40 ? nbytes : 40};
    struct vaho_titles *titles;

    if (vaho_titles_parse(&titles, (const char *)data, nbytes, "titles.txt", NULL) == VAHO_OK) {
        const char *name = vaho_titles_find(titles, title);
        if (name != NULL && name[0] == '\0')
            abort();
        vaho_titles_free(titles);
    }
    vaho_gas_by_title(title);
    vaho_gas_by_cas(title);
    vaho_formula_mass(title);
    return 0;
}
