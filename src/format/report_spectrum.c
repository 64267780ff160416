/* report_spectrum.c - what was measured over a plume against what was fitted, band by band */
#include <math.h>
#include <string.h>

#include "format/chart.h"
#include "format/escape.h"
#include "format/report_part.h"

/* The wavelengths to show, with a little room beside them; 0 when there is nothing to draw. */
static int find_range(double *from_um, double *to_um, const struct vaho_plume *plume)
{
    *from_um = INFINITY;
    *to_um = -INFINITY;
    if (plume->wavelength_um == NULL || plume->excess == NULL || plume->fit == NULL)
        return 0;
    for (size_t b = 0; b < plume->n_bands; b++)
        if (isfinite(plume->wavelength_um[b]) && isfinite(plume->excess[b])) {
            *from_um = fmin(*from_um, plume->wavelength_um[b]);
            *to_um = fmax(*to_um, plume->wavelength_um[b]);
        }
    double room_um = 0.012 * (*to_um - *from_um);
    *from_um -= room_um;
    *to_um += room_um;
    return *from_um <= *to_um;
}

/* "excess over the surroundings, W/(m² sr µm)", and the names of dots and line. */
static void caption(struct report_page *page, const struct vaho_plume *plume)
{
    const struct vaho_cube_info *cube = page->report->cube;
    struct vaho_text *text = &page->text;

    vaho_text_puts(text, "<figcaption><span class=\"key\"><i class=\"dot\"></i>excess over the "
                         "surroundings");
    if (cube->quantity == VAHO_QUANTITY_REFLECTANCE) {
        vaho_text_puts(text, ", reflectance");
    } else if (cube->units_known) {
        vaho_text_puts(text, ", W/(m² sr µm)");
    } else if (cube->units[0] != '\0') {
        vaho_text_puts(text, ", ");
        vaho_escape_markup(text, cube->units);
    }
    vaho_text_puts(text, "</span><span class=\"key\"><i class=\"line\"></i>fitted signature of ");
    if (strcmp(plume->gas, VAHO_UNKNOWN_GAS) == 0)
        vaho_text_puts(text, "the nearest gas searched for");
    else
        report_gas(page, plume->gas);
    vaho_text_puts(text, "</span></figcaption>\n");
}

enum vaho_status report_spectrum(struct report_page *page, const struct vaho_plume *plume,
                                 struct vaho_error *error)
{
    const double *wavelength_um = plume->wavelength_um;
    double from_um, to_um;
    const struct vaho_chart_series series[] = {
        {NULL, "#d55e00", wavelength_um, plume->fit, plume->n_bands, 0},
        {NULL, "#1c2530", wavelength_um, plume->excess, plume->n_bands, 1},
    };
    struct vaho_chart chart = {.x_label = "wavelength, µm",
                               .width_px = 720,
                               .height_px = 310,
                               .series = series,
                               .n_series = 2};
    enum vaho_status status;

    if (!find_range(&from_um, &to_um, plume))
        return VAHO_OK;
    chart.x_min = from_um;
    chart.x_max = to_um;
    vaho_text_puts(&page->text, "<figure class=\"spectrum\">");
    caption(page, plume);
    status = vaho_chart_svg(&page->text, &chart, error);
    vaho_text_puts(&page->text, "</figure>\n");
    return status;
}
