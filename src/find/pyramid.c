#include "find/pyramid.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { READ_LINES = 16 }; /* even */

size_t vaho_pair(size_t k, size_t l)
{
    return k * VAHO_N_PARTS - k * (k + 1) / 2 + l;
}

enum vaho_status vaho_pyramid_new(struct vaho_pyramid **out, const struct vaho_scene *scene,
                                  size_t max_lines, struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(scene->columns), ns = vaho_columns_n_samples(scene->columns);
    struct vaho_pyramid *pyramid = vaho_alloc(1, sizeof *pyramid);
    enum vaho_status status;

    *out = NULL;
    if (pyramid == NULL)
        return vaho_fail_memory(error, "block sums");
    pyramid->n_bands = nb;
    pyramid->n_samples = ns;
    pyramid->n_parts = scene->contrast->n_parts;
    pyramid->max_lines = max_lines;
    status = vaho_block_new(&pyramid->block, READ_LINES, nb, ns, error);
    pyramid->q =
        vaho_alloc(READ_LINES * vaho_columns_rank(scene->columns) * ns, sizeof *pyramid->q);
    if (status == VAHO_OK && pyramid->q == NULL)
        status = vaho_fail_memory(error, "block sums");
    for (size_t j = 1; status == VAHO_OK && j <= VAHO_N_LEVELS; j++) {
        struct vaho_layer *layer = &pyramid->layer[j - 1];
        size_t side = (size_t)1 << j, n;
        int missing = 0;
        layer->n_cols = (ns + side - 1) / side;
        n = (max_lines + side - 1) / side * layer->n_cols;
        for (size_t k = 0; k < pyramid->n_parts; k++)
            missing |= (layer->z[k] = vaho_alloc(n * nb, sizeof(float))) == NULL;
        for (size_t k = 0; k < VAHO_N_PAIRS; k++)
            missing |= (layer->n[k] = vaho_alloc(n, sizeof(float))) == NULL;
        if (missing)
            status = vaho_fail_memory(error, "block sums");
    }
    if (status != VAHO_OK) {
        vaho_pyramid_free(pyramid);
        return status;
    }
    *out = pyramid;
    return VAHO_OK;
}

void vaho_pyramid_free(struct vaho_pyramid *pyramid)
{
    if (pyramid == NULL)
        return;
    for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
        for (size_t k = 0; k < VAHO_N_PARTS; k++)
            free(pyramid->layer[j].z[k]);
        for (size_t k = 0; k < VAHO_N_PAIRS; k++)
            free(pyramid->layer[j].n[k]);
    }
    vaho_block_free(pyramid->block);
    free(pyramid->q);
    free(pyramid);
}

static void clear(struct vaho_pyramid *pyramid)
{
    for (size_t j = 1; j <= VAHO_N_LEVELS; j++) {
        struct vaho_layer *layer = &pyramid->layer[j - 1];
        size_t side = (size_t)1 << j, n;
        layer->n_rows = (pyramid->n_lines + side - 1) / side;
        n = layer->n_rows * layer->n_cols;
        for (size_t k = 0; k < pyramid->n_parts; k++)
            memset(layer->z[k], 0, n * pyramid->n_bands * sizeof(float));
        for (size_t k = 0; k < VAHO_N_PAIRS; k++)
            memset(layer->n[k], 0, n * sizeof(float));
    }
}

/* Adds one line of residuals z (n_bands x n_samples) and coordinates q, 0 where not valid. */
static void add_line(struct vaho_layer *layer, size_t row, const float *z, const float *q,
                     const unsigned char *valid, size_t n_parts, size_t n_bands, size_t n_samples,
                     const struct vaho_kernels *kernels)
{
    size_t n_cols = layer->n_cols;

    for (size_t s = 0; s < n_samples; s++) {
        size_t at = row * n_cols + s / 2;
        if (!valid[s])
            continue;
        for (size_t k = 0; k < n_parts; k++) {
            float qk = k == 0 ? 1.0f : q[(k - 1) * n_samples + s];
            for (size_t l = k; l < n_parts; l++)
                layer->n[vaho_pair(k, l)][at] += qk * (l == 0 ? 1.0f : q[(l - 1) * n_samples + s]);
        }
    }
    for (size_t b = 0; b < n_bands; b++) {
        const float *x = z + b * n_samples;
        size_t at = (row * n_bands + b) * n_cols;
        kernels->add_pairs(layer->z[0] + at, x, n_samples);
        for (size_t k = 1; k < n_parts; k++)
            kernels->add_weighted_pairs(layer->z[k] + at, q + (k - 1) * n_samples, x, n_samples);
    }
}

/* Adds a plane of rows x planes x cols of the finer layer into the coarser one. */
static void halve(float *coarse, const float *fine, const struct vaho_layer *from,
                  const struct vaho_layer *to, size_t n_planes, const struct vaho_kernels *kernels)
{
    for (size_t r = 0; r < from->n_rows; r++)
        for (size_t p = 0; p < n_planes; p++)
            kernels->add_pairs(coarse + (r / 2 * n_planes + p) * to->n_cols,
                               fine + (r * n_planes + p) * from->n_cols, from->n_cols);
}

enum vaho_status vaho_pyramid_build(struct vaho_pyramid *pyramid, const struct vaho_scene *scene,
                                    const unsigned char *excluded, size_t first_line,
                                    size_t n_lines, struct vaho_error *error)
{
    size_t nb = pyramid->n_bands, ns = pyramid->n_samples;
    struct vaho_block *block = pyramid->block;
    enum vaho_status status = VAHO_OK;

    pyramid->first_line = first_line;
    pyramid->n_lines = n_lines;
    clear(pyramid);
    for (size_t line = 0; status == VAHO_OK && line < n_lines; line += READ_LINES) {
        size_t n = n_lines - line < READ_LINES ? n_lines - line : READ_LINES;
        status =
            vaho_columns_read(block, scene->columns, scene->source, first_line + line, n, error);
        if (status != VAHO_OK)
            break;
        for (size_t i = 0; excluded != NULL && i < n * ns; i++)
            block->valid[i] &= !excluded[(first_line + line) * ns + i];
        vaho_columns_residual(block, pyramid->q, scene->columns);
        for (size_t l = 0; l < n; l++)
            add_line(&pyramid->layer[0], (line + l) / 2, block->value + l * nb * ns,
                     pyramid->q + l * vaho_columns_rank(scene->columns) * ns, block->valid + l * ns,
                     pyramid->n_parts, nb, ns, scene->kernels);
    }
    for (size_t j = 1; status == VAHO_OK && j < VAHO_N_LEVELS; j++) {
        const struct vaho_layer *fine = &pyramid->layer[j - 1];
        struct vaho_layer *coarse = &pyramid->layer[j];
        for (size_t k = 0; k < pyramid->n_parts; k++)
            halve(coarse->z[k], fine->z[k], fine, coarse, nb, scene->kernels);
        for (size_t k = 0; k < VAHO_N_PAIRS; k++)
            halve(coarse->n[k], fine->n[k], fine, coarse, 1, scene->kernels);
    }
    return status;
}
