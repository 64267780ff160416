/*
 * gdal.c - cubes in the raster formats that GDAL opens
 *
 * Wavelengths are looked for where writers put them, the first complete list wins:
 *
 *   band metadata      wavelength, wavelength_units, fwhm, bbl   (EnMAP-Box, rasterio)
 *   band, IMAGERY      CENTRAL_WAVELENGTH_UM, FWHM_UM            (GDAL's own convention)
 *   dataset, ENVI      wavelength = {...}, wavelength_units ...  (converted ENVI cubes)
 *   dataset            the same keys in the default domain
 *
 * Nodata is missing; GDAL's scale and offset of a band are applied.
 *
 * Not every driver is let in.  Those that fetch from a network, or that open
 * other files by name (VRT), would let a file reach out; those built on HDF5
 * would share a library that is not thread-safe with netcdf.c, which reads
 * these files itself; ENVI cubes are read by envi.c.
 *
 * A GDAL dataset serves one thread at a time, so each source has a lock.
 */
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"
#include "cube/element.h"
#include "cube/envi.h"
#include "cube/gdal_drivers.h"

enum { MAX_BANDS = 65535, MAX_TEXT_NBYTES = 1 << 26 };

static const char *const kept_out[] = {
    "VRT",           "DERIVED",    "WCS",    "WMS",    "WMTS",      "HTTP", "PLMOSAIC", "PLSCENES",
    "EEDAI",         "DAAS",       "OGCAPI", "STACTA", "STACIT",    "NGW",  "MRF",      "Zarr",
    "PostGISRaster", "Rasterlite", "netCDF", "HDF5",   "HDF5Image", "BAG",  "KEA",      "ENVI",
};

struct gdal {
    GDALDatasetH dataset;
    pthread_mutex_t lock;
    struct cube_element_rule *rule; /* a band: what is missing */
};

/* --- GDAL's messages ------------------------------------------------------- */

struct complaint {
    char text[512]; /* the first failure; "" when there was none */
};

static void CPL_STDCALL listen(CPLErr severity, CPLErrorNum number, const char *text)
{
    struct complaint *complaint = CPLGetErrorHandlerUserData();

    (void)number;
    if (severity >= CE_Failure && complaint->text[0] == '\0')
        snprintf(complaint->text, sizeof complaint->text, "%s", text);
}

static void listen_start(struct complaint *complaint)
{
    complaint->text[0] = '\0';
    CPLPushErrorHandlerEx(listen, complaint);
}

/* --- opening -------------------------------------------------------------- */

static int probe(const char *path, const unsigned char *head, size_t n_head)
{
    (void)path;
    (void)head;
    return n_head > 0;
}

char **cube_gdal_drivers(int with_envi)
{
    char **names = NULL;

    if (GDALGetDriverCount() == 0)
        GDALAllRegister();
    for (int i = 0; i < GDALGetDriverCount(); i++) {
        GDALDriverH driver = GDALGetDriver(i);
        const char *name = GDALGetDriverShortName(driver);
        int keep = GDALGetMetadataItem(driver, GDAL_DCAP_RASTER, NULL) != NULL;
        for (size_t k = 0; keep && k < sizeof kept_out / sizeof kept_out[0]; k++)
            keep =
                strcasecmp(name, kept_out[k]) != 0 || (with_envi && strcasecmp(name, "ENVI") == 0);
        if (keep)
            names = CSLAddString(names, name);
    }
    return names;
}

static enum vaho_status open_dataset(struct gdal *gdal, const struct vaho_source *source,
                                     struct vaho_error *error)
{
    struct complaint complaint;
    char **drivers = cube_gdal_drivers(0);

    listen_start(&complaint);
    gdal->dataset = GDALOpenEx(source->path, GDAL_OF_RASTER | GDAL_OF_READONLY,
                               (const char *const *)drivers, NULL, NULL);
    CPLPopErrorHandler();
    CSLDestroy(drivers);
    if (gdal->dataset != NULL)
        return VAHO_OK;
    if (complaint.text[0] == '\0')
        return vaho_fail(error, VAHO_NOT_APPLICABLE, "GDAL does not know it either");
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: GDAL cannot open it: %s", source->path,
                     complaint.text);
}

/* One line of an ENVI header: the braces and line ends of values become blanks. */
static void put_value(struct vaho_text *text, const char *value)
{
    for (; *value != '\0'; value++)
        vaho_text_append(text, strchr("{}\r\n", *value) == NULL ? value : " ", 1);
}

/* Puts a key with the value that every band has; returns how many bands have one. */
static int put_band_list(struct vaho_text *text, GDALDatasetH dataset, const char *key,
                         const char *item, const char *domain)
{
    const int n_bands = GDALGetRasterCount(dataset);
    int n = 0;

    for (int b = 1; b <= n_bands; b++)
        n += GDALGetMetadataItem(GDALGetRasterBand(dataset, b), item, domain) != NULL;
    if (n < n_bands)
        return n;
    vaho_text_printf(text, "%s = {", key);
    for (int b = 1; b <= n_bands; b++) {
        put_value(text, GDALGetMetadataItem(GDALGetRasterBand(dataset, b), item, domain));
        vaho_text_puts(text, b < n_bands ? "," : "}\n");
    }
    return n;
}

/* Puts 'key = value' when 'object' has the item; 1 when it did. */
static int put_item(struct vaho_text *text, GDALMajorObjectH object, const char *key,
                    const char *item, const char *domain)
{
    const char *value = GDALGetMetadataItem(object, item, domain);

    if (value == NULL)
        return 0;
    vaho_text_printf(text, "%s = {", key);
    put_value(text, value);
    vaho_text_puts(text, "}\n");
    return 1;
}

/* Writes what the metadata says of the bands as an ENVI header; the count of
 * bands that have a wavelength when not all do goes to *partial. */
static void put_bands(struct vaho_text *text, GDALDatasetH dataset, int *partial)
{
    static const char *const domains[] = {"ENVI", NULL};
    GDALRasterBandH first = GDALGetRasterBand(dataset, 1);
    const int n_bands = GDALGetRasterCount(dataset);
    int n = put_band_list(text, dataset, "wavelength", "wavelength", NULL);

    *partial = n == n_bands ? 0 : n;
    vaho_text_puts(text, "\n");
    if (n == n_bands) {
        if (!put_item(text, first, "wavelength units", "wavelength_units", NULL))
            put_item(text, first, "wavelength units", "wavelength_unit", NULL);
        put_band_list(text, dataset, "fwhm", "fwhm", NULL);
        put_band_list(text, dataset, "bbl", "bbl", NULL);
        return;
    }
    if (put_band_list(text, dataset, "wavelength", "CENTRAL_WAVELENGTH_UM", "IMAGERY") == n_bands) {
        vaho_text_puts(text, "wavelength units = um\n");
        put_band_list(text, dataset, "fwhm", "FWHM_UM", "IMAGERY");
        return;
    }
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
        if (put_item(text, dataset, "wavelength", "wavelength", domains[i]) ||
            put_item(text, dataset, "wavelength", "wavelengths", domains[i])) {
            put_item(text, dataset, "wavelength units", "wavelength_units", domains[i]);
            put_item(text, dataset, "fwhm", "fwhm", domains[i]);
            put_item(text, dataset, "bbl", "bbl", domains[i]);
            return;
        }
    put_band_list(text, dataset, "bbl", "bbl", NULL);
}

static enum vaho_status describe_bands(struct vaho_source *source, GDALDatasetH dataset,
                                       struct vaho_error *error)
{
    struct vaho_envi_header *header = NULL;
    struct vaho_text text;
    char name[256];
    int partial;
    enum vaho_status status;

    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_puts(&text, "ENVI\n");
    put_bands(&text, dataset, &partial);
    snprintf(name, sizeof name, "%s (its metadata)", source->path);
    status = text.failed ? vaho_fail_memory(error, "a cube's metadata")
                         : vaho_envi_header_parse(&header, text.data, text.nbytes, name, error);
    if (status == VAHO_OK)
        status = cube_describe_bands(source, header, error);
    if (status == VAHO_OK && partial > 0 && source->wavelength_um == NULL)
        status =
            cube_add_note(source, error, "only %d of %zu bands carry a wavelength; none is used",
                          partial, source->info.n_bands);
    vaho_envi_header_free(header);
    vaho_text_free(&text);
    return status;
}

/* Nodata, scale and offset of every band. */
static enum vaho_status describe_elements(struct gdal *gdal, struct vaho_source *source,
                                          struct vaho_error *error)
{
    gdal->rule = vaho_alloc(source->info.n_bands, sizeof *gdal->rule);
    if (gdal->rule == NULL)
        return vaho_fail_memory(error, source->path);
    for (size_t b = 0; b < source->info.n_bands; b++) {
        GDALRasterBandH band = GDALGetRasterBand(gdal->dataset, (int)b + 1);
        int has_nodata, has_scale, has_offset;
        double nodata = GDALGetRasterNoDataValue(band, &has_nodata);
        double scale = GDALGetRasterScale(band, &has_scale);
        double offset = GDALGetRasterOffset(band, &has_offset);

        if (GDALDataTypeIsComplex(GDALGetRasterDataType(band)))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: band %zu is complex, which is no radiance",
                             source->path, b + 1);
        cube_element_ignore(&gdal->rule[b], has_nodata ? nodata : NAN, 4);
        if ((has_scale && scale != 1) || (has_offset && offset != 0)) {
            enum vaho_status status = cube_need_gain(source, error);
            if (status != VAHO_OK)
                return status;
            source->gain[b] = has_scale ? scale : 1;
            source->offset[b] = has_offset ? offset : 0;
        }
    }
    return VAHO_OK;
}

static enum vaho_status describe_place(struct vaho_source *source, GDALDatasetH dataset,
                                       struct vaho_error *error)
{
    OGRSpatialReferenceH crs = GDALGetSpatialRef(dataset);
    struct vaho_georeference *georeference = &source->georeference;
    char *wkt = NULL;

    if (GDALGetGeoTransform(dataset, georeference->affine) != CE_None)
        return GDALGetGCPCount(dataset) == 0
                   ? VAHO_OK
                   : cube_add_note(source, error,
                                   "the file is placed by ground control points, which are not "
                                   "used; warp it to a grid first");
    if (crs == NULL || (!OSRIsProjected(crs) && !OSRIsGeographic(crs)) ||
        OSRExportToWkt(crs, &wkt) != OGRERR_NONE) {
        CPLFree(wkt);
        return cube_add_note(
            source, error,
            "the file has a grid but no coordinate system of the Earth, so the cube has no "
            "place; add one with gdal_edit.py -a_srs");
    }
    source->crs_wkt = vaho_strdup(wkt);
    CPLFree(wkt);
    if (source->crs_wkt == NULL)
        return vaho_fail_memory(error, "a coordinate system");
    georeference->kind = VAHO_GEOREFERENCE_AFFINE;
    georeference->crs_wkt = source->crs_wkt;
    return VAHO_OK;
}

static enum vaho_status describe_rest(struct vaho_source *source, GDALDatasetH dataset,
                                      struct vaho_error *error)
{
    static const char *const time_items[] = {"acquisition_time", "start_time", "acquired",
                                             "ACQUISITION_DATETIME"};
    static const char *const sensor_items[] = {"sensor", "sensor_type", "instrument"};
    const char *time = GDALGetMetadataItem(dataset, "ACQUISITIONDATETIME", "IMAGERY");
    const char *sensor = NULL;
    const char *hint = GDALGetMetadataItem(dataset, "TIFFTAG_IMAGEDESCRIPTION", NULL);
    char **files;
    enum vaho_status status = cube_set_units(
        source, GDALGetRasterUnitType(GDALGetRasterBand(dataset, 1)),
        hint == NULL ? GDALGetMetadataItem(dataset, "description", NULL) : hint, error);

    for (size_t i = 0; time == NULL && i < sizeof time_items / sizeof time_items[0]; i++)
        time = GDALGetMetadataItem(dataset, time_items[i], NULL);
    if (status == VAHO_OK)
        status = cube_set_acquired(source, time, error);
    for (size_t i = 0; sensor == NULL && i < sizeof sensor_items / sizeof sensor_items[0]; i++)
        sensor = GDALGetMetadataItem(dataset, sensor_items[i], NULL);
    if (status == VAHO_OK)
        status = cube_set_sensor(source, sensor, error);
    files = GDALGetFileList(dataset);
    for (int i = 0; status == VAHO_OK && i < CSLCount(files); i++)
        if (strcmp(files[i], source->path) != 0)
            status = cube_add_file(source, files[i], error);
    CSLDestroy(files);
    return status;
}

static enum vaho_status describe(struct gdal *gdal, struct vaho_source *source,
                                 struct vaho_error *error)
{
    GDALDatasetH dataset = gdal->dataset;
    const int n_bands = GDALGetRasterCount(dataset);
    enum vaho_status status;

    if (n_bands < 1 || n_bands > MAX_BANDS)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: has %d raster bands; 1 to %d can be read",
                         source->path, n_bands, MAX_BANDS);
    source->info.format = GDALGetDriverLongName(GDALGetDatasetDriver(dataset));
    status = cube_set_shape(source, (size_t)GDALGetRasterYSize(dataset), (size_t)n_bands,
                            (size_t)GDALGetRasterXSize(dataset), error);
    if (status == VAHO_OK)
        status = cube_add_file(source, source->path, error);
    if (status == VAHO_OK)
        status = describe_bands(source, dataset, error);
    if (status == VAHO_OK)
        status = describe_elements(gdal, source, error);
    if (status == VAHO_OK)
        status = describe_place(source, dataset, error);
    return status == VAHO_OK ? describe_rest(source, dataset, error) : status;
}

static enum vaho_status open_gdal(struct vaho_source *source, struct vaho_error *error)
{
    struct gdal *gdal = vaho_alloc(1, sizeof *gdal);
    struct complaint complaint;
    enum vaho_status status;

    if (gdal == NULL)
        return vaho_fail_memory(error, source->path);
    pthread_mutex_init(&gdal->lock, NULL);
    source->state = gdal;
    status = open_dataset(gdal, source, error);
    if (status != VAHO_OK)
        return status;
    listen_start(&complaint);
    status = describe(gdal, source, error);
    CPLPopErrorHandler();
    return status;
}

static void close_gdal(void *state)
{
    struct gdal *gdal = state;

    if (gdal == NULL)
        return;
    if (gdal->dataset != NULL)
        GDALClose(gdal->dataset);
    pthread_mutex_destroy(&gdal->lock);
    free(gdal->rule);
    free(gdal);
}

/* --- reading -------------------------------------------------------------- */

/* Missing elements to NaN, the others to their value, in place. */
static void calibrate(struct vaho_block *block, const struct vaho_source *source,
                      const struct cube_window *window)
{
    const struct gdal *gdal = source->state;

    for (size_t l = 0; l < window->n_lines; l++)
        for (size_t i = 0; i < window->n_bands; i++) {
            const size_t b = window->band == NULL ? i : window->band[i];
            const double low = gdal->rule[b].ignore_low, high = gdal->rule[b].ignore_high;
            const double gain = source->gain == NULL ? 1 : source->gain[b];
            const double offset = source->gain == NULL ? 0 : source->offset[b];
            float *value = block->value + (l * window->n_bands + i) * block->n_samples;
            for (size_t s = 0; s < block->n_samples; s++) {
                double v = (double)value[s];
                value[s] = v >= low && v <= high ? NAN : (float)(v * gain + offset);
            }
        }
}

static enum vaho_status read_gdal(struct vaho_block *block, const struct vaho_source *source,
                                  const struct cube_window *window, struct vaho_error *error)
{
    struct gdal *gdal = source->state;
    const int n_samples = (int)block->n_samples, n_lines = (int)window->n_lines;
    const GSpacing band_nbytes = (GSpacing)(block->n_samples * sizeof(float));
    const GSpacing line_nbytes = band_nbytes * (GSpacing)window->n_bands;
    int *band = vaho_alloc(window->n_bands, sizeof *band);
    struct complaint complaint;
    CPLErr result;

    if (band == NULL)
        return vaho_fail_memory(error, "a list of bands");
    for (size_t i = 0; i < window->n_bands; i++)
        band[i] = (int)(window->band == NULL ? i : window->band[i]) + 1;
    pthread_mutex_lock(&gdal->lock);
    listen_start(&complaint);
    result = GDALDatasetRasterIOEx(gdal->dataset, GF_Read, 0, (int)window->first_line, n_samples,
                                   n_lines, block->value, n_samples, n_lines, GDT_Float32,
                                   (int)window->n_bands, band, sizeof(float), line_nbytes,
                                   band_nbytes, NULL);
    CPLPopErrorHandler();
    pthread_mutex_unlock(&gdal->lock);
    free(band);
    if (result != CE_None)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: lines %zu to %zu could not be read: %s; the file may be cut short",
                         source->path, window->first_line, window->first_line + window->n_lines - 1,
                         complaint.text);
    calibrate(block, source, window);
    return VAHO_OK;
}

const struct cube_format cube_format_gdal = {"GDAL raster", probe, open_gdal, read_gdal,
                                             close_gdal};
