/*
 * test_real_cubes.c - the recorded cubes of ../shared/data open as they are
 *
 * Sizes, marks and units are those of ../shared/README.md and of the files'
 * headers; values and coordinates are compared with what GDAL itself reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <glob.h>

#include "made_cube.h"

#define DATA VAHO_TEST_SHARED "/data/"

/* Opens a shared cube or skips the test. */
static struct vaho_source *open_shared(const char *path)
{
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return open_cube(path);
}

static void assert_shape(const struct vaho_source *source, size_t n_lines, size_t n_samples,
                         size_t n_bands)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_int_equal(info->n_lines, n_lines);
    assert_int_equal(info->n_samples, n_samples);
    assert_int_equal(info->n_bands, n_bands);
}

static void assert_wavelengths(const struct vaho_source *source, double first_um, double last_um)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_non_null(info->wavelength_um);
    assert_true(fabs(info->wavelength_um[0] - first_um) < 1e-6);
    assert_true(fabs(info->wavelength_um[info->n_bands - 1] - last_um) < 1e-6);
}

/* Every element as GDAL reads it, times 'factor'; what GDAL has as 'missing' or NaN is NaN. */
static void assert_as_gdal(const struct vaho_source *source, double factor, float missing)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    const size_t n_pixels = info->n_lines * info->n_samples;
    struct vaho_block *block = read_all(source);
    GDALDatasetH dataset;
    float *plane = malloc(n_pixels * sizeof *plane);

    GDALAllRegister();
    dataset = GDALOpen(info->file[0], GA_ReadOnly);
    assert_non_null(dataset);
    for (size_t b = 0; b < info->n_bands; b++) {
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(dataset, (int)b + 1), GF_Read, 0, 0,
                                      (int)info->n_samples, (int)info->n_lines, plane,
                                      (int)info->n_samples, (int)info->n_lines, GDT_Float32, 0, 0),
                         CE_None);
        for (size_t i = 0; i < n_pixels; i++) {
            const size_t l = i / info->n_samples, s = i % info->n_samples;
            float value = block->value[(l * info->n_bands + b) * info->n_samples + s];
            if (isnan(plane[i]) || plane[i] == missing)
                assert_true(isnan(value));
            else
                assert_true(fabs(value - plane[i] * factor) <= 1e-6 * fabs(plane[i] * factor));
        }
    }
    free(plane);
    GDALClose(dataset);
    vaho_block_free(block);
}

static size_t count_valid(const struct vaho_source *source)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct vaho_block *block = read_all(source);
    size_t n = 0;
    for (size_t i = 0; i < info->n_lines * info->n_samples; i++)
        n += block->valid[i];
    vaho_block_free(block);
    return n;
}

static size_t count_good(const struct vaho_source *source)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    size_t n = 0;
    for (size_t b = 0; b < info->n_bands; b++)
        n += info->good[b];
    return n;
}

static void muufl(void **state)
{
    (void)state;
    struct vaho_source *source = open_shared(DATA "muufl/muufl_sub.bip");
    assert_shape(source, 36, 36, 72);
    assert_wavelengths(source, 0.3677, 1.0434); /* as in the header */
    assert_int_equal(vaho_source_info(source)->quantity, VAHO_QUANTITY_REFLECTANCE);
    assert_as_gdal(source, 1, NAN);
    vaho_source_free(source);
    source = open_shared(DATA "muufl/muufl_masked.bil.hdr");
    assert_shape(source, 51, 88, 72);
    vaho_source_free(source);
}

static void sandiego(void **state)
{
    (void)state;
    struct vaho_source *source = open_shared(DATA "sandiego/sandiego.bsq");
    assert_shape(source, 100, 100, 224);
    assert_null(vaho_source_info(source)->wavelength_um);
    assert_int_equal(vaho_source_info(source)->georeference->kind, VAHO_GEOREFERENCE_NONE);
    assert_as_gdal(source, 1, NAN);
    vaho_source_free(source);
}

static void aviris(void **state)
{
    (void)state;
    struct vaho_source *source = open_shared(DATA "aviris/aviris_90x90.bil");
    assert_shape(source, 90, 90, 224);
    assert_wavelengths(source, 0.36591, 2.49622); /* as in the header */
    assert_int_equal(vaho_source_info(source)->quantity, VAHO_QUANTITY_REFLECTANCE);
    assert_int_equal(vaho_source_info(source)->units_known, 1);
    assert_as_gdal(source, 1e-4, NAN); /* reflectance scale factor = 10000 */
    vaho_source_free(source);
}

static void salton_sea(void **state)
{
    (void)state;
    double affine[6];
    struct vaho_source *source = open_shared(DATA "aviris/salton_sea.bil");
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    GDALDatasetH dataset;

    assert_shape(source, 51, 56, 224);
    assert_as_gdal(source, 1, NAN);
    assert_int_equal(count_good(source), 204); /* the header marks 20 bands bad */
    assert_int_equal(georeference->kind, VAHO_GEOREFERENCE_AFFINE);
    dataset = GDALOpen(DATA "aviris/salton_sea.bil", GA_ReadOnly);
    assert_int_equal(GDALGetGeoTransform(dataset, affine), CE_None);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(georeference->affine[i] - affine[i]) < 1e-6);
    GDALClose(dataset);
    vaho_source_free(source);
}

static void enmap(void **state)
{
    (void)state;
    glob_t tiles;
    if (glob(DATA "enmap/*.tif", 0, NULL, &tiles) != 0) {
        print_message("skipped: %s is not there\n", DATA "enmap");
        skip();
    }
    assert_int_equal(tiles.gl_pathc, 18);
    for (size_t i = 0; i < tiles.gl_pathc; i++) {
        struct vaho_source *source = open_cube(tiles.gl_pathv[i]);
        const struct vaho_cube_info *info = vaho_source_info(source);
        assert_shape(source, 32, 32, 224);
        assert_true(fabs(info->wavelength_um[0] - 0.41824) < 1e-9); /* gdalinfo, band 1 */
        assert_true(fabs(info->fwhm_um[0] - 0.00699561) < 1e-9);
        assert_int_equal(count_good(source), 218); /* six bands have bbl=0 */
        assert_string_equal(info->acquired, "2022-07-24T10:45:26Z");
        assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_AFFINE);
        assert_int_equal(count_valid(source), 32 * 32);
        assert_as_gdal(source, 1e-4, -32768); /* its scale and nodata */
        vaho_source_free(source);
    }
    globfree(&tiles);
}

static void emit(void **state)
{
    (void)state;
    struct vaho_source *source = open_shared(DATA "emit/EMIT_L1B_OBS_lines_0-99.nc");
    const struct vaho_cube_info *info = vaho_source_info(source);
    GDALDatasetH longitude, latitude;
    double there[2][100 * 200];

    assert_shape(source, 100, 200, 11);
    assert_null(info->wavelength_um);
    assert_string_equal(info->acquired, "2022-08-27T06:07:53Z");
    assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_ARRAY);
    CPLPushErrorHandler(CPLQuietErrorHandler);        /* it warns of the names of the dimensions */
    CPLSetConfigOption("GDAL_NETCDF_BOTTOMUP", "NO"); /* lines as recorded */
    longitude =
        GDALOpen("NETCDF:\"" DATA "emit/EMIT_L1B_OBS_lines_0-99.nc\":/location/lon", GA_ReadOnly);
    latitude =
        GDALOpen("NETCDF:\"" DATA "emit/EMIT_L1B_OBS_lines_0-99.nc\":/location/lat", GA_ReadOnly);
    CPLPopErrorHandler();
    assert_non_null(longitude);
    assert_non_null(latitude);
    GDALDatasetH grid[2] = {longitude, latitude};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(grid[i], 1), GF_Read, 0, 0, 200, 100,
                                      there[i], 200, 100, GDT_Float64, 0, 0),
                         CE_None);
        GDALClose(grid[i]);
    }
    for (size_t i = 0; i < 100 * 200; i++) {
        assert_true(fabs(info->georeference->longitude_deg[i] - there[0][i]) < 1e-9);
        assert_true(fabs(info->georeference->latitude_deg[i] - there[1][i]) < 1e-9);
    }
    struct vaho_block *block = read_all(source);
    /* band 0 is the path length in metres: the station flies some 420 km up */
    for (size_t i = 0; i < 200; i++)
        assert_true(block->value[i] > 400e3 && block->value[i] < 600e3);
    vaho_block_free(block);
    vaho_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(muufl),      cmocka_unit_test(sandiego), cmocka_unit_test(aviris),
        cmocka_unit_test(salton_sea), cmocka_unit_test(enmap),    cmocka_unit_test(emit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
