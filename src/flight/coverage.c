#include "flight/coverage.h"

#include <math.h>

#include "base/error.h"
#include "vaho/place.h"

static const double AVOGADRO = 6.02214076e23;

enum vaho_status vaho_coverage_rates(struct vaho_coverage *coverage,
                                     const struct vaho_signatures *signatures,
                                     const struct vaho_detect_settings *settings,
                                     const struct vaho_cube_info *info, struct vaho_error *error)
{
    size_t n_tiles = coverage->n_rows * coverage->n_cols;
    struct vaho_standard_plume plume;
    struct vaho_place *place = NULL;
    enum vaho_status status;

    if (!isfinite(settings->wind_speed_m_s))
        return VAHO_OK;
    status = vaho_standard_plume(&plume, error);
    if (status == VAHO_OK)
        status = vaho_place_new(&place, info->georeference, info->n_lines, info->n_samples, error);
    coverage->limit_kg_h = vaho_alloc(coverage->n_gases * n_tiles, sizeof(double));
    if (status == VAHO_OK && coverage->limit_kg_h == NULL)
        status = vaho_fail_memory(error, "the coverage");
    for (size_t i = 0; status == VAHO_OK && i < n_tiles; i++) {
        double along = settings->pixel_size_m, across = settings->pixel_size_m;
        size_t box[4];
        vaho_coverage_tile(box, coverage, i / coverage->n_cols, i % coverage->n_cols);
        if (!isfinite(along))
            vaho_place_pixel_size_m(&along, &across, place, 0.5 * (double)(box[0] + box[2]),
                                    0.5 * (double)(box[1] + box[3]));
        for (size_t g = 0; g < coverage->n_gases; g++) {
            double kg_m2_per_ppmm =
                VAHO_MOLECULES_CM2_PER_PPMM * 1e4 / AVOGADRO * signatures->molar_mass[g] * 1e-3;
            coverage->limit_kg_h[g * n_tiles + i] =
                coverage->limit_ppmm[g * n_tiles + i] * kg_m2_per_ppmm * settings->wind_speed_m_s *
                3600.0 * plume.mass_px / plume.length_px * sqrt(along * across);
        }
    }
    vaho_place_free(place);
    return status;
}
