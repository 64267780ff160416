/* test_gas_name.c - the table of substances and the user's own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spectra/gas_name.h"

static const char *name_of(const char *title)
{
    const struct vaho_gas *gas = vaho_gas_by_title(vaho_span_of(title));

    return gas == NULL ? "?" : gas->name;
}

/* The last digit of a CAS number is the sum of the others, weighted from the right, modulo 10. */
static int cas_is_valid(const char *cas)
{
    int sum = 0, weight = 0, check = cas[strlen(cas) - 1] - '0';

    for (size_t i = strlen(cas) - 1; i > 0; i--)
        if (cas[i - 1] >= '0' && cas[i - 1] <= '9')
            sum += ++weight * (cas[i - 1] - '0');
    return sum % 10 == check;
}

static void the_table_is_consistent(void **state)
{
    (void)state;
    const struct vaho_gas *gas;
    for (size_t i = 0; (gas = vaho_gas_at(i)) != NULL; i++) {
        char slug[VAHO_NAME_NBYTES];
        vaho_gas_slug(slug, vaho_span_of(gas->name));
        assert_string_equal(slug, gas->name);
        if (!cas_is_valid(gas->cas))
            fail_msg("%s: CAS number %s fails its check digit", gas->name, gas->cas);
        if (!(vaho_formula_mass(vaho_span_of(gas->formula)) > 2.0))
            fail_msg("%s: formula %s", gas->name, gas->formula);
        assert_ptr_equal(vaho_gas_by_cas(vaho_span_of(gas->cas)), gas);
        assert_ptr_equal(vaho_gas_by_title(vaho_span_of(gas->name)), gas);
        struct vaho_span rest = vaho_span_of(gas->synonyms), synonym;
        while (vaho_span_field(&synonym, &rest, '|'))
            if (synonym.n > 0 && vaho_gas_by_title(synonym) != gas)
                fail_msg("%s: its synonym %.*s is another gas", gas->name, (int)synonym.n,
                         synonym.p);
    }
}

static void titles_are_found_however_they_are_spelt(void **state)
{
    (void)state;
    assert_string_equal(name_of("Sulphur Dioxide"), "sulfur_dioxide");
    assert_string_equal(name_of("ETHYL-ACETATE"), "ethyl_acetate");
    assert_string_equal(name_of("BENZENE, METHYL-"), "toluene");
    assert_string_equal(name_of("NH3"), "ammonia");
    assert_string_equal(name_of("CFC-12"), "cfc12");
    assert_string_equal(name_of("ammonium"), "?");
    assert_string_equal(name_of(""), "?");
    assert_string_equal(name_of("-,-"), "?");
    assert_string_equal(vaho_gas_by_file_name("x/iao_pure_NH3_0-10000.txt")->name, "ammonia");
    assert_string_equal(vaho_gas_by_hitran(39)->name, "methanol");
    assert_null(vaho_gas_by_hitran(0));
    assert_null(vaho_gas_by_file_name("NH3/readme.txt"));
}

static void formulas_weigh_what_they_should(void **state)
{
    (void)state; /* NIST Chemistry WebBook */
    assert_true(fabs(vaho_formula_mass(vaho_span_of("C H3 C O C H3")) - 58.08) < 0.01);
    assert_true(fabs(vaho_formula_mass(vaho_span_of("CCl2F2")) - 120.91) < 0.01);
    assert_true(isnan(vaho_formula_mass(vaho_span_of("Xy2"))));
    assert_true(isnan(vaho_formula_mass(vaho_span_of(""))));
}

static void slugs_are_tame(void **state)
{
    (void)state;
    char out[VAHO_NAME_NBYTES];
    vaho_gas_slug(out, vaho_span_of("  2-Butanone (MEK)!"));
    assert_string_equal(out, "2-butanone_mek");
    vaho_gas_slug(out, vaho_span_of("\xc3\xa9\xc3\xa9"));
    assert_string_equal(out, "unnamed");
    vaho_gas_slug(out,
                  vaho_span_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                               "aaaaaaaaaaaaaaa"));
    assert_int_equal(strlen(out), VAHO_NAME_NBYTES - 1);
}

static void user_titles_are_parsed_and_later_lines_win(void **state)
{
    (void)state;
    static const char text[] = "# mine\r\nBENZENE, METHYL-\tToluol\nfoo, bar\nFOO , Baz\n";
    struct vaho_titles *titles;
    struct vaho_error error;
    assert_int_equal(vaho_titles_parse(&titles, text, sizeof text - 1, "t", &error), VAHO_OK);
    assert_string_equal(vaho_titles_find(titles, vaho_span_of("benzene methyl")), "toluol");
    assert_string_equal(vaho_titles_find(titles, vaho_span_of("foo")), "baz");
    assert_null(vaho_titles_find(titles, vaho_span_of("quux")));
    vaho_titles_free(titles);
    assert_int_equal(vaho_titles_parse(&titles, "just one\n", 9, "t", &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "t: line 1"));
    assert_null(titles);
    assert_null(vaho_titles_find(NULL, vaho_span_of("foo")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_consistent),
        cmocka_unit_test(titles_are_found_however_they_are_spelt),
        cmocka_unit_test(formulas_weigh_what_they_should),
        cmocka_unit_test(slugs_are_tame),
        cmocka_unit_test(user_titles_are_parsed_and_later_lines_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
