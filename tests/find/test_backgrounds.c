/*
 * test_backgrounds.c - a gas's own weight, shape and second moments against their definitions,
 * pixel by pixel in double; white noise; shrinking
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

enum { BANDS = 10, N_GASES = 2, RANK = 2, N_PARTS = RANK + 1 };
static const double NOISE = 0.1;

static void absorptions(float out[N_GASES * BANDS])
{
    made_absorption(out, BANDS, 3.0, 1.2);
    made_absorption(out + BANDS, BANDS, 7.0, 1.8);
}

/* White noise on ground of two patterns of different strength; some pixels missing. */
static void make_ground(struct made_evidence *m, size_t n_lines, size_t n_samples, double missing,
                        size_t n_hypotheses)
{
    struct dice dice = {401};

    made_scene_new(&m->made, n_lines, BANDS, n_samples, 8.0, 13.0);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double warm = dice_normal(&dice), quartz = 0.5 * dice_normal(&dice);
            int gone = dice_uniform(&dice) < missing;
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    gone ? NAN
                         : (float)(9.0 + warm * (1.0 + 0.05 * (double)b) +
                                   quartz * cos(0.5 * (double)b) + NOISE * dice_normal(&dice));
        }
    made_evidence_open(m, N_PARTS, RANK, 1, n_hypotheses);
}

/* p_k of one gas at d, n_parts x BANDS, as backgrounds.h has them. */
static void parts_at(double p[N_PARTS][BANDS], const struct made_evidence *m,
                     const float *absorption, double d)
{
    for (size_t k = 0; k < N_PARTS; k++)
        for (size_t b = 0; b < BANDS; b++)
            p[k][b] = -(double)absorption[b] * ((double)m->contrast.part[k * BANDS + b] +
                                                (k == 0 ? d * (double)m->contrast.slope[b] : 0.0));
}

/* sum over parts and bands of (p_kb - u_k v_b)^2, v = sum u_k p_k, |u| = 1. */
static double misfit(double p[N_PARTS][BANDS], const double *u)
{
    double sum = 0.0;

    for (size_t b = 0; b < BANDS; b++) {
        double v = 0.0;
        for (size_t k = 0; k < N_PARTS; k++)
            v += u[k] * p[k][b];
        for (size_t k = 0; k < N_PARTS; k++)
            sum += (p[k][b] - u[k] * v) * (p[k][b] - u[k] * v);
    }
    return sum;
}

/* sum over all pixels of |s_i|^2 and |s_i - w_i v|^2. */
static void pixel_misfit(double *left, double *all, const struct made_evidence *m,
                         double p[N_PARTS][BANDS], const double *u)
{
    *left = *all = 0.0;
    for (size_t l = 0; l < m->made.n_lines; l++)
        for (size_t s = 0; s < m->made.n_samples; s++) {
            double w = 0.0;
            if (!made_valid(m, l, s))
                continue;
            for (size_t k = 0; k < N_PARTS; k++)
                w += u[k] * made_q(m, k, l, s);
            for (size_t b = 0; b < BANDS; b++) {
                double here = 0.0, v = 0.0;
                for (size_t k = 0; k < N_PARTS; k++) {
                    here += made_q(m, k, l, s) * p[k][b];
                    v += u[k] * p[k][b];
                }
                *all += here * here;
                *left += (here - w * v) * (here - w * v);
            }
        }
}

static void weight_and_shape_are_the_best_of_one_spectrum(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {403};
    float absorption[N_GASES * BANDS], *parts;

    absorptions(absorption);
    make_ground(&m, 120, 40, 0.03, 3);
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    parts = made_parts(&m, absorption, N_GASES);
    assert_true(backgrounds->n_gases == N_GASES && backgrounds->n_hypotheses == 3 &&
                backgrounds->n_bands == BANDS && backgrounds->n_parts == N_PARTS);
    for (size_t i = 0; i < N_GASES * 3; i++) {
        const struct vaho_own_background *own = &backgrounds->own[i];
        double p[N_PARTS][BANDS], u[N_PARTS], v[BANDS], norm = 0.0, ours, over, all;
        assert_true(own->d == m.contrast.d[i % 3]);
        parts_at(p, &m, absorption + i / 3 * BANDS, own->d);
        for (size_t k = 0; k < N_PARTS; k++) {
            u[k] = (double)own->factor[k];
            norm += u[k] * u[k];
        }
        assert_float_equal(norm, 1.0, 1e-6);
        vaho_own_shape(v, own, parts + i / 3 * (N_PARTS + 1) * BANDS, N_PARTS, BANDS);
        for (size_t b = 0; b < BANDS; b++) {
            double expected = 0.0;
            for (size_t k = 0; k < N_PARTS; k++)
                expected += u[k] * p[k][b];
            assert_float_equal(v[b], expected, 1e-8); /* absorption is 0.01 */
        }
        /* no other unit vector leaves less: neither of the parts nor, q being of unit variance up
         * to noise of the sample, of the pixels themselves */
        ours = misfit(p, u);
        pixel_misfit(&over, &all, &m, p, u);
        assert_true(over < 0.5 * all);
        for (int t = 0; t < 300; t++) {
            double other[N_PARTS], length = 0.0, left;
            for (size_t k = 0; k < N_PARTS; k++) {
                other[k] = u[k] + (t % 2 ? 0.05 : 2.0) * dice_normal(&dice);
                length += other[k] * other[k];
            }
            for (size_t k = 0; k < N_PARTS; k++)
                other[k] /= sqrt(length);
            assert_true(misfit(p, other) >= ours * (1.0 - 1e-6));
            if (t >= 8) /* a few are enough of all pixels */
                continue;
            pixel_misfit(&left, &all, &m, p, other);
            assert_true(over <= left + 0.02 * all);
        }
    }
    free(parts);
    vaho_backgrounds_free(backgrounds);
    vaho_backgrounds_free(NULL);
    made_evidence_free(&m);
}

/*
 * Every block of the cube is a place where half of what its kernel would weigh is valid; the eight
 * kernels take turns, three on from block to block of a strip of 256 lines.
 */
static size_t moment_by_definition(double *out, const struct made_evidence *m, const float *factor,
                                   size_t scale)
{
    size_t side = (size_t)1 << vaho_scale(scale)->level, n = 0;
    size_t rows = (m->made.n_lines + side - 1) / side, cols = (m->made.n_samples + side - 1) / side;

    memset(out, 0, BANDS * BANDS * sizeof *out);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            size_t turn = r % (256 / side) * cols + c;
            size_t kernel = turn * 3 % vaho_scale(scale)->n_kernels;
            double y[BANDS], cover, full = 0.0;
            double energy = made_place(y, &cover, m, m->excluded, factor, scale, kernel, r, c);
            struct vaho_kernel k;
            vaho_scale_kernel(&k, scale, kernel);
            for (size_t i = 0; i < k.n; i++)
                full += (double)k.weight[i] * (double)(side * side);
            if (cover < 0.5 * full || !(energy > 0.0))
                continue;
            n++;
            for (size_t i = 0; i < BANDS; i++)
                for (size_t j = 0; j <= i; j++)
                    out[i * BANDS + j] += y[i] * y[j];
        }
    for (size_t i = 0; i < BANDS * BANDS; i++)
        out[i] /= (double)n;
    return n;
}

static void moments_are_those_of_all_places(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {405};
    float absorption[N_GASES * BANDS];
    unsigned char *excluded = calloc((size_t)301 * 37, 1);
    size_t n_pixels = 0;

    assert_non_null(excluded);
    absorptions(absorption);
    make_ground(&m, 301, 37, 0.1, 2); /* two strips, odd sizes; 151 x 19 blocks: each is learned */
    for (size_t l = 60; l < 110; l++)
        for (size_t s = 5; s < 25; s++) /* a plume is known there */
            excluded[l * 37 + s] = 1;
    for (size_t i = 0; i < (size_t)301 * 37; i++)
        excluded[i] |= dice_uniform(&dice) < 0.05;
    m.excluded = excluded;
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    for (size_t i = 0; i < (size_t)301 * 37; i++)
        n_pixels += made_valid(&m, i / 37, i % 37) && !excluded[i];
    assert_int_equal(backgrounds->n_pixels, n_pixels);
    for (size_t i = 0; i < N_GASES * 2; i += 3) /* the first gas at one d, the second at another */
        for (size_t s = 0; s < VAHO_N_SCALES; s++) {
            const struct vaho_own_background *own = &backgrounds->own[i];
            double expected[BANDS * BANDS];
            size_t n = moment_by_definition(expected, &m, own->factor, s);
            assert_true(n >= 8);
            for (size_t a = 0; a < BANDS; a++)
                for (size_t b = 0; b <= a; b++) {
                    double unit = sqrt(expected[a * BANDS + a] * expected[b * BANDS + b]),
                           difference;
                    difference = own->moment[s][a * BANDS + b] - expected[a * BANDS + b];
                    if (fabs(difference) > 1e-4 * unit)
                        fail_msg("scale %zu bands %zu %zu: off by %g", s, a, b, difference / unit);
                }
        }
    vaho_backgrounds_free(backgrounds);
    made_evidence_free(&m);
    free(excluded);
}

/* L L' element (i, j). */
static double product(const double *cholesky, size_t i, size_t j)
{
    double sum = 0.0;

    for (size_t k = 0; k <= i && k <= j; k++)
        sum += cholesky[i * BANDS + k] * cholesky[j * BANDS + k];
    return sum;
}

static void white_noise_has_the_same_moment_at_every_scale(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {407};
    float absorption[N_GASES * BANDS];

    absorptions(absorption);
    made_scene_new(&m.made, 768, BANDS, 128, 8.0, 13.0);
    for (size_t i = 0; i < (size_t)768 * BANDS * 128; i++)
        m.made.value[i] = 9.0f + (float)(NOISE * dice_normal(&dice));
    made_evidence_open(&m, 1, 0, 0, 1);
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        const struct vaho_own_background *own = &backgrounds->own[0];
        double n = 768.0 * 128.0 / vaho_scale(s)->area_px, trace = 0.0;
        assert_non_null(own->cholesky[s]);
        for (size_t b = 0; b < BANDS; b++)
            trace += own->moment[s][b * BANDS + b] / (NOISE * NOISE * BANDS);
        /* the variance of n independent numbers in each of 10 bands is known to sqrt(2/10n) */
        print_message("scale %zu: mean variance %.4f of the noise's, %.0f places\n", s, trace, n);
        assert_true(fabs(trace - 1.0) < 4.0 * sqrt(2.0 / (n * BANDS)));
        for (size_t i = 0; i < BANDS; i++) {
            /* loaded by 2 % and by half a band a place; single bands to sqrt(2/n) in the finest
             * scale, whose metric all others share; an eigenvalue above the edge is shrunk to
             * near 1 */
            double c = product(own->cholesky[s], i, i) / (NOISE * NOISE);
            assert_true(fabs(c - 1.02) < 0.01 + 4.0 * sqrt(2.0 / 13824.0) + (s > 0 ? 0.1 : 0.0));
            for (size_t j = 0; j <= i; j++)
                assert_true((float)own->cholesky[s][i * BANDS + j] ==
                            own->whitener[s][i * BANDS + j]);
        }
    }
    vaho_backgrounds_free(backgrounds);
    made_evidence_free(&m);
}

/* In the metric of the finest scale a coarser one has the eigenvalues of its sample, shrunk: with
 * clutter in one direction v, only what lies along v stands out, and by the formula. */
static void clutter_stands_out_where_it_is(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {409};
    float absorption[N_GASES * BANDS];
    double patch[48 * 8];

    absorptions(absorption);
    made_scene_new(&m.made, 768, BANDS, 128, 8.0, 13.0);
    for (size_t i = 0; i < 48 * 8; i++) /* patches of 16 x 16 pixels, half the noise of a pixel */
        patch[i] = 0.5 * NOISE * dice_normal(&dice);
    for (size_t l = 0; l < 768; l++)
        for (size_t s = 0; s < 128; s++)
            for (size_t b = 0; b < BANDS; b++) /* band 5 alone */
                *made_scene_at(&m.made, l, b, s) =
                    (float)(9.0 + NOISE * dice_normal(&dice) +
                            (b == 5 ? patch[l / 16 * 8 + s / 16] : 0.0));
    made_evidence_open(&m, 1, 0, 0, 1);
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    for (size_t s = 1; s < VAHO_N_SCALES; s++) {
        const struct vaho_own_background *own = &backgrounds->own[0];
        double n = 768.0 * 128.0 / vaho_scale(s)->area_px, unit = product(own->cholesky[0], 5, 5);
        /* the sample's eigenvalue along band 5 is nearly the moment's own element there */
        double expected = vaho_shrunk_eigenvalue(own->moment[s][5 * BANDS + 5] / unit, BANDS / n);
        double got = product(own->cholesky[s], 5, 5) / unit;
        print_message("scale %zu: clutter of %.1f, %.1f expected\n", s, got, expected);
        assert_true(expected > 2.0 && fabs(got / expected - 1.0) < 0.1);
        for (size_t b = 0; b < BANDS; b++) /* elsewhere it is as white noise */
            if (b != 5)
                assert_true(product(own->cholesky[s], b, b) <
                            1.5 * product(own->cholesky[0], b, b));
    }
    vaho_backgrounds_free(backgrounds);
    made_evidence_free(&m);
}

static void eigenvalues_shrink_as_the_formula_says(void **state)
{
    (void)state;
    /* Worked by hand from backgrounds.h.  x = 6, g = 1: l = (6 + sqrt(36 - 24)) / 2 = 3 + sqrt 3,
     * c = (1 - 1/(2 + sqrt 3)^2) / (1 + 1/(2 + sqrt 3)) = sqrt 3 - 1 and l / (c + l (1 - c))
     * = (3 + sqrt 3) / 2 = 2.366025; the others the same way. */
    static const double worked[][3] = {{6.0, 1.0, 2.366025},
                                       {4.0, 0.25, 2.781134},
                                       {10.0, 0.25, 7.649174},
                                       {50.0, 0.5, 32.881261}};

    for (size_t i = 0; i < sizeof worked / sizeof worked[0]; i++)
        assert_float_equal(vaho_shrunk_eigenvalue(worked[i][0], worked[i][1]), worked[i][2], 1e-5);
    for (double g = 0.01; g < 20.0; g *= 1.7) {
        double edge = (1.0 + sqrt(g)) * (1.0 + sqrt(g)), last = 1.0;
        for (double x = 0.0; x < edge; x += edge / 7.0) /* noise, by Marchenko and Pastur's edge */
            assert_true(vaho_shrunk_eigenvalue(x, g) == 1.0);
        assert_float_equal(vaho_shrunk_eigenvalue(edge * (1.0 + 1e-9), g), 1.0, 1e-3);
        for (double x = edge * 1.001; x < 1e4 * edge; x *= 1.1) {
            double shrunk = vaho_shrunk_eigenvalue(x, g);
            assert_true(shrunk >= last && shrunk <= x); /* grows, and is never blown up */
            last = shrunk;
        }
        /* far out l goes to x and c to 1 - g/l: l / (1 + g) is left */
        assert_float_equal(vaho_shrunk_eigenvalue(1e9, g) / 1e9, 1.0 / (1.0 + g), 1e-5);
    }
    /* of very many places an eigenvalue is what it is */
    assert_float_equal(vaho_shrunk_eigenvalue(3.0, 0.0), 3.0, 1e-12);
    assert_float_equal(vaho_shrunk_eigenvalue(3.0, 1e-9), 3.0, 1e-6);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *one;
    float absorption[N_GASES * BANDS];

    absorptions(absorption);
    make_ground(&m, 300, 33, 0.05, 2);
    one = learn_backgrounds(&m, absorption, N_GASES, 1);
    for (size_t n_threads = 2; n_threads <= 5; n_threads += 3) {
        struct vaho_backgrounds *more = learn_backgrounds(&m, absorption, N_GASES, n_threads);
        for (size_t i = 0; i < N_GASES * 2; i++) {
            assert_memory_equal(one->own[i].factor, more->own[i].factor, sizeof one->own[i].factor);
            for (size_t s = 0; s < VAHO_N_SCALES; s++) {
                assert_memory_equal(one->own[i].moment[s], more->own[i].moment[s],
                                    BANDS * BANDS * sizeof(double));
                assert_true((one->own[i].cholesky[s] == NULL) ==
                            (more->own[i].cholesky[s] == NULL));
                if (one->own[i].cholesky[s] != NULL)
                    assert_memory_equal(one->own[i].cholesky[s], more->own[i].cholesky[s],
                                        BANDS * BANDS * sizeof(double));
            }
        }
        vaho_backgrounds_free(more);
    }
    vaho_backgrounds_free(one);
    made_evidence_free(&m);
}

static void nothing_to_learn_from_is_refused(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_backgrounds *backgrounds;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    float absorption[N_GASES * BANDS], *parts;
    struct vaho_plume_ground *ground;
    unsigned char *excluded = malloc((size_t)64 * 32);

    assert_non_null(excluded);
    memset(excluded, 1, (size_t)64 * 32);
    absorptions(absorption);
    make_ground(&m, 64, 32, 0.0, 1);
    parts = made_parts(&m, absorption, N_GASES);
    ground = made_ground(&m, excluded);
    backgrounds = (struct vaho_backgrounds *)&m;
    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(
        vaho_backgrounds_learn(&backgrounds, &m.scene, ground, parts, N_GASES, pool, &error),
        VAHO_SINGULAR);
    vaho_plume_ground_free(ground);
    assert_null(backgrounds);
    assert_non_null(strstr(error.message, "longer flight line"));
    vaho_pool_free(pool);
    free(parts);
    /* a cube of 4 x 2 blocks of 16 pixels learns round kernels there, as 8 places are enough */
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    assert_non_null(backgrounds->own[0].cholesky[3]);
    vaho_backgrounds_free(backgrounds);
    made_evidence_free(&m);
    make_ground(&m, 48, 32, 0.0, 1); /* 3 x 2 of them are not */
    backgrounds = learn_backgrounds(&m, absorption, N_GASES, 2);
    assert_null(backgrounds->own[0].cholesky[3]);
    assert_non_null(backgrounds->own[0].cholesky[2]);
    vaho_backgrounds_free(backgrounds);
    made_evidence_free(&m);
    free(excluded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weight_and_shape_are_the_best_of_one_spectrum),
        cmocka_unit_test(moments_are_those_of_all_places),
        cmocka_unit_test(white_noise_has_the_same_moment_at_every_scale),
        cmocka_unit_test(clutter_stands_out_where_it_is),
        cmocka_unit_test(eigenvalues_shrink_as_the_formula_says),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(nothing_to_learn_from_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
