#include "find/maps.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { CORE_LINES = 64 };
/* A pixel whose weight is under this share of the mean says too little for a column density. */
static const float MIN_WEIGHT_SHARE = 0.04f;

struct maps_context {
    struct vaho_maps *maps;
    const struct vaho_scene *scene;
    const float *filter;  /* n_gases x n_bands: C^-1 p */
    const double *power;  /* n_gases: p' C^-1 p */
    const double *spread; /* n_gases */
    double a, b, mean_weight;
};

void vaho_maps_free(struct vaho_maps *maps)
{
    if (maps == NULL)
        return;
    free(maps->ppmm);
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

/* k y of every gas and k^2 for lines [first, first + n) into scratch planes. */
static enum vaho_status project_lines(float *ky, float *kk, struct vaho_block *block, float *t,
                                      const struct maps_context *context, size_t first, size_t n,
                                      struct vaho_error *error)
{
    const struct vaho_scene *scene = context->scene;
    size_t nb = block->n_bands, ns = block->n_samples, ng = context->maps->n_gases;
    enum vaho_status status = vaho_columns_read(block, scene->columns, scene->source, first, n, error);

    if (status != VAHO_OK)
        return status;
    for (size_t l = 0; l < n; l++)
        vaho_contrast_line(t + l * ns, scene->contrast, block->value + l * nb * ns,
                           block->valid + l * ns, ns);
    vaho_columns_residual(block, scene->columns);
    for (size_t l = 0; l < n; l++) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)ng, (int)ns, (int)nb, 1.0f,
                    context->filter, (int)nb, block->value + l * nb * ns, (int)ns, 0.0f,
                    ky + l * ng * ns, (int)ns);
        for (size_t s = 0; s < ns; s++) {
            float k = block->valid[l * ns + s] ? (float)(context->a + context->b * (double)t[l * ns + s])
                                               : 0.0f;
            kk[l * ns + s] = k * k;
            for (size_t g = 0; g < ng; g++)
                ky[(l * ng + g) * ns + s] *= k;
        }
    }
    return VAHO_OK;
}

static enum vaho_status map_strip(void *argument, size_t task, size_t worker,
                                  struct vaho_error *error)
{
    const struct maps_context *context = argument;
    struct vaho_maps *maps = context->maps;
    size_t ns = maps->n_samples, ng = maps->n_gases, nb = vaho_columns_n_bands(context->scene->columns);
    size_t core = task * CORE_LINES, core_end, first = core > 0 ? core - 1 : 0, end, n;
    float *ky, *kk, *t, *plane;
    struct vaho_block *block = NULL;
    enum vaho_status status;

    (void)worker;
    core_end = core + CORE_LINES < maps->n_lines ? core + CORE_LINES : maps->n_lines;
    end = core_end < maps->n_lines ? core_end + 1 : core_end;
    n = end - first;
    status = vaho_block_new(&block, n, nb, ns, error);
    ky = vaho_alloc(n * ng * ns, sizeof *ky);
    kk = vaho_alloc(n * ns, sizeof *kk);
    t = vaho_alloc(n * ns, sizeof *t);
    plane = vaho_alloc(n * ns, sizeof *plane);
    if (status == VAHO_OK && (!ky || !kk || !t || !plane))
        status = vaho_fail_memory(error, "the maps of a strip");
    if (status == VAHO_OK)
        status = project_lines(ky, kk, block, t, context, first, n, error);
    for (size_t g = 0; status == VAHO_OK && g < ng; g++) {
        float power = (float)context->power[g], spread = (float)context->spread[g];
        for (size_t l = 0; l < n; l++)
            memcpy(plane + l * ns, ky + (l * ng + g) * ns, ns * sizeof *plane);
        for (size_t l = core - first; l < core_end - first; l++)
            for (size_t s = 0; s < ns; s++) {
                size_t at = (g * maps->n_lines + first + l) * ns + s;
                float sum = smooth_at(plane, n, ns, l, s, 0), weight = smooth_at(kk, n, ns, l, s, 0);
                float energy = smooth_at(kk, n, ns, l, s, 1);
                int known = kk[l * ns + s] > 0.0f;
                maps->snr[at] = known && energy > 0.0f ? sum / (spread * sqrtf(energy * power)) : NAN;
                maps->ppmm[at] = known && weight > MIN_WEIGHT_SHARE * (float)context->mean_weight
                                     ? sum / (weight * power)
                                     : NAN;
            }
    }
    for (size_t l = core - first; status == VAHO_OK && l < core_end - first; l++)
        memcpy(maps->weight + (first + l) * ns, kk + l * ns, ns * sizeof *kk);
    free(ky);
    free(kk);
    free(t);
    free(plane);
    vaho_block_free(block);
    return status;
}

enum vaho_status vaho_maps_make(struct vaho_maps **out, const struct vaho_scene *scene,
                                const struct vaho_evidence *evidence, const float *signature,
                                size_t n_gases, size_t hypothesis, struct vaho_pool *pool,
                                struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(scene->source);
    const struct vaho_contrast *contrast = scene->contrast;
    size_t nb = vaho_columns_n_bands(scene->columns), n = info->n_lines * info->n_samples;
    struct vaho_maps *maps = vaho_alloc(1, sizeof *maps);
    float *filter = vaho_alloc(n_gases * nb, sizeof *filter);
    double *x = vaho_alloc(nb, sizeof *x), *power = vaho_alloc(n_gases, sizeof *power);
    double *spread = vaho_alloc(n_gases, sizeof *spread), a = contrast->a[hypothesis];
    double b = contrast->b[hypothesis], mean = contrast->regime == VAHO_REGIME_THERMAL ? 0.0 : 1.0;
    struct maps_context context = {maps, scene, filter, power, spread, a, b, 0.0};
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    context.mean_weight = (a + b * mean) * (a + b * mean) + b * b * contrast->sigma_t * contrast->sigma_t;
    if (maps != NULL) {
        maps->n_gases = n_gases;
        maps->n_lines = info->n_lines;
        maps->n_samples = info->n_samples;
        maps->ppmm = vaho_alloc(n_gases * n, sizeof(float));
        maps->snr = vaho_alloc(n_gases * n, sizeof(float));
        maps->weight = vaho_alloc(n, sizeof(float));
    }
    if (!maps || !filter || !x || !power || !spread || !maps->ppmm || !maps->snr || !maps->weight)
        status = vaho_fail_memory(error, "the maps of the gases");
    for (size_t g = 0; status == VAHO_OK && g < n_gases; g++) {
        for (size_t i = 0; i < nb; i++)
            x[i] = (double)signature[g * nb + i];
        if (LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'L', (int)nb, 1,
                           vaho_evidence_cholesky(evidence, 1, hypothesis), (int)nb, x, 1) != 0)
            status = vaho_fail(error, VAHO_FAULT, "a filter cannot be solved for");
        for (size_t i = 0; i < nb; i++) {
            filter[g * nb + i] = (float)x[i];
            power[g] += x[i] * (double)signature[g * nb + i];
        }
        power[g] = fmax(power[g], 1e-30);
        spread[g] = vaho_evidence_spread(evidence, 1, hypothesis, g);
    }
    if (status == VAHO_OK)
        status = vaho_pool_run(pool, (info->n_lines + CORE_LINES - 1) / CORE_LINES, map_strip, &context,
                               error);
    free(filter);
    free(x);
    free(power);
    free(spread);
    if (status != VAHO_OK) {
        vaho_maps_free(maps);
        return status;
    }
    *out = maps;
    return VAHO_OK;
}
