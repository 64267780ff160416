/*
 * air_shortwave.c - a parametric atmosphere for reflected sunlight, 1.45 to 2.5 um
 *
 * Optical depth straight through the whole air: water vapour as w^0.519 times a sum of bumps, w its
 * column in g/cm2 (scale height 2 km; the power is that of unresolved, partly saturated lines, as
 * in band models), and well-mixed gases (carbon dioxide, methane) as bumps.  The bumps' places are
 * those of the bands; widths, depths and power were fitted to LOWTRAN7's vertical transmittances of
 * six standard atmospheres (rms 0.02 from 1.45 to 2.49 um; tests hold it to 0.03).
 * Down from the sun and up to the sensor a ray crosses m = 1 / mu_sun + f times the air, f the
 * share that lies below the sensor; lines saturate over both ways together, with the f of each
 * scale height:
 *
 *     tau = exp(-(w m_w)^0.519 water - m_g mixed)
 *
 * A table of vertical transmittances t gives t^m_g instead.
 *
 * Haze: optical depth 0.12 um^-1.3 at zenith (continental, visibility near 30 km), scale height
 * 1 km, single-scattering albedo 0.92, Henyey and Greenstein's phase function P of asymmetry 0.6.
 * Half of what it takes from the direct beam falls on the ground as sky light; what is below the
 * sensor, a thin layer, sends once-scattered sunlight up:
 *
 *     L_path = E albedo P(scattering angle) / (4 pi) haze(below sensor)
 *
 * Scattering by molecules is under 0.002 and left out.
 */
#include <math.h>

#include "exercise/air.h"
#include "exercise/repeatable.h"

static const double POWER = 0.519, PI = 3.14159265358979323846;
static const double HAZE = 0.12, HAZE_EXPONENT = 1.3, ALBEDO = 0.92, ASYMMETRY = 0.6;
static const double LOWEST_SUN = 0.035; /* sine of 2 degrees */

struct bump {
    double centre_cm1, fwhm_cm1, depth;
};
static const struct bump water[] = {
    {5206.0, 118.0, 2.515}, {5348.0, 116.0, 35.9},  {5470.0, 150.0, 1.758}, {5303.0, 535.0, 0.678},
    {6987.0, 408.0, 1.691}, {3829.0, 217.0, 7.903}, {4090.0, 281.0, 0.385}, {4654.0, 602.0, 0.055},
};
static const struct bump mixed[] = {
    {4853.0, 50.0, 0.245},  {4978.0, 50.0, 0.619}, {5105.0, 50.0, 0.363}, /* CO2 */
    {6228.0, 50.0, 0.068},  {6348.0, 50.0, 0.063},                        /* CO2 */
    {4316.0, 300.0, 0.060}, {4216.0, 60.0, 0.018}, {6005.0, 60.0, 0.036}, /* CH4 */
};

static double sum_of(const struct bump *bump, size_t n, double cm1)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        double x = (cm1 - bump[i].centre_cm1) / bump[i].fwhm_cm1;
        sum += bump[i].depth * vaho_repeatable_exp(-2.7725887222397811 * x * x);
    }
    return sum;
}

static double power(double x, double exponent)
{
    return x > 0.0 ? vaho_repeatable_exp(exponent * vaho_repeatable_log(x)) : 0.0;
}

/* Transmittance of 'straight' times the whole air's gases, of which water's lowest part counts as
 * 'straight_water' times it. */
static double through_gases(const struct vaho_exercise_air *air, double um, double fwhm_um,
                            double straight, double straight_water)
{
    double cm1 = 1e4 / um, w = air->humidity_g_m3 * 0.2;
    double own = vaho_repeatable_exp(-power(w * straight_water, POWER) * sum_of(water, 8, cm1) -
                                     straight * sum_of(mixed, 8, cm1));
    double table;

    if (air->tables == NULL)
        return own;
    table = vaho_curve_in_band(&air->tables->vertical.transmittance, um, fwhm_um, -1.0);
    return table < 0.0 ? own : power(table, straight);
}

void vaho_air_in_shortwave_band(struct vaho_air_band *out, const struct vaho_exercise_air *air,
                                double centre_um, double fwhm_um)
{
    double mu = air->sun.up, h = air->sensor_height_m, weight_sum = 0.0;
    double below = 1.0 - vaho_repeatable_exp(-h / 8000.0);
    double below_water = 1.0 - vaho_repeatable_exp(-h / 2000.0);
    double below_haze = 1.0 - vaho_repeatable_exp(-h / 1000.0);
    /* light that comes from the sun and goes straight up has turned by 180 degrees less its zenith
     * angle: cos = -mu */
    double g2 = ASYMMETRY * ASYMMETRY, base = 1.0 + g2 + 2.0 * ASYMMETRY * mu;
    double phase = (1.0 - g2) / (base * sqrt(base));

    *out = (struct vaho_air_band){.transmittance = 1.0};
    if (!(mu > LOWEST_SUN))
        return;
    for (int i = -8; i <= 8; i++) {
        double um = centre_um + fwhm_um * i / 5.0, x = (um - centre_um) / fwhm_um;
        double weight = vaho_repeatable_exp(-2.7725887222397811 * x * x);
        double haze = HAZE * power(um, -HAZE_EXPONENT);
        double e0 =
            vaho_exercise_sun_irradiance(um) / (air->sun.distance_au * air->sun.distance_au);
        double gases =
            through_gases(air, um, fwhm_um / 5.0, 1.0 / mu + below, 1.0 / mu + below_water);
        double down = vaho_repeatable_exp(-haze / mu);
        double up = vaho_repeatable_exp(-haze * below_haze);

        out->sun += weight * e0 / PI * gases * down * up;
        out->sky += weight * e0 * mu / PI * gases * 0.5 * ALBEDO * (1.0 - down) * up;
        out->path += weight * e0 * gases * ALBEDO * phase / (4.0 * PI) * (1.0 - up);
        weight_sum += weight;
    }
    out->sun /= weight_sum;
    out->sky /= weight_sum;
    out->path /= weight_sum;
}
