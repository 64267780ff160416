/* test_air_table.c - columns by their names, mistakes by their lines, and curves over bands */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exercise/air_table.h"

static enum vaho_status parse(struct vaho_air_table *out, const char *text,
                              struct vaho_error *error)
{
    *error = (struct vaho_error){VAHO_OK, ""};
    return vaho_air_table_parse(out, text, strlen(text), "t.csv", error);
}

static void columns_are_found_by_name(void **state)
{
    struct vaho_error error;
    struct vaho_air_table t;

    (void)state;
    /* in wavenumbers, so that wavelengths fall; the names on a line of their own */
    assert_int_equal(parse(&t,
                           "# a way, with (IHAZE=0), and commas\n"
                           "wavenumber_cm-1,wavelength_um,tau,L_total_W_cm-2_sr-1_um-1,"
                           "L_path_W_cm-2_sr-1_um-1\n"
                           "990,10.1,0.8,9e-4,3e-4\r\n1000,10.0,0.6,9e-4,1e-4\n",
                           &error),
                     VAHO_OK);
    assert_int_equal(t.transmittance.n, 2);
    assert_int_equal(t.sky.n, 0);
    assert_float_equal(vaho_curve_in_band(&t.transmittance, 10.05, 0.01, NAN), 0.7, 1e-12);
    assert_float_equal(vaho_curve_in_band(&t.path, 10.05, 0.01, NAN), 2.0, 1e-9); /* W m-2 */
    vaho_air_table_free(&t);
    /* the names at the end of a comment; a last line without its end */
    assert_int_equal(parse(&t,
                           "# looking up, zenith 0: wavelength_um,L_down_W_cm-2_sr-1_um-1\n"
                           "10,1e-4\n11,2e-4",
                           &error),
                     VAHO_OK);
    assert_int_equal(t.sky.n, 2);
    assert_float_equal(t.sky.value[1], 2.0, 1e-12);
    vaho_air_table_free(&t);
    /* metres and W m-2 sr-1 m-1 */
    assert_int_equal(
        parse(&t, "# wavelength_m,transmittance,col2\n1e-5,0.8,2e6\n2e-5,0.8,2e6\n", &error),
        VAHO_OK);
    assert_float_equal(t.path.um[0], 10.0, 1e-12);
    assert_float_equal(t.path.value[0], 2.0, 1e-12);
    vaho_air_table_free(&t);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *text, *said;
    } mistake[] = {
        {"", "has no rows"},
        {"1,2\n3,4\n", "has no rows"},
        {"wavelength_um,tau\n10,0.5\n", "has no rows"},
        {"wavelength_um,colour\n10,0.5\n11,0.5\n", "names neither"},
        {"wavelength_um,tau\n10,0.5\n11,x\n", "line 3, column 2"},
        {"wavelength_um,tau,L_path_W_cm-2_sr-1_um-1\n10,0.5\n", "line 2 has fewer columns"},
        {"wavelength_um,tau\n10,0.5\n11,1.5\n", "line 3"},
        {"wavelength_um,tau\n10,0.5\n-1,0.5\n", "line 3"},
        {"wavelength_um,tau\n10,0.5\n10,0.6\n", "10 um is there twice"},
        {"wavelength_um,tau\n10,nan\n11,0.5\n", "line 2, column 2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof mistake / sizeof mistake[0]; i++) {
        struct vaho_error error;
        struct vaho_air_table t;
        assert_int_equal(parse(&t, mistake[i].text, &error), VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, mistake[i].said));
        assert_non_null(strstr(error.message, "t.csv"));
        assert_int_equal(t.transmittance.n, 0);
    }
}

/* A straight line averages to itself, whatever the spacing; a step is smoothed over the band;
 * narrow points beside wide ones count by the width they stand for. */
static void bands_are_averages(void **state)
{
    double um[400], line[400], step[400];
    struct vaho_curve curve = {400, um, line}, edge = {400, um, step};

    (void)state;
    for (size_t i = 0; i < 400; i++) {
        um[i] = 8.0 + (i < 200 ? 0.01 : 0.002) * (double)i + (i < 200 ? 0 : 1.6);
        line[i] = 2.0 - 0.1 * um[i];
        step[i] = um[i] < 9.0;
    }
    assert_float_equal(vaho_curve_in_band(&curve, 9.0, 0.2, NAN), 1.1, 1e-9);
    assert_float_equal(vaho_curve_in_band(&curve, 10.0, 0.1, NAN), 1.0, 1e-4);
    assert_float_equal(vaho_curve_in_band(&curve, 9.123, 0.001, NAN), 2.0 - 0.9123, 1e-9);
    /* the step is at 8.995 um: the normal distribution at -1.236 and -0.059 sigma */
    assert_float_equal(vaho_curve_in_band(&edge, 9.1, 0.2, NAN), 0.1082, 0.002);
    assert_float_equal(vaho_curve_in_band(&edge, 9.0, 0.2, NAN), 0.4765, 0.002);
    assert_float_equal(vaho_curve_in_band(&edge, 7.0, 0.2, -3), -3, 0);
    assert_float_equal(vaho_curve_in_band(&edge, 12.0, 0.2, -3), -3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(bands_are_averages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
