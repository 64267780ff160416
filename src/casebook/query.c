/*
 * query.c - what a map asks: the most certain plumes in a box
 *
 * Two ways, and the quicker one is taken.  A small box goes through the R-tree: its
 * rows are few and sorted afterwards.  A large box would bring up most of the table;
 * there the index by q-value is walked from its certain end, with the places in the
 * index itself, until enough rows lie in the box.
 */
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "casebook/database.h"

enum { FEW = 20000 };

/* An R-tree holds 32-bit floats, rounded outwards, so the source itself is compared again. */
static const char COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM plume_places"
                            " WHERE maxx >= ?1 AND minx <= ?2 AND maxy >= ?3 AND miny <= ?4"
                            " LIMIT ?7)";
#define COLUMNS                                                                                    \
    "SELECT p.id, p.flight_id, p.name, p.gas, p.q_value, p.snr, p.source_longitude,"               \
    " p.source_latitude FROM "
#define INSIDE                                                                                     \
    " p.source_longitude BETWEEN ?1 AND ?2 AND p.source_latitude BETWEEN ?3 AND ?4"                \
    " AND p.q_value <= ?5 "
#define MOST_CERTAIN_FIRST                                                                         \
    " ORDER BY p.q_value, p.source_longitude, p.source_latitude, p.id LIMIT ?7"
static const char BY_PLACE[] =
    COLUMNS "plume_places r CROSS JOIN plumes p ON p.id = r.id WHERE r.maxx >= ?1"
            " AND r.minx <= ?2 AND r.maxy >= ?3 AND r.miny <= ?4 AND (?6 IS NULL OR p.gas = ?6)"
            " AND" INSIDE MOST_CERTAIN_FIRST;
static const char BY_Q[] =
    COLUMNS "plumes p INDEXED BY plumes_by_q WHERE ?6 IS NULL AND" INSIDE MOST_CERTAIN_FIRST;
static const char BY_GAS[] =
    COLUMNS "plumes p INDEXED BY plumes_by_gas WHERE p.gas = ?6 AND" INSIDE MOST_CERTAIN_FIRST;

/* A part of the box that does not cross the antimeridian. */
static enum vaho_status prepare(sqlite3_stmt **out, struct vaho_casebook *casebook, const char *sql,
                                const struct vaho_casebook_query *q, size_t limit,
                                struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;

    *out = NULL;
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_bind_double(s, 1, q->west) != SQLITE_OK ||
        sqlite3_bind_double(s, 2, q->east) != SQLITE_OK ||
        sqlite3_bind_double(s, 3, q->south) != SQLITE_OK ||
        sqlite3_bind_double(s, 4, q->north) != SQLITE_OK ||
        (sql != COUNT && (sqlite3_bind_double(s, 5, q->q_most) != SQLITE_OK ||
                          sqlite3_bind_text(s, 6, q->gas, -1, SQLITE_STATIC) != SQLITE_OK)) ||
        sqlite3_bind_int64(s, 7, (sqlite3_int64)limit) != SQLITE_OK) {
        sqlite3_finalize(s);
        return vaho_database_fail(casebook->database, casebook->path, error);
    }
    *out = s;
    return VAHO_OK;
}

static enum vaho_status choose(const char **out, struct vaho_casebook *casebook,
                               const struct vaho_casebook_query *q, struct vaho_error *error)
{
    sqlite3_stmt *s;
    enum vaho_status status = prepare(&s, casebook, COUNT, q, FEW + 1, error);

    if (status != VAHO_OK)
        return status;
    if (sqlite3_step(s) == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0) <= FEW ? BY_PLACE : q->gas != NULL ? BY_GAS : BY_Q;
    else
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

static void read_row(struct vaho_casebook_plume *out, sqlite3_stmt *s)
{
    *out = (struct vaho_casebook_plume){
        .id = sqlite3_column_int64(s, 0),
        .flight_id = sqlite3_column_int64(s, 1),
        .name = (const char *)sqlite3_column_text(s, 2),
        .gas = (const char *)sqlite3_column_text(s, 3),
        .q_value = sqlite3_column_double(s, 4),
        .snr = sqlite3_column_type(s, 5) == SQLITE_NULL ? NAN : sqlite3_column_double(s, 5),
        .longitude = sqlite3_column_double(s, 6),
        .latitude = sqlite3_column_double(s, 7)};
}

/* The next row, if there is one. */
static enum vaho_status advance(int *out_has, struct vaho_casebook_plume *out, sqlite3_stmt *s,
                                struct vaho_casebook *casebook, struct vaho_error *error)
{
    int result = s == NULL ? SQLITE_DONE : sqlite3_step(s);

    *out_has = result == SQLITE_ROW;
    if (*out_has)
        read_row(out, s);
    return *out_has || result == SQLITE_DONE
               ? VAHO_OK
               : vaho_database_fail(casebook->database, casebook->path, error);
}

enum vaho_status
vaho_casebook_plumes(struct vaho_casebook *casebook, const struct vaho_casebook_query *query,
                     int (*take)(void *context, const struct vaho_casebook_plume *plume),
                     void *context, struct vaho_error *error)
{
    struct vaho_casebook_query part[2] = {*query, *query};
    struct vaho_casebook_plume plume[2];
    sqlite3_stmt *s[2] = {NULL, NULL};
    const char *sql;
    size_t n_parts = query->west > query->east ? 2 : 1, n = 0;
    int has[2] = {0, 0}, more = 1;
    enum vaho_status status = VAHO_OK;

    if (n_parts == 2) { /* both sides of the antimeridian, merged by certainty */
        part[0].east = 180;
        part[1].west = -180;
    }
    for (size_t i = 0; i < n_parts && status == VAHO_OK; i++) {
        status = choose(&sql, casebook, &part[i], error);
        if (status == VAHO_OK)
            status = prepare(&s[i], casebook, sql, &part[i], query->limit, error);
        if (status == VAHO_OK)
            status = advance(&has[i], &plume[i], s[i], casebook, error);
    }
    while (status == VAHO_OK && more && n < query->limit && (has[0] || has[1])) {
        size_t i = !has[0] || (has[1] && plume[1].q_value < plume[0].q_value);
        more = take(context, &plume[i]);
        n++;
        status = advance(&has[i], &plume[i], s[i], casebook, error);
    }
    sqlite3_finalize(s[0]);
    sqlite3_finalize(s[1]);
    return status;
}
