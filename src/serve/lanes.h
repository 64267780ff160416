/*
 * lanes.h - threads that answer what takes a while, each with the casebook open for itself
 *
 * Nothing that waits for the disk, for another program that writes, or for argon2id is done by the
 * thread that moves bytes, so that live events are never held up.  Four lanes with queues of their
 * own, so that what is slow in one does not hold up another:
 *
 *   now      none: answered at once from memory
 *   read     asks the casebook, two at a time
 *   act      writes to it, one at a time, as the casebook wants it anyway
 *   secret   passwords: one at a time, for each takes 64 MiB and a fifth of a second
 *
 * A queue that is full refuses; so memory is bounded.
 */
#ifndef VAHO_SERVE_LANES_H
#define VAHO_SERVE_LANES_H

#include "casebook/database.h"

enum vaho_lane { VAHO_LANE_NOW = 0, VAHO_LANE_READ, VAHO_LANE_ACT, VAHO_LANE_SECRET, VAHO_N_LANES };

struct vaho_lanes;

/* What is done with the casebook; 'context' is whose it is. */
typedef void vaho_lane_fn(void *context, struct vaho_casebook *casebook);

/* Opens the casebook once a thread.  VAHO_NOT_FOUND, VAHO_BAD_INPUT: as vaho_casebook_open(). */
enum vaho_status vaho_lanes_new(struct vaho_lanes **out, const char *path, vaho_lane_fn *run,
                                struct vaho_error *error);
/* Does what is queued and ends the threads; nothing more is taken.  NULL is fine. */
void vaho_lanes_stop(struct vaho_lanes *lanes);
void vaho_lanes_free(struct vaho_lanes *lanes); /* stops first; NULL is fine */

/* 0: the lane is full, or stopped. */
int vaho_lane_push(struct vaho_lanes *lanes, enum vaho_lane lane, void *context);

#endif
