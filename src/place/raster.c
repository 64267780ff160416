#include "place/raster.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "cube/gdal_drivers.h"

static const size_t MAX_NODES = (size_t)1 << 28;

struct complaint {
    char text[256];
};

static void CPL_STDCALL listen(CPLErr severity, CPLErrorNum number, const char *text)
{
    struct complaint *complaint = CPLGetErrorHandlerUserData();

    (void)number;
    if (severity >= CE_Failure && complaint->text[0] == '\0')
        snprintf(complaint->text, sizeof complaint->text, "%s", text);
}

/* What the vertical part of a system says, and the system without it. */
static enum vaho_status read_system(struct place_raster *out, GDALDatasetH dataset,
                                    const char *path, struct vaho_error *error)
{
    OGRSpatialReferenceH own = GDALGetSpatialRef(dataset), crs;
    char *wkt = NULL;

    if (own == NULL || (!OSRIsProjected(own) && !OSRIsGeographic(own)))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: has no coordinate system of the Earth; write one into the file "
                         "(gdal_edit.py -a_srs)",
                         path);
    crs = OSRClone(own);
    if (OSRIsCompound(crs)) {
        out->datum = VAHO_HEIGHT_GEOID;
    } else if (OSRGetAxesCount(crs) == 3) {
        out->datum = VAHO_HEIGHT_ELLIPSOID;
    }
    OSRDemoteTo2D(crs, NULL);
    out->geographic = OSRIsGeographic(crs) && !OSRIsProjected(crs);
    if (OSRExportToWkt(crs, &wkt) == OGRERR_NONE && wkt != NULL)
        out->crs_wkt = vaho_strdup(wkt);
    CPLFree(wkt);
    OSRDestroySpatialReference(crs);
    return out->crs_wkt == NULL ? vaho_fail_memory(error, path) : VAHO_OK;
}

/* Metres, also when nothing is said. */
static enum vaho_status check_unit(GDALRasterBandH band, const char *path, struct vaho_error *error)
{
    static const char *const metres[] = {"", "m", "metre", "metres", "meter", "meters"};
    const char *unit = GDALGetRasterUnitType(band);

    for (size_t i = 0; i < sizeof metres / sizeof metres[0]; i++)
        if (strcasecmp(unit, metres[i]) == 0)
            return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: its heights are in '%.40s'; convert them to metres first", path, unit);
}

static enum vaho_status read_heights(struct place_raster *out, GDALRasterBandH band,
                                     const char *path, struct vaho_error *error)
{
    const int n_columns = (int)out->n_columns, n_rows = (int)out->n_rows;
    int has_nodata, has_scale, has_offset;
    const double nodata = GDALGetRasterNoDataValue(band, &has_nodata);
    const double scale = GDALGetRasterScale(band, &has_scale);
    const double offset = GDALGetRasterOffset(band, &has_offset);
    const size_t n = out->n_rows * out->n_columns;

    out->height_m = vaho_alloc(n, sizeof *out->height_m);
    if (out->height_m == NULL)
        return vaho_fail_memory(error, path);
    if (GDALRasterIO(band, GF_Read, 0, 0, n_columns, n_rows, out->height_m, n_columns, n_rows,
                     GDT_Float32, 0, 0) != CE_None)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: could not be read; it may be cut short", path);
    out->low_m = INFINITY;
    out->high_m = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        float *height = &out->height_m[i];
        if (has_nodata && (*height == (float)nodata || isnan(*height)))
            *height = NAN;
        else
            *height =
                (float)((double)*height * (has_scale ? scale : 1) + (has_offset ? offset : 0));
        if (!(fabsf(*height) < 20000)) /* beyond any place on Earth, infinite or NaN */
            *height = NAN;
        else {
            out->low_m = fmin(out->low_m, (double)*height);
            out->high_m = fmax(out->high_m, (double)*height);
        }
    }
    if (out->low_m > out->high_m)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: holds no height at all", path);
    return VAHO_OK;
}

static enum vaho_status describe(struct place_raster *out, GDALDatasetH dataset, const char *path,
                                 struct vaho_error *error)
{
    const double *a = out->affine;
    enum vaho_status status;

    out->n_columns = (size_t)GDALGetRasterXSize(dataset);
    out->n_rows = (size_t)GDALGetRasterYSize(dataset);
    if (GDALGetRasterCount(dataset) < 1 || out->n_columns < 2 || out->n_rows < 2 ||
        out->n_columns > MAX_NODES / out->n_rows)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: %zu x %zu heights; at least 2 x 2 and at most %zu in all are "
                         "possible: cut it to the flight (gdalwarp -te)",
                         path, out->n_columns, out->n_rows, MAX_NODES);
    if (GDALGetGeoTransform(dataset, out->affine) != CE_None ||
        !(fabs(a[1] * a[5] - a[2] * a[4]) > 0))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: has no grid on a map", path);
    status = read_system(out, dataset, path, error);
    if (status == VAHO_OK)
        status = check_unit(GDALGetRasterBand(dataset, 1), path, error);
    if (status == VAHO_OK)
        status = read_heights(out, GDALGetRasterBand(dataset, 1), path, error);
    out->wraps = out->geographic && a[2] == 0 && a[4] == 0 &&
                 fabs(fabs(a[1]) * (double)out->n_columns - 360) < 1e-3 * fabs(a[1]);
    return status;
}

enum vaho_status place_raster_read(struct place_raster *out, const char *path,
                                   struct vaho_error *error)
{
    struct complaint complaint = {""};
    char **drivers = cube_gdal_drivers(1);
    GDALDatasetH dataset;
    enum vaho_status status;

    *out = (struct place_raster){0};
    CPLPushErrorHandlerEx(listen, &complaint);
    dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, (const char *const *)drivers,
                         NULL, NULL);
    CSLDestroy(drivers);
    if (dataset == NULL)
        status = access(path, R_OK) != 0
                     ? vaho_fail(error, VAHO_NOT_FOUND, "%s: cannot be opened", path)
                     : vaho_fail(error, VAHO_BAD_INPUT, "%s: GDAL cannot open it: %s", path,
                                 complaint.text[0] == '\0' ? "it is no raster it knows"
                                                           : complaint.text);
    else
        status = describe(out, dataset, path, error);
    if (dataset != NULL)
        GDALClose(dataset);
    CPLPopErrorHandler();
    if (status != VAHO_OK)
        place_raster_free(out);
    return status;
}

void place_raster_free(struct place_raster *raster)
{
    free(raster->height_m);
    free(raster->crs_wkt);
    *raster = (struct place_raster){0};
}

void place_raster_node(double *out_column, double *out_row, const struct place_raster *raster,
                       double x, double y)
{
    const double *a = raster->affine, det = a[1] * a[5] - a[2] * a[4];
    double dx = x - a[0], dy = y - a[3];

    if (raster->geographic) { /* to the turn around the raster's middle */
        const double middle =
            ((double)raster->n_columns * a[1] + (double)raster->n_rows * a[2]) / 2;
        dx = middle + remainder(dx - middle, 360);
    }
    *out_column = (dx * a[5] - dy * a[2]) / det - 0.5;
    *out_row = (dy * a[1] - dx * a[4]) / det - 0.5;
}

/* The four nodes around a place and its share of the way between them; 0 outside. */
static int find_nodes(double node[4], double *out_u, double *out_v,
                      const struct place_raster *raster, double column, double row)
{
    const double last = (double)raster->n_columns - (raster->wraps ? 0 : 1);
    const size_t n_columns = raster->n_columns;
    size_t c, r, next;

    if (raster->wraps)
        column -= floor(column / (double)n_columns) * (double)n_columns;
    if (!(column >= 0 && column <= last && row >= 0 && row <= (double)raster->n_rows - 1))
        return 0;
    c = (size_t)column;
    r = (size_t)row;
    c -= c == (size_t)last;
    r -= r == raster->n_rows - 1;
    next = c + 1 == n_columns ? 0 : c + 1;
    *out_u = column - (double)c;
    *out_v = row - (double)r;
    node[0] = (double)raster->height_m[r * n_columns + c];
    node[1] = (double)raster->height_m[r * n_columns + next];
    node[2] = (double)raster->height_m[(r + 1) * n_columns + c];
    node[3] = (double)raster->height_m[(r + 1) * n_columns + next];
    return 1;
}

double place_raster_height(const struct place_raster *raster, double column, double row)
{
    double node[4], u, v;

    if (!find_nodes(node, &u, &v, raster, column, row))
        return NAN;
    return (1 - v) * ((1 - u) * node[0] + u * node[1]) + v * ((1 - u) * node[2] + u * node[3]);
}

int place_raster_slopes(double *out_column, double *out_row, const struct place_raster *raster,
                        double column, double row)
{
    double node[4], u, v;

    *out_column = *out_row = NAN;
    if (find_nodes(node, &u, &v, raster, column, row)) {
        *out_column = (1 - v) * (node[1] - node[0]) + v * (node[3] - node[2]);
        *out_row = (1 - u) * (node[2] - node[0]) + u * (node[3] - node[1]);
    }
    return isfinite(*out_column) && isfinite(*out_row);
}
