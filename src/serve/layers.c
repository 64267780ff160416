#include "serve/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/coverage.h"
#include "serve/shapes.h"

enum { CORNERS = 4 };

/* --- hulls ---------------------------------------------------------------------------- */

static int by_longitude(const void *left, const void *right)
{
    const double *a = left, *b = right;

    if (a[0] != b[0])
        return a[0] < b[0] ? -1 : 1;
    return a[1] < b[1] ? -1 : a[1] > b[1];
}

static int turns_left(const double a[2], const double b[2], const double c[2])
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0;
}

/* Andrew's monotone chain (1979, doi 10.1016/0020-0190(79)90072-3): the lower hull, then the upper.
 */
json_t *vaho_hull_json(double (*point)[2], size_t n)
{
    double(*hull)[2] = vaho_alloc(2 * n + 2, sizeof *hull);
    json_t *ring = json_array();
    size_t k = 0, lower;

    if (hull == NULL || n < 3) {
        free(hull);
        json_decref(ring);
        return NULL;
    }
    qsort(point, n, sizeof *point, by_longitude);
    for (size_t i = 0; i < n; i++) {
        while (k >= 2 && !turns_left(hull[k - 2], hull[k - 1], point[i]))
            k--;
        memcpy(hull[k++], point[i], sizeof *point);
    }
    lower = k + 1;
    for (size_t i = n - 1; i-- > 0;) {
        while (k >= lower && !turns_left(hull[k - 2], hull[k - 1], point[i]))
            k--;
        memcpy(hull[k++], point[i], sizeof *point);
    }
    for (size_t i = 0; i < k; i++)
        json_array_append_new(ring, json_pack("[ff]", hull[i][0], hull[i][1]));
    free(hull);
    if (k < 4) {
        json_decref(ring);
        return NULL;
    }
    return json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring);
}

static json_t *hull_of_tiles(const unsigned char *tiles, size_t nbytes, size_t n_gases, double west)
{
    size_t each = vaho_cover_tile_nbytes(n_gases), n = nbytes / each;
    double(*point)[2] = vaho_alloc(n * CORNERS, sizeof *point), ignored[2];
    json_t *hull = NULL;

    for (size_t i = 0; point != NULL && i < n; i++) {
        struct vaho_cover_tile tile;
        vaho_cover_unpack(&tile, ignored, tiles + i * each, west, n_gases, n_gases);
        memcpy(point[i * CORNERS], tile.lonlat, sizeof tile.lonlat);
    }
    if (point != NULL)
        hull = vaho_hull_json(point, n * CORNERS);
    free(point);
    return hull == NULL ? json_null() : hull;
}

/* In longitude; a box whose west lies east of its east goes across the antimeridian. */
#define CROSSES(west, east)                                                                        \
    "((?1 <= ?3 AND " east " >= ?1 AND " west " <= ?3) OR (?1 > ?3 AND (" east " >= ?1 OR " west   \
    " <= ?3)))"

/* --- rows ------------------------------------------------------------------------------- */

static json_t *flight_of(sqlite3_stmt *s)
{
    const void *tiles = sqlite3_column_blob(s, 9);

    return json_pack("{s:I, s:s, s:o, s:o, s:I, s:o, s:b, s:b, s:o}", "flight_id",
                     (json_int_t)sqlite3_column_int64(s, 0), "flight", sqlite3_column_text(s, 1),
                     "time", vaho_json_words((const char *)sqlite3_column_text(s, 2)), "sensor",
                     vaho_json_words((const char *)sqlite3_column_text(s, 3)), "plumes",
                     (json_int_t)sqlite3_column_int64(s, 4), "mandate",
                     vaho_json_words((const char *)sqlite3_column_text(s, 5)), "exercise",
                     sqlite3_column_int(s, 6), "stack", sqlite3_column_int(s, 7), "geometry",
                     tiles == NULL ? json_null()
                                   : hull_of_tiles(tiles, (size_t)sqlite3_column_bytes(s, 9),
                                                   (size_t)sqlite3_column_int64(s, 8),
                                                   sqlite3_column_double(s, 10)));
}

static json_t *known_of(sqlite3_stmt *s)
{
    const char *area = (const char *)sqlite3_column_text(s, 3);
    const char *gases = (const char *)sqlite3_column_text(s, 2);

    return json_pack("{s:I, s:s, s:o, s:o}", "id", (json_int_t)sqlite3_column_int64(s, 0), "name",
                     sqlite3_column_text(s, 1), "gases", json_loads(gases, 0, NULL), "geometry",
                     area == NULL ? json_null() : json_loads(area, 0, NULL));
}

static enum vaho_status each(struct vaho_casebook *casebook, const char *sql,
                             const struct vaho_layer_query *q, json_t *(*read)(sqlite3_stmt *s),
                             vaho_take_properties *take, void *context, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, more = 1;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        for (int i = 0; i < 4; i++)
            sqlite3_bind_double(s, 1 + i, q->box[i]);
        for (int i = 0; i < 2; i++)
            sqlite3_bind_double(s, 5 + i, q->flown_s[i]);
        sqlite3_bind_int64(s, 7, q->limit);
        sqlite3_bind_int64(s, 8, q->offset);
        sqlite3_bind_int64(s, 9, q->id);
        while (more && (result = sqlite3_step(s)) == SQLITE_ROW)
            more = take(context, read(s));
    }
    if (more && result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_flights_json(struct vaho_casebook *casebook,
                                   const struct vaho_layer_query *query, vaho_take_properties *take,
                                   void *context, struct vaho_error *error)
{
    /* a box that is the whole Earth is none: a flight without coverage has no place */
    static const char sql[] =
        "SELECT f.id, f.name, f.flown, f.sensor, f.n_plumes, (SELECT name FROM mandates m WHERE"
        " m.id = f.mandate_id), f.exercise, EXISTS (SELECT 1 FROM stack_passes k WHERE k.stack_id ="
        " f.id), c.n_gases, c.tiles, c.west FROM flights f LEFT JOIN coverage_tiles c ON"
        " c.flight_id = f.id WHERE ((?1 <= -180 AND ?2 <= -90 AND ?3 >= 180 AND ?4 >= 90) OR"
        " (c.north >= ?2 AND c.south <= ?4 AND " CROSSES(
            "c.west", "c.east") ")) AND ((?5 = -9e999"
                                " AND ?6 = 9e999) OR f.flown_s BETWEEN ?5 AND ?6) AND (?9 = 0 OR "
                                "f.id = ?9) ORDER BY f.id"
                                " LIMIT ?7 OFFSET ?8";

    return each(casebook, sql, query, flight_of, take, context, error);
}

enum vaho_status vaho_known_json(struct vaho_casebook *casebook,
                                 const struct vaho_layer_query *query, vaho_take_properties *take,
                                 void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT k.id, k.name, k.gases, k.area FROM known_sources k JOIN rtree_known_sources_geom r"
        " ON r.id = k.id WHERE r.maxy >= ?2 AND r.miny <= ?4 AND " CROSSES(
            "r.minx",
            "r.maxx") " AND"
                      " ?5 <= ?6 AND (?9 = 0 OR k.id = ?9) ORDER BY k.id LIMIT ?7 OFFSET ?8";

    return each(casebook, sql, query, known_of, take, context, error);
}

/* The area of a mandate's document, as GeoJSON; docs/mandates.md has its form. */
static json_t *territory_of(sqlite3_stmt *s)
{
    json_t *document = json_loads((const char *)sqlite3_column_text(s, 0), 0, NULL);
    const json_t *terms = json_object_get(document, "mandate");
    json_t *window = json_object_get(terms, "window"), *partners = json_array(), *out;

    for (size_t i = 0; i < json_array_size(json_object_get(terms, "partners")); i++)
        json_array_append(
            partners,
            json_object_get(json_array_get(json_object_get(terms, "partners"), i), "name"));
    out = json_pack("{s:s, s:s, s:O?, s:O?, s:o, s:b, s:O?}", "mandate", sqlite3_column_text(s, 1),
                    "issuer", sqlite3_column_text(s, 2), "from", json_object_get(window, "from"),
                    "to", json_object_get(window, "to"), "partners", partners, "exercise",
                    sqlite3_column_int(s, 3), "geometry", json_object_get(terms, "area"));
    json_decref(document);
    return out;
}

enum vaho_status vaho_territories_json(struct vaho_casebook *casebook, vaho_take_properties *take,
                                       void *context, struct vaho_error *error)
{
    static const char sql[] = "SELECT document, name, issuer, exercise FROM mandates WHERE ?1 IS"
                              " NOT NULL OR ?9 = 0 ORDER BY id LIMIT ?7 OFFSET ?8";
    const struct vaho_layer_query all = VAHO_LAYER_ALL;

    return each(casebook, sql, &all, territory_of, take, context, error);
}
