#include "casebook/ledger_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/signing.h"
#include "casebook/rows_hash.h"

static int64_t number_of(const struct vaho_entry *entry, const char *name)
{
    return json_integer_value(json_object_get(entry->object, name));
}

static const char *text_of(const struct vaho_entry *entry, const char *name)
{
    const char *text = json_string_value(json_object_get(entry->object, name));

    return text == NULL ? "" : text;
}

static int64_t count(struct vaho_ledger_rows *rows, const char *sql)
{
    int64_t n = -1;

    vaho_database_number(&n, rows->casebook->database, rows->casebook->path, sql, NULL);
    return n;
}

static void take_flight(struct vaho_ledger_rows *rows, const struct vaho_entry *entry)
{
    char sha256[VAHO_DIGEST_HEX_NBYTES], finding[256];
    int64_t id = number_of(entry, "id");

    rows->n_flights++;
    if (vaho_flights_sha256(sha256, rows->casebook, id, id, NULL) == VAHO_OK &&
        strcmp(sha256, text_of(entry, "rows_sha256")) == 0)
        return;
    snprintf(finding, sizeof finding,
             "flight %" PRId64 " (%.100s) is not what entry %" PRIu64 " says was taken in", id,
             text_of(entry, "name"), entry->number);
    rows->say(rows->context, finding);
}

/* What an old casebook held: ids run without a gap, for nothing of it was ever deleted. */
static void take_begin(struct vaho_ledger_rows *rows, const struct vaho_entry *entry)
{
    const struct vaho_rows_until until = {
        number_of(entry, "last_flight"), number_of(entry, "last_mandate"),
        number_of(entry, "last_review"), number_of(entry, "last_release")};
    char sha256[VAHO_DIGEST_HEX_NBYTES], sql[100];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM flights WHERE id <= %" PRId64, until.flight);
    rows->last_review = until.review;
    rows->n_flights += count(rows, sql);
    if (vaho_begin_sha256(sha256, rows->casebook, &until, NULL) != VAHO_OK ||
        strcmp(sha256, text_of(entry, "rows_sha256")) != 0)
        rows->say(rows->context, "what was there before the ledger began is not as it was then");
}

void vaho_ledger_rows_take(struct vaho_ledger_rows *rows, const struct vaho_entry *entry)
{
    rows->n_entries++;
    if (strcmp(entry->what, "flight-add") == 0)
        take_flight(rows, entry);
    else if (strcmp(entry->what, "ledger-begin") == 0)
        take_begin(rows, entry);
    else if (strcmp(entry->what, "known-sources") == 0)
        snprintf(rows->known_sha256, sizeof rows->known_sha256, "%s", text_of(entry, "sha256"));
}

/* Decisions and releases against the entries that tell of them; those before there was a ledger are
 * in the hash of its first entry. */
static void look_at_people(struct vaho_ledger_rows *rows)
{
    static const struct {
        const char *sql, *finding;
    } look[] = {
        {"SELECT count(*) FROM reviews r JOIN sites s ON s.id = r.site_id LEFT JOIN ledger_entries "
         "e"
         " ON e.number = r.entry WHERE r.entry IS NOT NULL AND NOT ifnull((json_extract(e.entry,"
         " '$.who'), json_extract(e.entry, '$.when'), json_extract(e.entry, '$.what'),"
         " json_extract(e.entry, '$.object.site'), ifnull(json_extract(e.entry,"
         " '$.object.evidence'), ''), ifnull(json_extract(e.entry, '$.object.reason'), ''),"
         " ifnull(json_extract(e.entry, '$.why'), '')) = (r.person, r.at, 'site-' || r.decision,"
         " s.name, r.evidence, r.reason, r.words), 0)",
         "%" PRId64 " decisions are not what their entries say"},
        {"SELECT abs((SELECT count(*) FROM reviews WHERE entry IS NOT NULL) - (SELECT count(*) FROM"
         " ledger_entries WHERE json_extract(entry, '$.what') IN ('site-confirm', 'site-reject',"
         " 'site-pass', 'site-undo')))",
         "the ledger and the table of decisions differ by %" PRId64},
        {"SELECT count(*) FROM releases r JOIN sites s ON s.id = r.site_id LEFT JOIN ledger_entries"
         " e ON e.number = r.entry WHERE r.entry IS NOT NULL AND NOT ifnull((json_extract(e.entry,"
         " '$.who'), json_extract(e.entry, '$.object.site'), json_extract(e.entry,"
         " '$.object.partner')) = (r.person, s.name, r.partner), 0)",
         "%" PRId64 " releases are not what their entries say"}};
    char finding[256], sql[160];
    int64_t n;

    for (size_t i = 0; i < sizeof look / sizeof look[0]; i++) {
        n = count(rows, look[i].sql);
        snprintf(finding, sizeof finding, look[i].finding, n);
        if (n != 0)
            rows->say(rows->context, finding);
    }
    snprintf(sql, sizeof sql, "SELECT count(*) FROM reviews WHERE entry IS NULL AND id > %" PRId64,
             rows->last_review);
    n = count(rows, sql);
    if (n != 0) {
        snprintf(finding, sizeof finding, "%" PRId64 " decisions are in no entry", n);
        rows->say(rows->context, finding);
    }
}

/* Rows of which 'text' no longer has the hash beside it. */
static int64_t count_changed(struct vaho_ledger_rows *rows, const char *sql)
{
    char sha256[VAHO_DIGEST_HEX_NBYTES];
    sqlite3_stmt *s = NULL;
    int64_t n = 0;

    if (sqlite3_prepare_v2(rows->casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return -1;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(s, 0);
        vaho_sha256(sha256, text, text == NULL ? 0 : strlen(text));
        n += strcmp(sha256, (const char *)sqlite3_column_text(s, 1)) != 0;
    }
    sqlite3_finalize(s);
    return n;
}

#define TELLS(member) "json_extract(e.entry, '$." member "')"
#define DIFFER(table, whats)                                                                       \
    "SELECT abs((SELECT count(*) FROM " table ") - (SELECT count(*) FROM ledger_entries WHERE"     \
    " json_extract(entry, '$.what') IN (" whats ")))"

/* To whom what was sent: partners' keys, policies and messages, against the entries that tell of
 * them and the rows they are of. */
static void look_at_partners(struct vaho_ledger_rows *rows)
{
    static const struct {
        int64_t (*count)(struct vaho_ledger_rows *rows, const char *sql);
        const char *sql, *finding;
    } look[] = {
        {count,
         "SELECT count(*) FROM partner_keys k LEFT JOIN ledger_entries e ON e.number = k.entry "
         "WHERE"
         " NOT ifnull((" TELLS("who") ", " TELLS("object.partner") ", " TELLS(
             "object.key") ") ="
                           " (k.person, k.partner, k.key), 0)",
         "%" PRId64 " keys of partners are not what their entries say"},
        {count, DIFFER("partner_keys", "'partner-key'"),
         "the ledger and the table of partners' keys differ by %" PRId64},
        {count,
         "SELECT count(*) FROM partner_policies k LEFT JOIN ledger_entries e ON e.number = k.entry"
         " WHERE NOT ifnull((" TELLS("who") ", " TELLS("object.partner") ", " TELLS(
             "object.policy") ") = (k.person, k.partner, k.sha256), 0)",
         "%" PRId64 " policies of partners are not what their entries say"},
        {count, DIFFER("partner_policies", "'partner-policy'"),
         "the ledger and the table of partners' policies differ by %" PRId64},
        {count_changed, "SELECT document, sha256 FROM partner_policies",
         "%" PRId64 " policies of partners were changed"},
        {count,
         "SELECT count(*) FROM outbox o JOIN sites s ON s.id = o.site_id LEFT JOIN ledger_entries e"
         " ON e.number = o.entry WHERE NOT ifnull((" TELLS("object.site") ", " TELLS(
             "object.partner") ", " TELLS("object.message_sha256") ") = (s.name, o.partner,"
                                                                   " o.sha256), 0)",
         "%" PRId64 " messages to partners are not what their entries say"},
        {count_changed, "SELECT message, sha256 FROM outbox",
         "%" PRId64 " messages to partners were changed"},
        {count,
         "SELECT count(*) FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM releases r WHERE r.entry ="
         " o.entry AND r.partner = o.partner AND r.site_id = o.site_id)",
         "%" PRId64 " messages to partners are of no release"},
        {count,
         "SELECT count(*) FROM releases r WHERE r.entry IS NOT NULL AND r.expires IS NULL AND NOT"
         " EXISTS (SELECT 1 FROM outbox o WHERE o.entry = r.entry)",
         "%" PRId64 " releases have no message to their partner"}};
    char finding[256];

    for (size_t i = 0; i < sizeof look / sizeof look[0]; i++) {
        int64_t n = look[i].count(rows, look[i].sql);
        snprintf(finding, sizeof finding, look[i].finding, n);
        if (n != 0)
            rows->say(rows->context, finding);
    }
}

void vaho_ledger_rows_end(struct vaho_ledger_rows *rows)
{
    char finding[256];
    int64_t n = count(rows, "SELECT count(*) FROM flights");

    if (rows->n_entries > 0 && n != rows->n_flights) {
        snprintf(finding, sizeof finding,
                 "%" PRId64 " flights are there, and the ledger tells of %" PRId64, n,
                 rows->n_flights);
        rows->say(rows->context, finding);
    }
    if (rows->n_entries > 0) {
        look_at_people(rows);
        look_at_partners(rows);
    }
    if (rows->known_sha256[0] == '\0')
        return;
    snprintf(finding, sizeof finding, "SELECT count(*) FROM known_sources WHERE sha256 <> '%.64s'",
             rows->known_sha256);
    if (strspn(rows->known_sha256, "0123456789abcdef") == 64 && count(rows, finding) != 0)
        rows->say(rows->context, "known sources are there that no entry tells of");
}
