#include "flight/pixel_plumes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"

static const float FOOTPRINT_FLOOR = 2.5f, FOOTPRINT_SHARE = 0.25f;

/* Scratch of one map's size. */
struct drawing {
    const struct vaho_pixel_maps *maps;
    unsigned *queue;
    unsigned char *seen; /* all 0 between footprints */
    float *value;
};

static int by_number(const void *left, const void *right)
{
    unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
    return (a > b) - (a < b);
}

/* Fills d->queue with the footprint's pixels in raster order; their number. */
static size_t flood(struct drawing *d, const struct vaho_contender *winner)
{
    const struct vaho_pixel_maps *maps = d->maps;
    const unsigned *claim = maps->competition->claim;
    const float *z = maps->z[winner->gas].z;
    size_t ns = maps->n_samples, head = 0, tail = 0;
    float peak = winner->candidate.z;
    float floor = fminf(fmaxf(FOOTPRINT_FLOOR, FOOTPRINT_SHARE * peak), peak);

    d->queue[tail++] = (unsigned)(winner->candidate.row * ns + winner->candidate.col);
    d->seen[d->queue[0]] = 1;
    while (head < tail) {
        size_t line = d->queue[head] / ns, sample = d->queue[head] % ns;
        head++;
        for (int dl = -1; dl <= 1; dl++)
            for (int ds = -1; ds <= 1; ds++) {
                size_t l = line + (size_t)dl, s = sample + (size_t)ds, at = l * ns + s;
                if (l >= maps->n_lines || s >= ns || d->seen[at] || claim[at] != winner->claim ||
                    !(z[at] >= floor))
                    continue;
                d->seen[at] = 1;
                d->queue[tail++] = (unsigned)at;
            }
    }
    for (size_t i = 0; i < tail; i++)
        d->seen[d->queue[i]] = 0;
    qsort(d->queue, tail, sizeof *d->queue, by_number);
    return tail;
}

/* The robust spread of a signature's estimate over the cube. */
static double spread_of(struct drawing *d, size_t signature)
{
    size_t n_pixels = d->maps->n_lines * d->maps->n_samples, n = 0;
    const float *amount = d->maps->amount + signature * n_pixels;

    for (size_t i = 0; i < n_pixels; i++)
        if (isfinite(amount[i]))
            d->value[n++] = amount[i];
    return n > 0 ? (double)vaho_robust_sigma(d->value, n) : NAN;
}

static enum vaho_status draw(struct vaho_plume *out, struct drawing *d,
                             const struct vaho_contender *winner, struct vaho_error *error)
{
    const struct vaho_pixel_maps *maps = d->maps;
    size_t ns = maps->n_samples, n = flood(d, winner);
    const float *amount = maps->amount + winner->gas * maps->n_lines * ns;
    double sum = 0.0, variance = fmax(0.25, (double)n / 16.0); /* a quarter of its width */

    *out = (struct vaho_plume){.snr = (double)winner->candidate.z,
                               .n_pixels = n,
                               .source_line = (double)winner->candidate.row,
                               .source_sample = (double)winner->candidate.col,
                               .source_covariance_px2 = {variance, 0.0, variance},
                               .bbox = {maps->n_lines, ns, 0, 0},
                               .emission_kg_h = NAN,
                               .emission_sigma_kg_h = NAN,
                               .probability = NAN};
    snprintf(out->gas, sizeof out->gas, "%s", maps->name[winner->gas]);
    out->pixel = vaho_alloc(2 * n, sizeof *out->pixel);
    if (out->pixel == NULL)
        return vaho_fail_memory(error, "a footprint");
    for (size_t i = 0; i < n; i++) {
        size_t l = d->queue[i] / ns, s = d->queue[i] % ns;
        out->pixel[2 * i] = (unsigned)l;
        out->pixel[2 * i + 1] = (unsigned)s;
        out->bbox[0] = l < out->bbox[0] ? l : out->bbox[0];
        out->bbox[1] = s < out->bbox[1] ? s : out->bbox[1];
        out->bbox[2] = l > out->bbox[2] ? l : out->bbox[2];
        out->bbox[3] = s > out->bbox[3] ? s : out->bbox[3];
        d->value[i] = amount[d->queue[i]];
        sum += (double)d->value[i];
    }
    out->mean_ppmm = sum / (double)n;
    out->peak_ppmm = (double)vaho_quantile(d->value, n, 0.95);
    out->sigma_ppmm = spread_of(d, winner->gas) / sqrt((double)n);
    return VAHO_OK;
}

enum vaho_status vaho_pixel_plumes(struct vaho_plumes **out, const struct vaho_pixel_maps *maps,
                                   double q_kept, struct vaho_error *error)
{
    const struct vaho_competition *c = maps->competition;
    size_t n_pixels = maps->n_lines * maps->n_samples, n = 0;
    struct drawing d = {maps, vaho_alloc(n_pixels, sizeof *d.queue), vaho_alloc(n_pixels, 1),
                        vaho_alloc(n_pixels, sizeof *d.value)};
    struct vaho_plumes *plumes = vaho_alloc(1, sizeof *plumes);
    enum vaho_status status = VAHO_OK;

    *out = plumes;
    for (size_t i = 0; c != NULL && i < c->n; i++)
        n += maps->q[i] <= q_kept;
    if (plumes != NULL)
        plumes->plume = vaho_alloc(n, sizeof *plumes->plume);
    if (!d.queue || !d.seen || !d.value || !plumes || !plumes->plume)
        status = vaho_fail_memory(error, "the plumes");
    for (size_t i = 0; status == VAHO_OK && c != NULL && i < c->n; i++) {
        struct vaho_plume *plume = &plumes->plume[plumes->n];
        if (!(maps->q[i] <= q_kept))
            continue;
        status = draw(plume, &d, &c->winner[i], error);
        plume->q_value = maps->q[i];
        plumes->n += status == VAHO_OK;
    }
    free(d.queue);
    free(d.seen);
    free(d.value);
    return status;
}
