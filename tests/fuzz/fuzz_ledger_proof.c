/* fuzz_ledger_proof.c - hostile proofs; what is accepted reads back, and does not verify by chance
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_proof once, twice;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_text text;
    struct vaho_hash root = {{1}};

    if (vaho_proof_parse(&once, (const char *)data, nbytes, "p", &error) != VAHO_OK) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    vaho_text_init(&text, 1 << 20);
    if (vaho_proof_write(&text, &once, NULL) != VAHO_OK ||
        vaho_proof_parse(&twice, text.data, text.nbytes, "p", NULL) != VAHO_OK ||
        twice.hashes.n != once.hashes.n || twice.number != once.number)
        abort();
    if (once.inclusion)
        (void)vaho_proof_verify_inclusion(&once, &error); /* a corpus may hold a good one */
    else if (vaho_merkle_verify_consistency(&once.hashes, once.number, once.checkpoint.size, &root,
                                            &once.checkpoint.root, NULL) == VAHO_OK &&
             once.number != once.checkpoint.size)
        abort(); /* of no tree that anyone knows */
    vaho_text_free(&text);
    vaho_proof_free(&once);
    vaho_proof_free(&twice);
    return 0;
}
