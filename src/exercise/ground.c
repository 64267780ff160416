/*
 * ground.c - emissivities, and a made-up landscape
 *
 * Emissivities are a level and Gaussian dips where minerals have theirs
 * (J. W. Salisbury, D. M. D'Aria, Remote Sens. Environ. 42, 83, 1992): quartz
 * has its reststrahlen doublet at 8.2 to 9.4 um and a small one at 12.5 and
 * 12.8, carbonates one at 11.3 um; plants and water are nearly flat.  Depths
 * and temperatures are ours.
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

void vaho_ground_at(double share[VAHO_GROUND_N_KINDS], double *warmer_k,
                    const struct vaho_ground *ground, double line, double sample)
{
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

    *warmer_k = 0.0;
    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        *warmer_k += share[i] * kinds[i].warmer_k;
    *warmer_k += (1.0 - 0.9 * share[VAHO_GROUND_WATER]) * (1.2 * warmth + 0.5 * grain);
}
