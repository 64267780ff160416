/*
 * report.c - the page from top to bottom
 *
 * banner (exercise) / flight, when, what, mandate / what was found, in a
 * sentence / map / tables / cards / how to read this / settings, inputs, notes
 */
#include "format/report.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "format/escape.h"
#include "format/report_part.h"

static const size_t MAX_NBYTES = (size_t)1 << 29;

static void head(struct report_page *page)
{
    struct vaho_text *text = &page->text;

    vaho_text_puts(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; img-src data:; style-src 'unsafe-inline'\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                         "<title>");
    if (page->report->product->exercise)
        vaho_text_puts(text, "EXERCISE: ");
    vaho_escape_markup(text, page->report->product->flight);
    vaho_text_puts(text, " – vaho report</title>\n<style>\n");
    vaho_text_puts(text, report_style);
    vaho_text_puts(text, "</style>\n</head>\n<body>\n");
    report_definitions(page);
    if (page->report->product->exercise)
        vaho_text_puts(text, "<div class=\"exercise\" role=\"note\"><b>EXERCISE</b> &nbsp; This "
                             "flight is simulated. Nothing shown here happened.</div>\n");
}

static void title(struct report_page *page)
{
    static const char *const quantity[] = {"", ", radiance", ", reflectance"};
    const struct vaho_product *product = page->report->product;
    const struct vaho_cube_info *cube = page->report->cube;
    struct vaho_text *text = &page->text;

    vaho_text_puts(text, "<main>\n<header>\n<h1>");
    vaho_escape_markup(text, product->flight);
    vaho_text_puts(text, "</h1>\n<p class=\"facts\">");
    if (product->time[0] != '\0') {
        vaho_escape_markup(text, product->time);
        vaho_text_puts(text, " · ");
    }
    vaho_text_printf(text, "%zu lines × %zu samples × %zu bands", cube->n_lines, cube->n_samples,
                     cube->n_bands);
    if (cube->wavelength_um != NULL && cube->n_bands > 0) {
        double a = cube->wavelength_um[0], b = cube->wavelength_um[cube->n_bands - 1];
        vaho_text_printf(text, ", %.2f–%.2f µm", fmin(a, b), fmax(a, b));
    }
    vaho_text_puts(text, quantity[cube->quantity]);
    vaho_text_puts(text, "</p>\n<p class=\"facts\">");
    if (strcmp(product->mandate, "no mandate") == 0) {
        vaho_text_puts(text, "No mandate: without a signed permission nothing here may be released "
                             "to a partner.");
    } else {
        vaho_text_puts(text, "Mandate: ");
        vaho_escape_markup(text, product->mandate);
    }
    vaho_text_puts(text, "</p>\n</header>\n");
}

/* How many plumes of each gas were reported, and how many are expected to be false. */
static void summary(struct report_page *page)
{
    const struct vaho_plumes *plumes = page->report->plumes;
    struct vaho_text *text = &page->text;
    size_t n = page->n_reported, n_candidates = plumes->n - n;
    double q = page->report->product->q_reported;
    int first = 1;

    if (n == 0) {
        vaho_text_printf(text,
                         "<div class=\"empty\"><p class=\"lead\" style=\"margin:0 0 4px\">No plume "
                         "at q ≤ %g</p><p class=\"soft\" style=\"margin:0\">Nothing stands out "
                         "from what chance alone would show in this flight.%s</p></div>\n",
                         q, n_candidates > 0 ? " Weaker candidates are listed below." : "");
        return;
    }
    vaho_text_printf(text, "<p class=\"lead\"><b>%zu plume%s</b> at q ≤ %g: ", n, n == 1 ? "" : "s",
                     q);
    for (size_t g = 0; g < page->palette.n; g++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += strcmp(plumes->plume[i].gas, page->palette.gas[g]) == 0;
        if (count == 0)
            continue;
        vaho_text_printf(text, "%s%zu ", first ? "" : ", ", count);
        report_gas(page, page->palette.gas[g]);
        first = 0;
    }
    vaho_text_puts(text, "</p>\n<p class=\"soft\">");
    if ((double)n * plumes->plume[n - 1].q_value < 0.01)
        vaho_text_printf(text, "Fewer than 0.01 of %s expected to be false.",
                         n == 1 ? "it is" : "these are");
    else
        vaho_text_printf(text, "About %.1g of %s expected to be false.",
                         (double)n * plumes->plume[n - 1].q_value, n == 1 ? "it is" : "these are");
    if (n_candidates > 0)
        vaho_text_printf(text, " %zu weaker candidate%s listed further down.", n_candidates,
                         n_candidates == 1 ? " is" : "s are");
    vaho_text_puts(text, "</p>\n");
}

/* Pictures show pixels in their proportions on the ground, unless those are beyond reason. */
static double ground_aspect(const struct vaho_report *report, int turned)
{
    double along_m, across_m, aspect;

    if (!vaho_place_pixel_size_m(&along_m, &across_m, report->place,
                                 (double)(report->cube->n_lines / 2),
                                 (double)(report->cube->n_samples / 2)))
        return 1;
    aspect = turned ? across_m / along_m : along_m / across_m;
    return aspect > 0.2 && aspect < 5 ? aspect : 1;
}

static enum vaho_status compose(struct report_page *page, struct vaho_error *error)
{
    enum vaho_status status;

    head(page);
    title(page);
    summary(page);
    status = report_overview(page, error);
    if (status != VAHO_OK)
        return status;
    report_plumes(page);
    status = report_cards(page, error);
    report_candidates(page);
    report_back_matter(page);
    vaho_text_puts(&page->text, "</main>\n</body>\n</html>\n");
    return status;
}

enum vaho_status vaho_report_write(const char *path, const struct vaho_report *report,
                                   struct vaho_error *error)
{
    struct report_page page = {.report = report};
    enum vaho_status status = vaho_gdal_enter(&page.scope, "png", NULL, error);

    if (status != VAHO_OK)
        return status;
    page.turned = report->cube->n_lines > report->cube->n_samples;
    page.aspect = ground_aspect(report, page.turned);
    while (page.n_reported < report->plumes->n &&
           report->plumes->plume[page.n_reported].q_value <= report->product->q_reported)
        page.n_reported++;
    vaho_text_init(&page.text, MAX_NBYTES);
    status = vaho_palette_new(&page.palette, report->plumes, error);
    if (status == VAHO_OK)
        status = compose(&page, error);
    if (status == VAHO_OK && page.text.failed)
        status = vaho_fail_memory(error, path);
    if (status == VAHO_OK)
        status = vaho_file_write(path, page.text.data, page.text.nbytes, error);
    vaho_palette_free(&page.palette);
    vaho_text_free(&page.text);
    vaho_gdal_leave(&page.scope);
    return status;
}
