/*
 * test_contrast.c - black bodies, units, and what a gas would change in made scenes of three layers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/made_scene.h"
#include "base/error.h"
#include "sense/contrast.h"

enum { LINES = 128, BANDS = 48, SAMPLES = 48 };
static const struct vaho_columns_settings SETTINGS = {.by_column = 1, .rank = 4};
static const double T_AIR = 295.0;

/*
 * By Stefan and Boltzmann, sigma = 5.670374419e-8 W m-2 K-4 (CODATA 2018), all wavelengths together
 * give sigma T^4 / pi; by Wien, the largest is at 2897.771955 um K / T.
 */
static void planck_sums_to_stefan_and_peaks_where_wien_says(void **state)
{
    (void)state;
    static const double kelvin[] = {220.0, 300.0, 360.0, 5772.0};

    for (size_t i = 0; i < sizeof kelvin / sizeof kelvin[0]; i++) {
        double t = kelvin[i], sum = 0.0, peak = 2897.771955 / t, at = vaho_planck(peak, t);
        double step = 1.0 / 4096.0;
        for (double x = log(peak / 60.0); x < log(peak * 4000.0);
             x += step) /* over ln wavelength */
            sum += vaho_planck(exp(x), t) * exp(x) * step;
        assert_float_equal(sum / (5.670374419e-8 * t * t * t * t / 3.14159265358979), 1.0, 1e-6);
        assert_true(at > vaho_planck(peak * 1.002, t) && at > vaho_planck(peak / 1.002, t));
    }
    /* 10 um, 300 K: 2hc^2/w^5 / (exp(hc/wkT) - 1) by hand, h c k as defined in the SI of 2019:
     * 1191.042972 / (exp(4.795922557) - 1) = 9.924033 W m-2 sr-1 um-1 */
    assert_float_equal(vaho_planck(10.0, 300.0), 9.924033, 2e-5);
}

static void brightness_temperature_undoes_planck(void **state)
{
    (void)state;
    for (double w = 2.0; w < 16.0; w *= 1.3)
        for (double t = 150.0; t < 400.0; t += 12.5)
            assert_float_equal(vaho_brightness_temperature(w, vaho_planck(w, t)), t, 1e-7 * t);
}

static double tau_at(double um)
{
    return 0.93 - 0.12 * exp(-(um - 8.0) / 0.4) - 0.02 * (um - 8.0) / 5.0;
}

/* What a black body of that temperature shows at the sensor: the air is as warm as T_AIR. */
static double black_body_at_sensor(double um, double kelvin)
{
    return tau_at(um) * vaho_planck(um, kelvin) + (1.0 - tau_at(um)) * vaho_planck(um, T_AIR);
}

/* Vegetation and water are black; quartz dips near 9 um, outside the window. */
static double emissivity(double um, int quartz)
{
    double u = (um - 9.0) / 0.5;
    return quartz ? 1.0 - 0.25 * exp(-0.5 * u * u) : 1.0;
}

/* Three layers; ground from 'low' to 'high' kelvin; values in W m-2 sr-1 um-1 times 'unit'. */
static void make_thermal(struct made_scene *scene, double low, double high, double unit)
{
    struct dice dice = {61};

    made_scene_new(scene, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            int quartz = dice_uniform(&dice) < 0.5;
            double kelvin = low + (high - low) * dice_uniform(&dice);
            for (size_t b = 0; b < BANDS; b++) {
                double um = scene->wavelength_um[b], e = emissivity(um, quartz);
                double radiance = tau_at(um) * e * vaho_planck(um, kelvin) +
                                  (1.0 - tau_at(um)) * vaho_planck(um, T_AIR);
                *made_scene_at(scene, l, b, s) =
                    (float)(unit * (radiance + 0.005 * dice_normal(&dice)));
            }
        }
}

static struct vaho_contrast *learn_contrast(const struct made_scene *scene,
                                            const struct vaho_columns *columns, double air)
{
    struct vaho_contrast *contrast;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_contrast_learn(&contrast, scene->wavelength_um, columns,
                            vaho_source_info(scene->source), air, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return contrast;
}

static void the_black_body_line_of_a_scene_is_found(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_contrast *contrast;
    double worst = 0.0;

    make_thermal(&scene, 290.0, 312.0, 1.0);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &SETTINGS, 2);
    contrast = learn_contrast(&scene, columns, NAN);
    assert_int_equal(contrast->regime, VAHO_REGIME_THERMAL);
    assert_int_equal(contrast->n_bands, BANDS);
    assert_int_equal(contrast->n_parts, VAHO_N_PARTS);
    assert_true(contrast->mean_t > 297.0 && contrast->mean_t < 303.0);
    assert_true(contrast->n_hypotheses >= 3 && contrast->n_hypotheses <= VAHO_MAX_HYPOTHESES);
    for (size_t b = 0; b < BANDS; b++) {
        double um = scene.wavelength_um[b], mean = (double)vaho_columns_mean(columns)[b];
        for (double ground = 294.0; ground <= 308.0; ground += 7.0) {
            /* the window's own brightness, 10.2 - 12.5 um, of such a black body */
            double sum = 0.0, n = 0.0, centre = 0.0, t, line;
            for (size_t i = 0; i < BANDS; i++)
                if (scene.wavelength_um[i] >= 10.2 && scene.wavelength_um[i] <= 12.5) {
                    sum += black_body_at_sensor(scene.wavelength_um[i], ground);
                    centre += scene.wavelength_um[i];
                    n += 1.0;
                }
            t = vaho_brightness_temperature(centre / n, sum / n);
            line = mean - (double)contrast->part[b] +
                   (double)contrast->slope[b] * (t - contrast->mean_t);
            worst = fmax(worst, fabs(line / black_body_at_sensor(um, ground) - 1.0));
        }
    }
    print_message("black-body line off by %.2f %% at most\n", 100.0 * worst);
    assert_true(worst < 0.01);
    vaho_contrast_free(contrast);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

/* -alpha [U_0 + d S + sum q_k U_k] is -alpha tau [L_s - B(T_air)], pixel by pixel. */
static void a_pixels_signature_is_that_of_the_physics(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_contrast *contrast;
    struct vaho_block *block;
    float *q, *rows = malloc((VAHO_N_PARTS + 1) * BANDS * sizeof *rows), absorption[BANDS];
    double squares = 0.0, misfit = 0.0, d;
    struct dice dice = {61};

    assert_non_null(rows);
    make_thermal(&scene, 290.0, 312.0, 1.0);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &SETTINGS, 2);
    q = calloc(LINES * vaho_columns_rank(columns) * SAMPLES, sizeof *q);
    assert_non_null(q);
    block = read_columns(&scene, columns, q);
    contrast = learn_contrast(&scene, columns, T_AIR);
    assert_int_equal(contrast->n_hypotheses, 3);
    d = contrast->d[1]; /* the middle one is the value given */
    assert_true(fabs(d - (contrast->mean_t - T_AIR)) < 1e-9);
    for (size_t b = 0; b < BANDS; b++)
        absorption[b] = 0.001f * (float)(1 + b % 5);
    vaho_contrast_parts(rows, contrast, absorption);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            int quartz = dice_uniform(&dice) < 0.5; /* as make_thermal() threw them */
            double kelvin = 290.0 + 22.0 * dice_uniform(&dice);
            for (size_t b = 0; b < BANDS; b++) {
                double um = scene.wavelength_um[b], alpha = (double)absorption[b];
                double truth =
                    -alpha * tau_at(um) *
                    (emissivity(um, quartz) * vaho_planck(um, kelvin) - vaho_planck(um, T_AIR));
                double ours = (double)rows[b] + d * (double)rows[contrast->n_parts * BANDS + b];
                for (size_t k = 1; k < contrast->n_parts; k++)
                    ours += (double)q[(l * vaho_columns_rank(columns) + k - 1) * SAMPLES + s] *
                            (double)rows[k * BANDS + b];
                (void)dice_normal(&dice);
                squares += truth * truth;
                misfit += (ours - truth) * (ours - truth);
            }
        }
    print_message("signatures off by %.1f %%\n", 100.0 * sqrt(misfit / squares));
    assert_true(sqrt(misfit / squares) < 0.10); /* a window is not all one temperature */
    vaho_block_free(block);
    vaho_contrast_free(contrast);
    vaho_columns_free(columns);
    made_scene_free(&scene);
    free(rows);
    free(q);
}

static void a_settled_value_stays_uncertain(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_contrast *contrast;

    make_thermal(&scene, 290.0, 312.0, 1.0);
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &SETTINGS, 1);
    contrast = learn_contrast(&scene, columns, NAN);
    vaho_contrast_settle(contrast, -2.5);
    /* three hypotheses: the value and, as black-body lines are known to 1.5 K, one to each side */
    assert_int_equal(contrast->n_hypotheses, 3);
    assert_true(contrast->d[1] == -2.5 && contrast->d_reference == -2.5);
    assert_float_equal(contrast->d[0], -1.0, 1e-12);
    assert_float_equal(contrast->d[2], -4.0, 1e-12);
    vaho_contrast_free(contrast);
    vaho_contrast_free(NULL);
    vaho_columns_free(columns);
    made_scene_free(&scene);
}

static void unnamed_units_are_told_by_the_temperature(void **state)
{
    (void)state;
    static const double per_si[] = {1.0, 100.0, 1000.0}; /* W, uW cm-2 um-1, mW */

    for (size_t i = 0; i < sizeof per_si / sizeof per_si[0]; i++) {
        struct made_scene scene;
        struct vaho_columns *columns;
        struct vaho_contrast *contrast;
        make_thermal(&scene, 290.0, 312.0, per_si[i]);
        made_scene_open(&scene, NULL);
        assert_false(vaho_source_info(scene.source)->units_known);
        columns = learn_columns(&scene, &SETTINGS, 2);
        contrast = learn_contrast(&scene, columns, NAN);
        assert_float_equal(contrast->mean_t, 300.5, 1.5);
        vaho_contrast_free(contrast);
        vaho_columns_free(columns);
        made_scene_free(&scene);
    }
}

static void radiance_of_no_ground_is_refused(void **state)
{
    (void)state;
    static const struct {
        double unit;
        const char *name;
    } cases[] = {{50.0, "W/(m^2 sr um)"}, {1e9, NULL}, {-1.0, NULL}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_scene scene;
        struct vaho_columns *columns;
        struct vaho_contrast *contrast = (struct vaho_contrast *)&scene;
        struct vaho_error error = {VAHO_OK, ""};
        make_thermal(&scene, 290.0, 312.0, cases[i].unit);
        made_scene_open(&scene, cases[i].name);
        columns = learn_columns(&scene, &SETTINGS, 2);
        assert_int_equal(vaho_contrast_learn(&contrast, scene.wavelength_um, columns,
                                             vaho_source_info(scene.source), NAN, &error),
                         VAHO_BAD_INPUT);
        assert_null(contrast);
        assert_non_null(strstr(error.message, "data units"));
        assert_non_null(strstr(error.message, scene.file.data));
        vaho_columns_free(columns);
        made_scene_free(&scene);
    }
}

static void reflected_light_is_darkened_in_proportion(void **state)
{
    (void)state;
    struct made_scene scene;
    struct vaho_columns *columns;
    struct vaho_contrast *contrast;
    struct vaho_block *block;
    float *q, rows[(VAHO_N_PARTS + 1) * BANDS], absorption[BANDS];
    double squares = 0.0, misfit = 0.0;
    struct dice dice = {71};

    made_scene_new(&scene, LINES, BANDS, SAMPLES, 2.1, 2.45);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            double bright = 0.3 + dice_uniform(&dice), tilt = 0.2 * dice_normal(&dice);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&scene, l, b, s) =
                    (float)(bright * (2.0 - 1.2 * (double)b / BANDS) +
                            tilt * ((double)b / BANDS - 0.5) + 0.002 * dice_normal(&dice));
        }
    made_scene_open(&scene, "W/(m^2 sr um)");
    columns = learn_columns(&scene, &SETTINGS, 2);
    q = calloc(LINES * vaho_columns_rank(columns) * SAMPLES, sizeof *q);
    assert_non_null(q);
    block = read_columns(&scene, columns, q);
    contrast = learn_contrast(&scene, columns, NAN);
    assert_int_equal(contrast->regime, VAHO_REGIME_SOLAR);
    assert_int_equal(contrast->n_hypotheses, 1);
    for (size_t b = 0; b < BANDS; b++) {
        absorption[b] = 1e-4f * (float)(1 + b % 3);
        assert_true(contrast->slope[b] == 0.0f);
    }
    vaho_contrast_parts(rows, contrast, absorption);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; b < BANDS; b++) { /* the signature is -alpha L */
                double truth = -(double)absorption[b] * (double)*made_scene_at(&scene, l, b, s);
                double ours = (double)rows[b];
                for (size_t k = 1; k < contrast->n_parts; k++)
                    ours += (double)q[(l * vaho_columns_rank(columns) + k - 1) * SAMPLES + s] *
                            (double)rows[k * BANDS + b];
                squares += truth * truth;
                misfit += (ours - truth) * (ours - truth);
            }
    print_message("signatures off by %.2f %%\n", 100.0 * sqrt(misfit / squares));
    assert_true(sqrt(misfit / squares) < 0.04); /* columns' means are 3 % off the scene's */
    vaho_block_free(block);
    vaho_contrast_free(contrast);
    vaho_columns_free(columns);
    made_scene_free(&scene);
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planck_sums_to_stefan_and_peaks_where_wien_says),
        cmocka_unit_test(brightness_temperature_undoes_planck),
        cmocka_unit_test(the_black_body_line_of_a_scene_is_found),
        cmocka_unit_test(a_pixels_signature_is_that_of_the_physics),
        cmocka_unit_test(a_settled_value_stays_uncertain),
        cmocka_unit_test(unnamed_units_are_told_by_the_temperature),
        cmocka_unit_test(radiance_of_no_ground_is_refused),
        cmocka_unit_test(reflected_light_is_darkened_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
