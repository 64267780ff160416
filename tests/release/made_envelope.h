/* made_envelope.h - releases, envelopes and receivers made by the tests */
#ifndef VAHO_TESTS_MADE_ENVELOPE_H
#define VAHO_TESTS_MADE_ENVELOPE_H

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "release/envelope.h"

#define MADE_ORIGIN "vaho-ledger/00000000000000000000000000000001"

enum { MADE_MOST = 8 };

/* What a partner has taken in: by number, from 1. */
struct made_history {
    char sha256[MADE_MOST + 1][VAHO_DIGEST_HEX_NBYTES];
};

static inline int made_taken(void *context, char out[VAHO_DIGEST_HEX_NBYTES], uint64_t sequence)
{
    const struct made_history *history = context;

    if (sequence > MADE_MOST || history->sha256[sequence][0] == '\0')
        return 0;
    memcpy(out, history->sha256[sequence], VAHO_DIGEST_HEX_NBYTES);
    return 1;
}

/* A release to south by hand, so that a fuzzer needs no mandate. */
static inline void made_release(struct vaho_text *out, int sequence, int exercise,
                                const char *partner, const char *previous, const char *gas)
{
    char before[128] = "";

    if (previous != NULL)
        snprintf(before, sizeof before, "\"previous_sha256\":\"%s\",", previous);
    vaho_text_init(out, VAHO_RELEASE_MAX_NBYTES);
    vaho_text_printf(
        out,
        "{\"exercise\":%s,\"format\":\"vaho-release-1\",\"gas\":\"%s\",\"kind\":\"release\","
        "\"lead\":\"00112233445566778899aabbccddeeff\",\"ledger\":{\"index\":%d,"
        "\"origin\":\"" MADE_ORIGIN "\"},\"mandates\":[],\"marking\":{\"onward\":\"nobody\","
        "\"tlp\":\"TLP:RED\"},\"partner\":\"%s\",%s\"sequence\":%d,\"time_step_s\":3600,"
        "\"valid\":{\"from\":\"2026-04-10T12:00:00Z\",\"to\":\"2026-04-17T13:00:00Z\"}}",
        exercise ? "true" : "false", gas, 2 + sequence, partner, before, sequence);
}

#endif
