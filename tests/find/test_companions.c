/* test_companions.c - another gas in a plume whose gas is known, and none where there is none */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/companions.h"

/* Three gases and 8 decoys of each, in white noise with round plumes. */
enum {
    LINES = 160,
    SAMPLES = 96,
    BANDS = 32,
    N_GASES = 3,
    DECOYS = 8,
    N_ALL = N_GASES * (DECOYS + 1)
};
static const double NOISE = 0.1, MEAN = 9.0, SIZE = 4.0;
/* Both plumes: line, sample. */
static const size_t APART[2][2] = {{40, 30}, {120, 60}}, CLOSE[2][2] = {{60, 30}, {90, 50}};

static void absorptions(float out[N_ALL * BANDS])
{
    static const double centre[N_GASES] = {6.0, 9.0, 22.0}; /* the first two overlap */
    struct dice dice = {77};

    for (size_t i = 0; i < N_ALL; i++)
        made_absorption(out + i * BANDS, BANDS,
                        i < N_GASES ? centre[i] : (double)BANDS * dice_uniform(&dice),
                        i < N_GASES ? 1.8 : 1.0 + 2.0 * dice_uniform(&dice));
}

/* ppmm[plume][gas] in the middle. */
static void make_cube(struct made_evidence *m, const float *absorption,
                      const double ppmm[2][N_GASES], const size_t at[2][2])
{
    struct dice dice = {4};

    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; b < BANDS; b++) {
                double value = MEAN + NOISE * dice_normal(&dice);
                for (size_t p = 0; p < 2; p++) {
                    double away = hypot((double)l - (double)at[p][0], (double)s - (double)at[p][1]);
                    for (size_t g = 0; g < N_GASES; g++)
                        value -= ppmm[p][g] * (double)absorption[g * BANDS + b] *
                                 exp(-0.5 * away * away / (SIZE * SIZE));
                }
                *made_scene_at(&m->made, l, b, s) = (float)value;
            }
    made_evidence_open(m, 1, 0, 0, 1);
}

/* What is found beside the strongest candidate of 'gas' at each plume, the second of which is named
 * 'second'; free the companions. */
static struct vaho_companion *find(size_t *n, const double ppmm[2][N_GASES], const size_t gas[2],
                                   const size_t at[2][2], size_t second, double q)
{
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_candidate *candidate;
    struct vaho_companion *companion;
    struct vaho_contender winner[2] = {{.claim = 1}, {.claim = 2}};
    struct vaho_host host[2];
    float absorption[N_ALL * BANDS], *parts;
    unsigned gas_of[N_ALL];
    size_t n_candidates, n_decoys[N_GASES] = {DECOYS, DECOYS, DECOYS};

    absorptions(absorption);
    make_cube(&m, absorption, ppmm, at);
    evidence = learn_evidence(&m, absorption, N_ALL, N_GASES, 2);
    candidate = score_evidence(&n_candidates, evidence, 4.0, 2);
    parts = made_parts(&m, absorption, N_ALL);
    for (size_t i = 0; i < N_ALL; i++)
        gas_of[i] = (unsigned)(i % N_GASES);
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < n_candidates; i++) {
            double line, sample;
            vaho_candidate_centre(&line, &sample, &candidate[i]);
            if (candidate[i].signature == gas[p] &&
                hypot(line - (double)at[p][0], sample - (double)at[p][1]) < 8.0 &&
                candidate[i].z > winner[p].candidate.z)
                winner[p].candidate = candidate[i];
        }
        assert_true(winner[p].candidate.z > 4.0f);
        winner[p].gas = (unsigned)gas[p];
        host[p] = (struct vaho_host){&winner[p], p == 0 ? gas[p] : second, q};
    }
    const struct vaho_companion_search search = {.evidence = evidence,
                                                 .n_searched = N_GASES,
                                                 .n_all = N_ALL,
                                                 .parts = parts,
                                                 .gas_of = gas_of,
                                                 .n_decoys = n_decoys};
    assert_int_equal(vaho_companions_find(&companion, n, host, 2, &search, NULL), VAHO_OK);
    free(candidate);
    free(parts);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
    return companion;
}

static void a_second_gas_is_found_in_its_plume_alone(void **state)
{
    (void)state;
    /* the overlapping gas in the first plume, nothing but the far one in the second */
    const double ppmm[2][N_GASES] = {{14.0, 12.0, 0.0}, {0.0, 0.0, 20.0}};
    size_t n;
    struct vaho_companion *companion = find(&n, ppmm, (size_t[]){0, 2}, APART, 2, 0.01);

    assert_int_equal(n, 1);
    assert_int_equal(companion[0].host, 0);
    assert_int_equal(companion[0].contender.gas, 1);
    assert_int_equal(companion[0].contender.claim, 1); /* on its host's ground */
    assert_int_equal(companion[0].contender.n_beside, 1);
    assert_int_equal(companion[0].contender.beside[0], 0);
    assert_true(companion[0].contender.candidate.z > 4.0f);
    assert_true(companion[0].q >= 0.01 && companion[0].q < 0.05); /* no surer than its host */
    assert_true(companion[0].contender.candidate.raw >= companion[0].contender.candidate.z);
    free(companion);
}

static void a_strong_plume_of_one_gas_has_no_companion(void **state)
{
    (void)state;
    const double ppmm[2][N_GASES] = {{150.0, 0.0, 0.0}, {0.0, 0.0, 300.0}};
    size_t n;
    struct vaho_companion *companion = find(&n, ppmm, (size_t[]){0, 2}, APART, 2, 0.0);

    for (size_t i = 0; i < n; i++)
        assert_true(companion[i].q > 0.2);
    free(companion);
}

static void three_gases_are_told_apart(void **state)
{
    (void)state;
    const double ppmm[2][N_GASES] = {{16.0, 14.0, 12.0}, {0.0, 0.0, 20.0}};
    size_t n;
    struct vaho_companion *companion = find(&n, ppmm, (size_t[]){0, 2}, APART, 2, 0.0);

    assert_int_equal(n, 2);
    assert_true(companion[0].contender.gas + companion[1].contender.gas == 1 + 2);
    assert_int_equal(companion[1].contender.n_beside, 2);
    assert_int_equal(companion[1].contender.beside[1], companion[0].contender.gas);
    assert_true(companion[0].q < 0.05 && companion[1].q < 0.05);
    free(companion);
}

/* The same plume of two gases, once with a stronger plume close by that is named as the second. */
static void what_a_plume_close_by_explains_is_no_companion(void **state)
{
    (void)state;
    const double ppmm[2][N_GASES] = {{14.0, 12.0, 0.0}, {0.0, 0.0, 20.0}};
    size_t n;
    struct vaho_companion *companion = find(&n, ppmm, (size_t[]){0, 2}, CLOSE, 2, 0.0);

    assert_int_equal(n, 1);
    free(companion);
    companion = find(&n, ppmm, (size_t[]){0, 2}, CLOSE, 1, 0.0);
    for (size_t i = 0; i < n; i++)
        assert_true(companion[i].host != 0);
    free(companion);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_gas_is_found_in_its_plume_alone),
        cmocka_unit_test(a_strong_plume_of_one_gas_has_no_companion),
        cmocka_unit_test(what_a_plume_close_by_explains_is_no_companion),
        cmocka_unit_test(three_gases_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
