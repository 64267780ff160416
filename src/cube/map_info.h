/*
 * map_info.h - the georeference in an ENVI header
 */
#ifndef VAHO_CUBE_MAP_INFO_H
#define VAHO_CUBE_MAP_INFO_H

#include "cube/format.h"
#include "spectra/envi_header.h"

/*
 * Sets source->georeference from 'map info' and 'coordinate system string'.
 * A header without map info leaves it NONE, but source->crs_wkt is set when the
 * string is there (an IGM's elements are coordinates in it).  A projection or
 * datum that is not known leaves it NONE with a note.
 * VAHO_BAD_INPUT: 'map info' is broken; the message names the field.
 */
enum vaho_status cube_map_info(struct vaho_source *source, const struct vaho_envi_header *header,
                               struct vaho_error *error);

#endif
