/* flight_files.c - cube, header, library and truth of a simulated flight */
#include "exercise/flight_files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "base/text.h"
#include "exercise/cube_files.h"
#include "exercise/gas_files.h"

static const size_t MAX_TEXT_NBYTES = (size_t)1 << 24;

double vaho_flight_files_time_s(uint64_t seed)
{
    char text[VAHO_MOMENT_NBYTES];
    double at = 0;

    snprintf(text, sizeof text, "2026-%02u-%02uT18:30:00Z", (unsigned)(seed / 28 % 12) + 1,
             (unsigned)(seed % 28) + 1);
    vaho_moment_parse(&at, text);
    return at;
}

static enum vaho_status write_header(const char *path, const struct vaho_scene *scene,
                                     struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    struct vaho_text text;
    char at[VAHO_MOMENT_NBYTES];

    vaho_moment_format(at, vaho_flight_files_time_s(p->seed));
    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_printf(&text,
                     "ENVI\n"
                     "description = {EXERCISE: simulated flight line, seed %llu; no such place, "
                     "no such plume}\n"
                     "exercise = 1\n"
                     "samples = %zu\nlines = %zu\nbands = %zu\n"
                     "header offset = 0\nfile type = ENVI Standard\ndata type = 4\n"
                     "interleave = bil\nbyte order = %d\n"
                     "sensor type = vaho exercise\n"
                     "acquisition time = %s\n"
                     "data units = W m-2 sr-1 um-1\n"
                     "map info = {UTM, 1, 1, 500000.0, 3800000.0, 2.0, 2.0, 11, North, WGS-84, "
                     "units=Meters}\n"
                     "wavelength units = Micrometers\n",
                     (unsigned long long)p->seed, p->n_samples, p->n_lines, p->n_bands,
                     __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 1 : 0, at);
    vaho_cube_header_bands(&text, scene);
    return vaho_text_save(path, &text, error);
}

/* The gas if there is one only, else their names with commas between. */
static json_t *names_of_gases(const struct vaho_scene_params *p)
{
    char names[VAHO_SCENE_MAX_GASES * 64] = "";
    size_t n = 0;

    for (size_t i = 0; i < p->n_gases && n < sizeof names; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i == 0 ? "" : ",", p->gas[i]);
    return json_string(names);
}

static enum vaho_status write_truth(const char *path, const struct vaho_scene *scene,
                                    struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    json_t *sources = json_array(), *truth;
    char *text;
    enum vaho_status status;

    for (size_t i = 0; i < p->n_plumes; i++) {
        const struct vaho_exercise_plume *plume = vaho_scene_plume(scene, i);
        json_array_append_new(sources, json_pack("{s:s, s:I, s:I, s:f, s:f, s:f}", "gas",
                                                 plume->gas, "line", (json_int_t)plume->line,
                                                 "sample", (json_int_t)plume->sample, "peak_ppmm",
                                                 plume->peak_ppmm, "length_px", plume->length_px,
                                                 "wind_deg", plume->wind_deg));
    }
    truth = json_pack("{s:b, s:I, s:o, s:f, s:o}", "exercise", 1, "seed", (json_int_t)p->seed,
                      "gas", names_of_gases(p), "air_temperature_k",
                      vaho_scene_air_temperature_k(scene), "sources", sources);
    text = json_dumps(truth, JSON_INDENT(1) | JSON_REAL_PRECISION(7));
    json_decref(truth);
    if (text == NULL)
        return vaho_fail_memory(error, path);
    status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}

/* What a laboratory measured, or in reflected light a table for this flight. */
static enum vaho_status write_library(const char *dir, const struct vaho_scene *scene,
                                      struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);

    if (p->kind == VAHO_SCENE_SHORTWAVE)
        return vaho_unit_tables_write(dir, scene, p->n_gases, p->gas, error);
    if (p->inputs != NULL && p->inputs->n_gases > 0)
        return vaho_gases_write(dir, p->n_gases, p->gas, p->inputs, error);
    return vaho_gases_write(dir, 0, NULL, NULL, error);
}

/* The last part of a path, without slashes behind it; "flight" where that is no name. */
static char *name_of(const char *dir)
{
    size_t end = strlen(dir), begin;

    while (end > 0 && dir[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && dir[begin - 1] != '/'; begin--)
        ;
    if (strspn(dir + begin, ".") >= end - begin)
        return vaho_strdup("flight");
    return strndup(dir + begin, end - begin);
}

enum vaho_status vaho_flight_files_write(struct vaho_flight_files *out,
                                         const struct vaho_scene *scene, const char *dir,
                                         struct vaho_pool *pool,
                                         const struct vaho_progress *progress,
                                         struct vaho_error *error)
{
    enum vaho_status status = vaho_directory_make(dir, error);
    char *name = name_of(dir), *stem = name == NULL ? NULL : vaho_path_join(dir, "/", name);
    char *header = NULL;

    *out = (struct vaho_flight_files){0};
    if (stem != NULL) {
        header = vaho_path_join(stem, ".bil.hdr", "");
        out->cube = vaho_path_join(stem, ".bil", "");
        out->truth = vaho_path_join(stem, ".truth.json", "");
        out->library = vaho_path_join(dir, "/library", "");
    }
    if (status == VAHO_OK &&
        (header == NULL || out->cube == NULL || out->truth == NULL || out->library == NULL))
        status = vaho_fail_memory(error, dir);
    if (status == VAHO_OK)
        status = vaho_cube_write(out->cube, scene, pool, progress, error);
    if (status == VAHO_OK)
        status = write_header(header, scene, error);
    if (status == VAHO_OK)
        status = write_library(out->library, scene, error);
    if (status == VAHO_OK)
        status = write_truth(out->truth, scene, error);
    free(header);
    free(stem);
    free(name);
    if (status != VAHO_OK)
        vaho_flight_files_free(out);
    return status;
}

void vaho_flight_files_free(struct vaho_flight_files *files)
{
    free(files->cube);
    free(files->library);
    free(files->truth);
    *files = (struct vaho_flight_files){0};
}
