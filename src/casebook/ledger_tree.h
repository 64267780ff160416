/* ledger_tree.h - the stored hashes of a casebook's ledger */
#ifndef VAHO_CASEBOOK_LEDGER_TREE_H
#define VAHO_CASEBOOK_LEDGER_TREE_H

#include "casebook/database.h"
#include "ledger/merkle.h"

struct vaho_ledger_tree {
    struct vaho_casebook *casebook;
    int64_t size; /* entries when it was opened */
    sqlite3_stmt *read;
    struct vaho_merkle_store store; /* borrows this object, which must not move */
};

/* Closing is right after failure too. */
enum vaho_status vaho_ledger_tree_open(struct vaho_ledger_tree *out, struct vaho_casebook *casebook,
                                       struct vaho_error *error);
void vaho_ledger_tree_close(struct vaho_ledger_tree *tree);

/* The error for a hash that could not be read. */
enum vaho_status vaho_ledger_tree_unreadable(const struct vaho_ledger_tree *tree,
                                             struct vaho_error *error);

#endif
