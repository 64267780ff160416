/* test_robust.c - medians and quantiles against sorting */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "sense/robust.h"

enum { LONGEST = 700, N_SHAPES = 8 };

static int ascending(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

/* Orders that quickselect can stumble over. */
static void fill(float *value, size_t n, int shape, struct dice *dice)
{
    for (size_t i = 0; i < n; i++) {
        float rising = (float)i, random = (float)dice_normal(dice);
        float organ = (float)(i < n - i ? i : n - i);
        const float shapes[N_SHAPES] = {
            random,                                 /* no order */
            rising,                                 /* sorted */
            -rising,                                /* sorted the other way */
            3.0f,                                   /* all the same */
            organ,                                  /* up and down again */
            (float)(int)(3.0 * dice_uniform(dice)), /* three values, many ties */
            i == n / 2 ? -1e30f : random,           /* one wild value */
            i % 2 == 0 ? INFINITY : random,         /* half of them infinite */
        };
        value[i] = shapes[shape];
    }
}

/* Calls 'check' for every shape and many lengths, 1 and 2 among them. */
static void for_all(void (*check)(const float *value, const float *sorted, size_t n))
{
    struct dice dice = {20240501};
    float value[LONGEST], sorted[LONGEST];

    for (size_t n = 1; n <= LONGEST; n += n < 40 ? 1 : 37)
        for (int shape = 0; shape < N_SHAPES; shape++) {
            fill(value, n, shape, &dice);
            memcpy(sorted, value, n * sizeof *sorted);
            qsort(sorted, n, sizeof *sorted, ascending);
            check(value, sorted, n);
        }
}

static void check_median(const float *value, const float *sorted, size_t n)
{
    float copy[LONGEST], expected = sorted[n / 2];

    if (n % 2 == 0)
        expected = 0.5f * (sorted[n / 2 - 1] + sorted[n / 2]);
    memcpy(copy, value, n * sizeof *copy);
    assert_true(vaho_median(copy, n) == expected);
    qsort(copy, n, sizeof *copy, ascending); /* reordered, nothing lost */
    assert_memory_equal(copy, sorted, n * sizeof *copy);
}

static void check_quantile(const float *value, const float *sorted, size_t n)
{
    static const double share[] = {0.0, 0.05, 0.5, 0.95, 1.0};
    float copy[LONGEST];

    for (size_t i = 0; i < sizeof share / sizeof share[0]; i++) {
        float got, at_most;
        size_t below = 0, not_above = 0;
        memcpy(copy, value, n * sizeof *copy);
        got = vaho_quantile(copy, n, share[i]);
        for (size_t j = 0; j < n; j++) {
            below += sorted[j] < got;
            not_above += sorted[j] <= got;
        }
        /* nearest rank: never more than one element from the share asked for */
        assert_true((double)below <= share[i] * (double)n + 1.0);
        assert_true((double)not_above >= share[i] * (double)n - 1.0);
        at_most = sorted[n - 1];
        assert_true(got >= sorted[0] && got <= at_most);
        if (share[i] == 0.0)
            assert_true(got == sorted[0]);
        if (share[i] == 1.0)
            assert_true(got == sorted[n - 1]);
    }
}

static void medians_equal_those_of_sorting(void **state)
{
    (void)state;
    for_all(check_median);
}

static void quantiles_have_their_share_below(void **state)
{
    (void)state;
    for_all(check_quantile);
}

static void sigma_is_that_of_a_gaussian_and_shrugs_off_wild_values(void **state)
{
    (void)state;
    enum { N = 40001 };
    struct dice dice = {77};
    float *value = malloc(N * sizeof *value), one[] = {5.0f}, two[] = {1.0f, 1.0f};

    assert_non_null(value);
    for (size_t i = 0; i < N; i++)
        value[i] = 12.0f + 0.25f * (float)dice_normal(&dice);
    /* the quartile range of N draws scatters by 1.36 sigma / sqrt(N) x ..: 1 % is 2.5 of those */
    assert_float_equal(vaho_robust_sigma(value, N), 0.25, 0.0025);
    for (size_t i = 0; i < N / 20; i++)
        value[(i * 19) % N] = i % 2 == 0 ? 1e20f : -1e20f;
    assert_in_range((uintmax_t)(1000.0f * vaho_robust_sigma(value, N)), 245, 290);
    assert_true(vaho_robust_sigma(one, 1) == 0.0f);
    assert_true(vaho_robust_sigma(two, 2) == 0.0f);
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_equal_those_of_sorting),
        cmocka_unit_test(quantiles_have_their_share_below),
        cmocka_unit_test(sigma_is_that_of_a_gaussian_and_shrugs_off_wild_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
