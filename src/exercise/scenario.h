/*
 * scenario.h - a campaign as a person writes it: area, days of flights, what is hidden and what
 * confuses
 *
 * JSON, every member documented in docs/exercise.md.  Places are metres east and north of the
 * area's south-west corner.  Text is borrowed from the scenario's own JSON.
 */
#ifndef VAHO_EXERCISE_SCENARIO_H
#define VAHO_EXERCISE_SCENARIO_H

#include <jansson.h>
#include <stddef.h>

#include "exercise/light.h"
#include "vaho/mandate.h"
#include "vaho/status.h"

enum {
    VAHO_SCENARIO_MAX_NBYTES = 4 << 20,
    VAHO_SCENARIO_MAX_SENSORS = 8,
    VAHO_SCENARIO_MAX_DAYS = 60,
    VAHO_SCENARIO_MAX_FLIGHTS = 400,
    VAHO_SCENARIO_MAX_EMITTERS = 200,
    VAHO_SCENARIO_MAX_STAYS = 16,
    VAHO_SCENARIO_MAX_IMITATIONS = 64,
    VAHO_SCENARIO_MAX_AUTHORITIES = 8,
    VAHO_SCENARIO_MAX_MANDATES = 16,
    VAHO_SCENARIO_MAX_NAMES = 16, /* of a list: gases, partners, sensors, mandates */
    VAHO_SCENARIO_MAX_CORNERS = 64
};

struct vaho_scenario_area {
    double longitude_deg, latitude_deg; /* of the south-west corner */
    double width_m, height_m;           /* to the east, to the north */
    double ground_m; /* above the ellipsoid; of a terrain its mean, or what it rises from */
    struct vaho_scenario_terrain {
        int given;        /* 0: level */
        const char *file; /* NULL: made up */
        double relief_m, scale_m, spacing_m, sigma_m;
    } terrain;
};

struct vaho_scenario_sensor {
    const char *name;
    enum vaho_scene_kind kind;
    double first_um, last_um; /* of the bands */
    size_t n_samples, n_bands, n_dead;
    double pixel_mrad, noise, photon_noise, striping, smile_bands;
    double saturation; /* radiance it cannot go beyond; 0: none */
    double position_sigma_m, attitude_sigma_deg, jitter_deg;
};

struct vaho_scenario_day {
    const char *date;
    double start_s; /* 0 h UTC */
    double air_temperature_k, humidity_g_m3;
    double wind_m_s, wind_sigma_m_s, wind_from_deg, wind_from_sigma_deg;
    double warmth;                          /* times the ground's warmth on a clear day */
    const char *to_sensor, *sky, *vertical; /* tables of air, as the scenario names them; or NULL */
};

struct vaho_scenario_flight {
    char name[32]; /* "d1-f2" */
    size_t day, sensor;
    double start_s;
    double from_m[2], to_m[2], altitude_m, speed_m_s;
    double noise_factor;
    size_t n_dropped; /* frames */
    size_t n_mandates, mandate[VAHO_SCENARIO_MAX_NAMES];
};

enum vaho_emitter_kind {
    VAHO_EMITTER_HIDDEN = 0,
    VAHO_EMITTER_LICENSED, /* in known.geojson, which participants have */
    VAHO_EMITTER_UNLISTED, /* a gas that participants have no spectrum of */
    VAHO_EMITTER_TRAFFIC   /* somewhere along a line, elsewhere in each pass */
};
extern const char VAHO_EMITTER_KINDS[]; /* their names in that order, with blanks between */

struct vaho_scenario_emitter {
    enum vaho_emitter_kind kind;
    const char *name, *gas;
    double emission_kg_h, on_share, reach_m;
    int placed; /* 0: the seed says where */
    double place_m[2], to_m[2], radius_m;
    size_t n_stays; /* from each moment on at another place, or gone */
    struct {
        double from_s;
        int gone;
        double place_m[2];
    } stay[VAHO_SCENARIO_MAX_STAYS];
};

struct vaho_scenario_imitation { /* ground whose emissivity looks like a gas */
    const char *gas;
    int placed;
    double place_m[2], radius_m, ppmm;
};

struct vaho_scenario_corners {
    size_t n; /* 0: not given */
    double corner_m[VAHO_SCENARIO_MAX_CORNERS][2];
};

struct vaho_scenario_authority {
    const char *name;
    struct vaho_scenario_corners territory;
};

struct vaho_scenario_mandate {
    const char *id, *issuer, *on_behalf_of; /* NULL: the issuer's own */
    const char *from, *to;
    double border_sigmas, assumed_sigma_m;
    struct vaho_scenario_corners area;
    size_t n_gases, n_partners;
    const char *gas[VAHO_SCENARIO_MAX_NAMES]; /* none: any */
    struct vaho_mandate_partner partner[VAHO_SCENARIO_MAX_NAMES];
};

struct vaho_scenario {
    json_t *root; /* owned */
    const char *name, *title, *briefing;
    struct vaho_scenario_area area;
    size_t n_sensors, n_days, n_flights, n_emitters, n_imitations, n_authorities, n_mandates;
    size_t n_gases;
    const char *gas[VAHO_SCENARIO_MAX_NAMES]; /* the library that participants get */
    size_t n_spectra, n_surfaces;             /* files and folders, as the scenario names them */
    const char *spectra[VAHO_SCENARIO_MAX_NAMES], *surfaces[VAHO_SCENARIO_MAX_NAMES];
    const char *surface[VAHO_GROUND_N_KINDS]; /* which of them; NULL: drawn */
    struct vaho_scenario_sensor sensor[VAHO_SCENARIO_MAX_SENSORS];
    struct vaho_scenario_day day[VAHO_SCENARIO_MAX_DAYS];
    struct vaho_scenario_flight flight[VAHO_SCENARIO_MAX_FLIGHTS]; /* in the order of time */
    struct vaho_scenario_emitter emitter[VAHO_SCENARIO_MAX_EMITTERS];
    struct vaho_scenario_imitation imitation[VAHO_SCENARIO_MAX_IMITATIONS];
    struct vaho_scenario_authority authority[VAHO_SCENARIO_MAX_AUTHORITIES];
    struct vaho_scenario_mandate mandate[VAHO_SCENARIO_MAX_MANDATES];
};

/*
 * Pure.  'name' is what messages call the file.  VAHO_BAD_INPUT: the line that is no JSON, or the
 * member that is missing, unknown or out of range, and what is possible; VAHO_NO_MEMORY.
 * On error *out is NULL.
 */
enum vaho_status vaho_scenario_parse(struct vaho_scenario **out, const char *data, size_t nbytes,
                                     const char *name, struct vaho_error *error);
void vaho_scenario_free(struct vaho_scenario *scenario); /* NULL is fine */

/* Metres on the ground between two pixels of a flight's sensor. */
double vaho_scenario_pixel_m(const struct vaho_scenario *scenario, size_t flight);

#endif
