/* fuzz_ledger_checkpoint.c - hostile checkpoints; what is accepted is written as it was read */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const char key[] = "1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6";
    struct vaho_checkpoint once, twice;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_text text;

    if (vaho_checkpoint_parse(&once, (const char *)data, nbytes, "c", &error) != VAHO_OK) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    if (vaho_checkpoint_signed(&once, key) == VAHO_SIGNED ||
        vaho_checkpoint_cosigned(&once, "south", key) == VAHO_SIGNED)
        abort(); /* nobody has that secret key */
    vaho_text_init(&text, 1 << 18);
    vaho_checkpoint_write(&text, &once);
    if (text.failed ||
        vaho_checkpoint_parse(&twice, text.data, text.nbytes, "c", NULL) != VAHO_OK ||
        once.size != twice.size || once.n_signatures != twice.n_signatures ||
        !vaho_hash_same(&once.root, &twice.root))
        abort();
    vaho_text_free(&text);
    return 0;
}
