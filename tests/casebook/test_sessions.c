#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "casebook/codes.h"
#include "casebook/sessions.h"

static char folder[] = "/tmp/vaho-sessions-XXXXXX", path[64];
static struct vaho_casebook *book;
static struct vaho_error error;
static const struct vaho_act first = {"root", VAHO_BY_CLAIM, "2026-04-03T12:00:00Z", NULL},
                             root = {"root", VAHO_BY_ACCOUNT, "2026-04-03T12:00:00Z", NULL},
                             ana = {"ana", VAHO_BY_ACCOUNT, "2026-04-03T12:00:00Z", NULL};

static int make(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/b.gpkg", folder);
    return vaho_casebook_new(path, VAHO_CASEBOOK_OPEN, &first, &error) != VAHO_OK ||
           vaho_casebook_open(&book, path, &error) != VAHO_OK ||
           vaho_account_add(book, &first, "root", 1u << VAHO_ROLE_ADMIN, "a long password",
                            &error) != VAHO_OK ||
           vaho_account_add(book, &root, "ana", 1u << VAHO_ROLE_ANALYST, "a long password",
                            &error) != VAHO_OK;
}

static int drop(void **state)
{
    char journal[80];

    (void)state;
    vaho_casebook_close(book);
    snprintf(journal, sizeof journal, "%s-journal", path);
    unlink(journal);
    unlink(path);
    return rmdir(folder);
}

static struct vaho_session session(const char *account, unsigned char number, double ends_s)
{
    struct vaho_session s = {.hash = {number}, .made_s = 1, .ends_s = ends_s};

    snprintf(s.account, sizeof s.account, "%s", account);
    return s;
}

static char seen[64];

static void see(void *context, const struct vaho_session *s)
{
    (void)context;
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%d%c%u ", s->account, s->hash[0],
             s->scope == VAHO_SCOPE_MAPS ? 'm' : 'p', s->roles);
}

static const char *all(double now_s)
{
    seen[0] = '\0';
    assert_int_equal(vaho_session_each(book, now_s, see, NULL, &error), VAHO_OK);
    return seen;
}

static void sessions_are_kept_and_end(void **state)
{
    struct vaho_session a = session("ana", 1, 100), b = session("ana", 2, 200),
                        c = session("root", 3, 200), none = session("none", 4, 200);

    (void)state;
    b.scope = VAHO_SCOPE_MAPS;
    assert_int_equal(vaho_session_keep(book, &a, &error), VAHO_OK);
    assert_int_equal(vaho_session_keep(book, &b, &error), VAHO_OK);
    assert_int_equal(vaho_session_keep(book, &c, &error), VAHO_OK);
    assert_int_equal(vaho_session_keep(book, &none, &error), VAHO_REFUSED);
    assert_int_equal(vaho_session_keep(book, &a, &error), VAHO_REFUSED); /* twice */
    assert_string_equal(all(50), "ana1p1 ana2m1 root3p16 ");
    assert_string_equal(all(100), "ana2m1 root3p16 ");
    assert_string_equal(all(50), "ana1p1 ana2m1 root3p16 "); /* looking removes none */
    assert_int_equal(vaho_session_forget(book, 100, &error), VAHO_OK);
    assert_string_equal(all(50), "ana2m1 root3p16 ");
    assert_int_equal(vaho_session_end(book, c.hash, &error), VAHO_OK);
    assert_string_equal(all(50), "ana2m1 ");
    /* another password ends them, in the same transaction */
    assert_int_equal(vaho_account_set_password(book, &root, "ana", "another password", &error),
                     VAHO_OK);
    assert_string_equal(all(50), "");
    assert_int_equal(vaho_session_keep(book, &c, &error), VAHO_OK);
    assert_int_equal(vaho_session_end_all(book, "root", &error), VAHO_OK);
    assert_string_equal(all(50), "");
}

static void codes_serve_once(void **state)
{
    const unsigned char secret[VAHO_CODE_SECRET_NBYTES] = {1, 2, 3};
    unsigned char got[VAHO_CODE_SECRET_NBYTES];

    (void)state;
    assert_int_equal(vaho_code_secret(got, book, "ana", &error), VAHO_NOT_FOUND);
    assert_int_equal(vaho_code_use(book, "ana", 5, &error), VAHO_REFUSED);
    /* nobody sets another's, not even an admin */
    assert_int_equal(vaho_code_set(book, &root, "ana", secret, 10, &error), VAHO_REFUSED);
    assert_int_equal(vaho_code_set(book, &first, "root", secret, 10, &error), VAHO_REFUSED);
    assert_int_equal(vaho_code_set(book, &ana, "ana", secret, 10, &error), VAHO_OK);
    assert_int_equal(vaho_code_secret(got, book, "ana", &error), VAHO_OK);
    assert_memory_equal(got, secret, sizeof got);
    assert_int_equal(vaho_code_use(book, "ana", 10, &error), VAHO_REFUSED);
    assert_int_equal(vaho_code_use(book, "ana", 12, &error), VAHO_OK);
    assert_int_equal(vaho_code_use(book, "ana", 11, &error), VAHO_REFUSED);
    assert_int_equal(vaho_code_set(book, &ana, "root", NULL, 0, &error), VAHO_REFUSED);
    assert_int_equal(vaho_code_set(book, &root, "ana", NULL, 0, &error), VAHO_OK);
    assert_int_equal(vaho_code_secret(got, book, "ana", &error), VAHO_NOT_FOUND);
    assert_int_equal(vaho_code_set(book, &root, "ana", NULL, 0, &error), VAHO_NOT_FOUND);
}

/* Last, for an account does not come back. */
static void an_account_that_ended_has_none(void **state)
{
    struct vaho_session a = session("ana", 7, 100);

    (void)state;
    assert_int_equal(vaho_session_keep(book, &a, &error), VAHO_OK);
    assert_int_equal(vaho_account_end(book, &root, "ana", &error), VAHO_OK);
    assert_string_equal(all(50), "");
    assert_int_equal(vaho_session_end(book, a.hash, &error), VAHO_OK);
    assert_int_equal(vaho_session_keep(book, &a, &error), VAHO_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sessions_are_kept_and_end),
                                       cmocka_unit_test(codes_serve_once),
                                       cmocka_unit_test(an_account_that_ended_has_none)};

    return cmocka_run_group_tests(tests, make, drop);
}
