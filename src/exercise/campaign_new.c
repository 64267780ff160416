/*
 * campaign_new.c - a campaign laid out: record, sealed truth, spectra, mandates, casebook
 *
 *   exercise.json    name, briefing, plan of the flights, hash of the truth
 *   truth.sealed     (sealed.h)
 *   terrain.tif      the map of the ground's heights, where the scenario has a terrain
 *   plan.geojson     the area and the flight lines, for a map
 *   library/         spectra of the gases that participants know
 *   known.geojson    licensed emitters, where the scenario has any
 *   keys/ mandates/ trust.json   where the scenario has mandates
 *   casebook.gpkg    an exercise casebook, empty but for the known emitters
 *   flights/ found/ log/         filled by campaign_run.c
 */
#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "exercise/campaign.h"
#include "exercise/campaign_world.h"
#include "exercise/cube_files.h"
#include "exercise/gas_files.h"
#include "exercise/repeatable.h"
#include "mandate/make.h"
#include "vaho/casebook.h"
#include "vaho/sites.h"

enum { MAX_KEYS = VAHO_SCENARIO_MAX_AUTHORITIES };
static const size_t MAX_NBYTES = (size_t)64 << 20;

struct layout {
    const struct vaho_campaign_order *order;
    struct vaho_scenario *s;
    struct vaho_campaign_world made;
    struct vaho_campaign campaign; /* for its paths alone */
    char truth_sha256[VAHO_DIGEST_HEX_NBYTES];
    struct vaho_secret_key key[MAX_KEYS];
    struct vaho_error *error;
};

static enum vaho_status make_folder(struct layout *l, const char *name)
{
    char *path = vaho_campaign_path(&l->campaign, name, "");
    enum vaho_status status = VAHO_OK;

    if (path == NULL)
        status = vaho_fail_memory(l->error, name);
    else if (mkdir(path, 0777) != 0)
        status =
            vaho_fail(l->error, VAHO_BAD_INPUT, "%s: cannot be made: %s", path, strerror(errno));
    free(path);
    return status;
}

/* Writes into the campaign's folder; takes 'json', which may be NULL after a lack of memory. */
static enum vaho_status save_json(struct layout *l, const char *file, json_t *json)
{
    char *path = vaho_campaign_path(&l->campaign, "", file);
    char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    enum vaho_status status = path == NULL || text == NULL
                                  ? vaho_fail_memory(l->error, file)
                                  : vaho_file_write(path, text, strlen(text), l->error);

    free(path);
    free(text);
    json_decref(json);
    return status;
}

static json_t *position(const struct layout *l, const double at_m[2])
{
    double longitude, latitude;

    vaho_world_lonlat(&longitude, &latitude, &l->s->area, at_m[0], at_m[1]);
    return json_pack("[f, f]", longitude, latitude);
}

/* A GeoJSON Polygon of corners in metres. */
static json_t *polygon(const struct layout *l, const double (*corner_m)[2], size_t n)
{
    json_t *ring = json_array();

    for (size_t i = 0; i <= n; i++)
        json_array_append_new(ring, position(l, corner_m[i % n]));
    return json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring);
}

static json_t *area_polygon(const struct layout *l)
{
    const double w = l->s->area.width_m, h = l->s->area.height_m;
    const double corner[4][2] = {{0, 0}, {w, 0}, {w, h}, {0, h}};

    return polygon(l, corner, 4);
}

static json_t *line_of(const struct layout *l, const struct vaho_scenario_flight *f)
{
    return json_pack("{s:s, s:[o, o]}", "type", "LineString", "coordinates", position(l, f->from_m),
                     position(l, f->to_m));
}

static enum vaho_status write_plan(struct layout *l)
{
    json_t *features = json_array();

    json_array_append_new(features,
                          json_pack("{s:s, s:{s:s, s:b}, s:o}", "type", "Feature", "properties",
                                    "what", "area", "exercise", 1, "geometry", area_polygon(l)));
    for (size_t i = 0; i < l->s->n_flights; i++) {
        const struct vaho_scenario_flight *f = &l->s->flight[i];
        char at[VAHO_MOMENT_NBYTES];
        vaho_moment_format(at, f->start_s);
        json_array_append_new(features,
                              json_pack("{s:s, s:{s:s, s:b, s:s, s:s}, s:o}", "type", "Feature",
                                        "properties", "what", "flight", "exercise", 1, "flight",
                                        f->name, "time", at, "geometry", line_of(l, f)));
    }
    return save_json(l, "plan.geojson",
                     json_pack("{s:s, s:o}", "type", "FeatureCollection", "features", features));
}

/* A licensed emitter may emit from a circle, here of 16 corners. */
static json_t *known_feature(const struct layout *l, size_t i)
{
    const struct vaho_scenario_emitter *e = &l->s->emitter[i];
    double corner[16][2];

    for (size_t k = 0; k < 16; k++) {
        corner[k][0] =
            l->made.world.emitter_m[i][0] + e->radius_m * vaho_repeatable_cos_deg(22.5 * (double)k);
        corner[k][1] =
            l->made.world.emitter_m[i][1] + e->radius_m * vaho_repeatable_sin_deg(22.5 * (double)k);
    }
    return json_pack("{s:s, s:{s:s, s:b, s:[s]}, s:o}", "type", "Feature", "properties", "name",
                     e->name, "exercise", 1, "gases", e->gas, "geometry",
                     polygon(l, (const double(*)[2])corner, 16));
}

static enum vaho_status write_casebook(struct layout *l)
{
    char *path = vaho_campaign_path(&l->campaign, "", "casebook.gpkg");
    char *known = vaho_campaign_path(&l->campaign, "", "known.geojson");
    json_t *features = json_array();
    struct vaho_act act = vaho_campaign_act(l->order->at);
    struct vaho_casebook *casebook = NULL;
    size_t n;
    enum vaho_status status = path == NULL || known == NULL
                                  ? vaho_fail_memory(l->error, "the casebook")
                                  : vaho_casebook_new(path, VAHO_CASEBOOK_EXERCISE, &act, l->error);

    for (size_t i = 0; i < l->s->n_emitters; i++)
        if (l->s->emitter[i].kind == VAHO_EMITTER_LICENSED)
            json_array_append_new(features, known_feature(l, i));
    if (status == VAHO_OK && json_array_size(features) > 0) {
        status =
            save_json(l, "known.geojson",
                      json_pack("{s:s, s:O}", "type", "FeatureCollection", "features", features));
        if (status == VAHO_OK)
            status = vaho_casebook_open(&casebook, path, l->error);
        if (status == VAHO_OK)
            status = vaho_sites_know(&n, casebook, known, &act, l->error);
        vaho_casebook_close(casebook);
    }
    json_decref(features);
    free(path);
    free(known);
    return status;
}

/* --- mandates ---------------------------------------------------------------- */

static enum vaho_status make_keys(struct layout *l)
{
    json_t *authorities = json_array();
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < l->s->n_authorities && status == VAHO_OK; i++) {
        const struct vaho_scenario_authority *a = &l->s->authority[i];
        char public_key[VAHO_KEY_HEX_NBYTES], file[80], *path;
        json_t *entry;
        snprintf(file, sizeof file, "%s.secret", a->name);
        path = vaho_campaign_path(&l->campaign, "keys/", file);
        status = path == NULL ? vaho_fail_memory(l->error, file)
                              : vaho_secret_key_make(&l->key[i], l->error);
        if (status == VAHO_OK)
            status = vaho_secret_key_save(&l->key[i], path, l->error);
        free(path);
        vaho_public_key(public_key, &l->key[i]);
        entry = json_pack("{s:s, s:[s]}", "name", a->name, "keys", public_key);
        if (a->territory.n > 0)
            json_object_set_new(
                entry, "territory",
                polygon(l, (const double(*)[2])a->territory.corner_m, a->territory.n));
        json_array_append_new(authorities, entry);
    }
    if (status == VAHO_OK)
        return save_json(
            l, "trust.json",
            json_pack("{s:s, s:o}", "format", "vaho-trust-1", "authorities", authorities));
    json_decref(authorities);
    return status;
}

static size_t authority(const struct layout *l, const char *name)
{
    size_t i = 0;

    while (i + 1 < l->s->n_authorities && strcmp(l->s->authority[i].name, name) != 0)
        i++;
    return i;
}

static enum vaho_status sign_and_save(struct layout *l, struct vaho_text *draft,
                                      const struct vaho_scenario_mandate *m)
{
    const char *const signer[] = {m->issuer, m->on_behalf_of};
    enum vaho_status status = VAHO_OK;
    char file[96], *path;

    for (size_t i = 0; i < 2 && status == VAHO_OK; i++) {
        struct vaho_text signed_text;
        if (signer[i] == NULL)
            continue;
        vaho_text_init(&signed_text, MAX_NBYTES);
        status = vaho_mandate_sign(&signed_text, draft->data, draft->nbytes, m->id,
                                   &l->key[authority(l, signer[i])], l->error);
        vaho_text_free(draft);
        *draft = signed_text;
    }
    snprintf(file, sizeof file, "%s.mandate.json", m->id);
    path = vaho_campaign_path(&l->campaign, "mandates/", file);
    if (status == VAHO_OK)
        status = path == NULL ? vaho_fail_memory(l->error, file)
                              : vaho_file_write(path, draft->data, draft->nbytes, l->error);
    free(path);
    return status;
}

static enum vaho_status write_mandate(struct layout *l, const struct vaho_scenario_mandate *m)
{
    json_t *area = polygon(l, (const double(*)[2])m->area.corner_m, m->area.n);
    char *area_text = json_dumps(area, JSON_REAL_PRECISION(12));
    static const char *const any[] = {"*"};
    const char *sensor[VAHO_SCENARIO_MAX_SENSORS];
    struct vaho_mandate_draft draft = {.id = m->id,
                                       .issuer = m->issuer,
                                       .on_behalf_of = m->on_behalf_of,
                                       .exercise = 1,
                                       .n_sensors = l->s->n_sensors,
                                       .sensor = sensor,
                                       .n_gases = m->n_gases > 0 ? m->n_gases : 1,
                                       .n_partners = m->n_partners,
                                       .gas = m->n_gases > 0 ? m->gas : any,
                                       .partner = m->partner,
                                       .from = m->from,
                                       .to = m->to,
                                       .border_sigmas = m->border_sigmas,
                                       .assumed_sigma_m = m->assumed_sigma_m,
                                       .area = area_text,
                                       .area_path = m->id};
    struct vaho_text text;
    enum vaho_status status;

    for (size_t i = 0; i < l->s->n_sensors; i++)
        sensor[i] = l->s->sensor[i].name;
    json_decref(area);
    vaho_text_init(&text, MAX_NBYTES);
    if (area_text == NULL)
        return vaho_fail_memory(l->error, m->id);
    draft.area_nbytes = strlen(area_text);
    status = vaho_mandate_draft_write(&text, &draft, l->error);
    if (status == VAHO_OK)
        status = sign_and_save(l, &text, m);
    vaho_text_free(&text);
    free(area_text);
    return status;
}

static enum vaho_status write_mandates(struct layout *l)
{
    enum vaho_status status;

    if (l->s->n_mandates == 0)
        return VAHO_OK;
    status = make_folder(l, "keys");
    if (status == VAHO_OK)
        status = make_folder(l, "mandates");
    if (status == VAHO_OK)
        status = make_keys(l);
    for (size_t i = 0; i < l->s->n_mandates && status == VAHO_OK; i++)
        status = write_mandate(l, &l->s->mandate[i]);
    for (size_t i = 0; i < MAX_KEYS; i++)
        vaho_secret_key_wipe(&l->key[i]);
    return status;
}

/* --- truth and record --------------------------------------------------------- */

static enum vaho_status seal_truth(struct layout *l, const struct vaho_progress *progress)
{
    char salt[2 * sizeof l->order->salt + 1];
    char *path = vaho_campaign_path(&l->campaign, "", "truth.sealed");
    struct vaho_text truth, box;
    enum vaho_status status;

    vaho_text_init(&truth, MAX_NBYTES);
    vaho_text_init(&box, MAX_NBYTES);
    sodium_bin2hex(salt, sizeof salt, l->order->salt, sizeof l->order->salt);
    status = path == NULL ? vaho_fail_memory(l->error, "the truth")
                          : vaho_truth_write(&truth, &l->made.world, salt, progress, l->error);
    if (status == VAHO_OK) {
        vaho_sha256(l->truth_sha256, truth.data, truth.nbytes);
        status =
            vaho_seal(&box, truth.data, truth.nbytes, l->order->key, l->order->nonce, l->error);
    }
    if (status == VAHO_OK)
        status = vaho_seal_key_save(l->order->key, l->order->key_path, l->error);
    if (status == VAHO_OK)
        status = vaho_file_write(path, box.data, box.nbytes, l->error);
    vaho_text_free(&box);
    vaho_text_free(&truth);
    free(path);
    return status;
}

static json_t *record_flight(const struct layout *l, const struct vaho_scenario_flight *f)
{
    const struct vaho_scenario_day *day = &l->s->day[f->day];
    json_t *mandates = json_array();
    char at[VAHO_MOMENT_NBYTES];

    vaho_moment_format(at, f->start_s);
    for (size_t i = 0; i < f->n_mandates; i++)
        json_array_append_new(mandates, json_string(l->s->mandate[f->mandate[i]].id));
    return json_pack("{s:s, s:s, s:s, s:f, s:o, s:o, s:{s:f, s:f, s:f, s:f}}", "flight", f->name,
                     "time", at, "sensor", l->s->sensor[f->sensor].name, "altitude_m",
                     f->altitude_m, "line", line_of(l, f), "mandates", mandates, "wind",
                     "speed_m_s", day->wind_m_s, "speed_sigma_m_s", day->wind_sigma_m_s, "from_deg",
                     day->wind_from_deg, "from_sigma_deg", day->wind_from_sigma_deg);
}

static enum vaho_status write_record(struct layout *l)
{
    json_t *flights = json_array(), *library = json_array();

    for (size_t i = 0; i < l->s->n_flights; i++)
        json_array_append_new(flights, record_flight(l, &l->s->flight[i]));
    for (size_t i = 0; i < l->s->n_gases; i++)
        json_array_append_new(library, json_string(l->s->gas[i]));
    return save_json(l, "exercise.json",
                     json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:o}",
                               "format", "vaho-exercise-1", "exercise", 1, "name", l->s->name,
                               "title", l->s->title, "briefing", l->s->briefing, "created",
                               l->order->at, "truth", "file", "truth.sealed", "sha256",
                               l->truth_sha256, "area", area_polygon(l), "gases", library,
                               "flights", flights));
}

static enum vaho_status lay_out(struct layout *l, const struct vaho_progress *progress)
{
    static const char *const folders[] = {"flights", "found", "log"};
    char *library = vaho_campaign_path(&l->campaign, "library", "");
    enum vaho_status status = vaho_directory_make(l->order->dir, l->error);

    if (status == VAHO_OK && library == NULL)
        status = vaho_fail_memory(l->error, "the library");
    if (status == VAHO_OK)
        status = vaho_campaign_world_new(&l->made, &l->campaign, l->s, l->order->scenario_path,
                                         l->order->seed, l->error);
    if (status == VAHO_OK)
        status =
            vaho_gases_write(library, l->s->n_gases, l->s->gas, l->made.world.inputs, l->error);
    for (size_t i = 0; i < 3 && status == VAHO_OK; i++)
        status = make_folder(l, folders[i]);
    if (status == VAHO_OK)
        status = write_plan(l);
    if (status == VAHO_OK)
        status = write_mandates(l);
    if (status == VAHO_OK)
        status = write_casebook(l);
    if (status == VAHO_OK)
        status = seal_truth(l, progress);
    if (status == VAHO_OK)
        status = write_record(l);
    free(library);
    return status;
}

enum vaho_status vaho_campaign_new(const struct vaho_campaign_order *order,
                                   const struct vaho_progress *progress, struct vaho_error *error)
{
    struct layout *l = NULL;
    struct vaho_scenario *scenario = NULL;
    char *data = NULL;
    size_t nbytes = 0;
    enum vaho_status status =
        vaho_file_read(&data, &nbytes, order->scenario_path, VAHO_SCENARIO_MAX_NBYTES, error);

    if (status == VAHO_OK)
        status = vaho_scenario_parse(&scenario, data, nbytes, order->scenario_path, error);
    if (status == VAHO_OK && (l = vaho_alloc(1, sizeof *l)) == NULL)
        status = vaho_fail_memory(error, "a campaign");
    if (status == VAHO_OK) {
        *l = (struct layout){
            .order = order, .s = scenario, .campaign = {.dir = order->dir}, .error = error};
        status = lay_out(l, progress);
        vaho_campaign_world_free(&l->made);
    }
    free(l);
    vaho_scenario_free(scenario);
    free(data);
    return status;
}
