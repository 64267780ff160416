#include "place/rotation.h"

#include <math.h>

void place_rotation(double out[9], double roll_rad, double pitch_rad, double heading_rad)
{
    const double cr = cos(roll_rad), sr = sin(roll_rad);
    const double cp = cos(pitch_rad), sp = sin(pitch_rad);
    const double ch = cos(heading_rad), sh = sin(heading_rad);

    out[0] = ch * cp;
    out[1] = ch * sp * sr - sh * cr;
    out[2] = ch * sp * cr + sh * sr;
    out[3] = sh * cp;
    out[4] = sh * sp * sr + ch * cr;
    out[5] = sh * sp * cr - ch * sr;
    out[6] = -sp;
    out[7] = cp * sr;
    out[8] = cp * cr;
}

void place_quaternion(double out[4], double roll_rad, double pitch_rad, double heading_rad)
{
    const double cr = cos(roll_rad / 2), sr = sin(roll_rad / 2);
    const double cp = cos(pitch_rad / 2), sp = sin(pitch_rad / 2);
    const double ch = cos(heading_rad / 2), sh = sin(heading_rad / 2);

    out[0] = cr * cp * ch + sr * sp * sh;
    out[1] = sr * cp * ch - cr * sp * sh;
    out[2] = cr * sp * ch + sr * cp * sh;
    out[3] = cr * cp * sh - sr * sp * ch;
}

void place_quaternion_between(double out[4], const double a[4], const double b[4], double t)
{
    double cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3], length = 0;
    const double sign = cosine < 0 ? -1 : 1; /* q and -q are the same rotation */
    const double angle = acos(fmin(1, fabs(cosine)));
    double from = 1 - t, to = t;

    if (angle > 1e-6) {
        from = sin((1 - t) * angle) / sin(angle);
        to = sin(t * angle) / sin(angle);
    }
    for (int i = 0; i < 4; i++) {
        out[i] = from * a[i] + sign * to * b[i];
        length += out[i] * out[i];
    }
    for (int i = 0; i < 4; i++)
        out[i] /= sqrt(length);
}

void place_quaternion_rotation(double out[9], const double q[4])
{
    const double w = q[0], x = q[1], y = q[2], z = q[3];

    out[0] = 1 - 2 * (y * y + z * z);
    out[1] = 2 * (x * y - w * z);
    out[2] = 2 * (x * z + w * y);
    out[3] = 2 * (x * y + w * z);
    out[4] = 1 - 2 * (x * x + z * z);
    out[5] = 2 * (y * z - w * x);
    out[6] = 2 * (x * z - w * y);
    out[7] = 2 * (y * z + w * x);
    out[8] = 1 - 2 * (x * x + y * y);
}

void place_rotation_angles(double *roll_rad, double *pitch_rad, double *heading_rad,
                           const double rotation[9])
{
    *roll_rad = atan2(rotation[7], rotation[8]);
    *pitch_rad = asin(fmax(-1, fmin(1, -rotation[6])));
    *heading_rad = atan2(rotation[3], rotation[0]);
}

void place_multiply(double out[9], const double a[9], const double b[9])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
}

void place_apply(double out[3], const double a[9], const double v[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = a[3 * i] * v[0] + a[3 * i + 1] * v[1] + a[3 * i + 2] * v[2];
}

void place_apply_transposed(double out[3], const double a[9], const double v[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = a[i] * v[0] + a[3 + i] * v[1] + a[6 + i] * v[2];
}

void place_cross(double out[3], const double a[3], const double b[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

double place_dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
