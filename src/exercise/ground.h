/*
 * ground.h - what lies under the flight line: kinds of ground and their warmth
 *
 * A place that is nowhere: grass, trees, loam, sand and limestone in fractal
 * patches, fields with straight edges, a road, some roofs, a pond; each kind
 * with an emissivity, a reflectance and a warmth over the air of its own.
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

extern const char VAHO_GROUND_KINDS[]; /* their names in that order, with blanks between */

/* Emissivity, 0..1, 8 to 14 um; reflectance, 0..1, 1.4 to 2.5 um. */
double vaho_ground_emissivity(enum vaho_ground_kind kind, double wavelength_um);
double vaho_ground_reflectance(enum vaho_ground_kind kind, double wavelength_um);

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

/*
 * How warm things are at one hour: times the warmth of a clear late morning, for each kind, whose
 * heat comes and goes at its own pace; and gusts that cool and let warm, other ones in each pass.
 */
struct vaho_ground_hour {
    double warmth[VAHO_GROUND_N_KINDS];
    double gust_k;
    uint64_t gust_key;
};
/* 'hour' is the local solar time, 0 to 24, 'clear' what share of a clear day's sun there is. */
void vaho_ground_hour_make(struct vaho_ground_hour *out, double hour, double clear,
                           uint64_t gust_key);

struct vaho_ground_pixel {
    double share[VAHO_GROUND_N_KINDS]; /* they sum to 1 */
    double warmer_k;                   /* than the air */
    double brightness;                 /* times the reflectance of its kinds */
    double tilt;                       /* and, per um beyond 2.2 um, more of it by this share */
};

/* What lies at a place; 'hour' NULL: as on a clear late morning without wind. */
void vaho_ground_at(struct vaho_ground_pixel *out, const struct vaho_ground *ground,
                    const struct vaho_ground_hour *hour, double line, double sample);

#endif
