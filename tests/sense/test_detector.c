/* test_detector.c - the scores of one pixel, worked out by hand */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "sense/detector.h"

/* Two bands.  Group 0: mean (1, 1), C = I; group 1: mean (0, 1), C = diag(4, 1). */
static double means[4] = {1, 1, 0, 1}, factors[8] = {1, 0, 0, 1, 2, 0, 0, 1};

static struct vaho_background background(size_t n_groups, double *mean)
{
    return (struct vaho_background){.n_bands = 2,
                                    .n_groups = n_groups,
                                    .mean = mean,
                                    .cholesky = factors,
                                    .scene_mean = mean,
                                    .scene_cholesky = factors};
}

/* The score of pixel (x0, x1) of 'group' for the second of two targets, (3, 1). */
static double score(double *estimate, enum vaho_score kind, size_t n_groups, double *mean,
                    int additive, size_t group, double x0, double x1)
{
    const double target[4] = {7, 9, 3, 1};
    struct vaho_background bg = background(n_groups, mean);
    struct vaho_targets targets = {kind == VAHO_SCORE_RX ? 0 : 2, target, additive};
    struct vaho_detector *detector;
    double x[2] = {x0, x1};
    size_t at = 3;
    struct vaho_strip strip = {.group = group, .worker = 1, .n = 1, .x = x, .at = &at};
    float map[10] = {0}, estimates[10] = {0};

    assert_int_equal(vaho_detector_new(&detector, kind, &bg, &targets, 2, NULL), VAHO_OK);
    vaho_detector_score(map, estimates, 5, detector, &strip);
    vaho_detector_free(detector);
    *estimate = (double)estimates[5 + 3];
    return (double)map[(kind == VAHO_SCORE_RX ? 0 : 5) + 3];
}

static void expect(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-6)
        fail_msg("%.9g, not %.9g", got, wanted);
}

/* d = (2, 0), x - mu = (1, 2): a = 2, g = 4, e = 5, p = 2. */
static void one_background(void **state)
{
    double estimate, zero[2] = {0, 0};

    (void)state;
    expect(score(&estimate, VAHO_SCORE_MF, 1, means, 0, 0, 2, 3), 0.5);
    expect(estimate, 0.5);
    expect(score(&estimate, VAHO_SCORE_ACE, 1, means, 0, 0, 2, 3), 0.2);
    expect(estimate, 0.5);
    expect(score(&estimate, VAHO_SCORE_RX, 1, means, 0, 0, 2, 3), 5.0);
    expect(score(&estimate, VAHO_SCORE_TEMPERED, 1, means, 0, 0, 2, 3), sqrt(4.0 / 7.0));
    /* t'x / t't = (6 + 3) / 10 */
    expect(score(&estimate, VAHO_SCORE_CEM, 1, zero, 0, 0, 2, 3), 0.9);
}

static void ace_keeps_its_sign(void **state)
{
    double estimate;

    (void)state;
    expect(score(&estimate, VAHO_SCORE_ACE, 1, means, 0, 0, 0, 3), -0.2);
    expect(score(&estimate, VAHO_SCORE_ACE, 1, means, 0, 0, 1, 1), 0.0); /* the mean itself */
}

/* d = (3, 0), whitened (1.5, 0); x - mu = (2, 2), whitened (1, 2): a = 1.5, g = 2.25, e = 5. */
static void a_column_has_its_own(void **state)
{
    double estimate;

    (void)state;
    expect(score(&estimate, VAHO_SCORE_MF, 2, means, 0, 1, 2, 3), 2.0 / 3.0);
    expect(score(&estimate, VAHO_SCORE_ACE, 2, means, 0, 1, 2, 3), 0.2);
    expect(score(&estimate, VAHO_SCORE_MF, 2, means, 0, 0, 2, 3), 0.5);
}

/* d = (3, 1) as given; x - mu = (1, 2): a = 5, g = 10. */
static void a_gas_is_a_direction(void **state)
{
    double estimate;

    (void)state;
    expect(score(&estimate, VAHO_SCORE_MF, 1, means, 1, 0, 2, 3), 0.5);
    expect(score(&estimate, VAHO_SCORE_ACE, 1, means, 1, 0, 2, 3), 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_background),
        cmocka_unit_test(ace_keeps_its_sign),
        cmocka_unit_test(a_column_has_its_own),
        cmocka_unit_test(a_gas_is_a_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
