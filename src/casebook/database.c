/*
 * database.c - an SQLite connection that loses nothing it acknowledged
 *
 *   journal_mode = TRUNCATE   a rollback journal, not a write-ahead log
 *   synchronous = FULL        both journal and file are flushed before a commit returns
 *   foreign_keys = ON, recursive_triggers = ON (REPLACE tells delete triggers), defensive,
 * cell_size_check = ON (trusted_schema stays on: in SQLite 3.40 triggers may not keep R-trees
 * without it.  A schema can call nothing but SQLite's own functions and those of geometry.c.)
 *
 * Why no write-ahead log: SQLite 3.7.0 to 3.51.2, so also the 3.40 of Debian 12, has a
 * race between checkpoints of two connections that can lose committed writes
 * (sqlite.org/wal.html, "the WAL-reset bug"), and a casebook is used by several
 * processes.  A rollback journal has no such bug, keeps all in one file at rest, and
 * works over shared folders.  Its price: while a writer commits, readers wait, some
 * milliseconds.  TRUNCATE instead of DELETE: emptying the journal is what commits,
 * and with FULL that is flushed too, while unlinking would need synchronous = EXTRA.
 */
#include "casebook/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "casebook/geometry.h"

enum { BUSY_MS = 30000, MAX_SQL_NBYTES = 1 << 20 };

enum vaho_status vaho_database_fail(sqlite3 *database, const char *path, struct vaho_error *error)
{
    int code = sqlite3_errcode(database);
    const char *said = sqlite3_errmsg(database);

    switch (code & 0xff) {
    case SQLITE_NOMEM: return vaho_fail_memory(error, path);
    case SQLITE_CONSTRAINT: return vaho_fail(error, VAHO_REFUSED, "%s: %s", path, said);
    case SQLITE_CANTOPEN:
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be opened or written", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: another program has been writing to it for %d seconds; try again",
                         path, BUSY_MS / 1000);
    case SQLITE_NOTADB:
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is no casebook and no GeoPackage", path);
    case SQLITE_CORRUPT:
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is damaged (%s); 'vaho casebook check' says more, a backup helps",
                         path, said);
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: cannot be read or written (%s); free some space", path, said);
    default: break;
    }
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s", path, said);
}

enum vaho_status vaho_database_run(sqlite3 *database, const char *path, const char *sql,
                                   struct vaho_error *error)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK
               ? VAHO_OK
               : vaho_database_fail(database, path, error);
}

enum vaho_status vaho_database_number(int64_t *out, sqlite3 *database, const char *path,
                                      const char *sql, struct vaho_error *error)
{
    sqlite3_stmt *statement;
    enum vaho_status status = VAHO_OK;

    *out = 0;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return vaho_database_fail(database, path, error);
    if (sqlite3_step(statement) == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    else
        status = vaho_database_fail(database, path, error);
    sqlite3_finalize(statement);
    return status;
}

/* Other programs switch a GeoPackage to a write-ahead log; that is undone, or said. */
static enum vaho_status set_journal(sqlite3 *database, const char *path, struct vaho_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(database, "PRAGMA journal_mode = TRUNCATE", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        status = vaho_database_fail(database, path, error);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0)
        status = vaho_fail(
            error, VAHO_BAD_INPUT,
            "%s: another program has it open and keeps a write-ahead log; close that", path);
    sqlite3_finalize(statement);
    return status;
}

enum vaho_status vaho_database_open(sqlite3 **out, const char *path, int flags, const char *vfs,
                                    struct vaho_error *error)
{
    static const char settings[] = "PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                                   "PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536;";
    sqlite3 *database = NULL;
    enum vaho_status status;

    *out = NULL;
    if (sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX,
                        vfs) != SQLITE_OK) {
        status = database == NULL ? vaho_fail_memory(error, path)
                                  : vaho_database_fail(database, path, error);
        sqlite3_close(database);
        return status;
    }
    sqlite3_busy_timeout(database, BUSY_MS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    status = set_journal(database, path, error);
    if (status == VAHO_OK && (vaho_blob_functions(database) != SQLITE_OK ||
                              sqlite3_exec(database, settings, NULL, NULL, NULL) != SQLITE_OK))
        status = vaho_database_fail(database, path, error);
    if (status != VAHO_OK) {
        sqlite3_close(database);
        return status;
    }
    *out = database;
    return VAHO_OK;
}

enum vaho_status vaho_database_end(sqlite3 *database, const char *path, enum vaho_status status,
                                   struct vaho_error *error)
{
    if (status == VAHO_OK && sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        status = vaho_database_fail(database, path, error);
    if (!sqlite3_get_autocommit(database)) /* some errors have rolled back already */
        sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* The R-tree of a layer and the triggers that keep it: GeoPackage 1.3, annex F.3. */
static void append_index(struct vaho_text *sql, const char *t)
{
    static const char insert[] = "INSERT OR REPLACE INTO rtree_%s_geom VALUES (NEW.id,"
                                 " ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom),"
                                 " ST_MaxY(NEW.geom)); END;\n";
    static const char some[] = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))";
    static const char none[] = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))";

    vaho_text_printf(sql,
                     "CREATE VIRTUAL TABLE rtree_%s_geom USING rtree(id, minx, maxx, miny, maxy);\n"
                     "INSERT INTO gpkg_extensions VALUES ('%s', 'geom', 'gpkg_rtree_index',"
                     " 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');\n",
                     t, t);
    vaho_text_printf(sql, "CREATE TRIGGER rtree_%s_geom_insert AFTER INSERT ON %s WHEN %s BEGIN ",
                     t, t, some);
    vaho_text_printf(sql, insert, t);
    vaho_text_printf(sql,
                     "CREATE TRIGGER rtree_%s_geom_update1 AFTER UPDATE OF geom ON %s"
                     " WHEN OLD.id = NEW.id AND %s BEGIN ",
                     t, t, some);
    vaho_text_printf(sql, insert, t);
    vaho_text_printf(sql,
                     "CREATE TRIGGER rtree_%s_geom_update2 AFTER UPDATE OF geom ON %s"
                     " WHEN OLD.id = NEW.id AND %s BEGIN"
                     " DELETE FROM rtree_%s_geom WHERE id = OLD.id; END;\n",
                     t, t, none, t);
    vaho_text_printf(sql,
                     "CREATE TRIGGER rtree_%s_geom_update3 AFTER UPDATE ON %s"
                     " WHEN OLD.id != NEW.id AND %s BEGIN"
                     " DELETE FROM rtree_%s_geom WHERE id = OLD.id; ",
                     t, t, some, t);
    vaho_text_printf(sql, insert, t);
    vaho_text_printf(sql,
                     "CREATE TRIGGER rtree_%s_geom_update4 AFTER UPDATE ON %s"
                     " WHEN OLD.id != NEW.id AND %s BEGIN"
                     " DELETE FROM rtree_%s_geom WHERE id IN (OLD.id, NEW.id); END;\n"
                     "CREATE TRIGGER rtree_%s_geom_delete AFTER DELETE ON %s WHEN OLD.geom NOT NULL"
                     " BEGIN DELETE FROM rtree_%s_geom WHERE id = OLD.id; END;\n",
                     t, t, none, t, t, t, t);
}

/* Tells GeoPackage of the tables a version brought. */
static void append_contents(struct vaho_text *sql, int version)
{
    static const struct {
        const char *table, *description;
        int version;
    } plain[] = {{"casebook", "what kind of casebook this is", 1},
                 {"mandates", "permissions that flights were flown under", 1},
                 {"mandate_partners", "who may be told, and how precisely", 1},
                 {"flights", "cubes taken in", 1},
                 {"site_plumes", "which plumes a site is made of", 2},
                 {"reviews", "what people decided of a site", 2},
                 {"releases", "what was given to partners", 2},
                 {"coverage_tiles", "what passes could have seen, tile by tile", 4},
                 {"stack_passes", "which flights a stack is made of", 5},
                 {"site_models", "what sites were reckoned with, of each gas", 4},
                 {"site_updates", "when sites were reckoned, and from which flights", 4},
                 {"ledger_entries", "every act of a person", VAHO_SCHEMA_LEDGER},
                 {"ledger_hashes", "the Merkle tree over them", VAHO_SCHEMA_LEDGER},
                 {"ledger_checkpoints", "signed states of it", VAHO_SCHEMA_LEDGER},
                 {"accounts", "who may review", VAHO_SCHEMA_REVIEW},
                 {"account_roles", "and as what", VAHO_SCHEMA_REVIEW},
                 {"account_endings", "who may no longer", VAHO_SCHEMA_REVIEW},
                 {"plume_spectra", "spectra of plumes, with fits", VAHO_SCHEMA_SERVE},
                 {"partners", "who may be given leads", VAHO_SCHEMA_RELEASE},
                 {"partner_keys", "to which key it is sealed", VAHO_SCHEMA_RELEASE},
                 {"partner_policies", "and what, how precisely", VAHO_SCHEMA_RELEASE},
                 {"outbox", "what was sent to partners", VAHO_SCHEMA_RELEASE}};

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (plain[i].version == version)
            vaho_text_printf(sql,
                             "INSERT INTO gpkg_contents (table_name, data_type, identifier,"
                             " description) VALUES ('%s', 'attributes', '%s', '%s');\n",
                             plain[i].table, plain[i].table, plain[i].description);
    for (const struct vaho_schema_layer *l = vaho_schema_layers; l->table != NULL; l++) {
        if (l->version != version)
            continue;
        vaho_text_printf(sql,
                         "INSERT INTO gpkg_contents (table_name, data_type, identifier,"
                         " description, srs_id) VALUES ('%s', 'features', '%s', '%s', 4326);\n"
                         "INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', '%s', 4326, 0,"
                         " 0);\n",
                         l->table, l->table, l->description, l->table, l->type);
        append_index(sql, l->table);
    }
}

enum vaho_status vaho_database_migrate(sqlite3 *database, const char *path, int version, int to,
                                       struct vaho_error *error)
{
    struct vaho_text sql;
    enum vaho_status status = VAHO_OK;

    vaho_text_init(&sql, MAX_SQL_NBYTES);
    while (version++ < to) {
        vaho_text_puts(&sql, vaho_schema_step(version));
        append_contents(&sql, version);
    }
    if (sql.failed)
        status = vaho_fail_memory(error, path);
    else if (sql.nbytes > 0)
        status = vaho_database_run(database, path, sql.data, error);
    vaho_text_free(&sql);
    return status;
}

enum vaho_status vaho_database_fill(sqlite3 *database, const char *path,
                                    enum vaho_casebook_kind kind, const char *at, int to,
                                    struct vaho_error *error)
{
    sqlite3_stmt *statement = NULL;
    char header[128];
    enum vaho_status status;

    snprintf(header, sizeof header, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             VAHO_SCHEMA_APPLICATION_ID, VAHO_SCHEMA_USER_VERSION);
    status = vaho_database_run(database, path, "BEGIN IMMEDIATE", error);
    if (status == VAHO_OK)
        status = vaho_database_run(database, path, header, error);
    if (status == VAHO_OK)
        status = vaho_database_run(database, path, vaho_schema_step(0), error);
    if (status == VAHO_OK)
        status = vaho_database_migrate(database, path, 0, to, error);
    if (status == VAHO_OK &&
        (sqlite3_prepare_v2(database, "INSERT INTO casebook VALUES (1, ?, ?, ?)", -1, &statement,
                            NULL) != SQLITE_OK ||
         sqlite3_bind_text(statement, 1, vaho_casebook_kind_name(kind), -1, SQLITE_STATIC) !=
             SQLITE_OK ||
         sqlite3_bind_int(statement, 2, to) != SQLITE_OK ||
         sqlite3_bind_text(statement, 3, at, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_step(statement) != SQLITE_DONE))
        status = vaho_database_fail(database, path, error);
    sqlite3_finalize(statement);
    return vaho_database_end(database, path, status, error);
}
