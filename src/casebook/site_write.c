#include "casebook/site_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "base/signing.h"
#include "base/text.h"

enum { NAME_NBYTES = 160, N_STATEMENTS = 7 };

struct writer {
    const struct vaho_site_book *book;
    sqlite3_stmt *insert, *update, *id_of, *name_of, *founder, *take_out, *put_in;
    int64_t *new_site; /* of each row */
    struct vaho_error *error;
};

static enum vaho_status broken(const struct writer *w)
{
    return vaho_database_fail(w->book->casebook->database, w->book->casebook->path, w->error);
}

#define MEASURED                                                                                   \
    "longitude, latitude, sigma_m, probability, active, first_seen, last_seen, rank, reasons,"     \
    " geom, east_east_m2, east_north_m2, north_north_m2, on_share, on_share_low, on_share_high,"   \
    " emission_kg_h, emission_sigma_kg_h, least_q, n_plumes, n_seen, n_missed, known_source_id,"   \
    " known_share, n_single, n_stacked"
enum { N_MEASURED = 26 };

/* Both take the same parameters: name, gas, then what is measured.  No ON CONFLICT DO UPDATE: that
 * would overrule the OR REPLACE of the triggers that keep the spatial index. */
static int prepare_rows(struct writer *w)
{
    sqlite3 *database = w->book->casebook->database;
    struct vaho_text values, sql;
    int good;

    vaho_text_init(&values, 8192);
    vaho_text_init(&sql, 8192);
    for (int i = 0; i < N_MEASURED; i++)
        vaho_text_printf(&values, "%s?%d", i == 0 ? "" : ", ", i + 3);
    if (!values.failed)
        vaho_text_printf(&sql, "INSERT INTO sites (name, gas, " MEASURED ") VALUES (?1, ?2, %s)",
                         values.data);
    good = !sql.failed && !values.failed &&
           sqlite3_prepare_v2(database, sql.data, -1, &w->insert, NULL) == SQLITE_OK;
    vaho_text_free(&sql);
    vaho_text_init(&sql, 8192);
    if (good)
        vaho_text_printf(&sql,
                         "UPDATE sites SET (" MEASURED ") = (%s) WHERE name = ?1 AND gas = ?2 AND"
                         " (" MEASURED ") IS NOT (%s)",
                         values.data, values.data);
    good = good && !sql.failed &&
           sqlite3_prepare_v2(database, sql.data, -1, &w->update, NULL) == SQLITE_OK;
    vaho_text_free(&values);
    vaho_text_free(&sql);
    return good;
}

static enum vaho_status prepare(struct writer *w)
{
    const struct {
        sqlite3_stmt **out;
        const char *sql;
    } statement[] = {{&w->id_of, "SELECT id FROM sites WHERE name = ?"},
                     {&w->name_of, "SELECT name FROM sites WHERE id = ?"},
                     {&w->founder,
                      "SELECT f.sha256, ifnull(m.sha256, ''), p.name FROM plumes p JOIN flights f"
                      " ON f.id = p.flight_id LEFT JOIN mandates m ON m.id = f.mandate_id"
                      " WHERE p.id = ?"},
                     {&w->take_out, "DELETE FROM site_plumes WHERE plume_id = ?"},
                     {&w->put_in, "INSERT INTO site_plumes (site_id, plume_id) VALUES (?, ?)"}};

    if (!prepare_rows(w))
        return broken(w);
    for (size_t i = 0; i < sizeof statement / sizeof statement[0]; i++)
        if (sqlite3_prepare_v2(w->book->casebook->database, statement[i].sql, -1, statement[i].out,
                               NULL) != SQLITE_OK)
            return broken(w);
    return VAHO_OK;
}

static void finish(struct writer *w)
{
    sqlite3_stmt *const all[N_STATEMENTS] = {w->insert,  w->update,   w->id_of, w->name_of,
                                             w->founder, w->take_out, w->put_in};

    for (size_t i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(all[i]);
    free(w->new_site);
}

/* That of the reviewed site its plumes are pinned to, else from its first plume. */
static enum vaho_status name_site(char out[NAME_NBYTES], struct writer *w,
                                  const struct vaho_site_made *site)
{
    const struct vaho_site_row *rows = w->book->rows->row;
    const struct vaho_site_row *first = &rows[w->book->member[site->begin]];
    char digest[VAHO_DIGEST_HEX_NBYTES], whole[9000];
    int64_t pin = 0;
    int good;

    for (size_t i = site->begin; i < site->end && pin == 0; i++)
        pin = rows[w->book->member[i]].pin;
    if (pin != 0) {
        sqlite3_bind_int64(w->name_of, 1, pin);
        good = sqlite3_step(w->name_of) == SQLITE_ROW;
        if (good)
            snprintf(out, NAME_NBYTES, "%s", (const char *)sqlite3_column_text(w->name_of, 0));
        sqlite3_reset(w->name_of);
        return good ? VAHO_OK : broken(w);
    }
    sqlite3_bind_int64(w->founder, 1, first->id);
    good = sqlite3_step(w->founder) == SQLITE_ROW;
    if (good) {
        snprintf(whole, sizeof whole, "%s %s %s", (const char *)sqlite3_column_text(w->founder, 0),
                 (const char *)sqlite3_column_text(w->founder, 1),
                 (const char *)sqlite3_column_text(w->founder, 2));
        vaho_sha256(digest, whole, strlen(whole));
        snprintf(out, NAME_NBYTES, "%.100s-%.16s", w->book->rows->gas[site->gas], digest);
    }
    sqlite3_reset(w->founder);
    return good ? VAHO_OK : broken(w);
}

static void moment_of(char out[VAHO_MOMENT_NBYTES], const struct writer *w, size_t pass)
{
    double time_s = w->book->flights->passes.time_s[pass];

    out[0] = '\0';
    if (isfinite(time_s))
        vaho_moment_format(out, time_s);
}

/* As it is handed over, but for what the row knows. */
static void describe(struct vaho_site *out, const struct writer *w,
                     const struct vaho_site_made *site, char first[VAHO_MOMENT_NBYTES],
                     char last[VAHO_MOMENT_NBYTES])
{
    const struct vaho_site_judgement *j = &site->judged;
    const struct vaho_belief *b = &j->belief;

    moment_of(first, w, j->first_pass);
    moment_of(last, w, j->last_pass);
    *out = (struct vaho_site){.gas = w->book->rows->gas[site->gas],
                              .sigma_m = vaho_fix_largest_sigma_m(j->fix.covariance_m2),
                              .probability = b->probability,
                              .active = fmin(b->active, b->probability),
                              .on_share = b->on_share,
                              .on_share_low = b->on_share_low,
                              .on_share_high = b->on_share_high,
                              .emission_kg_h = j->emission.mean,
                              .emission_sigma_kg_h = j->emission.sigma,
                              .least_q = j->least_q,
                              .first_seen = first,
                              .last_seen = last,
                              .n_plumes = (int64_t)(site->end - site->begin),
                              .n_seen = (int64_t)b->n_seen,
                              .n_missed = (int64_t)b->n_missed,
                              .n_stacked = (int64_t)j->n_stacked,
                              .n_single = (int64_t)j->n_single,
                              .known = site->known == NULL ? "" : site->known->name,
                              .known_share = site->known_share,
                              .decision = ""};
    out->rank = vaho_site_rank(b, site->known == NULL ? 0 : site->known_share);
    vaho_fix_lonlat(&out->longitude, &out->latitude, &j->fix);
    memcpy(out->covariance_m2, j->fix.covariance_m2, sizeof out->covariance_m2);
}

static int bind_text(sqlite3_stmt *s, int column, const char *text)
{
    return text[0] == '\0' ? sqlite3_bind_null(s, column)
                           : sqlite3_bind_text(s, column, text, -1, SQLITE_TRANSIENT);
}

static int bind(sqlite3_stmt *s, const char *name, const struct vaho_site *site, int64_t known_id,
                const char *reasons)
{
    unsigned char point[VAHO_POINT_NBYTES];
    const double before[] = {site->longitude, site->latitude, site->sigma_m, site->probability,
                             site->active};
    const double after[] = {
        site->covariance_m2[0], site->covariance_m2[1],    site->covariance_m2[2],
        site->on_share,         site->on_share_low,        site->on_share_high,
        site->emission_kg_h,    site->emission_sigma_kg_h, site->least_q};
    const int64_t count[] = {site->n_plumes, site->n_seen, site->n_missed};
    int c = 2, failed = bind_text(s, 1, name) | bind_text(s, 2, site->gas);

    vaho_blob_point(point, site->longitude, site->latitude);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        failed |= sqlite3_bind_double(s, ++c, before[i]);
    failed |= bind_text(s, ++c, site->first_seen);
    failed |= bind_text(s, ++c, site->last_seen);
    failed |= sqlite3_bind_double(s, ++c, site->rank);
    failed |= bind_text(s, ++c, reasons);
    failed |= sqlite3_bind_blob(s, ++c, point, sizeof point, SQLITE_TRANSIENT);
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++)
        failed |= sqlite3_bind_double(s, ++c, after[i]);
    for (size_t i = 0; i < sizeof count / sizeof count[0]; i++)
        failed |= sqlite3_bind_int64(s, ++c, count[i]);
    failed |= known_id == 0 ? sqlite3_bind_null(s, ++c) : sqlite3_bind_int64(s, ++c, known_id);
    failed |= sqlite3_bind_double(s, ++c, site->known_share);
    failed |= sqlite3_bind_int64(s, ++c, site->n_single);
    failed |= sqlite3_bind_int64(s, ++c, site->n_stacked);
    return failed == SQLITE_OK;
}

/* The row with this name, 0: there is none. */
static enum vaho_status find_row(int64_t *out, struct writer *w, const char *name)
{
    int result;

    sqlite3_bind_text(w->id_of, 1, name, -1, SQLITE_STATIC);
    result = sqlite3_step(w->id_of);
    *out = result == SQLITE_ROW ? sqlite3_column_int64(w->id_of, 0) : 0;
    sqlite3_reset(w->id_of);
    return result == SQLITE_ROW || result == SQLITE_DONE ? VAHO_OK : broken(w);
}

/* The row of a site, made or changed where it must be, and its id to all its plumes. */
static enum vaho_status write_site(struct writer *w, const struct vaho_site_made *made)
{
    char name[NAME_NBYTES], first[VAHO_MOMENT_NBYTES], last[VAHO_MOMENT_NBYTES], *reasons;
    struct vaho_site site;
    sqlite3_stmt *s;
    int64_t id;
    enum vaho_status status = name_site(name, w, made);

    if (status == VAHO_OK)
        status = find_row(&id, w, name);
    if (status != VAHO_OK)
        return status;
    describe(&site, w, made, first, last);
    site.name = name;
    reasons = vaho_site_reasons(&site);
    if (reasons == NULL)
        return vaho_fail_memory(w->error, name);
    s = id == 0 ? w->insert : w->update;
    if (!bind(s, name, &site, made->known == NULL ? 0 : made->known->id, reasons) ||
        sqlite3_step(s) != SQLITE_DONE)
        status = broken(w);
    sqlite3_reset(s);
    free(reasons);
    if (id == 0)
        id = sqlite3_last_insert_rowid(w->book->casebook->database);
    for (size_t i = made->begin; i < made->end; i++)
        w->new_site[w->book->member[i]] = id;
    return status;
}

static enum vaho_status step(struct writer *w, sqlite3_stmt *s)
{
    enum vaho_status status = sqlite3_step(s) == SQLITE_DONE ? VAHO_OK : broken(w);

    sqlite3_reset(s);
    return status;
}

/* Out of the sites they were in, then into those they are in. */
static enum vaho_status move_plumes(struct writer *w)
{
    const struct vaho_site_rows *rows = w->book->rows;
    enum vaho_status status = VAHO_OK;

    for (int in = 0; in < 2; in++)
        for (size_t i = 0; i < rows->n && status == VAHO_OK; i++) {
            const struct vaho_site_row *row = &rows->row[i];
            sqlite3_stmt *s = in ? w->put_in : w->take_out;
            if (row->old_site == w->new_site[i] || (!in && row->old_site == 0))
                continue;
            if (in)
                sqlite3_bind_int64(s, 1, w->new_site[i]);
            sqlite3_bind_int64(s, in ? 2 : 1, row->id);
            status = step(w, s);
        }
    return status;
}

enum vaho_status vaho_site_write(const struct vaho_site_book *book, struct vaho_error *error)
{
    struct writer w = {.book = book, .error = error};
    enum vaho_status status;

    w.new_site = vaho_alloc(book->rows->n, sizeof *w.new_site);
    status = w.new_site == NULL ? vaho_fail_memory(error, book->casebook->path) : prepare(&w);
    for (size_t i = 0; i < book->n && status == VAHO_OK; i++)
        status = write_site(&w, &book->site[i]);
    if (status == VAHO_OK)
        status = move_plumes(&w);
    if (status == VAHO_OK)
        status = vaho_database_run(
            book->casebook->database, book->casebook->path,
            "DELETE FROM sites WHERE id NOT IN (SELECT site_id FROM site_plumes)", error);
    finish(&w);
    return status;
}
