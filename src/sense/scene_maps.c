/*
 * scene_maps.c - one background for the whole cube
 *
 * To accumulate, pixels are put band beside band into tiles of a few hundred, so that the
 * product of a tile with itself runs from the cache; a row of ones behind the bands gives
 * sums and number in the same matrix (column_maps.c).  To score, pixels stay side by side
 * as they lie in the cube.  With C = L L' the distance is |L^-1 (x - mu)|^2, half the work
 * of a product with C^-1, as L^-1 is a triangle.
 *
 * Stretches of lines are added up on their own and then in order, so that sums do not
 * depend on the number of threads.
 */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/pixel_lines.h"
#include "sense/pixel_maps.h"
#include "sense/scene_whitening.h"

enum { N_STRETCHES = 8, TILE_PIXELS = 240 };

/* A band whose own share of its variance is less follows from the others, to rounding. */
static const double OWN_SHARE = 1e-12;

struct scene {
    const struct vaho_pixel_request *request;
    struct vaho_pool *pool;
    struct vaho_lines lines;
    size_t n_padded; /* bands and one, in whole panels */
    size_t n_stretches;
    float *mean;      /* n_bands: rough, then exact */
    double *gram;     /* n_stretches x n_padded^2: upper triangles */
    float **tile;     /* a worker: band panels of TILE_PIXELS */
    float **panel;    /* a worker: (n_bands + 1) x VAHO_PANEL differences */
    float **map;      /* a worker: n x 3 maps of PIECE_LINES lines */
    float **row;      /* a worker: filters' output on a panel */
    float *filter;    /* packed, n */
    float *whitening; /* packed, n_bands */
    float *sigma;     /* n */
};

static void scene_free(struct scene *s)
{
    size_t n_workers = vaho_pool_n_threads(s->pool);

    for (size_t i = 0; i < n_workers; i++) {
        free(s->tile != NULL ? s->tile[i] : NULL);
        free(s->panel != NULL ? s->panel[i] : NULL);
        free(s->map != NULL ? s->map[i] : NULL);
        free(s->row != NULL ? s->row[i] : NULL);
    }
    vaho_lines_free(&s->lines);
    free(s->mean);
    free(s->gram);
    free(s->tile);
    free(s->panel);
    free(s->map);
    free(s->row);
    free(s->filter);
    free(s->whitening);
    free(s->sigma);
}

/* n floats for every worker; 0: no memory. */
static int make_scratch(float ***out, size_t n_workers, size_t n)
{
    float **scratch = vaho_alloc(n_workers, sizeof *scratch);
    int sound = scratch != NULL;

    *out = scratch;
    for (size_t i = 0; sound && i < n_workers; i++)
        sound = (scratch[i] = vaho_alloc(n, sizeof **scratch)) != NULL;
    return sound;
}

static enum vaho_status make_room(struct scene *s, struct vaho_error *error)
{
    size_t nb = s->lines.n_bands, n = s->request->n, n_workers = vaho_pool_n_threads(s->pool);
    size_t eights = (nb + VAHO_ROWS - 1) / VAHO_ROWS * VAHO_ROWS;
    size_t filters = (n + VAHO_ROWS - 1) / VAHO_ROWS * VAHO_ROWS;
    size_t map = VAHO_N_MAPS * n * VAHO_PIECE_LINES * s->lines.n_samples;

    s->mean = vaho_alloc(nb, sizeof *s->mean);
    s->gram = vaho_alloc(s->n_stretches * s->n_padded, s->n_padded * sizeof *s->gram);
    s->filter = vaho_alloc(filters * nb, sizeof *s->filter);
    s->whitening = vaho_alloc(eights * nb, sizeof *s->whitening);
    s->sigma = vaho_alloc(n, sizeof *s->sigma);
    if (!s->mean || !s->gram || !s->filter || !s->whitening || !s->sigma ||
        !make_scratch(&s->tile, n_workers, s->n_padded * TILE_PIXELS) ||
        !make_scratch(&s->panel, n_workers, (nb + 1) * VAHO_PANEL) ||
        !make_scratch(&s->row, n_workers, filters * VAHO_PANEL) ||
        !make_scratch(&s->map, n_workers, map))
        return vaho_fail_memory(error, "the background of the scene");
    return VAHO_OK;
}

/* --- accumulate ----------------------------------------------------------- */

/* A tile that is being filled. */
struct tile {
    float *x;
    size_t n; /* pixels in it */
    double *gram;
};

static void add_tile(const struct scene *s, struct tile *tile)
{
    size_t n_panels = s->n_padded / VAHO_BAND_PANEL;

    if (tile->n < TILE_PIXELS) /* panels stand a whole tile apart: rest it with zeros */
        for (size_t p = 0; p < n_panels; p++)
            memset(tile->x + (p * TILE_PIXELS + tile->n) * VAHO_BAND_PANEL, 0,
                   (TILE_PIXELS - tile->n) * VAHO_BAND_PANEL * sizeof *tile->x);
    s->request->kernels->matrices->gram(tile->gram, tile->x, s->lines.n_bands + 1, TILE_PIXELS);
    tile->n = 0;
}

/* Pixels [first, first + n), n <= VAHO_PANEL, of a line go into the tile. */
static void add_pixels(const struct scene *s, struct tile *tile, const float *line,
                       const unsigned char *whole, size_t first, size_t n, float *panel)
{
    const struct vaho_matrices *m = s->request->kernels->matrices;
    size_t nb = s->lines.n_bands, w = VAHO_BAND_PANEL;
    int all = memchr(whole + first, 0, n) == NULL;

    m->difference(panel, VAHO_PANEL, line + first, s->lines.n_samples, s->mean, 0,
                  all ? NULL : whole + first, nb, n);
    for (size_t i = 0; i < VAHO_PANEL; i++)
        panel[nb * VAHO_PANEL + i] = i < n ? (float)whole[first + i] : 0.0f;
    for (size_t b = 0; b <= nb; b += w)
        m->transpose(tile->x + (b * TILE_PIXELS + tile->n * w), w, panel + b * VAHO_PANEL,
                     VAHO_PANEL, nb + 1 - b < w ? nb + 1 - b : w, n);
    tile->n += n;
    if (tile->n == TILE_PIXELS)
        add_tile(s, tile);
}

static enum vaho_status accumulate(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    struct scene *s = context;
    size_t ns = s->lines.n_samples;
    size_t end = s->lines.n_lines * (task + 1) / s->n_stretches;
    const unsigned char *whole = s->lines.whole + worker * VAHO_PIECE_LINES * s->lines.width;
    struct tile tile = {s->tile[worker], 0, s->gram + task * s->n_padded * s->n_padded};
    enum vaho_status status = VAHO_OK;

    for (size_t l = s->lines.n_lines * task / s->n_stretches; status == VAHO_OK && l < end; l++) {
        double start;
        status = vaho_lines_read(&s->lines, l, 1, worker, error);
        start = s->request->clock_s();
        for (size_t at = 0, n; status == VAHO_OK && at < ns; at += n) {
            n = TILE_PIXELS - tile.n < VAHO_PANEL ? TILE_PIXELS - tile.n : VAHO_PANEL;
            n = ns - at < n ? ns - at : n;
            add_pixels(s, &tile, s->lines.block[worker]->value, whole, at, n, s->panel[worker]);
        }
        s->lines.busy[worker][VAHO_STAGE_WORK] += s->request->clock_s() - start;
    }
    if (status == VAHO_OK && tile.n > 0)
        add_tile(s, &tile);
    return status;
}

/* --- factor --------------------------------------------------------------- */

/* The first stretch's sums become those of all; then upper triangle of C, and the mean. */
static void settle(struct scene *s, double *n_pixels, double *mean)
{
    size_t nb = s->lines.n_bands, p = s->n_padded;
    double *g = s->gram, n;

    for (size_t k = 1; k < s->n_stretches; k++)
        for (size_t i = 0; i < p * p; i++)
            g[i] += g[k * p * p + i];
    n = g[nb * p + nb];
    *n_pixels = n;
    for (size_t b = 0; b < nb; b++)
        mean[b] = g[b * p + nb] / fmax(n, 1.0);
    for (size_t i = 0; i < nb; i++)
        for (size_t j = i; j < nb; j++)
            g[i * p + j] = (g[i * p + j] - n * mean[i] * mean[j]) / fmax(n - 1.0, 1.0);
    for (size_t b = 0; b < nb; b++) {
        mean[b] += (double)s->mean[b];
        s->mean[b] = (float)mean[b];
    }
}

/* Upper triangle U, C = U' U; what is L = U' inverted, packed for the kernels. */
static enum vaho_status whiten(struct scene *s, double n, struct vaho_error *error)
{
    size_t nb = s->lines.n_bands, p = s->n_padded;
    double *c = s->gram, *variance = vaho_alloc(nb, sizeof *variance);
    int sound;

    if (variance == NULL)
        return vaho_fail_memory(error, "the background of the scene");
    for (size_t b = 0; b < nb; b++)
        variance[b] = c[b * p + b];
    sound = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', (int)nb, c, (int)p) == 0;
    for (size_t b = 0; sound && b < nb; b++)
        sound = c[b * p + b] * c[b * p + b] > OWN_SHARE * variance[b];
    free(variance);
    if (!sound || LAPACKE_dtrtri(LAPACK_ROW_MAJOR, 'U', 'N', (int)nb, c, (int)p) != 0)
        return vaho_fail(error, VAHO_SINGULAR,
                         "the covariance of %zu bands over %.0f pixels cannot be inverted: too few "
                         "pixels, or bands that follow from others; use fewer with --bands, or "
                         "mark such bands bad (bbl)",
                         nb, n);
    for (size_t r = 0; r < nb; r++)
        for (size_t b = 0; b <= r; b++)
            s->whitening[(r / VAHO_ROWS * nb + b) * VAHO_ROWS + r % VAHO_ROWS] =
                (float)c[b * p + r]; /* L^-1 is the transpose of U^-1 */
    return VAHO_OK;
}

/* Filters C^-1 d / (d' C^-1 d), with U^-1 in s->gram. */
static void aim(struct scene *s, const double *mean, double *z)
{
    const struct vaho_pixel_request *request = s->request;
    size_t nb = s->lines.n_bands, p = s->n_padded;
    const double *inverse = s->gram;

    for (size_t t = 0; t < request->n; t++) {
        const double *value = request->value + t * nb;
        double g = 0.0;
        for (size_t r = 0; r < nb; r++) {
            z[r] = 0.0;
            for (size_t b = 0; b <= r; b++) {
                double d = request->direction == VAHO_DIRECTION_OF_LIGHT ? value[b] * mean[b]
                           : request->direction == VAHO_DIRECTION_ITSELF ? value[b]
                                                                         : value[b] - mean[b];
                z[r] += inverse[b * p + r] * d;
            }
            g += z[r] * z[r];
        }
        s->sigma[t] = (float)(1.0 / sqrt(g));
        for (size_t b = 0; b < nb; b++) {
            double f = 0.0;
            for (size_t r = b; r < nb; r++)
                f += inverse[b * p + r] * z[r];
            s->filter[(t / VAHO_ROWS * nb + b) * VAHO_ROWS + t % VAHO_ROWS] = (float)(f / g);
        }
    }
}

/* --- scores --------------------------------------------------------------- */

/* One panel of a line into the maps; n pixels at 'at' of the piece. */
static void score_panel(const struct scene *s, size_t worker, const unsigned char *whole, size_t at,
                        size_t n, size_t map_pixels)
{
    const struct vaho_matrices *m = s->request->kernels->matrices;
    size_t nb = s->lines.n_bands;
    float *row = s->row[worker], e[VAHO_PANEL];

    m->project(row, s->filter, s->request->n, s->panel[worker], nb);
    if (s->request->cosine)
        m->energy(e, s->whitening, s->panel[worker], nb);
    for (size_t t = 0; t < s->request->n; t++) {
        float *map = s->map[worker] + VAHO_N_MAPS * t * map_pixels + at;
        for (size_t i = 0; i < n; i++) {
            float a = whole[i] ? row[t * VAHO_PANEL + i] : NAN, u = a / s->sigma[t];
            map[VAHO_MAP_AMOUNT * map_pixels + i] = a;
            map[VAHO_MAP_SIGMA * map_pixels + i] = whole[i] ? s->sigma[t] : NAN;
            if (s->request->cosine)
                map[VAHO_MAP_COSINE * map_pixels + i] = u * fabsf(u) / e[i];
        }
    }
}

static enum vaho_status score_piece(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct scene *s = context;
    const struct vaho_pixel_request *request = s->request;
    size_t nb = s->lines.n_bands, ns = s->lines.n_samples, first = task * VAHO_PIECE_LINES;
    size_t left = s->lines.n_lines - first, n = left < VAHO_PIECE_LINES ? left : VAHO_PIECE_LINES;
    const unsigned char *whole = s->lines.whole + worker * VAHO_PIECE_LINES * s->lines.width;
    enum vaho_status status = vaho_lines_read(&s->lines, first, n, worker, error);
    double start = request->clock_s();

    for (size_t l = 0; status == VAHO_OK && l < n; l++)
        for (size_t at = 0; at < ns; at += VAHO_PANEL) {
            size_t k = ns - at < VAHO_PANEL ? ns - at : VAHO_PANEL;
            request->kernels->matrices->difference(s->panel[worker], VAHO_PANEL,
                                                   s->lines.block[worker]->value + l * nb * ns + at,
                                                   ns, s->mean, 0, NULL, nb, k);
            score_panel(s, worker, whole + l * s->lines.width + at, l * ns + at, k, n * ns);
        }
    for (size_t i = 0; status == VAHO_OK && i < VAHO_N_MAPS * request->n; i++)
        if (i % VAHO_N_MAPS != VAHO_MAP_COSINE || request->cosine)
            status = request->take(request->context, i / VAHO_N_MAPS,
                                   (enum vaho_map_kind)(i % VAHO_N_MAPS), first, n,
                                   s->map[worker] + i * n * ns, error);
    s->lines.busy[worker][VAHO_STAGE_WORK] += request->clock_s() - start;
    return status;
}

/* From reading to L^-1: 'mean' gets the exact mean, U^-1 is in s->gram. */
static enum vaho_status learn(struct scene *s, double *mean, struct vaho_pixel_outcome *out,
                              struct vaho_error *error)
{
    double clock = s->request->clock_s();
    enum vaho_status status = vaho_lines_new(&s->lines, s->request, s->pool, error);

    s->n_padded = (s->request->n_bands + VAHO_BAND_PANEL) / VAHO_BAND_PANEL * VAHO_BAND_PANEL;
    s->n_stretches = s->lines.n_lines < N_STRETCHES ? s->lines.n_lines : N_STRETCHES;
    if (status == VAHO_OK)
        status = make_room(s, error);
    if (status != VAHO_OK)
        return status;
    vaho_lines_scene_mean(s->mean, &s->lines);
    status = vaho_pool_run(s->pool, s->n_stretches, accumulate, s, error);
    clock = vaho_lines_clock(&s->lines, clock, &out->read_s, &out->accumulate_s);
    if (status != VAHO_OK)
        return status;
    settle(s, &out->n_pixels, mean);
    status = whiten(s, out->n_pixels, error);
    vaho_lines_clock(&s->lines, clock, &out->read_s, &out->factor_s);
    return status;
}

enum vaho_status vaho_maps_by_scene(struct vaho_pixel_outcome *out,
                                    const struct vaho_pixel_request *request,
                                    struct vaho_pool *pool, struct vaho_error *error)
{
    struct scene s = {.request = request, .pool = pool};
    double clock, *scratch = vaho_alloc(2 * request->n_bands, sizeof *scratch);
    enum vaho_status status;

    *out = (struct vaho_pixel_outcome){.median_shrinkage = NAN};
    if (scratch == NULL)
        return vaho_fail_memory(error, "the background of the scene");
    status = learn(&s, scratch, out, error);
    clock = request->clock_s();
    if (status == VAHO_OK) {
        aim(&s, scratch, scratch + request->n_bands);
        status = vaho_pool_run(pool, (s.lines.n_lines + VAHO_PIECE_LINES - 1) / VAHO_PIECE_LINES,
                               score_piece, &s, error);
    }
    if (status == VAHO_OK)
        vaho_lines_clock(&s.lines, clock, &out->read_s, &out->score_s);
    scene_free(&s);
    free(scratch);
    return status;
}

enum vaho_status vaho_scene_whitening_learn(struct vaho_scene_whitening *out,
                                            const struct vaho_pixel_request *request,
                                            struct vaho_pool *pool,
                                            struct vaho_pixel_outcome *outcome,
                                            struct vaho_error *error)
{
    struct scene s = {.request = request, .pool = pool};
    enum vaho_status status;

    *out = (struct vaho_scene_whitening){.mean = vaho_alloc(request->n_bands, sizeof *out->mean)};
    if (out->mean == NULL)
        return vaho_fail_memory(error, "the background of the scene");
    status = learn(&s, out->mean, outcome, error);
    if (status == VAHO_OK) {
        out->rows = s.whitening;
        out->centre = s.mean;
        s.whitening = s.mean = NULL;
    }
    scene_free(&s);
    return status;
}

void vaho_scene_whitening_free(struct vaho_scene_whitening *whitening)
{
    free(whitening->mean);
    free(whitening->rows);
    free(whitening->centre);
}
