/*
 * mask.c - which pixels a mandate permits
 *
 * A pixel is a disc: its centre, and half the diagonal of its footprint plus so
 * many standard deviations of its place.  Tiles of pixels are judged together,
 * because most lie far from any border.
 *
 * Which standard deviation: where the place of the cube states an error, that of each
 * pixel, and a pixel for which it is missing is outside; the mandate's assumed one
 * where the place states none, for all pixels.  Never both, nor the smaller of the two:
 * the count says which it was and how large.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "mandate/parts.h"

enum { TILE = 16, N_TILE = TILE * TILE };

struct tile {
    size_t line[N_TILE], sample[N_TILE];
    double longitude[N_TILE], latitude[N_TILE], radius[N_TILE];
    unsigned char foreign[N_TILE];
    size_t n;
};

/* Half the diagonal of a pixel; NAN unknown. */
static double half_pixel(const struct vaho_place *place, double line, double sample)
{
    double along, across;

    return vaho_place_pixel_size_m(&along, &across, place, line, sample)
               ? 0.5 * hypot(along, across)
               : NAN;
}

/* Beside a pixel without a place a size cannot be told: the largest of those around it. */
static double half_around(const struct vaho_place *place, double line, double sample)
{
    double out = half_pixel(place, line, sample);

    if (isfinite(out))
        return out;
    for (int i = 0; i < 9; i++)
        out = fmax(out, half_pixel(place, line + i / 3 - 1, sample + i % 3 - 1));
    return out;
}

static int in_window(const struct vaho_mandate *m, const struct vaho_mandate_ground *ground,
                     size_t line)
{
    double at = ground->line_time_s != NULL ? ground->line_time_s[line] : ground->time_s;

    return at >= m->terms.from_s && at <= m->terms.to_s;
}

/* The tile's discs that have a place and a time in the window. */
static void gather(struct tile *tile, struct vaho_mandate_count *count,
                   const struct vaho_mandate *m, const struct vaho_mandate_ground *ground,
                   size_t line0, size_t sample0)
{
    size_t line1 = line0 + TILE < ground->n_lines ? line0 + TILE : ground->n_lines;
    size_t sample1 = sample0 + TILE < ground->n_samples ? sample0 + TILE : ground->n_samples;
    /* on a grid the size of a pixel hardly changes within a tile; over terrain it does */
    double half = vaho_place_is_grid(ground->place)
                      ? half_pixel(ground->place, 0.5 * (double)(line0 + line1 - 1),
                                   0.5 * (double)(sample0 + sample1 - 1))
                      : NAN;

    tile->n = 0;
    for (size_t l = line0; l < line1; l++) {
        if (!in_window(m, ground, l)) {
            count->n_time += sample1 - sample0;
            continue;
        }
        for (size_t s = sample0; s < sample1; s++) {
            double sigma = ground->sigma_m != NULL ? ground->sigma_m[l * ground->n_samples + s]
                                                   : m->terms.assumed_sigma_m;
            double own = isfinite(half) ? half : half_around(ground->place, (double)l, (double)s);
            size_t at = tile->n;
            if (!vaho_place_lonlat(&tile->longitude[at], &tile->latitude[at], ground->place,
                                   (double)l, (double)s) ||
                !isfinite(own) || !(sigma >= 0)) {
                count->n_no_place++;
                continue;
            }
            tile->line[at] = l;
            tile->sample[at] = s;
            tile->radius[at] = own + m->terms.border_sigmas * sigma;
            count->least_sigma_m = fmin(count->least_sigma_m, sigma);
            count->largest_sigma_m = fmax(count->largest_sigma_m, sigma);
            tile->n++;
        }
    }
}

/* Marks discs that touch the territory of an authority that has not signed. */
static void mark_foreign(struct tile *tile, const struct vaho_mandate *m,
                         const struct vaho_trust *trust)
{
    signed char side[N_TILE];

    memset(tile->foreign, 0, sizeof tile->foreign);
    for (size_t a = 0; a < trust->n; a++) {
        int signer = 0;
        for (size_t i = 0; i < m->terms.n_signers; i++)
            signer |= strcmp(m->signer[i], trust->authority[a].name) == 0;
        if (signer || trust->authority[a].territory == NULL)
            continue;
        vaho_area_sides(side, trust->authority[a].territory, tile->longitude, tile->latitude,
                        tile->radius, tile->n);
        for (size_t i = 0; i < tile->n; i++)
            tile->foreign[i] |= side[i] != VAHO_SIDE_OUTSIDE;
    }
}

static void judge(unsigned char *out, struct tile *tile, struct vaho_mandate_count *count,
                  const struct vaho_mandate *m, const struct vaho_trust *trust, size_t n_samples)
{
    const struct vaho_authority *issuer = vaho_trust_named(trust, m->terms.issuer);
    signed char side[N_TILE], own[N_TILE];

    if (tile->n == 0)
        return;
    vaho_area_sides(side, m->area, tile->longitude, tile->latitude, tile->radius, tile->n);
    memset(own, VAHO_SIDE_INSIDE, sizeof own);
    if (issuer == NULL)
        memset(own, VAHO_SIDE_OUTSIDE, sizeof own);
    else if (issuer->territory != NULL)
        vaho_area_sides(own, issuer->territory, tile->longitude, tile->latitude, tile->radius,
                        tile->n);
    mark_foreign(tile, m, trust);
    for (size_t i = 0; i < tile->n; i++) {
        if (side[i] == VAHO_SIDE_OUTSIDE)
            count->n_outside++;
        else if (side[i] == VAHO_SIDE_BORDER)
            count->n_border++;
        else if (own[i] != VAHO_SIDE_INSIDE || tile->foreign[i])
            count->n_foreign++;
        else {
            out[tile->line[i] * n_samples + tile->sample[i]] = 1;
            count->n_permitted++;
        }
    }
}

enum vaho_status vaho_mandate_mask(unsigned char *out, struct vaho_mandate_count *count,
                                   const struct vaho_mandate *mandate,
                                   const struct vaho_trust *trust,
                                   const struct vaho_mandate_ground *ground,
                                   struct vaho_error *error)
{
    struct vaho_mandate_count counted = {
        .sigma_stated = ground->sigma_m != NULL, .least_sigma_m = NAN, .largest_sigma_m = NAN};
    struct tile *tile = vaho_alloc(1, sizeof *tile);

    memset(out, 0, ground->n_lines * ground->n_samples);
    if (tile == NULL)
        return vaho_fail_memory(error, "the mask of a mandate");
    for (size_t l = 0; l < ground->n_lines; l += TILE)
        for (size_t s = 0; s < ground->n_samples; s += TILE) {
            gather(tile, &counted, mandate, ground, l, s);
            judge(out, tile, &counted, mandate, trust, ground->n_samples);
        }
    free(tile);
    if (count != NULL)
        *count = counted;
    return VAHO_OK;
}

int vaho_mandate_permits_place(const struct vaho_mandate *mandate, const struct vaho_trust *trust,
                               double longitude_deg, double latitude_deg, double radius_m)
{
    struct tile tile = {.n = 1};
    struct vaho_mandate_count counted = {0};
    unsigned char out = 0;

    tile.longitude[0] = longitude_deg;
    tile.latitude[0] = latitude_deg;
    tile.radius[0] = radius_m;
    judge(&out, &tile, &counted, mandate, trust, 1);
    return out;
}
