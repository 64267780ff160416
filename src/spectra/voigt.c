/*
 * voigt.c - Re w(x + i y), the complex error function, by Humlicek's four regions
 *
 * J. Humlicek, J. Quant. Spectrosc. Radiat. Transfer 27, 437 (1982), "w4": the
 * plane is cut by s = |x| + y; in each region w is a ratio of polynomials in
 * t = y - i x.  Stated accuracy 1e-4.
 *
 *     Voigt(nu) = sqrt(ln 2 / pi) / a_D * Re w,  x = sqrt(ln 2) (nu - nu0) / a_D,
 *                                                y = sqrt(ln 2) a_L / a_D
 *
 * At 1 atm lines of heavy molecules have y of 50 and more: the first region,
 * Re w = (y / sqrt(pi)) (1/2 + x^2 + y^2) / ((1/2 + y^2 - x^2)^2 + 4 x^2 y^2),
 * serves all of it and the loop vectorises.
 */
#include "spectra/voigt.h"

#include <complex.h>
#include <math.h>

static const double SQRT_LN2 = 0.832554611157697756;
static const double INV_SQRT_PI = 0.564189583547756287;

static double humlicek(double x, double y)
{
    double s = fabs(x) + y;
    double complex t = y - x * I, u = t * t;

    if (s >= 15.0)
        return creal(t * INV_SQRT_PI / (0.5 + u));
    if (s >= 5.5)
        return creal(t * (1.410474 + u * INV_SQRT_PI) / (0.75 + u * (3.0 + u)));
    if (y >= 0.195 * fabs(x) - 0.176)
        return creal(
            (16.4955 + t * (20.20933 + t * (11.96482 + t * (3.778987 + t * 0.5642236)))) /
            (16.4955 + t * (38.82363 + t * (39.27121 + t * (21.69274 + t * (6.699398 + t))))));
    return creal(
        cexp(u) -
        t *
            (36183.31 -
             u * (3321.9905 -
                  u * (1540.787 -
                       u * (219.0313 - u * (35.76683 - u * (1.320522 - u * 0.56419)))))) /
            (32066.6 -
             u * (24322.84 -
                  u * (9022.228 -
                       u * (2186.181 - u * (364.2191 - u * (61.57037 - u * (1.841439 - u))))))));
}

void vaho_voigt_add(double *out, size_t n, double x0, double step, double strength, double doppler,
                    double lorentz)
{
    double scale = SQRT_LN2 / doppler, y = scale * lorentz;
    double area = strength * scale * INV_SQRT_PI;

    if (y >= 15.0) {
        double factor = area * y * INV_SQRT_PI, y2 = y * y;
        for (size_t i = 0; i < n; i++) {
            double x = scale * (x0 + step * (double)i), x2 = x * x, d = 0.5 + y2 - x2;
            out[i] += factor * (0.5 + x2 + y2) / (d * d + 4.0 * x2 * y2);
        }
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] += area * humlicek(scale * (x0 + step * (double)i), y);
}
