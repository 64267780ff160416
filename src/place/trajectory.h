/*
 * trajectory.h - where the carrier was and how it lay, record by record and between
 */
#ifndef VAHO_PLACE_TRAJECTORY_H
#define VAHO_PLACE_TRAJECTORY_H

#include <stddef.h>

#include "place/clock.h"
#include "place/earth.h"
#include "place/geometry.h"
#include "place/table.h"

/* Bytes of an SBET record: 17 doubles, little-endian. */
#define PLACE_SBET_NBYTES 136

/*
 * SBET records as a table with the columns of enum place_trajectory_column: instants,
 * radians, metres.  Heading is the platform's heading less the wander angle: from
 * true north.  Pure.  VAHO_BAD_INPUT names the record and its byte; VAHO_NO_MEMORY.
 */
enum vaho_status place_sbet_parse(struct place_table *out, const void *data, size_t nbytes,
                                  const char *name, const struct place_clock *clock,
                                  struct vaho_error *error);

struct place_trajectory {
    size_t n;
    double *time_s;   /* instants, rising; n */
    double *position; /* Earth-centred, m; n x 3 */
    double *attitude; /* body to north-east-down there, quaternions; n x 4 */
    double max_gap_s;
};

/*
 * From a table as above; heights above the ellipsoid.  'unit' names a record's place
 * in messages ("line", "record").  VAHO_BAD_INPUT: times that do not rise, a latitude,
 * longitude, height or angle beyond reason, fewer than two records; VAHO_NO_MEMORY.
 */
enum vaho_status place_trajectory_new(struct place_trajectory *out, const struct place_table *table,
                                      const char *name, const char *unit, double max_gap_s,
                                      struct place_earth *earth, struct vaho_error *error);
void place_trajectory_free(struct place_trajectory *trajectory); /* all zero is fine */

enum place_moment {
    PLACE_MOMENT_KNOWN = 0,
    PLACE_MOMENT_BEFORE, /* the first record */
    PLACE_MOMENT_AFTER,  /* the last one */
    PLACE_MOMENT_GAP     /* between records more than max_gap_s apart */
};

struct place_pose {
    double position[3]; /* Earth-centred, m */
    double axes[9];     /* north, east, down there to Earth-centred */
    double body[9];     /* body to north, east, down */
};

/* The carrier at an instant; 'out' is set only when it is known. */
enum place_moment place_trajectory_at(struct place_pose *out,
                                      const struct place_trajectory *trajectory,
                                      struct place_earth *earth, double time_s);

#endif
