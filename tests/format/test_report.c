/* test_report.c - the page holds what it should, nothing a stranger wrote, and no reference out */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/file.h"
#include "format/report_part.h"
#include "made_up.h"

static char directory[] = "/tmp/vaho_report_XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/report.html", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

/* The page; release with free(). */
static char *page_of(const struct made_up *scene)
{
    struct vaho_error error = {0};
    char *page;
    size_t nbytes;
    if (made_up_report(path, scene, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(vaho_file_read(&page, &nbytes, path, 1 << 26, NULL), VAHO_OK);
    assert_int_equal(strlen(page), nbytes);
    return page;
}

static size_t count(const char *page, const char *what)
{
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void the_page_shows_every_plume(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    char *page = page_of(&scene);
    assert_int_equal(count(page, "<b>3 plumes</b> at q ≤ 0.05: 1 acetone, 2 ammonia"), 1);
    assert_int_equal(count(page, "About 0.09 of these are expected to be false."), 1);
    assert_int_equal(count(page, "<article class=\"card\""), 3);
    assert_int_equal(count(page, "class=\"look\""), 1);
    assert_int_equal(count(page, "class=\"evidence\""), 3);
    assert_int_equal(count(page, "class=\"plume\""), 3);
    assert_int_equal(count(page, "class=\"candidate\""), 2);
    assert_int_equal(count(page, "<td class=\"n\">88 ± 6 ppm.m</td>"), 1);
    assert_int_equal(count(page, "2-butanone 0.11, ethyl acetate 0.03"), 1);
    assert_int_equal(count(page, "sulfur hexafluoride</td><td class=\"n\">0.180</td>"), 1);
    assert_int_equal(count(page, "3.2 ± 0.8"), 2); /* table and card */
    assert_int_equal(
        count(page, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"), 1);
    assert_int_equal(count(page, "3 lines hold no data"), 1);
    assert_int_equal(count(page, "No mandate"), 1);
    assert_int_equal(count(page, "EXERCISE"), 0);
    free(page);
    made_up_free(&scene);
}

/* Lines run to the right at a bearing of 168 degrees on the grid (made_up.h: 12 degrees from
 * south), so north is 78 degrees left of up, less the grid's convergence of 0.7 degrees there
 * ((-118.19 + 117) sin 34.28).  100 m are 50 lines of 2 m; 480 lines are 1012.5 units wide,
 * limited by the height of 540 units for 256 samples. */
static void north_and_scale_are_right(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    char *page = page_of(&scene);
    const char *north = strstr(page, "<path transform=\"rotate("), *bar = strstr(page, "v5h");
    double degrees, units;
    assert_non_null(north);
    assert_non_null(bar);
    assert_int_equal(sscanf(north, "<path transform=\"rotate(%lf)", &degrees), 1);
    assert_int_equal(sscanf(bar, "v5h%lf", &units), 1);
    assert_true(fabs(degrees + 78) < 1.0);
    assert_true(fabs(units - 1012.5 / 480 * 50) < 0.5);
    assert_int_equal(count(page, ">100 m</text>"), 1);
    free(page);
    made_up_free(&scene);
}

static void the_page_refers_to_nothing_outside(void **state)
{
    (void)state;
    static const char *const forbidden[] = {
        "https:", "<script",     "<link",   "<iframe", "@import",
        " src=",  "javascript:", " onload", "file:"};
    struct made_up scene;
    made_up_new(&scene, 1);
    char *page = page_of(&scene);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        assert_int_equal(count(page, forbidden[i]), 0);
    /* the one address is a name: SVG's namespace */
    assert_int_equal(count(page, "http:"), count(page, "xmlns=\"http://www.w3.org/2000/svg\""));
    assert_int_equal(count(page, "href=\""),
                     count(page, "href=\"#") + count(page, "href=\"data:image/png;base64,"));
    assert_int_equal(count(page, "url("), count(page, "url(#"));
    assert_int_equal(count(page, "content=\"default-src 'none';"), 1);
    free(page);
    made_up_free(&scene);
}

static void an_exercise_says_so_three_times(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    scene.product.exercise = 1;
    scene.product.mandate = "ES-2026-017";
    char *page = page_of(&scene);
    assert_int_equal(count(page, "<title>EXERCISE: sierra_03"), 1);
    assert_int_equal(count(page, "<b>EXERCISE</b>"), 1);
    assert_int_equal(count(page, "an EXERCISE"), 1);
    assert_int_equal(count(page, "Mandate: ES-2026-017"), 1);
    free(page);
    made_up_free(&scene);
}

static void an_unknown_gas_has_no_strength(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    struct vaho_plume *plume = &scene.plume[0];
    snprintf(plume->gas, sizeof plume->gas, "%s", VAHO_UNKNOWN_GAS);
    plume->peak_ppmm = plume->mean_ppmm = plume->sigma_ppmm = NAN;
    plume->emission_kg_h = plume->emission_sigma_kg_h = NAN;
    char *page = page_of(&scene);
    assert_int_equal(count(page, "fitted signature of the nearest gas searched for"), 1);
    assert_int_equal(count(page, "<dt>Strength</dt>"), 2); /* of the other two */
    assert_int_equal(count(page, "<article class=\"card\""), 3);
    free(page);
    made_up_free(&scene);
}

static void nothing_found_is_said_plainly(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 0);
    scene.product.q_reported = 0.0001;
    char *page = page_of(&scene);
    assert_int_equal(count(page, "No plume at q ≤ 0.0001"), 1);
    assert_int_equal(count(page, "Weaker candidates are listed below."), 1);
    assert_int_equal(count(page, "<article"), 0);
    assert_int_equal(count(page, "class=\"candidate\""), 5);
    assert_int_equal(count(page, "line 212, sample 141"), 1); /* no place: the pixel */
    assert_int_equal(count(page, "class=\"north\""), 0);
    free(page);
    scene.plumes.n = 0;
    page = page_of(&scene);
    assert_int_equal(count(page, "Weaker candidates"), 0);
    assert_int_equal(count(page, "<h2>Candidates"), 0);
    free(page);
    made_up_free(&scene);
}

static void what_strangers_wrote_stays_text(void **state)
{
    (void)state;
    static const char evil[] = "<script>alert(1)</script>\"'&\xff";
    struct made_up scene;
    made_up_new(&scene, 1);
    scene.product.flight = scene.product.time = scene.product.mandate = scene.product.version =
        evil;
    scene.cube.units = evil;
    snprintf(scene.plume[0].gas, sizeof scene.plume[0].gas, "%s", evil);
    snprintf(scene.plume[1].alternative[0].gas, VAHO_NAME_NBYTES, "%s", evil);
    const struct vaho_report_map map = {scene.plume[0].gas, evil, scene.snr[0]};
    const struct vaho_report_entry entry = {evil, evil};
    const char *note = evil;
    struct vaho_report report = {.product = &scene.product,
                                 .cube = &scene.cube,
                                 .place = scene.place,
                                 .plumes = &scene.plumes,
                                 .n_maps = 1,
                                 .map = &map,
                                 .n_settings = 1,
                                 .setting = &entry,
                                 .n_inputs = 1,
                                 .input = &entry,
                                 .n_notes = 1,
                                 .note = &note};
    char *page;
    size_t nbytes;
    assert_int_equal(vaho_report_write(path, &report, NULL), VAHO_OK);
    assert_int_equal(vaho_file_read(&page, &nbytes, path, 1 << 26, NULL), VAHO_OK);
    assert_int_equal(count(page, "<script"), 0);
    assert_int_equal(count(page, "\xff"), 0);
    assert_true(count(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\xef\xbf\xbd") >=
                12);
    free(page);
    made_up_free(&scene);
}

/* From one pixel to a strip map, with maps that hold nothing: no crash, no division by zero. */
static void cubes_of_any_shape_are_drawn(void **state)
{
    (void)state;
    static const size_t shape[][2] = {{1, 1},   {1, 100},   {100, 1},    {3, 2},
                                      {36, 36}, {3840, 32}, {120, 1024}, {7, 9}};
    struct made_up scene;
    made_up_new(&scene, 1);
    for (int masked = 0; masked < 2; masked++) {
        for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++) {
            unsigned pixel[2] = {(unsigned)shape[i][0] / 2, (unsigned)shape[i][1] / 2};
            struct vaho_plume plume = scene.plume[0];
            struct made_up cut = scene;
            plume.pixel = pixel;
            plume.n_pixels = 1;
            plume.source_line = plume.bbox[0] = plume.bbox[2] = pixel[0];
            plume.source_sample = plume.bbox[1] = plume.bbox[3] = pixel[1];
            cut.plumes = (struct vaho_plumes){1, &plume};
            cut.cube.n_lines = shape[i][0];
            cut.cube.n_samples = shape[i][1];
            char *page = page_of(&cut);
            assert_int_equal(count(page, "<article"), 1);
            assert_int_equal(count(page, "class=\"evidence\""), 1);
            assert_int_equal(count(page, "class=\"look\""), shape[i][0] == 3840 ? 8 : 1);
            assert_int_equal(count(page, "nan"), 0);
            assert_int_equal(count(page, "inf\""), 0);
            free(page);
        }
        for (size_t i = 0; i < (size_t)MADE_UP_LINES * MADE_UP_SAMPLES; i++)
            scene.look[i] = scene.snr[0][i] = NAN;
    }
    made_up_free(&scene);
}

static void what_is_missing_is_left_out(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    for (int b = 0; b < MADE_UP_BANDS; b++)
        scene.plume[0].excess[b] = NAN; /* nothing to draw */
    scene.plume[2].excess[5] = NAN;
    scene.plume[2].fit[7] = NAN;
    free(scene.plume[1].fit);
    scene.plume[1].fit = NULL;
    scene.plume[1].sigma_ppmm = NAN;
    scene.plume[2].peak_ppmm = NAN;
    float *look = scene.look;
    scene.look = NULL;
    char *page = page_of(&scene);
    assert_int_equal(count(page, "class=\"look\""), 0);
    assert_int_equal(count(page, "fitted signature of"), 1);
    assert_int_equal(count(page, "<td class=\"n\">210 ppm.m</td>"), 1);
    assert_int_equal(count(page, "<td class=\"n\">unknown ppm.m</td>"), 1);
    assert_int_equal(count(page, "nan"), 0);
    free(page);
    scene.look = look;
    made_up_free(&scene);
}

static void numbers_bear_as_many_digits_as_they_know(void **state)
{
    (void)state;
    static const struct {
        double value, sigma;
        const char *text;
    } amount[] = {
        {88, 6, "88 ± 6"},
        {210.4, 31.2, "210 ± 31"},
        {0.9, 0.3, "0.9 ± 0.3"},
        {0.0312, 0.004, "0.031 ± 0.004"},
        {5, 0, "5"},
        {5.4321, NAN, "5.43"},
        {NAN, 1, "unknown"},
        {1.5, 1, "2 ± 1"},
    };
    char text[REPORT_NUMBER_NBYTES];
    for (size_t i = 0; i < sizeof amount / sizeof amount[0]; i++)
        assert_string_equal(report_amount(text, amount[i].value, amount[i].sigma), amount[i].text);
    assert_string_equal(report_q(text, 0.0004), "&lt; 0.001");
    assert_string_equal(report_q(text, 0.031), "0.031");
    assert_true(report_round(60) == 100 && report_round(100) == 100 && report_round(0.021) == 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_every_plume),
        cmocka_unit_test(north_and_scale_are_right),
        cmocka_unit_test(the_page_refers_to_nothing_outside),
        cmocka_unit_test(an_exercise_says_so_three_times),
        cmocka_unit_test(an_unknown_gas_has_no_strength),
        cmocka_unit_test(nothing_found_is_said_plainly),
        cmocka_unit_test(what_strangers_wrote_stays_text),
        cmocka_unit_test(cubes_of_any_shape_are_drawn),
        cmocka_unit_test(what_is_missing_is_left_out),
        cmocka_unit_test(numbers_bear_as_many_digits_as_they_know),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
