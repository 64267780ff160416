/* fuzz_mandate.c - hostile mandates, trust and revocations; what is accepted must be usable */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mandate/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* Asks an accepted mandate what it permits; without signers it permits nothing. */
static void use(const struct vaho_mandate *mandate)
{
    static const char nobody[] = "{\"format\":\"vaho-trust-1\",\"authorities\":[]}";
    const struct vaho_mandate_terms *terms = vaho_mandate_terms(mandate);
    struct vaho_trust *trust;

    if (terms->n_signers == 0 || !(terms->from_s < terms->to_s) || !(terms->border_sigmas >= 1))
        abort();
    if (vaho_trust_parse(&trust, nobody, sizeof nobody - 1, "nobody", NULL) != VAHO_OK)
        return;
    if (vaho_mandate_check(mandate, trust, NULL, 0, NULL) == VAHO_OK ||
        vaho_mandate_permits_place(mandate, trust, -117.5, 34.5, 10))
        abort();
    vaho_trust_free(trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_mandate *mandate;
    struct vaho_trust *trust;
    struct vaho_revocations *revocations;
    struct vaho_error error = {VAHO_OK, ""};
    char *copy = malloc(nbytes == 0 ? 1 : nbytes); /* of exact size: a byte too far is seen */

    if (copy == NULL)
        return 0;
    if (nbytes > 0)
        memcpy(copy, data, nbytes);
    if (vaho_mandate_parse(&mandate, copy, nbytes, "m", &error) == VAHO_OK)
        use(mandate);
    else if (error.message[0] == '\0')
        abort();
    vaho_mandate_free(mandate);
    if (vaho_trust_parse(&trust, copy, nbytes, "t", &error) == VAHO_OK)
        vaho_trust_free(trust);
    if (vaho_revocations_parse(&revocations, copy, nbytes, "r", &error) == VAHO_OK)
        vaho_revocations_free(revocations);
    free(copy);
    return 0;
}
