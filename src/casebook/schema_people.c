/*
 * schema_people.c - the tables of what people do: the ledger, accounts, reviews, releases, sessions
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

/* --- accounts, reviews, releases ------------------------------------------------- */

/* The entry that was just appended, in this transaction, tells of this very act. */
#define TOLD(table, when, what, member, name)                                                      \
    "CREATE TRIGGER " table "_are_told BEFORE INSERT ON " table " WHEN " when " NOT EXISTS"        \
    " (SELECT 1 FROM ledger_entries WHERE number = NEW.entry AND number = (SELECT max(number)"     \
    " FROM ledger_entries) AND json_extract(entry, '$.what') = " what                              \
    " AND json_extract(entry, '$.object." member "') = " name ") BEGIN SELECT RAISE(ABORT,"        \
    " 'an act is told in the ledger before it is done: " table "'); END;\n"

#define HAS_ROLE(person, role)                                                                     \
    "EXISTS (SELECT 1 FROM accounts a JOIN account_roles o ON o.account_id = a.id WHERE a.name "   \
    "= " person " AND o.role = '" role "' AND NOT EXISTS (SELECT 1 FROM account_endings e WHERE"   \
    " e.account_id = a.id))"

#define STATE_IS(states)                                                                           \
    "(SELECT state FROM site_states WHERE site_id = NEW.site_id) IN (" states ")"

#define REFUSE(sentence, when) " SELECT RAISE(ABORT, '" sentence "') WHERE " when ";"

#define SITE_NAME "(SELECT name FROM sites WHERE id = NEW.site_id)"
#define ITS_ENTRY(column) "ifnull((SELECT max(" column ") FROM releases WHERE site_id = s.id), -1)"

/*
 * reviews is made anew, for a CHECK cannot be changed: decisions can be undone, say on which
 * evidence they rest, which decision they follow and which entry tells of them.  What was decided
 * before is kept as it was, without those.
 *
 * site_states is the state machine's "where are we" (src/review/review.c draws it): what was
 * released and is still out; else, when the last thing that happened was that a release ended,
 * how; else the last decision that was not undone.
 */
/* clang-format off */
const char vaho_schema_review[] =
    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <>"
    " ''), entry INTEGER NOT NULL UNIQUE REFERENCES ledger_entries(number));\n"
    APPEND_ONLY("accounts", "id = NEW.id OR name = NEW.name")
    TOLD("accounts", "", "'user-add'", "name", "NEW.name")
    "CREATE TABLE account_roles (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL"
    " REFERENCES accounts(id), role TEXT NOT NULL CHECK (role IN ('analyst', 'releaser',"
    " 'overseer', 'partner', 'admin')), UNIQUE (account_id, role));\n"
    APPEND_ONLY("account_roles",
                "id = NEW.id OR (account_id = NEW.account_id AND role = NEW.role)")
    "CREATE TRIGGER account_roles_come_with_the_account BEFORE INSERT ON account_roles WHEN"
    " (SELECT entry FROM accounts WHERE id = NEW.account_id) IS NOT (SELECT max(number) FROM"
    " ledger_entries) OR NOT EXISTS (SELECT 1 FROM ledger_entries, json_each(entry,"
    " '$.object.roles') r WHERE number = (SELECT max(number) FROM ledger_entries) AND r.value ="
    " NEW.role) BEGIN SELECT RAISE(ABORT, 'roles are given when an account is made'); END;\n"
    "CREATE TABLE account_endings (account_id INTEGER PRIMARY KEY REFERENCES accounts(id),"
    " entry INTEGER NOT NULL UNIQUE REFERENCES ledger_entries(number));\n"
    APPEND_ONLY("account_endings", "account_id = NEW.account_id")
    TOLD("account_endings", "", "'user-disable'", "name",
         "(SELECT name FROM accounts WHERE id = NEW.account_id)")
    /* not append-only: passwords change, and an export takes none along */
    "CREATE TABLE account_passwords (account_id INTEGER PRIMARY KEY REFERENCES accounts(id),"
    " hash TEXT NOT NULL CHECK (hash GLOB '$argon2id$*'));\n"
    "CREATE TABLE reviews_before AS SELECT id, site_id, at, person, decision, reason FROM"
    " reviews;\n"
    "DROP TABLE reviews;\n"
    "CREATE TABLE reviews (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES"
    " sites(id), at TEXT NOT NULL, person TEXT NOT NULL CHECK (person <> ''), decision TEXT"
    " NOT NULL CHECK (decision IN ('confirm', 'reject', 'pass', 'undo')), reason TEXT NOT NULL"
    " DEFAULT '', words TEXT NOT NULL DEFAULT '', evidence TEXT NOT NULL DEFAULT '', follows"
    " INTEGER REFERENCES reviews(id), undoes INTEGER UNIQUE REFERENCES reviews(id), entry"
    " INTEGER UNIQUE REFERENCES ledger_entries(number), CHECK (decision <> 'reject' OR reason"
    " <> ''), CHECK ((decision = 'undo') = (undoes IS NOT NULL)));\n"
    "INSERT INTO reviews (id, site_id, at, person, decision, reason) SELECT id, site_id, at,"
    " person, decision, reason FROM reviews_before;\n"
    "DROP TABLE reviews_before;\n"
    "CREATE INDEX reviews_by_site ON reviews (site_id, id);\n"
    "CREATE INDEX reviews_by_follows ON reviews (follows);\n"
    APPEND_ONLY("reviews", "id = NEW.id")
    TOLD("reviews", "", "'site-' || NEW.decision", "site", SITE_NAME)
    "CREATE VIEW effective_reviews AS SELECT r.* FROM reviews r WHERE r.decision <> 'undo' AND"
    " NOT EXISTS (SELECT 1 FROM reviews u WHERE u.undoes = r.id);\n"
    "ALTER TABLE releases ADD COLUMN expires INTEGER REFERENCES releases(id);\n"
    "ALTER TABLE releases ADD COLUMN entry INTEGER REFERENCES ledger_entries(number);\n"
    "CREATE INDEX releases_by_expiry ON releases (expires);\n"
    "CREATE INDEX releases_by_entry ON releases (entry);\n"
    "CREATE VIEW releases_out AS SELECT r.* FROM releases r WHERE r.recalls IS NULL AND"
    " r.expires IS NULL AND NOT EXISTS (SELECT 1 FROM releases e WHERE e.recalls = r.id) AND NOT"
    " EXISTS (SELECT 1 FROM releases e WHERE e.expires = r.id);\n"
    "CREATE VIEW site_states AS SELECT s.id AS site_id, CASE WHEN EXISTS (SELECT 1 FROM"
    " releases_out o WHERE o.site_id = s.id) THEN 'released' WHEN " ITS_ENTRY("entry") " >"
    " ifnull((SELECT max(entry) FROM reviews WHERE site_id = s.id), -1) THEN (SELECT CASE WHEN"
    " recalls IS NULL THEN 'expired' ELSE 'recalled' END FROM releases WHERE site_id = s.id"
    " ORDER BY id DESC LIMIT 1) ELSE CASE (SELECT decision FROM effective_reviews WHERE"
    " site_id = s.id ORDER BY id DESC LIMIT 1) WHEN 'confirm' THEN 'confirmed' WHEN 'reject'"
    " THEN 'rejected' WHEN 'pass' THEN 'another-pass' ELSE 'candidate' END END AS state FROM"
    " sites s;\n"
    "CREATE TRIGGER reviews_go_along_edges BEFORE INSERT ON reviews BEGIN"
    REFUSE("only an account with the role analyst reviews",
           "NOT " HAS_ROLE("NEW.person", "analyst"))
    REFUSE("another decision came between: look at the site again",
           "NEW.follows IS NOT (SELECT max(id) FROM reviews WHERE site_id = NEW.site_id)")
    REFUSE("what was released is recalled, not decided on", STATE_IS("'released'"))
    REFUSE("only a candidate, or one that waited for another pass, is confirmed",
           "NEW.decision = 'confirm' AND NOT " STATE_IS("'candidate', 'another-pass'"))
    REFUSE("what is rejected already is not rejected again",
           "NEW.decision = 'reject' AND " STATE_IS("'rejected'"))
    REFUSE("another pass was asked for already",
           "NEW.decision = 'pass' AND " STATE_IS("'another-pass'"))
    REFUSE("a decision says on which evidence it rests",
           "NEW.decision <> 'undo' AND length(NEW.evidence) <> 64")
    REFUSE("only the last decision on a site is undone, by the one who took it",
           "NEW.decision = 'undo' AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.id = NEW.undoes"
           " AND r.person = NEW.person AND r.id = (SELECT max(id) FROM effective_reviews WHERE"
           " site_id = NEW.site_id))")
    REFUSE("what was released since is not undone",
           "NEW.decision = 'undo' AND EXISTS (SELECT 1 FROM releases WHERE site_id ="
           " NEW.site_id AND entry > (SELECT ifnull(entry, -1) FROM reviews WHERE id ="
           " NEW.undoes))")
    " END;\n"
    "DROP TRIGGER releases_are_permitted;\n"
    TOLD("releases", "", "CASE WHEN NEW.recalls IS NOT NULL THEN 'site-recall' WHEN NEW.expires"
         " IS NOT NULL THEN 'site-expire' ELSE 'site-release' END", "site", SITE_NAME)
    "CREATE TRIGGER releases_are_permitted BEFORE INSERT ON releases WHEN NEW.recalls IS NULL"
    " AND NEW.expires IS NULL BEGIN"
    REFUSE("nothing of an open casebook can be released",
           "(SELECT kind FROM casebook) = 'open' OR (SELECT kind FROM casebook) IS NULL")
    REFUSE("a site is released only after it was confirmed",
           "(SELECT decision FROM effective_reviews WHERE site_id = NEW.site_id ORDER BY id DESC"
           " LIMIT 1) IS NOT 'confirm' OR NOT " STATE_IS("'confirmed', 'released'"))
    REFUSE("who confirmed a site cannot release it",
           "EXISTS (SELECT 1 FROM reviews WHERE site_id = NEW.site_id AND decision = 'confirm'"
           " AND person = NEW.person)")
    REFUSE("only an account with the role releaser releases",
           "NOT " HAS_ROLE("NEW.person", "releaser"))
    REFUSE("this partner has it already",
           "EXISTS (SELECT 1 FROM releases_out WHERE site_id = NEW.site_id AND partner ="
           " NEW.partner)")
    REFUSE("a site is released under a mandate its plumes were found under",
           "NOT EXISTS (SELECT 1 FROM site_plumes s JOIN plumes p ON p.id = s.plume_id JOIN"
           " flights f ON f.id = p.flight_id WHERE s.site_id = NEW.site_id AND f.mandate_id ="
           " NEW.mandate_id)")
    REFUSE("a mandate that the site rests on does not name this partner",
           "EXISTS (SELECT 1 FROM site_plumes s JOIN plumes p ON p.id = s.plume_id JOIN flights f"
           " ON f.id = p.flight_id WHERE s.site_id = NEW.site_id AND (f.mandate_id IS NULL OR NOT"
           " EXISTS (SELECT 1 FROM mandate_partners m WHERE m.mandate_id = f.mandate_id AND"
           " m.partner = NEW.partner)))")
    " END;\n"
    "CREATE TRIGGER releases_end_once BEFORE INSERT ON releases WHEN NEW.recalls IS NOT NULL OR"
    " NEW.expires IS NOT NULL BEGIN"
    REFUSE("only an account with the role releaser recalls",
           "NEW.recalls IS NOT NULL AND NOT " HAS_ROLE("NEW.person", "releaser"))
    REFUSE("what is recalled or expires is a release that is still out",
           "(NEW.recalls IS NOT NULL AND NEW.expires IS NOT NULL) OR NOT EXISTS (SELECT 1 FROM"
           " releases_out o WHERE o.id = ifnull(NEW.recalls, NEW.expires) AND o.site_id ="
           " NEW.site_id AND o.mandate_id = NEW.mandate_id AND o.partner = NEW.partner)")
    " END;\n";
/* clang-format on */

/*
 * What a server keeps: sessions, of which only the hash of their secret is stored; second factors;
 * and the spectra that a person judges by.  The first two are no record of anything: they change
 * and go, and an export takes none along.  A spectrum is float32, little-endian; the fits of
 * alternatives stand one after the other, in the order of their names.
 */
/* clang-format off */
const char vaho_schema_serve[] =
    "CREATE TABLE account_sessions (hash BLOB PRIMARY KEY CHECK (length(hash) = 32), account_id"
    " INTEGER NOT NULL REFERENCES accounts(id), scope TEXT NOT NULL CHECK (scope IN ('page',"
    " 'maps')), made_s REAL NOT NULL, ends_s REAL NOT NULL CHECK (ends_s > made_s));\n"
    "CREATE INDEX account_sessions_by_account ON account_sessions (account_id);\n"
    "CREATE TABLE account_codes (account_id INTEGER PRIMARY KEY REFERENCES accounts(id), secret"
    " BLOB NOT NULL CHECK (length(secret) = 20), last_step INTEGER NOT NULL);\n"
    "CREATE TABLE plume_spectra (plume_id INTEGER PRIMARY KEY REFERENCES plumes(id), n_bands"
    " INTEGER NOT NULL CHECK (n_bands > 0), wavelength_um BLOB NOT NULL CHECK"
    " (length(wavelength_um) = 4 * n_bands), excess BLOB NOT NULL CHECK (length(excess) = 4 *"
    " n_bands), fit BLOB NOT NULL CHECK (length(fit) = 4 * n_bands), others TEXT NOT NULL CHECK"
    " (others GLOB '[[]*]'), other_fits BLOB NOT NULL CHECK (length(other_fits) % (4 * n_bands) ="
    " 0));\n"
    APPEND_ONLY("plume_spectra", "plume_id = NEW.plume_id");
/* clang-format on */
