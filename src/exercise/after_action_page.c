/*
 * after_action_page.c - the report for people: one HTML file, readable offline
 *
 * In the order in which a person asks: how did we do, where was what, what happened to each hidden
 * site flight by flight, which leads were false, how far could the figures be trusted.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "exercise/after_action_files.h"
#include "exercise/cube_files.h"
#include "format/escape.h"
#include "vaho/version.h"

static const size_t MAX_NBYTES = (size_t)32 << 20;
static const double MAP_PX = 720;

/* Colour and letter of each outcome, readable without colour too. */
static const struct {
    const char *letter, *colour, *meaning;
} looks[VAHO_LOOK_N_OUTCOMES] = {
    [VAHO_LOOK_TO_FLY] = {"", "#fff", "not flown"},
    [VAHO_LOOK_ABSENT] = {"", "#fff", "not there, or out of view"},
    [VAHO_LOOK_OFF] = {"·", "#eef1f4", "emitted nothing then"},
    [VAHO_LOOK_BLIND] = {"-", "#eef1f4", "a gas that this flight's sensor cannot see"},
    [VAHO_LOOK_OUTSIDE] = {"M", "#d9d4e8", "outside the mandate: nobody may look"},
    [VAHO_LOOK_FOUND] = {"✓", "#7cc08a", "found: a plume of its gas at q <= 0.05"},
    [VAHO_LOOK_UNKNOWN] = {"U", "#a5d1a0", "found, and rightly called unknown: q <= 0.05"},
    [VAHO_LOOK_DOUBTFUL] = {"?", "#d3e8c4", "seen, but not surely: q above 0.05"},
    [VAHO_LOOK_WRONG_GAS] = {"G", "#f2c06b", "a plume there, taken for another gas"},
    [VAHO_LOOK_UNLISTED] = {"L", "#ead9bd", "a gas that is not in the library"},
    [VAHO_LOOK_CONTRAST] = {"T", "#b9c6d6",
                            "no contrast: the ground under it was as warm as the air"},
    [VAHO_LOOK_WIND] = {"W", "#a8d0e6", "thinned by wind; in the median wind it could be found"},
    [VAHO_LOOK_WEAK] = {"F", "#c9c9c9", "too weak: fainter than what this flight could find there"},
    [VAHO_LOOK_MISSED] = {"X", "#e58a7b",
                          "missed, though the coverage says it is found half the time or more"},
    [VAHO_LOOK_COVERED] = {"P", "#e3c6dc", "it lies in the box of another emitter's plume"},
};

static const char style[] =
    ":root{--ink:#1c2530;--soft:#566472;--rule:#dfe4e9}*{box-sizing:border-box}"
    "html{color-scheme:light;background:#fff}body{margin:0;color:var(--ink);font:15px/1.55 "
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif;"
    "font-variant-numeric:tabular-nums}main{max-width:1140px;margin:0 auto;padding:30px 24px 72px}"
    "h1{font-size:30px;line-height:1.2;font-weight:650;margin:0 0 6px}"
    "h2{font-size:19px;font-weight:650;margin:44px 0 10px}p{margin:0 0 10px;max-width:76ch}"
    ".soft{color:var(--soft)}.lead{font-size:21px;line-height:1.4;margin:22px 0 4px}"
    ".exercise{background:repeating-linear-gradient(135deg,#ffe9a8 0 14px,#fff3cf 14px 28px);"
    "border-bottom:2px solid #c99700;color:#4a3800;text-align:center;padding:10px 24px}"
    ".exercise b{letter-spacing:.14em}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:14.5px}th{font-weight:500;color:var(--soft);"
    "font-size:13px;text-align:left;vertical-align:bottom;border-bottom:1.5px solid var(--ink);"
    "padding:6px 16px 6px 0;white-space:nowrap}td{border-bottom:1px solid var(--rule);"
    "padding:7px 16px 7px 0;white-space:nowrap;vertical-align:top}.n{text-align:right}"
    "td.why{white-space:normal;min-width:26ch}"
    ".looks td,.looks th{padding:3px 4px}.looks td:first-child{padding-right:14px}"
    ".looks td.l{text-align:center;border:1px solid #fff;width:34px;font-weight:600}"
    ".looks th.f{font-size:11px;text-align:center}"
    ".keys span{display:inline-block;margin:0 18px 4px 0;font-size:13px;color:var(--soft)}"
    ".keys i{display:inline-block;width:22px;border:1px solid "
    "var(--rule);text-align:center;font-style:normal;font-weight:600;"
    "color:var(--ink);margin-right:6px;border-radius:3px}"
    ".two{display:grid;grid-template-columns:repeat(auto-fit,minmax(430px,1fr));gap:0 44px}"
    "svg{display:block;max-width:100%;height:auto}svg text{font-size:12px;fill:var(--ink)}"
    ".bar{display:inline-block;height:10px;border-radius:2px;background:#7cc08a}"
    "code{font-size:12.5px;overflow-wrap:anywhere}";

const char *after_action_kind(enum vaho_emitter_kind kind)
{
    static const char *const names[] = {"hidden", "licensed", "unlisted", "traffic"};

    return names[kind];
}

void after_action_after_passes(size_t *out_n, size_t *out_found, const struct vaho_after_action *a,
                               size_t k)
{
    *out_n = *out_found = 0;
    for (size_t i = 0; i < a->truth->n_emitters; i++) {
        const struct vaho_scored_emitter *e = &a->emitter[i];
        if (a->truth->emitter[i].kind != VAHO_EMITTER_HIDDEN || e->n_could < k)
            continue;
        ++*out_n;
        *out_found += e->found_at > 0 && e->found_at <= k;
    }
}

struct page {
    struct vaho_text text;
    const struct vaho_after_action *a;
};

static void put_gas(struct page *p, const char *gas)
{
    char plain[VAHO_NAME_NBYTES];

    snprintf(plain, sizeof plain, "%s", gas);
    for (char *c = plain; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    vaho_escape_markup(&p->text, plain);
}

/* "2 d 4 h", "35 min" */
static void put_span(struct page *p, double s)
{
    if (!isfinite(s))
        vaho_text_puts(&p->text, "never");
    else if (s == 0)
        vaho_text_puts(&p->text, "at the first look");
    else if (s < 5400)
        vaho_text_printf(&p->text, "%.0f min", s / 60);
    else if (s < 86400)
        vaho_text_printf(&p->text, "%.1f h", s / 3600);
    else
        vaho_text_printf(&p->text, "%.1f d", s / 86400);
}

/* --- the map ------------------------------------------------------------------- */

static void map_point(double *x, double *y, const struct page *p, double longitude, double latitude)
{
    const struct vaho_scenario_area *area = &p->a->truth->scenario->area;
    double scale = MAP_PX / fmax(area->width_m, area->height_m), east, north;

    vaho_world_metres(&east, &north, area, longitude, latitude);
    *x = 24 + scale * east;
    *y = 24 + scale * (area->height_m - north);
}

static void put_emitters(struct page *p)
{
    const struct vaho_truth *t = p->a->truth;

    for (size_t i = 0; i < t->n_emitters; i++)
        for (size_t k = 0; k < t->emitter[i].n_places; k++) {
            const struct vaho_truth_place *place = &t->emitter[i].place[k];
            const struct vaho_scored_emitter *e = &p->a->emitter[i];
            int found = e->site != VAHO_NO_EMITTER &&
                        p->a->site[e->site].probability >= VAHO_LEAD_PROBABILITY;
            double x, y;
            if (place->gone || t->emitter[i].kind == VAHO_EMITTER_TRAFFIC)
                continue;
            map_point(&x, &y, p, place->longitude_deg, place->latitude_deg);
            if (t->emitter[i].kind == VAHO_EMITTER_HIDDEN)
                vaho_text_printf(&p->text,
                                 "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill=\"%s\" "
                                 "stroke=\"#1c2530\" stroke-width=\"1.5\"/>",
                                 x, y, found ? "#7cc08a" : "#e58a7b");
            else
                vaho_text_printf(&p->text,
                                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"11\" height=\"11\" "
                                 "fill=\"%s\" stroke=\"#1c2530\"/>",
                                 x - 5.5, y - 5.5,
                                 t->emitter[i].kind == VAHO_EMITTER_LICENSED ? "#c9d8ea"
                                                                             : "#ead9bd");
            vaho_text_printf(&p->text, "<text x=\"%.1f\" y=\"%.1f\">", x + 11, y + 4);
            vaho_escape_markup(&p->text, t->emitter[i].name);
            if (k > 0)
                vaho_text_printf(&p->text, ", place %zu", k + 1);
            vaho_text_puts(&p->text, "</text>");
        }
}

static void put_leads(struct page *p)
{
    for (size_t i = 0; i < p->a->n_sites; i++) {
        const struct vaho_scored_site *s = &p->a->site[i];
        int real = vaho_site_truth_is_real(s->truth);
        double x, y;
        if (s->probability < VAHO_LEAD_PROBABILITY)
            continue;
        map_point(&x, &y, p, s->longitude_deg, s->latitude_deg);
        if (real)
            vaho_text_printf(&p->text,
                             "<path d=\"M%.1f %.1fh12M%.1f %.1fv12\" stroke=\"#1c2530\" "
                             "stroke-width=\"1.3\"/>",
                             x - 6, y, x, y - 6);
        else
            vaho_text_printf(&p->text,
                             "<path d=\"M%.1f %.1fl12 12M%.1f %.1fl12 -12\" stroke=\"#c0392b\" "
                             "stroke-width=\"2.2\"/>",
                             x - 6, y - 6, x - 6, y + 6);
    }
}

/* Outlines of the mandates' areas, with their names. */
static void put_mandates(struct page *p, double scale)
{
    const struct vaho_scenario *s = p->a->truth->scenario;

    for (size_t i = 0; i < s->n_mandates; i++) {
        const struct vaho_scenario_corners *area = &s->mandate[i].area;
        vaho_text_puts(&p->text, "<path fill=\"none\" stroke=\"#8f7fc0\" d=\"");
        for (size_t k = 0; k < area->n; k++)
            vaho_text_printf(&p->text, "%c%.1f %.1f", k == 0 ? 'M' : 'L',
                             24 + scale * area->corner_m[k][0],
                             24 + scale * (s->area.height_m - area->corner_m[k][1]));
        vaho_text_printf(&p->text, "Z\"/><text x=\"%.1f\" y=\"%.1f\" style=\"fill:#6a5a9e\">",
                         30 + scale * area->corner_m[0][0],
                         18 + scale * (s->area.height_m - area->corner_m[0][1]));
        vaho_escape_markup(&p->text, s->mandate[i].id);
        vaho_text_puts(&p->text, "</text>");
    }
}

static void put_map(struct page *p)
{
    const struct vaho_scenario *s = p->a->truth->scenario;
    double scale = MAP_PX / fmax(s->area.width_m, s->area.height_m);
    double w = scale * s->area.width_m, h = scale * s->area.height_m, bar = 1;

    while (bar * 10 < s->area.width_m / 2)
        bar *= 10;
    vaho_text_printf(&p->text,
                     "<h2>Where</h2><svg width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f "
                     "%.0f\"><rect x=\"24\" y=\"24\" width=\"%.1f\" height=\"%.1f\" "
                     "fill=\"#f5f7f9\" stroke=\"#aab4be\"/>",
                     w + 170, h + 76, w + 170, h + 76, w, h);
    for (size_t i = 0; i < s->n_flights; i++) {
        const struct vaho_scenario_flight *f = &s->flight[i];
        vaho_text_printf(&p->text,
                         "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#b8c4d0\" "
                         "stroke-dasharray=\"5 4\"/>",
                         24 + scale * f->from_m[0], 24 + scale * (s->area.height_m - f->from_m[1]),
                         24 + scale * f->to_m[0], 24 + scale * (s->area.height_m - f->to_m[1]));
    }
    for (size_t i = 0; i < s->n_imitations; i++) {
        double x, y;
        map_point(&x, &y, p, p->a->truth->imitation[i][0], p->a->truth->imitation[i][1]);
        vaho_text_printf(&p->text,
                         "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#f4e4c1\" "
                         "stroke=\"#c9a24a\" stroke-dasharray=\"3 2\"/>",
                         x, y, fmax(6, scale * s->imitation[i].radius_m));
    }
    put_mandates(p, scale);
    put_emitters(p);
    put_leads(p);
    vaho_text_printf(&p->text,
                     "<path d=\"M24 %.1fh%.1fm0 -4v8M24 %.1fv8\" stroke=\"#1c2530\" fill=\"none\"/>"
                     "<text x=\"24\" y=\"%.1f\">%g m</text></svg>",
                     h + 44, scale * bar, h + 40, h + 64, bar);
    vaho_text_puts(
        &p->text,
        "<p class=\"soft\">Circles: hidden sites, green found, red not. Squares: licensed "
        "emitters (blue) and unlisted gases (brown). Dashed circles: ground that "
        "imitates a gas. +: a lead that is real, red cross: a false one. Dashed lines: "
        "flights; violet: mandates. North is up.</p>");
}

/* --- hidden sites ----------------------------------------------------------------- */

/* What came of a hidden site, from its looks and its site. */
static void put_why(struct page *p, size_t i)
{
    const struct vaho_after_action *a = p->a;
    const struct vaho_scored_emitter *e = &a->emitter[i];
    const struct vaho_scored_site *site = e->site != VAHO_NO_EMITTER ? &a->site[e->site] : NULL;
    size_t n[VAHO_LOOK_N_OUTCOMES] = {0};
    int first = 1;

    for (size_t f = 0; f < a->truth->n_flights; f++)
        n[a->look[f * a->truth->n_emitters + i].outcome]++;
    if (site != NULL && strcmp(site->decision, "reject") == 0)
        vaho_text_puts(&p->text, "<b>rejected by a person</b>; ");
    if (e->n_emitting == 0) {
        vaho_text_puts(&p->text, "it never emitted in view of a flight");
        return;
    }
    for (int o = VAHO_LOOK_OUTSIDE; o < VAHO_LOOK_N_OUTCOMES; o++) {
        if (n[o] == 0)
            continue;
        vaho_text_printf(&p->text, "%s%s %zu", first ? "" : ", ",
                         vaho_look_outcome_name((enum vaho_look_outcome)o), n[o]);
        first = 0;
    }
}

static void put_site(struct page *p, const struct vaho_scored_site *site)
{
    vaho_text_printf(&p->text, "<td class=\"n\">%.2f", site->probability);
    if (isfinite(site->confirmed_s))
        vaho_text_printf(&p->text, "<br>confirmed %.0f min after<br>it was taken in",
                         (site->confirmed_s - site->taken_in_s) / 60);
    vaho_text_puts(&p->text, "<td class=\"why\">");
}

static void put_hidden(struct page *p)
{
    const struct vaho_after_action *a = p->a;

    vaho_text_puts(&p->text,
                   "<h2>Hidden sites</h2><div class=\"wide\"><table><tr><th>site<th>gas<th "
                   "class=\"n\">kg/h<th class=\"n\">flights that<br>could see it<th "
                   "class=\"n\">found<br>in<th>first look to<br>first detection<th "
                   "class=\"n\">stated<br>probability<th>what came of its flights</tr>");
    for (size_t i = 0; i < a->truth->n_emitters; i++) {
        const struct vaho_scored_emitter *e = &a->emitter[i];
        if (a->truth->emitter[i].kind != VAHO_EMITTER_HIDDEN)
            continue;
        vaho_text_puts(&p->text, "<tr><td>");
        vaho_escape_markup(&p->text, a->truth->emitter[i].name);
        vaho_text_puts(&p->text, "<td>");
        put_gas(p, a->truth->emitter[i].gas);
        vaho_text_printf(&p->text, "<td class=\"n\">%.3g<td class=\"n\">%zu<td class=\"n\">%zu<td>",
                         a->truth->emitter[i].emission_kg_h, e->n_could, e->n_found);
        put_span(p, e->first_found_s - e->first_look_s);
        if (e->site != VAHO_NO_EMITTER)
            put_site(p, &a->site[e->site]);
        else
            vaho_text_puts(&p->text, "<td class=\"n\">no site<td class=\"why\">");
        put_why(p, i);
        vaho_text_puts(&p->text, "</tr>");
    }
    vaho_text_puts(&p->text, "</table></div>");
}

static void put_looks(struct page *p)
{
    const struct vaho_truth *t = p->a->truth;
    int used[VAHO_LOOK_N_OUTCOMES] = {0};

    vaho_text_puts(&p->text, "<h2>Flight by flight</h2><div class=\"wide\"><table "
                             "class=\"looks\"><tr><th>emitter");
    for (size_t f = 0; f < t->n_flights; f++)
        vaho_text_printf(&p->text, "<th class=\"f\">%s", t->flight[f].name);
    vaho_text_puts(&p->text, "</tr>");
    for (size_t i = 0; i < t->n_emitters; i++) {
        vaho_text_puts(&p->text, "<tr><td>");
        vaho_escape_markup(&p->text, t->emitter[i].name);
        vaho_text_printf(&p->text, " <span class=\"soft\">%s ",
                         after_action_kind(t->emitter[i].kind));
        put_gas(p, t->emitter[i].gas);
        vaho_text_puts(&p->text, "</span>");
        for (size_t f = 0; f < t->n_flights; f++) {
            const struct vaho_look *look = &p->a->look[f * t->n_emitters + i];
            const struct vaho_truth_look *truth = &t->flight[f].look[i];
            used[look->outcome] = 1;
            vaho_text_printf(&p->text, "<td class=\"l\" style=\"background:%s\" title=\"%s",
                             looks[look->outcome].colour, vaho_look_outcome_name(look->outcome));
            if (isfinite(truth->mean_ppmm))
                vaho_text_printf(&p->text, ", mean %.3g ppm.m, limit %.3g, contrast %.1f K",
                                 truth->mean_ppmm, look->limit_ppmm, truth->contrast_k);
            vaho_text_printf(&p->text, "\">%s", looks[look->outcome].letter);
        }
        vaho_text_puts(&p->text, "</tr>");
    }
    vaho_text_puts(&p->text, "</table></div><p class=\"keys\">");
    for (int o = 0; o < VAHO_LOOK_N_OUTCOMES; o++)
        if (used[o])
            vaho_text_printf(&p->text, "<span><i style=\"background:%s\">%s&nbsp;</i>%s</span>",
                             looks[o].colour, looks[o].letter, looks[o].meaning);
    vaho_text_puts(&p->text, "</p>");
}

/* --- false leads and figures --------------------------------------------------------- */

static void put_false(struct page *p)
{
    const struct vaho_after_action *a = p->a;

    vaho_text_puts(&p->text, "<h2>False leads</h2>");
    if (a->n_false_leads == 0) {
        vaho_text_puts(&p->text, "<p>None.</p>");
        return;
    }
    vaho_text_puts(&p->text, "<div class=\"wide\"><table><tr><th>site<th class=\"n\">stated "
                             "probability<th class=\"n\">plumes<th>what it was</tr>");
    for (size_t i = 0; i < a->n_sites; i++) {
        const struct vaho_scored_site *s = &a->site[i];
        if (s->probability < VAHO_LEAD_PROBABILITY || vaho_site_truth_is_real(s->truth))
            continue;
        vaho_text_puts(&p->text, "<tr><td>");
        vaho_escape_markup(&p->text, s->name);
        vaho_text_printf(&p->text, "<td class=\"n\">%.2f<td class=\"n\">%zu<td>%s", s->probability,
                         s->n_plumes, vaho_site_truth_name(s->truth));
        if (s->emitter != VAHO_NO_EMITTER) {
            vaho_text_puts(&p->text, ": ");
            vaho_escape_markup(&p->text, a->truth->emitter[s->emitter].name);
            vaho_text_puts(&p->text, ", ");
            put_gas(p, a->truth->emitter[s->emitter].gas);
            if (isfinite(s->off_m))
                vaho_text_printf(&p->text, ", %.0f m off", s->off_m);
        }
        if (strcmp(s->decision, "") != 0) {
            vaho_text_puts(&p->text, "; review: ");
            vaho_escape_markup(&p->text, s->decision);
        }
        vaho_text_puts(&p->text, "</tr>");
    }
    vaho_text_puts(&p->text, "</table></div>");
}

static void put_strength(struct page *p)
{
    const struct vaho_after_action *a = p->a;

    vaho_text_puts(&p->text,
                   "<div><h2>By strength</h2><p class=\"soft\">Every emitter in every flight that "
                   "could see it: the plume's mean over the limit that the flight's own coverage "
                   "stated there. Expected: what the coverage promised.</p><table><tr><th>mean / "
                   "limit<th class=\"n\">looks<th class=\"n\">found<th class=\"n\">expected</tr>");
    for (size_t i = 0; i < VAHO_N_BINS; i++) {
        if (i + 1 < VAHO_N_BINS)
            vaho_text_printf(&p->text, "<tr><td>%g to %g", i > 0 ? VAHO_STRENGTH_BINS[i - 1] : 0,
                             VAHO_STRENGTH_BINS[i]);
        else
            vaho_text_printf(&p->text, "<tr><td>over %g", VAHO_STRENGTH_BINS[i - 1]);
        vaho_text_printf(&p->text,
                         "<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%.1f</tr>",
                         a->strength[i].n, a->strength[i].n_found, a->strength[i].expected);
    }
    vaho_text_puts(&p->text, "</table></div>");
}

static void put_passes(struct page *p)
{
    vaho_text_puts(&p->text,
                   "<div><h2>By number of passes</h2><p class=\"soft\">Of the hidden sites that "
                   "emitted in so many flights which could see them, those that had a plume of "
                   "their gas at q &lt;= 0.05 by then.</p><table><tr><th class=\"n\">passes<th "
                   "class=\"n\">sites<th class=\"n\">found<th></tr>");
    for (size_t k = 1; k <= p->a->truth->n_flights; k++) {
        size_t n, found;
        after_action_after_passes(&n, &found, p->a, k);
        if (n == 0)
            break;
        vaho_text_printf(&p->text,
                         "<tr><td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td><span "
                         "class=\"bar\" style=\"width:%.0fpx\"></span></tr>",
                         k, n, found, 160.0 * (double)found / (double)n);
    }
    vaho_text_puts(&p->text, "</table></div>");
}

static void put_reliability(struct page *p)
{
    const struct vaho_after_action *a = p->a;

    vaho_text_puts(&p->text,
                   "<div><h2>Could the probabilities be trusted?</h2><p class=\"soft\">All sites "
                   "by the probability that was stated for them, and how many were a hidden, a "
                   "licensed or, called unknown, an unlisted emitter.</p><table><tr><th>stated<th "
                   "class=\"n\">sites<th class=\"n\">mean stated<th class=\"n\">real</tr>");
    for (size_t i = 0; i < VAHO_N_BINS; i++) {
        size_t n = a->reliability[i].n;
        vaho_text_printf(&p->text, "<tr><td>%g to %g<td class=\"n\">%zu",
                         i > 0 ? VAHO_PROBABILITY_BINS[i - 1] : 0, VAHO_PROBABILITY_BINS[i], n);
        if (n > 0)
            vaho_text_printf(&p->text, "<td class=\"n\">%.2f<td class=\"n\">%.2f</tr>",
                             a->reliability[i].stated / (double)n,
                             (double)a->reliability[i].n_real / (double)n);
        else
            vaho_text_puts(&p->text, "<td class=\"n\">-<td class=\"n\">-</tr>");
    }
    vaho_text_puts(&p->text, "</table>");
    if (isfinite(a->brier))
        vaho_text_printf(&p->text,
                         "<p class=\"soft\">Brier score %.3f: the mean squared error of the stated "
                         "probabilities; 0 is perfect, 0.25 is a coin.</p>",
                         a->brier);
    vaho_text_puts(&p->text, "</div>");
}

static void put_head(struct page *p, const char *at)
{
    const struct vaho_after_action *a = p->a;
    const struct vaho_campaign *c = a->campaign;

    vaho_text_puts(&p->text, "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                             "<meta name=\"viewport\" content=\"width=device-width\"><title>"
                             "EXERCISE ");
    vaho_escape_markup(&p->text, c->name);
    vaho_text_printf(&p->text,
                     ": after action</title><style>%s</style></head><body><div "
                     "class=\"exercise\"><b>EXERCISE</b> &nbsp; simulated: no such place, no such "
                     "plume</div><main><h1>",
                     style);
    vaho_escape_markup(&p->text, c->title);
    vaho_text_printf(&p->text,
                     "</h1><p class=\"soft\">After-action report, %zu of %zu flights flown. Truth "
                     "opened %s</p><p class=\"lead\">",
                     c->n_done, c->n_flights, at);
    vaho_escape_markup(&p->text, a->summary);
    vaho_text_puts(&p->text, ".</p>");
    if (isfinite(a->median_detected_s))
        vaho_text_printf(
            &p->text,
            "<p>From landing to plumes in the casebook and sites up to date: %.1f s in "
            "the median.</p>",
            a->median_detected_s);
    if (a->n_reviewed > 0)
        vaho_text_printf(&p->text, "<p>%zu of %zu sites were reviewed by people.</p>",
                         a->n_reviewed, a->n_sites);
}

static void put_people(struct page *p)
{
    const struct vaho_after_action *a = p->a;

    if (a->n_analysts == 0)
        return;
    vaho_text_puts(&p->text, "<h2>Decisions</h2><table><tr><th>analyst<th class=\"n\">confirmed<th "
                             "class=\"n\">of these real<th class=\"n\">rejected<th "
                             "class=\"n\">of these real<th class=\"n\">another pass</tr>");
    for (size_t i = 0; i < a->n_analysts; i++) {
        const struct vaho_scored_analyst *who = &a->analyst[i];
        vaho_text_puts(&p->text, "<tr><td>");
        vaho_escape_markup(&p->text, who->name);
        vaho_text_printf(&p->text,
                         "<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td "
                         "class=\"n\">%zu<td class=\"n\">%zu</tr>",
                         who->confirmed, who->confirmed_real, who->rejected, who->rejected_real,
                         who->another_pass);
    }
    vaho_text_puts(&p->text, "</table>");
}

enum vaho_status after_action_write_page(const struct vaho_after_action *a, const char *at,
                                         const char *path, struct vaho_error *error)
{
    struct page page = {.a = a};

    vaho_text_init(&page.text, MAX_NBYTES);
    put_head(&page, at);
    put_people(&page);
    put_map(&page);
    put_hidden(&page);
    put_looks(&page);
    put_false(&page);
    vaho_text_puts(&page.text, "<div class=\"two\">");
    put_strength(&page);
    put_passes(&page);
    put_reliability(&page);
    vaho_text_printf(&page.text,
                     "<div><h2>The truth</h2><p>Its hash is the one recorded when the exercise was "
                     "laid out (%s), and the one in the header of every cube:</p>"
                     "<p><code>%s</code></p><p class=\"soft\">vaho %s</p></div></div>"
                     "</main></body></html>\n",
                     a->campaign->created, a->campaign->truth_sha256, VAHO_VERSION);
    return vaho_text_save(path, &page.text, error);
}

enum vaho_status vaho_after_action_write(const struct vaho_after_action *report, const char *at,
                                         struct vaho_error *error)
{
    char *json = vaho_campaign_path(report->campaign, "", "after-action.json");
    char *page = vaho_campaign_path(report->campaign, "", "after-action.html");
    enum vaho_status status = json == NULL || page == NULL
                                  ? vaho_fail_memory(error, "the report of an exercise")
                                  : after_action_write_json(report, at, json, error);

    if (status == VAHO_OK)
        status = after_action_write_page(report, at, page, error);
    free(json);
    free(page);
    return status;
}
