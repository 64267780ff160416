/* fuzz_known.c - hostile lists of licensed emitters; what is accepted must be usable */
#include <stdint.h>
#include <stdlib.h>

#include "casebook/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const double ten[3] = {100, 0, 100};
    struct vaho_known known;
    struct vaho_error error = {VAHO_OK, ""};
    double share;

    if (vaho_known_parse(&known, (const char *)data, nbytes, "k", &error) != VAHO_OK) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    for (size_t i = 0; i < known.n; i++) {
        const struct vaho_known_source *s = &known.source[i];
        struct vaho_fix fix =
            vaho_fix_at(0.5 * (s->box[0] + s->box[2]), 0.5 * (s->box[1] + s->box[3]), ten);
        if (vaho_known_explain(&share, &known, json_string_value(json_array_get(s->gases, 0)),
                               &fix) != NULL &&
            !(share >= 0.1 && share <= 1))
            abort();
    }
    vaho_known_free(&known);
    return 0;
}
