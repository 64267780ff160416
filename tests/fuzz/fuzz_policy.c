/* fuzz_policy.c - hostile policies; one that is accepted has terms within its limits */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "release/grid.h"
#include "release/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* What is accepted has cells and steps, is marked, and reads back from its canonical form. */
static void use(const struct vaho_policy *policy)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(policy);
    const char *canonical = vaho_policy_canonical(policy);
    struct vaho_policy *again;

    if (vaho_cell_level(t->grid_m) == 0 || !(vaho_time_step_s(t->time_step_s) >= 1) ||
        !(t->from_s < t->to_s) || t->fields == 0 || t->fields > 63 || t->tlp == NULL ||
        t->onward == NULL || vaho_policy_holds_disc(policy, 0, 90, 10))
        abort();
    if (vaho_policy_parse(&again, canonical, strlen(canonical), "again", NULL) != VAHO_OK ||
        strcmp(vaho_policy_terms(again)->sha256, t->sha256) != 0)
        abort();
    vaho_policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_policy *policy;
    struct vaho_error error = {VAHO_OK, ""};
    char *copy = malloc(nbytes == 0 ? 1 : nbytes); /* of exact size: a byte too far is seen */

    if (copy == NULL)
        return 0;
    if (nbytes > 0)
        memcpy(copy, data, nbytes);
    if (vaho_policy_parse(&policy, copy, nbytes, "p", &error) == VAHO_OK)
        use(policy);
    else if (error.message[0] == '\0')
        abort();
    vaho_policy_free(policy);
    free(copy);
    return 0;
}
