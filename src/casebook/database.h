/* database.h - the connection behind a casebook, and how its failures become ours */
#ifndef VAHO_CASEBOOK_DATABASE_H
#define VAHO_CASEBOOK_DATABASE_H

#include <sqlite3.h>

#include "casebook/schema.h"
#include "vaho/casebook.h"

struct vaho_casebook {
    sqlite3 *database;
    char *path;
    enum vaho_casebook_kind kind;
    int version;
};

/*
 * Opens the file (sqlite's flags) with the settings that durability rests on; makes
 * no table and checks none.  'vfs' NULL: the system's.
 */
enum vaho_status vaho_database_open(sqlite3 **out, const char *path, int flags, const char *vfs,
                                    struct vaho_error *error);

/* What sqlite said last, as one of ours, with the path.  A constraint is VAHO_REFUSED. */
enum vaho_status vaho_database_fail(sqlite3 *database, const char *path, struct vaho_error *error);

/* Runs statements without results. */
enum vaho_status vaho_database_run(sqlite3 *database, const char *path, const char *sql,
                                   struct vaho_error *error);
/* The first column of the first row as a whole number. */
enum vaho_status vaho_database_number(int64_t *out, sqlite3 *database, const char *path,
                                      const char *sql, struct vaho_error *error);

/* Ends a transaction: commits when 'status' is VAHO_OK, else rolls back.  What it returns is
 * how all of it went; VAHO_OK means on disk. */
enum vaho_status vaho_database_end(sqlite3 *database, const char *path, enum vaho_status status,
                                   struct vaho_error *error);

/* Brings a database from 'version' to 'to', inside the caller's transaction. */
enum vaho_status vaho_database_migrate(sqlite3 *database, const char *path, int version, int to,
                                       struct vaho_error *error);

/* Tables of all versions up to 'to' and the one row of 'casebook', in an empty database. */
enum vaho_status vaho_database_fill(sqlite3 *database, const char *path,
                                    enum vaho_casebook_kind kind, const char *at, int to,
                                    struct vaho_error *error);

/* vaho_casebook_open() through another layer of files; for tests that make writes fail. */
enum vaho_status vaho_casebook_open_by(struct vaho_casebook **out, const char *path,
                                       const char *vfs, struct vaho_error *error);

#endif
