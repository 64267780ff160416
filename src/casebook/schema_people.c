/*
 * schema_people.c - the tables of what people do: the ledger, accounts, reviews, releases,
 * sessions, partners and what is sent to them
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

/*
 * Partners with their keys and policies, of which the last one counts, and what was sent to them.
 * The outbox is the truth: the bytes of every message, numbered for each partner, written with the
 * entry that holds their hash and with the row of releases that they are of.  Its cell is what the
 * partner was told of where the lead is (release/grid.h), to be remembered for ever.
 */
#define ITS_PARTNER                                                                                \
    "(SELECT json_extract(entry, '$.object.partner') FROM ledger_entries WHERE number = "          \
    "NEW.entry)"

/* clang-format off */
const char vaho_schema_release[] =
    "CREATE TABLE partners (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <>"
    " ''), person TEXT NOT NULL, entry INTEGER NOT NULL UNIQUE REFERENCES"
    " ledger_entries(number));\n"
    APPEND_ONLY("partners", "id = NEW.id OR name = NEW.name")
    TOLD("partners", "", "'partner-add'", "partner", "NEW.name")
    "CREATE TABLE partner_keys (id INTEGER PRIMARY KEY, partner TEXT NOT NULL REFERENCES"
    " partners(name), key TEXT NOT NULL UNIQUE CHECK (length(key) = 64 AND key NOT GLOB"
    " '*[^0-9a-f]*'), person TEXT NOT NULL, entry INTEGER NOT NULL UNIQUE REFERENCES"
    " ledger_entries(number));\n"
    "CREATE INDEX partner_keys_by_partner ON partner_keys (partner, id);\n"
    APPEND_ONLY("partner_keys", "id = NEW.id OR key = NEW.key")
    TOLD("partner_keys", "", "'partner-key'", "key", "NEW.key")
    "CREATE TRIGGER partner_keys_are_an_admins BEFORE INSERT ON partner_keys WHEN NOT "
    HAS_ROLE("NEW.person", "admin") " OR " ITS_PARTNER " IS NOT NEW.partner BEGIN SELECT RAISE(ABORT,"
    " 'only an account with the role admin gives a partner a key, and the one that is told'); END;\n"
    "CREATE TABLE partner_policies (id INTEGER PRIMARY KEY, partner TEXT NOT NULL REFERENCES"
    " partners(name), document TEXT NOT NULL CHECK (document GLOB '{*}'), sha256 TEXT NOT NULL"
    " CHECK (length(sha256) = 64), person TEXT NOT NULL, entry INTEGER NOT NULL UNIQUE"
    " REFERENCES ledger_entries(number));\n"
    "CREATE INDEX partner_policies_by_partner ON partner_policies (partner, id);\n"
    APPEND_ONLY("partner_policies", "id = NEW.id")
    TOLD("partner_policies", "", "'partner-policy'", "policy", "NEW.sha256")
    "CREATE TRIGGER partner_policies_are_a_releasers BEFORE INSERT ON partner_policies WHEN NOT "
    HAS_ROLE("NEW.person", "releaser") " OR json_extract(NEW.document, '$.partner') IS NOT"
    " NEW.partner OR " ITS_PARTNER " IS NOT NEW.partner BEGIN SELECT RAISE(ABORT, 'only an account with the role releaser gives a"
    " partner a policy, and one of its own'); END;\n"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, partner TEXT NOT NULL REFERENCES"
    " partners(name), sequence INTEGER NOT NULL CHECK (sequence > 0), site_id INTEGER NOT NULL"
    " REFERENCES sites(id), message TEXT NOT NULL CHECK (message GLOB '{*}'), sha256 TEXT NOT"
    " NULL CHECK (length(sha256) = 64), until_s INTEGER NOT NULL CHECK (until_s >= 0),"
    " cell_level INTEGER, cell_row INTEGER, cell_column INTEGER, asked_level INTEGER, entry"
    " INTEGER NOT NULL UNIQUE REFERENCES ledger_entries(number), UNIQUE (partner, sequence), CHECK"
    " ((cell_level IS NULL) = (asked_level IS NULL)));\n"
    "CREATE INDEX outbox_by_site ON outbox (site_id, partner, sequence);\n"
    APPEND_ONLY("outbox", "id = NEW.id OR (partner = NEW.partner AND sequence = NEW.sequence)")
    "CREATE TRIGGER outbox_is_in_order BEFORE INSERT ON outbox BEGIN"
    REFUSE("nothing of an open casebook can be released",
           "(SELECT kind FROM casebook) = 'open' OR (SELECT kind FROM casebook) IS NULL")
    REFUSE("what is sent to a partner is numbered without a gap",
           "NEW.sequence IS NOT (SELECT ifnull(max(sequence), 0) + 1 FROM outbox WHERE partner ="
           " NEW.partner)")
    REFUSE("what is sent is told in the ledger before, by its hash",
           "NOT EXISTS (SELECT 1 FROM ledger_entries WHERE number = NEW.entry AND number = (SELECT"
           " max(number) FROM ledger_entries) AND json_extract(entry, '$.object.message_sha256') ="
           " NEW.sha256 AND json_extract(entry, '$.object.partner') = NEW.partner AND"
           " json_extract(entry, '$.object.site') = " SITE_NAME ")")
    REFUSE("what is sent says to whom, in which order, and where it is told",
           "(json_extract(NEW.message, '$.partner'), json_extract(NEW.message, '$.sequence'),"
           " json_extract(NEW.message, '$.ledger.index')) IS NOT (NEW.partner, NEW.sequence,"
           " NEW.entry)")
    REFUSE("what is sent says whether it is of an exercise",
           "json_extract(NEW.message, '$.exercise') IS NOT (SELECT kind = 'exercise' FROM"
           " casebook)")
    REFUSE("what is sent follows the message before",
           "json_extract(NEW.message, '$.previous_sha256') IS NOT (SELECT sha256 FROM outbox WHERE"
           " partner = NEW.partner AND sequence = NEW.sequence - 1)")
    " END;\n"
    "CREATE TRIGGER releases_go_by_the_outbox BEFORE INSERT ON releases WHEN NEW.expires IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.entry = NEW.entry AND o.partner = NEW.partner"
    " AND o.site_id = NEW.site_id AND json_extract(o.message, '$.kind') = CASE WHEN NEW.recalls IS"
    " NULL THEN 'release' ELSE 'recall' END) BEGIN SELECT RAISE(ABORT, 'a release or recall goes"
    " by the outbox'); END;\n"
    "CREATE TRIGGER releases_expire_in_time BEFORE INSERT ON releases WHEN NEW.expires IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM releases r JOIN outbox o ON o.entry = r.entry WHERE r.id ="
    " NEW.expires AND NOT ifnull(o.until_s <= CAST(strftime('%s', NEW.at) AS INTEGER), 0)) BEGIN"
    " SELECT RAISE(ABORT, 'a release expires when its time is over'); END;\n";
/* clang-format on */
