/*
 * geometry.h - the description of a flight's geometry, as given to --geo
 *
 * JSON; documented for users in docs/place.md.  Every error that goes into a
 * pixel's place is stated by who writes the description, 0 for none: nothing is
 * assumed.
 */
#ifndef VAHO_PLACE_GEOMETRY_H
#define VAHO_PLACE_GEOMETRY_H

#include "place/clock.h"
#include "place/table.h"
#include "vaho/georeference.h"
#include "vaho/status.h"

/* The columns of a trajectory, in the order of its table. */
enum place_trajectory_column {
    PLACE_TIME = 0,
    PLACE_LONGITUDE,
    PLACE_LATITUDE,
    PLACE_HEIGHT,
    PLACE_ROLL,
    PLACE_PITCH,
    PLACE_HEADING,
    PLACE_N_TRAJECTORY_COLUMNS
};

/* The paths are as written: relative ones start at the description's folder. */
struct place_geometry {
    /* Either the stated error of coordinates from elsewhere ... */
    int of_coordinates;
    char *coordinates_file; /* NULL: the cube's own georeference */
    double coordinates_sigma_m;

    /* ... or a flight.  Angles are radians; sigmas one standard deviation. */
    struct {
        char *file;
        int sbet; /* 1: SBET records; 0: text with 'column' */
        struct place_clock clock;
        struct place_column column[PLACE_N_TRAJECTORY_COLUMNS];
        enum vaho_height_datum datum;
        double max_gap_s;
        double sigma_m[3];   /* north, east, down */
        double sigma_rad[3]; /* roll, pitch, heading */
    } trajectory;
    struct {
        char *file;
        struct place_column column[2]; /* across, along */
        double sigma_rad[2];
    } camera;
    double boresight_rad[3], boresight_sigma_rad[3]; /* roll, pitch, heading */
    double lever_arm_m[3], lever_arm_sigma_m[3];     /* forward, right, down */
    struct {
        char *file; /* NULL: from first_s, every interval_s */
        struct place_column column;
        struct place_clock clock;
        double first_s, interval_s;
        double sigma_s;
    } lines;
    struct {
        char *file; /* NULL: flat, or named elsewhere */
        int flat;
        double height_m; /* of flat ground */
        enum vaho_height_datum datum;
        double sigma_m, horizontal_sigma_m;
    } terrain;
    struct {
        int given;
        char *file; /* NULL: the same everywhere */
        double undulation_m;
        double sigma_m;
    } geoid; /* height of the geoid above the ellipsoid */
};

/*
 * Pure.  'name' is what messages call the file.  VAHO_BAD_INPUT names the member, or
 * the line of broken JSON; also for heights above different surfaces without a geoid
 * between them.  VAHO_NO_MEMORY.  On error *out is empty.
 */
enum vaho_status place_geometry_parse(struct place_geometry *out, const char *text, size_t nbytes,
                                      const char *name, struct vaho_error *error);
void place_geometry_free(struct place_geometry *geometry); /* all zero is fine */

#endif
