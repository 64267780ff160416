/*
 * course.h - how a flight really went, and how its instruments say it went
 *
 * A straight line at a steady height, with an attitude that shakes.  Each line
 * of the cube is taken from one pose; sample i looks across the track by (i - middle) pixels of
 * the camera's angle.  The frame is level, east and north in metres: the Earth's curve, 0.3 m at
 * 2 km, is left out.  It shares nothing with src/place, which works on the Earth's ellipsoid
 * (tests hold one against the other).
 */
#ifndef VAHO_EXERCISE_COURSE_H
#define VAHO_EXERCISE_COURSE_H

#include <stddef.h>
#include <stdint.h>

#include "exercise/terrain.h"

struct vaho_course {
    double from_m[2], heading_deg, altitude_m, speed_m_s, start_s;
    double pixel_m, pixel_rad; /* along the track; across, an angle */
    double jitter_deg, position_sigma_m, attitude_sigma_deg;
    size_t n_lines, n_samples; /* n_lines with those that are dropped */
    uint64_t key;              /* of this flight */
};

struct vaho_pose {
    double time_s, east_m, north_m, up_m; /* up: above the area's mean ground */
    double roll_deg, pitch_deg, heading_deg;
};

/* The pose of a line: counted over all frames, and beyond both ends. */
void vaho_course_pose(struct vaho_pose *out, const struct vaho_course *course, double line);

/* The same as the instruments say it: errors that belong to the flight and drift slowly, with the
 * course's sigmas. */
void vaho_course_measured(struct vaho_pose *out, const struct vaho_course *course, double line);

/* Where a sample looks, from the camera's axis to the right, radians. */
double vaho_course_across_rad(const struct vaho_course *course, size_t sample);

/* Where on the ground a sample of a pose looks: east, north.  'terrain' NULL: on level ground. */
void vaho_course_ground(double out_m[2], const struct vaho_course *course,
                        const struct vaho_pose *pose, size_t sample,
                        const struct vaho_terrain *terrain);

#endif
