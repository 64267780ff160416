/* made_release.h - policies, leads and requests made by the tests */
#ifndef VAHO_TESTS_MADE_RELEASE_H
#define VAHO_TESTS_MADE_RELEASE_H

#include <math.h>
#include <stdint.h>

#include "../mandate/made_mandate.h"
#include "release/release.h"

#define MADE_AT_S 1775822400.0 /* 2026-04-10T12:00:00Z */

static inline json_t *made_policy_body(void)
{
    static const char text[] =
        "{\"format\":\"vaho-policy-1\",\"id\":\"south-1\",\"partner\":\"south\",\"exercise\":false,"
        "\"area\":{\"type\":\"Polygon\",\"coordinates\":"
        "[[[-119,33],[-116,33],[-116,36],[-119,36],[-119,33]]]},"
        "\"gases\":[\"ammonia\"],\"least_probability\":0.8,\"grid\":{\"metres\":1000},"
        "\"time_step_s\":3600,\"delay_s\":0,\"valid_s\":604800,"
        "\"fields\":[\"place\",\"gas\",\"probability\",\"first_seen\",\"last_seen\",\"emission\"],"
        "\"emission_digits\":1,"
        "\"window\":{\"from\":\"2026-04-01T00:00:00Z\",\"to\":\"2026-12-31T23:59:59Z\"},"
        "\"marking\":{\"tlp\":\"TLP:AMBER+STRICT\",\"onward\":\"organisation\"}}";
    json_t *body = json_loads(text, 0, NULL);

    assert_non_null(body);
    return body;
}

/* 'body' is taken. */
static inline struct vaho_policy *made_policy(json_t *body)
{
    char *text = json_dumps(body, 0);
    struct vaho_policy *policy;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_policy_parse(&policy, text, strlen(text), "p.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    free(text);
    json_decref(body);
    return policy;
}

static inline struct vaho_lead made_lead(void)
{
    return (struct vaho_lead){.gas = "ammonia",
                              .longitude_deg = -117.493817,
                              .latitude_deg = 34.512345,
                              .sigma_m = 12,
                              .probability = 0.97,
                              .first_seen_s = MADE_AT_S - 200000,
                              .last_seen_s = MADE_AT_S - 7300,
                              .emission_kg_h = 14.2,
                              .emission_sigma_kg_h = 2.1};
}

/* The first message of a partner. */
static inline struct vaho_release_request made_request(const struct vaho_lead *lead,
                                                       const struct vaho_policy *policy,
                                                       const struct vaho_mandate *const *mandate)
{
    return (struct vaho_release_request){.lead = lead,
                                         .policy = policy,
                                         .n_mandates = 1,
                                         .mandate = mandate,
                                         .at_s = MADE_AT_S,
                                         .lead_id = "00112233445566778899aabbccddeeff",
                                         .sequence = 1,
                                         .ledger_origin =
                                             "vaho-ledger/00000000000000000000000000000001",
                                         .ledger_index = 41};
}

/* Random numbers that are the same everywhere: splitmix64. */
static inline double made_dice(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

#endif
