/* test_mandate.c - the terms of mandates are read strictly: what is not understood is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_mandate.h"

static void the_terms_are_read(void **state)
{
    struct vaho_mandate *m = made_mandate(made_body(), NULL);
    const struct vaho_mandate_terms *t = vaho_mandate_terms(m);

    (void)state;
    assert_string_equal(t->id, "sierra-1");
    assert_string_equal(t->issuer, "north");
    assert_string_equal(t->on_behalf_of, "south");
    assert_int_equal(t->n_signers, 2);
    assert_string_equal(t->signer[1], "south");
    assert_true(t->from_s == 1775001600.0); /* date -u -d 2026-04-01 +%s */
    assert_true(t->border_sigmas == 3 && t->assumed_sigma_m == 10);
    assert_int_equal(t->n_sensors, 1);
    assert_string_equal(t->sensor[0], "HyTES");
    assert_true(vaho_mandate_names_gas(m, "methane"));
    assert_false(vaho_mandate_names_gas(m, "sulfur_dioxide"));
    assert_int_equal(t->n_partners, 1);
    assert_true(t->partner[0].precision_m == 100 && t->partner[0].time_precision_s == 3600);
    assert_int_equal(strncmp(t->label, "sierra-1 sha256:", 16), 0);
    assert_string_equal(t->label + 16, t->sha256);
    vaho_mandate_free(m);
}

static void any_and_nobody_are_said_so(void **state)
{
    json_t *body = made_body();
    struct vaho_mandate *m;

    (void)state;
    json_object_set_new(body, "sensors", json_pack("[s]", "*"));
    json_object_set_new(body, "gases", json_pack("[s]", "*"));
    json_object_set_new(body, "partners", json_array());
    json_object_set_new(body, "cosigners", json_pack("[s,s]", "park", "north")); /* each once */
    json_object_del(body, "on_behalf_of");
    m = made_mandate(body, NULL);
    assert_int_equal(m->terms.n_sensors, 0);
    assert_true(vaho_mandate_names_gas(m, "anything"));
    assert_int_equal(m->terms.n_partners, 0);
    assert_int_equal(m->terms.n_signers, 2);
    assert_string_equal(m->terms.on_behalf_of, "");
    vaho_mandate_free(m);
}

/* The hash is of the canonical terms: blanks, order and signatures do not change it. */
static void the_hash_is_of_the_terms_alone(void **state)
{
    static const unsigned char seeds[] = {1, 2, 0};
    struct vaho_mandate *plain = made_mandate(made_body(), NULL);
    struct vaho_mandate *signed_twice = made_mandate(made_body(), seeds);
    json_t *body = made_body();
    struct vaho_mandate *other;

    (void)state;
    assert_string_equal(plain->terms.sha256, signed_twice->terms.sha256);
    json_object_set_new(body, "id", json_string("sierra-2"));
    other = made_mandate(body, NULL);
    assert_string_not_equal(plain->terms.sha256, other->terms.sha256);
    vaho_mandate_free(plain);
    vaho_mandate_free(signed_twice);
    vaho_mandate_free(other);
}

static void expect_refused(const char *text, const char *word)
{
    struct vaho_mandate *m;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_mandate_parse(&m, text, strlen(text), "m.json", &error), VAHO_BAD_INPUT);
    assert_null(m);
    if (strstr(error.message, word) == NULL || strstr(error.message, "m.json") == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
}

/* 'name' of the body set to the JSON 'value' (NULL: left out). */
static void expect_member_refused(const char *name, const char *value, const char *word)
{
    json_t *body = made_body();
    char *text;

    if (value == NULL)
        json_object_del(body, name);
    else
        json_object_set_new(body, name, json_loads(value, JSON_DECODE_ANY, NULL));
    text = made_signed(body, "mandate", NULL);
    expect_refused(text, word);
    free(text);
}

static void what_is_wrong_is_said(void **state)
{
    static const char *const members[] = {"format",  "id",     "exercise", "issuer",
                                          "area",    "border", "window",   "cosigners",
                                          "sensors", "gases",  "partners"};

    (void)state;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        expect_member_refused(members[i], NULL, members[i]);
    expect_member_refused("colour", "1", "'colour' that is not known");
    expect_member_refused("format", "\"vaho-mandate-2\"", "this version knows");
    expect_member_refused("exercise", "0", "true or false");
    expect_member_refused("id", "\"no mandate\"", "'id' must be");
    expect_member_refused("id", "\"\"", "'id' must be");
    expect_member_refused("id", "\"-x\"", "'id' must be");
    expect_member_refused("issuer", "\"a b\"", "'issuer' must be");
    expect_member_refused("on_behalf_of", "\"\"", "'on_behalf_of' must be");
    expect_member_refused("cosigners", "[1]", "cosigners[0]");
    expect_member_refused("border", "{\"sigmas\":0.5,\"assumed_sigma_m\":1}",
                          "'sigmas' must be from 1");
    expect_member_refused("border", "{\"sigmas\":3,\"assumed_sigma_m\":-1}", "assumed_sigma_m");
    expect_member_refused("border", "{\"sigmas\":3}", "lacks 'assumed_sigma_m'");
    expect_member_refused("window", "{\"from\":\"2026-04-01\",\"to\":\"2026-04-02T00:00:00Z\"}",
                          "must be moments like");
    expect_member_refused("window",
                          "{\"from\":\"2026-04-02T00:00:00Z\",\"to\":\"2026-04-01T00:00:00Z\"}",
                          "before it begins");
    expect_member_refused("sensors", "[]", "'sensors' must name");
    expect_member_refused("gases", "[]", "'gases' must name");
    expect_member_refused("gases", "[\"Ammonia\"]", "lower case");
    expect_member_refused("gases", "[\"*\",\"ammonia\"]", "gases[0]");
    expect_member_refused("gases", "[\"ammonia\",\"ammonia\"]", "twice");
    expect_member_refused("partners", "[{\"name\":\"south\"}]", "lacks 'precision_m'");
    expect_member_refused("partners",
                          "[{\"name\":\"s\",\"precision_m\":1,\"time_precision_s\":-1}]",
                          "time_precision_s");
    expect_member_refused("partners",
                          "[{\"name\":\"s\",\"precision_m\":1,\"time_precision_s\":1},"
                          "{\"name\":\"s\",\"precision_m\":1,\"time_precision_s\":1}]",
                          "named twice");
    expect_member_refused("area",
                          "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1],[1,0],[0,1],"
                          "[0,0]]]}",
                          "Self-intersection");
}

static void what_is_no_document_is_said(void **state)
{
    (void)state;
    expect_refused("", "not JSON");
    expect_refused("[]", "must be an object");
    expect_refused("{\"mandate\":{},\"signatures\":[],\"more\":1}", "'more' that is not known");
    expect_refused("{\"mandate\":{}}", "lacks 'signatures'");
    expect_refused("{\"mandate\":{},\"mandate\":{},\"signatures\":[]}", "duplicate");
    expect_refused("{\"mandate\":{\"id\":\"a\\u0000b\"},\"signatures\":[]}", "not JSON");
    expect_refused("{\"mandate\":{},\"signatures\":[{\"key\":\"AB\",\"signature\":\"\"}]}",
                   "signatures[0]");
    expect_refused("{\"mandate\":{\"n\":123456789012345678},\"signatures\":[]}", "2^53");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terms_are_read),
        cmocka_unit_test(any_and_nobody_are_said_so),
        cmocka_unit_test(the_hash_is_of_the_terms_alone),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(what_is_no_document_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
