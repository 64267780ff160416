/* test_significance.c - q-values keep their promise over simulated scenes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "base/error.h"
#include "find/significance.h"

enum { N_GASES = 20, N_DECOYS = 32, MAX_WINNERS = 8192, N_SCENES = 500 };

struct scene {
    struct vaho_winner winner[MAX_WINNERS];
    double q[MAX_WINNERS];
    unsigned char planted[MAX_WINNERS];
    size_t n, n_decoys[N_GASES];
};

static void add(struct scene *scene, double z, unsigned gas, int decoy, int planted)
{
    assert_true(scene->n < MAX_WINNERS);
    scene->winner[scene->n] = (struct vaho_winner){z, gas, decoy, 0};
    scene->planted[scene->n++] = (unsigned char)planted;
}

/*
 * A scene without a plume: every signature of a gas, real or decoy, wins about two places, with
 * evidence above 3.5 from one exponential.  Gases differ in how often and how far by a
 * fifth or so, as bands at the edges of the window do.
 */
static void make_null(struct scene *scene, struct dice *dice)
{
    scene->n = 0;
    for (unsigned g = 0; g < N_GASES; g++) {
        double often = 2.0 * exp(0.3 * dice_normal(dice)),
               scale = 0.35 * exp(0.1 * dice_normal(dice));
        scene->n_decoys[g] = N_DECOYS;
        for (int i = 0; i <= N_DECOYS; i++) /* 0 is the real one */
            for (double t = dice_exponential(dice); t < often; t += dice_exponential(dice))
                add(scene, 3.5 + scale * dice_exponential(dice), g, i > 0, 0);
    }
}

static void compute(struct scene *scene)
{
    struct vaho_error error;
    assert_int_equal(
        vaho_q_values(scene->q, scene->winner, scene->n, scene->n_decoys, N_GASES, 0, &error),
        VAHO_OK);
}

static void empty_scenes_report_nothing(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    struct dice dice = {1001};
    int n_reporting = 0;

    assert_non_null(scene);
    for (int i = 0; i < N_SCENES; i++) {
        int reports = 0;
        make_null(scene, &dice);
        compute(scene);
        for (size_t k = 0; k < scene->n; k++)
            reports |= !scene->winner[k].decoy && scene->q[k] <= 0.05;
        n_reporting += reports;
    }
    print_message("scenes without a plume that report at q 0.05: %d of %d\n", n_reporting,
                  N_SCENES);
    assert_true(n_reporting <= 8 * N_SCENES / 100);
    free(scene);
}

/* Mean share of false ones among those reported at q; share of strong planted ones reported. */
static void realised(double *false_share, double *found, double at)
{
    struct scene *scene = malloc(sizeof *scene);
    struct dice dice = {2002};
    double planted = 0.0, kept = 0.0;

    assert_non_null(scene);
    *false_share = 0.0;
    for (int i = 0; i < N_SCENES; i++) {
        double n_false = 0.0, n_true = 0.0;
        make_null(scene, &dice);
        for (int p = 0; p < 10; p++)
            add(scene, 4.0 + 11.0 * dice_uniform(&dice), (unsigned)(N_GASES * dice_uniform(&dice)),
                0, 1);
        compute(scene);
        for (size_t k = 0; k < scene->n; k++) {
            int reported = !scene->winner[k].decoy && scene->q[k] <= at;
            n_false += reported && !scene->planted[k];
            n_true += reported && scene->planted[k];
            if (scene->planted[k] && scene->winner[k].z > 9.0) {
                planted += 1.0;
                kept += reported;
            }
        }
        if (n_false + n_true > 0.0)
            *false_share += n_false / (n_false + n_true) / N_SCENES;
    }
    *found = kept / planted;
    print_message("q %.2f: false share %.3f, strong ones found %.3f\n", at, *false_share, *found);
    free(scene);
}

static void the_share_of_false_ones_is_what_q_says(void **state)
{
    (void)state;
    double false_share, found;

    realised(&false_share, &found, 0.05);
    assert_true(false_share <= 0.06 && found > 0.98);
    realised(&false_share, &found, 0.2);
    /* neither more than promised nor so careful that the number means nothing */
    assert_true(false_share <= 0.22 && false_share >= 0.08 && found > 0.98);
}

static void q_falls_with_evidence_and_is_a_share(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    struct dice dice = {3003};

    assert_non_null(scene);
    for (int i = 0; i < 50; i++) {
        make_null(scene, &dice);
        for (int p = 0; p < 5; p++)
            add(scene, 4.0 + 6.0 * dice_uniform(&dice), (unsigned)p, 0, 1);
        compute(scene);
        for (size_t a = 0; a < scene->n; a++) {
            if (scene->winner[a].decoy) {
                assert_true(isnan(scene->q[a]));
                continue;
            }
            assert_true(scene->q[a] >= 0.0 && scene->q[a] <= 1.0);
            for (size_t b = 0; b < scene->n; b++)
                if (!scene->winner[b].decoy && scene->winner[a].gas == scene->winner[b].gas &&
                    scene->winner[a].z > scene->winner[b].z)
                    assert_true(scene->q[a] <= scene->q[b]);
        }
    }
    free(scene);
}

static void a_gas_without_decoys_is_never_reported(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    struct dice dice = {4004};
    double with = 1.0;

    assert_non_null(scene);
    make_null(scene, &dice);
    scene->n_decoys[7] = 0;
    for (size_t k = 0; k < scene->n; k++)
        if (scene->winner[k].gas == 7 && scene->winner[k].decoy)
            scene->winner[k].gas = 8;
    add(scene, 50.0, 7, 0, 1);
    add(scene, 50.0, 8, 0, 1);
    compute(scene);
    assert_true(scene->q[scene->n - 2] == 1.0);
    with = scene->q[scene->n - 1];
    assert_true(with < 0.01);
    for (size_t g = 0; g < N_GASES; g++) /* no decoys at all: nothing can be promised */
        scene->n_decoys[g] = 0;
    scene->n = 0;
    add(scene, 50.0, 3, 0, 1);
    compute(scene);
    assert_true(scene->q[0] == 1.0);
    scene->n = 0; /* nothing in, nothing out */
    compute(scene);
    free(scene);
}

static void order_does_not_matter(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene), *turned = malloc(sizeof *turned);
    struct dice dice = {5005};

    assert_non_null(scene);
    assert_non_null(turned);
    make_null(scene, &dice);
    add(scene, 8.0, 3, 0, 1);
    compute(scene);
    *turned = *scene;
    for (size_t k = 0; k < scene->n; k++)
        turned->winner[k] = scene->winner[scene->n - 1 - k];
    compute(turned);
    for (size_t k = 0; k < scene->n; k++)
        if (!scene->winner[k].decoy)
            assert_float_equal(scene->q[k], turned->q[scene->n - 1 - k], 1e-12);
    free(scene);
    free(turned);
}

static void few_decoy_winners_promise_little(void **state)
{
    (void)state;
    /* one decoy and one real winner, equally strong: as likely false as not */
    struct vaho_winner winner[] = {{4.0, 0, 0, 0}, {4.0, 0, 1, 0}};
    size_t n_decoys[] = {1};
    double q[2];

    assert_int_equal(vaho_q_values(q, winner, 2, n_decoys, 1, 0, NULL), VAHO_OK);
    assert_true(q[0] >= 0.5);
}

/* Decoys are asked down to 4; where none came that far, what is far above is hardly false. */
static void no_decoy_winner_is_told_from_one_at_the_floor(void **state)
{
    (void)state;
    struct vaho_winner winner[] = {{40.0, 0, 0, 0}, {4.0, 0, 0, 0}};
    size_t n_decoys[] = {32};
    double q[2];

    assert_int_equal(vaho_q_values(q, winner, 2, n_decoys, 1, 0, NULL), VAHO_OK);
    assert_true(q[0] < 1e-3);
    assert_true(q[1] > 0.01); /* about one of 32, among two */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_scenes_report_nothing),
        cmocka_unit_test(the_share_of_false_ones_is_what_q_says),
        cmocka_unit_test(q_falls_with_evidence_and_is_a_share),
        cmocka_unit_test(a_gas_without_decoys_is_never_reported),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(few_decoy_winners_promise_little),
        cmocka_unit_test(no_decoy_winner_is_told_from_one_at_the_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
