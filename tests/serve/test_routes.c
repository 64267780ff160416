#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serve/request.h"

static char in_path[VAHO_MAX_IN_PATH][VAHO_SITE_NAME_NBYTES], allowed[64];

static const char *found(const char *method, const char *path)
{
    const struct vaho_route *route = vaho_route_find(in_path, allowed, method, path);

    return route == NULL ? NULL : route->path;
}

static void paths_find_their_route(void **state)
{
    (void)state;
    assert_string_equal(found("GET", "/api/sites"), "/api/sites");
    assert_string_equal(found("GET", "/api/sites/a b"), "/api/sites/{site}");
    assert_string_equal(in_path[0], "a b");
    assert_string_equal(found("GET", "/ogc/collections/sites/items/x"),
                        "/ogc/collections/{collection}/items/{id}");
    assert_string_equal(in_path[1], "x");
    assert_string_equal(found("GET", "/"), "/{*}");
    assert_string_equal(found("GET", "/assets/a/b.js"), "/{*}");
    assert_string_equal(found("GET", "/map/tiles/1.png"), "/map/{*}");
}

static void other_paths_and_methods_find_none(void **state)
{
    char much[300];

    (void)state;
    assert_null(found("DELETE", "/api/users"));
    assert_string_equal(allowed, "GET, POST");
    assert_null(found("GET", "/api/decisions/confirm"));
    assert_string_equal(allowed, "POST");
    assert_null(found("GET", "/api/nothing"));
    assert_string_equal(allowed, "");
    assert_null(found("GET", "/api"));
    assert_null(found("GET", "/api/sites/"));
    assert_null(found("GET", "/api/sites/a/b"));
    assert_null(found("get", "/api/sites"));
    snprintf(much, sizeof much, "/api/sites/%0200d", 0); /* longer than any name */
    assert_null(found("GET", much));
    assert_string_equal(found("GET", "/apis"), "/{*}"); /* not the server's */
}

/* What the table must never say. */
static void the_table_keeps_the_rules(void **state)
{
    unsigned readers = VAHO_READERS;

    (void)state;
    for (const struct vaho_route *r = vaho_routes; r->method != NULL; r++) {
        int changes = strcmp(r->method, "GET") != 0;
        assert_true(r->roles != 0); /* or why is it there */
        assert_non_null(r->answer);
        assert_true(changes == (r->body_nbytes > 0) && changes == (r->body != NULL));
        /* what anyone may do needs no token, all else does */
        assert_true(!r->does_not_need_token || (r->roles & VAHO_ANYONE) != 0);
        assert_true(!r->is_for_maps || strncmp(r->path, "/ogc", 4) == 0);
        /* an admin or a partner sees no site for being that, and only analysts decide */
        if (strstr(r->path, "sites") != NULL || strstr(r->path, "plumes") != NULL ||
            strstr(r->path, "layers") != NULL || strncmp(r->path, "/ogc", 4) == 0)
            assert_true((r->roles & ~readers) == 0);
        if (strncmp(r->path, "/api/decisions", 14) == 0)
            assert_true(r->roles == VAHO_ROLE_BIT(VAHO_ROLE_ANALYST));
        if (strncmp(r->path, "/api/users", 10) == 0)
            assert_true(r->roles == VAHO_ROLE_BIT(VAHO_ROLE_ADMIN));
        if (strncmp(r->path, "/api/ledger", 11) == 0)
            assert_true(r->roles == VAHO_ROLE_BIT(VAHO_ROLE_OVERSEER));
        for (const struct vaho_route *other = r + 1; other->method != NULL; other++)
            assert_false(strcmp(r->path, other->path) == 0 &&
                         strcmp(r->method, other->method) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(paths_find_their_route),
                                       cmocka_unit_test(other_paths_and_methods_find_none),
                                       cmocka_unit_test(the_table_keeps_the_rules)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
