/* test_scene.c - a scene depends on its parameters alone, and holds what they say */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exercise/scene.h"

static struct vaho_scene_params small(void)
{
    struct vaho_scene_params params;
    vaho_scene_params_default(&params);
    params.n_lines = 70;
    params.n_samples = 60;
    params.n_bands = 32;
    params.length_px = 20.0;
    return params;
}

static size_t n_values(const struct vaho_scene_params *p)
{
    return p->n_lines * p->n_samples * p->n_bands;
}

/* The whole cube, recorded 'at_once' lines at a time. */
static float *record(const struct vaho_scene_params *params, size_t n_threads, size_t at_once)
{
    struct vaho_scene *scene;
    struct vaho_pool *pool;
    float *cube = malloc(n_values(params) * sizeof *cube);

    assert_non_null(cube);
    assert_int_equal(vaho_scene_new(&scene, params, NULL), VAHO_OK);
    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    for (size_t first = 0; first < params->n_lines; first += at_once) {
        size_t left = params->n_lines - first;
        assert_int_equal(vaho_scene_record(cube + first * params->n_bands * params->n_samples,
                                           scene, first, left < at_once ? left : at_once, pool,
                                           NULL),
                         VAHO_OK);
    }
    vaho_pool_free(pool);
    vaho_scene_free(scene);
    return cube;
}

/* FNV-1a over the bits of the floats */
static uint64_t fingerprint(const float *cube, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &cube[i], sizeof bits);
        hash = (hash ^ bits) * 0x100000001b3U;
    }
    return hash;
}

static void the_bytes_do_not_depend_on_threads_or_machine(void **state)
{
    struct vaho_scene_params params = small();
    float *one = record(&params, 1, 70);

    (void)state;
    for (size_t n_threads = 2; n_threads <= 4; n_threads++) {
        float *many = record(&params, n_threads, 7 * n_threads);
        assert_memory_equal(one, many, n_values(&params) * sizeof *one);
        free(many);
    }
    /* What this very scene was when the simulator was written; a change here is a new simulator. */
    assert_true(fingerprint(one, n_values(&params)) == 0x5c130825146b15c4U);
    free(one);
}

/* The same of reflected sunlight. */
static void neither_do_those_of_reflected_light(void **state)
{
    struct vaho_scene_params params;
    float *one, *many;

    (void)state;
    vaho_scene_params_shortwave(&params);
    params.n_lines = 70;
    params.n_samples = 60;
    params.n_bands = 32;
    params.length_px = 20.0;
    params.sun =
        (struct vaho_exercise_sun){.east = 0.48, .north = -0.36, .up = 0.8, .distance_au = 1};
    one = record(&params, 1, 70);
    many = record(&params, 3, 11);
    assert_memory_equal(one, many, n_values(&params) * sizeof *one);
    assert_true(fingerprint(one, n_values(&params)) == 0xc91643a565eaec72U);
    free(one);
    free(many);
}

static void another_seed_is_another_scene(void **state)
{
    struct vaho_scene_params params = small();
    float *a = record(&params, 2, 70), *b;
    size_t n_same = 0;

    (void)state;
    params.seed = 2;
    b = record(&params, 2, 70);
    for (size_t i = 0; i < n_values(&params); i++)
        n_same += a[i] == b[i];
    assert_true(n_same < n_values(&params) / 1000);
    free(a);
    free(b);
}

/* The same scene with and without noise differs by the noise: its mean, deviation and tails. */
static void the_noise_is_what_was_asked_for(void **state)
{
    struct vaho_scene_params params = small();
    double sum = 0.0, square = 0.0, fourth = 0.0, n = (double)n_values(&params);
    float *quiet, *noisy;

    (void)state;
    params.n_dead = 0;
    params.noise = 0.0;
    quiet = record(&params, 2, 70);
    params.noise = 0.05;
    noisy = record(&params, 2, 70);
    for (size_t i = 0; i < n_values(&params); i++) {
        double x = (double)noisy[i] - (double)quiet[i];
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / n) < 5.0 * 0.05 / sqrt(n));
    assert_true(fabs(sqrt(square / n) / 0.05 - 1.0) < 0.01);
    assert_true(fabs(fourth * n / (square * square) - 3.0) < 0.1);
    free(quiet);
    free(noisy);
}

static void a_plume_changes_only_the_pixels_it_covers(void **state)
{
    struct vaho_scene_params params = small();
    struct vaho_scene *scene;
    float *without, *with;
    size_t n_changed = 0;

    (void)state;
    params.n_gases = 1;
    params.gas[0] = "sulfur_hexafluoride";
    params.peak_ppmm[0] = 10.0;
    params.n_plumes = 2;
    with = record(&params, 2, 70);
    assert_int_equal(vaho_scene_new(&scene, &params, NULL), VAHO_OK);
    params.n_plumes = 0;
    without = record(&params, 2, 70);
    for (size_t l = 0; l < params.n_lines; l++)
        for (size_t s = 0; s < params.n_samples; s++) {
            double column = vaho_scene_column(scene, 0, l, s) + vaho_scene_column(scene, 1, l, s);
            double change = 0.0;
            for (size_t b = 0; b < params.n_bands; b++) {
                size_t i = (l * params.n_bands + b) * params.n_samples + s;
                change = fmax(change, fabs((double)with[i] - (double)without[i]));
            }
            n_changed += change > 0.05;
            if (column == 0.0)
                assert_true(change == 0.0);
        }
    assert_true(n_changed > 50);
    vaho_scene_free(scene);
    free(with);
    free(without);
}

static void the_plumes_are_as_asked(void **state)
{
    struct vaho_scene_params params;
    struct vaho_scene *scene;

    (void)state;
    vaho_scene_params_default(&params);
    params.n_plumes = 6;
    params.peak_ppmm[1] = 777.0;
    assert_int_equal(vaho_scene_new(&scene, &params, NULL), VAHO_OK);
    for (size_t i = 0; i < 6; i++) {
        const struct vaho_exercise_plume *plume = vaho_scene_plume(scene, i);
        assert_string_equal(plume->gas, params.gas[i % params.n_gases]);
        assert_true(plume->line < params.n_lines && plume->sample < params.n_samples);
        assert_true(plume->wind_deg >= 0.0 && plume->wind_deg < 360.0);
        assert_true(plume->peak_ppmm > 0.0);
        assert_true(i % 4 != 1 || plume->peak_ppmm == 777.0);
    }
    assert_true(vaho_scene_air_temperature_k(scene) > 285.0 &&
                vaho_scene_air_temperature_k(scene) < 310.0);
    assert_true(vaho_scene_wavelength_um(scene)[0] == 8.05);
    assert_true(fabs(vaho_scene_wavelength_um(scene)[127] - 13.2) < 1e-9);
    vaho_scene_free(scene);
}

/* Dead elements tell nothing: one value for all lines; the living are warm ground. */
static void dead_elements_are_constant(void **state)
{
    struct vaho_scene_params params = small();
    float *cube;
    size_t n_constant = 0;

    (void)state;
    params.n_dead = 5;
    cube = record(&params, 1, 70);
    for (size_t b = 0; b < params.n_bands; b++)
        for (size_t s = 0; s < params.n_samples; s++) {
            int constant = 1;
            for (size_t l = 0; l < params.n_lines; l++) {
                float value = cube[(l * params.n_bands + b) * params.n_samples + s];
                constant &= value == cube[b * params.n_samples + s];
                assert_true(value >= 0.0f && value < 20.0f);
            }
            n_constant += (size_t)constant;
        }
    assert_in_range(n_constant, 1, 5);
    free(cube);
}

static void expect_refusal(const struct vaho_scene_params *params, const char *word)
{
    struct vaho_scene *scene = (struct vaho_scene *)1;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_scene_new(&scene, params, &error), VAHO_USAGE);
    assert_null(scene);
    assert_non_null(strstr(error.message, word));
}

static void nonsense_is_refused(void **state)
{
    struct vaho_scene_params p;

    (void)state;
    p = small(), p.n_lines = 0, expect_refusal(&p, "lines");
    p = small(), p.n_lines = SIZE_MAX, expect_refusal(&p, "lines");
    p = small(), p.n_samples = VAHO_SCENE_MAX_SAMPLES + 1, expect_refusal(&p, "samples");
    p = small(), p.n_bands = 1, expect_refusal(&p, "bands");
    p = small(), p.n_bands = VAHO_SCENE_MAX_BANDS + 1, expect_refusal(&p, "bands");
    p = small(), p.n_plumes = VAHO_SCENE_MAX_PLUMES + 1, expect_refusal(&p, "plumes");
    p = small(), p.noise = NAN, expect_refusal(&p, "noise");
    p = small(), p.noise = -1.0, expect_refusal(&p, "noise");
    p = small(), p.striping = 1.0, expect_refusal(&p, "striping");
    p = small(), p.smile_bands = 2.0, expect_refusal(&p, "smile");
    p = small(), p.n_dead = 70 * 60, expect_refusal(&p, "dead");
    p = small(), p.length_px = INFINITY, expect_refusal(&p, "length");
    p = small(), p.n_gases = 0, expect_refusal(&p, "no gas");
    p = small(), p.n_gases = VAHO_SCENE_MAX_GASES + 1, expect_refusal(&p, "gases");
    p = small(), p.gas[2] = "phlogiston", expect_refusal(&p, "phlogiston");
    p = small(), p.gas[2] = p.gas[0], expect_refusal(&p, "twice");
    p = small(), p.peak_ppmm[0] = -3.0, expect_refusal(&p, "peak");
    p = small(), p.peak_ppmm[0] = NAN, expect_refusal(&p, "peak");
}

static void lines_outside_are_refused(void **state)
{
    struct vaho_scene_params params = small();
    struct vaho_scene *scene;
    struct vaho_pool *pool;
    float *out = calloc(n_values(&params), sizeof *out);

    (void)state;
    assert_int_equal(vaho_scene_new(&scene, &params, NULL), VAHO_OK);
    assert_int_equal(vaho_pool_new(&pool, 1, NULL), VAHO_OK);
    assert_int_equal(vaho_scene_record(out, scene, 70, 1, pool, NULL), VAHO_USAGE);
    assert_int_equal(vaho_scene_record(out, scene, 1, 70, pool, NULL), VAHO_USAGE);
    assert_int_equal(vaho_scene_record(out, scene, SIZE_MAX, 2, pool, NULL), VAHO_USAGE);
    assert_int_equal(vaho_scene_record(out, scene, 70, 0, pool, NULL), VAHO_OK);
    vaho_pool_free(pool);
    vaho_scene_free(scene);
    free(out);
}

/* One pixel, one line, the fewest bands: the smallest scene there is. */
static void the_smallest_scene_works(void **state)
{
    struct vaho_scene_params params = small();
    float *cube;

    (void)state;
    params.n_lines = params.n_samples = 1;
    params.n_bands = VAHO_SCENE_MIN_BANDS;
    params.n_dead = 0;
    cube = record(&params, 2, 1);
    for (size_t b = 0; b < params.n_bands; b++)
        assert_true(cube[b] > 1.0f && cube[b] < 20.0f);
    free(cube);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_do_not_depend_on_threads_or_machine),
        cmocka_unit_test(neither_do_those_of_reflected_light),
        cmocka_unit_test(another_seed_is_another_scene),
        cmocka_unit_test(the_noise_is_what_was_asked_for),
        cmocka_unit_test(a_plume_changes_only_the_pixels_it_covers),
        cmocka_unit_test(the_plumes_are_as_asked),
        cmocka_unit_test(dead_elements_are_constant),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(lines_outside_are_refused),
        cmocka_unit_test(the_smallest_scene_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
