#include "find/explanation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

void vaho_explanation_free(struct vaho_explanation *explanation)
{
    if (explanation == NULL)
        return;
    free(explanation->name);
    free(explanation->z);
    free(explanation->rival);
    vaho_measure_trail_free(&explanation->measure);
    free(explanation);
}

static float map_at(const struct vaho_level_map *map, size_t scale, size_t line, size_t sample)
{
    size_t level = vaho_scale(scale)->level;

    return map->z[(line >> level) * map->n_cols + (sample >> level)];
}

/* Evidence at the winner's place. */
static void take_evidence(struct vaho_explanation *out, const struct vaho_explained_search *s)
{
    const struct vaho_candidate *c = &out->winner.candidate;
    size_t line, sample;
    double ratio;

    vaho_candidate_centre(&out->line, &out->sample, c);
    line = (size_t)c->row << c->level;
    sample = (size_t)c->col << c->level;
    for (size_t g = 0; g < s->n_searched; g++)
        for (size_t k = 0; k < VAHO_N_SCALES; k++)
            out->z[g * VAHO_N_SCALES + k] =
                (double)map_at(&s->map[g * VAHO_N_SCALES + k], k, line, sample);
    out->z_untempered = out->z[c->signature * VAHO_N_SCALES + c->scale];
    ratio = out->z_untempered / (double)c->z;
    out->chi2_per_band = ratio * ratio;
    out->d = s->contrast->regime == VAHO_REGIME_THERMAL ? s->contrast->d[c->hypothesis] : NAN;
}

static void survey_claim(struct vaho_explanation *out, const struct vaho_competition *c)
{
    size_t *box = out->claim_box;

    box[0] = c->n_lines;
    box[1] = c->n_samples;
    for (size_t l = 0; l < c->n_lines; l++)
        for (size_t s = 0; s < c->n_samples; s++) {
            if (c->claim[l * c->n_samples + s] != out->winner.claim)
                continue;
            out->claim_pixels++;
            box[0] = l < box[0] ? l : box[0];
            box[1] = s < box[1] ? s : box[1];
            box[2] = l > box[2] ? l : box[2];
            box[3] = s > box[3] ? s : box[3];
        }
}

/* 1: on the claim, 2: beside it, 0: elsewhere. */
static int side_of(const struct vaho_explanation *out, const struct vaho_competition *c,
                   double line, double sample)
{
    const size_t *box = out->claim_box;
    long l0 = lround(fmin(line, (double)(c->n_lines - 1)));
    long s0 = lround(fmin(sample, (double)(c->n_samples - 1)));

    if (c->claim[(size_t)l0 * c->n_samples + (size_t)s0] == out->winner.claim)
        return 1;
    for (long l = l0 - VAHO_BESIDE_PX; l <= l0 + VAHO_BESIDE_PX; l++)
        for (long s = s0 - VAHO_BESIDE_PX; s <= s0 + VAHO_BESIDE_PX; s++)
            if (l >= (long)box[0] && l <= (long)box[2] && s >= (long)box[1] && s <= (long)box[3] &&
                c->claim[(size_t)l * c->n_samples + (size_t)s] == out->winner.claim)
                return 2;
    return 0;
}

static int is_same(const struct vaho_candidate *a, const struct vaho_candidate *b)
{
    return a->signature == b->signature && a->scale == b->scale && a->row == b->row &&
           a->col == b->col;
}

static unsigned claim_of(const struct vaho_competition *c, const struct vaho_candidate *candidate)
{
    for (size_t i = 0; i < c->n; i++)
        if (is_same(&c->winner[i].candidate, candidate))
            return c->winner[i].claim;
    return 0;
}

/* Adds a candidate to the one of its gas, kind and side. */
static void add_rival(struct vaho_explanation *out, const struct vaho_explained_search *s,
                      const struct vaho_candidate *candidate)
{
    struct vaho_rival rival = {.gas = s->gas_of[candidate->signature], .n = 1};
    struct vaho_rival *slot = out->rival;
    int side;

    rival.kind = candidate->signature < s->n_searched     ? VAHO_RIVAL_GAS
                 : candidate->signature < s->n_signatures ? VAHO_RIVAL_DECOY
                                                          : VAHO_RIVAL_MIRROR;
    rival.z = (double)candidate->z;
    rival.scale = candidate->scale;
    vaho_candidate_centre(&rival.line, &rival.sample, candidate);
    side = side_of(out, s->competition, rival.line, rival.sample);
    if (side == 0 || is_same(candidate, &out->winner.candidate))
        return;
    rival.beside = side == 2;
    if (rival.kind == VAHO_RIVAL_GAS)
        rival.claim = claim_of(s->competition, candidate);
    while (slot < out->rival + out->n_rivals &&
           (slot->kind != rival.kind || slot->gas != rival.gas || slot->beside != rival.beside))
        slot++;
    if (slot == out->rival + out->n_rivals) {
        *slot = rival;
        out->n_rivals++;
        return;
    }
    rival.n = slot->n + 1;
    if (rival.z > slot->z)
        *slot = rival;
    slot->n = rival.n;
}

static int strongest_first(const void *left, const void *right)
{
    const struct vaho_rival *a = left, *b = right;

    if (a->z != b->z)
        return a->z > b->z ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->gas != b->gas)
        return a->gas < b->gas ? -1 : 1;
    return a->beside - b->beside;
}

enum vaho_status vaho_explanation_new(struct vaho_explanation **out,
                                      const struct vaho_explained_search *s,
                                      const struct vaho_contender *winner, struct vaho_error *error)
{
    enum { KINDS_AND_SIDES = 6 };
    struct vaho_explanation *e = vaho_alloc(1, sizeof *e);

    *out = NULL;
    if (e != NULL) {
        e->name = vaho_alloc(s->n_names, sizeof *e->name);
        e->z = vaho_alloc(s->n_searched * VAHO_N_SCALES, sizeof *e->z);
        e->rival = vaho_alloc(s->n_searched * KINDS_AND_SIDES, sizeof *e->rival);
    }
    if (e == NULL || e->name == NULL || e->z == NULL || e->rival == NULL) {
        vaho_explanation_free(e);
        return vaho_fail_memory(error, "an explanation");
    }
    e->n_names = s->n_names;
    e->n_searched = s->n_searched;
    for (size_t i = 0; i < s->n_names; i++)
        snprintf(e->name[i], sizeof e->name[i], "%s", s->name[i]);
    e->winner = *winner;
    take_evidence(e, s);
    survey_claim(e, s->competition);
    for (size_t i = 0; i < s->n_candidates; i++)
        add_rival(e, s, &s->candidate[i]);
    qsort(e->rival, e->n_rivals, sizeof *e->rival, strongest_first);
    *out = e;
    return VAHO_OK;
}
