#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "serve/attempts.h"

static int make(void **state)
{
    return vaho_attempts_new((struct vaho_attempts **)state, NULL) != VAHO_OK;
}

static int drop(void **state)
{
    vaho_attempts_free(*state);
    return 0;
}

static void fail_times(struct vaho_attempts *a, const char *name, int n, double now_s)
{
    for (int i = 0; i < n; i++)
        vaho_attempts_failed(a, name, now_s);
}

static void five_failures_lock(void **state)
{
    struct vaho_attempts *a = *state;

    fail_times(a, "ana", 4, 100);
    assert_true(vaho_attempts_locked_s(a, "ana", 100) == 0);
    fail_times(a, "ana", 1, 100);
    assert_true(vaho_attempts_locked_s(a, "ana", 100) == VAHO_ATTEMPTS_FIRST_S);
    assert_true(vaho_attempts_locked_s(a, "ben", 100) == 0);
    assert_true(vaho_attempts_locked_s(a, "ana", 159) == 1);
    assert_true(vaho_attempts_locked_s(a, "ana", 160) == 0);
    fail_times(a, "ana", 1, 160); /* twice as long each time */
    assert_true(vaho_attempts_locked_s(a, "ana", 160) == 120);
    fail_times(a, "ana", 20, 300);
    assert_true(vaho_attempts_locked_s(a, "ana", 300) == VAHO_ATTEMPTS_LONGEST_S);
}

static void a_right_log_in_or_an_hour_forgets(void **state)
{
    struct vaho_attempts *a = *state;

    fail_times(a, "ana", 4, 0);
    vaho_attempts_succeeded(a, "ana");
    fail_times(a, "ana", 4, 1);
    assert_true(vaho_attempts_locked_s(a, "ana", 1) == 0);
    fail_times(a, "ana", 4, 2 + VAHO_ATTEMPTS_FORGOTTEN_S);
    assert_true(vaho_attempts_locked_s(a, "ana", 2 + VAHO_ATTEMPTS_FORGOTTEN_S) == 0);
}

/* A flood of made-up names does not set a locked one free. */
static void a_flood_of_names_frees_nobody(void **state)
{
    struct vaho_attempts *a = *state;
    char name[32];

    fail_times(a, "ana", 9, 0);
    for (int i = 0; i < 3 * VAHO_ATTEMPTS_MAX; i++) {
        snprintf(name, sizeof name, "made up %d", i);
        fail_times(a, name, 1, 1);
    }
    assert_true(vaho_attempts_locked_s(a, "ana", 1) > 0);
}

static void buckets_fill_again(void **state)
{
    const struct vaho_rate rate = {2, 3};
    struct vaho_attempts *a = *state;

    for (int i = 0; i < 3; i++)
        assert_true(vaho_attempts_wait_s(a, "x", &rate, 10) == 0);
    assert_true(vaho_attempts_wait_s(a, "x", &rate, 10) == 0.5);
    assert_true(vaho_attempts_wait_s(a, "y", &rate, 10) == 0);
    assert_true(vaho_attempts_wait_s(a, "x", &rate, 10.5) == 0);
    assert_true(vaho_attempts_wait_s(a, "x", &rate, 10.5) > 0);
    assert_true(vaho_attempts_wait_s(a, "x", &rate, 5) > 0); /* a clock that goes back gives none */
    assert_true(vaho_attempts_wait_s(a, "x", &rate, 100) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(five_failures_lock, make, drop),
        cmocka_unit_test_setup_teardown(a_right_log_in_or_an_hour_forgets, make, drop),
        cmocka_unit_test_setup_teardown(a_flood_of_names_frees_nobody, make, drop),
        cmocka_unit_test_setup_teardown(buckets_fill_again, make, drop)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
