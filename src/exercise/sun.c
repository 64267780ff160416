/*
 * sun.c - low-precision place of the sun, and its infrared brightness
 *
 * Place: the Astronomical Almanac's low-precision formulas (page C5): with n days since J2000.0,
 * mean longitude L = 280.460 + 0.9856474 n, mean anomaly g = 357.528 + 0.9856003 n, ecliptic
 * longitude l = L + 1.915 sin g + 0.020 sin 2g, obliquity e = 23.439 - 4e-7 n, distance
 * 1.00014 - 0.01671 cos g - 0.00014 cos 2g.  Greenwich mean sidereal time 280.46062 +
 * 360.98564737 n degrees turns (cos l, cos e sin l, sin e sin l) into the hour angle's frame, so
 * that no inverse function is needed.
 *
 * Brightness: a black body over the sun's disc (6.794e-5 sr at 1 au) of 5800 K, hotter by up to
 * 560 K about 1.64 um, where the sun's hydrogen is clearest and one looks deepest (Vernazza, Avrett
 * and Loeser, ApJS 30, 1, 1976).  Within some 5 % of the measured 244, 115 and 79 W m-2 um-1
 * at 1.6, 2.0 and 2.2 um.
 */
#include "exercise/sun.h"

#include <math.h>

#include "exercise/air.h"
#include "exercise/repeatable.h"

static const double J2000_S = 946728000.0, DAY_S = 86400.0;

void vaho_exercise_sun_at(struct vaho_exercise_sun *out, double at_s, double longitude_deg,
                          double latitude_deg)
{
    double n = (at_s - J2000_S) / DAY_S, g = 357.528 + 0.9856003 * n, e = 23.439 - 4e-7 * n;
    double l = 280.460 + 0.9856474 * n + 1.915 * vaho_repeatable_sin_deg(g) +
               0.020 * vaho_repeatable_sin_deg(2.0 * g);
    double sidereal = 280.46062 + 360.98564737 * n + longitude_deg;
    double sl = vaho_repeatable_sin_deg(l), cl = vaho_repeatable_cos_deg(l);
    double y = vaho_repeatable_cos_deg(e) * sl, z = vaho_repeatable_sin_deg(e) * sl;
    double ss = vaho_repeatable_sin_deg(sidereal), cs = vaho_repeatable_cos_deg(sidereal);
    double sp = vaho_repeatable_sin_deg(latitude_deg), cp = vaho_repeatable_cos_deg(latitude_deg);
    double meridian = cs * cl + ss * y; /* towards the local meridian's point of the equator */

    *out = (struct vaho_exercise_sun){
        .east = -ss * cl + cs * y,
        .north = cp * z - sp * meridian,
        .up = sp * z + cp * meridian,
        .distance_au = 1.00014 - 0.01671 * vaho_repeatable_cos_deg(g) -
                       0.00014 * vaho_repeatable_cos_deg(2.0 * g),
    };
}

double vaho_exercise_sun_irradiance(double um)
{
    double x = (um - 1.64) / 0.65;

    return 6.794e-5 * vaho_exercise_planck(
                          um, 5800.0 + 560.0 * vaho_repeatable_exp(-2.7725887222397811 * x * x));
}
