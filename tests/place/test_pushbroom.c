/*
 * test_pushbroom.c - places against geometry done by hand, errors against simulation
 *
 * The simulation draws every input's error from a normal distribution of the stated
 * standard deviation, places the same pixels again and compares their scatter with
 * the covariance that was propagated.
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

static const double DEG = M_PI / 180;
enum { LINES = 3, SAMPLES = 5, RECORDS = 41, PIXELS = LINES * SAMPLES };

/* All that is given of a flight, before anything is computed from it. */
struct flight {
    struct place_geometry geometry;
    double value[RECORDS * PLACE_N_TRAJECTORY_COLUMNS];
    double angles[2 * SAMPLES];
    double time_s[LINES];
    struct place_ground ground;
};

/* 20 records a second about longitude and latitude 0 or elsewhere, 70 m/s, wobbling. */
static void make_flight(struct flight *f, double longitude_deg, double latitude_deg,
                        double height_m, double heading_deg)
{
    const double speed = 70;
    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < RECORDS; i++) {
        const double t = 0.05 * (double)i - 1;
        const double row[7] = {1e9 + t,
                               longitude_deg * DEG + speed * t * sin(heading_deg * DEG) / 6378137 /
                                                         cos(latitude_deg * DEG),
                               latitude_deg * DEG + speed * t * cos(heading_deg * DEG) / 6371000,
                               height_m + 2 * sin(t),
                               (3 + 4 * sin(2 * t)) * DEG,
                               (-2 + 3 * sin(1.5 * t)) * DEG,
                               (heading_deg + 2 * sin(t)) * DEG};
        memcpy(f->value + 7 * i, row, sizeof row);
    }
    for (size_t s = 0; s < SAMPLES; s++) {
        f->angles[2 * s] = ((double)s - 2) * 9 * DEG;
        f->angles[2 * s + 1] = (double)s * 0.2 * DEG;
    }
    for (size_t l = 0; l < LINES; l++)
        f->time_s[l] = 1e9 - 0.5 + 0.5 * (double)l;
    f->ground.datum = VAHO_HEIGHT_ELLIPSOID;
}

static void fly(struct cube_placement *out, struct place_outcome *outcome, struct flight *f,
                struct vaho_pool *pool)
{
    static size_t line[RECORDS];
    const struct place_table records = {RECORDS, PLACE_N_TRAJECTORY_COLUMNS, f->value, line};
    const struct place_table angles = {SAMPLES, 2, f->angles, line};
    struct place_trajectory trajectory;
    struct place_camera camera;
    static struct place_earth *earth; /* kept to the end of the program */
    struct vaho_error error = {VAHO_OK, ""};
    if (earth == NULL)
        assert_int_equal(place_earth_new(&earth, NULL, "", NULL), VAHO_OK);
    if (place_trajectory_new(&trajectory, &records, "t", "line", 1, earth, &error) != VAHO_OK ||
        place_camera_new(&camera, &angles, SAMPLES, "c", &error) != VAHO_OK)
        fail_msg("%s", error.message);
    const struct place_pushbroom p = {&f->geometry, &trajectory, &camera,
                                      &f->ground,   LINES,       f->time_s};
    if (place_pushbroom(out, outcome, &p, pool, NULL, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    place_trajectory_free(&trajectory);
    place_camera_free(&camera);
}

static struct vaho_pool *make_pool(size_t n)
{
    struct vaho_pool *pool;
    assert_int_equal(vaho_pool_new(&pool, n, NULL), VAHO_OK);
    return pool;
}

/* --- by hand --------------------------------------------------------------------- */

/* On the equator, flying east at 1000 m over level ground at 0, no roll, pitch or errors. */
static void level_flight_is_done_by_hand(void **state)
{
    (void)state;
    struct flight f;
    struct cube_placement out;
    struct place_outcome outcome;
    struct vaho_pool *pool = make_pool(1);
    make_flight(&f, 0, 0, 1000, 90);
    for (size_t i = 0; i < RECORDS; i++) {
        f.value[7 * i + PLACE_HEIGHT] = 1000;
        f.value[7 * i + PLACE_ROLL] = f.value[7 * i + PLACE_PITCH] = 0;
        f.value[7 * i + PLACE_HEADING] = 90 * DEG;
    }
    f.geometry.lever_arm_m[0] = 2; /* camera 2 m ahead, 1 m to the right, */
    f.geometry.lever_arm_m[1] = 1;
    f.geometry.lever_arm_m[2] = 10;            /* 10 m below the IMU */
    f.geometry.boresight_rad[1] = 5 * DEG;     /* tilted forward */
    f.geometry.trajectory.sigma_m[0] = 3;      /* north */
    f.geometry.trajectory.sigma_rad[0] = 1e-3; /* roll */
    f.geometry.trajectory.sigma_rad[1] = 2e-3; /* pitch */
    f.geometry.lines.sigma_s = 0.01;
    f.geometry.terrain.sigma_m = 4;
    fly(&out, &outcome, &f, pool);
    assert_int_equal(outcome.n_sights[PLACE_SIGHT_HIT], PIXELS);
    for (size_t l = 0; l < LINES; l++) {
        const size_t middle = l * SAMPLES + 2;
        const double along = f.angles[5] + 5 * DEG; /* the view angle of sample 2 is forward too */
        const double x = 70 * (-0.5 + 0.5 * (double)l) + 2 + 990 * tan(along);
        const double east = out.longitude_deg[middle] * DEG * 6378137;
        const double north = out.latitude_deg[middle] * DEG * 6335439.3;
        assert_true(fabs(east - x) < 0.01);  /* the Earth's curve: 88^2 / 2R, 0.6 mm down */
        assert_true(fabs(north + 1) < 0.01); /* right of east is south */
        assert_true(fabs((double)out.height_m[middle]) < 1e-3);
        /* errors by hand: east from pitch (990 m / cos^2, and the arm's 10 m), time (70 m/s)
         * and terrain (tan); north from position and roll (1000 m below the IMU) */
        const double by_pitch = (990 / (cos(along) * cos(along)) + 10) * 2e-3;
        const double east2 = by_pitch * by_pitch + 0.7 * 0.7 + pow(4 * tan(along), 2);
        const double north2 = 9 + pow(1000 * 1e-3, 2);
        assert_true(fabs((double)out.variance_m2[4 * middle] / east2 - 1) < 0.01);
        assert_true(fabs((double)out.variance_m2[4 * middle + 2] / north2 - 1) < 0.01);
        assert_true(fabs((double)out.variance_m2[4 * middle + 3] - 16) < 0.01); /* up */
    }
    /* sample 4 looks 18 degrees to the right: south of sample 2 by 990 tan(18) */
    assert_true(out.latitude_deg[4] < out.latitude_deg[2]);
    assert_true(fabs((out.latitude_deg[2] - out.latitude_deg[4]) * DEG * 6335439.3 -
                     990 * tan(18 * DEG) / cos(5 * DEG)) < 3);
    cube_placement_free(&out);

    f.time_s[0] -= 10; /* before the trajectory */
    f.ground.level_m = 1200;
    fly(&out, &outcome, &f, pool);
    assert_int_equal(outcome.n_before, 1);
    assert_int_equal(outcome.n_sights[PLACE_SIGHT_BELOW], 2 * SAMPLES);
    for (size_t i = 0; i < PIXELS; i++)
        assert_true(isnan(out.longitude_deg[i]) && isnan(out.variance_m2[4 * i]));
    cube_placement_free(&out);
    vaho_pool_free(pool);
}

/* --- by simulation --------------------------------------------------------------- */

/* Uniform in (0, 1] and normal numbers from a seed (xorshift64*, Box and Muller 1958). */
static double uniform(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return ((double)((*seed * 2685821657736338717u) >> 11) + 1) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    const double r = sqrt(-2 * log(uniform(seed)));
    return r * cos(2 * M_PI * uniform(seed));
}

static void state_errors(struct place_geometry *g)
{
    *g = (struct place_geometry){.trajectory = {.datum = VAHO_HEIGHT_ELLIPSOID,
                                                .sigma_m = {0.6, 0.4, 0.8},
                                                .sigma_rad = {4e-4, 6e-4, 1.5e-3}},
                                 .camera.sigma_rad = {3e-4, 5e-4},
                                 .boresight_rad = {-1.5 * DEG, 2 * DEG, 4 * DEG},
                                 .boresight_sigma_rad = {5e-4, 3e-4, 1e-3},
                                 .lever_arm_m = {1.5, -0.7, 1.1},
                                 .lever_arm_sigma_m = {0.2, 0.3, 0.1},
                                 .lines.sigma_s = 8e-3,
                                 .terrain.sigma_m = 1.2,
                                 .terrain.horizontal_sigma_m = 1.0,
                                 .geoid.given = 1,
                                 .geoid.sigma_m = 0.7};
}

/* The flight as it really was: every given number off by its error. */
static void disturb(struct flight *f, const struct flight *given, uint64_t *seed)
{
    const struct place_geometry *g = &given->geometry;
    double shift[3], turn[3], late = normal(seed) * g->lines.sigma_s, across, along;
    float *height = f->ground.raster.height_m;
    const struct place_raster *raster = &given->ground.raster;
    *f = *given;
    f->ground.raster.height_m = height;
    for (int k = 0; k < 3; k++) {
        shift[k] = normal(seed) * g->trajectory.sigma_m[k];
        turn[k] = normal(seed) * g->trajectory.sigma_rad[k];
        f->geometry.boresight_rad[k] += normal(seed) * g->boresight_sigma_rad[k];
        f->geometry.lever_arm_m[k] += normal(seed) * g->lever_arm_sigma_m[k];
    }
    for (size_t i = 0; i < RECORDS; i++) {
        double *row = f->value + 7 * i;
        row[PLACE_LATITUDE] += shift[0] / 6357000;
        row[PLACE_LONGITUDE] += shift[1] / 6385000 / cos(row[PLACE_LATITUDE]);
        row[PLACE_HEIGHT] -= shift[2];
        for (int k = 0; k < 3; k++)
            row[PLACE_ROLL + k] += turn[k];
    }
    for (size_t l = 0; l < LINES; l++)
        f->time_s[l] += late;
    across = normal(seed) * g->camera.sigma_rad[0];
    along = normal(seed) * g->camera.sigma_rad[1];
    for (size_t s = 0; s < SAMPLES; s++) {
        f->angles[2 * s] += across;
        f->angles[2 * s + 1] += along;
    }
    const double rise = normal(seed) * g->terrain.sigma_m;
    for (size_t i = 0; i < raster->n_rows * raster->n_columns; i++)
        height[i] = raster->height_m[i] + (float)rise;
    f->ground.raster.low_m += rise;
    f->ground.raster.high_m += rise;
    f->ground.undulation_m += normal(seed) * g->geoid.sigma_m;
    const double metre = raster->geographic ? 1 / (DEG * 6378137) : 1;
    f->ground.raster.affine[0] += normal(seed) * g->terrain.horizontal_sigma_m * metre;
    f->ground.raster.affine[3] += normal(seed) * g->terrain.horizontal_sigma_m * metre;
}

/* Sums of a pixel's scatter: east, north, and the three products. */
struct scatter {
    size_t n;
    double east, north, east2, both, north2;
};

static void add_scatter(struct scatter *sum, const struct cube_placement *there,
                        const struct cube_placement *given, size_t pixel)
{
    const double lat = given->latitude_deg[pixel] * DEG, e2 = 0.00669437999014;
    const double w = sqrt(1 - e2 * sin(lat) * sin(lat));
    const double east = (there->longitude_deg[pixel] - given->longitude_deg[pixel]) * DEG *
                        (6378137 / w + 500) * cos(lat);
    const double north = (there->latitude_deg[pixel] - given->latitude_deg[pixel]) * DEG *
                         (6378137 * (1 - e2) / (w * w * w) + 500);
    if (isnan(east))
        return;
    sum->n++;
    sum->east += east;
    sum->north += north;
    sum->east2 += east * east;
    sum->both += east * north;
    sum->north2 += north * north;
}

/* Compares; *out_ratio are the propagated over the simulated standard deviations. */
static void simulate(double out_ratio[PIXELS][2], double out_correlation[PIXELS],
                     struct flight *given, size_t n_trials)
{
    static struct flight f;
    struct scatter sum[PIXELS] = {{0, 0, 0, 0, 0, 0}};
    struct cube_placement placed, other;
    struct place_outcome outcome;
    struct vaho_pool *pool = make_pool(1);
    const struct place_raster *raster = &given->ground.raster;
    uint64_t seed = 88172645463325252u;
    fly(&placed, &outcome, given, pool);
    assert_int_equal(outcome.n_sights[PLACE_SIGHT_HIT], PIXELS);
    f.ground.raster.height_m = calloc(raster->n_rows * raster->n_columns, sizeof(float));
    for (size_t t = 0; t < n_trials; t++) {
        disturb(&f, given, &seed);
        fly(&other, &outcome, &f, pool);
        for (size_t i = 0; i < PIXELS; i++)
            add_scatter(&sum[i], &other, &placed, i);
        cube_placement_free(&other);
    }
    for (size_t i = 0; i < PIXELS; i++) {
        const struct scatter *s = &sum[i];
        const double n = (double)s->n, east2 = s->east2 / n - pow(s->east / n, 2);
        const double north2 = s->north2 / n - pow(s->north / n, 2);
        const double both = s->both / n - s->east * s->north / n / n;
        const float *v = placed.variance_m2 + 4 * i;
        assert_true(s->n > n_trials * 95 / 100);
        out_ratio[i][0] = sqrt((double)v[0] / east2);
        out_ratio[i][1] = sqrt((double)v[2] / north2);
        out_correlation[i] =
            (double)v[1] / sqrt((double)v[0] * (double)v[2]) - both / sqrt(east2 * north2);
    }
    free(f.ground.raster.height_m);
    cube_placement_free(&placed);
    vaho_pool_free(pool);
}

static char *geographic_wkt(void)
{
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    char *wkt = NULL, *out;
    OSRImportFromEPSG(crs, 4326);
    OSRExportToWkt(crs, &wkt);
    out = vaho_strdup(wkt);
    VSIFree(wkt);
    OSRDestroySpatialReference(crs);
    return out;
}

/* A smooth hillside: 30 % up to the east, 20 % down to the north, bent a little. */
static void propagation_agrees_with_simulation(void **state)
{
    (void)state;
    enum { SIDE = 101, TRIALS = 1200 };
    struct flight f;
    double ratio[PIXELS][2], correlation[PIXELS], least = 9, most = 0, worst = 0;
    const double step = 25 / (DEG * 6378137);
    make_flight(&f, 10, 35, 2500, 60);
    state_errors(&f.geometry);
    f.geometry.terrain.datum = f.ground.datum = VAHO_HEIGHT_GEOID;
    f.ground.geoid_given = 1;
    f.ground.undulation_m = 40;
    struct place_raster *r = &f.ground.raster;
    *r = (struct place_raster){
        .n_rows = SIDE,
        .n_columns = SIDE,
        .geographic = 1,
        .affine = {10 - step * SIDE / 2, step, 0, 35 + step * SIDE / 2, 0, -step},
        .low_m = 1e9,
        .high_m = -1e9,
        .crs_wkt = geographic_wkt()};
    r->height_m = calloc(SIDE * SIDE, sizeof(float));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const double east = 25 * cos(35 * DEG) * ((double)(i % SIDE) - SIDE / 2);
        const double north = -25 * ((double)(i / SIDE) - SIDE / 2);
        r->height_m[i] = (float)(500 + 0.3 * east - 0.2 * north + 2e-5 * east * north);
        r->low_m = fmin(r->low_m, (double)r->height_m[i]);
        r->high_m = fmax(r->high_m, (double)r->height_m[i]);
    }
    simulate(ratio, correlation, &f, TRIALS);
    for (size_t i = 0; i < PIXELS; i++) {
        least = fmin(least, fmin(ratio[i][0], ratio[i][1]));
        most = fmax(most, fmax(ratio[i][0], ratio[i][1]));
        worst = fmax(worst, fabs(correlation[i]));
    }
    print_message(
        "hillside, %d trials: propagated over simulated standard deviations %.3f to %.3f, "
        "correlation off by %.3f at most\n",
        TRIALS, least, most, worst);
    /* a standard deviation of 1200 draws is known to 2 %; four of those for the worst of 30 */
    assert_true(least > 0.92 && most < 1.08 && worst < 0.1);
    place_ground_free(&f.ground);
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Real ground bends within the errors' reach; the middle pixel still agrees. */
static void propagation_holds_over_real_mountains(void **state)
{
    (void)state;
    enum { TRIALS = 60 };
    const char path[] = VAHO_TEST_SHARED "/data/dem/bigtujunga.tif";
    struct flight f;
    double ratio[PIXELS][2], correlation[PIXELS], all[2 * PIXELS];
    struct place_ground ground;
    const struct place_geometry plain = {
        .terrain.datum = VAHO_HEIGHT_GEOID, .geoid.given = 1, .geoid.undulation_m = -33};
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    make_flight(&f, -118.15, 34.32, 4500, 200);
    state_errors(&f.geometry);
    f.geometry.terrain.datum = VAHO_HEIGHT_GEOID;
    assert_int_equal(place_ground_read(&ground, &plain, path, NULL, NULL), VAHO_OK);
    f.ground = ground;
    simulate(ratio, correlation, &f, TRIALS);
    memcpy(all, ratio, sizeof all);
    qsort(all, 2 * PIXELS, sizeof *all, by_size);
    print_message("Big Tujunga, %d trials: propagated over simulated standard deviations %.2f in "
                  "the middle, %.2f to %.2f\n",
                  TRIALS, all[PIXELS], all[0], all[2 * PIXELS - 1]);
    assert_true(all[PIXELS] > 0.9 && all[PIXELS] < 1.1);
    place_ground_free(&ground);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    struct flight f;
    struct cube_placement one, three;
    struct place_outcome outcome;
    struct vaho_pool *pool = make_pool(1), *more = make_pool(3);
    make_flight(&f, 10, 35, 2500, 60);
    state_errors(&f.geometry);
    fly(&one, &outcome, &f, pool);
    fly(&three, &outcome, &f, more);
    assert_memory_equal(one.longitude_deg, three.longitude_deg, PIXELS * sizeof(double));
    assert_memory_equal(one.variance_m2, three.variance_m2, 4 * PIXELS * sizeof(float));
    cube_placement_free(&one);
    cube_placement_free(&three);
    vaho_pool_free(pool);
    vaho_pool_free(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_flight_is_done_by_hand),
        cmocka_unit_test(propagation_agrees_with_simulation),
        cmocka_unit_test(propagation_holds_over_real_mountains),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
