#include "vaho/block.h"

#include <stdlib.h>

#include "base/error.h"

enum vaho_status vaho_block_new(struct vaho_block **out, size_t max_lines, size_t n_bands,
                                size_t n_samples, struct vaho_error *error)
{
    struct vaho_block *block;
    size_t n_pixels, n;

    *out = NULL;
    if (max_lines == 0 || n_bands == 0 || n_samples == 0 ||
        !vaho_size_mul(&n_pixels, max_lines, n_samples) || !vaho_size_mul(&n, n_pixels, n_bands))
        return vaho_fail(error, VAHO_USAGE, "a block of %zu lines, %zu bands and %zu samples",
                         max_lines, n_bands, n_samples);
    block = vaho_alloc(1, sizeof *block);
    if (block == NULL)
        return vaho_fail_memory(error, "a block");
    block->max_lines = max_lines;
    block->n_bands = n_bands;
    block->n_samples = n_samples;
    block->value = vaho_alloc(n, sizeof *block->value);
    block->valid = vaho_alloc(n_pixels, sizeof *block->valid);
    if (block->value == NULL || block->valid == NULL) {
        vaho_block_free(block);
        return vaho_fail_memory(error, "a block; read fewer lines at once");
    }
    *out = block;
    return VAHO_OK;
}

void vaho_block_free(struct vaho_block *block)
{
    if (block == NULL)
        return;
    free(block->value);
    free(block->valid);
    free(block);
}
