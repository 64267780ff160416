/* fuzz_ledger_entry.c - hostile ledger entries; what is accepted is what it would be written as */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct vaho_entry entry;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_text text;

    if (vaho_entry_parse(&entry, (const char *)data, nbytes, &error) != VAHO_OK) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    if (entry.who[0] == '\0' || entry.what[0] == '\0' || entry.object == NULL)
        abort();
    vaho_text_init(&text, 1 << 20);
    if (strcmp(entry.by, "claim") == 0) {
        const struct vaho_act act = {entry.who, VAHO_BY_CLAIM, entry.when, entry.why};
        if (vaho_entry_write(&text, entry.number, &act, entry.what, entry.object,
                             entry.mandate[0] == '\0' ? NULL : entry.mandate, NULL) != VAHO_OK)
            abort();
        if (json_object_get(entry.root, "why") == NULL || entry.why[0] != '\0')
            if (text.nbytes != nbytes || memcmp(text.data, data, nbytes) != 0)
                abort();
    }
    vaho_text_free(&text);
    vaho_entry_free(&entry);
    return 0;
}
