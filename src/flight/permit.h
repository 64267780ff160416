/*
 * permit.h - a flight under a mandate: what may be searched, and what may be told
 *
 * Blanking happens in vaho_detect_permit() (detect.h), before anything is read.
 * What is done here is the second fence: evidence is gathered over space, so a
 * footprint or a source could reach over the border of what was seen.
 */
#ifndef VAHO_FLIGHT_PERMIT_H
#define VAHO_FLIGHT_PERMIT_H

#include "vaho/detect.h"

/* VAHO_REFUSED: a mandate names gases; nothing else is searched for under one. */
enum vaho_status vaho_permit_settings(const struct vaho_detect_settings *settings,
                                      struct vaho_error *error);

/*
 * Takes from the detection what lies on blanked pixels: maps, pixels of footprints
 * (a plume with none left goes), sources.  Alternatives that 'mandate' (may be NULL)
 * does not name become one, VAHO_OTHER_GAS; a plume of VAHO_UNKNOWN_GAS goes where the mandate
 * names gases, for it is of none of them.
 */
void vaho_permit_detection(struct vaho_detection *detection, const struct vaho_source *source,
                           const struct vaho_mandate *mandate);

#endif
