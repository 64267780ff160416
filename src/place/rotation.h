/*
 * rotation.h - vectors of three, rotations as matrices and as quaternions
 *
 * Matrices are row by row.  Quaternions are (w, x, y, z), of length 1.  Angles are
 * radians.  Pure arithmetic; outputs may not overlap inputs.
 */
#ifndef VAHO_PLACE_ROTATION_H
#define VAHO_PLACE_ROTATION_H

/*
 * The rotation by heading, pitch and roll from axes that point forward, right and
 * down to axes that point north, east and down:
 *
 *   C = Rz(heading) Ry(pitch) Rx(roll)
 *
 * Heading turns clockwise from true north, pitch raises the nose, roll lowers the
 * right side.  The same order serves the boresight (camera to body).
 */
void place_rotation(double out[9], double roll_rad, double pitch_rad, double heading_rad);

void place_quaternion(double out[4], double roll_rad, double pitch_rad, double heading_rad);
/* The rotation a share 't' (0..1) of the shorter way from a to b. */
void place_quaternion_between(double out[4], const double a[4], const double b[4], double t);
void place_quaternion_rotation(double out[9], const double q[4]);
/* What place_rotation() was given, heading in (-pi, pi]. */
void place_rotation_angles(double *roll_rad, double *pitch_rad, double *heading_rad,
                           const double rotation[9]);

void place_multiply(double out[9], const double a[9], const double b[9]); /* a b */
void place_apply(double out[3], const double a[9], const double v[3]);
void place_apply_transposed(double out[3], const double a[9], const double v[3]);
void place_cross(double out[3], const double a[3], const double b[3]);
double place_dot(const double a[3], const double b[3]);

#endif
