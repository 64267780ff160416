/* site_looks.c - what the passes over a few places could have seen there */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/coverage.h"
#include "casebook/site_inputs.h"

enum { MAX_SPOT_GASES = 2048 };

/* The names of the gases of these spots, each once, and where the flight at hand keeps it. */
struct gases {
    const char *name[MAX_SPOT_GASES];
    size_t n, at[MAX_SPOT_GASES];
};

static size_t number_of(struct gases *gases, const char *name)
{
    size_t g = 0;

    while (g < gases->n && strcmp(gases->name[g], name) != 0)
        g++;
    if (g == gases->n && g < MAX_SPOT_GASES)
        gases->name[gases->n++] = name;
    return g;
}

static enum vaho_status find_gases(struct gases *gases, size_t n_gases, const char *text,
                                   struct vaho_error *error)
{
    json_t *list = json_loads(text, 0, NULL);

    if (list == NULL)
        return vaho_fail_memory(error, "coverage");
    for (size_t g = 0; g < gases->n; g++) {
        gases->at[g] = n_gases;
        for (size_t i = 0; i < json_array_size(list); i++)
            if (strcmp(json_string_value(json_array_get(list, i)), gases->name[g]) == 0)
                gases->at[g] = i;
    }
    json_decref(list);
    return VAHO_OK;
}

static int append(struct vaho_site_looks *out, struct vaho_site_found_look found)
{
    if (out->n == out->capacity) {
        size_t more = out->capacity == 0 ? 1024 : 2 * out->capacity;
        void *larger = realloc(out->found, more * sizeof *out->found);
        if (larger == NULL)
            return 0;
        out->found = larger;
        out->capacity = more;
    }
    out->found[out->n++] = found;
    return 1;
}

struct window {
    double box[4]; /* of the spots; longitudes as the flight at hand counts them */
    double shift_deg;
    const struct vaho_site_spot *spot;
    const size_t *gas; /* of each spot */
    size_t *order; /* spots from south to north, so that a tile looks at its own latitudes only */
    size_t n;
};

/* The first in order that lies north of a latitude. */
static size_t first_north_of(const struct window *w, double latitude_deg)
{
    size_t low = 0, high = w->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->spot[w->order[middle]].latitude_deg < latitude_deg)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Every spot that lies in a tile of this flight. */
static enum vaho_status read_flight(struct vaho_site_looks *out, sqlite3_stmt *s,
                                    const struct window *w, struct gases *gases,
                                    const struct vaho_site_flight *flight, struct vaho_error *error)
{
    size_t n_gases = (size_t)sqlite3_column_int64(s, 1), n = (size_t)sqlite3_column_int64(s, 4);
    size_t nbytes = vaho_cover_tile_nbytes(n_gases);
    const unsigned char *tiles = sqlite3_column_blob(s, 5);
    double west = sqlite3_column_double(s, 3), limit[2];
    enum vaho_status status = find_gases(gases, n_gases, flight->gases, error);
    struct vaho_cover_tile tile;

    for (size_t i = 0; i < n && status == VAHO_OK && tiles != NULL; i++) {
        vaho_cover_unpack(&tile, limit, tiles + i * nbytes, west, n_gases, n_gases);
        if (tile.box[0] > w->box[1] || tile.box[1] < w->box[0] || tile.box[2] > w->box[3] ||
            tile.box[3] < w->box[2])
            continue;
        for (size_t at = first_north_of(w, tile.box[2]); at < w->n && status == VAHO_OK; at++) {
            size_t k = w->order[at];
            size_t gas = w->gas[k] < gases->n ? gases->at[w->gas[k]] : n_gases;
            if (w->spot[k].latitude_deg > tile.box[3])
                break;
            if (gas >= n_gases || !vaho_cover_holds(&tile, w->spot[k].longitude_deg + w->shift_deg,
                                                    w->spot[k].latitude_deg))
                continue;
            vaho_cover_unpack(&tile, limit, tiles + i * nbytes, west, n_gases, gas);
            if (!append(out, (struct vaho_site_found_look){k,
                                                           flight->id,
                                                           {flight->pass, tile.valid,
                                                            sqlite3_column_double(s, 2), limit[0],
                                                            limit[1]}}))
                status = vaho_fail_memory(error, "coverage");
        }
    }
    return status;
}

/* Flights that count longitudes as the spots do, or one turn further. */
static enum vaho_status read_flights(struct vaho_site_looks *out, struct vaho_casebook *casebook,
                                     const struct vaho_site_flights *flights,
                                     const struct window *w, struct gases *gases,
                                     struct vaho_error *error)
{
    static const char sql[] =
        "SELECT t.flight_id, t.n_gases, t.steepness, t.west, t.n, t.tiles FROM coverage_places r"
        " CROSS JOIN coverage_tiles t ON t.flight_id = r.id"
        " WHERE r.maxx >= ?1 AND r.minx <= ?2 AND r.maxy >= ?3 AND r.miny <= ?4";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, good;
    enum vaho_status status = VAHO_OK;

    good = sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK;
    for (int k = 0; k < 4 && good; k++)
        good = sqlite3_bind_double(s, k + 1, w->box[k]) == SQLITE_OK;
    while (good && status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
        const struct vaho_site_flight *flight =
            vaho_site_flight_find(flights, sqlite3_column_int64(s, 0));
        if (flight != NULL && flight->gases != NULL)
            status = read_flight(out, s, w, gases, flight, error);
    }
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

static int by_spot(const void *left, const void *right)
{
    const struct vaho_site_found_look *a = left, *b = right;

    if (a->spot != b->spot)
        return a->spot < b->spot ? -1 : 1;
    if (a->look.pass != b->look.pass)
        return a->look.pass < b->look.pass ? -1 : 1;
    /* two flights of one pass: the one that searched more, which no id decides */
    if (a->look.valid != b->look.valid)
        return a->look.valid > b->look.valid ? -1 : 1;
    if (a->look.limit_ppmm != b->look.limit_ppmm)
        return a->look.limit_ppmm < b->look.limit_ppmm ? -1 : 1;
    return 0;
}

struct ordered {
    double latitude_deg;
    size_t spot;
};

static int by_latitude(const void *left, const void *right)
{
    const struct ordered *a = left, *b = right;

    if (a->latitude_deg != b->latitude_deg)
        return a->latitude_deg < b->latitude_deg ? -1 : 1;
    return a->spot < b->spot ? -1 : a->spot > b->spot;
}

/* 'room' has n entries; so have the window's two lists. */
static void lay_window(struct window *w, size_t *gas, struct ordered *room, struct gases *gases)
{
    for (size_t k = 0; k < w->n; k++) {
        gas[k] = number_of(gases, w->spot[k].gas);
        w->box[0] = fmin(w->box[0], w->spot[k].longitude_deg);
        w->box[1] = fmax(w->box[1], w->spot[k].longitude_deg);
        w->box[2] = fmin(w->box[2], w->spot[k].latitude_deg);
        w->box[3] = fmax(w->box[3], w->spot[k].latitude_deg);
        room[k] = (struct ordered){w->spot[k].latitude_deg, k};
    }
    qsort(room, w->n, sizeof *room, by_latitude);
    for (size_t k = 0; k < w->n; k++)
        w->order[k] = room[k].spot;
}

enum vaho_status vaho_site_looks_load(struct vaho_site_looks *out, struct vaho_casebook *casebook,
                                      const struct vaho_site_flights *flights,
                                      const struct vaho_site_spot *spot, size_t n,
                                      struct vaho_error *error)
{
    size_t *list = vaho_alloc(2 * n, sizeof *list);
    struct ordered *room = vaho_alloc(n, sizeof *room);
    struct window w = {{INFINITY, -INFINITY, INFINITY, -INFINITY},
                       0,
                       spot,
                       list,
                       list == NULL ? NULL : list + n,
                       n};
    struct gases *gases = vaho_alloc(1, sizeof *gases);
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_site_looks){0};
    if (list == NULL || room == NULL || gases == NULL)
        status = vaho_fail_memory(error, "coverage");
    else
        lay_window(&w, list, room, gases);
    for (int turn = 0; turn < 2 && n > 0 && status == VAHO_OK; turn++) {
        w.shift_deg = 360 * turn;
        w.box[0] += w.shift_deg;
        w.box[1] += w.shift_deg;
        status = read_flights(out, casebook, flights, &w, gases, error);
    }
    free(list);
    free(room);
    free(gases);
    if (status != VAHO_OK)
        vaho_site_looks_free(out);
    else if (out->n > 0)
        qsort(out->found, out->n, sizeof *out->found, by_spot);
    return status;
}

void vaho_site_looks_free(struct vaho_site_looks *looks)
{
    free(looks->found);
    *looks = (struct vaho_site_looks){0};
}
