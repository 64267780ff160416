/* test_pool.c - results must not depend on the number of threads; the first failure by number wins
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/pool.h"

enum { N_TASKS = 1000 };

static enum vaho_status square(void *context, size_t task, size_t worker, struct vaho_error *error)
{
    (void)worker;
    (void)error;
    ((size_t *)context)[task] = task * task;
    return VAHO_OK;
}

static enum vaho_status fail_from_700(void *context, size_t task, size_t worker,
                                      struct vaho_error *error)
{
    (void)context;
    (void)worker;
    return task >= 700 ? vaho_fail(error, VAHO_BAD_INPUT, "task %zu", task) : VAHO_OK;
}

static void every_task_runs_once(void **state)
{
    (void)state;
    for (size_t n_threads = 1; n_threads <= 4; n_threads++) {
        struct vaho_pool *pool;
        size_t out[N_TASKS] = {0};
        assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
        assert_int_equal(vaho_pool_n_threads(pool), n_threads);
        for (int repeat = 0; repeat < 20; repeat++)
            assert_int_equal(vaho_pool_run(pool, N_TASKS, square, out, NULL), VAHO_OK);
        for (size_t i = 0; i < N_TASKS; i++)
            assert_int_equal(out[i], i * i);
        vaho_pool_free(pool);
    }
}

static void the_first_failure_is_returned(void **state)
{
    (void)state;
    struct vaho_pool *pool;
    struct vaho_error error;
    size_t out[N_TASKS];
    assert_int_equal(vaho_pool_new(&pool, 3, NULL), VAHO_OK);
    assert_int_equal(vaho_pool_run(pool, N_TASKS, fail_from_700, NULL, &error), VAHO_BAD_INPUT);
    assert_string_equal(error.message, "task 700");
    assert_int_equal(vaho_pool_run(pool, N_TASKS, square, out, NULL), VAHO_OK);
    vaho_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(the_first_failure_is_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
