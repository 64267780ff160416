#include "track/plume_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/coverage.h"

static const double PI = 3.14159265358979323846;
static const double LEAST_SHARE = 0.02; /* of the highest: what is less is left out */
enum { FINE = 4 };                      /* points of a cell along each side that are averaged */

/* Column density at so many pixels downwind and across, its mean over the footprint not yet 1. */
static double plume_at(double s, double v, double sigma_rad, double place_px)
{
    double along = s > 0.0 ? s : 0.0, begun;
    double w = VAHO_PLUME_WIDTH_PX + VAHO_PLUME_WIDENS * along;
    double broad = sqrt(w * w + pow(along * sigma_rad, 2.0) + place_px * place_px);

    begun = place_px > 0.0 ? 0.5 * erfc(-s / (place_px * sqrt(2.0))) : s >= 0.0;
    return s > VAHO_PLUME_LENGTH_PX ? 0.0
                                    : begun * exp(-along / VAHO_PLUME_FADES_PX) * w / broad *
                                          exp(-0.5 * v * v / (broad * broad));
}

/* The mean over its footprint of a plume of highest value 1: its mass over that of mean 1. */
static enum vaho_status footprint_mean(double *out, struct vaho_error *error)
{
    struct vaho_standard_plume plume;
    enum vaho_status status = vaho_standard_plume(&plume, error);
    double mass = 0.0;

    for (double s = 0.05; s < VAHO_PLUME_LENGTH_PX; s += 0.1)
        mass += 0.1 * sqrt(2.0 * PI) * exp(-s / VAHO_PLUME_FADES_PX) *
                (VAHO_PLUME_WIDTH_PX + VAHO_PLUME_WIDENS * s);
    if (status == VAHO_OK)
        *out = mass / plume.mass_px;
    return status;
}

enum vaho_status vaho_plume_kernel_make(struct vaho_plume_kernel *out,
                                        const struct vaho_plume_kernel_settings *settings,
                                        struct vaho_error *error)
{
    double to = (settings->from_deg + 180.0) * PI / 180.0, east = sin(to), north = cos(to);
    double sigma = settings->from_sigma_deg * PI / 180.0, most = 0.0, mean = 1.0;
    double cell_px = settings->cell_m / settings->pixel_m;
    double place_px = settings->place_sigma_m / settings->pixel_m;
    long reach =
        (long)ceil((VAHO_PLUME_LENGTH_PX * (1.0 + 3.0 * sigma) + 20.0 + 3.0 * place_px) / cell_px);
    size_t side = (size_t)(2 * reach + 1), n = 0;
    float *all = vaho_alloc(side * side, sizeof *all);
    enum vaho_status status = footprint_mean(&mean, error);

    *out = (struct vaho_plume_kernel){0, vaho_alloc(side * side, sizeof(int)),
                                      vaho_alloc(side * side, sizeof(int)),
                                      vaho_alloc(side * side, sizeof(float))};
    if (status == VAHO_OK && (!all || !out->row || !out->col || !out->m))
        status = vaho_fail_memory(error, "the plume of a pass");
    for (size_t i = 0; status == VAHO_OK && i < side * side; i++) {
        double sum = 0.0;
        for (int k = 0; k < FINE * FINE; k++) {
            double south = (double)((long)(i / side) - reach) + (k / FINE + 0.5) / FINE - 0.5;
            double easterly = (double)((long)(i % side) - reach) + (k % FINE + 0.5) / FINE - 0.5;
            double s = (easterly * east - south * north) * cell_px;
            double v = (easterly * north + south * east) * cell_px;
            sum += plume_at(s, v, sigma, place_px);
        }
        all[i] = (float)(sum / (FINE * FINE) / mean);
        most = fmax(most, (double)all[i]);
    }
    for (size_t i = 0; status == VAHO_OK && i < side * side; i++)
        if ((double)all[i] >= LEAST_SHARE * most) {
            out->row[n] = (int)((long)(i / side) - reach);
            out->col[n] = (int)((long)(i % side) - reach);
            out->m[n++] = all[i];
        }
    out->n = n;
    free(all);
    if (status != VAHO_OK)
        vaho_plume_kernel_free(out);
    return status;
}

void vaho_plume_kernel_free(struct vaho_plume_kernel *kernel)
{
    free(kernel->row);
    free(kernel->col);
    free(kernel->m);
    *kernel = (struct vaho_plume_kernel){0};
}

void vaho_plume_kernel_gather(float *out, const float *in, const struct vaho_plume_kernel *kernel,
                              int power, size_t n_rows, size_t n_cols)
{
    memset(out, 0, n_rows * n_cols * sizeof *out);
    for (size_t k = 0; k < kernel->n; k++) {
        long dr = kernel->row[k], dc = kernel->col[k];
        long row0 = dr < 0 ? -dr : 0, row1 = (long)n_rows - (dr > 0 ? dr : 0);
        long col0 = dc < 0 ? -dc : 0, col1 = (long)n_cols - (dc > 0 ? dc : 0);
        float m = power == 2 ? kernel->m[k] * kernel->m[k] : kernel->m[k];
        for (long r = row0; r < row1; r++) {
            const float *restrict x = in + (r + dr) * (long)n_cols + dc;
            float *restrict y = out + r * (long)n_cols;
            for (long c = col0; c < col1; c++)
                y[c] += m * x[c];
        }
    }
}
