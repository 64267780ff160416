#include "track/site.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    w->said.q_value = p->q_alone;
    w->emission_kg_h = p->emission_kg_h;
    w->emission_sigma_kg_h = p->emission_sigma_kg_h;
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
        struct vaho_site_word w = {
            .pass = pass, .plume = n_plumes, .emission_kg_h = NAN, .emission_sigma_kg_h = NAN};
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

/* --- what is judged together --------------------------------------------------- */

/* Plumes and looks of passes that know nothing of each other. */
struct part {
    struct vaho_site_plume *plume;
    size_t *index; /* of each plume, among all of the site */
    size_t n_plumes;
    struct vaho_site_look *look;
    size_t n_looks;
    struct vaho_site_word *word;
    size_t n_words;
};

static enum vaho_status part_init(struct part *out, size_t n_plumes, size_t n_looks,
                                  struct vaho_error *error)
{
    *out = (struct part){.plume = vaho_alloc(n_plumes, sizeof *out->plume),
                         .index = vaho_alloc(n_plumes, sizeof *out->index),
                         .look = vaho_alloc(n_looks, sizeof *out->look),
                         .word = vaho_alloc(n_plumes + n_looks, sizeof *out->word)};
    return out->plume && out->index && out->look && out->word ? VAHO_OK
                                                              : vaho_fail_memory(error, "a site");
}

static void part_free(struct part *part)
{
    free(part->plume);
    free(part->index);
    free(part->look);
    free(part->word);
}

/* Words name plumes as the caller counts them, n_all: none. */
static enum vaho_status judge(struct vaho_site_judgement *out, struct part *part, size_t n_all,
                              int with_terms, const double *time_s, double at_s,
                              const struct vaho_belief_settings *settings, struct vaho_error *error)
{
    enum vaho_status status;

    *out = (struct vaho_site_judgement){.least_q = 1};
    out->by_emission = looks_kg_h(part->look, part->n_looks);
    out->first_pass = part->plume[0].pass;
    part->n_words =
        merge(out, part->word, part->plume, part->n_plumes, part->look, part->n_looks, time_s);
    status = believe(out, part->word, part->n_words, with_terms, at_s, settings, error);
    if (status == VAHO_OK)
        status = mean_rate(out, part->plume, part->n_plumes, part->word, part->n_words, error);
    for (size_t i = 0; i < part->n_words; i++)
        part->word[i].plume =
            part->word[i].plume < part->n_plumes ? part->index[part->word[i].plume] : n_all;
    return status;
}

/* --- stacks ---------------------------------------------------------------------- */

/* The passes of a stack; NULL and 0: the pass is no stack. */
static const struct vaho_site_stacked *members(size_t *out_n, const struct vaho_site_passes *passes,
                                               size_t stack)
{
    size_t low = 0, high = passes->n_stacked;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (passes->stacked[middle].stack < stack)
            low = middle + 1;
        else
            high = middle;
    }
    *out_n = 0;
    while (low + *out_n < passes->n_stacked && passes->stacked[low + *out_n].stack == stack)
        ++*out_n;
    return *out_n > 0 ? passes->stacked + low : NULL;
}

static int is_stack(const struct vaho_site_passes *passes, size_t pass)
{
    size_t n;

    return members(&n, passes, pass) != NULL;
}

/* Whether the pass is one of those that these stacks are of. */
static int is_of(const struct vaho_site_passes *passes, const size_t *stack, size_t n_stacks,
                 size_t pass)
{
    for (size_t s = 0; s < n_stacks; s++) {
        size_t n;
        const struct vaho_site_stacked *of = members(&n, passes, stack[s]);
        for (size_t i = 0; i < n; i++)
            if (of[i].pass == pass)
                return 1;
    }
    return 0;
}

static int shares(const struct vaho_site_passes *passes, const size_t *chosen, size_t n_chosen,
                  size_t stack)
{
    size_t n;
    const struct vaho_site_stacked *of = members(&n, passes, stack);

    for (size_t i = 0; i < n; i++)
        if (is_of(passes, chosen, n_chosen, of[i].pass))
            return 1;
    return 0;
}

/* The stacks that speak, the largest first, none of which shares a pass with another. */
static size_t choose_stacks(size_t *chosen, const struct vaho_site_plume *plume, size_t n_plumes,
                            const struct vaho_site_passes *passes)
{
    size_t n_chosen = 0, most, best = 0;

    do {
        most = 0;
        for (size_t i = 0; i < n_plumes; i++) {
            size_t n;
            members(&n, passes, plume[i].pass);
            if (n > most && !shares(passes, chosen, n_chosen, plume[i].pass)) {
                most = n;
                best = plume[i].pass;
            }
        }
        if (most > 0)
            chosen[n_chosen++] = best;
    } while (most > 0);
    return n_chosen;
}

/* A stack's mean column density as the rate of a standard plume.  How the rate of one ppm.m
 * differs from pass to pass stands for the error of their winds. */
static void rate_by_looks(struct vaho_site_plume *plume, const struct vaho_site_look *look,
                          size_t n_looks, const struct vaho_site_passes *passes)
{
    double sum = 0, squares = 0, mean, spread;
    size_t n = 0;

    for (size_t i = 0; i < n_looks; i++)
        if (look[i].limit_ppmm > 0 && look[i].limit_kg_h > 0 &&
            is_of(passes, &plume->pass, 1, look[i].pass)) {
            double ratio = look[i].limit_kg_h / look[i].limit_ppmm;
            sum += ratio;
            squares += ratio * ratio;
            n++;
        }
    if (n == 0 || !(plume->ppmm > 0))
        return;
    mean = sum / (double)n;
    spread = sqrt(fmax(squares / (double)n - mean * mean, 0));
    plume->emission_kg_h = plume->ppmm * mean;
    plume->emission_sigma_kg_h = hypot(plume->sigma_ppmm * mean, plume->ppmm * spread);
}

/* A: all but stacks.  B: the chosen stacks, and passes that none of them is of. */
static void fill(struct part *a, struct part *b, const struct vaho_site_plume *plume,
                 size_t n_plumes, const struct vaho_site_look *look, size_t n_looks,
                 const struct vaho_site_passes *passes, const size_t *chosen, size_t n_chosen)
{
    for (size_t i = 0; i < n_plumes; i++) {
        int stack = is_stack(passes, plume[i].pass), speaks = 0;
        for (size_t c = 0; c < n_chosen; c++)
            speaks |= chosen[c] == plume[i].pass;
        if (!stack) {
            a->plume[a->n_plumes] = plume[i];
            a->index[a->n_plumes++] = i;
        }
        if (speaks || (!stack && !is_of(passes, chosen, n_chosen, plume[i].pass))) {
            b->plume[b->n_plumes] = plume[i];
            b->index[b->n_plumes] = i;
            if (speaks)
                rate_by_looks(&b->plume[b->n_plumes], look, n_looks, passes);
            b->n_plumes++;
        }
    }
    for (size_t i = 0; i < n_looks; i++) {
        a->look[a->n_looks++] = look[i];
        if (!is_of(passes, chosen, n_chosen, look[i].pass))
            b->look[b->n_looks++] = look[i];
    }
}

/* The mean of both odds that the site is real; what stacks say comes after the passes' words. */
static void join_stacks(struct vaho_site_judgement *out, struct part *a,
                        const struct vaho_site_judgement *by_stack, const struct part *b,
                        const struct vaho_site_passes *passes)
{
    double pa = out->belief.probability, pb = by_stack->belief.probability;
    double odds = 0.5 * (pa / fmax(1 - pa, 1e-12) + pb / fmax(1 - pb, 1e-12));

    out->belief.active *= pa > 0 ? odds / (1 + odds) / pa : 0;
    out->belief.probability = odds / (1 + odds);
    out->least_q = fmin(out->least_q, by_stack->least_q);
    for (size_t i = 0; i < b->n_words; i++)
        if (is_stack(passes, b->word[i].pass))
            a->word[a->n_words++] = b->word[i];
}

enum vaho_status vaho_site_judge(struct vaho_site_judgement *out, struct vaho_site_word *word,
                                 size_t *out_n_words, const struct vaho_site_plume *plume,
                                 size_t n_plumes, const struct vaho_site_look *look, size_t n_looks,
                                 const struct vaho_site_passes *passes, double at_s,
                                 const struct vaho_belief_settings *settings,
                                 struct vaho_error *error)
{
    struct part a = {0}, b = {0}, *told = &a;
    struct vaho_site_judgement by_stack;
    size_t *chosen = vaho_alloc(n_plumes, sizeof *chosen), n_chosen = 0, n = 0;
    enum vaho_status status =
        n_plumes > 0 ? VAHO_OK : vaho_fail(error, VAHO_USAGE, "a site has no plume");

    if (status == VAHO_OK && chosen == NULL)
        status = vaho_fail_memory(error, "a site");
    if (status == VAHO_OK)
        status = part_init(&a, n_plumes, n_looks, error);
    if (status == VAHO_OK)
        status = part_init(&b, n_plumes, n_looks, error);
    if (status == VAHO_OK) {
        n_chosen = choose_stacks(chosen, plume, n_plumes, passes);
        fill(&a, &b, plume, n_plumes, look, n_looks, passes, chosen, n_chosen);
    }
    if (status == VAHO_OK && a.n_plumes > 0)
        status = judge(out, &a, n_plumes, word != NULL, passes->time_s, at_s, settings, error);
    if (status == VAHO_OK && n_chosen > 0)
        status =
            judge(&by_stack, &b, n_plumes, word != NULL, passes->time_s, at_s, settings, error);
    if (status == VAHO_OK) {
        if (a.n_plumes == 0) {
            *out = by_stack;
            told = &b;
        } else if (n_chosen > 0) {
            join_stacks(out, &a, &by_stack, &b, passes);
        }
        out->n_single = a.n_plumes;
        for (size_t c = 0; c < n_chosen; c++) {
            members(&n, passes, chosen[c]);
            out->n_stacked += n;
        }
    }
    if (status == VAHO_OK && word != NULL) {
        memcpy(word, told->word, told->n_words * sizeof *word);
        *out_n_words = told->n_words;
    }
    part_free(&a);
    part_free(&b);
    free(chosen);
    return status;
}

double vaho_site_rank(const struct vaho_belief *belief, double known_share)
{
    return (0.3 * belief->probability + 0.7 * belief->active) * (1 - 0.9 * known_share);
}
