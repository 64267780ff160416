/* test_footprint.c - match and product against sums over pixels in double */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/footprint.h"

enum { LINES = 90, SAMPLES = 40, BANDS = 16, N_GASES = 3, N_D = 3 };
static const double D[N_D] = {-4.0, 0.0, 7.5};

static void make_cube(struct made_evidence *m)
{
    struct dice dice = {111};

    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double warm = dice_normal(&dice);
            int missing = dice_uniform(&dice) < 0.1;
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    missing
                        ? NAN
                        : (float)(9.0 + warm * (1.0 + 0.05 * (double)b) + 0.1 * dice_normal(&dice));
        }
    made_evidence_open(m, 3, 2, 1, 2);
}

/* Two arms of a plume, in raster order; some of its pixels are missing ones. */
static size_t make_footprint(unsigned *pixel)
{
    size_t n = 0;

    for (unsigned l = 5; l < 60; l++)
        for (unsigned s = 0; s < SAMPLES; s++)
            if ((s + l) % 11 < 3 || (l == 59 && s >= SAMPLES - 2)) {
                pixel[2 * n] = l;
                pixel[2 * n++ + 1] = s;
            }
    return n;
}

/* C^-1 v by the factor of a level. */
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

static void match_and_product_are_sums_over_pixels(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_footprint_sums sums;
    struct vaho_error error = {VAHO_OK, ""};
    float absorption[N_GASES * BANDS], parts[N_GASES * (VAHO_N_PARTS + 1) * BANDS];
    unsigned *pixel = malloc(2 * LINES * SAMPLES * sizeof *pixel);
    double match[N_D * N_GASES], product[N_D * N_GASES * N_GASES];
    size_t n_pixels, stride;

    assert_non_null(pixel);
    make_cube(&m);
    for (size_t g = 0; g < N_GASES; g++)
        made_absorption(absorption + g * BANDS, BANDS, 3.0 + 4.0 * (double)g, 1.5);
    evidence = learn_evidence(&m, absorption, N_GASES, N_GASES, 2);
    stride = (m.contrast.n_parts + 1) * BANDS;
    for (size_t g = 0; g < N_GASES; g++)
        vaho_contrast_parts(parts + g * stride, &m.contrast, absorption + g * BANDS);
    n_pixels = make_footprint(pixel);
    assert_int_equal(vaho_footprint_sum(&sums, pixel, n_pixels, &m.scene, &error), VAHO_OK);
    for (size_t level = 1; level <= 3; level++) {
        const double *cholesky = vaho_evidence_cholesky(evidence, level);
        assert_int_equal(vaho_footprint_match(match, product, &sums, evidence, level, &m.contrast,
                                              parts, N_GASES, D, N_D, &error),
                         VAHO_OK);
        for (size_t i = 0; i < N_D; i++) {
            double m_sum[N_GASES] = {0.0}, p_sum[N_GASES][N_GASES] = {{0.0}};
            for (size_t p = 0; p < n_pixels; p++) {
                size_t l = pixel[2 * p], s = pixel[2 * p + 1];
                double v[N_GASES][BANDS], x[BANDS];
                if (!made_valid(&m, l, s))
                    continue;
                for (size_t g = 0; g < N_GASES; g++)
                    for (size_t b = 0; b < BANDS; b++) {
                        v[g][b] = D[i] * (double)m.contrast.slope[b];
                        for (size_t k = 0; k < m.contrast.n_parts; k++)
                            v[g][b] += made_q(&m, k, l, s) * (double)m.contrast.part[k * BANDS + b];
                        v[g][b] *= -(double)absorption[g * BANDS + b];
                    }
                for (size_t g = 0; g < N_GASES; g++) {
                    solve(x, cholesky, v[g]);
                    for (size_t b = 0; b < BANDS; b++) {
                        m_sum[g] += x[b] * made_z(&m, l, b, s);
                        for (size_t h = 0; h < N_GASES; h++)
                            p_sum[g][h] += x[b] * v[h][b];
                    }
                }
            }
            for (size_t g = 0; g < N_GASES; g++) {
                double scale = sqrt(p_sum[g][g]);
                assert_true(fabs(match[i * N_GASES + g] - m_sum[g]) < 1e-3 * scale);
                for (size_t h = 0; h < N_GASES; h++) {
                    double got = product[(i * N_GASES + g) * N_GASES + h];
                    assert_true(fabs(got - p_sum[g][h]) < 1e-4 * scale * sqrt(p_sum[h][h]));
                    assert_true(fabs(got - product[(i * N_GASES + h) * N_GASES + g]) <
                                1e-9 * scale * scale + 1e-12);
                }
            }
        }
    }
    vaho_footprint_sums_free(&sums);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
    free(pixel);
}

static void sums_count_the_pixels_that_are_there(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_footprint_sums sums;
    struct vaho_error error = {VAHO_OK, ""};
    unsigned *pixel = malloc(2 * LINES * SAMPLES * sizeof *pixel);
    size_t n_pixels = 0, n_valid = 0;

    assert_non_null(pixel);
    make_cube(&m);
    for (unsigned i = 0; i < LINES * SAMPLES; i++) {
        pixel[2 * n_pixels] = i / SAMPLES;
        pixel[2 * n_pixels++ + 1] = i % SAMPLES;
        n_valid += (size_t)made_valid(&m, i / SAMPLES, i % SAMPLES);
    }
    assert_int_equal(vaho_footprint_sum(&sums, pixel, n_pixels, &m.scene, &error), VAHO_OK);
    assert_true(vaho_footprint_n(&sums, 0, 0) == (double)n_valid);
    assert_true(vaho_footprint_n(&sums, 2, 1) == vaho_footprint_n(&sums, 1, 2));
    for (size_t b = 0; b < BANDS; b++) /* residuals have no mean */
        assert_true(fabs(sums.z[b]) < 1e-3 * (double)n_valid);
    vaho_footprint_sums_free(&sums);
    vaho_footprint_sums_free(&sums); /* twice does no harm */
    assert_int_equal(vaho_footprint_sum(&sums, pixel, 0, &m.scene, &error), VAHO_OK);
    assert_true(vaho_footprint_n(&sums, 0, 0) == 0.0);
    vaho_footprint_sums_free(&sums);
    made_evidence_free(&m);
    free(pixel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_and_product_are_sums_over_pixels),
        cmocka_unit_test(sums_count_the_pixels_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
