#include "find/pieces.h"

#include <stdlib.h>

#include "base/error.h"

static int apart(size_t a, size_t b)
{
    return a > b + VAHO_PIECES_GAP || b > a + VAHO_PIECES_GAP;
}

int vaho_pieces_meet(const struct vaho_plume *a, const struct vaho_plume *b)
{
    for (int k = 0; k < 2; k++)
        if (a->bbox[k] > b->bbox[k + 2] + VAHO_PIECES_GAP ||
            b->bbox[k] > a->bbox[k + 2] + VAHO_PIECES_GAP)
            return 0;
    for (size_t i = 0; i < a->n_pixels; i++)
        for (size_t j = 0; j < b->n_pixels; j++)
            if (!apart(a->pixel[2 * i], b->pixel[2 * j]) &&
                !apart(a->pixel[2 * i + 1], b->pixel[2 * j + 1]))
                return 1;
    return 0;
}

static int comes_before(const unsigned *a, const unsigned *b)
{
    return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1];
}

enum vaho_status vaho_pieces_join(struct vaho_plume *plume, const struct vaho_plume *piece,
                                  struct vaho_error *error)
{
    size_t n = plume->n_pixels, m = piece->n_pixels, i = 0, j = 0, k = 0;
    unsigned *pixel = vaho_alloc(n + m, 2 * sizeof *pixel);

    if (pixel == NULL)
        return vaho_fail_memory(error, "a plume in pieces");
    while (i < n || j < m) { /* both in raster order */
        const unsigned *a = plume->pixel + 2 * i, *b = piece->pixel + 2 * j;
        int first = j == m || (i < n && !comes_before(b, a));
        int both = i < n && j < m && !comes_before(a, b) && !comes_before(b, a);
        pixel[2 * k] = first ? a[0] : b[0];
        pixel[2 * k++ + 1] = first ? a[1] : b[1];
        i += (size_t)first;
        j += (size_t)(!first || both);
    }
    free(plume->pixel);
    plume->pixel = pixel;
    plume->n_pixels = k;
    for (int side = 0; side < 2; side++) {
        if (piece->bbox[side] < plume->bbox[side])
            plume->bbox[side] = piece->bbox[side];
        if (piece->bbox[side + 2] > plume->bbox[side + 2])
            plume->bbox[side + 2] = piece->bbox[side + 2];
    }
    return VAHO_OK;
}
