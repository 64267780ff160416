/*
 * terrain.h - the heights of a campaign's ground: given, made up, met by rays, lit by the sun
 *
 * A grid of nodes in longitude and latitude over the area and what its flights see around it,
 * bilinear between nodes, level beyond the edge.  There are two of them: the map, which
 * participants get, and the ground, which is the map and its error (of area.terrain's sigma_m, in
 * waves of some forty nodes).  Flights are flown over the ground and placed by the map.
 */
#ifndef VAHO_EXERCISE_TERRAIN_H
#define VAHO_EXERCISE_TERRAIN_H

#include <stddef.h>
#include <stdint.h>

#include "exercise/scenario.h"
#include "exercise/sun.h"
#include "vaho/status.h"

struct vaho_terrain {
    const struct vaho_scenario_area *area; /* borrowed; its ground_m is the mean height */
    size_t n_rows, n_columns;
    double west_deg, north_deg, step_lon_deg, step_lat_deg; /* of the first node, between nodes */
    float *height_m; /* n_rows x n_columns, from the north, above the ellipsoid; owned */
    double low_m, high_m;
};

/*
 * The map of a scenario whose area has a terrain, made up from the seed or from the file 'path'
 * (anything GDAL reads, any coordinate system; its heights are taken as above the ellipsoid), to
 * the centimetre.  Sets area.ground_m to the area's mean height, in whole metres.
 * VAHO_BAD_INPUT: the file cannot be used, or has no heights somewhere in the area; more than 2^24
 * nodes; a flight that does not stay 30 m above all ground.  VAHO_NOT_FOUND, VAHO_NO_MEMORY.
 * On error *out is empty.
 */
enum vaho_status vaho_terrain_make(struct vaho_terrain *out, struct vaho_scenario *scenario,
                                   const char *path, uint64_t seed, struct vaho_error *error);
void vaho_terrain_free(struct vaho_terrain *terrain); /* all zero is fine */

/* Turns a map into the ground. */
void vaho_terrain_disturb(struct vaho_terrain *map, uint64_t seed);

/* The map as GeoTIFF, EPSG:4326, marked as an exercise.  As vaho_geotiff_write(). */
enum vaho_status vaho_terrain_save(const struct vaho_terrain *map, const char *path,
                                   struct vaho_error *error);
/* ... and back; sets area.ground_m as vaho_terrain_make() does.  VAHO_BAD_INPUT: it is not that of
 * the scenario; VAHO_NOT_FOUND, VAHO_NO_MEMORY.  On error *out is empty. */
enum vaho_status vaho_terrain_load(struct vaho_terrain *out, struct vaho_scenario *scenario,
                                   const char *path, struct vaho_error *error);

/* Height at a place of the area, above the ellipsoid. */
double vaho_terrain_height(const struct vaho_terrain *terrain, double east_m, double north_m);

/*
 * Where a ray first meets the ground: from 'origin' (east, north, above the ellipsoid; above all
 * ground) along 'look' (downwards).  Found by steps of half a node and then halving, to the
 * millimetre.
 */
void vaho_terrain_meet(double out_m[2], const struct vaho_terrain *terrain, const double origin[3],
                       const double look[3]);

/* Cosine of the angle between the sun and the ground's normal; 0 in its own shadow, or where other
 * ground stands before the sun. */
double vaho_terrain_sunlit(const struct vaho_terrain *terrain, const struct vaho_exercise_sun *sun,
                           double east_m, double north_m);

#endif
