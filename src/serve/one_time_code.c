#include "serve/one_time_code.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_S = 30, DIGITS = 6, WINDOW = 1 };

int64_t vaho_one_time_step(const unsigned char secret[VAHO_CODE_SECRET_NBYTES], const char *code,
                           double now_s)
{
    int64_t now = (int64_t)(now_s / STEP_S), found = -1;
    char wanted[DIGITS + 1];

    if (strlen(code) != DIGITS)
        return -1;
    for (int64_t step = now - WINDOW; step <= now + WINDOW; step++)
        if (oath_totp_generate((const char *)secret, VAHO_CODE_SECRET_NBYTES,
                               (time_t)(step * STEP_S), STEP_S, 0, DIGITS, wanted) == OATH_OK &&
            sodium_memcmp(wanted, code, DIGITS) == 0)
            found = step;
    sodium_memzero(wanted, sizeof wanted);
    return found;
}

int vaho_one_time_write(char out[VAHO_CODE_BASE32_NBYTES],
                        const unsigned char secret[VAHO_CODE_SECRET_NBYTES])
{
    char *text = NULL;
    size_t n = 0;
    int good =
        oath_base32_encode((const char *)secret, VAHO_CODE_SECRET_NBYTES, &text, &n) == OATH_OK &&
        n == VAHO_CODE_BASE32_NBYTES - 1;

    if (good)
        snprintf(out, VAHO_CODE_BASE32_NBYTES, "%s", text);
    if (text != NULL)
        sodium_memzero(text, n);
    free(text);
    return good;
}
