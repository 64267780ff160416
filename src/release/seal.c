#include "release/seal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger.h"
#include "casebook/outbox.h"
#include "casebook/partners.h"

struct found {
    const char *partner;
    uint64_t sequence;
    struct vaho_text bytes;
    int64_t entry;
    char key[VAHO_KEY_HEX_NBYTES]; /* "": none */
};

static int take_message(void *context, const struct vaho_outbox_message *m)
{
    struct found *found = context;

    if (m->sequence == found->sequence) {
        vaho_text_puts(&found->bytes, m->bytes);
        found->entry = m->entry;
    }
    return 0;
}

static void take_partner(void *context, const struct vaho_partner *partner)
{
    struct found *found = context;

    if (strcmp(partner->name, found->partner) == 0 && vaho_is_key(partner->key))
        memcpy(found->key, partner->key, sizeof found->key);
}

/* No proof is no fault: no checkpoint was made yet, or none that holds the entry. */
static enum vaho_status seal(struct vaho_text *out, int *out_proved, struct vaho_casebook *casebook,
                             const struct found *found, const struct vaho_secret_key *from,
                             struct vaho_error *error)
{
    struct vaho_proof proof;
    enum vaho_status status =
        vaho_ledger_prove(&proof, casebook, 1, (uint64_t)found->entry, NULL, error);
    int proved = status == VAHO_OK;

    if (!proved && status != VAHO_NOT_FOUND && status != VAHO_USAGE)
        return status;
    status = vaho_envelope_seal(out, found->bytes.data, found->bytes.nbytes, found->key, from,
                                proved ? &proof : NULL, error);
    if (proved)
        vaho_proof_free(&proof);
    if (out_proved != NULL)
        *out_proved = proved;
    return status;
}

enum vaho_status vaho_release_seal(struct vaho_text *out, int *out_proved,
                                   struct vaho_casebook *casebook, const char *partner,
                                   uint64_t sequence, const struct vaho_secret_key *from,
                                   struct vaho_error *error)
{
    struct found found = {.partner = partner, .sequence = sequence};
    enum vaho_status status;

    vaho_text_init(&found.bytes, VAHO_RELEASE_MAX_NBYTES);
    status = vaho_outbox_each(casebook, partner, sequence, take_message, &found, error);
    if (status == VAHO_OK && found.bytes.nbytes == 0)
        status = vaho_fail(error, VAHO_NOT_FOUND, "%s: has no message %" PRIu64 " to %s",
                           casebook->path, sequence, partner);
    if (status == VAHO_OK)
        status = vaho_partner_each(casebook, take_partner, &found, error);
    if (status == VAHO_OK && found.key[0] == '\0')
        status = vaho_fail(error, VAHO_REFUSED,
                           "%s: the partner %s has no key to seal to; 'vaho partner key' gives it "
                           "one",
                           casebook->path, partner);
    if (status == VAHO_OK)
        status = seal(out, out_proved, casebook, &found, from, error);
    vaho_text_free(&found.bytes);
    return status;
}
