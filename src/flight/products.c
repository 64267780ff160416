#include "flight/products.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/error.h"
#include "base/file.h"
#include "base/pool.h"
#include "format/coverage_geojson.h"
#include "format/explain.h"
#include "format/geojson.h"
#include "format/geopackage.h"
#include "format/geotiff.h"
#include "format/json_text.h"
#include "format/report.h"
#include "format/spectra_json.h"

enum { PATH_NBYTES = 4096, DIGEST_NBYTES = 65, N_MAPS = 3 };

struct input {
    const char *path;
    char sha256[DIGEST_NBYTES];
};

static enum vaho_status join(char out[PATH_NBYTES], const char *directory, const char *file,
                             struct vaho_error *error)
{
    if (snprintf(out, PATH_NBYTES, "%s/%s", directory, file) >= PATH_NBYTES)
        return vaho_fail(error, VAHO_USAGE, "%s/%s: the path is too long", directory, file);
    return VAHO_OK;
}

static enum vaho_status make_directory(const char *path, struct vaho_error *error)
{
    struct stat about;

    if (mkdir(path, 0777) == 0)
        return VAHO_OK;
    if (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s; choose another --out", path,
                     strerror(errno));
}

/* What run.json names, digests yet missing. */
static enum vaho_status list_inputs(struct input **out, size_t *out_n,
                                    const struct vaho_products *p, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(p->source);
    size_t n = info->n_files + p->n_inputs;

    *out = vaho_alloc(n, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "the list of inputs");
    for (size_t i = 0; i < n; i++)
        (*out)[i].path = i < info->n_files ? info->file[i] : p->input[i - info->n_files];
    *out_n = n;
    return VAHO_OK;
}

/* "<signature>_<what>.tif": amount, its standard deviation, or evidence, of one signature. */
static enum vaho_status write_map(const struct vaho_products *p, size_t task,
                                  struct vaho_error *error)
{
    const struct vaho_detection *d = p->detection;
    size_t signature = task / N_MAPS, n = d->n_lines * d->n_samples;
    int gas = strcmp(d->unit, "ppm.m") == 0;
    const struct {
        const float *value;
        const char *file, *description, *unit;
    } map[N_MAPS] =
        {{d->amount, gas ? "ppmm" : "abundance", gas ? "column density" : "abundance", d->unit},
         {d->amount_sigma, "sigma", "one standard deviation of the column density", d->unit},
         {d->snr, d->own_score ? "score" : "snr", d->own_score ? "score" : "evidence", ""}},
      *m = &map[task % N_MAPS];
    char path[PATH_NBYTES], file[VAHO_NAME_NBYTES + 32], description[VAHO_NAME_NBYTES + 64];
    struct vaho_raster raster = {NULL, d->n_lines, d->n_samples, m->unit, description};
    enum vaho_status status;

    if (m->value == NULL)
        return VAHO_OK;
    raster.value = m->value + signature * n;
    snprintf(file, sizeof file, "%s_%s.tif", d->name[signature], m->file);
    snprintf(description, sizeof description, "%s, %s", d->name[signature], m->description);
    status = join(path, p->directory, file, error);
    return status != VAHO_OK
               ? status
               : vaho_geotiff_write(path, &raster, vaho_source_info(p->source)->georeference,
                                    p->product, error);
}

struct side_by_side {
    const struct vaho_products *p;
    struct input *input;
    size_t n_inputs;
};

static enum vaho_status digest_or_write_map(void *context, size_t task, size_t worker,
                                            struct vaho_error *error)
{
    const struct side_by_side *c = context;

    (void)worker;
    return task < c->n_inputs ? vaho_file_sha256(c->input[task].sha256, c->input[task].path, error)
                              : write_map(c->p, task - c->n_inputs, error);
}

/* What takes long and hangs on nothing else: the inputs' digests and the maps of every signature.
 */
static enum vaho_status digest_and_write_maps(const struct vaho_products *p, struct input *input,
                                              size_t n_inputs, struct vaho_error *error)
{
    struct side_by_side context = {p, input, n_inputs};
    struct vaho_pool *pool;
    enum vaho_status status = vaho_pool_new(&pool, p->n_threads, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_pool_run(pool, n_inputs + N_MAPS * p->detection->n_signatures,
                           digest_or_write_map, &context, error);
    vaho_pool_free(pool);
    return status;
}

static enum vaho_status write_report(const struct vaho_products *p, const struct input *input,
                                     size_t n_inputs, struct vaho_error *error)
{
    const struct vaho_detection *d = p->detection;
    const struct vaho_cube_info *info = vaho_source_info(p->source);
    size_t n = d->n_lines * d->n_samples, n_notes = info->n_notes + d->n_notes + p->n_notes, k = 0;
    struct vaho_report_map *map = vaho_alloc(d->n_signatures, sizeof *map);
    struct vaho_report_entry *entry = vaho_alloc(n_inputs, sizeof *entry);
    struct vaho_report_entry *setting = vaho_alloc(p->n_settings, sizeof *setting);
    const char **note = vaho_alloc(n_notes, sizeof *note);
    struct vaho_report report = {.product = p->product,
                                 .cube = info,
                                 .place = p->place,
                                 .plumes = d->plumes,
                                 .look = d->look,
                                 .n_maps = d->n_signatures,
                                 .map = map,
                                 .n_settings = p->n_settings,
                                 .setting = setting,
                                 .n_inputs = n_inputs,
                                 .input = entry,
                                 .n_notes = n_notes,
                                 .note = note};
    char path[PATH_NBYTES];
    enum vaho_status status = join(path, p->directory, "report.html", error);

    if (status == VAHO_OK && (!map || !entry || !note || !setting))
        status = vaho_fail_memory(error, "the report");
    if (status == VAHO_OK) {
        for (size_t i = 0; i < d->n_signatures; i++)
            map[i] = (struct vaho_report_map){d->name[i], d->unit,
                                              d->snr != NULL ? d->snr + i * n : NULL};
        for (size_t i = 0; i < n_inputs; i++)
            entry[i] = (struct vaho_report_entry){input[i].path, input[i].sha256};
        for (size_t i = 0; i < p->n_settings; i++)
            setting[i] = (struct vaho_report_entry){p->setting[i].name, p->setting[i].value};
        for (size_t i = 0; i < info->n_notes; i++)
            note[k++] = info->note[i];
        for (size_t i = 0; i < d->n_notes; i++)
            note[k++] = d->note[i];
        for (size_t i = 0; i < p->n_notes; i++)
            note[k++] = p->note[i];
        status = vaho_report_write(path, &report, error);
    }
    free(map);
    free(entry);
    free(setting);
    free(note);
    return status;
}

static int is_asked_for(const struct vaho_products *p, const char *id)
{
    for (size_t i = 0; i < p->n_explain; i++)
        if (strcmp(p->explain[i], id) == 0 || strcmp(p->explain[i], "all") == 0)
            return 1;
    return 0;
}

static enum vaho_status write_explanations(const struct vaho_products *p, struct vaho_error *error)
{
    const struct vaho_detection *d = p->detection;
    struct vaho_explained explained = {p->product, d->plumes, d->explanation, 0};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; status == VAHO_OK && d->explanation != NULL && i < d->plumes->n; i++) {
        const char *id = d->plumes->plume[i].id;
        char path[PATH_NBYTES], file[VAHO_ID_NBYTES + 16];
        if (!is_asked_for(p, id))
            continue;
        explained.index = i;
        snprintf(file, sizeof file, "explain-%s.json", id);
        status = join(path, p->directory, file, error);
        if (status == VAHO_OK)
            status = vaho_explain_json(path, &explained, error);
        snprintf(file, sizeof file, "explain-%s.html", id);
        if (status == VAHO_OK)
            status = join(path, p->directory, file, error);
        if (status == VAHO_OK)
            status = vaho_explain_page(path, &explained, error);
    }
    return status;
}

/* Adds strings of 'text' to a new array under 'key'. */
static void add_notes(json_t *array, size_t n, const char *const *text)
{
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, vaho_json_text(text[i]));
}

static json_t *digest_or_null(const struct input *input)
{
    return input->sha256[0] != '\0' ? json_string(input->sha256) : json_null();
}

static enum vaho_status write_run(const struct vaho_products *p, const struct input *input,
                                  size_t n_inputs, struct vaho_error *error)
{
    const struct vaho_detection *d = p->detection;
    const struct vaho_cube_info *info = vaho_source_info(p->source);
    json_t *root = json_object(), *inputs = json_array(), *settings = json_object();
    json_t *timings = json_object(), *notes = json_array(), *searched = json_array();
    char path[PATH_NBYTES], *text;
    struct stat about;
    enum vaho_status status = join(path, p->directory, "run.json", error);

    json_object_set_new(root, "version", json_string(p->product->version));
    json_object_set_new(root, "flight", vaho_json_text(p->product->flight));
    json_object_set_new(root, "time", vaho_json_text(p->product->time));
    json_object_set_new(root, "exercise", json_boolean(p->product->exercise));
    json_object_set_new(root, "mandate", vaho_json_text(p->product->mandate));
    for (size_t i = 0; i < n_inputs; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "path", vaho_json_text(input[i].path));
        json_object_set_new(one, "sha256", digest_or_null(&input[i]));
        if (input[i].sha256[0] == '\0' && stat(input[i].path, &about) == 0)
            json_object_set_new(one, "nbytes", json_integer((json_int_t)about.st_size));
        json_array_append_new(inputs, one);
    }
    json_object_set_new(root, "inputs", inputs);
    for (size_t i = 0; i < p->n_settings; i++)
        json_object_set_new(settings, p->setting[i].name, vaho_json_text(p->setting[i].value));
    json_object_set_new(root, "settings", settings);
    json_object_set_new(
        root, "cube",
        json_pack("{s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:b, s:I, s:I}", "sha256",
                  digest_or_null(&input[0]), "format", info->format, "sensor",
                  vaho_json_time(info->sensor), "lines", (json_int_t)info->n_lines, "samples",
                  (json_int_t)info->n_samples, "bands", (json_int_t)info->n_bands, "bands_used",
                  (json_int_t)d->n_bands_used, "by_column", d->by_column, "dead_elements",
                  (json_int_t)d->n_dead_elements, "dead_columns", (json_int_t)d->n_dead_columns));
    for (size_t i = 0; i < d->n_signatures; i++)
        json_array_append_new(searched, vaho_json_text(d->name[i]));
    json_object_set_new(root, "searched", searched);
    json_object_set_new(root, "decoys", json_integer((json_int_t)d->n_decoys_run));
    if (d->cpu != NULL)
        json_object_set_new(root, "cpu", json_string(d->cpu));
    if (d->blas != NULL)
        json_object_set_new(root, "blas", json_string(d->blas));
    add_notes(notes, info->n_notes, info->note);
    add_notes(notes, d->n_notes, (const char *const *)d->note);
    add_notes(notes, p->n_notes, p->note);
    json_object_set_new(root, "notes", notes);
    for (size_t i = 0; i < d->n_stages; i++)
        json_object_set_new(timings, d->stage[i].stage, json_real(d->stage[i].seconds));
    json_object_set_new(root, "timings_s", timings);
    text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    json_decref(root);
    if (status == VAHO_OK && text == NULL)
        status = vaho_fail_memory(error, "run.json");
    if (status == VAHO_OK)
        status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}

/* run.json comes last: one of an earlier search must not vouch for half of this one's files; nor
 * may its coverage speak for a method that has none. */
static enum vaho_status forget_earlier(const char *directory, struct vaho_error *error)
{
    static const char *const file[] = {"run.json", "coverage.geojson", "spectra.json"};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; status == VAHO_OK && i < sizeof file / sizeof file[0]; i++) {
        char path[PATH_NBYTES];
        status = join(path, directory, file[i], error);
        if (status == VAHO_OK && remove(path) != 0 && errno != ENOENT)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be replaced: %s", path,
                               strerror(errno));
    }
    return status;
}

static enum vaho_status write_coverage(const struct vaho_products *p, struct vaho_error *error)
{
    const struct vaho_detection *d = p->detection;
    char path[PATH_NBYTES];
    enum vaho_status status = join(path, p->directory, "coverage.geojson", error);

    if (status == VAHO_OK && d->coverage != NULL)
        status =
            vaho_coverage_geojson_write(path, d->coverage, (const char(*)[VAHO_NAME_NBYTES])d->name,
                                        p->place, p->product, error);
    return status;
}

static enum vaho_status write_spectra(const struct vaho_products *p, struct vaho_error *error)
{
    char path[PATH_NBYTES];
    enum vaho_status status = join(path, p->directory, "spectra.json", error);

    return status == VAHO_OK && vaho_spectra_are_there(p->detection->plumes)
               ? vaho_spectra_json_write(path, p->detection->plumes, p->product, error)
               : status;
}

enum vaho_status vaho_products_write(const struct vaho_products *p, struct vaho_error *error)
{
    struct input *input = NULL;
    size_t n_inputs = 0;
    char path[PATH_NBYTES];
    enum vaho_status status = make_directory(p->directory, error);

    if (status == VAHO_OK)
        status = forget_earlier(p->directory, error);
    if (status == VAHO_OK)
        status = list_inputs(&input, &n_inputs, p, error);
    if (status == VAHO_OK)
        status = join(path, p->directory, "plumes.geojson", error);
    if (status == VAHO_OK)
        status = vaho_geojson_write(path, p->detection->plumes, p->place, p->product, error);
    if (status == VAHO_OK)
        status = join(path, p->directory, "plumes.gpkg", error);
    if (status == VAHO_OK)
        status = vaho_geopackage_write(path, p->detection->plumes, p->place, p->product, error);
    if (status == VAHO_OK)
        status = write_coverage(p, error);
    if (status == VAHO_OK)
        status = write_spectra(p, error);
    if (status == VAHO_OK)
        status = digest_and_write_maps(p, input, n_inputs, error);
    if (status == VAHO_OK)
        status = write_report(p, input, n_inputs, error);
    if (status == VAHO_OK)
        status = write_explanations(p, error);
    if (status == VAHO_OK)
        status = write_run(p, input, n_inputs, error);
    free(input);
    return status;
}

enum vaho_status vaho_products_prepare(const char *directory, struct vaho_error *error)
{
    enum vaho_status status = make_directory(directory, error);

    return status == VAHO_OK ? forget_earlier(directory, error) : status;
}

enum vaho_status vaho_products_write_run(const struct vaho_products *p, struct vaho_error *error)
{
    struct input *input = NULL;
    size_t n_inputs = 0;
    enum vaho_status status = list_inputs(&input, &n_inputs, p, error);

    for (size_t i = 1; status == VAHO_OK && i < n_inputs; i++)
        status = vaho_file_sha256(input[i].sha256, input[i].path, error);
    if (status == VAHO_OK)
        status = write_run(p, input, n_inputs, error);
    free(input);
    return status;
}
