/* test_baseline.c - offset and slope go, bands stay */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spectra/baseline.h"

static void a_band_on_a_slope_is_left_standing(void **state)
{
    (void)state;
    enum { N = 2000 };
    double y[N], band[N], largest;
    for (int i = 0; i < N; i++) {
        band[i] = exp(-0.5 * pow((i - 1000) / 50.0, 2));
        y[i] = 0.3 + 1e-4 * i + band[i];
    }
    assert_int_equal(vaho_baseline_subtract(&largest, y, N, 250, NULL), VAHO_OK);
    assert_true(fabs(largest - 0.5) < 0.02);
    for (int i = 0; i < N; i++)
        assert_true(fabs(y[i] - band[i]) < 0.02);
}

static void odd_sizes_do_no_harm(void **state)
{
    (void)state;
    double y[3] = {1.0, 2.0, 1.0}, largest;
    assert_int_equal(vaho_baseline_subtract(&largest, y, 3, 100, NULL), VAHO_OK);
    assert_true(y[0] == 0.0 && y[1] == 1.0 && y[2] == 0.0 && largest == 1.0);
    y[0] = 5.0;
    assert_int_equal(vaho_baseline_subtract(&largest, y, 1, 0, NULL), VAHO_OK);
    assert_true(y[0] == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_band_on_a_slope_is_left_standing),
        cmocka_unit_test(odd_sizes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
