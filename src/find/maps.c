#include "find/maps.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"

enum { CORE_LINES = 64, SPREAD_SAMPLE = 20000 };
/* A pixel whose weight is under this share of the strip's mean says too little for a column
 * density. */
static const float MIN_WEIGHT_SHARE = 0.04f;

struct maps_context {
    struct vaho_maps *maps;
    const struct vaho_scene *scene;
    const struct vaho_evidence *evidence;
    size_t hypothesis;
};

/* The lines of one strip: residuals and their coordinates, a halo line to each side. */
struct lines {
    size_t first, n; /* of the strip with its halo */
    struct vaho_block *block;
    float *q;         /* n x rank x n_samples */
    float *projected; /* n_gases x n_samples */
    float *y, *g;     /* n_gases x n x n_samples */
};

void vaho_maps_free(struct vaho_maps *maps)
{
    if (maps == NULL)
        return;
    free(maps->ppmm);
    free(maps->sigma);
    free(maps->spread);
    free(maps->snr);
    free(maps->weight);
    free(maps);
}

/* Binomial of 3 x 3 around (l, s) over lines [0, n_lines) of a plane. */
static float smooth_at(const float *plane, size_t n_lines, size_t n_samples, size_t l, size_t s,
                       int squared)
{
    static const float w[3] = {0.25f, 0.5f, 0.25f};
    float sum = 0.0f;

    for (int dl = -1; dl <= 1; dl++)
        for (int ds = -1; ds <= 1; ds++) {
            size_t ll = l + (size_t)dl, ss = s + (size_t)ds;
            float weight = w[dl + 1] * w[ds + 1];
            if (ll < n_lines && ss < n_samples)
                sum += (squared ? weight * weight : weight) * plane[ll * n_samples + ss];
        }
    return sum;
}

/* y and g of every gas in one line. */
static void project_line(struct lines *lines, const struct maps_context *context, size_t l)
{
    size_t ns = context->maps->n_samples, ng = context->maps->n_gases;
    size_t nb = vaho_columns_n_bands(context->scene->columns),
           n_parts = context->scene->contrast->n_parts;
    const float *q = lines->q + l * vaho_columns_rank(context->scene->columns) * ns;
    const float *z = lines->block->value + l * nb * ns;
    const unsigned char *valid = lines->block->valid + l * ns;

    for (size_t k = 0; k <= n_parts; k++) { /* part k, the last the slope's */
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)ng, (int)ns, (int)nb, 1.0f,
                    vaho_evidence_filter(context->evidence, 1, k),
                    (int)vaho_evidence_n_gases(context->evidence), z, (int)ns, 0.0f,
                    lines->projected, (int)ns);
        for (size_t g = 0; g < ng; g++) {
            const struct vaho_tuning *tuning =
                vaho_evidence_tuning(context->evidence, 1, context->hypothesis, g);
            float *y = lines->y + (g * lines->n + l) * ns;
            for (size_t s = 0; s < ns; s++) {
                float factor = k == 0 ? 1.0f : k == n_parts ? tuning->d : q[(k - 1) * ns + s];
                y[s] = (k == 0 ? -tuning->offset * (float)valid[s] : y[s]) +
                       factor * lines->projected[g * ns + s];
            }
        }
    }
    for (size_t g = 0; g < ng; g++) {
        const struct vaho_tuning *tuning =
            vaho_evidence_tuning(context->evidence, 1, context->hypothesis, g);
        float *out = lines->g + (g * lines->n + l) * ns;
        for (size_t s = 0; s < ns; s++) {
            out[s] = 0.0f;
            for (size_t i = 0; valid[s] && i < n_parts; i++)
                for (size_t j = i; j < n_parts; j++)
                    out[s] += tuning->power[vaho_pair(i, j)] *
                              (i > 0 ? q[(i - 1) * ns + s] : 1.0f) *
                              (j > 0 ? q[(j - 1) * ns + s] : 1.0f);
            out[s] = fmaxf(out[s], 0.0f);
        }
    }
}

/* The maps of one gas in lines [core, core_end) of the cube. */
static void fill_maps(const struct lines *lines, const struct maps_context *context, size_t gas,
                      size_t core, size_t core_end)
{
    struct vaho_maps *maps = context->maps;
    size_t ns = maps->n_samples, n = lines->n;
    const float *y = lines->y + gas * n * ns, *g = lines->g + gas * n * ns;
    float spread = vaho_evidence_tuning(context->evidence, 1, context->hypothesis, gas)->spread;
    double mean = 0.0;

    for (size_t i = 0; i < n * ns; i++)
        mean += (double)g[i] / (double)(n * ns);
    for (size_t line = core; line < core_end; line++)
        for (size_t s = 0; s < ns; s++) {
            size_t l = line - lines->first, at = (gas * maps->n_lines + line) * ns + s;
            float weight = g[l * ns + s], energy = smooth_at(g, n, ns, l, s, 1);
            int known = lines->block->valid[l * ns + s] && energy > 0.0f;
            int told = known && weight > MIN_WEIGHT_SHARE * (float)mean;
            maps->weight[at] = known ? weight : 0.0f;
            maps->snr[at] = known ? smooth_at(y, n, ns, l, s, 0) / (spread * sqrtf(energy)) : NAN;
            maps->ppmm[at] = told ? y[l * ns + s] / weight : NAN;
            maps->sigma[at] = told ? 1.0f / sqrtf(weight) : NAN; /* times spread_1, below */
        }
}

static enum vaho_status map_strip(void *argument, size_t task, size_t worker,
                                  struct vaho_error *error)
{
    const struct maps_context *context = argument;
    const struct vaho_maps *maps = context->maps;
    const struct vaho_scene *scene = context->scene;
    size_t ns = maps->n_samples, core = task * CORE_LINES, core_end, end;
    struct lines lines = {.first = core > 0 ? core - 1 : 0};
    enum vaho_status status;

    (void)worker;
    core_end = core + CORE_LINES < maps->n_lines ? core + CORE_LINES : maps->n_lines;
    end = core_end < maps->n_lines ? core_end + 1 : core_end;
    lines.n = end - lines.first;
    status = vaho_block_new(&lines.block, lines.n, vaho_columns_n_bands(scene->columns), ns, error);
    lines.q = vaho_alloc(lines.n * vaho_columns_rank(scene->columns) * ns, sizeof(float));
    lines.projected = vaho_alloc(maps->n_gases * ns, sizeof(float));
    lines.y = vaho_alloc(maps->n_gases * lines.n * ns, sizeof(float));
    lines.g = vaho_alloc(maps->n_gases * lines.n * ns, sizeof(float));
    if (status == VAHO_OK && (!lines.q || !lines.projected || !lines.y || !lines.g))
        status = vaho_fail_memory(error, "the maps of a strip");
    if (status == VAHO_OK)
        status = vaho_columns_read(lines.block, scene->columns, scene->source, lines.first, lines.n,
                                   error);
    if (status == VAHO_OK) {
        vaho_columns_residual(lines.block, lines.q, scene->columns);
        for (size_t l = 0; l < lines.n; l++)
            project_line(&lines, context, l);
        for (size_t g = 0; g < maps->n_gases; g++)
            fill_maps(&lines, context, g, core, core_end);
    }
    vaho_block_free(lines.block);
    free(lines.q);
    free(lines.projected);
    free(lines.y);
    free(lines.g);
    return status;
}

/* spread_1 of every gas, and the sigmas with it. */
static enum vaho_status scale_sigmas(struct vaho_maps *maps, struct vaho_error *error)
{
    size_t n = maps->n_lines * maps->n_samples, step = n / SPREAD_SAMPLE + 1;
    float *t = vaho_alloc(n / step + 1, sizeof *t);

    if (t == NULL)
        return vaho_fail_memory(error, "the maps of the gases");
    for (size_t g = 0; g < maps->n_gases; g++) {
        const float *ppmm = maps->ppmm + g * n;
        float *sigma = maps->sigma + g * n;
        size_t known = 0;
        for (size_t i = 0; i < n; i += step)
            if (isfinite(ppmm[i]))
                t[known++] = ppmm[i] / sigma[i];
        maps->spread[g] = known > 0 ? fmaxf(vaho_robust_sigma(t, known), 1e-3f) : 1.0f;
        for (size_t i = 0; i < n; i++)
            sigma[i] *= maps->spread[g];
    }
    free(t);
    return VAHO_OK;
}

enum vaho_status vaho_maps_make(struct vaho_maps **out, const struct vaho_scene *scene,
                                const struct vaho_evidence *evidence, size_t n_gases,
                                size_t hypothesis, struct vaho_pool *pool, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(scene->source);
    size_t n = n_gases * info->n_lines * info->n_samples;
    struct vaho_maps *maps = vaho_alloc(1, sizeof *maps);
    struct maps_context context = {maps, scene, evidence, hypothesis};
    enum vaho_status status;

    *out = NULL;
    if (maps == NULL)
        return vaho_fail_memory(error, "the maps of the gases");
    *maps = (struct vaho_maps){.n_gases = n_gases,
                               .n_lines = info->n_lines,
                               .n_samples = info->n_samples,
                               .ppmm = vaho_alloc(n, sizeof(float)),
                               .sigma = vaho_alloc(n, sizeof(float)),
                               .snr = vaho_alloc(n, sizeof(float)),
                               .weight = vaho_alloc(n, sizeof(float)),
                               .spread = vaho_alloc(n_gases, sizeof(float))};
    if (!maps->ppmm || !maps->sigma || !maps->snr || !maps->weight || !maps->spread)
        status = vaho_fail_memory(error, "the maps of the gases");
    else
        status = vaho_pool_run(pool, (info->n_lines + CORE_LINES - 1) / CORE_LINES, map_strip,
                               &context, error);
    if (status == VAHO_OK)
        status = scale_sigmas(maps, error);
    if (status != VAHO_OK) {
        vaho_maps_free(maps);
        return status;
    }
    *out = maps;
    return VAHO_OK;
}
