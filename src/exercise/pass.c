/*
 * pass.c - a pass from the scenario, the seed and the number of the flight
 *
 * The ground and the sensor's faults are the campaign's, the same in every pass.  Wind, attitude,
 * noise, which frames are lost, which emitters are on and where traffic is belong to the flight.

 */
#include "exercise/pass.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"

/* What the random streams are for: of a flight, and of the campaign. */
enum stream { WIND = 20, DROPS, PLUMES, HABITS, FLIGHT, GROUND, SENSOR, NOISE_OF, GUSTS };

static const double MOLES_M2_PER_PPMM = 4.11652e-5; /* 1 ppm.m is 2.479e19 molecules a m2 */

static double solar_hour(const struct vaho_scenario *s, const struct vaho_scenario_flight *f)
{
    return (f->start_s - s->day[f->day].start_s) / 3600.0 + s->area.longitude_deg / 15.0;
}

/* Bearing of the straight way from one place to another, degrees; by halving, so that it is the
 * same on every machine (repeatable.h has no arc tangent). */
static double bearing(const double from[2], const double to[2])
{
    double east = to[0] - from[0], north = to[1] - from[1], low = 0.0, high = 180.0;

    /* in [0, 180] 'left of the bearing' goes from no to yes once for a way to the east */
    double sign = east < 0.0 ? -1.0 : 1.0;
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        if (sign * east * vaho_repeatable_cos_deg(middle) -
                north * vaho_repeatable_sin_deg(middle) >
            0.0)
            low = middle;
        else
            high = middle;
    }
    return sign > 0.0 ? low : 360.0 - low;
}

static void make_course(struct vaho_pass *out, uint64_t key)
{
    const struct vaho_scenario *s = out->world->scenario;
    const struct vaho_scenario_flight *f = &s->flight[out->flight];
    const struct vaho_scenario_sensor *d = &s->sensor[f->sensor];
    const struct vaho_scenario_day *day = &s->day[f->day];
    double dx = f->to_m[0] - f->from_m[0], dy = f->to_m[1] - f->from_m[1];
    uint64_t wind = vaho_random_key(key, WIND);

    out->course = (struct vaho_course){
        .from_m = {f->from_m[0], f->from_m[1]},
        .heading_deg = bearing(f->from_m, f->to_m),
        .altitude_m = f->altitude_m,
        .speed_m_s = f->speed_m_s,
        .start_s = f->start_s,
        .pixel_m = vaho_scenario_pixel_m(s, out->flight),
        .pixel_rad = 1e-3 * d->pixel_mrad,
        .jitter_deg = d->jitter_deg,
        .position_sigma_m = d->position_sigma_m,
        .attitude_sigma_deg = d->attitude_sigma_deg,
        .n_samples = d->n_samples,
        .key = key,
    };
    out->course.n_lines = (size_t)(sqrt(dx * dx + dy * dy) / out->course.pixel_m);
    out->wind_m_s = fmax(0.5, day->wind_m_s + day->wind_sigma_m_s * vaho_random_normal(wind, 0));
    out->wind_from_deg =
        day->wind_from_deg + day->wind_from_sigma_deg * vaho_random_normal(wind, 1);
}

/* Which frames were recorded. */
static enum vaho_status make_frames(struct vaho_pass *out, uint64_t key, struct vaho_error *error)
{
    const struct vaho_scenario_flight *f = &out->world->scenario->flight[out->flight];
    size_t n = out->course.n_lines;
    unsigned char *lost = vaho_alloc(n, 1);

    out->frame = vaho_alloc(n, sizeof *out->frame);
    if (lost == NULL || out->frame == NULL) {
        free(lost);
        return vaho_fail_memory(error, "the frames of a flight");
    }
    for (uint64_t i = 0; i < f->n_dropped; i++)
        lost[(size_t)(vaho_random_uniform(vaho_random_key(key, DROPS), i) * (double)n)] = 1;
    for (size_t i = 0; i < n; i++)
        if (!lost[i])
            out->frame[out->n_lines++] = i;
    free(lost);
    return VAHO_OK;
}

static enum vaho_status make_where(struct vaho_pass *out, struct vaho_error *error)
{
    size_t n_samples = out->course.n_samples, n;

    if (!vaho_size_mul(&n, out->n_lines, 2 * n_samples))
        return vaho_fail_memory(error, "the places of a flight's pixels");
    out->where = vaho_alloc(n, sizeof *out->where);
    if (out->where == NULL)
        return vaho_fail_memory(error, "the places of a flight's pixels");
    for (size_t l = 0; l < out->n_lines; l++) {
        struct vaho_pose pose;
        vaho_course_pose(&pose, &out->course, (double)out->frame[l]);
        for (size_t s = 0; s < n_samples; s++) {
            double at[2], line, sample;
            vaho_course_ground(at, &out->course, &pose, s, out->world->terrain);
            vaho_world_cell(&line, &sample, &out->world->scenario->area, at[0], at[1]);
            out->where[2 * (l * n_samples + s)] = (float)line;
            out->where[2 * (l * n_samples + s) + 1] = (float)sample;
        }
    }
    return VAHO_OK;
}

/* Whether and where an emitter is at the time of this flight. */
static void find_source(struct vaho_pass_source *out, const struct vaho_pass *pass, size_t index,
                        uint64_t key)
{
    const struct vaho_scenario_emitter *e = &pass->world->scenario->emitter[index];
    uint64_t habit = vaho_random_key(vaho_random_key(key, HABITS), index);

    *out = (struct vaho_pass_source){
        .emitter = index,
        .there = 1,
        .place_m = {pass->world->emitter_m[index][0], pass->world->emitter_m[index][1]},
        .peak_ppmm = NAN,
        .mean_ppmm = NAN,
        .contrast_k = NAN};
    for (size_t i = 0; i < e->n_stays && e->stay[i].from_s <= pass->course.start_s; i++) {
        out->there = !e->stay[i].gone;
        if (out->there) {
            out->place_m[0] = e->stay[i].place_m[0];
            out->place_m[1] = e->stay[i].place_m[1];
        }
    }
    if (e->kind == VAHO_EMITTER_TRAFFIC) {
        double t = vaho_random_uniform(habit, 1);
        out->place_m[0] += t * (e->to_m[0] - out->place_m[0]);
        out->place_m[1] += t * (e->to_m[1] - out->place_m[1]);
    }
    out->on = out->there && vaho_random_uniform(habit, 0) < e->on_share;
}

/* The pixel nearest to a source, if the source lies in it or next to it; else where one would be.
 */
static void look_for(struct vaho_pass_source *out, const struct vaho_pass *pass)
{
    const struct vaho_course *c = &pass->course;
    double line, sample, best = INFINITY, reach = c->pixel_m / VAHO_WORLD_CELL_M;
    double dx = out->place_m[0] - c->from_m[0], dy = out->place_m[1] - c->from_m[1];
    double ch = vaho_repeatable_cos_deg(c->heading_deg),
           sh = vaho_repeatable_sin_deg(c->heading_deg);
    size_t n_samples = c->n_samples, nearest = 0;

    vaho_world_cell(&line, &sample, &pass->world->scenario->area, out->place_m[0], out->place_m[1]);
    for (size_t i = 0; i < pass->n_lines * n_samples; i++) {
        double dl = pass->where[2 * i] - line, ds = pass->where[2 * i + 1] - sample;
        if (dl * dl + ds * ds < best) {
            best = dl * dl + ds * ds;
            nearest = i;
        }
    }
    out->in_view = out->there && best <= reach * reach;
    out->line = out->in_view ? (double)(nearest / n_samples) : (sh * dx + ch * dy) / c->pixel_m;
    out->sample = out->in_view ? (double)(nearest % n_samples)
                               : (ch * dx - sh * dy) / c->pixel_m + 0.5 * (double)n_samples;
}

static enum vaho_status emit(struct vaho_pass *out, const struct vaho_pass_source *source,
                             uint64_t key, struct vaho_error *error)
{
    const struct vaho_scenario *s = out->world->scenario;
    const struct vaho_scenario_emitter *e = &s->emitter[source->emitter];
    double molar_mass_g_mol = vaho_inputs_molar_mass(out->world->inputs, e->gas);
    struct vaho_exercise_release release = {
        .ppmm_m2_s = e->emission_kg_h / 3600.0 / (1e-3 * molar_mass_g_mol * MOLES_M2_PER_PPMM),
        .wind_m_s = out->wind_m_s,
        .wind_deg = out->wind_from_deg + 90.0, /* a bearing less 90 degrees, and the other way */
        .reach_m = e->reach_m,
        .cell_m = VAHO_WORLD_CELL_M};
    size_t margin = 2 * VAHO_WORLD_MARGIN;

    vaho_world_cell(&release.line, &release.sample, &s->area, source->place_m[0],
                    source->place_m[1]);
    release.line += VAHO_WORLD_MARGIN;
    release.sample += VAHO_WORLD_MARGIN;
    out->plume[out->n_plumes].gas = e->gas;
    return vaho_puffs_release(&out->plume[out->n_plumes++].field, &release,
                              (size_t)(s->area.height_m / VAHO_WORLD_CELL_M) + margin,
                              (size_t)(s->area.width_m / VAHO_WORLD_CELL_M) + margin,
                              vaho_random_key(vaho_random_key(key, PLUMES), source->emitter),
                              error);
}

static enum vaho_status make_sources(struct vaho_pass *out, uint64_t key, struct vaho_error *error)
{
    const struct vaho_scenario *s = out->world->scenario;
    enum vaho_status status = VAHO_OK;

    out->source = vaho_alloc(s->n_emitters, sizeof *out->source);
    out->plume = vaho_alloc(s->n_emitters, sizeof *out->plume);
    out->imitation = vaho_alloc(s->n_imitations, sizeof *out->imitation);
    if (out->source == NULL || out->plume == NULL || out->imitation == NULL)
        return vaho_fail_memory(error, "the sources of a flight");
    out->n_sources = s->n_emitters;
    for (size_t i = 0; i < s->n_emitters && status == VAHO_OK; i++) {
        find_source(&out->source[i], out, i, key);
        look_for(&out->source[i], out);
        if (out->source[i].on)
            status = emit(out, &out->source[i], key, error);
    }
    for (size_t i = 0; i < s->n_imitations; i++) {
        struct vaho_scene_imitation *m = &out->imitation[i];
        *m = (struct vaho_scene_imitation){.gas = s->imitation[i].gas,
                                           .radius = s->imitation[i].radius_m / VAHO_WORLD_CELL_M,
                                           .ppmm = s->imitation[i].ppmm};
        vaho_world_cell(&m->line, &m->sample, &s->area, out->world->imitation_m[i][0],
                        out->world->imitation_m[i][1]);
    }
    return status;
}

static enum vaho_status make_scene(struct vaho_pass *out, uint64_t key, struct vaho_error *error)
{
    const struct vaho_scenario *s = out->world->scenario;
    const struct vaho_scenario_flight *f = &s->flight[out->flight];
    const struct vaho_scenario_sensor *d = &s->sensor[f->sensor];
    uint64_t seed = out->world->seed;
    struct vaho_scene_params params = {.seed = vaho_random_key(key, NOISE_OF),
                                       .kind = d->kind,
                                       .first_um = d->first_um,
                                       .last_um = d->last_um,
                                       .photon_noise = d->photon_noise,
                                       .inputs = out->world->inputs,
                                       .n_lines = out->n_lines,
                                       .n_samples = d->n_samples,
                                       .n_bands = d->n_bands,
                                       .noise = fmin(10.0, d->noise * f->noise_factor),
                                       .striping = d->striping,
                                       .smile_bands = d->smile_bands,
                                       .n_dead = d->n_dead};
    struct vaho_scene_pass pass = {.world_seed = vaho_random_key(seed, GROUND),
                                   .sensor_seed =
                                       vaho_random_key(vaho_random_key(seed, SENSOR), f->sensor),
                                   .world_lines = (size_t)(s->area.height_m / VAHO_WORLD_CELL_M),
                                   .world_samples = (size_t)(s->area.width_m / VAHO_WORLD_CELL_M),
                                   .where = out->where,
                                   .air = {.temperature_k = s->day[f->day].air_temperature_k,
                                           .humidity_g_m3 = s->day[f->day].humidity_g_m3,
                                           .sensor_height_m = f->altitude_m,
                                           .tables = vaho_inputs_air(out->world->inputs, f->day)},
                                   .terrain = out->world->terrain,
                                   .n_gases = d->kind == VAHO_SCENE_SHORTWAVE ? s->n_gases : 0,
                                   .gas = s->gas,
                                   .saturation = d->saturation,
                                   .field_margin = VAHO_WORLD_MARGIN,
                                   .n_plumes = out->n_plumes,
                                   .n_imitations = s->n_imitations,
                                   .plume = out->plume,
                                   .imitation = out->imitation};

    vaho_exercise_sun_at(&pass.air.sun, f->start_s, s->area.longitude_deg, s->area.latitude_deg);
    if (d->kind == VAHO_SCENE_SHORTWAVE && !(pass.air.sun.up > 0.05))
        return vaho_fail(error, VAHO_USAGE,
                         "flight %s: at that time the sun there does not stand 3 degrees high, and "
                         "a shortwave sensor sees nothing else; fly by day (times are UTC)",
                         f->name);
    vaho_ground_hour_make(&pass.hour, solar_hour(s, f), s->day[f->day].warmth,
                          vaho_random_key(key, GUSTS));
    return vaho_scene_new_pass(&out->scene, &params, &pass, error);
}

/* What there was to see of a plume. */
static enum vaho_status weigh(struct vaho_pass_source *source, const struct vaho_pass *pass,
                              const struct vaho_puff_field *field, struct vaho_error *error)
{
    size_t n = field->n_lines * field->n_samples, n_strong = 0;
    double sum = 0.0, weight = 0.0, strongest = 0.0, strong = 0.0;

    for (size_t i = 0; i < n; i++)
        strongest = fmax(strongest, field->ppmm[i]);
    for (size_t i = 0; i < n; i++)
        if (field->ppmm[i] > 0.0f && field->ppmm[i] >= 0.2 * strongest) {
            strong += field->ppmm[i];
            n_strong++;
        }
    source->mean_ppmm = n_strong > 0 ? strong / (double)n_strong : 0.0;
    for (size_t l = 0; l < field->n_lines; l += 2)
        for (size_t s = 0; s < field->n_samples; s += 2) {
            double ppmm = field->ppmm[l * field->n_samples + s];
            double line = (double)(field->line0 + l) - VAHO_WORLD_MARGIN;
            double sample = (double)(field->sample0 + s) - VAHO_WORLD_MARGIN;
            if (ppmm <= 0.0 || vaho_scene_get_params(pass->scene)->kind != VAHO_SCENE_THERMAL)
                continue;
            sum += ppmm * fabs(vaho_scene_warmer_k(pass->scene, line, sample));
            weight += ppmm;
        }
    if (weight > 0.0)
        source->contrast_k = sum / weight;
    return vaho_puffs_peak(&source->peak_ppmm, field, error);
}

enum vaho_status vaho_pass_new(struct vaho_pass *out, const struct vaho_world *world, size_t flight,
                               struct vaho_error *error)
{
    uint64_t key = vaho_random_key(vaho_random_key(world->seed, FLIGHT), flight);
    enum vaho_status status;

    *out = (struct vaho_pass){.world = world, .flight = flight};
    make_course(out, key);
    status = make_frames(out, key, error);
    if (status == VAHO_OK)
        status = make_where(out, error);
    if (status == VAHO_OK)
        status = make_sources(out, key, error);
    if (status == VAHO_OK)
        status = make_scene(out, key, error);
    for (size_t i = 0, plume = 0; i < out->n_sources && status == VAHO_OK; i++) {
        struct vaho_pass_source *source = &out->source[i];
        source->shows = vaho_scene_shows(out->scene, world->scenario->emitter[i].gas);
        if (source->on && source->in_view)
            status = weigh(source, out, &out->plume[plume].field, error);
        plume += source->on ? 1 : 0;
    }
    if (status != VAHO_OK)
        vaho_pass_free(out);
    return status;
}

void vaho_pass_free(struct vaho_pass *pass)
{
    vaho_scene_free(pass->scene);
    for (size_t i = 0; i < pass->n_plumes; i++)
        vaho_puffs_free(&pass->plume[i].field);
    free(pass->plume);
    free(pass->imitation);
    free(pass->source);
    free(pass->where);
    free(pass->frame);
    *pass = (struct vaho_pass){0};
}

double vaho_pass_drift_deg(const struct vaho_pass *pass)
{
    /* to = from + 180; with the track along +line and its right +sample: 90 - (to - heading) */
    double deg = 90.0 - (pass->wind_from_deg + 180.0 - pass->course.heading_deg);

    return deg - 360.0 * floor(deg / 360.0);
}
