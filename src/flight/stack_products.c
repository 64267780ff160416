#include "flight/stack_products.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/error.h"
#include "base/file.h"
#include "format/geotiff.h"
#include "format/json_text.h"
#include "format/stack_geojson.h"

enum { PATH_NBYTES = 4096 };

/* WGS 84 with longitude first, as maps in degrees have it. */
static const char WGS84[] =
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,"
    "AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,"
    "AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]]"
    ","
    "AUTHORITY[\"EPSG\",\"4326\"]]";

void vaho_pass_name(char out[VAHO_PASS_NAME_NBYTES], const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dot;

    snprintf(out, VAHO_PASS_NAME_NBYTES, "%s", slash != NULL ? slash + 1 : path);
    dot = strrchr(out, '.');
    if (dot != NULL && dot != out)
        *dot = '\0';
}

static enum vaho_status join(char out[PATH_NBYTES], const char *directory, const char *file,
                             struct vaho_error *error)
{
    if (snprintf(out, PATH_NBYTES, "%s/%s", directory, file) >= PATH_NBYTES)
        return vaho_fail(error, VAHO_USAGE, "%s/%s: the path is too long", directory, file);
    return VAHO_OK;
}

static enum vaho_status write_sources(const struct vaho_stack_products *p, struct vaho_error *error)
{
    const struct vaho_stacked *s = p->stacked;
    char(*name)[VAHO_PASS_NAME_NBYTES] = vaho_alloc(s->n_passes, sizeof *name);
    const char **flight = vaho_alloc(s->n_passes, sizeof *flight),
               **time = vaho_alloc(s->n_passes, sizeof *time);
    struct vaho_stack_product stack = {s->stack,    &s->grid,
                                       s->source,   s->n_sources,
                                       s->n_passes, (const char(*)[VAHO_NAME_NBYTES])s->name,
                                       flight,      time};
    char path[PATH_NBYTES];
    enum vaho_status status = join(path, p->directory, "stack.geojson", error);

    if (status == VAHO_OK && (!name || !flight || !time))
        status = vaho_fail_memory(error, "the passes");
    for (size_t i = 0; status == VAHO_OK && i < s->n_passes; i++) {
        vaho_pass_name(name[i], s->pass[i].path);
        flight[i] = name[i];
        time[i] = s->pass[i].time;
    }
    if (status == VAHO_OK)
        status = vaho_stack_geojson_write(path, &stack, p->product, error);
    free(name);
    free(flight);
    free(time);
    return status;
}

static enum vaho_status write_maps(const struct vaho_stack_products *p, struct vaho_error *error)
{
    const struct vaho_ground_grid *g = &p->stacked->grid;
    struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_AFFINE,
        .affine = {g->west_deg, g->cell_east_deg, 0.0, g->north_deg, 0.0, -g->cell_south_deg},
        .crs_wkt = WGS84};
    size_t n = g->n_rows * g->n_cols;
    float *map = vaho_alloc(n, sizeof *map);
    enum vaho_status status = map != NULL ? VAHO_OK : vaho_fail_memory(error, "a map");

    for (size_t i = 0; status == VAHO_OK && i < p->stacked->n_gases; i++) {
        const char *name = p->stacked->name[i];
        const float *z = vaho_stack_z(p->stacked->stack, i);
        char path[PATH_NBYTES], file[VAHO_NAME_NBYTES + 16], what[VAHO_NAME_NBYTES + 64];
        struct vaho_raster raster = {map, g->n_rows, g->n_cols, "", what};
        for (size_t c = 0; c < n; c++)
            map[c] = isfinite(z[c]) ? z[c] : NAN;
        snprintf(file, sizeof file, "%s_snr.tif", name);
        snprintf(what, sizeof what, "%s, evidence of a source here", name);
        status = join(path, p->directory, file, error);
        if (status == VAHO_OK)
            status = vaho_geotiff_write(path, &raster, &georeference, p->product, error);
    }
    free(map);
    return status;
}

static json_t *describe_passes(const struct vaho_stacked *s)
{
    json_t *out = json_array();

    for (size_t i = 0; i < s->n_passes; i++) {
        const struct vaho_stacked_pass *pass = &s->pass[i];
        json_t *notes = json_array();
        for (size_t k = 0; k < pass->n_notes; k++)
            json_array_append_new(notes, vaho_json_text(pass->note[k]));
        json_array_append_new(out, json_pack("{s:o, s:s, s:o, s:f, s:f, s:f, s:f, s:o}", "path",
                                             vaho_json_text(pass->path), "sha256", pass->sha256,
                                             "time", vaho_json_time(pass->time), "wind_from_deg",
                                             pass->wind.from_deg, "wind_from_sigma_deg",
                                             pass->wind.from_sigma_deg, "relative_density",
                                             pass->wind.relative, "place_sigma_m",
                                             pass->wind.place_sigma_m, "notes", notes));
    }
    return out;
}

static enum vaho_status write_run(const struct vaho_stack_products *p, struct vaho_error *error)
{
    const struct vaho_stacked *s = p->stacked;
    json_t *root, *inputs = json_array(), *settings = json_object(), *searched = json_array();
    char path[PATH_NBYTES], digest[65], *text;
    enum vaho_status status = join(path, p->directory, "run.json", error);

    for (size_t i = 0; status == VAHO_OK && i < p->n_inputs; i++) {
        status = vaho_file_sha256(digest, p->input[i], error);
        json_array_append_new(
            inputs, json_pack("{s:o, s:s}", "path", vaho_json_text(p->input[i]), "sha256", digest));
    }
    for (size_t i = 0; i < p->n_settings; i++)
        json_object_set_new(settings, p->setting[i].name, vaho_json_text(p->setting[i].value));
    for (size_t i = 0; i < s->n_gases; i++)
        json_array_append_new(searched, vaho_json_text(s->name[i]));
    root = json_pack("{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:I, s:f, s:f, s:b, s:b}", "version",
                     p->product->version, "stack", vaho_json_text(p->product->flight), "exercise",
                     p->product->exercise, "mandate", vaho_json_text(p->product->mandate), "passes",
                     describe_passes(s), "inputs", inputs, "settings", settings, "searched",
                     searched, "decoys", (json_int_t)s->n_decoys, "pixel_m", s->pixel_m, "cell_m",
                     s->grid.cell_m, "place_sigma_assumed", s->place_assumed, "wind_speeds_known",
                     s->speed_known);
    text = root != NULL ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(8)) : NULL;
    json_decref(root);
    if (status == VAHO_OK && text == NULL)
        status = vaho_fail_memory(error, "run.json");
    if (status == VAHO_OK)
        status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}

enum vaho_status vaho_stack_products_write(const struct vaho_stack_products *p,
                                           struct vaho_error *error)
{
    struct stat about;
    char path[PATH_NBYTES];
    enum vaho_status status = join(path, p->directory, "run.json", error);

    if (status == VAHO_OK && mkdir(p->directory, 0777) != 0 &&
        !(errno == EEXIST && stat(p->directory, &about) == 0 && S_ISDIR(about.st_mode)))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s; choose another --out",
                           p->directory, strerror(errno));
    if (status == VAHO_OK && remove(path) != 0 && errno != ENOENT) /* comes last: products.c */
        status =
            vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be replaced: %s", path, strerror(errno));
    if (status == VAHO_OK)
        status = write_sources(p, error);
    if (status == VAHO_OK)
        status = write_maps(p, error);
    if (status == VAHO_OK)
        status = write_run(p, error);
    return status;
}
