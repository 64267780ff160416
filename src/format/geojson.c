/*
 * geojson.c - RFC 7946
 *
 *   { "type": "FeatureCollection", "vaho": {...}, "features": [
 *     { "type": "Feature", "geometry": ..., "properties": {...} },   one a line
 *     ... ] }
 *
 * Polygon coordinates are rings, outside first, each closed by its first
 * position; a MultiPolygon is a list of those.  Positions are [longitude,
 * latitude] on WGS 84, which needs no "crs" member.
 */
#include "format/geojson.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "format/json_text.h"
#include "format/outline.h"
#include "format/properties.h"

static const size_t MAX_NBYTES = (size_t)1 << 31;

static json_t *position(const double lonlat[2])
{
    json_t *out = json_array();

    if (json_array_append_new(out, json_real(lonlat[0])) ||
        json_array_append_new(out, json_real(lonlat[1]))) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* A ring with its first position again at the end. */
static json_t *ring_positions(const struct vaho_ring *ring, const double *lonlat)
{
    json_t *out = json_array();
    int failed = out == NULL;

    for (size_t i = 0; i <= ring->n && !failed; i++)
        failed = json_array_append_new(out, position(lonlat + 2 * (ring->first + i % ring->n)));
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}

/* Polygon or MultiPolygon of an outline and its corners' positions; NULL: no memory. */
static json_t *polygons(const struct vaho_outline *outline, const double *lonlat)
{
    json_t *out = json_object(), *all = json_array(), *polygon = NULL;
    int failed = 0;

    for (size_t r = 0; r < outline->n_rings && !failed; r++) {
        if (!outline->ring[r].hole) {
            polygon = json_array();
            failed = json_array_append_new(all, polygon);
        }
        if (!failed)
            failed = json_array_append_new(polygon, ring_positions(&outline->ring[r], lonlat));
    }
    if (!failed && outline->n_polygons == 1)
        failed = json_object_set_new(out, "type", json_string("Polygon")) ||
                 json_object_set(out, "coordinates", polygon);
    else if (!failed)
        failed = json_object_set_new(out, "type", json_string("MultiPolygon")) ||
                 json_object_set(out, "coordinates", all);
    json_decref(all);
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}

static enum vaho_status geometry(json_t **out, const struct vaho_plume *plume,
                                 const struct vaho_place *place, struct vaho_error *error)
{
    struct vaho_outline outline;
    double *lonlat;
    enum vaho_status status = vaho_outline_trace(&outline, plume->pixel, plume->n_pixels, error);

    *out = NULL;
    if (status != VAHO_OK)
        return status;
    lonlat = vaho_alloc(outline.n_corners, 2 * sizeof *lonlat);
    if (lonlat != NULL)
        *out =
            vaho_outline_place(lonlat, &outline, place) ? polygons(&outline, lonlat) : json_null();
    free(lonlat);
    vaho_outline_free(&outline);
    return *out == NULL ? vaho_fail_memory(error, "the outline of a plume") : VAHO_OK;
}

/* Appends JSON to the text, marking it failed when there is no memory; takes 'value'. */
static void append_json(struct vaho_text *text, json_t *value)
{
    char *dumped = value == NULL ? NULL : json_dumps(value, VAHO_JSON_FLAGS);

    if (dumped == NULL)
        text->failed = 1;
    else
        vaho_text_puts(text, dumped);
    free(dumped);
    json_decref(value);
}

static json_t *about(const struct vaho_product *product)
{
    json_t *out = json_object();

    if (json_object_set_new(out, "version", vaho_json_text(product->version)) ||
        json_object_set_new(out, "flight", vaho_json_text(product->flight)) ||
        json_object_set_new(out, "time", vaho_json_time(product->time)) ||
        json_object_set_new(out, "exercise", json_boolean(product->exercise)) ||
        json_object_set_new(out, "mandate", vaho_json_text(product->mandate)) ||
        json_object_set_new(out, "q_reported", json_real(product->q_reported))) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static enum vaho_status append_feature(struct vaho_text *text, const struct vaho_plume *plume,
                                       const struct vaho_place *place,
                                       const struct vaho_product *product, struct vaho_error *error)
{
    json_t *where;
    enum vaho_status status = geometry(&where, plume, place, error);

    if (status != VAHO_OK)
        return status;
    vaho_text_puts(text, "{\"type\":\"Feature\",\"geometry\":");
    append_json(text, where);
    vaho_text_puts(text, ",\"properties\":");
    append_json(text, vaho_plume_properties(plume, place, product));
    vaho_text_puts(text, "}");
    return VAHO_OK;
}

enum vaho_status vaho_geojson_write(const char *path, const struct vaho_plumes *plumes,
                                    const struct vaho_place *place,
                                    const struct vaho_product *product, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;
    struct vaho_text text;

    vaho_text_init(&text, MAX_NBYTES);
    vaho_text_puts(&text, "{\"type\":\"FeatureCollection\",\"vaho\":");
    append_json(&text, about(product));
    vaho_text_puts(&text, ",\"features\":[\n");
    for (size_t i = 0; i < plumes->n && status == VAHO_OK; i++) {
        status = append_feature(&text, &plumes->plume[i], place, product, error);
        vaho_text_puts(&text, i + 1 < plumes->n ? ",\n" : "\n");
    }
    vaho_text_puts(&text, "]}\n");
    if (status == VAHO_OK && text.failed)
        status = vaho_fail_memory(error, path);
    if (status == VAHO_OK)
        status = vaho_file_write(path, text.data, text.nbytes, error);
    vaho_text_free(&text);
    return status;
}
