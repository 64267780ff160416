#include "casebook/geometry.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { WKB_POINT = 1, WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6, SRS_WGS84 = 4326, HEAD_NBYTES = 8 };
enum { ENVELOPE_NBYTES = 32 };
static const size_t MAX_NBYTES = (size_t)1 << 28;

struct writer {
    unsigned char *data; /* NULL: only counting */
    size_t nbytes;
    double envelope[4]; /* min x, max x, min y, max y */
    const char *what;
    struct vaho_error *error;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
    if (w->data != NULL)
        memcpy(w->data + w->nbytes, bytes, n);
    w->nbytes += n;
}

static void put_u32(struct writer *w, uint32_t value)
{
    unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                              (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
    put(w, bytes, sizeof bytes);
}

static void put_double(struct writer *w, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(w, (uint32_t)bits);
    put_u32(w, (uint32_t)(bits >> 32));
}

/* Byte order, type, count. */
static void put_head(struct writer *w, uint32_t type, size_t n)
{
    put(w, "\1", 1);
    put_u32(w, type);
    put_u32(w, (uint32_t)n);
}

static enum vaho_status wrong(const struct writer *w, const char *text)
{
    return vaho_fail(w->error, VAHO_BAD_INPUT, "%s: its geometry %s", w->what, text);
}

static enum vaho_status put_ring(struct writer *w, const json_t *ring)
{
    size_t n = json_array_size(ring);

    if (n < 4)
        return wrong(w, "has a ring of fewer than four positions");
    put_u32(w, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        const json_t *at = json_array_get(ring, i);
        double x = json_number_value(json_array_get(at, 0));
        double y = json_number_value(json_array_get(at, 1));
        if (!json_is_number(json_array_get(at, 0)) || !json_is_number(json_array_get(at, 1)) ||
            !(fabs(x) <= 720) || !(fabs(y) <= 90))
            return wrong(w, "has a position that is not [longitude, latitude]");
        put_double(w, x);
        put_double(w, y);
        w->envelope[0] = fmin(w->envelope[0], x);
        w->envelope[1] = fmax(w->envelope[1], x);
        w->envelope[2] = fmin(w->envelope[2], y);
        w->envelope[3] = fmax(w->envelope[3], y);
    }
    return VAHO_OK;
}

static enum vaho_status put_polygon(struct writer *w, const json_t *rings)
{
    size_t n = json_array_size(rings);
    enum vaho_status status = VAHO_OK;

    if (n == 0)
        return wrong(w, "has a polygon without a ring");
    put_head(w, WKB_POLYGON, n);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = put_ring(w, json_array_get(rings, i));
    return status;
}

static enum vaho_status put_geometry(struct writer *w, const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    size_t n = json_array_size(coordinates);
    enum vaho_status status = VAHO_OK;

    if (type != NULL && strcmp(type, "Polygon") == 0) {
        put_head(w, WKB_MULTIPOLYGON, 1);
        return put_polygon(w, coordinates);
    }
    if (type == NULL || strcmp(type, "MultiPolygon") != 0 || n == 0)
        return wrong(w, "must be a Polygon or a MultiPolygon");
    put_head(w, WKB_MULTIPOLYGON, n);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = put_polygon(w, json_array_get(coordinates, i));
    return status;
}

enum vaho_status vaho_blob_from_geojson(struct vaho_blob *out, const json_t *geometry,
                                        const char *what, struct vaho_error *error)
{
    struct writer count = {
        .envelope = {INFINITY, -INFINITY, INFINITY, -INFINITY}, .what = what, .error = error};
    struct writer w = count;
    enum vaho_status status;

    *out = (struct vaho_blob){NULL, 0};
    if (geometry == NULL || json_is_null(geometry))
        return VAHO_OK;
    status = put_geometry(&count, geometry);
    if (status != VAHO_OK)
        return status;
    if (count.nbytes > MAX_NBYTES)
        return wrong(&count, "is larger than 256 MiB");
    w.data = malloc(HEAD_NBYTES + ENVELOPE_NBYTES + count.nbytes);
    if (w.data == NULL)
        return vaho_fail_memory(error, what);
    put(&w, "GP\0\3", 4); /* version 0; little-endian, an envelope in x and y */
    put_u32(&w, SRS_WGS84);
    for (int i = 0; i < 4; i++)
        put_double(&w, count.envelope[i]);
    put_geometry(&w, geometry);
    *out = (struct vaho_blob){w.data, w.nbytes};
    return VAHO_OK;
}

void vaho_blob_free(struct vaho_blob *blob)
{
    free(blob->data);
    *blob = (struct vaho_blob){NULL, 0};
}

void vaho_blob_point(unsigned char out[VAHO_POINT_NBYTES], double longitude, double latitude)
{
    struct writer w = {.data = out};

    put(&w, "GP\0\1", 4); /* version 0; little-endian, no envelope */
    put_u32(&w, SRS_WGS84);
    put(&w, "\1", 1);
    put_u32(&w, WKB_POINT);
    put_double(&w, longitude);
    put_double(&w, latitude);
}

static double get_double(const unsigned char *bytes, int little)
{
    uint64_t bits = 0;
    double value;

    for (int i = 0; i < 8; i++)
        bits = bits << 8 | bytes[little ? 7 - i : i];
    memcpy(&value, &bits, sizeof value);
    return value;
}

int vaho_blob_envelope(double out[4], const void *data, size_t nbytes)
{
    static const size_t envelope_nbytes[] = {0, 32, 48, 48, 64};
    const unsigned char *bytes = data;
    unsigned kind;

    if (nbytes < HEAD_NBYTES || bytes[0] != 'G' || bytes[1] != 'P' || bytes[2] != 0)
        return 0;
    kind = bytes[3] >> 1 & 7;
    if ((bytes[3] & 0x10) != 0 || kind > 4 || nbytes < HEAD_NBYTES + envelope_nbytes[kind])
        return 0;
    bytes += HEAD_NBYTES;
    nbytes -= HEAD_NBYTES;
    if (kind > 0)
        for (int i = 0; i < 4; i++)
            out[i] = get_double(bytes + 8 * i, ((const unsigned char *)data)[3] & 1);
    else if (nbytes >= 21 && bytes[bytes[0] == 1 ? 1 : 4] == WKB_POINT)
        for (int i = 0; i < 4; i++) /* points need no envelope */
            out[i] = get_double(bytes + 5 + 8 * (i / 2), bytes[0] == 1);
    else
        return 0;
    return out[0] <= out[1] && out[2] <= out[3]; /* also: no NaN, as an empty point has */
}

/* --- back to GeoJSON --------------------------------------------------------------------- */

struct reader {
    const unsigned char *at, *end;
    int failed;
};

/* A count, of things of at least 'each' bytes. */
static size_t get_count(struct reader *r, int little, size_t each)
{
    uint32_t value = 0;

    if (r->end - r->at < 4) {
        r->failed = 1;
        return 0;
    }
    for (int i = 0; i < 4; i++)
        value = value << 8 | r->at[little ? 3 - i : i];
    r->at += 4;
    r->failed |= value > (size_t)(r->end - r->at) / each;
    return r->failed ? 0 : value;
}

/* Byte order and type; 1: little-endian. */
static int get_head(struct reader *r, uint32_t type)
{
    int little = r->end - r->at >= 5 && r->at[0] == 1;

    if (r->end - r->at < 5 || r->at[0] > 1 || r->at[little ? 1 : 4] != type) {
        r->failed = 1;
        return 0;
    }
    r->at += 5;
    return little;
}

static json_t *get_ring(struct reader *r, int little)
{
    json_t *ring = json_array();
    size_t n = get_count(r, little, 16);

    for (size_t i = 0; i < n; i++, r->at += 16)
        r->failed |= json_array_append_new(ring, json_pack("[ff]", get_double(r->at, little),
                                                           get_double(r->at + 8, little))) != 0;
    return ring;
}

static json_t *get_polygon(struct reader *r)
{
    json_t *polygon = json_array();
    int little = get_head(r, WKB_POLYGON);
    size_t n = get_count(r, little, 4);

    for (size_t i = 0; i < n && !r->failed; i++)
        json_array_append_new(polygon, get_ring(r, little));
    return polygon;
}

json_t *vaho_blob_to_geojson(const void *data, size_t nbytes)
{
    const unsigned char *bytes = data;
    struct reader r = {NULL, NULL, 0};
    double envelope[4];
    json_t *polygons;
    size_t n;
    int little;

    if (!vaho_blob_envelope(envelope, data, nbytes) || (bytes[3] >> 1 & 7) != 1)
        return NULL;
    r.at = bytes + HEAD_NBYTES + ENVELOPE_NBYTES;
    r.end = bytes + nbytes;
    little = get_head(&r, WKB_MULTIPOLYGON);
    n = get_count(&r, little, 9);
    polygons = json_array();
    for (size_t i = 0; i < n && !r.failed; i++)
        json_array_append_new(polygons, get_polygon(&r));
    if (r.failed || n == 0) {
        json_decref(polygons);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "type", "MultiPolygon", "coordinates", polygons);
}

/* One function for all four bounds: which one is the user data. */
static void st_bound(sqlite3_context *context, int n, sqlite3_value **value)
{
    double envelope[4];
    const void *data = sqlite3_value_blob(value[0]);

    (void)n;
    if (data != NULL && vaho_blob_envelope(envelope, data, (size_t)sqlite3_value_bytes(value[0])))
        sqlite3_result_double(context, envelope[(intptr_t)sqlite3_user_data(context)]);
    else
        sqlite3_result_null(context);
}

static void st_is_empty(sqlite3_context *context, int n, sqlite3_value **value)
{
    double envelope[4];
    const void *data = sqlite3_value_blob(value[0]);

    (void)n;
    if (data == NULL)
        sqlite3_result_null(context);
    else
        sqlite3_result_int(
            context, !vaho_blob_envelope(envelope, data, (size_t)sqlite3_value_bytes(value[0])));
}

int vaho_blob_functions(sqlite3 *database)
{
    static const char *const name[] = {"ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int result =
        sqlite3_create_function(database, "ST_IsEmpty", 1, flags, NULL, st_is_empty, NULL, NULL);

    for (intptr_t i = 0; i < 4 && result == SQLITE_OK; i++)
        result =
            sqlite3_create_function(database, name[i], 1, flags, (void *)i, st_bound, NULL, NULL);
    return result;
}
