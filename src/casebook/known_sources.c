/* known_sources.c - the licensed emitters of a casebook: taking them in, and what they explain */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/signing.h"
#include "casebook/ledger.h"
#include "casebook/site_write.h"

static const size_t MAX_NBYTES = (size_t)1 << 28;

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

/* A row as a Feature again. */
static json_t *feature_of(sqlite3_stmt *s)
{
    const char *name = (const char *)sqlite3_column_text(s, 1);
    json_t *gases = json_loads((const char *)sqlite3_column_text(s, 2), 0, NULL);
    json_t *area = json_loads((const char *)sqlite3_column_text(s, 3), 0, NULL);

    return json_pack("{s:s, s:{s:s, s:o}, s:o}", "type", "Feature", "properties", "name",
                     name == NULL ? "" : name, "gases", gases, "geometry", area);
}

enum vaho_status vaho_known_load(struct vaho_known *out, struct vaho_casebook *casebook,
                                 struct vaho_error *error)
{
    static const char sql[] = "SELECT id, name, gases, area FROM known_sources"
                              " WHERE area IS NOT NULL ORDER BY name";
    json_t *features = json_array(), *root;
    sqlite3_stmt *s = NULL;
    char *text = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_known){NULL, 0, NULL};
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK)
        while ((result = sqlite3_step(s)) == SQLITE_ROW)
            json_array_append_new(features, feature_of(s));
    if (result != SQLITE_DONE)
        status = broken(casebook, error);
    root = json_pack("{s:s, s:o}", "type", "FeatureCollection", "features", features);
    if (status == VAHO_OK && (root == NULL || (text = json_dumps(root, JSON_COMPACT)) == NULL))
        status = vaho_fail_memory(error, casebook->path);
    json_decref(root);
    if (status == VAHO_OK)
        status = vaho_known_parse(out, text, strlen(text), casebook->path, error);
    free(text);
    sqlite3_reset(s);
    for (size_t i = 0; i < out->n && status == VAHO_OK; i++) /* both by name */
        if (sqlite3_step(s) == SQLITE_ROW)
            out->source[i].id = sqlite3_column_int64(s, 0);
        else
            status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status insert_one(sqlite3_stmt *s, struct vaho_casebook *casebook,
                                   const struct vaho_known_source *source, const char *sha256,
                                   struct vaho_error *error)
{
    char *gases = json_dumps(source->gases, JSON_COMPACT);
    char *area = json_dumps(source->geometry, JSON_COMPACT | JSON_SORT_KEYS);
    struct vaho_blob blob = {NULL, 0};
    enum vaho_status status =
        gases == NULL || area == NULL
            ? vaho_fail_memory(error, source->name)
            : vaho_blob_from_geojson(&blob, source->geometry, source->name, error);

    if (status == VAHO_OK &&
        (sqlite3_bind_int64(s, 1, source->id) != SQLITE_OK ||
         sqlite3_bind_text(s, 2, source->name, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 3, gases, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 4, sha256, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 5, area, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_blob64(s, 6, blob.data, blob.nbytes, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_step(s) != SQLITE_DONE))
        status = broken(casebook, error);
    sqlite3_reset(s);
    free(gases);
    free(area);
    vaho_blob_free(&blob);
    return status;
}

/* The rows; ids go on from the old ones, so that a new list is never taken for the old. */
static enum vaho_status replace(struct vaho_casebook *casebook, struct vaho_known *known,
                                const char *sha256, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int64_t last;
    enum vaho_status status =
        vaho_database_number(&last, casebook->database, casebook->path,
                             "SELECT ifnull(max(id), 0) FROM known_sources", error);

    if (status == VAHO_OK)
        status = vaho_database_run(casebook->database, casebook->path,
                                   "UPDATE sites SET known_source_id = NULL, known_share = NULL"
                                   " WHERE known_source_id IS NOT NULL;"
                                   " DELETE FROM known_sources",
                                   error);
    if (status == VAHO_OK &&
        sqlite3_prepare_v2(casebook->database,
                           "INSERT INTO known_sources (id, name, gases, sha256, area, geom)"
                           " VALUES (?, ?, ?, ?, ?, ?)",
                           -1, &s, NULL) != SQLITE_OK)
        status = broken(casebook, error);
    for (size_t i = 0; i < known->n && status == VAHO_OK; i++) {
        known->source[i].id = last + 1 + (int64_t)i;
        status = insert_one(s, casebook, &known->source[i], sha256, error);
    }
    sqlite3_finalize(s);
    return status;
}

struct explaining {
    struct vaho_casebook *casebook;
    const struct vaho_known *known;
    sqlite3_stmt *update;
    struct vaho_error *error;
    enum vaho_status status;
};

static int explain_site(void *context, const struct vaho_site *row)
{
    struct explaining *e = context;
    struct vaho_site site = *row;
    struct vaho_belief belief = {.probability = row->probability, .active = row->active};
    struct vaho_fix fix = vaho_fix_at(row->longitude, row->latitude, row->covariance_m2);
    const struct vaho_known_source *source =
        vaho_known_explain(&site.known_share, e->known, row->gas, &fix);
    sqlite3_stmt *s = e->update;
    char *reasons;

    site.known = source == NULL ? "" : source->name;
    reasons = vaho_site_reasons(&site);
    if (reasons == NULL) {
        e->status = vaho_fail_memory(e->error, row->name);
        return 0;
    }
    if (source == NULL)
        sqlite3_bind_null(s, 1);
    else
        sqlite3_bind_int64(s, 1, source->id);
    sqlite3_bind_double(s, 2, site.known_share);
    sqlite3_bind_double(s, 3, vaho_site_rank(&belief, source == NULL ? 0 : site.known_share));
    sqlite3_bind_text(s, 4, reasons, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, row->id);
    if (sqlite3_step(s) != SQLITE_DONE)
        e->status = broken(e->casebook, e->error);
    sqlite3_reset(s);
    free(reasons);
    return e->status == VAHO_OK;
}

/* All sites as they are, with the new list; nothing else of them changes. */
static enum vaho_status explain_all(struct vaho_casebook *casebook, const struct vaho_known *known,
                                    struct vaho_error *error)
{
    static const char sql[] =
        "UPDATE sites SET (known_source_id, known_share, rank, reasons) = (?1, ?2, ?3, ?4)"
        " WHERE id = ?5 AND (known_source_id, known_share, rank, reasons) IS NOT (?1, ?2, ?3, ?4)";
    struct explaining e = {casebook, known, NULL, error, VAHO_OK};
    enum vaho_status status;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &e.update, NULL) != SQLITE_OK)
        return broken(casebook, error);
    status = vaho_site_each(casebook, explain_site, &e, error);
    sqlite3_finalize(e.update);
    return status == VAHO_OK ? e.status : status;
}

enum vaho_status vaho_sites_know(size_t *out_n, struct vaho_casebook *casebook, const char *path,
                                 const struct vaho_act *act, struct vaho_error *error)
{
    char *data = NULL, sha256[VAHO_DIGEST_HEX_NBYTES];
    struct vaho_known known = {NULL, 0, NULL};
    size_t nbytes = 0;
    enum vaho_status status = vaho_file_read(&data, &nbytes, path, MAX_NBYTES, error);

    *out_n = 0;
    if (status == VAHO_OK) {
        vaho_sha256(sha256, data, nbytes);
        status = vaho_known_parse(&known, data, nbytes, path, error);
    }
    if (status == VAHO_OK && (status = vaho_database_run(casebook->database, casebook->path,
                                                         "BEGIN IMMEDIATE", error)) == VAHO_OK) {
        status = replace(casebook, &known, sha256, error);
        if (status == VAHO_OK)
            status = explain_all(casebook, &known, error);
        if (status == VAHO_OK)
            status = vaho_ledger_append(
                NULL, casebook, act, "known-sources",
                json_pack("{s:s, s:I}", "sha256", sha256, "sources", (json_int_t)known.n), NULL,
                error);
        status = vaho_database_end(casebook->database, casebook->path, status, error);
    }
    *out_n = status == VAHO_OK ? known.n : 0;
    vaho_known_free(&known);
    free(data);
    return status;
}
