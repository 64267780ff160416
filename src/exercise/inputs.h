/*
 * inputs.h - what users give a simulation to be made of: gases, grounds and air of their own
 *
 * Beside the simulator's own gases (gases.h), grounds (ground.h) and air (air.h), and instead of
 * them where given.  Spectra come by 'vaho library's importers, in any format
 * docs/formats-spectra.md has, thinned to points 1/5000 of their wavelength apart between 1.3 and
 * 16 um.
 */
#ifndef VAHO_EXERCISE_INPUTS_H
#define VAHO_EXERCISE_INPUTS_H

#include <jansson.h>
#include <stdint.h>

#include "exercise/air.h"
#include "exercise/curve.h"
#include "exercise/ground.h"
#include "vaho/library.h"

enum { VAHO_INPUTS_MAX_GASES = 32, VAHO_INPUTS_MAX_AIRS = 60 };

struct vaho_gas_input {
    char name[VAHO_NAME_NBYTES];
    double molar_mass_g_mol;
    int whole_way; /* 1: a table for one sensor, whose column counts both ways of the light */
    struct vaho_curve per_ppmm;
};

struct vaho_inputs {
    size_t n_gases;
    struct vaho_gas_input gas[VAHO_INPUTS_MAX_GASES];
    struct vaho_surface_input {
        char title[VAHO_TITLE_NBYTES];
        struct vaho_curve reflectance; /* none: the simulator's own */
    } surface[VAHO_GROUND_N_KINDS];
    size_t n_airs; /* of a campaign: one a day; else one */
    struct vaho_air_tables air[VAHO_INPUTS_MAX_AIRS];
};

void vaho_inputs_free(struct vaho_inputs *inputs); /* all zero is fine */

/* Takes the library's gas of that name in, if it has one and it is not there yet.
 * VAHO_BAD_INPUT: without wavelengths or molar mass; VAHO_USAGE: too many; VAHO_NO_MEMORY. */
enum vaho_status vaho_inputs_take_gas(struct vaho_inputs *inputs,
                                      const struct vaho_library *library, const char *name,
                                      struct vaho_error *error);

/*
 * Gives every kind of ground a surface of the library: the one whose title or name contains
 * title[kind]; where that is NULL one drawn by the seed among those that cover first_um to last_um.
 * VAHO_BAD_INPUT: there is none.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_inputs_take_surfaces(struct vaho_inputs *inputs,
                                           const struct vaho_library *library,
                                           const char *const title[VAHO_GROUND_N_KINDS],
                                           uint64_t seed, double first_um, double last_um,
                                           struct vaho_error *error);

/* Reads a table of air into one of air[index]'s; 'what' is "to_sensor", "sky" or "vertical". */
enum vaho_status vaho_inputs_take_air(struct vaho_inputs *inputs, size_t index, const char *what,
                                      const char *path, struct vaho_error *error);

/* 'inputs' may be NULL from here on.  NULL: the user gave no such gas. */
const struct vaho_gas_input *vaho_inputs_gas(const struct vaho_inputs *inputs, const char *name);
/* NaN: no such gas. */
double vaho_inputs_molar_mass(const struct vaho_inputs *inputs, const char *name);
/* NULL where no table is given for it. */
const struct vaho_air_tables *vaho_inputs_air(const struct vaho_inputs *inputs, size_t index);

/*
 * A gas, the user's or the simulator's, in bands: 1/(ppm.m), times 'crossings', how often light
 * crosses the plume's column (one for a table of whole ways).  0 where the spectrum says nothing.
 * VAHO_NO_MEMORY.
 */
enum vaho_status vaho_inputs_gas_in_bands(double *out, const struct vaho_inputs *inputs,
                                          const char *name, const double *wavelength_um,
                                          double fwhm_um, size_t n_bands, double crossings,
                                          struct vaho_error *error);

/* As JSON, so that a sealed truth holds what it was made of; NULL: no memory. */
json_t *vaho_inputs_write(const struct vaho_inputs *inputs);
/* VAHO_BAD_INPUT: 'name' says whose; VAHO_NO_MEMORY.  On error *out is empty. */
enum vaho_status vaho_inputs_parse(struct vaho_inputs *out, const json_t *json, const char *name,
                                   struct vaho_error *error);

#endif
