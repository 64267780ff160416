/*
 * coverage.h - the limits of coverage (find/coverage.h) as emission rates
 *
 * A plume at the limit is reported, with all of it in its slices (find/emission.h), as
 * Q = U M / L: M the standard plume's mass, L its length, U the wind's speed.
 */
#ifndef VAHO_FLIGHT_COVERAGE_H
#define VAHO_FLIGHT_COVERAGE_H

#include "find/coverage.h"
#include "flight/signatures.h"

/* Fills coverage->limit_kg_h where settings have a wind's speed; NaN without a pixel size or molar
 * mass.  VAHO_BAD_INPUT (the coordinate system), VAHO_NO_MEMORY. */
enum vaho_status vaho_coverage_rates(struct vaho_coverage *coverage,
                                     const struct vaho_signatures *signatures,
                                     const struct vaho_detect_settings *settings,
                                     const struct vaho_cube_info *info, struct vaho_error *error);

#endif
