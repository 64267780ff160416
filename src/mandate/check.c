/* check.c - is a mandate worth anything, and for this flight */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "base/text.h"
#include "mandate/parts.h"

int vaho_signed_by(const struct vaho_document *document, const struct vaho_trust *trust,
                   const char *name)
{
    const struct vaho_authority *authority = vaho_trust_named(trust, name);

    for (size_t i = 0; authority != NULL && i < document->n_signatures; i++)
        if (document->signature[i].fits &&
            vaho_trust_with_key(trust, document->signature[i].key) == authority)
            return 1;
    return 0;
}

/* A signature by a key of 'name' that does not fit: the document is not what was signed. */
static int tampered(const struct vaho_document *document, const struct vaho_trust *trust,
                    const char *name)
{
    for (size_t i = 0; i < document->n_signatures; i++) {
        const struct vaho_authority *by = vaho_trust_with_key(trust, document->signature[i].key);
        if (!document->signature[i].fits && by != NULL && strcmp(by->name, name) == 0)
            return 1;
    }
    return 0;
}

static enum vaho_status check_signer(const struct vaho_document *document, const char *path,
                                     const char *what, const struct vaho_trust *trust,
                                     const char *name, struct vaho_error *error)
{
    if (vaho_trust_named(trust, name) == NULL)
        return vaho_fail(
            error, VAHO_REFUSED,
            "%s: must be signed by %s, whom the trust does not name as an authority; add "
            "its public key to the trust if you know it",
            path, name);
    if (tampered(document, trust, name))
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: the signature of %s does not fit: the %s was changed after it was "
                         "signed; get the original",
                         path, name, what);
    if (!vaho_signed_by(document, trust, name))
        return vaho_fail(error, VAHO_REFUSED, "%s: is not signed by %s%s", path, name,
                         document->n_signatures == 0
                             ? "; it bears no signature at all"
                             : "; none of its signatures is by a key of theirs");
    return VAHO_OK;
}

static enum vaho_status check_revocations(const struct vaho_mandate *m,
                                          const struct vaho_trust *trust,
                                          const struct vaho_revocations *r,
                                          struct vaho_error *error)
{
    const struct vaho_mandate_terms *t = &m->terms;
    enum vaho_status status =
        check_signer(&r->document, r->path, "list of revocations", trust, r->issuer, error);
    int may = 0;

    if (status != VAHO_OK)
        return status;
    for (size_t i = 0; i < t->n_signers; i++)
        may |= strcmp(t->signer[i], r->issuer) == 0;
    for (size_t i = 0; may && i < r->n; i++)
        if (strcmp(r->entry[i].issuer, t->issuer) == 0 && strcmp(r->entry[i].id, t->id) == 0)
            return vaho_fail(error, VAHO_REFUSED, "%s: the mandate %s was revoked by %s (%s): %s",
                             m->path, t->id, r->issuer, r->issued, r->entry[i].reason);
    return VAHO_OK;
}

enum vaho_status vaho_mandate_check(const struct vaho_mandate *mandate,
                                    const struct vaho_trust *trust,
                                    const struct vaho_revocations *const *revocations,
                                    size_t n_revocations, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < mandate->terms.n_signers && status == VAHO_OK; i++)
        status = check_signer(&mandate->document, mandate->path, "mandate", trust,
                              mandate->signer[i], error);
    for (size_t i = 0; i < n_revocations && status == VAHO_OK; i++)
        status = check_revocations(mandate, trust, revocations[i], error);
    return status;
}

enum vaho_status vaho_mandate_check_time(const struct vaho_mandate *mandate, double at_s,
                                         struct vaho_error *error)
{
    const struct vaho_mandate_terms *t = &mandate->terms;
    char at[VAHO_MOMENT_NBYTES];

    vaho_moment_format(at, at_s);
    if (at_s >= t->from_s && at_s <= t->to_s)
        return VAHO_OK;
    if (at_s < t->from_s)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: the mandate %s is not yet valid at %s; it begins "
                         "at %s",
                         mandate->path, t->id, at, t->from);
    if (at_s > t->to_s)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: the mandate %s has expired at %s; it ended at %s", mandate->path,
                         t->id, at, t->to);
    return vaho_fail(error, VAHO_REFUSED,
                     "%s: the time is not known, so the mandate %s permits "
                     "nothing",
                     mandate->path, t->id);
}

enum vaho_status vaho_mandate_check_flight(const struct vaho_mandate *mandate,
                                           const struct vaho_cube_info *info,
                                           struct vaho_error *error)
{
    const struct vaho_mandate_terms *t = &mandate->terms;
    struct vaho_error reason;
    double at_s;
    size_t i = 0;

    if (t->exercise && !info->exercise)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: %s is an exercise mandate, which is worth nothing for a real flight",
                         info->path, t->id);
    if (!t->exercise && info->exercise)
        return vaho_fail(
            error, VAHO_REFUSED,
            "%s: is simulated, and %s is a mandate for real flights; an exercise needs "
            "an exercise mandate",
            info->path, t->id);
    if (info->georeference->kind == VAHO_GEOREFERENCE_NONE)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: does not say where its pixels lie, so the mandate %s permits none of "
                         "them; add map info to its header or give --geo",
                         info->path, t->id);
    if (!vaho_moment_parse(&at_s, info->acquired))
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: does not say when it was flown, so the mandate %s permits nothing of "
                         "it; add 'acquisition time = YYYY-MM-DDThh:mm:ssZ' to its header",
                         info->path, t->id);
    if (vaho_mandate_check_time(mandate, at_s, &reason) != VAHO_OK)
        return vaho_fail(error, VAHO_REFUSED, "%s: %s", info->path, reason.message);
    if (t->n_sensors == 0)
        return VAHO_OK;
    if (info->sensor[0] == '\0')
        return vaho_fail(
            error, VAHO_REFUSED,
            "%s: does not say which sensor recorded it, and the mandate %s is for some "
            "only; add 'sensor type' to its header",
            info->path, t->id);
    while (i < t->n_sensors && strcmp(t->sensor[i], info->sensor) != 0)
        i++;
    if (i == t->n_sensors)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: was recorded by the sensor '%s', which the mandate %s does not name",
                         info->path, info->sensor, t->id);
    return VAHO_OK;
}
