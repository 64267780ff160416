/*
 * air_table.h - the air as a radiative-transfer program computed it
 *
 * Text with commas.  A line that names the columns, alone or at the end of a comment ("# ...:
 * wavenumber_cm-1,wavelength_um,tau"), then rows of numbers, in either order of wavelength:
 *   wavelength_um or wavelength_m
 *   tau or transmittance              of the way, 0..1
 *   L_path_W_cm-2_sr-1_um-1           what the way itself radiates (LOWTRAN7)
 *   L_down_W_cm-2_sr-1_um-1           what falls on the ground from the sky (LOWTRAN7)
 *   col2 beside wavelength_m          thermal path radiance, W m-2 sr-1 m-1 (MODTRAN5 as pybsm has
 * it) Other columns, and lines that begin with '#', are passed over.
 */
#ifndef VAHO_EXERCISE_AIR_TABLE_H
#define VAHO_EXERCISE_AIR_TABLE_H

#include "exercise/curve.h"

enum { VAHO_AIR_TABLE_MAX_NBYTES = 16 << 20 };

/* W m-2 sr-1 um-1; a curve is empty where there is no such column. */
struct vaho_air_table {
    struct vaho_curve transmittance, path, sky;
};

/*
 * Pure.  VAHO_BAD_INPUT: no columns named, no transmittance and no sky, a row without its numbers,
 * a transmittance outside 0..1, fewer than two rows, one wavelength twice; the message names file
 * and line.  VAHO_NO_MEMORY.  On error *out is empty.
 */
enum vaho_status vaho_air_table_parse(struct vaho_air_table *out, const char *data, size_t nbytes,
                                      const char *name, struct vaho_error *error);
void vaho_air_table_free(struct vaho_air_table *table); /* all zero is fine */

#endif
