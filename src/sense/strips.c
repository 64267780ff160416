#include "sense/strips.h"

#include <stdlib.h>

#include "base/error.h"

enum {
    N_STRETCHES = 16, /* of lines: the parts of one group for all */
    READ_LINES = 8,   /* at a time, of a stretch */
    COLUMN_LINES = 64 /* at a time, by column: long strips of few pixels */
};

struct walk {
    const struct vaho_strips *strips;
    vaho_strip_fn *strip;
    void *context;
    size_t n_lines, n_samples, n_bands, n_parts;
    double *x;                /* a strip a worker */
    size_t *at;               /* the same */
    struct vaho_block *block; /* by column: what all columns are cut from */
};

static size_t n_lines_of(const struct vaho_strips *strips)
{
    return vaho_source_info(strips->source)->n_lines;
}

size_t vaho_strips_n_groups(const struct vaho_strips *strips)
{
    return strips->by_column ? vaho_columns_n_samples(strips->columns) : 1;
}

size_t vaho_strips_n_parts(const struct vaho_strips *strips)
{
    size_t n_lines = n_lines_of(strips);

    if (strips->by_column)
        return vaho_columns_n_samples(strips->columns);
    return n_lines < N_STRETCHES ? n_lines : N_STRETCHES;
}

/* Pixels of a block: all of them, or one column. */
struct run {
    const struct vaho_block *block;
    size_t first, step, n; /* first, first + step, ... */
};

/* Hands a run on in strips. */
static enum vaho_status cut(const struct walk *walk, struct vaho_strip *strip,
                            const struct run *run, struct vaho_error *error)
{
    const struct vaho_block *block = run->block;
    const unsigned char *excluded = walk->strips->excluded;
    size_t nb = walk->n_bands, ns = walk->n_samples, done = 0;
    size_t *at = walk->at + strip->worker * VAHO_STRIP_PIXELS;
    enum vaho_status status = VAHO_OK;

    strip->x = walk->x + strip->worker * VAHO_STRIP_PIXELS * nb;
    strip->at = at;
    while (status == VAHO_OK && done < run->n) {
        strip->n = 0;
        for (; done < run->n && strip->n < VAHO_STRIP_PIXELS; done++) {
            size_t i = run->first + done * run->step, pixel = block->first_line * ns + i;
            const float *x = block->value + i / ns * nb * ns + i % ns;
            double *out = strip->x + strip->n * nb;
            if (!block->valid[i] || (excluded != NULL && excluded[pixel]))
                continue;
            for (size_t b = 0; b < nb; b++)
                out[b] = (double)x[b * ns];
            at[strip->n++] = pixel;
        }
        if (strip->n > 0)
            status = walk->strip(walk->context, strip, error);
    }
    return status;
}

static enum vaho_status walk_stretch(void *context, size_t task, size_t worker,
                                     struct vaho_error *error)
{
    const struct walk *walk = context;
    const struct vaho_strips *strips = walk->strips;
    size_t end = walk->n_lines * (task + 1) / walk->n_parts;
    struct vaho_strip strip = {.part = task, .worker = worker};
    struct vaho_block *block;
    enum vaho_status status =
        vaho_block_new(&block, READ_LINES, walk->n_bands, walk->n_samples, error);

    for (size_t line = walk->n_lines * task / walk->n_parts; status == VAHO_OK && line < end;
         line += READ_LINES) {
        size_t n = end - line < READ_LINES ? end - line : READ_LINES;
        struct run run = {block, 0, 1, n * walk->n_samples};
        status = vaho_columns_read(block, strips->columns, strips->source, line, n, error);
        if (status == VAHO_OK)
            status = cut(walk, &strip, &run, error);
    }
    vaho_block_free(block);
    return status;
}

static enum vaho_status walk_column(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    const struct walk *walk = context;
    struct vaho_strip strip = {.part = task, .group = task, .worker = worker};
    struct run run = {walk->block, task, walk->n_samples, walk->block->n_lines};

    return cut(walk, &strip, &run, error);
}

static enum vaho_status walk_columns(struct walk *walk, struct vaho_pool *pool,
                                     struct vaho_error *error)
{
    const struct vaho_strips *strips = walk->strips;
    enum vaho_status status =
        vaho_block_new(&walk->block, COLUMN_LINES, walk->n_bands, walk->n_samples, error);

    for (size_t line = 0; status == VAHO_OK && line < walk->n_lines; line += COLUMN_LINES) {
        size_t n = walk->n_lines - line < COLUMN_LINES ? walk->n_lines - line : COLUMN_LINES;
        status = vaho_columns_read(walk->block, strips->columns, strips->source, line, n, error);
        if (status == VAHO_OK)
            status = vaho_pool_run(pool, walk->n_parts, walk_column, walk, error);
    }
    vaho_block_free(walk->block);
    return status;
}

enum vaho_status vaho_strips_walk(const struct vaho_strips *strips, vaho_strip_fn *strip,
                                  void *context, struct vaho_pool *pool, struct vaho_error *error)
{
    struct walk walk = {.strips = strips,
                        .strip = strip,
                        .context = context,
                        .n_lines = n_lines_of(strips),
                        .n_samples = vaho_columns_n_samples(strips->columns),
                        .n_bands = vaho_columns_n_bands(strips->columns),
                        .n_parts = vaho_strips_n_parts(strips)};
    size_t room = vaho_pool_n_threads(pool) * VAHO_STRIP_PIXELS;
    enum vaho_status status;

    walk.x = vaho_alloc(room, walk.n_bands * sizeof *walk.x);
    walk.at = vaho_alloc(room, sizeof *walk.at);
    if (walk.x == NULL || walk.at == NULL)
        status = vaho_fail_memory(error, "strips of pixels");
    else if (strips->by_column)
        status = walk_columns(&walk, pool, error);
    else
        status = vaho_pool_run(pool, walk.n_parts, walk_stretch, &walk, error);
    free(walk.x);
    free(walk.at);
    return status;
}
