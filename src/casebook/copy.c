/*
 * copy.c - backup and export: the only ways out of the file
 *
 * A backup is page by page (SQLite's backup interface), some pages at a time, so
 * that writers get their turns in between; when they keep changing what was copied
 * and it starts over too often, the rest is copied at one go while they wait.
 *
 * An export is rebuilt (VACUUM INTO): no free pages in which deleted rows live on.
 *
 * Both are made under another name, flushed, checked to open, and then renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "casebook/ledger.h"

enum { PAGES_AT_ONCE = 1024, MAX_RESTARTS = 8, WAIT_MS = 20 };

static enum vaho_status copy_pages(struct vaho_casebook *casebook, sqlite3 *to, const char *path,
                                   struct vaho_error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", casebook->database, "main");
    int result = SQLITE_OK, left = 0, n_restarts = 0;

    if (backup == NULL)
        return vaho_database_fail(to, path, error);
    do {
        result = sqlite3_backup_step(backup, n_restarts < MAX_RESTARTS ? PAGES_AT_ONCE : -1);
        n_restarts += left != 0 && sqlite3_backup_remaining(backup) > left;
        left = sqlite3_backup_remaining(backup);
        if (result == SQLITE_BUSY || result == SQLITE_LOCKED)
            sqlite3_sleep(WAIT_MS);
    } while (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED);
    sqlite3_backup_finish(backup);
    return result == SQLITE_DONE ? VAHO_OK : vaho_database_fail(to, path, error);
}

static enum vaho_status backup_into(struct vaho_casebook *casebook, const char *partial,
                                    struct vaho_error *error)
{
    sqlite3 *to;
    int result = sqlite3_open_v2(partial, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    enum vaho_status status = result == SQLITE_OK ? copy_pages(casebook, to, partial, error)
                                                  : vaho_database_fail(to, partial, error);

    if (sqlite3_close(to) != SQLITE_OK && status == VAHO_OK)
        status = vaho_fail(error, VAHO_FAULT, "%s: the copy could not be closed", partial);
    return status;
}

/* What is handed out takes no password along, not even hashed, nor what stands for one. */
static enum vaho_status forget_passwords(const char *partial, struct vaho_error *error)
{
    sqlite3 *database = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_open_v2(partial, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(database,
                     "PRAGMA journal_mode = OFF; PRAGMA secure_delete = ON;"
                     " DELETE FROM account_passwords; DELETE FROM account_codes;"
                     " DELETE FROM account_sessions",
                     NULL, NULL, NULL) != SQLITE_OK)
        status = vaho_database_fail(database, partial, error);
    sqlite3_close(database);
    return status;
}

static enum vaho_status export_into(struct vaho_casebook *casebook, const char *partial,
                                    struct vaho_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, "VACUUM INTO ?", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_bind_text(statement, 1, partial, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, partial, error);
    sqlite3_finalize(statement);
    return status == VAHO_OK ? forget_passwords(partial, error) : status;
}

/* Flushes the copy and gives it its name. */
static enum vaho_status publish(const char *partial, const char *to, struct vaho_error *error)
{
    int fd = open(partial, O_RDONLY | O_CLOEXEC);
    int flushed = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    if (!flushed || rename(partial, to) != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s", to, strerror(errno));
    return VAHO_OK;
}

static enum vaho_status
copy(struct vaho_casebook *casebook, const char *what, const char *to, const struct vaho_act *act,
     enum vaho_status (*into)(struct vaho_casebook *, const char *, struct vaho_error *),
     struct vaho_error *error)
{
    struct stat here, there;
    struct vaho_text partial;
    enum vaho_status status;

    if (stat(to, &there) == 0 &&
        (!S_ISREG(there.st_mode) || (stat(casebook->path, &here) == 0 &&
                                     here.st_dev == there.st_dev && here.st_ino == there.st_ino)))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is the casebook itself, or no file that a copy could replace", to);
    vaho_text_init(&partial, 8192);
    vaho_text_printf(&partial, "%s.%ld.partial", to, (long)getpid());
    if (partial.failed)
        return vaho_fail_memory(error, to);
    unlink(partial.data); /* left by one that was killed */
    status = vaho_ledger_act(
        casebook, act, what,
        json_pack("{s:s}", "file", strrchr(to, '/') == NULL ? to : strrchr(to, '/') + 1), error);
    if (status == VAHO_OK)
        status = into(casebook, partial.data, error);
    if (status == VAHO_OK)
        status = publish(partial.data, to, error);
    if (status != VAHO_OK)
        unlink(partial.data);
    vaho_text_free(&partial);
    return status;
}

enum vaho_status vaho_casebook_backup(struct vaho_casebook *casebook, const char *to,
                                      const struct vaho_act *act, struct vaho_error *error)
{
    return copy(casebook, "backup", to, act, backup_into, error);
}

enum vaho_status vaho_casebook_export(struct vaho_casebook *casebook, const char *to,
                                      const struct vaho_act *act, struct vaho_error *error)
{
    return copy(casebook, "export", to, act, export_into, error);
}
