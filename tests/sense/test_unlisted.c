/*
 * test_unlisted.c - plumes of gases the library has and has not, in whitened space as in
 * test_identify.c: gas g is a vector s_g, a plume a sum of such vectors and unit noise
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "sense/unlisted.h"

enum { N_BANDS = 100, N_GASES = 5, N_NAMED = 4, N_DECOYS = 40, N_ALL = N_GASES + N_DECOYS };

/* Unit vectors without order: the gases, the last of them of the air, then decoys. */
struct world {
    double shape[N_ALL][N_BANDS], outside[N_BANDS];
    struct dice dice;
};

static void unit(double *v, struct dice *dice)
{
    double norm = 0.0;

    for (size_t b = 0; b < N_BANDS; b++) {
        v[b] = dice_normal(dice);
        norm += v[b] * v[b];
    }
    for (size_t b = 0; b < N_BANDS; b++)
        v[b] /= sqrt(norm);
}

static void make_world(struct world *world)
{
    world->dice = (struct dice){5};
    for (size_t i = 0; i < N_ALL; i++)
        unit(world->shape[i], &world->dice);
    unit(world->outside, &world->dice);
}

static double dot(const double *a, const double *b)
{
    double sum = 0.0;

    for (size_t i = 0; i < N_BANDS; i++)
        sum += a[i] * b[i];
    return sum;
}

struct told {
    double unlisted, none, left, probability[N_NAMED];
};

/* amount x shape[gas] + outside_amount x outside + noise of such a variance, weighed as measuring
 * does: tempered by what the strongest gas leaves. */
static struct told weigh(struct world *world, size_t gas, double amount, double outside_amount,
                         double variance, double empty_excess)
{
    double y[N_BANDS], match[N_GASES], product[N_GASES * N_GASES], explained[N_DECOYS];
    double strongest = 0.0, chi2;
    struct vaho_identification id[N_NAMED];
    struct vaho_subsets subsets;
    struct told told;

    for (size_t b = 0; b < N_BANDS; b++)
        y[b] = amount * world->shape[gas][b] + outside_amount * world->outside[b] +
               sqrt(variance) * dice_normal(&world->dice);
    for (size_t g = 0; g < N_GASES; g++) {
        match[g] = dot(world->shape[g], y);
        strongest = fmax(strongest, match[g] * match[g]);
        for (size_t h = 0; h < N_GASES; h++)
            product[g * N_GASES + h] = dot(world->shape[g], world->shape[h]);
    }
    for (size_t d = 0; d < N_DECOYS; d++)
        explained[d] = pow(fmax(dot(world->shape[N_GASES + d], y), 0.0), 2.0);
    chi2 = dot(y, y);
    double spread = sqrt(fmax(1.0, (chi2 - strongest) / (N_BANDS - 1)));
    const struct vaho_unlisted unlisted = {N_BANDS, N_DECOYS, explained, chi2, empty_excess};
    assert_int_equal(vaho_identify_explained(id, &subsets, match, product, spread, N_BANDS, N_GASES,
                                             N_NAMED, NULL),
                     VAHO_OK);
    told.unlisted = vaho_unlisted_weigh(id, &subsets, N_NAMED, &unlisted);
    told.none = vaho_unlisted_none(&subsets);
    told.left = vaho_unlisted_left(&subsets, &unlisted);
    for (size_t g = 0; g < N_NAMED; g++)
        told.probability[g] = id[g].probability;
    free(subsets.subset);
    return told;
}

static void a_gas_of_the_library_keeps_its_name(void **state)
{
    struct world world;

    (void)state;
    make_world(&world);
    for (size_t i = 0; i < 40; i++) { /* from the limit of detection on */
        struct told told = weigh(&world, i % N_NAMED, 6.0 + 2.0 * (double)i, 0.0, 1.0, 0.0);
        assert_true(told.none < 0.2 && told.probability[i % N_NAMED] > 0.8);
        assert_true(told.unlisted <= told.none + 1e-12);
    }
    /* a strong one, its spectrum off by a tenth of its energy in a direction nobody knows */
    struct told told = weigh(&world, 1, 200.0, 200.0 * sqrt(0.1), 1.0, 0.0);
    assert_true(told.none < 0.05 && told.left > 20.0);
}

static void a_misfit_as_large_as_the_plume_is_unlisted(void **state)
{
    struct world world;
    struct told told;

    (void)state;
    make_world(&world);
    told = weigh(&world, 2, 10.0, 17.0, 1.0, 0.0); /* a cosine of one half */
    assert_true(told.unlisted > 0.9 && told.probability[2] < 0.1);
    assert_true(told.left > 2.0);
    told = weigh(&world, 2, 60.0, 100.0, 1.0, 0.0);
    assert_true(told.unlisted > 0.9);
}

static void ground_that_strays_everywhere_says_less(void **state)
{
    struct world world;
    double calm, strays;

    (void)state;
    make_world(&world);
    calm = weigh(&world, 0, 5.0, 0.0, 2.0, 0.0).unlisted;
    make_world(&world);
    strays = weigh(&world, 0, 5.0, 0.0, 2.0, 1.0).unlisted;
    assert_true(calm > 0.5 && strays < 0.2);
}

static void a_shape_like_a_decoys_is_unlisted(void **state)
{
    struct world world;
    struct told told;

    (void)state;
    make_world(&world);
    told = weigh(&world, N_GASES + 7, 9.0, 0.0, 1.0, 0.0);
    assert_true(told.unlisted > 0.9);
}

static void a_gas_that_was_not_searched_for_is_none_of_those_that_were(void **state)
{
    struct world world;
    struct told told;

    (void)state;
    make_world(&world);
    told = weigh(&world, N_NAMED, 12.0, 0.0, 1.0, 0.0);
    assert_true(told.none > 0.5 && told.unlisted < 0.1);
    for (size_t g = 0; g < N_NAMED; g++)
        assert_true(told.probability[g] < told.none);
}

static void a_trace_of_a_searched_gas_gives_a_plume_of_another_no_name(void **state)
{
    struct world world;
    struct told told;

    (void)state;
    make_world(&world);
    for (size_t b = 0; b < N_BANDS; b++) /* the gas of the air, and a third of a searched one */
        world.outside[b] = world.shape[0][b];
    told = weigh(&world, N_NAMED, 20.0, 7.0, 1.0, 0.0);
    assert_true(told.probability[0] > 0.9 && told.none > 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gas_of_the_library_keeps_its_name),
        cmocka_unit_test(a_misfit_as_large_as_the_plume_is_unlisted),
        cmocka_unit_test(ground_that_strays_everywhere_says_less),
        cmocka_unit_test(a_shape_like_a_decoys_is_unlisted),
        cmocka_unit_test(a_gas_that_was_not_searched_for_is_none_of_those_that_were),
        cmocka_unit_test(a_trace_of_a_searched_gas_gives_a_plume_of_another_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
