#include "vaho/detect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/error.h"
#include "base/pool.h"
#include "find/coverage.h"
#include "find/explanation.h"
#include "flight/linear_algebra.h"
#include "flight/permit.h"
#include "flight/pixelwise.h"
#include "flight/search.h"
#include "flight/signatures.h"
#include "vaho/progress.h"

enum { LOOK_LINES = 16 };

void vaho_detect_settings_default(struct vaho_detect_settings *settings)
{
    *settings = (struct vaho_detect_settings){.flight = "flight",
                                              .air_temperature_k = NAN,
                                              .wind_speed_m_s = NAN,
                                              .wind_sigma_m_s = NAN,
                                              .wind_from_deg = NAN,
                                              .wind_from_sigma_deg = NAN,
                                              .pixel_size_m = NAN,
                                              .q_kept = 0.5,
                                              .band_from_um = NAN,
                                              .band_to_um = NAN,
                                              .iterations = 30,
                                              .n_decoys = 32};
}

void vaho_detection_free(struct vaho_detection *detection)
{
    if (detection == NULL)
        return;
    for (size_t i = 0; detection->explanation && detection->plumes && i < detection->plumes->n; i++)
        vaho_explanation_free(detection->explanation[i]);
    free(detection->explanation);
    vaho_plumes_free(detection->plumes);
    vaho_coverage_free(detection->coverage);
    free(detection->name);
    free(detection->amount);
    free(detection->amount_sigma);
    free(detection->snr);
    free(detection->look);
    for (size_t i = 0; i < detection->n_notes; i++)
        free(detection->note[i]);
    free(detection->note);
    free(detection);
}

/* Most certain first. */
static int by_certainty(const void *left, const void *right)
{
    const struct vaho_plume *a = left, *b = right;

    if (a->q_value != b->q_value)
        return a->q_value < b->q_value ? -1 : 1;
    if (a->snr != b->snr)
        return a->snr > b->snr ? -1 : 1;
    if (a->source_line != b->source_line)
        return a->source_line < b->source_line ? -1 : 1;
    return (a->source_sample > b->source_sample) - (a->source_sample < b->source_sample);
}

/* A plume and how it came about, to be sorted together: by_certainty() sees the first. */
struct ranked {
    struct vaho_plume plume;
    struct vaho_explanation *explanation;
};

static enum vaho_status rank_plumes(struct vaho_detection *out, const char *flight,
                                    struct vaho_error *error)
{
    struct vaho_plumes *plumes = out->plumes;
    struct ranked *ranked = vaho_alloc(plumes->n, sizeof *ranked);

    if (ranked == NULL)
        return vaho_fail_memory(error, "the ranks of plumes");
    for (size_t i = 0; i < plumes->n; i++)
        ranked[i] = (struct ranked){plumes->plume[i],
                                    out->explanation != NULL ? out->explanation[i] : NULL};
    qsort(ranked, plumes->n, sizeof *ranked, by_certainty);
    for (size_t i = 0; i < plumes->n; i++) {
        plumes->plume[i] = ranked[i].plume;
        if (out->explanation != NULL)
            out->explanation[i] = ranked[i].explanation;
        snprintf(plumes->plume[i].id, sizeof plumes->plume[i].id, "%.60s-%04zu", flight, i + 1);
    }
    free(ranked);
    return VAHO_OK;
}

/* The mean of three bands spread over those in use: what the ground looks like. */
static enum vaho_status take_look(struct vaho_detection *out, const struct vaho_source *source,
                                  const struct vaho_signatures *signatures,
                                  struct vaho_error *error)
{
    size_t nb = signatures->n_bands, ns = out->n_samples;
    size_t band[3] = {signatures->band[nb / 4], signatures->band[nb / 2],
                      signatures->band[3 * nb / 4]};
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, LOOK_LINES, 3, ns, error);

    out->look = vaho_alloc(out->n_lines * ns, sizeof *out->look);
    if (status == VAHO_OK && out->look == NULL)
        status = vaho_fail_memory(error, "the picture");
    for (size_t line = 0; status == VAHO_OK && line < out->n_lines; line += LOOK_LINES) {
        size_t n = out->n_lines - line < LOOK_LINES ? out->n_lines - line : LOOK_LINES;
        status = vaho_source_read(block, source, line, n, band, 3, error);
        for (size_t l = 0; status == VAHO_OK && l < n; l++)
            for (size_t s = 0; s < ns; s++) {
                const float *x = block->value + l * 3 * ns + s;
                out->look[(line + l) * ns + s] =
                    block->valid[l * ns + s] ? (x[0] + x[ns] + x[2 * ns]) / 3.0f : NAN;
            }
    }
    vaho_block_free(block);
    return status;
}

enum vaho_status vaho_detect(struct vaho_detection **out, const struct vaho_source *source,
                             const struct vaho_library *library,
                             const struct vaho_detect_settings *settings,
                             const struct vaho_progress *progress, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct vaho_detection *detection = vaho_alloc(1, sizeof *detection);
    struct vaho_signatures *signatures = NULL;
    struct vaho_pool *pool = NULL;
    enum vaho_status status;

    *out = NULL;
    if (detection == NULL)
        return vaho_fail_memory(error, "the detection");
    detection->n_lines = info->n_lines;
    detection->n_samples = info->n_samples;
    /* our own crew works side by side; each of its members computes alone, so that
     * results do not depend on how many there are */
    openblas_set_num_threads(1);
    vaho_linear_algebra_tell(detection);
    status = vaho_permit_settings(settings, error);
    if (status == VAHO_OK)
        status = vaho_pool_new(&pool, settings->n_threads, error);
    if (status == VAHO_OK)
        status = vaho_signatures_choose(&signatures, info, library, settings, detection, error);
    if (status == VAHO_OK)
        status =
            settings->method == VAHO_METHOD_VAHO && settings->n_surfaces == 0
                ? vaho_search_gases(detection, source, signatures, settings, pool, progress, error)
                : vaho_search_pixels(detection, source, signatures, settings, pool, progress,
                                     error);
    if (status == VAHO_OK) {
        detection->n_signatures = signatures->n_searched;
        detection->name = signatures->name;
        signatures->name = NULL;
        status = take_look(detection, source, signatures, error);
    }
    vaho_signatures_free(signatures);
    vaho_pool_free(pool);
    if (status == VAHO_OK) {
        vaho_permit_detection(detection, source, settings->mandate);
        status = rank_plumes(detection, settings->flight, error);
    }
    if (status != VAHO_OK) {
        vaho_detection_free(detection);
        return status;
    }
    *out = detection;
    return VAHO_OK;
}
