/* test_check.c - who signed, who took back, and for which flight */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_mandate.h"

enum { NORTH = 1, SOUTH = 2, PARK = 3, STRANGER = 9 };

static struct vaho_trust *both_trusted(void)
{
    return made_trust(json_pack("[o,o,o]", made_authority("north", NORTH, NULL),
                                made_authority("south", SOUTH, NULL),
                                made_authority("park", PARK, NULL)));
}

static void expect(const struct vaho_mandate *m, const struct vaho_trust *trust,
                   const struct vaho_revocations *r, enum vaho_status status, const char *word)
{
    const struct vaho_revocations *list[1] = {r};
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_mandate_check(m, trust, list, r != NULL, &error), status);
    if (strstr(error.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
}

static void expect_signed(const unsigned char *seeds, enum vaho_status status, const char *word)
{
    struct vaho_mandate *m = made_mandate(made_body(), seeds);
    struct vaho_trust *trust = both_trusted();

    expect(m, trust, NULL, status, word);
    vaho_trust_free(trust);
    vaho_mandate_free(m);
}

static void all_who_must_have_to_sign(void **state)
{
    (void)state;
    expect_signed((const unsigned char[]){NORTH, SOUTH, 0}, VAHO_OK, "");
    expect_signed((const unsigned char[]){SOUTH, STRANGER, NORTH, 0}, VAHO_OK, "");
    expect_signed(NULL, VAHO_REFUSED, "not signed by north; it bears no signature");
    expect_signed((const unsigned char[]){NORTH, 0}, VAHO_REFUSED, "not signed by south");
    expect_signed((const unsigned char[]){SOUTH, 0}, VAHO_REFUSED, "not signed by north");
    expect_signed((const unsigned char[]){NORTH, PARK, 0}, VAHO_REFUSED, "not signed by south");
    expect_signed((const unsigned char[]){STRANGER, 0}, VAHO_REFUSED, "not signed by north");
}

static void an_unknown_signer_is_no_signer(void **state)
{
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    struct vaho_mandate *m = made_mandate(made_body(), seeds);
    struct vaho_trust *trust = made_trust(json_pack("[o]", made_authority("north", NORTH, NULL)));

    (void)state;
    expect(m, trust, NULL, VAHO_REFUSED, "south, whom the trust does not name");
    vaho_trust_free(trust);
    /* the right names, other keys */
    trust = made_trust(
        json_pack("[o,o]", made_authority("north", 21, NULL), made_authority("south", 22, NULL)));
    expect(m, trust, NULL, VAHO_REFUSED, "not signed by north");
    vaho_trust_free(trust);
    vaho_mandate_free(m);
}

/* Any byte of the terms changed after signing is noticed. */
static void tampering_is_noticed(void **state)
{
    static const char *const change[][2] = {{"methane", "acetone"},   {"2026-04-30", "2026-05-30"},
                                            {"-117", "-116"},         {"HyTES", "HyTEZ"},
                                            {"sierra-1", "sierra-2"}, {"false", "true "},
                                            {"3600", "3601"}};
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    struct vaho_trust *trust = both_trusted();

    (void)state;
    for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
        char *text = made_signed(made_body(), "mandate", seeds), *at;
        struct vaho_mandate *m;
        int n = 0;
        for (at = text; (at = strstr(at, change[i][0])) != NULL; at++, n++)
            memcpy(at, change[i][1], strlen(change[i][1]));
        assert_true(n > 0);
        assert_int_equal(vaho_mandate_parse(&m, text, strlen(text), "m.json", NULL), VAHO_OK);
        expect(m, trust, NULL, VAHO_REFUSED, "was changed after it was signed");
        vaho_mandate_free(m);
        free(text);
    }
    vaho_trust_free(trust);
}

/* One signature good, one of a trusted key that does not fit: not overlooked. */
static void a_broken_signature_is_not_overlooked(void **state)
{
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    struct vaho_trust *trust = both_trusted();
    json_t *root;
    char *text = made_signed(made_body(), "mandate", seeds), *broken;
    struct vaho_mandate *m;

    (void)state;
    root = json_loads(text, 0, NULL);
    json_object_set(
        json_array_get(json_object_get(root, "signatures"), 1), "signature",
        json_object_get(json_array_get(json_object_get(root, "signatures"), 0), "signature"));
    broken = json_dumps(root, 0);
    assert_int_equal(vaho_mandate_parse(&m, broken, strlen(broken), "m.json", NULL), VAHO_OK);
    expect(m, trust, NULL, VAHO_REFUSED, "the signature of south does not fit");
    vaho_mandate_free(m);
    vaho_trust_free(trust);
    json_decref(root);
    free(broken);
    free(text);
}

static struct vaho_revocations *revocations(const char *issuer, const char *id, unsigned char seed,
                                            int tampered)
{
    const unsigned char seeds[] = {seed, 0};
    char *text = made_signed(json_pack("{s:s, s:s, s:s, s:[{s:s, s:s, s:s}]}", "format",
                                       "vaho-revocations-1", "issuer", issuer, "issued",
                                       "2026-04-05T09:00:00Z", "mandates", "issuer", "north", "id",
                                       id, "reason", "the farm asked"),
                             "revocations", seeds);
    struct vaho_revocations *r;
    struct vaho_error error = {VAHO_OK, ""};

    if (tampered)
        memcpy(strstr(text, "the farm"), "the bank", 8);
    if (vaho_revocations_parse(&r, text, strlen(text), "r.json", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    free(text);
    return r;
}

static void expect_revoked(struct vaho_revocations *r, enum vaho_status status, const char *word)
{
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    struct vaho_mandate *m = made_mandate(made_body(), seeds);
    struct vaho_trust *trust = both_trusted();

    expect(m, trust, r, status, word);
    vaho_trust_free(trust);
    vaho_mandate_free(m);
    vaho_revocations_free(r);
}

static void any_of_its_signers_can_take_it_back(void **state)
{
    (void)state;
    expect_revoked(revocations("north", "sierra-1", NORTH, 0), VAHO_REFUSED,
                   "was revoked by north (2026-04-05T09:00:00Z): the farm asked");
    expect_revoked(revocations("south", "sierra-1", SOUTH, 0), VAHO_REFUSED, "revoked by south");
    expect_revoked(revocations("north", "sierra-7", NORTH, 0), VAHO_OK, "");
    expect_revoked(revocations("park", "sierra-1", PARK, 0), VAHO_OK, ""); /* no say in it */
}

/* A list that cannot be believed must not be passed over. */
static void a_doubtful_list_is_refused(void **state)
{
    (void)state;
    expect_revoked(revocations("north", "sierra-1", NORTH, 1), VAHO_REFUSED, "was changed");
    expect_revoked(revocations("north", "sierra-7", SOUTH, 0), VAHO_REFUSED, "not signed by north");
    expect_revoked(revocations("nobody", "sierra-7", NORTH, 0), VAHO_REFUSED,
                   "nobody, whom the trust does not name");
}

/* What was signed as one kind of document is nothing as another. */
static void kinds_are_kept_apart(void **state)
{
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    char *text = made_signed(made_body(), "revocations", seeds);
    char *renamed = malloc(strlen(text) + 1);
    const char *at = strstr(text, "\"revocations\"");
    struct vaho_trust *trust = both_trusted();
    struct vaho_mandate *m;

    (void)state;
    sprintf(renamed, "%.*s\"mandate\"%s", (int)(at - text), text, at + strlen("\"revocations\""));
    assert_int_equal(vaho_mandate_parse(&m, renamed, strlen(renamed), "m.json", NULL), VAHO_OK);
    expect(m, trust, NULL, VAHO_REFUSED, "was changed after it was signed");
    vaho_mandate_free(m);
    vaho_trust_free(trust);
    free(renamed);
    free(text);
}

static void expect_trust_refused(const char *text, const char *word)
{
    struct vaho_trust *trust;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_trust_parse(&trust, text, strlen(text), "t.json", &error),
                     VAHO_BAD_INPUT);
    assert_null(trust);
    if (strstr(error.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
}

#define KEY "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define TRUST(authorities) "{\"format\":\"vaho-trust-1\",\"authorities\":[" authorities "]}"

static void trust_is_read_strictly(void **state)
{
    (void)state;
    expect_trust_refused("{}", "lacks 'format'");
    expect_trust_refused("{\"format\":\"x\",\"authorities\":[]}", "vaho-trust-1");
    expect_trust_refused(TRUST("{\"name\":\"a\",\"keys\":[]}"), "1 to 100 keys");
    expect_trust_refused(TRUST("{\"name\":\"a\",\"keys\":[\"12\"]}"), "64 lower-case");
    expect_trust_refused(TRUST("{\"name\":\"a b\",\"keys\":[\"" KEY "\"]}"), "name must be");
    expect_trust_refused(
        TRUST("{\"name\":\"a\",\"keys\":[\"" KEY "\"]},{\"name\":\"b\",\"keys\":[\"" KEY "\"]}"),
        "belongs to a already");
    expect_trust_refused(TRUST("{\"name\":\"a\",\"keys\":[\"" KEY "\"]},{\"name\":\"a\",\"keys\":"
                               "[]}"),
                         "named twice");
    expect_trust_refused(TRUST("{\"name\":\"a\",\"keys\":[\"" KEY "\"],\"territory\":{}}"),
                         "the territory of a");
}

/* --- flights -------------------------------------------------------------- */

static void expect_flight(int exercise_mandate, struct vaho_cube_info info, enum vaho_status status,
                          const char *word)
{
    json_t *body = made_body();
    struct vaho_mandate *m;
    struct vaho_error error = {VAHO_OK, ""};

    json_object_set_new(body, "exercise", json_boolean(exercise_mandate));
    m = made_mandate(body, NULL);
    info.path = "line.bil";
    assert_int_equal(vaho_mandate_check_flight(m, &info, &error), status);
    if (strstr(error.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
    vaho_mandate_free(m);
}

static void flights_fit_or_are_refused(void **state)
{
    static const struct vaho_georeference placed = {.kind = VAHO_GEOREFERENCE_AFFINE}, lost = {0};
    struct vaho_cube_info good = {
        .acquired = "2026-04-10T10:00:00Z", .sensor = "HyTES", .georeference = &placed};
    struct vaho_cube_info info;

    (void)state;
    expect_flight(0, good, VAHO_OK, "");
    expect_flight(1, good, VAHO_REFUSED, "worth nothing for a real flight");
    good.exercise = 1;
    expect_flight(0, good, VAHO_REFUSED, "an exercise needs an exercise mandate");
    expect_flight(1, good, VAHO_OK, "");
    good.exercise = 0;
    info = good, info.georeference = &lost;
    expect_flight(0, info, VAHO_REFUSED, "does not say where its pixels lie");
    info = good, info.acquired = "";
    expect_flight(0, info, VAHO_REFUSED, "does not say when it was flown");
    info = good, info.acquired = "2026-03-31T23:59:59Z";
    expect_flight(0, info, VAHO_REFUSED, "not yet valid");
    info = good, info.acquired = "2026-05-01T00:00:00Z";
    expect_flight(0, info, VAHO_REFUSED, "has expired");
    info = good, info.acquired = "2026-04-30T23:59:59.500Z";
    expect_flight(0, info, VAHO_REFUSED, "has expired");
    info = good, info.acquired = "2026-04-01T00:00:00Z"; /* the first moment belongs to it */
    expect_flight(0, info, VAHO_OK, "");
    info = good, info.acquired = "2026-04-30T23:59:59Z"; /* and the last */
    expect_flight(0, info, VAHO_OK, "");
    info = good, info.sensor = "";
    expect_flight(0, info, VAHO_REFUSED, "does not say which sensor");
    info = good, info.sensor = "hytes";
    expect_flight(0, info, VAHO_REFUSED, "which the mandate sierra-1 does not name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_who_must_have_to_sign),
        cmocka_unit_test(an_unknown_signer_is_no_signer),
        cmocka_unit_test(tampering_is_noticed),
        cmocka_unit_test(a_broken_signature_is_not_overlooked),
        cmocka_unit_test(any_of_its_signers_can_take_it_back),
        cmocka_unit_test(a_doubtful_list_is_refused),
        cmocka_unit_test(kinds_are_kept_apart),
        cmocka_unit_test(trust_is_read_strictly),
        cmocka_unit_test(flights_fit_or_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
