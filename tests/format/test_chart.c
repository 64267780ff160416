/* test_chart.c - a chart is well-formed, shows its labels, and thins without losing peaks */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/chart.h"

static char *draw(struct vaho_text *text, const struct vaho_chart *chart)
{
    struct vaho_error error;

    vaho_text_init(text, 1 << 22);
    if (vaho_chart_svg(text, chart, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return text->data;
}

static void labels_ticks_and_units_show(void **state)
{
    (void)state;
    double x[3] = {8.0, 10.0, 13.0}, y[3] = {0.0, 0.0012, 0.0005};
    struct vaho_chart_series series = {"a < b & \"c\"", NULL, x, y, 3, 0};
    struct vaho_chart chart = {.title = "ammonia",
                               .x_label = "wavelength (um)",
                               .y_label = "absorption (1/(ppm.m))",
                               .series = &series,
                               .n_series = 1};
    struct vaho_text text;
    char *svg = draw(&text, &chart);
    assert_non_null(strstr(svg, "ammonia</text>"));
    assert_non_null(strstr(svg, "wavelength (um)</text>"));
    assert_non_null(strstr(svg, "&#215; 10<tspan dy=\"-5\" font-size=\"9\">-3</tspan>"));
    assert_non_null(strstr(svg, ">12</text>"));  /* an x tick */
    assert_non_null(strstr(svg, ">0.0</text>")); /* a y tick, in thousandths */
    assert_non_null(strstr(svg, "a &lt; b &amp; &quot;c&quot;"));
    assert_null(strstr(svg, "nan"));
    vaho_text_free(&text);
}

static void a_narrow_peak_survives_thinning(void **state)
{
    (void)state;
    enum { N = 200000 };
    static double x[N], y[N];
    struct vaho_chart_series series = {NULL, NULL, x, y, N, 0};
    struct vaho_chart chart = {.series = &series, .n_series = 1, .y_min = 0.0, .y_max = 1.0};
    struct vaho_text text;
    char top[32];
    for (size_t i = 0; i < N; i++)
        x[i] = (double)i;
    y[123456] = 1.0;
    char *svg = draw(&text, &chart);
    snprintf(top, sizeof top, " %.1f", 14.0); /* the margin: no title, no label */
    assert_true(text.nbytes < 100000);
    char *curve = strstr(svg, "stroke-linejoin");
    assert_non_null(curve);
    assert_non_null(strstr(curve, top));
    vaho_text_free(&text);
}

/* Where a column rises and falls back, the curve must leave it at its last value. */
static void a_column_is_left_where_the_data_leaves_it(void **state)
{
    (void)state;
    double x[5] = {0.0, 0.0001, 0.0002, 500.0, 1000.0}, y[5] = {0.0, 1.0, 0.0, 0.0, 0.0};
    struct vaho_chart_series series = {NULL, NULL, x, y, 5, 0};
    struct vaho_chart chart = {.series = &series, .n_series = 1, .height_px = 200};
    struct vaho_text text;
    char *curve = strstr(draw(&text, &chart), "stroke-linejoin"), *last = NULL;
    for (char *p = strstr(curve, "d=\""); *p != '/'; p++)
        if (*p == 'L')
            last = p;
    assert_non_null(last);
    while (*--last != 'L') /* the point before the last one: the middle, on the zero line */
        ;
    double column, middle_row, bottom = 200.0 - 14.0 - 20.0;
    assert_int_equal(sscanf(last, "L%lf %lf", &column, &middle_row), 2);
    assert_true(fabs(middle_row - bottom) < 0.11);
    while (*--last != 'L')
        ;
    assert_int_equal(sscanf(last, "L%lf %lf", &column, &middle_row), 2);
    assert_true(fabs(middle_row - bottom) < 0.11);
    vaho_text_free(&text);
}

static void curves_break_at_missing_values(void **state)
{
    (void)state;
    double x[5] = {1, 2, 3, 4, 5}, y[5] = {1, 2, NAN, 2, 1};
    struct vaho_chart_series series = {NULL, "#123456", x, y, 5, 0};
    struct vaho_chart chart = {.series = &series, .n_series = 1};
    struct vaho_text text;
    char *curve = strstr(draw(&text, &chart), "stroke-linejoin");
    int n_moves = 0;
    for (char *p = strstr(curve, "d=\""); *p != '/'; p++)
        n_moves += *p == 'M';
    assert_int_equal(n_moves, 2);
    vaho_text_free(&text);
}

static void flat_and_negative_data_are_drawn(void **state)
{
    (void)state;
    double x[2] = {1, 2}, y[2] = {-5, -5};
    struct vaho_chart_series series = {NULL, NULL, x, y, 2, 1};
    struct vaho_chart chart = {.series = &series, .n_series = 1};
    struct vaho_text text;
    assert_null(strstr(draw(&text, &chart), "nan"));
    vaho_text_free(&text);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    double x[1] = {NAN};
    struct vaho_chart_series series = {NULL, NULL, x, x, 1, 0};
    struct vaho_chart chart = {.series = &series, .n_series = 1};
    struct vaho_text text;
    vaho_text_init(&text, 1000);
    assert_int_equal(vaho_chart_svg(&text, &chart, NULL), VAHO_USAGE);
    x[0] = 1.0;
    chart.width_px = 5;
    assert_int_equal(vaho_chart_svg(&text, &chart, NULL), VAHO_USAGE);
    chart.width_px = 0;
    assert_int_equal(vaho_chart_svg(&text, &chart, NULL), VAHO_NO_MEMORY); /* of 1000 bytes */
    vaho_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_ticks_and_units_show),
        cmocka_unit_test(a_narrow_peak_survives_thinning),
        cmocka_unit_test(a_column_is_left_where_the_data_leaves_it),
        cmocka_unit_test(curves_break_at_missing_values),
        cmocka_unit_test(flat_and_negative_data_are_drawn),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
