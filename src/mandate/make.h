/*
 * make.h - new mandates and revocations, and signing them
 *
 * What is made here has been read back by the same strict parser that everyone
 * else uses, so that nothing is handed out that nobody accepts.
 */
#ifndef VAHO_MANDATE_MAKE_H
#define VAHO_MANDATE_MAKE_H

#include <stddef.h>

#include "base/signing.h"
#include "base/text.h"
#include "vaho/mandate.h"

/* All borrowed. */
struct vaho_mandate_draft {
    const char *id, *issuer, *on_behalf_of; /* on_behalf_of may be NULL */
    int exercise;
    size_t n_cosigners, n_sensors, n_gases, n_partners;
    const char *const *cosigner, *const *sensor, *const *gas;
    const struct vaho_mandate_partner *partner;
    const char *from, *to;
    double border_sigmas, assumed_sigma_m;
    const char *area; /* GeoJSON: a geometry, a feature, or a collection of one feature */
    size_t area_nbytes;
    const char *area_path; /* for messages */
};

/* Appends the text of an unsigned mandate.  VAHO_BAD_INPUT, VAHO_NO_MEMORY. */
enum vaho_status vaho_mandate_draft_write(struct vaho_text *out,
                                          const struct vaho_mandate_draft *draft,
                                          struct vaho_error *error);

/* Appends the text of an unsigned list of revocations by 'issuer'. */
enum vaho_status vaho_revocations_draft_write(struct vaho_text *out, const char *issuer,
                                              const char *issued, const char *reason,
                                              const struct vaho_mandate *const *mandate, size_t n,
                                              struct vaho_error *error);

/*
 * Appends the document in 'data' (a mandate or revocations) with one signature more.
 * VAHO_BAD_INPUT: it is neither.  VAHO_USAGE: this key has signed it.
 */
enum vaho_status vaho_mandate_sign(struct vaho_text *out, const char *data, size_t nbytes,
                                   const char *path, const struct vaho_secret_key *key,
                                   struct vaho_error *error);

#endif
