/* test_site.c - plumes and looks of passes, merged into what each pass says */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/site.h"

static double TIME_S[] = {0, 86400, 172800, 259200};
static const struct vaho_site_passes PASSES = {TIME_S, 4, NULL, 0};

static struct vaho_site_plume plume_of(size_t pass, double q, double kg_h)
{
    static const double round[3] = {25, 0, 25};

    return (struct vaho_site_plume){pass, vaho_fix_at(10, 50, round), q, q, 40, 4, kg_h, 1};
}

static void passes_are_merged_in_their_order(void **state)
{
    const struct vaho_site_plume plume[] = {plume_of(0, 0.2, 9), plume_of(0, 0.01, 11),
                                            plume_of(2, 0.02, 10)};
    const struct vaho_site_look look[] = {
        {0, 0.5, 3, 30, 3}, {0, 0.9, 3, 40, 4}, {1, 1, 3, 20, 2}, {3, 1, 3, NAN, NAN}};
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_site_judgement j, again;
    struct vaho_site_word word[7];
    size_t n;

    (void)state;
    assert_int_equal(
        vaho_site_judge(&j, word, &n, plume, 3, look, 4, &PASSES, 3e5, &settings, NULL), VAHO_OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(word[i].pass, i);
    assert_int_equal(word[0].plume, 1);           /* the most certain of two */
    assert_float_equal(word[0].said.limit, 4, 0); /* the look that searched more; kg/h */
    assert_float_equal(word[0].said.strength, 11, 0);
    assert_int_equal(word[1].plume, 3); /* none */
    assert_int_equal(word[2].plume, 2);
    assert_true(isnan(word[2].said.limit) && isnan(word[3].said.limit));
    assert_int_equal(j.belief.n_seen, 2);
    assert_int_equal(j.belief.n_missed, 1);
    assert_int_equal(j.first_pass, 0);
    assert_int_equal(j.last_pass, 2);
    assert_true(j.by_emission);
    assert_float_equal(j.least_q, 0.01, 0);
    assert_float_equal(j.fix.covariance_m2[0], 25.0 / 3, 1e-6);
    assert_float_equal(j.emission.mean, 10.5, 0.3); /* one rate a pass */
    assert_int_equal(
        vaho_site_judge(&again, NULL, NULL, plume, 3, look, 4, &PASSES, 3e5, &settings, NULL),
        VAHO_OK);
    assert_float_equal(again.belief.probability, j.belief.probability, 0);
}

static void a_limit_in_ppmm_alone_makes_strengths_columns(void **state)
{
    const struct vaho_site_plume plume = plume_of(0, 0.01, 11);
    const struct vaho_site_look look[] = {{0, 1, 3, 30, 3}, {1, 1, 3, 40, NAN}};
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_site_judgement j;
    struct vaho_site_word word[3];
    size_t n;

    (void)state;
    assert_int_equal(
        vaho_site_judge(&j, word, &n, &plume, 1, look, 2, &PASSES, 3e5, &settings, NULL), VAHO_OK);
    assert_false(j.by_emission);
    assert_float_equal(word[0].said.strength, 40, 0);
    assert_float_equal(word[1].said.limit, 40, 0);
    assert_int_equal(
        vaho_site_judge(&j, NULL, NULL, &plume, 0, look, 2, &PASSES, 3e5, &settings, NULL),
        VAHO_USAGE);
}

/* --- stacks: pass 3 is one of 0, 1 and 2; pass 5 of 0 and 4 ----------------------- */

static double STACK_TIME_S[] = {0, 86400, 172800, 172801, 259200, 259201};
static struct vaho_site_stacked STACKED[] = {{3, 0}, {3, 1}, {3, 2}, {5, 0}, {5, 4}};
static const struct vaho_site_passes WITH_STACKS = {STACK_TIME_S, 6, STACKED, 5};

static struct vaho_site_judgement judge(struct vaho_site_word *word, size_t *n,
                                        const struct vaho_site_plume *plume, size_t n_plumes,
                                        const struct vaho_site_look *look, size_t n_looks)
{
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    struct vaho_site_judgement j;

    assert_int_equal(vaho_site_judge(&j, word, n, plume, n_plumes, look, n_looks, &WITH_STACKS, 3e5,
                                     &settings, NULL),
                     VAHO_OK);
    return j;
}

static void a_stack_alone_makes_a_site_and_its_passes_do_not_deny_it(void **state)
{
    const struct vaho_site_plume sum = {3, plume_of(3, 1, 1).fix, 0.01, 0.01, 20, 2, NAN, NAN};
    const struct vaho_site_look look[] = {{0, 1, 3, 100, 5}, {1, 1, 3, 100, 6}, {2, 1, 3, 100, 4}};
    const struct vaho_belief_settings settings = vaho_belief_defaults();
    const double odds = vaho_plume_odds(0.01, &settings);
    struct vaho_site_word word[4];
    size_t n;
    struct vaho_site_judgement j = judge(word, &n, &sum, 1, look, 3);

    (void)state;
    assert_int_equal(n, 1);
    assert_int_equal(word[0].pass, 3);
    assert_int_equal(word[0].plume, 0);
    assert_int_equal(j.n_stacked, 3);
    assert_int_equal(j.n_single, 0);
    assert_int_equal(j.belief.n_missed, 0);
    assert_float_equal(j.belief.probability, odds / (1 + odds), 1e-9);
    /* 5 kg/h for 100 ppm.m in the mean; 10 % of noise, and the spread of 4, 5 and 6 */
    assert_float_equal(j.emission.mean, 1, 1e-9);
    assert_float_equal(j.emission.sigma, hypot(0.1, sqrt(2.0 / 3) / 5), 1e-9);
    assert_float_equal(word[0].emission_kg_h, 1, 1e-9);
}

/* A later pass that could not have seen so weak a source says nothing; one that could denies it. */
static void a_pass_outside_the_stack_speaks_by_its_limit(void **state)
{
    const struct vaho_site_plume sum = {3, plume_of(3, 1, 1).fix, 0.01, 0.01, 20, 2, NAN, NAN};
    struct vaho_site_look look = {4, 1, 3, 200, NAN};
    double blind, sharp, alone = judge(NULL, NULL, &sum, 1, NULL, 0).belief.probability;

    (void)state;
    blind = judge(NULL, NULL, &sum, 1, &look, 1).belief.probability;
    look.limit_ppmm = 4;
    sharp = judge(NULL, NULL, &sum, 1, &look, 1).belief.probability;
    assert_float_equal(blind, alone, 0.01);
    assert_true(sharp < alone - 0.05);
}

static void a_stack_and_its_passes_do_not_speak_twice(void **state)
{
    const struct vaho_site_plume plume[] = {plume_of(0, 0.03, 9), plume_of(3, 0.002, NAN)};
    const struct vaho_site_look look[] = {{0, 1, 3, 40, 9}, {1, 1, 3, 40, 9}};
    struct vaho_site_word word[4];
    size_t n;
    double single = judge(NULL, NULL, plume, 1, look, 2).belief.probability;
    double sum = judge(NULL, NULL, plume + 1, 1, look, 2).belief.probability;
    struct vaho_site_judgement both = judge(word, &n, plume, 2, look, 2);
    double odds = 0.5 * (single / (1 - single) + sum / (1 - sum));

    (void)state;
    assert_float_equal(both.belief.probability, odds / (1 + odds), 1e-9);
    assert_true(both.belief.active <= both.belief.probability);
    assert_int_equal(both.belief.n_seen, 1); /* passes and habits are those of single passes */
    assert_int_equal(both.belief.n_missed, 1);
    assert_int_equal(both.n_single, 1);
    assert_int_equal(both.n_stacked, 3);
    assert_float_equal(both.least_q, 0.002, 0);
    assert_int_equal(n, 3);
    assert_int_equal(word[2].pass, 3); /* last */
    assert_int_equal(word[2].plume, 1);
}

static void of_stacks_that_share_a_pass_the_largest_speaks(void **state)
{
    const struct vaho_site_plume plume[] = {plume_of(3, 0.02, NAN), plume_of(5, 0.001, NAN)};
    double both = judge(NULL, NULL, plume, 2, NULL, 0).belief.probability;

    (void)state;
    assert_float_equal(both, judge(NULL, NULL, plume, 1, NULL, 0).belief.probability, 0);
}

static void what_is_known_ranks_lower_and_what_emits_higher(void **state)
{
    const struct vaho_belief on = {.probability = 0.9, .active = 0.9};
    const struct vaho_belief off = {.probability = 0.9, .active = 0.1};

    (void)state;
    assert_float_equal(vaho_site_rank(&on, 0), 0.9, 1e-12);
    assert_float_equal(vaho_site_rank(&on, 1), 0.09, 1e-12);
    assert_true(vaho_site_rank(&off, 0) < vaho_site_rank(&on, 0.2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_are_merged_in_their_order),
        cmocka_unit_test(a_limit_in_ppmm_alone_makes_strengths_columns),
        cmocka_unit_test(a_stack_alone_makes_a_site_and_its_passes_do_not_deny_it),
        cmocka_unit_test(a_pass_outside_the_stack_speaks_by_its_limit),
        cmocka_unit_test(a_stack_and_its_passes_do_not_speak_twice),
        cmocka_unit_test(of_stacks_that_share_a_pass_the_largest_speaks),
        cmocka_unit_test(what_is_known_ranks_lower_and_what_emits_higher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
