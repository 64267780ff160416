#include "track/site.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

static int looks_kg_h(const struct vaho_site_look *look, size_t n)
{
    size_t n_kg_h = 0, n_ppmm = 0;

    for (size_t i = 0; i < n; i++) {
        n_kg_h += look[i].limit_kg_h > 0;
        n_ppmm += look[i].limit_ppmm > 0 && !(look[i].limit_kg_h > 0);
    }
    return n_kg_h > 0 && n_ppmm == 0;
}

static void add_plume(struct vaho_site_word *w, const struct vaho_site_plume *p, size_t i,
                      int by_emission)
{
    w->plume = i;
    w->said.seen = 1;
    w->said.q_value = p->q_value;
    w->said.strength = by_emission ? p->emission_kg_h : p->ppmm;
    w->said.strength_sigma = by_emission ? p->emission_sigma_kg_h : p->sigma_ppmm;
}

/* The plumes of the next pass, all joined into the place; the most certain speaks. */
static size_t take_plumes(struct vaho_site_judgement *out, struct vaho_site_word *w,
                          const struct vaho_site_plume *plume, size_t n, size_t i)
{
    for (size_t pass = w->pass; i < n && plume[i].pass == pass; i++) {
        if (!w->said.seen)
            w->said.ln_same = i == 0 ? 0 : vaho_fix_ln_same(&out->fix, &plume[i].fix);
        if (!w->said.seen || plume[i].q_value < w->said.q_value)
            add_plume(w, &plume[i], i, out->by_emission);
        out->fix = i == 0 ? plume[0].fix : vaho_fix_join(&out->fix, &plume[i].fix);
        out->least_q = fmin(out->least_q, plume[i].q_value);
        out->last_pass = pass;
    }
    return i;
}

static size_t take_looks(struct vaho_site_word *w, const struct vaho_site_look *look, size_t n,
                         size_t i, int by_emission)
{
    for (size_t pass = w->pass; i < n && look[i].pass == pass; i++) {
        if (isfinite(w->said.limit) && look[i].valid <= w->said.valid)
            continue;
        w->said.valid = look[i].valid;
        w->said.steepness = look[i].steepness;
        w->said.limit = by_emission ? look[i].limit_kg_h : look[i].limit_ppmm;
    }
    return i;
}

/* Plumes and looks, merged by pass. */
static size_t merge(struct vaho_site_judgement *out, struct vaho_site_word *word,
                    const struct vaho_site_plume *plume, size_t n_plumes,
                    const struct vaho_site_look *look, size_t n_looks, const double *time_s)
{
    size_t n = 0, p = 0, l = 0;

    while (p < n_plumes || l < n_looks) {
        size_t pass = l == n_looks || (p < n_plumes && plume[p].pass < look[l].pass) ? plume[p].pass
                                                                                     : look[l].pass;
        struct vaho_site_word w = {.pass = pass, .plume = n_plumes};
        w.said.time_s = time_s[pass];
        w.said.limit = NAN;
        p = take_plumes(out, &w, plume, n_plumes, p);
        l = take_looks(&w, look, n_looks, l, out->by_emission);
        word[n++] = w;
    }
    return n;
}

static enum vaho_status believe(struct vaho_site_judgement *out, struct vaho_site_word *word,
                                size_t n, int with_terms, double at_s,
                                const struct vaho_belief_settings *settings,
                                struct vaho_error *error)
{
    struct vaho_site_pass *pass = vaho_alloc(n, sizeof *pass);
    struct vaho_belief_term *term = vaho_alloc(n, sizeof *term);
    enum vaho_status status = VAHO_OK;

    if (pass == NULL || term == NULL)
        status = vaho_fail_memory(error, "a site");
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        pass[i] = word[i].said;
    if (status == VAHO_OK)
        status = vaho_site_believe(&out->belief, with_terms ? term : NULL, pass, n, at_s, settings,
                                   error);
    for (size_t i = 0; i < n && with_terms && status == VAHO_OK; i++)
        word[i].term = term[i];
    free(pass);
    free(term);
    return status;
}

static enum vaho_status mean_rate(struct vaho_site_judgement *out,
                                  const struct vaho_site_plume *plume, size_t n,
                                  const struct vaho_site_word *word, size_t n_words,
                                  struct vaho_error *error)
{
    double *rate = vaho_alloc(2 * n, sizeof *rate);
    size_t k = 0;
    enum vaho_status status;

    if (rate == NULL)
        return vaho_fail_memory(error, "a site");
    for (size_t i = 0; i < n_words; i++)
        if (word[i].plume < n) {
            rate[k] = plume[word[i].plume].emission_kg_h;
            rate[n + k++] = plume[word[i].plume].emission_sigma_kg_h;
        }
    status = vaho_rate_mean(&out->emission, rate, rate + n, k, error);
    free(rate);
    return status;
}

enum vaho_status vaho_site_judge(struct vaho_site_judgement *out, struct vaho_site_word *word,
                                 size_t *out_n_words, const struct vaho_site_plume *plume,
                                 size_t n_plumes, const struct vaho_site_look *look, size_t n_looks,
                                 const double *time_s, double at_s,
                                 const struct vaho_belief_settings *settings,
                                 struct vaho_error *error)
{
    struct vaho_site_word *own = word;
    enum vaho_status status;
    size_t n;

    *out = (struct vaho_site_judgement){.least_q = 1};
    if (n_plumes == 0)
        return vaho_fail(error, VAHO_USAGE, "a site has no plume");
    if (own == NULL)
        own = vaho_alloc(n_plumes + n_looks, sizeof *own);
    if (own == NULL)
        return vaho_fail_memory(error, "a site");
    out->by_emission = looks_kg_h(look, n_looks);
    out->first_pass = plume[0].pass;
    n = merge(out, own, plume, n_plumes, look, n_looks, time_s);
    status = believe(out, own, n, word != NULL, at_s, settings, error);
    if (status == VAHO_OK)
        status = mean_rate(out, plume, n_plumes, own, n, error);
    if (word == NULL)
        free(own);
    else
        *out_n_words = n;
    return status;
}

double vaho_site_rank(const struct vaho_belief *belief, double known_share)
{
    return (0.3 * belief->probability + 0.7 * belief->active) * (1 - 0.9 * known_share);
}
