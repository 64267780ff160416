#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "serve/events.h"

struct listener {
    struct vaho_stream *stream;
    int n_waits, n_wakes;
};

static void waits(void *context)
{
    ((struct listener *)context)->n_waits++;
}

static void wakes(void *context)
{
    ((struct listener *)context)->n_wakes++;
}

static void listen_to(struct listener *out, struct vaho_events *events, unsigned roles)
{
    const struct vaho_session session = {.roles = roles, .hash = {(unsigned char)roles}};
    const struct vaho_stream_hooks hooks = {waits, wakes, out};

    *out = (struct listener){.n_waits = 0};
    assert_int_equal(vaho_stream_open(&out->stream, events, &session, NULL), VAHO_OK);
    vaho_stream_begin(out->stream, vaho_strdup("hello."), 5);
    vaho_stream_hook(out->stream, &hooks);
}

/* All that there is for it, in bites of 'max'. */
static const char *heard(struct listener *l, size_t max)
{
    static char text[4096];
    size_t n = 0;
    long got;

    while ((got = vaho_stream_take(l->stream, text + n, max)) > 0)
        n += (size_t)got;
    snprintf(text + n, sizeof text - n, "%s", got < 0 ? "<end>" : "");
    return text;
}

static int make(void **state)
{
    return vaho_events_new((struct vaho_events **)state, NULL) != VAHO_OK;
}

static int drop(void **state)
{
    vaho_events_free(*state);
    return 0;
}

static void each_hears_what_is_for_it(void **state)
{
    struct vaho_events *events = *state;
    struct listener a, b;

    listen_to(&a, events, 1);
    listen_to(&b, events, 6);
    assert_string_equal(heard(&a, 4), "hello.");
    assert_int_equal(a.n_waits, 1);
    vaho_events_publish(events, 6, 1, "one.");
    vaho_events_publish(events, 7, 2, "two.");
    vaho_events_publish(events, -1, 7, "all.");
    vaho_events_publish(events, 5, 7, "told already.");
    assert_int_equal(a.n_wakes, 1); /* once, however much there is */
    assert_string_equal(heard(&a, 3), "one.all.");
    assert_string_equal(heard(&b, 100), "hello.two.all.");
    assert_int_equal(vaho_events_n_streams(events), 2);
    vaho_stream_close(a.stream);
    vaho_stream_close(b.stream);
    assert_int_equal(vaho_events_n_streams(events), 0);
}

static void who_falls_behind_is_cut_off(void **state)
{
    struct vaho_events *events = *state;
    struct listener slow, quick;

    listen_to(&slow, events, 1);
    listen_to(&quick, events, 1);
    heard(&slow, 100);
    for (int i = 0; i < VAHO_EVENTS_MAX + 1; i++) {
        vaho_events_publish(events, 6 + i, 1, "x");
        if (i % 1000 == 0)
            heard(&quick, 4000);
    }
    assert_string_equal(heard(&slow, 100), "<end>");
    assert_null(strstr(heard(&quick, 4000), "<end>"));
    vaho_stream_close(slow.stream);
    vaho_stream_close(quick.stream);
}

static void memory_is_bounded(void **state)
{
    struct vaho_events *events = *state;
    struct listener slow;
    size_t nbytes = 1 << 20;
    char *large = malloc(nbytes + 1);

    memset(large, 'x', nbytes);
    large[nbytes] = '\0';
    listen_to(&slow, events, 1);
    for (int i = 0; i < 20; i++) /* more than 8 MiB */
        vaho_events_publish(events, -1, 1, large);
    assert_string_equal(heard(&slow, 100), "<end>");
    vaho_stream_close(slow.stream);
    free(large);
}

static int is_first(void *context, const unsigned char *hash)
{
    (void)context;
    return hash[0] == 1;
}

static void a_session_that_ends_says_bye(void **state)
{
    struct vaho_events *events = *state;
    struct listener a, b;

    listen_to(&a, events, 1);
    listen_to(&b, events, 2);
    heard(&a, 100);
    heard(&b, 100);
    vaho_events_end(events, "bye", is_first, NULL);
    assert_int_equal(a.n_wakes, 1);
    vaho_events_publish(events, 9, 3, "not for a.");
    assert_string_equal(heard(&a, 2), "bye<end>");
    assert_string_equal(heard(&b, 100), "not for a.");
    vaho_events_end(events, "stop", NULL, NULL);
    assert_string_equal(heard(&b, 100), "stop<end>");
    vaho_stream_close(a.stream);
    vaho_stream_close(b.stream);
}

/* Ended between being opened and being begun: the prologue is not for it any more. */
static void ended_before_it_began(void **state)
{
    struct vaho_events *events = *state;
    const struct vaho_session session = {.roles = 1};
    struct listener a = {.n_waits = 0};

    vaho_stream_open(&a.stream, events, &session, NULL);
    vaho_events_end(events, "bye", NULL, NULL);
    vaho_stream_begin(a.stream, vaho_strdup("secret"), 3);
    assert_string_equal(heard(&a, 100), "bye<end>");
    vaho_stream_close(a.stream);
}

static void no_more_than_so_many(void **state)
{
    struct vaho_events *events = *state;
    const struct vaho_session session = {.roles = 1};
    struct vaho_stream *stream[VAHO_STREAMS_MAX], *more;

    for (size_t i = 0; i < VAHO_STREAMS_MAX; i++)
        assert_int_equal(vaho_stream_open(&stream[i], events, &session, NULL), VAHO_OK);
    assert_int_equal(vaho_stream_open(&more, events, &session, NULL), VAHO_REFUSED);
    for (size_t i = 0; i < VAHO_STREAMS_MAX; i++)
        vaho_stream_close(stream[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_hears_what_is_for_it, make, drop),
        cmocka_unit_test_setup_teardown(who_falls_behind_is_cut_off, make, drop),
        cmocka_unit_test_setup_teardown(memory_is_bounded, make, drop),
        cmocka_unit_test_setup_teardown(a_session_that_ends_says_bye, make, drop),
        cmocka_unit_test_setup_teardown(ended_before_it_began, make, drop),
        cmocka_unit_test_setup_teardown(no_more_than_so_many, make, drop)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
