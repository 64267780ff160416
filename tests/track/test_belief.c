/* test_belief.c - what the odds must be where they can be reckoned by hand, and which way they go
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/belief.h"

enum { MAX = 16 };
static const double DAY_S = 86400;

static struct vaho_site_pass pass_of(double day, int seen)
{
    return (struct vaho_site_pass){.time_s = day * 86400,
                                   .limit = 1,
                                   .steepness = 3,
                                   .valid = 1,
                                   .seen = seen,
                                   .q_value = 0.01,
                                   .strength = 3,
                                   .strength_sigma = 0.5,
                                   .ln_same = -6};
}

static struct vaho_belief believe(const struct vaho_site_pass *pass, size_t n, double at_day)
{
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_belief_term term[MAX];
    struct vaho_belief b;
    double sum = -log(1 - settings.look_alike);

    assert_int_equal(vaho_site_believe(&b, term, pass, n, at_day * DAY_S, &settings, NULL),
                     VAHO_OK);
    for (size_t i = 0; i < n; i++)
        sum += term[i].ln_plume + term[i].ln_place + term[i].ln_seen;
    assert_float_equal(sum, b.ln_real, 1e-9); /* the terms are all of it */
    assert_true(b.active <= b.probability && b.on_share_low <= b.on_share_high);
    return b;
}

/* belief.c: a single plume in a single pass has its own odds, gamma (1 - q) / q. */
static void one_plume_alone_has_its_own_odds(void **state)
{
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    const double q[] = {0.001, 0.05, 0.3, 0.5};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct vaho_site_pass pass = pass_of(0, 1);
        struct vaho_belief b;
        double odds = settings.tail_shape * (1 - q[i]) / q[i];
        pass.q_value = q[i];
        b = believe(&pass, 1, 0);
        assert_float_equal(b.probability, odds / (1 + odds), 1e-6);
        assert_float_equal(b.active, b.probability, 1e-6); /* it emits: it is seen now */
    }
}

static void seeing_it_again_helps_and_missing_it_does_not(void **state)
{
    struct vaho_site_pass pass[3] = {pass_of(0, 1), pass_of(1, 1), pass_of(2, 0)};
    struct vaho_belief once = believe(pass, 1, 0), twice = believe(pass, 2, 1);
    struct vaho_belief missed = believe(pass, 3, 2), blind;

    (void)state;
    assert_true(twice.probability > once.probability);
    assert_true(missed.probability < twice.probability && missed.active < 0.7 * twice.active);
    pass[2].limit = 1000; /* it could not have seen it */
    blind = believe(pass, 3, 2);
    assert_float_equal(blind.probability, twice.probability, 1e-3);
    pass[2].limit = NAN; /* it does not say */
    blind = believe(pass, 3, 2);
    assert_float_equal(blind.ln_real, twice.ln_real, 1e-12);
    assert_int_equal(blind.n_missed, 0);
}

/* What emits now is forgotten in time: towards the share of the time it is on. */
static void now_fades_into_the_share_of_time(void **state)
{
    struct vaho_site_pass pass[6];
    struct vaho_belief now, later, last;

    (void)state;
    for (int i = 0; i < 6; i++)
        pass[i] = pass_of(i, i < 3);
    now = believe(pass, 6, 5); /* missed last: it may come back */
    later = believe(pass, 6, 50);
    last = believe(pass, 6, 50000);
    assert_true(now.active < 0.3 && now.active < later.active && later.active < last.active);
    assert_float_equal(last.active / last.probability, last.on_share, 1e-6);
}

/* Ten years, one pass a month: half of them saw it, each by itself. */
static void the_share_of_time_is_learned(void **state)
{
    struct vaho_site_pass pass[MAX];
    struct vaho_belief b;

    (void)state;
    for (int i = 0; i < MAX; i++)
        pass[i] = pass_of(2000.0 * i, (i * 5) % MAX < MAX / 4);
    b = believe(pass, MAX, 2000.0 * MAX);
    assert_true(b.on_share_low < 0.25 && b.on_share_high > 0.25 && b.on_share_high < 0.6);
    assert_int_equal(b.n_seen, MAX / 4);
    assert_int_equal(b.n_missed, MAX - MAX / 4);
}

/* The more ground looks like the gas, the less repetition of doubtful plumes proves. */
static void look_alikes_keep_poor_plumes_down(void **state)
{
    struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_site_pass pass[4];
    struct vaho_belief many, few;

    (void)state;
    for (int i = 0; i < 4; i++) {
        pass[i] = pass_of(i, 1);
        pass[i].q_value = 0.4;
        pass[i].strength = NAN;
    }
    settings.look_alike = 0.5;
    assert_int_equal(vaho_site_believe(&many, NULL, pass, 4, 4 * DAY_S, &settings, NULL), VAHO_OK);
    settings.look_alike = 1e-6;
    assert_int_equal(vaho_site_believe(&few, NULL, pass, 4, 4 * DAY_S, &settings, NULL), VAHO_OK);
    assert_true(few.probability > 0.99 && many.probability < 0.95);
}

static void what_makes_no_sense_is_refused(void **state)
{
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_site_pass pass[2] = {pass_of(1, 1), pass_of(0, 1)};
    struct vaho_belief b;

    (void)state;
    assert_int_equal(vaho_site_believe(&b, NULL, pass, 2, DAY_S, &settings, NULL), VAHO_USAGE);
    assert_int_equal(vaho_site_believe(&b, NULL, pass, 1, 0, &settings, NULL), VAHO_USAGE);
    pass[0].seen = 0;
    assert_int_equal(vaho_site_believe(&b, NULL, pass, 1, DAY_S, &settings, NULL), VAHO_USAGE);
}

/* 100 plumes of which q says that 20 are false: so many the odds must sum up to, but for the ten
 * imagined ones. */
static void the_tail_is_learned(void **state)
{
    struct vaho_belief_settings s = vaho_belief_defaults();
    double q[100], sum = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        q[i] = 0.002 * (i + 1);
    vaho_belief_tail(&s, q, 100, 20);
    for (int i = 0; i < 100; i++)
        sum += 1 / (1 + vaho_plume_odds(q[i], &s));
    assert_float_equal(sum, 20, 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_plume_alone_has_its_own_odds),
        cmocka_unit_test(seeing_it_again_helps_and_missing_it_does_not),
        cmocka_unit_test(now_fades_into_the_share_of_time),
        cmocka_unit_test(the_share_of_time_is_learned),
        cmocka_unit_test(look_alikes_keep_poor_plumes_down),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(the_tail_is_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
