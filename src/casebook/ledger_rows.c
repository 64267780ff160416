#include "casebook/ledger_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    rows->begun_old = 1;
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
    if (rows->known_sha256[0] == '\0')
        return;
    snprintf(finding, sizeof finding, "SELECT count(*) FROM known_sources WHERE sha256 <> '%.64s'",
             rows->known_sha256);
    if (strspn(rows->known_sha256, "0123456789abcdef") == 64 && count(rows, finding) != 0)
        rows->say(rows->context, "known sources are there that no entry tells of");
}
