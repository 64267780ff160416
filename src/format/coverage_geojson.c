#include "format/coverage_geojson.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "format/json_text.h"
#include "format/outline.h"

static const size_t MAX_NBYTES = (size_t)1 << 31;

/* The outline of a tile, or null. */
static void append_geometry(struct vaho_text *text, const size_t box[4],
                            const struct vaho_place *place)
{
    unsigned line0 = (unsigned)box[0], sample0 = (unsigned)box[1];
    unsigned line1 = (unsigned)box[2] + 1, sample1 = (unsigned)box[3] + 1;
    struct vaho_corner corner[4] = {
        {line0, sample0}, {line0, sample1}, {line1, sample1}, {line1, sample0}};
    struct vaho_ring ring = {.n = 4};
    struct vaho_outline outline = {1, 1, 4, &ring, corner};
    double lonlat[8];

    if (!vaho_outline_place(lonlat, &outline, place)) {
        vaho_text_puts(text, "null");
        return;
    }
    vaho_text_puts(text, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (size_t i = 0; i <= 4; i++)
        vaho_text_printf(text, "%s[%.7f,%.7f]", i > 0 ? "," : "", lonlat[2 * (i % 4)],
                         lonlat[2 * (i % 4) + 1]);
    vaho_text_puts(text, "]]}");
}

/* {"gas":number,...} of one tile, to five digits. */
static void append_limits(struct vaho_text *text, const double *limit, size_t n_tiles, size_t tile,
                          char *const *quoted, size_t n_gases)
{
    for (size_t g = 0; g < n_gases; g++) {
        double value = limit[g * n_tiles + tile];
        vaho_text_printf(text, "%s%s:", g > 0 ? "," : "{", quoted[g]);
        if (isfinite(value))
            vaho_text_printf(text, "%.5g", value);
        else
            vaho_text_puts(text, "null");
    }
    vaho_text_puts(text, "}");
}

static void append_tile(struct vaho_text *text, const struct vaho_coverage *c, size_t row,
                        size_t col, char *const *quoted, const struct vaho_place *place)
{
    size_t box[4], n_tiles = c->n_rows * c->n_cols, tile = row * c->n_cols + col;

    vaho_coverage_tile(box, c, row, col);
    vaho_text_puts(text, "{\"type\":\"Feature\",\"geometry\":");
    append_geometry(text, box, place);
    vaho_text_printf(text,
                     ",\"properties\":{\"pixel_bbox\":[%zu,%zu,%zu,%zu],\"valid\":%.4g,"
                     "\"limit_ppmm\":",
                     box[0], box[1], box[2], box[3], c->valid[tile]);
    append_limits(text, c->limit_ppmm, n_tiles, tile, quoted, c->n_gases);
    if (c->limit_kg_h != NULL) {
        vaho_text_puts(text, ",\"limit_kg_h\":");
        append_limits(text, c->limit_kg_h, n_tiles, tile, quoted, c->n_gases);
    }
    vaho_text_puts(text, "}}");
}

/* "text" as JSON, quotes and all; NULL: no memory.  Release with free(). */
static char *quote(const char *text)
{
    json_t *value = vaho_json_text(text);
    char *out = value != NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

    json_decref(value);
    return out;
}

enum vaho_status vaho_coverage_geojson_write(const char *path, const struct vaho_coverage *coverage,
                                             const char (*name)[VAHO_NAME_NBYTES],
                                             const struct vaho_place *place,
                                             const struct vaho_product *product,
                                             struct vaho_error *error)
{
    size_t n = coverage->n_gases, n_tiles = coverage->n_rows * coverage->n_cols;
    char **quoted = vaho_alloc(n, sizeof *quoted), *flight = quote(product->flight);
    enum vaho_status status = VAHO_OK;
    struct vaho_text text;

    vaho_text_init(&text, MAX_NBYTES);
    text.failed = quoted == NULL || flight == NULL;
    for (size_t g = 0; g < n && !text.failed; g++)
        text.failed = (quoted[g] = quote(name[g])) == NULL;
    if (!text.failed)
        vaho_text_printf(&text,
                         "{\"type\":\"FeatureCollection\",\"flight\":%s,\"steepness\":%.4g,"
                         "\"features\":[\n",
                         flight, coverage->steepness);
    for (size_t i = 0; i < n_tiles && !text.failed; i++) {
        append_tile(&text, coverage, i / coverage->n_cols, i % coverage->n_cols, quoted, place);
        vaho_text_puts(&text, i + 1 < n_tiles ? ",\n" : "\n");
    }
    vaho_text_puts(&text, "]}\n");
    if (text.failed)
        status = vaho_fail_memory(error, path);
    if (status == VAHO_OK)
        status = vaho_file_write(path, text.data, text.nbytes, error);
    for (size_t g = 0; quoted != NULL && g < n; g++)
        free(quoted[g]);
    free(quoted);
    free(flight);
    vaho_text_free(&text);
    return status;
}
