/*
 * witness.c - the rules of C2SP tlog-witness, over files
 *
 *   memory            request                        answer
 *   none, --first     signed by the keeper           signed; remembered
 *   size a            old = a, proof a -> b holds    signed; b is remembered
 *   size a            old = a = b, same root         signed again
 *   size a            b < a                          refused: truncated
 *   size a            the proof does not hold        refused: forked
 *   size a            old is not a                   told a: ask again with that
 *
 * What is remembered is on disk before the signature leaves, so a crash between the two costs a
 * signature and never a promise.  A lock on MEMORY.lock spans both.
 */
#include "ledger/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

static enum vaho_status load(struct vaho_checkpoint *out, const struct vaho_witness *w,
                             struct vaho_error *error)
{
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status =
        vaho_file_read(&data, &nbytes, w->memory, VAHO_CHECKPOINT_MAX_NBYTES, error);

    *out = (struct vaho_checkpoint){0};
    if (w->first && status == VAHO_NOT_FOUND)
        return VAHO_OK;
    if (w->first && status == VAHO_OK) {
        free(data);
        return vaho_fail(error, VAHO_USAGE,
                         "%s: this ledger was witnessed before; leave --first out", w->memory);
    }
    if (status == VAHO_NOT_FOUND)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: is not there; if this ledger was never witnessed here, say --first; "
                         "if it was, find the file: without it a forked history cannot be told",
                         w->memory);
    if (status != VAHO_OK)
        return status;
    status = vaho_checkpoint_parse(out, data, nbytes, w->memory, error);
    free(data);
    return status;
}

static enum vaho_status judge(const struct vaho_proof *request, const struct vaho_witness *w,
                              const struct vaho_checkpoint *before, struct vaho_error *error)
{
    const struct vaho_checkpoint *now = &request->checkpoint;
    struct vaho_error reason;

    if (vaho_checkpoint_signed(now, w->keeper) != VAHO_SIGNED)
        return vaho_fail(error, VAHO_REFUSED,
                         "the checkpoint of %" PRIu64 " entries is not signed by the keeper's key",
                         now->size);
    if (before->size == 0)
        return VAHO_OK;
    if (strcmp(before->origin, now->origin) != 0)
        return vaho_fail(error, VAHO_REFUSED, "%s: is of another ledger, %s, not of %s", w->memory,
                         before->origin, now->origin);
    if (now->size < before->size)
        return vaho_fail(error, VAHO_REFUSED,
                         "truncated: the checkpoint tells of %" PRIu64 " entries, and %" PRIu64
                         " were witnessed before; keep both as evidence",
                         now->size, before->size);
    if (now->size == before->size)
        return vaho_hash_same(&now->root, &before->root)
                   ? VAHO_OK
                   : vaho_fail(error, VAHO_REFUSED,
                               "forked: another history of the same %" PRIu64
                               " entries was witnessed before; keep both as evidence",
                               now->size);
    if (request->number != before->size)
        return vaho_fail(error, VAHO_USAGE,
                         "the last checkpoint witnessed here has %" PRIu64
                         " entries; ask for a request with --since %" PRIu64,
                         before->size, before->size);
    if (vaho_merkle_verify_consistency(&request->hashes, before->size, now->size, &before->root,
                                       &now->root, &reason) != VAHO_OK)
        return vaho_fail(error, VAHO_REFUSED,
                         "forked: the checkpoint of %" PRIu64 " entries is not shown to extend the "
                         "%" PRIu64 " witnessed before (%s); keep both as evidence",
                         now->size, before->size, reason.message);
    return VAHO_OK;
}

static enum vaho_status sign(struct vaho_proof *request, const struct vaho_witness *w,
                             uint64_t at_s, struct vaho_error *error)
{
    struct vaho_checkpoint before, now = request->checkpoint;
    struct vaho_text text;
    enum vaho_status status = load(&before, w, error);

    if (status == VAHO_OK)
        status = judge(request, w, &before, error);
    if (status == VAHO_OK)
        status = vaho_checkpoint_cosign(&now, w->name, w->key, at_s, error);
    if (status != VAHO_OK)
        return status;
    vaho_text_init(&text, VAHO_CHECKPOINT_MAX_NBYTES);
    vaho_checkpoint_write(&text, &now);
    status = text.failed ? vaho_fail_memory(error, w->memory)
                         : vaho_file_write(w->memory, text.data, text.nbytes, error);
    vaho_text_free(&text);
    if (status == VAHO_OK)
        request->checkpoint = now;
    return status;
}

enum vaho_status vaho_witness_sign(struct vaho_proof *request, const struct vaho_witness *witness,
                                   uint64_t at_s, struct vaho_error *error)
{
    struct vaho_text path;
    char key[VAHO_KEY_HEX_NBYTES];
    int fd;
    enum vaho_status status;

    if (request->inclusion || request->checkpoint.size == 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "a witness signs what 'vaho ledger prove --since' writes, of entries");
    if (!vaho_checkpoint_is_name(witness->name))
        return vaho_fail(error, VAHO_USAGE,
                         "'%s' cannot name a witness: letters and digits, no blank and no plus",
                         witness->name);
    vaho_public_key(key, witness->key);
    if (strcmp(key, witness->keeper) == 0)
        return vaho_fail(error, VAHO_REFUSED,
                         "single signer: the keeper's own key witnesses nothing; make another");
    vaho_text_init(&path, 8192);
    vaho_text_printf(&path, "%s.lock", witness->memory);
    fd = path.failed ? -1 : open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s.lock: cannot be locked: %s", witness->memory,
                           strerror(errno));
    else
        status = sign(request, witness, at_s, error);
    if (fd >= 0)
        close(fd);
    vaho_text_free(&path);
    return status;
}
