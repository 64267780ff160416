/* test_pass.c - a pass: the same ground in every one, told by instruments that are a little off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exercise/pass.h"
#include "exercise/pass_files.h"
#include "exercise/truth.h"
#include "made_scenario.h"
#include "vaho/place.h"
#include "vaho/source.h"

static struct vaho_scenario *scenario(void)
{
    struct vaho_scenario *s;

    assert_int_equal(vaho_scenario_parse(&s, made_scenario, sizeof made_scenario - 1, "made", NULL),
                     VAHO_OK);
    return s;
}

static void emitters_move_and_go(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_world world;
    struct vaho_pass pass;

    (void)state;
    vaho_world_make(&world, s, 3);
    assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
    assert_true(pass.source[0].on && pass.source[0].in_view);
    assert_float_equal(pass.source[0].place_m[0], 190, 0);
    assert_true(pass.source[0].mean_ppmm > 0 &&
                pass.source[0].peak_ppmm > pass.source[0].mean_ppmm);
    vaho_pass_free(&pass);
    assert_int_equal(vaho_pass_new(&pass, &world, 1, NULL), VAHO_OK);
    assert_float_equal(pass.source[0].place_m[0], 215, 0);
    assert_true(pass.n_lines < pass.course.n_lines && pass.n_lines >= pass.course.n_lines - 7);
    vaho_pass_free(&pass);
    s->emitter[0].stay[0].gone = 1;
    s->emitter[3].on_share = 0;
    assert_int_equal(vaho_pass_new(&pass, &world, 1, NULL), VAHO_OK);
    assert_false(pass.source[0].there || pass.source[0].on || pass.source[0].in_view);
    assert_true(pass.source[3].there && !pass.source[3].on);
    vaho_pass_free(&pass);
    vaho_scenario_free(s);
}

static void the_truth_is_of_its_own_passes(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_world world;
    struct vaho_truth truth;
    struct vaho_text text;
    struct vaho_pass pass;

    (void)state;
    vaho_world_make(&world, s, 3);
    vaho_text_init(&text, 1 << 20);
    assert_int_equal(vaho_truth_write(&text, &world, "salt", NULL, NULL), VAHO_OK);
    assert_int_equal(vaho_truth_parse(&truth, text.data, text.nbytes, "t", NULL), VAHO_OK);
    assert_int_equal(truth.seed, 3);
    assert_string_equal(truth.emitter[1].name, "farm");
    assert_true(truth.flight[0].look[0].permitted && !truth.flight[0].look[3].permitted);
    for (uint64_t seed = 3; seed < 5; seed++) {
        vaho_world_make(&world, s, seed);
        assert_int_equal(vaho_pass_new(&pass, &world, 1, NULL), VAHO_OK);
        assert_int_equal(vaho_truth_check_pass(&truth, &pass, NULL),
                         seed == 3 ? VAHO_OK : VAHO_REFUSED);
        vaho_pass_free(&pass);
    }
    vaho_truth_free(&truth);
    for (size_t n = 0; n < text.nbytes; n += 97) /* cut short anywhere */
        assert_int_equal(vaho_truth_parse(&truth, text.data, n, "t", NULL), VAHO_BAD_INPUT);
    vaho_text_free(&text);
    vaho_scenario_free(s);
}

static void the_same_for_any_number_of_threads(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_world world;
    float *light[2];

    (void)state;
    vaho_world_make(&world, s, 3);
    for (size_t k = 0; k < 2; k++) {
        struct vaho_pass pass;
        struct vaho_pool *pool;
        assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
        assert_int_equal(vaho_pool_new(&pool, k == 0 ? 1 : 3, NULL), VAHO_OK);
        light[k] = calloc(64 * 32 * 96, sizeof(float));
        assert_int_equal(vaho_scene_record(light[k], pass.scene, 40, 64, pool, NULL), VAHO_OK);
        vaho_pool_free(pool);
        vaho_pass_free(&pass);
    }
    assert_memory_equal(light[0], light[1], 64 * 32 * 96 * sizeof(float));
    free(light[0]);
    free(light[1]);
    vaho_scenario_free(s);
}

static float *recorded(const struct vaho_pass *pass, size_t n_lines)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(pass->scene);
    float *light = calloc(n_lines * p->n_bands * p->n_samples, sizeof *light);
    struct vaho_pool *pool;

    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(vaho_scene_record(light, pass->scene, 0, n_lines, pool, NULL), VAHO_OK);
    vaho_pool_free(pool);
    return light;
}

/* Traffic is somewhere along its road, elsewhere in each pass; what is on half the time is on in
 * half of the passes (within three sigma of 80 draws), and wind is the day's within its sigmas. */
static void passes_are_drawn_as_the_scenario_says(void **state)
{
    struct vaho_scenario *s = scenario();
    double n_on = 0, along = 0, along2 = 0, wind = 0, wind2 = 0, n = 0;
    enum { SEEDS = 40 };

    (void)state;
    s->emitter[1].on_share = 0.5;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (size_t flight = 0; flight < 2; flight++, n += 1) {
            struct vaho_world world;
            struct vaho_pass pass;
            double t;
            vaho_world_make(&world, s, seed);
            assert_int_equal(vaho_pass_new(&pass, &world, flight, NULL), VAHO_OK);
            n_on += pass.source[1].on;
            t = pass.source[3].place_m[0] / 400; /* the road goes from (0, 50) to (400, 60) */
            assert_float_equal(pass.source[3].place_m[1], 50 + 10 * t, 1e-9);
            along += t;
            along2 += t * t;
            wind += pass.wind_m_s;
            wind2 += (pass.wind_m_s - 3) * (pass.wind_m_s - 3);
            vaho_pass_free(&pass);
        }
    assert_true(fabs(n_on / n - 0.5) < 3 * 0.5 / sqrt(n));
    assert_true(fabs(along / n - 0.5) < 3 * 0.289 / sqrt(n));
    assert_true(fabs(sqrt(along2 / n - along * along / n / n) - 0.289) < 0.06);
    assert_true(fabs(wind / n - 3) < 3 * 0.3 / sqrt(n) && fabs(sqrt(wind2 / n) / 0.3 - 1) < 0.3);
    vaho_scenario_free(s);
}

/* Frames that are lost are missing, and the others are what they would have been. */
static void lost_frames_are_gaps(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_world world;
    struct vaho_pass some, all;
    size_t n_samples;

    (void)state;
    vaho_world_make(&world, s, 3);
    assert_int_equal(vaho_pass_new(&some, &world, 1, NULL), VAHO_OK);
    s->flight[1].n_dropped = 0;
    assert_int_equal(vaho_pass_new(&all, &world, 1, NULL), VAHO_OK);
    n_samples = all.course.n_samples;
    assert_int_equal(all.n_lines, all.course.n_lines);
    assert_in_range(all.n_lines - some.n_lines, 1, 7);
    for (size_t l = 0; l < some.n_lines; l++) {
        assert_true(l == 0 || some.frame[l] > some.frame[l - 1]);
        assert_memory_equal(some.where + 2 * l * n_samples,
                            all.where + 2 * some.frame[l] * n_samples,
                            2 * n_samples * sizeof(float));
    }
    vaho_pass_free(&some);
    vaho_pass_free(&all);
    vaho_scenario_free(s);
}

/* Radiance stops at what saturates; ground that imitates a gas differs where it lies, and only
 * there. */
static void saturation_and_imitation_are_where_they_should(void **state)
{
    struct vaho_scenario *s = scenario();
    struct vaho_world world;
    struct vaho_pass pass;
    size_t n_saturated = 0, n_changed = 0, n = 150 * 32 * 96;
    float *plain, *flat, *bare;

    (void)state;
    vaho_world_make(&world, s, 3);
    assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
    plain = recorded(&pass, 150);
    vaho_pass_free(&pass);
    s->sensor[0].saturation = 9.9;
    assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
    flat = recorded(&pass, 150);
    vaho_pass_free(&pass);
    s->sensor[0].saturation = 0;
    s->imitation[0].ppmm = 0.001;
    assert_int_equal(vaho_pass_new(&pass, &world, 0, NULL), VAHO_OK);
    bare = recorded(&pass, 150);
    for (size_t i = 0; i < n; i++) {
        assert_true(flat[i] == (plain[i] > 9.9f ? 9.9f : plain[i]));
        n_saturated += flat[i] == 9.9f;
    }
    assert_true(n_saturated > 100 && n_saturated < n / 2);
    for (size_t l = 0; l < 150; l++)
        for (size_t k = 0; k < 96; k++) {
            const float *where = &pass.where[2 * (l * 96 + k)];
            double east = VAHO_WORLD_CELL_M * where[1] - 250;
            double north = 300 - VAHO_WORLD_CELL_M * where[0] - 250, most = 0;
            for (size_t b = 0; b < 32; b++)
                most = fmax(most, fabs((double)plain[(l * 32 + b) * 96 + k] -
                                       (double)bare[(l * 32 + b) * 96 + k]));
            n_changed += most > 0.02;
            if (east * east + north * north > 8.1 * 8.1)
                assert_true(most == 0);
        }
    /* a circle of 8 m is 50 pixels of 2 m */
    assert_in_range(n_changed, 30, 60);
    vaho_pass_free(&pass);
    vaho_scenario_free(s);
    free(plain);
    free(flat);
    free(bare);
}

/* Writes a pass, places it as a real flight by src/place, and says how far the place of a pixel is
 * from where the simulator has it: the mean square over the middle of the cube, in units of the
 * stated covariance's trace (or in m2, where that is 0). */
static double place_error(struct vaho_pass *pass, const char *dir)
{
    char cube[128], geometry[128];
    const struct vaho_scenario_area *area = &pass->world->scenario->area;
    struct vaho_source *source;
    struct vaho_place *place;
    struct vaho_pool *pool;
    double sum = 0, n = 0;

    assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
    assert_int_equal(vaho_pass_write(pass, dir, "mark", pool, NULL, NULL), VAHO_OK);
    vaho_pool_free(pool);
    snprintf(cube, sizeof cube, "%s/%s.bil", dir, pass->world->scenario->flight[pass->flight].name);
    snprintf(geometry, sizeof geometry, "%s/geometry.json", dir);
    assert_int_equal(vaho_source_open(&source, cube, NULL), VAHO_OK);
    assert_true(vaho_source_info(source)->exercise);
    assert_int_equal(vaho_place_source(source, geometry, NULL, 1, NULL, NULL), VAHO_OK);
    assert_int_equal(vaho_place_new(&place, vaho_source_info(source)->georeference, pass->n_lines,
                                    pass->course.n_samples, NULL),
                     VAHO_OK);
    for (size_t l = 5; l + 5 < pass->n_lines; l += 20)
        for (size_t k = 2; k < pass->course.n_samples; k += 13) {
            const float *where = &pass->where[2 * (l * pass->course.n_samples + k)];
            double longitude, latitude, east, north, covariance[3], e, m;
            assert_true(vaho_place_lonlat(&longitude, &latitude, place, (double)l, (double)k));
            assert_true(vaho_place_covariance(covariance, place, (double)l, (double)k, 0));
            vaho_world_metres(&east, &north, area, longitude, latitude);
            e = east - VAHO_WORLD_CELL_M * where[1];
            m = north - (area->height_m - VAHO_WORLD_CELL_M * where[0]);
            sum += (e * e + m * m) /
                   (pass->course.position_sigma_m > 0 ? covariance[0] + covariance[2] : 1);
            n += 1;
        }
    vaho_place_free(place);
    vaho_source_free(source);
    return sum / n;
}

static void clear(const char *dir)
{
    static const char *const names[] = {"d1-f1.bil",     "d1-f1.bil.hdr",  "d1-f2.bil",
                                        "d1-f2.bil.hdr", "trajectory.csv", "camera.csv",
                                        "lines.csv",     "geometry.json"};
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* The simulator's flat frame and src/place's ellipsoid agree to half a metre where the
 * instruments are right, also with a shaking carrier, dropped frames and a slanting track; with
 * instruments that are off, the places are off as far as the stated errors say. */
static void places_are_right_and_errors_as_stated(void **state)
{
    struct vaho_scenario *s = scenario();
    char dir[] = "/tmp/vaho-pass-XXXXXX";
    struct vaho_world world;
    struct vaho_pass pass;
    double sum = 0;
    enum { SEEDS = 24 };

    (void)state;
    assert_non_null(mkdtemp(dir));
    for (uint64_t seed = 0; seed < SEEDS + 2; seed++) {
        vaho_world_make(&world, s, seed);
        assert_int_equal(vaho_pass_new(&pass, &world, seed % 2, NULL), VAHO_OK);
        if (seed < 2)
            pass.course.position_sigma_m = pass.course.attitude_sigma_deg = 0;
        if (seed < 2)
            assert_true(place_error(&pass, dir) < 0.25);
        else
            sum += place_error(&pass, dir);
        vaho_pass_free(&pass);
    }
    /* A ratio of mean 1; of one draw a flight its deviation is about 1, of 24 about 0.2.  The
     * terrain's stated 0.5 m is an error that is not made. */
    assert_in_range((int)(1000 * sum / SEEDS), 450, 1700);
    clear(dir);
    vaho_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emitters_move_and_go),
        cmocka_unit_test(the_truth_is_of_its_own_passes),
        cmocka_unit_test(the_same_for_any_number_of_threads),
        cmocka_unit_test(passes_are_drawn_as_the_scenario_says),
        cmocka_unit_test(lost_frames_are_gaps),
        cmocka_unit_test(saturation_and_imitation_are_where_they_should),
        cmocka_unit_test(places_are_right_and_errors_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
