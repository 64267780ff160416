#include "serve/near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const double METRES_A_DEGREE = 111195; /* of a sphere of 6371 km */

struct plane {
    double longitude, latitude, east; /* metres a degree of longitude */
};

static void flatten(double out[2], const json_t *position, const struct plane *plane)
{
    double away = json_number_value(json_array_get(position, 0)) - plane->longitude;

    out[0] = (away - 360 * round(away / 360)) * plane->east;
    out[1] = (json_number_value(json_array_get(position, 1)) - plane->latitude) * METRES_A_DEGREE;
}

/* From the plane's origin to a segment. */
static double to_segment(const double a[2], const double b[2])
{
    double x = b[0] - a[0], y = b[1] - a[1], length2 = x * x + y * y;
    double along = length2 > 0 ? -(a[0] * x + a[1] * y) / length2 : 0;

    along = fmin(fmax(along, 0), 1);
    return hypot(a[0] + along * x, a[1] + along * y);
}

/* The least distance to the polygon's rings; inside when an odd number of edges lies to the east.
 */
static double to_polygon(const json_t *rings, const struct plane *plane)
{
    double least = INFINITY;
    int inside = 0;

    for (size_t r = 0; r < json_array_size(rings); r++) {
        const json_t *ring = json_array_get(rings, r);
        for (size_t i = 0; i + 1 < json_array_size(ring); i++) {
            double a[2], b[2];
            flatten(a, json_array_get(ring, i), plane);
            flatten(b, json_array_get(ring, i + 1), plane);
            least = fmin(least, to_segment(a, b));
            if ((a[1] > 0) != (b[1] > 0) && a[0] - a[1] * (b[0] - a[0]) / (b[1] - a[1]) > 0)
                inside = !inside;
        }
    }
    return inside ? 0 : least;
}

double vaho_near_distance_m(const json_t *geometry, double longitude_deg, double latitude_deg)
{
    const struct plane plane = {longitude_deg, latitude_deg,
                                METRES_A_DEGREE * cos(latitude_deg * M_PI / 180)};
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    double least = INFINITY;

    if (type != NULL && strcmp(type, "Polygon") == 0)
        return to_polygon(coordinates, &plane);
    for (size_t i = 0; i < json_array_size(coordinates); i++)
        least = fmin(least, to_polygon(json_array_get(coordinates, i), &plane));
    return least;
}

static int by_distance(const void *left, const void *right)
{
    double a = json_number_value(json_object_get(*(json_t *const *)left, "distance_m"));
    double b = json_number_value(json_object_get(*(json_t *const *)right, "distance_m"));

    return a < b ? -1 : a > b;
}

/* The nearest first, no more than VAHO_NEAR_MOST. */
static json_t *sorted(const json_t *found)
{
    size_t n = json_array_size(found);
    json_t **one = vaho_alloc(n, sizeof *one), *out = json_array();

    for (size_t i = 0; one != NULL && i < n; i++)
        one[i] = json_array_get(found, i);
    if (one != NULL)
        qsort(one, n, sizeof *one, by_distance);
    for (size_t i = 0; one != NULL && i < n && i < VAHO_NEAR_MOST; i++)
        json_array_append(out, one[i]);
    free(one);
    return out;
}

enum vaho_status vaho_near_json(json_t **out, struct vaho_casebook *casebook, double longitude_deg,
                                double latitude_deg, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT k.name, k.gases, k.area FROM rtree_known_sources_geom r JOIN known_sources k ON"
        " k.id = r.id WHERE r.maxx >= ?1 AND r.minx <= ?2 AND r.maxy >= ?3 AND r.miny <= ?4";
    double up = VAHO_NEAR_M / METRES_A_DEGREE;
    double across = up / fmax(cos(latitude_deg * M_PI / 180), 0.01);
    const double box[4] = {longitude_deg - across, longitude_deg + across, latitude_deg - up,
                           latitude_deg + up};
    json_t *found = json_array();
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        for (int i = 0; i < 4; i++)
            sqlite3_bind_double(s, 1 + i, box[i]);
        while ((result = sqlite3_step(s)) == SQLITE_ROW) {
            const char *gases = (const char *)sqlite3_column_text(s, 1);
            const char *area = (const char *)sqlite3_column_text(s, 2);
            json_t *geometry = area == NULL ? NULL : json_loads(area, 0, NULL);
            double distance = vaho_near_distance_m(geometry, longitude_deg, latitude_deg);
            if (distance <= VAHO_NEAR_M)
                json_array_append_new(
                    found, json_pack("{s:s, s:o, s:f}", "name", sqlite3_column_text(s, 0), "gases",
                                     json_loads(gases, 0, NULL), "distance_m", round(distance)));
            json_decref(geometry);
        }
    }
    if (result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    *out = sorted(found);
    json_decref(found);
    return status;
}
