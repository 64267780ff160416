/*
 * ground.c - emissivities, reflectances, and a made-up landscape
 *
 * Emissivities are a level and Gaussian dips where minerals have theirs
 * (J. W. Salisbury, D. M. D'Aria, Remote Sens. Environ. 42, 83, 1992): quartz
 * has its reststrahlen doublet at 8.2 to 9.4 um and a small one at 12.5 and
 * 12.8, carbonates one at 11.3 um; plants and water are nearly flat.
 *
 * Reflectances likewise (R. N. Clark, Spectroscopy of Rocks and Minerals, 1999): a level at 2.2 um
 * and a slope, the bright shoulder of green leaves at 1.67 um, water at 1.94 um, clay at 2.2 um,
 * carbonate at 2.34 um and the C-H bands of asphalt and paint at 1.73 and 2.31 um, both of which
 * look a little like methane.  Depths and temperatures are ours.
 *
 * Warmth through the day: 1.1 sin(pi (h - 6) / 14) - 0.1 from 6 to 20 hours of local solar time,
 * -0.1 at night: near sunrise and sunset there is no contrast, and at night it is turned round.  A
 * kind follows with a lag of its own (thin metal at once, stone and asphalt by an hour or two), so
 * the pattern of warmth is another one in the afternoon; water keeps its temperature while the
 * air's goes up and down.  Wind lets surfaces cool and warm by some tenths of a kelvin in
 * structures of tens of metres that move on within minutes (A. Christen, F. Meier, D. Scherer,
 * Theor. Appl. Climatol. 107, 225, 2012).
 */
#include "exercise/ground.h"

#include <math.h>

#include "exercise/repeatable.h"

enum { N_DIPS = 5 };

static const struct {
    double level;
    struct {
        double centre_um, fwhm_um, depth;
    } dip[N_DIPS];
    double warmer_k;
} kinds[VAHO_GROUND_N_KINDS] = {
    [VAHO_GROUND_GRASS] = {0.976, {{9.2, 1.6, 0.012}, {11.8, 1.0, 0.004}}, 3.5},
    [VAHO_GROUND_TREES] = {0.986, {{9.6, 2.0, 0.004}}, 1.5},
    [VAHO_GROUND_LOAM] = {0.972,
                          {{8.35, 0.5, 0.045}, {9.15, 0.7, 0.060}, {12.65, 0.5, 0.008}},
                          9.0},
    [VAHO_GROUND_SAND] =
        {0.978,
         {{8.30, 0.55, 0.24}, {9.10, 0.65, 0.27}, {12.50, 0.16, 0.03}, {12.80, 0.20, 0.04}},
         11.0},
    [VAHO_GROUND_LIMESTONE] = {0.965, {{11.28, 0.22, 0.07}, {9.2, 1.2, 0.02}}, 8.0},
    [VAHO_GROUND_ASPHALT] = {0.955, {{9.2, 1.3, 0.030}, {11.3, 0.25, 0.01}}, 14.0},
    [VAHO_GROUND_ROOF] = {0.90, {{9.4, 2.2, 0.05}, {12.4, 1.5, 0.02}}, 16.0},
    [VAHO_GROUND_WATER] = {0.989, {{12.9, 1.2, 0.012}}, -4.0},
};

const char VAHO_GROUND_KINDS[] = "grass trees loam sand limestone asphalt roof water";

static const struct {
    double level, slope;
    struct {
        double centre_um, fwhm_um, depth; /* negative: a bump */
    } dip[N_DIPS];
    double lag_h;
} sunlit[VAHO_GROUND_N_KINDS] = {
    [VAHO_GROUND_GRASS] = {0.150,
                           -0.12,
                           {{1.67, 0.30, -0.13}, {1.94, 0.14, 0.08}, {2.31, 0.06, 0.006}},
                           0.0},
    [VAHO_GROUND_TREES] = {0.075, -0.08, {{1.67, 0.30, -0.09}, {1.94, 0.14, 0.05}}, 0.0},
    [VAHO_GROUND_LOAM] = {0.300,
                          0.02,
                          {{1.93, 0.10, 0.06}, {2.21, 0.045, 0.025}, {2.35, 0.05, 0.008}},
                          0.5},
    [VAHO_GROUND_SAND] = {0.460, 0.03, {{1.93, 0.10, 0.05}, {2.21, 0.040, 0.015}}, 0.5},
    [VAHO_GROUND_LIMESTONE] = {0.520,
                               -0.05,
                               {{1.93, 0.08, 0.03}, {2.335, 0.065, 0.11}, {2.50, 0.10, 0.10}},
                               1.0},
    [VAHO_GROUND_ASPHALT] = {0.130, 0.03, {{1.73, 0.05, 0.004}, {2.31, 0.06, 0.007}}, 1.5},
    [VAHO_GROUND_ROOF] = {0.330, -0.10, {{1.73, 0.05, 0.020}, {2.31, 0.06, 0.025}}, -0.3},
    [VAHO_GROUND_WATER] = {0.006, 0.0, {{0.0, 0.0, 0.0}}, 0.0},
};

double vaho_ground_reflectance(enum vaho_ground_kind kind, double wavelength_um)
{
    double r = sunlit[kind].level + sunlit[kind].slope * (wavelength_um - 2.2);

    for (size_t i = 0; i < N_DIPS && sunlit[kind].dip[i].fwhm_um > 0.0; i++) {
        double t = (wavelength_um - sunlit[kind].dip[i].centre_um) / sunlit[kind].dip[i].fwhm_um;
        r -= sunlit[kind].dip[i].depth * vaho_repeatable_exp(-2.7725887222397811 * t * t);
    }
    return r > 0.002 ? r : 0.002;
}

static double warmth_at(double hour)
{
    hour -= 24.0 * floor(hour / 24.0);
    if (hour < 6.0 || hour > 20.0)
        return -0.1;
    return 1.1 * vaho_repeatable_sin_deg(180.0 * (hour - 6.0) / 14.0) - 0.1;
}

void vaho_ground_hour_make(struct vaho_ground_hour *out, double hour, double clear,
                           uint64_t gust_key)
{
    for (size_t k = 0; k < VAHO_GROUND_N_KINDS; k++)
        out->warmth[k] = clear * warmth_at(hour - sunlit[k].lag_h);
    out->gust_k = 0.2 * fabs(out->warmth[VAHO_GROUND_LOAM]);
    out->gust_key = gust_key;
}

double vaho_ground_emissivity(enum vaho_ground_kind kind, double wavelength_um)
{
    double e = kinds[kind].level;

    for (size_t i = 0; i < N_DIPS && kinds[kind].dip[i].depth > 0.0; i++) {
        double t = (wavelength_um - kinds[kind].dip[i].centre_um) / kinds[kind].dip[i].fwhm_um;
        e -= kinds[kind].dip[i].depth * vaho_repeatable_exp(-2.7725887222397811 * t * t);
    }
    return e;
}

/* What the random streams of a scene's ground are for. */
enum stream { LAYOUT = 100, COVER, SOIL, TREES, GRAIN, WARMTH, FIELD };

void vaho_ground_make(struct vaho_ground *out, uint64_t seed, size_t n_lines, size_t n_samples)
{
    uint64_t key = vaho_random_key(seed, LAYOUT), n = 0;
    double lines = (double)n_lines, samples = (double)n_samples;

    *out = (struct vaho_ground){.seed = seed};
    out->road_sample = samples * vaho_random_uniform(key, n++);
    out->road_slope = vaho_random_uniform(key, n++) - 0.5;
    out->pond_line = lines * vaho_random_uniform(key, n++);
    out->pond_sample = samples * vaho_random_uniform(key, n++);
    out->pond_radius = 8.0 + 14.0 * vaho_random_uniform(key, n++);
    out->n_roofs = n_lines * n_samples / 8192;
    if (out->n_roofs > VAHO_GROUND_MAX_ROOFS)
        out->n_roofs = VAHO_GROUND_MAX_ROOFS;
    for (size_t i = 0; i < out->n_roofs; i++) {
        double line = lines * vaho_random_uniform(key, n++);
        double sample = samples * vaho_random_uniform(key, n++);
        out->roof[i].line0 = line;
        out->roof[i].sample0 = sample;
        out->roof[i].line1 = line + 4.0 + 8.0 * vaho_random_uniform(key, n++);
        out->roof[i].sample1 = sample + 4.0 + 10.0 * vaho_random_uniform(key, n++);
    }
}

/* 0 below 'low', 1 above 'high', smooth between. */
static double ramp(double x, double low, double high)
{
    double t = (x - low) / (high - low);

    if (t <= 0.0)
        return 0.0;
    return t >= 1.0 ? 1.0 : t * t * (3.0 - 2.0 * t);
}

/* Puts 'amount' of a kind over what is there. */
static void cover(double share[VAHO_GROUND_N_KINDS], enum vaho_ground_kind kind, double amount)
{
    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        share[i] *= 1.0 - amount;
    share[kind] += amount;
}

static int on_roof(const struct vaho_ground *ground, double line, double sample)
{
    for (size_t i = 0; i < ground->n_roofs; i++)
        if (line >= ground->roof[i].line0 && line < ground->roof[i].line1 &&
            sample >= ground->roof[i].sample0 && sample < ground->roof[i].sample1)
            return 1;
    return 0;
}

void vaho_ground_at(struct vaho_ground_pixel *out, const struct vaho_ground *ground,
                    const struct vaho_ground_hour *hour, double line, double sample)
{
    double *share = out->share;
    uint64_t seed = ground->seed;
    double grain = vaho_random_texture(vaho_random_key(seed, GRAIN), line, sample, 6.0);
    double soil = vaho_random_texture(vaho_random_key(seed, SOIL), line, sample, 160.0);
    double plants = vaho_random_texture(vaho_random_key(seed, COVER), line, sample, 96.0);
    double woods = vaho_random_texture(vaho_random_key(seed, TREES), line, sample, 64.0);
    double warmth = vaho_random_texture(vaho_random_key(seed, WARMTH), line, sample, 48.0);
    /* fields: 64 x 48 pixels, each ploughed or grown its own way */
    uint64_t row = (uint64_t)(int64_t)floor(line / 64.0);
    uint64_t field = (row << 32) + (uint64_t)(int64_t)floor(sample / 48.0);
    double crop = vaho_random_uniform(vaho_random_key(seed, FIELD), field);
    double dline = line - ground->pond_line, dsample = sample - ground->pond_sample;
    double road = fabs(sample - ground->road_sample - ground->road_slope * line);
    double shore = sqrt(dline * dline + dsample * dsample) / ground->pond_radius + 0.12 * woods;

    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        share[i] = 0.0;
    share[VAHO_GROUND_LOAM] = 1.0;
    cover(share, VAHO_GROUND_SAND, ramp(soil + 0.15 * grain, 0.3, 1.3));
    cover(share, VAHO_GROUND_LIMESTONE, ramp(-soil + 0.15 * grain, 0.9, 1.5));
    cover(share, VAHO_GROUND_GRASS, 0.85 * ramp(plants + 0.3 * grain + crop - 0.5, -0.4, 1.2));
    cover(share, VAHO_GROUND_TREES, ramp(woods + 0.2 * grain, 0.9, 1.3));
    cover(share, VAHO_GROUND_WATER, 1.0 - ramp(shore, 0.9, 1.05));
    cover(share, VAHO_GROUND_ASPHALT, 1.0 - ramp(road, 1.5, 2.5));
    cover(share, VAHO_GROUND_ROOF, on_roof(ground, line, sample) ? 1.0 : 0.0);

    out->warmer_k = 0.0;
    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        out->warmer_k += share[i] * kinds[i].warmer_k * (hour != NULL ? hour->warmth[i] : 1.0);
    warmth = 1.2 * warmth + 0.5 * grain;
    if (hour != NULL)
        warmth = hour->warmth[VAHO_GROUND_LOAM] * warmth +
                 hour->gust_k * vaho_random_texture(hour->gust_key, line, sample, 24.0);
    out->warmer_k += (1.0 - 0.9 * share[VAHO_GROUND_WATER]) * warmth;
    out->brightness = fmax(0.3, 1.0 + 0.12 * grain + 0.08 * plants);
    out->tilt = 0.06 * soil;
}
