#include "flight/search_parts.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "find/air.h"
#include "find/amounts.h"
#include "find/companions.h"
#include "find/explanation.h"
#include "find/measure.h"
#include "find/naming.h"
#include "find/pieces.h"
#include "flight/emissions.h"

static const double HOST_Q = 0.2; /* a plume or name less certain is not asked for other gases */

/* What measuring a plume's amount wants to know beside the plumes. */
struct measured {
    const char **name;
    size_t *gas;           /* of each plume */
    unsigned *claim;       /* its ground */
    unsigned char *strong; /* may tell the air's temperature */
    double *none;          /* probability of being none of the searched gases */
    struct vaho_amount_trail *trail;
    struct vaho_rate *rate; /* NULL: nobody asked how it came about */
};

static void measured_free(struct measured *w)
{
    free(w->name);
    free(w->gas);
    free(w->claim);
    free(w->strong);
    free(w->none);
    free(w->trail);
    free(w->rate);
}

/* How plume number out->plumes->n came about, as far as is known before amounts are measured. */
static enum vaho_status explain_winner(struct search *s, struct vaho_detection *out,
                                       const struct vaho_contender *winner,
                                       const struct vaho_significance *why, const char *const *name,
                                       struct vaho_error *error)
{
    struct vaho_explained_search search = {.map = vaho_evidence_map(s->evidence),
                                           .contrast = s->contrast,
                                           .competition = s->competition,
                                           .candidate = s->candidate,
                                           .n_candidates = s->n_candidates,
                                           .n_searched = s->n_searched,
                                           .n_signatures = s->n_all,
                                           .gas_of = s->gas_of,
                                           .n_names = s->n_gases,
                                           .name = name};
    struct vaho_explanation *explanation;
    enum vaho_status status = vaho_explanation_new(&explanation, &search, winner, error);

    if (status != VAHO_OK)
        return status;
    explanation->significance = *why;
    explanation->n_sets = s->n_sets;
    out->explanation[out->plumes->n] = explanation;
    return VAHO_OK;
}

/* One winner or companion: explained when asked for, measured, and counted among the plumes. */
/* The plume before number n that it is a piece of; n: none.  Companions come after all winners. */
static size_t piece_of(const struct vaho_plumes *plumes, const struct measured *w, size_t n,
                       const struct vaho_contender *winner)
{
    size_t i = 0;

    if (winner->n_beside > 0 || vaho_plume_is_unknown(&plumes->plume[n]))
        return n;
    while (i < n && (w->gas[i] != w->gas[n] || vaho_plume_is_unknown(&plumes->plume[i]) ||
                     !vaho_pieces_meet(&plumes->plume[i], &plumes->plume[n])))
        i++;
    return i;
}

/* Joins plume number n, the last, to the one it is a piece of. */
static enum vaho_status join_piece(struct search *s, struct vaho_detection *out,
                                   const struct vaho_measuring *m, struct measured *w, size_t n,
                                   size_t whole, struct vaho_error *error)
{
    struct vaho_plume *plume = out->plumes->plume;

    vaho_competition_cede(s->competition, w->claim[n], w->claim[whole]);
    return vaho_measure_piece(&plume[whole],
                              out->explanation != NULL ? &out->explanation[whole]->measure : NULL,
                              &plume[n], w->gas[whole], w->claim[whole], m, error);
}

static enum vaho_status measure_winner(struct search *s, struct vaho_detection *out,
                                       const struct vaho_measuring *m, struct measured *w,
                                       const struct vaho_contender *winner, double q,
                                       const struct vaho_significance *why,
                                       struct vaho_error *error)
{
    size_t n = out->plumes->n;
    struct vaho_plume *plume = &out->plumes->plume[n];
    struct vaho_measure_trail trail = {0};
    int explain = out->explanation != NULL;
    size_t whole;
    enum vaho_status status =
        vaho_measure(plume, &w->gas[n], &w->none[n], explain ? &trail : NULL, m, winner, error);

    plume->q_value = q;
    w->claim[n] = winner->claim;
    whole = status == VAHO_OK ? piece_of(out->plumes, w, n, winner) : n;
    if (whole != n) {
        vaho_measure_trail_free(&trail);
        return join_piece(s, out, m, w, n, whole, error);
    }
    w->strong[n] =
        winner->n_beside == 0 && vaho_search_is_strong(winner) && !vaho_plume_is_unknown(plume);
    if (status != VAHO_OK || !explain) {
        vaho_measure_trail_free(&trail);
        out->plumes->n += status == VAHO_OK;
        return status;
    }
    status = explain_winner(s, out, winner, why, w->name, error);
    out->plumes->n++; /* to be freed with the others whatever comes */
    if (status != VAHO_OK) {
        vaho_measure_trail_free(&trail);
        return status;
    }
    out->explanation[n]->measure = trail;
    out->explanation[n]->gas = w->gas[n];
    return VAHO_OK;
}

/* Hands the trails of amounts and rates over to the explanations. */
static void keep_trails(struct vaho_detection *out, const struct measured *w)
{
    for (size_t i = 0; out->explanation != NULL && i < out->plumes->n; i++) {
        out->explanation[i]->amount = w->trail[i];
        out->explanation[i]->rate = w->rate[i];
    }
}

/* Column densities, from all that was measured. */
static enum vaho_status measure_amounts(struct search *s, struct vaho_detection *out,
                                        const struct vaho_measuring *m, struct measured *w,
                                        struct vaho_error *error)
{
    const struct vaho_signatures *signatures = s->signatures;
    int given = isfinite(s->settings->air_temperature_k);
    struct vaho_amounts amounts = {.measuring = m,
                                   .absorption = signatures->value,
                                   .variety = signatures->variety,
                                   .prior_d =
                                       given ? s->contrast->mean_t - s->settings->air_temperature_k
                                             : VAHO_GROUND_MINUS_AIR_K,
                                   .prior_sigma = given ? 0.0 : VAHO_GROUND_MINUS_AIR_SIGMA_K,
                                   .settled = s->settled || given,
                                   .maps = s->maps,
                                   .pool = s->pool};

    return vaho_amounts_measure(out->plumes->plume, w->trail, w->gas, w->claim, w->strong,
                                out->plumes->n, &amounts, error);
}

/* What is left beside a gas that may not be there is no second gas. */
static int is_host(double q, double none)
{
    return 1.0 - (1.0 - q) * (1.0 - none) <= HOST_Q;
}

/* The winners that are kept, and then the other gases of their plumes. */
static enum vaho_status measure_all(struct search *s, struct vaho_detection *out,
                                    const struct vaho_measuring *m, struct measured *w,
                                    struct vaho_error *error)
{
    const struct vaho_companion_search search = {.evidence = s->evidence,
                                                 .n_searched = s->n_searched,
                                                 .n_all = s->n_all,
                                                 .parts = s->scored,
                                                 .gas_of = s->gas_of,
                                                 .n_decoys = s->n_decoys};
    struct vaho_host *host = vaho_alloc(s->competition->n, sizeof *host);
    struct vaho_companion *companion = NULL;
    size_t n_hosts = 0, n_companions = 0;
    enum vaho_status status = host != NULL ? VAHO_OK : vaho_fail_memory(error, "the plumes");

    for (size_t i = 0; status == VAHO_OK && i < s->competition->n; i++) {
        const struct vaho_contender *winner = &s->competition->winner[i];
        size_t n = out->plumes->n;
        if (s->q[i] > s->settings->q_kept)
            continue;
        status = measure_winner(s, out, m, w, winner, s->q[i], s->why != NULL ? &s->why[i] : NULL,
                                error);
        if (status == VAHO_OK && out->plumes->n > n && is_host(s->q[i], w->none[n]))
            host[n_hosts++] = (struct vaho_host){winner, w->gas[n], s->q[i]};
    }
    if (status == VAHO_OK)
        status = vaho_companions_find(&companion, &n_companions, host, n_hosts, &search, error);
    for (size_t i = 0; status == VAHO_OK && i < n_companions; i++)
        if (companion[i].q <= s->settings->q_kept)
            status = measure_winner(s, out, m, w, &companion[i].contender, companion[i].q,
                                    &companion[i].why, error);
    free(host);
    free(companion);
    return status;
}

static void note_unused_direction(struct vaho_detection *out, const struct vaho_measuring *m,
                                  const struct vaho_cube_info *info)
{
    struct vaho_drift drift;

    vaho_drift_find(&drift, &m->wind, m->place, 0.5 * (double)info->n_lines,
                    0.5 * (double)info->n_samples, NAN);
    if (isfinite(m->wind.from_deg) && drift.to_line == 0.0 && drift.to_sample == 0.0)
        vaho_detection_add_note(out, "the wind's direction was not used: the cube does not say "
                                     "where north is; each plume's own direction was taken");
}

enum vaho_status vaho_search_measure(struct search *s, struct vaho_detection *out,
                                     size_t hypothesis, struct vaho_error *error)
{
    const struct vaho_signatures *signatures = s->signatures;
    struct measured w = {.name = vaho_alloc(s->n_gases, sizeof *w.name)};
    const struct vaho_detect_settings *settings = s->settings;
    const struct vaho_cube_info *info = vaho_source_info(s->source);
    struct vaho_place *place = NULL;
    struct vaho_wedges *wedges = NULL;
    struct vaho_measuring m = {.scene = &s->scene,
                               .evidence = s->evidence,
                               .maps = s->maps,
                               .competition = s->competition,
                               .hypothesis = hypothesis,
                               .n_gases = s->n_gases,
                               .n_searched = s->n_searched,
                               .parts = s->real,
                               .scored = s->scored,
                               .n_scored = s->n_all,
                               .empty_excess = s->empty_excess,
                               .name = w.name,
                               .wavelength_um = signatures->wavelength_um,
                               .wind = {settings->wind_speed_m_s, settings->wind_sigma_m_s,
                                        settings->wind_from_deg, settings->wind_from_sigma_deg}};
    size_t n = 0;
    enum vaho_status status = vaho_wedges_new(&wedges, error);

    if (status == VAHO_OK)
        status = vaho_place_new(&place, info->georeference, info->n_lines, info->n_samples, error);
    out->plumes = vaho_alloc(1, sizeof *out->plumes);
    for (size_t i = 0; i < s->competition->n; i++)
        n += s->q[i] <= s->settings->q_kept ? VAHO_MAX_BESIDE : 0;
    if (out->plumes != NULL)
        out->plumes->plume = vaho_alloc(n, sizeof *out->plumes->plume);
    w.gas = vaho_alloc(n, sizeof *w.gas);
    w.claim = vaho_alloc(n, sizeof *w.claim);
    w.strong = vaho_alloc(n, sizeof *w.strong);
    w.none = vaho_alloc(n, sizeof *w.none);
    w.trail = vaho_alloc(n, sizeof *w.trail);
    if (s->settings->explain) {
        out->explanation = vaho_alloc(n, sizeof(struct vaho_explanation *));
        w.rate = vaho_alloc(n, sizeof *w.rate);
    }
    if (status == VAHO_OK &&
        (!w.name || !out->plumes || !out->plumes->plume || !w.gas || !w.claim || !w.strong ||
         !w.none || !w.trail || (s->settings->explain && (!out->explanation || !w.rate))))
        status = vaho_fail_memory(error, "the plumes");
    for (size_t g = 0; status == VAHO_OK && g < s->n_gases; g++)
        w.name[g] = signatures->name[g];
    m.wedges = wedges;
    m.place = place;
    if (status == VAHO_OK)
        status = measure_all(s, out, &m, &w, error);
    if (status == VAHO_OK)
        note_unused_direction(out, &m, info);
    if (status == VAHO_OK)
        status = measure_amounts(s, out, &m, &w, error);
    if (status == VAHO_OK)
        status = vaho_emissions(out, w.rate, w.gas, w.claim, s->maps, s->competition, signatures,
                                &m.wind, place, settings->pixel_size_m, error);
    if (status == VAHO_OK)
        keep_trails(out, &w);
    vaho_place_free(place);
    vaho_wedges_free(wedges);
    measured_free(&w);
    return status;
}
