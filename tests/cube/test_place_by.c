/* test_place_by.c - cubes placed by an IGM or a netCDF */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "made_cube.h"

enum { LINES = 70, SAMPLES = 3, N = LINES * SAMPLES };

static void make_cube(struct made_cube *cube, int n_lines, int n_samples)
{
    static const char zero[100 * 200];
    made_cube_new(cube, zero, (size_t)(n_lines * n_samples),
                  "ENVI\nsamples=%d\nlines=%d\nbands=1\ndata type=1\ninterleave=bsq\n", n_samples,
                  n_lines);
}

/* An IGM of two bands: x, then y. */
static void make_igm(struct made_cube *igm, const double xy[2 * N], const char *extra)
{
    made_cube_new(igm, xy, 2 * N * sizeof *xy,
                  "ENVI\nsamples=%d\nlines=%d\nbands=2\ndata type=5\ninterleave=bsq\n"
                  "byte order=0\n%s",
                  SAMPLES, LINES, extra);
}

static void assert_not_placed(const struct made_cube *igm, const char *expected)
{
    struct made_cube cube;
    struct vaho_error error;
    make_cube(&cube, LINES, SAMPLES);
    struct vaho_source *source = open_cube(cube.data);
    assert_int_equal(vaho_source_place_by(source, igm->data, &error), VAHO_BAD_INPUT);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
    assert_int_equal(vaho_source_info(source)->georeference->kind, VAHO_GEOREFERENCE_NONE);
    assert_int_equal(vaho_source_info(source)->n_files, 2);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void degrees_keep_their_digits(void **state)
{
    (void)state;
    struct made_cube cube, igm;
    double xy[2 * N];
    for (size_t i = 0; i < N; i++) {
        xy[i] = -118.123456789 + 1e-7 * (double)i; /* a centimetre apart */
        xy[N + i] = 34.987654321 - 1e-7 * (double)i;
    }
    xy[0] = -9999; /* the very first is missing */
    make_cube(&cube, LINES, SAMPLES);
    make_igm(&igm, xy, "data ignore value = -9999\n");
    struct vaho_source *source = open_cube(cube.data);
    assert_int_equal(vaho_source_place_by(source, igm.header, NULL), VAHO_OK);
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_ARRAY);
    assert_true(isnan(info->georeference->longitude_deg[0]));
    assert_true(isnan(info->georeference->latitude_deg[0]));
    for (size_t i = 1; i < N; i++) {
        assert_true(fabs(info->georeference->longitude_deg[i] - xy[i]) < 1e-11);
        assert_true(fabs(info->georeference->latitude_deg[i] - xy[N + i]) < 1e-11);
    }
    assert_int_equal(info->n_files, 4);
    assert_string_equal(info->file[2], igm.data);
    vaho_source_free(source);
    made_cube_remove(&cube);
    made_cube_remove(&igm);
}

static void eastings_become_degrees(void **state)
{
    (void)state;
    const char utm[] =
        "coordinate system string = {PROJCS[\"WGS_1984_UTM_Zone_33N\",GEOGCS[\"GCS_WGS_1984\","
        "DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],"
        "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
        "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000.0],"
        "PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",15.0],"
        "PARAMETER[\"Scale_Factor\",0.9996],PARAMETER[\"Latitude_Of_Origin\",0.0],"
        "UNIT[\"Meter\",1.0]]}\n";
    struct made_cube cube, igm;
    double xy[2 * N];
    for (size_t i = 0; i < N; i++) {
        xy[i] = 366015 + 30 * (double)(i % SAMPLES);
        xy[N + i] = 5809965 - 30 * (double)(i / SAMPLES);
    }
    make_cube(&cube, LINES, SAMPLES);
    make_igm(&igm, xy, utm);
    struct vaho_source *source = open_cube(cube.data);
    assert_int_equal(vaho_source_place_by(source, igm.data, NULL), VAHO_OK);
    /* gdalinfo of an EnMAP tile with this corner: 13d 1'46.41"E, 52d25'24.47"N */
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    assert_true(fabs(georeference->longitude_deg[0] - (13 + 1 / 60.0 + 46.41 / 3600)) < 2e-6);
    assert_true(fabs(georeference->latitude_deg[0] - (52 + 25 / 60.0 + 24.47 / 3600)) < 2e-6);
    vaho_source_free(source);
    made_cube_remove(&igm);

    make_igm(&igm, xy, "");
    assert_not_placed(&igm, "add a 'coordinate system string'");
    made_cube_remove(&igm);
    for (size_t i = 0; i < N; i++)
        xy[i] = NAN;
    make_igm(&igm, xy, utm);
    assert_not_placed(&igm, "band 1 holds no coordinate");
    made_cube_remove(&igm);
    made_cube_remove(&cube);
}

static void a_third_band_is_the_height(void **state)
{
    (void)state;
    struct made_cube cube, igm;
    double xyz[3 * N];
    for (size_t i = 0; i < N; i++) {
        xyz[i] = -118 + 1e-5 * (double)i;
        xyz[N + i] = 34;
        xyz[2 * N + i] = i == 4 ? NAN : 1234.5 + (double)i;
    }
    make_cube(&cube, LINES, SAMPLES);
    made_cube_new(&igm, xyz, sizeof xyz,
                  "ENVI\nsamples=%d\nlines=%d\nbands=3\ndata type=5\ninterleave=bsq\n"
                  "byte order=0\n",
                  SAMPLES, LINES);
    struct vaho_source *source = open_cube(cube.data);
    assert_int_equal(vaho_source_place_by(source, igm.data, NULL), VAHO_OK);
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    for (size_t i = 0; i < N; i++)
        assert_true(i == 4 ? isnan(georeference->height_m[i])
                           : georeference->height_m[i] == 1234.5f + (float)i);
    assert_int_equal(georeference->height_datum, VAHO_HEIGHT_UNKNOWN);
    assert_null(georeference->variance_m2);
    vaho_source_free(source);
    made_cube_remove(&igm);
    made_cube_remove(&cube);
}

static void what_does_not_belong_is_refused(void **state)
{
    (void)state;
    struct made_cube other;
    make_cube(&other, LINES, SAMPLES);
    assert_not_placed(&other, "holds no coordinates");
    made_cube_remove(&other);
    make_cube(&other, LINES + 1, SAMPLES);
    assert_not_placed(&other, "has 71 lines and 3 samples");
    made_cube_remove(&other);
}

static void emit_geometry_places_a_cube(void **state)
{
    (void)state;
    const char path[] = VAHO_TEST_SHARED "/data/emit/EMIT_L1B_OBS_lines_0-99.nc";
    struct made_cube cube;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    make_cube(&cube, 100, 200);
    struct vaho_source *source = open_cube(cube.data), *emit = open_cube(path);
    assert_int_equal(vaho_source_place_by(source, path, NULL), VAHO_OK);
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    assert_memory_equal(georeference->longitude_deg,
                        vaho_source_info(emit)->georeference->longitude_deg,
                        100 * 200 * sizeof(double));
    assert_non_null(georeference->height_m); /* 'elev'; the file does not say above what */
    assert_memory_equal(georeference->height_m, vaho_source_info(emit)->georeference->height_m,
                        100 * 200 * sizeof(float));
    assert_int_equal(georeference->height_datum, VAHO_HEIGHT_UNKNOWN);
    vaho_source_free(emit);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_keep_their_digits),
        cmocka_unit_test(eastings_become_degrees),
        cmocka_unit_test(a_third_band_is_the_height),
        cmocka_unit_test(what_does_not_belong_is_refused),
        cmocka_unit_test(emit_geometry_places_a_cube),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
