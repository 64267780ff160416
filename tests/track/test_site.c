/* test_site.c - plumes and looks of passes, merged into what each pass says */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/site.h"

static const double TIME_S[] = {0, 86400, 172800, 259200};

static struct vaho_site_plume plume_of(size_t pass, double q, double kg_h)
{
    static const double round[3] = {25, 0, 25};

    return (struct vaho_site_plume){pass, vaho_fix_at(10, 50, round), q, 40, 4, kg_h, 1};
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
    assert_int_equal(vaho_site_judge(&j, word, &n, plume, 3, look, 4, TIME_S, 3e5, &settings, NULL),
                     VAHO_OK);
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
        vaho_site_judge(&again, NULL, NULL, plume, 3, look, 4, TIME_S, 3e5, &settings, NULL),
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
        vaho_site_judge(&j, word, &n, &plume, 1, look, 2, TIME_S, 3e5, &settings, NULL), VAHO_OK);
    assert_false(j.by_emission);
    assert_float_equal(word[0].said.strength, 40, 0);
    assert_float_equal(word[1].said.limit, 40, 0);
    assert_int_equal(
        vaho_site_judge(&j, NULL, NULL, &plume, 0, look, 2, TIME_S, 3e5, &settings, NULL),
        VAHO_USAGE);
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
        cmocka_unit_test(what_is_known_ranks_lower_and_what_emits_higher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
