#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/lanes.h"

static const struct vaho_act act = {"ana", VAHO_BY_CLAIM, "2026-04-03T12:00:00Z", NULL};

struct job {
    pthread_mutex_t *gate; /* held: wait */
    int ran;
    sqlite3 *with;
};

static void run(void *context, struct vaho_casebook *casebook)
{
    struct job *job = context;

    if (job->gate != NULL) {
        pthread_mutex_lock(job->gate);
        pthread_mutex_unlock(job->gate);
    }
    job->with = casebook->database;
    __atomic_fetch_add(&job->ran, 1, __ATOMIC_SEQ_CST);
}

static int wait_for(const int *ran)
{
    for (int i = 0; i < 5000 && __atomic_load_n(ran, __ATOMIC_SEQ_CST) == 0; i++)
        usleep(1000);
    return __atomic_load_n(ran, __ATOMIC_SEQ_CST);
}

/* What is slow in one lane holds up no other; a full one refuses; at the end all that was taken is
 * done, and nothing more is taken. */
static void lanes_do_not_hold_each_other_up(void **state)
{
    enum { MANY = 600 };
    char folder[] = "/tmp/vaho-lanes-XXXXXX", path[64];
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    static struct job slow[MANY], quick, last;
    struct vaho_lanes *lanes;
    struct vaho_error error;
    size_t n = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/b.gpkg", folder);
    assert_int_equal(vaho_lanes_new(&lanes, path, run, &error), VAHO_NOT_FOUND);
    assert_null(lanes);
    assert_int_equal(vaho_casebook_new(path, VAHO_CASEBOOK_OPEN, &act, &error), VAHO_OK);
    assert_int_equal(vaho_lanes_new(&lanes, path, run, &error), VAHO_OK);
    pthread_mutex_lock(&gate);
    for (size_t i = 0; i < MANY; i++) {
        slow[i].gate = &gate;
        if (!vaho_lane_push(lanes, VAHO_LANE_SECRET, &slow[i]))
            break;
        n++;
    }
    assert_true(n >= 32 && n < MANY);
    assert_true(vaho_lane_push(lanes, VAHO_LANE_ACT, &quick));
    assert_int_equal(wait_for(&quick.ran), 1);
    assert_int_equal(slow[0].ran, 0);
    pthread_mutex_unlock(&gate);
    assert_int_equal(wait_for(&slow[n - 1].ran), 1);
    assert_true(slow[0].with == slow[n - 1].with && slow[0].with != quick.with);
    assert_true(vaho_lane_push(lanes, VAHO_LANE_READ, &last));
    vaho_lanes_stop(lanes);
    assert_int_equal(last.ran, 1);
    assert_false(vaho_lane_push(lanes, VAHO_LANE_READ, &last));
    vaho_lanes_free(lanes);
    unlink(path);
    snprintf(path, sizeof path, "%s/b.gpkg-journal", folder);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lanes_do_not_hold_each_other_up)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
