/* test_gases.c - the idealised gas spectra against what was published */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exercise/gases.h"
#include "vaho/library.h"

/*
 * The strongest point between 757 and 1242 cm-1 at 4 cm-1 resolution, cm2/molecule, of the
 * NIST quantitative spectra, the HITRAN 2012 lines (ethylene, methanol), the HITRAN
 * cross-section (acetic acid) and the IAO table (ammonia).
 */
static const struct {
    const char *gas;
    double wavenumber_cm1, cm2_molecule;
} published[] = {
    {"acetic_acid", 1177, 6.8e-19},    {"acetone", 1217, 3.1e-19},
    {"ammonia", 966, 5.7e-19},         {"cfc12", 922, 2.3e-18},
    {"dichloromethane", 764, 6.4e-19}, {"ethyl_acetate", 1242, 1.8e-18},
    {"ethylene", 950, 4.2e-19},        {"methanol", 1033, 5.2e-19},
    {"sulfur_dioxide", 1165, 6.1e-20}, {"sulfur_hexafluoride", 947, 2.0e-17},
};

static void peaks_are_within_a_factor_of_two_of_published(void **state)
{
    (void)state;
    assert_int_equal(vaho_exercise_gas_count(), sizeof published / sizeof published[0] + 1);
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        struct vaho_gas_spectrum spectrum;
        const struct vaho_exercise_gas *gas = vaho_exercise_gas_find(published[i].gas);
        double cm1 = published[i].wavenumber_cm1, at, best = 0.0;
        double want = published[i].cm2_molecule * VAHO_MOLECULES_CM2_PER_PPMM;

        assert_non_null(gas);
        assert_int_equal(vaho_gas_spectrum_make(&spectrum, gas, NULL), VAHO_OK);
        /* 4 cm-1 at this wavenumber, in micrometres */
        at = vaho_gas_spectrum_in_band(&spectrum, 1e4 / cm1, 4e4 / (cm1 * cm1));
        assert_true(at > 0.5 * want && at < 2.0 * want);
        for (double v = 757.0; v <= 1242.0; v += 1.0)
            best = fmax(best, vaho_gas_spectrum_in_band(&spectrum, 1e4 / v, 4e4 / (v * v)));
        assert_true(best < 2.0 * want);
        vaho_gas_spectrum_free(&spectrum);
    }
}

/* What a band absorbs in all is its strength: integral over wavenumber, all bands on the grid. */
static void integrals_are_the_strengths(void **state)
{
    static const char *const within[] = {"ammonia",  "acetone",        "cfc12",
                                         "methanol", "sulfur_dioxide", "sulfur_hexafluoride"};

    (void)state;
    for (size_t g = 0; g < sizeof within / sizeof within[0]; g++) {
        struct vaho_gas_spectrum spectrum;
        const struct vaho_exercise_gas *gas = vaho_exercise_gas_find(within[g]);
        double integral = 0.0, strength = 0.0;

        assert_int_equal(vaho_gas_spectrum_make(&spectrum, gas, NULL), VAHO_OK);
        for (size_t i = 0; i < spectrum.n; i++) {
            assert_true(spectrum.per_ppmm[i] >= 0.0);
            assert_true(i == 0 || spectrum.wavelength_um[i] > spectrum.wavelength_um[i - 1]);
            integral += 0.5 * spectrum.per_ppmm[i] / VAHO_MOLECULES_CM2_PER_PPMM;
        }
        for (size_t k = 0; k < VAHO_GAS_MAX_BANDS; k++)
            strength += gas->band[k].strength_cm_molecule;
        assert_true(fabs(integral / strength - 1.0) < 0.02);
        vaho_gas_spectrum_free(&spectrum);
    }
}

/*
 * Methane in bands of 5 nm, light crossing it twice, beside a table for AVIRIS-NG that matched
 * filters are run with: the same shape, and as strong within a factor of two, which is what other
 * suns and airs make of it.
 */
static void methane_is_that_of_tables(void **state)
{
    struct vaho_gas_spectrum spectrum;
    double n = 0, sx = 0, sy = 0, xx = 0, yy = 0, xy = 0, most[2] = {0};
    char line[128];
    FILE *file = fopen(VAHO_TEST_SHARED "/spectra/swir/ch4_target_425.txt", "r");

    (void)state;
    if (file == NULL)
        skip();
    assert_int_equal(vaho_gas_spectrum_make(&spectrum, vaho_exercise_gas_find("methane"), NULL),
                     VAHO_OK);
    while (fgets(line, sizeof line, file) != NULL) {
        double band, nm, table, x, y;
        if (sscanf(line, "%lf %lf %lf", &band, &nm, &table) != 3 || nm < 2100 || nm > 2450)
            continue;
        x = 2 * vaho_gas_spectrum_in_band(&spectrum, nm / 1000, 0.0058);
        y = -table / 1e5;
        n += 1, sx += x, sy += y, xx += x * x, yy += y * y, xy += x * y;
        most[0] = fmax(most[0], x);
        most[1] = fmax(most[1], y);
    }
    fclose(file);
    vaho_gas_spectrum_free(&spectrum);
    assert_true(n > 60);
    assert_true((xy - sx * sy / n) / sqrt((xx - sx * sx / n) * (yy - sy * sy / n)) > 0.9);
    assert_true(most[0] > 0.5 * most[1] && most[0] < 2 * most[1]);
    print_message("methane: correlation %.3f, strongest %.2f times the table's\n",
                  (xy - sx * sy / n) / sqrt((xx - sx * sx / n) * (yy - sy * sy / n)),
                  most[0] / most[1]);
}

/* The two Q branches, 931 and 967 cm-1, stand apart from what lies between. */
static void ammonia_has_its_branches(void **state)
{
    struct vaho_gas_spectrum spectrum;
    double q, between;

    (void)state;
    assert_int_equal(vaho_gas_spectrum_make(&spectrum, vaho_exercise_gas_find("ammonia"), NULL),
                     VAHO_OK);
    q = vaho_gas_spectrum_in_band(&spectrum, 1e4 / 931.0, 0.04);
    between = vaho_gas_spectrum_in_band(&spectrum, 1e4 / 942.0, 0.04);
    assert_true(q > 4.0 * between);
    vaho_gas_spectrum_free(&spectrum);
}

static void a_band_wider_than_the_grid_is_averaged_not_invented(void **state)
{
    struct vaho_gas_spectrum spectrum;

    (void)state;
    assert_int_equal(vaho_gas_spectrum_make(&spectrum, vaho_exercise_gas_find("acetone"), NULL),
                     VAHO_OK);
    assert_true(vaho_gas_spectrum_in_band(&spectrum, 20.0, 0.05) == 0.0);
    assert_true(vaho_gas_spectrum_in_band(&spectrum, 10.0, 5.0) > 0.0);
    assert_null(vaho_exercise_gas_find("unobtainium"));
    vaho_gas_spectrum_free(&spectrum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peaks_are_within_a_factor_of_two_of_published),
        cmocka_unit_test(integrals_are_the_strengths),
        cmocka_unit_test(methane_is_that_of_tables),
        cmocka_unit_test(ammonia_has_its_branches),
        cmocka_unit_test(a_band_wider_than_the_grid_is_averaged_not_invented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
