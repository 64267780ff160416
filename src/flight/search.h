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
#include "find/evidence.h"
#include "flight/signatures.h"
#include "vaho/detect.h"
#include "vaho/progress.h"

/* Fills plumes (without ids), maps and counts of 'out'. */
enum vaho_status vaho_search_gases(struct vaho_detection *out, const struct vaho_source *source,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_pool *pool, const struct vaho_progress *progress,
                                   struct vaho_error *error);

/* What a search learned: the background without strong plumes' ground, and what it was asked. */
struct vaho_searched {
    const struct vaho_scene *scene;
    const struct vaho_evidence *evidence;
    const struct vaho_signatures *signatures; /* of the bands in use; the searched come first */
    const float *absorption;                  /* signatures->n x n_bands */
    size_t hypothesis;                        /* about the air, the middle one */
};
typedef enum vaho_status (*vaho_searched_fn)(void *context, const struct vaho_searched *searched,
                                             struct vaho_error *error);

/* Learns as vaho_search_gases() does, hands what it learned to 'then' and ends; 'out' gets notes
 * and counts alone.  Strong plumes' ground is left out as there. */
enum vaho_status vaho_search_learn(struct vaho_detection *out, const struct vaho_source *source,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_pool *pool, vaho_searched_fn then, void *context,
                                   struct vaho_error *error);

/* How strongly the scene's contrast shows each band: what absorption is multiplied by, n_bands. */
void vaho_contrast_profile(float *out, const struct vaho_contrast *contrast);

/* The time since 'since' (CLOCK_MONOTONIC seconds) goes to the detection's stage; returns now. */
double vaho_detection_clock(struct vaho_detection *detection, const char *stage, double since);
double vaho_monotonic_s(void);

#endif
