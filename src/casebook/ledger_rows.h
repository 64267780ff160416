/*
 * ledger_rows.h - are the rows of a casebook what its ledger tells
 *
 * Takes entries in order and looks at what each left: flights with their coverage and plumes as
 * they were taken in, the list of known sources, what an old casebook held.
 */
#ifndef VAHO_CASEBOOK_LEDGER_ROWS_H
#define VAHO_CASEBOOK_LEDGER_ROWS_H

#include "casebook/database.h"
#include "ledger/entry.h"

struct vaho_ledger_rows {
    struct vaho_casebook *casebook;
    void (*say)(void *context, const char *finding);
    void *context;
    int64_t n_flights;     /* that entries tell of */
    char known_sha256[65]; /* of the latest list of known sources; "": none */
    int64_t last_review;   /* before there was a ledger */
    int n_entries;
};

void vaho_ledger_rows_take(struct vaho_ledger_rows *rows, const struct vaho_entry *entry);

/* After the last entry: rows that no entry tells of. */
void vaho_ledger_rows_end(struct vaho_ledger_rows *rows);

#endif
