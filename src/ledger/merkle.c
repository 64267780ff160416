/*
 * merkle.c - the tree of RFC 9162
 *
 * Stored hashes are those of complete subtrees, in the order in which they become known: leaf 0,
 * leaf 1, node(0,1), leaf 2, leaf 3, node(2,3), node(0..3), leaf 4, ...  So a new entry appends
 * hashes and changes none, which is what a table that is append-only by trigger can hold.
 *
 *   n_stored(n) = n + n/2 + n/4 + ...      each level holds half of the one below, rounded down
 *   place(level, i) = n_stored(last) + level,  last = (i + 1) 2^level - 1
 *
 * for the leaf 'last' completes the subtree, which comes 'level' places after it.  (Certificate
 * logs lay out their tiles alike; the Go checksum database calls it the stored hash index.)
 *
 * The root of the range [low, high) that RFC 9162 asks for is that of a complete subtree or a
 * node over one and a shorter range, so it takes O(log n) reads.
 */
#include "ledger/merkle.h"

#include <sodium.h>
#include <string.h>

#include "base/error.h"

int vaho_hash_same(const struct vaho_hash *a, const struct vaho_hash *b)
{
    return memcmp(a->byte, b->byte, VAHO_HASH_NBYTES) == 0;
}

void vaho_merkle_empty(struct vaho_hash *out)
{
    crypto_hash_sha256(out->byte, (const unsigned char *)"", 0);
}

void vaho_merkle_leaf(struct vaho_hash *out, const void *entry, size_t nbytes)
{
    static const unsigned char prefix = 0x00;
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &prefix, 1);
    if (nbytes > 0)
        crypto_hash_sha256_update(&state, entry, nbytes);
    crypto_hash_sha256_final(&state, out->byte);
}

void vaho_merkle_node(struct vaho_hash *out, const struct vaho_hash *left,
                      const struct vaho_hash *right)
{
    unsigned char joined[1 + 2 * VAHO_HASH_NBYTES] = {0x01};

    memcpy(joined + 1, left->byte, VAHO_HASH_NBYTES);
    memcpy(joined + 1 + VAHO_HASH_NBYTES, right->byte, VAHO_HASH_NBYTES);
    crypto_hash_sha256(out->byte, joined, sizeof joined);
}

/* --- growing ------------------------------------------------------------------ */

static void push(struct vaho_hash_list *list, const struct vaho_hash *hash)
{
    list->hash[list->n++] = *hash; /* a tree of 2^63 entries fills 64 */
}

void vaho_merkle_grow(struct vaho_merkle_front *front, const struct vaho_hash *leaf,
                      struct vaho_hash_list *out)
{
    struct vaho_hash top = *leaf;

    if (out != NULL) {
        out->n = 0;
        push(out, &top);
    }
    for (uint64_t bits = front->size; (bits & 1) != 0; bits >>= 1) {
        vaho_merkle_node(&top, &front->complete.hash[--front->complete.n], &top);
        if (out != NULL)
            push(out, &top);
    }
    push(&front->complete, &top);
    front->size++;
}

void vaho_merkle_front_root(struct vaho_hash *out, const struct vaho_merkle_front *front)
{
    size_t n = front->complete.n;

    if (n == 0) {
        vaho_merkle_empty(out);
        return;
    }
    *out = front->complete.hash[--n];
    while (n > 0)
        vaho_merkle_node(out, &front->complete.hash[--n], out);
}

/* --- stored hashes --------------------------------------------------------------- */

uint64_t vaho_merkle_n_stored(uint64_t size)
{
    uint64_t n = 0;

    for (; size > 0; size >>= 1)
        n += size;
    return n;
}

static unsigned level_of(uint64_t n) /* the largest power of two up to n, n > 0 */
{
    return 63u - (unsigned)__builtin_clzll(n);
}

static uint64_t split(uint64_t n) /* the largest power of two below n, n > 1 */
{
    return (uint64_t)1 << level_of(n - 1);
}

/* The root of entries low .. high - 1, low < high, low a multiple of the power of two above. */
static int range_root(struct vaho_hash *out, uint64_t low, uint64_t high,
                      const struct vaho_merkle_store *store)
{
    uint64_t n = high - low;
    struct vaho_hash left;

    if ((n & (n - 1)) == 0)
        return store->read(store->context, out, vaho_merkle_n_stored(high - 1) + level_of(n));
    if (!range_root(&left, low, low + split(n), store) ||
        !range_root(out, low + split(n), high, store))
        return 0;
    vaho_merkle_node(out, &left, out);
    return 1;
}

int vaho_merkle_front(struct vaho_merkle_front *out, uint64_t size,
                      const struct vaho_merkle_store *store)
{
    uint64_t low = 0;

    out->size = size;
    out->complete.n = 0;
    while (low < size) {
        uint64_t n = (uint64_t)1 << level_of(size - low);
        struct vaho_hash hash;
        if (!range_root(&hash, low, low + n, store))
            return 0;
        push(&out->complete, &hash);
        low += n;
    }
    return 1;
}

static int turn_round(struct vaho_hash_list *list)
{
    for (size_t i = 0; i < list->n / 2; i++) {
        struct vaho_hash hash = list->hash[i];
        list->hash[i] = list->hash[list->n - 1 - i];
        list->hash[list->n - 1 - i] = hash;
    }
    return 1;
}

/* RFC 9162, 2.1.3.1, from the root down. */
int vaho_merkle_inclusion(struct vaho_hash_list *out, uint64_t index, uint64_t size,
                          const struct vaho_merkle_store *store)
{
    uint64_t low = 0, high = size;
    struct vaho_hash hash;

    out->n = 0;
    while (high - low > 1) {
        uint64_t middle = low + split(high - low);
        int left = index < middle;
        if (!range_root(&hash, left ? middle : low, left ? high : middle, store))
            return 0;
        push(out, &hash);
        *(left ? &high : &low) = middle;
    }
    return turn_round(out);
}

/* RFC 9162, 2.1.4.1. */
int vaho_merkle_consistency(struct vaho_hash_list *out, uint64_t from, uint64_t size,
                            const struct vaho_merkle_store *store)
{
    uint64_t low = 0, high = size;
    struct vaho_hash hash;

    out->n = 0;
    if (from == 0)
        return 1;
    while (high != from) {
        uint64_t middle = low + split(high - low);
        int left = from <= middle;
        if (!range_root(&hash, left ? middle : low, left ? high : middle, store))
            return 0;
        push(out, &hash);
        *(left ? &high : &low) = middle;
    }
    if (low > 0) { /* the smaller tree is no subtree: what it ends with is told */
        if (!range_root(&hash, low, high, store))
            return 0;
        push(out, &hash);
    }
    return turn_round(out);
}

/* --- verifying ------------------------------------------------------------------- */

enum vaho_status vaho_merkle_verify_inclusion(const struct vaho_hash_list *proof, uint64_t index,
                                              uint64_t size, const struct vaho_hash *leaf,
                                              const struct vaho_hash *root,
                                              struct vaho_error *error)
{
    uint64_t fn = index, sn = size - 1;
    struct vaho_hash r = *leaf;

    if (index >= size)
        return vaho_fail(error, VAHO_BAD_INPUT, "there is no entry %llu in a ledger of %llu",
                         (unsigned long long)index, (unsigned long long)size);
    if (proof->n == 0 && size > 1)
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof is empty");
    for (size_t i = 0; i < proof->n; i++) {
        if (sn == 0)
            return vaho_fail(error, VAHO_BAD_INPUT, "the proof is longer than the tree is high");
        if ((fn & 1) != 0 || fn == sn) {
            vaho_merkle_node(&r, &proof->hash[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            vaho_merkle_node(&r, &r, &proof->hash[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (sn != 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof is shorter than the tree is high");
    return vaho_hash_same(&r, root)
               ? VAHO_OK
               : vaho_fail(error, VAHO_BAD_INPUT, "the proof leads to another root");
}

/* What both roots come to when the proof is folded up from 'first'. */
static enum vaho_status fold(struct vaho_hash *out_from, struct vaho_hash *out_to,
                             const struct vaho_hash *first, const struct vaho_hash *rest, size_t n,
                             uint64_t from, uint64_t to, struct vaho_error *error)
{
    uint64_t fn = from - 1, sn = to - 1;

    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    *out_from = *out_to = *first;
    for (size_t i = 0; i < n; i++) {
        if (sn == 0)
            return vaho_fail(error, VAHO_BAD_INPUT, "the proof is longer than the tree is high");
        if ((fn & 1) != 0 || fn == sn) {
            vaho_merkle_node(out_from, &rest[i], out_from);
            vaho_merkle_node(out_to, &rest[i], out_to);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            vaho_merkle_node(out_to, out_to, &rest[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 ? VAHO_OK
                   : vaho_fail(error, VAHO_BAD_INPUT, "the proof is shorter than the tree is high");
}

enum vaho_status vaho_merkle_verify_consistency(const struct vaho_hash_list *proof, uint64_t from,
                                                uint64_t to, const struct vaho_hash *from_root,
                                                const struct vaho_hash *to_root,
                                                struct vaho_error *error)
{
    struct vaho_hash a, b;
    int whole = (from & (from - 1)) == 0; /* then its root is where the proof begins */
    enum vaho_status status;

    if (to < from)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "a ledger of %llu entries does not come after one of %llu: it is shorter",
                         (unsigned long long)to, (unsigned long long)from);
    if (from == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "that a ledger follows an empty one shows nothing");
    if (from == to && proof->n > 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof should be empty and holds %zu hashes",
                         proof->n);
    if (from == to)
        return vaho_hash_same(from_root, to_root)
                   ? VAHO_OK
                   : vaho_fail(error, VAHO_BAD_INPUT,
                               "two histories of %llu entries have different roots",
                               (unsigned long long)from);
    if (proof->n == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof is empty");
    status = whole ? fold(&a, &b, from_root, proof->hash, proof->n, from, to, error)
                   : fold(&a, &b, proof->hash, proof->hash + 1, proof->n - 1, from, to, error);
    if (status != VAHO_OK)
        return status;
    if (!vaho_hash_same(&a, from_root))
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof does not begin at the earlier root");
    return vaho_hash_same(&b, to_root)
               ? VAHO_OK
               : vaho_fail(error, VAHO_BAD_INPUT, "the proof does not lead to the later root");
}
