/* flight_files.c - cube, header, library and truth of a simulated flight */
#include "exercise/flight_files.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "exercise/gases.h"

enum { LINES_AT_ONCE = 32 };
static const size_t MAX_TEXT_NBYTES = (size_t)1 << 24;

/* A path of three parts; NULL when there is no memory. */
static char *join(const char *a, const char *b, const char *c)
{
    struct vaho_text text;

    vaho_text_init(&text, 8192);
    vaho_text_printf(&text, "%s%s%s", a, b, c);
    if (text.failed)
        vaho_text_free(&text);
    return text.data;
}

static enum vaho_status save_text(const char *path, struct vaho_text *text,
                                  struct vaho_error *error)
{
    enum vaho_status status = text->failed ? vaho_fail_memory(error, path)
                                           : vaho_file_write(path, text->data, text->nbytes, error);
    vaho_text_free(text);
    return status;
}

/* Makes 'dir', or accepts it when it is there and empty. */
static enum vaho_status make_directory(const char *dir, struct vaho_error *error)
{
    DIR *stream;
    const struct dirent *entry;
    int n = 0;

    if (mkdir(dir, 0777) == 0)
        return VAHO_OK;
    if (errno != EEXIST)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s; choose another directory",
                         dir, strerror(errno));
    stream = opendir(dir);
    if (stream == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be used: %s; choose another directory",
                         dir, strerror(errno));
    while ((entry = readdir(stream)) != NULL)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    if (n > 0)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: is not empty; choose another directory or remove it", dir);
    return VAHO_OK;
}

/* Records the scene into 'stream', some lines at a time. */
static enum vaho_status record(FILE *stream, const struct vaho_scene *scene, const char *path,
                               struct vaho_pool *pool, const struct vaho_progress *progress,
                               struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    size_t per_line = p->n_bands * p->n_samples;
    float *lines = vaho_alloc(LINES_AT_ONCE * per_line, sizeof *lines);
    enum vaho_status status = VAHO_OK;

    if (lines == NULL)
        return vaho_fail_memory(error, "the lines of a simulated flight");
    for (size_t first = 0; first < p->n_lines && status == VAHO_OK; first += LINES_AT_ONCE) {
        size_t n = p->n_lines - first < LINES_AT_ONCE ? p->n_lines - first : LINES_AT_ONCE;
        status = vaho_scene_record(lines, scene, first, n, pool, error);
        if (status == VAHO_OK && fwrite(lines, sizeof *lines * per_line, n, stream) != n)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s; free some space",
                               path, strerror(errno));
        vaho_progress_report(progress, "simulate", first + n, p->n_lines, "lines");
    }
    free(lines);
    return status;
}

/* The cube appears whole or not at all; it is not flushed to disk: it can be made again. */
static enum vaho_status write_cube(const char *path, const struct vaho_scene *scene,
                                   struct vaho_pool *pool, const struct vaho_progress *progress,
                                   struct vaho_error *error)
{
    char *partial = join(path, ".partial", "");
    FILE *stream = partial == NULL ? NULL : fopen(partial, "wb");
    enum vaho_status status;

    if (stream == NULL) {
        status = partial == NULL ? vaho_fail_memory(error, path)
                                 : vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s",
                                             partial, strerror(errno));
        free(partial);
        return status;
    }
    status = record(stream, scene, path, pool, progress, error);
    if ((fclose(stream) != 0 || (status == VAHO_OK && rename(partial, path) != 0)) &&
        status == VAHO_OK)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s; free some space",
                           path, strerror(errno));
    if (status != VAHO_OK)
        unlink(partial);
    free(partial);
    return status;
}

static enum vaho_status write_header(const char *path, const struct vaho_scene *scene,
                                     struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    struct vaho_text text;

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
                     "acquisition time = 2026-%02u-%02uT18:30:00Z\n"
                     "data units = W m-2 sr-1 um-1\n"
                     "map info = {UTM, 1, 1, 500000.0, 3800000.0, 2.0, 2.0, 11, North, WGS-84, "
                     "units=Meters}\n"
                     "wavelength units = Micrometers\n",
                     (unsigned long long)p->seed, p->n_samples, p->n_lines, p->n_bands,
                     __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 1 : 0,
                     (unsigned)(p->seed / 28 % 12) + 1, (unsigned)(p->seed % 28) + 1);
    vaho_text_puts(&text, "wavelength = {");
    for (size_t b = 0; b < p->n_bands; b++)
        vaho_text_printf(&text, "%s%.6f",
                         b == 0        ? ""
                         : b % 10 == 0 ? ",\n "
                                       : ", ",
                         vaho_scene_wavelength_um(scene)[b]);
    vaho_text_puts(&text, "}\nfwhm = {");
    for (size_t b = 0; b < p->n_bands; b++)
        vaho_text_printf(&text, "%s%.6f",
                         b == 0        ? ""
                         : b % 10 == 0 ? ",\n "
                                       : ", ",
                         vaho_scene_fwhm_um(scene));
    vaho_text_puts(&text, "}\n");
    return save_text(path, &text, error);
}

/* One spectrum as two columns with declared units. */
static enum vaho_status write_gas(const char *dir, const struct vaho_exercise_gas *gas,
                                  struct vaho_error *error)
{
    struct vaho_gas_spectrum spectrum;
    struct vaho_text text, file;
    enum vaho_status status = vaho_gas_spectrum_make(&spectrum, gas, error);

    if (status != VAHO_OK)
        return status;
    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_printf(&text,
                     "# title: %s\n"
                     "# grade: computed\n# temperature_k: 296\n# pressure_pa: 101325\n"
                     "# note: EXERCISE: idealised, from published band centres and strengths; not "
                     "a measurement\n"
                     "wavelength_um,absorption_per_ppm_m\n",
                     gas->name);
    for (size_t i = 0; i < spectrum.n; i++)
        vaho_text_printf(&text, "%.6f,%.6g\n", spectrum.wavelength_um[i], spectrum.per_ppmm[i]);
    vaho_gas_spectrum_free(&spectrum);
    vaho_text_init(&file, 8192);
    vaho_text_printf(&file, "%s/%s.csv", dir, gas->name);
    if (file.failed) {
        vaho_text_free(&text);
        status = vaho_fail_memory(error, gas->name);
    } else {
        status = save_text(file.data, &text, error);
    }
    vaho_text_free(&file);
    return status;
}

static enum vaho_status write_library(const char *dir, struct vaho_error *error)
{
    enum vaho_status status = make_directory(dir, error);

    for (size_t i = 0; i < vaho_exercise_gas_count() && status == VAHO_OK; i++)
        status = write_gas(dir, vaho_exercise_gas(i), error);
    return status;
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
    enum vaho_status status = make_directory(dir, error);
    char *name = name_of(dir), *stem = name == NULL ? NULL : join(dir, "/", name);
    char *header = NULL;

    *out = (struct vaho_flight_files){0};
    if (stem != NULL) {
        header = join(stem, ".bil.hdr", "");
        out->cube = join(stem, ".bil", "");
        out->truth = join(stem, ".truth.json", "");
        out->library = join(dir, "/library", "");
    }
    if (status == VAHO_OK &&
        (header == NULL || out->cube == NULL || out->truth == NULL || out->library == NULL))
        status = vaho_fail_memory(error, dir);
    if (status == VAHO_OK)
        status = write_cube(out->cube, scene, pool, progress, error);
    if (status == VAHO_OK)
        status = write_header(header, scene, error);
    if (status == VAHO_OK)
        status = write_library(out->library, error);
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
