/* test_naming.c - names and alternatives */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "find/naming.h"

enum { N = 3 };
static const char *const NAME[N] = {"one", "two", "three"};

/* Single gases of such probabilities, and the air with 'air'. */
static size_t named(struct vaho_plume *plume, const double probability[N], double air, double none)
{
    struct vaho_subset subset[N + 1] = {{1, {N}, VAHO_NO_LEADING, 0.0, 0.0, air}};
    struct vaho_subsets subsets = {1.0, N + 1, subset};
    struct vaho_identification id[N] = {{0}};
    double instead[N];

    for (size_t g = 0; g < N; g++) {
        id[g].probability = probability[g];
        subset[g + 1] = (struct vaho_subset){1, {g}, g, 0.0, 0.0, probability[g]};
    }
    return vaho_name_plume(plume, id, &subsets, none, NAME, N, 0, instead);
}

static double sum(const struct vaho_plume *plume)
{
    double total = plume->probability;

    for (size_t i = 0; i < plume->n_alternatives; i++)
        total += plume->alternative[i].probability;
    return total;
}

static void the_most_probable_gas_gives_the_name(void **state)
{
    struct vaho_plume plume = {.n_alternatives = 0};

    (void)state;
    assert_int_equal(named(&plume, (double[]){0.2, 0.7, 0.005}, 0.05, 0.095), 1);
    assert_string_equal(plume.gas, "two");
    assert_true(plume.probability == 0.7 && !vaho_plume_is_unknown(&plume));
    assert_int_equal(plume.n_alternatives, 2);
    assert_string_equal(plume.alternative[0].gas, "one");
    assert_string_equal(plume.alternative[1].gas, VAHO_UNKNOWN_GAS);
    assert_true(plume.alternative[1].probability == 0.095);
    assert_true(sum(&plume) <= 1.0);
}

static void none_of_them_gives_the_name_unknown(void **state)
{
    struct vaho_plume plume = {.n_alternatives = 0};

    (void)state;
    assert_int_equal(named(&plume, (double[]){0.1, 0.3, 0.0}, 0.4, 0.6), 1); /* the nearest */
    assert_true(vaho_plume_is_unknown(&plume) && plume.probability == 0.6);
    assert_int_equal(plume.n_alternatives, 2);
    assert_string_equal(plume.alternative[0].gas, "two");
    assert_string_equal(plume.alternative[1].gas, "one");
    assert_true(sum(&plume) <= 1.0 + 1e-12);
    /* the nearest is told however improbable it is */
    assert_int_equal(named(&plume, (double[]){0.0, 1e-9, 0.0}, 0.0, 1.0), 1);
    assert_int_equal(plume.n_alternatives, 1);
    assert_string_equal(plume.alternative[0].gas, "two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_probable_gas_gives_the_name),
        cmocka_unit_test(none_of_them_gives_the_name_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
