/*
 * pixelwise.h - the standard methods, and surfaces: every pixel for itself
 *
 * mf, ace, cem and rx score every pixel as it was recorded, nothing repaired,
 * against the background of the whole cube (by column when asked), as the
 * textbooks and other programs do, so that scores can be compared.
 *
 * The method 'vaho' for surfaces: a background shrunk towards its own diagonal
 * and learned again without the pixels that look most like what is searched, and
 * the tempered score (sense/detector.h).
 *
 * Candidates are local maxima of a score, in robust standard deviations of its
 * own map; decoys of the signature run through all of it and give q-values.
 */
#ifndef VAHO_FLIGHT_PIXELWISE_H
#define VAHO_FLIGHT_PIXELWISE_H

#include "base/pool.h"
#include "flight/signatures.h"
#include "vaho/detect.h"
#include "vaho/progress.h"

/*
 * Fills plumes (without ids), maps and counts of 'out'.  RX has no signature and
 * so no decoys: a map, no plumes, and a note that says so.
 */
enum vaho_status vaho_search_pixels(struct vaho_detection *out, const struct vaho_source *source,
                                    struct vaho_signatures *signatures,
                                    const struct vaho_detect_settings *settings,
                                    struct vaho_pool *pool, const struct vaho_progress *progress,
                                    struct vaho_error *error);

#endif
