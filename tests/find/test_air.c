/* test_air.c - strong plumes tell how much colder the air is; weak ones tell nothing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/air.h"

enum { LINES = 256, SAMPLES = 80, BANDS = 24, N_GASES = 2, N_PLUMES = 4 };
static const unsigned gas_of[] = {0, 1};

/* Ground of one pattern, warm and cold pixel by pixel with a standard deviation of spread_k. */
static void make_ground(struct made_evidence *m, double spread_k)
{
    struct dice dice = {131};

    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double warm = spread_k * dice_normal(&dice);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    (float)(9.0 + warm * (0.12 + 0.002 * (double)b) + 0.02 * dice_normal(&dice));
        }
}

/* U_0 = 0 at d = 0, slope S, and the ground's own pattern: U = p / |p|^2 (contrast.h). */
static void make_contrast(struct made_evidence *m)
{
    const float *p = vaho_columns_leading(m->columns);
    double norm = 0.0;

    for (size_t b = 0; b < BANDS; b++)
        norm += (double)p[b] * (double)p[b];
    for (size_t b = 0; b < BANDS; b++) {
        m->contrast.part[b] = 0.0f;
        m->contrast.part[BANDS + b] = (float)((double)p[b] / norm);
        m->contrast.slope[b] = 0.12f + 0.002f * (float)b; /* radiance a kelvin, as the ground's */
    }
    memset(m->contrast.weight, 0, sizeof m->contrast.weight);
    m->contrast.weight[1] = (double)m->contrast.part[BANDS] / (double)m->contrast.slope[0];
    m->contrast.n_hypotheses = 3;
    m->contrast.d[0] = 6.0;
    m->contrast.d[1] = 2.0;
    m->contrast.d[2] = -4.0;
    m->contrast.d_reference = 3.0;
}

/* Adds four plumes of both gases over air that is d colder than the ground's mean. */
static void add_plumes(struct made_evidence *m, const float *absorption, double d, double ppmm)
{
    for (size_t i = 0; i < N_PLUMES; i++)
        for (size_t l = 0; l < LINES; l++)
            for (size_t s = 0; s < SAMPLES; s++) {
                double dl = (double)l - 32.0 - 64.0 * (double)i, ds = (double)s - 40.0;
                double c = ppmm * exp(-0.5 * (dl * dl + ds * ds) / 16.0);
                for (size_t b = 0; b < BANDS; b++)
                    *made_scene_at(&m->made, l, b, s) -=
                        (float)(c * (double)absorption[i % N_GASES * BANDS + b] *
                                (d * (double)m->contrast.slope[b] +
                                 made_q(m, 1, l, s) * (double)m->contrast.part[BANDS + b]));
            }
}

/* What the plumes say of d; 0: nothing. */
static int settle(double *d, double truth, double ppmm, double spread_k)
{
    float absorption[N_GASES * BANDS], parts[N_GASES * 3 * BANDS];
    struct made_evidence m, plain;
    struct vaho_evidence *evidence;
    struct vaho_candidate *candidate;
    struct vaho_competition *competition;
    struct vaho_error error = {VAHO_OK, ""};
    size_t n, n_gases = 0;
    int settled = 77;

    made_absorption(absorption, BANDS, 7.0, 2.0);
    made_absorption(absorption + BANDS, BANDS, 17.0, 2.0);
    make_ground(&plain, spread_k); /* the plumes go by the coordinates of the ground without them */
    made_evidence_open(&plain, 2, 1, 0, 1);
    make_contrast(&plain);
    make_ground(&m, spread_k);
    memcpy(m.made.value, plain.made.value, LINES * BANDS * SAMPLES * sizeof(float));
    add_plumes(&plain, absorption, truth, ppmm);
    memcpy(m.made.value, plain.made.value, LINES * BANDS * SAMPLES * sizeof(float));
    made_evidence_open(&m, 2, 1, 0, 1);
    make_contrast(&m);
    evidence = learn_evidence(&m, absorption, N_GASES, N_GASES, 2);
    candidate = score_evidence(&n, evidence, 3.5, 2);
    /* as search.c has it: the gases' ground is theirs, mirrors compete for it apart */
    for (size_t i = 0; i < n; i++)
        if (candidate[i].signature < N_GASES)
            candidate[n_gases++] = candidate[i];
    struct vaho_evidence_maps maps = {vaho_evidence_map(evidence), N_GASES, VAHO_N_SCALES};
    assert_int_equal(
        vaho_compete(&competition, candidate, n_gases, gas_of, &maps, LINES, SAMPLES, &error),
        VAHO_OK);
    for (size_t g = 0; g < N_GASES; g++)
        vaho_contrast_parts(parts + g * 3 * BANDS, &m.contrast, absorption + g * BANDS);
    assert_int_equal(
        vaho_air_settle(d, &settled, &m.scene, evidence, competition, parts, N_GASES, &error),
        VAHO_OK);
    vaho_competition_free(competition);
    free(candidate);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
    made_evidence_free(&plain);
    return settled;
}

static void strong_plumes_tell_the_airs_temperature(void **state)
{
    (void)state;
    static const double truth[] = {7.0, 4.0, -3.0};

    for (size_t i = 0; i < sizeof truth / sizeof truth[0]; i++) {
        double d = NAN;
        assert_int_equal(settle(&d, truth[i], 40.0, 2.0), 1);
        print_message("ground %.1f K warmer: told %.1f\n", truth[i], d);
        assert_true(fabs(d - truth[i]) <= 2.0);
    }
}

/* All the ground is warmer than the air, by whatever: more air between explains as much. */
static void what_nobody_tells_is_as_usual(void **state)
{
    (void)state;
    double d = NAN;

    assert_int_equal(settle(&d, 4.0, 6.0, 0.2), 1);
    print_message("ground 4.0 K warmer, alike everywhere: told %.1f\n", d);
    assert_true(d >= 1.0 && d <= 8.0);
}

static void without_a_strong_plume_nothing_is_settled(void **state)
{
    (void)state;
    double d = 123.0;

    assert_int_equal(settle(&d, 5.0, 0.0, 2.0), 0);
    assert_true(d == 123.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strong_plumes_tell_the_airs_temperature),
        cmocka_unit_test(what_nobody_tells_is_as_usual),
        cmocka_unit_test(without_a_strong_plume_nothing_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
