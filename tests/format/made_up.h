/* made_up.h - a scene and its plumes, made up, for the tests of the writers */
#ifndef VAHO_TESTS_FORMAT_MADE_UP_H
#define VAHO_TESTS_FORMAT_MADE_UP_H

#include <cpl_vsi.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/product.h"
#include "format/report.h"
#include "vaho/place.h"
#include "vaho/plume.h"
#include "vaho/source.h"

enum { MADE_UP_LINES = 480, MADE_UP_SAMPLES = 256, MADE_UP_BANDS = 64, MADE_UP_PLUMES = 5 };

struct made_up {
    struct vaho_georeference georeference;
    char *wkt;
    struct vaho_place *place;
    struct vaho_plume plume[MADE_UP_PLUMES];
    struct vaho_plumes plumes;
    struct vaho_product product;
    struct vaho_cube_info cube;
    double wavelength_um[MADE_UP_BANDS];
    float *look, *snr[2], *ppmm[2]; /* ammonia, acetone */
};

/* A repeatable number in 0..1 for a pixel. */
static inline double made_up_noise(unsigned x, unsigned y, unsigned seed)
{
    unsigned h = x * 374761393u + y * 668265263u + seed * 2246822519u;
    h = (h ^ (h >> 13)) * 1274126177u;
    return ((h ^ (h >> 16)) & 0xFFFFFF) / (double)0x1000000;
}

/* Smooth noise of several scales, about -1..1. */
static inline double made_up_ground(double x, double y, unsigned seed)
{
    double sum = 0, weight = 0.5;
    for (double scale = 64; scale >= 2; scale /= 2, weight *= 0.62) {
        unsigned i = (unsigned)(x / scale), j = (unsigned)(y / scale);
        double u = x / scale - i, v = y / scale - j;
        u = u * u * (3 - 2 * u);
        v = v * v * (3 - 2 * v);
        sum +=
            weight *
            ((made_up_noise(i, j, seed) * (1 - u) + made_up_noise(i + 1, j, seed) * u) * (1 - v) +
             (made_up_noise(i, j + 1, seed) * (1 - u) + made_up_noise(i + 1, j + 1, seed) * u) * v -
             0.5);
    }
    return 1.4 * sum;
}

/* Strength of a plume that drifts from its source: 1 at the source, fading and widening. */
static inline double made_up_strength(const struct vaho_plume *plume, double wind_deg,
                                      double length, double line, double sample)
{
    double dx = sample - plume->source_sample, dy = line - plume->source_line;
    double c = cos(wind_deg * M_PI / 180), s = sin(wind_deg * M_PI / 180);
    double along = dx * c + dy * s, across = dy * c - dx * s + 1.5 * sin(along / 6);
    double width = 1.2 + 0.09 * along;
    if (along < -1 || along > length)
        return 0;
    return exp(-0.5 * across * across / (width * width)) * (1 - 0.8 * along / length);
}

static inline void made_up_spectra(struct vaho_plume *plume, const double *wavelength_um,
                                   double centre_um)
{
    plume->n_bands = MADE_UP_BANDS;
    plume->wavelength_um = malloc(MADE_UP_BANDS * sizeof(double));
    plume->excess = malloc(MADE_UP_BANDS * sizeof(double));
    plume->fit = malloc(MADE_UP_BANDS * sizeof(double));
    for (unsigned b = 0; b < MADE_UP_BANDS; b++) {
        double u = (wavelength_um[b] - centre_um) / 0.16;
        double v = (wavelength_um[b] - centre_um + 0.42) / 0.11;
        plume->wavelength_um[b] = wavelength_um[b];
        plume->fit[b] = 0.04 * exp(-0.5 * u * u) + 0.024 * exp(-0.5 * v * v);
        plume->excess[b] =
            plume->fit[b] + 0.006 * (made_up_noise(b, (unsigned)(1000 * centre_um), 9) - 0.5);
    }
}

/* The footprint: where the plume is stronger than a tenth, with what that entails. */
static inline void made_up_footprint(struct vaho_plume *plume, double wind_deg, double length)
{
    plume->pixel = malloc((size_t)MADE_UP_LINES * MADE_UP_SAMPLES * 2 * sizeof(unsigned));
    plume->bbox[0] = plume->bbox[1] = SIZE_MAX;
    for (unsigned l = 0; l < MADE_UP_LINES; l++)
        for (unsigned s = 0; s < MADE_UP_SAMPLES; s++) {
            if (made_up_strength(plume, wind_deg, length, l, s) < 0.1)
                continue;
            plume->pixel[2 * plume->n_pixels] = l;
            plume->pixel[2 * plume->n_pixels++ + 1] = s;
            plume->bbox[0] = l < plume->bbox[0] ? l : plume->bbox[0];
            plume->bbox[1] = s < plume->bbox[1] ? s : plume->bbox[1];
            plume->bbox[2] = l > plume->bbox[2] ? l : plume->bbox[2];
            plume->bbox[3] = s > plume->bbox[3] ? s : plume->bbox[3];
        }
}

static inline void made_up_maps(struct made_up *scene, const double *wind_deg, const double *length)
{
    size_t n = (size_t)MADE_UP_LINES * MADE_UP_SAMPLES;
    scene->look = malloc(n * sizeof(float));
    for (int g = 0; g < 2; g++) {
        scene->snr[g] = malloc(n * sizeof(float));
        scene->ppmm[g] = malloc(n * sizeof(float));
    }
    for (unsigned l = 0; l < MADE_UP_LINES; l++)
        for (unsigned s = 0; s < MADE_UP_SAMPLES; s++) {
            size_t at = (size_t)l * MADE_UP_SAMPLES + s;
            double field = made_up_ground(s / 3.0 + 40, l / 5.0 + 7, 5) > 0.05 ? 0.25 : 0;
            scene->look[at] = (float)(9.5 + made_up_ground(s, l, 1) + field);
            for (unsigned g = 0; g < 2; g++) {
                double snr = 2.4 * (made_up_noise(s, l, 20 + g) + made_up_noise(s, l, 30 + g) - 1);
                for (int p = 0; p < MADE_UP_PLUMES; p++)
                    if (strcmp(scene->plume[p].gas, g == 0 ? "ammonia" : "acetone") == 0)
                        snr += scene->plume[p].snr * 0.7 *
                               made_up_strength(&scene->plume[p], wind_deg[p], length[p], l, s);
                scene->snr[g][at] = (float)snr;
                scene->ppmm[g][at] = (float)(snr * (g == 0 ? 2.9 : 15.0));
            }
            if (s > 250 || (l >= 300 && l < 303)) /* vignetted columns, a dropped frame */
                scene->look[at] = scene->snr[0][at] = scene->snr[1][at] = NAN;
        }
}

/* Places as UTM 11N near Big Tujunga, 2 m pixels, turned by 12 degrees; 'placed' 0: nowhere. */
static inline void made_up_new(struct made_up *scene, int placed)
{
    static const char *const gas[MADE_UP_PLUMES] = {"ammonia", "acetone", "ammonia",
                                                    "sulfur_hexafluoride", "acetone"};
    static const double q[MADE_UP_PLUMES] = {0.001, 0.004, 0.031, 0.18, 0.44};
    static const double snr[MADE_UP_PLUMES] = {31.2, 14.0, 6.1, 4.2, 3.9};
    static const double peak[MADE_UP_PLUMES] = {88, 210, 19, 0.9, 64};
    static const double line[MADE_UP_PLUMES] = {90, 212, 341, 420, 150.4};
    static const double sample[MADE_UP_PLUMES] = {60, 141, 88, 190, 30.2};
    static const double wind_deg[MADE_UP_PLUMES] = {20, -15, 30, 0, 70};
    static const double length[MADE_UP_PLUMES] = {70, 45, 22, 8, 5};
    static const double sigma[MADE_UP_PLUMES] = {6, 31, 5, 0.3, 22};
    double c = cos(12 * M_PI / 180), s = sin(12 * M_PI / 180);

    memset(scene, 0, sizeof *scene);
    for (int b = 0; b < MADE_UP_BANDS; b++)
        scene->wavelength_um[b] = 8.05 + b * (13.2 - 8.05) / (MADE_UP_BANDS - 1);
    if (placed) {
        OGRSpatialReferenceH utm = OSRNewSpatialReference(NULL);
        OSRImportFromEPSG(utm, 32611);
        OSRExportToWkt(utm, &scene->wkt);
        OSRDestroySpatialReference(utm);
        scene->georeference =
            (struct vaho_georeference){.kind = VAHO_GEOREFERENCE_AFFINE,
                                       .affine = {390000, 2 * c, 2 * s, 3795000, 2 * s, -2 * c},
                                       .crs_wkt = scene->wkt};
    }
    if (vaho_place_new(&scene->place, &scene->georeference, MADE_UP_LINES, MADE_UP_SAMPLES, NULL))
        abort();
    for (int p = 0; p < MADE_UP_PLUMES; p++) {
        struct vaho_plume *plume = &scene->plume[p];
        snprintf(plume->id, sizeof plume->id, "sierra_03-%04d", p + 1);
        snprintf(plume->gas, sizeof plume->gas, "%s", gas[p]);
        plume->q_value = q[p];
        plume->snr = snr[p];
        plume->peak_ppmm = peak[p];
        plume->mean_ppmm = 0.55 * peak[p];
        plume->sigma_ppmm = sigma[p];
        plume->source_line = line[p];
        plume->source_sample = sample[p];
        plume->source_covariance_px2[0] = (1.5 + p) * (1.5 + p);
        plume->source_covariance_px2[1] = 0.5 * (1.5 + p);
        plume->source_covariance_px2[2] = 4 * (1.5 + p) * (1.5 + p);
        plume->emission_kg_h = p == 0 ? 3.25 : NAN;
        plume->emission_sigma_kg_h = p == 0 ? 0.8 : NAN;
        plume->probability = p == 1 ? 0.86 : 0.99;
        made_up_footprint(plume, wind_deg[p], length[p]);
        if (p != 4)
            made_up_spectra(plume, scene->wavelength_um, p == 1 ? 8.3 + 1 : 10.6);
    }
    scene->plume[1].n_alternatives = 2;
    scene->plume[1].alternative[0] = (struct vaho_alternative){"2-butanone", 0.11};
    scene->plume[1].alternative[1] = (struct vaho_alternative){"ethyl_acetate", 0.03};
    made_up_maps(scene, wind_deg, length);
    scene->plumes = (struct vaho_plumes){MADE_UP_PLUMES, scene->plume};
    scene->product = (struct vaho_product){.flight = "sierra_03",
                                           .time = "2026-05-01T10:20:30Z",
                                           .exercise = 0,
                                           .mandate = "no mandate",
                                           .q_reported = 0.05,
                                           .version = "0.1.0"};
    scene->cube = (struct vaho_cube_info){.path = "sierra_03.bil",
                                          .format = "ENVI",
                                          .n_lines = MADE_UP_LINES,
                                          .n_bands = MADE_UP_BANDS,
                                          .n_samples = MADE_UP_SAMPLES,
                                          .wavelength_um = scene->wavelength_um,
                                          .quantity = VAHO_QUANTITY_RADIANCE,
                                          .units_known = 1,
                                          .units = "W m-2 sr-1 um-1",
                                          .acquired = "2026-05-01T10:20:30Z",
                                          .georeference = &scene->georeference};
}

/* The scene's report. */
static inline enum vaho_status made_up_report(const char *path, const struct made_up *scene,
                                              struct vaho_error *error)
{
    const struct vaho_report_map map[] = {{"ammonia", "ppm.m", scene->snr[0]},
                                          {"acetone", "ppm.m", scene->snr[1]}};
    static const struct vaho_report_entry setting[] = {{"method", "vaho"},
                                                       {"--gas", "all"},
                                                       {"--q", "0.05"},
                                                       {"decoys", "320, 16 a gas"},
                                                       {"version", "vaho 0.1.0, GDAL 3.6.2"}};
    static const struct vaho_report_entry input[] = {
        {"sierra_03.bil", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},
        {"sierra_03.bil.hdr", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"},
        {"gases/ammonia.jdx", "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"}};
    static const char *const note[] = {
        "3 lines hold no data (300 to 302); they were left out.",
        "ammonia.jdx: digitised from a plot, so amounts are good to a factor of two."};
    struct vaho_report report = {.product = &scene->product,
                                 .cube = &scene->cube,
                                 .place = scene->place,
                                 .plumes = &scene->plumes,
                                 .look = scene->look,
                                 .n_maps = 2,
                                 .map = map,
                                 .n_settings = 5,
                                 .setting = setting,
                                 .n_inputs = 3,
                                 .input = input,
                                 .n_notes = 2,
                                 .note = note};
    return vaho_report_write(path, &report, error);
}

static inline void made_up_free(struct made_up *scene)
{
    for (int p = 0; p < MADE_UP_PLUMES; p++) {
        free(scene->plume[p].pixel);
        free(scene->plume[p].wavelength_um);
        free(scene->plume[p].excess);
        free(scene->plume[p].fit);
    }
    for (int g = 0; g < 2; g++) {
        free(scene->snr[g]);
        free(scene->ppmm[g]);
    }
    free(scene->look);
    vaho_place_free(scene->place);
    VSIFree(scene->wkt);
}

#endif
