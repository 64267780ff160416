/*
 * window_maps.c - a background around every pixel: an outer window without an inner one
 *
 * Windows are outer x outer and inner x inner pixels about the pixel, moved inside the cube
 * at its edges (as Spectral Python does).  Neighbouring pixels share nearly all of them, so
 * sums of products are not made anew but moved:
 *
 *     down    each column's sums over the window's lines: one pixel more, one less
 *     across  the window's sums: one column more, one less
 *
 * which is 4 products of one pixel and 4 additions of a matrix, where 416 products would
 * be the plain way for 5 and 21.  Sums are float64, and strips of lines begin anew, so that
 * nothing drifts.
 *
 * Pixels are whitened by the scene first (scene_whitening.h): no cosine changes, and the
 * factors of 16 neighbours, side by side, can then be float32.  The pixel and the targets
 * stand as rows below the matrix, so that factoring it whitens them too.
 *
 * Directions of gases are the scene's, mu being its mean; to a surface they begin at the
 * window's mean.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/pixel_lines.h"
#include "sense/pixel_maps.h"
#include "sense/scene_whitening.h"

enum { STRIP_LINES = 32 };

struct windows {
    const struct vaho_pixel_request *request;
    const struct vaho_matrices *m;
    struct vaho_lines lines;
    struct vaho_scene_whitening whitening;
    size_t row;              /* floats of a whitened pixel: bands and one, in whole eights */
    size_t n_triangle;       /* doubles of its triangle */
    size_t n_padded, n_rows; /* lanes_cholesky()'s */
    float *target;           /* n x n_bands, whitened: direction, or place from the scene's mean */
    struct strip *strip;     /* a worker */
};

/* One worker's strip of lines. */
struct strip {
    float *z;              /* its lines and those windows reach, [line][sample][row] */
    float *panel, *white;  /* scratch of whitening */
    double *outer, *inner; /* [sample][triangle]: sums down the windows' lines */
    double *sum, *zero;    /* triangles: the window's, and none */
    float *few;            /* [16][triangle]: centred, of neighbours */
    float *lanes;          /* [n_rows][n_padded][16] */
    double *mean;          /* row */
    float *below;          /* [16][1 + n][row]: pixel and directions, less the mean */
    double n_pixels[VAHO_LANES];
    float *map; /* [n x 3][sample] */
    size_t n_singular;
};

static void windows_free(struct windows *w, size_t n_workers)
{
    for (size_t i = 0; w->strip != NULL && i < n_workers; i++) {
        struct strip *s = &w->strip[i];
        free(s->z);
        free(s->panel);
        free(s->white);
        free(s->outer);
        free(s->inner);
        free(s->sum);
        free(s->zero);
        free(s->few);
        free(s->lanes);
        free(s->mean);
        free(s->below);
        free(s->map);
    }
    free(w->strip);
    free(w->target);
    vaho_lines_free(&w->lines);
    vaho_scene_whitening_free(&w->whitening);
}

static enum vaho_status make_room(struct windows *w, size_t n_workers, struct vaho_error *error)
{
    size_t nb = w->lines.n_bands, ns = w->lines.n_samples, n = w->request->n;
    size_t reach = STRIP_LINES + w->request->outer, eights = (nb + 7) / 8 * 8;
    int sound;

    w->target = vaho_alloc(n * nb, sizeof *w->target);
    w->strip = vaho_alloc(n_workers, sizeof *w->strip);
    sound = w->target != NULL && w->strip != NULL;
    for (size_t i = 0; sound && i < n_workers; i++) {
        struct strip *s = &w->strip[i];
        s->z = vaho_alloc(reach * ns, w->row * sizeof *s->z);
        s->panel = vaho_alloc(nb * VAHO_PANEL, sizeof *s->panel);
        s->white = vaho_alloc(eights * VAHO_PANEL, sizeof *s->white);
        s->outer = vaho_alloc(ns, w->n_triangle * sizeof *s->outer);
        s->inner = vaho_alloc(ns, w->n_triangle * sizeof *s->inner);
        s->sum = vaho_alloc(w->n_triangle, sizeof *s->sum);
        s->zero = vaho_alloc(w->n_triangle, sizeof *s->zero);
        s->few = vaho_alloc(VAHO_LANES, w->n_triangle * sizeof *s->few);
        s->lanes = vaho_alloc(w->n_rows * w->n_padded * VAHO_LANES, sizeof *s->lanes);
        s->mean = vaho_alloc(w->row, sizeof *s->mean);
        s->below = vaho_alloc((n + 1) * VAHO_LANES, w->row * sizeof *s->below);
        s->map = vaho_alloc(VAHO_N_MAPS * n * ns, sizeof *s->map);
        sound = s->z && s->panel && s->white && s->outer && s->inner && s->sum && s->zero &&
                s->few && s->lanes && s->mean && s->below && s->map;
    }
    return sound ? VAHO_OK : vaho_fail_memory(error, "windows of pixels");
}

/* Whitened directions; to a surface the place is whitened, and the window's mean comes off it. */
static void whiten_targets(struct windows *w)
{
    const struct vaho_pixel_request *request = w->request;
    size_t nb = w->lines.n_bands;

    for (size_t t = 0; t < request->n; t++)
        for (size_t r = 0; r < nb; r++) {
            double sum = 0.0;
            for (size_t b = 0; b <= r; b++) {
                double mean = w->whitening.mean[b], value = request->value[t * nb + b];
                double d = request->direction == VAHO_DIRECTION_OF_LIGHT ? value * mean
                           : request->direction == VAHO_DIRECTION_ITSELF ? value
                                                                         : value - mean;
                sum +=
                    d *
                    (double)w->whitening.rows[(r / VAHO_ROWS * nb + b) * VAHO_ROWS + r % VAHO_ROWS];
            }
            w->target[t * nb + r] = (float)sum;
        }
}

/* Where a window of 'width' about 'centre' begins. */
static size_t begin(size_t centre, size_t width, size_t n)
{
    size_t first = centre > width / 2 ? centre - width / 2 : 0;

    return first + width > n ? n - width : first;
}

/* One line of the cube as whitened pixels; what is not whole is all zero. */
static void whiten_line(const struct windows *w, struct strip *s, float *z, const float *line,
                        const unsigned char *whole)
{
    size_t nb = w->lines.n_bands, ns = w->lines.n_samples;

    for (size_t at = 0; at < ns; at += VAHO_PANEL) {
        size_t n = ns - at < VAHO_PANEL ? ns - at : VAHO_PANEL;
        w->m->difference(s->panel, VAHO_PANEL, line + at, ns, w->whitening.centre, 0, whole + at,
                         nb, n);
        w->m->project(s->white, w->whitening.rows, nb, s->panel, nb);
        w->m->transpose(z + at * w->row, w->row, s->white, VAHO_PANEL, nb, n);
        for (size_t i = 0; i < n; i++)
            z[(at + i) * w->row + nb] = (float)whole[at + i];
    }
}

static enum vaho_status whiten_lines(struct windows *w, struct strip *s, size_t first, size_t n,
                                     size_t worker, struct vaho_error *error)
{
    size_t nb = w->lines.n_bands, ns = w->lines.n_samples;
    const unsigned char *whole = w->lines.whole + worker * VAHO_PIECE_LINES * w->lines.width;
    enum vaho_status status = VAHO_OK;

    for (size_t l = 0; status == VAHO_OK && l < n; l += VAHO_PIECE_LINES) {
        size_t k = n - l < VAHO_PIECE_LINES ? n - l : VAHO_PIECE_LINES;
        double start;
        status = vaho_lines_read(&w->lines, first + l, k, worker, error);
        start = w->request->clock_s();
        for (size_t i = 0; status == VAHO_OK && i < k; i++)
            whiten_line(w, s, s->z + (l + i) * ns * w->row,
                        w->lines.block[worker]->value + i * nb * ns, whole + i * w->lines.width);
        w->lines.busy[worker][VAHO_STAGE_WORK] += w->request->clock_s() - start;
    }
    return status;
}

/* Every column's sums: from lines [was, was + width) to [is, is + width); was > is: from none. */
static void move_down(const struct windows *w, double *sums, const float *z, size_t was, size_t is,
                      size_t width)
{
    size_t ns = w->lines.n_samples;

    if (was > is) {
        memset(sums, 0, ns * w->n_triangle * sizeof *sums);
        for (size_t l = is; l < is + width; l++)
            for (size_t s = 0; s < ns; s++)
                w->m->triangle_move(sums + s * w->n_triangle, z + (l * ns + s) * w->row, NULL,
                                    w->lines.n_bands + 1);
    }
    for (; was < is; was++)
        for (size_t s = 0; s < ns; s++)
            w->m->triangle_move(sums + s * w->n_triangle, z + ((was + width) * ns + s) * w->row,
                                z + (was * ns + s) * w->row, w->lines.n_bands + 1);
}

/* The window's sums about 'sample', from those about the one before; of the first, from none. */
static void move_across(const struct windows *w, struct strip *s, size_t sample)
{
    size_t ns = w->lines.n_samples, outer = w->request->outer, inner = w->request->inner;
    size_t n = w->n_triangle, o = begin(sample, outer, ns), i = begin(sample, inner, ns);
    size_t o_was = sample > 0 ? begin(sample - 1, outer, ns) : 0;
    size_t i_was = sample > 0 ? begin(sample - 1, inner, ns) : 0;

    if (sample == 0) {
        memset(s->sum, 0, n * sizeof *s->sum);
        for (size_t k = 0; k < outer; k++)
            w->m->triangle_slide(s->sum, s->outer + k * n, s->zero, s->zero, s->zero, n);
        for (size_t k = 0; k < inner; k++)
            w->m->triangle_slide(s->sum, s->zero, s->zero, s->inner + k * n, s->zero, n);
    } else if (o != o_was || i != i_was) {
        w->m->triangle_slide(s->sum, o != o_was ? s->outer + (o_was + outer) * n : s->zero,
                             o != o_was ? s->outer + o_was * n : s->zero,
                             i != i_was ? s->inner + (i_was + inner) * n : s->zero,
                             i != i_was ? s->inner + i_was * n : s->zero, n);
    }
}

/* The window's covariance, and pixel and directions less its mean, become neighbour 'lane'. */
static void take_neighbour(const struct windows *w, struct strip *s, const float *z, size_t lane)
{
    size_t nb = w->lines.n_bands;
    float *below = s->below + lane * (w->request->n + 1) * w->row;
    int to_surface = w->request->direction == VAHO_DIRECTION_TO_TARGET;

    s->n_pixels[lane] = s->sum[vaho_triangle_at(nb) + nb];
    w->m->triangle_centre(s->few + lane * w->n_triangle, s->mean, s->sum, nb);
    for (size_t b = 0; b < nb; b++)
        below[b] = z[b] - (float)s->mean[b];
    for (size_t t = 0; t < w->request->n; t++)
        for (size_t b = 0; b < nb; b++)
            below[(t + 1) * w->row + b] =
                w->target[t * nb + b] - (to_surface ? (float)s->mean[b] : 0.0f);
}

/* What is factored for 16 neighbours at once. */
static void fill_lanes(const struct windows *w, struct strip *s)
{
    size_t nb = w->lines.n_bands, p = w->n_padded, n_below = w->request->n + 1;

    for (size_t i = 0; i < nb; i++)
        w->m->transpose(s->lanes + i * p * VAHO_LANES, VAHO_LANES, s->few + vaho_triangle_at(i),
                        w->n_triangle, VAHO_LANES, i + 1);
    for (size_t i = nb; i < p; i++) {
        memset(s->lanes + i * p * VAHO_LANES, 0, p * VAHO_LANES * sizeof *s->lanes);
        for (size_t lane = 0; lane < VAHO_LANES; lane++)
            s->lanes[(i * p + i) * VAHO_LANES + lane] = 1.0f;
    }
    memset(s->lanes + p * p * VAHO_LANES, 0, (w->n_rows - p) * p * VAHO_LANES * sizeof *s->lanes);
    for (size_t k = 0; k < n_below; k++)
        w->m->transpose(s->lanes + (p + k) * p * VAHO_LANES, VAHO_LANES, s->below + k * w->row,
                        n_below * w->row, VAHO_LANES, nb);
}

static void dot(float out[VAHO_LANES], const float *a, const float *b, size_t n)
{
    memset(out, 0, VAHO_LANES * sizeof *out);
    for (size_t i = 0; i < n * VAHO_LANES; i++)
        out[i % VAHO_LANES] += a[i] * b[i];
}

/* Amounts, sigmas and cosines of n neighbours from 'sample' on. */
static void score_neighbours(const struct windows *w, struct strip *s, const float *z,
                             size_t sample, size_t n)
{
    size_t nb = w->lines.n_bands, ns = w->lines.n_samples, p = w->n_padded;
    const float *y = s->lanes + p * p * VAHO_LANES;
    float e[VAHO_LANES], a[VAHO_LANES], g[VAHO_LANES];

    fill_lanes(w, s);
    w->m->lanes_cholesky(s->lanes, p, w->n_rows);
    dot(e, y, y, nb);
    for (size_t t = 0; t < w->request->n; t++) {
        const float *d = y + (t + 1) * p * VAHO_LANES;
        dot(a, y, d, nb);
        dot(g, d, d, nb);
        for (size_t i = 0; i < n; i++) {
            float *map = s->map + VAHO_N_MAPS * t * ns + sample + i;
            int there = z[(sample + i) * w->row + nb] > 0.0f;
            int sound = s->n_pixels[i] > (double)nb + 1.0 && isfinite(e[i]) && isfinite(g[i]);
            s->n_singular += there && !sound;
            map[VAHO_MAP_AMOUNT * ns] = there && sound ? a[i] / g[i] : NAN;
            map[VAHO_MAP_SIGMA * ns] =
                there && sound ? (float)(1.0 / sqrt((double)g[i] * (s->n_pixels[i] - 1.0))) : NAN;
            map[VAHO_MAP_COSINE * ns] = there && sound ? a[i] * fabsf(a[i]) / (g[i] * e[i]) : NAN;
        }
    }
}

static enum vaho_status score_line(const struct windows *w, struct strip *s, size_t line,
                                   const float *z, struct vaho_error *error)
{
    const struct vaho_pixel_request *request = w->request;
    size_t ns = w->lines.n_samples;
    enum vaho_status status = VAHO_OK;

    for (size_t sample = 0; sample < ns; sample++) {
        size_t lane = sample % VAHO_LANES;
        move_across(w, s, sample);
        take_neighbour(w, s, z + sample * w->row, lane);
        if (lane == VAHO_LANES - 1 || sample == ns - 1)
            score_neighbours(w, s, z, sample - lane, lane + 1);
    }
    for (size_t i = 0; status == VAHO_OK && i < VAHO_N_MAPS * request->n; i++)
        if (i % VAHO_N_MAPS != VAHO_MAP_COSINE || request->cosine)
            status = request->take(request->context, i / VAHO_N_MAPS,
                                   (enum vaho_map_kind)(i % VAHO_N_MAPS), line, 1, s->map + i * ns,
                                   error);
    return status;
}

static enum vaho_status score_strip(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct windows *w = context;
    struct strip *s = &w->strip[worker];
    size_t nl = w->lines.n_lines, outer = w->request->outer, inner = w->request->inner;
    size_t first = task * STRIP_LINES, last = first + STRIP_LINES < nl ? first + STRIP_LINES : nl;
    size_t reach = begin(first, outer, nl), o = (size_t)-1, i = (size_t)-1;
    size_t end = begin(last - 1, outer, nl) + outer;
    enum vaho_status status = whiten_lines(w, s, reach, end - reach, worker, error);
    double start = w->request->clock_s();

    for (size_t line = first; status == VAHO_OK && line < last; line++) {
        size_t o_is = begin(line, outer, nl) - reach, i_is = begin(line, inner, nl) - reach;
        move_down(w, s->outer, s->z, o, o_is, outer);
        move_down(w, s->inner, s->z, i, i_is, inner);
        o = o_is;
        i = i_is;
        status = score_line(w, s, line, s->z + (line - reach) * w->lines.n_samples * w->row, error);
    }
    w->lines.busy[worker][VAHO_STAGE_WORK] += w->request->clock_s() - start;
    return status;
}

enum vaho_status vaho_maps_by_window(struct vaho_pixel_outcome *out,
                                     const struct vaho_pixel_request *request,
                                     struct vaho_pool *pool, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(request->source);
    size_t nb = request->n_bands, n_workers = vaho_pool_n_threads(pool);
    struct windows w = {.request = request, .m = request->kernels->matrices};
    size_t tile = w.m->tile;
    double clock;
    enum vaho_status status;

    *out = (struct vaho_pixel_outcome){.median_shrinkage = NAN};
    if (info->n_lines < request->outer || info->n_samples < request->outer)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: %zu lines of %zu samples hold no window of %zu pixels", info->path,
                         info->n_lines, info->n_samples, request->outer);
    w.row = (nb + 8) / 8 * 8;
    w.n_triangle = vaho_triangle_at(nb + 1);
    w.n_padded = (nb + tile - 1) / tile * tile;
    w.n_rows = w.n_padded + (request->n + tile) / tile * tile;
    status = vaho_scene_whitening_learn(&w.whitening, request, pool, out, error);
    clock = request->clock_s();
    if (status == VAHO_OK)
        status = vaho_lines_new(&w.lines, request, pool, error);
    if (status == VAHO_OK)
        status = make_room(&w, n_workers, error);
    if (status == VAHO_OK) {
        whiten_targets(&w);
        status = vaho_pool_run(pool, (w.lines.n_lines + STRIP_LINES - 1) / STRIP_LINES, score_strip,
                               &w, error);
    }
    if (status == VAHO_OK)
        vaho_lines_clock(&w.lines, clock, &out->read_s, &out->score_s);
    for (size_t i = 0; status == VAHO_OK && i < n_workers; i++)
        out->n_singular += w.strip[i].n_singular;
    w.lines.pool = pool;
    windows_free(&w, n_workers);
    return status;
}
