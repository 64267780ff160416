/*
 * explain_page.c - how one plume came about, for a person
 *
 * One page a plume, stage by stage in the order of the program: what was seen, why it is
 * believed, what else is there, which gas, how much, where from.  No script, no other file.
 */
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "format/chart.h"
#include "format/escape.h"
#include "format/explain.h"
#include "format/report_part.h"
#include "vaho/place.h"

enum { MAX_SUBSETS = 12, MAX_OTHERS = 24 };
static const size_t MAX_NBYTES = (size_t)1 << 26;

struct page {
    struct vaho_text *text;
    const struct vaho_explained *x;
    const struct vaho_explanation *e;
    const struct vaho_plume *plume;
};

static void gas(const struct page *p, const char *name)
{
    char plain[VAHO_NAME_NBYTES];

    snprintf(plain, sizeof plain, "%s", name);
    for (char *c = plain; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    vaho_escape_markup(p->text, plain);
}

/* A cell with a number, or a dash. */
static void cell(const struct page *p, double value, const char *unit)
{
    if (isfinite(value))
        vaho_text_printf(p->text, "<td class=\"n\">%.4g%s%s</td>", value, unit[0] ? " " : "", unit);
    else
        vaho_text_puts(p->text, "<td class=\"n\">–</td>");
}

static void row(const struct page *p, const char *what, double value, const char *unit)
{
    vaho_text_printf(p->text, "<tr><td>%s</td>", what);
    cell(p, value, unit);
    vaho_text_puts(p->text, "</tr>\n");
}

static void begin(const struct page *p, const char *title, const char *words, const char *head)
{
    vaho_text_printf(p->text, "<h2>%s</h2>\n<p class=\"soft\">%s</p>\n<div class=\"wide\"><table>",
                     title, words);
    vaho_text_printf(p->text, "%s\n", head);
}

static void end(const struct page *p)
{
    vaho_text_puts(p->text, "</table></div>\n");
}

static void scale_text(char out[64], size_t scale)
{
    const struct vaho_scale *s = vaho_scale(scale);

    snprintf(out, 64, "%s, blocks of %zu pixels", s->n_kernels > 1 ? "elongated" : "round",
             (size_t)1 << s->level);
}

static void evidence(const struct page *p)
{
    const struct vaho_explanation *e = p->e;
    const struct vaho_candidate *c = &e->winner.candidate;
    char scale[64];

    begin(p, "Evidence",
          "What the pixels around one place say together, in standard deviations of this gas's own "
          "background. Where the place strays from the background beyond what the gas explains "
          "(chi² per band over 1), the evidence is divided by the root of that.",
          "");
    scale_text(scale, c->scale);
    vaho_text_printf(p->text,
                     "<tr><td>place</td><td class=\"n\">line %.1f, sample %.1f</td></tr>\n",
                     e->line, e->sample);
    for (size_t i = 0; i < e->winner.n_beside; i++) {
        vaho_text_puts(p->text, "<tr><td>beside, explained before</td><td class=\"n\">");
        vaho_escape_markup(p->text, e->name[e->winner.beside[i]]);
        vaho_text_puts(p->text, "</td></tr>\n");
    }
    vaho_text_printf(p->text, "<tr><td>scale</td><td class=\"n\">%s</td></tr>\n", scale);
    row(p, "direction of the kernel, from samples towards lines", vaho_explain_direction_deg(c),
        "°");
    row(p, "hypothesis: ground warmer than the air by", e->d, "K");
    row(p, "evidence as it is", e->z_untempered, "");
    row(p, "chi² per band, at least 1", e->chi2_per_band, "");
    row(p, "<b>evidence, tempered</b>", (double)c->z, "");
    end(p);
    vaho_text_puts(p->text,
                   "<div class=\"wide\"><table class=\"quiet\"><tr><th>every scale at this "
                   "place</th><th class=\"n\">pixels of one place</th><th class=\"n\">"
                   "evidence, not tempered</th></tr>\n");
    for (size_t k = 0; k < VAHO_N_SCALES; k++) {
        scale_text(scale, k);
        vaho_text_printf(p->text, "<tr><td>%s%s</td>", scale, k == c->scale ? " (won)" : "");
        cell(p, vaho_scale(k)->area_px, "");
        cell(p, e->z[e->winner.gas * VAHO_N_SCALES + k], "");
        vaho_text_puts(p->text, "</tr>\n");
    }
    end(p);
}

static void significance(const struct page *p)
{
    const struct vaho_significance *s = &p->e->significance;

    begin(
        p, "Why it is believed",
        "Decoys, signatures that no gas has, went through the same search. What they found is what "
        "chance finds in this scene; its tail gives the false ones to expect at this evidence. "
        "The q-value is that number for all gases, over the real finds at least as unlikely; "
        "a less certain find with a better share lends its own.",
        "");
    row(p, "decoys of this gas", (double)s->n_decoys, "");
    row(p, "sets of decoys, the mirrors among them", (double)p->e->n_sets, "");
    row(p, "finds of this gas's decoys", (double)s->n_own, "");
    row(p, "finds of this gas's mirror", (double)s->n_own_mirrors, "");
    row(p, "finds of all decoys", (double)s->n_all, "");
    row(p, "tail begins at", s->threshold, "");
    row(p, "false ones expected there, of this gas", s->rate, "");
    row(p, "mean excess of the tail", s->mean_excess, "");
    row(p, "<b>false ones expected at this evidence, of this gas</b>", s->expected, "");
    row(p, "gases searched", (double)s->n_gases, "");
    row(p, "real finds at least as unlikely", (double)s->rank, "");
    if (s->binding_rank != s->rank && s->binding_rank > 0) {
        row(p, "the better share: false ones expected, of one gas", s->binding_expected, "");
        row(p, "the better share: real finds at least as unlikely", (double)s->binding_rank, "");
    }
    row(p, "<b>q-value</b>", p->plume->q_value, "");
    end(p);
}

static void others(const struct page *p)
{
    const struct vaho_explanation *e = p->e;
    size_t n = e->n_rivals < MAX_OTHERS ? e->n_rivals : MAX_OTHERS;

    vaho_text_printf(
        p->text,
        "<h2>What else lies there</h2>\n<p class=\"soft\">It claims %zu pixels, lines "
        "%zu–%zu, samples %zu–%zu. The strongest of every other kind of candidate on "
        "that ground or within %d pixels of it; one that lost is taken to be explained "
        "by a winner.</p>\n",
        e->claim_pixels, e->claim_box[0], e->claim_box[2], e->claim_box[1], e->claim_box[3],
        VAHO_BESIDE_PX);
    if (n == 0) {
        vaho_text_puts(p->text, "<p>Nothing else.</p>\n");
        return;
    }
    vaho_text_puts(p->text, "<div class=\"wide\"><table class=\"quiet\"><tr><th>what</th><th>where"
                            "</th><th class=\"n\">evidence</th><th class=\"n\">candidates</th><th>"
                            "scale</th><th>fate</th></tr>\n");
    for (size_t i = 0; i < n; i++) {
        const struct vaho_rival *r = &e->rival[i];
        const char *holder = r->claim != 0 ? vaho_explain_holder(p->x, r->claim) : NULL;
        char scale[64];
        scale_text(scale, r->scale);
        vaho_text_puts(p->text, "<tr><td>");
        gas(p, e->name[r->gas]);
        vaho_text_printf(p->text, "%s</td><td>%s, line %.0f, sample %.0f</td>",
                         r->kind == VAHO_RIVAL_GAS     ? ""
                         : r->kind == VAHO_RIVAL_DECOY ? ", a decoy"
                                                       : ", mirror",
                         r->beside ? "beside it" : "on it", r->line, r->sample);
        cell(p, r->z, "");
        vaho_text_printf(p->text, "<td class=\"n\">%zu</td><td>%s</td><td>%s", r->n, scale,
                         r->claim != 0               ? "won: "
                         : r->kind == VAHO_RIVAL_GAS ? "lost"
                                                     : "–");
        if (r->claim != 0)
            vaho_escape_markup(p->text, holder != NULL ? holder : "over q 0.5, not written");
        vaho_text_puts(p->text, "</td></tr>\n");
    }
    end(p);
}

static void gases(const struct page *p)
{
    const struct vaho_explanation *e = p->e;
    const struct vaho_measure_trail *m = &e->measure;
    size_t n = m->subsets.n < MAX_SUBSETS ? m->subsets.n : MAX_SUBSETS;

    begin(p, "Which gas",
          "Every set of up to three gases was fitted to the footprint. A set is more probable the "
          "more chi² it explains and the fewer gases it needs (BIC, lower is better). A gas's "
          "probability is the sum over the sets it is in.",
          "<tr><th>gases</th><th class=\"n\">chi² explained</th><th class=\"n\">BIC</th>"
          "<th class=\"n\">probability</th></tr>");
    for (size_t i = 0; i < n; i++) {
        const struct vaho_subset *s = &m->subsets.subset[i];
        vaho_text_puts(p->text, "<tr><td>");
        for (size_t k = 0; k < s->n; k++) {
            vaho_text_puts(p->text, k > 0 ? " and " : "");
            gas(p, e->name[s->gas[k]]);
        }
        vaho_text_puts(p->text, "</td>");
        cell(p, s->explained, "");
        cell(p, s->bic, "");
        cell(p, s->probability, "");
        vaho_text_puts(p->text, "</tr>\n");
    }
    row(p, "probability that it is of none of the gases searched for", m->none, "");
    row(p, "chi² that the best set leaves, per band", m->left, "");
    row(p, "what empty places have of that above 1, in the mean", m->empty_excess, "");
    end(p);
    vaho_text_puts(p->text, "<div class=\"wide\"><table class=\"quiet\"><tr><th>gas by itself</th>"
                            "<th class=\"n\">match</th><th class=\"n\">product with itself</th>"
                            "<th class=\"n\">match over root of product</th></tr>\n");
    for (size_t g = 0; g < m->n_gases; g++) {
        double own = m->product[g * m->n_gases + g];
        vaho_text_puts(p->text, "<tr><td>");
        gas(p, e->name[g]);
        vaho_text_puts(p->text, "</td>");
        cell(p, m->match[g], "");
        cell(p, own, "");
        cell(p, m->match[g] / sqrt(own), "");
        vaho_text_puts(p->text, "</tr>\n");
    }
    end(p);
}

static enum vaho_status draw(const struct page *p, const char *title, const char *x_label,
                             const struct vaho_chart_series *series, size_t n_series,
                             struct vaho_error *error)
{
    struct vaho_chart chart = {.title = title,
                               .x_label = x_label,
                               .width_px = 720,
                               .height_px = 300,
                               .series = series,
                               .n_series = n_series};
    enum vaho_status status;

    vaho_text_puts(p->text, "<figure class=\"spectrum\">");
    status = vaho_chart_svg(p->text, &chart, error);
    vaho_text_puts(p->text, "</figure>\n");
    return status;
}

static enum vaho_status spectrum(const struct page *p, struct vaho_error *error)
{
    const struct vaho_plume *plume = p->plume;
    const struct vaho_chart_series series[] = {
        {"fitted signature", "#d55e00", plume->wavelength_um, plume->fit, plume->n_bands, 0},
        {"excess over the surroundings", "#1c2530", plume->wavelength_um, plume->excess,
         plume->n_bands, 1}};

    if (plume->excess == NULL)
        return VAHO_OK;
    return draw(p, "mean spectrum of the footprint", "wavelength, µm", series, 2, error);
}

static enum vaho_status amount(const struct page *p, struct vaho_error *error)
{
    const struct vaho_amount_trail *t = &p->e->amount;
    const struct vaho_chart_series series = {NULL, "#0072b2", t->d, t->belief, t->n_d, 0};
    enum vaho_status status = VAHO_OK;

    begin(p, "How much",
          "The exponential is undone pixel by pixel, under the air's temperature as believed. The "
          "standard deviation of the mean adds its parts in squares; the library's own error is "
          "not in it.",
          "");
    row(p, "ground warmer than the air, as believed", t->d_mean, "K");
    row(p, "its standard deviation", t->d_sigma, "K");
    for (size_t k = 0; k <= VAHO_AMOUNT_TURNS; k++) {
        char what[40];
        snprintf(what, sizeof what, "mean after turn %zu", k);
        row(p, what, t->step_ppmm[k], "ppm.m");
    }
    row(p, "<b>mean over the footprint</b>", p->plume->mean_ppmm, "ppm.m");
    row(p, "sigma's part of noise", t->noise_ppmm, "ppm.m");
    row(p, "sigma's part of uneven weights", t->uneven_ppmm, "ppm.m");
    row(p, "sigma's part of the air's temperature", t->air_ppmm, "ppm.m");
    row(p, "sigma's part of the model", t->model_ppmm, "ppm.m");
    row(p, "<b>sigma of the mean</b>", p->plume->sigma_ppmm, "ppm.m");
    row(p, "peak", p->plume->peak_ppmm, "ppm.m");
    row(p, "kernel the footprint was drawn with", t->reach_px, "pixels");
    row(p, "noise of such a footprint over that of independent pixels", t->clutter, "");
    row(p, "places it was laid on to tell that", (double)t->n_elsewhere, "");
    end(p);
    if (t->n_d > 1)
        status =
            draw(p, "belief in how much warmer the ground is than the air", "K", &series, 1, error);
    return status;
}

static void source(const struct page *p)
{
    const struct vaho_source_evidence *s = &p->e->measure.source;

    begin(p, "Where from",
          "Wedges that open downwind were laid over the map; the best one's tip is the source.",
          "");
    row(p, "line", p->plume->source_line, "");
    row(p, "sample", p->plume->source_sample, "");
    row(p, "standard deviation, along its largest axis",
        vaho_place_largest_sigma_m(p->plume->source_covariance_px2), "pixels");
    row(p, "match of the best wedge", s->t, "");
    row(p, "match of the best that opens the other way", s->opposite_t, "");
    row(p, "opens towards, lines", s->along_line, "");
    row(p, "opens towards, samples", s->along_sample, "");
    row(p, "spread", s->spread, "");
    row(p, "thins out over (none: as it widens)", s->length_px > 0.0 ? s->length_px : NAN,
        "pixels");
    end(p);
}

static enum vaho_status emission(const struct page *p, struct vaho_error *error)
{
    const struct vaho_rate *r = &p->e->rate;
    const struct vaho_emission *m = &r->emission;
    double at[VAHO_MAX_SLICES];
    const struct vaho_chart_series series = {NULL, "#0072b2", at, m->slice_kg_m, m->n_slices, 1};

    if (!r->known || !isfinite(m->kg_h)) {
        vaho_text_printf(p->text, "<h2>Emission rate</h2>\n<p>Not known: %s.</p>\n",
                         !r->known ? "it needs the wind and the size of a pixel"
                                   : "it needs the gas's molar mass, and a plume of some pixels "
                                     "downwind");
        return VAHO_OK;
    }
    begin(p, "Emission rate", "The mean of two methods; its parts of sigma are relative.", "");
    row(p, "wind", r->drift.speed_m_s, "m/s");
    row(p, "its standard deviation", r->drift.sigma_m_s, "m/s");
    row(p, "molar mass", r->molar_mass_g_mol, "g/mol");
    row(p, "length along the wind", m->length_m, "m");
    row(p, "by integrated mass", m->mass_kg_h, "kg/h");
    row(p, "by flux through cross-sections", m->flux_kg_h, "kg/h");
    row(p, "<b>rate</b>", m->kg_h, "kg/h");
    row(p, "sigma's part of the wind", m->wind_share, "");
    row(p, "sigma's part of the column density", m->column_share, "");
    row(p, "sigma's part of the slices' scatter", m->slices_share, "");
    row(p, "sigma's part of the methods' difference", m->method_share, "");
    row(p, "<b>sigma of the rate</b>", m->sigma_kg_h, "kg/h");
    end(p);
    for (size_t k = 0; k < m->n_slices; k++)
        at[k] = m->length_m * ((double)k + 0.5) / (double)m->n_slices;
    return draw(p, "mass in each slice across the wind, kg/m", "along the wind, m", &series, 1,
                error);
}

static void head(const struct page *p)
{
    vaho_text_puts(p->text,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                   "'none'; img-src data:; style-src 'unsafe-inline'\">\n<title>");
    vaho_escape_markup(p->text, p->plume->id);
    vaho_text_printf(p->text, " explained</title>\n<style>\n%s</style>\n</head>\n<body>\n",
                     report_style);
    if (p->x->product->exercise)
        vaho_text_puts(p->text, "<div class=\"exercise\" role=\"note\"><b>EXERCISE</b> &nbsp; This "
                                "flight is simulated. Nothing shown here happened.</div>\n");
    vaho_text_puts(p->text, "<main>\n<h1>");
    vaho_escape_markup(p->text, p->plume->id);
    vaho_text_puts(p->text, "</h1>\n<p class=\"facts\">");
    gas(p, p->plume->gas);
    vaho_text_printf(p->text, ", q %.3g, evidence %.1f, %zu pixels", p->plume->q_value,
                     p->plume->snr, p->plume->n_pixels);
    vaho_text_puts(p->text, "; ");
    vaho_escape_markup(p->text, p->x->product->mandate);
    vaho_text_puts(p->text, "; vaho ");
    vaho_escape_markup(p->text, p->x->product->version);
    vaho_text_puts(p->text, "</p>\n<p>How this find came about, stage by stage. The equations are "
                            "in docs/science.md; all numbers, and more, in the .json beside this "
                            "page.</p>\n");
}

enum vaho_status vaho_explain_page(const char *path, const struct vaho_explained *x,
                                   struct vaho_error *error)
{
    struct vaho_text text;
    const struct page page = {&text, x, x->explanation[x->index], &x->plumes->plume[x->index]};
    enum vaho_status status;

    vaho_text_init(&text, MAX_NBYTES);
    head(&page);
    evidence(&page);
    significance(&page);
    others(&page);
    gases(&page);
    status = spectrum(&page, error);
    if (status == VAHO_OK)
        status = amount(&page, error);
    source(&page);
    if (status == VAHO_OK)
        status = emission(&page, error);
    vaho_text_puts(&text, "</main>\n</body>\n</html>\n");
    if (status == VAHO_OK && text.failed)
        status = vaho_fail_memory(error, "an explanation");
    if (status == VAHO_OK)
        status = vaho_file_write(path, text.data, text.nbytes, error);
    vaho_text_free(&text);
    return status;
}
