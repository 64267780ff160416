/* test_coverage.c - the limit is what evidence itself brings up, and the z that q asks for */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/coverage.h"

enum { LINES = 160, SAMPLES = 128, BANDS = 16, HOLE = 40, N_TILES = 20 };
static const double NOISE = 0.1, Z_AT_Q = 6.5, SEARCHED = 0.5, SHOWN = 0.76;

/* The standard plume from line 100, sample 50 on, between two of the kernels' directions, of mean
 * 1 over its footprint. */
static void draw(double out[LINES * SAMPLES])
{
    double inside = 0.0, n = 0.0;

    for (size_t i = 0; i < LINES * SAMPLES; i++) {
        double x = (double)(i % SAMPLES) - 50.0, y = (double)(i / SAMPLES) - 100.0;
        double angle = acos(-1.0) / 16.0;
        double s = x * cos(angle) + y * sin(angle), v = y * cos(angle) - x * sin(angle);
        double w = 0.9 + 0.11 * s;
        out[i] = s >= 0.0 && s <= 40.0 ? exp(-s / 24.0) * exp(-0.5 * v * v / (w * w)) : 0.0;
        inside += out[i] >= 0.2 ? out[i] : 0.0;
        n += out[i] >= 0.2;
    }
    for (size_t i = 0; i < LINES * SAMPLES; i++)
        out[i] *= n / inside;
}

/* White noise, a standard plume of that mean, and a corner of HOLE x HOLE missing pixels. */
static void make_cube(struct made_evidence *m, float absorption[BANDS], double mean_ppmm,
                      const unsigned char *excluded)
{
    static double plume[LINES * SAMPLES];
    struct dice dice = {77};

    draw(plume);
    made_absorption(absorption, BANDS, 8.0, 1.5);
    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    l < HOLE && s < HOLE
                        ? NAN
                        : (float)(9.0 - mean_ppmm * plume[l * SAMPLES + s] * (double)absorption[b] +
                                  NOISE * dice_normal(&dice));
    made_evidence_open_without(m, excluded, 1, 0, 0, 1);
}

static struct vaho_coverage *cover(const struct made_evidence *m,
                                   const struct vaho_evidence *evidence, const float *absorption)
{
    struct vaho_maps *maps;
    struct vaho_pool *pool;
    struct vaho_coverage *coverage;
    float *parts = made_parts(m, absorption, 1);

    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(vaho_maps_make(&maps, &m->scene, evidence, 1, 0, pool, NULL), VAHO_OK);
    assert_int_equal(vaho_coverage_make(&coverage, maps, evidence, 0, parts, &Z_AT_Q, NULL),
                     VAHO_OK);
    vaho_pool_free(pool);
    vaho_maps_free(maps);
    free(parts);
    return coverage;
}

static void the_limit_is_the_white_noise_one_and_none_without_pixels(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_standard_plume plume;
    struct vaho_coverage *coverage;
    struct vaho_evidence *evidence;
    float absorption[BANDS];
    double norm = 0.0, most = 0.0, expected;
    size_t box[4] = {0}, covered = 0;

    make_cube(&m, absorption, 0.0, NULL);
    evidence = learn_evidence(&m, absorption, 1, 1, 2);
    coverage = cover(&m, evidence, absorption);
    assert_int_equal(vaho_standard_plume(&plume, NULL), VAHO_OK);
    for (size_t b = 0; b < BANDS; b++)
        norm += pow((double)absorption[b] / NOISE, 2.0);
    for (size_t s = 0; s < VAHO_N_SCALES; s++)
        most = fmax(most, plume.response[s]);
    expected = (Z_AT_Q - SEARCHED) / (SHOWN * most * sqrt(norm));
    assert_true(coverage->n_rows * coverage->n_cols == N_TILES);
    for (size_t i = 0; i < N_TILES; i++) {
        size_t hole_l, hole_s;
        vaho_coverage_tile(box, coverage, i / coverage->n_cols, i % coverage->n_cols);
        hole_l = box[0] < HOLE ? (box[2] < HOLE ? box[2] + 1 : HOLE) - box[0] : 0;
        hole_s = box[1] < HOLE ? (box[3] < HOLE ? box[3] + 1 : HOLE) - box[1] : 0;
        covered += (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
        assert_float_equal(coverage->valid[i], 1.0 - (double)(hole_l * hole_s) / (32.0 * 32.0),
                           1e-12);
        if (coverage->valid[i] > 0.0)
            assert_float_equal(coverage->limit_ppmm[i], expected, 0.1 * expected);
        else
            assert_true(isnan(coverage->limit_ppmm[i]));
    }
    assert_true(covered == LINES * SAMPLES && box[2] == LINES - 1 && box[3] == SAMPLES - 1);
    assert_true(coverage->valid[0] == 0.0 && coverage->valid[1] < 1.0 && coverage->steepness > 0.0);
    assert_null(coverage->limit_kg_h);
    vaho_coverage_free(coverage);
    vaho_coverage_free(NULL);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

/* On even ground six times the limit brings up six times what it states over SHOWN; the plume's
 * ground is not learned from. */
static void a_plume_brings_up_what_the_limit_says(void **state)
{
    (void)state;
    static double plume[LINES * SAMPLES];
    static unsigned char excluded[LINES * SAMPLES];
    struct made_evidence m;
    struct vaho_coverage *coverage;
    struct vaho_evidence *evidence;
    struct vaho_candidate *candidate;
    float absorption[BANDS];
    double limit, most = 0.0;
    size_t n;

    make_cube(&m, absorption, 0.0, NULL);
    evidence = learn_evidence(&m, absorption, 1, 1, 2);
    coverage = cover(&m, evidence, absorption);
    limit = coverage->limit_ppmm[N_TILES - 1];
    vaho_coverage_free(coverage);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);

    draw(plume);
    for (size_t i = 0; i < LINES * SAMPLES; i++)
        excluded[i] = plume[i] > 0.02;
    make_cube(&m, absorption, 6.0 * SHOWN * limit, excluded);
    evidence = learn_evidence(&m, absorption, 1, 1, 2);
    candidate = score_evidence(&n, evidence, 4.0, 2);
    for (size_t i = 0; i < n; i++)
        if (candidate[i].signature == 0)
            most = fmax(most, (double)candidate[i].z);
    print_message("z %.2f, %.2f by the limit\n", most, 6.0 * (Z_AT_Q - SEARCHED));
    assert_true(fabs(most / (6.0 * (Z_AT_Q - SEARCHED)) - 1.0) < 0.1);
    free(candidate);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void z_at_q_is_where_q_values_put_it(void **state)
{
    (void)state;
    enum { N_DECOY = 200, N_REAL = 3, N = N_DECOY + N_REAL, N_GASES = 2 };
    struct vaho_winner winner[N + 1];
    size_t n_decoys[N_GASES] = {32, 32};
    struct dice dice = {5};
    double z[N_GASES], alone[N_GASES], q[N + 1], beyond;

    for (size_t i = 0; i < N; i++)
        winner[i] = (struct vaho_winner){i < N_DECOY ? 4.0 + 0.4 * dice_exponential(&dice) : 12.0,
                                         i % N_GASES, i < N_DECOY, 0};
    assert_int_equal(vaho_z_at_q(z, 0.05, winner, N, n_decoys, N_GASES, 0, NULL), VAHO_OK);
    assert_int_equal(vaho_z_at_q(alone, 0.05, winner, N_DECOY, n_decoys, N_GASES, 0, NULL),
                     VAHO_OK);
    for (unsigned g = 0; g < N_GASES; g++) {
        assert_true(z[g] > 4.0 && z[g] < alone[g]); /* beside found ones less will do */
        winner[N] = (struct vaho_winner){z[g], g, 0, 0};
        assert_int_equal(vaho_q_values(q, winner, N + 1, n_decoys, N_GASES, 0, NULL), VAHO_OK);
        assert_true(q[N] <= 0.05);
        winner[N].z -= 0.03;
        assert_int_equal(vaho_q_values(q, winner, N + 1, n_decoys, N_GASES, 0, NULL), VAHO_OK);
        assert_true(q[N] > 0.05);
    }
    n_decoys[1] = 0; /* a gas without decoys is never reported */
    assert_int_equal(vaho_z_at_q(z, 0.05, winner, N, n_decoys, N_GASES, 0, NULL), VAHO_OK);
    beyond = z[1];
    assert_true(isinf(beyond) && isfinite(z[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_is_the_white_noise_one_and_none_without_pixels),
        cmocka_unit_test(a_plume_brings_up_what_the_limit_says),
        cmocka_unit_test(z_at_q_is_where_q_values_put_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
