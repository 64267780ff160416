/*
 * campaign_world.h - the world of a campaign: as it is laid out, and as its truth and map have it
 */
#ifndef VAHO_EXERCISE_CAMPAIGN_WORLD_H
#define VAHO_EXERCISE_CAMPAIGN_WORLD_H

#include "exercise/campaign.h"
#include "exercise/world.h"

/* 'world' borrows from the other two: not to be copied. */
struct vaho_campaign_world {
    struct vaho_world world;
    struct vaho_inputs inputs;
    struct vaho_terrain terrain;
};
void vaho_campaign_world_free(struct vaho_campaign_world *world); /* all zero is fine */

/*
 * From a scenario: reads the spectra, grounds and tables of air that it names (relative names start
 * at the scenario's folder), and, where it has a terrain, makes it, writes its map to the
 * campaign's terrain.tif and sets the scenario's area.ground_m.
 *
 * VAHO_BAD_INPUT   a file cannot be used, a gas is neither in them nor the simulator's, or a sensor
 *                  sees no gas of the library
 * VAHO_NOT_FOUND, VAHO_NO_MEMORY
 * On error *out is empty.
 */
enum vaho_status vaho_campaign_world_new(struct vaho_campaign_world *out,
                                         const struct vaho_campaign *campaign,
                                         struct vaho_scenario *scenario, const char *scenario_path,
                                         uint64_t seed, struct vaho_error *error);

/* From the truth and the map.  VAHO_REFUSED: the map is not the one that was laid out;
 * VAHO_NOT_FOUND, VAHO_BAD_INPUT, VAHO_NO_MEMORY.  On error *out is empty. */
enum vaho_status vaho_campaign_world_open(struct vaho_campaign_world *out,
                                          const struct vaho_campaign *campaign,
                                          const struct vaho_truth *truth, struct vaho_error *error);

#endif
