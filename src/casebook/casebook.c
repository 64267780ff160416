/* casebook.c - making and opening a casebook */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "casebook/ledger.h"

static const char *const kind_names[] = {"open", "operation", "exercise"};
enum { N_KINDS = sizeof kind_names / sizeof kind_names[0] };

const char *vaho_casebook_kind_name(enum vaho_casebook_kind kind)
{
    return kind_names[kind];
}

/* The name in its folder is flushed as well, so that the file is found after a power cut. */
static int flush_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? vaho_strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(folder);
    return done;
}

/* Fills the file 'partial' and gives it its name, never replacing one. */
static enum vaho_status make(const char *partial, const char *path, enum vaho_casebook_kind kind,
                             const struct vaho_act *act, struct vaho_error *error)
{
    struct vaho_casebook book = {NULL, (char *)partial, kind, VAHO_SCHEMA_VERSION};
    sqlite3 *database;
    enum vaho_status status = vaho_database_open(
        &database, partial, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_database_fill(database, path, kind, act->at, VAHO_SCHEMA_VERSION, error);
    book.database = database;
    if (status == VAHO_OK)
        status = vaho_ledger_begin_new(&book, act, error);
    sqlite3_close(database);
    if (status == VAHO_OK && link(partial, path) != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s%s", path, strerror(errno),
                         errno == EEXIST ? "; a casebook is never replaced" : "");
    if (status == VAHO_OK && !flush_folder(path))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be flushed to disk: %s", path,
                         strerror(errno));
    return status;
}

enum vaho_status vaho_casebook_new(const char *path, enum vaho_casebook_kind kind,
                                   const struct vaho_act *act, struct vaho_error *error)
{
    struct vaho_text partial, journal;
    enum vaho_status status = vaho_act_check(act, error);

    if (status != VAHO_OK)
        return status;
    if (access(path, F_OK) == 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is there already; a casebook is never replaced", path);
    vaho_text_init(&partial, 8192);
    vaho_text_init(&journal, 8192);
    vaho_text_printf(&partial, "%s.%ld.partial", path, (long)getpid());
    vaho_text_printf(&journal, "%s.%ld.partial-journal", path, (long)getpid());
    status = partial.failed || journal.failed ? vaho_fail_memory(error, path)
                                              : make(partial.data, path, kind, act, error);
    if (!partial.failed && !journal.failed) {
        unlink(partial.data);
        unlink(journal.data);
    }
    vaho_text_free(&partial);
    vaho_text_free(&journal);
    return status;
}

/* Kind and version, from the one row of 'casebook'. */
static enum vaho_status read_row(struct vaho_casebook *casebook, struct vaho_error *error)
{
    sqlite3_stmt *statement;
    int64_t n;
    const char *kind = NULL;
    size_t k = 0;
    enum vaho_status status =
        vaho_database_number(&n, casebook->database, casebook->path,
                             "SELECT count(*) FROM sqlite_master WHERE name = 'casebook'", error);

    if (status == VAHO_OK && n != 1)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is a database but no casebook; 'vaho casebook new' makes one",
                         casebook->path);
    if (status != VAHO_OK)
        return status;
    if (sqlite3_prepare_v2(casebook->database, "SELECT kind, version FROM casebook", -1, &statement,
                           NULL) != SQLITE_OK)
        return vaho_database_fail(casebook->database, casebook->path, error);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        kind = (const char *)sqlite3_column_text(statement, 0);
        while (k < N_KINDS && (kind == NULL || strcmp(kind, kind_names[k]) != 0))
            k++;
        casebook->kind = (enum vaho_casebook_kind)k;
        casebook->version = sqlite3_column_int(statement, 1);
    }
    sqlite3_finalize(statement);
    if (kind == NULL || k == N_KINDS || casebook->version < 1)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: does not say what kind of casebook it is; take a backup",
                         casebook->path);
    if (casebook->version > VAHO_SCHEMA_VERSION)
        return vaho_fail(
            error, VAHO_BAD_INPUT,
            "%s: was made by a newer vaho (schema %d; this one knows up to %d); use that",
            casebook->path, casebook->version, VAHO_SCHEMA_VERSION);
    return VAHO_OK;
}

/* All steps or none; another process may have been quicker. */
static enum vaho_status migrate(struct vaho_casebook *casebook, struct vaho_error *error)
{
    char sql[80];
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    status = read_row(casebook, error);
    if (status == VAHO_OK)
        status = vaho_database_migrate(casebook->database, casebook->path, casebook->version,
                                       VAHO_SCHEMA_VERSION, error);
    snprintf(sql, sizeof sql, "UPDATE casebook SET version = %d", VAHO_SCHEMA_VERSION);
    if (status == VAHO_OK)
        status = vaho_database_run(casebook->database, casebook->path, sql, error);
    status = vaho_database_end(casebook->database, casebook->path, status, error);
    if (status == VAHO_OK)
        casebook->version = VAHO_SCHEMA_VERSION;
    return status;
}

enum vaho_status vaho_casebook_open_by(struct vaho_casebook **out, const char *path,
                                       const char *vfs, struct vaho_error *error)
{
    struct vaho_casebook *casebook = vaho_alloc(1, sizeof *casebook);
    enum vaho_status status;

    *out = NULL;
    if (casebook == NULL || (casebook->path = vaho_strdup(path)) == NULL) {
        free(casebook);
        return vaho_fail_memory(error, path);
    }
    if (vfs == NULL && access(path, F_OK) != 0)
        status =
            vaho_fail(error, VAHO_NOT_FOUND, "%s: cannot be opened: %s", path, strerror(errno));
    else
        status = vaho_database_open(&casebook->database, path, SQLITE_OPEN_READWRITE, vfs, error);
    if (status == VAHO_OK)
        status = read_row(casebook, error);
    if (status == VAHO_OK && casebook->version < VAHO_SCHEMA_VERSION)
        status = migrate(casebook, error);
    if (status != VAHO_OK) {
        vaho_casebook_close(casebook);
        return status;
    }
    *out = casebook;
    return VAHO_OK;
}

enum vaho_status vaho_casebook_open(struct vaho_casebook **out, const char *path,
                                    struct vaho_error *error)
{
    return vaho_casebook_open_by(out, path, NULL, error);
}

void vaho_casebook_close(struct vaho_casebook *casebook)
{
    if (casebook == NULL)
        return;
    sqlite3_close(casebook->database);
    free(casebook->path);
    free(casebook);
}

enum vaho_status vaho_casebook_get_info(struct vaho_casebook_info *out,
                                        struct vaho_casebook *casebook, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT (SELECT created FROM casebook), (SELECT count(*) FROM mandates),"
        " (SELECT count(*) FROM flights WHERE id NOT IN (SELECT stack_id FROM stack_passes)),"
        " (SELECT count(DISTINCT stack_id) FROM stack_passes), (SELECT count(*) FROM plumes),"
        " (SELECT count(*) FROM sites), (SELECT count(*) FROM reviews),"
        " (SELECT count(*) FROM releases)";
    sqlite3_stmt *s;
    const char *created;

    *out = (struct vaho_casebook_info){.kind = casebook->kind, .version = casebook->version};
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return vaho_database_fail(casebook->database, casebook->path, error);
    if (sqlite3_step(s) != SQLITE_ROW) {
        sqlite3_finalize(s);
        return vaho_database_fail(casebook->database, casebook->path, error);
    }
    created = (const char *)sqlite3_column_text(s, 0);
    snprintf(out->created, sizeof out->created, "%s", created == NULL ? "" : created);
    out->n_mandates = sqlite3_column_int64(s, 1);
    out->n_flights = sqlite3_column_int64(s, 2);
    out->n_stacks = sqlite3_column_int64(s, 3);
    out->n_plumes = sqlite3_column_int64(s, 4);
    out->n_sites = sqlite3_column_int64(s, 5);
    out->n_reviews = sqlite3_column_int64(s, 6);
    out->n_releases = sqlite3_column_int64(s, 7);
    sqlite3_finalize(s);
    return VAHO_OK;
}
