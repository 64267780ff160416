#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "find/amounts_belief.h"

/* A plume that says: d is m +- s. */
static struct vaho_amount_trail saying(double m, double s)
{
    struct vaho_amount_trail trail = {.n_d = VAHO_AMOUNT_GRID};

    vaho_belief_grid(&trail, 3.0, 1);
    for (size_t i = 0; i < trail.n_d; i++) {
        double u = (trail.d[i] - m) / s;
        /* a constant says nothing; between the values tried nothing is known yet */
        trail.log_likelihood[i] = i % VAHO_AMOUNT_EVERY == 0 ? -0.5 * u * u - 1234.0 : NAN;
    }
    return trail;
}

static void a_grid_is_even_and_around_its_centre(void **state)
{
    struct vaho_amount_trail fine = {.n_d = VAHO_AMOUNT_GRID}, coarse = fine, one = {.n_d = 1};

    (void)state;
    vaho_belief_grid(&fine, 3.0, 1);
    vaho_belief_grid(&coarse, 3.0, 0);
    vaho_belief_grid(&one, 3.0, 1);
    assert_true(fine.d[VAHO_AMOUNT_GRID / 2] == 3.0 && coarse.d[VAHO_AMOUNT_GRID / 2] == 3.0);
    for (size_t i = VAHO_AMOUNT_EVERY; i < VAHO_AMOUNT_GRID; i++)
        assert_true(fabs(fine.d[i] - fine.d[i - VAHO_AMOUNT_EVERY] - 0.5) < 1e-12 &&
                    fabs(coarse.d[i] - coarse.d[i - VAHO_AMOUNT_EVERY] - 1.0) < 1e-12);
    assert_true(one.d[0] == 3.0);
}

static void misfit_and_roughness_speak_against(void **state)
{
    struct vaho_amount amount[60];

    (void)state;
    for (size_t i = 0; i < 60; i++)
        amount[i] = (struct vaho_amount){10.0, 4.0, 24.0};
    /* -misfit / (2 s^2 30) - roughness / (2 3): amounts.h */
    assert_true(fabs(vaho_belief_likelihood(amount, 60, 2.0, 0.0) + 0.5 * 60 * 24.0 / 2.0 / 30.0) <
                1e-9);
    assert_true(fabs(vaho_belief_likelihood(amount, 60, 2.0, 12.0) -
                     vaho_belief_likelihood(amount, 60, 2.0, 0.0) + 2.0) < 1e-9);
}

static void without_a_strong_plume_the_prior_is_believed(void **state)
{
    struct vaho_amount_trail t = saying(3.0, 1e6); /* says nothing */
    unsigned char strong = 0;

    (void)state;
    vaho_belief_settle(&t, &strong, 1, 2.5, 1.0);
    assert_true(fabs(t.d_mean - 2.5) < 0.05);
    /* blurred by how far one gas's line is off another's */
    assert_true(fabs(t.d_sigma - hypot(1.0, VAHO_EDGE_SIGMA_K)) < 0.05);
    vaho_belief_settle(&t, &strong, 1, 4.0, 0.0); /* known */
    assert_true(fabs(t.d_mean - 4.0) < 0.01 && fabs(t.d_sigma - VAHO_EDGE_SIGMA_K) < 0.1);
}

static void a_strong_plume_tells_itself_and_others(void **state)
{
    struct vaho_amount_trail t[2] = {saying(4.0, 0.3), saying(3.0, 1e6)};
    const unsigned char strong[2] = {1, 0}, weak[2] = {0, 0};
    double sum = 0.0, said = 0.3 * 0.3 + VAHO_EDGE_SIGMA_K * VAHO_EDGE_SIGMA_K;
    double weights = 0.0, mean = 0.0;

    (void)state;
    vaho_belief_settle(t, strong, 2, 2.5, 4.0);
    for (size_t i = 0; i < VAHO_AMOUNT_GRID; i++)
        sum += t[1].belief[i];
    assert_true(fabs(sum - 1.0) < 1e-12);
    /* prior times what the plume says, a Gaussian blurred by the line's error; one in twenty errs
     */
    for (size_t i = 0; i < VAHO_AMOUNT_GRID; i++) {
        double d = t[0].d[i], u = (d - 2.5) / 4.0;
        double p = exp(-0.5 * u * u) * (0.95 * exp(-0.5 * (d - 4.0) * (d - 4.0) / said) + 0.05);
        weights += p;
        mean += p * d;
    }
    assert_true(fabs(t[1].d_mean - mean / weights) < 0.05);
    assert_true(t[0].d_sigma < t[1].d_sigma);
    vaho_belief_settle(t, weak, 2, 2.5, 1.0); /* one that is not strong tells only itself */
    assert_true(fabs(t[1].d_mean - 2.5) < 0.05 && t[0].d_mean > 3.3);
}

static void one_that_errs_does_not_outvote_two(void **state)
{
    struct vaho_amount_trail t[3] = {saying(2.0, 0.2), saying(2.2, 0.2), saying(6.5, 0.2)};
    const unsigned char strong[3] = {1, 1, 1};

    (void)state;
    vaho_belief_settle(t, strong, 3, 2.5, 4.0);
    assert_true(fabs(t[0].d_mean - 2.1) < 0.3 && fabs(t[1].d_mean - 2.1) < 0.3);
}

/* Between the values tried: 3.2 lies on no step of half a kelvin from 3. */
static void belief_is_finer_than_what_was_tried(void **state)
{
    struct vaho_amount_trail t[2] = {saying(3.2, 0.2), saying(3.2, 0.2)};
    const unsigned char strong[2] = {1, 1};

    (void)state;
    vaho_belief_settle(t, strong, 2, 2.5, 4.0);
    assert_true(fabs(t[0].d_mean - 3.2) < 0.06);
}

/* A lone plume's word counts once: as broad as what it says, not narrower by the root of two. */
static void nobody_is_heard_twice(void **state)
{
    struct vaho_amount_trail t = saying(3.0, 0.8);
    const unsigned char strong = 1;
    /* the likelihood, blurred, times a prior of 4 K that is blurred too */
    double said = 0.64 + 0.04, prior = 16.0 + 0.04;

    (void)state;
    vaho_belief_settle(&t, &strong, 1, 3.0, 4.0);
    assert_true(t.d_sigma > 0.95 * sqrt(said * prior / (said + prior)));
}

static void in_reflected_light_there_is_nothing_to_believe(void **state)
{
    struct vaho_amount_trail t = {.n_d = 1};
    unsigned char strong = 1;

    (void)state;
    vaho_belief_grid(&t, 0.0, 1);
    vaho_belief_settle(&t, &strong, 1, 0.0, 0.0);
    assert_true(t.belief[0] == 1.0 && t.d_mean == 0.0 && t.d_sigma == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_is_even_and_around_its_centre),
        cmocka_unit_test(misfit_and_roughness_speak_against),
        cmocka_unit_test(without_a_strong_plume_the_prior_is_believed),
        cmocka_unit_test(a_strong_plume_tells_itself_and_others),
        cmocka_unit_test(one_that_errs_does_not_outvote_two),
        cmocka_unit_test(belief_is_finer_than_what_was_tried),
        cmocka_unit_test(nobody_is_heard_twice),
        cmocka_unit_test(in_reflected_light_there_is_nothing_to_believe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
