/* scene.c - from seed to radiance; the physics is explained in air.h */
#include "exercise/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exercise/air.h"
#include "exercise/gases.h"
#include "exercise/ground.h"
#include "exercise/repeatable.h"

/* What the random streams of a scene are for (ground.c has its own from 100 on). */
enum stream { AIR = 1, PLACE, GAIN, OFFSET, COLUMN, DEAD, NOISE, PUFFS = 1000 };

static const double FIRST_UM = 8.05, LAST_UM = 13.2;

/* A detector element: recorded = gain x radiance + offset, or 'offset' alone when dead. */
struct element {
    float gain, offset;
};

struct vaho_scene {
    struct vaho_scene_params params;
    struct vaho_exercise_air air;
    struct vaho_ground ground;
    double *wavelength_um; /* n_bands */
    double fwhm_um;
    struct vaho_air_band *sight; /* n_bands */
    double *warm_air;            /* n_bands: Planck at the air's temperature */
    double *emissivity;          /* n_bands x kinds of ground */
    double *per_ppmm;            /* n_gases x n_bands */
    struct element *element;     /* n_bands x n_samples */
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
        if (vaho_exercise_gas_find(params->gas[i]) == NULL)
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
        {params->striping, 0, 0.2, "of striping"},
        {params->smile_bands, -0.5, 0.5, "bands of smile"},
        {(double)params->n_dead, 0, (double)params->n_samples * (double)params->n_bands / 4,
         "dead elements"},
    };

    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (in_range(range[i].value, range[i].low, range[i].high, range[i].what, error) != VAHO_OK)
            return VAHO_USAGE;
    return check_gases(params, error);
}

/* Wavelengths, air, emissivities: everything that depends on the band alone. */
static void make_bands(struct vaho_scene *scene)
{
    uint64_t key = vaho_random_key(scene->params.seed, AIR);
    size_t n = scene->params.n_bands;
    double step = (LAST_UM - FIRST_UM) / (double)(n - 1);

    scene->air.temperature_k = 294.0 + 8.0 * vaho_random_uniform(key, 0);
    scene->air.humidity_g_m3 = 5.0 + 6.0 * vaho_random_uniform(key, 1);
    scene->air.sensor_height_m = 1200.0 + 800.0 * vaho_random_uniform(key, 2);
    if (scene->pass.where != NULL)
        scene->air = scene->pass.air;
    scene->fwhm_um = 1.15 * step;
    for (size_t b = 0; b < n; b++) {
        double um = FIRST_UM + step * (double)b;
        scene->wavelength_um[b] = um;
        vaho_air_in_band(&scene->sight[b], &scene->air, um, scene->fwhm_um);
        scene->warm_air[b] = vaho_exercise_planck(um, scene->air.temperature_k);
        for (int kind = 0; kind < VAHO_GROUND_N_KINDS; kind++)
            scene->emissivity[b * VAHO_GROUND_N_KINDS + (size_t)kind] =
                vaho_ground_emissivity((enum vaho_ground_kind)kind, um);
    }
}

static enum vaho_status make_signatures(struct vaho_scene *scene, struct vaho_error *error)
{
    size_t n = scene->params.n_bands;

    for (size_t g = 0; g < scene->params.n_gases; g++) {
        struct vaho_gas_spectrum spectrum;
        enum vaho_status status =
            vaho_gas_spectrum_make(&spectrum, vaho_exercise_gas_find(scene->params.gas[g]), error);
        if (status != VAHO_OK)
            return status;
        for (size_t b = 0; b < n; b++)
            scene->per_ppmm[g * n + b] =
                vaho_gas_spectrum_in_band(&spectrum, scene->wavelength_um[b], scene->fwhm_um);
        vaho_gas_spectrum_free(&spectrum);
    }
    return VAHO_OK;
}

static void make_elements(struct vaho_scene *scene)
{
    const struct vaho_scene_params *p = &scene->params;
    uint64_t seed = scene->pass.where != NULL ? scene->pass.sensor_seed : p->seed;
    uint64_t gain = vaho_random_key(seed, GAIN), offset = vaho_random_key(seed, OFFSET);
    uint64_t column = vaho_random_key(seed, COLUMN), dead = vaho_random_key(seed, DEAD);

    for (size_t s = 0; s < p->n_samples; s++) {
        /* half of the fault is the column's, half the element's own */
        double column_gain = vaho_random_normal(column, 2 * s);
        double column_offset = vaho_random_normal(column, 2 * s + 1);
        for (size_t b = 0; b < p->n_bands; b++) {
            size_t i = b * p->n_samples + s;
            double g = 0.7 * column_gain + 0.7 * vaho_random_normal(gain, i);
            double o = 0.7 * column_offset + 0.7 * vaho_random_normal(offset, i);
            scene->element[i].gain = (float)(1.0 + p->striping * g);
            scene->element[i].offset = (float)(5.0 * p->striping * o);
        }
    }
    for (size_t k = 0; k < p->n_dead; k++) {
        double place = vaho_random_uniform(dead, 2 * k) * (double)(p->n_samples * p->n_bands);
        scene->element[(size_t)place].gain = 0.0f;
        scene->element[(size_t)place].offset = (float)(12.0 * vaho_random_uniform(dead, 2 * k + 1));
    }
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
    double wind_deg = 360.0 * vaho_random_uniform(key, 0), best = -INFINITY;
    struct vaho_exercise_plume try = {
        .gas = known->name,
        .peak_ppmm = p->peak_ppmm[gas] > 0.0 ? p->peak_ppmm[gas] : known->default_ppmm,
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

    scene->wavelength_um = vaho_alloc(p->n_bands, sizeof *scene->wavelength_um);
    scene->sight = vaho_alloc(p->n_bands, sizeof *scene->sight);
    scene->warm_air = vaho_alloc(p->n_bands, sizeof *scene->warm_air);
    scene->emissivity = vaho_alloc(p->n_bands * VAHO_GROUND_N_KINDS, sizeof *scene->emissivity);
    scene->per_ppmm = vaho_alloc(p->n_gases * p->n_bands, sizeof *scene->per_ppmm);
    scene->element = vaho_alloc(p->n_bands * p->n_samples, sizeof *scene->element);
    scene->plume = vaho_alloc(p->n_plumes, sizeof *scene->plume);
    scene->gas_of_plume = vaho_alloc(p->n_plumes, sizeof *scene->gas_of_plume);
    scene->field = vaho_alloc(p->n_plumes, sizeof *scene->field);
    if (scene->wavelength_um == NULL || scene->sight == NULL || scene->warm_air == NULL ||
        scene->emissivity == NULL || scene->per_ppmm == NULL || scene->element == NULL ||
        scene->plume == NULL || scene->gas_of_plume == NULL || scene->field == NULL)
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
    if (status == VAHO_OK) {
        make_bands(scene);
        status = make_signatures(scene, error);
    }
    if (status != VAHO_OK) {
        vaho_scene_free(scene);
        return status;
    }
    make_elements(scene);
    *out = scene;
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
    if (status == VAHO_OK)
        status = check(&p, error);
    if (status == VAHO_OK)
        status = begin(out, &p, pass, error);
    if (status == VAHO_OK)
        vaho_ground_make(&(*out)->ground, pass->world_seed, pass->world_lines, pass->world_samples);
    return status;
}

double vaho_scene_warmer_k(const struct vaho_scene *scene, double line, double sample)
{
    double share[VAHO_GROUND_N_KINDS], warmer_k;

    vaho_ground_at(share, &warmer_k, &scene->ground, line, sample);
    return scene->pass.warmth * warmer_k;
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
    free(scene->element);
    free(scene->per_ppmm);
    free(scene->emissivity);
    free(scene->warm_air);
    free(scene->sight);
    free(scene->wavelength_um);
    free(scene);
}

const struct vaho_scene_params *vaho_scene_get_params(const struct vaho_scene *scene)
{
    return &scene->params;
}

const double *vaho_scene_wavelength_um(const struct vaho_scene *scene)
{
    return scene->wavelength_um;
}

double vaho_scene_fwhm_um(const struct vaho_scene *scene)
{
    return scene->fwhm_um;
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

/* The light of one pixel as a plume's gas changes it. */
static void through_gas(double *light, const struct vaho_scene *scene, size_t gas, double ppmm)
{
    size_t n_bands = scene->params.n_bands;
    const double *alpha = scene->per_ppmm + gas * n_bands;

    if (ppmm <= 0.0)
        return;
    for (size_t b = 0; b < n_bands; b++) {
        double through = vaho_repeatable_exp(-alpha[b] * ppmm);
        light[b] = through * light[b] + (1.0 - through) * scene->warm_air[b];
    }
}

/* Lowers emissivities where ground imitates a gas. */
static void imitate(double *emissivity, const struct vaho_scene *scene, double line, double sample)
{
    const struct vaho_scene_pass *pass = &scene->pass;

    for (size_t i = 0; i < pass->n_imitations; i++) {
        const struct vaho_scene_imitation *m = &pass->imitation[i];
        double dl = line - m->line, ds = sample - m->sample;
        const double *alpha;
        if (dl * dl + ds * ds > m->radius * m->radius)
            continue;
        alpha = scene->per_ppmm + gas_index(scene, m->gas) * scene->params.n_bands;
        for (size_t b = 0; b < scene->params.n_bands; b++)
            emissivity[b] *= vaho_repeatable_exp(-alpha[b] * m->ppmm);
    }
}

/* The light of one pixel at the sensor, before the sensor's faults. */
static void light_of_pixel(double *out, const struct vaho_scene *scene, size_t line, size_t sample)
{
    const struct vaho_scene_pass *pass = &scene->pass;
    size_t n_bands = scene->params.n_bands, pixel = line * scene->params.n_samples + sample;
    double at[2] = {(double)line, (double)sample};
    double share[VAHO_GROUND_N_KINDS], warmer_k, ground_k, emissivity[VAHO_SCENE_MAX_BANDS];

    if (pass->where != NULL) {
        at[0] = pass->where[2 * pixel];
        at[1] = pass->where[2 * pixel + 1];
    }
    vaho_ground_at(share, &warmer_k, &scene->ground, at[0], at[1]);
    ground_k =
        scene->air.temperature_k + (pass->where != NULL ? pass->warmth * warmer_k : warmer_k);
    for (size_t b = 0; b < n_bands; b++) {
        const double *kinds = scene->emissivity + b * VAHO_GROUND_N_KINDS;
        emissivity[b] = 0.0;
        for (size_t k = 0; k < VAHO_GROUND_N_KINDS; k++)
            emissivity[b] += share[k] * kinds[k];
    }
    imitate(emissivity, scene, at[0], at[1]);
    for (size_t b = 0; b < n_bands; b++)
        out[b] = emissivity[b] * vaho_exercise_planck(scene->wavelength_um[b], ground_k) +
                 (1.0 - emissivity[b]) * scene->sight[b].sky;
    for (size_t i = 0; i < scene->params.n_plumes; i++)
        through_gas(out, scene, scene->gas_of_plume[i],
                    vaho_puffs_at(&scene->field[i], line, sample));
    for (size_t i = 0; i < pass->n_plumes; i++)
        through_gas(out, scene, gas_index(scene, pass->plume[i].gas),
                    vaho_puffs_between(&pass->plume[i].field, at[0] + pass->field_margin,
                                       at[1] + pass->field_margin));
    for (size_t b = 0; b < n_bands; b++)
        out[b] = scene->sight[b].transmittance * out[b] + scene->sight[b].path;
}

/* Shifts a spectrum by a part of a band, as seen by a column away from the middle. */
static double smile_at(const double *light, size_t b, size_t n_bands, double shift)
{
    double before = light[b > 0 ? b - 1 : b], after = light[b + 1 < n_bands ? b + 1 : b];
    return light[b] + 0.5 * shift * (after - before);
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
    uint64_t noise = vaho_random_key(p->seed, NOISE);
    double light[VAHO_SCENE_MAX_BANDS];

    (void)worker;
    (void)error;
    for (size_t s = 0; s < p->n_samples; s++) {
        double across = 2.0 * ((double)s + 0.5) / (double)p->n_samples - 1.0;
        double shift = p->smile_bands * across * across;
        light_of_pixel(light, scene, line, s);
        for (size_t b = 0; b < p->n_bands; b++) {
            const struct element *element = &scene->element[b * p->n_samples + s];
            double value = element->gain * smile_at(light, b, p->n_bands, shift) + element->offset;
            if (p->noise > 0.0 && element->gain != 0.0f)
                value += p->noise *
                         vaho_random_normal(noise, (line * p->n_samples + s) * p->n_bands + b);
            if (scene->pass.saturation > 0.0 && value > scene->pass.saturation)
                value = scene->pass.saturation;
            out[b * p->n_samples + s] = (float)value;
        }
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
