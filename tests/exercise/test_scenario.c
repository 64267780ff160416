/* test_scenario.c - what a person writes is read whole, and every mistake is named */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "exercise/scenario.h"
#include "made_scenario.h"

static void all_of_it_is_read(void **state)
{
    struct vaho_scenario *s;

    (void)state;
    assert_int_equal(vaho_scenario_parse(&s, made_scenario, sizeof made_scenario - 1, "made", NULL),
                     VAHO_OK);
    assert_string_equal(s->name, "made");
    assert_int_equal(s->n_flights, 2);
    assert_string_equal(s->flight[1].name, "d1-f2");
    /* date -d 2026-05-04T11:00:30Z +%s */
    assert_float_equal(s->flight[1].start_s, 1777892430.0, 0);
    assert_float_equal(vaho_scenario_pixel_m(s, 1), 2.0, 1e-12);
    assert_int_equal(s->flight[1].n_dropped, 7);
    assert_int_equal(s->n_emitters, 4);
    assert_int_equal(s->emitter[0].n_stays, 2);
    assert_true(s->emitter[0].stay[1].gone);
    assert_false(s->emitter[1].placed);
    assert_int_equal(s->emitter[3].kind, VAHO_EMITTER_TRAFFIC);
    assert_float_equal(s->emitter[3].to_m[1], 60, 0);
    assert_float_equal(s->day[0].air_temperature_k, 294.15, 1e-9);
    assert_string_equal(s->mandate[0].on_behalf_of, "south");
    assert_float_equal(s->mandate[0].partner[0].precision_m, 100, 0);
    assert_int_equal(s->flight[0].mandate[0], 0);
    vaho_scenario_free(s);
}

/* The first 'from' replaced. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(made_scenario, from);
    char *text;

    assert_non_null(at);
    text = malloc(sizeof made_scenario + strlen(to));
    assert_non_null(text);
    sprintf(text, "%.*s%s%s", (int)(at - made_scenario), made_scenario, to, at + strlen(from));
    return text;
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *from, *to, *said;
    } mistake[] = {
        {"\"name\": \"imager\",", "\"name\": \"imager\", \"kind\": \"sonar\",",
         "'sensors[0].kind' is not one of: thermal shortwave"},
        {"\"name\": \"imager\",", "\"name\": \"imager\", \"range_um\": [8, 20],",
         "within 7.6 to 13.9 um"},
        {"\"ground_height_m\": 500", "\"terrain\": {\"spacing_m\": 1}", "spacing_m"},
        {"\"ground_height_m\": 500", "\"terrain\": {\"hills\": 1}", "hills"},
        {"\"ground_warmth\": 1", "\"air\": {\"haze\": \"x\"}", "haze"},
        {"\"library\": [", "\"ground\": {\"grass\": \"x\"}, \"library\": [", "ground.library"},
        {"\"vaho_scenario\": 1,", "", "'vaho_scenario' is missing"},
        {"\"name\": \"made\"", "\"name\": \"../made\"", "'name' must be 1 to 63"},
        {"\"name\": \"made\",", "\"name\": \"made\", \"colour\": 1,", "'colour' is not known"},
        {"\"width_m\": 400", "\"width_m\": 40", "'area.width_m' is 40; 100 to 20000"},
        {"\"latitude\": 41.0", "\"latitude\": \"x\"", "'area.latitude' is not a number"},
        {"[\"ammonia\", \"acetone\"]", "[\"phlogiston\"]", "'library' names no gas"},
        {"[\"ammonia\", \"acetone\"]", "[\"ammonia\", \"ammonia\"]", "twice"},
        {"[\"ammonia\", \"acetone\"]", "[]", "'library' must be a list of 1 to 16"},
        {"\"samples\": 96", "\"samples\": 96.5", "'sensors[0].samples' is not a whole number"},
        {"\"samples\": 96", "\"samples\": 4000", "swath"},
        {"\"dead_elements\": 3", "\"dead_elements\": 800", "more than a quarter"},
        {"\"name\": \"imager\"", "\"name\": \"a}b\"", "'sensors[0].name'"},
        {"\"sensor\": \"imager\"", "\"sensor\": \"other\"", "'days[0].flights[0].sensor' is none"},
        {"2026-05-04\"", "2026-02-30\"", "'days[0].date' must be a day"},
        {"\"10:30\"", "\"25:30\"", "'days[0].flights[0].time' must be a time"},
        {"\"10:30\"", "\"11:30\"", "'days[0].flights[1].time' is not after"},
        {"\"to\": [200, 300]", "\"to\": [200, 20]", "makes a flight of 10 lines"},
        {"\"to\": [200, 300]", "\"to\": [200, 9000]", "is 9000 m north"},
        {"\"dropped_frames\": 7", "\"dropped_frames\": 70", "more than a quarter"},
        {"\"speed_m_s\": 3,", "", "'days[0].wind.speed_m_s' is missing"},
        {"\"kind\": \"hidden\"", "\"kind\": \"open\"",
         "'emitters[0].kind' is not one of: hidden licensed unlisted traffic"},
        {"\"name\": \"farm\"", "\"name\": \"shed\"", "'emitters[1].name' is that of another"},
        {"\"gas\": \"cfc12\"", "\"gas\": \"acetone\"", "'emitters[2].gas' of an unlisted"},
        {"\"name\": \"farm\", \"gas\": \"ammonia\"", "\"name\": \"farm\", \"gas\": \"cfc12\"",
         "'emitters[1].gas' is not in 'library'"},
        {"\"place\": [0, 50],", "", "'emitters[3].place' is missing: traffic"},
        {"\"place\": [190, 140]", "\"place\": [190, 140], \"to\": [1, 1]", "is for traffic alone"},
        {"\"place\": [190, 140]", "\"place\": [190]", "must be [metres east, metres north]"},
        {"2026-05-05T00:00:00Z\", \"place\": null", "2026-05-03T00:00:00Z\", \"place\": null",
         "'emitters[0].moves[1].from' is not after"},
        {"\"issuer\": \"north\"", "\"issuer\": \"east\"", "'mandates[0].issuer' is none"},
        {"\"on_behalf_of\": \"south\"", "\"on_behalf_of\": \"north\"", "must be another one"},
        {"\"to\": \"2026-05-06T00:00:00Z\"", "\"to\": \"2026-05-03T00:00:00Z\"",
         "'mandates[0].to' is not after"},
        {"\"gases\": [\"ammonia\"]", "\"gases\": [\"cfc12\"]", "'mandates[0].gases'"},
        {"\"mandates\": [\"m-1\"]", "\"mandates\": [\"m-2\"]", "must name mandates"},
        {"\"mandates\": [\"m-1\"]", "\"mandates\": []", "'days[0].flights[0].mandates' is missing"},
        {"\"precision_m\": 100", "\"precision_m\": 0", "precision_m' is 0"},
        {"\"radius_m\": 8", "\"radius_m\": -8", "'imitating_ground[0].radius_m'"},
        {"\"area\": {", "\"area\": ", "line 2 is not a scenario"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof mistake / sizeof mistake[0]; i++) {
        char *text = changed(mistake[i].from, mistake[i].to);
        struct vaho_scenario *s = (struct vaho_scenario *)text;
        struct vaho_error error = {VAHO_OK, ""};
        assert_int_equal(vaho_scenario_parse(&s, text, strlen(text), "made", &error),
                         VAHO_BAD_INPUT);
        assert_null(s);
        if (strncmp(error.message, "made: ", 6) != 0 ||
            strstr(error.message, mistake[i].said) == NULL)
            fail_msg("'%s': %s", mistake[i].said, error.message);
        free(text);
    }
}

static void the_installed_ones_are_read(void **state)
{
    static const char *const names[] = {"first-day", "cross-border", "needle"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char path[1024], *data;
        size_t nbytes;
        struct vaho_scenario *s;
        struct vaho_error error;
        snprintf(path, sizeof path, VAHO_TEST_SOURCE "/scenarios/%s.json", names[i]);
        assert_int_equal(vaho_file_read(&data, &nbytes, path, 1 << 20, &error), VAHO_OK);
        if (vaho_scenario_parse(&s, data, nbytes, path, &error) != VAHO_OK)
            fail_msg("%s", error.message);
        assert_string_equal(s->name, names[i]);
        vaho_scenario_free(s);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(the_installed_ones_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
