/*
 * scene.h - one simulated flight line with known plumes, thermal or shortwave infrared
 *
 * A pushbroom imager (sensor.h) over a made-up landscape (ground.h) through air
 * (air.h) and plumes (puffs.h) of the simulator's or the user's gases (gases.h,
 * inputs.h).
 *
 * A scene depends on its parameters alone: the same bytes on every machine and
 * for any number of threads.
 */
#ifndef VAHO_EXERCISE_SCENE_H
#define VAHO_EXERCISE_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "exercise/light.h"
#include "exercise/puffs.h"
#include "exercise/sun.h"
#include "vaho/status.h"

struct vaho_terrain;

#define VAHO_SCENE_CELL_M 2.0 /* of the world that passes share */
enum {
    VAHO_SCENE_MAX_LINES = 100000,
    VAHO_SCENE_MAX_SAMPLES = 4096,
    VAHO_SCENE_MAX_BANDS = VAHO_LIGHT_MAX_BANDS,
    VAHO_SCENE_MIN_BANDS = 8,
    VAHO_SCENE_MAX_GASES = 16,
    VAHO_SCENE_MAX_PLUMES = 200
};

struct vaho_scene_params {
    uint64_t seed;
    enum vaho_scene_kind kind;
    double first_um, last_um; /* of the bands */
    size_t n_lines, n_samples, n_bands;
    size_t n_plumes; /* shared out among the gases in turn */
    size_t n_gases;
    const char *gas[VAHO_SCENE_MAX_GASES];  /* names as in gases.h; borrowed */
    double peak_ppmm[VAHO_SCENE_MAX_GASES]; /* 0: the gas's own default */
    double length_px;                       /* of a plume */
    double noise;                           /* standard deviation, W m-2 sr-1 um-1 */
    double photon_noise;                    /* ... that grows with light (sensor.h) */
    double striping;                  /* deviation of the elements' gains; offsets follow it */
    double smile_bands;               /* shift at the edges of the swath, in band spacings */
    size_t n_dead;                    /* detector elements that tell nothing */
    const struct vaho_inputs *inputs; /* the user's spectra and air; NULL: none; borrowed */
    struct vaho_exercise_sun sun;     /* for the shortwave infrared */
};

/* 480 x 256 x 128, 8.05 to 13.2 um, four plumes of four gases, faults as of a good instrument. */
void vaho_scene_params_default(struct vaho_scene_params *out);
/* 480 x 256 x 96, 2.0 to 2.45 um, four plumes of methane, a signal-to-noise ratio of some 300; the
 * sun is still to be set. */
void vaho_scene_params_shortwave(struct vaho_scene_params *out);
/* The bands that a sensor of a kind may have, um. */
void vaho_scene_range(double *first_um, double *last_um, enum vaho_scene_kind kind);

/*
 * One pass over a world that many passes share.  The world is a grid of square cells, line 0 in
 * the north, sample 0 in the west, in fractions and below 0 as well; a puff field lies in it
 * 'field_margin' cells further south and east than its indices say.
 */
struct vaho_scene_plume {
    const char *gas; /* as in gases.h */
    struct vaho_puff_field field;
};
struct vaho_scene_imitation { /* ground with a gas's spectrum for its emissivity */
    const char *gas;
    double line, sample, radius; /* cells */
    double ppmm;                 /* as deep as so much of it */
};
struct vaho_scene_pass {
    uint64_t world_seed, sensor_seed; /* ground; detector elements.  params.seed: noise */
    size_t world_lines, world_samples;
    const struct vaho_terrain *terrain; /* NULL: level; borrowed */
    const float *where; /* n_lines x n_samples: world line and sample of each pixel; borrowed */
    struct vaho_exercise_air air;
    struct vaho_ground_hour hour;
    double saturation; /* radiance the sensor cannot go beyond; 0: none */
    double field_margin;
    size_t n_gases; /* that the scene is to know beside those of its plumes */
    const char *const *gas;
    size_t n_plumes, n_imitations;
    const struct vaho_scene_plume *plume; /* borrowed, as is what follows */
    const struct vaho_scene_imitation *imitation;
};

struct vaho_scene;

/*
 * As vaho_scene_new(), without plumes of its own: 'params' has the sizes, the seed and the
 * faults; the gases are those of the pass, at most VAHO_SCENE_MAX_GASES.  'pass' is copied.
 */
enum vaho_status vaho_scene_new_pass(struct vaho_scene **out,
                                     const struct vaho_scene_params *params,
                                     const struct vaho_scene_pass *pass, struct vaho_error *error);

/* How much warmer than the air the ground of a pass is at a place of the world, K.  On a slope
 * three tenths of the warmth are the level ground's, seven go with the sun on it. */
double vaho_scene_warmer_k(const struct vaho_scene *scene, double line, double sample);

/* What light does to the scene's bands. */
const struct vaho_light *vaho_scene_light(const struct vaho_scene *scene);
/* 1: that gas is in the scene, and takes light from some band. */
int vaho_scene_shows(const struct vaho_scene *scene, const char *gas);

/*
 * VAHO_USAGE: a size or number out of range, a gas that gases.h has not, two
 * gases of one name; the message says which.  VAHO_NO_MEMORY.
 * On error *out is NULL.
 */
enum vaho_status vaho_scene_new(struct vaho_scene **out, const struct vaho_scene_params *params,
                                struct vaho_error *error);
void vaho_scene_free(struct vaho_scene *scene); /* NULL is fine */

/* Valid until vaho_scene_free(). */
const struct vaho_scene_params *vaho_scene_get_params(const struct vaho_scene *scene);
const double *vaho_scene_wavelength_um(const struct vaho_scene *scene); /* n_bands */
double vaho_scene_fwhm_um(const struct vaho_scene *scene);              /* of every band */
double vaho_scene_air_temperature_k(const struct vaho_scene *scene);
const struct vaho_exercise_plume *vaho_scene_plume(const struct vaho_scene *scene,
                                                   size_t index); /* < n_plumes */
/* Column density of that plume at a pixel, ppm.m. */
double vaho_scene_column(const struct vaho_scene *scene, size_t plume, size_t line, size_t sample);

/*
 * What the sensor records of lines [first_line, first_line + n_lines):
 * value (l, b, s) at out[(l * n_bands + b) * n_samples + s], W m-2 sr-1 um-1.
 * The lines are shared out over the pool.  VAHO_USAGE: lines outside the scene.
 */
enum vaho_status vaho_scene_record(float *out, const struct vaho_scene *scene, size_t first_line,
                                   size_t n_lines, struct vaho_pool *pool,
                                   struct vaho_error *error);

#endif
