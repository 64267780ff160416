/* test_terrain.c - heights, rays and sunlight against closed forms; real terrain models; and
 * flights over terrain that the program's own georeferencing finds at the right place */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "exercise/pass.h"
#include "exercise/pass_files.h"
#include "exercise/terrain.h"
#include "made_scenario.h"
#include "vaho/place.h"
#include "vaho/source.h"

static const char *const models[] = {VAHO_TEST_SHARED "/data/dem/bigtujunga.tif",
                                     VAHO_TEST_SHARED "/data/dem/spDataLarge_srtm.tif"};
static const double model_at[][2] = {{-118.15, 34.31}, {-113.0, 37.3}};

static struct vaho_scenario *scenario(void)
{
    struct vaho_scenario *s;

    assert_int_equal(vaho_scenario_parse(&s, made_scenario, sizeof made_scenario - 1, "made", NULL),
                     VAHO_OK);
    s->area.terrain = (struct vaho_scenario_terrain){
        .given = 1, .relief_m = 80, .scale_m = 200, .spacing_m = 8, .sigma_m = 0};
    return s;
}

/* Ground that rises 'slope' metres a metre to the east from 500 m. */
static void tilt(struct vaho_terrain *t, double slope)
{
    for (size_t r = 0; r < t->n_rows; r++)
        for (size_t c = 0; c < t->n_columns; c++) {
            double east, north;
            vaho_world_metres(&east, &north, t->area, t->west_deg + (double)c * t->step_lon_deg,
                              t->north_deg - (double)r * t->step_lat_deg);
            t->height_m[r * t->n_columns + c] = (float)(500 + slope * east);
        }
    t->high_m = 500 + fabs(slope) * 3000;
}

static void rays_meet_a_plane_where_they_should(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_terrain t;

    (void)state;
    s->area.terrain.relief_m = 0;
    assert_int_equal(vaho_terrain_make(&t, s, NULL, 1, NULL), VAHO_OK);
    assert_float_equal(s->area.ground_m, 500, 0);
    for (double slope = -0.3; slope < 0.31; slope += 0.15) {
        tilt(&t, slope);
        assert_float_equal(vaho_terrain_height(&t, 111, 222), 500 + slope * 111, 1e-3);
        for (double across = -0.25; across < 0.26; across += 0.125) {
            const double origin[3] = {150, 120, 1500}, look[3] = {across, 0.1, -1};
            /* 1500 - u = 500 + slope (150 + across u) */
            double u = (1000 - slope * 150) / (1 + slope * across), out[2];
            vaho_terrain_meet(out, &t, origin, look);
            assert_float_equal(out[0], 150 + across * u, 2e-3);
            assert_float_equal(out[1], 120 + 0.1 * u, 2e-3);
        }
    }
    vaho_terrain_free(&t);
    vaho_scenario_free(s);
}

static void slopes_turn_to_the_sun_and_walls_stand_before_it(void **state)
{
    const struct vaho_exercise_sun east30 = {
        .east = cos(acos(-1) / 6), .up = 0.5, .distance_au = 1};
    struct vaho_scenario *s = scenario();
    struct vaho_terrain t;

    (void)state;
    s->area.terrain.relief_m = 0;
    assert_int_equal(vaho_terrain_make(&t, s, NULL, 1, NULL), VAHO_OK);
    assert_float_equal(vaho_terrain_sunlit(&t, &east30, 200, 150), 0.5, 1e-6);
    for (double slope = -0.5; slope < 0.6; slope += 0.25) {
        double want = (0.5 - slope * east30.east) / sqrt(1 + slope * slope);
        tilt(&t, slope);
        assert_float_equal(vaho_terrain_sunlit(&t, &east30, 200, 150), want, 1e-4);
    }
    tilt(&t, 0.8); /* steeper than the sun is high, away from it */
    assert_true(vaho_terrain_sunlit(&t, &east30, 200, 150) == 0);
    tilt(&t, 0);
    /* a wall of 60 m, whose shadow is 104 m long */
    for (size_t r = 0; r < t.n_rows; r++) {
        double column = (s->area.longitude_deg - t.west_deg) / t.step_lon_deg + 300 / 8.0;
        for (size_t k = 0; k < 3; k++)
            t.height_m[r * t.n_columns + (size_t)column + k] = 560;
    }
    t.high_m = 560;
    assert_true(vaho_terrain_sunlit(&t, &east30, 300 - 80, 150) == 0);
    assert_float_equal(vaho_terrain_sunlit(&t, &east30, 300 - 130, 150), 0.5, 1e-6);
    assert_float_equal(vaho_terrain_sunlit(&t, &east30, 345, 150), 0.5, 1e-6);
    vaho_terrain_free(&t);
    vaho_scenario_free(s);
}

static void the_map_is_kept_and_the_ground_strays_from_it(void **state)
{
    struct vaho_scenario *s = scenario(), *again = scenario();
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_terrain t, map;
    char path[] = "/tmp/vaho-terrain-XXXXXX";
    double sum = 0, square = 0, n = 0;
    int file = mkstemp(path);

    (void)state;
    assert_true(file >= 0);
    close(file);
    s->area.terrain.sigma_m = again->area.terrain.sigma_m = 3;
    s->area.terrain.spacing_m = again->area.terrain.spacing_m = 2; /* many waves of the error */
    assert_int_equal(vaho_terrain_make(&t, s, NULL, 7, NULL), VAHO_OK);
    assert_true(t.high_m - t.low_m > 40 && t.high_m - t.low_m < 250);
    assert_int_equal(vaho_terrain_save(&t, path, NULL), VAHO_OK);
    assert_int_equal(vaho_terrain_load(&map, again, path, NULL), VAHO_OK);
    assert_memory_equal(map.height_m, t.height_m, t.n_rows * t.n_columns * sizeof(float));
    assert_true(again->area.ground_m == s->area.ground_m);
    vaho_terrain_disturb(&t, 9);
    for (size_t i = 0; i < t.n_rows * t.n_columns; i++) {
        double off = (double)t.height_m[i] - (double)map.height_m[i];
        sum += off;
        square += off * off;
        n += 1;
    }
    assert_true(fabs(sum / n) < 1.5 && sqrt(square / n) > 2 && sqrt(square / n) < 4);
    again->flight[1].altitude_m = 50; /* into the hills */
    vaho_terrain_free(&map);
    assert_int_equal(vaho_terrain_load(&map, again, path, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "fly higher"));
    again->flight[1].altitude_m = 1000;
    again->area.terrain.spacing_m = 20;
    assert_int_equal(vaho_terrain_load(&map, again, path, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "not the terrain"));
    unlink(path);
    vaho_terrain_free(&t);
    vaho_scenario_free(s);
    vaho_scenario_free(again);
}

/* --- placed by src/place ---------------------------------------------------- */

static void remove_flight(const char *dir)
{
    static const char *const names[] = {
        "flights/f/d1-f1.bil",  "flights/f/d1-f1.bil.hdr", "flights/f/trajectory.csv",
        "flights/f/camera.csv", "flights/f/lines.csv",     "flights/f/geometry.json",
        "terrain.tif"};
    char path[160];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/flights/f", dir);
    rmdir(path);
    snprintf(path, sizeof path, "%s/flights", dir);
    rmdir(path);
    rmdir(dir);
}

/* Root mean square of how far the program places pixels from where the simulator has them, over the
 * middle of the cube, metres; *out_stated that of the stated errors. */
static double placed(double *out_stated, const struct vaho_pass *pass, const char *dir)
{
    char cube[160], geometry[160], folder[128];
    const struct vaho_scenario_area *area = &pass->world->scenario->area;
    struct vaho_source *source;
    struct vaho_place *place;
    struct vaho_pool *pool;
    double sum = 0, stated = 0, n = 0;

    snprintf(folder, sizeof folder, "%s/flights/f", dir);
    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(vaho_pass_write(pass, folder, "mark", pool, NULL, NULL), VAHO_OK);
    vaho_pool_free(pool);
    snprintf(cube, sizeof cube, "%s/d1-f1.bil", folder);
    snprintf(geometry, sizeof geometry, "%s/geometry.json", folder);
    assert_int_equal(vaho_source_open(&source, cube, NULL), VAHO_OK);
    assert_int_equal(vaho_place_source(source, geometry, NULL, 1, NULL, NULL), VAHO_OK);
    assert_int_equal(vaho_place_new(&place, vaho_source_info(source)->georeference, pass->n_lines,
                                    pass->course.n_samples, NULL),
                     VAHO_OK);
    for (size_t l = 5; l + 5 < pass->n_lines; l += 10)
        for (size_t k = 2; k < pass->course.n_samples; k += 7) {
            const float *where = &pass->where[2 * (l * pass->course.n_samples + k)];
            double longitude, latitude, east, north, covariance[3];
            assert_true(vaho_place_lonlat(&longitude, &latitude, place, (double)l, (double)k));
            assert_true(vaho_place_covariance(covariance, place, (double)l, (double)k, 0));
            vaho_world_metres(&east, &north, area, longitude, latitude);
            east -= VAHO_WORLD_CELL_M * where[1];
            north -= area->height_m - VAHO_WORLD_CELL_M * where[0];
            sum += east * east + north * north;
            stated += covariance[0] + covariance[2];
            n += 1;
        }
    vaho_place_free(place);
    vaho_source_free(source);
    *out_stated = sqrt(stated / n);
    return sqrt(sum / n);
}

/* One flight over a terrain: with perfect instruments and a perfect map, or as they are. */
static double fly(double *out_stated, struct vaho_scenario *s, const char *model, uint64_t seed,
                  int perfect)
{
    char dir[] = "/tmp/vaho-terrain-XXXXXX", path[128];
    struct vaho_world world;
    struct vaho_terrain t;
    struct vaho_pass pass;
    struct vaho_error error = {VAHO_OK, ""};
    double off;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/flights", dir);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/flights/f", dir);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/terrain.tif", dir);
    s->area.terrain.sigma_m = perfect ? 0 : 4;
    s->sensor[0].n_samples = 240; /* 14 degrees to each side */
    if (vaho_terrain_make(&t, s, model, seed, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(vaho_terrain_save(&t, path, NULL), VAHO_OK);
    vaho_terrain_disturb(&t, seed);
    vaho_world_make(&world, s, seed);
    world.terrain = &t;
    assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
    if (perfect)
        pass.course.position_sigma_m = pass.course.attitude_sigma_deg = 0;
    off = placed(out_stated, &pass, dir);
    vaho_pass_free(&pass);
    vaho_terrain_free(&t);
    remove_flight(dir);
    return off;
}

/* The simulator's level frame and bilinear map, and src/place's ellipsoid, agree to half a metre
 * over hills and over real mountains; with errors of instruments and map, places are off as stated.
 */
static void flights_over_hills_are_placed_rightly(void **state)
{
    double ratio = 0, stated;
    enum { SEEDS = 8 };

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS + 2; seed++) {
        struct vaho_scenario *s = scenario();
        double off = fly(&stated, s, NULL, seed, seed < 2);
        if (seed < 2)
            assert_true(off < 0.5);
        else
            ratio += off * off / (stated * stated) / SEEDS;
        vaho_scenario_free(s);
    }
    assert_true(ratio > 0.4 && ratio < 2);
}

static void flights_over_real_mountains_are_placed_rightly(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct vaho_scenario *s = scenario();
        double stated, off;
        if (access(models[i], R_OK) != 0)
            skip();
        s->area.longitude_deg = model_at[i][0];
        s->area.latitude_deg = model_at[i][1];
        s->area.terrain.spacing_m = 20;
        off = fly(&stated, s, models[i], 3, 1);
        print_message("%s: ground %.0f m, off by %.2f m\n", strrchr(models[i], '/') + 1,
                      s->area.ground_m, off);
        assert_true(off < 0.5);
        vaho_scenario_free(s);
    }
}

static void areas_beyond_the_model_are_refused(void **state)
{
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_terrain t;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct vaho_scenario *s = scenario();
        if (access(models[i], R_OK) != 0)
            skip();
        assert_int_equal(vaho_terrain_make(&t, s, models[i], 1, &error), VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, "knows no height"));
        assert_null(t.height_m);
        vaho_scenario_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rays_meet_a_plane_where_they_should),
        cmocka_unit_test(slopes_turn_to_the_sun_and_walls_stand_before_it),
        cmocka_unit_test(the_map_is_kept_and_the_ground_strays_from_it),
        cmocka_unit_test(flights_over_hills_are_placed_rightly),
        cmocka_unit_test(flights_over_real_mountains_are_placed_rightly),
        cmocka_unit_test(areas_beyond_the_model_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
