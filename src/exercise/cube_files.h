/*
 * cube_files.h - the cube of a simulated flight, and what its other files are made with
 */
#ifndef VAHO_EXERCISE_CUBE_FILES_H
#define VAHO_EXERCISE_CUBE_FILES_H

#include "base/pool.h"
#include "base/text.h"
#include "exercise/scene.h"
#include "vaho/progress.h"
#include "vaho/status.h"

/* A path of three parts, to be freed; NULL when there is no memory. */
char *vaho_path_join(const char *a, const char *b, const char *c);

/* Makes 'dir', or accepts it when it is there and empty.  VAHO_USAGE: it holds something.
 * VAHO_BAD_INPUT: it cannot be made. */
enum vaho_status vaho_directory_make(const char *dir, struct vaho_error *error);

/* Writes a text, whole or not at all, and frees it.  VAHO_BAD_INPUT, VAHO_NO_MEMORY. */
enum vaho_status vaho_text_save(const char *path, struct vaho_text *text, struct vaho_error *error);

/* The cube, a few lines at a time; it appears whole or not at all, but is not flushed to disk: it
 * can be made again.  VAHO_BAD_INPUT: it cannot be written. */
enum vaho_status vaho_cube_write(const char *path, const struct vaho_scene *scene,
                                 struct vaho_pool *pool, const struct vaho_progress *progress,
                                 struct vaho_error *error);

/* 'wavelength' and 'fwhm' of an ENVI header. */
void vaho_cube_header_bands(struct vaho_text *text, const struct vaho_scene *scene);

#endif
