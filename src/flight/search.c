#include "flight/search_parts.h"

#include <math.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "find/air.h"
#include "find/competition.h"
#include "find/coverage.h"
#include "find/evidence.h"
#include "find/maps.h"
#include "find/plume_ground.h"
#include "find/posterior.h"
#include "find/significance.h"
#include "flight/coverage.h"
#include "sense/columns.h"
#include "sense/contrast.h"
#include "spectra/decoys.h"

static const double Q_COVERED = 0.05; /* what coverage is told for */
enum { MAX_ROUGH_PASSES = 7, RANK_THERMAL = 8, RANK_SOLAR = 6, MIN_LINES_BY_COLUMN = 128 };
/* From so many lines on half of them tell what is strong from what is not. */
enum { MIN_LINES_TO_SKIP = 1024 };
static const double Z_MIN = 4.0;   /* candidates below are noise at any q-value */
static const double PRESENT = 6.0; /* evidence that empty ground does not bring up */
#define NO_SET 0xffffffffu
enum { MARGIN = 4 };             /* pixels around a strong plume that are left out with it */
static const double GROWN = 2.0; /* strong plumes that cover so much more than before hid */

double vaho_monotonic_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double vaho_detection_clock(struct vaho_detection *detection, const char *stage, double since)
{
    double now = vaho_monotonic_s();
    size_t i = 0;

    while (i < detection->n_stages && strcmp(detection->stage[i].stage, stage) != 0)
        i++;
    if (i == detection->n_stages && detection->n_stages < VAHO_MAX_STAGES) {
        detection->stage[i].stage = stage;
        detection->n_stages++;
    }
    if (i < detection->n_stages)
        detection->stage[i].seconds += now - since;
    return now;
}

/* What a pass learned. */
static void forget_learned(struct search *s)
{
    vaho_columns_free(s->columns);
    vaho_contrast_free(s->contrast);
    vaho_evidence_free(s->evidence);
    vaho_competition_free(s->competition);
    free(s->absorption);
    free(s->real);
    free(s->scored);
    free(s->gas_of);
    free(s->set_of);
    free(s->n_decoys);
    free(s->q);
    free(s->candidate);
    free(s->why);
    s->candidate = NULL;
    s->why = NULL;
    s->columns = NULL;
    s->contrast = NULL;
    s->evidence = NULL;
    s->competition = NULL;
    s->absorption = s->real = s->scored = NULL;
    s->gas_of = s->set_of = NULL;
    s->n_decoys = NULL;
    s->q = NULL;
}

static void search_free(struct search *s)
{
    forget_learned(s);
    vaho_maps_free(s->maps);
    free(s->excluded);
    free(s->z_at_q);
}

/* Detector columns, contrast and background, from what is not excluded; 'rough': for what is
 * strong, which one value of ground minus air, and half of a long line, are enough for. */
static enum vaho_status learn(struct search *s, struct vaho_detection *out,
                              struct vaho_signatures *signatures, int rough,
                              struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(s->source);
    /* reflected light is a product too, but not of anything that bends */
    int thermal =
        vaho_regime_of(signatures->wavelength_um[signatures->n_bands / 2]) == VAHO_REGIME_THERMAL;
    struct vaho_columns_settings columns = {
        .rank = thermal ? RANK_THERMAL : RANK_SOLAR, .curved = thermal, .excluded = s->excluded};
    enum vaho_status status;

    forget_learned(s);
    columns.by_column =
        s->settings->background == VAHO_BACKGROUND_COLUMN ||
        (s->settings->background == VAHO_BACKGROUND_AUTO && info->n_lines >= MIN_LINES_BY_COLUMN);
    status = vaho_columns_learn(&s->columns, s->source, signatures->band, signatures->n_bands,
                                &columns, s->pool, error);
    if (status != VAHO_OK)
        return status;
    vaho_signatures_keep(signatures, vaho_columns_band(s->columns),
                         vaho_columns_n_bands(s->columns));
    status = vaho_contrast_learn(&s->contrast, signatures->wavelength_um, s->columns, info,
                                 s->settings->air_temperature_k, error);
    if (status != VAHO_OK)
        return status;
    if (s->settled)
        vaho_contrast_settle(s->contrast, s->settled_d);
    if (rough)
        vaho_contrast_assume(s->contrast);
    s->scene = (struct vaho_scene){s->source, s->columns, s->contrast, s->kernels,
                                   rough && info->n_lines >= MIN_LINES_TO_SKIP};
    s->n_bands = signatures->n_bands;
    s->n_gases = signatures->n;
    s->n_searched = signatures->n_searched;
    s->stride = (s->contrast->n_parts + 1) * s->n_bands;
    s->absorption = vaho_alloc(s->n_gases * s->n_bands, sizeof(float));
    s->real = vaho_alloc(s->n_gases * s->stride, sizeof(float));
    if (!s->absorption || !s->real)
        return vaho_fail_memory(error, "the signatures");
    for (size_t i = 0; i < s->n_gases * s->n_bands; i++)
        s->absorption[i] = (float)signatures->value[i];
    for (size_t g = 0; g < s->n_gases; g++)
        vaho_contrast_parts(s->real + g * s->stride, s->contrast, s->absorption + g * s->n_bands);
    out->by_column = columns.by_column;
    out->n_bands_used = s->n_bands;
    out->n_dead_elements = vaho_columns_n_dead_elements(s->columns);
    out->n_dead_columns = vaho_columns_n_dead_columns(s->columns);
    return vaho_evidence_learn(&s->evidence, &s->scene, s->excluded, s->real, s->n_searched,
                               s->pool, error);
}

void vaho_contrast_profile(float *out, const struct vaho_contrast *contrast)
{
    size_t nb = contrast->n_bands;

    for (size_t b = 0; b < nb; b++) {
        double u = (double)contrast->part[b] + contrast->d_reference * (double)contrast->slope[b];
        double squares = u * u;
        for (size_t k = 1; k < contrast->n_parts; k++)
            squares += (double)contrast->part[k * nb + b] * (double)contrast->part[k * nb + b];
        out[b] = (float)sqrt(squares);
    }
}

/* Decoys of every searched gas, matched in the scene's own metric. */
static enum vaho_status make_decoys(struct search *s, size_t wanted, struct vaho_error *error)
{
    size_t nb = s->n_bands;
    float *profile = vaho_alloc(nb, sizeof *profile),
          *decoy = vaho_alloc(wanted * nb, sizeof *decoy);
    struct vaho_decoy_metric metric = {nb, profile, vaho_evidence_cholesky(s->evidence, 2)};
    enum vaho_status status = VAHO_OK;

    s->scored = vaho_alloc(s->n_searched * (wanted + 1) * s->stride, sizeof(float));
    s->gas_of = vaho_alloc(s->n_searched * (wanted + 2), sizeof *s->gas_of);
    s->set_of = vaho_alloc(s->n_searched * (wanted + 2), sizeof *s->set_of);
    s->n_decoys = vaho_alloc(s->n_searched, sizeof *s->n_decoys);
    if (!profile || !decoy || !s->scored || !s->gas_of || !s->set_of || !s->n_decoys) {
        status = vaho_fail_memory(error, "decoys");
        goto fail;
    }
    vaho_contrast_profile(profile, s->contrast);
    memcpy(s->scored, s->real, s->n_searched * s->stride * sizeof(float));
    s->n_all = s->n_searched;
    for (size_t g = 0; g < s->n_searched; g++) {
        s->gas_of[g] = (unsigned)g;
        status = vaho_decoys_make(decoy, &s->n_decoys[g], wanted, s->absorption, s->n_gases, g,
                                  &metric, error);
        if (status != VAHO_OK)
            goto fail;
        for (size_t i = 0; i < s->n_decoys[g]; i++) {
            vaho_contrast_parts(s->scored + s->n_all * s->stride, s->contrast, decoy + i * nb);
            s->set_of[s->n_all] = (unsigned)i;
            s->gas_of[s->n_all++] = (unsigned)g;
        }
    }
    for (size_t g = 0; g < s->n_searched; g++) { /* their mirrors, see evidence.h */
        s->gas_of[s->n_all + g] = (unsigned)g;
        s->set_of[s->n_all + g] = (unsigned)wanted;
    }
    s->n_sets = wanted > 0 ? (unsigned)wanted + 1 : 0; /* rough passes have none */
fail:
    free(profile);
    free(decoy);
    return status;
}

/* Keeps the candidates of one set and those of gases with at least some evidence. */
static size_t keep_set(struct vaho_candidate *out, const struct vaho_candidate *candidate, size_t n,
                       const struct search *s, unsigned set, double gas_z_min)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (candidate[i].signature < s->n_searched ? (double)candidate[i].z >= gas_z_min
                                                   : s->set_of[candidate[i].signature] == set)
            out[kept++] = candidate[i];
    return kept;
}

/*
 * A set of decoys has one of each gas, so it is to the gases as another such lot that nature
 * does not know, and its decoys compete for ground as the gases do, among themselves: decoys of
 * one gas, which are alike, would take each other's.  Only gases that are there (PRESENT) join
 * them, so that a plume explains what it lights up.  The mirrors are the last set.  Appends the
 * winners that are no gas.
 */
static enum vaho_status compete_sets(struct vaho_winner *winner, size_t *n_winners,
                                     const struct vaho_candidate *candidate, size_t n,
                                     struct search *s, const struct vaho_evidence_maps *maps,
                                     struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(s->source);
    double excess = 0.0;
    size_t first = *n_winners;
    struct vaho_candidate *kept = vaho_alloc(n, sizeof *kept);
    enum vaho_status status = kept != NULL ? VAHO_OK : vaho_fail_memory(error, "the decoys");

    for (unsigned set = 0; status == VAHO_OK && set < s->n_sets; set++) {
        struct vaho_competition *c = NULL;
        status = vaho_compete(&c, kept, keep_set(kept, candidate, n, s, set, PRESENT), s->gas_of,
                              maps, info->n_lines, info->n_samples, error);
        for (size_t i = 0; status == VAHO_OK && i < c->n; i++) {
            const struct vaho_candidate *own = &c->winner[i].candidate;
            if (!c->winner[i].decoy)
                continue;
            winner[(*n_winners)++] = (struct vaho_winner){(double)own->z, c->winner[i].gas, 1,
                                                          own->signature >= s->n_all};
            excess += pow((double)own->raw / (double)own->z, 2.0) - 1.0;
        }
        vaho_competition_free(c);
    }
    s->empty_excess = *n_winners > first ? excess / (double)(*n_winners - first) : 0.0;
    free(kept);
    return status;
}

/* Scores, competes and gives q-values. */
static enum vaho_status find_winners(struct search *s, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(s->source);
    struct vaho_evidence_maps maps = {NULL, s->n_searched, VAHO_N_SCALES};
    struct vaho_candidate *candidate = NULL, *own = NULL;
    struct vaho_winner *winner = NULL;
    struct vaho_significance *why = NULL;
    double *q = NULL;
    size_t n_candidates = 0, n_winners = 0;
    enum vaho_status status;

    status = vaho_evidence_set_signatures(s->evidence, s->scored, s->gas_of, s->n_all, error);
    if (status == VAHO_OK)
        status = vaho_evidence_score(&candidate, &n_candidates, s->evidence, Z_MIN, s->pool, error);
    maps.map = vaho_evidence_map(s->evidence);
    own = vaho_alloc(n_candidates, sizeof *own);
    winner = vaho_alloc(n_candidates, sizeof *winner);
    q = vaho_alloc(n_candidates, sizeof *q);
    if (s->settings->explain)
        why = vaho_alloc(n_candidates, sizeof *why);
    if (status == VAHO_OK && (!own || !winner || !q || (s->settings->explain && !why)))
        status = vaho_fail_memory(error, "the winners");
    if (status == VAHO_OK)
        status = vaho_compete(&s->competition, own,
                              keep_set(own, candidate, n_candidates, s, NO_SET, Z_MIN), s->gas_of,
                              &maps, info->n_lines, info->n_samples, error);
    for (size_t i = 0; status == VAHO_OK && i < s->competition->n; i++) {
        const struct vaho_contender *c = &s->competition->winner[i];
        winner[n_winners++] = (struct vaho_winner){(double)c->candidate.z, c->gas, 0, 0};
    }
    if (status == VAHO_OK)
        status = compete_sets(winner, &n_winners, candidate, n_candidates, s, &maps, error);
    if (status == VAHO_OK)
        status = vaho_q_values_explained(q, why, winner, n_winners, s->n_decoys, s->n_searched, 1,
                                         error);
    if (status == VAHO_OK && s->z_at_q != NULL)
        status = vaho_z_at_q(s->z_at_q, Q_COVERED, winner, n_winners, s->n_decoys, s->n_searched, 1,
                             error);
    s->q = q; /* the gases' come first */
    s->why = why;
    free(own);
    free(winner);
    if (s->settings->explain) {
        s->candidate = candidate;
        s->n_candidates = n_candidates;
    } else {
        free(candidate);
    }
    return status;
}

int vaho_search_is_strong(const struct vaho_contender *winner)
{
    return !winner->decoy && (double)winner->candidate.z >= VAHO_Z_STRONG;
}

/* What is excluded with the ground of strong plumes and a margin around it: a map (free) and how
 * many pixels it has. */
static enum vaho_status strong_ground(unsigned char **out, size_t *out_n, const struct search *s,
                                      struct vaho_error *error)
{
    const struct vaho_competition *c = s->competition;
    size_t nl = c->n_lines, ns = c->n_samples;
    unsigned char *plume = vaho_alloc(c->n + 1, 1); /* by claim, see plume_ground.h */
    unsigned char *map = vaho_alloc(nl * ns, 1);

    *out = NULL;
    *out_n = 0;
    if (plume == NULL || map == NULL) {
        free(plume);
        free(map);
        return vaho_fail_memory(error, "the ground of plumes");
    }
    if (s->excluded != NULL)
        memcpy(map, s->excluded, nl * ns);
    for (size_t i = 0; i < c->n; i++)
        if (vaho_search_is_strong(&c->winner[i]))
            plume[c->winner[i].claim] =
                (unsigned char)(c->winner[i].gas + 1 < VAHO_GROUND_LEFT_OUT ? c->winner[i].gas + 1
                                                                            : VAHO_GROUND_LEFT_OUT);
    for (size_t l = 0; l < nl; l++)
        for (size_t p = 0; p < ns; p++) {
            unsigned claim = c->claim[l * ns + p];
            if (claim == 0 || claim == VAHO_CLAIM_DECOY || plume[claim] == 0)
                continue;
            for (size_t ll = l > MARGIN ? l - MARGIN : 0; ll <= l + MARGIN && ll < nl; ll++)
                for (size_t pp = p > MARGIN ? p - MARGIN : 0; pp <= p + MARGIN && pp < ns; pp++)
                    map[ll * ns + pp] = plume[claim];
        }
    for (size_t i = 0; i < nl * ns; i++)
        *out_n += map[i] != 0;
    *out = map;
    free(plume);
    return VAHO_OK;
}

/*
 * Leaves the strong plumes out and asks them for the air's temperature, again and again without
 * those found before, until they grow no more: at first a strong plume hides most of itself, and
 * what is left of it the rest.
 */
static enum vaho_status leave_out_strong(struct search *s, struct vaho_detection *out,
                                         struct vaho_signatures *signatures,
                                         const struct vaho_progress *progress,
                                         struct vaho_error *error)
{
    size_t n_excluded = 0, n_strong = SIZE_MAX;
    enum vaho_status status = VAHO_OK;

    for (size_t pass = 0; status == VAHO_OK && pass < MAX_ROUGH_PASSES &&
                          (double)n_strong > GROWN * (double)n_excluded;
         pass++) {
        unsigned char *ground = NULL;
        double clock = vaho_monotonic_s();
        vaho_progress_report(progress, "background", pass, pass + 2, "passes");
        n_excluded = pass > 0 ? n_strong : 0;
        status = learn(s, out, signatures, 1, error);
        clock = vaho_detection_clock(out, "background", clock);
        if (status == VAHO_OK)
            status = make_decoys(s, 0, error);
        if (status == VAHO_OK)
            status = find_winners(s, error);
        if (status == VAHO_OK)
            status = strong_ground(&ground, &n_strong, s, error);
        if (status == VAHO_OK && s->contrast->regime == VAHO_REGIME_THERMAL &&
            !isfinite(s->settings->air_temperature_k))
            status = vaho_air_settle(&s->settled_d, &s->settled, &s->scene, s->evidence,
                                     s->competition, s->real, s->n_searched, error);
        if (status == VAHO_OK) {
            free(s->excluded); /* only now: the evidence borrows it */
            s->excluded = ground;
        } else {
            free(ground);
        }
        vaho_detection_clock(out, "score", clock);
    }
    return status;
}

/* The search itself, without what is strong in the background. */
static enum vaho_status search_all(struct search *s, struct vaho_detection *out,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_progress *progress, struct vaho_error *error)
{
    enum vaho_status status = leave_out_strong(s, out, signatures, progress, error);
    double clock = vaho_monotonic_s();

    if (status == VAHO_OK)
        status = learn(s, out, signatures, 0, error);
    clock = vaho_detection_clock(out, "background", clock);
    vaho_progress_report(progress, "score", 1, 2, "passes");
    if (status == VAHO_OK)
        status = make_decoys(s, s->settings->n_decoys, error);
    if (status == VAHO_OK && (s->z_at_q = vaho_alloc(s->n_searched, sizeof *s->z_at_q)) == NULL)
        status = vaho_fail_memory(error, "the coverage");
    if (status == VAHO_OK)
        status = find_winners(s, error);
    vaho_detection_clock(out, "score", clock);
    return status;
}

/* What a plume would have needed to be found. */
static enum vaho_status find_coverage(struct search *s, struct vaho_detection *out,
                                      size_t hypothesis, struct vaho_error *error)
{
    enum vaho_status status = vaho_coverage_make(&out->coverage, s->maps, s->evidence, hypothesis,
                                                 s->real, s->z_at_q, error);

    return status != VAHO_OK ? status
                             : vaho_coverage_rates(out->coverage, s->signatures, s->settings,
                                                   vaho_source_info(s->source), error);
}

/* Hands the maps over to the detection. */
static void give_maps(struct search *s, struct vaho_detection *out)
{
    out->amount = s->maps->ppmm;
    out->amount_sigma = s->maps->sigma;
    out->snr = s->maps->snr;
    s->maps->sigma = NULL;
    s->maps->ppmm = NULL;
    s->maps->snr = NULL;
    out->unit = "ppm.m";
}

enum vaho_status vaho_search_gases(struct vaho_detection *out, const struct vaho_source *source,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_pool *pool, const struct vaho_progress *progress,
                                   struct vaho_error *error)
{
    struct search s = {
        .source = source, .settings = settings, .signatures = signatures, .pool = pool};
    size_t hypothesis;
    double clock;
    enum vaho_status status = vaho_kernels_pick(&s.kernels, settings->cpu, error);

    if (status != VAHO_OK)
        return status;
    out->cpu = s.kernels->name;
    status = search_all(&s, out, signatures, progress, error);
    vaho_progress_report(progress, "score", 2, 2, "passes");
    clock = vaho_monotonic_s();
    hypothesis =
        status == VAHO_OK ? s.contrast->n_hypotheses / 2 : 0; /* the middle one, or the only */
    if (status == VAHO_OK)
        status =
            vaho_maps_make(&s.maps, &s.scene, s.evidence, s.n_searched, hypothesis, pool, error);
    clock = vaho_detection_clock(out, "maps", clock);
    if (status == VAHO_OK)
        status = vaho_search_measure(&s, out, hypothesis, error);
    if (status == VAHO_OK && s.contrast->regime == VAHO_REGIME_SOLAR) /* measured before */
        status = vaho_posterior(s.maps, s.competition, s.q, error);
    if (status == VAHO_OK)
        status = find_coverage(&s, out, hypothesis, error);
    vaho_detection_clock(out, "measure", clock);
    if (status == VAHO_OK && s.contrast->regime == VAHO_REGIME_THERMAL)
        vaho_detection_add_note(out,
                                s.settled
                                    ? "the ground is %.1f K warmer than the air as seen in the "
                                      "window, which the strongest plumes told"
                                    : "no plume is strong enough to tell the air's temperature; "
                                      "column densities assume the ground %.1f K warmer",
                                s.contrast->d[hypothesis]);
    if (status == VAHO_OK) {
        give_maps(&s, out);
        out->n_decoys_run = s.n_all - s.n_searched;
    }
    search_free(&s);
    return status;
}

enum vaho_status vaho_search_learn(struct vaho_detection *out, const struct vaho_source *source,
                                   struct vaho_signatures *signatures,
                                   const struct vaho_detect_settings *settings,
                                   struct vaho_pool *pool, vaho_searched_fn then, void *context,
                                   struct vaho_error *error)
{
    struct search s = {
        .source = source, .settings = settings, .signatures = signatures, .pool = pool};
    enum vaho_status status = vaho_kernels_pick(&s.kernels, settings->cpu, error);

    if (status == VAHO_OK)
        status = leave_out_strong(&s, out, signatures, NULL, error);
    if (status == VAHO_OK)
        status = learn(&s, out, signatures, 0, error);
    if (status == VAHO_OK) {
        struct vaho_searched searched = {&s.scene, s.evidence, signatures, s.absorption,
                                         s.contrast->n_hypotheses / 2};
        status = then(context, &searched, error);
    }
    search_free(&s);
    return status;
}
