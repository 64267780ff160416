/* voigt.h - the shape of a pressure- and temperature-broadened line */
#ifndef VAHO_SPECTRA_VOIGT_H
#define VAHO_SPECTRA_VOIGT_H

#include <stddef.h>

/*
 * Adds 'strength' times the Voigt profile, normalised to unit area over x, to
 * out[i] at distance x0 + i * step from the line's centre, i < n.  'doppler' and
 * 'lorentz' are half widths at half maximum in the units of x, both > 0.
 * Relative error below 1e-4 (Humlicek 1982).
 */
void vaho_voigt_add(double *out, size_t n, double x0, double step, double strength, double doppler,
                    double lorentz);

#endif
