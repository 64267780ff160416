/*
 * test_evidence.c - evidence over space: white noise, a plume put in, and the same arithmetic done
 * again in double, pixel by pixel
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "sense/robust.h"

enum { BANDS = 16, N_SIGNATURES = 3 };
static const double NOISE = 0.1;

static void absorptions(float out[N_SIGNATURES * BANDS])
{
    made_absorption(out, BANDS, 4.0, 1.5);
    made_absorption(out + BANDS, BANDS, 11.0, 2.0);
    made_absorption(out + 2 * BANDS, BANDS, 7.5, 1.0);
}

/* White noise of one size in all bands, on a constant. */
static void make_noise(struct made_evidence *m, size_t n_lines, size_t n_samples, uint64_t seed)
{
    struct dice dice = {seed};

    made_scene_new(&m->made, n_lines, BANDS, n_samples, 8.0, 13.0);
    for (size_t i = 0; i < n_lines * BANDS * n_samples; i++)
        m->made.value[i] = 9.0f + (float)(NOISE * dice_normal(&dice));
}

/* Ground of one strong pattern besides, so that q means something; some pixels missing. */
static void make_ground(struct made_evidence *m, size_t n_lines, size_t n_samples, double missing)
{
    struct dice dice = {91};

    make_noise(m, n_lines, n_samples, 90);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double warm = dice_normal(&dice), gone = dice_uniform(&dice);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) +=
                    gone < missing ? NAN : (float)(warm * (1.0 + 0.05 * (double)b));
        }
}

/* x = C^-1 v by the factor that evidence shows. */
static void solve(double *x, const double *cholesky, const double *v)
{
    for (size_t i = 0; i < BANDS; i++) {
        x[i] = v[i];
        for (size_t k = 0; k < i; k++)
            x[i] -= cholesky[i * BANDS + k] * x[k];
        x[i] /= cholesky[i * BANDS + i];
    }
    for (size_t i = BANDS; i-- > 0;) {
        for (size_t k = i + 1; k < BANDS; k++)
            x[i] -= cholesky[k * BANDS + i] * x[k];
        x[i] /= cholesky[i * BANDS + i];
    }
}

/* A signature in one pixel under ground minus air d. */
static void signature_at(double *out, const struct made_evidence *m, const float *absorption,
                         double d, size_t l, size_t s)
{
    for (size_t b = 0; b < BANDS; b++) {
        double sum = d * (double)m->contrast.slope[b];
        for (size_t k = 0; k < m->contrast.n_parts; k++)
            sum += made_q(m, k, l, s) * (double)m->contrast.part[k * BANDS + b];
        out[b] = -(double)absorption[b] * sum;
    }
}

/*
 * z at a place by its definition: pixel by pixel, w binomial over blocks.  The largest over the
 * hypotheses; NAN where less than half of the pixels' weight is there.
 */
static double evidence_at(const struct made_evidence *m, const struct vaho_evidence *evidence,
                          const float *absorption, size_t signature, size_t level, size_t row,
                          size_t col)
{
    static const double w[3] = {0.25, 0.5, 0.25};
    size_t side = (size_t)1 << level;
    double best = NAN;

    for (size_t h = 0; h < m->contrast.n_hypotheses; h++) {
        const struct vaho_tuning *tuning = vaho_evidence_tuning(evidence, level, h, signature);
        double match = 0.0, energy = 0.0, cover = 0.0, z;
        for (long dr = -1; dr <= 1; dr++)
            for (long dc = -1; dc <= 1; dc++)
                for (size_t i = 0; i < side * side; i++) {
                    long l = ((long)row + dr) * (long)side + (long)(i / side);
                    long s = ((long)col + dc) * (long)side + (long)(i % side);
                    double weight = w[dr + 1] * w[dc + 1], v[BANDS], x[BANDS];
                    if (l < 0 || s < 0 || l >= (long)m->made.n_lines ||
                        s >= (long)m->made.n_samples || !made_valid(m, (size_t)l, (size_t)s))
                        continue;
                    signature_at(v, m, absorption, m->contrast.d[h], (size_t)l, (size_t)s);
                    solve(x, vaho_evidence_cholesky(evidence, level), v);
                    for (size_t b = 0; b < BANDS; b++) {
                        match += weight * x[b] * made_z(m, (size_t)l, b, (size_t)s);
                        energy += weight * weight * x[b] * v[b];
                    }
                    cover += weight;
                }
        if (cover < 0.5 * (double)(side * side))
            return NAN;
        z = (match - (double)tuning->offset * cover) / ((double)tuning->spread * sqrt(energy));
        if (!(z <= best))
            best = z;
    }
    return best;
}

static void evidence_is_what_its_equation_says(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct dice dice = {6};
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_known = 0;

    absorptions(absorption);
    make_ground(&m, 301, 61, 0.25); /* two strips, odd sizes, a quarter missing */
    for (size_t l = 120; l < 170; l++)
        for (size_t b = 0; b < BANDS; b++) /* and a hole */
            memset(made_scene_at(&m.made, l, b, 10), 0xff, 25 * sizeof(float));
    made_evidence_open(&m, 3, 2, 1, 3);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, 2, 2);
    free(score_evidence(&n, evidence, 3.0, 2));
    for (size_t signature = 0; signature < 2; signature++)
        for (size_t level = 1; level <= VAHO_N_LEVELS; level++) {
            const struct vaho_level_map *map =
                vaho_evidence_map(evidence) + signature * VAHO_N_LEVELS + level - 1;
            size_t side = (size_t)1 << level;
            assert_int_equal(map->n_rows, (301 + side - 1) / side);
            assert_int_equal(map->n_cols, (61 + side - 1) / side);
            for (int i = 0; i < 60; i++) {
                size_t row = (size_t)((double)map->n_rows * dice_uniform(&dice));
                size_t col = (size_t)((double)map->n_cols * dice_uniform(&dice));
                float got = map->z[row * map->n_cols + col];
                double expected = evidence_at(&m, evidence, absorption + signature * BANDS,
                                              signature, level, row, col);
                if (isnan(expected)) {
                    assert_true(isnan(got));
                    continue;
                }
                n_known++;
                if (fabs((double)got - expected) > 2e-3 * fmax(1.0, fabs(expected)))
                    fail_msg("level %zu row %zu col %zu: %g, %g expected", level, row, col,
                             (double)got, expected);
            }
        }
    assert_true(n_known > 300);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void white_noise_has_unit_evidence_at_every_level(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_beyond = 0, n_places = 0;
    struct vaho_candidate *candidate;

    absorptions(absorption);
    make_noise(&m, 512, 192, 101);
    made_evidence_open(&m, 1, 0, 1, 1);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, N_SIGNATURES, 2);
    candidate = score_evidence(&n, evidence, 3.0, 2);
    for (size_t signature = 0; signature < N_SIGNATURES; signature++)
        for (size_t level = 1; level <= VAHO_N_LEVELS; level++) {
            const struct vaho_level_map *map =
                vaho_evidence_map(evidence) + signature * VAHO_N_LEVELS + level - 1;
            size_t np = map->n_rows * map->n_cols;
            float *copy = malloc(np * sizeof *copy);
            /* quartiles of 3000 sampled places know sigma to 2 or 3 %; neighbours share pixels */
            double sigma, tolerance = fmax(0.1, 3.5 / sqrt((double)np / 4.0));
            assert_non_null(copy);
            memcpy(copy, map->z, np * sizeof *copy);
            sigma = (double)vaho_robust_sigma(copy, np);
            if (fabs(sigma - 1.0) >= tolerance)
                fail_msg("level %zu: sigma %g", level, sigma);
            assert_true(fabs((double)vaho_median(copy, np)) < tolerance);
            /* the model is right before it is tuned: C is the noise's own */
            sigma = (double)vaho_evidence_tuning(evidence, level, 0, signature)->spread;
            if (fabs(sigma - 1.0) >= tolerance)
                fail_msg("level %zu: spread %g", level, sigma);
            n_places += np;
            free(copy);
        }
    for (size_t i = 0; i < n; i++) {
        assert_true(candidate[i].z >= 3.0f);
        n_beyond += candidate[i].z >= 4.0f;
    }
    /* P(z > 3) = 1.35e-3, P(z > 4) = 3.2e-5: neighbours share pixels, so at most a peak a place;
     * the mirrors have as many */
    n_places *= 2;
    print_message("%zu peaks above 3, %zu above 4 among %zu places\n", n, n_beyond, n_places);
    assert_true((double)n < 1.6e-3 * (double)n_places && (double)n > 0.4e-3 * (double)n_places);
    assert_true((double)n_beyond <
                3.2e-5 * (double)n_places + 4.0 * sqrt(3.2e-5 * (double)n_places));
    free(candidate);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

/* Peaks of the level maps, found again. */
static void candidates_are_the_peaks_of_the_maps(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_candidate *candidate;
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_peaks = 0;

    absorptions(absorption);
    make_noise(&m, 600, 70, 103); /* three strips: peaks at their seams too */
    made_evidence_open(&m, 1, 0, 1, 1);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, N_SIGNATURES, 2);
    candidate = score_evidence(&n, evidence, 1.5, 2);
    for (size_t signature = 0; signature < N_SIGNATURES; signature++)
        for (size_t level = 1; level <= VAHO_N_LEVELS; level++) {
            const struct vaho_level_map *map =
                vaho_evidence_map(evidence) + signature * VAHO_N_LEVELS + level - 1;
            for (long r = 0; r < (long)map->n_rows; r++)
                for (long c = 0; c < (long)map->n_cols; c++) {
                    float here = map->z[r * (long)map->n_cols + c];
                    int peak = here >= 1.5f, pit = -here >= 1.5f; /* a pit is the mirror's peak */
                    for (long i = 0; i < 9; i++) {
                        long rr = r + i / 3 - 1, cc = c + i % 3 - 1;
                        float there;
                        if (i == 4 || rr < 0 || cc < 0 || rr >= (long)map->n_rows ||
                            cc >= (long)map->n_cols)
                            continue;
                        there = map->z[rr * (long)map->n_cols + cc];
                        peak = peak && !(there > here);
                        pit = pit && !(there < here);
                    }
                    n_peaks += (size_t)peak + (size_t)pit;
                }
        }
    assert_int_equal(n, n_peaks);
    for (size_t i = 0; i < n; i++) {
        const struct vaho_level_map *map = vaho_evidence_map(evidence) +
                                           candidate[i].signature % N_SIGNATURES * VAHO_N_LEVELS +
                                           candidate[i].level - 1;
        float z = map->z[candidate[i].row * map->n_cols + candidate[i].col];
        assert_true(candidate[i].z == (candidate[i].signature < N_SIGNATURES ? z : -z));
    }
    free(candidate);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void a_plume_is_found_where_it_is_and_as_strong(void **state)
{
    (void)state;
    static const struct {
        size_t line, sample, level;
        double sigma_px, ppmm;
    } cases[] = {{60, 40, 1, 1.2, 45.0}, {100, 80, 2, 2.8, 16.0}, {250, 100, 3, 6.0, 7.0}};
    float absorption[N_SIGNATURES * BANDS];

    absorptions(absorption);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_evidence m;
        struct vaho_evidence *evidence;
        struct vaho_candidate *candidate;
        size_t n, best = 0, side;
        double expected = 0.0, energy = 0.0, s2 = 0.0, line, sample;
        make_noise(&m, 400, 160, 105 + i);
        for (size_t l = 0; l < 400; l++)
            for (size_t s = 0; s < 160; s++) {
                double dl = (double)l - (double)cases[i].line,
                       ds = (double)s - (double)cases[i].sample;
                double c = cases[i].ppmm * exp(-0.5 * (dl * dl + ds * ds) /
                                               (cases[i].sigma_px * cases[i].sigma_px));
                for (size_t b = 0; b < BANDS; b++)
                    *made_scene_at(&m.made, l, b, s) -= (float)(c * (double)absorption[BANDS + b]);
            }
        made_evidence_open(&m, 1, 0, 0, 1);
        evidence = learn_evidence(&m, absorption, N_SIGNATURES, 2, 2);
        candidate = score_evidence(&n, evidence, 4.0, 2);
        assert_true(n > 0);
        for (size_t k = 0; k < n; k++)
            if (candidate[k].z > candidate[best].z)
                best = k;
        assert_int_equal(candidate[best].signature, 1);
        assert_true(abs((int)candidate[best].level - (int)cases[i].level) <= 1);
        side = (size_t)1 << candidate[best].level;
        line = ((double)candidate[best].row + 0.5) * (double)side - 0.5;
        sample = ((double)candidate[best].col + 0.5) * (double)side - 0.5;
        assert_true(fabs(line - (double)cases[i].line) <= (double)side);
        assert_true(fabs(sample - (double)cases[i].sample) <= (double)side);
        /* expected: sum(w c) |s|^2 / sqrt(sum(w^2) |s|^2), with |s| of white noise */
        for (size_t b = 0; b < BANDS; b++)
            s2 += pow((double)absorption[BANDS + b] / NOISE, 2.0);
        for (size_t k = 0; k < 9 * side * side; k++) {
            static const double w[3] = {0.25, 0.5, 0.25};
            size_t l = (candidate[best].row - 1) * side + k / (3 * side);
            size_t s = (candidate[best].col - 1) * side + k % (3 * side);
            double dl = (double)l - (double)cases[i].line, ds = (double)s - (double)cases[i].sample;
            double weight = w[k / (3 * side) / side] * w[k % (3 * side) / side];
            expected += weight * cases[i].ppmm *
                        exp(-0.5 * (dl * dl + ds * ds) / (cases[i].sigma_px * cases[i].sigma_px));
            energy += weight * weight;
        }
        expected *= sqrt(s2 / energy);
        print_message("level %d: z %.1f, %.1f expected\n", candidate[best].level,
                      (double)candidate[best].z, expected);
        /* three sigma of noise, and C is loaded by 2 % of the noise and holds the plume itself */
        assert_true(fabs((double)candidate[best].z - expected) < 3.0 + 0.12 * expected);
        free(candidate);
        vaho_evidence_free(evidence);
        made_evidence_free(&m);
    }
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence[3];
    struct vaho_candidate *candidate[3];
    float absorption[N_SIGNATURES * BANDS];
    size_t n[3];

    absorptions(absorption);
    make_ground(&m, 700, 50, 0.02);
    made_evidence_open(&m, 3, 2, 1, 2);
    for (size_t i = 0; i < 3; i++) {
        static const size_t n_threads[] = {1, 2, 5};
        evidence[i] = learn_evidence(&m, absorption, N_SIGNATURES, 2, n_threads[i]);
        candidate[i] = score_evidence(&n[i], evidence[i], 2.0, n_threads[i]);
        assert_int_equal(n[i], n[0]);
        assert_true(n[i] > 20);
        for (size_t k = 0; k < n[i]; k++) {
            const struct vaho_candidate *a = &candidate[0][k], *b = &candidate[i][k];
            assert_true(a->signature == b->signature && a->level == b->level && a->row == b->row &&
                        a->col == b->col && a->z == b->z && a->hypothesis == b->hypothesis);
        }
        assert_memory_equal(vaho_evidence_cholesky(evidence[i], 2),
                            vaho_evidence_cholesky(evidence[0], 2), BANDS * BANDS * sizeof(double));
    }
    for (size_t i = 0; i < 3; i++) {
        free(candidate[i]);
        vaho_evidence_free(evidence[i]);
    }
    made_evidence_free(&m);
}

static void a_cube_too_small_is_refused_or_does_without_coarse_levels(void **state)
{
    (void)state;
    static const size_t size[][2] = {{24, 24}, {17, 9}, {40, 3}, {16, 1}};
    float absorption[N_SIGNATURES * BANDS];

    absorptions(absorption);
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        struct made_evidence m;
        struct vaho_evidence *evidence;
        struct vaho_pool *pool;
        struct vaho_error error = {VAHO_OK, ""};
        size_t n;
        make_noise(&m, size[i][0], size[i][1], 107);
        made_evidence_open(&m, 1, 0, 0, 1);
        assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
        if (vaho_evidence_learn(&evidence, &m.scene, NULL, pool, &error) == VAHO_OK) {
            vaho_evidence_free(evidence);
            evidence = learn_evidence(&m, absorption, N_SIGNATURES, 1, 2);
            free(score_evidence(&n, evidence, 0.0, 2));
            assert_non_null(vaho_evidence_cholesky(evidence, VAHO_N_LEVELS));
            vaho_evidence_free(evidence);
        } else {
            assert_int_equal(error.status, VAHO_SINGULAR);
            assert_null(evidence);
        }
        vaho_pool_free(pool);
        made_evidence_free(&m);
    }
    vaho_evidence_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_what_its_equation_says),
        cmocka_unit_test(white_noise_has_unit_evidence_at_every_level),
        cmocka_unit_test(candidates_are_the_peaks_of_the_maps),
        cmocka_unit_test(a_plume_is_found_where_it_is_and_as_strong),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_cube_too_small_is_refused_or_does_without_coarse_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
