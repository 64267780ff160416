/* test_score.c - found, missed, wrong gas, split and false, told apart; bad files refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exercise/score.h"

/* Three sources 100 lines apart; plumes 40 px long towards +sample, +line and between. */
static const char truth[] =
    "{\"gas\": \"ammonia\", \"sources\": ["
    "{\"gas\": \"ammonia\", \"line\": 50, \"sample\": 60, \"peak_ppmm\": 80.0, \"length_px\": "
    "40.0, "
    "\"wind_deg\": 0.0},"
    "{\"gas\": \"ammonia\", \"line\": 150, \"sample\": 60, \"peak_ppmm\": 80.0, \"length_px\": "
    "40.0, \"wind_deg\": 90},"
    "{\"gas\": \"ammonia\", \"line\": 250, \"sample\": 60}]}";

struct made {
    const char *gas;
    double q, snr, line, sample, bbox[4];
};

static void load(struct vaho_score *score, const struct made *plume, size_t n, double q)
{
    char text[8192];
    size_t at = (size_t)snprintf(text, sizeof text, "{\"features\": [");
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(
            text + at, sizeof text - at,
            "%s{\"properties\": {\"id\": \"x-%zu\", \"gas\": \"%s\", \"q_value\": %g, \"snr\": %g, "
            "\"peak_ppmm\": null, \"source_line\": %g, \"source_sample\": %g, \"pixel_bbox\": "
            "[%g, %g, %g, %g]}}",
            i == 0 ? "" : ",", i, plume[i].gas, plume[i].q, plume[i].snr, plume[i].line,
            plume[i].sample, plume[i].bbox[0], plume[i].bbox[1], plume[i].bbox[2],
            plume[i].bbox[3]);
    at += (size_t)snprintf(text + at, sizeof text - at, "]}");
    memset(score, 0, sizeof *score);
    assert_int_equal(vaho_score_parse_plumes(score, text, at, q, "plumes", NULL), VAHO_OK);
    assert_int_equal(vaho_score_parse_truth(score, truth, strlen(truth), "truth", NULL), VAHO_OK);
}

static void each_outcome_is_told_apart(void **state)
{
    (void)state;
    static const struct made plume[] = {
        {"ammonia", 0.001, 20, 53, 64, {48, 60, 55, 70}},  /* source 1, 5 px off */
        {"ammonia", 0.002, 9, 50, 95, {47, 92, 52, 99}},   /* further down its axis: split */
        {"acetone", 0.0001, 30, 50, 61, {48, 60, 55, 70}}, /* same place, other gas */
        {"acetone", 0.01, 8, 180, 60, {178, 58, 186, 63}}, /* source 2's axis, other gas */
        {"ammonia", 0.01, 7, 50, 200, {48, 198, 52, 205}}, /* nowhere */
        {"ammonia", 0.2, 5, 250, 60, {248, 58, 252, 63}},  /* source 3, but not reported */
    };
    static const enum vaho_score_outcome outcome[] = {VAHO_SCORE_RIGHT, VAHO_SCORE_SPLIT,
                                                      VAHO_SCORE_WRONG_GAS, VAHO_SCORE_WRONG_GAS,
                                                      VAHO_SCORE_FALSE};
    struct vaho_score score;
    struct vaho_score_totals total;
    load(&score, plume, 6, 0.05);
    vaho_score_match(&score, 5);
    assert_int_equal(score.n_plumes, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(score.plume[i].outcome, outcome[i]);
    assert_int_equal(score.source[0].plume, 0);
    assert_int_equal(score.source[1].plume, 3);
    assert_true(score.source[2].plume == VAHO_SCORE_NONE);
    assert_int_equal(score.plume[1].source, 0);
    assert_true(score.plume[4].source == VAHO_SCORE_NONE);
    assert_true(vaho_score_distance_px(&score.plume[0], &score.source[0]) == 5);
    assert_int_equal(vaho_score_total(&total, &score, 1, NULL), VAHO_OK);
    assert_int_equal(total.n_sources, 3);
    assert_int_equal(total.n_plumes, 5);
    assert_int_equal(total.n_found, 2);
    assert_int_equal(total.n_right_gas, 1);
    assert_int_equal(total.n_wrong_gas, 2);
    assert_int_equal(total.n_split, 1);
    assert_int_equal(total.n_false, 1);
    assert_true(total.median_distance_px == 17.5); /* of 5 and 30 */
    vaho_score_free(&score);
    load(&score, plume, 6, 0.5);
    vaho_score_match(&score, 5);
    assert_int_equal(score.source[2].plume, 5);
    vaho_score_free(&score);
}

/* A plume belongs to a source by the axis, not by the box around it. */
static void the_axis_decides_within_the_halo(void **state)
{
    (void)state;
    static const struct {
        double bbox[4];
        int meets;
    } box[] = {
        {{50, 105, 60, 110}, 1}, /* 5 beyond the end of the axis (sample 100) */
        {{50, 105.1, 60, 110}, 0},
        {{55, 60, 60, 70}, 1}, /* 5 beside it */
        {{55.1, 60, 60, 70}, 0},
        {{40, 50, 45, 55}, 1},     /* 5 and 5 before it: the grown box has corners */
        {{185, 20, 195, 55.1}, 1}, /* source 2's, towards +line, seen from the side */
        {{185, 20, 195, 54.9}, 0},
        {{196, 60, 199, 61}, 0}, /* beyond its end, line 190 */
        {{250, 60, 250, 60}, 1}, /* source 3 has no length: its point */
    };
    for (size_t i = 0; i < sizeof box / sizeof box[0]; i++) {
        struct made plume = {"ammonia", 0.01, 5, 0, 0, {0}};
        struct vaho_score score;
        memcpy(plume.bbox, box[i].bbox, sizeof plume.bbox);
        load(&score, &plume, 1, 0.05);
        vaho_score_match(&score, 5);
        assert_int_equal(score.plume[0].outcome,
                         box[i].meets ? VAHO_SCORE_RIGHT : VAHO_SCORE_FALSE);
        vaho_score_free(&score);
    }
}

/* One large plume over two sources counts for one only; the better of two goes first. */
static void pairs_are_one_to_one(void **state)
{
    (void)state;
    static const struct made plume[] = {
        {"ammonia", 0.01, 9, 60, 60, {40, 50, 160, 70}},
        {"ammonia", 0.001, 9, 150, 60, {140, 55, 160, 65}},
        {"ammonia", 0.001, 12, 152, 60, {140, 55, 160, 65}},
    };
    struct vaho_score score;
    load(&score, plume, 1, 0.05);
    vaho_score_match(&score, 5);
    assert_int_equal(score.source[0].plume, 0); /* the nearer */
    assert_true(score.source[1].plume == VAHO_SCORE_NONE);
    vaho_score_free(&score);
    load(&score, plume, 3, 0.05);
    vaho_score_match(&score, 5);
    assert_int_equal(score.source[0].plume, 0);
    assert_int_equal(score.source[1].plume, 2); /* the same q, stronger */
    assert_int_equal(score.plume[1].outcome, VAHO_SCORE_SPLIT);
    vaho_score_free(&score);
}

static void scores_are_pooled(void **state)
{
    (void)state;
    static const struct made one = {"ammonia", 0.01, 9, 50, 63, {48, 60, 55, 70}};
    struct vaho_score score[3];
    struct vaho_score_totals total;
    load(&score[0], &one, 1, 0.05);
    load(&score[1], &one, 0, 0.05);
    memset(&score[2], 0, sizeof score[2]);
    for (int i = 0; i < 3; i++)
        vaho_score_match(&score[i], 5);
    assert_int_equal(vaho_score_total(&total, score, 3, NULL), VAHO_OK);
    assert_int_equal(total.n_sources, 6);
    assert_int_equal(total.n_found, 1);
    assert_true(total.median_distance_px == 3);
    assert_int_equal(vaho_score_total(&total, &score[1], 2, NULL), VAHO_OK);
    assert_true(isnan(total.median_distance_px));
    for (int i = 0; i < 3; i++)
        vaho_score_free(&score[i]);
}

static void bad_files_are_refused_with_the_place(void **state)
{
    (void)state;
    static const struct {
        int plumes;
        const char *text, *message;
    } bad[] = {
        {0, "", "line 1"},
        {0, "[]", "has no list \"sources\""},
        {0, "{\"sources\": {}}", "has no list \"sources\""},
        {0, "{\"sources\": [\n{\"gas\": }]}", "line 2"},
        {0, "{\"sources\": [7]}", "source 1: \"gas\""},
        {0, "{\"sources\": [{\"gas\": 5}]}", "\"gas\""},
        {0, "{\"sources\": [{\"gas\": \"a\", \"line\": 1}]}", "\"sample\""},
        {0, "{\"sources\": [{\"gas\": \"a\", \"line\": 1, \"sample\": 2},{\"gas\": \"a\"}]}",
         "source 2: \"line\""},
        {0, "{\"sources\": [{\"gas\": \"a\", \"line\": 1, \"sample\": 2, \"wind_deg\": \"N\"}]}",
         "\"wind_deg\""},
        {0,
         "{\"sources\": [{\"gas\": \"1234567890123456789012345678901234567890123456789012345678"
         "901234\", \"line\": 1, \"sample\": 2}]}",
         "a short text"},
        {1, "{\"type\": \"FeatureCollection\"}", "has no list \"features\""},
        {1, "{\"features\": [{}]}", "plume 1: \"id\""},
        {1,
         "{\"features\": [{\"properties\": {\"id\": \"a\", \"gas\": \"b\", \"q_value\": null}}]}",
         "\"q_value\""},
        {1,
         "{\"features\": [{\"properties\": {\"id\": \"a\", \"gas\": \"b\", \"q_value\": 0.1, "
         "\"source_line\": 1, \"source_sample\": 1, \"pixel_bbox\": [1, 2, 3]}}]}",
         "\"pixel_bbox\""},
        {1,
         "{\"features\": [{\"properties\": {\"id\": \"a\", \"gas\": \"b\", \"q_value\": 0.1, "
         "\"source_line\": 1, \"source_sample\": 1, \"pixel_bbox\": [1, 2, 3, \"4\"]}}]}",
         "\"pixel_bbox\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vaho_score score = {0};
        struct vaho_error error = {0};
        size_t n = strlen(bad[i].text);
        assert_int_equal(bad[i].plumes
                             ? vaho_score_parse_plumes(&score, bad[i].text, n, 1, "FILE", &error)
                             : vaho_score_parse_truth(&score, bad[i].text, n, "FILE", &error),
                         VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, "FILE: "));
        if (strstr(error.message, bad[i].message) == NULL)
            fail_msg("%s: %s", bad[i].text, error.message);
        assert_null(score.source);
        assert_null(score.plume);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_outcome_is_told_apart),
        cmocka_unit_test(the_axis_decides_within_the_halo),
        cmocka_unit_test(pairs_are_one_to_one),
        cmocka_unit_test(scores_are_pooled),
        cmocka_unit_test(bad_files_are_refused_with_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
