#include "casebook/rows_hash.h"

#include <sodium.h>
#include <string.h>

struct query {
    const char *name, *sql; /* of ids ?1 to ?2 */
    int is_later;           /* than the first hashes: without rows it is as if it were not there */
};

static const struct query of_flights[] = {
    {"flights",
     "SELECT id, name, sha256, products_sha256, mandate_id, exercise, flown, flown_s,"
     " sensor, n_lines, n_samples, n_bands, n_plumes, made_by, taken_in FROM flights"
     " WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
     0},
    {"coverage",
     "SELECT flight_id, gas, limit_ppmm, limit_kg_h, steepness FROM coverage"
     " WHERE flight_id BETWEEN ?1 AND ?2 ORDER BY flight_id, gas",
     0},
    {"coverage_tiles",
     "SELECT flight_id, gases, n_gases, steepness, searched_m2, west, east, south, north, n, tiles"
     " FROM coverage_tiles WHERE flight_id BETWEEN ?1 AND ?2 ORDER BY flight_id",
     0},
    {"plumes",
     "SELECT flight_id, name, gas, q_value, snr, peak_ppmm, mean_ppmm, sigma_ppmm,"
     " pixels, source_line, source_sample, source_sigma_px, source_longitude,"
     " source_latitude, emission_kg_h, emission_sigma_kg_h, probability, alternatives,"
     " geom, position_sigma_m, east_east_m2, east_north_m2, north_north_m2 FROM plumes"
     " WHERE flight_id BETWEEN ?1 AND ?2 ORDER BY flight_id, name",
     0},
    {"stack_passes",
     "SELECT stack_id, flight_id FROM stack_passes WHERE stack_id BETWEEN ?1 AND"
     " ?2 ORDER BY stack_id, flight_id",
     0},
    {"plume_spectra",
     "SELECT x.plume_id, x.n_bands, x.wavelength_um, x.excess, x.fit, x.others, x.other_fits FROM"
     " plumes p JOIN plume_spectra x ON x.plume_id = p.id WHERE p.flight_id BETWEEN ?1 AND ?2"
     " ORDER BY x.plume_id",
     1},
    {NULL, NULL, 0}};
static const struct query of_mandates[] = {
    {"mandates",
     "SELECT id, sha256, document, taken_in FROM mandates WHERE id BETWEEN ?1 AND ?2"
     " ORDER BY id",
     0},
    {NULL, NULL, 0}};
static const struct query of_reviews[] = {
    {"reviews",
     "SELECT id, site_id, at, person, decision, reason FROM reviews"
     " WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
     0},
    {NULL, NULL, 0}};
static const struct query of_releases[] = {
    {"releases",
     "SELECT id, site_id, mandate_id, partner, at, person, recalls FROM releases"
     " WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
     0},
    {NULL, NULL, 0}};

static void add_number(crypto_hash_sha256_state *state, char letter, uint64_t value)
{
    unsigned char byte[9] = {(unsigned char)letter};

    for (int i = 0; i < 8; i++)
        byte[1 + i] = (unsigned char)(value >> (56 - 8 * i));
    crypto_hash_sha256_update(state, byte, sizeof byte);
}

static void add_bytes(crypto_hash_sha256_state *state, char letter, const void *data, size_t nbytes)
{
    add_number(state, letter, nbytes);
    if (nbytes > 0)
        crypto_hash_sha256_update(state, data, nbytes);
}

static void add_column(crypto_hash_sha256_state *state, sqlite3_stmt *s, int column)
{
    double real;
    uint64_t bits;

    switch (sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER: add_number(state, 'I', (uint64_t)sqlite3_column_int64(s, column)); return;
    case SQLITE_FLOAT:
        real = sqlite3_column_double(s, column);
        memcpy(&bits, &real, sizeof bits);
        add_number(state, 'R', bits);
        return;
    case SQLITE_TEXT:
        add_bytes(state, 'T', sqlite3_column_text(s, column),
                  (size_t)sqlite3_column_bytes(s, column));
        return;
    case SQLITE_BLOB:
        add_bytes(state, 'B', sqlite3_column_blob(s, column),
                  (size_t)sqlite3_column_bytes(s, column));
        return;
    default: add_number(state, 'N', 0);
    }
}

static enum vaho_status add(crypto_hash_sha256_state *state, struct vaho_casebook *casebook,
                            const struct query *query, int64_t first, int64_t last,
                            struct vaho_error *error)
{
    for (; query->name != NULL; query++) {
        sqlite3_stmt *s = NULL;
        int result = SQLITE_ERROR;
        if (sqlite3_prepare_v2(casebook->database, query->sql, -1, &s, NULL) == SQLITE_OK) {
            sqlite3_bind_int64(s, 1, first);
            sqlite3_bind_int64(s, 2, last);
            if (!query->is_later)
                add_bytes(state, 'T', query->name, strlen(query->name));
            for (int n = 0; (result = sqlite3_step(s)) == SQLITE_ROW; n++) {
                if (n == 0 && query->is_later)
                    add_bytes(state, 'T', query->name, strlen(query->name));
                for (int c = 0; c < sqlite3_column_count(s); c++)
                    add_column(state, s, c);
            }
        }
        if (result != SQLITE_DONE) {
            enum vaho_status status = vaho_database_fail(casebook->database, casebook->path, error);
            sqlite3_finalize(s);
            return status;
        }
        sqlite3_finalize(s);
    }
    return VAHO_OK;
}

static void finish(char out[VAHO_DIGEST_HEX_NBYTES], crypto_hash_sha256_state *state)
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(state, digest);
    sodium_bin2hex(out, VAHO_DIGEST_HEX_NBYTES, digest, sizeof digest);
}

enum vaho_status vaho_flights_sha256(char out[VAHO_DIGEST_HEX_NBYTES],
                                     struct vaho_casebook *casebook, int64_t first, int64_t last,
                                     struct vaho_error *error)
{
    crypto_hash_sha256_state state;
    enum vaho_status status;

    crypto_hash_sha256_init(&state);
    status = add(&state, casebook, of_flights, first, last, error);
    finish(out, &state);
    return status;
}

enum vaho_status vaho_begin_sha256(char out[VAHO_DIGEST_HEX_NBYTES], struct vaho_casebook *casebook,
                                   const struct vaho_rows_until *until, struct vaho_error *error)
{
    crypto_hash_sha256_state state;
    enum vaho_status status;

    crypto_hash_sha256_init(&state);
    status = add(&state, casebook, of_flights, 1, until->flight, error);
    if (status == VAHO_OK)
        status = add(&state, casebook, of_mandates, 1, until->mandate, error);
    if (status == VAHO_OK)
        status = add(&state, casebook, of_reviews, 1, until->review, error);
    if (status == VAHO_OK)
        status = add(&state, casebook, of_releases, 1, until->release, error);
    finish(out, &state);
    return status;
}
