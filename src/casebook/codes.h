/*
 * codes.h - the second factor of an account: the secret of its one-time codes
 *
 * A code is of a step of time (RFC 6238); the last step used is kept, so that none serves twice,
 * also after a restart.  The secret itself is kept, for codes are reckoned from it: who may read
 * the casebook file can make codes, not passwords.
 */
#ifndef VAHO_CASEBOOK_CODES_H
#define VAHO_CASEBOOK_CODES_H

#include "casebook/accounts.h"

enum { VAHO_CODE_SECRET_NBYTES = 20 };

/* VAHO_NOT_FOUND: the account has none. */
enum vaho_status vaho_code_secret(unsigned char out[VAHO_CODE_SECRET_NBYTES],
                                  struct vaho_casebook *casebook, const char *account,
                                  struct vaho_error *error);

/* Uses up the step.  VAHO_REFUSED: it, or a later one, was used before. */
enum vaho_status vaho_code_use(struct vaho_casebook *casebook, const char *account, int64_t step,
                               struct vaho_error *error);

/* Sets the secret, with the first step used; NULL: takes it away.  One's own, or an admin's to take
 * away; told in the ledger as "user-code".  VAHO_NOT_FOUND: no such account, or no code to take. */
enum vaho_status vaho_code_set(struct vaho_casebook *casebook, const struct vaho_act *act,
                               const char *account,
                               const unsigned char secret[VAHO_CODE_SECRET_NBYTES], int64_t step,
                               struct vaho_error *error);

#endif
