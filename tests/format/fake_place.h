/* fake_place.h - places for the tests of the writers: a flat Earth, arrays bilinear */
#ifndef VAHO_TESTS_FORMAT_FAKE_PLACE_H
#define VAHO_TESTS_FORMAT_FAKE_PLACE_H

#include <math.h>
#include <stdlib.h>

#include "vaho/place.h"

struct vaho_place {
    const struct vaho_georeference *georeference;
    size_t n_lines, n_samples;
};

enum vaho_status vaho_place_new(struct vaho_place **out,
                                const struct vaho_georeference *georeference, size_t n_lines,
                                size_t n_samples, struct vaho_error *error)
{
    (void)error;
    *out = malloc(sizeof **out);
    if (*out == NULL)
        return VAHO_NO_MEMORY;
    **out = (struct vaho_place){georeference, n_lines, n_samples};
    return VAHO_OK;
}

void vaho_place_free(struct vaho_place *place)
{
    free(place);
}

int vaho_place_known(const struct vaho_place *place)
{
    return place->georeference->kind != VAHO_GEOREFERENCE_NONE;
}

static double array_at(const double *value, size_t n_lines, size_t n_samples, double line,
                       double sample, int wraps)
{
    double l = fmin(fmax(floor(line), 0), (double)n_lines - 2), v = line - l;
    double s = fmin(fmax(floor(sample), 0), (double)n_samples - 2), u = sample - s;
    const double *at = value + (size_t)l * n_samples + (size_t)s;
    double corner[4] = {at[0], at[1], at[n_samples], at[n_samples + 1]};
    for (int i = 1; i < 4 && wraps; i++)
        corner[i] -= 360 * round((corner[i] - corner[0]) / 360);
    double sum =
        (corner[0] * (1 - u) + corner[1] * u) * (1 - v) + (corner[2] * (1 - u) + corner[3] * u) * v;
    return wraps && sum >= 180 ? sum - 360 : sum;
}

int vaho_place_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_place *place,
                      double line, double sample)
{
    const struct vaho_georeference *g = place->georeference;
    double x, y;

    *longitude_deg = *latitude_deg = NAN;
    if (g->kind == VAHO_GEOREFERENCE_NONE)
        return 0;
    if (g->kind == VAHO_GEOREFERENCE_ARRAY) {
        x = array_at(g->longitude_deg, place->n_lines, place->n_samples, line, sample, 1);
        y = array_at(g->latitude_deg, place->n_lines, place->n_samples, line, sample, 0);
    } else {
        x = g->affine[0] + (sample + 0.5) * g->affine[1] + (line + 0.5) * g->affine[2];
        y = g->affine[3] + (sample + 0.5) * g->affine[4] + (line + 0.5) * g->affine[5];
        x = -117 + (x - 500000) / 92000;
        y = y / 110900;
    }
    *longitude_deg = x;
    *latitude_deg = y;
    return 1;
}

int vaho_place_pixel_size_m(double *along_m, double *across_m, const struct vaho_place *place,
                            double line, double sample)
{
    const double *a = place->georeference->affine;

    (void)line;
    (void)sample;
    *along_m = *across_m = NAN;
    if (place->georeference->kind != VAHO_GEOREFERENCE_AFFINE)
        return 0;
    *along_m = hypot(a[2], a[5]);
    *across_m = hypot(a[1], a[4]);
    return 1;
}

#endif
