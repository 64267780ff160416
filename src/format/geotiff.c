/*
 * geotiff.c - cloud-optimised GeoTIFF, by GDAL's COG driver
 *
 * The map is shown to GDAL as a dataset in memory that borrows our array; the
 * COG driver copies it into a file in memory (header, overviews, tiles: in the
 * order that lets a reader fetch a part by byte range); that file is written
 * whole.  Times in the file are the flight's, so the same map gives the same
 * bytes.
 */
#include "format/geotiff.h"

#include <cpl_string.h>
#include <gdal.h>
#include <limits.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "format/escape.h"
#include "format/gdal_scope.h"

enum { GCPS_A_SIDE = 9 };

/* Up to 9 x 9 pixels with a known place, evenly spread; GDAL counts from the upper left
 * corner of the upper left pixel. */
static CPLErr set_gcps(GDALDatasetH dataset, const struct vaho_raster *raster,
                       const struct vaho_georeference *georeference)
{
    GDAL_GCP gcp[GCPS_A_SIDE * GCPS_A_SIDE];
    char id[GCPS_A_SIDE * GCPS_A_SIDE][8], no_info[1] = "";
    OGRSpatialReferenceH wgs84;
    CPLErr outcome;
    int n = 0;

    for (size_t i = 0; i < GCPS_A_SIDE * GCPS_A_SIDE; i++) {
        size_t line = (i / GCPS_A_SIDE) * (raster->n_lines - 1) / (GCPS_A_SIDE - 1);
        size_t sample = (i % GCPS_A_SIDE) * (raster->n_samples - 1) / (GCPS_A_SIDE - 1);
        size_t pixel = line * raster->n_samples + sample;
        double longitude = georeference->longitude_deg[pixel];
        double latitude = georeference->latitude_deg[pixel];
        if (!isfinite(longitude) || !isfinite(latitude))
            continue;
        snprintf(id[n], sizeof id[n], "%d", n + 1);
        gcp[n] = (GDAL_GCP){id[n],    no_info, (double)sample + 0.5, (double)line + 0.5, longitude,
                            latitude, 0};
        n++;
    }
    if (n == 0)
        return CE_None;
    wgs84 = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(wgs84, 4326);
    OSRSetAxisMappingStrategy(wgs84, OAMS_TRADITIONAL_GIS_ORDER);
    outcome = GDALSetGCPs2(dataset, n, gcp, wgs84);
    OSRDestroySpatialReference(wgs84);
    return outcome;
}

static CPLErr set_georeference(GDALDatasetH dataset, const struct vaho_raster *raster,
                               const struct vaho_georeference *georeference)
{
    double affine[6];

    switch (georeference->kind) {
    case VAHO_GEOREFERENCE_NONE: break;
    case VAHO_GEOREFERENCE_AFFINE:
        memcpy(affine, georeference->affine, sizeof affine);
        if (GDALSetProjection(dataset, georeference->crs_wkt) != CE_None)
            return CE_Failure;
        return GDALSetGeoTransform(dataset, affine);
    case VAHO_GEOREFERENCE_ARRAY: return set_gcps(dataset, raster, georeference);
    }
    return CE_None;
}

static CPLErr set_text(GDALDatasetH dataset, const char *key, const char *text)
{
    struct vaho_text clean;
    CPLErr outcome = CE_Failure;

    if (text[0] == '\0')
        return CE_None;
    vaho_text_init(&clean, 1 << 16);
    vaho_escape_utf8(&clean, text);
    if (!clean.failed)
        outcome = GDALSetMetadataItem(dataset, key, clean.data, NULL);
    vaho_text_free(&clean);
    return outcome;
}

/* The tags of TIFF are ASCII by the book; GDAL and what reads it take UTF-8. */
static CPLErr set_metadata(GDALDatasetH dataset, const struct vaho_raster *raster,
                           const struct vaho_product *product)
{
    char software[64], stamp[VAHO_STAMP_NBYTES], tiff_time[20];

    vaho_product_stamp(stamp, product);
    snprintf(tiff_time, sizeof tiff_time, "%.4s:%.2s:%.2s %.8s", stamp, stamp + 5, stamp + 8,
             stamp + 11);
    snprintf(software, sizeof software, "vaho %s", product->version);
    if (set_text(dataset, "TIFFTAG_SOFTWARE", software) != CE_None ||
        set_text(dataset, "TIFFTAG_IMAGEDESCRIPTION", raster->description) != CE_None ||
        set_text(dataset, "TIFFTAG_DATETIME", product->time[0] == '\0' ? "" : tiff_time) !=
            CE_None ||
        set_text(dataset, "FLIGHT", product->flight) != CE_None ||
        set_text(dataset, "TIME", product->time) != CE_None ||
        set_text(dataset, "MANDATE", product->mandate) != CE_None)
        return CE_Failure;
    return set_text(dataset, "EXERCISE", product->exercise ? "simulated" : "");
}

/* The map as a dataset that borrows raster->value; NULL: GDAL failed. */
static GDALDatasetH show_to_gdal(const struct vaho_raster *raster,
                                 const struct vaho_georeference *georeference,
                                 const struct vaho_product *product)
{
    char pointer[64], *options[2] = {pointer, NULL};
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("MEM"), "", (int)raster->n_samples,
                                      (int)raster->n_lines, 0, GDT_Float32, NULL);
    GDALRasterBandH band;

    if (dataset == NULL)
        return NULL;
    snprintf(pointer, sizeof pointer, "DATAPOINTER=%p", (const void *)raster->value);
    if (GDALAddBand(dataset, GDT_Float32, options) != CE_None ||
        (band = GDALGetRasterBand(dataset, 1)) == NULL ||
        GDALSetRasterNoDataValue(band, NAN) != CE_None ||
        GDALSetRasterUnitType(band, raster->unit) != CE_None ||
        set_georeference(dataset, raster, georeference) != CE_None ||
        set_metadata(dataset, raster, product) != CE_None) {
        GDALClose(dataset);
        return NULL;
    }
    GDALSetDescription(band, raster->description);
    return dataset;
}

enum vaho_status vaho_geotiff_write(const char *path, const struct vaho_raster *raster,
                                    const struct vaho_georeference *georeference,
                                    const struct vaho_product *product, struct vaho_error *error)
{
    /* noise hardly compresses: more than level 1 takes three times as long to save a hundredth */
    static const char *const options[] = {"COMPRESS=DEFLATE",
                                          "LEVEL=1",
                                          "PREDICTOR=YES",
                                          "BLOCKSIZE=256",
                                          "BIGTIFF=IF_SAFER",
                                          "OVERVIEW_RESAMPLING=AVERAGE",
                                          NULL};
    struct vaho_gdal_scope scope;
    GDALDatasetH map, copy = NULL;
    const unsigned char *data;
    size_t nbytes;
    enum vaho_status status;

    if (raster->n_lines == 0 || raster->n_samples == 0 || raster->n_lines > INT_MAX ||
        raster->n_samples > INT_MAX)
        return vaho_fail(error, VAHO_USAGE, "%s: a GeoTIFF cannot be %zu x %zu pixels", path,
                         raster->n_lines, raster->n_samples);
    status = vaho_gdal_enter(&scope, "tif", NULL, error);
    if (status != VAHO_OK)
        return status;
    map = show_to_gdal(raster, georeference, product);
    if (map != NULL)
        copy = GDALCreateCopy(GDALGetDriverByName("COG"), scope.file, map, TRUE, (char **)options,
                              NULL, NULL);
    GDALClose(copy);
    GDALClose(map);
    data = vaho_gdal_file(&nbytes, &scope);
    if (copy == NULL || data == NULL || scope.message[0] != '\0')
        status = vaho_gdal_fail(&scope, path, error);
    else
        status = vaho_file_write(path, data, nbytes, error);
    vaho_gdal_leave(&scope);
    return status;
}
