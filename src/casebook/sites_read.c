/*
 * sites_read.c - what a map and a list ask of sites, and one site with its passes
 *
 * A list walks the index by rank from its best end; a small box goes through the R-tree and is
 * sorted afterwards.  The passes of one site are reckoned again from what the last update
 * reckoned with, so they are not kept.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/site_write.h"

enum { FEW = 20000 };

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

struct vaho_sites_query vaho_sites_query_defaults(void)
{
    return (struct vaho_sites_query){-180, -90, 180, 90, NULL, 0.05, 100};
}

enum vaho_status vaho_sites_get_state(struct vaho_sites_state *out, struct vaho_casebook *casebook,
                                      struct vaho_error *error)
{
    static const char sql[] =
        "SELECT (SELECT at FROM site_updates), (SELECT count(*) FROM flights WHERE id >"
        " ifnull((SELECT last_flight_id FROM site_updates), 0))";
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_sites_state){.n_flights_since = 0};
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW) {
        const char *at = (const char *)sqlite3_column_text(s, 0);
        snprintf(out->at, sizeof out->at, "%s", at == NULL ? "" : at);
        out->n_flights_since = sqlite3_column_int64(s, 1);
    } else {
        status = broken(casebook, error);
    }
    sqlite3_finalize(s);
    return status;
}

/* --- lists ------------------------------------------------------------------- */

#define COLUMNS                                                                                    \
    "SELECT s.id, s.name, s.gas, s.longitude, s.latitude, s.sigma_m, s.east_east_m2,"              \
    " s.east_north_m2, s.north_north_m2, s.probability, s.active, s.on_share, s.on_share_low,"     \
    " s.on_share_high, s.emission_kg_h, s.emission_sigma_kg_h, s.least_q, s.first_seen,"           \
    " s.last_seen, s.n_plumes, s.n_seen, s.n_missed, s.rank, k.name, s.known_share,"               \
    " (SELECT decision FROM effective_reviews r WHERE r.site_id = s.id ORDER BY r.id DESC LIMIT "  \
    "1),"                                                                                          \
    " s.reasons, ifnull(s.n_single, s.n_plumes), s.n_stacked FROM "
#define KNOWN " LEFT JOIN known_sources k ON k.id = s.known_source_id "
#define FITS                                                                                       \
    " s.latitude BETWEEN ?3 AND ?4 AND (s.longitude BETWEEN ?1 AND ?2 OR (?1 > ?2 AND"             \
    " (s.longitude >= ?1 OR s.longitude <= ?2))) AND s.probability >= ?6 "
#define BEST_FIRST " ORDER BY s.rank DESC, s.name LIMIT ?7"
#define IN_BOX " r.maxx >= ?1 AND r.minx <= ?2 AND r.maxy >= ?3 AND r.miny <= ?4 "
static const char COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM rtree_sites_geom r WHERE" IN_BOX "LIMIT ?7)";
static const char BY_PLACE[] =
    COLUMNS "rtree_sites_geom r CROSS JOIN sites s ON s.id = r.id" KNOWN "WHERE" IN_BOX
            "AND (?5 IS NULL OR s.gas = ?5) AND" FITS BEST_FIRST;
static const char BY_RANK[] =
    COLUMNS "sites s INDEXED BY sites_by_rank" KNOWN "WHERE ?5 IS NULL AND" FITS BEST_FIRST;
static const char BY_GAS[] =
    COLUMNS "sites s INDEXED BY sites_by_gas" KNOWN "WHERE s.gas = ?5 AND" FITS BEST_FIRST;
static const char BY_ID[] = COLUMNS "sites s" KNOWN "ORDER BY s.id";
static const char BY_NAME[] = COLUMNS "sites s" KNOWN "WHERE s.name >= ?1 AND s.name < ?1 ||"
                                      " char(0x10FFFF) ORDER BY s.name LIMIT 2";

static double real_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static const char *text_of(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);

    return text == NULL ? "" : text;
}

static struct vaho_site read_site(sqlite3_stmt *s)
{
    return (struct vaho_site){.id = sqlite3_column_int64(s, 0),
                              .name = text_of(s, 1),
                              .gas = text_of(s, 2),
                              .longitude = sqlite3_column_double(s, 3),
                              .latitude = sqlite3_column_double(s, 4),
                              .sigma_m = sqlite3_column_double(s, 5),
                              .covariance_m2 = {real_of(s, 6), real_of(s, 7), real_of(s, 8)},
                              .probability = sqlite3_column_double(s, 9),
                              .active = sqlite3_column_double(s, 10),
                              .on_share = real_of(s, 11),
                              .on_share_low = real_of(s, 12),
                              .on_share_high = real_of(s, 13),
                              .emission_kg_h = real_of(s, 14),
                              .emission_sigma_kg_h = real_of(s, 15),
                              .least_q = real_of(s, 16),
                              .first_seen = text_of(s, 17),
                              .last_seen = text_of(s, 18),
                              .n_plumes = sqlite3_column_int64(s, 19),
                              .n_seen = sqlite3_column_int64(s, 20),
                              .n_missed = sqlite3_column_int64(s, 21),
                              .rank = sqlite3_column_double(s, 22),
                              .known = text_of(s, 23),
                              .known_share = real_of(s, 24),
                              .decision = text_of(s, 25),
                              .reasons = text_of(s, 26),
                              .n_single = sqlite3_column_int64(s, 27),
                              .n_stacked = sqlite3_column_int64(s, 28)};
}

static int bind(sqlite3_stmt *s, const struct vaho_sites_query *q, int with_fits, size_t limit)
{
    return sqlite3_bind_double(s, 1, q->west) == SQLITE_OK &&
           sqlite3_bind_double(s, 2, q->east) == SQLITE_OK &&
           sqlite3_bind_double(s, 3, q->south) == SQLITE_OK &&
           sqlite3_bind_double(s, 4, q->north) == SQLITE_OK &&
           (!with_fits || (sqlite3_bind_text(s, 5, q->gas, -1, SQLITE_STATIC) == SQLITE_OK &&
                           sqlite3_bind_double(s, 6, q->least_probability) == SQLITE_OK)) &&
           sqlite3_bind_int64(s, 7, (sqlite3_int64)limit) == SQLITE_OK;
}

/* A box across the antimeridian goes by rank: it is rarely small. */
static enum vaho_status choose(const char **out, struct vaho_casebook *casebook,
                               const struct vaho_sites_query *q, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    *out = q->gas != NULL ? BY_GAS : BY_RANK;
    if (q->west > q->east)
        return VAHO_OK;
    if (sqlite3_prepare_v2(casebook->database, COUNT, -1, &s, NULL) == SQLITE_OK &&
        bind(s, q, 0, FEW + 1) && sqlite3_step(s) == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0) <= FEW ? BY_PLACE : *out;
    else
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status hand_over(struct vaho_casebook *casebook, sqlite3_stmt *s,
                                  int (*take)(void *context, const struct vaho_site *site),
                                  void *context, struct vaho_error *error)
{
    int result = SQLITE_DONE, more = 1;

    while (more && (result = sqlite3_step(s)) == SQLITE_ROW) {
        struct vaho_site site = read_site(s);
        more = take(context, &site);
    }
    return !more || result == SQLITE_DONE ? VAHO_OK : broken(casebook, error);
}

enum vaho_status vaho_site_each(struct vaho_casebook *casebook,
                                int (*take)(void *context, const struct vaho_site *site),
                                void *context, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    enum vaho_status status =
        sqlite3_prepare_v2(casebook->database, BY_ID, -1, &s, NULL) == SQLITE_OK
            ? hand_over(casebook, s, take, context, error)
            : broken(casebook, error);

    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_sites_list(struct vaho_casebook *casebook, const struct vaho_sites_query *q,
                                 int (*take)(void *context, const struct vaho_site *site),
                                 void *context, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    const char *sql;
    enum vaho_status status = choose(&sql, casebook, q, error);

    if (status != VAHO_OK)
        return status;
    status = sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
                     bind(s, q, 1, q->limit)
                 ? hand_over(casebook, s, take, context, error)
                 : broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_site_by_name(struct vaho_casebook *casebook, const char *name,
                                   void (*take)(void *context, const struct vaho_site *site),
                                   void *context, struct vaho_error *error)
{
    static const char sql[] = COLUMNS "sites s" KNOWN "WHERE s.name = ?1";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW) {
        struct vaho_site site = read_site(s);
        take(context, &site);
    } else {
        status = result == SQLITE_DONE ? vaho_fail(error, VAHO_NOT_FOUND, "%s: has no site '%s'",
                                                   casebook->path, name)
                                       : broken(casebook, error);
    }
    sqlite3_finalize(s);
    return status;
}

/* --- one site ----------------------------------------------------------------- */

struct show {
    struct vaho_casebook *casebook;
    struct vaho_site_flights flights;
    struct vaho_site_rows rows;
    struct vaho_site_looks looks;
    struct vaho_site_plume *plume;
    struct vaho_site_look *look;
    struct vaho_site_word *word;
    size_t n_words;
    double at_s;
    struct vaho_belief_settings settings;
    struct vaho_error *error;
};

static enum vaho_status load_model(struct show *w, const char *gas)
{
    static const char sql[] = "SELECT u.at_s, m.real_per_m2, m.false_per_m2, m.tail_shape"
                              " FROM site_updates u, site_models m WHERE m.gas = ?";
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    w->settings = vaho_belief_defaults();
    if (sqlite3_prepare_v2(w->casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, gas, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW) {
        w->at_s = sqlite3_column_double(s, 0);
        w->settings.real_per_m2 = sqlite3_column_double(s, 1);
        w->settings.false_per_m2 = sqlite3_column_double(s, 2);
        w->settings.tail_shape = sqlite3_column_double(s, 3);
    } else {
        status = vaho_fail(w->error, VAHO_BAD_INPUT,
                           "%s: does not say what sites of %s were reckoned with; update them",
                           w->casebook->path, gas);
    }
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status load_inputs(struct show *w, const struct vaho_site *site)
{
    const struct vaho_site_spot spot = {site->longitude, site->latitude, site->gas};
    int64_t last = 0;
    enum vaho_status status =
        vaho_database_number(&last, w->casebook->database, w->casebook->path,
                             "SELECT last_flight_id FROM site_updates", w->error);

    if (status == VAHO_OK)
        status = vaho_site_flights_load(&w->flights, w->casebook, last, w->error);
    if (status == VAHO_OK)
        status = vaho_site_rows_load(&w->rows, w->casebook, &w->flights, site->id, w->error);
    if (status == VAHO_OK)
        status = vaho_site_looks_load(&w->looks, w->casebook, &w->flights, &spot, 1, w->error);
    return status;
}

static enum vaho_status judge(struct show *w)
{
    struct vaho_site_judgement judged;

    w->plume = vaho_alloc(w->rows.n, sizeof *w->plume);
    w->look = vaho_alloc(w->looks.n, sizeof *w->look);
    w->word = vaho_alloc(w->rows.n + w->looks.n, sizeof *w->word);
    if (w->plume == NULL || w->look == NULL || w->word == NULL)
        return vaho_fail_memory(w->error, "a site");
    for (size_t i = 0; i < w->rows.n; i++)
        w->plume[i] = w->rows.row[i].plume;
    for (size_t i = 0; i < w->looks.n; i++)
        w->look[i] = w->looks.found[i].look;
    return vaho_site_judge(&judged, w->word, &w->n_words, w->plume, w->rows.n, w->look, w->looks.n,
                           &w->flights.passes, w->at_s, &w->settings, w->error);
}

/* The flight of a pass: that of its plume or else of its look. */
static int64_t flight_of(const struct show *w, const struct vaho_site_word *word,
                         const struct vaho_site_look **look)
{
    int64_t id = 0;

    *look = NULL;
    for (size_t i = 0; i < w->looks.n && *look == NULL; i++)
        if (w->looks.found[i].look.pass == word->pass) {
            *look = &w->looks.found[i].look;
            id = w->looks.found[i].flight_id;
        }
    return word->plume < w->rows.n ? w->rows.row[word->plume].flight->id : id;
}

static enum vaho_status hand_over_pass(const struct show *w, const struct vaho_site_word *word,
                                       sqlite3_stmt *s,
                                       void (*take)(void *, const struct vaho_site_passed *),
                                       void *context)
{
    static const struct vaho_site_plume nothing = {.q_value = NAN, .ppmm = NAN};
    const struct vaho_belief_term *t = &word->term;
    const struct vaho_site_look *look;
    int seen = word->plume < w->rows.n;
    const struct vaho_site_plume *plume = seen ? &w->plume[word->plume] : &nothing;
    struct vaho_site_passed passed;

    passed.flight_id = flight_of(w, word, &look);
    passed.plume_id = seen ? w->rows.row[word->plume].id : 0;
    sqlite3_bind_int64(s, 1, passed.flight_id);
    sqlite3_bind_int64(s, 2, passed.plume_id);
    if (sqlite3_step(s) != SQLITE_ROW)
        return broken(w->casebook, w->error);
    passed = (struct vaho_site_passed){.flight_id = passed.flight_id,
                                       .plume_id = passed.plume_id,
                                       .flight = text_of(s, 0),
                                       .time = text_of(s, 1),
                                       .time_s = word->said.time_s,
                                       .seen = seen,
                                       .plume = text_of(s, 2),
                                       .q_value = plume->q_value,
                                       .emission_kg_h = word->emission_kg_h,
                                       .emission_sigma_kg_h = word->emission_sigma_kg_h,
                                       .mean_ppmm = plume->ppmm,
                                       .limit_ppmm = look == NULL ? NAN : look->limit_ppmm,
                                       .limit_kg_h = look == NULL ? NAN : look->limit_kg_h,
                                       .valid = look == NULL ? NAN : look->valid,
                                       .chance = t->chance,
                                       .weight = t->ln_plume + t->ln_place + t->ln_seen};
    take(context, &passed);
    sqlite3_reset(s);
    return VAHO_OK;
}

static enum vaho_status show_passes(struct show *w, const struct vaho_site *site,
                                    void (*take)(void *, const struct vaho_site_passed *),
                                    void *context)
{
    static const char sql[] = "SELECT name, flown, (SELECT name FROM plumes WHERE id = ?2)"
                              " FROM flights WHERE id = ?1";
    sqlite3_stmt *s = NULL;
    enum vaho_status status = load_model(w, site->gas);

    if (status == VAHO_OK)
        status = load_inputs(w, site);
    if (status == VAHO_OK)
        status = judge(w);
    if (status == VAHO_OK &&
        sqlite3_prepare_v2(w->casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        status = broken(w->casebook, w->error);
    for (size_t i = 0; i < w->n_words && status == VAHO_OK; i++)
        status = hand_over_pass(w, &w->word[i], s, take, context);
    sqlite3_finalize(s);
    vaho_site_flights_free(&w->flights);
    vaho_site_rows_free(&w->rows);
    vaho_site_looks_free(&w->looks);
    free(w->plume);
    free(w->look);
    free(w->word);
    return status;
}

enum vaho_status vaho_sites_show(struct vaho_casebook *casebook, const char *name,
                                 void (*take)(void *context, const struct vaho_site *site),
                                 void (*take_pass)(void *context,
                                                   const struct vaho_site_passed *pass),
                                 void *context, struct vaho_error *error)
{
    struct show w = {.casebook = casebook, .error = error};
    sqlite3_stmt *s = NULL;
    char first[256] = "";
    int n = 0;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, BY_NAME, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
        status = broken(casebook, error);
    while (status == VAHO_OK && n < 2 && sqlite3_step(s) == SQLITE_ROW &&
           strcmp(first, name) != 0) {
        if (n++ == 0)
            snprintf(first, sizeof first, "%s", text_of(s, 1));
    }
    if (status == VAHO_OK && n == 0)
        status =
            vaho_fail(error, VAHO_NOT_FOUND, "%s: has no site '%s'; 'vaho sites list' names them",
                      casebook->path, name);
    if (status == VAHO_OK && n > 1)
        status = vaho_fail(error, VAHO_USAGE,
                           "several sites begin with '%s'; give more of the name", name);
    sqlite3_reset(s);
    if (status == VAHO_OK && sqlite3_step(s) == SQLITE_ROW) {
        struct vaho_site site = read_site(s);
        take(context, &site);
        status = show_passes(&w, &site, take_pass, context);
    }
    sqlite3_finalize(s);
    return status;
}
