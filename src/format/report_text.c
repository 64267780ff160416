/* report_text.c - the tables and the words of the report */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/escape.h"
#include "format/report_part.h"

enum { MAX_CANDIDATES = 200 };

static void else_it_may_be(struct report_page *page, const struct vaho_plume *plume)
{
    if (plume->n_alternatives == 0)
        vaho_text_puts(&page->text, "–");
    for (size_t i = 0; i < plume->n_alternatives; i++) {
        if (i > 0)
            vaho_text_puts(&page->text, ", ");
        report_gas(page, plume->alternative[i].gas);
        vaho_text_printf(&page->text, " %.2f", plume->alternative[i].probability);
    }
}

/* A row of either table; a candidate has no card to point to. */
static void row(struct report_page *page, size_t index, int has_card, int with_emission)
{
    const struct vaho_plume *plume = &page->report->plumes->plume[index];
    struct vaho_text *text = &page->text;
    char number[REPORT_NUMBER_NBYTES];

    vaho_text_printf(text, "<tr><td>");
    if (has_card)
        vaho_text_printf(
            text,
            "<a href=\"#plume-%zu\" style=\"text-decoration:none\"><span "
            "class=\"number\" style=\"border-color:%s\"><span>%zu</span></span></a><b>",
            index + 1, vaho_palette_colour(&page->palette, plume->gas), index + 1);
    else
        vaho_text_printf(text, "<i style=\"background:%s\"></i>",
                         vaho_palette_colour(&page->palette, plume->gas));
    report_gas(page, plume->gas);
    vaho_text_printf(text, "%s</td><td class=\"n\">%s</td>", has_card ? "</b>" : "",
                     report_q(number, plume->q_value));
    vaho_text_printf(text, "<td class=\"n\">%.1f</td>", plume->snr);
    vaho_text_printf(text, "<td class=\"n\">%s ",
                     report_amount(number, plume->peak_ppmm, plume->sigma_ppmm));
    vaho_escape_markup(text, report_unit(page, plume->gas));
    vaho_text_puts(text, "</td>");
    vaho_text_printf(text, "<td class=\"n\">%zu</td>", plume->n_pixels);
    if (with_emission)
        vaho_text_printf(
            text, "<td class=\"n\">%s</td>",
            isfinite(plume->emission_kg_h)
                ? report_amount(number, plume->emission_kg_h, plume->emission_sigma_kg_h)
                : "–");
    vaho_text_printf(text, "<td>%s</td><td>", report_source(number, page, plume));
    else_it_may_be(page, plume);
    vaho_text_puts(text, "</td></tr>\n");
}

static void rows(struct report_page *page, size_t first, size_t last, int has_card)
{
    const struct vaho_plumes *plumes = page->report->plumes;
    int with_emission = 0;

    for (size_t i = first; i < last; i++)
        with_emission |= isfinite(plumes->plume[i].emission_kg_h);
    vaho_text_printf(&page->text,
                     "<div class=\"wide\"><table%s><thead><tr><th>gas</th><th class=\"n\">q</th>"
                     "<th class=\"n\">snr</th><th class=\"n\">peak</th>"
                     "<th class=\"n\">pixels</th>%s<th>source</th><th>else it may be</th></tr>"
                     "</thead><tbody>\n",
                     has_card ? "" : " class=\"quiet\"",
                     with_emission ? "<th class=\"n\">kg/h</th>" : "");
    for (size_t i = first; i < last; i++)
        row(page, i, has_card, with_emission);
    vaho_text_puts(&page->text, "</tbody></table></div>\n");
}

void report_plumes(struct report_page *page)
{
    if (page->n_reported == 0)
        return;
    vaho_text_puts(&page->text, "<h2>Plumes</h2>\n");
    rows(page, 0, page->n_reported, 1);
}

void report_candidates(struct report_page *page)
{
    size_t n = page->report->plumes->n, first = page->n_reported;
    size_t last = n - first > MAX_CANDIDATES ? first + MAX_CANDIDATES : n;

    if (first == n)
        return;
    vaho_text_printf(&page->text,
                     "<h2>Candidates</h2>\n<p class=\"soft\">Weaker detections, q above %g. Many "
                     "of them are false; they are kept because another pass may confirm one.</p>\n",
                     page->report->product->q_reported);
    rows(page, first, last, 0);
    if (last < n)
        vaho_text_printf(&page->text, "<p class=\"soft\">%zu more are in plumes.geojson.</p>\n",
                         n - last);
}

/* How to read it: a term and what it means. */
static void explanation(struct report_page *page)
{
    static const char *const entry[][2] = {
        {"q-value", "The share of reports at least this strong that are expected to be false. Of "
                    "twenty plumes at q 0.05, about one is not there. It says nothing about the "
                    "size of a plume or its danger."},
        {"Where q comes from",
         "The same search is run for decoys: simulated signatures that no gas has, made as easy to "
         "confuse with the ground as the real ones. How often decoys light up in this very flight "
         "tells how often a real signature would by chance."},
        {"snr", "The evidence for the plume as a whole, in standard deviations of the ground "
                "without one."},
        {"ppm.m", "Gas times path: 100 ppm.m is 100 parts per million through one metre of air, or "
                  "1 part per million through a hundred. ± is one standard deviation."},
        {"unknown", "A plume of none of the gases searched for, more probably than of any of them: "
                    "their spectra leave much of it unexplained, or one that was not searched for "
                    "explains it better. It has no strength, for that is in ppm.m of a gas."},
        {"Else it may be", "Other gases that explain the spectrum, with the probability of each "
                           "given the library in use. What is not in the library cannot be named."},
        {"Source", "The upwind end of the plume, judged by its shape. The dashed ring around it is "
                   "one standard deviation."},
        {"What it is not", "A plume is a reason to look closer. People confirm it, elsewhere."},
    };

    vaho_text_puts(&page->text, "<h2>How to read this</h2>\n<dl class=\"read\">\n");
    for (size_t i = 0; i < sizeof entry / sizeof entry[0]; i++)
        vaho_text_printf(&page->text, "<dt>%s</dt><dd>%s</dd>\n", entry[i][0], entry[i][1]);
    vaho_text_puts(&page->text, "</dl>\n");
}

static void record(struct report_page *page, const char *title,
                   const struct vaho_report_entry *entry, size_t n)
{
    if (n == 0)
        return;
    vaho_text_printf(&page->text, "<h2>%s</h2>\n<table class=\"record\"><tbody>\n", title);
    for (size_t i = 0; i < n; i++) {
        vaho_text_puts(&page->text, "<tr><td>");
        vaho_escape_markup(&page->text, entry[i].name);
        vaho_text_puts(&page->text, "</td><td><code>");
        vaho_escape_markup(&page->text, entry[i].value);
        vaho_text_puts(&page->text, "</code></td></tr>\n");
    }
    vaho_text_puts(&page->text, "</tbody></table>\n");
}

void report_back_matter(struct report_page *page)
{
    const struct vaho_report *report = page->report;

    explanation(page);
    if (report->n_notes > 0) {
        vaho_text_puts(&page->text, "<h2>Noticed</h2>\n<ul>\n");
        for (size_t i = 0; i < report->n_notes; i++) {
            vaho_text_puts(&page->text, "<li>");
            vaho_escape_markup(&page->text, report->note[i]);
            vaho_text_puts(&page->text, "</li>\n");
        }
        vaho_text_puts(&page->text, "</ul>\n");
    }
    record(page, "Settings", report->setting, report->n_settings);
    record(page, "Inputs and their SHA-256", report->input, report->n_inputs);
    vaho_text_puts(&page->text, "<footer>Made by vaho ");
    vaho_escape_markup(&page->text, report->product->version);
    vaho_text_puts(&page->text, " from the flight ");
    vaho_escape_markup(&page->text, report->product->flight);
    vaho_text_printf(&page->text, "%s. The same input and settings give the same file.</footer>\n",
                     report->product->exercise ? ", an EXERCISE" : "");
}
