/*
 * sensor.h - what a pushbroom imager makes of light
 *
 * Every detector element has a gain and an offset of its own (striping), a few are dead, the edges
 * of the swath look at slightly longer wavelengths (smile), all is noisy, and radiance saturates.
 * The variance of the noise is noise^2 (the dark part: electronics, dark current) plus
 * photon_noise^2 times the radiance (counting photons), both as standard deviations in
 * W m-2 sr-1 um-1, photon_noise at a radiance of 1.
 */
#ifndef VAHO_EXERCISE_SENSOR_H
#define VAHO_EXERCISE_SENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/status.h"

struct vaho_sensor_params {
    size_t n_samples, n_bands, n_dead;
    double noise, photon_noise, striping;
    double smile_bands; /* shift at the edges of the swath, in band spacings */
    double saturation;  /* radiance it cannot go beyond; 0: none */
    double level;       /* of radiance: thermal 1; offsets of elements are so many times as large */
};

struct vaho_sensor_element;
struct vaho_sensor {
    struct vaho_sensor_params params;
    struct vaho_sensor_element *element; /* n_bands x n_samples, owned */
    uint64_t noise_key;
};

/* 'seed' is of the elements, 'noise_seed' of this recording.  VAHO_NO_MEMORY. */
enum vaho_status vaho_sensor_make(struct vaho_sensor *out, const struct vaho_sensor_params *params,
                                  uint64_t seed, uint64_t noise_seed, struct vaho_error *error);
void vaho_sensor_free(struct vaho_sensor *sensor); /* all zero is fine */

/* The light of one pixel (n_bands) as recorded: band b at out[b * n_samples]. */
void vaho_sensor_record(float *out, const struct vaho_sensor *sensor, const double *light,
                        size_t line, size_t sample);

#endif
