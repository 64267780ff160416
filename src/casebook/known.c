#include "casebook/known.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_SOURCES = 100000, MAX_NAME_NBYTES = 200, MAX_GASES = 100 };
static const double LEAST_SHARE = 0.1, FAR_SIGMAS = 3, METRES_A_DEGREE = 110000;
static const double DEGREE = 0.017453292519943295;

static enum vaho_status wrong(const char *what, size_t i, const char *text,
                              struct vaho_error *error)
{
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: feature %zu: %s", what, i + 1, text);
}

static int is_gas(const json_t *value)
{
    const char *text = json_string_value(value);
    size_t n = text == NULL ? 0 : strlen(text);

    return n > 0 && n < 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static enum vaho_status read_source(struct vaho_known_source *out, const json_t *feature, size_t i,
                                    const char *what, struct vaho_error *error)
{
    const char *type = json_string_value(json_object_get(feature, "type"));
    const json_t *about = json_object_get(feature, "properties");
    char label[256];

    if (type == NULL || strcmp(type, "Feature") != 0)
        return wrong(what, i, "'type' must be \"Feature\"", error);
    out->name = json_string_value(json_object_get(about, "name"));
    if (out->name == NULL || out->name[0] == '\0' || strlen(out->name) > MAX_NAME_NBYTES)
        return wrong(what, i, "'name' must be text, up to 200 bytes", error);
    out->gases = json_object_get(about, "gases");
    if (json_array_size(out->gases) == 0 || json_array_size(out->gases) > MAX_GASES)
        return wrong(what, i, "'gases' must be an array of the gases it may emit", error);
    for (size_t g = 0; g < json_array_size(out->gases); g++)
        if (!is_gas(json_array_get(out->gases, g)))
            return wrong(what, i, "'gases' must hold names like \"ammonia\" or \"sulfur_dioxide\"",
                         error);
    out->geometry = json_object_get(feature, "geometry");
    if (!json_is_object(out->geometry))
        return wrong(what, i,
                     "'geometry' must be the area it emits from, a Polygon or a "
                     "MultiPolygon",
                     error);
    snprintf(label, sizeof label, "%.200s: feature %zu", what, i + 1);
    if (vaho_area_new(&out->area, out->geometry, label, error) != VAHO_OK)
        return error == NULL ? VAHO_BAD_INPUT : error->status;
    vaho_area_bounds(out->box, out->area);
    return VAHO_OK;
}

static int by_name(const void *left, const void *right)
{
    const struct vaho_known_source *a = left, *b = right;

    return strcmp(a->name, b->name);
}

/* In the order of names, so that the file's own order does not matter. */
static enum vaho_status read_all(struct vaho_known *out, const char *what, struct vaho_error *error)
{
    const char *type = json_string_value(json_object_get(out->root, "type"));
    const json_t *features = json_object_get(out->root, "features");
    size_t n = json_array_size(features);
    struct vaho_error own;
    enum vaho_status status = VAHO_OK;

    if (type == NULL || strcmp(type, "FeatureCollection") != 0 || !json_is_array(features) ||
        n > MAX_SOURCES)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: must be a GeoJSON FeatureCollection of up to 100000 emitters", what);
    out->source = vaho_alloc(n, sizeof *out->source);
    if (out->source == NULL)
        return vaho_fail_memory(error, what);
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        out->n++;
        status = read_source(&out->source[i], json_array_get(features, i), i, what,
                             error == NULL ? &own : error);
    }
    if (status != VAHO_OK)
        return status;
    qsort(out->source, n, sizeof *out->source, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(out->source[i - 1].name, out->source[i].name) == 0)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: two emitters have the name '%s'; give each one its own", what,
                             out->source[i].name);
    return VAHO_OK;
}

enum vaho_status vaho_known_parse(struct vaho_known *out, const char *data, size_t nbytes,
                                  const char *what, struct vaho_error *error)
{
    json_error_t reason;
    enum vaho_status status;

    *out = (struct vaho_known){json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason), 0, NULL};
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", what, reason.line,
                         reason.text);
    status = read_all(out, what, error);
    if (status != VAHO_OK)
        vaho_known_free(out);
    return status;
}

void vaho_known_free(struct vaho_known *known)
{
    for (size_t i = 0; i < known->n; i++)
        vaho_area_free(known->source[i].area);
    free(known->source);
    json_decref(known->root);
    *known = (struct vaho_known){NULL, 0, NULL};
}

static int emits(const struct vaho_known_source *source, const char *gas)
{
    for (size_t g = 0; g < json_array_size(source->gases); g++)
        if (strcmp(json_string_value(json_array_get(source->gases, g)), gas) == 0)
            return 1;
    return 0;
}

/* Whether the box, with a margin, holds the place. */
static int is_near(const struct vaho_known_source *source, double x, double y, double margin_deg)
{
    double middle = 0.5 * (source->box[0] + source->box[2]);
    double half = 0.5 * (source->box[2] - source->box[0]);

    return y >= source->box[1] - margin_deg && y <= source->box[3] + margin_deg &&
           fabs(remainder(x - middle, 360)) <= half + margin_deg / fmax(cos(y * DEGREE), 1e-3);
}

const struct vaho_known_source *vaho_known_explain(double *out_share,
                                                   const struct vaho_known *known, const char *gas,
                                                   const struct vaho_fix *fix)
{
    static const double zero[VAHO_FIX_SPREAD];
    double lon[VAHO_FIX_SPREAD], lat[VAHO_FIX_SPREAD], x, y, most = 0;
    double margin = FAR_SIGMAS * vaho_fix_largest_sigma_m(fix->covariance_m2) / METRES_A_DEGREE;
    const struct vaho_known_source *best = NULL;
    signed char side[VAHO_FIX_SPREAD];

    *out_share = NAN;
    vaho_fix_lonlat(&x, &y, fix);
    for (size_t i = 0; i < known->n; i++) {
        const struct vaho_known_source *source = &known->source[i];
        int n = 0;
        if (!is_near(source, x, y, margin) || !emits(source, gas))
            continue;
        vaho_fix_spread(lon, lat, fix);
        vaho_area_sides(side, source->area, lon, lat, zero, VAHO_FIX_SPREAD);
        for (int k = 0; k < VAHO_FIX_SPREAD; k++)
            n += side[k] == VAHO_SIDE_INSIDE;
        if ((double)n / VAHO_FIX_SPREAD > most) {
            most = (double)n / VAHO_FIX_SPREAD;
            best = source;
        }
    }
    if (most < LEAST_SHARE)
        return NULL;
    *out_share = most;
    return best;
}
