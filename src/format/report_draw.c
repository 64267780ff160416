/* report_draw.c - pictures, outlines and numbers of the report */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/escape.h"
#include "format/outline.h"
#include "format/png.h"
#include "format/report_part.h"

void report_frame_point(double *x, double *y, const struct report_frame *frame, double line,
                        double sample)
{
    double l = (line - frame->line0) / (frame->line1 - frame->line0);
    double s = (sample - frame->sample0) / (frame->sample1 - frame->sample0);

    *x = frame->width * (frame->turned ? l : s);
    *y = frame->height * (frame->turned ? 1 - s : l);
}

/* The mean of a map over whole pixels [line0, line1) x [sample0, sample1); NaN if none is known. */
static double box_mean(const float *map, size_t n_samples, size_t line0, size_t line1,
                       size_t sample0, size_t sample1)
{
    double sum = 0;
    size_t n = 0;

    for (size_t l = line0; l < line1; l++)
        for (size_t s = sample0; s < sample1; s++)
            if (isfinite(map[l * n_samples + s])) {
                sum += map[l * n_samples + s];
                n++;
            }
    return n == 0 ? NAN : sum / (double)n;
}

static void paint(unsigned char *out, double value, double low, double high,
                  const unsigned char (*ramp)[3])
{
    double share = (value - low) / (high - low);
    size_t level = share <= 0 ? 0 : share >= 1 ? 255 : (size_t)(255 * share + 0.5);

    if (ramp == NULL) {
        out[0] = (unsigned char)level;
        out[1] = 255;
    } else {
        memcpy(out, ramp[level], 3);
        out[3] = 255;
    }
}

enum vaho_status report_picture(struct report_page *page, const struct report_frame *frame,
                                const float *map, double low, double high,
                                const unsigned char (*ramp)[3], size_t max_side,
                                struct vaho_error *error)
{
    size_t line0 = (size_t)frame->line0, n_lines = (size_t)frame->line1 - line0;
    size_t sample0 = (size_t)frame->sample0, n_samples = (size_t)frame->sample1 - sample0;
    size_t longest = n_lines > n_samples ? n_lines : n_samples;
    size_t step = (longest + max_side - 1) / max_side, n_channels = ramp == NULL ? 2 : 4;
    size_t rows = (n_lines + step - 1) / step, columns = (n_samples + step - 1) / step;
    size_t width = frame->turned ? rows : columns, height = frame->turned ? columns : rows;
    unsigned char *pixel = vaho_alloc(width * height, n_channels);
    enum vaho_status status;

    if (pixel == NULL)
        return vaho_fail_memory(error, "a picture of the report");
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++) {
            size_t l = line0 + row * step, s = sample0 + column * step;
            size_t l1 = l + step < line0 + n_lines ? l + step : line0 + n_lines;
            size_t s1 = s + step < sample0 + n_samples ? s + step : sample0 + n_samples;
            size_t x = frame->turned ? row : column, y = frame->turned ? columns - 1 - column : row;
            double value = box_mean(map, page->report->cube->n_samples, l, l1, s, s1);
            if (isfinite(value))
                paint(pixel + (y * width + x) * n_channels, value, low, high, ramp);
        }
    /* when the last box is cut short the picture reaches a little beyond the frame */
    double beyond_l = (double)(rows * step) / (double)n_lines;
    double beyond_s = (double)(columns * step) / (double)n_samples;
    double w = frame->width * (frame->turned ? beyond_l : beyond_s);
    double h = frame->height * (frame->turned ? beyond_s : beyond_l);
    vaho_text_printf(&page->text,
                     "<image class=\"%s\" x=\"0\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                     "preserveAspectRatio=\"none\" href=\"",
                     ramp == NULL ? "look" : "evidence", frame->turned ? frame->height - h : 0.0, w,
                     h);
    status = vaho_png_append(&page->text, &page->scope, pixel, width, height, n_channels, error);
    vaho_text_puts(&page->text, "\"/>\n");
    free(pixel);
    return status;
}

enum vaho_status report_outline(struct report_page *page, const struct report_frame *frame,
                                const struct vaho_plume *plume, const char *attributes,
                                struct vaho_error *error)
{
    struct vaho_outline outline;
    enum vaho_status status = vaho_outline_trace(&outline, plume->pixel, plume->n_pixels, error);

    if (status != VAHO_OK)
        return status;
    vaho_text_printf(&page->text, "<path %s d=\"", attributes);
    for (size_t r = 0; r < outline.n_rings; r++) {
        const struct vaho_ring *ring = &outline.ring[r];
        for (size_t i = 0; i < ring->n; i++) {
            const struct vaho_corner *corner = &outline.corner[ring->first + i];
            double x, y;
            report_frame_point(&x, &y, frame, corner->line, corner->sample);
            vaho_text_printf(&page->text, "%s%.1f %.1f", i == 0 ? "M" : "L", x, y);
        }
        vaho_text_puts(&page->text, "Z");
    }
    vaho_text_puts(&page->text, "\"/>\n");
    vaho_outline_free(&outline);
    return VAHO_OK;
}

const char *report_q(char out[REPORT_NUMBER_NBYTES], double q)
{
    if (q < 0.0005)
        snprintf(out, REPORT_NUMBER_NBYTES, "&lt; 0.001");
    else
        snprintf(out, REPORT_NUMBER_NBYTES, "%.3f", q);
    return out;
}

const char *report_amount(char out[REPORT_NUMBER_NBYTES], double value, double sigma)
{
    int decimals = 0;

    if (!isfinite(value)) {
        snprintf(out, REPORT_NUMBER_NBYTES, "unknown");
    } else if (!isfinite(sigma) || sigma <= 0) {
        snprintf(out, REPORT_NUMBER_NBYTES, "%.3g", value);
    } else {
        if (sigma < 1)
            decimals = (int)fmin(9, ceil(-log10(sigma)));
        snprintf(out, REPORT_NUMBER_NBYTES, "%.*f ± %.*f", decimals, value, decimals, sigma);
    }
    return out;
}

const char *report_source(char out[REPORT_NUMBER_NBYTES], const struct report_page *page,
                          const struct vaho_plume *plume)
{
    double longitude, latitude;

    if (vaho_place_lonlat(&longitude, &latitude, page->report->place, plume->source_line,
                          plume->source_sample))
        snprintf(out, REPORT_NUMBER_NBYTES, "%.5f° %c, %.5f° %c", fabs(latitude),
                 latitude < 0 ? 'S' : 'N', fabs(longitude), longitude < 0 ? 'W' : 'E');
    else
        snprintf(out, REPORT_NUMBER_NBYTES, "line %.0f, sample %.0f", plume->source_line,
                 plume->source_sample);
    return out;
}

void report_gas(struct report_page *page, const char *gas)
{
    char name[VAHO_NAME_NBYTES];

    snprintf(name, sizeof name, "%s", gas);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    vaho_escape_markup(&page->text, name);
}

const char *report_unit(const struct report_page *page, const char *gas)
{
    for (size_t i = 0; i < page->report->n_maps; i++)
        if (strcmp(page->report->map[i].gas, gas) == 0)
            return page->report->map[i].unit;
    return "ppm.m";
}

double report_round(double wanted)
{
    double power = pow(10, floor(log10(wanted))), share = wanted / power;

    return power * (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 5.0001 ? 5 : 10);
}
