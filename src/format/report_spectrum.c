/*
 * report_spectrum.c - what was measured over a plume against what was fitted
 *
 * A dot a band for the excess over the surroundings, a line for the fitted
 * signature.  Bands without a finite value are left out, and the line is broken
 * there and wherever the bands leave a gap (a wavelength step over four times
 * the median-sized one: two detectors, or an absorbed window).
 */
#include <math.h>
#include <stdio.h>

#include "format/escape.h"
#include "format/report_part.h"

static const double WIDTH = 700, HEIGHT = 302, LEFT = 62, RIGHT = 8, TOP = 8, BOTTOM = 34;

struct axes {
    double x0, x1, y0, y1; /* what is shown: micrometres, the cube's units */
};

static double x_of(const struct axes *axes, double wavelength_um)
{
    return LEFT + (wavelength_um - axes->x0) / (axes->x1 - axes->x0) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct axes *axes, double value)
{
    return HEIGHT - BOTTOM - (value - axes->y0) / (axes->y1 - axes->y0) * (HEIGHT - TOP - BOTTOM);
}

static int measure(struct axes *axes, const struct vaho_plume *plume)
{
    size_t n = 0;

    *axes = (struct axes){INFINITY, -INFINITY, 0, 0};
    for (size_t b = 0; b < plume->n_bands; b++) {
        if (!isfinite(plume->wavelength_um[b]) || !isfinite(plume->excess[b]))
            continue;
        n++;
        axes->x0 = fmin(axes->x0, plume->wavelength_um[b]);
        axes->x1 = fmax(axes->x1, plume->wavelength_um[b]);
        axes->y0 = fmin(axes->y0, fmin(plume->excess[b], plume->fit[b]));
        axes->y1 = fmax(axes->y1, fmax(plume->excess[b], plume->fit[b]));
    }
    if (n < 2 || !(axes->x1 > axes->x0) || !(axes->y1 > axes->y0))
        return 0;
    double room = 0.06 * (axes->y1 - axes->y0);
    axes->y0 -= room;
    axes->y1 += room;
    room = 0.015 * (axes->x1 - axes->x0);
    axes->x0 -= room;
    axes->x1 += room;
    return 1;
}

static void grid(struct vaho_text *text, const struct axes *axes)
{
    double x_step = report_round((axes->x1 - axes->x0) / 8);
    double y_step = report_round((axes->y1 - axes->y0) / 5);

    for (double v = ceil(axes->y0 / y_step); v * y_step <= axes->y1; v++) {
        double y = y_of(axes, v * y_step);
        vaho_text_printf(text,
                         "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/><text class=\"tick side\" "
                         "x=\"%.1f\" y=\"%.1f\">%g</text>\n",
                         v == 0 ? "zero" : "grid", LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4,
                         v == 0 ? 0 : v * y_step);
    }
    for (double v = ceil(axes->x0 / x_step); v * x_step <= axes->x1; v++)
        vaho_text_printf(text,
                         "<path class=\"tick\" d=\"M%.1f %.1fv5\"/><text class=\"tick\" "
                         "x=\"%.1f\" y=\"%.1f\">%g</text>\n",
                         x_of(axes, v * x_step), HEIGHT - BOTTOM, x_of(axes, v * x_step),
                         HEIGHT - BOTTOM + 18, v * x_step);
    vaho_text_printf(text,
                     "<text class=\"tick side\" x=\"%.1f\" y=\"%.1f\">wavelength, µm</text>\n",
                     WIDTH - RIGHT, HEIGHT - 2);
}

static void fit_line(struct vaho_text *text, const struct axes *axes,
                     const struct vaho_plume *plume)
{
    double usual = fabs(plume->wavelength_um[plume->n_bands - 1] - plume->wavelength_um[0]) /
                   (double)(plume->n_bands - 1);
    double last = NAN;

    vaho_text_puts(text, "<path class=\"fit\" d=\"");
    for (size_t b = 0; b < plume->n_bands; b++) {
        double x = plume->wavelength_um[b];
        if (!isfinite(x) || !isfinite(plume->fit[b]))
            continue;
        vaho_text_printf(text, "%c%.1f %.1f", fabs(x - last) <= 4 * usual ? 'L' : 'M',
                         x_of(axes, x), y_of(axes, plume->fit[b]));
        last = x;
    }
    vaho_text_puts(text, "\"/>\n");
}

void report_spectrum(struct report_page *page, const struct vaho_plume *plume)
{
    struct vaho_text *text = &page->text;
    const struct vaho_cube_info *cube = page->report->cube;
    struct axes axes;

    if (plume->wavelength_um == NULL || plume->excess == NULL || plume->fit == NULL ||
        !measure(&axes, plume))
        return;
    vaho_text_puts(text, "<figure><figcaption><span class=\"key\"><i class=\"dot\"></i>excess over "
                         "the surroundings");
    if (cube->quantity == VAHO_QUANTITY_REFLECTANCE) {
        vaho_text_puts(text, ", reflectance");
    } else if (cube->units_known) {
        vaho_text_puts(text, ", W/(m² sr µm)");
    } else if (cube->units[0] != '\0') {
        vaho_text_puts(text, ", ");
        vaho_escape_markup(text, cube->units);
    }
    vaho_text_puts(text, "</span><span class=\"key\"><i class=\"line\"></i>fitted signature of ");
    report_gas(page, plume->gas);
    vaho_text_printf(text,
                     "</span></figcaption>\n<svg class=\"spectrum\" viewBox=\"0 0 %.0f %.0f\" "
                     "role=\"img\"><title>Spectrum of the plume</title>\n",
                     WIDTH, HEIGHT);
    grid(text, &axes);
    fit_line(text, &axes, plume);
    vaho_text_puts(text, "<path class=\"dots\" d=\"");
    for (size_t b = 0; b < plume->n_bands; b++)
        if (isfinite(plume->wavelength_um[b]) && isfinite(plume->excess[b]))
            vaho_text_printf(text, "M%.1f %.1fh0", x_of(&axes, plume->wavelength_um[b]),
                             y_of(&axes, plume->excess[b]));
    vaho_text_puts(text, "\"/>\n</svg></figure>\n");
}
