/* test_scales.c - gathering against the direct sum over a kernel's blocks; shapes of kernels */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "find/scales.h"

/* Planes smaller than a kernel, odd ones, thin ones, and one that holds all kernels. */
static const size_t SIZE[][2] = {{1, 1}, {1, 23}, {19, 1}, {3, 4}, {11, 9}, {40, 33}};
enum { N_SIZES = sizeof SIZE / sizeof SIZE[0], MAX_PLANE = 40 * 33, GAP = 5 };

/* sum k x or sum k^2 x over a kernel around one block, what lies outside the plane being 0. */
static double direct(double *size, const struct vaho_kernel *k, int squared, const float *in,
                     size_t stride, size_t rows, size_t cols, size_t row, size_t col)
{
    double sum = 0.0;

    *size = 0.0;
    for (size_t i = 0; i < k->n; i++) {
        long r = (long)row + k->row[i], c = (long)col + k->col[i];
        double w = (double)k->weight[i];
        if (r < 0 || c < 0 || r >= (long)rows || c >= (long)cols)
            continue;
        w = squared ? w * w : w;
        sum += w * (double)in[(size_t)r * stride + (size_t)c];
        *size += fabs(w * (double)in[(size_t)r * stride + (size_t)c]);
    }
    return sum;
}

static void fill(float *plane, size_t rows, size_t cols, size_t stride, struct dice *dice)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < stride; c++) /* what lies between the rows must not count */
            plane[r * stride + c] = c < cols ? (float)dice_normal(dice) : NAN;
}

static void gathering_is_the_sum_over_the_kernel(void **state)
{
    (void)state;
    struct dice dice = {301};
    float *in = malloc((MAX_PLANE + 40 * GAP) * sizeof *in), *out = malloc(MAX_PLANE * sizeof *out);
    float best[MAX_PLANE], z_scale[MAX_PLANE];
    unsigned char which[MAX_PLANE];
    struct vaho_gathering g;

    assert_non_null(in);
    assert_non_null(out);
    assert_true(vaho_gathering_new(&g, &vaho_kernels_generic, 40,
                                   33)); /* one for all sizes: nothing is left over */
    for (size_t i = 0; i < N_SIZES; i++)
        for (size_t scale = 0; scale < VAHO_N_SCALES; scale++) {
            size_t rows = SIZE[i][0], cols = SIZE[i][1], stride = cols + GAP;
            fill(in, rows, cols, stride, &dice);
            vaho_gathering_set(&g, scale, rows, cols);
            vaho_gather_start(&g, in, stride);
            for (size_t k = 0; k < vaho_scale(scale)->n_kernels; k++) {
                struct vaho_kernel kernel;
                vaho_scale_kernel(&kernel, scale, k);
                vaho_gather_kernel(out, &g, k);
                for (size_t r = 0; r < rows; r++)
                    for (size_t c = 0; c < cols; c++) {
                        double size,
                            expected = direct(&size, &kernel, 0, in, stride, rows, cols, r, c);
                        /* 225 additions in single precision, of rounding 6e-8 each */
                        assert_true(fabs((double)out[r * cols + c] - expected) <= 2e-6 * size);
                        /* the same additions in the same order */
                        assert_true(vaho_gather_at(&g, k, r, c) == out[r * cols + c]);
                        best[r * cols + c] = (c + r) % 3 > 0 ? -INFINITY : 1e30f;
                        which[r * cols + c] = 77;
                        z_scale[r * cols + c] = (c + r) % 5 > 0 ? 2.0f : 0.0f;
                    }
                vaho_gather_best(best, which, &g, k, z_scale, 1, 3);
                for (size_t p = 0; p < rows * cols; p++) {
                    int replaced = best[p] != -INFINITY && best[p] != 1e30f;
                    assert_int_equal(which[p], replaced ? 3 : 77);
                    assert_int_equal(replaced, z_scale[p] > 0.0f && best[p] < 1e30f);
                    if (replaced)
                        assert_true(best[p] == -2.0f * out[p]);
                }
            }
        }
    vaho_gathering_free(&g);
    free(in);
    free(out);
}

static void energy_is_the_sum_over_the_squared_kernel(void **state)
{
    (void)state;
    struct dice dice = {303};
    float in[MAX_PLANE], out[MAX_PLANE];
    struct vaho_gathering g;

    assert_true(vaho_gathering_new(&g, &vaho_kernels_generic, 40, 33));

    for (size_t i = 0; i < N_SIZES; i++)
        for (size_t scale = 0; scale < VAHO_N_SCALES; scale++)
            for (size_t k = 0; k < vaho_scale(scale)->n_kernels; k++) {
                size_t rows = SIZE[i][0], cols = SIZE[i][1];
                struct vaho_kernel kernel;
                vaho_scale_kernel(&kernel, scale, k);
                for (size_t p = 0; p < rows * cols; p++)
                    in[p] = (float)dice_exponential(&dice);
                vaho_gathering_set(&g, scale, rows, cols);
                vaho_gather_energy(out, &g, in, k);
                for (size_t r = 0; r < rows; r++)
                    for (size_t c = 0; c < cols; c++) {
                        double size,
                            expected = direct(&size, &kernel, 1, in, cols, rows, cols, r, c);
                        assert_true(fabs((double)out[r * cols + c] - expected) <= 1e-5 * size);
                    }
            }
    vaho_gathering_free(&g);
}

/* (sum k)^2 / sum k^2 in pixels: so many count as one independent place. */
static double area_of(const struct vaho_kernel *k, size_t level)
{
    double sum = 0.0, squares = 0.0;

    for (size_t i = 0; i < k->n; i++) {
        sum += (double)k->weight[i];
        squares += (double)k->weight[i] * (double)k->weight[i];
    }
    return sum * sum / squares * (double)(1u << (2 * level));
}

static void scales_are_described_as_they_are(void **state)
{
    (void)state;
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        const struct vaho_scale *scale = vaho_scale(s);
        double area = 0.0, best = INFINITY;
        int is_round = s < VAHO_N_LEVELS;
        if (is_round)
            assert_int_equal(scale->level, s + 1);
        assert_in_range(scale->level, 1, VAHO_N_LEVELS);
        assert_int_equal(scale->n_kernels, is_round ? 1 : VAHO_N_DIRECTIONS);
        for (size_t i = 0; i < scale->n_kernels; i++) {
            struct vaho_kernel k;
            vaho_scale_kernel(&k, s, i);
            assert_in_range(k.n, 1, VAHO_MAX_KERNEL);
            area += area_of(&k, scale->level) / (double)scale->n_kernels;
            /* taps on whole blocks overlap more along diagonals */
            assert_float_equal(area_of(&k, scale->level) / scale->area_px, 1.0, 0.1);
        }
        assert_float_equal(area / scale->area_px, 1.0, 0.03);
        for (size_t j = 0; j < VAHO_N_LEVELS; j++)
            best = fmin(best, fabs(log(vaho_scale(j)->area_px / scale->area_px)));
        /* 56.7 blocks lie half way between 4 x 7.1 and 16 x 7.1: 0.690 and 0.696 */
        assert_true(fabs(log(vaho_scale(scale->like_level - 1)->area_px / scale->area_px)) <
                    best + 0.01);
    }
}

static void kernels_have_the_shapes_that_are_said(void **state)
{
    (void)state;
    for (size_t s = 0; s < VAHO_N_SCALES; s++)
        for (size_t i = 0; i < vaho_scale(s)->n_kernels; i++) {
            struct vaho_kernel k;
            double sum = 0.0, rr = 0.0, cc = 0.0, rc = 0.0, mid, half, angle, turned;
            vaho_scale_kernel(&k, s, i);
            for (size_t b = 0; b < k.n; b++) {
                size_t opposite = k.n - 1 - b; /* blocks come in raster order */
                double w = (double)k.weight[b];
                assert_true(k.row[b] == -k.row[opposite] && k.col[b] == -k.col[opposite]);
                assert_float_equal(w, k.weight[opposite], 1e-6);
                sum += w;
                rr += w * k.row[b] * k.row[b];
                cc += w * k.col[b] * k.col[b];
                rc += w * k.row[b] * k.col[b];
            }
            mid = 0.5 * (rr + cc) / sum;
            half = hypot(0.5 * (rr - cc), rc) / sum;
            if (s < VAHO_N_LEVELS) { /* (1 2 1)/4 twice: 9 blocks, sum 1, variance 1/2 */
                assert_int_equal(k.n, 9);
                assert_float_equal(sum, 1.0, 1e-6);
                assert_float_equal(mid, 0.5, 1e-6);
                assert_float_equal(half, 0.0, 1e-6);
                continue;
            }
            /* (1 4 6 4 1)/16 has variance 1; taps at -8, -6 .. 8 of a Gaussian of 4.7 have 16.42:
             * standard deviations of 4.2 to 1, of which whole blocks change a few per cent */
            assert_float_equal(sqrt((mid + half) / (mid - half)), sqrt(17.42), 0.25);
            angle = 0.5 * atan2(2.0 * rc, cc - rr); /* of the long axis, from samples to lines */
            turned = remainder(angle - acos(-1.0) * (double)i / VAHO_N_DIRECTIONS, acos(-1.0));
            assert_true(fabs(turned) < 0.05); /* rounding to blocks at 8 blocks: under 1/20 */
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathering_is_the_sum_over_the_kernel),
        cmocka_unit_test(energy_is_the_sum_over_the_squared_kernel),
        cmocka_unit_test(scales_are_described_as_they_are),
        cmocka_unit_test(kernels_have_the_shapes_that_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
