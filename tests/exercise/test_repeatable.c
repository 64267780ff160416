/* test_repeatable.c - our elementary functions against the C library; the randomness of the random
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exercise/repeatable.h"

static void functions_agree_with_the_c_library(void **state)
{
    (void)state;
    for (double x = -650.0; x < 650.0; x += 0.37)
        assert_true(fabs(vaho_repeatable_exp(x) / exp(x) - 1.0) < 1e-11);
    for (double x = 1e-9; x < 1e9; x *= 1.17)
        assert_true(fabs(vaho_repeatable_log(x) - log(x)) < 1e-13);
    for (double x = -1000.0; x < 1000.0; x += 0.7) {
        assert_true(fabs(vaho_repeatable_sin_deg(x) - sin(x * acos(-1.0) / 180.0)) < 1e-11);
        assert_true(fabs(vaho_repeatable_cos_deg(x) - cos(x * acos(-1.0) / 180.0)) < 1e-11);
    }
}

static void functions_bear_extremes(void **state)
{
    (void)state;
    assert_true(vaho_repeatable_exp(-1e9) == 0.0);
    assert_true(vaho_repeatable_exp(-INFINITY) == 0.0);
    assert_true(vaho_repeatable_exp(NAN) == 0.0);
    assert_true(isfinite(vaho_repeatable_exp(INFINITY)));
    assert_true(vaho_repeatable_exp(0.0) == 1.0);
    assert_true(vaho_repeatable_log(1.0) == 0.0);
}

/* Moments and tails of the normal distribution; bounds are 5 standard errors of n = 1e6. */
static void normal_numbers_are_normal(void **state)
{
    enum { N = 1000000 };
    double sum = 0.0, square = 0.0, cube = 0.0, fourth = 0.0, neighbours = 0.0, before = 0.0;
    size_t beyond_3 = 0;

    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        double x = vaho_random_normal(vaho_random_key(5, 3), i);
        sum += x;
        square += x * x;
        cube += x * x * x;
        fourth += x * x * x * x;
        neighbours += x * before;
        before = x;
        beyond_3 += fabs(x) > 3.0;
    }
    assert_true(fabs(sum / N) < 5e-3);
    assert_true(fabs(square / N - 1.0) < 5.0 * sqrt(2.0 / N));
    assert_true(fabs(cube / N) < 5.0 * sqrt(15.0 / N));
    assert_true(fabs(fourth / N - 3.0) < 5.0 * sqrt(96.0 / N));
    assert_true(fabs(neighbours / N) < 5e-3);
    assert_true(fabs((double)beyond_3 - 2699.8) < 5.0 * 52.0); /* P(|x| > 3) = 0.0026998 */
}

static void uniform_numbers_fill_their_interval(void **state)
{
    enum { N = 200000, N_BINS = 20 };
    size_t bin[N_BINS] = {0};

    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        double u = vaho_random_uniform(vaho_random_key(1, 1), i);
        assert_true(u > 0.0 && u < 1.0);
        bin[(size_t)(u * N_BINS)]++;
    }
    for (size_t i = 0; i < N_BINS; i++)
        assert_true(fabs((double)bin[i] - 10000.0) < 5.0 * 97.5);
    assert_true(vaho_random_key(1, 1) != vaho_random_key(1, 2));
    assert_true(vaho_random_key(1, 1) != vaho_random_key(2, 1));
}

static void texture_is_centred_and_smooth(void **state)
{
    enum { N = 512 };
    double sum = 0.0, square = 0.0, step = 0.0;
    uint64_t key = vaho_random_key(9, 9);

    (void)state;
    for (size_t l = 0; l < N; l++)
        for (size_t s = 0; s < N; s++) {
            double x = vaho_random_texture(key, (double)l, (double)s, 16.0);
            double next = vaho_random_texture(key, (double)l, (double)s + 1.0, 16.0);
            sum += x;
            square += x * x;
            step += (next - x) * (next - x);
        }
    assert_true(fabs(sum / (N * N)) < 0.1);
    assert_true(fabs(square / (N * N) - 1.0) < 0.15);
    assert_true(step < 0.35 * square); /* white noise would give 2 */
    assert_true(vaho_random_texture(key, 3.0, 4.0, 1.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_agree_with_the_c_library),
        cmocka_unit_test(functions_bear_extremes),
        cmocka_unit_test(normal_numbers_are_normal),
        cmocka_unit_test(uniform_numbers_fill_their_interval),
        cmocka_unit_test(texture_is_centred_and_smooth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
