/* test_pass_planes.c - planes of a pass are their definition, of unit variance, and see a plume */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/evidence_model.h"
#include "find/pass_planes.h"

enum { LINES = 144, SAMPLES = 96, BANDS = 16, N_GASES = 2, N = 4, SIDE = 4 };
enum { COLS = SAMPLES / SIDE, N_CELLS = LINES / SIDE * COLS };
static const double NOISE = 0.1;

/* White noise and a few missing pixels. */
static void make_cube(struct made_evidence *m, float absorption[N * BANDS])
{
    struct dice dice = {9};

    for (size_t i = 0; i < N; i++)
        made_absorption(absorption + i * BANDS, BANDS, 3.0 + 3.0 * (double)i, 1.5);
    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    l == 20 && s > 30 && s < 50
                        ? NAN
                        : (float)(9.0 + NOISE * dice_normal(&dice) +
                                  0.5 * sin(0.05 * (double)l) * cos(0.4 * (double)b));
    made_evidence_open(m, 2, 2, 0, 1);
}

static struct vaho_pass_planes *make_planes(const struct made_evidence *m,
                                            const struct vaho_evidence *evidence,
                                            const float *absorption, size_t n_threads)
{
    static const unsigned gas_of[N] = {0, 1, 0, 1};
    struct vaho_pass_planes *planes;
    struct vaho_pool *pool;
    float *parts = made_parts(m, absorption, N);
    unsigned *cell = calloc(LINES * SAMPLES, sizeof *cell);

    assert_non_null(cell);
    for (unsigned i = 0; i < LINES * SAMPLES; i++)
        cell[i] =
            i / SAMPLES == 100 ? VAHO_NO_CELL : i / SAMPLES / SIDE * COLS + i % SAMPLES / SIDE;
    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    assert_int_equal(
        vaho_pass_planes_make(&planes, evidence, 0, parts, gas_of, N, cell, N_CELLS, pool, NULL),
        VAHO_OK);
    vaho_pool_free(pool);
    free(cell);
    free(parts);
    return planes;
}

static void planes_are_their_definition(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_pass_planes *planes, *again;
    float absorption[N * BANDS];
    double *score = calloc(N * N_CELLS, sizeof *score), *energy = calloc(N_GASES * N_CELLS, 8);
    double squares = 0.0, n = 0.0;

    assert_true(score != NULL && energy != NULL);
    make_cube(&m, absorption);
    evidence = learn_evidence(&m, absorption, N_GASES, N_GASES, 2);
    planes = make_planes(&m, evidence, absorption, 2);
    for (size_t i = 0; i < N; i++) {
        const struct vaho_own_background *own = &evidence->backgrounds->own[i % N_GASES];
        float *parts = made_parts(&m, absorption + i * BANDS, 1);
        double v[BANDS], f[BANDS], power = 0.0, found = 0.0, variance;
        vaho_own_shape(v, own, parts, m.contrast.n_parts, BANDS);
        memcpy(f, v, sizeof f);
        for (size_t b = 0; b < BANDS; b++) { /* C f = v by its Cholesky factor */
            for (size_t k = 0; k < b; k++)
                f[b] -= own->cholesky[4][b * BANDS + k] * f[k];
            f[b] /= own->cholesky[4][b * BANDS + b];
        }
        for (size_t b = BANDS; b-- > 0;) {
            for (size_t k = b + 1; k < BANDS; k++)
                f[b] -= own->cholesky[4][k * BANDS + b] * f[k];
            f[b] /= own->cholesky[4][b * BANDS + b];
        }
        for (size_t b = 0; b < BANDS; b++) {
            power += f[b] * v[b];
            for (size_t k = 0; k < BANDS; k++)
                found += f[b] * f[k] * own->moment[4][b > k ? b * BANDS + k : k * BANDS + b];
        }
        variance = fmax(power, found);
        assert_float_equal(planes->amplitude[i], power / sqrt(variance),
                           1e-6 * power / sqrt(variance));
        for (size_t l = 0; l < LINES; l++)
            for (size_t s = 0; s < SAMPLES; s++) {
                size_t c = l / SIDE * COLS + s / SIDE;
                double w = made_weight(&m, own->factor, l, s);
                if (l == 100)
                    continue;
                if (i < N_GASES)
                    energy[i * N_CELLS + c] += w * w;
                for (size_t b = 0; b < BANDS; b++)
                    score[i * N_CELLS + c] += w * f[b] / sqrt(variance) * made_z(&m, l, b, s);
            }
        free(parts);
    }
    for (size_t i = 0; i < N_GASES * N_CELLS; i++)
        assert_float_equal(planes->energy[i], energy[i], 1e-3 * energy[i] + 1e-6);
    for (size_t i = 0; i < N * N_CELLS; i++) {
        double e = energy[i / N_CELLS % N_GASES * N_CELLS + i % N_CELLS];
        assert_float_equal(planes->score[i], score[i], 1e-3 * sqrt(e) + 1e-6);
        if (e > 0.0) {
            squares += score[i] * score[i] / e;
            n++;
        }
    }
    print_message("variance %.3f\n", squares / n);
    assert_float_equal(squares / n, 1.0, 0.1);
    assert_true(planes->n_valid[0] == 16.0f && planes->n_valid[5 * COLS + 9] == 12.0f);
    assert_true(planes->n_valid[25 * COLS] == 12.0f); /* line 100 has no place */
    again = make_planes(&m, evidence, absorption, 5);
    assert_memory_equal(planes->score, again->score, N * N_CELLS * sizeof(float));
    assert_memory_equal(planes->energy, again->energy, N_GASES * N_CELLS * sizeof(float));
    vaho_pass_planes_free(planes);
    vaho_pass_planes_free(again);
    vaho_pass_planes_free(NULL);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
    free(score);
    free(energy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(planes_are_their_definition)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
