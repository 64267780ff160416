/*
 * report_overview.c - the map of the whole flight line
 *
 * The brightness of the ground in greys, footprints and sources over it.  A
 * flight line longer than wide is turned so that it is flown to the right, and
 * one much longer than wide is cut into strips, read like lines of text.
 * Numbered badges stand upwind of their sources, moved aside where two would
 * cover each other, so that they do not hide the plumes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "format/report_part.h"

enum { MAX_STRIPS = 8, MIN_STRIP_LINES = 250, MAX_OUTLINES = 400, MAX_PICTURE_SIDE = 1600 };

static const double LEFT = 44, PLOT_WIDTH = 1036, PLOT_HEIGHT = 540, BELOW = 34, BAR = 16,
                    BADGE = 10;

struct point {
    double x, y;
};

static int by_value(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

/* The 2nd and 98th of a hundred of the finite brightnesses, from a regular subsample. */
static enum vaho_status stretch(double *low, double *high, const struct vaho_report *report,
                                struct vaho_error *error)
{
    enum { N = 100000 };
    size_t n_pixels = report->cube->n_lines * report->cube->n_samples, n = 0;
    size_t step = n_pixels / N + 1;
    float *value = malloc((n_pixels / step + 1) * sizeof *value);

    if (value == NULL)
        return vaho_fail_memory(error, "the map of the report");
    for (size_t i = 0; i < n_pixels; i += step)
        if (isfinite(report->look[i]))
            value[n++] = report->look[i];
    qsort(value, n, sizeof *value, by_value);
    *low = n == 0 ? 0 : value[n / 50];
    *high = n == 0 ? 1 : value[n - 1 - n / 50];
    if (!(*high > *low))
        *high = *low + 1;
    free(value);
    return VAHO_OK;
}

static int overlaps(const struct report_frame *frame, const struct vaho_plume *plume)
{
    return (double)plume->bbox[2] + 1 > frame->line0 && (double)plume->bbox[0] < frame->line1;
}

/* A free place for a badge 26 units from the source, at best opposite to the plume's middle. */
static struct point badge_place(const struct report_frame *frame, struct point source,
                                struct point middle, const struct point *taken, size_t n_taken)
{
    double upwind = atan2(source.y - middle.y, source.x - middle.x);
    struct point best = source;

    for (int turn = 0; turn < 16; turn++) {
        double angle = upwind + (turn % 2 ? 1 : -1) * ((turn + 1) / 2 % 4) * M_PI / 4;
        double distance = turn < 8 ? 26 : 48;
        int is_free = 1;
        best.x = fmin(fmax(source.x + distance * cos(angle), BADGE + 2), frame->width - BADGE - 2);
        best.y = fmin(fmax(source.y + distance * sin(angle), BADGE + 2), frame->height - BADGE - 2);
        for (size_t i = 0; i < n_taken && is_free; i++)
            is_free = hypot(best.x - taken[i].x, best.y - taken[i].y) > 2 * BADGE + 3;
        if (is_free && hypot(best.x - source.x, best.y - source.y) > BADGE + 5)
            break;
    }
    return best;
}

static enum vaho_status badges(struct report_page *page, const struct report_frame *frame,
                               struct vaho_error *error)
{
    struct vaho_text *text = &page->text;
    struct point *taken = vaho_alloc(page->n_reported, sizeof *taken);
    size_t n_taken = 0;

    if (taken == NULL)
        return vaho_fail_memory(error, "the map of the report");
    for (size_t i = 0; i < page->n_reported; i++) {
        const struct vaho_plume *plume = &page->report->plumes->plume[i];
        const char *colour = vaho_palette_colour(&page->palette, plume->gas);
        struct point source, middle, badge;
        if (plume->source_line + 0.5 < frame->line0 || plume->source_line + 0.5 >= frame->line1)
            continue;
        report_frame_point(&source.x, &source.y, frame, plume->source_line + 0.5,
                           plume->source_sample + 0.5);
        report_frame_point(&middle.x, &middle.y, frame,
                           ((double)plume->bbox[0] + (double)plume->bbox[2] + 1) / 2,
                           ((double)plume->bbox[1] + (double)plume->bbox[3] + 1) / 2);
        badge = badge_place(frame, source, middle, taken, n_taken);
        taken[n_taken++] = badge;
        vaho_text_printf(
            text,
            "<a href=\"#plume-%zu\"><path class=\"leader\" d=\"M%.1f %.1fL%.1f %.1f\"/>"
            "<circle class=\"source\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>"
            "<circle class=\"badge\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.0f\" stroke=\"%s\"/>"
            "<text class=\"badge\" x=\"%.1f\" y=\"%.1f\">%zu</text></a>\n",
            i + 1, source.x, source.y, badge.x, badge.y, source.x, source.y, badge.x, badge.y,
            BADGE, colour, badge.x, badge.y + 3.8, i + 1);
    }
    free(taken);
    return VAHO_OK;
}

static enum vaho_status footprints(struct report_page *page, const struct report_frame *frame,
                                   struct vaho_error *error)
{
    const struct vaho_plumes *plumes = page->report->plumes;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < plumes->n && i < MAX_OUTLINES && status == VAHO_OK; i++) {
        const char *colour = vaho_palette_colour(&page->palette, plumes->plume[i].gas);
        char attributes[128];
        if (!overlaps(frame, &plumes->plume[i]))
            continue;
        status = report_outline(page, frame, &plumes->plume[i],
                                i < page->n_reported ? "class=\"casing\"" : "class=\"casing thin\"",
                                error);
        snprintf(attributes, sizeof attributes, "class=\"%s\" stroke=\"%s\" fill=\"%s\"",
                 i < page->n_reported ? "plume" : "candidate", colour, colour);
        if (status == VAHO_OK)
            status = report_outline(page, frame, &plumes->plume[i], attributes, error);
    }
    return status;
}

/* Ticks along the picture's lower and left edges. */
static void ticks(struct report_page *page, const struct report_frame *frame)
{
    struct vaho_text *text = &page->text;
    double line_step = report_round((frame->line1 - frame->line0) / (frame->turned ? 8 : 6));
    double sample_step = report_round((frame->sample1 - frame->sample0) / (frame->turned ? 5 : 8));
    double x, y;

    line_step = fmax(line_step, 1);
    sample_step = fmax(sample_step, 1);
    for (double l = ceil(frame->line0 / line_step) * line_step; l < frame->line1; l += line_step) {
        report_frame_point(&x, &y, frame, l + 0.5, frame->sample0);
        if (frame->turned)
            vaho_text_printf(text,
                             "<path class=\"tick\" d=\"M%.1f %.1fv5\"/><text class=\"tick\" "
                             "x=\"%.1f\" y=\"%.1f\">%.0f</text>\n",
                             x, frame->height, x, frame->height + 18, l);
        else
            vaho_text_printf(text,
                             "<path class=\"tick\" d=\"M0 %.1fh-5\"/><text class=\"tick side\" "
                             "x=\"-8\" y=\"%.1f\">%.0f</text>\n",
                             y, y + 4, l);
    }
    for (double s = 0; s < frame->sample1; s += sample_step) {
        report_frame_point(&x, &y, frame, frame->line0, s + 0.5);
        if (frame->turned)
            vaho_text_printf(text,
                             "<path class=\"tick\" d=\"M0 %.1fh-5\"/><text class=\"tick side\" "
                             "x=\"-8\" y=\"%.1f\">%.0f</text>\n",
                             y, y + 4, s);
        else
            vaho_text_printf(text,
                             "<path class=\"tick\" d=\"M%.1f %.1fv5\"/><text class=\"tick\" "
                             "x=\"%.1f\" y=\"%.1f\">%.0f</text>\n",
                             x, frame->height, x, frame->height + 18, s);
    }
}

/* Units of the picture in a metre, 0 where unknown. */
static double units_a_metre(const struct report_page *page, const struct report_frame *frame)
{
    double along_m, across_m;

    if (!vaho_place_pixel_size_m(&along_m, &across_m, page->report->place,
                                 (frame->line0 + frame->line1) / 2,
                                 (frame->sample0 + frame->sample1) / 2) ||
        !(along_m > 0) || !(across_m > 0))
        return 0;
    return frame->turned ? frame->width / (frame->line1 - frame->line0) / along_m
                         : frame->width / (frame->sample1 - frame->sample0) / across_m;
}

/* A bar of a round length below the picture, in the picture's own scale. */
static void scale_bar(struct report_page *page, const struct report_frame *frame)
{
    double scale = units_a_metre(page, frame), length_m, y = frame->height + BELOW + 2;

    if (scale <= 0)
        return;
    length_m = report_round(60 / scale);
    vaho_text_printf(&page->text,
                     "<path class=\"bar\" d=\"M0 %.1fv5h%.1fv-5\"/><text class=\"bar\" x=\"%.1f\" "
                     "y=\"%.1f\">%g %s</text>\n",
                     y, length_m * scale, length_m * scale + 8, y + 6,
                     length_m >= 1000 ? length_m / 1000 : length_m, length_m >= 1000 ? "km" : "m");
}

static enum vaho_status strip(struct report_page *page, const struct report_frame *frame,
                              int is_last, double low, double high, struct vaho_error *error)
{
    struct vaho_text *text = &page->text;
    enum vaho_status status = VAHO_OK;

    vaho_text_printf(
        text,
        "<svg class=\"map\" viewBox=\"%.0f -2 %.0f %.0f\" role=\"img\" "
        "style=\"max-width:%.0fpx\"><title>Lines %.0f to %.0f</title>\n"
        "<svg x=\"0\" y=\"0\" width=\"%.2f\" height=\"%.2f\" viewBox=\"0 0 %.2f %.2f\">"
        "<rect class=\"masked\" width=\"100%%\" height=\"100%%\"/>\n",
        -LEFT, LEFT + frame->width + 12, frame->height + BELOW + (is_last ? BAR : 0),
        LEFT + frame->width + 12, frame->line0, frame->line1 - 1, frame->width, frame->height,
        frame->width, frame->height);
    if (page->report->look != NULL)
        status = report_picture(page, frame, page->report->look, low, high, NULL, MAX_PICTURE_SIDE,
                                error);
    if (status == VAHO_OK)
        status = footprints(page, frame, error);
    if (status == VAHO_OK)
        status = badges(page, frame, error);
    vaho_text_puts(text, "</svg>\n");
    ticks(page, frame);
    if (is_last)
        scale_bar(page, frame);
    vaho_text_puts(text, "</svg>\n");
    return status;
}

/* Where north is in the picture, degrees clockwise from up; NaN where unknown. */
static double north_deg(const struct report_page *page)
{
    const struct vaho_place *place = page->report->place;
    double l = (double)(page->report->cube->n_lines - 1) / 2;
    double s = (double)(page->report->cube->n_samples - 1) / 2;
    double lon[3], lat[3], east_l, east_s, sign;

    if (!vaho_place_lonlat(&lon[0], &lat[0], place, l, s) ||
        !vaho_place_lonlat(&lon[1], &lat[1], place, l + 0.5, s) ||
        !vaho_place_lonlat(&lon[2], &lat[2], place, l, s + 0.5))
        return NAN;
    east_l = remainder(lon[1] - lon[0], 360) * cos(lat[0] * M_PI / 180);
    east_s = remainder(lon[2] - lon[0], 360) * cos(lat[0] * M_PI / 180);
    sign = east_s * (lat[1] - lat[0]) - east_l * (lat[2] - lat[0]) > 0 ? 1 : -1;
    /* the direction (dl, ds) = sign (east_s, -east_l) keeps the longitude */
    double dl = sign * east_s, ds = -sign * east_l;
    double x = page->turned ? dl : ds, y = page->turned ? -ds * page->aspect : dl * page->aspect;
    return atan2(x, -y) * 180 / M_PI;
}

static void legend(struct report_page *page)
{
    struct vaho_text *text = &page->text;
    double north = north_deg(page);

    vaho_text_puts(text, "<div class=\"legend\"><span>");
    for (size_t i = 0; i < page->palette.n; i++) {
        vaho_text_printf(text, "<span class=\"key\"><i style=\"background:%s\"></i>",
                         vaho_palette_colour(&page->palette, page->palette.gas[i]));
        report_gas(page, page->palette.gas[i]);
        vaho_text_puts(text, "</span> ");
    }
    if (page->n_reported < page->report->plumes->n)
        vaho_text_puts(text, "<span class=\"key\"><i class=\"dashed\"></i>candidate</span> ");
    vaho_text_puts(text,
                   "<span class=\"key\"><i class=\"hatched\"></i>no data</span></span><span>");
    if (isfinite(north))
        vaho_text_printf(text,
                         "<span class=\"key\"><svg class=\"north\" width=\"20\" height=\"20\" "
                         "viewBox=\"-10 -10 20 20\"><path transform=\"rotate(%.1f)\" "
                         "d=\"M0-9L5 8L0 4L-5 8Z\"/></svg>north</span>",
                         north);
    vaho_text_printf(text, "<span class=\"key\">%s</span></span></div>\n",
                     page->turned ? "lines run to the right, samples upwards"
                                  : "lines run downwards, samples to the right");
}

enum vaho_status report_overview(struct report_page *page, struct vaho_error *error)
{
    size_t n_lines = page->report->cube->n_lines, n_samples = page->report->cube->n_samples;
    size_t n_strips = 1, strip_lines;
    double low = 0, high = 1;
    struct report_frame frame = {.sample1 = (double)n_samples, .turned = page->turned};
    enum vaho_status status = VAHO_OK;

    if (page->turned && n_lines > 5 * n_samples)
        n_strips = (n_lines + 4 * n_samples - 1) / (4 * n_samples);
    n_strips = n_strips > n_lines / MIN_STRIP_LINES + 1 ? n_lines / MIN_STRIP_LINES + 1 : n_strips;
    n_strips = n_strips > MAX_STRIPS ? MAX_STRIPS : n_strips;
    strip_lines = (n_lines + n_strips - 1) / n_strips;
    if (page->report->look != NULL)
        status = stretch(&low, &high, page->report, error);
    vaho_text_puts(&page->text, "<figure class=\"overview\">\n");
    for (size_t first = 0; first < n_lines && status == VAHO_OK; first += strip_lines) {
        size_t last = first + strip_lines < n_lines ? first + strip_lines : n_lines;
        double across = (double)(page->turned ? strip_lines : n_samples);
        double down = (double)(page->turned ? n_samples : n_lines) * page->aspect;
        double scale = fmin(PLOT_WIDTH / across, PLOT_HEIGHT / down);
        frame.line0 = (double)first;
        frame.line1 = (double)last;
        frame.width = scale * (page->turned ? (double)(last - first) : (double)n_samples);
        frame.height = scale * down;
        status = strip(page, &frame, last == n_lines, low, high, error);
    }
    legend(page);
    vaho_text_puts(&page->text, "</figure>\n");
    return status;
}
