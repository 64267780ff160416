/* Policies: what is read, what is not, and that none gives more than its mandate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_release.h"

static void is_read(void **unused)
{
    struct vaho_policy *policy = made_policy(made_policy_body());
    const struct vaho_policy_terms *t = vaho_policy_terms(policy);

    (void)unused;
    assert_string_equal(t->partner, "south");
    assert_int_equal(t->fields, 63);
    assert_true(t->grid_m == 1000 && t->delay_s == 0 && t->valid_s == 604800);
    assert_true(vaho_policy_names_gas(policy, "ammonia"));
    assert_false(vaho_policy_names_gas(policy, "methane"));
    assert_true(vaho_policy_holds_disc(policy, -117, 34, 1000));
    assert_false(vaho_policy_holds_disc(policy, -116.001, 34, 1000));
    vaho_policy_free(policy);
    policy = made_policy(json_loads(
        "{\"format\":\"vaho-policy-1\",\"id\":\"a\",\"partner\":\"b\",\"exercise\":true,\"area\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]},\"gases\":[\"*\"],"
        "\"least_probability\":0,\"grid\":{\"decimals\":2},\"time_step_s\":1,\"delay_s\":60,"
        "\"valid_s\":60,\"fields\":[\"gas\"],\"emission_digits\":2,\"window\":{\"from\":"
        "\"2026-04-01T00:00:00Z\",\"to\":\"2026-04-02T00:00:00Z\"},\"marking\":{\"tlp\":"
        "\"TLP:CLEAR\",\"onward\":\"nobody\"}}",
        0, NULL));
    assert_true(vaho_policy_names_gas(policy, "methane"));
    assert_true(fabs(vaho_policy_terms(policy)->grid_m - 1105) < 1e-6);
    vaho_policy_free(policy);
}

static void what_is_not_understood_is_refused(void **unused)
{
    static const struct {
        const char *name, *json, *word;
    } wrong[] = {{"format", "\"vaho-policy-2\"", "format is"},
                 {"id", "\"-x\"", "must be names"},
                 {"partner", "\"\"", "must be names"},
                 {"partner", "\"*\"", "must be names"},
                 {"exercise", "1", "true or false"},
                 {"more", "1", "not known"},
                 {"area", "{\"type\":\"Point\",\"coordinates\":[0,0]}", "area"},
                 {"gases", "[]", "must name 1"},
                 {"gases", "[\"ammonia\",\"ammonia\"]", "twice"},
                 {"gases", "[\"ammonia\",\"*\"]", "name of a gas"},
                 {"least_probability", "1.01", "from 0 to 1"},
                 {"grid", "{}", "'metres' or 'decimals'"},
                 {"grid", "{\"metres\":100,\"decimals\":2}", "'metres' or 'decimals'"},
                 {"grid", "{\"metres\":0}", "from 1 to 50000"},
                 {"grid", "{\"metres\":50001}", "from 1 to 50000"},
                 {"grid", "{\"decimals\":6}", "from 1 to 5"},
                 {"time_step_s", "0", "from 1"},
                 {"delay_s", "-1", "from 0"},
                 {"valid_s", "1e300", "from 60"},
                 {"fields", "[]", "one or more"},
                 {"fields", "[\"place\",\"place\"]", "twice"},
                 {"fields", "[\"words\"]", "must be place"},
                 {"emission_digits", "3", "from 1 to 2"},
                 {"emission_digits", "1.5", "whole number"},
                 {"window", "{\"from\":\"2026-04-01T00:00:00Z\",\"to\":\"2026-04-01T00:00:00Z\"}",
                  "before it begins"},
                 {"window", "{\"from\":\"2026-04-01\",\"to\":\"2026-04-02\"}", "moments"},
                 {"marking", "{\"tlp\":\"TLP:WHITE\",\"onward\":\"nobody\"}", "'tlp' must be"},
                 {"marking", "{\"tlp\":\"TLP:ROJO\",\"onward\":\"nobody\"}", "'tlp' must be"},
                 {"marking", "{\"tlp\":\"TLP:RED\",\"onward\":\"friends\"}", "'onward' must be"},
                 {"marking", "{\"tlp\":\"TLP:RED\",\"onward\":\"organisation\"}", "at most"}};

    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_t *body = made_policy_body();
        struct vaho_policy *policy;
        struct vaho_error error = {VAHO_OK, ""};
        char *text;
        json_object_set_new(body, wrong[i].name, json_loads(wrong[i].json, JSON_DECODE_ANY, NULL));
        text = json_dumps(body, 0);
        assert_int_equal(vaho_policy_parse(&policy, text, strlen(text), "p.json", &error),
                         VAHO_BAD_INPUT);
        assert_null(policy);
        if (strstr(error.message, wrong[i].word) == NULL)
            fail_msg("'%s' does not say '%s'", error.message, wrong[i].word);
        free(text);
        json_decref(body);
    }
    for (size_t i = 0; i < 15; i++) {
        json_t *body = made_policy_body();
        void *at = json_object_iter(body);
        struct vaho_policy *policy;
        char *text;
        for (size_t k = 0; k < i; k++)
            at = json_object_iter_next(body, at);
        json_object_del(body, json_object_iter_key(at));
        text = json_dumps(body, 0); /* nothing has a default */
        assert_int_equal(vaho_policy_parse(&policy, text, strlen(text), "p.json", NULL),
                         VAHO_BAD_INPUT);
        free(text);
        json_decref(body);
    }
}

static void a_mandate_is_never_widened(void **unused)
{
    static const struct {
        const char *of, *name, *json, *word;
    } wider[] = {{"policy", "grid", "{\"metres\":99}", "rule 'precision'"},
                 {"policy", "grid", "{\"decimals\":4}", "rule 'precision'"},
                 {"policy", "time_step_s", "3599", "rule 'time-precision'"},
                 {"policy", "partner", "\"south2\"", "rule 'partner'"},
                 {"policy", "partner", "\"South\"", "rule 'partner'"},
                 {"policy", "partner", "\"root\"", "rule 'partner'"},
                 {"policy", "exercise", "true", "rule 'exercise'"},
                 {"mandate", "exercise", "true", "rule 'exercise'"},
                 {"mandate", "partners", "[]", "nobody may be told"}};
    static const unsigned char seeds[] = {1, 2, 0};

    (void)unused;
    for (size_t i = 0; i <= sizeof wider / sizeof wider[0]; i++) {
        json_t *policy_body = made_policy_body(), *mandate_body = made_body();
        struct vaho_mandate *mandate;
        struct vaho_policy *policy;
        struct vaho_error error = {VAHO_OK, ""};
        int all = i == sizeof wider / sizeof wider[0]; /* the last: nothing is wider */
        json_object_set_new(policy_body, "grid", json_pack("{s:i}", "metres", 100));
        if (!all)
            json_object_set_new(wider[i].of[0] == 'p' ? policy_body : mandate_body, wider[i].name,
                                json_loads(wider[i].json, JSON_DECODE_ANY, NULL));
        mandate = made_mandate(mandate_body, seeds);
        policy = made_policy(policy_body);
        assert_int_equal(vaho_policy_check(policy, mandate, &error), all ? VAHO_OK : VAHO_REFUSED);
        if (!all && strstr(error.message, wider[i].word) == NULL)
            fail_msg("'%s' does not say '%s'", error.message, wider[i].word);
        vaho_mandate_free(mandate);
        vaho_policy_free(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_read),
                                       cmocka_unit_test(what_is_not_understood_is_refused),
                                       cmocka_unit_test(a_mandate_is_never_widened)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
