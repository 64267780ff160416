/*
 * overlays.h - the evidence of a flight as a picture that lies on the map
 *
 * A casebook holds what was found, not the maps it was found in.  Where those are kept, in a folder
 * of folders as 'vaho detect' wrote them, GAS_snr.tif of a flight is warped to the map's projection
 * (Web Mercator, so that a picture stretched between its corners lies right) and coloured: nothing
 * below 3 standard deviations, then from faint yellow to full red at 20 and above.  A folder is a
 * flight's when its plumes.geojson has the hash that the casebook took in; it is named like the
 * flight, or like it with a dot and more.
 */
#ifndef VAHO_SERVE_OVERLAYS_H
#define VAHO_SERVE_OVERLAYS_H

#include <jansson.h>

#include "base/text.h"
#include "casebook/database.h"

enum { VAHO_OVERLAY_LEAST = 3, VAHO_OVERLAY_MOST = 20, VAHO_OVERLAY_MAX_PX = 2048 };

/*
 * [{"gas", "kind", "url", "bounds": [w, s, e, n], "least", "most"}], empty where 'products' (NULL:
 * there are none) has no folder of this flight, or its maps have no place.  VAHO_NOT_FOUND: there
 * is no such flight.
 */
enum vaho_status vaho_overlays_json(json_t **out, struct vaho_casebook *casebook,
                                    const char *products, int64_t flight_id,
                                    struct vaho_error *error);

/* The picture of one, a PNG; *out is the caller's.  VAHO_NOT_FOUND: there is none. */
enum vaho_status vaho_overlay_png(char **out, size_t *out_nbytes, struct vaho_casebook *casebook,
                                  const char *products, int64_t flight_id, const char *gas,
                                  struct vaho_error *error);

#endif
