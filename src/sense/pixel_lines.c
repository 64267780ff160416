#include "sense/pixel_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { ROUGH_LINES = 32, LANES_NBYTES = 24 << 20, MIN_LINES = 8, MAX_LINES = 128 };

void vaho_lines_free(struct vaho_lines *lines)
{
    for (size_t i = 0; lines->block != NULL && i < vaho_pool_n_threads(lines->pool); i++)
        vaho_block_free(lines->block[i]);
    free(lines->block);
    free(lines->shift);
    free(lines->whole);
    free(lines->busy);
}

/* Pixels that have all bands: x - x is 0 but for what is not finite. */
static void mark_whole(unsigned char *whole, const float *x, size_t n_bands, size_t n)
{
    enum { AT_ONCE = 64 };

    for (size_t s = 0; s < n; s += AT_ONCE) {
        size_t width = n - s < AT_ONCE ? n - s : AT_ONCE;
        float sum[AT_ONCE] = {0};
        for (size_t b = 0; b < n_bands; b++)
            for (size_t i = 0; i < width; i++)
                sum[i] += x[b * n + s + i] - x[b * n + s + i];
        for (size_t i = 0; i < width; i++)
            whole[s + i] = sum[i] == 0.0f;
    }
}

enum vaho_status vaho_lines_read(struct vaho_lines *lines, size_t first, size_t n, size_t worker,
                                 struct vaho_error *error)
{
    const struct vaho_pixel_request *request = lines->request;
    struct vaho_block *block = lines->block[worker];
    unsigned char *whole = lines->whole + worker * VAHO_PIECE_LINES * lines->width;
    double start = lines->request->clock_s();
    enum vaho_status status =
        vaho_source_read(block, request->source, first, n, request->band, request->n_bands, error);

    for (size_t l = 0; status == VAHO_OK && l < n; l++)
        mark_whole(whole + l * lines->width, block->value + l * lines->n_bands * lines->n_samples,
                   lines->n_bands, lines->n_samples);
    lines->busy[worker][VAHO_STAGE_READ] += lines->request->clock_s() - start;
    return status;
}

/* Means of lines spread over the cube; of all columns' where one has none. */
static enum vaho_status rough_mean(struct vaho_lines *lines, struct vaho_error *error)
{
    size_t nb = lines->n_bands, ns = lines->n_samples, w = lines->width;
    size_t step = lines->n_lines / ROUGH_LINES > 0 ? lines->n_lines / ROUGH_LINES : 1;
    double *count = vaho_alloc(w, sizeof *count);
    enum vaho_status status = count != NULL ? VAHO_OK : vaho_fail_memory(error, "rough means");

    for (size_t line = step / 2; status == VAHO_OK && line < lines->n_lines; line += step) {
        status = vaho_lines_read(lines, line, 1, 0, error);
        for (size_t s = 0; status == VAHO_OK && s < ns; s++)
            count[s] += lines->whole[s];
        for (size_t b = 0; status == VAHO_OK && b < nb; b++)
            for (size_t s = 0; s < ns; s++)
                if (lines->whole[s])
                    lines->shift[b * w + s] += lines->block[0]->value[b * ns + s];
    }
    for (size_t b = 0; status == VAHO_OK && b < nb; b++) {
        float *shift = lines->shift + b * w;
        double sum = 0.0, n = 0.0;
        for (size_t s = 0; s < ns; s++) {
            sum += (double)shift[s];
            n += count[s];
        }
        for (size_t s = 0; s < w; s++)
            shift[s] = s < ns && count[s] > 0.0 ? (float)((double)shift[s] / count[s])
                                                : (float)(sum / fmax(n, 1.0));
    }
    free(count);
    return status;
}

enum vaho_status vaho_lines_new(struct vaho_lines *out, const struct vaho_pixel_request *request,
                                struct vaho_pool *pool, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(request->source);
    size_t n_workers = vaho_pool_n_threads(pool);
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_lines){.request = request,
                               .pool = pool,
                               .n_lines = info->n_lines,
                               .n_samples = info->n_samples,
                               .n_bands = request->n_bands};
    out->n_groups = (info->n_samples + VAHO_LANES - 1) / VAHO_LANES;
    out->width = out->n_groups * VAHO_LANES;
    out->shift = vaho_alloc(out->n_bands * out->width, sizeof *out->shift);
    out->level = out->shift;
    out->block = vaho_alloc(n_workers, sizeof *out->block);
    out->whole = vaho_alloc(n_workers * VAHO_PIECE_LINES, out->width);
    out->busy = vaho_alloc(n_workers, sizeof *out->busy);
    if (!out->shift || !out->block || !out->whole || !out->busy)
        status = vaho_fail_memory(error, "lines of pixels");
    for (size_t i = 0; status == VAHO_OK && i < n_workers; i++)
        status =
            vaho_block_new(&out->block[i], VAHO_PIECE_LINES, out->n_bands, out->n_samples, error);
    return status == VAHO_OK ? rough_mean(out, error) : status;
}

void vaho_lines_scene_mean(float *out, const struct vaho_lines *lines)
{
    for (size_t b = 0; b < lines->n_bands; b++) {
        double sum = 0.0;
        for (size_t s = 0; s < lines->n_samples; s++)
            sum += (double)lines->shift[b * lines->width + s];
        out[b] = (float)(sum / (double)lines->n_samples);
    }
}

struct filling {
    struct vaho_lines *lines;
    float *d;
    size_t first, n, group, n_groups;
};

static enum vaho_status fill_piece(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    const struct filling *f = context;
    struct vaho_lines *lines = f->lines;
    const struct vaho_matrices *m = lines->request->kernels->matrices;
    size_t nb = lines->n_bands, ns = lines->n_samples, at = task * VAHO_PIECE_LINES;
    size_t n = f->n - at < VAHO_PIECE_LINES ? f->n - at : VAHO_PIECE_LINES;
    const unsigned char *whole = lines->whole + worker * VAHO_PIECE_LINES * lines->width;
    double start;
    enum vaho_status status = vaho_lines_read(lines, f->first + at, n, worker, error);

    start = lines->request->clock_s();
    for (size_t l = 0; status == VAHO_OK && l < n; l++)
        for (size_t g = 0; g < f->n_groups; g++) {
            size_t s = (f->group + g) * VAHO_LANES, k = ns - s < VAHO_LANES ? ns - s : VAHO_LANES;
            float *out = f->d + (g * f->n + at + l) * (nb + 1) * VAHO_LANES;
            const unsigned char *valid = whole + l * lines->width + s;
            int all = memchr(valid, 0, k) == NULL;
            m->difference(out, VAHO_LANES, lines->block[worker]->value + l * nb * ns + s, ns,
                          lines->level + s, lines->width, all ? NULL : valid, nb, k);
            for (size_t i = 0; i < VAHO_LANES; i++)
                out[nb * VAHO_LANES + i] = i < k ? (float)valid[i] : 0.0f;
        }
    lines->busy[worker][VAHO_STAGE_READ] += lines->request->clock_s() - start;
    return status;
}

enum vaho_status vaho_lines_lanes(float *d, struct vaho_lines *lines, size_t first, size_t n,
                                  size_t group, size_t n_groups, struct vaho_error *error)
{
    struct filling filling = {lines, d, first, n, group, n_groups};

    return vaho_pool_run(lines->pool, (n + VAHO_PIECE_LINES - 1) / VAHO_PIECE_LINES, fill_piece,
                         &filling, error);
}

size_t vaho_lines_at_once(const struct vaho_lines *lines, size_t n_groups)
{
    size_t line = n_groups * (lines->n_bands + 1) * VAHO_LANES * sizeof(float);
    size_t n = LANES_NBYTES / line / VAHO_PIECE_LINES * VAHO_PIECE_LINES;

    return n < MIN_LINES ? MIN_LINES : n > MAX_LINES ? MAX_LINES : n;
}

double vaho_lines_clock(struct vaho_lines *lines, double start, double *read_s, double *work)
{
    double now = lines->request->clock_s(), read = 0.0, other = 0.0;

    for (size_t i = 0; i < vaho_pool_n_threads(lines->pool); i++) {
        read += lines->busy[i][VAHO_STAGE_READ];
        other += lines->busy[i][VAHO_STAGE_WORK];
    }
    memset(lines->busy, 0, vaho_pool_n_threads(lines->pool) * sizeof *lines->busy);
    if (read + other > 0.0) {
        *read_s += (now - start) * read / (read + other);
        *work += (now - start) * other / (read + other);
    } else {
        *work += now - start;
    }
    return now;
}
