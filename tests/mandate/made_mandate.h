/* made_mandate.h - mandates, trust and revocations made by the tests */
#ifndef VAHO_TESTS_MADE_MANDATE_H
#define VAHO_TESTS_MADE_MANDATE_H

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mandate/parts.h"

/* The key of a seed of one repeated byte. */
static inline struct vaho_secret_key made_key(unsigned char seed)
{
    struct vaho_secret_key key;
    unsigned char bytes[32], public_key[32];

    memset(bytes, seed, sizeof bytes);
    crypto_sign_seed_keypair(public_key, key.byte, bytes);
    return key;
}

static inline json_t *made_body(void)
{
    static const char text[] =
        "{\"format\":\"vaho-mandate-1\",\"id\":\"sierra-1\",\"exercise\":false,"
        "\"issuer\":\"north\",\"on_behalf_of\":\"south\",\"cosigners\":[],"
        "\"area\":{\"type\":\"Polygon\",\"coordinates\":"
        "[[[-118,34],[-117,34],[-117,35],[-118,35],[-118,34]]]},"
        "\"border\":{\"sigmas\":3,\"assumed_sigma_m\":10},"
        "\"window\":{\"from\":\"2026-04-01T00:00:00Z\",\"to\":\"2026-04-30T23:59:59Z\"},"
        "\"sensors\":[\"HyTES\"],\"gases\":[\"ammonia\",\"methane\"],"
        "\"partners\":[{\"name\":\"south\",\"precision_m\":100,\"time_precision_s\":3600}]}";
    json_t *body = json_loads(text, 0, NULL);

    assert_non_null(body);
    return body;
}

/* The text of a document of 'body' (taken) signed with keys of these seeds, 0 at the end. */
static inline char *made_signed(json_t *body, const char *kind, const unsigned char *seed)
{
    struct vaho_document document;
    struct vaho_text text;
    struct vaho_error error;

    assert_int_equal(vaho_document_new(&document, body, kind, &error), VAHO_OK);
    for (; seed != NULL && *seed != 0; seed++) {
        struct vaho_secret_key key = made_key(*seed);
        assert_int_equal(vaho_document_sign(&document, &key, &error), VAHO_OK);
    }
    vaho_text_init(&text, 1 << 20);
    assert_int_equal(vaho_document_write(&text, &document, &error), VAHO_OK);
    vaho_document_free(&document);
    return text.data;
}

/* An authority of the trust, with the key of a seed and perhaps a territory (taken). */
static inline json_t *made_authority(const char *name, unsigned char seed, json_t *territory)
{
    struct vaho_secret_key key = made_key(seed);
    char public_key[VAHO_KEY_HEX_NBYTES];
    json_t *authority;

    vaho_public_key(public_key, &key);
    authority = json_pack("{s:s, s:[s]}", "name", name, "keys", public_key);
    if (territory != NULL)
        json_object_set_new(authority, "territory", territory);
    return authority;
}

/* 'authorities' is taken. */
static inline struct vaho_trust *made_trust(json_t *authorities)
{
    json_t *root = json_pack("{s:s, s:o}", "format", "vaho-trust-1", "authorities", authorities);
    char *text = json_dumps(root, 0);
    struct vaho_trust *trust;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_trust_parse(&trust, text, strlen(text), "trust.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    free(text);
    json_decref(root);
    return trust;
}

static inline struct vaho_mandate *made_mandate(json_t *body, const unsigned char *seed)
{
    char *text = made_signed(body, "mandate", seed);
    struct vaho_mandate *mandate;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_mandate_parse(&mandate, text, strlen(text), "m.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    free(text);
    return mandate;
}

static inline json_t *made_rectangle(double west, double south, double east, double north)
{
    return json_pack("{s:s, s:[[[f,f],[f,f],[f,f],[f,f],[f,f]]]}", "type", "Polygon", "coordinates",
                     west, south, east, south, east, north, west, north, west, south);
}

#endif
