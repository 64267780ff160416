/*
 * made_scene.h - a cube held in memory, written as ENVI and opened again
 *
 * value (l, b, s) is at value[(l * n_bands + b) * n_samples + s].  Fill it, then
 * made_scene_open(); made_scene_free() closes and deletes.
 */
#ifndef VAHO_TESTS_MADE_SCENE_H
#define VAHO_TESTS_MADE_SCENE_H

#include <math.h>

#include "../cube/made_cube.h"
#include "dice.h"
#include "sense/columns.h"

struct made_scene {
    size_t n_lines, n_bands, n_samples;
    float *value;
    double *wavelength_um;
    struct made_cube file;
    struct vaho_source *source;
};

/* Wavelengths evenly from 'from_um' to 'to_um'. */
static inline void made_scene_new(struct made_scene *scene, size_t n_lines, size_t n_bands,
                                  size_t n_samples, double from_um, double to_um)
{
    *scene = (struct made_scene){.n_lines = n_lines, .n_bands = n_bands, .n_samples = n_samples};
    scene->value = calloc(n_lines * n_bands * n_samples, sizeof(float));
    scene->wavelength_um = calloc(n_bands, sizeof(double));
    assert_non_null(scene->value);
    assert_non_null(scene->wavelength_um);
    for (size_t b = 0; b < n_bands; b++)
        scene->wavelength_um[b] = from_um + (to_um - from_um) * (double)b / (double)(n_bands - 1);
}

static inline float *made_scene_at(struct made_scene *scene, size_t l, size_t b, size_t s)
{
    return &scene->value[(l * scene->n_bands + b) * scene->n_samples + s];
}

/* 'unit' NULL: the header does not say. */
static inline void made_scene_open(struct made_scene *scene, const char *unit)
{
    char list[4096] = "";
    size_t n = 0;

    for (size_t b = 0; b < scene->n_bands; b++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%.6f", b > 0 ? ", " : "",
                              scene->wavelength_um[b]);
    made_cube_new(&scene->file, scene->value,
                  scene->n_lines * scene->n_bands * scene->n_samples * sizeof(float),
                  "ENVI\nsamples = %zu\nlines = %zu\nbands = %zu\nheader offset = 0\n"
                  "data type = 4\ninterleave = bil\nbyte order = 0\n"
                  "wavelength units = Micrometers\nwavelength = {%s}\n%s%s\n",
                  scene->n_samples, scene->n_lines, scene->n_bands, list,
                  unit != NULL ? "data units = " : "", unit != NULL ? unit : "");
    scene->source = open_cube(scene->file.data);
}

static inline void made_scene_close(struct made_scene *scene)
{
    vaho_source_free(scene->source);
    if (scene->source != NULL)
        made_cube_remove(&scene->file);
    scene->source = NULL;
}

static inline void made_scene_free(struct made_scene *scene)
{
    made_scene_close(scene);
    free(scene->value);
    free(scene->wavelength_um);
}

/* Learns with all bands and so many threads. */
static inline struct vaho_columns *learn_columns(const struct made_scene *scene,
                                                 const struct vaho_columns_settings *settings,
                                                 size_t n_threads)
{
    struct vaho_columns *columns;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    size_t *band = calloc(scene->n_bands, sizeof *band);

    assert_non_null(band);
    for (size_t b = 0; b < scene->n_bands; b++)
        band[b] = b;
    assert_int_equal(vaho_pool_new(&pool, n_threads, &error), VAHO_OK);
    if (vaho_columns_learn(&columns, scene->source, band, scene->n_bands, settings, pool, &error) !=
        VAHO_OK)
        fail_msg("%s", error.message);
    vaho_pool_free(pool);
    free(band);
    return columns;
}

/* All lines read and repaired; with q, turned into residuals. */
static inline struct vaho_block *read_columns(const struct made_scene *scene,
                                              const struct vaho_columns *columns, float *q)
{
    struct vaho_block *block;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_block_new(&block, scene->n_lines, vaho_columns_n_bands(columns),
                                    scene->n_samples, &error),
                     VAHO_OK);
    if (vaho_columns_read(block, columns, scene->source, 0, scene->n_lines, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    if (q != NULL)
        vaho_columns_residual(block, q, columns);
    return block;
}

#endif
