#include "ledger/proof.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "ledger/entry.h"

static const char HEAD[] = "c2sp.org/tlog-proof@v1\n", EXTRA[] = "extra ", INDEX[] = "index ";
static const char OLD[] = "old ";

struct reader {
    const char *at, *end;
};

/* 1 when the text goes on with 'word', which is passed. */
static int pass(struct reader *r, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
        return 0;
    r->at += n;
    return 1;
}

/* What is left of the line, its newline passed; NULL: it does not end. */
static const char *rest_of_line(size_t *nbytes, struct reader *r)
{
    const char *line = r->at;
    const char *newline = line < r->end ? memchr(line, '\n', (size_t)(r->end - line)) : NULL;

    if (newline == NULL)
        return NULL;
    *nbytes = (size_t)(newline - line);
    r->at = newline + 1;
    return line;
}

static int read_entry(struct vaho_proof *out, struct reader *r)
{
    size_t n;
    const char *line = rest_of_line(&n, r), *end;

    if (line == NULL || n > 2 * VAHO_ENTRY_MAX_NBYTES)
        return 0;
    out->entry = malloc(n + 1);
    return out->entry != NULL &&
           sodium_base642bin((unsigned char *)out->entry, n + 1, line, n, NULL, &out->entry_nbytes,
                             &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == line + n;
}

static int read_number(uint64_t *out, struct reader *r)
{
    size_t n;
    const char *line = rest_of_line(&n, r);

    return line != NULL && vaho_size_parse(out, line, n);
}

static enum vaho_status read_hashes(struct vaho_proof *out, struct reader *r, const char *path,
                                    struct vaho_error *error)
{
    size_t n;
    const char *line;

    while ((line = rest_of_line(&n, r)) != NULL && n > 0) {
        if (out->hashes.n == VAHO_PROOF_MAX_HASHES)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d hashes are no proof", path,
                             VAHO_PROOF_MAX_HASHES);
        if (!vaho_hash_parse(&out->hashes.hash[out->hashes.n++], line, n))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: hash %zu of the proof is none", path,
                             out->hashes.n);
    }
    return line != NULL
               ? VAHO_OK
               : vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: an empty line and a checkpoint must follow the proof", path);
}

enum vaho_status vaho_proof_parse(struct vaho_proof *out, const char *data, size_t nbytes,
                                  const char *path, struct vaho_error *error)
{
    struct reader r = {data, data + nbytes};
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_proof){0};
    if (nbytes > VAHO_PROOF_MAX_NBYTES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is too long for a proof", path);
    out->inclusion = pass(&r, HEAD);
    if (out->inclusion && pass(&r, EXTRA) && !read_entry(out, &r))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line 2, the entry, is no base64", path);
    else if (!pass(&r, out->inclusion ? INDEX : OLD) || !read_number(&out->number, &r))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: is no proof: it begins neither with %.*s and an index, nor with "
                           "'old' and a size",
                           path, (int)sizeof HEAD - 2, HEAD);
    if (status == VAHO_OK)
        status = read_hashes(out, &r, path, error);
    if (status == VAHO_OK)
        status = vaho_checkpoint_parse(&out->checkpoint, r.at, (size_t)(r.end - r.at), path, error);
    if (status != VAHO_OK)
        vaho_proof_free(out);
    return status;
}

void vaho_proof_free(struct vaho_proof *proof)
{
    free(proof->entry);
    *proof = (struct vaho_proof){0};
}

static void write_entry(struct vaho_text *out, const struct vaho_proof *proof)
{
    size_t n = sodium_base64_encoded_len(proof->entry_nbytes, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = malloc(n);

    out->failed |= base64 == NULL;
    if (base64 == NULL)
        return;
    sodium_bin2base64(base64, n, (const unsigned char *)proof->entry, proof->entry_nbytes,
                      sodium_base64_VARIANT_ORIGINAL);
    vaho_text_printf(out, "%s%s\n", EXTRA, base64);
    free(base64);
}

enum vaho_status vaho_proof_write(struct vaho_text *out, const struct vaho_proof *proof,
                                  struct vaho_error *error)
{
    char hash[VAHO_HASH_BASE64_NBYTES];

    if (proof->inclusion)
        vaho_text_puts(out, HEAD);
    if (proof->inclusion && proof->entry != NULL)
        write_entry(out, proof);
    vaho_text_printf(out, "%s%" PRIu64 "\n", proof->inclusion ? INDEX : OLD, proof->number);
    for (size_t i = 0; i < proof->hashes.n; i++) {
        vaho_hash_write(hash, &proof->hashes.hash[i]);
        vaho_text_printf(out, "%s\n", hash);
    }
    vaho_text_puts(out, "\n");
    vaho_checkpoint_write(out, &proof->checkpoint);
    return out->failed ? vaho_fail_memory(error, "a proof") : VAHO_OK;
}

enum vaho_status vaho_proof_verify_inclusion(const struct vaho_proof *proof,
                                             struct vaho_error *error)
{
    struct vaho_hash leaf;
    struct vaho_entry entry;
    enum vaho_status status;

    if (proof->entry == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "the proof does not hold the entry itself");
    status = vaho_entry_parse(&entry, proof->entry, proof->entry_nbytes, error);
    if (status != VAHO_OK)
        return status;
    if (entry.number != proof->number)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "the entry says that it is number %" PRIu64 ", the proof is of %" PRIu64,
                           entry.number, proof->number);
    vaho_entry_free(&entry);
    if (status != VAHO_OK)
        return status;
    vaho_merkle_leaf(&leaf, proof->entry, proof->entry_nbytes);
    return vaho_merkle_verify_inclusion(&proof->hashes, proof->number, proof->checkpoint.size,
                                        &leaf, &proof->checkpoint.root, error);
}
