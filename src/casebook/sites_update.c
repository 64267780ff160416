/*
 * sites_update.c - all sites of a casebook, anew
 *
 *   1. flights, plumes and known sources are read, in an order of their own (site_inputs.h)
 *   2. gas by gas: plumes become groups (association.h); how far q-values can be trusted and how
 *      dense real and false plumes lie is learned from all of them (belief.h)
 *   3. groups are taken area by area, so that the coverage of each flight is read a few times and
 *      not once a site; each is judged by itself, on all processors (site.h)
 *   4. what changed is written, in one transaction
 *
 * Reckoning can take minutes and holds no lock: flights and plumes are only ever added, and those
 * added since wait for the next update.  That neither a review, nor known sources, nor another
 * update came between is looked at again before writing.
 *
 * Nothing is kept from one update to the next but the names and plumes of reviewed sites: the
 * answer is the same whatever came first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "base/pool.h"
#include "casebook/ledger.h"
#include "casebook/site_write.h"
#include "track/association.h"

enum { BATCH_SITES = 4096 };
static const double CELL_DEG = 0.02;

struct update {
    struct vaho_casebook *casebook;
    struct vaho_pool *pool;
    double at_s;
    int64_t last_flight_id, seal; /* seal: of what could change while we reckon */
    struct vaho_site_flights flights;
    struct vaho_site_rows rows;
    struct vaho_known known;
    struct vaho_belief_settings *settings; /* of each gas */
    size_t *member;
    struct vaho_site_made *site;
    size_t n_sites, site_capacity;
    struct vaho_error *error;
};

/* --- 2: groups and what is learned ------------------------------------------ */

/* Counting sort of the rows of one gas by group: members site by site, each in order. */
static enum vaho_status add_sites(struct update *u, size_t begin, const size_t *group, size_t n,
                                  size_t n_groups, size_t gas)
{
    struct vaho_site_made *site = realloc(u->site, (u->n_sites + n_groups) * sizeof *site);
    size_t total = begin;

    if (site == NULL)
        return vaho_fail_memory(u->error, "sites");
    u->site = site;
    site += u->n_sites;
    for (size_t g = 0; g < n_groups; g++)
        site[g] = (struct vaho_site_made){.gas = gas, .known_share = NAN};
    for (size_t i = 0; i < n; i++)
        site[group[i]].end++;
    for (size_t g = 0; g < n_groups; g++) {
        size_t count = site[g].end;
        site[g].begin = site[g].end = total;
        total += count;
    }
    for (size_t i = 0; i < n; i++)
        u->member[site[group[i]].end++] = begin + i;
    u->n_sites += n_groups;
    return VAHO_OK;
}

static enum vaho_status group_gas(struct update *u, size_t begin, size_t end)
{
    const struct vaho_association_settings settings = vaho_association_defaults();
    size_t n = end - begin, n_groups = 0, *group = vaho_alloc(n, sizeof *group);
    struct vaho_track_plume *plume = vaho_alloc(n, sizeof *plume);
    enum vaho_status status = VAHO_OK;

    if (group == NULL || plume == NULL)
        status = vaho_fail_memory(u->error, "sites");
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        const struct vaho_site_row *row = &u->rows.row[begin + i];
        plume[i] = (struct vaho_track_plume){.id = (int64_t)i,
                                             .pass = row->plume.pass,
                                             .fix = row->plume.fix,
                                             .pin = (size_t)row->pin};
    }
    if (status == VAHO_OK)
        status = vaho_associate(group, &n_groups, plume, n, &settings, u->error);
    if (status == VAHO_OK)
        status = add_sites(u, begin, group, n, n_groups, u->rows.row[begin].gas);
    free(group);
    free(plume);
    return status;
}

/* Whether a list of names in JSON holds this one; names hold no quotes. */
static int lists(const char *gases, const char *gas)
{
    const char *at = gases;
    size_t n = strlen(gas);

    while (at != NULL && (at = strstr(at, gas)) != NULL) {
        if (at > gases && at[-1] == '"' && at[n] == '"')
            return 1;
        at += n;
    }
    return 0;
}

static enum vaho_status learn_gas(struct update *u, size_t begin, size_t end)
{
    size_t gas = u->rows.row[begin].gas, n = end - begin;
    struct vaho_belief_settings *s = &u->settings[gas];
    size_t n_q = 0;
    double *alone = vaho_alloc(n, sizeof *alone), n_false = 0, most = 0, real = 0, area = 0;

    if (alone == NULL)
        return vaho_fail_memory(u->error, "sites");
    for (size_t i = begin, first = begin; i < end; i++) { /* pass by pass; stacks are no pass */
        if (u->rows.row[i].flight->is_stack) {
            first = i + 1;
            continue;
        }
        alone[n_q++] = u->rows.row[i].plume.q_alone;
        most = fmax(most, u->rows.row[i].plume.q_value);
        if (i + 1 == end || u->rows.row[i + 1].plume.pass != u->rows.row[i].plume.pass) {
            n_false += most * (double)(i + 1 - first);
            first = i + 1;
            most = 0;
        }
    }
    vaho_belief_tail(s, alone, n_q, n_false);
    free(alone);
    n_false = 0;
    for (size_t i = 0; i < u->flights.n; i++)
        if (lists(u->flights.flight[i].gases, u->rows.gas[gas]))
            area += u->flights.flight[i].searched_m2;
    for (size_t i = begin; i < end; i++) {
        double odds = vaho_plume_odds(u->rows.row[i].plume.q_alone, s);
        if (u->rows.row[i].flight->is_stack ||
            (area > 0 && !lists(u->rows.row[i].flight->gases, u->rows.gas[gas])))
            continue;
        real += odds / (1 + odds);
        n_false += 1 / (1 + odds);
    }
    vaho_belief_densities(s, real, n_false, area);
    return VAHO_OK;
}

static enum vaho_status make_groups(struct update *u)
{
    size_t begin = 0;
    enum vaho_status status = VAHO_OK;

    u->member = vaho_alloc(u->rows.n, sizeof *u->member);
    u->settings = vaho_alloc(u->rows.n_gases, sizeof *u->settings);
    if (u->member == NULL || u->settings == NULL)
        return vaho_fail_memory(u->error, "sites");
    for (size_t g = 0; g < u->rows.n_gases; g++)
        u->settings[g] = vaho_belief_defaults();
    for (size_t i = 0; i < u->rows.n && status == VAHO_OK; i++) {
        if (i + 1 < u->rows.n && u->rows.row[i + 1].gas == u->rows.row[begin].gas)
            continue;
        status = group_gas(u, begin, i + 1);
        if (status == VAHO_OK)
            status = learn_gas(u, begin, i + 1);
        begin = i + 1;
    }
    return status;
}

/* --- 3: judging -------------------------------------------------------------- */

struct spot_order {
    int64_t cell[2];
    size_t site;
    struct vaho_site_spot spot;
};

struct batch {
    struct update *update;
    const struct spot_order *order;
    struct vaho_site_looks looks[BATCH_SITES];    /* of each area */
    size_t area[BATCH_SITES], first[BATCH_SITES]; /* of each site: its area, where that begins */
    struct vaho_site_spot spot[BATCH_SITES];
    size_t n, n_areas;
};

static int by_cell(const void *left, const void *right)
{
    const struct spot_order *a = left, *b = right;

    for (int k = 0; k < 2; k++)
        if (a->cell[k] != b->cell[k])
            return a->cell[k] < b->cell[k] ? -1 : 1;
    return a->site < b->site ? -1 : a->site > b->site;
}

/* Where the site is before it is judged: all its plumes joined. */
static struct vaho_fix place_of(const struct update *u, const struct vaho_site_made *site)
{
    struct vaho_fix fix = u->rows.row[u->member[site->begin]].plume.fix;

    for (size_t i = site->begin + 1; i < site->end; i++)
        fix = vaho_fix_join(&fix, &u->rows.row[u->member[i]].plume.fix);
    return fix;
}

/* The looks of spot 'spot', where they begin; they are sorted. */
static size_t first_look(const struct vaho_site_looks *looks, size_t spot)
{
    size_t low = 0, high = looks->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (looks->found[middle].spot < spot)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum vaho_status judge_task(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    const struct batch *batch = context;
    const struct update *u = batch->update;
    const struct spot_order *order = &batch->order[task];
    struct vaho_site_made *site = &u->site[order->site];
    const struct vaho_site_looks *looks = &batch->looks[batch->area[task]];
    size_t spot = task - batch->first[task], begin = first_look(looks, spot);
    size_t n_plumes = site->end - site->begin, n_looks = first_look(looks, spot + 1) - begin;
    struct vaho_site_plume *plume = vaho_alloc(n_plumes, sizeof *plume);
    struct vaho_site_look *look = vaho_alloc(n_looks, sizeof *look);
    enum vaho_status status = VAHO_OK;

    (void)worker;
    if (plume == NULL || look == NULL)
        status = vaho_fail_memory(error, "a site");
    for (size_t i = 0; i < n_plumes && status == VAHO_OK; i++)
        plume[i] = u->rows.row[u->member[site->begin + i]].plume;
    for (size_t i = 0; i < n_looks && status == VAHO_OK; i++)
        look[i] = looks->found[begin + i].look;
    if (status == VAHO_OK)
        status = vaho_site_judge(&site->judged, NULL, NULL, plume, n_plumes, look, n_looks,
                                 &u->flights.passes, u->at_s, &u->settings[site->gas], error);
    if (status == VAHO_OK)
        site->known = vaho_known_explain(&site->known_share, &u->known, u->rows.gas[site->gas],
                                         &site->judged.fix);
    free(plume);
    free(look);
    return status;
}

/* Areas are cells, the last one cut where the batch is full. */
static enum vaho_status fill_batch(struct batch *batch, size_t n_left)
{
    struct update *u = batch->update;
    enum vaho_status status = VAHO_OK;

    batch->n = batch->n_areas = 0;
    while (batch->n < n_left && batch->n < BATCH_SITES && status == VAHO_OK) {
        const struct spot_order *first = &batch->order[batch->n];
        size_t n = 0;
        while (batch->n + n < n_left && batch->n + n < BATCH_SITES &&
               memcmp(first[n].cell, first->cell, sizeof first->cell) == 0) {
            batch->area[batch->n + n] = batch->n_areas;
            batch->first[batch->n + n] = batch->n;
            batch->spot[n] = first[n].spot;
            n++;
        }
        status = vaho_site_looks_load(&batch->looks[batch->n_areas++], u->casebook, &u->flights,
                                      batch->spot, n, u->error);
        batch->n += n;
    }
    return status;
}

static enum vaho_status judge_batches(struct update *u, const struct spot_order *order)
{
    struct batch *batch = vaho_alloc(1, sizeof *batch);
    enum vaho_status status = VAHO_OK;

    if (batch == NULL)
        return vaho_fail_memory(u->error, "sites");
    batch->update = u;
    for (size_t done = 0; done < u->n_sites && status == VAHO_OK; done += batch->n) {
        batch->order = order + done;
        status = fill_batch(batch, u->n_sites - done);
        if (status == VAHO_OK)
            status = vaho_pool_run(u->pool, batch->n, judge_task, batch, u->error);
        for (size_t i = 0; i < batch->n_areas; i++)
            vaho_site_looks_free(&batch->looks[i]);
    }
    free(batch);
    return status;
}

static enum vaho_status judge(struct update *u)
{
    struct spot_order *order = vaho_alloc(u->n_sites, sizeof *order);
    enum vaho_status status;

    if (order == NULL)
        return vaho_fail_memory(u->error, "sites");
    for (size_t i = 0; i < u->n_sites; i++) {
        struct vaho_fix fix = place_of(u, &u->site[i]);
        struct vaho_site_spot *spot = &order[i].spot;
        vaho_fix_lonlat(&spot->longitude_deg, &spot->latitude_deg, &fix);
        spot->gas = u->rows.gas[u->site[i].gas];
        order[i].site = i;
        order[i].cell[0] = (int64_t)floor(spot->latitude_deg / CELL_DEG);
        order[i].cell[1] = (int64_t)floor(spot->longitude_deg / CELL_DEG);
    }
    if (u->n_sites > 0)
        qsort(order, u->n_sites, sizeof *order, by_cell);
    status = judge_batches(u, order);
    free(order);
    return status;
}

/* Another number when a review, known sources or an update came between. */
static enum vaho_status read_seal(int64_t *out, struct update *u)
{
    static const char *const sql[] = {
        "SELECT ifnull(max(id), 0) FROM reviews", "SELECT ifnull(max(rowid), 0) FROM site_plumes",
        "SELECT count(*) FROM site_plumes",
        "SELECT ifnull(max(id), 0) FROM known_sources"}; /* a new list has new ids */
    uint64_t seal = 0;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < sizeof sql / sizeof sql[0] && status == VAHO_OK; i++) {
        int64_t value = 0;
        status = vaho_database_number(&value, u->casebook->database, u->casebook->path, sql[i],
                                      u->error);
        seal = seal * 1000003u + (uint64_t)value;
    }
    *out = (int64_t)seal;
    return status;
}

/* --- 4: all of it ------------------------------------------------------------- */

static enum vaho_status load(struct update *u)
{
    double latest = -INFINITY;
    enum vaho_status status = read_seal(&u->seal, u);

    if (status == VAHO_OK)
        status = vaho_database_number(&u->last_flight_id, u->casebook->database, u->casebook->path,
                                      "SELECT ifnull(max(id), 0) FROM flights", u->error);
    if (status == VAHO_OK)
        status = vaho_site_flights_load(&u->flights, u->casebook, u->last_flight_id, u->error);
    for (size_t i = 0; i < u->flights.passes.n && status == VAHO_OK; i++)
        latest = fmax(latest, u->flights.passes.time_s[i]);
    if (status == VAHO_OK && latest > u->at_s) {
        char text[VAHO_MOMENT_NBYTES];
        vaho_moment_format(text, latest);
        return vaho_fail(u->error, VAHO_BAD_INPUT,
                         "%s: holds a flight of %s, later than the moment sites are wanted for; "
                         "check the clock, or give a later --at",
                         u->casebook->path, text);
    }
    if (status == VAHO_OK)
        status = vaho_site_rows_load(&u->rows, u->casebook, &u->flights, 0, u->error);
    if (status == VAHO_OK)
        status = vaho_known_load(&u->known, u->casebook, u->error);
    return status;
}

/* What was learned, and that it was. */
static enum vaho_status keep_models(struct update *u, const char *at)
{
    char sql[512];
    enum vaho_status status = vaho_database_run(u->casebook->database, u->casebook->path,
                                                "DELETE FROM site_models", u->error);
    sqlite3_stmt *s = NULL;

    for (size_t g = 0; g < u->rows.n_gases && status == VAHO_OK; g++) {
        const struct vaho_belief_settings *m = &u->settings[g];
        if (sqlite3_prepare_v2(u->casebook->database,
                               "INSERT INTO site_models (gas, real_per_m2, false_per_m2,"
                               " tail_shape) VALUES (?, ?, ?, ?)",
                               -1, &s, NULL) != SQLITE_OK ||
            sqlite3_bind_text(s, 1, u->rows.gas[g], -1, SQLITE_STATIC) != SQLITE_OK ||
            sqlite3_bind_double(s, 2, m->real_per_m2) != SQLITE_OK ||
            sqlite3_bind_double(s, 3, m->false_per_m2) != SQLITE_OK ||
            sqlite3_bind_double(s, 4, m->tail_shape) != SQLITE_OK || sqlite3_step(s) != SQLITE_DONE)
            status = vaho_database_fail(u->casebook->database, u->casebook->path, u->error);
        sqlite3_finalize(s);
        s = NULL;
    }
    /* 'at' was parsed: it holds digits and signs only */
    snprintf(
        sql, sizeof sql,
        "DELETE FROM site_updates; INSERT INTO site_updates VALUES (1, '%s', %.3f, %lld, %lld)", at,
        u->at_s, (long long)u->last_flight_id, (long long)u->rows.n_unplaced);
    return status == VAHO_OK
               ? vaho_database_run(u->casebook->database, u->casebook->path, sql, u->error)
               : status;
}

static void count(struct vaho_sites_updated *out, const struct update *u)
{
    *out = (struct vaho_sites_updated){.n_plumes = (int64_t)u->rows.n,
                                       .n_sites = (int64_t)u->n_sites,
                                       .n_unplaced = u->rows.n_unplaced,
                                       .n_assumed = u->rows.n_assumed};
    for (size_t i = 0; i < u->n_sites; i++)
        out->n_known += u->site[i].known != NULL;
    for (size_t i = 0; i < u->flights.n; i++) {
        out->n_flights += !u->flights.flight[i].is_stack;
        out->n_stacks += u->flights.flight[i].is_stack;
        out->n_silent += !u->flights.flight[i].is_stack && u->flights.flight[i].gases == NULL;
    }
}

/* The one transaction. */
static enum vaho_status write_all(struct update *u, const char *at, const struct vaho_act *act)
{
    const struct vaho_site_book book = {u->casebook, &u->flights, &u->rows,
                                        u->member,   u->site,     u->n_sites};
    int64_t seal;
    enum vaho_status status =
        vaho_database_run(u->casebook->database, u->casebook->path, "BEGIN IMMEDIATE", u->error);

    if (status != VAHO_OK)
        return status;
    status = read_seal(&seal, u);
    if (status == VAHO_OK && seal != u->seal)
        status = vaho_fail(u->error, VAHO_BAD_INPUT,
                           "%s: reviews, known sources or sites were changed by another program "
                           "while sites were reckoned; update again",
                           u->casebook->path);
    if (status == VAHO_OK)
        status = vaho_site_write(&book, u->error);
    if (status == VAHO_OK)
        status = keep_models(u, at);
    if (status == VAHO_OK)
        status =
            vaho_ledger_append(NULL, u->casebook, act, "sites-update",
                               json_pack("{s:s, s:I, s:I, s:I}", "at", at, "last_flight",
                                         (json_int_t)u->last_flight_id, "plumes",
                                         (json_int_t)u->rows.n, "sites", (json_int_t)u->n_sites),
                               NULL, u->error);
    return vaho_database_end(u->casebook->database, u->casebook->path, status, u->error);
}

enum vaho_status vaho_sites_update(struct vaho_sites_updated *out, struct vaho_casebook *casebook,
                                   const char *at, size_t n_threads, const struct vaho_act *act,
                                   struct vaho_error *error)
{
    struct update u = {.casebook = casebook, .error = error};
    enum vaho_status status = vaho_act_check(act, error);

    *out = (struct vaho_sites_updated){0};
    if (status == VAHO_OK && !vaho_moment_parse(&u.at_s, at))
        status = vaho_fail(error, VAHO_USAGE, "'%s' is no moment like 2026-04-03T12:00:00Z", at);
    if (status == VAHO_OK)
        status = vaho_pool_new(&u.pool, n_threads, error);
    if (status == VAHO_OK)
        status = load(&u);
    if (status == VAHO_OK)
        status = make_groups(&u);
    if (status == VAHO_OK)
        status = judge(&u);
    if (status == VAHO_OK)
        status = write_all(&u, at, act);
    if (status == VAHO_OK)
        count(out, &u);
    vaho_pool_free(u.pool);
    vaho_site_flights_free(&u.flights);
    vaho_site_rows_free(&u.rows);
    vaho_known_free(&u.known);
    free(u.settings);
    free(u.member);
    free(u.site);
    return status;
}
