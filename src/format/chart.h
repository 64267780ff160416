/*
 * chart.h - a line chart as SVG text
 *
 * For spectra: curves on one pair of axes with ticks, units and a legend.  The
 * SVG stands alone or inside HTML, needs no script and no font of its own.
 * Long curves are thinned to what can be seen: the lowest and highest value of
 * every half pixel are kept, so that a narrow line never vanishes.
 * The same chart gives the same bytes.
 *
 * Not promised: log axes, more than a few dozen curves, text that wraps.
 */
#ifndef VAHO_FORMAT_CHART_H
#define VAHO_FORMAT_CHART_H

#include <stddef.h>

#include "base/text.h"
#include "vaho/status.h"

struct vaho_chart_series {
    const char *label;   /* in the legend; NULL: not listed there */
    const char *colour;  /* an SVG colour; NULL: the next of a colour-blind-safe set */
    const double *x, *y; /* n values; a curve is broken where one is not finite */
    size_t n;
    int dots; /* 1: a dot a point instead of a line */
};

struct vaho_chart {
    const char *title;   /* may be NULL, like the labels; plain text, UTF-8 */
    const char *x_label; /* with its unit: "wavelength (um)" */
    const char *y_label;
    double x_min, x_max;     /* equal or not finite: from the data */
    double y_min, y_max;     /* equal or not finite: from what shows between x_min and x_max */
    int width_px, height_px; /* 0: 800 x 400 */
    const struct vaho_chart_series *series;
    size_t n_series;
};

/*
 * Appends <svg>...</svg> and a newline to 'out'.
 * VAHO_USAGE: no finite point to draw, or a size outside 200-10000 pixels.
 * VAHO_NO_MEMORY: out->failed.  On error what was appended must be thrown away.
 */
enum vaho_status vaho_chart_svg(struct vaho_text *out, const struct vaho_chart *chart,
                                struct vaho_error *error);

#endif
