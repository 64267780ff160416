/*
 * one_time_code.h - codes of the second factor (RFC 6238: HMAC-SHA-1, 30 seconds, six digits)
 */
#ifndef VAHO_SERVE_ONE_TIME_CODE_H
#define VAHO_SERVE_ONE_TIME_CODE_H

#include <stdint.h>

#include "casebook/codes.h"

/* The step whose code this is, at 'now_s' or one step off; -1: it is none. */
int64_t vaho_one_time_step(const unsigned char secret[VAHO_CODE_SECRET_NBYTES], const char *code,
                           double now_s);

/* The secret as an authenticator takes it: 32 characters of base 32, and a NUL. */
enum { VAHO_CODE_BASE32_NBYTES = 33 };
int vaho_one_time_write(char out[VAHO_CODE_BASE32_NBYTES],
                        const unsigned char secret[VAHO_CODE_SECRET_NBYTES]);

#endif
