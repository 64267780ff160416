/*
 * library.h - signatures of substances, read from the formats laboratories publish
 *
 * A spectrum is one substance as measured or computed, converted to our units
 * on its own fine grid.  A library is a set of spectra; of several for one gas
 * one is the best entry (quantitative before computed before digitised), the
 * others stay listed.
 *
 * Units: wavelength um ascending; gas values absorption coefficient, base e,
 * 1/(ppm.m) at 296 K and 1 atm (1 ppm.m = 2.479e15 molecules/cm2); surface
 * values reflectance as a fraction.
 */
#ifndef VAHO_LIBRARY_H
#define VAHO_LIBRARY_H

#include <stddef.h>

#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VAHO_NAME_NBYTES 64
#define VAHO_TITLE_NBYTES 128
/* molecules cm-2 in a column of 1 ppm.m at 296 K and 101325 Pa (ideal gas law) */
#define VAHO_MOLECULES_CM2_PER_PPMM 2.479e15

enum vaho_spectrum_kind {
    VAHO_SPECTRUM_GAS = 0, /* value: absorption, 1/(ppm.m), base e, >= 0 */
    VAHO_SPECTRUM_SURFACE  /* value: reflectance (1 - emissivity where that was given) */
};

/* How far the ordinate can be trusted; smaller is better. */
enum vaho_spectrum_grade {
    VAHO_GRADE_QUANTITATIVE = 0, /* measured with a stated column */
    VAHO_GRADE_COMPUTED,         /* from line parameters */
    VAHO_GRADE_SMOOTHED,         /* tabulated, resolution lost */
    VAHO_GRADE_DIGITISED         /* from a plotted curve: half-quantitative */
};

struct vaho_spectrum {
    char name[VAHO_NAME_NBYTES];   /* as in DESIGN: sulfur_dioxide; never empty */
    char title[VAHO_TITLE_NBYTES]; /* as the file spells it */
    char format[32];               /* the importer: "JCAMP-DX", "HITRAN xsc", ... */
    char *path;                    /* owned; the file it came from */
    enum vaho_spectrum_kind kind;
    enum vaho_spectrum_grade grade;
    double molar_mass_g_mol; /* NaN: unknown */
    double temperature_k;    /* NaN: not stated */
    double pressure_pa;      /* NaN: not stated */
    double resolution_um;    /* FWHM of what a point means; 0: as fine as the grid */
    int per_band;            /* 1: the points are the bands of one sensor, already averaged */
    int has_wavelength;      /* 0: wavelength_um holds the band number, 0, 1, 2 ... */
    size_t n;
    double *wavelength_um; /* owned, strictly ascending */
    double *value;         /* owned */
    double *light; /* owned; gases: the light there without the gas, in any unit; NULL: even */
    char *notes;   /* owned; what was noticed, one a line; "" if nothing */
};

struct vaho_library;

/* Makes an empty library.  VAHO_NO_MEMORY. */
enum vaho_status vaho_library_new(struct vaho_library **out, struct vaho_error *error);
void vaho_library_free(struct vaho_library *library); /* NULL is fine */

/*
 * Adds what a file or a directory (its files, in name order, not its
 * subdirectories) holds.  In a directory a file of no known format is passed
 * over and a broken one is noted (vaho_library_note); a file named directly
 * must be readable.
 *
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT (file, line or byte, and what to do),
 * VAHO_NO_MEMORY.  On error the library holds what it held before.
 */
enum vaho_status vaho_library_add(struct vaho_library *library, const char *path,
                                  struct vaho_error *error);

/*
 * Adds user names to the table of titles: a text file with lines
 * "title <tab or comma> name", '#' comments.  Later lines win.
 * Call it before vaho_library_add().
 */
enum vaho_status vaho_library_add_titles(struct vaho_library *library, const char *path,
                                         struct vaho_error *error);

/*
 * The air that line lists (HITRAN .par) are computed for; 296 K and 101325 Pa
 * if never called.  Call it before vaho_library_add().
 * VAHO_USAGE: outside 100-500 K or 1-1e6 Pa.
 */
enum vaho_status vaho_library_set_air(struct vaho_library *library, double temperature_k,
                                      double pressure_pa, struct vaho_error *error);

size_t vaho_library_size(const struct vaho_library *library);
/* index < size; sorted by name, best grade first.  Valid until add or free. */
const struct vaho_spectrum *vaho_library_get(const struct vaho_library *library, size_t index);
/* The best entry of that name, or NULL. */
const struct vaho_spectrum *vaho_library_find(const struct vaho_library *library, const char *name);
/*
 * The entry of that name that covers the most of these centres; of equals the
 * best one.  For a library that holds a gas in the thermal and in the shortwave
 * infrared.  NULL: none of that name, or none that covers a single centre.
 */
const struct vaho_spectrum *vaho_library_find_at(const struct vaho_library *library,
                                                 const char *name, const double *wavelength_um,
                                                 size_t n_bands);
/* What was passed over or doubted while adding; one sentence each. */
size_t vaho_library_n_notes(const struct vaho_library *library);
const char *vaho_library_note(const struct vaho_library *library, size_t index);

/*
 * The spectrum as a sensor's bands see it: value averaged over a Gaussian
 * response of the given full width at half maximum around each centre, weighted by
 * the light where the spectrum knows it (a band sees little of the gas's absorption
 * where the air lets little light through); with
 * fwhm_um NULL the spacing of the bands is taken.  Where the sensor is finer
 * than the spectrum, linear interpolation.  A band the spectrum does not cover
 * gets 0 for a gas and NaN for a surface; *n_covered (may be NULL) counts the
 * covered ones.  out has n_bands values, in the order of the centres.
 *
 * VAHO_USAGE           no bands, a centre or width that is not above 0.
 * VAHO_NOT_APPLICABLE  the spectrum has band numbers instead of wavelengths.
 * VAHO_NO_MEMORY
 */
enum vaho_status vaho_spectrum_at_bands(double *out, size_t *n_covered,
                                        const struct vaho_spectrum *spectrum,
                                        const double *wavelength_um, const double *fwhm_um,
                                        size_t n_bands, struct vaho_error *error);

#ifdef __cplusplus
}
#endif
#endif
