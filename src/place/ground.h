/*
 * ground.h - the ground that rays meet: a terrain model or a level, and a geoid
 *
 * Threads: immutable once read; each thread has an earth of its own, made with
 * place_ground_earth().
 */
#ifndef VAHO_PLACE_GROUND_H
#define VAHO_PLACE_GROUND_H

#include <stddef.h>

#include "place/earth.h"
#include "place/geometry.h"
#include "place/raster.h"

struct place_ground {
    struct place_raster raster; /* no nodes: level at 'level_m' */
    double level_m;
    enum vaho_height_datum datum; /* of the raster or the level */
    int geoid_given;
    struct place_raster geoid; /* no nodes: 'undulation_m' everywhere */
    double undulation_m;
};

/*
 * From the description; 'terrain_path' (NULL: level) and 'geoid_path' (NULL: the same
 * everywhere) are the files it names, as they are to be opened.
 * VAHO_NOT_FOUND, VAHO_NO_MEMORY, VAHO_BAD_INPUT: a file cannot be used, or its own
 * vertical system contradicts the description.  On error *out is empty.
 */
enum vaho_status place_ground_read(struct place_ground *out, const struct place_geometry *geometry,
                                   const char *terrain_path, const char *geoid_path,
                                   struct vaho_error *error);
void place_ground_free(struct place_ground *ground); /* all zero is fine */

enum vaho_status place_ground_earth(struct place_earth **out, const struct place_ground *ground,
                                    struct vaho_error *error);

/* The geoid above the ellipsoid, metres; 0 when none is given, NaN outside its grid. */
double place_ground_undulation(const struct place_ground *ground, double longitude_rad,
                               double latitude_rad);

enum place_sight {
    PLACE_SIGHT_HIT = 0,
    PLACE_SIGHT_MISS,    /* does not come down to the ground */
    PLACE_SIGHT_OUTSIDE, /* leaves the terrain model, or meets unknown heights, before a hit */
    PLACE_SIGHT_BELOW,   /* begins below the ground */
    PLACE_SIGHT_GRAZE,   /* meets it at less than PLACE_GRAZE_DEG: its place is not known */
    PLACE_N_SIGHTS
};

#define PLACE_GRAZE_DEG 1.0

struct place_meeting {
    double range_m;     /* from the ray's origin */
    double geodetic[3]; /* longitude, latitude, radians; height above the ellipsoid (above the
                         * terrain's datum when no geoid is given), metres */
    double axes[9];     /* north, east, down there to Earth-centred */
    double normal[3];   /* of the ground, Earth-centred, upwards, of length 1 */
    double slope;       /* of the ground, metres a metre */
};

/* Where a ray (Earth-centred, 'look' of length 1) first meets the ground.  *out is set
 * for a hit and for a graze. */
enum place_sight place_ground_meet(struct place_meeting *out, const struct place_ground *ground,
                                   struct place_earth *earth, const double origin[3],
                                   const double look[3]);

#endif
