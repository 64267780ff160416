/*
 * gases.h - gas spectra of the simulator's own, from published bands
 *
 * The project ships no measured spectra.  These are idealised: right in where
 * a gas absorbs and how much in all, within a factor of two at the peak (tests
 * check that), without the fine structure of the real ones.  Good to train and
 * to test with, not to measure with.
 */
#ifndef VAHO_EXERCISE_GASES_H
#define VAHO_EXERCISE_GASES_H

#include <stddef.h>

#include "vaho/status.h"

/* One vibration-rotation band.  Its contour is explained in gases.c. */
struct vaho_gas_band {
    double centre_cm1;
    double strength_cm_molecule; /* integrated absorption cross-section */
    double branch_cm1;           /* half the distance of P and R branch maxima */
    double q_share;              /* of the strength, in the central branch */
    double q_fwhm_cm1;
};

enum { VAHO_GAS_MAX_BANDS = 12 };

struct vaho_exercise_gas {
    const char *name; /* as everywhere: sulfur_dioxide */
    double molar_mass_g_mol;
    double default_ppmm; /* a plume that is faint but can be found in the default scene */
    struct vaho_gas_band band[VAHO_GAS_MAX_BANDS]; /* those without strength are none */
    int shortwave;          /* 1: it shows from 1.4 to 2.5 um, else from 7.5 to 14 um */
    int inversion_manifold; /* 1: ammonia's lines; of band[0] only the strength counts */
};

size_t vaho_exercise_gas_count(void);
const struct vaho_exercise_gas *vaho_exercise_gas(size_t index); /* index < count */
/* NULL: there is none of that name. */
const struct vaho_exercise_gas *vaho_exercise_gas_find(const char *name);

/* A band's cross-section at a wavenumber, cm2/molecule. */
double vaho_gas_band_at(const struct vaho_gas_band *band, double wavenumber_cm1);

/* A spectrum on its own grid, as a laboratory spectrometer of 1 cm-1 would show it. */
struct vaho_gas_spectrum {
    size_t n;
    double *wavelength_um; /* ascending, even in wavenumber */
    double *per_ppmm;      /* absorption coefficient, base e, 1/(ppm.m) at 296 K and 1 atm */
};

/* VAHO_NO_MEMORY; then *out is empty.  Release with vaho_gas_spectrum_free(). */
enum vaho_status vaho_gas_spectrum_make(struct vaho_gas_spectrum *out,
                                        const struct vaho_exercise_gas *gas,
                                        struct vaho_error *error);
void vaho_gas_spectrum_free(struct vaho_gas_spectrum *spectrum);

/* Averaged over a Gaussian response of that full width at half maximum, 1/(ppm.m). */
double vaho_gas_spectrum_in_band(const struct vaho_gas_spectrum *spectrum, double centre_um,
                                 double fwhm_um);

#endif
