/* test_units.c - units of radiance as people write them, and times */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "cube/units.h"

static void radiances(void **state)
{
    (void)state;
    /* factors to W m-2 sr-1 um-1 by hand: 1 uW cm-2 nm-1 = 1e-6 * 1e4 * 1e3 = 10 */
    const struct {
        const char *text;
        enum cube_unit_kind kind;
        double factor;
    } cases[] = {
        {"W/(m^2 sr um)", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W/m^2/sr/um", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W m-2 sr-1 um-1", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W/m2/sr/nm", CUBE_UNIT_PER_WAVELENGTH, 1e3},
        {"W/m2 sr um", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W/m2-sr-um", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W/m**2/um/sr", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W\xc2\xb7m^-2\xc2\xb7sr^-1\xc2\xb7\xc2\xb5m^-1", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"W m\xe2\x81\xbb\xc2\xb2 sr\xe2\x81\xbb\xc2\xb9 \xce\xbcm\xe2\x81\xbb\xc2\xb9",
         CUBE_UNIT_PER_WAVELENGTH, 1},
        {"w/m^2/sr/um", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"uW/cm^2/sr/nm", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"uW/cm^2/SR/nm", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"uW/(cm^2*sr*nm)", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"uW*cm_-2*nm_-1*sr_-1", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"uW nm-1 cm-2 sr-1", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"microwatts/cm2/nm/steradian", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"mW/m2/sr/nm", CUBE_UNIT_PER_WAVELENGTH, 1},
        {"mW/cm^2/sr/um", CUBE_UNIT_PER_WAVELENGTH, 10},
        {"W/cm^2/sr/um", CUBE_UNIT_PER_WAVELENGTH, 1e4},
        {"W m^-2 sr^-1 m^-1", CUBE_UNIT_PER_WAVELENGTH, 1e-6},
        {"microflick", CUBE_UNIT_PER_WAVELENGTH, 0.01},
        {"W/(m^2 sr cm^-1)", CUBE_UNIT_PER_WAVENUMBER, 1e4},
        {"W/cm^2/sr/cm^-1", CUBE_UNIT_PER_WAVENUMBER, 1e8},
        {"mW/(m2.sr.cm-1)", CUBE_UNIT_PER_WAVENUMBER, 10},
        {"Reflectance", CUBE_UNIT_REFLECTANCE, 1},
        {"reflectance (%)", CUBE_UNIT_REFLECTANCE, 0.01},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cube_unit unit = cube_unit_parse(cases[i].text);
        if (unit.kind != cases[i].kind || !(fabs(unit.factor / cases[i].factor - 1) < 1e-12))
            fail_msg("'%s': kind %d, factor %g", cases[i].text, (int)unit.kind, unit.factor);
    }
}

static void what_is_no_radiance_stays_unknown(void **state)
{
    (void)state;
    const char *const cases[] = {
        "",
        "counts",
        "W/m^2/um",
        "W/m2/sr",
        "K",
        "DN",
        "W/(m^2 sr um",
        "W/m^2)/sr/um",
        "photons/s/sr",
        "W/m^9/sr/um",
        "W^0/m^3/sr",
        "((((((((((W",
        "W/m^99999999999999999999/sr/um",
        "/",
        "MW/m^2/sr/um",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (cube_unit_parse(cases[i]).kind != CUBE_UNIT_UNKNOWN)
            fail_msg("'%s' was taken for a unit", cases[i]);
}

static void times(void **state)
{
    (void)state;
    const struct {
        const char *text, *expected; /* NULL: not a time */
    } cases[] = {
        {"2022-07-24T10:45:26", "2022-07-24T10:45:26Z"},
        {"2022-07-24 10:45:26Z", "2022-07-24T10:45:26Z"},
        {"2022-07-24T10:45", "2022-07-24T10:45:00Z"},
        {"2022-08-27T06:07:53+0000", "2022-08-27T06:07:53Z"},
        {"2024-03-01T00:30:00.25+01:00", "2024-02-29T23:30:00.250Z"},
        {"2023-12-31T20:00:00-05:30", "2024-01-01T01:30:00Z"},
        {"yesterday", NULL},
        {"2022-07-24", NULL},
        {"2022-13-24T10:45:26", NULL},
        {"2022-02-31T10:45:26", NULL},
        {"2022-07-24T24:45:26", NULL},
        {"2022-07-24T10:45:99", NULL},
        {"2022-07-24T10:45:26 at noon", NULL},
        {"2022-07-24T10:45:26+", NULL},
        {"-222-07-24T10:45:26", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[CUBE_TIME_NBYTES] = "";
        assert_int_equal(cube_time_parse(out, cases[i].text), cases[i].expected != NULL);
        if (cases[i].expected != NULL)
            assert_string_equal(out, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(radiances),
        cmocka_unit_test(what_is_no_radiance_stays_unknown),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
