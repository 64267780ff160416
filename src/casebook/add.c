/*
 * add.c - taking in a flight: judged first, then written in one transaction
 *
 * The schema refuses what a casebook of this kind may not hold; here it is said in
 * words before anything is begun.  That products name a mandate is not believed:
 * the mandate itself must be given, and every plume must lie inside its area.
 *
 * A stack is taken in after the flights it is of, whose time and sensor were judged then.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "casebook/intake.h"
#include "casebook/ledger.h"
#include "casebook/rows_hash.h"

static const double ROUNDING_M = 0.05; /* corners are written to a centimetre */

/* --- judging -------------------------------------------------------------- */

static enum vaho_status fits_kind(const struct vaho_casebook *casebook,
                                  const struct vaho_intake *in, const char *directory,
                                  struct vaho_error *error)
{
    int mandated = strcmp(in->mandate, "no mandate") != 0;

    switch (casebook->kind) {
    case VAHO_CASEBOOK_OPEN:
        if (mandated || in->exercise)
            return vaho_fail(error, VAHO_REFUSED,
                             "%s: %s, and %s is an open casebook, for surveys without a mandate",
                             directory, mandated ? "was flown under a mandate" : "is an exercise",
                             casebook->path);
        break;
    case VAHO_CASEBOOK_OPERATION:
        if (in->exercise || !mandated)
            return vaho_fail(error, VAHO_REFUSED,
                             "%s: %s, and %s is the casebook of an operation, which takes in only "
                             "flights under a mandate",
                             directory, in->exercise ? "is an exercise" : "has no mandate",
                             casebook->path);
        break;
    case VAHO_CASEBOOK_EXERCISE:
        if (!in->exercise)
            return vaho_fail(error, VAHO_REFUSED,
                             "%s: is a real flight, and %s is the casebook of an exercise",
                             directory, casebook->path);
        break;
    }
    return VAHO_OK;
}

static int names_sensor(const struct vaho_mandate_terms *terms, const char *sensor)
{
    for (size_t i = 0; i < terms->n_sensors; i++)
        if (strcmp(terms->sensor[i], sensor) == 0)
            return 1;
    return terms->n_sensors == 0;
}

/* A corner of a footprint, moved by the rounding towards the source. */
static int permits_corner(const struct vaho_mandate *mandate, const struct vaho_trust *trust,
                          const struct vaho_intake_plume *p, const json_t *at)
{
    double x = json_number_value(json_array_get(at, 0));
    double y = json_number_value(json_array_get(at, 1));
    double dx = remainder(p->longitude_deg - x, 360), dy = p->latitude_deg - y;
    double metres = 111320 * hypot(dx * cos(y * 0.017453292519943295), dy);
    double t = metres > ROUNDING_M ? ROUNDING_M / metres : 1;

    return vaho_mandate_permits_place(mandate, trust, x + t * dx, y + t * dy, 0);
}

/* Walks arrays of arrays down to positions. */
static int permits_all(const struct vaho_mandate *mandate, const struct vaho_trust *trust,
                       const struct vaho_intake_plume *p, const json_t *coordinates)
{
    if (!json_is_array(json_array_get(coordinates, 0)))
        return permits_corner(mandate, trust, p, coordinates);
    for (size_t i = 0; i < json_array_size(coordinates); i++)
        if (!permits_all(mandate, trust, p, json_array_get(coordinates, i)))
            return 0;
    return 1;
}

static enum vaho_status fits_mandate(const struct vaho_intake *in, const char *directory,
                                     const struct vaho_mandate *mandate,
                                     const struct vaho_trust *trust, struct vaho_error *error)
{
    const struct vaho_mandate_terms *t = vaho_mandate_terms(mandate);
    struct vaho_error reason;

    if (strcmp(in->mandate, t->label) != 0)
        return vaho_fail(error, VAHO_REFUSED, "%s: was flown under '%s', not under %s", directory,
                         in->mandate, t->label);
    if (t->exercise != in->exercise)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: an exercise needs an exercise mandate, and a real flight a real one",
                         directory);
    if (in->n_passes == 0 && vaho_mandate_check_time(mandate, in->time_s, &reason) != VAHO_OK)
        return vaho_fail(error, VAHO_REFUSED, "%s: %s", directory, reason.message);
    if (in->n_passes == 0 && !names_sensor(t, in->sensor))
        return vaho_fail(error, VAHO_REFUSED, "%s: the mandate %s does not name the sensor '%s'",
                         directory, t->id, in->sensor);
    for (size_t i = 0; i < in->n_searched; i++)
        if (!vaho_mandate_names_gas(mandate, json_string_value(json_array_get(in->searched, i))))
            return vaho_fail(error, VAHO_REFUSED, "%s: the mandate %s does not name %s", directory,
                             t->id, json_string_value(json_array_get(in->searched, i)));
    for (size_t i = 0; i < in->n; i++) {
        const struct vaho_intake_plume *p = &in->plume[i];
        if (!vaho_mandate_names_gas(mandate, p->gas))
            return vaho_fail(error, VAHO_REFUSED, "%s: the mandate %s does not name %s of plume %s",
                             directory, t->id, p->gas, p->name);
        if ((p->blob.data == NULL && in->n_passes == 0) ||
            !vaho_mandate_permits_place(mandate, trust, p->longitude_deg, p->latitude_deg, 0) ||
            (p->blob.data != NULL &&
             !permits_all(mandate, trust, p, json_object_get(p->geometry, "coordinates"))))
            return vaho_fail(error, VAHO_REFUSED,
                             "%s: plume %s lies outside the mandate %s; these are not what 'vaho "
                             "detect --mandate' wrote",
                             directory, p->name, t->id);
    }
    return VAHO_OK;
}

static enum vaho_status judge(const struct vaho_casebook *casebook, const struct vaho_intake *in,
                              const char *directory, const struct vaho_mandate *mandate,
                              const struct vaho_trust *trust, struct vaho_error *error)
{
    enum vaho_status status = fits_kind(casebook, in, directory, error);

    if (status != VAHO_OK)
        return status;
    if (mandate != NULL)
        return fits_mandate(in, directory, mandate, trust, error);
    if (strcmp(in->mandate, "no mandate") != 0)
        return vaho_fail(
            error, VAHO_REFUSED,
            "%s: was flown under the mandate %s; give it with --mandate and --trust, so "
            "that it can be verified",
            directory, in->mandate);
    return VAHO_OK;
}

/* --- writing -------------------------------------------------------------- */

struct insert {
    struct vaho_casebook *casebook;
    sqlite3_stmt *statement;
    int column, failed;
    struct vaho_error *error;
};

static void begin(struct insert *insert, const char *sql)
{
    insert->column = 0;
    insert->failed = sqlite3_prepare_v2(insert->casebook->database, sql, -1, &insert->statement,
                                        NULL) != SQLITE_OK;
}

static void text(struct insert *insert, const char *value)
{
    insert->failed |= sqlite3_bind_text(insert->statement, ++insert->column, value, -1,
                                        SQLITE_STATIC) != SQLITE_OK;
}

/* "" is unknown. */
static void text_or_null(struct insert *insert, const char *value)
{
    if (value[0] != '\0')
        text(insert, value);
    else
        insert->failed |= sqlite3_bind_null(insert->statement, ++insert->column) != SQLITE_OK;
}

static void whole(struct insert *insert, int64_t value)
{
    insert->failed |= sqlite3_bind_int64(insert->statement, ++insert->column, value) != SQLITE_OK;
}

/* 0 is none. */
static void reference(struct insert *insert, int64_t id)
{
    if (id != 0)
        whole(insert, id);
    else
        insert->failed |= sqlite3_bind_null(insert->statement, ++insert->column) != SQLITE_OK;
}

/* NaN becomes NULL; sqlite does that itself. */
static void real(struct insert *insert, double value)
{
    insert->failed |= sqlite3_bind_double(insert->statement, ++insert->column, value) != SQLITE_OK;
}

/* Runs the statement and makes it ready for the next row. */
static enum vaho_status step(struct insert *insert)
{
    enum vaho_status status = VAHO_OK;

    if (insert->failed || sqlite3_step(insert->statement) != SQLITE_DONE)
        status =
            vaho_database_fail(insert->casebook->database, insert->casebook->path, insert->error);
    sqlite3_reset(insert->statement);
    insert->column = 0;
    return status;
}

static enum vaho_status end(struct insert *insert, enum vaho_status status)
{
    if (status == VAHO_OK && insert->failed)
        status =
            vaho_database_fail(insert->casebook->database, insert->casebook->path, insert->error);
    sqlite3_finalize(insert->statement);
    insert->statement = NULL;
    return status;
}

/* The id of the row with this text, 0 when there is none. */
static enum vaho_status find(int64_t *out, struct insert *insert, const char *sql, const char *key,
                             int64_t mandate_id, char products[VAHO_DIGEST_HEX_NBYTES])
{
    int result;

    *out = 0;
    begin(insert, sql);
    text(insert, key);
    if (products != NULL)
        whole(insert, mandate_id);
    result = insert->failed ? SQLITE_ERROR : sqlite3_step(insert->statement);
    if (result == SQLITE_ROW) {
        *out = sqlite3_column_int64(insert->statement, 0);
        if (products != NULL)
            snprintf(products, VAHO_DIGEST_HEX_NBYTES, "%s",
                     (const char *)sqlite3_column_text(insert->statement, 1));
    }
    insert->failed |= result != SQLITE_ROW && result != SQLITE_DONE;
    return end(insert, VAHO_OK);
}

static enum vaho_status keep_partners(struct insert *insert, const struct vaho_mandate_terms *t,
                                      int64_t mandate_id)
{
    enum vaho_status status = VAHO_OK;

    begin(insert, "INSERT INTO mandate_partners (mandate_id, partner, precision_m,"
                  " time_precision_s) VALUES (?, ?, ?, ?)");
    for (size_t i = 0; i < t->n_partners && status == VAHO_OK; i++) {
        whole(insert, mandate_id);
        text(insert, t->partner[i].name);
        real(insert, t->partner[i].precision_m);
        real(insert, t->partner[i].time_precision_s);
        status = step(insert);
    }
    return end(insert, status);
}

/* The mandate's row, made when it is new. */
static enum vaho_status keep_mandate(int64_t *out, struct insert *insert,
                                     const struct vaho_mandate *mandate, const char *at)
{
    const struct vaho_mandate_terms *t;
    enum vaho_status status;

    *out = 0;
    if (mandate == NULL)
        return VAHO_OK;
    t = vaho_mandate_terms(mandate);
    status = find(out, insert, "SELECT id FROM mandates WHERE sha256 = ?", t->sha256, 0, NULL);
    if (status != VAHO_OK || *out != 0)
        return status;
    begin(insert, "INSERT INTO mandates (name, issuer, sha256, document, exercise, from_s, to_s,"
                  " taken_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    text(insert, t->id);
    text(insert, t->issuer);
    text(insert, t->sha256);
    text(insert, vaho_mandate_canonical(mandate));
    whole(insert, t->exercise);
    real(insert, t->from_s);
    real(insert, t->to_s);
    text(insert, at);
    status = end(insert, step(insert));
    *out = sqlite3_last_insert_rowid(insert->casebook->database);
    return status == VAHO_OK ? keep_partners(insert, t, *out) : status;
}

static enum vaho_status keep_flight(int64_t *out, struct insert *insert,
                                    const struct vaho_intake *in, int64_t mandate_id,
                                    const char *at)
{
    enum vaho_status status;

    begin(
        insert,
        "INSERT INTO flights (name, sha256, products_sha256, mandate_id, exercise, flown, flown_s,"
        " sensor, n_lines, n_samples, n_bands, n_plumes, made_by, taken_in)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    text(insert, in->flight);
    text(insert, in->sha256);
    text(insert, in->products_sha256);
    reference(insert, mandate_id);
    whole(insert, in->exercise);
    text_or_null(insert, in->time);
    real(insert, in->time_s);
    text_or_null(insert, in->sensor);
    whole(insert, (int64_t)in->n_lines);
    whole(insert, (int64_t)in->n_samples);
    whole(insert, (int64_t)in->n_bands);
    whole(insert, (int64_t)in->n);
    text(insert, in->made_by);
    text(insert, at);
    status = end(insert, step(insert));
    *out = sqlite3_last_insert_rowid(insert->casebook->database);
    return status;
}

/* The number of a gas among those of the tiles, n_gases: not among them. */
static size_t gas_of(const struct vaho_cover *cover, const char *gas)
{
    size_t g = 0;

    while (g < cover->n_gases &&
           strcmp(json_string_value(json_array_get(cover->gases, g)), gas) != 0)
        g++;
    return g;
}

/* A row a gas, with the median of its tiles. */
static enum vaho_status keep_coverage(struct insert *insert, const struct vaho_intake *in,
                                      int64_t flight_id)
{
    const struct vaho_cover *cover = &in->cover;
    double *room = vaho_alloc(cover->n, sizeof *room);
    enum vaho_status status = VAHO_OK;

    if (room == NULL)
        return vaho_fail_memory(insert->error, in->flight);
    begin(insert, "INSERT INTO coverage (flight_id, gas, limit_ppmm, limit_kg_h, steepness)"
                  " VALUES (?, ?, ?, ?, ?)");
    for (size_t i = 0; i < in->n_searched && status == VAHO_OK; i++) {
        const char *gas = json_string_value(json_array_get(in->searched, i));
        size_t g = gas_of(cover, gas);
        int known = g < cover->n_gases && cover->n > 0;
        whole(insert, flight_id);
        text(insert, gas);
        real(insert, known ? vaho_cover_median(cover, g, 0, room) : NAN);
        real(insert, known ? vaho_cover_median(cover, g, 1, room) : NAN);
        real(insert, known ? cover->steepness : NAN);
        status = step(insert);
    }
    free(room);
    return end(insert, status);
}

static enum vaho_status keep_tiles(struct insert *insert, const struct vaho_cover *cover,
                                   int64_t flight_id)
{
    unsigned char *tiles = vaho_cover_pack(cover);
    char *gases = json_dumps(cover->gases, JSON_COMPACT);
    enum vaho_status status;

    if (tiles == NULL || gases == NULL) {
        free(tiles);
        free(gases);
        return vaho_fail_memory(insert->error, insert->casebook->path);
    }
    begin(insert, "INSERT INTO coverage_tiles (flight_id, gases, n_gases, steepness, searched_m2,"
                  " west, east, south, north, n, tiles) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    whole(insert, flight_id);
    text(insert, gases);
    whole(insert, (int64_t)cover->n_gases);
    real(insert, cover->steepness);
    real(insert, cover->searched_m2);
    for (int k = 0; k < 4; k++)
        real(insert, cover->box[k]);
    whole(insert, (int64_t)cover->n);
    insert->failed |= sqlite3_bind_blob64(insert->statement, ++insert->column, tiles,
                                          cover->n * vaho_cover_tile_nbytes(cover->n_gases),
                                          SQLITE_STATIC) != SQLITE_OK;
    status = end(insert, step(insert));
    free(tiles);
    free(gases);
    return status;
}

static enum vaho_status keep_plumes(struct insert *insert, const struct vaho_intake *in,
                                    int64_t flight_id)
{
    enum vaho_status status = VAHO_OK;

    begin(
        insert,
        "INSERT INTO plumes (flight_id, name, gas, q_value, snr, peak_ppmm, mean_ppmm, sigma_ppmm,"
        " pixels, source_line, source_sample, source_sigma_px, source_longitude, source_latitude,"
        " emission_kg_h, emission_sigma_kg_h, probability, position_sigma_m, east_east_m2,"
        " east_north_m2, north_north_m2, alternatives, geom)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (size_t i = 0; i < in->n && status == VAHO_OK; i++) {
        const struct vaho_intake_plume *p = &in->plume[i];
        const double number[] = {p->q_value, p->snr, p->peak_ppmm, p->mean_ppmm, p->sigma_ppmm};
        const double *c = p->position_covariance_m2;
        const double place[] = {p->source_line,
                                p->source_sample,
                                p->source_sigma_px,
                                p->longitude_deg,
                                p->latitude_deg,
                                p->emission_kg_h,
                                p->emission_sigma_kg_h,
                                p->probability,
                                p->position_sigma_m,
                                c[0],
                                c[1],
                                c[2]};
        whole(insert, flight_id);
        text(insert, p->name);
        text(insert, p->gas);
        for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
            real(insert, number[k]);
        whole(insert, (int64_t)p->n_pixels);
        for (size_t k = 0; k < sizeof place / sizeof place[0]; k++)
            real(insert, place[k]);
        text(insert, p->alternatives);
        insert->failed |= sqlite3_bind_blob64(insert->statement, ++insert->column, p->blob.data,
                                              p->blob.nbytes, SQLITE_STATIC) != SQLITE_OK;
        status = step(insert);
    }
    return end(insert, status);
}

/* --- stacks ----------------------------------------------------------------- */

/* A flight that a stack is of. */
struct stacked {
    int64_t id;
    double flown_s; /* NaN: unknown */
    char flown[VAHO_MOMENT_NBYTES];
};

static int by_time(const void *left, const void *right)
{
    const struct stacked *a = left, *b = right;

    if (isnan(a->flown_s) || isnan(b->flown_s))
        return isnan(a->flown_s) - isnan(b->flown_s);
    return a->flown_s < b->flown_s ? -1 : a->flown_s > b->flown_s;
}

/* One pass, and its size added to that of the stack. */
static enum vaho_status find_pass(struct stacked *out, struct vaho_intake *stack,
                                  struct insert *insert, const struct vaho_intake_pass *pass,
                                  int64_t mandate_id)
{
    sqlite3_stmt *s = insert->statement;
    const char *flown;
    int result;

    text(insert, pass->sha256);
    whole(insert, mandate_id);
    result = insert->failed ? SQLITE_ERROR : sqlite3_step(s);
    if (result == SQLITE_DONE)
        return vaho_fail(insert->error, VAHO_BAD_INPUT,
                         "%s: %s was stacked and is not in %s%s; take in what 'vaho detect' found "
                         "there first",
                         stack->flight, pass->path, insert->casebook->path,
                         mandate_id != 0 ? " under this mandate" : "");
    if (result != SQLITE_ROW)
        return vaho_database_fail(insert->casebook->database, insert->casebook->path,
                                  insert->error);
    flown = (const char *)sqlite3_column_text(s, 1);
    *out = (struct stacked){sqlite3_column_int64(s, 0),
                            flown != NULL ? sqlite3_column_double(s, 2) : NAN, ""};
    snprintf(out->flown, sizeof out->flown, "%s", flown != NULL ? flown : "");
    stack->n_lines += (size_t)sqlite3_column_int64(s, 3);
    if (stack->n_samples < (size_t)sqlite3_column_int64(s, 4))
        stack->n_samples = (size_t)sqlite3_column_int64(s, 4);
    if (stack->n_bands < (size_t)sqlite3_column_int64(s, 5))
        stack->n_bands = (size_t)sqlite3_column_int64(s, 5);
    sqlite3_reset(s);
    insert->column = 0;
    return VAHO_OK;
}

/* The stack's row, flown when the middle one of its passes was, and which passes it is of. */
static enum vaho_status keep_stack(int64_t *out, struct insert *insert,
                                   const struct vaho_intake *in, int64_t mandate_id, const char *at)
{
    struct stacked *pass = vaho_alloc(in->n_passes, sizeof *pass);
    struct vaho_intake stack = *in;
    size_t n_timed = 0;
    enum vaho_status status = VAHO_OK;

    if (pass == NULL)
        return vaho_fail_memory(insert->error, in->flight);
    begin(insert, "SELECT id, flown, flown_s, n_lines, n_samples, n_bands FROM flights"
                  " WHERE sha256 = ? AND ifnull(mandate_id, 0) = ?"
                  " AND id NOT IN (SELECT stack_id FROM stack_passes)");
    for (size_t i = 0; i < in->n_passes && status == VAHO_OK; i++)
        status = find_pass(&pass[i], &stack, insert, &in->pass[i], mandate_id);
    status = end(insert, status);
    if (status == VAHO_OK) {
        qsort(pass, in->n_passes, sizeof *pass, by_time);
        while (n_timed < in->n_passes && !isnan(pass[n_timed].flown_s))
            n_timed++;
        if (n_timed > 0) {
            stack.time = pass[n_timed / 2].flown;
            stack.time_s = pass[n_timed / 2].flown_s;
        }
        status = keep_flight(out, insert, &stack, mandate_id, at);
    }
    if (status == VAHO_OK) {
        begin(insert, "INSERT INTO stack_passes (stack_id, flight_id) VALUES (?, ?)");
        for (size_t i = 0; i < in->n_passes && status == VAHO_OK; i++) {
            whole(insert, *out);
            whole(insert, pass[i].id);
            status = step(insert);
        }
        status = end(insert, status);
    }
    free(pass);
    return status;
}

/* The entry of the ledger. */
static enum vaho_status tell(struct vaho_casebook *casebook, const struct vaho_intake *in,
                             int64_t flight_id, const struct vaho_mandate *mandate,
                             const struct vaho_act *act, struct vaho_error *error)
{
    char rows[VAHO_DIGEST_HEX_NBYTES];
    enum vaho_status status = vaho_flights_sha256(rows, casebook, flight_id, flight_id, error);

    if (status != VAHO_OK)
        return status;
    return vaho_ledger_append(NULL, casebook, act, "flight-add",
                              json_pack("{s:I, s:s, s:s, s:s, s:s, s:I}", "id",
                                        (json_int_t)flight_id, "name", in->flight, "sha256",
                                        in->sha256, "products_sha256", in->products_sha256,
                                        "rows_sha256", rows, "plumes", (json_int_t)in->n),
                              mandate == NULL ? NULL : vaho_mandate_terms(mandate)->sha256, error);
}

static enum vaho_status write(struct vaho_casebook_added *out, struct vaho_casebook *casebook,
                              const struct vaho_intake *in, const struct vaho_mandate *mandate,
                              const struct vaho_act *act, struct vaho_error *error)
{
    struct insert insert = {.casebook = casebook, .error = error};
    char products[VAHO_DIGEST_HEX_NBYTES] = "";
    int64_t mandate_id = 0;
    enum vaho_status status =
        vaho_database_run(casebook->database, casebook->path, "BEGIN IMMEDIATE", error);

    if (status != VAHO_OK)
        return status;
    out->n_passes = (int64_t)in->n_passes;
    status = keep_mandate(&mandate_id, &insert, mandate, act->at);
    if (status == VAHO_OK)
        status = find(&out->flight_id, &insert,
                      "SELECT id, products_sha256 FROM flights WHERE sha256 = ?1"
                      " AND ifnull(mandate_id, 0) = ?2",
                      in->sha256, mandate_id, products);
    if (status == VAHO_OK && out->flight_id != 0) {
        out->taken_in_before = strcmp(products, in->products_sha256) == 0 ? 1 : 2;
        return vaho_database_end(casebook->database, casebook->path, VAHO_OK, error);
    }
    if (status == VAHO_OK)
        status = in->n_passes > 0 ? keep_stack(&out->flight_id, &insert, in, mandate_id, act->at)
                                  : keep_flight(&out->flight_id, &insert, in, mandate_id, act->at);
    if (status == VAHO_OK && in->n_passes == 0)
        status = keep_coverage(&insert, in, out->flight_id);
    if (status == VAHO_OK && in->cover.n > 0 && in->cover.n_gases > 0)
        status = keep_tiles(&insert, &in->cover, out->flight_id);
    if (status == VAHO_OK)
        status = keep_plumes(&insert, in, out->flight_id);
    if (status == VAHO_OK)
        status = vaho_spectra_keep(casebook, &in->spectra, out->flight_id, error);
    if (status == VAHO_OK)
        status = tell(casebook, in, out->flight_id, mandate, act, error);
    out->n_plumes = (int64_t)in->n;
    return vaho_database_end(casebook->database, casebook->path, status, error);
}

enum vaho_status vaho_casebook_add(struct vaho_casebook_added *out, struct vaho_casebook *casebook,
                                   const char *directory, const struct vaho_mandate *mandate,
                                   const struct vaho_trust *trust, const struct vaho_act *act,
                                   struct vaho_error *error)
{
    struct vaho_intake in;
    enum vaho_status status = vaho_act_check(act, error);

    *out = (struct vaho_casebook_added){0};
    if (status == VAHO_OK)
        status = vaho_intake_read(&in, directory, error);
    if (status != VAHO_OK)
        return status;
    status = judge(casebook, &in, directory, mandate, trust, error);
    if (status == VAHO_OK)
        status = write(out, casebook, &in, mandate, act, error);
    vaho_intake_free(&in);
    if (status != VAHO_OK)
        *out = (struct vaho_casebook_added){0};
    return status;
}
