/* evidence.h - the version of what a person sees of a site */
#ifndef VAHO_REVIEW_EVIDENCE_H
#define VAHO_REVIEW_EVIDENCE_H

#include "base/signing.h"
#include "casebook/database.h"

/*
 * The SHA-256 of the site's gas, plumes (flight and name), passes, known source, and its last
 * decision; not of probabilities, which change with the moment they are reckoned for.
 */
enum vaho_status vaho_evidence_sha256(char out[VAHO_DIGEST_HEX_NBYTES],
                                      struct vaho_casebook *casebook, int64_t site_id,
                                      struct vaho_error *error);

#endif
