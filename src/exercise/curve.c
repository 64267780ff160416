/* curve.c - points, and their mean over a band */
#include "exercise/curve.h"

#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"

enum vaho_status vaho_curve_new(struct vaho_curve *out, size_t n, struct vaho_error *error)
{
    *out = (struct vaho_curve){.um = vaho_alloc(n, sizeof(double)),
                               .value = vaho_alloc(n, sizeof(double))};
    if (out->um != NULL && out->value != NULL)
        return VAHO_OK;
    vaho_curve_free(out);
    return vaho_fail_memory(error, "a spectrum");
}

void vaho_curve_free(struct vaho_curve *curve)
{
    free(curve->um);
    free(curve->value);
    *curve = (struct vaho_curve){0};
}

/* The first point at or beyond 'um'; n where there is none. */
static size_t first_from(const struct vaho_curve *curve, double um)
{
    size_t low = 0, high = curve->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curve->um[middle] < um)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double vaho_curve_in_band(const struct vaho_curve *curve, double centre_um, double fwhm_um,
                          double otherwise)
{
    const double *um = curve->um;
    size_t after = first_from(curve, centre_um), i;
    double sum = 0.0, weight = 0.0, t;

    if (curve->n < 2 || after == curve->n || centre_um < um[0])
        return otherwise;
    if (after == 0)
        after = 1;
    if (um[after] - um[after - 1] > 0.5 * fwhm_um) {
        t = (centre_um - um[after - 1]) / (um[after] - um[after - 1]);
        return curve->value[after - 1] + t * (curve->value[after] - curve->value[after - 1]);
    }
    for (i = first_from(curve, centre_um - 2.0 * fwhm_um);
         i < curve->n && um[i] <= centre_um + 2.0 * fwhm_um; i++) {
        double x = (um[i] - centre_um) / fwhm_um;
        double width = um[i + 1 < curve->n ? i + 1 : i] - um[i > 0 ? i - 1 : i];
        double w = width * vaho_repeatable_exp(-2.7725887222397811 * x * x);
        sum += w * curve->value[i];
        weight += w;
    }
    return sum / weight;
}
