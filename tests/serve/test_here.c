#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serve/here.h"

static int make(void **state)
{
    return vaho_here_new((struct vaho_here **)state, NULL) != VAHO_OK;
}

static int drop(void **state)
{
    vaho_here_free(*state);
    return 0;
}

static struct vaho_session session(const char *account, int number)
{
    struct vaho_session s = {.roles = 1, .made_s = 0, .ends_s = 10000};

    snprintf(s.account, sizeof s.account, "%s", account);
    memcpy(s.hash, &number, sizeof number);
    return s;
}

static void sessions_end(void **state)
{
    struct vaho_here *here = *state;
    const struct vaho_session a = session("ana", 1), b = session("ana", 2), c = session("ben", 3);
    struct vaho_session found;

    assert_true(vaho_here_add(here, &a, 0) && vaho_here_add(here, &b, 0) &&
                vaho_here_add(here, &c, 0));
    assert_true(vaho_here_find(&found, here, a.hash, 10));
    assert_string_equal(found.account, "ana");
    assert_int_equal(vaho_here_count(here, "ana"), 2);
    assert_true(vaho_here_find(NULL, here, a.hash, 3600));  /* used at 10 */
    assert_false(vaho_here_find(NULL, here, b.hash, 3600)); /* an hour idle */
    assert_true(vaho_here_find(NULL, here, a.hash, 7000));
    assert_false(vaho_here_find(NULL, here, a.hash, 10000)); /* over, though used */
    vaho_here_end(here, c.hash);
    assert_false(vaho_here_find(NULL, here, c.hash, 10));
}

static void all_but_some_end(void **state)
{
    struct vaho_here *here = *state;
    const struct vaho_session a = session("ana", 1), b = session("ana", 2), c = session("ben", 3);

    vaho_here_add(here, &a, 0);
    vaho_here_add(here, &b, 0);
    vaho_here_add(here, &c, 0);
    vaho_here_end_all(here, "ana", &b.hash, 1);
    assert_false(vaho_here_find(NULL, here, a.hash, 1));
    assert_true(vaho_here_find(NULL, here, b.hash, 1) && vaho_here_find(NULL, here, c.hash, 1));
}

static void an_account_has_so_many(void **state)
{
    struct vaho_here *here = *state;
    struct vaho_session s;

    for (int i = 0; i < VAHO_HERE_MAX_OF_ACCOUNT + 5; i++) {
        s = session("ana", i + 1);
        assert_true(vaho_here_add(here, &s, i));
    }
    assert_int_equal(vaho_here_count(here, "ana"), VAHO_HERE_MAX_OF_ACCOUNT);
    assert_true(vaho_here_find(NULL, here, s.hash, 100)); /* the newest; the oldest ended */
    s = session("ana", 1);
    assert_false(vaho_here_find(NULL, here, s.hash, 100));
}

static void it_gets_full_and_is_swept(void **state)
{
    struct vaho_here *here = *state;
    char account[32];
    struct vaho_session s;

    for (int i = 0; i < VAHO_HERE_MAX; i++) {
        snprintf(account, sizeof account, "a%d", i / VAHO_HERE_MAX_OF_ACCOUNT);
        s = session(account, i + 1);
        assert_true(vaho_here_add(here, &s, 0));
    }
    s = session("late", 0x70000000);
    assert_false(vaho_here_add(here, &s, 0));
    vaho_here_sweep(here, 20000, NULL, NULL);
    s.ends_s = 30000;
    assert_true(vaho_here_add(here, &s, 20000));
}

static void remember(void *context, const char *site)
{
    snprintf(context, VAHO_SITE_NAME_NBYTES, "%s", site);
}

static void count(void *context, const char *account, const char *site)
{
    (void)account;
    (void)site;
    ++*(int *)context;
}

static int n_looking(struct vaho_here *here, const char *site, double now_s)
{
    int n = 0;

    vaho_here_looking(here, site, now_s, count, &n);
    return n;
}

static void looking_ends(void **state)
{
    struct vaho_here *here = *state;
    const struct vaho_session a = session("ana", 1), b = session("ben", 2);
    char old[VAHO_SITE_NAME_NBYTES], changed[VAHO_SITE_NAME_NBYTES] = "";

    vaho_here_add(here, &a, 0);
    vaho_here_add(here, &b, 0);
    vaho_here_look(old, here, a.hash, "x", 0);
    assert_string_equal(old, "");
    vaho_here_look(old, here, b.hash, "x", 0);
    assert_int_equal(n_looking(here, "x", 1), 2);
    vaho_here_look(old, here, a.hash, "y", 50);
    assert_string_equal(old, "x");
    assert_int_equal(n_looking(here, "x", 51), 1);
    assert_int_equal(n_looking(here, NULL, 51), 2);
    vaho_here_sweep(here, VAHO_HERE_LOOKING_S, remember, changed);
    assert_string_equal(changed, "x"); /* ben said nothing for 90 s */
    vaho_here_end(here, a.hash);
    vaho_here_sweep(here, VAHO_HERE_LOOKING_S, remember, changed);
    assert_string_equal(changed, "y");
    assert_int_equal(n_looking(here, NULL, VAHO_HERE_LOOKING_S), 0);
}

static void a_secret_is_offered_once(void **state)
{
    struct vaho_here *here = *state;
    const struct vaho_session a = session("ana", 1);
    unsigned char secret[VAHO_CODE_SECRET_NBYTES] = {7}, out[VAHO_CODE_SECRET_NBYTES];

    vaho_here_add(here, &a, 0);
    assert_false(vaho_here_offered(out, here, a.hash));
    vaho_here_offer(here, a.hash, secret);
    assert_true(vaho_here_offered(out, here, a.hash));
    assert_memory_equal(out, secret, sizeof out);
    vaho_here_end(here, a.hash);
    assert_false(vaho_here_offered(out, here, a.hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sessions_end, make, drop),
        cmocka_unit_test_setup_teardown(all_but_some_end, make, drop),
        cmocka_unit_test_setup_teardown(an_account_has_so_many, make, drop),
        cmocka_unit_test_setup_teardown(it_gets_full_and_is_swept, make, drop),
        cmocka_unit_test_setup_teardown(looking_ends, make, drop),
        cmocka_unit_test_setup_teardown(a_secret_is_offered_once, make, drop)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
