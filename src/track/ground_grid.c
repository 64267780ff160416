#include "track/ground_grid.h"

#include <math.h>

#include "base/error.h"

/* WGS 84: equatorial radius and squared eccentricity. */
static const double RADIUS_M = 6378137.0, E2 = 6.69437999014e-3;
static const double PI = 3.14159265358979323846;

/* A longitude on the side of the globe where the extent begins. */
static double beside(double longitude_deg, double of_deg)
{
    return longitude_deg - 360.0 * round((longitude_deg - of_deg) / 360.0);
}

static void add_point(struct vaho_ground_extent *extent, const struct vaho_place *place,
                      double line, double sample)
{
    double longitude, latitude;

    if (!vaho_place_lonlat(&longitude, &latitude, place, line, sample))
        return;
    if (!extent->known)
        *extent = (struct vaho_ground_extent){longitude, longitude, latitude, latitude, 1};
    longitude = beside(longitude, extent->west_deg);
    extent->west_deg = fmin(extent->west_deg, longitude);
    extent->east_deg = fmax(extent->east_deg, longitude);
    extent->south_deg = fmin(extent->south_deg, latitude);
    extent->north_deg = fmax(extent->north_deg, latitude);
}

int vaho_ground_extent_add(struct vaho_ground_extent *extent, const struct vaho_place *place,
                           size_t n_lines, size_t n_samples)
{
    struct vaho_ground_extent own = {0};

    for (size_t l = 0; l < n_lines; l++) /* all of it: the border of an array may have no place */
        for (size_t s = 0; s < n_samples; s++)
            if (!vaho_place_is_grid(place) || l == 0 || s == 0 || l + 1 == n_lines ||
                s + 1 == n_samples)
                add_point(&own, place, (double)l, (double)s);
    if (!own.known)
        return 0;
    if (extent->known) {
        double moved = beside(own.west_deg, extent->west_deg) - own.west_deg;
        extent->west_deg = fmin(extent->west_deg, own.west_deg + moved);
        extent->east_deg = fmax(extent->east_deg, own.east_deg + moved);
        extent->south_deg = fmin(extent->south_deg, own.south_deg);
        extent->north_deg = fmax(extent->north_deg, own.north_deg);
    } else {
        *extent = own;
    }
    return 1;
}

enum vaho_status vaho_ground_grid_make(struct vaho_ground_grid *out,
                                       const struct vaho_ground_extent *extent, double cell_m,
                                       size_t max_cells, struct vaho_error *error)
{
    double latitude = 0.5 * (extent->south_deg + extent->north_deg) * PI / 180.0;
    double bend = 1.0 - E2 * sin(latitude) * sin(latitude), rows, cols;
    double north_m_deg = RADIUS_M * (1.0 - E2) / pow(bend, 1.5) * PI / 180.0;
    double east_m_deg = RADIUS_M / sqrt(bend) * fmax(cos(latitude), 1e-6) * PI / 180.0;

    rows = ceil((extent->north_deg - extent->south_deg) * north_m_deg / cell_m) + 1.0;
    cols = ceil((extent->east_deg - extent->west_deg) * east_m_deg / cell_m) + 1.0;
    if (!(rows * cols <= (double)max_cells))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "the passes cover %.3g x %.3g km together, more than %zu cells of %.3g m: "
                         "stack passes over one place, or name larger cells",
                         rows * cell_m / 1000.0, cols * cell_m / 1000.0, max_cells, cell_m);
    *out = (struct vaho_ground_grid){.cell_east_deg = cell_m / east_m_deg,
                                     .cell_south_deg = cell_m / north_m_deg,
                                     .cell_m = cell_m,
                                     .n_rows = (size_t)rows,
                                     .n_cols = (size_t)cols};
    out->west_deg = 0.5 * (extent->west_deg + extent->east_deg) - 0.5 * cols * out->cell_east_deg;
    out->north_deg =
        0.5 * (extent->north_deg + extent->south_deg) + 0.5 * rows * out->cell_south_deg;
    return VAHO_OK;
}

void vaho_ground_grid_cells(unsigned *out, unsigned none, const struct vaho_ground_grid *grid,
                            const struct vaho_place *place, size_t n_lines, size_t n_samples)
{
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double longitude, latitude, row, col;
            out[l * n_samples + s] = none;
            if (!vaho_place_lonlat(&longitude, &latitude, place, (double)l, (double)s))
                continue;
            row = floor((grid->north_deg - latitude) / grid->cell_south_deg);
            col = floor((beside(longitude, grid->west_deg) - grid->west_deg) / grid->cell_east_deg);
            if (row >= 0.0 && col >= 0.0 && row < (double)grid->n_rows &&
                col < (double)grid->n_cols)
                out[l * n_samples + s] = (unsigned)((size_t)row * grid->n_cols + (size_t)col);
        }
}

void vaho_ground_grid_lonlat(double *longitude_deg, double *latitude_deg,
                             const struct vaho_ground_grid *grid, double row, double col)
{
    *longitude_deg = grid->west_deg + (col + 0.5) * grid->cell_east_deg;
    *latitude_deg = grid->north_deg - (row + 0.5) * grid->cell_south_deg;
}
