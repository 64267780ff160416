/*
 * search.h - the method 'vaho' for gases: evidence over space, twice
 *
 * The background is learned, plumes found, their ground left out, and both
 * repeated, so that strong plumes do not spoil the background they are
 * measured against.
 */
#ifndef VAHO_FLIGHT_SEARCH_H
#define VAHO_FLIGHT_SEARCH_H

#include "base/pool.h"
#include "flight/signatures.h"
#include "vaho/detect.h"
#include "vaho/progress.h"

/* Fills plumes (without ids), maps and counts of 'out'. */
enum vaho_status vaho_search_gases(struct vaho_detection *out, const struct vaho_source *source,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_pool *pool, const struct vaho_progress *progress,
                                   struct vaho_error *error);

/* The time since 'since' (CLOCK_MONOTONIC seconds) goes to the detection's stage; returns now. */
double vaho_detection_clock(struct vaho_detection *detection, const char *stage, double since);
double vaho_monotonic_s(void);

#endif
