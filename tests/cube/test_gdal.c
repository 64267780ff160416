/* test_gdal.c - GeoTIFFs with wavelengths in every place writers put them, and broken ones */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <pthread.h>

#include "made_cube.h"

enum { LINES = 3, BANDS = 4, SAMPLES = 5 };

static char path[] = "/tmp/vaho-test-gdal-XXXXXX.tif";

static double element(size_t l, size_t b, size_t s)
{
    return (double)(l * 100 + b * 10 + s);
}

/* A GeoTIFF of element(), open for more metadata. */
static GDALDatasetH make(GDALDataType type)
{
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GTiff"), path, SAMPLES, LINES, BANDS, type, NULL);
    assert_non_null(dataset);
    for (size_t b = 0; b < BANDS; b++) {
        float value[LINES * SAMPLES];
        for (size_t i = 0; i < LINES * SAMPLES; i++)
            value[i] = (float)element(i / SAMPLES, b, i % SAMPLES);
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(dataset, (int)b + 1), GF_Write, 0, 0,
                                      SAMPLES, LINES, value, SAMPLES, LINES, GDT_Float32, 0, 0),
                         CE_None);
    }
    return dataset;
}

static void set_band_items(GDALDatasetH dataset, const char *item, const char *domain,
                           const char *const value[BANDS])
{
    for (int b = 0; b < BANDS; b++)
        if (value[b] != NULL)
            GDALSetMetadataItem(GDALGetRasterBand(dataset, b + 1), item, value[b], domain);
}

static void set_all_bands(GDALDatasetH dataset, const char *item, const char *value)
{
    const char *const values[BANDS] = {value, value, value, value};
    set_band_items(dataset, item, NULL, values);
}

/* Closes the data set and opens the file as a cube. */
static struct vaho_source *reopen(GDALDatasetH dataset)
{
    GDALClose(dataset);
    return open_cube(path);
}

static const char *const nanometres[BANDS] = {"400", "500.5", "600", "700"};
static const char *const micrometres[BANDS] = {"0.4", "0.5005", "0.6", "0.7"};

static void assert_wavelengths(struct vaho_source *source)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_non_null(info->wavelength_um);
    for (int b = 0; b < BANDS; b++)
        assert_true(fabs(info->wavelength_um[b] - atof(micrometres[b])) < 1e-9);
    vaho_source_free(source);
    unlink(path);
}

static void wavelengths_are_found_wherever_they_are(void **state)
{
    (void)state;
    GDALDatasetH dataset = make(GDT_Float32);
    set_band_items(dataset, "wavelength", NULL, nanometres);
    set_all_bands(dataset, "wavelength_units", "Nanometers");
    assert_wavelengths(reopen(dataset));

    dataset = make(GDT_Float32);
    set_band_items(dataset, "CENTRAL_WAVELENGTH_UM", "IMAGERY", micrometres);
    assert_wavelengths(reopen(dataset));

    dataset = make(GDT_Float32);
    GDALSetMetadataItem(dataset, "wavelength", "{400, 500.5,\n 600, 700}", "ENVI");
    GDALSetMetadataItem(dataset, "wavelength_units", "Nanometers", "ENVI");
    assert_wavelengths(reopen(dataset));

    dataset = make(GDT_Float32);
    GDALSetMetadataItem(dataset, "wavelengths", "0.4 0.5005 0.6 0.7", NULL);
    assert_wavelengths(reopen(dataset));
}

static void widths_and_bad_bands_are_read(void **state)
{
    (void)state;
    const char *const good[BANDS] = {"1", "0", "1", "1"};
    GDALDatasetH dataset = make(GDT_Int16);
    set_band_items(dataset, "wavelength", NULL, nanometres);
    set_all_bands(dataset, "wavelength_units", "Nanometers");
    set_all_bands(dataset, "fwhm", "6.5");
    set_band_items(dataset, "bbl", NULL, good);
    GDALSetMetadataItem(dataset, "start_time", "2022-07-24T10:45:26", NULL);
    struct vaho_source *source = reopen(dataset);
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_string_equal(info->format, "GeoTIFF");
    assert_true(fabs(info->fwhm_um[3] - 0.0065) < 1e-12);
    assert_memory_equal(info->good, "\1\0\1\1", BANDS);
    assert_string_equal(info->acquired, "2022-07-24T10:45:26Z");
    assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_NONE);
    assert_string_equal(info->file[0], path);
    assert_int_equal(info->n_notes, 0);
    vaho_source_free(source);
    unlink(path);
}

static void values_are_calibrated(void **state)
{
    (void)state;
    const size_t band[] = {3, 1};
    struct vaho_block *block;
    GDALDatasetH dataset = make(GDT_Int16);
    for (int b = 1; b <= BANDS; b++)
        GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, b), 112);
    GDALSetRasterScale(GDALGetRasterBand(dataset, 2), 0.5);
    GDALSetRasterOffset(GDALGetRasterBand(dataset, 2), 3);
    for (int b = 1; b <= BANDS; b++)
        GDALSetRasterUnitType(GDALGetRasterBand(dataset, b), "uW/cm^2/sr/nm");
    struct vaho_source *source = reopen(dataset);
    assert_int_equal(vaho_source_info(source)->quantity, VAHO_QUANTITY_RADIANCE);
    assert_int_equal(vaho_source_info(source)->units_known, 1);
    assert_int_equal(vaho_block_new(&block, 2, 2, SAMPLES, NULL), VAHO_OK);
    assert_int_equal(vaho_source_read(block, source, 1, 2, band, 2, NULL), VAHO_OK);
    for (size_t l = 0; l < 2; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            float in_3 = block->value[(l * 2 + 0) * SAMPLES + s];
            float in_1 = block->value[(l * 2 + 1) * SAMPLES + s];
            assert_true(fabs(in_3 - 10 * element(l + 1, 3, s)) < 1e-3);
            if (element(l + 1, 1, s) == 112)
                assert_true(isnan(in_1));
            else
                assert_true(fabs(in_1 - 10 * (0.5 * element(l + 1, 1, s) + 3)) < 1e-3);
        }
    vaho_block_free(block);
    vaho_source_free(source);
    unlink(path);
}

static void the_grid_is_read(void **state)
{
    (void)state;
    double affine[6] = {500000, 2, 0.5, 4000000, 0.5, -2};
    char *wkt = NULL;
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    GDALDatasetH dataset = make(GDT_Byte);
    OSRImportFromEPSG(crs, 32633);
    OSRExportToWkt(crs, &wkt);
    GDALSetGeoTransform(dataset, affine);
    GDALSetProjection(dataset, wkt);
    struct vaho_source *source = reopen(dataset);
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    assert_int_equal(georeference->kind, VAHO_GEOREFERENCE_AFFINE);
    assert_memory_equal(georeference->affine, affine, sizeof affine);
    assert_non_null(strstr(georeference->crs_wkt, "UTM zone 33N"));
    vaho_source_free(source);
    unlink(path);
    CPLFree(wkt);
    OSRDestroySpatialReference(crs);

    dataset = make(GDT_Byte); /* a grid without a system */
    GDALSetGeoTransform(dataset, affine);
    source = reopen(dataset);
    assert_int_equal(vaho_source_info(source)->georeference->kind, VAHO_GEOREFERENCE_NONE);
    assert_int_equal(vaho_source_info(source)->n_notes, 1);
    assert_non_null(strstr(vaho_source_info(source)->note[0], "no coordinate system"));
    vaho_source_free(source);
    unlink(path);
}

static void broken_metadata_is_refused_or_noted(void **state)
{
    (void)state;
    const char *const some[BANDS] = {"400", NULL, "600", NULL};
    const char *const word[BANDS] = {"400", "500", "red", "600"};
    GDALDatasetH dataset = make(GDT_Float32);
    set_band_items(dataset, "wavelength", NULL, some);
    struct vaho_source *source = reopen(dataset);
    assert_null(vaho_source_info(source)->wavelength_um);
    assert_non_null(strstr(vaho_source_info(source)->note[0], "only 2 of 4 bands"));
    vaho_source_free(source);

    dataset = make(GDT_Float32);
    set_band_items(dataset, "wavelength", NULL, word);
    GDALClose(dataset);
    assert_not_opened(path, VAHO_BAD_INPUT, "item 3 of 'wavelength' is not a number: 'red");

    dataset = make(GDT_Float32);
    GDALSetMetadataItem(dataset, "wavelength", "{400, 500}", NULL);
    GDALClose(dataset);
    assert_not_opened(path, VAHO_BAD_INPUT, "'wavelength' has 2 numbers but bands = 4");

    dataset = make(GDT_Float32);
    set_all_bands(dataset, "bbl", "0");
    GDALClose(dataset);
    assert_not_opened(path, VAHO_BAD_INPUT, "all 4 bands are marked bad");

    dataset = make(GDT_CFloat32);
    GDALClose(dataset);
    assert_not_opened(path, VAHO_BAD_INPUT, "is complex");
    unlink(path);
}

static void cut_short_and_foreign_files_are_refused(void **state)
{
    (void)state;
    struct vaho_error error;
    struct vaho_source *source;
    struct vaho_block *block;
    char vrt[sizeof path];
    char *data;
    size_t nbytes;

    snprintf(vrt, sizeof vrt, "%.*s.vrt", (int)strlen(path) - 4, path);
    GDALClose(make(GDT_Float64));
    assert_int_equal(vaho_file_read(&data, &nbytes, path, 1 << 20, NULL), VAHO_OK);
    assert_int_equal(truncate(path, (off_t)nbytes - 50), 0);
    enum vaho_status status = vaho_source_open(&source, path, &error);
    if (status == VAHO_OK) { /* libtiff may notice only when it reads */
        assert_int_equal(vaho_block_new(&block, LINES, BANDS, SAMPLES, NULL), VAHO_OK);
        status = vaho_source_read(block, source, 0, LINES, NULL, 0, &error);
        vaho_block_free(block);
        vaho_source_free(source);
    }
    assert_int_equal(status, VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(truncate(path, 8), 0);
    assert_not_opened(path, VAHO_BAD_INPUT, path);
    unlink(path);
    free(data);

    /* a VRT could make GDAL open anything, so it is not let in */
    GDALDatasetH dataset = make(GDT_Float32);
    GDALDatasetH copy =
        GDALCreateCopy(GDALGetDriverByName("VRT"), vrt, dataset, 0, NULL, NULL, NULL);
    GDALClose(copy);
    GDALClose(dataset);
    assert_not_opened(vrt, VAHO_BAD_INPUT, "no cube in a format that is recognised");
    unlink(vrt);
    unlink(path);

    assert_int_equal(vaho_file_write(vrt, "", 0, NULL), VAHO_OK);
    assert_not_opened(vrt, VAHO_BAD_INPUT, "it is empty");
    unlink(vrt);
    assert_not_opened(vrt, VAHO_NOT_FOUND, "cannot be opened");
    assert_not_opened("/tmp", VAHO_BAD_INPUT, "not a regular file");
}

static void *read_many_times(void *argument)
{
    const struct vaho_source *source = argument;
    struct vaho_block *block;
    size_t n_wrong = 0;

    if (vaho_block_new(&block, 1, BANDS, SAMPLES, NULL) != VAHO_OK)
        return (void *)1;
    for (size_t repeat = 0; repeat < 200; repeat++) {
        size_t l = repeat % LINES;
        n_wrong += vaho_source_read(block, source, l, 1, NULL, 0, NULL) != VAHO_OK;
        for (size_t b = 0; b < BANDS; b++)
            n_wrong += block->value[b * SAMPLES] != (float)element(l, b, 0);
    }
    vaho_block_free(block);
    return (void *)n_wrong;
}

static void several_threads_may_read(void **state)
{
    (void)state;
    pthread_t thread[4];
    struct vaho_source *source = reopen(make(GDT_Float32));
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_many_times, source), 0);
    for (int i = 0; i < 4; i++) {
        void *n_wrong;
        pthread_join(thread[i], &n_wrong);
        assert_null(n_wrong);
    }
    vaho_source_free(source);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wavelengths_are_found_wherever_they_are),
        cmocka_unit_test(widths_and_bad_bands_are_read),
        cmocka_unit_test(values_are_calibrated),
        cmocka_unit_test(the_grid_is_read),
        cmocka_unit_test(broken_metadata_is_refused_or_noted),
        cmocka_unit_test(cut_short_and_foreign_files_are_refused),
        cmocka_unit_test(several_threads_may_read),
    };
    close(mkstemps(path, 4));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
