/*
 * test_identify.c - gases named from match and product of constructed plumes
 *
 * In whitened space gas g is a vector s_g, a plume with amounts x is sum x_g s_g plus unit
 * noise; then m_g = s_g'y and G_gh = s_g's_h (identify.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "base/error.h"
#include "sense/identify.h"

enum { N_BANDS = 40, N_GASES = 6 };

struct plume {
    double signature[N_GASES][N_BANDS], match[N_GASES], product[N_GASES * N_GASES];
};

/* Unit vectors without order; gas 5 is gas 4 but for a share 'apart' of something else. */
static void make_signatures(struct plume *plume, double apart, struct dice *dice)
{
    for (size_t g = 0; g < N_GASES; g++) {
        double norm = 0.0;
        for (size_t b = 0; b < N_BANDS; b++) {
            double v = dice_normal(dice);
            plume->signature[g][b] = g == 5 ? plume->signature[4][b] + apart * v : v;
            norm += plume->signature[g][b] * plume->signature[g][b];
        }
        for (size_t b = 0; b < N_BANDS; b++)
            plume->signature[g][b] *= g == 5 ? 1.0 : 1.0 / sqrt(norm);
    }
}

static void make_plume(struct plume *plume, const double amount[N_GASES], struct dice *dice)
{
    double y[N_BANDS];

    for (size_t b = 0; b < N_BANDS; b++) {
        y[b] = dice != NULL ? dice_normal(dice) : 0.0;
        for (size_t g = 0; g < N_GASES; g++)
            y[b] += amount[g] * plume->signature[g][b];
    }
    for (size_t g = 0; g < N_GASES; g++) {
        plume->match[g] = 0.0;
        for (size_t b = 0; b < N_BANDS; b++)
            plume->match[g] += plume->signature[g][b] * y[b];
        for (size_t h = 0; h < N_GASES; h++) {
            plume->product[g * N_GASES + h] = 0.0;
            for (size_t b = 0; b < N_BANDS; b++)
                plume->product[g * N_GASES + h] += plume->signature[g][b] * plume->signature[h][b];
        }
    }
}

static void identify(struct vaho_identification out[N_GASES], const struct plume *plume,
                     double spread, size_t n_named)
{
    struct vaho_error error;

    memset(out, 0x55, N_GASES * sizeof *out);
    assert_int_equal(
        vaho_identify(out, plume->match, plume->product, spread, N_BANDS, N_GASES, n_named, &error),
        VAHO_OK);
    for (size_t g = 0; g < n_named; g++)
        assert_true(out[g].probability >= 0.0 && out[g].probability <= 1.0 + 1e-12);
}

static void one_gas_is_named_with_its_amount(void **state)
{
    (void)state;
    struct dice dice = {11};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    double amount[N_GASES] = {0.0, 0.0, 14.0}, pull = 0.0;
    size_t right = 0;

    make_signatures(&plume, 0.5, &dice);
    for (int trial = 0; trial < 200; trial++) {
        make_plume(&plume, amount, &dice);
        identify(out, &plume, 1.0, N_GASES);
        right += out[2].probability > 0.95;
        assert_float_equal(out[2].sigma, 1.0, 1e-9); /* unit signature, unit noise */
        pull += (out[2].amount - 14.0) / 200.0;
        assert_true(fabs(out[2].amount - 14.0) < 5.0);
        for (size_t g = 0; g < N_GASES; g++)
            if (g != 2)
                assert_true(out[g].probability < out[2].probability);
    }
    assert_true(right >= 195);
    assert_true(fabs(pull) < 4.0 / sqrt(200.0));
}

static void two_gases_are_both_named(void **state)
{
    (void)state;
    struct dice dice = {5};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    double amount[N_GASES] = {12.0, 10.0};

    make_signatures(&plume, 0.5, &dice);
    for (int trial = 0; trial < 50; trial++) {
        make_plume(&plume, amount, &dice);
        identify(out, &plume, 1.0, N_GASES);
        assert_true(out[0].probability > 0.9 && out[1].probability > 0.9);
        for (size_t g = 2; g < N_GASES; g++)
            assert_true(out[g].probability < 0.5);
    }
}

static void lookalikes_share_the_probability(void **state)
{
    (void)state;
    struct dice dice = {9};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    double amount[N_GASES] = {0.0, 0.0, 0.0, 0.0, 10.0};

    make_signatures(&plume, 0.003, &dice);
    make_plume(&plume, amount, NULL);
    identify(out, &plume, 1.0, N_GASES);
    assert_true(out[4].probability > 0.3 && out[5].probability > 0.3);
    assert_true(out[0].probability < 0.2 && out[1].probability < 0.2);
    for (size_t h = 0; h < N_GASES; h++) { /* the very same gas twice: singular pairs */
        plume.product[5 * N_GASES + h] = plume.product[4 * N_GASES + h];
        plume.product[h * N_GASES + 5] = plume.product[h * N_GASES + 4];
    }
    plume.product[5 * N_GASES + 5] = plume.product[4 * N_GASES + 5] =
        plume.product[5 * N_GASES + 4] = plume.product[4 * N_GASES + 4];
    plume.match[5] = plume.match[4];
    identify(out, &plume, 1.0, N_GASES);
    /* not quite equal: triples extend the better of two pairs that tie but for rounding */
    assert_float_equal(out[4].probability, out[5].probability, 0.05);
    assert_true(out[4].probability > 0.4);
}

static void a_strong_plume_is_not_certain_between_lookalikes(void **state)
{
    (void)state;
    struct dice dice = {31};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    double weak[N_GASES] = {0.0, 0.0, 0.0, 0.0, 10.0}, strong[N_GASES] = {[4] = 3000.0};

    make_signatures(&plume, 0.01, &dice);
    make_plume(&plume, weak, NULL);
    identify(out, &plume, 1.0, N_GASES);
    assert_true(out[5].probability > 0.2);
    /* noise alone would decide at 300 times the strength; a tenth of signature error must not */
    make_plume(&plume, strong, NULL);
    identify(out, &plume, 1.0, N_GASES);
    assert_true(out[5].probability > 0.2);
}

static void no_gas_and_negative_amounts_name_nothing(void **state)
{
    (void)state;
    struct dice dice = {3};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    double negative[N_GASES] = {-9.0, -9.0, -9.0, -9.0, -9.0}, none[N_GASES] = {0.0};

    make_signatures(&plume, 0.5, &dice);
    make_plume(&plume, negative, NULL);
    for (size_t g = 0; g < N_GASES; g++)
        for (size_t h = 0; h < N_GASES; h++) /* orthogonal: each stands alone */
            plume.product[g * N_GASES + h] = g == h ? 1.0 : 0.0;
    for (size_t g = 0; g < N_GASES; g++)
        plume.match[g] = -9.0;
    identify(out, &plume, 1.0, N_GASES);
    for (size_t g = 0; g < N_GASES; g++) {
        assert_true(out[g].probability == 0.0);
        assert_float_equal(out[g].amount, -9.0, 1e-12);
    }
    make_plume(&plume, none, NULL);
    identify(out, &plume, 1.0, N_GASES);
    for (size_t g = 0; g < N_GASES; g++)
        assert_true(out[g].probability == 0.0 && out[g].amount == 0.0);
    memset(&plume, 0, sizeof plume); /* signatures without any power */
    identify(out, &plume, 1.0, N_GASES);
    for (size_t g = 0; g < N_GASES; g++)
        assert_true(out[g].probability == 0.0 && out[g].amount == 0.0 && isinf(out[g].sigma));
}

static void gases_of_the_air_join_fits_unnamed(void **state)
{
    (void)state;
    struct dice dice = {8};
    struct plume plume;
    struct vaho_identification out[N_GASES], guard;
    double amount[N_GASES] = {0.0, 0.0, 0.0, 0.0, 0.0, 12.0};

    make_signatures(&plume, 0.3, &dice);
    make_plume(&plume, amount, &dice);
    memset(&guard, 0x55, sizeof guard);
    identify(out, &plume, 1.0, 5); /* gas 5 is of the air and explains it all */
    assert_memory_equal(&out[5], &guard, sizeof guard);
    assert_true(out[4].probability < 0.3);
}

/* Beside a plain gas every other joins it in some subset: they are there as well, not instead. */
static void what_may_be_there_instead_is_without_the_named_gas(void **state)
{
    (void)state;
    struct dice dice = {5};
    struct plume plume;
    struct vaho_identification out[N_GASES];
    struct vaho_subsets subsets;
    struct vaho_error error;
    double strong[N_GASES] = {150.0}, weak[N_GASES] = {[4] = 10.0}, instead[N_GASES], sum = 0.0;
    size_t joined = 0;

    make_signatures(&plume, 0.003, &dice);
    make_plume(&plume, strong, &dice);
    assert_int_equal(vaho_identify_explained(out, &subsets, plume.match, plume.product, 1.0,
                                             N_BANDS, N_GASES, N_GASES, &error),
                     VAHO_OK);
    vaho_identify_instead(instead, &subsets, 0, N_GASES);
    for (size_t g = 1; g < N_GASES; g++) {
        joined += out[g].probability >= 0.01;
        assert_true(instead[g] < 1e-6);
    }
    assert_true(joined > 0 && instead[0] == 0.0);
    free(subsets.subset);
    make_plume(&plume, weak, NULL); /* gas 5 looks like gas 4 */
    assert_int_equal(vaho_identify_explained(out, &subsets, plume.match, plume.product, 1.0,
                                             N_BANDS, N_GASES, N_GASES, &error),
                     VAHO_OK);
    vaho_identify_instead(instead, &subsets, 4, N_GASES);
    assert_true(instead[5] > 0.3 && instead[4] == 0.0);
    for (size_t g = 0; g < N_GASES; g++)
        sum += instead[g];
    assert_float_equal(sum + out[4].probability, 1.0, 1e-9);
    free(subsets.subset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_gas_is_named_with_its_amount),
        cmocka_unit_test(two_gases_are_both_named),
        cmocka_unit_test(lookalikes_share_the_probability),
        cmocka_unit_test(a_strong_plume_is_not_certain_between_lookalikes),
        cmocka_unit_test(what_may_be_there_instead_is_without_the_named_gas),
        cmocka_unit_test(no_gas_and_negative_amounts_name_nothing),
        cmocka_unit_test(gases_of_the_air_join_fits_unnamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
