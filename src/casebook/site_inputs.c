#include "casebook/site_inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "vaho/plume.h"

/* A plume whose error nobody states lies within 30 m, and no site is a point. */
static const double ASSUMED_SIGMA_M = 30, EXTENT_M = 3;
/* Plumes with a smaller q-value say nothing about the weaker ones of their flight. */
static const double CERTAIN = 1e-3;

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

/* Room for one more of 'size' bytes; 0: no memory. */
static int grow(void **array, size_t n, size_t *capacity, size_t size)
{
    size_t more = *capacity == 0 ? 256 : 2 * *capacity;
    void *larger;

    if (n < *capacity)
        return 1;
    larger = realloc(*array, more * size);
    if (larger == NULL)
        return 0;
    *array = larger;
    *capacity = more;
    return 1;
}

static double real_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

/* --- flights ---------------------------------------------------------------- */

static int by_id(const void *left, const void *right)
{
    const struct vaho_site_flight *a = left, *b = right;

    return a->id < b->id ? -1 : a->id > b->id;
}

static int by_stack(const void *left, const void *right)
{
    const struct vaho_site_stacked *a = left, *b = right;

    if (a->stack != b->stack)
        return a->stack < b->stack ? -1 : 1;
    return a->pass < b->pass ? -1 : a->pass > b->pass;
}

static enum vaho_status add_flight(struct vaho_site_flights *out, size_t *capacity,
                                   char last_sha256[72], sqlite3_stmt *s, struct vaho_error *error)
{
    const char *sha256 = (const char *)sqlite3_column_text(s, 1);
    const char *gases = (const char *)sqlite3_column_text(s, 4);
    size_t room = *capacity;
    struct vaho_site_flight *f;

    if (!grow((void **)&out->flight, out->n, capacity, sizeof *out->flight) ||
        !grow((void **)&out->passes.time_s, out->n, &room, sizeof *out->passes.time_s))
        return vaho_fail_memory(error, "flights");
    if (strcmp(sha256, last_sha256) != 0)
        out->passes.time_s[out->passes.n++] = real_of(s, 2);
    strncpy(last_sha256, sha256, 71);
    f = &out->flight[out->n];
    *f = (struct vaho_site_flight){.id = sqlite3_column_int64(s, 0),
                                   .pass = out->passes.n - 1,
                                   .rank = out->n,
                                   .searched_m2 = sqlite3_column_double(s, 3),
                                   .is_stack = sqlite3_column_int(s, 5)};
    out->n++;
    if (gases != NULL && (f->gases = vaho_strdup(gases)) == NULL)
        return vaho_fail_memory(error, "flights");
    return VAHO_OK;
}

/* Which passes stacks are of.  Two mandates' stacks of the same cubes are one. */
static enum vaho_status load_stacks(struct vaho_site_flights *out, struct vaho_casebook *casebook,
                                    struct vaho_error *error)
{
    static const char sql[] = "SELECT stack_id, flight_id FROM stack_passes ORDER BY stack_id, id";
    struct vaho_site_passes *passes = &out->passes;
    sqlite3_stmt *s = NULL;
    size_t room = 0, n;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK)
        while (status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
            const struct vaho_site_flight *stack =
                vaho_site_flight_find(out, sqlite3_column_int64(s, 0));
            const struct vaho_site_flight *pass =
                vaho_site_flight_find(out, sqlite3_column_int64(s, 1));
            if (stack == NULL || pass == NULL) /* taken in after the last update */
                continue;
            if (!grow((void **)&passes->stacked, passes->n_stacked, &room, sizeof *passes->stacked))
                status = vaho_fail_memory(error, "stacks");
            else
                passes->stacked[passes->n_stacked++] =
                    (struct vaho_site_stacked){stack->pass, pass->pass};
        }
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    if (passes->n_stacked > 0)
        qsort(passes->stacked, passes->n_stacked, sizeof *passes->stacked, by_stack);
    n = 0;
    for (size_t i = 0; i < passes->n_stacked; i++)
        if (i == 0 || by_stack(&passes->stacked[i - 1], &passes->stacked[i]) != 0)
            passes->stacked[n++] = passes->stacked[i];
    passes->n_stacked = n;
    return status;
}

enum vaho_status vaho_site_flights_load(struct vaho_site_flights *out,
                                        struct vaho_casebook *casebook, int64_t last_id,
                                        struct vaho_error *error)
{
    static const char sql[] =
        "SELECT f.id, f.sha256, f.flown_s, t.searched_m2, t.gases,"
        " f.id IN (SELECT stack_id FROM stack_passes) FROM flights f"
        " LEFT JOIN mandates m ON m.id = f.mandate_id"
        " LEFT JOIN coverage_tiles t ON t.flight_id = f.id WHERE f.id <= ?"
        " ORDER BY f.flown_s, f.sha256, ifnull(m.sha256, '')"; /* NULL comes first */
    char last_sha256[72] = "";
    sqlite3_stmt *s = NULL;
    size_t capacity = 0;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_site_flights){0};
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(s, 1, last_id) == SQLITE_OK)
        while (status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW)
            status = add_flight(out, &capacity, last_sha256, s, error);
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    if (status == VAHO_OK && out->n > 0)
        qsort(out->flight, out->n, sizeof *out->flight, by_id);
    if (status == VAHO_OK)
        status = load_stacks(out, casebook, error);
    if (status != VAHO_OK)
        vaho_site_flights_free(out);
    return status;
}

void vaho_site_flights_free(struct vaho_site_flights *flights)
{
    for (size_t i = 0; i < flights->n; i++)
        free(flights->flight[i].gases);
    free(flights->flight);
    free(flights->passes.time_s);
    free(flights->passes.stacked);
    *flights = (struct vaho_site_flights){0};
}

const struct vaho_site_flight *vaho_site_flight_find(const struct vaho_site_flights *flights,
                                                     int64_t id)
{
    const struct vaho_site_flight key = {.id = id};

    return flights->n == 0
               ? NULL
               : bsearch(&key, flights->flight, flights->n, sizeof *flights->flight, by_id);
}

/* --- plumes ----------------------------------------------------------------- */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int by_order(const void *left, const void *right)
{
    const struct vaho_site_row *a = left, *b = right;

    if (a->gas != b->gas)
        return a->gas < b->gas ? -1 : 1;
    if (a->flight->rank != b->flight->rank)
        return a->flight->rank < b->flight->rank ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static enum vaho_status load_gases(struct vaho_site_rows *out, struct vaho_casebook *casebook,
                                   struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    size_t capacity = 0;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, "SELECT DISTINCT gas FROM plumes ORDER BY gas", -1,
                           &s, NULL) == SQLITE_OK)
        while (status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
            if (!grow((void **)&out->gas, out->n_gases, &capacity, sizeof *out->gas) ||
                (out->gas[out->n_gases] = vaho_strdup((const char *)sqlite3_column_text(s, 0))) ==
                    NULL)
                status = vaho_fail_memory(error, "plumes");
            else
                out->n_gases++;
        }
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

/*
 * A flight often has a strong plume and a doubtful one, and the q-value of the doubtful one is low
 * because of the strong one.  Without the certain ones (q under 1e-3), of which there are c, it is
 * r q / (r - c): r q are expected to be false of the r at least as strong.
 */
static double without_certain(double q, double n_at_least_as_strong, double n_certain)
{
    double n = n_at_least_as_strong - n_certain;

    return n >= 1 && n_certain >= 1 ? fmin(q * n_at_least_as_strong / n, 1) : q;
}

/*
 * Nor is that yet the chance that a source on a stack's short list is false: a false-discovery rate
 * counts lists with nothing doubtful on them, and given that there is something it is larger by the
 * inverse of how often there is (Storey 2003, doi 10.1214/aos/1074290335), about a third
 * (bench/stack --sites).  Passes list more, and what is left of it is learned for them
 * (vaho_belief_tail()).
 */
static double stack_alone(double q)
{
    static const double SHARE_OF_STACKS = 0.35;

    return q < CERTAIN ? q : q / (q + SHARE_OF_STACKS * (1 - q));
}

/* Of ten plumes at one q-value that none of the gases searched for explains, about one is a gas:
 * ground that no decoy is like is called unknown too (bench/stack --sites, first-day and needle).
 */
static double unknown_alone(double q)
{
    static const double SHARE_OF_GASES = 0.1;

    return q / (q + SHARE_OF_GASES * (1 - q));
}

/* Covariances from products can be flat; no site is a point, so that is added to both axes. */
static struct vaho_fix read_fix(struct vaho_site_rows *out, sqlite3_stmt *s)
{
    double c[3] = {real_of(s, 10), real_of(s, 11), real_of(s, 12)};
    double most = isfinite(c[1]) ? sqrt(c[0] * c[2]) : 0;

    if (!isfinite(c[0]) || !isfinite(c[1]) || !isfinite(c[2])) {
        c[0] = c[2] = ASSUMED_SIGMA_M * ASSUMED_SIGMA_M;
        c[1] = 0;
        out->n_assumed++;
    } else {
        c[1] = fmax(-most, fmin(most, c[1]));
    }
    c[0] += EXTENT_M * EXTENT_M;
    c[2] += EXTENT_M * EXTENT_M;
    return vaho_fix_at(sqlite3_column_double(s, 3), sqlite3_column_double(s, 4), c);
}

static enum vaho_status add_row(struct vaho_site_rows *out, size_t *capacity, sqlite3_stmt *s,
                                const struct vaho_site_flights *flights, struct vaho_error *error)
{
    const char *gas = (const char *)sqlite3_column_text(s, 2);
    const struct vaho_site_flight *flight =
        vaho_site_flight_find(flights, sqlite3_column_int64(s, 1));
    char **at;
    struct vaho_site_row *row;

    if (flight == NULL) /* taken in after the last update */
        return VAHO_OK;
    if (sqlite3_column_type(s, 3) == SQLITE_NULL) {
        out->n_unplaced++;
        return VAHO_OK;
    }
    if (!grow((void **)&out->row, out->n, capacity, sizeof *out->row))
        return vaho_fail_memory(error, "plumes");
    at = bsearch(&gas, out->gas, out->n_gases, sizeof *out->gas, by_text);
    row = &out->row[out->n++];
    *row = (struct vaho_site_row){.id = sqlite3_column_int64(s, 0),
                                  .old_site = sqlite3_column_int64(s, 13),
                                  .pin = sqlite3_column_int64(s, 14),
                                  .flight = flight,
                                  .gas = (size_t)(at - out->gas)};
    row->plume = (struct vaho_site_plume){.pass = flight->pass,
                                          .fix = read_fix(out, s),
                                          .q_value = sqlite3_column_double(s, 5),
                                          .q_alone = without_certain(sqlite3_column_double(s, 5),
                                                                     sqlite3_column_double(s, 15),
                                                                     sqlite3_column_double(s, 16)),
                                          .ppmm = real_of(s, 6),
                                          .sigma_ppmm = real_of(s, 7),
                                          .emission_kg_h = real_of(s, 8),
                                          .emission_sigma_kg_h = real_of(s, 9)};
    if (strcmp(gas, VAHO_UNKNOWN_GAS) == 0)
        row->plume.q_alone = unknown_alone(row->plume.q_alone);
    if (flight->is_stack)
        row->plume.q_alone = stack_alone(row->plume.q_alone);
    return VAHO_OK;
}

/* The last two, of its flight: plumes at least as strong, and certain ones (CERTAIN). */
#define COLUMNS                                                                                    \
    "SELECT p.id, p.flight_id, p.gas, p.source_longitude, p.source_latitude, p.q_value,"           \
    " p.mean_ppmm, p.sigma_ppmm, p.emission_kg_h, p.emission_sigma_kg_h, p.east_east_m2,"          \
    " p.east_north_m2, p.north_north_m2, sp.site_id,"                                              \
    " CASE WHEN EXISTS (SELECT 1 FROM reviews r WHERE r.site_id = sp.site_id) THEN sp.site_id"     \
    " END, (SELECT count(*) FROM plumes x WHERE x.flight_id = p.flight_id AND x.q_value <="        \
    " p.q_value), (SELECT count(*) FROM plumes x WHERE x.flight_id = p.flight_id AND x.q_value"    \
    " < 1e-3)"

enum vaho_status vaho_site_rows_load(struct vaho_site_rows *out, struct vaho_casebook *casebook,
                                     const struct vaho_site_flights *flights, int64_t site_id,
                                     struct vaho_error *error)
{
    static const char all[] =
        COLUMNS " FROM plumes p LEFT JOIN site_plumes sp ON sp.plume_id = p.id";
    static const char one[] =
        COLUMNS " FROM site_plumes sp JOIN plumes p ON p.id = sp.plume_id WHERE sp.site_id = ?";
    sqlite3_stmt *s = NULL;
    size_t capacity = 0;
    int result = SQLITE_ERROR;
    enum vaho_status status;

    *out = (struct vaho_site_rows){0};
    status = load_gases(out, casebook, error);
    if (status == VAHO_OK &&
        sqlite3_prepare_v2(casebook->database, site_id == 0 ? all : one, -1, &s, NULL) ==
            SQLITE_OK &&
        (site_id == 0 || sqlite3_bind_int64(s, 1, site_id) == SQLITE_OK))
        while (status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW)
            status = add_row(out, &capacity, s, flights, error);
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    if (status != VAHO_OK)
        vaho_site_rows_free(out);
    else if (out->n > 0)
        qsort(out->row, out->n, sizeof *out->row, by_order);
    return status;
}

void vaho_site_rows_free(struct vaho_site_rows *rows)
{
    for (size_t i = 0; i < rows->n_gases; i++)
        free(rows->gas[i]);
    free(rows->gas);
    free(rows->row);
    *rows = (struct vaho_site_rows){0};
}
