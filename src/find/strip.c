#include "find/strip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { READ_LINES = 16 };

void vaho_strip_free(struct vaho_strip *strip)
{
    if (strip == NULL)
        return;
    free(strip->z);
    free(strip->q);
    free(strip->valid);
    free(strip);
}

enum vaho_status vaho_strip_new(struct vaho_strip **out, const struct vaho_scene *scene,
                                size_t max_lines, struct vaho_error *error)
{
    struct vaho_strip *strip = vaho_alloc(1, sizeof *strip);
    size_t ns = vaho_columns_n_samples(scene->columns);

    *out = strip;
    if (strip == NULL)
        return vaho_fail_memory(error, "a strip of lines");
    strip->kernels = scene->kernels;
    strip->n_bands = vaho_columns_n_bands(scene->columns);
    strip->n_samples = ns;
    strip->rank = vaho_columns_rank(scene->columns);
    strip->max_lines = max_lines;
    strip->z = vaho_alloc(max_lines * ns, strip->n_bands * sizeof *strip->z);
    strip->q = vaho_alloc(max_lines * ns, strip->rank * sizeof *strip->q);
    strip->valid = vaho_alloc(max_lines * ns, 1);
    if (strip->z && strip->q && strip->valid)
        return VAHO_OK;
    vaho_strip_free(strip);
    *out = NULL;
    return vaho_fail_memory(error, "a strip of lines");
}

struct reading {
    struct vaho_strip *strip;
    const struct vaho_scene *scene;
    const struct vaho_plume_ground *ground;
    size_t from; /* lines before are there */
};

static enum vaho_status read_lines(void *context, size_t task, size_t worker,
                                   struct vaho_error *error)
{
    const struct reading *reading = context;
    struct vaho_strip *strip = reading->strip;
    const struct vaho_columns *columns = reading->scene->columns;
    size_t ns = strip->n_samples, nb = strip->n_bands, from = reading->from + task * READ_LINES;
    size_t n = strip->n_lines - from < READ_LINES ? strip->n_lines - from : READ_LINES;
    struct vaho_block block = {.n_bands = nb, /* the strip's own memory */
                               .n_samples = ns,
                               .max_lines = n,
                               .value = strip->z + from * nb * ns,
                               .valid = strip->valid + from * ns};
    enum vaho_status status = vaho_columns_read(&block, columns, reading->scene->source,
                                                strip->first_line + from, n, error);

    (void)worker;
    if (status == VAHO_OK) {
        vaho_columns_residual(&block, strip->q + from * strip->rank * ns, columns);
        for (size_t l = 0; reading->ground != NULL && l < n; l++)
            vaho_plume_ground_clean(block.value + l * nb * ns, block.valid + l * ns,
                                    reading->ground, strip->first_line + from + l);
    }
    return status;
}

/* Moves the lines that the strip holds already to its beginning; how many. */
static size_t keep_lines(struct vaho_strip *strip, size_t first_line)
{
    size_t ns = strip->n_samples, from = first_line - strip->first_line, n;

    if (first_line < strip->first_line || from >= strip->n_lines)
        return 0;
    n = strip->n_lines - from;
    memmove(strip->z, strip->z + from * strip->n_bands * ns,
            n * strip->n_bands * ns * sizeof(float));
    memmove(strip->q, strip->q + from * strip->rank * ns, n * strip->rank * ns * sizeof(float));
    memmove(strip->valid, strip->valid + from * ns, n * ns);
    return n;
}

enum vaho_status vaho_strip_read(struct vaho_strip *strip, const struct vaho_scene *scene,
                                 const struct vaho_plume_ground *ground, size_t first_line,
                                 size_t n_lines, struct vaho_pool *pool, struct vaho_error *error)
{
    size_t kept = keep_lines(strip, first_line);
    struct reading reading = {strip, scene, ground, kept < n_lines ? kept : n_lines};

    strip->first_line = first_line;
    strip->n_lines = n_lines;
    return vaho_pool_run(pool, (n_lines - reading.from + READ_LINES - 1) / READ_LINES, read_lines,
                         &reading, error);
}

void vaho_place_sums_free(struct vaho_place_sums *sums)
{
    if (sums == NULL)
        return;
    for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
        free(sums->layer[j].z);
        free(sums->layer[j].energy);
        free(sums->layer[j].n);
    }
    free(sums->weight);
    free(sums);
}

enum vaho_status vaho_place_sums_new(struct vaho_place_sums **out, const struct vaho_strip *strip,
                                     int with_z, struct vaho_error *error)
{
    struct vaho_place_sums *sums = vaho_alloc(1, sizeof *sums);
    int missing = sums == NULL;

    *out = sums;
    for (size_t j = 0; !missing && j < VAHO_N_LEVELS; j++) {
        struct vaho_place_layer *layer = &sums->layer[j];
        size_t side = (size_t)2 << j, n;
        layer->n_cols = (strip->n_samples + side - 1) / side;
        n = (strip->max_lines + side - 1) / side * layer->n_cols;
        layer->z = with_z ? vaho_alloc(n, strip->n_bands * sizeof *layer->z) : NULL;
        layer->energy = vaho_alloc(n, sizeof *layer->energy);
        layer->n = vaho_alloc(n, sizeof *layer->n);
        missing = (with_z && !layer->z) || !layer->energy || !layer->n;
    }
    if (!missing)
        missing = (sums->weight = vaho_alloc(strip->n_samples, sizeof(float))) == NULL;
    if (!missing)
        return VAHO_OK;
    vaho_place_sums_free(sums);
    *out = NULL;
    return vaho_fail_memory(error, "block sums");
}

/* The weights of one line, 0 where not valid. */
static void weigh_line(float *w, const struct vaho_strip *strip, size_t line, const float *factor,
                       size_t n_factors)
{
    size_t ns = strip->n_samples;
    const float *q = strip->q + line * strip->rank * ns;
    const unsigned char *valid = strip->valid + line * ns;

    for (size_t s = 0; s < ns; s++)
        w[s] = factor[0];
    for (size_t k = 1; k < n_factors; k++)
        for (size_t s = 0; s < ns; s++)
            w[s] += factor[k] * q[(k - 1) * ns + s];
    for (size_t s = 0; s < ns; s++)
        w[s] = valid[s] ? w[s] : 0.0f;
}

/* Adds a plane of rows x n_planes x cols of the finer layer into the coarser one. */
static void halve(float *coarse, const float *fine, const struct vaho_place_layer *from,
                  const struct vaho_place_layer *to, size_t n_planes,
                  const struct vaho_kernels *kernels)
{
    for (size_t r = 0; r < from->n_rows; r++)
        for (size_t p = 0; p < n_planes; p++)
            kernels->add_pairs(coarse + (r / 2 * n_planes + p) * to->n_cols,
                               fine + (r * n_planes + p) * from->n_cols, from->n_cols);
}

void vaho_strip_coordinates(float *out, const struct vaho_strip *strip, const float *factor,
                            size_t n_factors, size_t scale, size_t kernel, size_t row, size_t col)
{
    size_t ns = strip->n_samples, side = (size_t)1 << vaho_scale(scale)->level;
    struct vaho_kernel k;
    float energy = 0.0f;

    vaho_scale_kernel(&k, scale, kernel);
    memset(out, 0, n_factors * sizeof *out);
    for (size_t i = 0; i < k.n; i++) {
        size_t l0 = (row + (size_t)(long)k.row[i]) * side,
               s0 = (col + (size_t)(long)k.col[i]) * side;
        if (l0 >= strip->n_lines || s0 >= ns)
            continue;
        for (size_t l = l0; l < l0 + side && l < strip->n_lines; l++)
            for (size_t s = s0; s < s0 + side && s < ns; s++) {
                const float *q = strip->q + l * strip->rank * ns + s;
                float w = factor[0];
                if (!strip->valid[l * ns + s])
                    continue;
                for (size_t f = 1; f < n_factors; f++)
                    w += factor[f] * q[(f - 1) * ns];
                w *= k.weight[i];
                energy += w * w;
                for (size_t f = 0; f < n_factors; f++)
                    out[f] += w * (f == 0 ? 1.0f : q[(f - 1) * ns]);
            }
    }
    for (size_t f = 0; energy > 0.0f && f < n_factors; f++)
        out[f] /= sqrtf(energy);
}

void vaho_place_sums_weigh(struct vaho_place_sums *sums, const struct vaho_strip *strip,
                           const float *factor, size_t n_factors)
{
    size_t ns = strip->n_samples;

    for (size_t j = 0; j < VAHO_N_LEVELS; j++) {
        struct vaho_place_layer *layer = &sums->layer[j];
        size_t side = (size_t)2 << j;
        layer->n_rows = (strip->n_lines + side - 1) / side;
        memset(layer->energy, 0, layer->n_rows * layer->n_cols * sizeof *layer->energy);
        memset(layer->n, 0, layer->n_rows * layer->n_cols * sizeof *layer->n);
    }
    for (size_t l = 0; l < strip->n_lines; l++) {
        struct vaho_place_layer *layer = &sums->layer[0];
        weigh_line(sums->weight, strip, l, factor, n_factors);
        for (size_t s = 0; s < ns; s++)
            layer->n[l / 2 * layer->n_cols + s / 2] += (float)strip->valid[l * ns + s];
        strip->kernels->add_weighted_pairs(layer->energy + l / 2 * layer->n_cols, sums->weight,
                                           sums->weight, ns);
    }
    for (size_t j = 1; j < VAHO_N_LEVELS; j++) {
        halve(sums->layer[j].energy, sums->layer[j - 1].energy, &sums->layer[j - 1],
              &sums->layer[j], 1, strip->kernels);
        halve(sums->layer[j].n, sums->layer[j - 1].n, &sums->layer[j - 1], &sums->layer[j], 1,
              strip->kernels);
    }
}

void vaho_place_sums_build(struct vaho_place_sums *sums, const struct vaho_strip *strip,
                           const float *factor, size_t n_factors)
{
    size_t nb = strip->n_bands, ns = strip->n_samples;
    struct vaho_place_layer *finest = &sums->layer[0];

    vaho_place_sums_weigh(sums, strip, factor, n_factors);
    for (size_t j = 0; j < VAHO_N_LEVELS; j++)
        memset(sums->layer[j].z, 0,
               sums->layer[j].n_rows * sums->layer[j].n_cols * nb * sizeof(float));
    for (size_t l = 0; l < strip->n_lines; l++) {
        const float *z = strip->z + l * nb * ns;
        weigh_line(sums->weight, strip, l, factor, n_factors);
        for (size_t b = 0; b < nb; b++)
            strip->kernels->add_weighted_pairs(finest->z + (l / 2 * nb + b) * finest->n_cols,
                                               sums->weight, z + b * ns, ns);
    }
    for (size_t j = 1; j < VAHO_N_LEVELS; j++)
        halve(sums->layer[j].z, sums->layer[j - 1].z, &sums->layer[j - 1], &sums->layer[j], nb,
              strip->kernels);
}

struct building {
    struct vaho_place_sums *const *parts;
    size_t n_parts;
    const struct vaho_strip *strip;
};

static enum vaho_status build_part(void *context, size_t part, size_t worker,
                                   struct vaho_error *error)
{
    const struct building *building = context;
    float factor[VAHO_N_PARTS] = {0.0f};

    (void)worker;
    (void)error;
    factor[part] = 1.0f;
    vaho_place_sums_build(building->parts[part], building->strip, factor, building->n_parts);
    return VAHO_OK;
}

enum vaho_status vaho_place_parts_build(struct vaho_place_sums *const *parts, size_t n_parts,
                                        const struct vaho_strip *strip, struct vaho_pool *pool,
                                        struct vaho_error *error)
{
    struct building building = {parts, n_parts, strip};

    return vaho_pool_run(pool, n_parts, build_part, &building, error);
}

void vaho_place_parts_row(float *out, struct vaho_place_sums *const *parts, const float *factor,
                          size_t n_parts, const struct vaho_strip *strip, size_t level, size_t row)
{
    const float *x[VAHO_N_PARTS];
    size_t n = strip->n_bands * parts[0]->layer[level - 1].n_cols;

    for (size_t k = 0; k < n_parts; k++)
        x[k] = parts[k]->layer[level - 1].z + row * n;
    strip->kernels->sum_rows(out, x, factor, n_parts, n);
}

void vaho_place_parts_spectrum(float *out, struct vaho_place_sums *const *parts,
                               const float *factor, size_t n_parts,
                               const struct vaho_place_sums *weighed, size_t n_bands, size_t scale,
                               size_t kernel, size_t row, size_t col)
{
    size_t level = vaho_scale(scale)->level;
    const struct vaho_place_layer *layer = &weighed->layer[level - 1];
    struct vaho_kernel k;
    float energy = 0.0f;

    vaho_scale_kernel(&k, scale, kernel);
    memset(out, 0, n_bands * sizeof *out);
    for (size_t i = 0; i < k.n; i++) {
        size_t r = row + (size_t)(long)k.row[i], c = col + (size_t)(long)k.col[i];
        if (r >= layer->n_rows || c >= layer->n_cols)
            continue;
        energy += k.weight[i] * k.weight[i] * layer->energy[r * layer->n_cols + c];
        for (size_t p = 0; p < n_parts; p++) {
            const float *z = parts[p]->layer[level - 1].z + r * n_bands * layer->n_cols + c;
            float w = k.weight[i] * factor[p];
            for (size_t b = 0; b < n_bands; b++)
                out[b] += w * z[b * layer->n_cols];
        }
    }
    for (size_t b = 0; energy > 0.0f && b < n_bands; b++)
        out[b] /= sqrtf(energy);
}
