/*
 * schema_people.c - the tables of what people do: the ledger
 *
 * Entries and hashes are numbered from 0 without a gap, and a row follows the last one or is
 * refused.  So an act can name the entry that tells of it before anyone sees either.  Triggers
 * stop programs that make mistakes; who may write the file can drop them.  That history was not
 * rewritten is shown by checkpoints that others hold (docs/ledger.md).
 */
#include "casebook/schema.h"

#include <stddef.h>

#define FOLLOWS(table, column)                                                                     \
    "CREATE TRIGGER " table "_follow BEFORE INSERT ON " table " WHEN NEW." column                  \
    " IS NOT (SELECT ifnull(max(" column ") + 1, 0) FROM " table                                   \
    ") BEGIN SELECT RAISE(ABORT, '" table " follow one another without a gap'); END;\n"

/* clang-format off */
const char vaho_schema_ledger[] =
    "CREATE TABLE ledger_entries (number INTEGER PRIMARY KEY CHECK (number >= 0), entry TEXT"
    " NOT NULL CHECK (entry GLOB '{*}'));\n"
    APPEND_ONLY("ledger_entries", "number = NEW.number")
    FOLLOWS("ledger_entries", "number")
    "CREATE TABLE ledger_hashes (place INTEGER PRIMARY KEY CHECK (place >= 0), hash BLOB NOT"
    " NULL CHECK (length(hash) = 32));\n"
    APPEND_ONLY("ledger_hashes", "place = NEW.place")
    FOLLOWS("ledger_hashes", "place")
    "CREATE TABLE ledger_checkpoints (id INTEGER PRIMARY KEY, size INTEGER NOT NULL CHECK"
    " (size > 0), note TEXT NOT NULL);\n"
    "CREATE INDEX ledger_checkpoints_by_size ON ledger_checkpoints (size, id);\n"
    APPEND_ONLY("ledger_checkpoints", "id = NEW.id")
    "CREATE TRIGGER ledger_checkpoints_are_of_entries BEFORE INSERT ON ledger_checkpoints WHEN"
    " NEW.size > (SELECT ifnull(max(number) + 1, 0) FROM ledger_entries) BEGIN SELECT"
    " RAISE(ABORT, 'a checkpoint tells of entries that are there'); END;\n";
/* clang-format on */
