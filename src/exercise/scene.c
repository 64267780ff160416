/* scene.c - from seed to radiance; the physics is explained in air.h, the sensor in sensor.h */
#include "exercise/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exercise/gases.h"
#include "exercise/ground.h"
#include "exercise/repeatable.h"
#include "exercise/sensor.h"
#include "exercise/terrain.h"

/* What the random streams of a scene are for (sensor.c has its own, ground.c from 100 on). */
enum stream { AIR = 1, PLACE, PUFFS = 1000 };

struct vaho_scene {
    struct vaho_scene_params params;
    struct vaho_exercise_air air;
    struct vaho_ground ground;
    struct vaho_light light;
    struct vaho_sensor sensor;
    struct vaho_exercise_plume *plume;
    size_t *gas_of_plume;
    struct vaho_puff_field *field; /* n_plumes */
    struct vaho_scene_pass pass;   /* 'where' NULL: a scene of its own, without one */
};

void vaho_scene_params_default(struct vaho_scene_params *out)
{
    static const char *const gas[] = {"ammonia", "acetone", "sulfur_hexafluoride", "ethyl_acetate"};

    *out = (struct vaho_scene_params){
        .seed = 1,
        .first_um = 8.05,
        .last_um = 13.2,
        .n_lines = 480,
        .n_samples = 256,
        .n_bands = 128,
        .n_plumes = 4,
        .n_gases = 4,
        .length_px = 40.0,
        .noise = 0.015,
        .striping = 0.002,
        .smile_bands = 0.04,
        .n_dead = 6,
    };
    memcpy(out->gas, gas, sizeof gas);
}

void vaho_scene_params_shortwave(struct vaho_scene_params *out)
{
    vaho_scene_params_default(out);
    out->kind = VAHO_SCENE_SHORTWAVE;
    out->first_um = 2.0;
    out->last_um = 2.45;
    out->n_bands = 96;
    out->n_gases = 1;
    out->gas[0] = "methane";
    out->noise = 0.003;
    out->photon_noise = 0.004;
}

void vaho_scene_range(double *first_um, double *last_um, enum vaho_scene_kind kind)
{
    *first_um = kind == VAHO_SCENE_THERMAL ? 7.6 : 1.45;
    *last_um = kind == VAHO_SCENE_THERMAL ? 13.9 : 2.49;
}

/* VAHO_USAGE unless low <= x <= high. */
static enum vaho_status in_range(double x, double low, double high, const char *what,
                                 struct vaho_error *error)
{
    if (x >= low && x <= high)
        return VAHO_OK;
    return vaho_fail(error, VAHO_USAGE, "%g %s: must be from %g to %g", x, what, low, high);
}

static enum vaho_status check_gases(const struct vaho_scene_params *params,
                                    struct vaho_error *error)
{
    if (params->n_gases > VAHO_SCENE_MAX_GASES)
        return vaho_fail(error, VAHO_USAGE, "%zu gases: at most %d", params->n_gases,
                         VAHO_SCENE_MAX_GASES);
    if (params->n_gases == 0 && params->n_plumes > 0)
        return vaho_fail(error, VAHO_USAGE, "%zu plumes but no gas; name one", params->n_plumes);
    for (size_t i = 0; i < params->n_gases; i++) {
        if (vaho_exercise_gas_find(params->gas[i]) == NULL &&
            vaho_inputs_gas(params->inputs, params->gas[i]) == NULL)
            return vaho_fail(error, VAHO_USAGE,
                             "the simulator has no gas '%s'; 'vaho exercise new -h' lists them",
                             params->gas[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(params->gas[i], params->gas[k]) == 0)
                return vaho_fail(error, VAHO_USAGE, "'%s' is named twice", params->gas[i]);
        if (params->peak_ppmm[i] != 0.0 &&
            in_range(params->peak_ppmm[i], 1e-6, 1e6, "ppm.m of peak", error) != VAHO_OK)
            return VAHO_USAGE;
    }
    return VAHO_OK;
}

static enum vaho_status check(const struct vaho_scene_params *params, struct vaho_error *error)
{
    double first_um, last_um;
    const struct {
        double value, low, high;
        const char *what;
    } range[] = {
        {(double)params->n_lines, 1, VAHO_SCENE_MAX_LINES, "lines"},
        {(double)params->n_samples, 1, VAHO_SCENE_MAX_SAMPLES, "samples"},
        {(double)params->n_bands, VAHO_SCENE_MIN_BANDS, VAHO_SCENE_MAX_BANDS, "bands"},
        {(double)params->n_plumes, 0, VAHO_SCENE_MAX_PLUMES, "plumes"},
        {params->length_px, 4, 2000, "pixels of plume length"},
        {params->noise, 0, 10, "of noise"},
        {params->photon_noise, 0, 10, "of photon noise"},
        {params->striping, 0, 0.2, "of striping"},
        {params->smile_bands, -0.5, 0.5, "bands of smile"},
        {(double)params->n_dead, 0, (double)params->n_samples * (double)params->n_bands / 4,
         "dead elements"},
    };

    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (in_range(range[i].value, range[i].low, range[i].high, range[i].what, error) != VAHO_OK)
            return VAHO_USAGE;
    vaho_scene_range(&first_um, &last_um, params->kind);
    if (in_range(params->first_um, first_um, last_um, "um of the first band", error) != VAHO_OK ||
        in_range(params->last_um, params->first_um + 0.05, last_um, "um of the last band", error) !=
            VAHO_OK)
        return VAHO_USAGE;
    return check_gases(params, error);
}

/* Air and what follows from the band alone. */
static enum vaho_status make_light(struct vaho_scene *scene, struct vaho_error *error)
{
    const struct vaho_scene_params *p = &scene->params;
    uint64_t key = vaho_random_key(p->seed, AIR);
    struct vaho_light_order order = {.kind = p->kind,
                                     .first_um = p->first_um,
                                     .last_um = p->last_um,
                                     .n_bands = p->n_bands,
                                     .n_gases = p->n_gases,
                                     .gas = p->gas,
                                     .inputs = p->inputs};

    scene->air = (struct vaho_exercise_air){
        .temperature_k = 294.0 + 8.0 * vaho_random_uniform(key, 0),
        .humidity_g_m3 = 5.0 + 6.0 * vaho_random_uniform(key, 1),
        .sensor_height_m = 1200.0 + 800.0 * vaho_random_uniform(key, 2),
        .tables = vaho_inputs_air(p->inputs, 0),
        .sun = p->sun,
    };
    if (scene->pass.where != NULL)
        scene->air = scene->pass.air;
    order.air = scene->air;
    return vaho_light_make(&scene->light, &order, error);
}

static enum vaho_status make_sensor(struct vaho_scene *scene, struct vaho_error *error)
{
    const struct vaho_scene_params *p = &scene->params;
    struct vaho_sensor_params sensor = {.n_samples = p->n_samples,
                                        .n_bands = p->n_bands,
                                        .n_dead = p->n_dead,
                                        .noise = p->noise,
                                        .photon_noise = p->photon_noise,
                                        .striping = p->striping,
                                        .smile_bands = p->smile_bands,
                                        .saturation = scene->pass.saturation,
                                        .level = p->kind == VAHO_SCENE_THERMAL ? 1.0 : 0.2};
    uint64_t seed = scene->pass.where != NULL ? scene->pass.sensor_seed : p->seed;

    return vaho_sensor_make(&scene->sensor, &sensor, seed, p->seed, error);
}

/* How far plume 'a' with its tail keeps from the borders and from the others, in pixels. */
static double elbow_room(const struct vaho_scene *scene, const struct vaho_exercise_plume *a,
                         size_t n_before)
{
    double room = INFINITY;

    for (int end = 0; end < 2; end++) {
        double reach = end * a->length_px;
        double line = (double)a->line + reach * vaho_repeatable_sin_deg(a->wind_deg);
        double sample = (double)a->sample + reach * vaho_repeatable_cos_deg(a->wind_deg);
        room = fmin(room, fmin(line, (double)scene->params.n_lines - 1.0 - line));
        room = fmin(room, fmin(sample, (double)scene->params.n_samples - 1.0 - sample));
        for (size_t i = 0; i < n_before; i++) {
            const struct vaho_exercise_plume *b = &scene->plume[i];
            double dl = line - (double)b->line, ds = sample - (double)b->sample;
            room = fmin(room, 0.5 * sqrt(dl * dl + ds * ds));
        }
    }
    return room;
}

/* The roomiest of 64 places, so that plumes seldom overlap or leave the scene. */
static void place_plume(struct vaho_scene *scene, size_t index)
{
    const struct vaho_scene_params *p = &scene->params;
    uint64_t key = vaho_random_key(p->seed, PLACE);
    size_t gas = index % p->n_gases;
    const struct vaho_exercise_gas *known = vaho_exercise_gas_find(p->gas[gas]);
    double default_ppmm = known != NULL ? known->default_ppmm : 100.0;
    double wind_deg = 360.0 * vaho_random_uniform(key, 0), best = -INFINITY;
    struct vaho_exercise_plume try = {
        .gas = p->gas[gas],
        .peak_ppmm = p->peak_ppmm[gas] > 0.0 ? p->peak_ppmm[gas] : default_ppmm,
        .length_px = p->length_px,
    };

    for (uint64_t k = 0; k < 64; k++) {
        uint64_t n = 3 * (64 * index + k) + 1;
        double room;
        try.line = (size_t)(vaho_random_uniform(key, n) * (double)p->n_lines);
        try.sample = (size_t)(vaho_random_uniform(key, n + 1) * (double)p->n_samples);
        try.wind_deg = wind_deg + 12.0 * vaho_random_normal(key, n + 2);
        try.wind_deg -= 360.0 * floor(try.wind_deg / 360.0);
        room = elbow_room(scene, &try, index);
        if (room > best) {
            best = room;
            scene->plume[index] = try;
        }
    }
    scene->gas_of_plume[index] = gas;
}

static enum vaho_status allocate(struct vaho_scene *scene, struct vaho_error *error)
{
    const struct vaho_scene_params *p = &scene->params;

    scene->plume = vaho_alloc(p->n_plumes, sizeof *scene->plume);
    scene->gas_of_plume = vaho_alloc(p->n_plumes, sizeof *scene->gas_of_plume);
    scene->field = vaho_alloc(p->n_plumes, sizeof *scene->field);
    if (scene->plume == NULL || scene->gas_of_plume == NULL || scene->field == NULL)
        return vaho_fail_memory(error, "the simulated scene");
    return VAHO_OK;
}

/* Everything but ground and plumes; *out NULL on error. */
static enum vaho_status begin(struct vaho_scene **out, const struct vaho_scene_params *params,
                              const struct vaho_scene_pass *pass, struct vaho_error *error)
{
    struct vaho_scene *scene = vaho_alloc(1, sizeof *scene);
    enum vaho_status status;

    *out = NULL;
    if (scene == NULL)
        return vaho_fail_memory(error, "the simulated scene");
    scene->params = *params;
    if (pass != NULL)
        scene->pass = *pass;
    status = allocate(scene, error);
    if (status == VAHO_OK)
        status = make_light(scene, error);
    if (status == VAHO_OK)
        status = make_sensor(scene, error);
    if (status == VAHO_OK)
        *out = scene;
    else
        vaho_scene_free(scene);
    return status;
}

/* A plume of a gas that shows nothing would be no plume. */
static enum vaho_status check_shown(const struct vaho_scene *scene, struct vaho_error *error)
{
    const struct vaho_scene_params *p = &scene->params;

    for (size_t i = 0; i < p->n_gases; i++)
        if (!vaho_light_shows(&scene->light, i))
            return vaho_fail(error, VAHO_USAGE, "%s takes no light from %g to %g um", p->gas[i],
                             p->first_um, p->last_um);
    if (p->kind == VAHO_SCENE_SHORTWAVE && !(p->sun.up > 0.035))
        return vaho_fail(error, VAHO_USAGE, "there is no sun to reflect");
    return VAHO_OK;
}

enum vaho_status vaho_scene_new(struct vaho_scene **out, const struct vaho_scene_params *params,
                                struct vaho_error *error)
{
    struct vaho_scene *scene;
    enum vaho_status status = check(params, error);

    *out = NULL;
    if (status == VAHO_OK)
        status = begin(&scene, params, NULL, error);
    if (status != VAHO_OK)
        return status;
    status = check_shown(scene, error);
    if (status != VAHO_OK)
        goto fail;
    vaho_ground_make(&scene->ground, params->seed, params->n_lines, params->n_samples);
    for (size_t i = 0; i < params->n_plumes; i++) {
        place_plume(scene, i);
        status =
            vaho_puffs_make(&scene->field[i], &scene->plume[i], params->n_lines, params->n_samples,
                            vaho_random_key(params->seed, PUFFS + i), error);
        if (status != VAHO_OK)
            goto fail;
    }
    *out = scene;
    return VAHO_OK;
fail:
    vaho_scene_free(scene);
    return status;
}

/* Which of the scene's gases it is, added where it is new. */
static enum vaho_status add_gas(struct vaho_scene_params *params, const char *gas,
                                struct vaho_error *error)
{
    for (size_t i = 0; i < params->n_gases; i++)
        if (strcmp(params->gas[i], gas) == 0)
            return VAHO_OK;
    if (params->n_gases == VAHO_SCENE_MAX_GASES)
        return vaho_fail(error, VAHO_USAGE, "more than %d gases in one scene",
                         VAHO_SCENE_MAX_GASES);
    params->gas[params->n_gases++] = gas;
    return VAHO_OK;
}

static size_t gas_index(const struct vaho_scene *scene, const char *gas)
{
    size_t i = 0;

    while (i + 1 < scene->params.n_gases && strcmp(scene->params.gas[i], gas) != 0)
        i++;
    return i;
}

enum vaho_status vaho_scene_new_pass(struct vaho_scene **out,
                                     const struct vaho_scene_params *params,
                                     const struct vaho_scene_pass *pass, struct vaho_error *error)
{
    struct vaho_scene_params p = *params;
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    p.n_gases = p.n_plumes = 0;
    p.length_px = 4;
    for (size_t i = 0; i < pass->n_plumes && status == VAHO_OK; i++)
        status = add_gas(&p, pass->plume[i].gas, error);
    for (size_t i = 0; i < pass->n_imitations && status == VAHO_OK; i++)
        status = add_gas(&p, pass->imitation[i].gas, error);
    for (size_t i = 0; i < pass->n_gases && status == VAHO_OK; i++)
        status = add_gas(&p, pass->gas[i], error);
    if (status == VAHO_OK)
        status = check(&p, error);
    if (status == VAHO_OK)
        status = begin(out, &p, pass, error);
    if (status == VAHO_OK)
        vaho_ground_make(&(*out)->ground, pass->world_seed, pass->world_lines, pass->world_samples);
    return status;
}

/* What lies at a place of the world, and how squarely the sun shines on it. */
static double ground_at(struct vaho_ground_pixel *out, const struct vaho_scene *scene, double line,
                        double sample)
{
    const struct vaho_scene_pass *pass = &scene->pass;
    const struct vaho_terrain *t = pass->terrain;
    double up = scene->air.sun.up, cosine = fmax(0.0, up);

    vaho_ground_at(out, &scene->ground, pass->where != NULL ? &pass->hour : NULL, line, sample);
    if (t == NULL)
        return cosine;
    cosine = vaho_terrain_sunlit(t, &scene->air.sun, VAHO_SCENE_CELL_M * sample,
                                 t->area->height_m - VAHO_SCENE_CELL_M * line);
    if (up > 0.05)
        out->warmer_k *= 0.3 + 0.7 * fmin(3.0, cosine / up);
    return cosine;
}

double vaho_scene_warmer_k(const struct vaho_scene *scene, double line, double sample)
{
    struct vaho_ground_pixel pixel;

    ground_at(&pixel, scene, line, sample);
    return pixel.warmer_k;
}

void vaho_scene_free(struct vaho_scene *scene)
{
    if (scene == NULL)
        return;
    for (size_t i = 0; scene->field != NULL && i < scene->params.n_plumes; i++)
        vaho_puffs_free(&scene->field[i]);
    free(scene->field);
    free(scene->gas_of_plume);
    free(scene->plume);
    vaho_sensor_free(&scene->sensor);
    vaho_light_free(&scene->light);
    free(scene);
}

const struct vaho_scene_params *vaho_scene_get_params(const struct vaho_scene *scene)
{
    return &scene->params;
}

const double *vaho_scene_wavelength_um(const struct vaho_scene *scene)
{
    return scene->light.wavelength_um;
}

double vaho_scene_fwhm_um(const struct vaho_scene *scene)
{
    return scene->light.fwhm_um;
}

const struct vaho_light *vaho_scene_light(const struct vaho_scene *scene)
{
    return &scene->light;
}

int vaho_scene_shows(const struct vaho_scene *scene, const char *gas)
{
    for (size_t i = 0; i < scene->params.n_gases; i++)
        if (strcmp(scene->params.gas[i], gas) == 0)
            return vaho_light_shows(&scene->light, i);
    return 0;
}

double vaho_scene_air_temperature_k(const struct vaho_scene *scene)
{
    return scene->air.temperature_k;
}

const struct vaho_exercise_plume *vaho_scene_plume(const struct vaho_scene *scene, size_t index)
{
    return &scene->plume[index];
}

double vaho_scene_column(const struct vaho_scene *scene, size_t plume, size_t line, size_t sample)
{
    return vaho_puffs_at(&scene->field[plume], line, sample);
}

/* Lowers emissivities, or reflectances, where ground imitates a gas. */
static void imitate(double *surface, const struct vaho_scene *scene, double line, double sample)
{
    const struct vaho_scene_pass *pass = &scene->pass;

    for (size_t i = 0; i < pass->n_imitations; i++) {
        const struct vaho_scene_imitation *m = &pass->imitation[i];
        double dl = line - m->line, ds = sample - m->sample;
        const double *alpha;
        if (dl * dl + ds * ds > m->radius * m->radius)
            continue;
        alpha = scene->light.per_ppmm + gas_index(scene, m->gas) * scene->params.n_bands;
        for (size_t b = 0; b < scene->params.n_bands; b++)
            surface[b] *= vaho_repeatable_exp(-alpha[b] * m->ppmm);
    }
}

/* The light of one pixel at the sensor, before the sensor's faults. */
static void light_of_pixel(double *out, const struct vaho_scene *scene, size_t line, size_t sample)
{
    const struct vaho_scene_pass *pass = &scene->pass;
    const struct vaho_light *light = &scene->light;
    size_t pixel = line * scene->params.n_samples + sample;
    double at[2] = {(double)line, (double)sample}, surface[VAHO_SCENE_MAX_BANDS];
    struct vaho_ground_pixel ground;
    double cosine;

    if (pass->where != NULL) {
        at[0] = pass->where[2 * pixel];
        at[1] = pass->where[2 * pixel + 1];
    }
    cosine = ground_at(&ground, scene, at[0], at[1]);
    vaho_light_surface(surface, light, &ground);
    imitate(surface, scene, at[0], at[1]);
    vaho_light_leave(out, light, surface, scene->air.temperature_k + ground.warmer_k, cosine);
    for (size_t i = 0; i < scene->params.n_plumes; i++)
        vaho_light_through(out, light, scene->gas_of_plume[i],
                           vaho_puffs_at(&scene->field[i], line, sample));
    for (size_t i = 0; i < pass->n_plumes; i++)
        vaho_light_through(out, light, gas_index(scene, pass->plume[i].gas),
                           vaho_puffs_between(&pass->plume[i].field, at[0] + pass->field_margin,
                                              at[1] + pass->field_margin));
    vaho_light_arrive(out, light);
}

struct recording {
    float *out;
    const struct vaho_scene *scene;
    size_t first_line;
};

static enum vaho_status record_line(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    const struct recording *recording = context;
    const struct vaho_scene *scene = recording->scene;
    const struct vaho_scene_params *p = &scene->params;
    size_t line = recording->first_line + task;
    float *out = recording->out + task * p->n_bands * p->n_samples;
    double light[VAHO_SCENE_MAX_BANDS];

    (void)worker;
    (void)error;
    for (size_t s = 0; s < p->n_samples; s++) {
        light_of_pixel(light, scene, line, s);
        vaho_sensor_record(out + s, &scene->sensor, light, line, s);
    }
    return VAHO_OK;
}

enum vaho_status vaho_scene_record(float *out, const struct vaho_scene *scene, size_t first_line,
                                   size_t n_lines, struct vaho_pool *pool, struct vaho_error *error)
{
    struct recording recording = {out, scene, first_line};

    if (n_lines > scene->params.n_lines || first_line > scene->params.n_lines - n_lines)
        return vaho_fail(error, VAHO_USAGE, "lines %zu to %zu of a scene of %zu lines", first_line,
                         first_line + n_lines, scene->params.n_lines);
    return vaho_pool_run(pool, n_lines, record_line, &recording, error);
}
