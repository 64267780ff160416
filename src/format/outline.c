/*
 * outline.c - tracing the edges of pixels
 *
 * Every edge between a pixel of the set and one outside it is walked once, with
 * the set on the right (lines downwards).  From the corner where an edge ends
 * the walk turns right if it can, else goes on, else turns left: it stays with
 * the pixel it came along, so that pixels touching at a corner part there.
 *
 *     a .      at the corner in the middle the walk around a and the walk
 *     . b      around b each turn right and never meet
 *
 * A walk can still come back to a corner it passed: where a hole reaches the
 * outside through a corner.  The walk keeps its corners on a stack; coming back
 * to one, it cuts the loop off as a ring of its own.  So every ring is simple.
 *
 * The shoelace sum of a ring is positive for an outside and negative for a hole.
 * A ring's polygon is the number of the edge-connected component on its right.
 */
#include "format/outline.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"

enum { EAST = 0, SOUTH, WEST, NORTH };

struct walk {
    size_t height, width;    /* of the pixels' extent */
    unsigned line0, sample0; /* its first pixel */
    uint32_t *component;     /* height x width: 1, 2, ...; 0 outside the set */
    unsigned char *used;     /* per corner, (height + 1) x (width + 1): its edge east was walked */
    size_t *passed;          /* per corner: 1 + its place on the stack, 0 if not there */
    size_t *stack;           /* corners of the walk, as y * (width + 1) + x */
    size_t n_stack;
    struct vaho_outline *out;
    size_t max_rings, max_corners;
};

/* The component at (y, x) counted from the extent's first pixel; 0 beyond its border. */
static uint32_t at(const struct walk *walk, ptrdiff_t y, ptrdiff_t x)
{
    if (y < 0 || x < 0 || (size_t)y >= walk->height || (size_t)x >= walk->width)
        return 0;
    return walk->component[(size_t)y * walk->width + (size_t)x];
}

/* The component to the right of the edge leaving a corner in a direction, or 0 if there is
 * no edge of the outline. */
static uint32_t edge(const struct walk *walk, size_t corner, int direction)
{
    ptrdiff_t y = (ptrdiff_t)(corner / (walk->width + 1));
    ptrdiff_t x = (ptrdiff_t)(corner % (walk->width + 1));
    uint32_t south_east = at(walk, y, x), south_west = at(walk, y, x - 1);
    uint32_t north_west = at(walk, y - 1, x - 1), north_east = at(walk, y - 1, x);

    switch (direction) {
    case EAST: return north_east == 0 ? south_east : 0;
    case SOUTH: return south_east == 0 ? south_west : 0;
    case WEST: return south_west == 0 ? north_west : 0;
    default: return north_west == 0 ? north_east : 0;
    }
}

/* Numbers the edge-connected components in raster order of their first pixels. */
static uint32_t label_components(struct walk *walk)
{
    static const int dy[4] = {0, 1, 0, -1}, dx[4] = {1, 0, -1, 0};
    const uint32_t unlabelled = UINT32_MAX;
    uint32_t n = 0;

    for (size_t i = 0; i < walk->height * walk->width; i++) {
        size_t n_open = 0;
        if (walk->component[i] != unlabelled)
            continue;
        walk->component[i] = ++n;
        walk->stack[n_open++] = i;
        while (n_open > 0) {
            size_t here = walk->stack[--n_open];
            for (int d = 0; d < 4; d++) {
                ptrdiff_t y = (ptrdiff_t)(here / walk->width) + dy[d];
                ptrdiff_t x = (ptrdiff_t)(here % walk->width) + dx[d];
                if (at(walk, y, x) != unlabelled)
                    continue;
                walk->component[(size_t)y * walk->width + (size_t)x] = n;
                walk->stack[n_open++] = (size_t)y * walk->width + (size_t)x;
            }
        }
    }
    return n;
}

/* Room for one more item in a growing array. */
static int grow(void **array, size_t *max, size_t n, size_t item_nbytes)
{
    size_t more = *max < 64 ? 64 : 2 * *max;
    void *bigger;

    if (n < *max)
        return 1;
    bigger = more > SIZE_MAX / item_nbytes ? NULL : realloc(*array, more * item_nbytes);
    if (bigger == NULL)
        return 0;
    *array = bigger;
    *max = more;
    return 1;
}

/* Cuts stack[from..] off as a ring, leaving out corners on a straight edge; 0: no memory. */
static int emit_ring(struct walk *walk, size_t from, uint32_t component)
{
    struct vaho_outline *out = walk->out;
    size_t n = walk->n_stack - from, stride = walk->width + 1;
    const size_t *loop = walk->stack + from;
    struct vaho_ring ring = {component - 1, 0, out->n_corners, 0};
    double twice_area = 0;

    for (size_t i = 0; i < n; i++) {
        size_t before = loop[(i + n - 1) % n], here = loop[i], after = loop[(i + 1) % n];
        twice_area += (double)(here % stride) * (double)(after / stride) -
                      (double)(after % stride) * (double)(here / stride);
        walk->passed[here] = 0;
        if (here - before == after - here)
            continue;
        if (!grow((void **)&out->corner, &walk->max_corners, out->n_corners, sizeof *out->corner))
            return 0;
        out->corner[out->n_corners++] = (struct vaho_corner){
            walk->line0 + (unsigned)(here / stride), walk->sample0 + (unsigned)(here % stride)};
        ring.n++;
    }
    ring.hole = twice_area < 0;
    if (!grow((void **)&out->ring, &walk->max_rings, out->n_rings, sizeof *out->ring))
        return 0;
    out->ring[out->n_rings++] = ring;
    walk->n_stack = from;
    return 1;
}

/* Walks along the edge that leaves 'start' to the east until it comes round; 0: no memory. */
static int walk_around(struct walk *walk, size_t start)
{
    const ptrdiff_t stride = (ptrdiff_t)(walk->width + 1);
    const ptrdiff_t step[4] = {1, stride, -1, -stride};
    const uint32_t component = edge(walk, start, EAST);
    size_t here = start;
    int direction = EAST;

    do {
        if (direction == EAST)
            walk->used[here] = 1;
        walk->stack[walk->n_stack++] = here;
        walk->passed[here] = walk->n_stack;
        here = (size_t)((ptrdiff_t)here + step[direction]);
        if (walk->passed[here] != 0 && !emit_ring(walk, walk->passed[here] - 1, component))
            return 0;
        direction = (direction + 1) % 4;
        while (edge(walk, here, direction) == 0)
            direction = (direction + 3) % 4;
    } while (here != start || direction != EAST);
    return 1;
}

static int by_polygon(const void *left, const void *right)
{
    const struct vaho_ring *a = left, *b = right;

    if (a->polygon != b->polygon)
        return a->polygon < b->polygon ? -1 : 1;
    if (a->hole != b->hole)
        return a->hole - b->hole;
    return a->first < b->first ? -1 : 1;
}

/* The extent of the pixels; 0 when its corners cannot be counted. */
static int measure(struct walk *walk, size_t *n_corners, const unsigned *pixel, size_t n_pixels)
{
    unsigned line1 = 0, sample1 = 0;

    walk->line0 = walk->sample0 = UINT32_MAX;
    for (size_t i = 0; i < n_pixels; i++) {
        unsigned line = pixel[2 * i], sample = pixel[2 * i + 1];
        walk->line0 = line < walk->line0 ? line : walk->line0;
        walk->sample0 = sample < walk->sample0 ? sample : walk->sample0;
        line1 = line > line1 ? line : line1;
        sample1 = sample > sample1 ? sample : sample1;
    }
    walk->height = (size_t)line1 - walk->line0 + 1;
    walk->width = (size_t)sample1 - walk->sample0 + 1;
    return n_pixels > 0 && line1 < UINT32_MAX && sample1 < UINT32_MAX &&
           vaho_size_mul(n_corners, walk->height + 1, walk->width + 1) && *n_corners < UINT32_MAX;
}

enum vaho_status vaho_outline_trace(struct vaho_outline *out, const unsigned *pixel,
                                    size_t n_pixels, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;
    struct walk walk = {.out = out};
    size_t n_corners;

    *out = (struct vaho_outline){0};
    if (!measure(&walk, &n_corners, pixel, n_pixels))
        return vaho_fail(error, VAHO_USAGE, "a footprint of %zu pixels has no outline", n_pixels);
    walk.component = vaho_alloc(walk.height * walk.width, sizeof *walk.component);
    walk.used = vaho_alloc(n_corners, 1);
    walk.passed = vaho_alloc(n_corners, sizeof *walk.passed);
    walk.stack = vaho_alloc(n_corners, sizeof *walk.stack);
    if (walk.component == NULL || walk.used == NULL || walk.passed == NULL || walk.stack == NULL)
        goto fail;
    for (size_t i = 0; i < n_pixels; i++)
        walk.component[(pixel[2 * i] - walk.line0) * walk.width + pixel[2 * i + 1] - walk.sample0] =
            UINT32_MAX;
    out->n_polygons = label_components(&walk);
    for (size_t corner = 0; corner < n_corners; corner++)
        if (edge(&walk, corner, EAST) != 0 && !walk.used[corner] && !walk_around(&walk, corner))
            goto fail;
    qsort(out->ring, out->n_rings, sizeof *out->ring, by_polygon);
    goto done;
fail:
    status = vaho_fail_memory(error, "the outline of a plume");
    vaho_outline_free(out);
done:
    free(walk.component);
    free(walk.used);
    free(walk.passed);
    free(walk.stack);
    return status;
}

void vaho_outline_free(struct vaho_outline *outline)
{
    free(outline->ring);
    free(outline->corner);
    *outline = (struct vaho_outline){0};
}

static double rounded(double degrees)
{
    return round(degrees * 1e7) / 1e7 + 0.0;
}

int vaho_outline_place(double *out, struct vaho_outline *outline, const struct vaho_place *place)
{
    for (size_t i = 0; i < outline->n_corners; i++) {
        double longitude, latitude;
        if (!vaho_place_lonlat(&longitude, &latitude, place, outline->corner[i].line - 0.5,
                               outline->corner[i].sample - 0.5))
            return 0;
        if (i > 0)
            longitude -= 360 * round((longitude - out[0]) / 360);
        out[2 * i] = rounded(longitude);
        out[2 * i + 1] = rounded(latitude);
    }
    for (size_t r = 0; r < outline->n_rings; r++) {
        const struct vaho_ring *ring = &outline->ring[r];
        struct vaho_corner *corner = outline->corner + ring->first;
        double *at_ring = out + 2 * ring->first, twice_area = 0;
        for (size_t i = 0; i < ring->n; i++) {
            const double *a = at_ring + 2 * i, *b = at_ring + 2 * ((i + 1) % ring->n);
            twice_area += (a[0] - at_ring[0]) * (b[1] - at_ring[1]) -
                          (b[0] - at_ring[0]) * (a[1] - at_ring[1]);
        }
        if ((twice_area < 0) == (ring->hole != 0))
            continue;
        for (size_t i = 0, j = ring->n - 1; i < j; i++, j--) {
            struct vaho_corner swap = corner[i];
            corner[i] = corner[j];
            corner[j] = swap;
            for (int k = 0; k < 2; k++) {
                double degrees = at_ring[2 * i + k];
                at_ring[2 * i + k] = at_ring[2 * j + k];
                at_ring[2 * j + k] = degrees;
            }
        }
    }
    return 1;
}
