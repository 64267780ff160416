/*
 * place_by.c - a cube placed by the coordinates in another file
 *
 * An IGM (ENVI's input geometry) is a cube whose bands are coordinates: band 0
 * longitude or easting, band 1 latitude or northing.  Blocks are float32, which
 * holds a northing of 4e6 m only to a quarter of a metre.  So the first known
 * element of a band is set as its offset and added again in double: what
 * remains in float32 is the distance from there, to better than a centimetre
 * within 100 km.
 */
#include <cpl_conv.h>
#include <cpl_error.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cube/format.h"

enum { LINES_AT_ONCE = 64 };

/* The first finite element of a band as it is recorded; NaN when there is none. */
static enum vaho_status first_known(double *out, const struct vaho_source *igm, size_t band,
                                    struct vaho_block *block, struct vaho_error *error)
{
    *out = NAN;
    for (size_t l = 0; l < igm->info.n_lines; l++) {
        enum vaho_status status = vaho_source_read(block, igm, l, 1, &band, 1, error);
        if (status != VAHO_OK)
            return status;
        for (size_t s = 0; s < block->n_samples; s++)
            if (block->valid[s]) {
                *out = (double)block->value[s];
                return VAHO_OK;
            }
    }
    return VAHO_OK;
}

/* Reads a band in double; VAHO_BAD_INPUT when no element of it is known. */
static enum vaho_status read_band(double *out, struct vaho_source *igm, size_t band,
                                  struct vaho_error *error)
{
    const size_t n_lines = igm->info.n_lines, n_samples = igm->info.n_samples;
    struct vaho_block *block;
    double base;
    enum vaho_status status = vaho_block_new(&block, LINES_AT_ONCE, 1, n_samples, error);

    if (status != VAHO_OK)
        return status;
    status = first_known(&base, igm, band, block, error);
    if (status == VAHO_OK && isnan(base))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: band %zu holds no coordinate at all",
                           igm->path, band + 1);
    if (status == VAHO_OK)
        igm->offset[band] -= base;
    for (size_t l = 0; status == VAHO_OK && l < n_lines; l += LINES_AT_ONCE) {
        size_t n = n_lines - l < LINES_AT_ONCE ? n_lines - l : LINES_AT_ONCE;
        status = vaho_source_read(block, igm, l, n, &band, 1, error);
        for (size_t i = 0; status == VAHO_OK && i < n * n_samples; i++)
            out[l * n_samples + i] = (double)block->value[i] + base;
    }
    vaho_block_free(block);
    return status;
}

/* From the file's own system to degrees WGS 84, in place. */
static enum vaho_status to_degrees(double *x, double *y, size_t n, const struct vaho_source *igm,
                                   struct vaho_error *error)
{
    OGRSpatialReferenceH from = OSRNewSpatialReference(igm->crs_wkt);
    OGRSpatialReferenceH to = OSRNewSpatialReference(NULL);
    OGRCoordinateTransformationH transformation = NULL;
    int *done = vaho_alloc(n, sizeof *done);
    enum vaho_status status = VAHO_OK;

    CPLPushErrorHandler(CPLQuietErrorHandler);
    if (from != NULL && to != NULL && OSRImportFromEPSG(to, 4326) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
        OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
        transformation = OCTNewCoordinateTransformation(from, to);
    }
    if (done == NULL)
        status = vaho_fail_memory(error, igm->path);
    else if (transformation == NULL)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its coordinate system cannot be turned into longitude and latitude",
                           igm->path);
    else
        OCTTransformEx(transformation, (int)n, x, y, NULL, done);
    for (size_t i = 0; status == VAHO_OK && i < n; i++)
        if (!done[i])
            x[i] = y[i] = NAN;
    CPLPopErrorHandler();
    OCTDestroyCoordinateTransformation(transformation);
    OSRDestroySpatialReference(to);
    OSRDestroySpatialReference(from);
    free(done);
    return status;
}

/* Missing in one is missing in both; 0 when something known is no longitude and latitude. */
static int check_degrees(double *longitude, double *latitude, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(longitude[i]) || isnan(latitude[i])) {
            longitude[i] = latitude[i] = NAN;
            continue;
        }
        if (!(fabs(longitude[i]) <= 360 && fabs(latitude[i]) <= 90))
            return 0;
        longitude[i] = remainder(longitude[i], 360);
    }
    return 1;
}

/* Fills igm->longitude_deg and latitude_deg from its first two bands. */
static enum vaho_status read_igm(struct vaho_source *igm, struct vaho_error *error)
{
    const size_t n = igm->info.n_lines * igm->info.n_samples;
    enum vaho_status status;

    if (igm->format != &cube_format_envi || igm->info.n_bands < 2 || igm->info.n_bands > 3)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: holds no coordinates; give an ENVI IGM of 2 or 3 bands or a netCDF "
                         "with longitudes and latitudes",
                         igm->path);
    igm->longitude_deg = vaho_alloc(n, sizeof(double));
    igm->latitude_deg = vaho_alloc(n, sizeof(double));
    if (igm->longitude_deg == NULL || igm->latitude_deg == NULL)
        return vaho_fail_memory(error, igm->path);
    status = cube_need_gain(igm, error);
    if (status == VAHO_OK)
        status = read_band(igm->longitude_deg, igm, 0, error);
    if (status == VAHO_OK)
        status = read_band(igm->latitude_deg, igm, 1, error);
    if (status == VAHO_OK && igm->crs_wkt != NULL)
        status = to_degrees(igm->longitude_deg, igm->latitude_deg, n, igm, error);
    if (status == VAHO_OK && !check_degrees(igm->longitude_deg, igm->latitude_deg, n))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its bands are not longitude and latitude in degrees; if they are "
                           "easting and northing, add a 'coordinate system string' to its header",
                           igm->path);
    return status;
}

/* Moves the coordinates and the names of the files over. */
static enum vaho_status take_over(struct vaho_source *source, struct vaho_source *other,
                                  struct vaho_error *error)
{
    for (size_t i = 0; i < other->info.n_files; i++) {
        enum vaho_status status = cube_add_file(source, other->file[i], error);
        cube_publish(source);
        if (status != VAHO_OK)
            return status;
    }
    free(source->longitude_deg);
    free(source->latitude_deg);
    source->longitude_deg = other->longitude_deg;
    source->latitude_deg = other->latitude_deg;
    other->longitude_deg = other->latitude_deg = NULL;
    source->georeference = (struct vaho_georeference){.kind = VAHO_GEOREFERENCE_ARRAY,
                                                      .longitude_deg = source->longitude_deg,
                                                      .latitude_deg = source->latitude_deg};
    return VAHO_OK;
}

enum vaho_status vaho_source_place_by(struct vaho_source *source, const char *path,
                                      struct vaho_error *error)
{
    const struct vaho_cube_info *info = &source->info;
    struct vaho_source *other;
    size_t n;
    enum vaho_status status = vaho_source_open(&other, path, error);

    if (status != VAHO_OK)
        return status;
    if (other->info.n_lines != info->n_lines || other->info.n_samples != info->n_samples)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: has %zu lines and %zu samples, but %s has %zu and %zu; it belongs "
                           "to another cube",
                           path, other->info.n_lines, other->info.n_samples, info->path,
                           info->n_lines, info->n_samples);
    else if (!vaho_size_mul(&n, info->n_lines, info->n_samples) || n > CUBE_MAX_PLACED_PIXELS)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %zu pixels cannot be placed", path,
                           CUBE_MAX_PLACED_PIXELS);
    else if (other->georeference.kind != VAHO_GEOREFERENCE_ARRAY)
        status = read_igm(other, error);
    if (status == VAHO_OK)
        status = take_over(source, other, error);
    vaho_source_free(other);
    return status;
}
