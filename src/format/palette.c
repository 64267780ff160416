#include "format/palette.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const char *const colours[] = {"#d55e00", "#0072b2", "#009e73",
                                      "#cc79a7", "#e69f00", "#56b4e9"};
enum { N_COLOURS = sizeof colours / sizeof colours[0] };

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

enum vaho_status vaho_palette_new(struct vaho_palette *out, const struct vaho_plumes *plumes,
                                  struct vaho_error *error)
{
    size_t n = 0;

    *out = (struct vaho_palette){0, vaho_alloc(plumes->n, sizeof *out->gas)};
    if (out->gas == NULL)
        return vaho_fail_memory(error, "the colours of the gases");
    for (size_t i = 0; i < plumes->n; i++)
        out->gas[i] = plumes->plume[i].gas;
    qsort(out->gas, plumes->n, sizeof *out->gas, by_name);
    for (size_t i = 0; i < plumes->n; i++)
        if (n == 0 || strcmp(out->gas[n - 1], out->gas[i]) != 0)
            out->gas[n++] = out->gas[i];
    out->n = n;
    return VAHO_OK;
}

void vaho_palette_free(struct vaho_palette *palette)
{
    free(palette->gas);
    *palette = (struct vaho_palette){0, NULL};
}

const char *vaho_palette_colour(const struct vaho_palette *palette, const char *gas)
{
    const char **found = bsearch(&gas, palette->gas, palette->n, sizeof *palette->gas, by_name);
    return colours[found == NULL ? 0 : (size_t)(found - palette->gas) % N_COLOURS];
}
