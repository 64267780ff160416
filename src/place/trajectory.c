/*
 * trajectory.c - between the records of a trajectory
 *
 * Positions are Earth-centred and interpolated by cubic Hermite polynomials whose
 * tangents are the slope of the parabola through a record and its two neighbours
 * (one-sided at the ends and beside gaps): exact for steady acceleration, which a
 * straight line misses by a dt^2 / 8.  Attitudes are turned along the shorter way
 * (spherical linear interpolation); what that misses is alpha dt^2 / 8 for an
 * angular acceleration alpha.
 *
 * Attitude is against north, east and down of the place itself, so that a carrier
 * that flies level stays level between records.
 */
#include "place/trajectory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "place/rotation.h"

/* What is wrong with a record, or NULL. */
static const char *find_fault(const double *row, const double *before)
{
    const double turn = 2 * M_PI + 1e-9;

    if (before != NULL && !(row[PLACE_TIME] > before[PLACE_TIME]))
        return "its time is not later than the one before";
    if (!(fabs(row[PLACE_LATITUDE]) <= M_PI / 2))
        return "its latitude is beyond 90 degrees; degrees may be taken for radians";
    if (!(fabs(row[PLACE_LONGITUDE]) <= turn))
        return "its longitude is beyond 360 degrees; degrees may be taken for radians";
    if (!(row[PLACE_HEIGHT] > -12000 && row[PLACE_HEIGHT] < 2e6))
        return "its height is not from -12 to 2000 km";
    if (!(fabs(row[PLACE_ROLL]) <= turn && fabs(row[PLACE_PITCH]) <= M_PI / 2 &&
          fabs(row[PLACE_HEADING]) <= turn))
        return "its roll or heading is beyond 360 degrees or its pitch beyond 90; degrees may be "
               "taken for radians";
    return NULL;
}

enum vaho_status place_trajectory_new(struct place_trajectory *out, const struct place_table *table,
                                      const char *name, const char *unit, double max_gap_s,
                                      struct place_earth *earth, struct vaho_error *error)
{
    const size_t n = table->n_rows;

    *out = (struct place_trajectory){.n = n, .max_gap_s = max_gap_s};
    if (n < 2)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: a trajectory has two records or more", name);
    out->time_s = vaho_alloc(n, sizeof *out->time_s);
    out->position = vaho_alloc(n, 3 * sizeof *out->position);
    out->attitude = vaho_alloc(n, 4 * sizeof *out->attitude);
    if (out->time_s == NULL || out->position == NULL || out->attitude == NULL) {
        place_trajectory_free(out);
        return vaho_fail_memory(error, name);
    }
    for (size_t i = 0; i < n; i++) {
        const double *row = table->value + i * PLACE_N_TRAJECTORY_COLUMNS;
        const char *fault =
            find_fault(row, i == 0 ? NULL : row - (ptrdiff_t)PLACE_N_TRAJECTORY_COLUMNS);
        if (fault != NULL) {
            place_trajectory_free(out);
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s %zu: %s", name, unit, table->line[i],
                             fault);
        }
        out->time_s[i] = row[PLACE_TIME];
        place_earth_centred(out->position + 3 * i, earth, row + PLACE_LONGITUDE);
        place_quaternion(out->attitude + 4 * i, row[PLACE_ROLL], row[PLACE_PITCH],
                         row[PLACE_HEADING]);
    }
    return VAHO_OK;
}

void place_trajectory_free(struct place_trajectory *trajectory)
{
    free(trajectory->time_s);
    free(trajectory->position);
    free(trajectory->attitude);
    *trajectory = (struct place_trajectory){0};
}

/* The last record not later than 'time_s', which is not before the first. */
static size_t find_record(const struct place_trajectory *t, double time_s)
{
    size_t low = 0, high = t->n - 1;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (t->time_s[middle] <= time_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The slope at record i, as seen from the stretch from 'from' to from + 1. */
static void tangent(double out[3], const struct place_trajectory *t, size_t i, size_t from)
{
    const size_t other = i == from ? i - 1 : i + 1; /* the neighbour on the far side */
    const double *a = t->position + 3 * from, *b = a + 3;
    const double h = t->time_s[from + 1] - t->time_s[from];
    const int alone = (i == from && i == 0) || (i != from && i + 1 == t->n) ||
                      fabs(t->time_s[other] - t->time_s[i]) > t->max_gap_s; /* 'other' last */

    for (size_t j = 0; j < 3; j++) {
        const double slope = (b[j] - a[j]) / h;
        out[j] = slope;
        if (!alone) {
            const double k = t->time_s[other] - t->time_s[i]; /* of either sign */
            const double far = (t->position[3 * other + j] - t->position[3 * i + j]) / k;
            out[j] = (fabs(k) * slope + h * far) / (h + fabs(k));
        }
    }
}

/* The cubic over the stretch from record i at a share u of it. */
static void interpolate(double out[3], const struct place_trajectory *t, size_t i, double u)
{
    const double *a = t->position + 3 * i, *b = a + 3;
    const double h = t->time_s[i + 1] - t->time_s[i];
    const double u2 = u * u, u3 = u2 * u;
    double slope_a[3], slope_b[3];

    tangent(slope_a, t, i, i);
    tangent(slope_b, t, i + 1, i);
    for (int j = 0; j < 3; j++) {
        /* from a, so that no digits are lost to the Earth's radius */
        const double step = b[j] - a[j];
        out[j] = a[j] + (3 * u2 - 2 * u3) * step + (u3 - 2 * u2 + u) * h * slope_a[j] +
                 (u3 - u2) * h * slope_b[j];
    }
}

enum place_moment place_trajectory_at(struct place_pose *out, const struct place_trajectory *t,
                                      struct place_earth *earth, double time_s)
{
    double geodetic[3], attitude[4], u;
    size_t i;

    if (!(time_s >= t->time_s[0]))
        return PLACE_MOMENT_BEFORE;
    if (time_s > t->time_s[t->n - 1])
        return PLACE_MOMENT_AFTER;
    i = find_record(t, time_s);
    if (t->time_s[i + 1] - t->time_s[i] > t->max_gap_s)
        return PLACE_MOMENT_GAP;
    u = (time_s - t->time_s[i]) / (t->time_s[i + 1] - t->time_s[i]);
    interpolate(out->position, t, i, u);
    place_quaternion_between(attitude, t->attitude + 4 * i, t->attitude + 4 * (i + 1), u);
    place_quaternion_rotation(out->body, attitude);
    place_earth_geodetic(geodetic, earth, out->position);
    place_earth_axes(out->axes, geodetic[0], geodetic[1]);
    return PLACE_MOMENT_KNOWN;
}
