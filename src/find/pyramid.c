#include "find/pyramid.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { READ_LINES = 16 }; /* even */

enum vaho_status vaho_pyramid_new(struct vaho_pyramid **out, size_t n_bands, size_t n_samples,
                                  size_t max_lines, struct vaho_error *error)
{
    struct vaho_pyramid *pyramid = vaho_alloc(1, sizeof *pyramid);
    enum vaho_status status;

    *out = NULL;
    if (pyramid == NULL)
        return vaho_fail_memory(error, "block sums");
    pyramid->n_bands = n_bands;
    pyramid->n_samples = n_samples;
    pyramid->max_lines = max_lines;
    status = vaho_block_new(&pyramid->block, READ_LINES, n_bands, n_samples, error);
    pyramid->t = vaho_alloc(n_samples, sizeof *pyramid->t);
    for (size_t j = 1; status == VAHO_OK && j <= VAHO_N_LEVELS; j++) {
        struct vaho_layer *layer = &pyramid->layer[j - 1];
        size_t side = (size_t)1 << j, rows = (max_lines + side - 1) / side, n;
        layer->n_cols = (n_samples + side - 1) / side;
        n = rows * layer->n_cols;
        layer->z0 = vaho_alloc(n * n_bands, sizeof(float));
        layer->z1 = vaho_alloc(n * n_bands, sizeof(float));
        layer->n0 = vaho_alloc(n, sizeof(float));
        layer->n1 = vaho_alloc(n, sizeof(float));
        layer->n2 = vaho_alloc(n, sizeof(float));
        if (!layer->z0 || !layer->z1 || !layer->n0 || !layer->n1 || !layer->n2 || !pyramid->t)
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
        struct vaho_layer *layer = &pyramid->layer[j];
        free(layer->z0);
        free(layer->z1);
        free(layer->n0);
        free(layer->n1);
        free(layer->n2);
    }
    vaho_block_free(pyramid->block);
    free(pyramid->t);
    free(pyramid);
}

static void clear(struct vaho_pyramid *pyramid)
{
    for (size_t j = 1; j <= VAHO_N_LEVELS; j++) {
        struct vaho_layer *layer = &pyramid->layer[j - 1];
        size_t side = (size_t)1 << j, n;
        layer->n_rows = (pyramid->n_lines + side - 1) / side;
        n = layer->n_rows * layer->n_cols;
        memset(layer->z0, 0, n * pyramid->n_bands * sizeof(float));
        memset(layer->z1, 0, n * pyramid->n_bands * sizeof(float));
        memset(layer->n0, 0, n * sizeof(float));
        memset(layer->n1, 0, n * sizeof(float));
        memset(layer->n2, 0, n * sizeof(float));
    }
}

/* Adds one line of residuals (n_bands x n_samples, 0 where not valid) to its row of level 1. */
static void add_line(struct vaho_layer *layer, size_t row, const float *z, const float *t,
                     const unsigned char *valid, size_t n_bands, size_t n_samples)
{
    size_t n_cols = layer->n_cols;
    float *n0 = layer->n0 + row * n_cols, *n1 = layer->n1 + row * n_cols;
    float *n2 = layer->n2 + row * n_cols;

    for (size_t s = 0; s < n_samples; s++) {
        if (!valid[s])
            continue;
        n0[s / 2] += 1.0f;
        n1[s / 2] += t[s];
        n2[s / 2] += t[s] * t[s];
    }
    for (size_t b = 0; b < n_bands; b++) {
        const float *x = z + b * n_samples;
        float *z0 = layer->z0 + (row * n_bands + b) * n_cols;
        float *z1 = layer->z1 + (row * n_bands + b) * n_cols;
        size_t pairs = n_samples / 2;
        for (size_t c = 0; c < pairs; c++) {
            float left = x[2 * c], right = x[2 * c + 1];
            z0[c] += left + right;
            z1[c] += t[2 * c] * left + t[2 * c + 1] * right;
        }
        if (n_samples % 2 == 1) {
            z0[pairs] += x[n_samples - 1];
            z1[pairs] += t[n_samples - 1] * x[n_samples - 1];
        }
    }
}

/* Adds a plane of rows x planes x cols of the finer layer into the coarser one. */
static void halve(float *coarse, const float *fine, size_t fine_rows, size_t fine_cols,
                  size_t coarse_cols, size_t n_planes)
{
    for (size_t r = 0; r < fine_rows; r++)
        for (size_t p = 0; p < n_planes; p++) {
            const float *from = fine + (r * n_planes + p) * fine_cols;
            float *to = coarse + (r / 2 * n_planes + p) * coarse_cols;
            for (size_t c = 0; c + 1 < fine_cols; c += 2)
                to[c / 2] += from[c] + from[c + 1];
            if (fine_cols % 2 == 1)
                to[fine_cols / 2] += from[fine_cols - 1];
        }
}

enum vaho_status vaho_pyramid_build(struct vaho_pyramid *pyramid, const struct vaho_scene *scene,
                                    size_t first_line, size_t n_lines, struct vaho_error *error)
{
    size_t nb = pyramid->n_bands, ns = pyramid->n_samples;
    struct vaho_block *block = pyramid->block;
    enum vaho_status status = VAHO_OK;

    pyramid->first_line = first_line;
    pyramid->n_lines = n_lines;
    clear(pyramid);
    for (size_t line = 0; status == VAHO_OK && line < n_lines; line += READ_LINES) {
        size_t n = n_lines - line < READ_LINES ? n_lines - line : READ_LINES;
        float *t = pyramid->t;
        status = vaho_columns_read(block, scene->columns, scene->source, first_line + line, n, error);
        if (status != VAHO_OK)
            break;
        for (size_t l = 0; l < n; l++) {
            /* contrast is read off the values as recorded, before they become residuals */
            struct vaho_block one = *block;
            one.n_lines = 1;
            one.value = block->value + l * nb * ns;
            one.valid = block->valid + l * ns;
            vaho_contrast_line(t, scene->contrast, one.value, one.valid, ns);
            vaho_columns_residual(&one, scene->columns);
            add_line(&pyramid->layer[0], (line + l) / 2, one.value, t, one.valid, nb, ns);
        }
    }
    for (size_t j = 1; status == VAHO_OK && j < VAHO_N_LEVELS; j++) {
        const struct vaho_layer *fine = &pyramid->layer[j - 1];
        struct vaho_layer *coarse = &pyramid->layer[j];
        halve(coarse->z0, fine->z0, fine->n_rows, fine->n_cols, coarse->n_cols, nb);
        halve(coarse->z1, fine->z1, fine->n_rows, fine->n_cols, coarse->n_cols, nb);
        halve(coarse->n0, fine->n0, fine->n_rows, fine->n_cols, coarse->n_cols, 1);
        halve(coarse->n1, fine->n1, fine->n_rows, fine->n_cols, coarse->n_cols, 1);
        halve(coarse->n2, fine->n2, fine->n_rows, fine->n_cols, coarse->n_cols, 1);
    }
    return status;
}
