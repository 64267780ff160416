#include "release/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double RADIAN = 0.017453292519943295;
static const double MIDDLE_ROUNDED_M = 0.08; /* half a millionth of a degree either way */

/* --- places ---------------------------------------------------------------- */

static double height_deg(int level)
{
    return ldexp(360, -level);
}

int vaho_cell_level(double least_m)
{
    for (int level = VAHO_CELL_FINEST; level >= VAHO_CELL_COARSEST; level--)
        if (height_deg(level) * VAHO_CELL_LEAST_M_PER_DEG >= least_m)
            return level;
    return 0;
}

/* The latitude of a row's edge: nearer to the pole, or to the equator. */
static double edge_deg(const struct vaho_cell *cell, int poleward)
{
    double south = cell->row * height_deg(cell->level) - 90,
           north = south + height_deg(cell->level);

    return (south >= 0) == (poleward != 0) ? north : south;
}

/* M: the row has 2^M columns. */
static int column_bits(const struct vaho_cell *cell)
{
    double cosine = cos(edge_deg(cell, 1) * RADIAN);
    int bits = cell->level;

    while (bits > 0 && ldexp(1, bits - cell->level) > cosine)
        bits--;
    return bits;
}

/* The column of the finest level that a longitude lies in; all come round at 360 degrees. */
static uint32_t finest_column(double longitude_deg)
{
    double turn = (longitude_deg + 180) / 360;

    return (uint32_t)((int64_t)floor(ldexp(turn - floor(turn), VAHO_CELL_FINEST)) &
                      ((1 << VAHO_CELL_FINEST) - 1));
}

int vaho_cell_of(struct vaho_cell *out, double longitude_deg, double latitude_deg, int level)
{
    if (!(fabs(latitude_deg) <= VAHO_CELL_MOST_LATITUDE_DEG) || !(fabs(longitude_deg) <= 720) ||
        level < VAHO_CELL_COARSEST || level > VAHO_CELL_FINEST)
        return 0;
    out->level = level;
    out->row = (uint32_t)floor(ldexp((latitude_deg + 90) / 360, VAHO_CELL_FINEST)) >>
               (VAHO_CELL_FINEST - level);
    out->column = finest_column(longitude_deg) >> (VAHO_CELL_FINEST - column_bits(out));
    return 1;
}

struct vaho_cell vaho_cell_within(const struct vaho_cell *cell, int level)
{
    struct vaho_cell out = {level, cell->row >> (cell->level - level), 0};

    out.column = cell->column >> (column_bits(cell) - column_bits(&out));
    return out;
}

int vaho_cell_same(const struct vaho_cell *a, const struct vaho_cell *b)
{
    return a->level == b->level && a->row == b->row && a->column == b->column;
}

void vaho_cell_bounds(double out[4], const struct vaho_cell *cell)
{
    double width = ldexp(360, -column_bits(cell)), height = height_deg(cell->level);

    out[0] = cell->column * width - 180;
    out[1] = cell->row * height - 90;
    out[2] = out[0] + width;
    out[3] = out[1] + height;
}

void vaho_cell_middle(double *out_longitude_deg, double *out_latitude_deg,
                      const struct vaho_cell *cell)
{
    double bounds[4];

    vaho_cell_bounds(bounds, cell);
    *out_longitude_deg = round(5e5 * (bounds[0] + bounds[2])) / 1e6;
    *out_latitude_deg = round(5e5 * (bounds[1] + bounds[3])) / 1e6;
}

/*
 * The straight line in longitude and latitude between two places is a way over the ground, no
 * longer than with every degree as long as at its end nearer to the equator.
 */
static double way_m(double east_deg, double north_deg, double equatorward_deg)
{
    return VAHO_CELL_MOST_M_PER_DEG *
           hypot(north_deg, east_deg * cos(fabs(equatorward_deg) * RADIAN));
}

double vaho_cell_reach_m(const struct vaho_cell *cell)
{
    double bounds[4];

    vaho_cell_bounds(bounds, cell);
    return MIDDLE_ROUNDED_M +
           way_m((bounds[2] - bounds[0]) / 2, (bounds[3] - bounds[1]) / 2, edge_deg(cell, 0));
}

double vaho_cell_distance_m(const struct vaho_cell *cell, double longitude_deg, double latitude_deg)
{
    double longitude, latitude, east, equatorward;

    vaho_cell_middle(&longitude, &latitude, cell);
    east = fabs(remainder(longitude_deg - longitude, 360));
    equatorward = latitude * latitude_deg < 0 ? 0 : fmin(fabs(latitude), fabs(latitude_deg));
    return way_m(east, latitude_deg - latitude, equatorward);
}

/* --- times and amounts -------------------------------------------------------- */

double vaho_time_step_s(double least_s)
{
    static const double step[] = {1,     60,     600,     3600,     21600,
                                  86400, 604800, 2419200, 29030400, 1045094400};

    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++)
        if (step[i] >= least_s)
            return step[i];
    return 0;
}

double vaho_time_step_start_s(double at_s, double step_s)
{
    return floor(at_s / step_s) * step_s;
}

/* The first n digits of the shortest decimal text that is this double, a whole number times
 * 10^*out_exponent; rounded up where 'up'.  0: not above 0. */
static int first_digits(int *out_exponent, double value, int n, int up)
{
    char text[40];
    int precision = 0, whole = 0, rest = 0, seen = 0;
    const char *c = text;

    if (!(value > 0) || !isfinite(value))
        return 0;
    do
        snprintf(text, sizeof text, "%.*e", precision, value);
    while (strtod(text, NULL) != value && ++precision < 17);
    for (; *c != 'e'; c++) {
        if (*c == '.')
            continue;
        if (seen++ < n)
            whole = 10 * whole + (*c - '0');
        else
            rest |= *c != '0';
    }
    *out_exponent = atoi(c + 1) - n + 1;
    for (; seen < n; seen++)
        whole *= 10;
    return whole + (up && rest);
}

static double from_digits(int whole, int exponent)
{
    char text[40];

    snprintf(text, sizeof text, "%de%d", whole, exponent); /* read back, it is rounded once */
    return strtod(text, NULL);
}

double vaho_digits_below(double value, int n)
{
    int exponent = 0, whole = first_digits(&exponent, value, n, 0);

    return from_digits(whole, exponent);
}

double vaho_digits_above(double value, int n)
{
    int exponent = 0, whole = first_digits(&exponent, value, n, 1);

    return from_digits(whole, exponent);
}

double vaho_round_number_above(double value)
{
    int exponent = 0, digit = first_digits(&exponent, value, 1, 1);

    return from_digits(digit > 5 ? 10 : digit > 2 ? 5 : digit, exponent);
}
