/*
 * test_library.c - the shared gas spectra meet their check values, and the best entry is chosen
 *
 * Check values: ../shared/README.md, table "spectra/gas" (cm2/molecule, base e).
 */
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

#include "base/file.h"
#include "import_text.h"
#include "vaho/library.h"

#define GAS_DIR "spectra/gas"

/* value within 2 % of the published one */
static void assert_near(double value, double published)
{
    if (!(fabs(value / published - 1.0) <= 0.02))
        fail_msg("%g is not within 2 %% of %g", value, published);
}

static void quantitative_files_meet_their_check_values(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        double cm1, cm2;
    } check[] = {
        {"acetone.jdx", "acetone", 1217.6, 3.59e-19},
        {"ethyl_acetate.jdx", "ethyl_acetate", 1241.2, 1.86e-18},
        {"sulphur_hexafluoride.jdx", "sulfur_hexafluoride", 947.9, 4.56e-17},
        {"dichloromethane.jdx", "dichloromethane", 749.7, 7.9e-19},
        {"dichlorodifluoromethane.jdx", "cfc12", 1160.9, 8.9e-18},
    };
    for (size_t i = 0; i < sizeof check / sizeof check[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", GAS_DIR, check[i].file);
        struct vaho_library *library = shared_library(path);
        const struct vaho_spectrum *s = vaho_library_find(library, check[i].name);
        assert_non_null(s);
        assert_int_equal(s->grade, VAHO_GRADE_QUANTITATIVE);
        assert_near(cm2_at(s, check[i].cm1), check[i].cm2);
        vaho_library_free(library);
    }
}

static void sulfur_dioxide_agrees_between_laboratories(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library(GAS_DIR);
    const struct vaho_spectrum *nist = vaho_library_find(library, "sulfur_dioxide"), *iao = NULL;
    for (size_t i = 0; i < vaho_library_size(library); i++)
        if (strstr(vaho_library_get(library, i)->path, "iao_pure_SO2") != NULL)
            iao = vaho_library_get(library, i);
    assert_non_null(nist);
    assert_non_null(iao);
    assert_string_equal(iao->name, "sulfur_dioxide");
    assert_near(integral_cm(iao, 1050, 1450), integral_cm(nist, 1050, 1450));
    vaho_library_free(library);
}

static void the_best_entry_of_each_gas_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
        enum vaho_spectrum_grade grade;
        double molar_mass; /* NIST Chemistry WebBook */
    } best[] = {
        {"ammonia", "iao_pure_NH3_0-10000_1cm.txt", VAHO_GRADE_SMOOTHED, 17.03},
        {"sulfur_dioxide", "GAS_so2.jdx", VAHO_GRADE_QUANTITATIVE, 64.06},
        {"sulfur_hexafluoride", "sulphur_hexafluoride.jdx", VAHO_GRADE_QUANTITATIVE, 146.06},
        {"acetone", "acetone.jdx", VAHO_GRADE_QUANTITATIVE, 58.08},
        {"toluene", "toluene.jdx", VAHO_GRADE_DIGITISED, 92.14},
    };
    struct vaho_library *library = shared_library(GAS_DIR);
    for (size_t i = 0; i < sizeof best / sizeof best[0]; i++) {
        const struct vaho_spectrum *s = vaho_library_find(library, best[i].name);
        assert_non_null(s);
        assert_string_equal(strrchr(s->path, '/') + 1, best[i].file);
        assert_int_equal(s->grade, best[i].grade);
        assert_true(fabs(s->molar_mass_g_mol - best[i].molar_mass) < 0.02);
    }
    assert_null(vaho_library_find(library, "unobtainium"));
    for (size_t i = 1; i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *a = vaho_library_get(library, i - 1);
        const struct vaho_spectrum *b = vaho_library_get(library, i);
        assert_true(strcmp(a->name, b->name) <= 0);
        if (strcmp(a->name, b->name) == 0)
            assert_true(a->grade <= b->grade);
    }
    vaho_library_free(library);
}

static void every_spectrum_is_well_formed(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library(GAS_DIR);
    assert_true(vaho_library_size(library) >= 18);
    for (size_t i = 0; i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        assert_true(s->name[0] != '\0' && s->n >= 2 && s->notes != NULL);
        for (size_t k = 0; k < s->n; k++) {
            assert_true(isfinite(s->value[k]) && s->value[k] >= 0.0);
            assert_true(k == 0 || s->wavelength_um[k] > s->wavelength_um[k - 1]);
        }
    }
    vaho_library_free(library);
}

static void the_entry_that_covers_the_bands_is_found(void **state)
{
    (void)state;
    static const double thermal[2] = {8.0, 9.0}, shortwave[2] = {2.2, 2.4}, beyond[1] = {500.0};
    struct vaho_library *library = shared_library("spectra/swir/ch4_target_425.txt");
    struct vaho_error error;
    const char *iao = VAHO_TEST_SHARED "/spectra/gas/iao_pure_CH4_0-10000_1cm.txt";
    assert_int_equal(vaho_library_add(library, iao, &error), VAHO_OK);
    assert_string_equal(vaho_library_find(library, "methane")->format, "unit absorption");
    assert_string_equal(vaho_library_find_at(library, "methane", shortwave, 2)->format,
                        "unit absorption");
    assert_string_equal(vaho_library_find_at(library, "methane", thermal, 2)->format,
                        "three-column table");
    assert_null(vaho_library_find_at(library, "methane", beyond, 1));
    assert_null(vaho_library_find_at(library, "ozone", thermal, 2));
    vaho_library_free(library);
}

static void errors_leave_the_library_as_it_was(void **state)
{
    (void)state;
    struct vaho_library *library;
    struct vaho_error error;
    char path[] = "/tmp/vaho_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "##TITLE=x\n##END=\n", 17), 17);
    close(fd);
    assert_int_equal(vaho_library_new(&library, &error), VAHO_OK);
    assert_int_equal(vaho_library_add(library, path, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(vaho_file_write(path, "hello", 5, &error), VAHO_OK);
    assert_int_equal(vaho_library_add(library, path, &error), VAHO_BAD_INPUT);
    assert_int_equal(error.status, VAHO_BAD_INPUT);
    unlink(path);
    assert_int_equal(vaho_library_add(library, path, &error), VAHO_NOT_FOUND);
    assert_int_equal(vaho_library_size(library), 0);
    assert_int_equal(vaho_library_set_air(library, 5.0, 1e5, &error), VAHO_USAGE);
    vaho_library_free(library);
    vaho_library_free(NULL);
}

static void user_titles_win_and_broken_files_are_noted(void **state)
{
    (void)state;
    static const char spectrum[] =
        "##TITLE=Stink Nine\n##DATA TYPE=INFRARED SPECTRUM\n##STATE=gas\n##XUNITS=1/CM\n"
        "##YUNITS=(micromol/mol)-1m-1 (base 10)\n##XYDATA=(X++(Y..Y))\n900 1 2\n902 3 1\n##END=\n";
    static const char titles[] = "# ours\nstink-nine, Acetone\nSTINK NINE\tmy_gas\n";
    char dir[] = "/tmp/vaho_test_XXXXXX", path[64];
    struct vaho_library *library;
    struct vaho_error error;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.jdx", dir);
    assert_int_equal(vaho_file_write(path, spectrum, sizeof spectrum - 1, &error), VAHO_OK);
    snprintf(path, sizeof path, "%s/b.jdx", dir);
    assert_int_equal(vaho_file_write(path, spectrum, 60, &error), VAHO_OK);
    snprintf(path, sizeof path, "%s/titles.txt", dir);
    assert_int_equal(vaho_file_write(path, titles, sizeof titles - 1, &error), VAHO_OK);
    assert_int_equal(vaho_library_new(&library, &error), VAHO_OK);
    assert_int_equal(vaho_library_add_titles(library, path, &error), VAHO_OK);
    if (vaho_library_add(library, dir, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(vaho_library_size(library), 1);
    assert_string_equal(vaho_library_get(library, 0)->name, "my_gas");
    assert_string_equal(vaho_library_get(library, 0)->title, "Stink Nine");
    assert_int_equal(vaho_library_n_notes(library), 2); /* b.jdx broken, titles.txt no format */
    assert_non_null(strstr(vaho_library_note(library, 0), "b.jdx"));
    vaho_library_free(library);
    for (const char *const *name = (const char *const[]){"a.jdx", "b.jdx", "titles.txt", NULL};
         *name != NULL; name++) {
        snprintf(path, sizeof path, "%s/%s", dir, *name);
        unlink(path);
    }
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantitative_files_meet_their_check_values),
        cmocka_unit_test(sulfur_dioxide_agrees_between_laboratories),
        cmocka_unit_test(the_best_entry_of_each_gas_is_found),
        cmocka_unit_test(every_spectrum_is_well_formed),
        cmocka_unit_test(the_entry_that_covers_the_bands_is_found),
        cmocka_unit_test(errors_leave_the_library_as_it_was),
        cmocka_unit_test(user_titles_win_and_broken_files_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
