/*
 * entry.h - one entry of a ledger: who did what, when, why, to what, under which mandate
 *
 *     {"by":"claim","format":"vaho-entry-1","mandate":"64 hex digits","number":7,
 *      "object":{...},"what":"flight-add","when":"2026-04-03T12:00:00Z","who":"ana","why":"..."}
 *
 * Canonical JSON (RFC 8785), so that an act has one entry and an entry one hash.  'mandate' and
 * 'why' may be missing.  'number' is its place in the ledger, from 0, so that entries that were
 * moved say so.  'by' is what is known of 'who': "claim", "system", "account" (vaho/act.h).
 * 'object' depends on 'what' (docs/ledger.md).
 */
#ifndef VAHO_LEDGER_ENTRY_H
#define VAHO_LEDGER_ENTRY_H

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"
#include "vaho/act.h"
#include "vaho/status.h"

enum { VAHO_ENTRY_MAX_NBYTES = 1 << 16, VAHO_ENTRY_MAX_WHO = 128, VAHO_ENTRY_MAX_WHY = 2000 };

struct vaho_entry {
    uint64_t number;
    const char *who, *by, *what, *when, *why, *mandate; /* "": not said, none */
    const json_t *object;
    json_t *root; /* owns all of them */
};

/* VAHO_USAGE: who, when or why is not as vaho/act.h wants it; the sentence says how. */
enum vaho_status vaho_act_check(const struct vaho_act *act, struct vaho_error *error);

/* Appends the entry to 'out'.  'object' is borrowed, 'mandate' (its SHA-256) may be NULL.
 * VAHO_USAGE: as vaho_act_check().  VAHO_BAD_INPUT: too long, or no UTF-8. */
enum vaho_status vaho_entry_write(struct vaho_text *out, uint64_t number,
                                  const struct vaho_act *act, const char *what,
                                  const json_t *object, const char *mandate,
                                  struct vaho_error *error);

/* VAHO_BAD_INPUT: not an entry, or not in its one canonical form.  Then nothing needs freeing. */
enum vaho_status vaho_entry_parse(struct vaho_entry *out, const char *data, size_t nbytes,
                                  struct vaho_error *error);
void vaho_entry_free(struct vaho_entry *entry);

#endif
