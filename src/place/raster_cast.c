/*
 * raster_cast.c - the first meeting of a ray with bilinear ground
 *
 * A ray is straight in space and slightly bent on a map, above an ellipsoid.  Over
 * a stretch of 20 km polynomials of degree 4 hold its column, row and height to
 * better than a millimetre (the first term left out is about d (d / R)^4).
 *
 * The stretch is cut where it passes from one patch of four nodes to the next.
 * In a patch the ground along a straight line is a parabola, so the height of the ray
 * above it, f(u), is one too but for the bend: f at both ends and the middle tell
 * whether it goes through zero and where it is least, and a spike between two patches
 * cannot be jumped over.  The first bracket [a, b] with f(a) > 0 >= f(b) goes to a
 * bracketed secant (regula falsi, Illinois: Dowell and Jarratt 1971) until the ray is
 * within 1e-8 m of the ground, or the bracket within 1e-12 of the stretch.
 */
#include <math.h>

#include "place/raster.h"

void place_path_fit(double out[5], const double f[5])
{
    const double d1 = f[1] - f[0], d2 = f[2] - 2 * f[1] + f[0];
    const double d3 = f[3] - 3 * f[2] + 3 * f[1] - f[0];
    const double d4 = f[4] - 4 * f[3] + 6 * f[2] - 4 * f[1] + f[0];

    /* Newton's forward differences in t = 4 u, multiplied out */
    out[0] = f[0];
    out[1] = 4 * (d1 - d2 / 2 + d3 / 3 - d4 / 4);
    out[2] = 16 * (d2 / 2 - d3 / 2 + 11 * d4 / 24);
    out[3] = 64 * (d3 / 6 - d4 / 4);
    out[4] = 256 * d4 / 24;
}

double place_path_at(const double c[5], double u)
{
    return c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * c[4])));
}

static double path_slope(const double c[5], double u)
{
    return c[1] + u * (2 * c[2] + u * (3 * c[3] + u * 4 * c[4]));
}

struct ray {
    const struct place_raster *raster; /* NULL: level ground at 'level_m' */
    double level_m;
    const struct place_path *path;
};

/* How far the ray is above the ground. */
static double above(const struct ray *ray, double u)
{
    const struct place_path *path = ray->path;
    const double ground = ray->raster == NULL
                              ? ray->level_m
                              : place_raster_height(ray->raster, place_path_at(path->column, u),
                                                    place_path_at(path->row, u));

    return place_path_at(path->height_m, u) - ground;
}

/* The root in [a, b] with f(a) = fa > 0 >= f(b) = fb. */
static double find_root(const struct ray *ray, double a, double fa, double b, double fb)
{
    int side = 0;

    for (int i = 0; i < 100 && b - a > 1e-12 && fb != 0; i++) {
        double u = (a * fb - b * fa) / (fb - fa), f;
        if (!(u > a && u < b) || i > 40)
            u = (a + b) / 2;
        f = above(ray, u);
        if (isnan(f) || fabs(f) < 1e-8)
            return isnan(f) ? NAN : u;
        if (f > 0) {
            a = u;
            fa = f;
            if (side == 1)
                fb /= 2;
            side = 1;
        } else {
            b = u;
            fb = f;
            if (side == -1)
                fa /= 2;
            side = -1;
        }
    }
    return b;
}

/* Where a coordinate next passes a whole number after u; beyond 1 when not in the stretch. */
static double next_crossing(const double c[5], double u)
{
    const double at = place_path_at(c, u), slope = path_slope(c, u);
    double goal, v;

    if (fabs(slope) < 1e-9)
        return 2;
    /* a crossing just passed is not met again */
    goal = slope > 0 ? floor(at + 1e-9) + 1 : ceil(at - 1e-9) - 1;
    v = u + (goal - at) / slope;
    for (int i = 0; i < 3 && v < 1.5; i++) { /* Newton: the path bends little */
        const double turn = path_slope(c, v);
        if (fabs(turn) < 1e-9)
            break;
        v -= (place_path_at(c, v) - goal) / turn;
    }
    return v > u ? v : 2;
}

/* Looks for a meeting in [a, b], within one patch; 1 with the root in *out_u. */
static int search_patch(double *out_u, int *out_unknown, const struct ray *ray, double a, double fa,
                        double b, double fb)
{
    const double m = (a + b) / 2, fm = above(ray, m);
    const double bend = 2 * (fa + fb - 2 * fm), slope = 4 * fm - 3 * fa - fb;
    double low = m, f_low = fm;

    *out_unknown = isnan(fm) || isnan(fb);
    if (*out_unknown)
        return 0;
    if (fm > 0 && fb > 0 && bend > 0 && slope < 0 && -slope < 2 * bend) { /* least inside */
        low = a + (b - a) * -slope / (2 * bend);
        f_low = above(ray, low);
        if (isnan(f_low))
            f_low = fm;
    }
    if (f_low <= 0)
        *out_u = find_root(ray, a, fa, low, f_low);
    else if (fb <= 0)
        *out_u = find_root(ray, fm > 0 ? m : a, fm > 0 ? fm : fa, b, fb);
    else
        return 0;
    *out_unknown = isnan(*out_u);
    return !*out_unknown;
}

static enum place_cast cast(double *out_u, const struct ray *ray)
{
    const struct place_path *path = ray->path;
    const size_t most =
        ray->raster == NULL ? 8 : 4 * (ray->raster->n_columns + ray->raster->n_rows) + 64;
    double u = 0, f = above(ray, 0);

    if (isnan(f))
        return PLACE_CAST_OUTSIDE;
    if (f <= 0)
        return PLACE_CAST_BELOW;
    for (size_t i = 0; u < 1; i++) {
        double next = 1, f_next;
        int unknown;
        if (i > most)
            return PLACE_CAST_OUTSIDE;
        if (ray->raster != NULL)
            next = fmin(1, fmin(next_crossing(path->column, u), next_crossing(path->row, u)));
        next = fmax(next, fmin(1, u + 1e-11));
        f_next = above(ray, next);
        if (search_patch(out_u, &unknown, ray, u, f, next, f_next))
            return PLACE_CAST_HIT;
        if (unknown)
            return PLACE_CAST_OUTSIDE;
        u = next;
        f = f_next;
    }
    return PLACE_CAST_ABOVE;
}

enum place_cast place_raster_cast(double *out_u, const struct place_raster *raster,
                                  const struct place_path *path)
{
    const struct ray ray = {raster, 0, path};

    return cast(out_u, &ray);
}

enum place_cast place_level_cast(double *out_u, double height_m, const struct place_path *path)
{
    const struct ray ray = {NULL, height_m, path};

    return cast(out_u, &ray);
}
