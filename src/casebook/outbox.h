/*
 * outbox.h - the bytes that were sent to partners: append-only, numbered for each from 1
 *
 * The outbox is the truth of what a partner was told; whatever carries messages can be asked again
 * from it.  A message is written in the transaction of its act, after the entry of the ledger that
 * holds its hash and before the row of releases; the schema wants it so.
 */
#ifndef VAHO_CASEBOOK_OUTBOX_H
#define VAHO_CASEBOOK_OUTBOX_H

#include "base/signing.h"
#include "casebook/database.h"

struct vaho_outbox_last {
    uint64_t sequence; /* 0: nothing was sent yet */
    char sha256[VAHO_DIGEST_HEX_NBYTES];
};
enum vaho_status vaho_outbox_last(struct vaho_outbox_last *out, struct vaho_casebook *casebook,
                                  const char *partner, struct vaho_error *error);

/* What a partner was told of where a site is: a cell of release/grid.h, and the level asked for. */
struct vaho_outbox_cell {
    int level; /* 0: no place was told */
    uint32_t row, column;
    int asked_level;
};
enum vaho_status vaho_outbox_told(struct vaho_outbox_cell *out, struct vaho_casebook *casebook,
                                  int64_t site_id, const char *partner, struct vaho_error *error);

struct vaho_outbox_message {
    const char *partner, *site, *bytes; /* valid during the call */
    const char *sha256;
    int64_t site_id, entry, until_s; /* until_s 0: a recall, which does not end */
    uint64_t sequence;
    struct vaho_outbox_cell cell; /* of messages that are read: not set */
};

/* Inside the caller's transaction.  VAHO_REFUSED: a rule of the schema, in words. */
enum vaho_status vaho_outbox_append(struct vaho_casebook *casebook,
                                    const struct vaho_outbox_message *message,
                                    struct vaho_error *error);

/* Messages in the order in which they were sent; 'partner' NULL: to all.  'take' returns 0 to
 * stop. */
enum vaho_status vaho_outbox_each(struct vaho_casebook *casebook, const char *partner,
                                  uint64_t first_sequence,
                                  int (*take)(void *context, const struct vaho_outbox_message *m),
                                  void *context, struct vaho_error *error);

#endif
