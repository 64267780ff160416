#include "find/drift.h"

#include <math.h>

static const double SPEED_SHARE = 0.25, FROM_SIGMA_DEG = 15.0, PI = 3.14159265358979323846;

int vaho_drift_find(struct vaho_drift *out, const struct vaho_wind *wind,
                    const struct vaho_place *place, double line, double sample, double pixel_size_m)
{
    double from_sigma_deg = isfinite(wind->from_sigma_deg) ? wind->from_sigma_deg : FROM_SIGMA_DEG;
    double to = (wind->from_deg + 180.0) * PI / 180.0, lon[3], lat[3], shrink;

    *out = (struct vaho_drift){
        .speed_m_s = wind->speed_m_s,
        .sigma_m_s = isfinite(wind->sigma_m_s) ? wind->sigma_m_s : SPEED_SHARE * wind->speed_m_s,
        .to_sigma_rad = from_sigma_deg * PI / 180.0};
    if (isfinite(pixel_size_m))
        out->along_m = out->across_m = pixel_size_m;
    else if (place == NULL ||
             !vaho_place_pixel_size_m(&out->along_m, &out->across_m, place, line, sample))
        return 0;
    if (place == NULL || !isfinite(to) ||
        !vaho_place_lonlat(&lon[0], &lat[0], place, line, sample) ||
        !vaho_place_lonlat(&lon[1], &lat[1], place, line + 1.0, sample) ||
        !vaho_place_lonlat(&lon[2], &lat[2], place, line, sample + 1.0))
        return 1;
    shrink = cos(lat[0] * PI / 180.0);
    /* unit vectors of lines and samples on the ground, and the wind along each */
    for (int k = 1; k <= 2; k++) {
        double e = (lon[k] - lon[0]) * shrink, n = lat[k] - lat[0], norm = hypot(e, n);
        double along = norm > 0.0 ? (e * sin(to) + n * cos(to)) / norm : 0.0;
        *(k == 1 ? &out->to_line : &out->to_sample) = along;
    }
    return 1;
}
