/* fuzz_score.c - truth and plumes from hostile files; one input is both, a zero byte between */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exercise/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    const char *truth = (const char *)data;
    const char *gap = nbytes == 0 ? NULL : memchr(truth, 0, nbytes);
    size_t n_truth = gap == NULL ? nbytes : (size_t)(gap - truth);
    struct vaho_score score = {0};
    struct vaho_score_totals totals;

    vaho_score_parse_truth(&score, truth, n_truth, "truth", NULL);
    if (gap != NULL)
        vaho_score_parse_plumes(&score, gap + 1, nbytes - n_truth - 1, 1, "plumes", NULL);
    vaho_score_match(&score, 5);
    vaho_score_total(&totals, &score, 1, NULL);
    vaho_score_free(&score);
    return 0;
}
