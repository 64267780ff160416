/*
 * fix.c - Gaussians on the ellipsoid
 *
 * With n the ellipsoid's normal, east e = z x n / |z x n| and north n x e.  The normal of a
 * point on the ellipsoid is (x / a^2, y / a^2, z / b^2), made one long, so no angles are needed.
 *
 * Two Gaussians N(0, A) and N(d, B) of one place:
 *     product    K = A (A + B)^-1,  mean K d,  covariance A - K A
 *     quotient   L = A^-1 - B^-1,   mean -L^-1 B^-1 d,  covariance L^-1   (A joined from B and it)
 */
#include "track/fix.h"

#include <math.h>

static const double A_M = 6378137.0, B_M = 6356752.314245179; /* WGS 84 */
static const double DEGREE = 0.017453292519943295, PI = 3.141592653589793;

struct axes {
    double east[3], north[3];
};

struct vaho_fix vaho_fix_at(double longitude_deg, double latitude_deg,
                            const double covariance_m2[3])
{
    double e2 = 1 - B_M * B_M / (A_M * A_M), sine = sin(latitude_deg * DEGREE);
    double cosine = cos(latitude_deg * DEGREE), n = A_M / sqrt(1 - e2 * sine * sine);

    return (struct vaho_fix){{n * cosine * cos(longitude_deg * DEGREE),
                              n * cosine * sin(longitude_deg * DEGREE), n * (1 - e2) * sine},
                             {covariance_m2[0], covariance_m2[1], covariance_m2[2]}};
}

void vaho_fix_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_fix *fix)
{
    const double *x = fix->xyz;

    *longitude_deg = atan2(x[1], x[0]) / DEGREE;
    *latitude_deg = atan2(x[2] * A_M * A_M, hypot(x[0], x[1]) * B_M * B_M) / DEGREE;
}

static struct axes axes_at(const double xyz[3])
{
    double x = xyz[0], y = xyz[1], z = xyz[2] * (A_M / B_M) * (A_M / B_M);
    double level = sqrt(x * x + y * y), length = sqrt(level * level + z * z);
    struct axes a = {{0, 1, 0}, {-1, 0, 0}}; /* at a pole any two will do */

    if (level > 1e-6) {
        a.east[0] = -y / level;
        a.east[1] = x / level;
    }
    x /= length;
    y /= length;
    z /= length;
    a.north[0] = -z * a.east[1];
    a.north[1] = z * a.east[0];
    a.north[2] = x * a.east[1] - y * a.east[0];
    return a;
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* A covariance of one plane in the axes of another, whose east makes this angle with its own. */
static void turn(double out[3], const double c[3], const struct axes *from, const struct axes *to)
{
    double cosine = dot(from->east, to->east), sine = dot(from->east, to->north);
    double length = hypot(cosine, sine), in[3] = {c[0], c[1], c[2]};

    cosine /= length;
    sine /= length;
    out[0] = cosine * cosine * in[0] - 2 * cosine * sine * in[1] + sine * sine * in[2];
    out[1] = cosine * sine * (in[0] - in[2]) + (cosine * cosine - sine * sine) * in[1];
    out[2] = sine * sine * in[0] + 2 * cosine * sine * in[1] + cosine * cosine * in[2];
}

static void offset(double out[2], const struct axes *axes, const double from[3], const double to[3])
{
    const double way[3] = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};

    out[0] = dot(way, axes->east);
    out[1] = dot(way, axes->north);
}

/* The fix with this mean and covariance in the plane of 'from'. */
static struct vaho_fix moved(const struct vaho_fix *from, const struct axes *axes,
                             const double m[2], const double c[3])
{
    struct vaho_fix out;
    struct axes there;

    for (int k = 0; k < 3; k++)
        out.xyz[k] = from->xyz[k] + m[0] * axes->east[k] + m[1] * axes->north[k];
    there = axes_at(out.xyz);
    turn(out.covariance_m2, c, axes, &there);
    return out;
}

static double invert(double out[3], const double c[3])
{
    double determinant = c[0] * c[2] - c[1] * c[1];

    out[0] = c[2] / determinant;
    out[1] = -c[1] / determinant;
    out[2] = c[0] / determinant;
    return determinant;
}

/* Offset and covariance of the second in the plane of the first. */
static struct axes compare(double d[2], double b[3], const struct vaho_fix *first,
                           const struct vaho_fix *second)
{
    struct axes here = axes_at(first->xyz), there = axes_at(second->xyz);

    offset(d, &here, first->xyz, second->xyz);
    turn(b, second->covariance_m2, &there, &here);
    return here;
}

double vaho_fix_ln_same(const struct vaho_fix *a, const struct vaho_fix *b)
{
    double d[2], c[3], inverse[3], determinant;

    compare(d, c, a, b);
    for (int k = 0; k < 3; k++)
        c[k] += a->covariance_m2[k];
    determinant = invert(inverse, c);
    return -0.5 * (d[0] * d[0] * inverse[0] + 2 * d[0] * d[1] * inverse[1] +
                   d[1] * d[1] * inverse[2]) -
           log(2 * PI) - 0.5 * log(determinant);
}

struct vaho_fix vaho_fix_join(const struct vaho_fix *first, const struct vaho_fix *second)
{
    const double *a = first->covariance_m2;
    double d[2], b[3], sum[3], inverse[3], k[4], m[2], c[3];
    const struct axes axes = compare(d, b, first, second);

    for (int i = 0; i < 3; i++)
        sum[i] = a[i] + b[i];
    invert(inverse, sum);
    k[0] = a[0] * inverse[0] + a[1] * inverse[1];
    k[1] = a[0] * inverse[1] + a[1] * inverse[2];
    k[2] = a[1] * inverse[0] + a[2] * inverse[1];
    k[3] = a[1] * inverse[1] + a[2] * inverse[2];
    m[0] = k[0] * d[0] + k[1] * d[1];
    m[1] = k[2] * d[0] + k[3] * d[1];
    c[0] = a[0] - k[0] * a[0] - k[1] * a[1];
    c[1] = a[1] - k[0] * a[1] - k[1] * a[2];
    c[2] = a[2] - k[2] * a[1] - k[3] * a[2];
    return moved(first, &axes, m, c);
}

struct vaho_fix vaho_fix_without(const struct vaho_fix *whole, const struct vaho_fix *part)
{
    double d[2], b[3], in_b[3], in_whole[3], c[3], m[2], pull[2];
    const struct axes axes = compare(d, b, whole, part);

    invert(in_b, b);
    invert(in_whole, whole->covariance_m2);
    for (int i = 0; i < 3; i++)
        in_whole[i] -= in_b[i];
    invert(c, in_whole);
    pull[0] = in_b[0] * d[0] + in_b[1] * d[1];
    pull[1] = in_b[1] * d[0] + in_b[2] * d[1];
    m[0] = -(c[0] * pull[0] + c[1] * pull[1]);
    m[1] = -(c[1] * pull[0] + c[2] * pull[1]);
    return moved(whole, &axes, m, c);
}

double vaho_fix_largest_sigma_m(const double c[3])
{
    double middle = 0.5 * (c[0] + c[2]), half = 0.5 * (c[0] - c[2]);

    return sqrt(fmax(0, middle + sqrt(half * half + c[1] * c[1])));
}

void vaho_fix_spread(double longitude_deg[VAHO_FIX_SPREAD], double latitude_deg[VAHO_FIX_SPREAD],
                     const struct vaho_fix *fix)
{
    const double *c = fix->covariance_m2;
    const struct axes axes = axes_at(fix->xyz);
    /* Cholesky: C = L L' */
    double l0 = sqrt(c[0]), l1 = c[1] / l0, l2 = sqrt(fmax(0, c[2] - l1 * l1));

    for (size_t i = 0; i < VAHO_FIX_SPREAD; i++) {
        size_t ring = i / VAHO_FIX_SPOKES;
        double p = ((double)ring + 0.5) / VAHO_FIX_RINGS, r = sqrt(-2 * log1p(-p));
        double angle =
            2 * PI * ((double)(i % VAHO_FIX_SPOKES) + 0.5 * (double)(ring % 2)) / VAHO_FIX_SPOKES;
        double u = r * cos(angle), v = r * sin(angle), m[2] = {l0 * u, l1 * u + l2 * v};
        struct vaho_fix there = *fix;
        for (int k = 0; k < 3; k++)
            there.xyz[k] += m[0] * axes.east[k] + m[1] * axes.north[k];
        vaho_fix_lonlat(&longitude_deg[i], &latitude_deg[i], &there);
    }
}
