/* campaign_world.c - what a campaign is made of, read once and then kept in its truth and map */
#include "exercise/campaign_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "exercise/cube_files.h"
#include "exercise/gases.h"
#include "exercise/repeatable.h"

_Static_assert((int)VAHO_INPUTS_MAX_AIRS >= (int)VAHO_SCENARIO_MAX_DAYS, "one air a day");

/* What the random streams of a campaign are for (world.c and pass.c have others). */
enum stream { TERRAIN = 15, SURFACES, MAP };

void vaho_campaign_world_free(struct vaho_campaign_world *world)
{
    vaho_inputs_free(&world->inputs);
    vaho_terrain_free(&world->terrain);
    *world = (struct vaho_campaign_world){0};
}

/* A file that the scenario names, from the scenario's folder; to be freed. */
static char *beside(const char *scenario_path, const char *file)
{
    const char *slash = strrchr(scenario_path, '/');
    char *folder, *path;

    if (file[0] == '/' || slash == NULL)
        return vaho_strdup(file);
    folder = strndup(scenario_path, (size_t)(slash - scenario_path) + 1);
    path = folder == NULL ? NULL : vaho_path_join(folder, file, "");
    free(folder);
    return path;
}

static enum vaho_status read_library(struct vaho_library **out, const char *const *file, size_t n,
                                     const char *scenario_path, struct vaho_error *error)
{
    enum vaho_status status = vaho_library_new(out, error);

    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        char *path = beside(scenario_path, file[i]);
        status =
            path == NULL ? vaho_fail_memory(error, file[i]) : vaho_library_add(*out, path, error);
        free(path);
    }
    return status;
}

static enum vaho_status take_gas(struct vaho_inputs *in, const struct vaho_library *library,
                                 const char *gas, struct vaho_error *error)
{
    enum vaho_status status = vaho_inputs_take_gas(in, library, gas, error);

    if (status == VAHO_OK && vaho_inputs_gas(in, gas) == NULL &&
        vaho_exercise_gas_find(gas) == NULL)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "the scenario's 'spectra' have no gas '%s', and neither has the "
                           "simulator; 'vaho library list' shows what they have",
                           gas);
    return status;
}

static enum vaho_status take_gases(struct vaho_inputs *in, const struct vaho_scenario *s,
                                   const char *scenario_path, struct vaho_error *error)
{
    struct vaho_library *library;
    enum vaho_status status =
        read_library(&library, s->spectra, s->n_spectra, scenario_path, error);

    for (size_t i = 0; i < s->n_gases && status == VAHO_OK; i++)
        status = take_gas(in, library, s->gas[i], error);
    for (size_t i = 0; i < s->n_emitters && status == VAHO_OK; i++)
        status = take_gas(in, library, s->emitter[i].gas, error);
    for (size_t i = 0; i < s->n_imitations && status == VAHO_OK; i++)
        status = take_gas(in, library, s->imitation[i].gas, error);
    vaho_library_free(library);
    return status;
}

/* Surfaces serve all sensors: they must cover the widest of what sensors see. */
static enum vaho_status take_surfaces(struct vaho_inputs *in, const struct vaho_scenario *s,
                                      const char *scenario_path, uint64_t seed,
                                      struct vaho_error *error)
{
    struct vaho_library *library;
    double first_um = s->sensor[0].first_um, last_um = s->sensor[0].last_um;
    enum vaho_status status;

    if (s->n_surfaces == 0)
        return VAHO_OK;
    for (size_t i = 1; i < s->n_sensors; i++) {
        first_um = s->sensor[i].first_um < first_um ? s->sensor[i].first_um : first_um;
        last_um = s->sensor[i].last_um > last_um ? s->sensor[i].last_um : last_um;
    }
    status = read_library(&library, s->surfaces, s->n_surfaces, scenario_path, error);
    if (status == VAHO_OK)
        status = vaho_inputs_take_surfaces(in, library, s->surface, vaho_random_key(seed, SURFACES),
                                           first_um, last_um, error);
    vaho_library_free(library);
    return status;
}

static enum vaho_status take_airs(struct vaho_inputs *in, const struct vaho_scenario *s,
                                  const char *scenario_path, struct vaho_error *error)
{
    static const char *const what[] = {"to_sensor", "sky", "vertical"};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < s->n_days; i++) {
        const char *const file[] = {s->day[i].to_sensor, s->day[i].sky, s->day[i].vertical};
        for (size_t k = 0; k < 3 && status == VAHO_OK; k++) {
            char *path;
            if (file[k] == NULL)
                continue;
            path = beside(scenario_path, file[k]);
            status = path == NULL ? vaho_fail_memory(error, file[k])
                                  : vaho_inputs_take_air(in, i, what[k], path, error);
            free(path);
        }
    }
    return status;
}

/* Every sensor must have bands in which some gas of the library shows: else its flights could not
 * be searched. */
static enum vaho_status check_sensors(const struct vaho_inputs *in, const struct vaho_scenario *s,
                                      struct vaho_error *error)
{
    for (size_t i = 0; i < s->n_sensors; i++) {
        const struct vaho_scenario_sensor *d = &s->sensor[i];
        int shows = 0;
        for (size_t g = 0; g < s->n_gases && !shows; g++) {
            const struct vaho_light_order order = {.kind = d->kind,
                                                   .first_um = d->first_um,
                                                   .last_um = d->last_um,
                                                   .n_bands = d->n_bands,
                                                   .n_gases = 1,
                                                   .gas = &s->gas[g],
                                                   .inputs = in};
            struct vaho_light light;
            enum vaho_status status = vaho_light_make(&light, &order, error);
            if (status != VAHO_OK)
                return status;
            shows = vaho_light_shows(&light, 0);
            vaho_light_free(&light);
        }
        if (!shows)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "no gas of 'library' takes light in the bands of sensor '%s', %g to "
                             "%g um; give it other bands or the library such a gas",
                             d->name, d->first_um, d->last_um);
    }
    return VAHO_OK;
}

/* Makes the map, keeps it in the campaign's folder, and makes the ground of it. */
static enum vaho_status make_terrain(struct vaho_campaign_world *out,
                                     const struct vaho_campaign *campaign, struct vaho_scenario *s,
                                     const char *scenario_path, uint64_t seed,
                                     struct vaho_error *error)
{
    const char *file = s->area.terrain.file;
    char *from = file != NULL ? beside(scenario_path, file) : NULL;
    char *map = vaho_campaign_path(campaign, "", "terrain.tif");
    enum vaho_status status = VAHO_OK;

    if (map == NULL || (file != NULL && from == NULL))
        status = vaho_fail_memory(error, "the terrain");
    if (status == VAHO_OK)
        status = vaho_terrain_make(&out->terrain, s, from, vaho_random_key(seed, TERRAIN), error);
    if (status == VAHO_OK)
        status = vaho_terrain_save(&out->terrain, map, error);
    if (status == VAHO_OK)
        status = vaho_file_sha256(out->world.terrain_sha256, map, error);
    if (status == VAHO_OK)
        vaho_terrain_disturb(&out->terrain, vaho_random_key(seed, MAP));
    out->world.terrain = &out->terrain;
    free(from);
    free(map);
    return status;
}

enum vaho_status vaho_campaign_world_new(struct vaho_campaign_world *out,
                                         const struct vaho_campaign *campaign,
                                         struct vaho_scenario *s, const char *scenario_path,
                                         uint64_t seed, struct vaho_error *error)
{
    enum vaho_status status;

    *out = (struct vaho_campaign_world){0};
    vaho_world_make(&out->world, s, seed);
    out->world.inputs = &out->inputs;
    status = take_gases(&out->inputs, s, scenario_path, error);
    if (status == VAHO_OK)
        status = check_sensors(&out->inputs, s, error);
    if (status == VAHO_OK)
        status = take_surfaces(&out->inputs, s, scenario_path, seed, error);
    if (status == VAHO_OK)
        status = take_airs(&out->inputs, s, scenario_path, error);
    if (status == VAHO_OK && s->area.terrain.given)
        status = make_terrain(out, campaign, s, scenario_path, seed, error);
    if (status != VAHO_OK)
        vaho_campaign_world_free(out);
    return status;
}

enum vaho_status vaho_campaign_world_open(struct vaho_campaign_world *out,
                                          const struct vaho_campaign *campaign,
                                          const struct vaho_truth *truth, struct vaho_error *error)
{
    char *map = vaho_campaign_path(campaign, "", "terrain.tif");
    enum vaho_status status = map == NULL ? vaho_fail_memory(error, "the terrain") : VAHO_OK;

    *out = (struct vaho_campaign_world){0};
    if (status == VAHO_OK && truth->scenario->area.terrain.given) {
        status = vaho_file_sha256(out->world.terrain_sha256, map, error);
        if (status == VAHO_OK && strcmp(out->world.terrain_sha256, truth->terrain_sha256) != 0)
            status = vaho_fail(error, VAHO_REFUSED,
                               "%s: is not the map that the exercise was laid out with", map);
        if (status == VAHO_OK)
            status = vaho_terrain_load(&out->terrain, truth->scenario, map, error);
        if (status == VAHO_OK)
            vaho_terrain_disturb(&out->terrain, vaho_random_key(truth->seed, MAP));
    }
    if (status == VAHO_OK) {
        vaho_world_make(&out->world, truth->scenario, truth->seed);
        out->world.inputs = &truth->inputs;
        out->world.terrain = truth->scenario->area.terrain.given ? &out->terrain : NULL;
    } else {
        vaho_campaign_world_free(out);
    }
    free(map);
    return status;
}
