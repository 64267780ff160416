/*
 * rows_hash.h - the SHA-256 of rows, so that a ledger entry can say what was there
 *
 * Over each query's rows in order, each column: a letter N I R T B, then 8 bytes big-endian (whole
 * numbers two's complement, reals IEEE 754), or the length in 8 bytes and the text or blob.  A
 * query is preceded by its name as a text, a later one only where it has rows, so that what was
 * hashed before stays so.  Columns are named, so that a later schema hashes alike.
 */
#ifndef VAHO_CASEBOOK_ROWS_HASH_H
#define VAHO_CASEBOOK_ROWS_HASH_H

#include "base/signing.h"
#include "casebook/database.h"

/* Flights of these ids, with their coverage and plumes, as taken in. */
enum vaho_status vaho_flights_sha256(char out[VAHO_DIGEST_HEX_NBYTES],
                                     struct vaho_casebook *casebook, int64_t first, int64_t last,
                                     struct vaho_error *error);

/* What an old casebook held that is never changed, up to these ids. */
struct vaho_rows_until {
    int64_t flight, mandate, review, release;
};
enum vaho_status vaho_begin_sha256(char out[VAHO_DIGEST_HEX_NBYTES], struct vaho_casebook *casebook,
                                   const struct vaho_rows_until *until, struct vaho_error *error);

#endif
