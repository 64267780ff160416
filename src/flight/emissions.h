/*
 * emissions.h - the emission rates of a flight's plumes
 *
 * Joins what emission.h needs: the wind, the size of the pixels and the direction of
 * north from the cube's geolocation, the molar masses of the library.
 */
#ifndef VAHO_FLIGHT_EMISSIONS_H
#define VAHO_FLIGHT_EMISSIONS_H

#include "find/competition.h"
#include "find/emission.h"
#include "find/maps.h"
#include "flight/signatures.h"
#include "vaho/detect.h"

/*
 * Sets the emission of every plume of 'out' and says in its notes what was missing.  gas[i] and
 * claim[i] are the number of plume i's gas and its ground; out_rate (one a plume) may be NULL.
 * 'pixel_size_m' is NaN where the place knows it.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_emissions(struct vaho_detection *out, struct vaho_rate *out_rate,
                                const size_t *gas, const unsigned *claim,
                                const struct vaho_maps *maps,
                                const struct vaho_competition *competition,
                                const struct vaho_signatures *signatures,
                                const struct vaho_wind *wind, const struct vaho_place *place,
                                double pixel_size_m, struct vaho_error *error);

#endif
