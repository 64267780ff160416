/*
 * check.c - what is wrong with a casebook
 *
 * Four looks: SQLite's own (pages, indexes, NOT NULL, CHECK, UNIQUE, references,
 * R-trees); the schema, statement by statement against a fresh one, because a dropped
 * trigger is a rule less; the rules again, over all rows, because a file can have been
 * written by something else; and the hashes, those of mandates and the ledger.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/ledger_verify.h"

enum { MAX_SAID = 100, FINDING_NBYTES = 512 };

struct look {
    sqlite3 *database;
    const char *path;
    int version;
    size_t n;
    void (*say)(void *context, const char *finding);
    void *context;
};

static void say(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct look *look, const char *format, ...)
{
    char text[FINDING_NBYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (look->n++ < MAX_SAID)
        look->say(look->context, text);
}

/* Every row of the query is a finding: a text with one %s for its first column. */
static void say_rows(struct look *look, const char *sql, const char *format)
{
    sqlite3_stmt *statement;
    int result = SQLITE_OK;

    if (sqlite3_prepare_v2(look->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        say(look, "could not look: %s", sqlite3_errmsg(look->database));
        return;
    }
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        const char *gap = strstr(format, "%s");
        if (text != NULL && strcmp(text, "ok") != 0)
            say(look, "%.*s%s%s", (int)(gap - format), format, text, gap + 2);
    }
    if (result != SQLITE_DONE)
        say(look, "could not look further: %s", sqlite3_errmsg(look->database));
    sqlite3_finalize(statement);
}

static void look_at_pages(struct look *look)
{
    say_rows(look, "PRAGMA integrity_check(100)", "damage: %s");
    say_rows(look,
             "SELECT \"table\" || ' row ' || ifnull(rowid, '?') || ' to ' || parent"
             " FROM pragma_foreign_key_check",
             "a reference leads nowhere: %s");
}

static void look_at_indexes(struct look *look)
{
    for (const struct vaho_schema_layer *l = vaho_schema_layers; l->table != NULL; l++) {
        char sql[512];
        if (l->version > look->version)
            continue;
        snprintf(sql, sizeof sql, "SELECT rtreecheck('rtree_%s_geom')", l->table);
        say_rows(look, sql, "the spatial index is damaged: %s");
        snprintf(sql, sizeof sql,
                 "SELECT '%s ' || id FROM %s WHERE geom IS NOT NULL AND ST_MinX(geom) IS NULL"
                 " LIMIT 100",
                 l->table, l->table);
        say_rows(look, sql, "no geometry can be read of %s");
        snprintf(sql, sizeof sql,
                 "SELECT '%s' WHERE (SELECT count(*) FROM %s WHERE geom IS NOT NULL) IS NOT"
                 " (SELECT count(*) FROM rtree_%s_geom)",
                 l->table, l->table, l->table);
        say_rows(look, sql, "the spatial index of %s does not hold its rows, or others");
    }
}

static void look_at_places(struct look *look)
{
    say_rows(look, "SELECT rtreecheck('plume_places')", "the index of sources is damaged: %s");
    say_rows(
        look,
        "SELECT 'plumes' WHERE (SELECT count(*) FROM plumes WHERE source_longitude IS NOT NULL)"
        " IS NOT (SELECT count(*) FROM plume_places)",
        "the index of sources does not hold all %s, or others");
}

static void look_at_coverage(struct look *look)
{
    say_rows(look, "SELECT rtreecheck('coverage_places')", "the index of coverage is damaged: %s");
    say_rows(look,
             "SELECT 'flights' WHERE (SELECT count(*) FROM coverage_tiles) IS NOT"
             " (SELECT count(*) FROM coverage_places)",
             "the index of coverage does not hold all %s, or others");
    say_rows(look,
             "SELECT s.name FROM sites s WHERE s.n_plumes IS NOT"
             " (SELECT count(*) FROM site_plumes WHERE site_id = s.id)",
             "the site %s has not the plumes it was reckoned from");
}

/* Compares with a schema made in memory, name by name. */
static void look_at_schema(struct look *look)
{
    static const char sql[] = "SELECT type || ' ' || name, sql FROM sqlite_master"
                              " WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
    sqlite3 *fresh;
    sqlite3_stmt *a = NULL, *b = NULL;
    int in_a, in_b;

    if (vaho_database_open(&fresh, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL,
                           NULL) != VAHO_OK)
        return;
    if (vaho_database_fill(fresh, ":memory:", VAHO_CASEBOOK_OPEN, "2026-01-01T00:00:00Z",
                           look->version, NULL) != VAHO_OK ||
        sqlite3_prepare_v2(look->database, sql, -1, &a, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(fresh, sql, -1, &b, NULL) != SQLITE_OK) {
        say(look, "the schema could not be compared: %s", sqlite3_errmsg(look->database));
    } else {
        in_a = sqlite3_step(a) == SQLITE_ROW;
        in_b = sqlite3_step(b) == SQLITE_ROW;
        while (in_a || in_b) {
            const char *name = in_a ? (const char *)sqlite3_column_text(a, 0) : "";
            const char *wanted = in_b ? (const char *)sqlite3_column_text(b, 0) : "";
            int order = !in_a ? 1 : !in_b ? -1 : strcmp(name, wanted);
            if (order < 0)
                say(look, "the schema has a %s that does not belong to it", name);
            else if (order > 0)
                say(look, "the schema lacks its %s", wanted);
            else if (strcmp((const char *)sqlite3_column_text(a, 1),
                            (const char *)sqlite3_column_text(b, 1)) != 0)
                say(look, "the schema has another %s than it should", name);
            in_a = order <= 0 ? sqlite3_step(a) == SQLITE_ROW : in_a;
            in_b = order >= 0 ? sqlite3_step(b) == SQLITE_ROW : in_b;
        }
    }
    sqlite3_finalize(a);
    sqlite3_finalize(b);
    sqlite3_close(fresh);
}

static void look_at_rules(struct look *look)
{
    say_rows(look,
             "SELECT name FROM flights WHERE (SELECT kind FROM casebook) = 'open'"
             " AND (mandate_id IS NOT NULL OR exercise)",
             "an open casebook may not hold the flight %s");
    say_rows(look,
             "SELECT name FROM flights WHERE (SELECT kind FROM casebook) = 'operation'"
             " AND (mandate_id IS NULL OR exercise)",
             "a casebook of an operation may not hold the flight %s");
    say_rows(look,
             "SELECT name FROM flights WHERE (SELECT kind FROM casebook) = 'exercise'"
             " AND NOT exercise",
             "a casebook of an exercise may not hold the flight %s");
    say_rows(look,
             "SELECT f.name FROM flights f JOIN mandates m ON m.id = f.mandate_id"
             " WHERE f.flown_s IS NULL OR f.flown_s NOT BETWEEN m.from_s AND m.to_s",
             "the flight %s is outside the window of its mandate");
    say_rows(look,
             "SELECT name FROM flights f WHERE n_plumes IS NOT"
             " (SELECT count(*) FROM plumes WHERE flight_id = f.id)",
             "the flight %s has not the plumes it was taken in with");
    if (look->version >= 5)
        say_rows(look,
                 "SELECT DISTINCT s.name FROM stack_passes p JOIN flights s ON s.id = p.stack_id"
                 " JOIN flights f ON f.id = p.flight_id WHERE s.mandate_id IS NOT f.mandate_id"
                 " OR f.id IN (SELECT stack_id FROM stack_passes)",
                 "the stack %s is of a stack, or of flights under another mandate");
    say_rows(look, "SELECT 1 WHERE (SELECT count(*) FROM casebook) IS NOT 1",
             "the casebook does not say what kind it is%s");
}

static void look_at_releases(struct look *look)
{
    say_rows(look, "SELECT id FROM releases WHERE (SELECT kind FROM casebook) = 'open'",
             "an open casebook may not hold the release %s");
    say_rows(look,
             "SELECT r.id FROM releases r WHERE EXISTS (SELECT 1 FROM reviews v"
             " WHERE v.site_id = r.site_id AND v.decision = 'confirm' AND v.person = r.person)",
             "the release %s was made by who confirmed the site");
}

static void look_at_mandates(struct look *look)
{
    sqlite3_stmt *s;
    struct vaho_mandate *mandate;
    struct vaho_error error;

    if (sqlite3_prepare_v2(look->database, "SELECT name, sha256, document FROM mandates", -1, &s,
                           NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        const char *document = (const char *)sqlite3_column_text(s, 2);
        if (vaho_mandate_parse(&mandate, document, strlen(document), name, &error) != VAHO_OK)
            say(look, "a mandate cannot be read: %s", error.message);
        else if (strcmp(vaho_mandate_terms(mandate)->sha256,
                        (const char *)sqlite3_column_text(s, 1)) != 0)
            say(look, "the mandate %s is not the one its hash says", name);
        vaho_mandate_free(mandate);
    }
    sqlite3_finalize(s);
}

static void say_of_ledger(void *context, const char *finding)
{
    say(context, "%s", finding);
}

/* As 'vaho ledger verify' does that knows no keys. */
static void look_at_ledger(struct look *look, struct vaho_casebook *casebook)
{
    static const struct vaho_ledger_policy nobody = {0};
    struct vaho_ledger_report report;
    struct vaho_error error;

    if (vaho_ledger_verify(&report, casebook, &nobody, say_of_ledger, look, &error) != VAHO_OK)
        say(look, "its ledger could not be read: %s", error.message);
}

static void look_at_header(struct look *look)
{
    int64_t id = 0, user = 0;

    vaho_database_number(&id, look->database, look->path, "PRAGMA application_id", NULL);
    vaho_database_number(&user, look->database, look->path, "PRAGMA user_version", NULL);
    if (id != VAHO_SCHEMA_APPLICATION_ID || user != VAHO_SCHEMA_USER_VERSION)
        say(look, "its header does not say that it is a GeoPackage 1.3");
}

enum vaho_status vaho_casebook_check(size_t *out_n, const char *path,
                                     void (*tell)(void *context, const char *finding),
                                     void *context, struct vaho_error *error)
{
    struct vaho_casebook *casebook;
    struct look look = {.path = path, .say = tell, .context = context};
    enum vaho_status status = vaho_casebook_open(&casebook, path, error);

    *out_n = 0;
    if (status != VAHO_OK)
        return status;
    look.database = casebook->database;
    look.version = casebook->version;
    look_at_header(&look);
    look_at_pages(&look);
    look_at_schema(&look);
    look_at_indexes(&look);
    look_at_places(&look);
    look_at_rules(&look);
    if (look.version >= 2)
        look_at_releases(&look);
    if (look.version >= 4)
        look_at_coverage(&look);
    look_at_mandates(&look);
    if (look.version >= VAHO_SCHEMA_LEDGER)
        look_at_ledger(&look, casebook);
    vaho_casebook_close(casebook);
    *out_n = look.n;
    return VAHO_OK;
}
