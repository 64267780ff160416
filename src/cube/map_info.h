/*
 * map_info.h - the georeference in an ENVI header
 */
#ifndef VAHO_CUBE_MAP_INFO_H
#define VAHO_CUBE_MAP_INFO_H

#include "cube/format.h"
#include "spectra/envi_header.h"

/*
 * Sets source->georeference from 'map info' and 'coordinate system string'.
 * A header without them, or whose projection or datum is not known, leaves it
 * NONE; what was passed over becomes a note.
 * VAHO_BAD_INPUT: 'map info' is broken; the message names the field.
 */
enum vaho_status cube_map_info(struct vaho_source *source, const struct vaho_envi_header *header,
                               struct vaho_error *error);

#endif
