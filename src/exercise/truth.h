/*
 * truth.h - what is true in a campaign, as the JSON that is sealed (docs/exercise.md)
 *
 *   { "vaho_truth": 1, "exercise": true, "salt", "seed", "scenario": {...}, "inputs": {...},
 *     "terrain_sha256", "emitters": [...], "imitating_ground": [...], "flights": [...] }
 *
 * From scenario, inputs, map of the terrain and seed every flight can be made again; the rest is
 * told so that it need not be.
 */
#ifndef VAHO_EXERCISE_TRUTH_H
#define VAHO_EXERCISE_TRUTH_H

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"
#include "exercise/pass.h"
#include "exercise/world.h"
#include "vaho/progress.h"

/* Seeds are whole numbers that JSON holds. */
#define VAHO_TRUTH_MAX_SEED (((uint64_t)1 << 53) - 1)

/*
 * Appends the truth of a scenario, canonical JSON and a newline.  'salt' is text that nobody can
 * guess: with it in, the hash of the truth tells nothing of it.  VAHO_NO_MEMORY, VAHO_USAGE.
 */
enum vaho_status vaho_truth_write(struct vaho_text *out, const struct vaho_world *world,
                                  const char *salt, const struct vaho_progress *progress,
                                  struct vaho_error *error);

struct vaho_truth_place {
    double from_s; /* NaN: from the beginning */
    int gone;
    double longitude_deg, latitude_deg;
};

struct vaho_truth_emitter {
    enum vaho_emitter_kind kind;
    const char *name, *gas;
    double emission_kg_h;
    size_t n_places;
    struct vaho_truth_place place[VAHO_SCENARIO_MAX_STAYS + 1];
};

/* An emitter in one flight. */
struct vaho_truth_look {
    int there, on, in_view;
    int shows;     /* its gas takes light from bands of that flight's sensor */
    int permitted; /* 1: by a mandate of the flight, or the flight needs none */
    double line, sample, peak_ppmm, mean_ppmm, contrast_k, longitude_deg, latitude_deg;
};

struct vaho_truth_flight {
    const char *name;
    double start_s, wind_m_s, pixel_m, drift_deg;
    struct vaho_truth_look *look; /* one an emitter; owned */
};

struct vaho_truth {
    json_t *root; /* owned; text is borrowed from it */
    uint64_t seed;
    struct vaho_scenario *scenario; /* owned */
    struct vaho_inputs inputs;
    const char *terrain_sha256; /* of the map's file; "": level ground */
    size_t n_emitters, n_flights, n_imitations;
    struct vaho_truth_emitter *emitter;
    struct vaho_truth_flight *flight;
    double imitation[VAHO_SCENARIO_MAX_IMITATIONS][2]; /* longitude, latitude */
};

/* VAHO_BAD_INPUT: what is missing or wrong; VAHO_NO_MEMORY.  *out is empty then. */
enum vaho_status vaho_truth_parse(struct vaho_truth *out, const char *data, size_t nbytes,
                                  const char *name, struct vaho_error *error);
/*
 * VAHO_REFUSED: a flight, made again, is not what the truth says of it, because this program
 * simulates otherwise than the one that laid the exercise out.
 */
enum vaho_status vaho_truth_check_pass(const struct vaho_truth *truth, const struct vaho_pass *pass,
                                       struct vaho_error *error);
void vaho_truth_free(struct vaho_truth *truth); /* all zero is fine */

#endif
