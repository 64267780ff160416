/* test_posterior.c - column densities drawn towards what the evidence says */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "../sense/dice.h"
#include "find/posterior.h"

enum { LINES = 40, SAMPLES = 30, N = LINES * SAMPLES };

struct scene {
    float ppmm[2 * N], sigma[2 * N], truth[N];
    unsigned claim[N];
    struct vaho_contender winner[3];
    struct vaho_maps maps;
    struct vaho_competition competition;
};

/* Gas 0 has a plume on claim 1 (lines 10..19, samples 10..19), of 'mean' +- 'scatter'; noise of 300
 * ppm.m everywhere. */
static struct scene *make_scene(double mean, double scatter)
{
    struct scene *s = calloc(1, sizeof *s);
    struct dice dice = {77};

    assert_non_null(s);
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < N; i++) {
            size_t l = i / SAMPLES, c = i % SAMPLES;
            int in = l >= 10 && l < 20 && c >= 10 && c < 20;
            double noise = 300.0 * dice_normal(&dice), swing = scatter * dice_normal(&dice);
            if (g == 0) {
                s->claim[i] = in ? 1 : l < 4 ? VAHO_CLAIM_DECOY : 0;
                s->truth[i] = in ? (float)fmax(mean + swing, 0.0) : 0.0f;
            }
            s->ppmm[g * N + i] = (float)(noise + (g == 0 ? (double)s->truth[i] : 0.0));
            s->sigma[g * N + i] = 300.0f;
        }
    s->ppmm[5] = NAN;
    s->winner[0] = (struct vaho_contender){.gas = 0, .claim = 1};
    s->winner[1] = (struct vaho_contender){.gas = 1, .decoy = 1, .claim = VAHO_CLAIM_DECOY};
    s->maps = (struct vaho_maps){
        .n_gases = 2, .n_lines = LINES, .n_samples = SAMPLES, .ppmm = s->ppmm, .sigma = s->sigma};
    s->competition = (struct vaho_competition){LINES, SAMPLES, 2, s->winner, s->claim};
    return s;
}

static double rmse_in(const struct scene *s)
{
    double sum = 0.0;

    for (size_t i = 0; i < N; i++)
        if (s->claim[i] == 1)
            sum += pow((double)s->ppmm[i] - (double)s->truth[i], 2.0) / 100.0;
    return sqrt(sum);
}

static void ground_without_evidence_holds_none(void **state)
{
    (void)state;
    struct scene *s = make_scene(2000.0, 500.0);
    const double q[2] = {0.01, NAN};

    assert_int_equal(vaho_posterior(&s->maps, &s->competition, q, NULL), VAHO_OK);
    for (size_t i = 0; i < N; i++) {
        if (i == 5)
            assert_true(isnan(s->ppmm[i]));
        else if (s->claim[i] != 1)
            assert_true(s->ppmm[i] == 0.0f);
        assert_true(s->ppmm[N + i] == 0.0f); /* the other gas claims nothing */
    }
    free(s);
}

static void a_plume_is_nearer_to_the_truth_than_one_pixels_estimate(void **state)
{
    (void)state;
    /* noise alone is 300; the posterior of a scatter of 100, 300 and 3000 by sigma tau / hypot */
    const struct {
        double mean, scatter, most;
    } cases[] = {{900.0, 100.0, 130.0}, {1500.0, 300.0, 250.0}, {20000.0, 3000.0, 330.0}};
    const double q[2] = {0.0, NAN};

    for (size_t i = 0; i < 3; i++) {
        struct scene *s = make_scene(cases[i].mean, cases[i].scatter);
        double mean = 0.0, truth = 0.0;
        assert_int_equal(vaho_posterior(&s->maps, &s->competition, q, NULL), VAHO_OK);
        for (size_t k = 0; k < N; k++)
            if (s->claim[k] == 1) {
                mean += (double)s->ppmm[k] / 100.0;
                truth += (double)s->truth[k] / 100.0;
                assert_true(s->ppmm[k] >= 0.0f);
            }
        print_message("scatter %.0f: rms %.0f, mean %.0f of %.0f\n", cases[i].scatter, rmse_in(s),
                      mean, truth);
        assert_true(rmse_in(s) < cases[i].most);
        assert_true(fabs(mean - truth) < 75.0 + 0.01 * truth); /* 2.5 x 300 / sqrt(100) */
        free(s);
    }
}

static void a_doubtful_plume_counts_by_its_probability(void **state)
{
    (void)state;
    struct scene *sure = make_scene(1500.0, 300.0), *doubtful = make_scene(1500.0, 300.0);
    const double q_sure[2] = {0.0, NAN}, q_doubtful[2] = {0.4, NAN};

    assert_int_equal(vaho_posterior(&sure->maps, &sure->competition, q_sure, NULL), VAHO_OK);
    assert_int_equal(vaho_posterior(&doubtful->maps, &doubtful->competition, q_doubtful, NULL),
                     VAHO_OK);
    for (size_t i = 0; i < N; i++)
        if (sure->claim[i] == 1)
            assert_true(fabsf(doubtful->ppmm[i] - 0.6f * sure->ppmm[i]) <
                        1e-4f * sure->ppmm[i] + 1e-6f);
    free(sure);
    free(doubtful);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground_without_evidence_holds_none),
        cmocka_unit_test(a_plume_is_nearer_to_the_truth_than_one_pixels_estimate),
        cmocka_unit_test(a_doubtful_plume_counts_by_its_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
