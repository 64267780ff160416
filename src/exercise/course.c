/*
 * course.c - poses and where they look
 *
 * The axes are those of docs/place.md: heading turns clockwise from north, pitch raises the nose,
 * roll lowers the right side; C = Rz(heading) Ry(pitch) Rx(roll) from forward, right, down to
 * north, east, down.  A sample looks along v = (0, tan a, 1) in the body; C v, scaled until it
 * meets the ground, is the way from the carrier to the pixel.
 *
 * Errors of a measured pose are one draw a flight and a slow wave of it, so that they are shared
 * by neighbouring lines as those of a real trajectory are.
 */
#include "exercise/course.h"

#include "exercise/repeatable.h"

/* What the random streams of a flight are for (pass.c has its own from 20 on). */
enum stream { SHAKE = 40, BIAS = 50 };

static const double SHAKE_LINES = 96, DRIFT_PERIOD_S = 45;
static const double STEADY = 0.9, WAVING = 0.61644140; /* sqrt(2 (1 - 0.9^2)): variance 1 in all */

void vaho_course_pose(struct vaho_pose *out, const struct vaho_course *c, double line)
{
    double along = (line + 0.5) * c->pixel_m, shake[3];

    for (uint64_t i = 0; i < 3; i++)
        shake[i] = c->jitter_deg *
                   vaho_random_texture(vaho_random_key(c->key, SHAKE + i), line, 0.0, SHAKE_LINES);
    *out = (struct vaho_pose){
        .time_s = c->start_s + along / c->speed_m_s,
        .east_m = c->from_m[0] + along * vaho_repeatable_sin_deg(c->heading_deg),
        .north_m = c->from_m[1] + along * vaho_repeatable_cos_deg(c->heading_deg),
        .up_m = c->altitude_m,
        .roll_deg = shake[0],
        .pitch_deg = shake[1],
        .heading_deg = c->heading_deg + shake[2],
    };
}

/* The error of one quantity, standard deviation 1. */
static double error_of(const struct vaho_course *c, uint64_t quantity, double time_s)
{
    uint64_t key = vaho_random_key(c->key, BIAS + quantity);
    double phase = 360.0 * (vaho_random_uniform(key, 1) + (time_s - c->start_s) / DRIFT_PERIOD_S);

    return STEADY * vaho_random_normal(key, 0) + WAVING * vaho_repeatable_sin_deg(phase);
}

void vaho_course_measured(struct vaho_pose *out, const struct vaho_course *c, double line)
{
    vaho_course_pose(out, c, line);
    out->east_m += c->position_sigma_m * error_of(c, 0, out->time_s);
    out->north_m += c->position_sigma_m * error_of(c, 1, out->time_s);
    out->up_m += c->position_sigma_m * error_of(c, 2, out->time_s);
    out->roll_deg += c->attitude_sigma_deg * error_of(c, 3, out->time_s);
    out->pitch_deg += c->attitude_sigma_deg * error_of(c, 4, out->time_s);
    out->heading_deg += c->attitude_sigma_deg * error_of(c, 5, out->time_s);
}

double vaho_course_across_rad(const struct vaho_course *c, size_t sample)
{
    return ((double)sample - 0.5 * ((double)c->n_samples - 1.0)) * c->pixel_rad;
}

void vaho_course_ground(double out_m[2], const struct vaho_course *c, const struct vaho_pose *pose,
                        size_t sample, const struct vaho_terrain *terrain)
{
    double across_deg = vaho_course_across_rad(c, sample) * 57.295779513082323;
    double right = vaho_repeatable_sin_deg(across_deg), down = vaho_repeatable_cos_deg(across_deg);
    double cr = vaho_repeatable_cos_deg(pose->roll_deg),
           sr = vaho_repeatable_sin_deg(pose->roll_deg);
    double cp = vaho_repeatable_cos_deg(pose->pitch_deg);
    double sp = vaho_repeatable_sin_deg(pose->pitch_deg);
    double ch = vaho_repeatable_cos_deg(pose->heading_deg);
    double sh = vaho_repeatable_sin_deg(pose->heading_deg);
    /* Rx, then Ry, then Rz, on (0, right, down) */
    double y = cr * right - sr * down, z = sr * right + cr * down;
    double x = sp * z, far = pose->up_m / (cp * z);

    if (terrain != NULL) {
        const double origin[3] = {pose->east_m, pose->north_m,
                                  terrain->area->ground_m + pose->up_m};
        const double look[3] = {sh * x + ch * y, ch * x - sh * y, -cp * z};
        vaho_terrain_meet(out_m, terrain, origin, look);
        return;
    }
    out_m[0] = pose->east_m + far * (sh * x + ch * y);
    out_m[1] = pose->north_m + far * (ch * x - sh * y);
}
