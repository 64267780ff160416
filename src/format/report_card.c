/*
 * report_card.c - a card a plume: the evidence around it, its spectrum, its numbers
 *
 * The evidence picture shows the map of snr from 0 (pale) to the window's own
 * maximum (dark) in one hue, so that it reads the same in print and for any
 * colour vision.  The window is the plume's box with room around it, in the
 * proportions of the card's left column.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/escape.h"
#include "format/report_part.h"

enum { MAX_CARDS = 60, MAX_PICTURE_SIDE = 400, DOUBT_CORNERS = 24 };

static const double CHIP_WIDTH = 352, CHIP_HEIGHT = 264;

/* Between these the ramp is linear in sRGB; from near white to near black blue. */
static const unsigned char stop[][3] = {{247, 248, 248}, {214, 226, 235}, {158, 196, 217},
                                        {88, 146, 187},  {39, 91, 147},   {20, 40, 84}};
enum { N_STOPS = sizeof stop / sizeof stop[0] };

static void make_ramp(unsigned char ramp[256][3])
{
    for (int level = 0; level < 256; level++) {
        double at = level / 255.0 * (N_STOPS - 1);
        int i = at >= N_STOPS - 1 ? N_STOPS - 2 : (int)at;
        for (int c = 0; c < 3; c++)
            ramp[level][c] =
                (unsigned char)(stop[i][c] + (at - i) * (stop[i + 1][c] - stop[i][c]) + 0.5);
    }
}

/* Grows [*from, *to] to 'length' about its middle and keeps it, in whole pixels, in [0, n]. */
static void widen(double *from, double *to, double length, double n)
{
    double start = floor((*from + *to - length) / 2);

    start = fmax(0, fmin(start, n - ceil(length)));
    *from = start;
    *to = fmin(n, start + ceil(length));
}

static struct report_frame window(const struct report_page *page, const struct vaho_plume *plume)
{
    struct report_frame frame = {.turned = page->turned};
    double n_lines = (double)page->report->cube->n_lines;
    double n_samples = (double)page->report->cube->n_samples;
    double l0 = fmin((double)plume->bbox[0], plume->source_line), across, down, scale;
    double l1 = fmax((double)plume->bbox[2], plume->source_line) + 1;
    double s0 = fmin((double)plume->bbox[1], plume->source_sample);
    double s1 = fmax((double)plume->bbox[3], plume->source_sample) + 1;
    double margin = fmax(8, 0.25 * fmax(l1 - l0, s1 - s0));

    across = fmax(40, (page->turned ? l1 - l0 : s1 - s0) + 2 * margin);
    down = fmax(30, (page->turned ? s1 - s0 : l1 - l0) + 2 * margin);
    across = fmax(across, down * page->aspect * CHIP_WIDTH / CHIP_HEIGHT);
    down = fmax(down, across / page->aspect * CHIP_HEIGHT / CHIP_WIDTH);
    widen(&l0, &l1, page->turned ? across : down, n_lines);
    widen(&s0, &s1, page->turned ? down : across, n_samples);
    frame.line0 = l0;
    frame.line1 = l1;
    frame.sample0 = s0;
    frame.sample1 = s1;
    across = page->turned ? l1 - l0 : s1 - s0;
    down = (page->turned ? s1 - s0 : l1 - l0) * page->aspect;
    scale = fmin(CHIP_WIDTH / across, CHIP_HEIGHT / down);
    frame.width = scale * across;
    frame.height = scale * down;
    return frame;
}

static double largest(const struct report_page *page, const struct report_frame *frame,
                      const float *map)
{
    double most = 0;

    for (size_t l = (size_t)frame->line0; l < (size_t)frame->line1; l++)
        for (size_t s = (size_t)frame->sample0; s < (size_t)frame->sample1; s++)
            most = fmax(most, map[l * page->report->cube->n_samples + s]); /* NaN passes by */
    return most;
}

/* The colour bar below the picture. */
static void scale_bar(struct report_page *page, const struct report_frame *frame, double high)
{
    double y = frame->height + 12;

    vaho_text_printf(
        &page->text,
        "<rect x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"8\" fill=\"url(#evidence)\"/>"
        "<text class=\"ramp\" x=\"0\" y=\"%.1f\">0</text>"
        "<text class=\"ramp\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%g</text>"
        "<text class=\"ramp\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%g σ</text>\n",
        y, frame->width, y + 21, frame->width / 2, y + 21, high / 2, frame->width, y + 21, high);
}

/* One standard deviation around the source: the ellipse of its covariance. */
static void draw_doubt(struct report_page *page, const struct report_frame *frame,
                       const struct vaho_plume *plume)
{
    const double *c = plume->source_covariance_px2, l0 = sqrt(fmax(c[0], 0));
    const double l1 = l0 > 0 ? c[1] / l0 : 0, s1 = sqrt(fmax(c[2] - l1 * l1, 0)); /* Cholesky */

    if (!isfinite(c[0] + c[1] + c[2]))
        return;
    for (int i = 0; i < DOUBT_CORNERS; i++) {
        double a = 2 * M_PI * i / DOUBT_CORNERS, x, y;
        report_frame_point(&x, &y, frame, plume->source_line + 0.5 + l0 * cos(a),
                           plume->source_sample + 0.5 + l1 * cos(a) + s1 * sin(a));
        vaho_text_printf(&page->text, "%s%.1f %.1f", i == 0 ? "<path class=\"doubt\" d=\"M" : "L",
                         x, y);
    }
    vaho_text_puts(&page->text, "z\"/>\n");
}

static enum vaho_status chip(struct report_page *page, const struct vaho_plume *plume,
                             const float *map, struct vaho_error *error)
{
    struct report_frame frame = window(page, plume);
    double high = ceil(fmax(5, largest(page, &frame, map))), x, y;
    unsigned char ramp[256][3];
    enum vaho_status status;

    make_ramp(ramp);
    vaho_text_printf(&page->text,
                     "<figure><figcaption>Evidence, lines %.0f–%.0f, samples %.0f–%.0f"
                     "</figcaption>\n<svg class=\"chip\" viewBox=\"0 0 %.1f %.1f\" role=\"img\">"
                     "<title>Evidence around the plume</title>"
                     "<rect class=\"masked\" width=\"%.1f\" height=\"%.1f\"/>\n",
                     frame.line0, frame.line1 - 1, frame.sample0, frame.sample1 - 1, frame.width,
                     frame.height + 38, frame.width, frame.height);
    status = report_picture(page, &frame, map, 0, high, (const unsigned char(*)[3])ramp,
                            MAX_PICTURE_SIDE, error);
    if (status == VAHO_OK)
        status = report_outline(page, &frame, plume, "class=\"cut\"", error);
    if (status == VAHO_OK)
        status = report_outline(page, &frame, plume, "class=\"edge\"", error);
    report_frame_point(&x, &y, &frame, plume->source_line + 0.5, plume->source_sample + 0.5);
    for (int casing = 1; casing >= 0; casing--)
        vaho_text_printf(&page->text, "<path class=\"cross%s\" d=\"M%.1f %.1fh12m-6-6v12\"/>\n",
                         casing ? " cut" : "", x - 6, y);
    draw_doubt(page, &frame, plume);
    scale_bar(page, &frame, high);
    vaho_text_puts(&page->text, "</svg></figure>\n");
    return status;
}

static void alternatives(struct report_page *page, const struct vaho_plume *plume)
{
    struct vaho_text *text = &page->text;

    if (!isfinite(plume->probability)) /* nothing else was tried */
        return;
    vaho_text_printf(text,
                     "<div><dt>What it is</dt><dd><span class=\"share\" "
                     "style=\"width:%.0fpx\"></span>%.2f ",
                     fmax(2, 60 * plume->probability), plume->probability);
    report_gas(page, plume->gas);
    for (size_t i = 0; i < plume->n_alternatives; i++) {
        double probability = plume->alternative[i].probability;
        vaho_text_printf(text, "<small><span class=\"share\" style=\"width:%.0fpx\"></span>%.2f ",
                         fmax(2, 60 * probability), probability);
        report_gas(page, plume->alternative[i].gas);
        vaho_text_puts(text, "</small>");
    }
    vaho_text_puts(text, "</dd></div>\n");
}

static void strength(struct report_page *page, const struct vaho_plume *plume)
{
    struct vaho_text *text = &page->text;
    const char *unit = report_unit(page, plume->gas);
    char number[REPORT_NUMBER_NBYTES];

    if (!isfinite(plume->peak_ppmm)) /* an unknown gas */
        return;
    vaho_text_printf(text, "<div><dt>Strength</dt><dd>%s ",
                     report_amount(number, plume->peak_ppmm, plume->sigma_ppmm));
    vaho_escape_markup(text, unit);
    vaho_text_printf(text, " at the peak<small>%s ",
                     report_amount(number, plume->mean_ppmm, plume->sigma_ppmm));
    vaho_escape_markup(text, unit);
    vaho_text_puts(text, " in the mean</small>");
    if (isfinite(plume->emission_kg_h))
        vaho_text_printf(text, "<small>%s kg/h emitted</small>",
                         report_amount(number, plume->emission_kg_h, plume->emission_sigma_kg_h));
    vaho_text_puts(text, "</dd></div>\n");
}

static void numbers(struct report_page *page, const struct vaho_plume *plume)
{
    struct vaho_text *text = &page->text;
    char number[REPORT_NUMBER_NBYTES];
    double along_m, across_m, covariance_m2[3];

    vaho_text_puts(text, "<dl>\n");
    alternatives(page, plume);
    strength(page, plume);
    vaho_text_printf(text, "<div><dt>Footprint</dt><dd>%zu pixel%s", plume->n_pixels,
                     plume->n_pixels == 1 ? "" : "s");
    if (vaho_place_pixel_size_m(&along_m, &across_m, page->report->place, plume->source_line,
                                plume->source_sample)) {
        double area_m2 = along_m * across_m * (double)plume->n_pixels;
        double unit_m2 = pow(10, floor(log10(area_m2)) - 2); /* three digits */
        vaho_text_printf(text, "<small>%.*f m²</small>", area_m2 < 100,
                         round(area_m2 / unit_m2) * unit_m2);
    }
    vaho_text_printf(text, "</dd></div>\n<div><dt>Source</dt><dd>%s",
                     report_source(number, page, plume));
    if (vaho_place_covariance(covariance_m2, page->report->place, plume->source_line,
                              plume->source_sample, plume->source_covariance_px2))
        vaho_text_printf(text, "<small>± %.*f m on the ground</small>",
                         vaho_place_largest_sigma_m(covariance_m2) < 10,
                         vaho_place_largest_sigma_m(covariance_m2));
    vaho_text_printf(text, "<small>line %.1f, sample %.1f", plume->source_line,
                     plume->source_sample);
    if (isfinite(plume->source_covariance_px2[0]))
        vaho_text_printf(text, ", ± %.1f pixels",
                         vaho_place_largest_sigma_m(plume->source_covariance_px2));
    vaho_text_puts(text, "</small></dd></div>\n</dl>\n");
}

static enum vaho_status card(struct report_page *page, size_t index, struct vaho_error *error)
{
    const struct vaho_plume *plume = &page->report->plumes->plume[index];
    const float *map = NULL;
    char number[REPORT_NUMBER_NBYTES];
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < page->report->n_maps; i++)
        if (strcmp(page->report->map[i].gas, plume->gas) == 0)
            map = page->report->map[i].snr;
    vaho_text_printf(&page->text,
                     "<article class=\"card\" id=\"plume-%zu\">\n<header><h3><span "
                     "class=\"number\" style=\"border-color:%s\"><span>%zu</span></span>",
                     index + 1, vaho_palette_colour(&page->palette, plume->gas), index + 1);
    report_gas(page, plume->gas);
    vaho_text_printf(&page->text, "</h3><span class=\"soft\">q %s · snr %.1f</span>",
                     report_q(number, plume->q_value), plume->snr);
    vaho_text_puts(&page->text, "</header>\n<div class=\"pictures\">\n");
    if (map != NULL)
        status = chip(page, plume, map, error);
    if (status == VAHO_OK)
        status = report_spectrum(page, plume, error);
    vaho_text_puts(&page->text, "</div>\n");
    numbers(page, plume);
    vaho_text_puts(&page->text, "</article>\n");
    return status;
}

enum vaho_status report_cards(struct report_page *page, struct vaho_error *error)
{
    size_t n = page->n_reported < MAX_CARDS ? page->n_reported : MAX_CARDS;
    enum vaho_status status = VAHO_OK;

    if (n > 0)
        vaho_text_puts(&page->text, "<h2>One by one</h2>\n");
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = card(page, i, error);
    if (n < page->n_reported)
        vaho_text_printf(&page->text,
                         "<p class=\"soft\">The first %zu plumes are shown one by one; all %zu are "
                         "in the table above and in plumes.geojson.</p>\n",
                         n, page->n_reported);
    return status;
}

void report_definitions(struct report_page *page)
{
    vaho_text_puts(&page->text,
                   "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\">"
                   "<defs><linearGradient id=\"evidence\">");
    for (int i = 0; i < N_STOPS; i++)
        vaho_text_printf(&page->text, "<stop offset=\"%.2f\" stop-color=\"#%02x%02x%02x\"/>",
                         (double)i / (N_STOPS - 1), stop[i][0], stop[i][1], stop[i][2]);
    vaho_text_puts(&page->text,
                   "</linearGradient><pattern id=\"masked\" width=\"6\" height=\"6\" "
                   "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                   "<rect width=\"6\" height=\"6\" fill=\"#fff\"/><path d=\"M0 0V6\" "
                   "stroke=\"#c3ccd5\" stroke-width=\"2\"/></pattern>"
                   "<filter id=\"quiet\" color-interpolation-filters=\"sRGB\">"
                   "<feComponentTransfer><feFuncR type=\"linear\" slope=\".72\" "
                   "intercept=\".16\"/><feFuncG type=\"linear\" slope=\".72\" intercept=\".16\"/>"
                   "<feFuncB type=\"linear\" slope=\".72\" intercept=\".16\"/>"
                   "</feComponentTransfer></filter></defs></svg>\n");
}
