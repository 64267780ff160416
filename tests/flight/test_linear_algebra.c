/* test_linear_algebra.c - which of OpenBLAS's processors are below which of ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flight/linear_algebra.h"

static void presets_below_the_processor_are_told(void **state)
{
    (void)state;
    assert_true(vaho_linear_algebra_is_below("Haswell", "avx512"));
    assert_true(vaho_linear_algebra_is_below("Zen", "avx512"));
    assert_true(vaho_linear_algebra_is_below("Nehalem", "avx2"));
    assert_true(vaho_linear_algebra_is_below("Sandybridge", "avx512"));
    assert_false(vaho_linear_algebra_is_below("SkylakeX", "avx512"));
    assert_false(vaho_linear_algebra_is_below("Cooperlake", "avx512"));
    assert_false(vaho_linear_algebra_is_below("Haswell", "avx2"));
    assert_false(vaho_linear_algebra_is_below("Prescott", "generic"));
    assert_false(vaho_linear_algebra_is_below("armv8", "neon"));
}

static void it_is_told_which_one_runs(void **state)
{
    struct vaho_detection detection = {0};

    (void)state;
    vaho_linear_algebra_tell(&detection);
    assert_non_null(detection.blas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_below_the_processor_are_told),
        cmocka_unit_test(it_is_told_which_one_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
