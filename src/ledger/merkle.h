/*
 * merkle.h - a Merkle tree over entries, and proofs that it holds one and only grew
 *
 * RFC 9162, 2.1: SHA-256; a leaf is H(0x00 entry), a node H(0x01 left right), the root of n > 1
 * entries splits at the largest power of two below n.
 *
 * Nothing here holds the tree.  Hashes that never change once they are known, those of leaves and
 * of complete subtrees, are stored by the caller, each at its place (merkle.c); from them the
 * root of any size up to the present one, and any proof, takes O(log n) of them or O(log^2 n).
 */
#ifndef VAHO_LEDGER_MERKLE_H
#define VAHO_LEDGER_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/status.h"

enum { VAHO_HASH_NBYTES = 32, VAHO_PROOF_MAX_HASHES = 64 };

struct vaho_hash {
    unsigned char byte[VAHO_HASH_NBYTES];
};

struct vaho_hash_list {
    size_t n;
    struct vaho_hash hash[VAHO_PROOF_MAX_HASHES];
};

int vaho_hash_same(const struct vaho_hash *a, const struct vaho_hash *b);

void vaho_merkle_empty(struct vaho_hash *out); /* the root of no entry */
void vaho_merkle_leaf(struct vaho_hash *out, const void *entry, size_t nbytes);
void vaho_merkle_node(struct vaho_hash *out, const struct vaho_hash *left,
                      const struct vaho_hash *right);

/* --- a tree whose entries come one after the other ------------------------- */

/* The roots of its complete subtrees, largest first: all that is needed to go on. */
struct vaho_merkle_front {
    uint64_t size;
    struct vaho_hash_list complete;
};

/*
 * Takes in the next leaf.  'out' (may be NULL) gets the hashes to store: the leaf's and those of
 * the subtrees it completed, for the places from vaho_merkle_n_stored() of the size before on.
 */
void vaho_merkle_grow(struct vaho_merkle_front *front, const struct vaho_hash *leaf,
                      struct vaho_hash_list *out);
void vaho_merkle_front_root(struct vaho_hash *out, const struct vaho_merkle_front *front);

/* --- stored hashes ---------------------------------------------------------- */

struct vaho_merkle_store {
    /* 1 and the hash at this place; 0: it could not be read. */
    int (*read)(void *context, struct vaho_hash *out, uint64_t place);
    void *context;
};

/* How many hashes a tree of this size stores: places 0 .. n - 1. */
uint64_t vaho_merkle_n_stored(uint64_t size);

/* All of these: 1, or 0 when a hash could not be read.  index < size; from <= size. */
int vaho_merkle_front(struct vaho_merkle_front *out, uint64_t size,
                      const struct vaho_merkle_store *store);
int vaho_merkle_inclusion(struct vaho_hash_list *out, uint64_t index, uint64_t size,
                          const struct vaho_merkle_store *store);
int vaho_merkle_consistency(struct vaho_hash_list *out, uint64_t from, uint64_t size,
                            const struct vaho_merkle_store *store);

/* --- verifying --------------------------------------------------------------- */

/* The leaf is entry 'index' of the tree.  VAHO_BAD_INPUT: the proof does not show it. */
enum vaho_status vaho_merkle_verify_inclusion(const struct vaho_hash_list *proof, uint64_t index,
                                              uint64_t size, const struct vaho_hash *leaf,
                                              const struct vaho_hash *root,
                                              struct vaho_error *error);

/* The tree of 'to' entries begins with that of 'from' entries, from > 0.  VAHO_BAD_INPUT: the proof
 * does not show it. */
enum vaho_status vaho_merkle_verify_consistency(const struct vaho_hash_list *proof, uint64_t from,
                                                uint64_t to, const struct vaho_hash *from_root,
                                                const struct vaho_hash *to_root,
                                                struct vaho_error *error);

#endif
