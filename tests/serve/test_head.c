#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serve/head.h"

/* The status for a head of these fields; pairs of name and value, ended by NULL. */
static unsigned status_of(const char *version, const char *const *field)
{
    struct vaho_head head = vaho_head_begin(version);
    const char *why = NULL;
    unsigned status;

    for (; *field != NULL; field += 2)
        vaho_head_take(&head, field[0], field[1], strlen(field[1]));
    status = vaho_head_check(&why, &head);
    assert_true((status == 0) == (why == NULL));
    return status;
}
#define STATUS(version, ...) status_of(version, (const char *const[]){__VA_ARGS__, NULL})

static void sound_heads_are_taken(void **state)
{
    (void)state;
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a"), 0);
    assert_int_equal(STATUS("HTTP/1.1", "host", "a:80", "content-length", "0"), 0);
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "Content-Length", "999999999999999"), 0);
    assert_int_equal(STATUS("HTTP/1.0", "Accept", "x"), 0); /* which knows no Host */
}

/* RFC 9112, 3.2, 6.1, 6.3 */
static void doubtful_heads_are_refused(void **state)
{
    static const char *const lengths[] = {
        "", "+5", "-1", "5 ", " 5", "0x5", "5,5", "5;", "1e3", "５", "9999999999999999"};

    (void)state;
    assert_int_equal(STATUS("HTTP/1.1", "Accept", "x"), 400);
    assert_int_equal(STATUS("HTTP/1.1", "Host", ""), 400);
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "HOST", "a"), 400);
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "Content-Length", "5", "Content-Length", "5"),
                     400);
    assert_int_equal(STATUS("HTTP/1.0", "Content-Length", "5", "content-length", "6"), 400);
    assert_int_equal(
        STATUS("HTTP/1.1", "Host", "a", "Content-Length", "5", "Transfer-Encoding", "chunked"),
        400);
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "Transfer-Encoding", "chunked"), 411);
    assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "transfer-encoding", "identity"), 411);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(STATUS("HTTP/1.1", "Host", "a", "Content-Length", lengths[i]), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sound_heads_are_taken),
                                       cmocka_unit_test(doubtful_heads_are_refused)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
