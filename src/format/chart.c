/*
 * chart.c - layout and drawing of a line chart
 *
 *     +--------------------------------------------+
 *     | title                                      |
 *     | y label (x 10^k)                           |
 *     | tick +----------------------+  -- label    |
 *     |      |        curves        |  -- label    |
 *     | tick +----------------------+              |
 *     |      tick       tick     tick              |
 *     |            x label                         |
 *     +--------------------------------------------+
 *
 * Ticks are 1, 2 or 5 times a power of ten apart; small and large numbers are
 * written with a common power of ten beside the axis label.
 */
#include "format/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { FONT_PX = 12, MARGIN = 14, CHARACTER_PX = 7, MAX_TICKS = 64 };

/* Okabe and Ito's colours, told apart by colour-blind readers; yellow last for its faintness. */
static const char *const palette[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#56B4E9", "#E69F00", "#000000", "#B8A800"};

struct axis {
    double min, max, step; /* data range shown, distance of ticks */
    double from_px, to_px; /* where min and max lie */
    int power;             /* tick labels are divided by 10^power */
};

struct layout {
    struct axis x, y;
    double width, height, legend_px;
};

static void escaped(struct vaho_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&': vaho_text_puts(out, "&amp;"); break;
        case '<': vaho_text_puts(out, "&lt;"); break;
        case '>': vaho_text_puts(out, "&gt;"); break;
        case '"': vaho_text_puts(out, "&quot;"); break;
        default:
            if ((unsigned char)*text >= ' ') /* control characters are not XML */
                vaho_text_append(out, text, 1);
        }
    }
}

static double place(const struct axis *axis, double value)
{
    return axis->from_px +
           (value - axis->min) / (axis->max - axis->min) * (axis->to_px - axis->from_px);
}

/* The range of the data; 0 when no point is finite. */
static int find_range(struct axis *x, struct axis *y, const struct vaho_chart *chart)
{
    int x_given = isfinite(chart->x_min) && isfinite(chart->x_max) && chart->x_min < chart->x_max;
    int y_given = isfinite(chart->y_min) && isfinite(chart->y_max) && chart->y_min < chart->y_max;
    size_t n = 0;

    *x = (struct axis){.min = INFINITY, .max = -INFINITY};
    *y = (struct axis){.min = INFINITY, .max = -INFINITY};
    for (size_t s = 0; s < chart->n_series; s++) {
        const struct vaho_chart_series *series = &chart->series[s];
        for (size_t i = 0; i < series->n; i++) {
            if (!isfinite(series->x[i]) || !isfinite(series->y[i]) ||
                (x_given && (series->x[i] < chart->x_min || series->x[i] > chart->x_max)))
                continue;
            n++;
            x->min = fmin(x->min, series->x[i]);
            x->max = fmax(x->max, series->x[i]);
            y->min = fmin(y->min, series->y[i]);
            y->max = fmax(y->max, series->y[i]);
        }
    }
    if (x_given)
        *x = (struct axis){.min = chart->x_min, .max = chart->x_max};
    if (y_given)
        *y = (struct axis){.min = chart->y_min, .max = chart->y_max};
    return n > 0;
}

/* Ticks about 'wanted' in number; a y axis grows to whole ticks. */
static void set_ticks(struct axis *axis, double wanted, int grow)
{
    double span, raw, power, largest;

    if (!(axis->max > axis->min)) { /* one value: some room around it */
        double room = axis->max == 0.0 ? 1.0 : 0.1 * fabs(axis->max);
        axis->min -= room;
        axis->max += room;
    }
    span = axis->max - axis->min;
    raw = span / fmax(wanted, 2.0);
    power = pow(10.0, floor(log10(raw)));
    axis->step = raw / power <= 1.0   ? power
                 : raw / power <= 2.0 ? 2.0 * power
                 : raw / power <= 5.0 ? 5.0 * power
                                      : 10.0 * power;
    if (grow) {
        axis->min = floor(axis->min / axis->step + 1e-9) * axis->step;
        axis->max = ceil(axis->max / axis->step - 1e-9) * axis->step;
    }
    largest = fmax(fabs(axis->min), fabs(axis->max));
    axis->power = largest < 1e-2 || largest >= 1e5 ? (int)floor(log10(largest) + 1e-9) : 0;
}

static void tick_label(char out[32], const struct axis *axis, double value)
{
    double scaled = value / pow(10.0, axis->power), step = axis->step / pow(10.0, axis->power);
    int decimals = (int)ceil(-log10(step) - 1e-9);

    if (fabs(scaled) < 1e-9 * fabs(step))
        scaled = 0.0; /* no "-0" */
    snprintf(out, 32, "%.*f", decimals < 0 ? 0 : decimals > 12 ? 12 : decimals, scaled);
}

static double first_tick(const struct axis *axis)
{
    return ceil(axis->min / axis->step - 1e-9) * axis->step;
}

static size_t longest_label(const struct vaho_chart *chart)
{
    size_t longest = 0;

    for (size_t s = 0; s < chart->n_series; s++)
        if (chart->series[s].label != NULL && strlen(chart->series[s].label) > longest)
            longest = strlen(chart->series[s].label);
    return longest;
}

static void lay_out(struct layout *layout, const struct vaho_chart *chart)
{
    size_t label = longest_label(chart), widest = 0;
    double top = MARGIN, right;

    layout->legend_px = label == 0 ? 0.0 : 30.0 + CHARACTER_PX * (double)label;
    layout->legend_px = fmin(layout->legend_px, 0.4 * layout->width);
    top += chart->title != NULL ? 22.0 : 0.0;
    top += chart->y_label != NULL ? 18.0 : 0.0;
    layout->y.from_px = layout->height - MARGIN - (chart->x_label != NULL ? 40.0 : 20.0);
    layout->y.to_px = top;
    set_ticks(&layout->y, (layout->y.from_px - top) / 50.0, !(chart->y_min < chart->y_max));
    for (double tick = first_tick(&layout->y); tick <= layout->y.max + 1e-9 * layout->y.step;
         tick += layout->y.step) {
        char text[32];
        tick_label(text, &layout->y, tick);
        widest = strlen(text) > widest ? strlen(text) : widest;
    }
    layout->x.from_px = MARGIN + CHARACTER_PX * (double)widest + 8.0;
    right = layout->width - MARGIN - 6.0 - layout->legend_px;
    layout->x.to_px = fmax(right, layout->x.from_px + 50.0);
    set_ticks(&layout->x, (layout->x.to_px - layout->x.from_px) / 90.0, 0);
}

/* The label of an axis with its common power of ten. */
static void axis_label(struct vaho_text *out, const char *label, int power)
{
    escaped(out, label);
    if (power != 0)
        vaho_text_printf(out, " &#215; 10<tspan dy=\"-5\" font-size=\"9\">%d</tspan>", power);
}

static void draw_axes(struct vaho_text *out, const struct layout *l, const struct vaho_chart *chart)
{
    char text[32];

    vaho_text_puts(out, "<g stroke=\"#e0e0e0\" fill=\"none\">\n");
    for (int k = 0; k < MAX_TICKS; k++) {
        double tick = first_tick(&l->x) + l->x.step * k;
        if (tick > l->x.max + 1e-9 * l->x.step)
            break;
        vaho_text_printf(out, "<path d=\"M%.1f %.1fV%.1f\"/>\n", place(&l->x, tick), l->y.from_px,
                         l->y.to_px);
    }
    for (int k = 0; k < MAX_TICKS; k++) {
        double tick = first_tick(&l->y) + l->y.step * k;
        if (tick > l->y.max + 1e-9 * l->y.step)
            break;
        vaho_text_printf(out, "<path d=\"M%.1f %.1fH%.1f\"/>\n", l->x.from_px, place(&l->y, tick),
                         l->x.to_px);
    }
    vaho_text_printf(out,
                     "</g>\n<path stroke=\"#404040\" fill=\"none\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n",
                     l->x.from_px, l->y.to_px, l->y.from_px, l->x.to_px);
    for (int k = 0; k < MAX_TICKS; k++) {
        double tick = first_tick(&l->x) + l->x.step * k;
        if (tick > l->x.max + 1e-9 * l->x.step)
            break;
        tick_label(text, &l->x, tick);
        vaho_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
                         place(&l->x, tick), l->y.from_px + 16.0, text);
    }
    for (int k = 0; k < MAX_TICKS; k++) {
        double tick = first_tick(&l->y) + l->y.step * k;
        if (tick > l->y.max + 1e-9 * l->y.step)
            break;
        tick_label(text, &l->y, tick);
        vaho_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                         l->x.from_px - 6.0, place(&l->y, tick) + 4.0, text);
    }
    if (chart->x_label != NULL) {
        vaho_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                         0.5 * (l->x.from_px + l->x.to_px), l->height - MARGIN);
        axis_label(out, chart->x_label, l->x.power);
        vaho_text_puts(out, "</text>\n");
    }
    if (chart->y_label != NULL) {
        vaho_text_printf(out, "<text x=\"%d\" y=\"%.1f\">", MARGIN, l->y.to_px - 8.0);
        axis_label(out, chart->y_label, l->y.power);
        vaho_text_puts(out, "</text>\n");
    }
    if (chart->title != NULL) {
        vaho_text_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"15\" font-weight=\"bold\">",
                         MARGIN, MARGIN + 12);
        escaped(out, chart->title);
        vaho_text_puts(out, "</text>\n");
    }
}

/* What has been drawn of a curve: one half-pixel column at a time. */
struct pen {
    struct vaho_text *out;
    int down;                      /* the path has begun */
    long column;                   /* the column being gathered, -1: none */
    double first, low, high, last; /* pixel rows in it, in the order of the data */
};

static void pen_point(struct pen *pen, double row)
{
    vaho_text_printf(pen->out, "%c%.1f %.1f", pen->down ? 'L' : 'M', 0.5 * (double)pen->column,
                     row);
    pen->down = 1;
}

static void pen_flush(struct pen *pen)
{
    if (pen->column < 0)
        return;
    pen_point(pen, pen->first);
    if (pen->low < pen->first)
        pen_point(pen, pen->low);
    if (pen->high > pen->first)
        pen_point(pen, pen->high);
    if (pen->low < pen->high)
        pen_point(pen, pen->last);
    pen->column = -1;
}

static void draw_curve(struct vaho_text *out, const struct layout *l,
                       const struct vaho_chart_series *series)
{
    struct pen pen = {.out = out, .column = -1};
    double beyond = 1e5; /* far outside the picture the exact row does not matter */

    for (size_t i = 0; i < series->n; i++) {
        double column, row;
        if (!isfinite(series->x[i]) || !isfinite(series->y[i])) {
            pen_flush(&pen);
            pen.down = 0;
            continue;
        }
        column = rint(2.0 * fmin(fmax(place(&l->x, series->x[i]), 0.0), beyond));
        row = fmin(fmax(place(&l->y, series->y[i]), -beyond), beyond);
        if ((long)column != pen.column) {
            pen_flush(&pen);
            pen.column = (long)column;
            pen.first = pen.low = pen.high = row;
        }
        pen.low = fmin(pen.low, row);
        pen.high = fmax(pen.high, row);
        pen.last = row;
    }
    pen_flush(&pen);
}

static void draw_dots(struct vaho_text *out, const struct layout *l,
                      const struct vaho_chart_series *series)
{
    for (size_t i = 0; i < series->n; i++)
        if (series->x[i] >= l->x.min && series->x[i] <= l->x.max && series->y[i] >= l->y.min &&
            series->y[i] <= l->y.max) /* a circle as two arcs, false for NaN */
            vaho_text_printf(out, "M%.1f %.1fa2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
                             place(&l->x, series->x[i]) - 2.0, place(&l->y, series->y[i]));
}

static const char *colour_of(const struct vaho_chart *chart, size_t s)
{
    size_t n = 0;

    if (chart->series[s].colour != NULL)
        return chart->series[s].colour;
    for (size_t i = 0; i < s; i++)
        n += chart->series[i].colour == NULL;
    return palette[n % (sizeof palette / sizeof palette[0])];
}

static void draw_series(struct vaho_text *out, const struct layout *l,
                        const struct vaho_chart *chart)
{
    double row = l->y.to_px + 8.0;

    vaho_text_printf(out,
                     "<svg x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                     "viewBox=\"%.1f %.1f %.1f %.1f\">\n",
                     l->x.from_px, l->y.to_px - 1.0, l->x.to_px - l->x.from_px,
                     l->y.from_px - l->y.to_px + 2.0, l->x.from_px, l->y.to_px - 1.0,
                     l->x.to_px - l->x.from_px, l->y.from_px - l->y.to_px + 2.0);
    for (size_t s = 0; s < chart->n_series; s++) {
        const struct vaho_chart_series *series = &chart->series[s];
        vaho_text_printf(out, "<path %s=\"", series->dots ? "fill" : "fill=\"none\" stroke");
        escaped(out, colour_of(chart, s));
        vaho_text_puts(out, "\" stroke-width=\"1.5\" stroke-linejoin=\"round\" d=\"");
        if (series->dots)
            draw_dots(out, l, series);
        else
            draw_curve(out, l, series);
        vaho_text_puts(out, "\"/>\n");
    }
    vaho_text_puts(out, "</svg>\n");
    for (size_t s = 0; s < chart->n_series; s++) {
        if (chart->series[s].label == NULL)
            continue;
        vaho_text_printf(out, "<path stroke-width=\"3\" stroke=\"");
        escaped(out, colour_of(chart, s));
        vaho_text_printf(out, "\" d=\"M%.1f %.1fh16\"/>\n<text x=\"%.1f\" y=\"%.1f\">",
                         l->x.to_px + 12.0, row, l->x.to_px + 34.0, row + 4.0);
        escaped(out, chart->series[s].label);
        vaho_text_puts(out, "</text>\n");
        row += 18.0;
    }
}

enum vaho_status vaho_chart_svg(struct vaho_text *out, const struct vaho_chart *chart,
                                struct vaho_error *error)
{
    struct layout layout = {.width = chart->width_px == 0 ? 800 : chart->width_px,
                            .height = chart->height_px == 0 ? 400 : chart->height_px};

    if (!(layout.width >= 200.0 && layout.width <= 1e4 && layout.height >= 200.0 &&
          layout.height <= 1e4))
        return vaho_fail(error, VAHO_USAGE, "a chart of %d x %d pixels; 200 to 10000 can be drawn",
                         chart->width_px, chart->height_px);
    if (!find_range(&layout.x, &layout.y, chart))
        return vaho_fail(error, VAHO_USAGE, "a chart without a finite point in its range");
    lay_out(&layout, chart);
    vaho_text_printf(out,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                     "viewBox=\"0 0 %.0f %.0f\" role=\"img\" font-family=\"sans-serif\" "
                     "font-size=\"%d\" fill=\"#202020\">\n",
                     layout.width, layout.height, layout.width, layout.height, FONT_PX);
    if (chart->title != NULL) {
        vaho_text_puts(out, "<title>");
        escaped(out, chart->title);
        vaho_text_puts(out, "</title>\n");
    }
    vaho_text_puts(out, "<path fill=\"#ffffff\" d=\"M0 0h10000v10000H0z\"/>\n");
    draw_axes(out, &layout, chart);
    draw_series(out, &layout, chart);
    vaho_text_puts(out, "</svg>\n");
    return out->failed ? vaho_fail_memory(error, "a chart") : VAHO_OK;
}
