#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cblas.h>
#include <cmocka.h>

#include "../sense/dice.h"
#include "find/amount.h"
#include "find/amounts_belief.h"

enum { BANDS = 24, PIXELS = 300 };

struct made {
    double cholesky[BANDS * BANDS], absorption[BANDS], variety[BANDS], air[BANDS];
    float radiance[PIXELS * BANDS], expected[PIXELS * BANDS];
    struct vaho_amount amount[PIXELS];
    struct vaho_amount_levels levels;
};

/* The transmittance of a band whose absorption is gamma distributed: the mean of exp(-k c) over
 * the distribution, by the trapezoid rule, in place of the closed form. */
static double averaged(double alpha, double theta, double c)
{
    double shape = alpha / theta, sum = 0.0, weights = 0.0;

    for (int i = 1; i < 200000; i++) {
        double k = 2e-4 * i * alpha, p = exp((shape - 1.0) * log(k / theta) - k / theta);
        sum += p * exp(-k * c);
        weights += p;
    }
    return sum / weights;
}

static void a_band_averages_over_its_lines(void **state)
{
    (void)state;
    for (double c = 1.0; c < 2000.0; c *= 5.0) {
        double slope, above, unused;
        double depth = vaho_amount_depth(&slope, 0.01, 0.005, c);
        above = vaho_amount_depth(&unused, 0.01, 0.005, c * 1.0001);
        assert_true(fabs(exp(-depth) - averaged(0.01, 0.005, c)) < 1e-4);
        assert_true(fabs((above - depth) / (1e-4 * c) / slope - 1.0) < 1e-3);
        assert_true(vaho_amount_depth(&slope, 0.01, 0.0, c) == 0.01 * c && slope == 0.01);
    }
    double slope;
    assert_true(vaho_amount_depth(&slope, 0.01, 0.005, -3.0) == -0.03 && slope == 0.01);
}

/* Even ground, contrasts between -1 and 3, a plume of c in every pixel, white noise of the sensor.
 */
static void make(struct made *m, double ppmm, double noise)
{
    struct dice dice = {7};

    for (size_t b = 0; b < BANDS; b++) {
        double u = ((double)b - 12.0) / 3.0;
        m->absorption[b] = 0.01 * exp(-0.5 * u * u);
        m->variety[b] = 0.3 * m->absorption[b];
        m->air[b] = 8.0 + 0.05 * (double)b;
        for (size_t k = 0; k < BANDS; k++)
            m->cholesky[b * BANDS + k] = b == k ? noise : 0.0;
    }
    for (size_t i = 0; i < PIXELS; i++) {
        double contrast = -1.0 + 4.0 * (double)i / PIXELS;
        m->amount[i] = (struct vaho_amount){0};
        for (size_t b = 0; b < BANDS; b++) {
            double slope, ground = m->air[b] + contrast;
            double t = exp(-vaho_amount_depth(&slope, m->absorption[b], m->variety[b], ppmm));
            m->expected[i * BANDS + b] = (float)ground;
            m->radiance[i * BANDS + b] =
                (float)(m->air[b] + t * (ground - m->air[b]) + noise * dice_normal(&dice));
        }
    }
}

static const double no_error[BANDS];

static struct vaho_amount_model model_of(struct made *m)
{
    struct vaho_error error;

    assert_int_equal(vaho_amount_levels_make(&m->levels, m->cholesky, m->absorption, m->variety,
                                             no_error, BANDS, &error),
                     VAHO_OK);
    return (struct vaho_amount_model){.n_bands = BANDS,
                                      .levels = &m->levels,
                                      .absorption = m->absorption,
                                      .variety = m->variety,
                                      .air = m->air};
}

static void strong_plumes_do_not_saturate(void **state)
{
    (void)state;
    static const double ppmm[] = {1.0, 30.0, 200.0, 800.0}; /* depths 0.01 to 6 */
    static struct made m;
    struct vaho_error error;

    for (size_t k = 0; k < 4; k++) {
        struct vaho_amount_mean mean;
        struct vaho_amount_model model;
        make(&m, ppmm[k], 0.01);
        model = model_of(&m);
        for (size_t b = 0; b < BANDS; b++) /* the Jacobian's part, sum of alpha */
            model.offset += m.absorption[b];
        assert_int_equal(
            vaho_amount_solve(m.amount, m.radiance, m.expected, PIXELS, &model, 20, 1, &error),
            VAHO_OK);
        vaho_amount_mean(&mean, m.amount, PIXELS, 1.0);
        print_message("%g ppm.m: %.3f +- %.3f\n", ppmm[k], mean.ppmm, mean.white);
        vaho_amount_levels_free(&m.levels);
        assert_true(fabs(mean.ppmm - ppmm[k]) < 4.0 * mean.white + 0.01 * ppmm[k]);
    }
}

/* The solution is where f'Pf - 2 o c is least: beside it, it is larger. */
static void a_solution_is_a_minimum(void **state)
{
    (void)state;
    static struct made m;
    struct vaho_error error;
    struct vaho_amount_model model;
    double at[PIXELS];

    make(&m, 5.0, 0.02);
    model = model_of(&m);
    assert_int_equal(
        vaho_amount_solve(m.amount, m.radiance, m.expected, PIXELS, &model, 30, 0, &error),
        VAHO_OK);
    for (size_t i = 0; i < PIXELS; i++)
        at[i] = m.amount[i].misfit;
    for (int side = -1; side <= 1; side += 2) {
        static struct vaho_amount beside[PIXELS];
        for (size_t i = 0; i < PIXELS; i++)
            beside[i].ppmm = m.amount[i].ppmm + 2.0 * side;
        assert_int_equal(
            vaho_amount_solve(beside, m.radiance, m.expected, PIXELS, &model, 0, 0, &error),
            VAHO_OK);
        for (size_t i = 0; i < PIXELS; i++)
            if (fabs(-1.0 + 4.0 * (double)i / PIXELS) > 0.8) /* with contrast to speak of */
                assert_true(beside[i].misfit > at[i] - 1e-6);
    }
    vaho_amount_levels_free(&m.levels);
}

/* C(c) = C + N (1/t^2 - 1) + E^2 (1/t - 1)^2: two bands, 1 and 3 times as deep as the level. */
static void an_error_of_the_air_grows_as_the_plume_is_undone(void **state)
{
    static const double cholesky[4] = {0.5, 0.0, 0.0, 0.2}, absorption[2] = {0.01, 0.03};
    static const double variety[2] = {0.0, 0.0}, air_error[2] = {0.1, 0.3};
    struct vaho_amount_levels levels;
    struct vaho_error error;

    (void)state;
    assert_int_equal(
        vaho_amount_levels_make(&levels, cholesky, absorption, variety, air_error, 2, &error),
        VAHO_OK);
    for (size_t k = 0; k < VAHO_AMOUNT_LEVELS; k++)
        for (size_t b = 0; b < 2; b++) {
            double undone = exp(absorption[b] * levels.ppmm[k]), c = cholesky[3 * b];
            double variance = c * c * undone * undone +
                              air_error[b] * air_error[b] * (undone - 1.0) * (undone - 1.0);
            assert_true(fabs(levels.precision[4 * k + 3 * b] * variance - 1.0) < 1e-9);
        }
    vaho_amount_levels_free(&levels);
}

static void without_contrast_nothing_is_known(void **state)
{
    (void)state;
    static struct made m;
    struct vaho_error error;
    struct vaho_amount_model model;
    struct vaho_amount_mean mean;

    make(&m, 60.0, 0.05);
    model = model_of(&m);
    for (size_t b = 0; b < BANDS; b++)
        m.radiance[b] = (float)m.air[b];
    for (size_t b = 0; b < BANDS; b++)
        m.air[b] = (double)m.radiance[b];
    m.amount[0].ppmm = 7.0;
    assert_int_equal(vaho_amount_solve(m.amount, m.radiance, m.expected, 1, &model, 5, 0, &error),
                     VAHO_OK);
    assert_true(m.amount[0].weight == 0.0 && m.amount[0].ppmm == 7.0);
    vaho_amount_mean(&mean, m.amount, 1, 1.0);
    assert_true(isnan(mean.ppmm) && isinf(mean.white));
    vaho_amount_levels_free(&m.levels);
}

/* Two plumes that point to d = 1 and one, mistaken, to d = -3: 1 is believed. */
static void one_mistaken_plume_is_outvoted(void **state)
{
    (void)state;
    struct vaho_amount_trail trail[3];
    const unsigned char strong[] = {1, 1, 1};
    static const double says[] = {1.0, 1.0, -3.0};

    for (size_t k = 0; k < 3; k++) {
        trail[k] = (struct vaho_amount_trail){.n_d = VAHO_AMOUNT_GRID};
        vaho_belief_grid(&trail[k], 0.0, 1);
        for (size_t i = 0; i < trail[k].n_d; i++) {
            double u = (trail[k].d[i] - says[k]) / 0.5;
            trail[k].log_likelihood[i] = -0.5 * u * u - 100.0;
        }
    }
    vaho_belief_settle(trail, strong, 3, 2.5, 4.0);
    assert_true(fabs(trail[0].d_mean - 1.0) < 0.3);
    /* one in twenty errs: two against one leave that much doubt of 4 K, beside their own 0.4 */
    assert_true(trail[0].d_sigma > 0.3 && trail[0].d_sigma < 1.0);
    vaho_belief_settle(trail, strong, 3, 2.0, 0.0); /* given: only the line's own error is left */
    assert_true(fabs(trail[2].d_mean - 2.0) < 0.5);
}

static void the_ground_under_a_plume_is_given_back(void **state)
{
    static const double alpha[3] = {0.0, 0.01, 0.2}, theta[3] = {0.0, 0.0, 0.0};
    static const double air[3] = {8.0, 8.0, 8.0}, noise_share[3] = {0.1, 0.1, 0.1};
    static const float ground[3] = {9.0f, 10.0f, 7.0f}, expected[3] = {9.5f, 9.5f, 7.5f};
    const struct vaho_amount_model model = {3, NULL, alpha, theta, air, 0.0};
    float seen[3], out[3];

    (void)state;
    for (size_t b = 0; b < 3; b++) /* L = t L_0 + (1 - t) A at 50 ppm.m: depths 0, 0.5 and 10 */
        seen[b] = (float)(air[b] + ((double)ground[b] - air[b]) * exp(-50.0 * alpha[b]));
    vaho_amount_ground(out, seen, expected, 50.0, &model, noise_share);
    assert_true(out[0] == ground[0]);
    /* share 1 / (1 + 0.1 (e - 1)) of the way from 9.5 to 10 */
    assert_true(fabs((double)out[1] - (9.5 + 0.5 / (1.0 + 0.1 * (exp(1.0) - 1.0)))) < 1e-4);
    assert_true(fabs((double)out[2] - 7.5) < 1e-4); /* saturated: what was expected */
}

int main(void)
{
    openblas_set_num_threads(1); /* as vaho_detect() does */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_band_averages_over_its_lines),
        cmocka_unit_test(the_ground_under_a_plume_is_given_back),
        cmocka_unit_test(strong_plumes_do_not_saturate),
        cmocka_unit_test(a_solution_is_a_minimum),
        cmocka_unit_test(an_error_of_the_air_grows_as_the_plume_is_undone),
        cmocka_unit_test(without_contrast_nothing_is_known),
        cmocka_unit_test(one_mistaken_plume_is_outvoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
