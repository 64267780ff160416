/*
 * air.c - a parametric atmosphere for the thermal window
 *
 * Optical depth from the ground to height z, with water vapour of scale height
 * 2 km and well-mixed gases of 8 km:
 * - water vapour continuum: k = C (e + 0.002 (p - e)) with
 *   C = 4.18 + 5578 exp(-0.00787 nu) g-1 cm2 atm-1 at 296 K, times
 *   exp(1800 (1/T - 1/296)) (Roberts, Selby, Biberman, Appl. Opt. 15, 2085, 1976);
 * - water vapour lines: smooth bumps where HITRAN has its stronger lines of the
 *   window, and the edge of the 6.3 um band; their depths are ours;
 * - carbon dioxide, 420 ppm: the laser bands at 961 and 1064 cm-1 and the hot
 *   band at 791 cm-1; ozone, 0.04 ppm below the sensor: 1042 and 1103 cm-1.
 *   Rigid-rotor contours (gases.h), strengths near the HITRAN 2012 sums; the
 *   edge of the 15 um band is an effective one.
 * The path radiates as a layer at the temperature of a third of its height
 * (lapse 6.5 K/km).  The sky is the same air up to 12 km at 1.5 km's
 * temperature, and above it 300 Dobson units of ozone at 235 K.
 *
 * Planck constants: CODATA 2018, c1 = 2 h c^2, c2 = h c / k.
 */
#include "exercise/air.h"

#include "exercise/gases.h"
#include "exercise/repeatable.h"

static const double C1 = 1.1910429723971884e8; /* W um^4 m-2 sr-1 */
static const double C2 = 14387.768775039337;   /* um K */

/* Bumps of the water vapour spectrum: place, width (cm-1), depth per g/cm2. */
static const struct {
    double centre_cm1, fwhm_cm1, depth;
} water[] = {
    {784.0, 8.0, 0.08},  {795.0, 6.0, 0.05},   {827.0, 6.0, 0.03},  {852.0, 6.0, 0.04},
    {879.0, 8.0, 0.02},  {923.0, 6.0, 0.015},  {948.0, 6.0, 0.012}, {1010.0, 8.0, 0.012},
    {1066.0, 8.0, 0.02}, {1099.0, 10.0, 0.03}, {1136.0, 8.0, 0.04}, {1174.0, 8.0, 0.07},
    {1188.0, 8.0, 0.07}, {1199.0, 8.0, 0.08},  {1212.0, 8.0, 0.10}, {1226.0, 9.0, 0.14},
    {1242.0, 9.0, 0.17}, {1300.0, 90.0, 0.50},
};

static const struct vaho_gas_band carbon_dioxide[] = {
    {961.0, 6.5e-22, 17.0, 0.0, 0.0},
    {1064.0, 1.0e-21, 17.0, 0.0, 0.0},
    {791.0, 1.2e-21, 17.0, 0.2, 3.0},
    {741.0, 1.2e-20, 17.0, 0.2, 3.0}, /* saturated lines: an effective strength */
};
static const struct vaho_gas_band ozone[] = {
    {1042.0, 1.4e-17, 13.0, 0.0, 0.0},
    {1103.0, 6.0e-19, 13.0, 0.0, 0.0},
};

double vaho_exercise_planck(double wavelength_um, double temperature_k)
{
    double l2 = wavelength_um * wavelength_um;

    if (!(temperature_k > 0.0))
        return 0.0;
    return C1 / (l2 * l2 * wavelength_um) /
           (vaho_repeatable_exp(C2 / (wavelength_um * temperature_k)) - 1.0);
}

/* exp(-4 ln 2 (x / fwhm)^2) */
static double bump(double x, double fwhm)
{
    return vaho_repeatable_exp(-2.7725887222397811 * (x / fwhm) * (x / fwhm));
}

/* cm2/molecule */
static double bands_at(const struct vaho_gas_band *band, size_t n, double wavenumber_cm1)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += vaho_gas_band_at(&band[i], wavenumber_cm1);
    return sum;
}

/* Optical depth from the ground up to height_m. */
static double optical_depth(const struct vaho_exercise_air *air, double height_m,
                            double wavenumber_cm1)
{
    /* an ideal gas: 1 g/m3 of water vapour presses with R T / (18.015 g/mol) */
    double pressure_atm = air->humidity_g_m3 * 8.314 / 18.015 * air->temperature_k / 101325.0;
    double water_g_cm2 =
        air->humidity_g_m3 * 2000.0 * (1.0 - vaho_repeatable_exp(-height_m / 2000.0)) * 1e-4;
    double molecules = 2.5e19 * 8000.0 * (1.0 - vaho_repeatable_exp(-height_m / 8000.0)) * 100.0;
    double continuum = (4.18 + 5578.0 * vaho_repeatable_exp(-0.00787 * wavenumber_cm1)) *
                       vaho_repeatable_exp(1800.0 / air->temperature_k - 1800.0 / 296.0) *
                       (pressure_atm + 0.002 * (1.0 - pressure_atm));
    double lines = 0.0;

    for (size_t i = 0; i < sizeof water / sizeof water[0]; i++)
        lines += water[i].depth * bump(wavenumber_cm1 - water[i].centre_cm1, water[i].fwhm_cm1);
    return water_g_cm2 * (continuum + lines) +
           molecules * (420e-6 * bands_at(carbon_dioxide, 4, wavenumber_cm1) +
                        0.04e-6 * bands_at(ozone, 2, wavenumber_cm1));
}

/* What tables say instead. */
static void take_tables(struct vaho_air_band *out, const struct vaho_air_tables *tables,
                        double centre_um, double fwhm_um)
{
    const struct vaho_air_table *way = &tables->to_sensor;

    out->transmittance =
        vaho_curve_in_band(&way->transmittance, centre_um, fwhm_um, out->transmittance);
    out->path = vaho_curve_in_band(&way->path, centre_um, fwhm_um, out->path);
    out->sky = vaho_curve_in_band(&tables->sky.sky, centre_um, fwhm_um, out->sky);
    /* a table without a sky has the path of a sensor at its top: as good as one */
    if (tables->sky.sky.n == 0)
        out->sky = vaho_curve_in_band(&tables->sky.path, centre_um, fwhm_um, out->sky);
}

void vaho_air_in_band(struct vaho_air_band *out, const struct vaho_exercise_air *air,
                      double centre_um, double fwhm_um)
{
    const double lapse_k_m = 0.0065, ozone_cm2 = 300.0 * 2.687e16;
    double weight_sum = 0.0;

    *out = (struct vaho_air_band){0};
    for (int i = -8; i <= 8; i++) {
        double um = centre_um + fwhm_um * i / 5.0, cm1 = 1e4 / um;
        double weight = bump(um - centre_um, fwhm_um);
        double below = vaho_repeatable_exp(-optical_depth(air, air->sensor_height_m, cm1));
        double whole = vaho_repeatable_exp(-optical_depth(air, 12000.0, cm1));
        double above = vaho_repeatable_exp(-ozone_cm2 * bands_at(ozone, 2, cm1));
        double path_k = air->temperature_k - lapse_k_m * air->sensor_height_m / 3.0;
        double low_sky_k = air->temperature_k - lapse_k_m * 1500.0;

        out->transmittance += weight * below;
        out->path += weight * (1.0 - below) * vaho_exercise_planck(um, path_k);
        out->sky += weight * ((1.0 - whole) * vaho_exercise_planck(um, low_sky_k) +
                              whole * (1.0 - above) * vaho_exercise_planck(um, 235.0));
        weight_sum += weight;
    }
    out->transmittance /= weight_sum;
    out->path /= weight_sum;
    out->sky /= weight_sum;
    if (air->tables != NULL)
        take_tables(out, air->tables, centre_um, fwhm_um);
}
