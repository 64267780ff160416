/* fuzz_intake.c - hostile products of a flight; one input is run.json and plumes.geojson, a zero
 * byte between */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "casebook/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    const char *run = (const char *)data;
    const char *gap = nbytes == 0 ? NULL : memchr(run, 0, nbytes);
    size_t n_run = gap == NULL ? nbytes : (size_t)(gap - run);
    struct vaho_intake in;
    struct vaho_error error = {VAHO_OK, ""};
    double envelope[4];

    if (vaho_intake_parse(&in, run, n_run, gap == NULL ? "" : gap + 1,
                          gap == NULL ? 0 : nbytes - n_run - 1, "d", &error) == VAHO_OK) {
        for (size_t i = 0; i < in.n; i++)
            if (in.plume[i].name[0] == '\0' || !(in.plume[i].q_value >= 0) ||
                (in.plume[i].blob.data != NULL &&
                 !vaho_blob_envelope(envelope, in.plume[i].blob.data, in.plume[i].blob.nbytes)))
                abort();
        vaho_intake_free(&in);
    } else if (error.message[0] == '\0') {
        abort();
    }
    vaho_blob_envelope(envelope, data, nbytes);
    return 0;
}
