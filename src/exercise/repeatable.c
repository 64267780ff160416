/*
 * repeatable.c - elementary functions and random numbers without the C library
 *
 * exp: x = n ln 2 + r, |r| <= ln 2 / 2, Taylor series of degree 9.
 * log: x = 2^n m, m in [sqrt 1/2, sqrt 2), log m = 2 artanh((m - 1) / (m + 1)).
 * Random: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) used as a hash of key
 * and counter.  Normal: the inverse of its distribution, PPND7 of algorithm
 * AS 241 (Wichura, Applied Statistics 37, 477, 1988), about seven digits.
 */
#include "exercise/repeatable.h"

#include <math.h>
#include <string.h>

static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45;

double vaho_repeatable_exp(double x)
{
    double n, r, p;
    uint64_t bits;

    if (!(x > -700.0))
        return 0.0;
    if (x > 700.0)
        x = 700.0;
    n = floor(x * 1.4426950408889634 + 0.5);
    r = x - n * LN2_HIGH - n * LN2_LOW;
    p = 1.0 + r / 9.0;
    p = 1.0 + r * p * (1.0 / 8.0);
    p = 1.0 + r * p * (1.0 / 7.0);
    p = 1.0 + r * p * (1.0 / 6.0);
    p = 1.0 + r * p * (1.0 / 5.0);
    p = 1.0 + r * p * 0.25;
    p = 1.0 + r * p * (1.0 / 3.0);
    p = 1.0 + r * p * 0.5;
    p = 1.0 + r * p;
    bits = (uint64_t)(int64_t)(n + 1023.0) << 52; /* 2^n */
    memcpy(&r, &bits, sizeof r);
    return p * r;
}

double vaho_repeatable_log(double x)
{
    uint64_t bits;
    double n, s, s2, sum = 0.0;

    memcpy(&bits, &x, sizeof bits);
    n = (double)(int)(bits >> 52) - 1023.0;
    bits = (bits & 0xfffffffffffffU) | 0x3ff0000000000000U;
    memcpy(&x, &bits, sizeof x);
    if (x > 1.4142135623730951) {
        x *= 0.5;
        n += 1.0;
    }
    s = (x - 1.0) / (x + 1.0);
    s2 = s * s;
    for (int k = 17; k >= 1; k -= 2)
        sum = sum * s2 + 1.0 / k;
    return 2.0 * s * sum + n * LN2_LOW + n * LN2_HIGH;
}

double vaho_repeatable_sin_deg(double angle_deg)
{
    double x = angle_deg - 360.0 * floor(angle_deg / 360.0 + 0.5), sum = 1.0;

    if (x > 90.0)
        x = 180.0 - x;
    if (x < -90.0)
        x = -180.0 - x;
    x *= 3.14159265358979323846 / 180.0;
    for (int k = 19; k >= 3; k -= 2)
        sum = 1.0 - sum * x * x / (k * (k - 1));
    return x * sum;
}

double vaho_repeatable_cos_deg(double angle_deg)
{
    return vaho_repeatable_sin_deg(angle_deg + 90.0);
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

uint64_t vaho_random_key(uint64_t seed, uint64_t stream)
{
    return mix(mix(seed + 0x9e3779b97f4a7c15U) ^ (stream * 0xd1b54a32d192ed03U + 1));
}

double vaho_random_uniform(uint64_t key, uint64_t counter)
{
    uint64_t bits = mix(key + (counter + 1) * 0x9e3779b97f4a7c15U);
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double vaho_random_normal(uint64_t key, uint64_t counter)
{
    double p = vaho_random_uniform(key, counter), q = p - 0.5, r, x;

    if (fabs(q) <= 0.425) {
        r = 0.180625 - q * q;
        return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
               (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
    }
    r = sqrt(-vaho_repeatable_log(q < 0.0 ? p : 1.0 - p));
    if (r <= 5.0) {
        r -= 1.6;
        x = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
            ((0.12021132975 * r + 0.73700164250) * r + 1.0);
    } else {
        r -= 5.0;
        x = (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) /
            ((0.012258202635 * r + 0.24197894225) * r + 1.0);
    }
    return q < 0.0 ? -x : x;
}

/* One octave: random values on a grid of unit cells, smoothly interpolated; -1 .. 1. */
static double octave(uint64_t key, double line, double sample)
{
    double line0 = floor(line), sample0 = floor(sample), u = sample - sample0, v = line - line0;
    uint64_t cell = ((uint64_t)(int64_t)line0 << 32) + (uint64_t)(int64_t)sample0;
    double a = vaho_random_uniform(key, cell), b = vaho_random_uniform(key, cell + 1);
    double c = vaho_random_uniform(key, cell + ((uint64_t)1 << 32));
    double d = vaho_random_uniform(key, cell + ((uint64_t)1 << 32) + 1);

    u = u * u * (3.0 - 2.0 * u);
    v = v * v * (3.0 - 2.0 * v);
    return 2.0 * ((a + (b - a) * u) * (1.0 - v) + (c + (d - c) * u) * v) - 1.0;
}

double vaho_random_texture(uint64_t key, double line, double sample, double scale)
{
    /* A uniform value has variance 1/3; interpolation leaves (26/35)^2 of it on average. */
    const double octave_variance = 26.0 / 35.0 * 26.0 / 35.0 / 3.0;
    double sum = 0.0, weight = 1.0, variance = 0.0;

    for (uint64_t n = 0; scale >= 2.0; n++) {
        sum += weight * octave(key + n * 0xd1b54a32d192ed03U, line / scale, sample / scale);
        variance += weight * weight * octave_variance;
        weight *= 0.6;
        scale *= 0.5;
    }
    return variance > 0.0 ? sum / sqrt(variance) : 0.0;
}
