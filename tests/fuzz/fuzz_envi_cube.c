/* fuzz_envi_cube.c - a header and the elements after it ("\f" between them), decoded whole */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "cube/envi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void no_state(void *state)
{
    (void)state;
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
    if (source->path != NULL && cube_add_file(source, "fuzz.bil", NULL) == VAHO_OK &&
        cube_add_file(source, "fuzz.hdr", NULL) == VAHO_OK &&
        vaho_envi_header_parse(&header, (const char *)data, n_header, "fuzz.hdr", NULL) ==
            VAHO_OK &&
        cube_envi_describe(&layout, source, header, NULL) == VAHO_OK &&
        layout.end <= (size_t)(data + nbytes - elements) &&
        vaho_block_new(&block, source->info.n_lines, source->info.n_bands, source->info.n_samples,
                       NULL) == VAHO_OK) {
        struct cube_window window = {0, source->info.n_lines, NULL, source->info.n_bands};
        cube_envi_decode(block, source, &layout, elements, &window);
        vaho_block_free(block);
    }
    vaho_envi_header_free(header);
    vaho_source_free(source);
    return 0;
}
