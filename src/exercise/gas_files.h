/*
 * gas_files.h - spectra that go with a simulated flight, as laboratories and tables have them
 */
#ifndef VAHO_EXERCISE_GAS_FILES_H
#define VAHO_EXERCISE_GAS_FILES_H

#include "exercise/inputs.h"
#include "exercise/scene.h"

/* A new folder with DIR/GAS.csv of each gas, the user's or the simulator's; n_gases 0: of all that
 * the simulator has and that show in the thermal infrared.  As vaho_directory_make(). */
enum vaho_status vaho_gases_write(const char *dir, size_t n_gases, const char *const *gas,
                                  const struct vaho_inputs *inputs, struct vaho_error *error);

/*
 * For a sensor of reflected light: a folder with DIR/GAS.txt, unit absorption in the scene's
 * bands, of each of these gases that shows in them: d ln(radiance) per 1e5 ppm.m of a vertical
 * column, for the sun and the view of this flight, as one makes such a table for a real one.
 */
enum vaho_status vaho_unit_tables_write(const char *dir, const struct vaho_scene *scene,
                                        size_t n_gases, const char *const *gas,
                                        struct vaho_error *error);

#endif
