/*
 * schema.h - the tables of a casebook, as steps from one version to the next
 *
 * A new casebook goes through all steps; an old one through those it lacks.  A
 * step that was released is never changed: what is to be different goes into a
 * new one.
 */
#ifndef VAHO_CASEBOOK_SCHEMA_H
#define VAHO_CASEBOOK_SCHEMA_H

/* The steps of schema_people.c, by name, so that they can move. */
enum {
    VAHO_SCHEMA_LEDGER = 6,
    VAHO_SCHEMA_REVIEW = 7,
    VAHO_SCHEMA_SERVE = 8,
    VAHO_SCHEMA_RELEASE = 9,
    VAHO_SCHEMA_VERSION = VAHO_SCHEMA_RELEASE
};

/* "GPKG", and GeoPackage 1.3: what the standard wants in the file's header. */
enum { VAHO_SCHEMA_APPLICATION_ID = 0x47504B47, VAHO_SCHEMA_USER_VERSION = 10300 };

/* The statements that lead from version - 1 to 'version', 1 .. VAHO_SCHEMA_VERSION; 0: those of
 * every GeoPackage, before the first. */
const char *vaho_schema_step(int version);

extern const char vaho_schema_ledger[], vaho_schema_review[], vaho_schema_serve[],
    vaho_schema_release[];

/* 'same' tells a row that is there already: REPLACE would delete it past the other triggers. */
#define APPEND_ONLY(table, same)                                                                   \
    "CREATE TRIGGER " table "_never_change BEFORE UPDATE ON " table                                \
    " BEGIN SELECT RAISE(ABORT, '" table " are never changed'); END;\n"                            \
    "CREATE TRIGGER " table "_never_delete BEFORE DELETE ON " table                                \
    " BEGIN SELECT RAISE(ABORT, '" table " are never deleted'); END;\n"                            \
    "CREATE TRIGGER " table "_never_replace BEFORE INSERT ON " table                               \
    " WHEN EXISTS (SELECT 1 FROM " table " WHERE " same ")"                                        \
    " BEGIN SELECT RAISE(ABORT, '" table " are never replaced: this one is there'); END;\n"

/* Tables with a geometry, for the spatial indexes; NULL at the end. */
struct vaho_schema_layer {
    const char *table, *type, *description;
    int version; /* that made it */
};
extern const struct vaho_schema_layer vaho_schema_layers[];

#endif
