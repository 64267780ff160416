/* terrain_files.h - terrain.c and terrain_files.c between themselves */
#ifndef VAHO_EXERCISE_TERRAIN_FILES_H
#define VAHO_EXERCISE_TERRAIN_FILES_H

#include "exercise/terrain.h"

/* Nodes without heights. */
enum vaho_status terrain_frame(struct vaho_terrain *out, const struct vaho_scenario *scenario,
                               struct vaho_error *error);
/* Heights from any raster. */
enum vaho_status terrain_resample(struct vaho_terrain *out, const char *path,
                                  struct vaho_error *error);
/* Lowest, highest and mean height, and whether all flights stay above. */
enum vaho_status terrain_settle(struct vaho_terrain *terrain, struct vaho_scenario *scenario,
                                struct vaho_error *error);

#endif
