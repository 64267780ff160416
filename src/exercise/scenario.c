/* scenario.c - a scenario read strictly: nothing passed over, the first mistake named */
#include "exercise/scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "exercise/gases.h"
#include "exercise/scene.h"
#include "place/members.h"

const char VAHO_EMITTER_KINDS[] = "hidden licensed unlisted traffic";

static const double DAY_S = 86400;

struct reading {
    struct place_reader r;
    struct vaho_scenario *s;
};

/* --- what members.h does not have ------------------------------------------ */

static double number_or(struct reading *in, const json_t *object, const char *where,
                        const char *key, double otherwise, double min, double max)
{
    return place_member_given(object, key)
               ? place_member_number(&in->r, object, where, key, min, max)
               : otherwise;
}

static size_t count_or(struct reading *in, const json_t *object, const char *where, const char *key,
                       double otherwise, double min, double max)
{
    double value = number_or(in, object, where, key, otherwise, min, max);

    if (in->r.status == VAHO_OK && value != floor(value))
        place_member_fail(&in->r, where, key, "is not a whole number");
    return in->r.status == VAHO_OK ? (size_t)value : 0;
}

static const char *text_or(struct reading *in, const json_t *object, const char *where,
                           const char *key, const char *otherwise)
{
    return place_member_given(object, key) ? place_member_text(&in->r, object, where, key)
                                           : otherwise;
}

/* The array of that name and how many it has; NULL and 0 where it is not given and need not be. */
static const json_t *list(size_t *out_n, struct reading *in, const json_t *object,
                          const char *where, const char *key, size_t least, size_t most)
{
    const json_t *value = json_object_get(object, key);

    *out_n = 0;
    if (in->r.status != VAHO_OK || (value == NULL && least == 0))
        return NULL;
    if (!json_is_array(value) || json_array_size(value) < least || json_array_size(value) > most) {
        place_member_fail(&in->r, where, key, "must be a list of %zu to %zu", least, most);
        return NULL;
    }
    *out_n = json_array_size(value);
    return value;
}

/* The i-th of a list, an object, and its name in messages. */
static const json_t *entry(char where[64], struct reading *in, const json_t *array,
                           const char *outer, size_t i, const char *known)
{
    const json_t *object = json_array_get(array, i);

    snprintf(where, 64, "%s[%zu]", outer, i);
    if (in->r.status == VAHO_OK && !json_is_object(object))
        place_member_fail(&in->r, where, "", "is not an object");
    place_members_known(&in->r, object, where, known);
    return object;
}

/* [east, north] of something inside the area, or up to 'beyond' metres outside. */
static void read_point(double out[2], struct reading *in, const json_t *point, const char *where,
                       const char *key, double beyond)
{
    const double most[2] = {in->s->area.width_m, in->s->area.height_m};

    if (in->r.status != VAHO_OK)
        return;
    if (!json_is_array(point) || json_array_size(point) != 2 ||
        !json_is_number(json_array_get(point, 0)) || !json_is_number(json_array_get(point, 1))) {
        place_member_fail(&in->r, where, key, "must be [metres east, metres north]");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        out[i] = json_number_value(json_array_get(point, i));
        if (!(out[i] >= -beyond) || !(out[i] <= most[i] + beyond)) {
            place_member_fail(&in->r, where, key, "is %g m %s; %g to %g is possible", out[i],
                              i == 0 ? "east" : "north", -beyond, most[i] + beyond);
            return;
        }
    }
}

static void read_corners(struct vaho_scenario_corners *out, struct reading *in,
                         const json_t *object, const char *where, const char *key, size_t least)
{
    const json_t *array = list(&out->n, in, object, where, key, least, VAHO_SCENARIO_MAX_CORNERS);

    if (in->r.status == VAHO_OK && out->n > 0 && out->n < 3)
        place_member_fail(&in->r, where, key, "needs three corners or more");
    for (size_t i = 0; i < out->n; i++)
        read_point(out->corner_m[i], in, json_array_get(array, i), where, key, 1e5);
}

/* A moment, or with 'date' a time of that day. */
static double read_moment(struct reading *in, const json_t *object, const char *where,
                          const char *key)
{
    const char *text = place_member_text(&in->r, object, where, key);
    double at = 0;

    if (in->r.status == VAHO_OK && !vaho_moment_parse(&at, text))
        place_member_fail(&in->r, where, key, "must be a moment like 2026-05-04T12:00:00Z");
    return at;
}

static int is_name(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(text);

    return n > 0 && n < 64 && strchr(first, text[0]) != NULL &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

/* A name that can be part of a file's. */
static const char *read_name(struct reading *in, const json_t *object, const char *where,
                             const char *key)
{
    const char *text = place_member_text(&in->r, object, where, key);

    if (in->r.status == VAHO_OK && !is_name(text))
        place_member_fail(&in->r, where, key,
                          "must be 1 to 63 letters, digits, '.', '_', '-', the first a letter or "
                          "digit");
    return text;
}

/* With spectra of its own a scenario may have any gas; whether they hold it is seen when they are
 * read. */
static void check_gas(struct reading *in, const char *where, const char *key, const char *gas)
{
    if (in->r.status == VAHO_OK && in->s->n_spectra > 0 && is_name(gas))
        return;
    if (in->r.status == VAHO_OK && vaho_exercise_gas_find(gas) == NULL)
        place_member_fail(&in->r, where, key,
                          "names no gas of the simulator's; 'vaho exercise new -h' lists them");
}

static int is_listed(const struct vaho_scenario *s, const char *gas)
{
    for (size_t i = 0; i < s->n_gases; i++)
        if (strcmp(s->gas[i], gas) == 0)
            return 1;
    return 0;
}

/* --- the parts -------------------------------------------------------------- */

static void read_terrain(struct vaho_scenario_terrain *out, struct reading *in, const json_t *area)
{
    static const char w[] = "area.terrain";
    const json_t *o = json_object_get(area, "terrain");

    if (in->r.status != VAHO_OK || o == NULL)
        return;
    o = place_member_object(&in->r, area, "area", "terrain");
    place_members_known(&in->r, o, w, "file relief_m scale_m spacing_m sigma_m");
    out->given = 1;
    out->file = text_or(in, o, w, "file", NULL);
    out->relief_m = number_or(in, o, w, "relief_m", 60, 0, 3000);
    out->scale_m = number_or(in, o, w, "scale_m", 800, 40, 20000);
    out->spacing_m = number_or(in, o, w, "spacing_m", 10, 2, 200);
    out->sigma_m = number_or(in, o, w, "sigma_m", 1, 0, 100);
    if (in->r.status == VAHO_OK && out->file != NULL &&
        (place_member_given(o, "relief_m") || place_member_given(o, "scale_m") ||
         place_member_given(area, "ground_height_m")))
        place_member_fail(&in->r, w, "file",
                          "says all heights; 'relief_m', 'scale_m' and 'ground_height_m' are for a "
                          "terrain without one");
}

static void read_area(struct reading *in)
{
    const json_t *area = place_member_object(&in->r, in->s->root, "", "area");
    struct vaho_scenario_area *a = &in->s->area;

    place_members_known(&in->r, area, "area",
                        "longitude latitude width_m height_m ground_height_m terrain");
    a->longitude_deg = place_member_number(&in->r, area, "area", "longitude", -179, 178);
    a->latitude_deg = place_member_number(&in->r, area, "area", "latitude", -70, 70);
    a->width_m = place_member_number(&in->r, area, "area", "width_m", 100, 20000);
    a->height_m = place_member_number(&in->r, area, "area", "height_m", 100, 20000);
    a->ground_m = number_or(in, area, "area", "ground_height_m", 0, -400, 6000);
    read_terrain(&a->terrain, in, area);
}

static void read_library(struct reading *in)
{
    size_t n;
    const json_t *array = list(&n, in, in->s->root, "", "library", 1, VAHO_SCENARIO_MAX_NAMES);

    for (size_t i = 0; i < n; i++) {
        const char *gas = json_string_value(json_array_get(array, i));
        check_gas(in, "library", "", gas != NULL ? gas : "");
        if (in->r.status != VAHO_OK)
            return;
        if (is_listed(in->s, gas))
            place_member_fail(&in->r, "library", "", "names %s twice", gas);
        in->s->gas[in->s->n_gases++] = gas;
    }
}

/* Names of files or folders. */
static size_t read_paths(const char *out[VAHO_SCENARIO_MAX_NAMES], struct reading *in,
                         const json_t *object, const char *where, const char *key, size_t least)
{
    size_t n;
    const json_t *array = list(&n, in, object, where, key, least, VAHO_SCENARIO_MAX_NAMES);

    for (size_t i = 0; i < n; i++) {
        out[i] = json_string_value(json_array_get(array, i));
        if (in->r.status == VAHO_OK && (out[i] == NULL || out[i][0] == '\0'))
            place_member_fail(&in->r, where, key, "must be names of files or folders");
    }
    return n;
}

static void read_ground(struct reading *in)
{
    const json_t *o = json_object_get(in->s->root, "ground");
    char known[160], kinds[sizeof known], *rest = kinds;

    if (in->r.status != VAHO_OK || o == NULL)
        return;
    o = place_member_object(&in->r, in->s->root, "", "ground");
    snprintf(known, sizeof known, "library %s", VAHO_GROUND_KINDS);
    place_members_known(&in->r, o, "ground", known);
    in->s->n_surfaces = read_paths(in->s->surfaces, in, o, "ground", "library", 1);
    snprintf(kinds, sizeof kinds, "%s", VAHO_GROUND_KINDS);
    for (size_t k = 0; k < VAHO_GROUND_N_KINDS; k++)
        in->s->surface[k] =
            text_or(in, o, "ground", strtok_r(k == 0 ? kinds : NULL, " ", &rest), NULL);
}

/* "range_um": the first and the last band. */
static void read_range(struct vaho_scenario_sensor *d, struct reading *in, const json_t *o,
                       const char *w)
{
    const json_t *range = json_object_get(o, "range_um");
    double low, high;

    if (in->r.status != VAHO_OK || range == NULL)
        return;
    vaho_scene_range(&low, &high, d->kind);
    d->first_um = json_number_value(json_array_get(range, 0));
    d->last_um = json_number_value(json_array_get(range, 1));
    if (json_array_size(range) != 2 || !(d->first_um >= low) || !(d->last_um <= high) ||
        !(d->last_um >= d->first_um + 0.05))
        place_member_fail(&in->r, w, "range_um", "must be [first, last] within %g to %g um", low,
                          high);
}

static void read_sensors(struct reading *in)
{
    const json_t *array =
        list(&in->s->n_sensors, in, in->s->root, "", "sensors", 1, VAHO_SCENARIO_MAX_SENSORS);

    for (size_t i = 0; i < in->s->n_sensors && in->r.status == VAHO_OK; i++) {
        struct vaho_scenario_sensor *d = &in->s->sensor[i];
        struct vaho_scene_params usual;
        char w[64];
        const json_t *o = entry(
            w, in, array, "sensors", i,
            "name kind range_um samples bands pixel_mrad noise photon_noise "
            "striping smile_bands dead_elements saturation position_sigma_m attitude_sigma_deg "
            "jitter_deg");
        d->name = place_member_text(&in->r, o, w, "name");
        if (in->r.status == VAHO_OK && strpbrk(d->name, "{}\n\r") != NULL)
            place_member_fail(&in->r, w, "name", "must be one line without braces");
        if (place_member_given(o, "kind"))
            d->kind =
                (enum vaho_scene_kind)place_member_word(&in->r, o, w, "kind", "thermal shortwave");
        if (d->kind == VAHO_SCENE_SHORTWAVE)
            vaho_scene_params_shortwave(&usual);
        else
            vaho_scene_params_default(&usual);
        d->first_um = usual.first_um;
        d->last_um = usual.last_um;
        read_range(d, in, o, w);
        d->n_samples = count_or(in, o, w, "samples", 192, 32, VAHO_SCENE_MAX_SAMPLES);
        d->n_bands = count_or(in, o, w, "bands", d->kind == VAHO_SCENE_SHORTWAVE ? 96 : 64, 32,
                              VAHO_SCENE_MAX_BANDS);
        d->pixel_mrad = number_or(in, o, w, "pixel_mrad", 2, 0.1, 10);
        d->noise = number_or(in, o, w, "noise", usual.noise, 0, 10);
        d->photon_noise = number_or(in, o, w, "photon_noise", usual.photon_noise, 0, 10);
        d->striping = number_or(in, o, w, "striping", 0.002, 0, 0.2);
        d->smile_bands = number_or(in, o, w, "smile_bands", 0.04, -0.5, 0.5);
        d->n_dead = count_or(in, o, w, "dead_elements", 6, 0, 1000);
        d->saturation = number_or(in, o, w, "saturation", 0, 0, 100);
        d->position_sigma_m = number_or(in, o, w, "position_sigma_m", 1, 0, 100);
        d->attitude_sigma_deg = number_or(in, o, w, "attitude_sigma_deg", 0.05, 0, 2);
        d->jitter_deg = number_or(in, o, w, "jitter_deg", 0.2, 0, 3);
        if (in->r.status == VAHO_OK && d->n_dead > d->n_samples * d->n_bands / 4)
            place_member_fail(&in->r, w, "dead_elements", "are more than a quarter of all");
        if (in->r.status == VAHO_OK && (double)d->n_samples * d->pixel_mrad > 1500)
            place_member_fail(&in->r, w, "samples",
                              "times pixel_mrad is a swath of more than 86 "
                              "degrees");
    }
}

static void read_air(struct vaho_scenario_day *d, struct reading *in, const json_t *day,
                     const char *w)
{
    const json_t *o = json_object_get(day, "air");
    char inner[72];

    if (in->r.status != VAHO_OK || o == NULL)
        return;
    snprintf(inner, sizeof inner, "%s.air", w);
    o = place_member_object(&in->r, day, w, "air");
    place_members_known(&in->r, o, inner, "to_sensor sky vertical");
    d->to_sensor = text_or(in, o, inner, "to_sensor", NULL);
    d->sky = text_or(in, o, inner, "sky", NULL);
    d->vertical = text_or(in, o, inner, "vertical", NULL);
}

static void read_day(struct reading *in, const json_t *o, const char *w)
{
    struct vaho_scenario_day *d = &in->s->day[in->s->n_days++];
    const json_t *wind = place_member_object(&in->r, o, w, "wind");
    char moment[64], inner[72];

    d->date = place_member_text(&in->r, o, w, "date");
    snprintf(moment, sizeof moment, "%.32sT00:00:00Z", d->date);
    if (in->r.status == VAHO_OK && !vaho_moment_parse(&d->start_s, moment))
        place_member_fail(&in->r, w, "date", "must be a day like 2026-05-04");
    d->air_temperature_k = number_or(in, o, w, "air_temperature_c", 22, -30, 50) + 273.15;
    d->humidity_g_m3 = number_or(in, o, w, "humidity_g_m3", 8, 0.5, 30);
    d->warmth = number_or(in, o, w, "ground_warmth", 1, 0, 2);
    read_air(d, in, o, w);
    snprintf(inner, sizeof inner, "%s.wind", w);
    place_members_known(&in->r, wind, inner, "speed_m_s from_deg speed_sigma_m_s from_sigma_deg");
    d->wind_m_s = place_member_number(&in->r, wind, inner, "speed_m_s", 0.5, 30);
    d->wind_from_deg = place_member_number(&in->r, wind, inner, "from_deg", 0, 360);
    d->wind_sigma_m_s = number_or(in, wind, inner, "speed_sigma_m_s", 0.2 * d->wind_m_s, 0, 10);
    d->wind_from_sigma_deg = number_or(in, wind, inner, "from_sigma_deg", 10, 0, 90);
}

/* hh:mm or hh:mm:ss, UTC */
static double read_clock(struct reading *in, const json_t *o, const char *w)
{
    const char *text = place_member_text(&in->r, o, w, "time");
    char moment[64];
    double at = 0;

    snprintf(moment, sizeof moment, "2026-01-01T%.16s%sZ", text, strlen(text) == 5 ? ":00" : "");
    if (in->r.status == VAHO_OK && !vaho_moment_parse(&at, moment))
        place_member_fail(&in->r, w, "time", "must be a time of day in UTC like 10:30:00");
    return fmod(at, DAY_S);
}

static void read_mandates_of(struct vaho_scenario_flight *f, struct reading *in, const json_t *o,
                             const char *w)
{
    const json_t *array = list(&f->n_mandates, in, o, w, "mandates", 0, VAHO_SCENARIO_MAX_NAMES);

    for (size_t i = 0; i < f->n_mandates && in->r.status == VAHO_OK; i++) {
        const char *id = json_string_value(json_array_get(array, i));
        size_t k = 0;
        while (k < in->s->n_mandates && (id == NULL || strcmp(in->s->mandate[k].id, id) != 0))
            k++;
        if (k == in->s->n_mandates)
            place_member_fail(&in->r, w, "mandates", "must name mandates of 'mandates'");
        f->mandate[i] = k;
        for (size_t j = 0; j < i; j++)
            if (f->mandate[j] == k)
                place_member_fail(&in->r, w, "mandates", "names one twice");
    }
    if (in->r.status == VAHO_OK && in->s->n_mandates > 0 && f->n_mandates == 0)
        place_member_fail(&in->r, w, "mandates",
                          "is missing: where there are mandates each flight is under one or more");
}

static void read_flight(struct reading *in, const json_t *o, const char *w, size_t number)
{
    struct vaho_scenario *s = in->s;
    struct vaho_scenario_flight *f = &s->flight[s->n_flights++];
    const char *sensor = text_or(in, o, w, "sensor", s->sensor[0].name);

    f->day = s->n_days - 1;
    snprintf(f->name, sizeof f->name, "d%zu-f%zu", s->n_days, number + 1);
    f->start_s = s->day[f->day].start_s + read_clock(in, o, w);
    read_point(f->from_m, in, json_object_get(o, "from"), w, "from", 2000);
    read_point(f->to_m, in, json_object_get(o, "to"), w, "to", 2000);
    f->altitude_m = place_member_number(&in->r, o, w, "altitude_m", 50, 5000);
    f->speed_m_s = number_or(in, o, w, "speed_m_s", 50, 3, 200);
    f->noise_factor = number_or(in, o, w, "noise_factor", 1, 0, 20);
    f->n_dropped = count_or(in, o, w, "dropped_frames", 0, 0, 1000);
    for (f->sensor = 0; f->sensor < s->n_sensors; f->sensor++)
        if (strcmp(s->sensor[f->sensor].name, sensor) == 0)
            break;
    if (in->r.status == VAHO_OK && f->sensor == s->n_sensors)
        place_member_fail(&in->r, w, "sensor", "is none of 'sensors'");
    read_mandates_of(f, in, o, w);
    if (in->r.status == VAHO_OK) {
        double along = hypot(f->to_m[0] - f->from_m[0], f->to_m[1] - f->from_m[1]);
        double lines = along / vaho_scenario_pixel_m(s, s->n_flights - 1);
        if (!(lines >= 64) || !(lines <= 20000))
            place_member_fail(&in->r, w, "to",
                              "makes a flight of %.0f lines (length over altitude_m x pixel_mrad); "
                              "64 to 20000 are possible",
                              lines);
        else if (f->n_dropped > (size_t)lines / 4)
            place_member_fail(&in->r, w, "dropped_frames", "is more than a quarter of the lines");
    }
}

static void read_days(struct reading *in)
{
    size_t n, n_flights;
    const json_t *days = list(&n, in, in->s->root, "", "days", 1, VAHO_SCENARIO_MAX_DAYS);

    for (size_t i = 0; i < n && in->r.status == VAHO_OK; i++) {
        char w[64], inner[72], at[64];
        const json_t *o = entry(w, in, days, "days", i,
                                "date air_temperature_c humidity_g_m3 ground_warmth air wind "
                                "flights");
        const json_t *flights = list(&n_flights, in, o, w, "flights", 1, VAHO_SCENARIO_MAX_FLIGHTS);
        read_day(in, o, w);
        snprintf(inner, sizeof inner, "%s.flights", w);
        for (size_t k = 0; k < n_flights && in->r.status == VAHO_OK; k++) {
            const json_t *flight = entry(at, in, flights, inner, k,
                                         "time sensor from to altitude_m speed_m_s noise_factor "
                                         "dropped_frames mandates");
            if (in->r.status == VAHO_OK && in->s->n_flights == VAHO_SCENARIO_MAX_FLIGHTS)
                place_member_fail(&in->r, at, "", "is one flight more than %d",
                                  VAHO_SCENARIO_MAX_FLIGHTS);
            if (in->r.status == VAHO_OK)
                read_flight(in, flight, at, k);
            if (in->r.status == VAHO_OK && in->s->n_flights > 1 &&
                in->s->flight[in->s->n_flights - 1].start_s <=
                    in->s->flight[in->s->n_flights - 2].start_s)
                place_member_fail(&in->r, at, "time",
                                  "is not after the flight before; days and flights go by time");
        }
    }
}

static void read_stays(struct vaho_scenario_emitter *e, struct reading *in, const json_t *o,
                       const char *w)
{
    const json_t *array = list(&e->n_stays, in, o, w, "moves", 0, VAHO_SCENARIO_MAX_STAYS);

    for (size_t i = 0; i < e->n_stays && in->r.status == VAHO_OK; i++) {
        char at[64], outer[80];
        snprintf(outer, sizeof outer, "%s.moves", w);
        const json_t *stay = entry(at, in, array, outer, i, "from place");
        e->stay[i].from_s = read_moment(in, stay, at, "from");
        e->stay[i].gone = json_is_null(json_object_get(stay, "place"));
        if (!e->stay[i].gone)
            read_point(e->stay[i].place_m, in, json_object_get(stay, "place"), at, "place", 0);
        if (in->r.status == VAHO_OK && i > 0 && e->stay[i].from_s <= e->stay[i - 1].from_s)
            place_member_fail(&in->r, at, "from", "is not after the move before");
    }
}

static void read_emitter(struct reading *in, const json_t *o, const char *w)
{
    struct vaho_scenario_emitter *e = &in->s->emitter[in->s->n_emitters++];
    int listed;

    e->kind = (enum vaho_emitter_kind)place_member_word(&in->r, o, w, "kind", VAHO_EMITTER_KINDS);
    e->name = place_member_text(&in->r, o, w, "name");
    for (size_t i = 0; i + 1 < in->s->n_emitters && in->r.status == VAHO_OK; i++)
        if (strcmp(in->s->emitter[i].name, e->name) == 0)
            place_member_fail(&in->r, w, "name", "is that of another emitter");
    if (in->r.status == VAHO_OK && strlen(e->name) > 100)
        place_member_fail(&in->r, w, "name", "is longer than 100 bytes");
    e->gas = place_member_text(&in->r, o, w, "gas");
    check_gas(in, w, "gas", e->gas);
    listed = is_listed(in->s, e->gas);
    if (in->r.status == VAHO_OK && listed == (e->kind == VAHO_EMITTER_UNLISTED))
        place_member_fail(&in->r, w, "gas",
                          listed ? "of an unlisted emitter must not be in 'library'"
                                 : "is not in 'library'; only an unlisted emitter has such a one");
    e->emission_kg_h = place_member_number(&in->r, o, w, "emission_kg_h", 0.001, 100000);
    e->on_share = number_or(in, o, w, "on_share", 1, 0, 1);
    e->reach_m = number_or(in, o, w, "reach_m", 100, 20, 1000);
    e->radius_m = number_or(in, o, w, "radius_m", 40, 5, 1000);
    e->placed = place_member_given(o, "place");
    if (e->placed)
        read_point(e->place_m, in, json_object_get(o, "place"), w, "place", 0);
    if (e->kind == VAHO_EMITTER_TRAFFIC) {
        read_point(e->to_m, in, json_object_get(o, "to"), w, "to", 0);
        if (in->r.status == VAHO_OK && !e->placed)
            place_member_fail(&in->r, w, "place", "is missing: traffic goes from 'place' to 'to'");
    } else if (in->r.status == VAHO_OK && place_member_given(o, "to")) {
        place_member_fail(&in->r, w, "to", "is for traffic alone");
    }
    read_stays(e, in, o, w);
}

static void read_emitters(struct reading *in)
{
    size_t n;
    const json_t *array = list(&n, in, in->s->root, "", "emitters", 1, VAHO_SCENARIO_MAX_EMITTERS);

    for (size_t i = 0; i < n && in->r.status == VAHO_OK; i++) {
        char w[64];
        const json_t *o = entry(w, in, array, "emitters", i,
                                "kind name gas emission_kg_h on_share reach_m radius_m place to "
                                "moves");
        if (in->r.status == VAHO_OK)
            read_emitter(in, o, w);
    }
    array = list(&in->s->n_imitations, in, in->s->root, "", "imitating_ground", 0,
                 VAHO_SCENARIO_MAX_IMITATIONS);
    for (size_t i = 0; i < in->s->n_imitations && in->r.status == VAHO_OK; i++) {
        struct vaho_scenario_imitation *m = &in->s->imitation[i];
        char w[64];
        const json_t *o =
            entry(w, in, array, "imitating_ground", i, "gas place radius_m strength_ppmm");
        m->gas = place_member_text(&in->r, o, w, "gas");
        check_gas(in, w, "gas", m->gas);
        m->radius_m = number_or(in, o, w, "radius_m", 20, 2, 500);
        m->ppmm = place_member_number(&in->r, o, w, "strength_ppmm", 0.01, 1e5);
        m->placed = place_member_given(o, "place");
        if (m->placed)
            read_point(m->place_m, in, json_object_get(o, "place"), w, "place", 0);
    }
}

static int is_authority(const struct vaho_scenario *s, const char *name)
{
    for (size_t i = 0; i < s->n_authorities; i++)
        if (strcmp(s->authority[i].name, name) == 0)
            return 1;
    return 0;
}

static void read_partners(struct vaho_scenario_mandate *m, struct reading *in, const json_t *o,
                          const char *w)
{
    const json_t *array = list(&m->n_partners, in, o, w, "partners", 0, VAHO_SCENARIO_MAX_NAMES);

    for (size_t i = 0; i < m->n_partners && in->r.status == VAHO_OK; i++) {
        char at[64], outer[80];
        snprintf(outer, sizeof outer, "%s.partners", w);
        const json_t *p = entry(at, in, array, outer, i, "name precision_m time_precision_s");
        m->partner[i].name = read_name(in, p, at, "name");
        m->partner[i].precision_m = place_member_number(&in->r, p, at, "precision_m", 1, 100000);
        m->partner[i].time_precision_s =
            place_member_number(&in->r, p, at, "time_precision_s", 1, 31536000);
    }
}

static void read_mandate(struct reading *in, const json_t *o, const char *w)
{
    struct vaho_scenario_mandate *m = &in->s->mandate[in->s->n_mandates++];
    const json_t *gases;

    m->id = read_name(in, o, w, "id");
    for (size_t i = 0; i + 1 < in->s->n_mandates && in->r.status == VAHO_OK; i++)
        if (strcmp(in->s->mandate[i].id, m->id) == 0)
            place_member_fail(&in->r, w, "id", "is that of another mandate");
    m->issuer = place_member_text(&in->r, o, w, "issuer");
    if (in->r.status == VAHO_OK && !is_authority(in->s, m->issuer))
        place_member_fail(&in->r, w, "issuer", "is none of 'authorities'");
    m->on_behalf_of = text_or(in, o, w, "on_behalf_of", NULL);
    if (in->r.status == VAHO_OK && m->on_behalf_of != NULL &&
        (!is_authority(in->s, m->on_behalf_of) || strcmp(m->on_behalf_of, m->issuer) == 0))
        place_member_fail(&in->r, w, "on_behalf_of", "must be another one of 'authorities'");
    read_corners(&m->area, in, o, w, "area", 3);
    m->from = place_member_text(&in->r, o, w, "from");
    m->to = place_member_text(&in->r, o, w, "to");
    if (read_moment(in, o, w, "from") >= read_moment(in, o, w, "to"))
        place_member_fail(&in->r, w, "to", "is not after 'from'");
    m->border_sigmas = number_or(in, o, w, "border_sigmas", 3, 1, 10);
    m->assumed_sigma_m = number_or(in, o, w, "assumed_sigma_m", 10, 0.1, 1000);
    gases = list(&m->n_gases, in, o, w, "gases", 0, VAHO_SCENARIO_MAX_NAMES);
    for (size_t i = 0; i < m->n_gases && in->r.status == VAHO_OK; i++) {
        m->gas[i] = json_string_value(json_array_get(gases, i));
        if (m->gas[i] == NULL || !is_listed(in->s, m->gas[i]))
            place_member_fail(&in->r, w, "gases", "must be gases of 'library'");
    }
    read_partners(m, in, o, w);
}

static void read_mandates(struct reading *in)
{
    size_t n;
    const json_t *array = list(&in->s->n_authorities, in, in->s->root, "", "authorities", 0,
                               VAHO_SCENARIO_MAX_AUTHORITIES);

    for (size_t i = 0; i < in->s->n_authorities && in->r.status == VAHO_OK; i++) {
        struct vaho_scenario_authority *a = &in->s->authority[i];
        char w[64];
        const json_t *o = entry(w, in, array, "authorities", i, "name territory");
        a->name = read_name(in, o, w, "name");
        for (size_t k = 0; k < i && in->r.status == VAHO_OK; k++)
            if (strcmp(in->s->authority[k].name, a->name) == 0)
                place_member_fail(&in->r, w, "name", "is that of another authority");
        read_corners(&a->territory, in, o, w, "territory", 0);
    }
    array = list(&n, in, in->s->root, "", "mandates", 0, VAHO_SCENARIO_MAX_MANDATES);
    for (size_t i = 0; i < n && in->r.status == VAHO_OK; i++) {
        char w[64];
        const json_t *o = entry(w, in, array, "mandates", i,
                                "id issuer on_behalf_of area from to border_sigmas "
                                "assumed_sigma_m gases partners");
        if (in->r.status == VAHO_OK)
            read_mandate(in, o, w);
    }
}

static void read_whole(struct reading *in)
{
    const json_t *root = in->s->root;

    place_members_known(
        &in->r, root, "",
        "vaho_scenario name title briefing area library spectra ground sensors days "
        "emitters "
        "imitating_ground authorities mandates");
    if (place_member_number(&in->r, root, "", "vaho_scenario", 1, 1) != 1)
        return;
    in->s->name = read_name(in, root, "", "name");
    in->s->title = place_member_text(&in->r, root, "", "title");
    in->s->briefing = place_member_text(&in->r, root, "", "briefing");
    read_area(in);
    in->s->n_spectra = read_paths(in->s->spectra, in, root, "", "spectra", 0);
    read_ground(in);
    read_library(in);
    read_sensors(in);
    read_mandates(in);
    read_days(in);
    read_emitters(in);
}

enum vaho_status vaho_scenario_parse(struct vaho_scenario **out, const char *data, size_t nbytes,
                                     const char *name, struct vaho_error *error)
{
    struct reading in = {{name, error, VAHO_OK}, vaho_alloc(1, sizeof *in.s)};
    json_error_t reason;

    *out = NULL;
    if (in.s == NULL)
        return vaho_fail_memory(error, name);
    in.s->root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (!json_is_object(in.s->root))
        in.r.status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not a scenario: %s", name,
                                in.s->root == NULL ? reason.line : 1,
                                in.s->root == NULL ? reason.text : "it is no JSON object");
    else
        read_whole(&in);
    if (in.r.status != VAHO_OK) {
        vaho_scenario_free(in.s);
        return in.r.status;
    }
    *out = in.s;
    return VAHO_OK;
}

void vaho_scenario_free(struct vaho_scenario *scenario)
{
    if (scenario == NULL)
        return;
    json_decref(scenario->root);
    free(scenario);
}

double vaho_scenario_pixel_m(const struct vaho_scenario *scenario, size_t flight)
{
    const struct vaho_scenario_flight *f = &scenario->flight[flight];

    return f->altitude_m * scenario->sensor[f->sensor].pixel_mrad * 1e-3;
}
