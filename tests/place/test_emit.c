/*
 * test_emit.c - lines of sight against the real geometry of EMIT
 *
 * The observation file gives, for every pixel, ground (longitude, latitude, height),
 * the length of the path to the sensor and the direction to it.  Ground and path
 * make one sensor position a line within 15 mm.  Truth is the file's own ground.
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
#include <ogr_srs_api.h>

#include "base/error.h"
#include "place/pushbroom.h"
#include "place/rotation.h"
#include "vaho/source.h"

enum { LINES = 100, SAMPLES = 200, PATH = 0, AZIMUTH = 1, ZENITH = 2, MIDDLE = 50 };
static const double DEG = M_PI / 180;

struct emit {
    struct vaho_source *source;
    struct vaho_block *obs;
    struct place_earth *earth;
    double (*ground)[3]; /* Earth-centred, a pixel */
    double (*look)[3];   /* from the file's angles, sensor to ground, of length 1 */
    double sensor[LINES][3];
};

static double observed(const struct emit *e, size_t line, size_t band, size_t sample)
{
    return (double)e->obs->value[(line * e->obs->n_bands + band) * SAMPLES + sample];
}

static void pixel_geodetic(double out[3], const struct emit *e, size_t pixel)
{
    const struct vaho_georeference *g = vaho_source_info(e->source)->georeference;
    out[0] = g->longitude_deg[pixel] * DEG;
    out[1] = g->latitude_deg[pixel] * DEG;
    out[2] = (double)g->height_m[pixel];
}

static int open_emit(void **state)
{
    const char path[] = VAHO_TEST_SHARED "/data/emit/EMIT_L1B_OBS_lines_0-99.nc";
    struct emit *e = calloc(1, sizeof *e);
    *state = e;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        return 0;
    }
    assert_int_equal(vaho_source_open(&e->source, path, NULL), VAHO_OK);
    const struct vaho_cube_info *info = vaho_source_info(e->source);
    assert_true(info->n_lines == LINES && info->n_samples == SAMPLES);
    assert_int_equal(vaho_block_new(&e->obs, LINES, info->n_bands, SAMPLES, NULL), VAHO_OK);
    assert_int_equal(vaho_source_read(e->obs, e->source, 0, LINES, NULL, 0, NULL), VAHO_OK);
    assert_int_equal(place_earth_new(&e->earth, NULL, "", NULL), VAHO_OK);
    e->ground = calloc(LINES * SAMPLES, sizeof *e->ground);
    e->look = calloc(LINES * SAMPLES, sizeof *e->look);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            const size_t i = l * SAMPLES + s;
            const double zenith = observed(e, l, ZENITH, s) * DEG;
            const double azimuth = observed(e, l, AZIMUTH, s) * DEG;
            const double to_sensor[3] = {sin(zenith) * cos(azimuth), sin(zenith) * sin(azimuth),
                                         -cos(zenith)};
            double geodetic[3], axes[9];
            pixel_geodetic(geodetic, e, i);
            place_earth_centred(e->ground[i], e->earth, geodetic);
            place_earth_axes(axes, geodetic[0], geodetic[1]);
            place_apply(e->look[i], axes, to_sensor);
            for (int k = 0; k < 3; k++) {
                e->sensor[l][k] +=
                    (e->ground[i][k] + observed(e, l, PATH, s) * e->look[i][k]) / SAMPLES;
                e->look[i][k] = -e->look[i][k];
            }
        }
    return 0;
}

static int close_emit(void **state)
{
    struct emit *e = *state;
    vaho_block_free(e->obs);
    vaho_source_free(e->source);
    place_earth_free(e->earth);
    free(e->ground);
    free(e->look);
    free(e);
    return 0;
}

static void need(const struct emit *e)
{
    if (e->source == NULL)
        skip();
}

static double distance_m(const double a[3], const double b[3])
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                (a[2] - b[2]) * (a[2] - b[2]));
}

/* Sensor position of the line, direction of the pixel, height of its ground. */
static void lines_of_sight_end_where_the_file_says(void **state)
{
    struct emit *e = *state;
    double worst = 0, squares = 0;
    need(e);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            const size_t i = l * SAMPLES + s;
            struct place_ground ground = {.datum = VAHO_HEIGHT_ELLIPSOID};
            struct place_meeting meeting;
            double geodetic[3], at[3];
            pixel_geodetic(geodetic, e, i);
            ground.level_m = geodetic[2];
            assert_int_equal(
                place_ground_meet(&meeting, &ground, e->earth, e->sensor[l], e->look[i]),
                PLACE_SIGHT_HIT);
            place_earth_centred(at, e->earth, meeting.geodetic);
            const double off = distance_m(at, e->ground[i]);
            worst = fmax(worst, off);
            squares += off * off / (LINES * SAMPLES);
        }
    print_message("20000 lines of sight: root mean square %.3f m, worst %.3f m\n", sqrt(squares),
                  worst);
    assert_true(worst < 1);
}

/* --- the whole chain: a trajectory, one camera for all lines, a terrain model --------- */

/* The heights as a raster of about 10 m: the file's pixels, bilinear between them. */
static struct place_ground make_ground(const struct emit *e)
{
    const struct vaho_georeference *g = vaho_source_info(e->source)->georeference;
    struct place_ground ground = {.datum = VAHO_HEIGHT_ELLIPSOID};
    struct place_raster *r = &ground.raster;
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    char *wkt = NULL;
    double west = 180, east = -180, south = 90, north = -90;
    const double step = 1e-4;
    for (size_t i = 0; i < LINES * SAMPLES; i++) {
        west = fmin(west, g->longitude_deg[i]);
        east = fmax(east, g->longitude_deg[i]);
        south = fmin(south, g->latitude_deg[i]);
        north = fmax(north, g->latitude_deg[i]);
    }
    OSRImportFromEPSG(crs, 4326);
    OSRExportToWkt(crs, &wkt);
    r->crs_wkt = vaho_strdup(wkt);
    VSIFree(wkt);
    OSRDestroySpatialReference(crs);
    r->geographic = 1;
    r->n_columns = (size_t)((east - west) / step) + 2;
    r->n_rows = (size_t)((north - south) / step) + 2;
    memcpy(r->affine, (double[]){west, step, 0, north, 0, -step}, sizeof r->affine);
    r->height_m = calloc(r->n_rows * r->n_columns, sizeof *r->height_m);
    r->low_m = 1e9;
    r->high_m = -1e9;
    for (size_t n = 0; n < r->n_rows * r->n_columns; n++) {
        const double x = west + step * ((double)(n % r->n_columns) + 0.5);
        const double y = north - step * ((double)(n / r->n_columns) + 0.5);
        double l = MIDDLE, s = SAMPLES / 2.0;
        for (int i = 0; i < 12; i++) { /* Newton on the file's own grid */
            const size_t li = (size_t)fmax(0, fmin(LINES - 2, floor(l)));
            const size_t si = (size_t)fmax(0, fmin(SAMPLES - 2, floor(s)));
            const size_t at = li * SAMPLES + si;
            const double *lon = g->longitude_deg + at, *lat = g->latitude_deg + at;
            const double xl = lon[SAMPLES] - lon[0], xs = lon[1] - lon[0];
            const double yl = lat[SAMPLES] - lat[0], ys = lat[1] - lat[0];
            const double dx = x - lon[0], dy = y - lat[0], det = xl * ys - xs * yl;
            l = (double)li + (dx * ys - xs * dy) / det;
            s = (double)si + (xl * dy - dx * yl) / det;
        }
        r->height_m[n] = NAN;
        if (!(l >= 0 && l <= LINES - 1 && s >= 0 && s <= SAMPLES - 1))
            continue;
        const size_t li = (size_t)fmin(LINES - 2, floor(l)),
                     at = li * SAMPLES + (size_t)fmin(SAMPLES - 2, floor(s));
        const double v = l - floor(l), u = s - floor(s);
        const float *h = g->height_m + at;
        const double height = (1 - v) * ((1 - u) * (double)h[0] + u * (double)h[1]) +
                              v * ((1 - u) * (double)h[SAMPLES] + u * (double)h[SAMPLES + 1]);
        r->height_m[n] = (float)height;
        r->low_m = fmin(r->low_m, height);
        r->high_m = fmax(r->high_m, height);
    }
    return ground;
}

/* The rotation that best turns the camera's looks into a line's (in north, east, down):
 * small turns w that solve  sum (I - d d^T) w = sum d x d_true, to convergence. */
static void fit_attitude(double rotation[9], const double (*camera)[3], const double (*truth)[3])
{
    for (int round = 0; round < 8; round++) {
        double m[9] = {0}, b[3] = {0}, w[3], turn[9], out[9], cross[3], d[3];
        for (size_t s = 0; s < SAMPLES; s++) {
            place_apply(d, rotation, camera[s]);
            place_cross(cross, d, truth[s]);
            for (int i = 0; i < 3; i++) {
                b[i] += cross[i];
                for (int j = 0; j < 3; j++)
                    m[3 * i + j] += (i == j) - d[i] * d[j];
            }
        }
        double c01[3], c12[3], c20[3]; /* the inverse by cross products of rows */
        place_cross(c12, m + 3, m + 6);
        place_cross(c20, m + 6, m);
        place_cross(c01, m, m + 3);
        const double det = place_dot(m, c12);
        for (int i = 0; i < 3; i++)
            w[i] = (c12[i] * b[0] + c20[i] * b[1] + c01[i] * b[2]) / det;
        place_rotation(turn, w[0], w[1], w[2]);
        place_multiply(out, turn, rotation);
        memcpy(rotation, out, sizeof out);
    }
}

/* Looks from the sensor to the true ground, in north, east, down at the sensor. */
static void true_looks(double (*out)[3], const struct emit *e, size_t line, const double axes[9])
{
    for (size_t s = 0; s < SAMPLES; s++) {
        const double *ground = e->ground[line * SAMPLES + s];
        const double range = distance_m(ground, e->sensor[line]);
        double look[3];
        for (int i = 0; i < 3; i++)
            look[i] = (ground[i] - e->sensor[line][i]) / range;
        place_apply_transposed(out[s], axes, look);
    }
}

static void sensor_axes(double axes[9], const struct emit *e, size_t line)
{
    double geodetic[3];
    place_earth_geodetic(geodetic, e->earth, e->sensor[line]);
    place_earth_axes(axes, geodetic[0], geodetic[1]);
}

static void one_camera_serves_all_lines(void **state)
{
    struct emit *e = *state;
    static double camera[SAMPLES][3], truth[SAMPLES][3], position[LINES * 3], attitude[LINES * 4];
    static double time_s[LINES], still[SAMPLES * 3];
    double axes[9], identity[9], heading_axes[9], squares = 0, worst = 0, worst_height = 0;
    size_t n_placed = 0;
    need(e);
    struct place_ground ground = make_ground(e);
    sensor_axes(axes, e, MIDDLE);
    place_rotation(heading_axes, 0, 0, 130 * DEG); /* where it flies, about; any will do */
    true_looks(truth, e, MIDDLE, axes);
    for (size_t s = 0; s < SAMPLES; s++)
        place_apply_transposed(camera[s], heading_axes, truth[s]);
    for (size_t l = 0; l < LINES; l++) {
        double roll, pitch, heading;
        memcpy(identity, heading_axes, sizeof identity);
        sensor_axes(axes, e, l);
        true_looks(truth, e, l, axes);
        fit_attitude(identity, (const double(*)[3])camera, (const double(*)[3])truth);
        place_rotation_angles(&roll, &pitch, &heading, identity);
        place_quaternion(attitude + 4 * l, roll, pitch, heading);
        memcpy(position + 3 * l, e->sensor[l], sizeof e->sensor[l]);
        time_s[l] = 1e9 + 0.0095 * (double)l;
    }
    const struct place_trajectory trajectory = {LINES, time_s, position, attitude, 1};
    const struct place_camera model = {SAMPLES, &camera[0][0], still, still};
    const struct place_geometry geometry = {.of_coordinates = 0};
    const struct place_pushbroom pushbroom = {&geometry, &trajectory, &model,
                                              &ground,   LINES,       time_s};
    struct cube_placement placement;
    struct place_outcome outcome;
    struct vaho_pool *pool;
    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(place_pushbroom(&placement, &outcome, &pushbroom, pool, NULL, NULL), VAHO_OK);
    vaho_pool_free(pool);
    for (size_t i = 0; i < LINES * SAMPLES; i++) {
        const double at[3] = {placement.longitude_deg[i] * DEG, placement.latitude_deg[i] * DEG,
                              (double)placement.height_m[i]};
        double centred[3];
        if (isnan(at[0]))
            continue;
        place_earth_centred(centred, e->earth, at);
        double level[3], place[9], difference[3], off;
        for (int k = 0; k < 3; k++)
            difference[k] = centred[k] - e->ground[i][k];
        place_earth_axes(place, at[0], at[1]);
        place_apply_transposed(level, place, difference);
        off = hypot(level[0], level[1]);
        worst = fmax(worst, off);
        squares += off * off;
        worst_height = fmax(worst_height, fabs(level[2]));
        n_placed++;
    }
    print_message("one camera, a fitted attitude a line and a terrain model: %zu of 20000 pixels "
                  "placed, horizontally root mean square %.3f m, worst %.3f m; height worst %.2f "
                  "m, which is the model's resampling\n",
                  n_placed, sqrt(squares / (double)n_placed), worst, worst_height);
    assert_true(n_placed > 18000); /* the others look in over the model's edge */
    assert_int_equal(outcome.n_sights[PLACE_SIGHT_HIT], n_placed);
    assert_int_equal(outcome.n_before + outcome.n_after + outcome.n_gap, 0);
    assert_true(sqrt(squares / (double)n_placed) < 0.1 && worst < 1);
    cube_placement_free(&placement);
    place_ground_free(&ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_sight_end_where_the_file_says),
        cmocka_unit_test(one_camera_serves_all_lines),
    };
    return cmocka_run_group_tests(tests, open_emit, close_emit);
}
