/* test_geotiff.c - maps read back as they were written, in every kind of place */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/file.h"
#include "format/geotiff.h"
#include "made_up.h"

static char directory[] = "/tmp/vaho_geotiff_XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/map.tif", directory);
    GDALAllRegister();
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory); /* fails when anything was left beside the map */
}

static struct vaho_raster snr_map(const struct made_up *scene)
{
    return (struct vaho_raster){scene->snr[0], MADE_UP_LINES, MADE_UP_SAMPLES, "sigma",
                                "ammonia, evidence"};
}

static GDALDatasetH write_and_open(const struct vaho_raster *raster, const struct made_up *scene)
{
    struct vaho_error error = {0};
    GDALDatasetH dataset;
    if (vaho_geotiff_write(path, raster, &scene->georeference, &scene->product, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    dataset = GDALOpen(path, GA_ReadOnly);
    assert_non_null(dataset);
    return dataset;
}

static void a_map_comes_back_as_it_was(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    struct vaho_raster raster = snr_map(&scene);
    GDALDatasetH dataset = write_and_open(&raster, &scene);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    size_t n = (size_t)MADE_UP_LINES * MADE_UP_SAMPLES;
    float *back = malloc(n * sizeof *back);
    double affine[6];
    assert_int_equal(GDALGetRasterXSize(dataset), MADE_UP_SAMPLES);
    assert_int_equal(GDALGetRasterYSize(dataset), MADE_UP_LINES);
    assert_int_equal(GDALGetRasterDataType(band), GDT_Float32);
    assert_int_equal(GDALRasterIO(band, GF_Read, 0, 0, MADE_UP_SAMPLES, MADE_UP_LINES, back,
                                  MADE_UP_SAMPLES, MADE_UP_LINES, GDT_Float32, 0, 0),
                     CE_None);
    for (size_t i = 0; i < n; i++)
        assert_true(isnan(back[i]) ? isnan(raster.value[i]) : back[i] == raster.value[i]);
    free(back);
    assert_true(isnan(GDALGetRasterNoDataValue(band, NULL)));
    assert_string_equal(GDALGetRasterUnitType(band), "sigma");
    assert_string_equal(GDALGetDescription(band), "ammonia, evidence");
    assert_int_equal(GDALGetGeoTransform(dataset, affine), CE_None);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(affine[i] - scene.georeference.affine[i]) < 1e-9);
    assert_non_null(strstr(GDALGetProjectionRef(dataset), "32611"));
    assert_string_equal(GDALGetMetadataItem(dataset, "TIFFTAG_DATETIME", NULL),
                        "2026:05:01 10:20:30");
    assert_string_equal(GDALGetMetadataItem(dataset, "TIFFTAG_SOFTWARE", NULL), "vaho 0.1.0");
    assert_string_equal(GDALGetMetadataItem(dataset, "FLIGHT", NULL), "sierra_03");
    assert_null(GDALGetMetadataItem(dataset, "EXERCISE", NULL));
    GDALClose(dataset);
    made_up_free(&scene);
}

static void an_array_of_places_becomes_control_points(void **state)
{
    (void)state;
    enum { N = 12 };
    struct made_up scene;
    float value[N * N] = {0};
    double longitude[N * N], latitude[N * N];
    struct vaho_raster raster = {value, N, N, "", "flat"};
    made_up_new(&scene, 0);
    for (int i = 0; i < N * N; i++) {
        longitude[i] = i % N == 0 ? NAN : -118 + 0.001 * (i % N);
        latitude[i] = 34 - 0.002 * (i / N);
    }
    scene.georeference = (struct vaho_georeference){
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
    scene.product.exercise = 1;
    GDALDatasetH dataset = write_and_open(&raster, &scene);
    const GDAL_GCP *gcp = GDALGetGCPs(dataset);
    int n = GDALGetGCPCount(dataset);
    assert_int_equal(n, 9 * 8); /* the first column of points has no place */
    for (int i = 0; i < n; i++) {
        assert_true(fabs(gcp[i].dfGCPX - (-118 + 0.001 * (gcp[i].dfGCPPixel - 0.5))) < 1e-9);
        assert_true(fabs(gcp[i].dfGCPY - (34 - 0.002 * (gcp[i].dfGCPLine - 0.5))) < 1e-9);
    }
    assert_non_null(strstr(GDALGetGCPProjection(dataset), "4326"));
    assert_string_equal(GDALGetMetadataItem(dataset, "EXERCISE", NULL), "simulated");
    GDALClose(dataset);
    for (int i = 0; i < N * N; i++)
        longitude[i] = NAN; /* nothing known after all */
    dataset = write_and_open(&raster, &scene);
    assert_int_equal(GDALGetGCPCount(dataset), 0);
    GDALClose(dataset);
    made_up_free(&scene);
}

static void a_single_pixel_without_place_is_a_map(void **state)
{
    (void)state;
    struct made_up scene;
    float value = 7;
    struct vaho_raster raster = {&value, 1, 1, "ppm.m", "one"};
    double affine[6];
    made_up_new(&scene, 0);
    GDALDatasetH dataset = write_and_open(&raster, &scene);
    assert_int_equal(GDALGetGeoTransform(dataset, affine), CE_Failure);
    GDALClose(dataset);
    made_up_free(&scene);
}

static void errors_name_the_file_and_leave_the_old_one(void **state)
{
    (void)state;
    struct made_up scene;
    struct vaho_error error;
    char *data;
    size_t nbytes;
    made_up_new(&scene, 1);
    struct vaho_raster raster = snr_map(&scene);
    assert_int_equal(vaho_file_write(path, "old", 3, NULL), VAHO_OK);
    raster.n_lines = 0;
    assert_int_equal(vaho_geotiff_write(path, &raster, &scene.georeference, &scene.product, &error),
                     VAHO_USAGE);
    assert_non_null(strstr(error.message, path));
    raster.n_lines = (size_t)1 << 40;
    assert_int_equal(vaho_geotiff_write(path, &raster, &scene.georeference, &scene.product, &error),
                     VAHO_USAGE);
    raster = snr_map(&scene);
    scene.georeference.crs_wkt = "PROJCS[\"torn";
    assert_int_equal(vaho_geotiff_write(path, &raster, &scene.georeference, &scene.product, &error),
                     VAHO_FAULT);
    assert_non_null(strstr(error.message, path));
    scene.georeference.kind = VAHO_GEOREFERENCE_NONE;
    assert_int_equal(vaho_geotiff_write("/nowhere/map.tif", &raster, &scene.georeference,
                                        &scene.product, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "/nowhere/map.tif"));
    assert_int_equal(vaho_file_read(&data, &nbytes, path, 10, NULL), VAHO_OK);
    assert_string_equal(data, "old");
    free(data);
    made_up_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_comes_back_as_it_was),
        cmocka_unit_test(an_array_of_places_becomes_control_points),
        cmocka_unit_test(a_single_pixel_without_place_is_a_map),
        cmocka_unit_test(errors_name_the_file_and_leave_the_old_one),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
