/*
 * ground.h - what lies under the flight line: kinds of ground and their warmth
 *
 * A place that is nowhere: grass, trees, loam, sand and limestone in fractal
 * patches, fields with straight edges, a road, some roofs, a pond; each kind
 * with an emissivity of its own and a warmth over the air as on a clear late
 * morning.
 */
#ifndef VAHO_EXERCISE_GROUND_H
#define VAHO_EXERCISE_GROUND_H

#include <stddef.h>
#include <stdint.h>

enum vaho_ground_kind {
    VAHO_GROUND_GRASS = 0,
    VAHO_GROUND_TREES,
    VAHO_GROUND_LOAM,
    VAHO_GROUND_SAND,
    VAHO_GROUND_LIMESTONE,
    VAHO_GROUND_ASPHALT,
    VAHO_GROUND_ROOF,
    VAHO_GROUND_WATER,
    VAHO_GROUND_N_KINDS
};

/* Emissivity, 0..1. */
double vaho_ground_emissivity(enum vaho_ground_kind kind, double wavelength_um);

enum { VAHO_GROUND_MAX_ROOFS = 64 };

/* Where things lie in one scene; made from the seed, then constant. */
struct vaho_ground {
    uint64_t seed;
    double road_sample, road_slope; /* the road crosses line 0 at road_sample */
    double pond_line, pond_sample, pond_radius;
    size_t n_roofs;
    struct {
        double line0, sample0, line1, sample1;
    } roof[VAHO_GROUND_MAX_ROOFS];
};

void vaho_ground_make(struct vaho_ground *out, uint64_t seed, size_t n_lines, size_t n_samples);

/* Shares of each kind in a pixel (they sum to 1) and its temperature above the air's. */
void vaho_ground_at(double share[VAHO_GROUND_N_KINDS], double *warmer_k,
                    const struct vaho_ground *ground, double line, double sample);

#endif
