/* test_rate.c - the mean of rates: by precision, with their scatter, against the odd one */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/rate.h"

static struct vaho_rate_mean mean_of(const double *rate, const double *sigma, size_t n)
{
    struct vaho_rate_mean out;

    assert_int_equal(vaho_rate_mean(&out, rate, sigma, n, NULL), VAHO_OK);
    return out;
}

static void equal_rates_are_averaged(void **state)
{
    const double rate[4] = {10, 10, 10, 10}, sigma[4] = {2, 2, 2, 2};
    struct vaho_rate_mean m = mean_of(rate, sigma, 4);

    (void)state;
    assert_float_equal(m.mean, 10, 1e-9);
    assert_float_equal(m.sigma, 1, 1e-9);
    assert_float_equal(m.scatter, 0, 1e-9);
}

static void what_differs_by_more_than_its_errors_scatters(void **state)
{
    const double rate[6] = {5, 8, 10, 12, 15, 10}, sigma[6] = {.1, .1, .1, .1, .1, .1};
    struct vaho_rate_mean m = mean_of(rate, sigma, 6);

    (void)state;
    assert_float_equal(m.mean, 10, 0.2);
    assert_true(m.scatter > 2 && m.scatter < 5 && m.sigma > 0.8 && m.sigma < 2.2);
}

static void one_wild_rate_does_little_and_unknown_ones_nothing(void **state)
{
    const double rate[7] = {10, 11, 9, 10, 1000, NAN, 10}, sigma[7] = {1, 1, 1, 1, 1, 1, NAN};
    struct vaho_rate_mean m = mean_of(rate, sigma, 7), none = mean_of(rate + 5, sigma + 5, 2);

    (void)state;
    assert_true(m.mean > 9 && m.mean < 12);
    assert_int_equal(m.n, 5);
    assert_true(isnan(none.mean) && isnan(none.sigma) && none.n == 0);
    none = mean_of(rate, sigma, 0);
    assert_true(isnan(none.mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_rates_are_averaged),
        cmocka_unit_test(what_differs_by_more_than_its_errors_scatters),
        cmocka_unit_test(one_wild_rate_does_little_and_unknown_ones_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
