/*
 * envi_map.h - one map of float32 that lies pixel for pixel over its cube, written in parts
 *
 * PATH.img holds lines x samples of native float32, NaN where nothing is known; PATH.hdr
 * says so the ENVI way.  Parts may come in any order and from several threads at once;
 * memory does not grow with the map.  Files appear under their names when they are whole.
 */
#ifndef VAHO_FORMAT_ENVI_MAP_H
#define VAHO_FORMAT_ENVI_MAP_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_envi_map;

struct vaho_envi_map_info {
    size_t n_lines, n_samples;
    const char *name, *unit; /* "methane, column density", "ppm.m" or "" */
    const char *mandate;     /* its label, or "no mandate" */
    int exercise;            /* 1: simulated, and every file says so */
};

/* 'path' without extension.  VAHO_BAD_INPUT (cannot be written), VAHO_NO_MEMORY.
 * On error *out is NULL. */
enum vaho_status vaho_envi_map_new(struct vaho_envi_map **out, const char *path,
                                   const struct vaho_envi_map_info *info, struct vaho_error *error);

/* Writes lines [first, first + n_lines). */
enum vaho_status vaho_envi_map_put(struct vaho_envi_map *map, size_t first, size_t n_lines,
                                   const float *value, struct vaho_error *error);

/* Writes the header and gives both files their names. */
enum vaho_status vaho_envi_map_finish(struct vaho_envi_map *map, struct vaho_error *error);

void vaho_envi_map_free(struct vaho_envi_map *map); /* NULL is fine; unfinished files go */

#endif
