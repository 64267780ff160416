#include "casebook/coverage.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_TILES = 1000000, MAX_GASES = 2000, CORNERS = 4, CORNERS_NBYTES = 32 };
enum { MAX_LIMITS = 20000000 };
static const double UNIT_DEG = 1e-7, DEGREE = 0.017453292519943295, METRES_A_DEGREE = 111320;

static enum vaho_status wrong(const char *what, size_t i, const char *text,
                              struct vaho_error *error)
{
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: tile %zu %s", what, i + 1, text);
}

/* A polygon of one ring of four corners, longitudes near the first one's. */
static int read_corners(struct vaho_cover_tile *out, const json_t *geometry)
{
    const json_t *rings = json_object_get(geometry, "coordinates"), *ring;
    const char *type = json_string_value(json_object_get(geometry, "type"));

    ring = json_array_get(rings, 0);
    if (type == NULL || strcmp(type, "Polygon") != 0 || json_array_size(rings) != 1 ||
        json_array_size(ring) != CORNERS + 1)
        return 0;
    for (size_t k = 0; k < CORNERS; k++) {
        const json_t *at = json_array_get(ring, k);
        const json_t *x = json_array_get(at, 0), *y = json_array_get(at, 1);
        if (!json_is_number(x) || !json_is_number(y) || !(fabs(json_number_value(x)) <= 360) ||
            !(fabs(json_number_value(y)) <= 90))
            return 0;
        out->lonlat[k][0] = json_number_value(x);
        out->lonlat[k][1] = json_number_value(y);
        if (k > 0)
            out->lonlat[k][0] =
                out->lonlat[0][0] + remainder(out->lonlat[k][0] - out->lonlat[0][0], 360);
    }
    return 1;
}

static void bound(struct vaho_cover_tile *t)
{
    t->box[0] = t->box[2] = INFINITY;
    t->box[1] = t->box[3] = -INFINITY;
    for (int k = 0; k < CORNERS; k++)
        for (int axis = 0; axis < 2; axis++) {
            t->box[2 * axis] = fmin(t->box[2 * axis], t->lonlat[k][axis]);
            t->box[2 * axis + 1] = fmax(t->box[2 * axis + 1], t->lonlat[k][axis]);
        }
}

static double area_m2(const struct vaho_cover_tile *t)
{
    double sum = 0, east = METRES_A_DEGREE * cos(t->lonlat[0][1] * DEGREE);

    for (int k = 0; k < CORNERS; k++) {
        const double *a = t->lonlat[k], *b = t->lonlat[(k + 1) % CORNERS];
        sum += (a[0] - t->lonlat[0][0]) * (b[1] - t->lonlat[0][1]) -
               (b[0] - t->lonlat[0][0]) * (a[1] - t->lonlat[0][1]);
    }
    return 0.5 * fabs(sum) * east * METRES_A_DEGREE;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The gases of the first tile stand for all. */
static enum vaho_status read_gases(struct vaho_cover *out, const json_t *limits, const char *what,
                                   struct vaho_error *error)
{
    const char *key, **name = vaho_alloc(json_object_size(limits), sizeof *name);
    json_t *value;
    size_t n = 0;

    out->gases = json_array();
    if (name == NULL || out->gases == NULL) {
        free(name);
        return vaho_fail_memory(error, what);
    }
    json_object_foreach((json_t *)limits, key, value) name[n++] = key;
    qsort(name, n, sizeof *name, by_text);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out->gases, json_string(name[i]));
    free(name);
    out->n_gases = json_array_size(out->gases);
    return out->n_gases == n ? VAHO_OK : vaho_fail_memory(error, what);
}

static enum vaho_status read_limits(float *out, const struct vaho_cover *cover, const json_t *about,
                                    const char *what, size_t i, struct vaho_error *error)
{
    const json_t *object[2] = {json_object_get(about, "limit_ppmm"),
                               json_object_get(about, "limit_kg_h")};

    if (!json_is_object(object[0]) || json_object_size(object[0]) != cover->n_gases)
        return wrong(what, i, "has not a 'limit_ppmm' of the same gases as the first tile", error);
    if (object[1] != NULL && !json_is_object(object[1]))
        return wrong(what, i, "has a 'limit_kg_h' that is no object", error);
    for (size_t g = 0; g < cover->n_gases; g++) {
        const char *gas = json_string_value(json_array_get(cover->gases, g));
        for (size_t unit = 0; unit < 2; unit++) {
            const json_t *value = json_object_get(object[unit], gas);
            out[2 * g + unit] = NAN;
            if (json_is_null(value) || (value == NULL && unit == 1))
                continue;
            if (!json_is_number(value) || !(json_number_value(value) > 1e-30) ||
                !(json_number_value(value) < 1e30))
                return wrong(what, i, "has a limit that is neither null nor a number above 0",
                             error);
            out[2 * g + unit] = (float)json_number_value(value);
        }
    }
    return VAHO_OK;
}

static enum vaho_status read_tile(struct vaho_cover *out, const json_t *feature, size_t i,
                                  const char *what, struct vaho_error *error)
{
    const json_t *about = json_object_get(feature, "properties");
    const json_t *geometry = json_object_get(feature, "geometry");
    const json_t *valid = json_object_get(about, "valid");
    struct vaho_cover_tile *t = &out->tile[out->n];
    enum vaho_status status;

    if (!json_is_number(valid) || !(json_number_value(valid) >= 0) ||
        !(json_number_value(valid) <= 1))
        return wrong(what, i, "has no 'valid' from 0 to 1", error);
    status = read_limits(out->limit + 2 * out->n_gases * out->n, out, about, what, i, error);
    if (status != VAHO_OK)
        return status;
    t->valid = json_number_value(valid);
    if (json_is_null(geometry) || t->valid == 0)
        return VAHO_OK;
    if (!read_corners(t, geometry))
        return wrong(what, i, "is no Polygon of four corners", error);
    if (out->n > 0) /* all on one side of the antimeridian */
        for (int k = 0; k < CORNERS; k++)
            t->lonlat[k][0] = out->tile[0].lonlat[0][0] +
                              remainder(t->lonlat[k][0] - out->tile[0].lonlat[0][0], 360);
    bound(t);
    out->searched_m2 += t->valid * area_m2(t);
    out->n++;
    return VAHO_OK;
}

/* The box of all, its west within -180 .. 180. */
static void bound_all(struct vaho_cover *out)
{
    double shift;

    out->box[0] = out->box[2] = INFINITY;
    out->box[1] = out->box[3] = -INFINITY;
    for (size_t i = 0; i < out->n; i++)
        for (int k = 0; k < 4; k += 2) {
            out->box[k] = fmin(out->box[k], out->tile[i].box[k]);
            out->box[k + 1] = fmax(out->box[k + 1], out->tile[i].box[k + 1]);
        }
    shift = out->n == 0 ? 0 : -360 * floor((out->box[0] + 180) / 360);
    for (int k = 0; k < 2; k++)
        out->box[k] += shift;
    for (size_t i = 0; i < out->n && shift != 0; i++) {
        for (int k = 0; k < CORNERS; k++)
            out->tile[i].lonlat[k][0] += shift;
        bound(&out->tile[i]);
    }
}

static enum vaho_status read_all(struct vaho_cover *out, const json_t *root, const char *flight,
                                 const char *what, struct vaho_error *error)
{
    const json_t *features = json_object_get(root, "features"), *first;
    const json_t *steepness = json_object_get(root, "steepness");
    const char *name = json_string_value(json_object_get(root, "flight"));
    size_t n = json_array_size(features);
    enum vaho_status status;

    if (name == NULL || strcmp(name, flight) != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'flight' is not what run.json says; the files are of two searches",
                         what);
    if (!json_is_number(steepness) || !(json_number_value(steepness) > 0) ||
        !(json_number_value(steepness) <= 1000))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'steepness' must be above 0, up to 1000",
                         what);
    first =
        json_object_get(json_object_get(json_array_get(features, 0), "properties"), "limit_ppmm");
    if (!json_is_array(features) || n > MAX_TILES || json_object_size(first) > MAX_GASES ||
        n * json_object_size(first) > MAX_LIMITS)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'features' must be an array of up to a million tiles", what);
    out->steepness = json_number_value(steepness);
    status = read_gases(out, first, what, error);
    if (status != VAHO_OK)
        return status;
    out->tile = vaho_alloc(n, sizeof *out->tile);
    out->limit = vaho_alloc(2 * n * out->n_gases, sizeof *out->limit);
    if (out->tile == NULL || out->limit == NULL)
        return vaho_fail_memory(error, what);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = read_tile(out, json_array_get(features, i), i, what, error);
    if (status == VAHO_OK)
        bound_all(out);
    if (status == VAHO_OK && out->n > 0 && out->box[1] - out->box[0] > 180)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: its tiles go round half the Earth", what);
    return status;
}

enum vaho_status vaho_cover_parse(struct vaho_cover *out, const char *data, size_t nbytes,
                                  const char *flight, const char *what, struct vaho_error *error)
{
    json_error_t reason;
    json_t *root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    enum vaho_status status;

    *out = (struct vaho_cover){0};
    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", what, reason.line,
                         reason.text);
    status = read_all(out, root, flight, what, error);
    json_decref(root);
    if (status != VAHO_OK)
        vaho_cover_free(out);
    return status;
}

void vaho_cover_free(struct vaho_cover *cover)
{
    json_decref(cover->gases);
    free(cover->tile);
    free(cover->limit);
    *cover = (struct vaho_cover){0};
}

/* --- as bytes --------------------------------------------------------------- */

size_t vaho_cover_tile_nbytes(size_t n_gases)
{
    return CORNERS_NBYTES + 4 + 8 * n_gases;
}

static unsigned char *put(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> 8 * i);
    return to + 4;
}

static unsigned char *put_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return put(to, bits);
}

static uint32_t get(const unsigned char *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static float get_float(const unsigned char *from)
{
    uint32_t bits = get(from);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

unsigned char *vaho_cover_pack(const struct vaho_cover *c)
{
    unsigned char *out = vaho_alloc(c->n, vaho_cover_tile_nbytes(c->n_gases)), *to = out;

    for (size_t i = 0; i < c->n && out != NULL; i++) {
        const struct vaho_cover_tile *t = &c->tile[i];
        for (int k = 0; k < CORNERS; k++) {
            to = put(to, (uint32_t)(int32_t)lround((t->lonlat[k][0] - c->box[0]) / UNIT_DEG));
            to = put(to, (uint32_t)(int32_t)lround(t->lonlat[k][1] / UNIT_DEG));
        }
        to = put_float(to, (float)t->valid);
        for (size_t g = 0; g < 2 * c->n_gases; g++)
            to = put_float(to, c->limit[2 * c->n_gases * i + g]);
    }
    return out;
}

void vaho_cover_unpack(struct vaho_cover_tile *out, double limit[2], const unsigned char *bytes,
                       double west, size_t n_gases, size_t gas)
{
    for (int k = 0; k < CORNERS; k++) {
        out->lonlat[k][0] = west + UNIT_DEG * (int32_t)get(bytes + 8 * k);
        out->lonlat[k][1] = UNIT_DEG * (int32_t)get(bytes + 8 * k + 4);
    }
    bound(out);
    out->valid = get_float(bytes + CORNERS_NBYTES);
    limit[0] = gas < n_gases ? get_float(bytes + CORNERS_NBYTES + 4 + 8 * gas) : NAN;
    limit[1] = gas < n_gases ? get_float(bytes + CORNERS_NBYTES + 8 + 8 * gas) : NAN;
}

int vaho_cover_holds(const struct vaho_cover_tile *t, double x, double y)
{
    int inside = 0;

    if (x < t->box[0] || x > t->box[1] || y < t->box[2] || y > t->box[3])
        return 0;
    for (int k = 0, before = CORNERS - 1; k < CORNERS; before = k++) {
        const double *a = t->lonlat[k], *b = t->lonlat[before];
        if ((a[1] > y) != (b[1] > y) && x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]))
            inside = !inside;
    }
    return inside;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

double vaho_cover_median(const struct vaho_cover *c, size_t gas, size_t unit, double *room)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        float limit = c->limit[2 * (c->n_gases * i + gas) + unit];
        if (limit > 0)
            room[n++] = limit;
    }
    qsort(room, n, sizeof *room, by_size);
    return n == 0 ? NAN : 0.5 * (room[(n - 1) / 2] + room[n / 2]);
}
