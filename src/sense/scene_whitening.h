/*
 * scene_whitening.h - coordinates in which the whole scene's covariance is the unit matrix
 *
 * What is computed in them in float32 does not suffer from bands that go together: a
 * neighbourhood's covariance there is of the order of one in every direction.
 */
#ifndef VAHO_SENSE_SCENE_WHITENING_H
#define VAHO_SENSE_SCENE_WHITENING_H

#include "sense/pixel_maps.h"

struct vaho_scene_whitening {
    double *mean;  /* n_bands; owned */
    float *centre; /* the same in float32; owned */
    float *rows;   /* L^-1 packed for project() and energy() (matrices.h); owned */
};

/* Reads the cube once.  VAHO_SINGULAR, VAHO_NO_MEMORY, what reading returns; free in any case. */
enum vaho_status vaho_scene_whitening_learn(struct vaho_scene_whitening *out,
                                            const struct vaho_pixel_request *request,
                                            struct vaho_pool *pool,
                                            struct vaho_pixel_outcome *outcome,
                                            struct vaho_error *error);
void vaho_scene_whitening_free(struct vaho_scene_whitening *whitening);

#endif
