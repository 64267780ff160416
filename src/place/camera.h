/*
 * camera.h - where each sample of a pushbroom sensor looks
 *
 * Camera axes: forward, right, down, the body's when the boresight is zero.  A
 * sample with view angles 'across' (to the right) and 'along' (forward) looks along
 *
 *   (tan along, tan across, 1)
 */
#ifndef VAHO_PLACE_CAMERA_H
#define VAHO_PLACE_CAMERA_H

#include <stddef.h>

#include "place/table.h"

struct place_camera {
    size_t n_samples;
    double *look;   /* n x 3, of length 1; owned */
    double *across; /* n x 3: how 'look' moves with 'across', for a radian; owned */
    double *along;  /* n x 3: with 'along'; owned */
};

/* From a table of across and along, radians, a row a sample.  VAHO_BAD_INPUT: not
 * 'n_samples' rows, or an angle of 89 degrees or more; VAHO_NO_MEMORY. */
enum vaho_status place_camera_new(struct place_camera *out, const struct place_table *table,
                                  size_t n_samples, const char *name, struct vaho_error *error);
void place_camera_free(struct place_camera *camera); /* all zero is fine */

#endif
