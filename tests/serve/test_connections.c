#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/connections.h"

/* 1 when the other end was shut down. */
static int is_cut(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void late_ones_are_cut_off(void **state)
{
    int late[2], working[2];
    struct vaho_connections *connections;
    struct vaho_connected *a, *b;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, late), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, working), 0);
    assert_int_equal(vaho_connections_new(&connections, NULL), VAHO_OK);
    a = vaho_connected_open(connections, late[0], 20);
    b = vaho_connected_open(connections, working[0], 20);
    vaho_connected_by(connections, b, INFINITY); /* its request is there; it is being answered */
    vaho_connections_sweep(connections, 19);
    assert_false(is_cut(late[1]));
    vaho_connections_sweep(connections, 20);
    assert_true(is_cut(late[1]));
    assert_false(is_cut(working[1]));
    vaho_connected_close(connections, a);
    vaho_connected_by(connections, b, 60);
    vaho_connected_close(connections,
                         b); /* closed in time: nothing is cut off that has its number */
    vaho_connections_sweep(connections, 100);
    assert_false(is_cut(working[1]));
    vaho_connected_by(connections, NULL, 1);
    vaho_connected_close(connections, NULL);
    vaho_connections_free(connections);
    for (int i = 0; i < 2; i++) {
        close(late[i]);
        close(working[i]);
    }
}

static void there_is_room_for_so_many(void **state)
{
    struct vaho_connections *connections;
    struct vaho_connected *first = NULL;

    (void)state;
    assert_int_equal(vaho_connections_new(&connections, NULL), VAHO_OK);
    for (size_t i = 0; i < VAHO_CONNECTIONS_MAX; i++) {
        struct vaho_connected *one = vaho_connected_open(connections, -1, INFINITY);
        assert_non_null(one);
        first = i == 0 ? one : first;
    }
    assert_null(vaho_connected_open(connections, -1, INFINITY));
    vaho_connected_close(connections, first);
    assert_ptr_equal(vaho_connected_open(connections, -1, INFINITY), first);
    vaho_connections_free(connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(late_ones_are_cut_off),
                                       cmocka_unit_test(there_is_room_for_so_many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
