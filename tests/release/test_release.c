/*
 * The decision: each rule, and attempts to get more out of the bytes and the messages than the
 * policy allows, over many random leads and policies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_release.h"

enum { N_POLICIES = 40, N_PLACES = 40, N_WALKS = 60, N_STEPS = 40 };
static const unsigned char SEEDS[] = {1, 2, 0};
static struct vaho_mandate *mandate;
static const struct vaho_mandate *mandates[1];

static int set_up(void **unused)
{
    (void)unused;
    mandates[0] = mandate = made_mandate(made_body(), SEEDS);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    vaho_mandate_free(mandate);
    return 0;
}

/* The bytes, or NULL and the message. */
static char *decide(struct vaho_release_told *told, const struct vaho_release_request *request,
                    struct vaho_error *error)
{
    struct vaho_release_told ignored;
    struct vaho_text text;
    double until_s;

    vaho_text_init(&text, VAHO_RELEASE_MAX_NBYTES);
    if (vaho_release_decide(&text, told == NULL ? &ignored : told, &until_s, request, error) ==
        VAHO_OK)
        return text.data;
    vaho_text_free(&text);
    return NULL;
}

static json_t *object_of(struct vaho_release_told *told, const struct vaho_release_request *request)
{
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_release release;
    char *bytes = decide(told, request, &error);
    json_t *object;

    if (bytes == NULL)
        fail_msg("%s", error.message);
    assert_int_equal(vaho_release_parse(&release, bytes, strlen(bytes), NULL), VAHO_OK);
    vaho_release_free(&release);
    object = json_loads(bytes, 0, NULL);
    free(bytes);
    return object;
}

static double number_in(const json_t *object, const char *name, const char *inner)
{
    const json_t *value = json_object_get(object, name);

    if (inner != NULL)
        value = json_object_get(value, inner);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void these_are_the_bytes(void **unused)
{
    struct vaho_policy *policy = made_policy(made_policy_body());
    struct vaho_lead lead = made_lead();
    struct vaho_release_request request = made_request(&lead, policy, mandates);
    struct vaho_error error = {VAHO_OK, ""};
    char expected[2000], *bytes = decide(NULL, &request, &error);

    (void)unused;
    snprintf(expected, sizeof expected,
             "{\"emission_kg_h\":{\"from\":10,\"to\":20},\"exercise\":false,"
             "\"first_seen\":\"2026-04-08T04:00:00Z\",\"format\":\"vaho-release-1\","
             "\"gas\":\"ammonia\",\"kind\":\"release\",\"last_seen\":\"2026-04-10T09:00:00Z\","
             "\"lead\":\"00112233445566778899aabbccddeeff\",\"ledger\":{\"index\":41,"
             "\"origin\":\"vaho-ledger/00000000000000000000000000000001\"},"
             "\"mandates\":[{\"id\":\"sierra-1\",\"sha256\":\"%s\"}],"
             "\"marking\":{\"onward\":\"organisation\",\"tlp\":\"TLP:AMBER+STRICT\"},"
             "\"partner\":\"south\",\"place\":{\"cell_deg\":[0.02197265625,0.010986328125],"
             "\"error_m\":1700,\"latitude\":34.51355,\"longitude\":-117.498779},"
             "\"probability\":0.9,\"sequence\":1,\"time_step_s\":3600,"
             "\"valid\":{\"from\":\"2026-04-10T12:00:00Z\",\"to\":\"2026-04-17T13:00:00Z\"}}",
             vaho_mandate_terms(mandate)->sha256);
    if (bytes == NULL)
        fail_msg("%s", error.message);
    assert_string_equal(bytes, expected);
    free(bytes);
    vaho_policy_free(policy);
}

/* --- every rule -------------------------------------------------------------------- */

static void each_rule_refuses(void **unused)
{
    static const struct {
        const char *of, *name, *json, *word;
    } rule[] = {
        {"policy", "exercise", "true", "rule 'exercise'"},
        {"policy", "window", "{\"from\":\"2026-04-11T00:00:00Z\",\"to\":\"2026-12-31T00:00:00Z\"}",
         "rule 'window'"},
        {"policy", "window", "{\"from\":\"2026-04-01T00:00:00Z\",\"to\":\"2026-04-10T11:59:59Z\"}",
         "rule 'window'"},
        {"mandate", "partners", "[]", "rule 'partner'"},
        {"policy", "partner", "\"east\"", "rule 'partner'"},
        {"policy", "grid", "{\"metres\":50}", "rule 'precision'"},
        {"policy", "time_step_s", "60", "rule 'time-precision'"},
        {"policy", "gases", "[\"methane\"]", "rule 'gas'"},
        {"mandate", "gases", "[\"methane\"]", "rule 'gas'"},
        {"policy", "area",
         "{\"type\":\"Polygon\",\"coordinates\":[[[-118,34],[-117.5,34],[-117.5,35],"
         "[-118,35],[-118,34]]]}",
         "rule 'area'"}, /* 570 m outside */
        {"policy", "area",
         "{\"type\":\"Polygon\",\"coordinates\":[[[-118,34],[-117.49,34],[-117.49,35],"
         "[-118,35],[-118,34]]]}",
         "rule 'area'"}, /* inside, the cell is not */
        {"mandate", "area",
         "{\"type\":\"Polygon\",\"coordinates\":[[[-118,34],[-117.5,34],[-117.5,35],"
         "[-118,35],[-118,34]]]}",
         "rule 'area'"},
        {"policy", "least_probability", "0.98", "rule 'probability'"},
        {"policy", "delay_s", "7301", "rule 'delay'"}};

    (void)unused;
    for (size_t i = 0; i < sizeof rule / sizeof rule[0]; i++) {
        json_t *policy_body = made_policy_body(), *mandate_body = made_body();
        struct vaho_lead lead = made_lead();
        struct vaho_mandate *its;
        struct vaho_policy *policy;
        struct vaho_error error = {VAHO_OK, ""};
        json_object_set_new(rule[i].of[0] == 'p' ? policy_body : mandate_body, rule[i].name,
                            json_loads(rule[i].json, JSON_DECODE_ANY, NULL));
        its = made_mandate(mandate_body, SEEDS);
        policy = made_policy(policy_body);
        {
            /* the second of two mandates counts as the first does */
            const struct vaho_mandate *both[] = {rule[i].of[0] == 'p' || i % 2 != 0 ? mandate : its,
                                                 its};
            struct vaho_release_request request = made_request(&lead, policy, both);
            request.n_mandates = 2;
            assert_null(decide(NULL, &request, &error));
        }
        assert_int_equal(error.status, VAHO_REFUSED);
        if (strstr(error.message, rule[i].word) == NULL)
            fail_msg("'%s' does not say '%s'", error.message, rule[i].word);
        vaho_policy_free(policy);
        vaho_mandate_free(its);
    }
}

static void what_is_not_known_is_not_released(void **unused)
{
    struct vaho_policy *policy = made_policy(made_policy_body());
    const struct vaho_lead good = made_lead();
    struct vaho_lead lead = good;
    struct vaho_release_request request = made_request(&lead, policy, mandates);
    struct vaho_error error;
    json_t *object;

    (void)unused;
#define REFUSED(word)                                                                              \
    do {                                                                                           \
        assert_null(decide(NULL, &request, &error));                                               \
        if (strstr(error.message, word) == NULL)                                                   \
            fail_msg("'%s' does not say '%s'", error.message, word);                               \
        lead = good;                                                                               \
        request = made_request(&lead, policy, mandates);                                           \
    } while (0)
    lead.sigma_m = NAN;
    REFUSED("rule 'place'");
    lead.sigma_m = INFINITY;
    REFUSED("rule 'place'");
    lead.longitude_deg = NAN;
    REFUSED("rule 'area'");
    lead.probability = NAN;
    REFUSED("rule 'probability'");
    lead.exercise = 1;
    REFUSED("rule 'exercise'");
    request.n_mandates = 0;
    REFUSED("rule 'mandate'");
    request.at_s = NAN;
    REFUSED("rule 'window'");
    request.sequence = 0;
    REFUSED("number from 1");
    request.sequence = 2; /* without the hash of the first */
    REFUSED("number from 1");
    request.lead_id = "ammonia-3f09c2d1a4b5e6f7";
    REFUSED("32 hexadecimal digits");
    lead.first_seen_s = lead.last_seen_s = lead.emission_kg_h = NAN;
    object = object_of(NULL, &request);
    assert_null(json_object_get(object, "first_seen"));
    assert_null(json_object_get(object, "last_seen"));
    assert_null(json_object_get(object, "emission_kg_h"));
    json_decref(object);
    vaho_policy_free(policy);
}

/* --- attempts to get more ------------------------------------------------------------- */

static struct vaho_policy *random_policy(uint64_t *dice)
{
    static const double grid_m[] = {100, 150, 300, 1000, 3000};
    static const double step_s[] = {3600, 5000, 86400, 604800};
    json_t *body = made_policy_body();

    json_object_set_new(body, "grid",
                        json_pack("{s:f}", "metres", grid_m[(int)(5 * made_dice(dice))]));
    json_object_set_new(body, "time_step_s", json_real(step_s[(int)(4 * made_dice(dice))]));
    json_object_set_new(body, "emission_digits", json_integer(1 + (int)(2 * made_dice(dice))));
    return made_policy(body);
}

static struct vaho_lead random_lead(uint64_t *dice)
{
    struct vaho_lead lead = made_lead();

    lead.longitude_deg = -117.9 + 0.8 * made_dice(dice);
    lead.latitude_deg = 34.1 + 0.8 * made_dice(dice);
    lead.sigma_m = pow(10, 4 * made_dice(dice) - 1);
    lead.probability = 0.8 + 0.2 * made_dice(dice);
    lead.first_seen_s = MADE_AT_S - 1e6 * (1 + made_dice(dice));
    lead.last_seen_s = MADE_AT_S - 1e6 * made_dice(dice);
    lead.emission_kg_h = pow(10, 4 * made_dice(dice) - 2);
    lead.emission_sigma_kg_h = lead.emission_kg_h * made_dice(dice);
    return lead;
}

static void all_places_of_a_cell_give_the_same_bytes(void **unused)
{
    uint64_t dice = 11;

    (void)unused;
    for (int i = 0; i < N_POLICIES; i++) {
        struct vaho_policy *policy = random_policy(&dice);
        struct vaho_lead lead = random_lead(&dice);
        struct vaho_release_request request = made_request(&lead, policy, mandates);
        struct vaho_release_told told;
        char *first = decide(&told, &request, NULL), *other;
        double b[4];
        assert_non_null(first);
        vaho_cell_bounds(b, &told.cell);
        for (int k = 0; k < N_PLACES; k++) {
            double x = k < 4 ? (k & 1 ? 1e-9 : 1 - 1e-9) : made_dice(&dice); /* corners first */
            double y = k < 4 ? (k & 2 ? 1e-9 : 1 - 1e-9) : made_dice(&dice);
            lead.longitude_deg = b[0] + x * (b[2] - b[0]);
            lead.latitude_deg = b[1] + y * (b[3] - b[1]);
            other = decide(NULL, &request, NULL);
            assert_non_null(other);
            assert_string_equal(first, other);
            free(other);
        }
        lead.longitude_deg = b[2] + 1e-9; /* the neighbour's first place */
        other = decide(NULL, &request, NULL);
        assert_non_null(other);
        assert_string_not_equal(first, other);
        free(other);
        free(first);
        vaho_policy_free(policy);
    }
}

static void what_is_withheld_is_in_no_byte(void **unused)
{
    static const char *const fields[] = {"place",      "gas",       "probability",
                                         "first_seen", "last_seen", "emission"};
    uint64_t dice = 12;

    (void)unused;
    for (int withheld = 0; withheld < 6; withheld++)
        for (int i = 0; i < N_PLACES; i++) {
            json_t *body = made_policy_body(), *list = json_array();
            struct vaho_lead lead = random_lead(&dice), other = random_lead(&dice), mixed = lead;
            struct vaho_release_request request;
            struct vaho_policy *policy;
            char *a, *b;
            for (int f = 0; f < 6; f++)
                if (f != withheld)
                    json_array_append_new(list, json_string(fields[f]));
            json_object_set_new(body, "fields", list);
            json_object_set_new(body, "gases", json_pack("[s]", "*"));
            policy = made_policy(body);
            switch (withheld) {
            case 0:
                mixed.longitude_deg = other.longitude_deg;
                mixed.latitude_deg = other.latitude_deg;
                mixed.sigma_m = other.sigma_m;
                break;
            case 1: mixed.gas = "methane"; break;
            case 2: mixed.probability = other.probability; break;
            case 3: mixed.first_seen_s = other.first_seen_s; break;
            case 4: mixed.last_seen_s = other.last_seen_s; break;
            default:
                mixed.emission_kg_h = other.emission_kg_h;
                mixed.emission_sigma_kg_h = other.emission_sigma_kg_h;
            }
            request = made_request(&lead, policy, mandates);
            a = decide(NULL, &request, NULL);
            request.lead = &mixed;
            b = decide(NULL, &request, NULL);
            assert_non_null(a);
            assert_non_null(b);
            assert_string_equal(a, b);
            free(a);
            free(b);
            vaho_policy_free(policy);
        }
}

static double moment_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    int day, hour, minute, second, month, year;

    assert_int_equal(
        sscanf(text, "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second), 6);
    /* days since 1970 of the proleptic Gregorian calendar, March first */
    year -= month <= 2;
    return 86400.0 * (365 * year + year / 4 - year / 100 + year / 400 +
                      (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 719468) +
           3600 * hour + 60 * minute + second;
}

/* [a, a + step] inside [b, b + step], one way or the other. */
static void assert_nested(double a, double a_end, double b, double b_end)
{
    assert_true((a <= b && b_end <= a_end) || (b <= a && a_end <= b_end));
}

static void two_policies_tell_no_more_than_the_finer(void **unused)
{
    uint64_t dice = 13;

    (void)unused;
    for (int i = 0; i < 10 * N_POLICIES; i++) {
        struct vaho_policy *policy[2] = {random_policy(&dice), random_policy(&dice)};
        struct vaho_lead lead = random_lead(&dice);
        json_t *object[2];
        double bounds[2][4], from[2], to[2], step[2];
        for (int k = 0; k < 2; k++) {
            struct vaho_release_request request = made_request(&lead, policy[k], mandates);
            struct vaho_release_told told;
            object[k] = object_of(&told, &request);
            vaho_cell_bounds(bounds[k], &told.cell);
            from[k] = number_in(object[k], "emission_kg_h", "from");
            to[k] = number_in(object[k], "emission_kg_h", "to");
            step[k] = number_in(object[k], "time_step_s", NULL);
            assert_true(from[k] <= lead.emission_kg_h && lead.emission_kg_h <= to[k]);
        }
        assert_nested(bounds[0][0], bounds[0][2], bounds[1][0], bounds[1][2]);
        assert_nested(bounds[0][1], bounds[0][3], bounds[1][1], bounds[1][3]);
        assert_nested(from[0], to[0], from[1], to[1]);
        for (int seen = 0; seen < 2; seen++) {
            const char *name = seen ? "last_seen" : "first_seen";
            double at = seen ? lead.last_seen_s : lead.first_seen_s;
            double a = moment_in(object[0], name), b = moment_in(object[1], name);
            assert_true(a <= at && at < a + step[0] && b <= at && at < b + step[1]);
            assert_nested(a, a + step[0], b, b + step[1]);
        }
        for (int k = 0; k < 2; k++) {
            json_decref(object[k]);
            vaho_policy_free(policy[k]);
        }
    }
}

static int holds(const struct vaho_cell *coarse, const struct vaho_cell *fine)
{
    struct vaho_cell within;

    if (coarse->level > fine->level)
        return 0;
    within = vaho_cell_within(fine, coarse->level);
    return vaho_cell_same(coarse, &within);
}

/* The cell that the bytes tell of. */
static struct vaho_cell cell_in(const json_t *object)
{
    const json_t *size = json_object_get(json_object_get(object, "place"), "cell_deg");
    struct vaho_cell cell;

    assert_true(vaho_cell_of(&cell, number_in(object, "place", "longitude"),
                             number_in(object, "place", "latitude"),
                             (int)log2(360 / json_number_value(json_array_get(size, 1)))));
    return cell;
}

struct walk {
    struct vaho_lead lead;
    struct vaho_policy *policy;
    struct vaho_release_told last;
    struct vaho_cell cell[N_STEPS]; /* told so far */
    int n, n_coarser, n_finer, n_outside;
};

/* One telling: inside all before or around them, no finer than any policy asked for, and true. */
static void tell(struct walk *w)
{
    struct vaho_release_request request = made_request(&w->lead, w->policy, mandates);
    int level = vaho_cell_level(vaho_policy_terms(w->policy)->grid_m);
    const struct vaho_cell *before = w->n > 0 ? &w->cell[w->n - 1] : NULL;
    struct vaho_release_told told;
    struct vaho_cell cell, here;
    json_t *object;
    char *bytes;

    request.told = w->n > 0 ? &w->last : NULL;
    bytes = decide(&told, &request, NULL);
    if (bytes == NULL) /* it has become too coarse for the area */
        return;
    object = json_loads(bytes, 0, NULL);
    cell = cell_in(object);
    assert_true(cell.level <= level);
    for (int k = 0; k < w->n; k++)
        assert_true(holds(&w->cell[k], &cell) || holds(&cell, &w->cell[k]));
    assert_true(vaho_cell_distance_m(&cell, w->lead.longitude_deg, w->lead.latitude_deg) +
                    2.4477 * w->lead.sigma_m <=
                number_in(object, "place", "error_m"));
    assert_true(vaho_cell_of(&here, w->lead.longitude_deg, w->lead.latitude_deg, cell.level));
    w->n_outside += !vaho_cell_same(&here, &cell);
    w->n_coarser += before != NULL && cell.level < before->level && level >= before->level;
    w->n_finer += before != NULL && cell.level > before->level;
    w->cell[w->n++] = cell;
    w->last = told;
    json_decref(object);
    free(bytes);
}

/* A partner is told again and again while the estimate moves: along an edge of the grid, a little,
 * a lot, under one policy or under many. */
static void moving_estimates_do_not_narrow_the_cell(void **unused)
{
    uint64_t dice = 14;
    int n_coarser = 0, n_finer = 0, n_outside = 0;

    (void)unused;
    for (int i = 0; i < N_WALKS; i++) {
        struct walk w = {.lead = random_lead(&dice), .policy = random_policy(&dice)};
        double stride = pow(10, 4 * made_dice(&dice) - 6);
        for (int step = 0; step < N_STEPS; step++) {
            tell(&w);
            w.lead.longitude_deg += stride * (made_dice(&dice) - 0.5);
            w.lead.latitude_deg += stride * (made_dice(&dice) - 0.5);
            if (i % 2 != 0 && made_dice(&dice) < 0.2) {
                vaho_policy_free(w.policy);
                w.policy = random_policy(&dice);
            }
        }
        assert_true(i % 2 != 0 || w.n_finer == 0); /* never by an estimate */
        n_coarser += w.n_coarser;
        n_finer += w.n_finer;
        n_outside += w.n_outside;
        vaho_policy_free(w.policy);
    }
    assert_true(n_coarser > 0 && n_finer > 0 && n_outside > 0); /* each was seen */
}

/* Whether an estimate is still in the cell or has strayed out of it, the bytes are the same. */
static void straying_is_not_seen(void **unused)
{
    uint64_t dice = 15;
    int n_outside = 0;

    (void)unused;
    for (int i = 0; i < N_POLICIES; i++) {
        struct vaho_policy *policy = random_policy(&dice);
        struct vaho_lead lead = random_lead(&dice);
        struct vaho_release_request request = made_request(&lead, policy, mandates);
        struct vaho_release_told told, again;
        char *first;
        double b[4];
        lead.sigma_m = 3;
        first = decide(&told, &request, NULL);
        assert_non_null(first);
        vaho_cell_bounds(b, &told.cell);
        request.told = &told;
        for (int k = 0; k < N_PLACES; k++) {
            char *other;
            lead.longitude_deg = b[0] + (1.2 * made_dice(&dice) - 0.1) * (b[2] - b[0]);
            lead.latitude_deg = b[1] + (1.2 * made_dice(&dice) - 0.1) * (b[3] - b[1]);
            other = decide(&again, &request, NULL);
            if (other == NULL || !vaho_cell_same(&again.cell, &told.cell)) {
                free(other);
                continue;
            }
            n_outside += lead.longitude_deg < b[0] || lead.longitude_deg >= b[2] ||
                         lead.latitude_deg < b[1] || lead.latitude_deg >= b[3];
            assert_string_equal(first, other);
            free(other);
        }
        free(first);
        vaho_policy_free(policy);
    }
    assert_true(n_outside > N_POLICIES);
}

/* Of all leads that one rule refuses, the sentence is the same to the last letter. */
static void refusals_tell_nothing_of_the_lead(void **unused)
{
    static const char *const rules[] = {"gas", "area", "place", "probability", "delay"};
    char sentence[5][VAHO_ERROR_NBYTES] = {{0}};
    int n[5] = {0};
    json_t *body = made_policy_body();
    struct vaho_policy *policy;
    uint64_t dice = 16;

    (void)unused;
    json_object_set_new(body, "delay_s", json_integer(500000));
    json_object_set_new(body, "area", made_rectangle(-117.8, 34.2, -117.2, 34.8));
    policy = made_policy(body);
    for (int i = 0; i < 4000; i++) {
        struct vaho_lead lead = random_lead(&dice);
        struct vaho_release_request request = made_request(&lead, policy, mandates);
        struct vaho_error error = {VAHO_OK, ""};
        char *bytes;
        int k = 0;
        lead.gas = made_dice(&dice) < 0.1 ? "methane" : "ammonia";
        lead.probability = 0.5 + 0.5 * made_dice(&dice);
        lead.sigma_m = made_dice(&dice) < 0.1 ? NAN : lead.sigma_m;
        bytes = decide(NULL, &request, &error);
        free(bytes);
        if (bytes != NULL)
            continue;
        while (k < 5 && strncmp(error.message + 6, rules[k], strlen(rules[k])) != 0)
            k++;
        assert_true(k < 5);
        if (n[k]++ == 0)
            memcpy(sentence[k], error.message, sizeof sentence[k]);
        assert_string_equal(sentence[k], error.message);
    }
    for (int k = 0; k < 5; k++)
        assert_true(n[k] > 10);
    vaho_policy_free(policy);
}

static void a_recall_tells_that_and_no_more(void **unused)
{
    struct vaho_policy *policy = made_policy(made_policy_body());
    uint64_t dice = 17;
    char *first = NULL;

    (void)unused;
    for (int i = 0; i < N_PLACES; i++) {
        struct vaho_lead lead = random_lead(&dice);
        struct vaho_release_request request = made_request(&lead, policy, mandates);
        char *bytes;
        request.kind = VAHO_RELEASE_RECALL;
        request.at_s = MADE_AT_S + 1e9 * made_dice(&dice); /* also after the policy's window */
        bytes = decide(NULL, &request, NULL);
        assert_non_null(bytes);
        if (first == NULL)
            first = bytes;
        assert_string_equal(first, bytes);
        if (first != bytes)
            free(bytes);
    }
    assert_string_equal(first, "{\"exercise\":false,\"format\":\"vaho-release-1\","
                               "\"kind\":\"recall\","
                               "\"lead\":\"00112233445566778899aabbccddeeff\","
                               "\"ledger\":{\"index\":41,"
                               "\"origin\":\"vaho-ledger/00000000000000000000000000000001\"},"
                               "\"partner\":\"south\",\"sequence\":1}");
    free(first);
    vaho_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(these_are_the_bytes),
                                       cmocka_unit_test(each_rule_refuses),
                                       cmocka_unit_test(what_is_not_known_is_not_released),
                                       cmocka_unit_test(all_places_of_a_cell_give_the_same_bytes),
                                       cmocka_unit_test(what_is_withheld_is_in_no_byte),
                                       cmocka_unit_test(two_policies_tell_no_more_than_the_finer),
                                       cmocka_unit_test(moving_estimates_do_not_narrow_the_cell),
                                       cmocka_unit_test(straying_is_not_seen),
                                       cmocka_unit_test(refusals_tell_nothing_of_the_lead),
                                       cmocka_unit_test(a_recall_tells_that_and_no_more)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
