/* fuzz_glt.c - the header of a GLT or an IGM and its elements ("\f" between them) as a table
 * for a small cube */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "cube/envi.h"
#include "cube/glt.h"

enum { LINES = 5, SAMPLES = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void no_state(void *state)
{
    (void)state;
}

static void invert(const struct vaho_block *block)
{
    struct cube_glt glt;
    enum vaho_status status = cube_glt_new(&glt, LINES, SAMPLES, "fuzz", NULL);
    const size_t n = block->n_samples;

    for (size_t row = 0; status == VAHO_OK && row < block->n_lines; row++)
        status = cube_glt_add_row(&glt, row, block->value + row * block->n_bands * n,
                                  block->value + (row * block->n_bands + 1) * n, n, NULL);
    if (status == VAHO_OK)
        cube_glt_finish(&glt, NULL);
    cube_glt_free(&glt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const struct cube_format format = {.name = "fuzz", .close = no_state};
    const uint8_t *cut = memchr(data, '\f', nbytes);
    size_t n_header = cut == NULL ? nbytes : (size_t)(cut - data);
    const uint8_t *elements = cut == NULL ? data + nbytes : cut + 1;
    struct vaho_envi_header *header = NULL;
    struct vaho_source *source = vaho_alloc(1, sizeof *source);
    struct envi_layout layout;
    struct vaho_block *block;

    if (source == NULL)
        return 0;
    source->format = &format;
    source->path = vaho_strdup("fuzz");
    if (source->path != NULL && cube_add_file(source, "fuzz.glt", NULL) == VAHO_OK &&
        cube_add_file(source, "fuzz.hdr", NULL) == VAHO_OK &&
        vaho_envi_header_parse(&header, (const char *)data, n_header, "fuzz.hdr", NULL) ==
            VAHO_OK &&
        cube_envi_describe(&layout, source, header, NULL) == VAHO_OK &&
        layout.end <= (size_t)(data + nbytes - elements) && source->info.n_bands >= 2 &&
        vaho_block_new(&block, source->info.n_lines, source->info.n_bands, source->info.n_samples,
                       NULL) == VAHO_OK) {
        struct cube_window window = {0, source->info.n_lines, NULL, source->info.n_bands};
        cube_envi_decode(block, source, &layout, elements, &window);
        block->n_lines = source->info.n_lines;
        invert(block);
        vaho_block_free(block);
    }
    vaho_envi_header_free(header);
    vaho_source_free(source);
    return 0;
}
