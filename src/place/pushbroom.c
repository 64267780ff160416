/*
 * pushbroom.c - from a trajectory and a camera to places on the ground
 *
 * Axes: Earth-centred (e), north-east-down at the carrier (n), body: forward, right,
 * down (b), camera: the same, turned by the boresight (c).  With A from n to e, C
 * from b to n (heading, pitch, roll), B from c to b (boresight), l the lever arm from
 * the trajectory's point to the camera, in b, and v a sample's look in c:
 *
 *   origin  O = P + A C l          look  d = A C B v          ground  G = O + r d
 *
 * with r the way to the first meeting with the ground.
 *
 * Errors.  Small errors move the origin by o and turn the look by a vector w.  The
 * ground is taken as its plane at G with normal n; the ray that was moved by
 * m = o + r (w x d) there meets the plane, itself higher by z, at
 *
 *   g = m - d (n.m)/(n.d) + d (n.up)/(n.d) z
 *
 * Every error is one such g times its standard deviation; all are independent and
 * their squares add up:
 *
 *   position             o = A (north, east, down)
 *   attitude             w = A (axis): roll about C's forward, pitch about the level
 *                        right Rz(heading) e2, heading about down; o = w x (A C l)
 *   boresight            w = A C (axis), likewise by B's order of rotations
 *   lever arm            o = A C (forward, right, down)
 *   time                 o and w by their rates, from the poses a millisecond before
 *                        and after
 *   camera               m = r (A C B) dv/d(across), dv/d(along)
 *   terrain              z; shifted sideways by s, a slope |grad| is higher by |grad| s,
 *                        so z^2 = sigma^2 + |grad|^2 sigma_horizontal^2
 *   geoid                o = up where the trajectory's heights are above it, z where
 *                        the terrain's are, both at once where both are
 *
 * The frame of small rotations: Mikhail, Bethel and McGlone 2001, Introduction to
 * Modern Photogrammetry, ch. 4; the propagation is the first-order one of any error
 * theory.  It holds while the ground is a plane over the error's reach: not at a
 * ridge that hides what is behind it.
 */
#include "place/pushbroom.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "place/rotation.h"

static const double RATE_STEP_S = 1e-3;
enum { MAX_ERRORS = 14, LINES_AT_ONCE = 64 };

/* An error of one standard deviation. */
struct move {
    double origin[3]; /* o, m */
    double turn[3];   /* w, rad */
};

/* What a line's pixels share. */
struct line {
    double origin[3];
    double camera[9]; /* A C B */
    size_t n_moves;
    struct move move[MAX_ERRORS];
};

struct work {
    const struct place_pushbroom *p;
    struct cube_placement *out;
    double boresight[9];
    struct place_earth **earth; /* a worker */
    unsigned *sights;           /* n_lines x PLACE_N_SIGHTS */
    unsigned char *moment;      /* n_lines: enum place_moment */
    size_t first_line;
};

static void scaled(double out[3], const double v[3], double by)
{
    for (int i = 0; i < 3; i++)
        out[i] = v[i] * by;
}

/* Origin and camera axes of a pose. */
static void aim(double origin[3], double camera[9], double body[9], const struct work *work,
                const struct place_pose *pose)
{
    double arm[3];

    place_multiply(body, pose->axes, pose->body); /* A C */
    place_multiply(camera, body, work->boresight);
    place_apply(arm, body, work->p->geometry->lever_arm_m);
    for (int i = 0; i < 3; i++)
        origin[i] = pose->position[i] + arm[i];
}

/* The three axes about which roll, pitch and heading turn, as columns, in the frame the
 * rotation leads to. */
static void turning_axes(double out[9], const double rotation[9])
{
    double roll, pitch, heading;

    place_rotation_angles(&roll, &pitch, &heading, rotation);
    out[0] = rotation[0];
    out[3] = rotation[3];
    out[6] = rotation[6];
    out[1] = -sin(heading);
    out[4] = cos(heading);
    out[7] = 0;
    out[2] = out[5] = 0;
    out[8] = 1;
}

static void column_of(double out[3], const double matrix[9], int column)
{
    for (int i = 0; i < 3; i++)
        out[i] = matrix[3 * i + column];
}

/* How origin and look move in a second, times the error of a line's time. */
static void add_time(struct line *line, const struct work *work, struct place_earth *earth,
                     double time_s)
{
    struct place_pose pose[2];
    double origin[2][3], camera[2][9], body[9], when[2] = {time_s, time_s}, rate[9], turn[9];
    struct move *move = &line->move[line->n_moves++];

    for (int i = 0; i < 2; i++) {
        const double other = time_s + (i == 0 ? -RATE_STEP_S : RATE_STEP_S);
        if (place_trajectory_at(&pose[i], work->p->trajectory, earth, other) == PLACE_MOMENT_KNOWN)
            when[i] = other;
        else
            place_trajectory_at(&pose[i], work->p->trajectory, earth, time_s);
        aim(origin[i], camera[i], body, work, &pose[i]);
    }
    *move = (struct move){{0}, {0}};
    if (!(when[1] > when[0]))
        return;
    const double by = work->p->geometry->lines.sigma_s / (when[1] - when[0]);
    for (int i = 0; i < 3; i++)
        move->origin[i] = (origin[1][i] - origin[0][i]) * by;
    for (int i = 0; i < 9; i++)
        rate[i] = (camera[1][i] - camera[0][i]) * by;
    for (int i = 0; i < 3; i++) /* rate camera^T, skew up to second order */
        for (int j = 0; j < 3; j++)
            turn[3 * i + j] = rate[3 * i] * line->camera[3 * j] +
                              rate[3 * i + 1] * line->camera[3 * j + 1] +
                              rate[3 * i + 2] * line->camera[3 * j + 2];
    move->turn[0] = (turn[7] - turn[5]) / 2;
    move->turn[1] = (turn[2] - turn[6]) / 2;
    move->turn[2] = (turn[3] - turn[1]) / 2;
}

static void add_moves(struct line *line, const struct work *work, const struct place_pose *pose,
                      const double body[9])
{
    const struct place_geometry *g = work->p->geometry;
    double attitude[9], boresight[9], arm[3], axis[3], to_earth[3];

    turning_axes(attitude, pose->body);
    turning_axes(boresight, work->boresight);
    place_apply(arm, body, g->lever_arm_m);
    for (int k = 0; k < 3; k++) {
        struct move *move = &line->move[line->n_moves];
        for (int i = 0; i < 4; i++)
            move[i] = (struct move){{0}, {0}};
        column_of(axis, pose->axes, k);
        scaled(move[0].origin, axis, g->trajectory.sigma_m[k]);
        column_of(axis, attitude, k);
        place_apply(to_earth, pose->axes, axis);
        scaled(move[1].turn, to_earth, g->trajectory.sigma_rad[k]);
        place_cross(move[1].origin, move[1].turn, arm);
        column_of(axis, boresight, k);
        place_apply(to_earth, body, axis);
        scaled(move[2].turn, to_earth, g->boresight_sigma_rad[k]);
        column_of(axis, body, k);
        scaled(move[3].origin, axis, g->lever_arm_sigma_m[k]);
        line->n_moves += 4;
    }
}

/* Where a move of the ray (m, at the ground) and of the ground (z) takes the place. */
static void add_variance(double out[4], const struct place_meeting *meeting, const double look[3],
                         const double move[3], double rise_m)
{
    const double up[3] = {-meeting->axes[2], -meeting->axes[5], -meeting->axes[8]};
    const double along =
        (rise_m * place_dot(meeting->normal, up) - place_dot(meeting->normal, move)) /
        place_dot(meeting->normal, look);
    double g[3], level[3];

    for (int i = 0; i < 3; i++)
        g[i] = move[i] + along * look[i];
    place_apply_transposed(level, meeting->axes, g); /* north, east, down */
    out[0] += level[1] * level[1];
    out[1] += level[1] * level[0];
    out[2] += level[0] * level[0];
    out[3] += level[2] * level[2];
}

static void find_variance(double out[4], const struct work *work, const struct line *line,
                          size_t sample, const struct place_meeting *meeting, const double look[3])
{
    const struct place_pushbroom *p = work->p;
    const struct place_geometry *g = p->geometry;
    const double up[3] = {-meeting->axes[2], -meeting->axes[5], -meeting->axes[8]};
    const double still[3] = {0, 0, 0}, *part[2] = {p->camera->across, p->camera->along};
    double move[3];

    out[0] = out[1] = out[2] = out[3] = 0;
    for (size_t k = 0; k < line->n_moves; k++) {
        place_cross(move, line->move[k].turn, look);
        for (int i = 0; i < 3; i++)
            move[i] = line->move[k].origin[i] + meeting->range_m * move[i];
        add_variance(out, meeting, look, move, 0);
    }
    for (int k = 0; k < 2; k++) {
        place_apply(move, line->camera, part[k] + 3 * sample);
        scaled(move, move, meeting->range_m * g->camera.sigma_rad[k]);
        add_variance(out, meeting, look, move, 0);
    }
    add_variance(out, meeting, look, still,
                 hypot(g->terrain.sigma_m, meeting->slope * g->terrain.horizontal_sigma_m));
    if (g->geoid.given) {
        scaled(move, up, g->trajectory.datum == VAHO_HEIGHT_GEOID ? g->geoid.sigma_m : 0);
        add_variance(out, meeting, look, move,
                     g->terrain.datum == VAHO_HEIGHT_GEOID ? g->geoid.sigma_m : 0);
    }
}

static void place_pixel(const struct work *work, const struct line *line, struct place_earth *earth,
                        size_t l, size_t s)
{
    const struct place_pushbroom *p = work->p;
    const size_t pixel = l * p->camera->n_samples + s;
    struct place_meeting meeting;
    double look[3], variance[4];
    enum place_sight sight;

    place_apply(look, line->camera, p->camera->look + 3 * s);
    sight = place_ground_meet(&meeting, p->ground, earth, line->origin, look);
    work->sights[l * PLACE_N_SIGHTS + (size_t)sight]++;
    if (sight != PLACE_SIGHT_HIT)
        return;
    find_variance(variance, work, line, s, &meeting, look);
    work->out->longitude_deg[pixel] = remainder(meeting.geodetic[0] * 180 / M_PI, 360);
    work->out->latitude_deg[pixel] = meeting.geodetic[1] * 180 / M_PI;
    work->out->height_m[pixel] = (float)meeting.geodetic[2];
    for (int i = 0; i < 4; i++)
        work->out->variance_m2[4 * pixel + (size_t)i] = (float)variance[i];
}

static enum vaho_status place_line(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    struct work *work = context;
    const struct place_pushbroom *p = work->p;
    const size_t l = work->first_line + task;
    struct place_earth *earth = work->earth[worker];
    struct place_pose pose;
    struct line line = {.n_moves = 0};
    double body[9];
    const enum place_moment moment = place_trajectory_at(&pose, p->trajectory, earth, p->time_s[l]);

    (void)error;
    work->moment[l] = (unsigned char)moment;
    if (moment != PLACE_MOMENT_KNOWN)
        return VAHO_OK;
    aim(line.origin, line.camera, body, work, &pose);
    add_moves(&line, work, &pose, body);
    add_time(&line, work, earth, p->time_s[l]);
    for (size_t s = 0; s < p->camera->n_samples; s++)
        place_pixel(work, &line, earth, l, s);
    return VAHO_OK;
}

/* Room for the result, all unknown, and for the workers. */
static enum vaho_status prepare(struct work *work, size_t n_workers, struct vaho_error *error)
{
    const struct place_pushbroom *p = work->p;
    struct cube_placement *out = work->out;
    size_t n = 0;
    enum vaho_status status = VAHO_OK;

    if (vaho_size_mul(&n, p->n_lines, p->camera->n_samples) && n <= CUBE_MAX_PLACED_PIXELS) {
        out->longitude_deg = vaho_alloc(n, sizeof(double));
        out->latitude_deg = vaho_alloc(n, sizeof(double));
        out->height_m = vaho_alloc(n, sizeof(float));
        out->variance_m2 = vaho_alloc(n, 4 * sizeof(float));
    }
    work->sights = vaho_alloc(p->n_lines, PLACE_N_SIGHTS * sizeof *work->sights);
    work->moment = vaho_alloc(p->n_lines, 1);
    work->earth = vaho_alloc(n_workers, sizeof(struct place_earth *));
    if (!out->longitude_deg || !out->latitude_deg || !out->height_m || !out->variance_m2 ||
        !work->sights || !work->moment || !work->earth)
        return vaho_fail_memory(error, "the places of a cube's pixels");
    for (size_t i = 0; i < n; i++) {
        out->longitude_deg[i] = out->latitude_deg[i] = NAN;
        out->height_m[i] = NAN;
        for (size_t k = 0; k < 4; k++)
            out->variance_m2[4 * i + k] = NAN;
    }
    out->height_datum = p->ground->datum == VAHO_HEIGHT_GEOID && !p->ground->geoid_given
                            ? VAHO_HEIGHT_GEOID
                            : VAHO_HEIGHT_ELLIPSOID;
    for (size_t i = 0; status == VAHO_OK && i < n_workers; i++)
        status = place_ground_earth(&work->earth[i], p->ground, error);
    return status;
}

static void count(struct place_outcome *outcome, const struct work *work)
{
    *outcome = (struct place_outcome){{0}, 0, 0, 0};
    for (size_t l = 0; l < work->p->n_lines; l++) {
        for (size_t k = 0; k < PLACE_N_SIGHTS; k++)
            outcome->n_sights[k] += work->sights[l * PLACE_N_SIGHTS + k];
        outcome->n_before += work->moment[l] == PLACE_MOMENT_BEFORE;
        outcome->n_after += work->moment[l] == PLACE_MOMENT_AFTER;
        outcome->n_gap += work->moment[l] == PLACE_MOMENT_GAP;
    }
}

enum vaho_status place_pushbroom(struct cube_placement *out, struct place_outcome *outcome,
                                 const struct place_pushbroom *pushbroom, struct vaho_pool *pool,
                                 const struct vaho_progress *progress, struct vaho_error *error)
{
    const double *boresight = pushbroom->geometry->boresight_rad;
    const size_t n_workers = vaho_pool_n_threads(pool), n_lines = pushbroom->n_lines;
    struct work work = {.p = pushbroom, .out = out};
    enum vaho_status status;

    *out = (struct cube_placement){0};
    place_rotation(work.boresight, boresight[0], boresight[1], boresight[2]);
    status = prepare(&work, n_workers, error);
    for (size_t l = 0; status == VAHO_OK && l < n_lines; l += LINES_AT_ONCE) {
        const size_t n = n_lines - l < LINES_AT_ONCE ? n_lines - l : LINES_AT_ONCE;
        work.first_line = l;
        status = vaho_pool_run(pool, n, place_line, &work, error);
        vaho_progress_report(progress, "place", l + n, n_lines, "lines");
    }
    if (status == VAHO_OK)
        count(outcome, &work);
    for (size_t i = 0; work.earth != NULL && i < n_workers; i++)
        place_earth_free(work.earth[i]);
    free(work.earth);
    free(work.sights);
    free(work.moment);
    if (status != VAHO_OK)
        cube_placement_free(out);
    return status;
}
