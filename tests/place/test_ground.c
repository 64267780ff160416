/*
 * test_ground.c - rays against real and made-up terrain
 *
 * On the real models a ray is aimed from a point in the air at a point of the bilinear
 * surface.  Whether something hides that point is found by brute force: marching along
 * the ray in steps of half a metre, each taken through PROJ and the bilinear surface
 * for itself, and halving the first step that goes below ground.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include "place/ground.h"
#include "place/rotation.h"

static const double DEG = M_PI / 180;

/* Uniform in [0, 1), from a seed (Numerical Recipes' ranqd1, twice for more bits). */
static double uniform(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    const double high = *seed >> 8;
    *seed = *seed * 1664525u + 1013904223u;
    return (high + (*seed >> 8) / 16777216.0) / 16777216.0;
}

static struct place_earth *make_earth(const struct place_ground *ground)
{
    struct place_earth *earth;
    struct vaho_error error = {VAHO_OK, ""};
    if (place_ground_earth(&earth, ground, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return earth;
}

/* Height of a point of the ray above the terrain, with nothing of the caster's. */
static double clearance(const struct place_raster *raster, struct place_earth *earth,
                        const double origin[3], const double look[3], double s)
{
    double at[3], geodetic[3], xy[2], column, row;
    for (int i = 0; i < 3; i++)
        at[i] = origin[i] + s * look[i];
    place_earth_geodetic(geodetic, earth, at);
    place_earth_project(xy, earth, geodetic[0], geodetic[1]);
    place_raster_node(&column, &row, raster, xy[0], xy[1]);
    return geodetic[2] - place_raster_height(raster, column, row);
}

/* The first meeting in [from, to] by brute force; NaN: none. */
static double march(const struct place_raster *raster, struct place_earth *earth,
                    const double origin[3], const double look[3], double from, double to)
{
    const double step = 0.5;
    for (double s = from; s < to; s += step) {
        double a = s, b = s + step;
        if (clearance(raster, earth, origin, look, b) > 0)
            continue;
        while (b - a > 1e-6)
            if (clearance(raster, earth, origin, look, (a + b) / 2) > 0)
                a = (a + b) / 2;
            else
                b = (a + b) / 2;
        return (a + b) / 2;
    }
    return NAN;
}

/* A random point of the surface, on ground steeper than 'slope', and one in the
 * air to look from, 5 to 75 degrees off the vertical. */
static void aim(double origin[3], double look[3], double *range, const struct place_ground *ground,
                struct place_earth *earth, OGRCoordinateTransformationH to_degrees, uint32_t *seed,
                double slope)
{
    const struct place_raster *r = &ground->raster;
    const double metre = r->geographic ? 1 / (111e3 * r->affine[1]) : 1 / r->affine[1];
    double column, row, x, y, target[3], point[3], axes[9], a, b, length = 0;
    const double away = uniform(seed) * 2 * M_PI, off = (5 + 70 * uniform(seed)) * DEG;
    do {
        const double edge = 0.2;
        column = (double)r->n_columns * (edge + (1 - 2 * edge) * uniform(seed));
        row = (double)r->n_rows * (edge + (1 - 2 * edge) * uniform(seed));
        place_raster_slopes(&a, &b, r, column, row);
    } while (!(hypot(a, b) * metre > slope));
    x = r->affine[0] + (column + 0.5) * r->affine[1];
    y = r->affine[3] + (row + 0.5) * r->affine[5];
    assert_int_equal(OCTTransform(to_degrees, 1, &x, &y, NULL), 1);
    const double geodetic[3] = {x * DEG, y * DEG, place_raster_height(r, column, row)};
    place_earth_centred(target, earth, geodetic);
    place_earth_axes(axes, geodetic[0], geodetic[1]);
    const double rise = 300 + r->high_m - geodetic[2];
    const double level[3] = {rise * tan(off) * cos(away), rise * tan(off) * sin(away), -rise};
    place_apply(point, axes, level);
    for (int i = 0; i < 3; i++) {
        origin[i] = target[i] + point[i];
        length += point[i] * point[i];
    }
    *range = sqrt(length);
    for (int i = 0; i < 3; i++)
        look[i] = -point[i] / *range;
}

static void compare(const char *path, double slope, int n_rays, int least_hidden,
                    double least_slope_found)
{
    struct place_geometry geometry = {.terrain.datum = VAHO_HEIGHT_ELLIPSOID};
    struct place_ground ground;
    struct vaho_error error = {VAHO_OK, ""};
    uint32_t seed = 7;
    double worst = 0, worst_clearance = 0, steepest = 0;
    int n_hidden = 0, n_outside = 0, n_graze = 0, n_hit = 0;

    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    if (place_ground_read(&ground, &geometry, path, NULL, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    struct place_earth *earth = make_earth(&ground);
    OGRSpatialReferenceH from = OSRNewSpatialReference(ground.raster.crs_wkt);
    OGRSpatialReferenceH to = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(to, 4326);
    OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
    OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
    OGRCoordinateTransformationH to_degrees = OCTNewCoordinateTransformation(from, to);
    for (int i = 0; i < n_rays; i++) {
        double origin[3], look[3], range, truth;
        struct place_meeting meeting;
        aim(origin, look, &range, &ground, earth, to_degrees, &seed, slope);
        truth = march(&ground.raster, earth, origin, look, 0, range + 1);
        const enum place_sight sight = place_ground_meet(&meeting, &ground, earth, origin, look);
        if (sight == PLACE_SIGHT_OUTSIDE) {
            n_outside++;
            continue;
        }
        assert_true(sight == PLACE_SIGHT_HIT || sight == PLACE_SIGHT_GRAZE);
        n_graze += sight == PLACE_SIGHT_GRAZE;
        n_hit += sight == PLACE_SIGHT_HIT;
        assert_false(isnan(truth));
        n_hidden += truth < range - 0.01;
        steepest = fmax(steepest, meeting.slope);
        worst_clearance = fmax(
            worst_clearance, fabs(clearance(&ground.raster, earth, origin, look, meeting.range_m)));
        /* a dip shorter than the step is the brute force's to miss, never the caster's */
        if (meeting.range_m < truth - 0.01 &&
            clearance(&ground.raster, earth, origin, look, meeting.range_m + 1e-4) <= 0)
            continue;
        worst = fmax(worst, fabs(meeting.range_m - truth));
    }
    print_message("%s: %d rays on slopes over %g, up to %.2f: %d hidden, %d graze, %d leave the "
                  "model; worst %.2g m along the ray, %.2g m off the surface\n",
                  strrchr(path, '/') + 1, n_rays, slope, steepest, n_hidden, n_graze, n_outside,
                  worst, worst_clearance);
    assert_true(worst < 0.01 && worst_clearance < 0.001);
    assert_true(n_hit > n_rays / 2 && n_hidden >= least_hidden);
    assert_true(steepest >= least_slope_found);
    OCTDestroyCoordinateTransformation(to_degrees);
    OSRDestroySpatialReference(from);
    OSRDestroySpatialReference(to);
    place_earth_free(earth);
    place_ground_free(&ground);
}

static void rays_meet_zion(void **state)
{
    (void)state;
    compare(VAHO_TEST_SHARED "/data/dem/spDataLarge_srtm.tif", 0, 150, 2, 0.5);
}

static void rays_meet_zions_walls(void **state)
{
    (void)state;
    compare(VAHO_TEST_SHARED "/data/dem/spDataLarge_srtm.tif", 1, 150, 20, 1.3);
}

static void rays_meet_big_tujunga(void **state)
{
    (void)state;
    compare(VAHO_TEST_SHARED "/data/dem/bigtujunga.tif", 0, 150, 2, 0.5);
}

static void rays_meet_big_tujungas_walls(void **state)
{
    (void)state;
    compare(VAHO_TEST_SHARED "/data/dem/bigtujunga.tif", 1, 150, 20, 1.2);
}

/* --- made-up ground ---------------------------------------------------------------- */

/* n x n nodes of 10 m around (0, 0), in degrees. */
static struct place_ground make_ground(size_t n, float height)
{
    const double step = 10 / (6378137 * DEG);
    struct place_ground ground = {.datum = VAHO_HEIGHT_ELLIPSOID};
    struct place_raster *r = &ground.raster;
    char *wkt = NULL;
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(crs, 4326);
    OSRExportToWkt(crs, &wkt);
    OSRDestroySpatialReference(crs);
    r->crs_wkt = strdup(wkt);
    VSIFree(wkt);
    r->n_rows = r->n_columns = n;
    r->height_m = malloc(n * n * sizeof *r->height_m);
    for (size_t i = 0; i < n * n; i++)
        r->height_m[i] = height;
    r->affine[0] = -step * (double)n / 2;
    r->affine[1] = step;
    r->affine[3] = step * (double)n / 2;
    r->affine[5] = -step;
    r->geographic = 1;
    r->low_m = r->high_m = (double)height;
    return ground;
}

/* A ray from 'east', 'north' metres off (0, 0) and 'height' m up, looking so far east, north
 * and down. */
static enum place_sight look_from(struct place_meeting *out, const struct place_ground *ground,
                                  const double from[3], const double east_north_down[3])
{
    struct place_earth *earth = make_earth(ground);
    const double geodetic[3] = {from[0] / 6378137, from[1] / 6335439.3, from[2]};
    double origin[3], axes[9], look[3];
    const double length = sqrt(place_dot(east_north_down, east_north_down));
    const double v[3] = {east_north_down[1] / length, east_north_down[0] / length,
                         east_north_down[2] / length};
    place_earth_centred(origin, earth, geodetic);
    place_earth_axes(axes, geodetic[0], geodetic[1]);
    place_apply(look, axes, v);
    const enum place_sight sight = place_ground_meet(out, ground, earth, origin, look);
    place_earth_free(earth);
    return sight;
}

static void straight_down_is_the_height(void **state)
{
    (void)state;
    struct place_ground ground = make_ground(50, 120);
    struct place_meeting meeting;
    const double from[3] = {3, -4, 1500}, down[3] = {0, 0, 1};
    assert_int_equal(look_from(&meeting, &ground, from, down), PLACE_SIGHT_HIT);
    assert_true(fabs(meeting.range_m - 1380) < 1e-6);
    assert_true(fabs(meeting.geodetic[0] - 3 / 6378137.0) < 1e-12);
    assert_true(fabs(meeting.geodetic[2] - 120) < 1e-6);
    assert_true(meeting.slope < 1e-9);
    place_ground_free(&ground);

    ground = (struct place_ground){
        .level_m = 120, .datum = VAHO_HEIGHT_GEOID, .geoid_given = 1, .undulation_m = -30};
    assert_int_equal(look_from(&meeting, &ground, from, down), PLACE_SIGHT_HIT);
    assert_true(fabs(meeting.range_m - 1410) < 1e-6);
    assert_true(fabs(meeting.geodetic[2] - 90) < 1e-6); /* above the ellipsoid */
    place_ground_free(&ground);
}

/* On level ground far away the sphere's own geometry tells: the central angle a of
 * a ray at zenith angle z from R + h to R is z' - z with sin z' = (R + h) / R sin z. */
static void the_earth_is_round(void **state)
{
    (void)state;
    const struct place_ground ground = {.level_m = 0, .datum = VAHO_HEIGHT_ELLIPSOID};
    struct place_meeting meeting;
    const double from[3] = {0, 0, 400000}, R = 6378137; /* along the equator */
    for (double z = 10; z < 70; z += 10) {
        const double look[3] = {sin(z * DEG), 0, cos(z * DEG)};
        const double angle = asin((R + 400000) / R * sin(z * DEG)) - z * DEG;
        assert_int_equal(look_from(&meeting, &ground, from, look), PLACE_SIGHT_HIT);
        assert_true(fabs(meeting.geodetic[0] - angle) * R < 1e-3);
        assert_true(fabs(meeting.geodetic[1]) * R < 1e-3);
    }
    const double past[3] = {sin(71 * DEG), 0, cos(71 * DEG)}; /* the horizon is at 70.2 */
    assert_int_equal(look_from(&meeting, &ground, from, past), PLACE_SIGHT_MISS);
}

static void a_spike_is_not_jumped_over(void **state)
{
    (void)state;
    struct place_ground ground = make_ground(200, 0);
    struct place_meeting meeting;
    const double from[3] = {-900, 5, 100}, look[3] = {1800, 0, 100};
    ground.raster.high_m = 80;
    assert_int_equal(look_from(&meeting, &ground, from, look), PLACE_SIGHT_HIT);
    /* the far end, where the ground has fallen away by 1800^2 / 2 R = 0.25 m, at 1 : 18 */
    assert_true(fabs(meeting.geodetic[0] * 6378137 - 904.6) < 0.2);
    /* one node of 80 m at 405 m east, 5 m north: the ray passes there at 27.5 m and meets
     * its western face, 80 m over 10 m, at x with (x - 395) 8 = 100 - (x + 900) / 18 */
    ground.raster.height_m[99 * 200 + 140] = 80;
    assert_int_equal(look_from(&meeting, &ground, from, look), PLACE_SIGHT_HIT);
    const double x = (100 - 50 + 395 * 8) / (8 + 1 / 18.0);
    assert_true(fabs(meeting.geodetic[0] * 6378137 - x) < 0.2); /* the Earth falls away 0.13 m */
    assert_true(meeting.slope > 7.9);
    place_ground_free(&ground);
}

static void what_cannot_be_known_is_said(void **state)
{
    (void)state;
    struct place_ground ground = make_ground(100, 50);
    struct place_meeting meeting;
    const double up[3] = {0, 0, 500}, under[3] = {0, 0, 40}, beside[3] = {-800, 0, 500};
    const double down[3] = {0, 0, 1}, aside[3] = {3, 0, 1}, sky[3] = {1, 0, -0.1};
    const double low[3] = {-300, 0, 55}, flat[3] = {100, 0, 1};
    assert_int_equal(look_from(&meeting, &ground, under, down), PLACE_SIGHT_BELOW);
    assert_int_equal(look_from(&meeting, &ground, up, aside), PLACE_SIGHT_OUTSIDE);
    assert_int_equal(look_from(&meeting, &ground, beside, down), PLACE_SIGHT_OUTSIDE);
    assert_int_equal(look_from(&meeting, &ground, up, sky), PLACE_SIGHT_MISS);
    assert_int_equal(look_from(&meeting, &ground, low, flat), PLACE_SIGHT_GRAZE);
    ground.raster.height_m[50 * 100 + 50] = NAN;
    assert_int_equal(look_from(&meeting, &ground, up, down), PLACE_SIGHT_OUTSIDE);
    place_ground_free(&ground);
}

static void a_raster_goes_round_the_earth(void **state)
{
    (void)state;
    float height[3 * 36];
    struct place_raster r = {.n_rows = 3,
                             .n_columns = 36,
                             .height_m = height,
                             .geographic = 1,
                             .wraps = 1,
                             .affine = {0, 10, 0, 15, 0, -10}};
    double column, row;
    for (size_t i = 0; i < 3 * 36; i++)
        height[i] = (float)(i % 36);
    place_raster_node(&column, &row, &r, -5, 0); /* 355 degrees: the last column */
    assert_true(fabs(place_raster_height(&r, column, row) - 35) < 1e-9);
    place_raster_node(&column, &row, &r, 0, 0); /* between the last and the first */
    assert_true(fabs(place_raster_height(&r, column, row) - 17.5) < 1e-9);
    place_raster_node(&column, &row, &r, 182, 0);
    assert_true(fabs(place_raster_height(&r, column, row) - 17.7) < 1e-9);
    place_raster_node(&column, &row, &r, 0, 20); /* beyond the last row */
    assert_true(isnan(place_raster_height(&r, column, row)));
}

/* Two of the points NGA prints with its program F477 for EGM96; the 15' grid between its
 * nodes is within half a metre of the harmonics. */
static void a_gridded_geoid_is_read(void **state)
{
    (void)state;
    const char path[] = "/usr/share/proj/egm96_15.gtx";
    struct place_geometry geometry = {.terrain.datum = VAHO_HEIGHT_GEOID, .geoid.given = 1};
    struct place_ground ground;
    struct vaho_error error;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    if (place_ground_read(&ground, &geometry, NULL, path, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_true(
        fabs(place_ground_undulation(&ground, 269.7791550 * DEG, 38.6281550 * DEG) + 31.628) < 0.5);
    assert_true(
        fabs(place_ground_undulation(&ground, 305.0211140 * DEG, -14.6212170 * DEG) + 2.969) < 0.5);
    assert_true(isfinite(place_ground_undulation(&ground, 179.99 * DEG, 10 * DEG)));
    place_ground_free(&ground);
    assert_int_equal(place_ground_read(&ground, &geometry, path, NULL, &error), VAHO_OK);
    place_ground_free(&ground);
}

/* A GeoTIFF of 3 x 3 heights, 100 m up, by default in UTM 11N; unlink() it. */
static void write_model(const char *path, const char *crs_text, const char *unit, float height)
{
    double affine[6] = {400000, 30, 0, 3800000, 0, -30};
    float heights[9];
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GTiff"), path, 3, 3, 1, GDT_Float32, NULL);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    for (size_t i = 0; i < 9; i++)
        heights[i] = height;
    GDALSetGeoTransform(dataset, affine);
    if (crs_text != NULL) {
        assert_int_equal(OSRSetFromUserInput(crs, crs_text), OGRERR_NONE);
        GDALSetSpatialRef(dataset, crs);
    }
    GDALSetRasterNoDataValue(band, -9999);
    if (unit != NULL)
        GDALSetRasterUnitType(band, unit);
    assert_int_equal(GDALRasterIO(band, GF_Write, 0, 0, 3, 3, heights, 3, 3, GDT_Float32, 0, 0),
                     CE_None);
    GDALClose(dataset);
    OSRDestroySpatialReference(crs);
}

static void assert_model_refused(const char *path, enum vaho_height_datum datum,
                                 const char *expected)
{
    const struct place_geometry geometry = {.terrain.datum = datum};
    struct place_ground ground;
    struct vaho_error error;
    assert_int_equal(place_ground_read(&ground, &geometry, path, NULL, &error), VAHO_BAD_INPUT);
    assert_null(ground.raster.height_m);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
}

static void models_say_what_they_are(void **state)
{
    (void)state;
    char path[] = "/tmp/vaho-test-XXXXXX";
    struct place_geometry geometry = {.terrain.datum = VAHO_HEIGHT_GEOID};
    struct place_ground ground;
    struct vaho_error error;
    int fd = mkstemp(path);
    close(fd);
    write_model(path, "EPSG:32611+5773", NULL, 100); /* UTM 11N, EGM96 height */
    if (place_ground_read(&ground, &geometry, path, NULL, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(ground.raster.datum, VAHO_HEIGHT_GEOID);
    assert_false(ground.raster.geographic);
    struct place_earth *earth = make_earth(&ground); /* the horizontal part alone */
    double xy[2];
    assert_true(place_earth_project(xy, earth, -117 * DEG, 34 * DEG));
    assert_true(fabs(xy[0] - 500000) < 1e-6);
    place_earth_free(earth);
    place_ground_free(&ground);
    assert_model_refused(path, VAHO_HEIGHT_ELLIPSOID,
                         "its heights are above the geoid, but the description's "
                         "'terrain.height_datum' says ellipsoid");
    write_model(path, "EPSG:4979", NULL, 100); /* three-dimensional WGS 84 */
    assert_model_refused(path, VAHO_HEIGHT_GEOID, "its heights are above the ellipsoid");
    write_model(path, "EPSG:32611", "ft", 100);
    assert_model_refused(path, VAHO_HEIGHT_GEOID, "its heights are in 'ft'");
    write_model(path, NULL, NULL, 100);
    assert_model_refused(path, VAHO_HEIGHT_GEOID, "no coordinate system of the Earth");
    write_model(path, "EPSG:32611", NULL, -9999);
    assert_model_refused(path, VAHO_HEIGHT_GEOID, "holds no height at all");
    write_model(path, "EPSG:32611", NULL, 500);
    geometry.geoid.given = 1;
    assert_int_equal(place_ground_read(&ground, &geometry, NULL, path, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "must be in longitude and latitude"));
    assert_int_equal(truncate(path, 100), 0);
    assert_model_refused(path, VAHO_HEIGHT_GEOID, path);
    unlink(path);
    assert_int_equal(place_ground_read(&ground, &geometry, path, NULL, &error), VAHO_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rays_meet_zion),
        cmocka_unit_test(rays_meet_zions_walls),
        cmocka_unit_test(rays_meet_big_tujunga),
        cmocka_unit_test(rays_meet_big_tujungas_walls),
        cmocka_unit_test(straight_down_is_the_height),
        cmocka_unit_test(the_earth_is_round),
        cmocka_unit_test(a_spike_is_not_jumped_over),
        cmocka_unit_test(what_cannot_be_known_is_said),
        cmocka_unit_test(a_raster_goes_round_the_earth),
        cmocka_unit_test(a_gridded_geoid_is_read),
        cmocka_unit_test(models_say_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
