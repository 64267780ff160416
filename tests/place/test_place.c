/* test_place.c - coordinates and distances against GDAL, and arrays with holes and date lines */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <pthread.h>
#include <unistd.h>

#include "vaho/place.h"
#include "vaho/source.h"

/* 1e-9 degrees are 0.1 mm */
static const double same_deg = 1e-9;

static struct vaho_place *make(const struct vaho_georeference *georeference, size_t n_lines,
                               size_t n_samples)
{
    struct vaho_place *place;
    struct vaho_error error = {VAHO_OK, ""};
    if (vaho_place_new(&place, georeference, n_lines, n_samples, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return place;
}

/* Every third pixel, corners included, against GDAL's own transformation. */
static void assert_as_gdal(const struct vaho_georeference *georeference, const double affine[6],
                           const char *wkt, size_t n_lines, size_t n_samples)
{
    struct vaho_place *place = make(georeference, n_lines, n_samples);
    OGRSpatialReferenceH from = OSRNewSpatialReference(wkt), to = OSRNewSpatialReference(NULL);
    OGRCoordinateTransformationH transformation;
    char copy[6 * sizeof(double)];

    memcpy(copy, affine, sizeof copy);
    OSRImportFromEPSG(to, 4326);
    OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
    OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
    transformation = OCTNewCoordinateTransformation(from, to);
    assert_non_null(transformation);
    for (double line = -0.5; line <= (double)n_lines - 0.5; line += 1.5)
        for (double sample = -0.5; sample <= (double)n_samples - 0.5; sample += 1.5) {
            double longitude, latitude, x, y;
            double grid[6];
            memcpy(grid, copy, sizeof grid);
            GDALApplyGeoTransform(grid, sample + 0.5, line + 0.5, &x, &y);
            assert_int_equal(OCTTransform(transformation, 1, &x, &y, NULL), 1);
            assert_int_equal(vaho_place_lonlat(&longitude, &latitude, place, line, sample), 1);
            assert_true(fabs(longitude - x) < same_deg && fabs(latitude - y) < same_deg);
        }
    OCTDestroyCoordinateTransformation(transformation);
    OSRDestroySpatialReference(to);
    OSRDestroySpatialReference(from);
    vaho_place_free(place);
}

static void shared_cubes_lie_where_gdal_says(void **state)
{
    (void)state;
    const char *const paths[] = {VAHO_TEST_SHARED "/data/aviris/salton_sea.bil",
                                 VAHO_TEST_SHARED "/data/enmap/enmap_potsdam_tile_128_0.tif"};
    GDALAllRegister();
    for (size_t i = 0; i < 2; i++) {
        double affine[6];
        struct vaho_source *source;
        if (access(paths[i], R_OK) != 0) {
            print_message("skipped: %s is not there\n", paths[i]);
            skip();
        }
        assert_int_equal(vaho_source_open(&source, paths[i], NULL), VAHO_OK);
        const struct vaho_cube_info *info = vaho_source_info(source);
        GDALDatasetH dataset = GDALOpen(paths[i], GA_ReadOnly);
        assert_int_equal(GDALGetGeoTransform(dataset, affine), CE_None);
        assert_as_gdal(info->georeference, affine, GDALGetProjectionRef(dataset), info->n_lines,
                       info->n_samples);
        GDALClose(dataset);
        vaho_source_free(source);
    }
}

/* The well-known text of an EPSG code; CPLFree(). */
static char *epsg_wkt(int code)
{
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    char *wkt = NULL;
    assert_int_equal(OSRImportFromEPSG(crs, code), OGRERR_NONE);
    OSRExportToWkt(crs, &wkt);
    OSRDestroySpatialReference(crs);
    return wkt;
}

static void many_systems_agree_with_gdal(void **state)
{
    (void)state;
    const struct {
        int code;
        double affine[6];
    } cases[] = {
        {32611, {579717.18, 14.01, 9.45, 3714550.7, 9.45, -14.01}},
        {32719, {300000, 2, 0, 8000000, 0, -2}},      /* southern hemisphere */
        {4326, {-118.5, 1e-5, 0, 34.2, 0, -1e-5}},    /* latitude first in EPSG's own order */
        {25833, {366015, 30, 0, 5809965, 0, -30}},    /* ETRS89 */
        {3413, {-100000, 50, 10, -2000000, 10, -50}}, /* polar stereographic */
        {3035, {4321000, 25, 0, 3210000, 0, -25}},    /* northing first in EPSG's own order */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *wkt = epsg_wkt(cases[i].code);
        struct vaho_georeference georeference = {.kind = VAHO_GEOREFERENCE_AFFINE, .crs_wkt = wkt};
        memcpy(georeference.affine, cases[i].affine, sizeof georeference.affine);
        assert_as_gdal(&georeference, cases[i].affine, wkt, 40, 30);
        CPLFree(wkt);
    }
}

static void pixel_sizes_are_ground_distances(void **state)
{
    (void)state;
    char *wkt = epsg_wkt(32633);
    double along, across;
    /* on the central meridian a UTM metre is 1 / 0.9996 metres of ground */
    struct vaho_georeference georeference = {.kind = VAHO_GEOREFERENCE_AFFINE,
                                             .affine = {499000, 20, 0, 5800000, 0, -10},
                                             .crs_wkt = wkt};
    struct vaho_place *place = make(&georeference, 100, 100);
    assert_int_equal(vaho_place_pixel_size_m(&along, &across, place, 0, 50), 1);
    assert_true(fabs(along - 10 / 0.9996) < 1e-4);
    assert_true(fabs(across - 20 / 0.9996) < 1e-4);
    assert_int_equal(vaho_place_pixel_size_m(&along, &across, place, 99.5, -0.5), 1); /* clamped */
    vaho_place_free(place);

    const double turn = acos(-1) / 6; /* a rotated grid keeps its pixel sizes */
    const double rotated[6] = {499000,  20 * cos(turn), 10 * sin(turn),
                               5800000, 20 * sin(turn), -10 * cos(turn)};
    memcpy(georeference.affine, rotated, sizeof rotated);
    place = make(&georeference, 10, 10);
    assert_int_equal(vaho_place_pixel_size_m(&along, &across, place, 3, 4), 1);
    assert_true(fabs(along - 10 / 0.9996) < 1e-4);
    assert_true(fabs(across - 20 / 0.9996) < 1e-4);
    vaho_place_free(place);
    CPLFree(wkt);
}

static void arrays_are_interpolated(void **state)
{
    (void)state;
    /* 2 lines, 3 samples */
    const double longitude[] = {10, 11, 12, 10.5, 11.5, 12.5};
    const double latitude[] = {50, 50, 50, 49, 49, 49};
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
    struct vaho_place *place = make(&georeference, 2, 3);
    const struct {
        double line, sample, longitude, latitude;
    } cases[] = {
        {0, 0, 10, 50},       {1, 2, 12.5, 49},         {0.5, 0.5, 10.75, 49.5},
        {0, 1.25, 11.25, 50}, {-0.5, -0.5, 9.25, 50.5}, {1.5, 2.5, 13.25, 48.5},
    };
    double lon, lat;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(vaho_place_lonlat(&lon, &lat, place, cases[i].line, cases[i].sample), 1);
        assert_true(fabs(lon - cases[i].longitude) < 1e-12);
        assert_true(fabs(lat - cases[i].latitude) < 1e-12);
    }
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, -0.6, 0), 0);
    assert_true(isnan(lon) && isnan(lat));
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0, 2.6), 0);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, NAN, 0), 0);
    assert_int_equal(vaho_place_known(place), 1);
    vaho_place_free(place);
}

static void the_date_line_is_crossed(void **state)
{
    (void)state;
    const double longitude[] = {179.9, -179.9, 179.9, -179.9}, latitude[] = {1, 1, 0, 0};
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
    struct vaho_place *place = make(&georeference, 2, 2);
    double lon, lat, along, across;
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0.5, 0.75), 1);
    assert_true(fabs(lon - -179.95) < 1e-12 && fabs(lat - 0.5) < 1e-12);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0.5, 0.25), 1);
    assert_true(fabs(lon - 179.95) < 1e-12);
    /* 0.2 degrees on the equator: 6378137 * 0.2 * pi / 180 = 22263.9 m */
    assert_int_equal(vaho_place_pixel_size_m(&along, &across, place, 1, 0.5), 1);
    assert_true(fabs(across - 22263.9) < 0.1);
    vaho_place_free(place);
}

static void holes_are_completed_or_unknown(void **state)
{
    (void)state;
    const double longitude[] = {10, 11, 12, 10, NAN, 12, NAN, NAN, 12};
    const double latitude[] = {50, 50, 50, 49, NAN, 49, NAN, NAN, 48};
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
    struct vaho_place *place = make(&georeference, 3, 3);
    double lon, lat;
    /* one of four is unknown: completed to a parallelogram */
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0.25, 0.25), 1);
    assert_true(fabs(lon - 10.25) < 1e-12 && fabs(lat - 49.75) < 1e-12);
    /* the nearest is unknown */
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 1, 1), 0);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0.8, 0.8), 0);
    /* three are unknown: the nearest stands for the point */
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 1.25, 0.25), 1);
    assert_true(lon == 10 && lat == 49);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 2, 0), 0);
    vaho_place_free(place);
}

static void thin_arrays_have_places_but_no_sizes(void **state)
{
    (void)state;
    const double longitude[] = {10, 11}, latitude[] = {50, 50};
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_ARRAY, .longitude_deg = longitude, .latitude_deg = latitude};
    struct vaho_place *place = make(&georeference, 1, 2);
    double lon, lat;
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0, 0.5), 1);
    assert_true(fabs(lon - 10.5) < 1e-12);
    assert_int_equal(vaho_place_pixel_size_m(&lon, &lat, place, 0, 0), 0);
    assert_true(isnan(lon) && isnan(lat));
    vaho_place_free(place);
    place = make(&georeference, 1, 1);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 0, 0), 1);
    assert_true(lon == 10 && lat == 50);
    vaho_place_free(place);
}

static void nothing_known_is_said(void **state)
{
    (void)state;
    const struct vaho_georeference none = {.kind = VAHO_GEOREFERENCE_NONE};
    struct vaho_place *place = make(&none, 10, 10);
    double lon = 1, lat = 1;
    assert_int_equal(vaho_place_known(place), 0);
    assert_int_equal(vaho_place_lonlat(&lon, &lat, place, 1, 1), 0);
    assert_true(isnan(lon) && isnan(lat));
    assert_int_equal(vaho_place_pixel_size_m(&lon, &lat, place, 1, 1), 0);
    vaho_place_free(place);
    vaho_place_free(NULL);
}

static void what_is_no_place_is_refused(void **state)
{
    (void)state;
    struct vaho_place *place;
    struct vaho_error error;
    struct vaho_georeference georeference = {.kind = VAHO_GEOREFERENCE_AFFINE,
                                             .affine = {0, 1, 0, 0, 0, -1},
                                             .crs_wkt = "LOCAL_CS[\"somewhere\"]"};
    assert_int_equal(vaho_place_new(&place, &georeference, 1, 1, &error), VAHO_BAD_INPUT);
    assert_null(place);
    assert_non_null(strstr(error.message, "somewhere"));
    georeference.crs_wkt = "junk";
    assert_int_equal(vaho_place_new(&place, &georeference, 1, 1, &error), VAHO_BAD_INPUT);
    georeference.affine[1] = 0;
    assert_int_equal(vaho_place_new(&place, &georeference, 1, 1, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "no area"));
}

static void *ask_many_times(void *argument)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < 2000; i++) {
        double lon, lat;
        n_wrong += !vaho_place_lonlat(&lon, &lat, argument, (double)(i % 100), 50);
        n_wrong += !(fabs(lon - 15) < 0.01 && fabs(lat - 52) < 1);
    }
    return (void *)n_wrong;
}

static void several_threads_may_ask(void **state)
{
    (void)state;
    char *wkt = epsg_wkt(32633);
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_AFFINE, .affine = {500000, 2, 0, 5800000, 0, -2}, .crs_wkt = wkt};
    struct vaho_place *place = make(&georeference, 100, 100);
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask_many_times, place), 0);
    for (int i = 0; i < 4; i++) {
        void *n_wrong;
        pthread_join(thread[i], &n_wrong);
        assert_null(n_wrong);
    }
    vaho_place_free(place);
    CPLFree(wkt);
}

/* 20 m a line to the north, 10 m a sample to the east, at the equator */
static void errors_and_heights_come_with_the_place(void **state)
{
    (void)state;
    enum { LINES = 4, SAMPLES = 3, N = LINES * SAMPLES };
    const double metre_deg = 180 / (M_PI * 6378137.0); /* of longitude, on the equator */
    double longitude[N], latitude[N], covariance[3], height;
    float height_m[N], variance_m2[4 * N];
    struct vaho_georeference georeference = {.kind = VAHO_GEOREFERENCE_ARRAY,
                                             .longitude_deg = longitude,
                                             .latitude_deg = latitude,
                                             .height_m = height_m,
                                             .height_datum = VAHO_HEIGHT_GEOID,
                                             .variance_m2 = variance_m2};
    for (size_t i = 0; i < N; i++) {
        longitude[i] = 10 * (double)(i % SAMPLES) * metre_deg;
        latitude[i] = 20 * (double)(i / SAMPLES) * metre_deg;
        height_m[i] = (float)i;
        variance_m2[4 * i] = 9;
        variance_m2[4 * i + 1] = -2;
        variance_m2[4 * i + 2] = 4;
        variance_m2[4 * i + 3] = 1;
    }
    height_m[5] = NAN;
    variance_m2[4 * 5] = NAN;
    const double half[3] = {0.25, 0, 0.25}, together[3] = {0.25, 0.05, 0.25};
    const double unknown[3] = {NAN, NAN, NAN};
    struct vaho_place *place = make(&georeference, LINES, SAMPLES);
    assert_true(vaho_place_height_m(&height, place, 2.4, 0.6) && height == 7);
    assert_false(vaho_place_height_m(&height, place, 1, 2));
    assert_true(isnan(height));
    assert_false(vaho_place_height_m(&height, place, 4, 0));
    assert_true(vaho_place_covariance(covariance, place, 0, 0, NULL));
    assert_true(covariance[0] == 9 && covariance[1] == -2 && covariance[2] == 4);
    /* eigenvalues of [9 -2; -2 4] are 10.2016 and 2.7984 */
    assert_true(fabs(vaho_place_largest_sigma_m(covariance) - sqrt(6.5 + sqrt(10.25))) < 1e-12);
    /* half a pixel: 5 m to the east, 10 m to the north; the meridian's own radius at the
     * equator is 0.67 % less */
    assert_true(vaho_place_covariance(covariance, place, 1.2, 0.3, half));
    assert_true(fabs(covariance[0] - (9 + 25)) < 1e-3 && fabs(covariance[1] + 2) < 1e-3);
    assert_true(fabs(covariance[2] - (4 + 100)) < 2);
    /* lines and samples err together: 0.05 times 20 m and 10 m */
    assert_true(vaho_place_covariance(covariance, place, 1.2, 0.3, together));
    assert_true(fabs(fabs(covariance[1] + 2) - 10) < 0.1);
    assert_false(vaho_place_covariance(covariance, place, 1, 2, half)); /* not known there */
    assert_true(isnan(covariance[0]) && isnan(covariance[1]) && isnan(covariance[2]));
    assert_false(vaho_place_covariance(covariance, place, 0, 0, unknown));
    vaho_place_free(place);

    georeference.variance_m2 = NULL; /* nobody states an error */
    place = make(&georeference, LINES, SAMPLES);
    assert_false(vaho_place_covariance(covariance, place, 0, 0, half));
    vaho_place_free(place);
    georeference.sigma_m = 6;
    place = make(&georeference, LINES, SAMPLES);
    assert_true(vaho_place_covariance(covariance, place, 0, 0, NULL));
    assert_true(covariance[0] == 36 && covariance[1] == 0 && covariance[2] == 36);
    vaho_place_free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_cubes_lie_where_gdal_says),
        cmocka_unit_test(many_systems_agree_with_gdal),
        cmocka_unit_test(pixel_sizes_are_ground_distances),
        cmocka_unit_test(arrays_are_interpolated),
        cmocka_unit_test(the_date_line_is_crossed),
        cmocka_unit_test(holes_are_completed_or_unknown),
        cmocka_unit_test(thin_arrays_have_places_but_no_sizes),
        cmocka_unit_test(nothing_known_is_said),
        cmocka_unit_test(what_is_no_place_is_refused),
        cmocka_unit_test(several_threads_may_ask),
        cmocka_unit_test(errors_and_heights_come_with_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
