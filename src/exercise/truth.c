/* truth.c - the truth written from passes, and read back strictly */
#include "exercise/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/moment.h"
#include "exercise/pass.h"
#include "place/members.h"

/* --- writing ---------------------------------------------------------------- */

/* Of a mandate's corners in metres: is the place in it?  By crossings of a ray to the north. */
static int is_inside(const struct vaho_scenario_corners *area, const double at[2])
{
    int inside = 0;

    for (size_t i = 0, k = area->n - 1; i < area->n; k = i++) {
        const double *a = area->corner_m[i], *b = area->corner_m[k];
        if ((a[0] > at[0]) != (b[0] > at[0]) &&
            at[1] < a[1] + (b[1] - a[1]) * (at[0] - a[0]) / (b[0] - a[0]))
            inside = !inside;
    }
    return inside;
}

static int is_permitted(const struct vaho_scenario *s, const struct vaho_scenario_flight *f,
                        const struct vaho_pass_source *source)
{
    for (size_t i = 0; i < f->n_mandates; i++) {
        const struct vaho_scenario_mandate *m = &s->mandate[f->mandate[i]];
        const char *gas = s->emitter[source->emitter].gas;
        int named = m->n_gases == 0;
        double from_s = INFINITY, to_s = -INFINITY;
        for (size_t g = 0; g < m->n_gases; g++)
            named |= strcmp(m->gas[g], gas) == 0;
        vaho_moment_parse(&from_s, m->from);
        vaho_moment_parse(&to_s, m->to);
        if (named && f->start_s >= from_s && f->start_s <= to_s &&
            is_inside(&m->area, source->place_m))
            return 1;
    }
    return f->n_mandates == 0;
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *place_of(const struct vaho_scenario_area *area, const double at_m[2])
{
    double longitude, latitude;

    vaho_world_lonlat(&longitude, &latitude, area, at_m[0], at_m[1]);
    return json_pack("{s:f, s:f, s:f, s:f}", "longitude", longitude, "latitude", latitude, "east_m",
                     at_m[0], "north_m", at_m[1]);
}

static json_t *write_look(const struct vaho_pass *pass, const struct vaho_pass_source *source)
{
    const struct vaho_scenario *s = pass->world->scenario;
    const struct vaho_scenario_emitter *e = &s->emitter[source->emitter];
    json_t *look = place_of(&s->area, source->place_m);

    json_object_set_new(look, "emitter", json_string(e->name));
    json_object_set_new(look, "gas", json_string(e->gas));
    json_object_set_new(look, "there", json_boolean(source->there));
    json_object_set_new(look, "on", json_boolean(source->on));
    json_object_set_new(look, "in_view", json_boolean(source->in_view));
    json_object_set_new(look, "permitted",
                        json_boolean(is_permitted(s, &s->flight[pass->flight], source)));
    json_object_set_new(look, "shows", json_boolean(source->shows));
    json_object_set_new(look, "line", json_real(source->line));
    json_object_set_new(look, "sample", json_real(source->sample));
    json_object_set_new(look, "peak_ppmm", number_or_null(source->peak_ppmm));
    json_object_set_new(look, "mean_ppmm", number_or_null(source->mean_ppmm));
    json_object_set_new(look, "contrast_k", number_or_null(source->contrast_k));
    return look;
}

static json_t *write_flight(const struct vaho_pass *pass)
{
    const struct vaho_scenario_flight *f = &pass->world->scenario->flight[pass->flight];
    json_t *looks = json_array();
    char at[VAHO_MOMENT_NBYTES];

    vaho_moment_format(at, f->start_s);
    for (size_t i = 0; i < pass->n_sources; i++)
        json_array_append_new(looks, write_look(pass, &pass->source[i]));
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:o}", "flight", f->name, "time", at,
                     "wind_m_s", pass->wind_m_s, "wind_from_deg", pass->wind_from_deg, "drift_deg",
                     vaho_pass_drift_deg(pass), "pixel_m", pass->course.pixel_m, "looks", looks);
}

static json_t *write_emitter(const struct vaho_world *world, size_t i)
{
    const struct vaho_scenario *s = world->scenario;
    const struct vaho_scenario_emitter *e = &s->emitter[i];
    json_t *places = json_array(), *place = place_of(&s->area, world->emitter_m[i]);

    json_object_set_new(place, "from", json_null());
    json_array_append_new(places, place);
    for (size_t k = 0; k < e->n_stays; k++) {
        char from[VAHO_MOMENT_NBYTES];
        vaho_moment_format(from, e->stay[k].from_s);
        place = e->stay[k].gone ? json_object() : place_of(&s->area, e->stay[k].place_m);
        json_object_set_new(place, "from", json_string(from));
        json_array_append_new(places, place);
    }
    return json_pack("{s:i, s:s, s:s, s:f, s:o}", "kind", (int)e->kind, "name", e->name, "gas",
                     e->gas, "emission_kg_h", e->emission_kg_h, "places", places);
}

enum vaho_status vaho_truth_write(struct vaho_text *out, const struct vaho_world *world,
                                  const char *salt, const struct vaho_progress *progress,
                                  struct vaho_error *error)
{
    const struct vaho_scenario *s = world->scenario;
    json_t *emitters = json_array(), *imitations = json_array(), *flights = json_array(), *root;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < s->n_emitters; i++)
        json_array_append_new(emitters, write_emitter(world, i));
    for (size_t i = 0; i < s->n_imitations; i++)
        json_array_append_new(imitations, place_of(&s->area, world->imitation_m[i]));
    for (size_t i = 0; i < s->n_flights && status == VAHO_OK; i++) {
        struct vaho_pass pass;
        status = vaho_pass_new(&pass, world, i, error);
        if (status == VAHO_OK)
            json_array_append_new(flights, write_flight(&pass));
        vaho_pass_free(&pass);
        vaho_progress_report(progress, "lay out", i + 1, s->n_flights, "flights");
    }
    root = json_pack("{s:i, s:b, s:o, s:s, s:s, s:I, s:O, s:o, s:o, s:o}", "vaho_truth", 1,
                     "exercise", 1, "inputs",
                     world->inputs != NULL ? vaho_inputs_write(world->inputs) : json_null(),
                     "terrain_sha256", world->terrain_sha256, "salt", salt, "seed",
                     (json_int_t)world->seed, "scenario", s->root, "emitters", emitters,
                     "imitating_ground", imitations, "flights", flights);
    if (status == VAHO_OK && root == NULL)
        status = vaho_fail_memory(error, "the truth of an exercise");
    if (status == VAHO_OK)
        status = vaho_canonical_json(out, root, error);
    vaho_text_puts(out, "\n");
    json_decref(root);
    return status;
}

/* --- reading ---------------------------------------------------------------- */

static int is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static const json_t *list(size_t *out_n, struct place_reader *r, const json_t *object,
                          const char *key, size_t most)
{
    const json_t *value = json_object_get(object, key);

    *out_n = 0;
    if (r->status == VAHO_OK && (!json_is_array(value) || json_array_size(value) > most))
        place_member_fail(r, "", key, "is not a list, or too long");
    if (r->status == VAHO_OK)
        *out_n = json_array_size(value);
    return value;
}

static double number_or_nan(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double moment_or_nan(struct place_reader *r, const json_t *object, const char *where,
                            const char *key)
{
    double at = NAN;

    if (!json_is_null(json_object_get(object, key)) &&
        !vaho_moment_parse(&at, place_member_text(r, object, where, key)))
        place_member_fail(r, where, key, "is no moment");
    return at;
}

static void read_emitter(struct vaho_truth_emitter *out, struct place_reader *r, const json_t *o)
{
    static const char where[] = "emitters";
    const json_t *places = list(&out->n_places, r, o, "places", VAHO_SCENARIO_MAX_STAYS + 1);

    out->kind =
        (enum vaho_emitter_kind)place_member_number(r, o, where, "kind", 0, VAHO_EMITTER_TRAFFIC);
    out->name = place_member_text(r, o, where, "name");
    out->gas = place_member_text(r, o, where, "gas");
    out->emission_kg_h = place_member_number(r, o, where, "emission_kg_h", 0, 1e9);
    for (size_t i = 0; i < out->n_places; i++) {
        const json_t *place = json_array_get(places, i);
        out->place[i].from_s = moment_or_nan(r, place, where, "from");
        out->place[i].gone = !place_member_given(place, "longitude");
        out->place[i].longitude_deg = number_or_nan(place, "longitude");
        out->place[i].latitude_deg = number_or_nan(place, "latitude");
    }
}

static void read_look(struct vaho_truth_look *out, struct place_reader *r, const json_t *o)
{
    static const char where[] = "flights.looks";

    *out = (struct vaho_truth_look){
        .there = is_true(o, "there"),
        .on = is_true(o, "on"),
        .in_view = is_true(o, "in_view"),
        .shows = is_true(o, "shows"),
        .permitted = is_true(o, "permitted"),
        .line = place_member_number(r, o, where, "line", -1e9, 1e9),
        .sample = place_member_number(r, o, where, "sample", -1e9, 1e9),
        .peak_ppmm = number_or_nan(o, "peak_ppmm"),
        .mean_ppmm = number_or_nan(o, "mean_ppmm"),
        .contrast_k = number_or_nan(o, "contrast_k"),
        .longitude_deg = place_member_number(r, o, where, "longitude", -360, 360),
        .latitude_deg = place_member_number(r, o, where, "latitude", -90, 90)};
}

static void read_flight(struct vaho_truth_flight *out, struct place_reader *r, const json_t *o,
                        size_t n_emitters)
{
    size_t n;
    const json_t *looks = list(&n, r, o, "looks", VAHO_SCENARIO_MAX_EMITTERS);

    out->name = place_member_text(r, o, "flights", "flight");
    out->start_s = moment_or_nan(r, o, "flights", "time");
    out->wind_m_s = place_member_number(r, o, "flights", "wind_m_s", 0, 1000);
    out->drift_deg = place_member_number(r, o, "flights", "drift_deg", -360, 720);
    out->pixel_m = place_member_number(r, o, "flights", "pixel_m", 1e-3, 1e4);
    if (r->status == VAHO_OK && n != n_emitters)
        place_member_fail(r, "flights", "looks", "has not one for each emitter");
    if (r->status != VAHO_OK)
        return;
    out->look = vaho_alloc(n, sizeof *out->look);
    if (out->look == NULL)
        r->status = vaho_fail_memory(r->error, r->name);
    for (size_t i = 0; i < n && r->status == VAHO_OK; i++)
        read_look(&out->look[i], r, json_array_get(looks, i));
}

static enum vaho_status read_scenario(struct vaho_truth *out, const char *name,
                                      struct vaho_error *error)
{
    char *text = json_dumps(json_object_get(out->root, "scenario"), JSON_COMPACT);
    enum vaho_status status;

    if (text == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'scenario' is missing", name);
    status = vaho_scenario_parse(&out->scenario, text, strlen(text), name, error);
    free(text);
    return status;
}

enum vaho_status vaho_truth_parse(struct vaho_truth *out, const char *data, size_t nbytes,
                                  const char *name, struct vaho_error *error)
{
    struct place_reader r = {name, error, VAHO_OK};
    const json_t *emitters, *flights, *imitations;
    size_t n_emitters, n_flights;
    json_error_t reason;

    *out = (struct vaho_truth){.root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason)};
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", name, reason.line,
                         reason.text);
    place_member_number(&r, out->root, "", "vaho_truth", 1, 1);
    out->seed =
        (uint64_t)place_member_number(&r, out->root, "", "seed", 0, (double)VAHO_TRUTH_MAX_SEED);
    emitters = list(&n_emitters, &r, out->root, "emitters", VAHO_SCENARIO_MAX_EMITTERS);
    flights = list(&n_flights, &r, out->root, "flights", VAHO_SCENARIO_MAX_FLIGHTS);
    imitations =
        list(&out->n_imitations, &r, out->root, "imitating_ground", VAHO_SCENARIO_MAX_IMITATIONS);
    out->emitter = vaho_alloc(n_emitters, sizeof *out->emitter);
    out->flight = vaho_alloc(n_flights, sizeof *out->flight);
    if (r.status == VAHO_OK && (out->emitter == NULL || out->flight == NULL))
        r.status = vaho_fail_memory(error, name);
    for (size_t i = 0; i < n_emitters && r.status == VAHO_OK; i++)
        read_emitter(&out->emitter[out->n_emitters++], &r, json_array_get(emitters, i));
    for (size_t i = 0; i < n_flights && r.status == VAHO_OK; i++)
        read_flight(&out->flight[out->n_flights++], &r, json_array_get(flights, i), n_emitters);
    for (size_t i = 0; i < out->n_imitations && r.status == VAHO_OK; i++) {
        const json_t *place = json_array_get(imitations, i);
        out->imitation[i][0] = place_member_number(&r, place, "", "longitude", -360, 360);
        out->imitation[i][1] = place_member_number(&r, place, "", "latitude", -90, 90);
    }
    if (r.status == VAHO_OK && !json_is_null(json_object_get(out->root, "inputs")))
        r.status =
            vaho_inputs_parse(&out->inputs, json_object_get(out->root, "inputs"), name, error);
    out->terrain_sha256 = json_string_value(json_object_get(out->root, "terrain_sha256"));
    if (r.status == VAHO_OK && out->terrain_sha256 == NULL)
        place_member_fail(&r, "", "terrain_sha256", "is missing");
    if (r.status == VAHO_OK)
        r.status = read_scenario(out, name, error);
    if (r.status == VAHO_OK &&
        (out->scenario->n_flights != n_flights || out->scenario->n_emitters != n_emitters ||
         out->scenario->n_imitations != out->n_imitations))
        r.status =
            vaho_fail(error, VAHO_BAD_INPUT, "%s: is not the truth of its own scenario", name);
    if (r.status != VAHO_OK)
        vaho_truth_free(out);
    return r.status;
}

enum vaho_status vaho_truth_check_pass(const struct vaho_truth *truth, const struct vaho_pass *pass,
                                       struct vaho_error *error)
{
    const struct vaho_truth_flight *f = &truth->flight[pass->flight];
    int same = f->wind_m_s == pass->wind_m_s;

    for (size_t i = 0; i < pass->n_sources; i++) {
        const struct vaho_pass_source *s = &pass->source[i];
        const struct vaho_truth_look *look = &f->look[i];
        same &= look->on == s->on && look->in_view == s->in_view && look->line == s->line &&
                look->sample == s->sample &&
                (isnan(s->mean_ppmm) || look->mean_ppmm == s->mean_ppmm);
    }
    if (same)
        return VAHO_OK;
    return vaho_fail(error, VAHO_REFUSED,
                     "flight %s is not what its sealed truth says: this vaho simulates otherwise "
                     "than the one that laid the exercise out; use that one",
                     f->name);
}

void vaho_truth_free(struct vaho_truth *truth)
{
    for (size_t i = 0; i < truth->n_flights; i++)
        free(truth->flight[i].look);
    free(truth->flight);
    free(truth->emitter);
    vaho_scenario_free(truth->scenario);
    vaho_inputs_free(&truth->inputs);
    json_decref(truth->root);
    *truth = (struct vaho_truth){0};
}
