/*
 * pixelwise_maps.c - every pixel scored and nothing searched for: vaho_detect_maps()
 *
 * Chooses bands and directions, lets sense/pixel_maps.h score, and hands each run of
 * lines to its file as it comes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/error.h"
#include "base/pool.h"
#include "flight/linear_algebra.h"
#include "flight/permit.h"
#include "flight/search.h"
#include "flight/signatures.h"
#include "format/envi_map.h"
#include "sense/contrast.h"
#include "sense/pixel_maps.h"
#include "vaho/detect.h"

enum { PATTERNS = 3, PATH_NBYTES = 4096 };
static const double THERMAL_FROM_UM = 3.0;

struct maps {
    const struct vaho_source *source;
    const struct vaho_detect_settings *settings;
    struct vaho_signatures *signatures;
    struct vaho_detection *detection;
    const char *directory, *mandate;
    struct vaho_envi_map **file; /* n_searched x VAHO_N_MAPS; NULL: not made */
    double *value;               /* n_searched x n_bands: what directions are made of */
};

static enum vaho_status check(const struct vaho_detect_settings *settings, struct vaho_error *error)
{
    int window = settings->background == VAHO_BACKGROUND_WINDOW;
    int sparse = settings->method == VAHO_METHOD_SPARSE;

    if (settings->method != VAHO_METHOD_MF && settings->method != VAHO_METHOD_ACE && !sparse)
        return vaho_fail(error, VAHO_USAGE, "maps alone are made by mf, ace or sparse");
    if (sparse && (settings->n_surfaces > 0 || window || settings->shrink ||
                   settings->background == VAHO_BACKGROUND_GLOBAL))
        return vaho_fail(error, VAHO_USAGE,
                         "the sparse filter is for gases in reflected light, by column, and "
                         "shrinks nothing");
    if (window && (settings->window_inner % 2 == 0 || settings->window_outer % 2 == 0 ||
                   settings->window_inner >= settings->window_outer))
        return vaho_fail(error, VAHO_USAGE,
                         "a window is two odd numbers of pixels, the inner one less than the "
                         "outer, as in 5,21");
    if (settings->shrink && settings->background != VAHO_BACKGROUND_COLUMN)
        return vaho_fail(error, VAHO_USAGE, "what is shrunk are the covariances of columns");
    return VAHO_OK;
}

/* A gas in emitted light: -alpha times the contrast of the scene's mean pixel. */
static enum vaho_status aim_thermal(struct maps *m, struct vaho_pool *pool,
                                    struct vaho_error *error)
{
    struct vaho_columns_settings settings = {.as_recorded = 1, .rank = PATTERNS};
    size_t nb = m->signatures->n_bands;
    struct vaho_columns *columns = NULL;
    struct vaho_contrast *contrast = NULL;
    enum vaho_status status =
        vaho_columns_learn(&columns, m->source, m->signatures->band, nb, &settings, pool, error);

    if (status == VAHO_OK && vaho_columns_n_bands(columns) != nb)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: some of %zu bands hold nothing; mark them bad (bbl)",
                           vaho_source_info(m->source)->path, nb);
    if (status == VAHO_OK)
        status =
            vaho_contrast_learn(&contrast, m->signatures->wavelength_um, columns,
                                vaho_source_info(m->source), m->settings->air_temperature_k, error);
    for (size_t i = 0; status == VAHO_OK && i < m->signatures->n_searched * nb; i++)
        m->value[i] = -m->signatures->value[i] *
                      (double)(contrast->part[i % nb] +
                               (float)contrast->d_reference * contrast->slope[i % nb]);
    vaho_contrast_free(contrast);
    vaho_columns_free(columns);
    return status;
}

static enum vaho_status take(void *context, size_t target, enum vaho_map_kind kind, size_t first,
                             size_t n_lines, const float *value, struct vaho_error *error)
{
    struct maps *m = context;

    return vaho_envi_map_put(m->file[target * VAHO_N_MAPS + kind], first, n_lines, value, error);
}

static enum vaho_status open_files(struct maps *m, int cosine, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(m->source);
    int gas = m->settings->n_surfaces == 0;
    const char *const what[VAHO_N_MAPS] = {gas ? "ppmm" : "abundance", "sigma", "cosine"};
    const char *const told[VAHO_N_MAPS] = {gas ? "column density" : "abundance",
                                           "one standard deviation of the ground in it",
                                           "adaptive cosine, squared and signed"};
    enum vaho_status status = VAHO_OK;

    m->file = vaho_alloc(m->signatures->n_searched * VAHO_N_MAPS, sizeof(struct vaho_envi_map *));
    if (m->file == NULL)
        return vaho_fail_memory(error, "maps");
    for (size_t i = 0; status == VAHO_OK && i < m->signatures->n_searched * VAHO_N_MAPS; i++) {
        size_t kind = i % VAHO_N_MAPS;
        const char *name = m->signatures->name[i / VAHO_N_MAPS];
        char path[PATH_NBYTES], text[VAHO_NAME_NBYTES + 64];
        struct vaho_envi_map_info map = {info->n_lines,
                                         info->n_samples,
                                         text,
                                         gas && kind != VAHO_MAP_COSINE ? "ppm.m" : "",
                                         m->mandate != NULL ? m->mandate : "no mandate",
                                         info->exercise};
        if (kind == VAHO_MAP_COSINE && !cosine)
            continue;
        snprintf(text, sizeof text, "%s, %s", name, told[kind]);
        if (snprintf(path, sizeof path, "%s/%s_%s", m->directory, name, what[kind]) >= PATH_NBYTES)
            return vaho_fail(error, VAHO_USAGE, "%s: the path is too long", m->directory);
        status = vaho_envi_map_new(&m->file[i], path, &map, error);
    }
    return status;
}

static enum vaho_status close_files(struct maps *m, enum vaho_status status,
                                    struct vaho_error *error)
{
    size_t n = m->file != NULL ? m->signatures->n_searched * VAHO_N_MAPS : 0;

    for (size_t i = 0; i < n; i++) {
        if (status == VAHO_OK && m->file[i] != NULL)
            status = vaho_envi_map_finish(m->file[i], error);
        vaho_envi_map_free(m->file[i]);
    }
    free(m->file);
    m->file = NULL;
    return status;
}

static void add_stage(struct vaho_detection *d, const char *stage, double seconds)
{
    if (seconds > 0.0 && d->n_stages < VAHO_MAX_STAGES)
        d->stage[d->n_stages++] = (struct vaho_stage_time){stage, seconds};
}

/* What is to be told of how it went. */
static void tell(struct vaho_detection *d, const struct vaho_pixel_request *request,
                 const struct vaho_pixel_outcome *outcome)
{
    add_stage(d, "read", outcome->read_s);
    add_stage(d, "accumulate", outcome->accumulate_s);
    add_stage(d, "factor", outcome->factor_s);
    add_stage(d, "score", outcome->score_s);
    if (outcome->n_singular > 0)
        vaho_detection_add_note(d,
                                "%zu backgrounds could not be inverted: too few pixels for %zu "
                                "bands, or bands that follow from others; their pixels are NaN",
                                outcome->n_singular, request->n_bands);
    if (request->shrink)
        vaho_detection_add_note(d, "columns' covariances were shrunk by %.3g in the median",
                                outcome->median_shrinkage);
}

static enum vaho_status score(struct maps *m, struct vaho_pool *pool, struct vaho_error *error)
{
    const struct vaho_detect_settings *settings = m->settings;
    const struct vaho_signatures *s = m->signatures;
    int surface = settings->n_surfaces > 0, sparse = settings->method == VAHO_METHOD_SPARSE;
    int thermal = !surface && s->wavelength_um[s->n_bands / 2] >= THERMAL_FROM_UM;
    struct vaho_pixel_request request = {.source = m->source,
                                         .band = s->band,
                                         .n_bands = s->n_bands,
                                         .direction = surface   ? VAHO_DIRECTION_TO_TARGET
                                                      : thermal ? VAHO_DIRECTION_ITSELF
                                                                : VAHO_DIRECTION_OF_LIGHT,
                                         .n = s->n_searched,
                                         .cosine = settings->method == VAHO_METHOD_ACE,
                                         .shrink = settings->shrink,
                                         .iterations = settings->iterations,
                                         .inner = settings->window_inner,
                                         .outer = settings->window_outer,
                                         .clock_s = vaho_monotonic_s,
                                         .take = take,
                                         .context = m};
    struct vaho_pixel_outcome outcome;
    enum vaho_status status = vaho_kernels_pick(&request.kernels, settings->cpu, error);

    if (status == VAHO_OK && thermal && sparse)
        status = vaho_fail(error, VAHO_USAGE, "the sparse filter is for gases in reflected light");
    m->value = vaho_alloc(s->n_searched * s->n_bands, sizeof *m->value);
    if (status == VAHO_OK && m->value == NULL)
        status = vaho_fail_memory(error, "the signatures");
    for (size_t i = 0; status == VAHO_OK && i < s->n_searched * s->n_bands; i++)
        m->value[i] = surface ? s->value[i] : -s->value[i];
    if (thermal || settings->shrink || settings->background != VAHO_BACKGROUND_COLUMN) {
        openblas_set_num_threads(1); /* as vaho_detect() does, and why; else it is not loaded */
        vaho_linear_algebra_tell(m->detection);
    }
    if (status == VAHO_OK && thermal)
        status = aim_thermal(m, pool, error);
    request.value = m->value;
    if (status == VAHO_OK)
        status = open_files(m, request.cosine, error);
    if (status != VAHO_OK)
        return status;
    m->detection->cpu = request.kernels->name;
    m->detection->n_bands_used = s->n_bands;
    m->detection->by_column = sparse || settings->background == VAHO_BACKGROUND_COLUMN;
    status = (sparse                                           ? vaho_maps_sparse
              : settings->background == VAHO_BACKGROUND_COLUMN ? vaho_maps_by_column
              : settings->background == VAHO_BACKGROUND_WINDOW
                  ? vaho_maps_by_window
                  : vaho_maps_by_scene)(&outcome, &request, pool, error);
    if (status == VAHO_OK)
        tell(m->detection, &request, &outcome);
    return status;
}

enum vaho_status vaho_detect_maps(struct vaho_detection **out, const struct vaho_source *source,
                                  const struct vaho_library *library,
                                  const struct vaho_detect_settings *settings,
                                  const char *directory, const char *mandate,
                                  struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct maps m = {.source = source,
                     .settings = settings,
                     .detection = vaho_alloc(1, sizeof *m.detection),
                     .directory = directory,
                     .mandate = mandate};
    struct vaho_pool *pool = NULL;
    enum vaho_status status = check(settings, error);
    double clock;

    *out = NULL;
    if (m.detection == NULL)
        return vaho_fail_memory(error, "the detection");
    m.detection->n_lines = info->n_lines;
    m.detection->n_samples = info->n_samples;
    m.detection->unit = settings->n_surfaces > 0 ? "" : "ppm.m";
    if (status == VAHO_OK)
        status = vaho_permit_settings(settings, error);
    if (status == VAHO_OK)
        status = vaho_pool_new(&pool, settings->n_threads, error);
    if (status == VAHO_OK)
        status = vaho_signatures_choose(&m.signatures, info, library, settings, m.detection, error);
    if (status == VAHO_OK)
        status = score(&m, pool, error);
    clock = vaho_monotonic_s();
    if (m.signatures != NULL)
        status = close_files(&m, status, error);
    if (status == VAHO_OK) {
        add_stage(m.detection, "write", vaho_monotonic_s() - clock);
        m.detection->n_signatures = m.signatures->n_searched;
        m.detection->name = m.signatures->name;
        m.signatures->name = NULL;
    }
    free(m.value);
    vaho_signatures_free(m.signatures);
    vaho_pool_free(pool);
    if (status != VAHO_OK) {
        vaho_detection_free(m.detection);
        return status;
    }
    *out = m.detection;
    return VAHO_OK;
}
