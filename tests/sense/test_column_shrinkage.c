/* test_column_shrinkage.c - the likelihood of every alpha against the plain way: an inverse each */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "sense/column_shrinkage.h"

enum { BANDS = 12, LINES = 100, BLOCKS = 2, N = LINES * BLOCKS, ROW = (BANDS + 1) * VAHO_LANES };

/* Pixels of 16 columns, each spread another way; lane 3 lacks every fifth, lane 7 all. */
static float *made_pixels(void)
{
    struct dice dice = {11};
    float *d = calloc((size_t)N * ROW, sizeof *d);

    assert_non_null(d);
    for (size_t k = 0; k < N; k++)
        for (size_t lane = 0; lane < VAHO_LANES; lane++) {
            double common = dice_normal(&dice), slow = dice_normal(&dice);
            int there = !(lane == 7 || (lane == 3 && k % 5 == 0));
            for (size_t b = 0; b < BANDS; b++)
                d[k * ROW + b * VAHO_LANES + lane] =
                    there ? (float)(0.3 * common + 0.05 * (double)b * slow +
                                    0.001 * (double)(lane + 1) * dice_normal(&dice) + 0.02)
                          : 0.0f;
            d[k * ROW + BANDS * VAHO_LANES + lane] = there ? 1.0f : 0.0f;
        }
    return d;
}

/* Mean and covariance (full) of one lane; the number of its pixels. */
static double moments(double mean[BANDS], double c[BANDS * BANDS], const float *d, size_t lane)
{
    double n = 0.0;

    memset(mean, 0, BANDS * sizeof *mean);
    memset(c, 0, (size_t)BANDS * BANDS * sizeof *c);
    for (size_t k = 0; k < N; k++) {
        n += (double)d[k * ROW + BANDS * VAHO_LANES + lane];
        for (size_t b = 0; b < BANDS; b++)
            mean[b] += (double)d[k * ROW + b * VAHO_LANES + lane];
    }
    for (size_t b = 0; b < BANDS; b++)
        mean[b] /= fmax(n, 1.0);
    for (size_t k = 0; k < N; k++)
        for (size_t i = 0; i < BANDS * BANDS && d[k * ROW + BANDS * VAHO_LANES + lane] > 0; i++)
            c[i] += ((double)d[k * ROW + i / BANDS * VAHO_LANES + lane] - mean[i / BANDS]) *
                    ((double)d[k * ROW + i % BANDS * VAHO_LANES + lane] - mean[i % BANDS]) /
                    (n - 1.0);
    return n;
}

/* Theiler's equation 29 as it stands. */
static double plain(double alpha, const double mean[BANDS], const double c[BANDS * BANDS], double n,
                    const float *d, size_t lane)
{
    double g[BANDS * BANDS], beta = (1.0 - alpha) / (n - 1.0), log_det = 0.0, sum = 0.0;

    for (size_t i = 0; i < BANDS * BANDS; i++)
        g[i] = n * beta * c[i] + (i / BANDS == i % BANDS ? alpha * c[i] : 0.0);
    assert_int_equal(LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', BANDS, g, BANDS), 0);
    for (size_t b = 0; b < BANDS; b++)
        log_det += 2.0 * log(g[b * BANDS + b]);
    for (size_t k = 0; k < N; k++) {
        double x[BANDS], r = 0.0, q;
        if (!(d[k * ROW + BANDS * VAHO_LANES + lane] > 0))
            continue;
        for (size_t b = 0; b < BANDS; b++)
            x[b] = (double)d[k * ROW + b * VAHO_LANES + lane] - mean[b];
        LAPACKE_dtrtrs(LAPACK_ROW_MAJOR, 'L', 'N', 'N', BANDS, 1, g, BANDS, x, 1);
        for (size_t b = 0; b < BANDS; b++)
            r += x[b] * x[b];
        q = 1.0 - beta * r;
        sum += log(q) + r / q;
    }
    return 0.5 * (BANDS * log(2.0 * M_PI) + log_det) + sum / (2.0 * n);
}

static void all_alphas_are_as_likely_as_the_plain_way_says(void **state)
{
    static double covariance[BANDS * (BANDS + 1) / 2 * VAHO_LANES], mean[BANDS * VAHO_LANES];
    static double c[VAHO_LANES][BANDS * BANDS], m[VAHO_LANES][BANDS], n[VAHO_LANES];
    static double value[VAHO_N_ALPHAS * VAHO_LANES];
    double alpha[VAHO_LANES];
    float *d = made_pixels();
    float *scratch = calloc(vaho_column_shrinkage_scratch(BANDS), sizeof *scratch);
    struct vaho_column_shrinkage *shrinkage;
    const struct vaho_kernels *kernels;

    (void)state;
    assert_non_null(scratch);
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        n[lane] = moments(m[lane], c[lane], d, lane);
        for (size_t i = 0; i < BANDS; i++) {
            mean[i * VAHO_LANES + lane] = m[lane][i];
            for (size_t j = 0; j <= i; j++)
                covariance[(i * (i + 1) / 2 + j) * VAHO_LANES + lane] = c[lane][i * BANDS + j];
        }
    }
    assert_int_equal(vaho_kernels_pick(&kernels, NULL, NULL), VAHO_OK);
    assert_int_equal(vaho_column_shrinkage_new(&shrinkage, covariance, mean, n, BANDS, NULL),
                     VAHO_OK);
    for (size_t k = 0; k < N; k += LINES)
        vaho_column_shrinkage_add(shrinkage, d + k * ROW, LINES, kernels->matrices, scratch);
    vaho_column_shrinkage_likelihood(value, shrinkage);
    vaho_column_shrinkage_choose(alpha, shrinkage);
    for (size_t lane = 0; lane < VAHO_LANES; lane++) {
        double best = INFINITY, chosen = 1.0;
        for (size_t a = 0; a < VAHO_N_ALPHAS && n[lane] > 0.0; a++) {
            double own = plain(vaho_shrinkage_alpha(a), m[lane], c[lane], n[lane], d, lane);
            if (fabs(own - value[a * VAHO_LANES + lane]) >
                1e-6 + 1e-7 * fabs(own)) /* pixels and weights are float32 */
                fail_msg("lane %zu, alpha %g: %.9g, not %.9g", lane, vaho_shrinkage_alpha(a),
                         value[a * VAHO_LANES + lane], own);
            if (own < best) {
                best = own;
                chosen = vaho_shrinkage_alpha(a);
            }
        }
        if (alpha[lane] != chosen)
            fail_msg("lane %zu: alpha %g, not %g", lane, alpha[lane], chosen);
    }
    vaho_column_shrinkage_free(shrinkage);
    free(scratch);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_alphas_are_as_likely_as_the_plain_way_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
