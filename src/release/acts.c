/*
 * acts.c - a release from the casebook's rows to the outbox
 *
 * The lead's id for a partner is made of what does not change and the partner does not know: the
 * first 32 digits of SHA-256 over the ledger's first entry, which holds a random number, the site's
 * name and the partner's.  So a preview has it before anything was released.
 */
#include "release/acts.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "casebook/accounts.h"
#include "casebook/ledger.h"
#include "casebook/outbox.h"
#include "casebook/partners.h"
#include "mandate/document.h"
#include "review/evidence.h"
#include "review/review.h"

enum { MAX_MANDATES = 64 };

/* All that a decision is made of, and what came out. */
struct preparation {
    struct vaho_casebook *casebook;
    const char *site, *partner;
    int64_t site_id;
    char gas[64], state[16];
    struct vaho_lead lead;
    struct vaho_policy *policy;
    size_t n_mandates;
    struct vaho_mandate *mandate[MAX_MANDATES];
    struct vaho_checkpoint ledger;
    struct vaho_outbox_last last;
    struct vaho_release_told told; /* level 0: nothing yet; then what to remember */
    char lead_id[VAHO_DIGEST_HEX_NBYTES];
    struct vaho_text bytes;
    double until_s;
    char sha256[VAHO_DIGEST_HEX_NBYTES];
    struct vaho_error *error;
};

static enum vaho_status broken(struct preparation *p)
{
    return vaho_database_fail(p->casebook->database, p->casebook->path, p->error);
}

static void finish(struct preparation *p)
{
    for (size_t i = 0; i < p->n_mandates; i++)
        vaho_mandate_free(p->mandate[i]);
    vaho_policy_free(p->policy);
    vaho_text_free(&p->bytes);
}

/* --- reading the casebook ---------------------------------------------------------- */

static double number_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static double moment_of(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    double at_s = NAN;

    return text != NULL && vaho_moment_parse(&at_s, text) ? at_s : NAN;
}

static void take_site(struct preparation *p, sqlite3_stmt *s)
{
    p->site_id = sqlite3_column_int64(s, 0);
    snprintf(p->gas, sizeof p->gas, "%s", (const char *)sqlite3_column_text(s, 1));
    snprintf(p->state, sizeof p->state, "%s", (const char *)sqlite3_column_text(s, 10));
    p->lead = (struct vaho_lead){.gas = p->gas,
                                 .exercise = p->casebook->kind == VAHO_CASEBOOK_EXERCISE,
                                 .longitude_deg = number_of(s, 2),
                                 .latitude_deg = number_of(s, 3),
                                 .sigma_m = number_of(s, 4),
                                 .probability = number_of(s, 5),
                                 .first_seen_s = moment_of(s, 6),
                                 .last_seen_s = moment_of(s, 7),
                                 .emission_kg_h = number_of(s, 8),
                                 .emission_sigma_kg_h = number_of(s, 9)};
}

static enum vaho_status read_site(struct preparation *p)
{
    static const char sql[] =
        "SELECT s.id, s.gas, s.longitude, s.latitude, s.sigma_m, s.probability, s.first_seen,"
        " s.last_seen, s.emission_kg_h, s.emission_sigma_kg_h, t.state FROM sites s JOIN"
        " site_states t ON t.site_id = s.id WHERE s.name = ?";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(p->casebook->database, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, p->site, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        take_site(p, s);
    else if (result == SQLITE_DONE)
        status = vaho_fail(p->error, VAHO_NOT_FOUND,
                           "%s: has no site '%s'; 'vaho review list' tells whole names",
                           p->casebook->path, p->site);
    else
        status = broken(p);
    sqlite3_finalize(s);
    return status;
}

/* One mandate, which must still be worth something. */
static enum vaho_status take_mandate(struct preparation *p, const struct vaho_release_ask *ask,
                                     const char *document)
{
    enum vaho_status status;

    if (document == NULL)
        return vaho_fail(p->error, VAHO_REFUSED,
                         "rule 'mandate': part of it was found under no mandate");
    if (p->n_mandates == MAX_MANDATES)
        return vaho_fail(p->error, VAHO_REFUSED,
                         "rule 'mandate': it rests on more than %d mandates", MAX_MANDATES);
    status = vaho_mandate_parse(&p->mandate[p->n_mandates], document, strlen(document),
                                "a mandate it rests on", p->error);
    if (status != VAHO_OK)
        return status;
    return vaho_mandate_check(p->mandate[p->n_mandates++], ask->trust, ask->revocations,
                              ask->n_revocations, p->error);
}

static enum vaho_status read_mandates(struct preparation *p, const struct vaho_release_ask *ask)
{
    static const char sql[] =
        "SELECT DISTINCT m.id, m.document FROM site_plumes sp JOIN plumes p ON p.id = sp.plume_id"
        " JOIN flights f ON f.id = p.flight_id LEFT JOIN mandates m ON m.id = f.mandate_id WHERE"
        " sp.site_id = ? ORDER BY m.id";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(p->casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, p->site_id);
        while (status == VAHO_OK && (result = sqlite3_step(s)) == SQLITE_ROW)
            status = take_mandate(p, ask, (const char *)sqlite3_column_text(s, 1));
    }
    if (status == VAHO_OK && result != SQLITE_DONE)
        status = broken(p);
    sqlite3_finalize(s);
    return status;
}

static enum vaho_status read_policy(struct preparation *p)
{
    struct vaho_text text;
    enum vaho_status status;

    vaho_text_init(&text, (size_t)1 << 26);
    status = vaho_partner_policy(&text, p->casebook, p->partner, p->error);
    if (status == VAHO_OK)
        status = text.failed ? vaho_fail_memory(p->error, "a policy")
                             : vaho_policy_parse(&p->policy, text.data, text.nbytes,
                                                 "the partner's policy", p->error);
    vaho_text_free(&text);
    return status;
}

static enum vaho_status make_lead_id(struct preparation *p)
{
    struct vaho_text text;
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    vaho_text_init(&text, (size_t)1 << 20);
    if (sqlite3_prepare_v2(p->casebook->database,
                           "SELECT entry FROM ledger_entries WHERE number = 0", -1, &s,
                           NULL) == SQLITE_OK &&
        (result = sqlite3_step(s)) == SQLITE_ROW)
        vaho_text_printf(&text, "%s\n%s\n%s\n", (const char *)sqlite3_column_text(s, 0), p->site,
                         p->partner);
    sqlite3_finalize(s);
    if (result == SQLITE_ROW && !text.failed) {
        vaho_sha256(p->lead_id, text.data, text.nbytes);
        p->lead_id[VAHO_LEAD_ID_NBYTES - 1] = '\0';
    }
    vaho_text_free(&text);
    return result == SQLITE_ROW ? VAHO_OK : broken(p);
}

/* Where the message will stand: in the ledger, and in the order of the partner. */
static enum vaho_status read_order(struct preparation *p)
{
    struct vaho_outbox_cell cell;
    enum vaho_status status = vaho_ledger_state(&p->ledger, p->casebook, VAHO_LEDGER_NOW, p->error);

    if (status == VAHO_OK)
        status = vaho_outbox_last(&p->last, p->casebook, p->partner, p->error);
    if (status == VAHO_OK)
        status = vaho_outbox_told(&cell, p->casebook, p->site_id, p->partner, p->error);
    if (status == VAHO_OK)
        p->told = (struct vaho_release_told){{cell.level, cell.row, cell.column}, cell.asked_level};
    if (status == VAHO_OK)
        status = make_lead_id(p);
    return status;
}

/* --- deciding ------------------------------------------------------------------------ */

/* Reads all and makes the bytes.  'ask' NULL: of a recall. */
static enum vaho_status prepare(struct preparation *p, const struct vaho_release_ask *ask,
                                const char *at)
{
    struct vaho_release_request request;
    enum vaho_status status = read_site(p);

    vaho_text_init(&p->bytes, VAHO_RELEASE_MAX_NBYTES);
    if (status == VAHO_OK && ask != NULL && strcmp(p->state, "confirmed") != 0 &&
        strcmp(p->state, "released") != 0)
        status = vaho_fail(p->error, VAHO_REFUSED,
                           "%s: a site is released only after it was confirmed, and %s is '%s'",
                           p->casebook->path, p->site, p->state);
    if (status == VAHO_OK)
        status = read_policy(p);
    if (status == VAHO_OK && ask != NULL)
        status = read_mandates(p, ask);
    if (status == VAHO_OK)
        status = read_order(p);
    if (status != VAHO_OK)
        return status;
    request = (struct vaho_release_request){
        .kind = ask == NULL ? VAHO_RELEASE_RECALL : VAHO_RELEASE_GIVE,
        .lead = &p->lead,
        .policy = p->policy,
        .n_mandates = p->n_mandates,
        .mandate = (const struct vaho_mandate *const *)p->mandate,
        .told = p->told.level != 0 ? &p->told : NULL,
        .lead_id = p->lead_id,
        .sequence = p->last.sequence + 1,
        .previous_sha256 = p->last.sequence > 0 ? p->last.sha256 : NULL,
        .ledger_origin = p->ledger.origin,
        .ledger_index = p->ledger.size};
    if (!vaho_moment_parse(&request.at_s, at))
        return vaho_fail(p->error, VAHO_USAGE, "'%s' is no moment like 2026-04-03T12:00:00Z", at);
    {
        struct vaho_release_told told;
        status = vaho_release_decide(&p->bytes, &told, &p->until_s, &request, p->error);
        p->told = told;
    }
    if (status == VAHO_OK)
        vaho_sha256(p->sha256, p->bytes.data, p->bytes.nbytes);
    return status;
}

/* Over the bytes and the evidence behind them. */
static enum vaho_status version_of(char out[VAHO_PREVIEW_VERSION_NBYTES], struct preparation *p)
{
    char evidence[VAHO_DIGEST_HEX_NBYTES], both[2 * VAHO_DIGEST_HEX_NBYTES];
    char digest[VAHO_DIGEST_HEX_NBYTES];
    enum vaho_status status = vaho_evidence_sha256(evidence, p->casebook, p->site_id, p->error);

    if (status != VAHO_OK)
        return status;
    snprintf(both, sizeof both, "%s%s", p->sha256, evidence);
    vaho_sha256(digest, both, strlen(both));
    snprintf(out, VAHO_PREVIEW_VERSION_NBYTES, "%.16s", digest);
    return VAHO_OK;
}

static enum vaho_status begin(struct vaho_casebook *casebook, const char *how,
                              struct vaho_error *error)
{
    return vaho_database_run(casebook->database, casebook->path, how, error);
}

enum vaho_status vaho_release_preview(struct vaho_release_preview *out,
                                      struct vaho_casebook *casebook, const char *at,
                                      const struct vaho_release_ask *ask, struct vaho_error *error)
{
    struct preparation p = {
        .casebook = casebook, .site = ask->site, .partner = ask->partner, .error = error};
    enum vaho_status status = begin(casebook, "BEGIN", error); /* one state of all tables */

    vaho_text_init(&out->bytes, VAHO_RELEASE_MAX_NBYTES);
    out->version[0] = '\0';
    if (status != VAHO_OK)
        return status;
    status = prepare(&p, ask, at);
    if (status == VAHO_OK)
        status = version_of(out->version, &p);
    if (status == VAHO_OK) {
        vaho_text_append(&out->bytes, p.bytes.data, p.bytes.nbytes);
        if (out->bytes.failed)
            status = vaho_fail_memory(error, "a release");
    }
    finish(&p);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

/* --- writing ---------------------------------------------------------------------------- */

/* Entry, message and row; 'mandate' NULL: of a recall. */
static enum vaho_status write(struct preparation *p, const struct vaho_act *act,
                              const char *mandate)
{
    unsigned char random[16];
    char nonce[33];
    int64_t entry;
    json_t *object;
    enum vaho_status status;

    randombytes_buf(random, sizeof random); /* so that the entry cannot be guessed from its hash */
    sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
    object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "site", p->site, "partner", p->partner,
                       "message_sha256", p->sha256, "policy", vaho_policy_terms(p->policy)->sha256,
                       "nonce", nonce);
    status = vaho_ledger_append(&entry, p->casebook, act,
                                mandate == NULL ? "site-recall" : "site-release", object, mandate,
                                p->error);
    if (status == VAHO_OK)
        status = vaho_outbox_append(
            p->casebook,
            &(struct vaho_outbox_message){
                .partner = p->partner,
                .bytes = p->bytes.data,
                .sha256 = p->sha256,
                .site_id = p->site_id,
                .entry = entry,
                .until_s = (int64_t)p->until_s,
                .sequence = p->last.sequence + 1,
                .cell = {p->told.cell.level, p->told.cell.row, p->told.cell.column, p->told.level}},
            p->error);
    if (status == VAHO_OK)
        status = mandate == NULL
                     ? vaho_review_recall(p->casebook, act, p->site, p->partner, entry, p->error)
                     : vaho_review_release(p->casebook, act, p->site, p->partner, mandate, entry,
                                           p->error);
    return status;
}

static enum vaho_status approve(struct preparation *p, const struct vaho_act *act,
                                const struct vaho_release_ask *ask, const char *version)
{
    char now[VAHO_PREVIEW_VERSION_NBYTES];
    enum vaho_status status = vaho_account_need(p->casebook, act, VAHO_ROLE_RELEASER, p->error);

    if (status == VAHO_OK)
        status = prepare(p, ask, act->at);
    if (status == VAHO_OK)
        status = version_of(now, p);
    if (status == VAHO_OK && strcmp(now, version) != 0)
        status = vaho_fail(p->error, VAHO_REFUSED,
                           "%s: what would go to %s of %s is not what was looked at in version "
                           "%.40s: something was done since; preview it again",
                           p->casebook->path, p->partner, p->site, version);
    if (status == VAHO_OK)
        status = write(p, act, vaho_mandate_terms(p->mandate[0])->sha256);
    return status;
}

enum vaho_status vaho_release_approve(uint64_t *out_sequence, struct vaho_casebook *casebook,
                                      const struct vaho_act *act,
                                      const struct vaho_release_ask *ask, const char *version,
                                      struct vaho_error *error)
{
    struct preparation p = {
        .casebook = casebook, .site = ask->site, .partner = ask->partner, .error = error};
    enum vaho_status status = begin(casebook, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    status = approve(&p, act, ask, version);
    *out_sequence = p.last.sequence + 1;
    finish(&p);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

enum vaho_status vaho_release_recall(uint64_t *out_sequence, struct vaho_casebook *casebook,
                                     const struct vaho_act *act, const char *site,
                                     const char *partner, struct vaho_error *error)
{
    struct preparation p = {.casebook = casebook, .site = site, .partner = partner, .error = error};
    enum vaho_status status = begin(casebook, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    status = vaho_account_need(casebook, act, VAHO_ROLE_RELEASER, error);
    if (status == VAHO_OK)
        status = prepare(&p, NULL, act->at);
    if (status == VAHO_OK)
        status = write(&p, act, NULL);
    *out_sequence = p.last.sequence + 1;
    finish(&p);
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

/* --- expiry -------------------------------------------------------------------------------- */

/* The site and partner of one release whose time is over; 0: there is none, or *status. */
static int next_over(char site[256], char partner[64], struct vaho_casebook *casebook, double at_s,
                     enum vaho_status *status, struct vaho_error *error)
{
    static const char sql[] = "SELECT s.name, r.partner FROM releases_out r JOIN outbox o ON"
                              " o.entry = r.entry JOIN sites s ON s.id = r.site_id WHERE o.until_s"
                              " <= ? ORDER BY r.id LIMIT 1";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, (int64_t)floor(at_s));
        result = sqlite3_step(s);
    }
    if (result == SQLITE_ROW) {
        snprintf(site, 256, "%s", (const char *)sqlite3_column_text(s, 0));
        snprintf(partner, 64, "%s", (const char *)sqlite3_column_text(s, 1));
    } else if (result != SQLITE_DONE) {
        *status = vaho_database_fail(casebook->database, casebook->path, error);
    }
    sqlite3_finalize(s);
    return result == SQLITE_ROW;
}

enum vaho_status vaho_release_expire(size_t *out_n, struct vaho_casebook *casebook,
                                     const struct vaho_act *act, struct vaho_error *error)
{
    char site[256], partner[64];
    double at_s = 0;
    int64_t entry;
    enum vaho_status status;

    *out_n = 0;
    if (!vaho_moment_parse(&at_s, act->at))
        return vaho_fail(error, VAHO_USAGE, "'%s' is no moment like 2026-04-03T12:00:00Z", act->at);
    status = begin(casebook, "BEGIN IMMEDIATE", error);
    if (status != VAHO_OK)
        return status;
    while (status == VAHO_OK && next_over(site, partner, casebook, at_s, &status, error)) {
        status = vaho_ledger_append(&entry, casebook, act, "site-expire",
                                    json_pack("{s:s, s:s}", "site", site, "partner", partner), NULL,
                                    error);
        if (status == VAHO_OK)
            status = vaho_review_expire(casebook, act, site, partner, entry, error);
        *out_n += status == VAHO_OK;
    }
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

enum vaho_status vaho_release_set_policy(struct vaho_casebook *casebook, const struct vaho_act *act,
                                         const char *partner, const char *data, size_t nbytes,
                                         const char *path, struct vaho_error *error)
{
    struct vaho_policy *policy;
    const struct vaho_policy_terms *t;
    enum vaho_status status = vaho_policy_parse(&policy, data, nbytes, path, error);

    if (status != VAHO_OK)
        return status;
    t = vaho_policy_terms(policy);
    if (strcmp(t->partner, partner) != 0)
        status = vaho_fail(error, VAHO_REFUSED, "%s: is a policy for %s, not for %s", path,
                           t->partner, partner);
    else if (casebook->kind == VAHO_CASEBOOK_OPEN)
        status = vaho_fail(error, VAHO_REFUSED,
                           "%s: nothing of an open casebook can be released, so it takes no policy",
                           casebook->path);
    else if (t->exercise != (casebook->kind == VAHO_CASEBOOK_EXERCISE))
        status = vaho_fail(error, VAHO_REFUSED, "%s: is a policy for %s, and the casebook is not",
                           path, t->exercise ? "exercises" : "operations");
    else
        status = vaho_partner_set_policy(casebook, act, partner, vaho_policy_canonical(policy),
                                         t->sha256, error);
    vaho_policy_free(policy);
    return status;
}
