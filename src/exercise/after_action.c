/*
 * after_action.c - truth, products and casebook joined
 *
 * Plumes are matched with the emitters of their flight by score.h, in the pixels of the cube, so
 * that errors of place play no part; one that meets no emitter's axis belongs to that whose gas
 * really blew through its box, at a twentieth of its strongest or more: the flight's plumes are
 * made again to know that.  A site belongs to the emitter to which most of its plumes
 * do; if it lies more than 50 m and three sigma from there it is a piece of the plume, blown away.
 * A site without such plumes belongs to ground that imitates a gas, if it lies there; else to
 * nothing.
 *
 * Why an emitter was not found in a flight is told by its plume's mean m (where there is a fifth
 * of its strongest, as coverage.geojson means it) and the limit c there, found half the time:
 *   its pixel lies in the box of another's plume                          under another plume
 *   c unknown, or m < c but m >= the flight's median limit of that gas     no contrast
 *   m < c, but m v / v_0 >= c, v the flight's wind, v_0 the median         wind
 *   m < c otherwise                                                        too weak
 *   m >= c                                                                 missed
 * The chance of being found is 1 / (1 + (c / m)^k), k from the same file.
 */
#include "exercise/after_action.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "casebook/coverage.h"
#include "exercise/after_action_files.h"
#include "exercise/campaign_world.h"
#include "exercise/pass.h"
#include "exercise/score.h"
#include "vaho/casebook.h"
#include "vaho/sites.h"

const double VAHO_STRENGTH_BINS[VAHO_N_BINS] = {0.5, 1, 2, 4, INFINITY};
const double VAHO_PROBABILITY_BINS[VAHO_N_BINS] = {0.2, 0.4, 0.6, 0.8, 1};

enum { HALO_PX = 6, MAX_SITES = 20000 };
static const size_t MAX_PLUMES_NBYTES = (size_t)1 << 28, MAX_COVERAGE_NBYTES = (size_t)1 << 30;
static const double Q_KEPT = 0.5, Q_REPORTED = 0.05, NEAR_M = 30, OFF_M = 50;

static const char *const outcome_names[VAHO_LOOK_N_OUTCOMES] = {
    "to fly",         "out of view",      "off",      "not this sensor's", "outside mandate",
    "found",          "found as unknown", "doubtful", "wrong gas",         "under another plume",
    "not in library", "no contrast",      "wind",     "too weak",          "missed"};
static const char *const truth_names[VAHO_SITE_N_TRUTHS] = {
    "hidden site", "licensed emitter", "unlisted gas",     "piece of a plume",
    "traffic",     "another gas",      "imitating ground", "nothing"};

const char *vaho_look_outcome_name(enum vaho_look_outcome outcome)
{
    return outcome_names[outcome];
}

const char *vaho_site_truth_name(enum vaho_site_truth truth)
{
    return truth_names[truth];
}

int vaho_site_truth_is_real(enum vaho_site_truth truth)
{
    return truth <= VAHO_SITE_UNLISTED;
}

int vaho_look_outcome_is_found(enum vaho_look_outcome outcome)
{
    return outcome == VAHO_LOOK_FOUND || outcome == VAHO_LOOK_UNKNOWN;
}

/* What its plumes are rightly called. */
static const char *right_name(const struct vaho_truth_emitter *emitter)
{
    return emitter->kind == VAHO_EMITTER_UNLISTED ? VAHO_UNKNOWN_GAS : emitter->gas;
}

/* A plume of a flight and whose it was. */
struct owned_plume {
    char id[VAHO_ID_NBYTES];
    size_t emitter; /* VAHO_NO_EMITTER: nobody's */
    int right_gas;
};

struct reckoning {
    struct vaho_after_action *out;
    size_t n_plumes, capacity;
    struct owned_plume *plume;
    struct vaho_casebook *casebook;
    struct vaho_campaign_world made;
    struct vaho_pass pass; /* of the flight under way */
    double median_wind_m_s;
    struct vaho_error *error;
};

/* --- one flight under one mandate ------------------------------------------------- */

/* The emitter whose gas blew most through a box of the cube; VAHO_NO_EMITTER: none's. */
static size_t blew_through(const struct vaho_pass *pass, const double box[4])
{
    size_t best = VAHO_NO_EMITTER, plume = 0, n_samples = pass->course.n_samples;
    double most = 0;

    for (size_t i = 0; i < pass->n_sources; i++) {
        const struct vaho_puff_field *field;
        double strongest = 0, here = 0, sum = 0;
        if (!pass->source[i].on)
            continue;
        field = &pass->plume[plume++].field;
        for (size_t k = 0; k < field->n_lines * field->n_samples; k++)
            strongest = fmax(strongest, field->ppmm[k]);
        for (size_t l = (size_t)box[0]; l <= (size_t)box[2] && l < pass->n_lines; l++)
            for (size_t s = (size_t)box[1]; s <= (size_t)box[3] && s < n_samples; s++) {
                const float *at = &pass->where[2 * (l * n_samples + s)];
                double ppmm = vaho_puffs_between(field, at[0] + (double)VAHO_WORLD_MARGIN,
                                                 at[1] + (double)VAHO_WORLD_MARGIN);
                here = fmax(here, ppmm);
                sum += ppmm / (strongest > 0 ? strongest : 1);
            }
        if (here > 0.05 * strongest && sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}

static enum vaho_status keep_plume(struct reckoning *r, const struct vaho_score_plume *plume,
                                   const size_t *emitter_of)
{
    if (r->n_plumes == r->capacity) {
        size_t capacity = r->capacity > 0 ? 2 * r->capacity : 256;
        struct owned_plume *more = realloc(r->plume, capacity * sizeof *more);
        if (more == NULL)
            return vaho_fail_memory(r->error, "the plumes of an exercise");
        r->plume = more;
        r->capacity = capacity;
    }
    struct owned_plume *kept = &r->plume[r->n_plumes++];
    snprintf(kept->id, sizeof kept->id, "%s", plume->id);
    kept->emitter = plume->source == VAHO_SCORE_NONE ? VAHO_NO_EMITTER : emitter_of[plume->source];
    if (kept->emitter == VAHO_NO_EMITTER)
        kept->emitter = blew_through(&r->pass, plume->bbox);
    kept->right_gas = kept->emitter != VAHO_NO_EMITTER &&
                      strcmp(plume->gas, right_name(&r->out->truth->emitter[kept->emitter])) == 0;
    return VAHO_OK;
}

/* The sources that this flight could have seen, as score.h wants them. */
static enum vaho_status list_sources(struct vaho_score *score, size_t *emitter_of,
                                     const struct reckoning *r, size_t flight)
{
    const struct vaho_truth *t = r->out->truth;
    const struct vaho_truth_flight *f = &t->flight[flight];

    score->source = vaho_alloc(t->n_emitters, sizeof *score->source);
    if (score->source == NULL)
        return vaho_fail_memory(r->error, "the sources of a flight");
    for (size_t i = 0; i < t->n_emitters; i++) {
        const struct vaho_truth_look *look = &f->look[i];
        struct vaho_score_source *s = &score->source[score->n_sources];
        if (!look->on || !look->shows)
            continue; /* what is out of view may blow into it */
        snprintf(s->gas, sizeof s->gas, "%s", right_name(&t->emitter[i]));
        s->line = look->line;
        s->sample = look->sample;
        s->length_px = t->scenario->emitter[i].reach_m / f->pixel_m;
        s->wind_deg = f->drift_deg;
        s->peak_ppmm = look->peak_ppmm;
        s->plume = VAHO_SCORE_NONE;
        emitter_of[score->n_sources++] = i;
    }
    return VAHO_OK;
}

/* What the matched plumes say of each look; a better outcome under another mandate stays. */
static void take_looks(struct vaho_look *look, const struct vaho_score *score,
                       const size_t *emitter_of, const struct vaho_truth *t)
{
    for (size_t i = 0; i < score->n_plumes; i++) {
        const struct vaho_score_plume *p = &score->plume[i];
        struct vaho_look *l;
        enum vaho_look_outcome outcome;
        if (p->source == VAHO_SCORE_NONE || p->outcome == VAHO_SCORE_SPLIT)
            continue;
        l = &look[emitter_of[p->source]];
        if (p->outcome == VAHO_SCORE_WRONG_GAS && p->q_value > Q_REPORTED)
            continue;
        outcome = p->outcome == VAHO_SCORE_WRONG_GAS ? VAHO_LOOK_WRONG_GAS
                  : p->q_value > Q_REPORTED          ? VAHO_LOOK_DOUBTFUL
                  : t->emitter[emitter_of[p->source]].kind == VAHO_EMITTER_UNLISTED
                      ? VAHO_LOOK_UNKNOWN
                      : VAHO_LOOK_FOUND;
        if (l->outcome != VAHO_LOOK_TO_FLY && l->outcome <= outcome)
            continue;
        l->outcome = outcome;
        l->q_value = p->q_value;
        snprintf(l->plume, sizeof l->plume, "%s", p->id);
    }
    for (size_t i = 0; i < score->n_sources; i++)
        for (size_t k = 0; k < score->n_plumes; k++) {
            const struct vaho_score_source *s = &score->source[i];
            const double *box = score->plume[k].bbox;
            look[emitter_of[i]].covered |= score->plume[k].q_value <= Q_REPORTED &&
                                           score->plume[k].source != VAHO_SCORE_NONE &&
                                           score->plume[k].source != i && s->line >= box[0] &&
                                           s->line <= box[2] && s->sample >= box[1] &&
                                           s->sample <= box[3];
        }
}

static enum vaho_status match_plumes(struct reckoning *r, size_t flight, const char *found)
{
    const struct vaho_truth *t = r->out->truth;
    struct vaho_score score = {0};
    size_t *emitter_of = vaho_alloc(t->n_emitters, sizeof *emitter_of), nbytes = 0;
    char *path = malloc(strlen(found) + 32), *data = NULL;
    enum vaho_status status = VAHO_OK;

    if (path == NULL || emitter_of == NULL)
        status = vaho_fail_memory(r->error, "the plumes of a flight");
    else
        sprintf(path, "%s/plumes.geojson", found);
    if (status == VAHO_OK)
        status = vaho_file_read(&data, &nbytes, path, MAX_PLUMES_NBYTES, r->error);
    if (status == VAHO_OK)
        status = vaho_score_parse_plumes(&score, data, nbytes, Q_KEPT, path, r->error);
    if (status == VAHO_OK)
        status = list_sources(&score, emitter_of, r, flight);
    if (status == VAHO_OK) {
        vaho_score_match(&score, HALO_PX);
        take_looks(r->out->look + flight * t->n_emitters, &score, emitter_of, t);
    }
    for (size_t i = 0; i < score.n_plumes && status == VAHO_OK; i++)
        status = keep_plume(r, &score.plume[i], emitter_of);
    vaho_score_free(&score);
    free(emitter_of);
    free(data);
    free(path);
    return status;
}

/* Fills the limit and the chance of an emitter's look from the coverage of its flight. */
static void weigh_look(struct vaho_look *look, double *median, const struct vaho_cover *cover,
                       const struct vaho_truth_look *truth, const char *gas, double *room)
{
    size_t g = 0;

    *median = NAN;
    while (g < cover->n_gases &&
           strcmp(json_string_value(json_array_get(cover->gases, g)), gas) != 0)
        g++;
    if (g == cover->n_gases)
        return;
    *median = vaho_cover_median(cover, g, 0, room);
    for (size_t i = 0; i < cover->n; i++) {
        double limit = cover->limit[2 * (i * cover->n_gases + g)];
        if (!vaho_cover_holds(&cover->tile[i], truth->longitude_deg, truth->latitude_deg) ||
            (isfinite(look->limit_ppmm) && !(limit < look->limit_ppmm)))
            continue;
        look->limit_ppmm = limit;
        look->chance = 1 / (1 + pow(limit / truth->mean_ppmm, cover->steepness));
    }
}

static void explain(struct vaho_look *look, const struct reckoning *r, size_t flight,
                    size_t emitter, double median)
{
    const struct vaho_truth *t = r->out->truth;
    const struct vaho_truth_look *truth = &t->flight[flight].look[emitter];
    double m = truth->mean_ppmm, c = look->limit_ppmm;

    if (look->outcome != VAHO_LOOK_TO_FLY)
        return; /* a plume says more */
    if (t->emitter[emitter].kind == VAHO_EMITTER_UNLISTED)
        look->outcome = VAHO_LOOK_UNLISTED;
    else if (look->covered)
        look->outcome = VAHO_LOOK_COVERED;
    else if (!isfinite(c) || (m < c && isfinite(median) && m >= median))
        look->outcome = VAHO_LOOK_CONTRAST;
    else if (m >= c)
        look->outcome = VAHO_LOOK_MISSED;
    else if (m * t->flight[flight].wind_m_s / r->median_wind_m_s >= c)
        look->outcome = VAHO_LOOK_WIND;
    else
        look->outcome = VAHO_LOOK_WEAK;
}

/* Whether a look counts; those that do not are settled here. */
static int counts(struct vaho_look *look, const struct vaho_truth_look *truth)
{
    if (!truth->there || !truth->in_view)
        look->outcome = VAHO_LOOK_ABSENT;
    else if (!truth->on)
        look->outcome = VAHO_LOOK_OFF;
    else if (!truth->shows)
        look->outcome = VAHO_LOOK_BLIND;
    else if (!truth->permitted)
        look->outcome = VAHO_LOOK_OUTSIDE;
    else
        return 1;
    return 0;
}

static enum vaho_status weigh_looks(struct reckoning *r, size_t flight, const char *found,
                                    double *median)
{
    const struct vaho_truth *t = r->out->truth;
    struct vaho_cover cover = {0};
    char *path = malloc(strlen(found) + 32), *data = NULL;
    double *room = NULL;
    char label[128];
    size_t nbytes = 0;
    enum vaho_status status = VAHO_OK;

    if (path == NULL)
        return vaho_fail_memory(r->error, "the coverage of a flight");
    sprintf(path, "%s/coverage.geojson", found);
    /* the products name the flight as their folder */
    snprintf(label, sizeof label, "%s", strrchr(found, '/') + 1);
    status = vaho_file_read(&data, &nbytes, path, MAX_COVERAGE_NBYTES, r->error);
    if (status == VAHO_OK)
        status = vaho_cover_parse(&cover, data, nbytes, label, path, r->error);
    if (status == VAHO_OK && (room = vaho_alloc(cover.n, sizeof *room)) == NULL)
        status = vaho_fail_memory(r->error, "the coverage of a flight");
    for (size_t i = 0; i < t->n_emitters && status == VAHO_OK; i++) {
        double own;
        weigh_look(&r->out->look[flight * t->n_emitters + i], &own, &cover,
                   &t->flight[flight].look[i], t->emitter[i].gas, room);
        if (isfinite(own) && !(median[i] < own))
            median[i] = own;
    }
    vaho_cover_free(&cover);
    free(room);
    free(data);
    free(path);
    return status;
}

/* The header of a flight's cube names the truth that it was made from. */
static enum vaho_status check_mark(const struct reckoning *r, const char *flight)
{
    char mark[VAHO_CAMPAIGN_MARK_NBYTES], file[96], *path, *data = NULL;
    size_t nbytes;
    enum vaho_status status;

    vaho_campaign_mark(mark, r->out->campaign);
    snprintf(file, sizeof file, "%s/%s.bil.hdr", flight, flight);
    path = vaho_campaign_path(r->out->campaign, "flights/", file);
    status = path == NULL ? vaho_fail_memory(r->error, file)
                          : vaho_file_read(&data, &nbytes, path, MAX_PLUMES_NBYTES, r->error);
    if (status == VAHO_OK && strstr(data, mark) == NULL)
        status = vaho_fail(r->error, VAHO_REFUSED,
                           "%s: was made from another truth than %s; the flight was changed", path,
                           mark);
    free(data);
    free(path);
    return status;
}

static enum vaho_status reckon_flight(struct reckoning *r, size_t flight)
{
    const struct vaho_truth *t = r->out->truth;
    const struct vaho_scenario_flight *f = &t->scenario->flight[flight];
    struct vaho_look *look = r->out->look + flight * t->n_emitters;
    double median[VAHO_SCENARIO_MAX_EMITTERS];
    enum vaho_status status = check_mark(r, f->name);

    if (status == VAHO_OK)
        status = vaho_pass_new(&r->pass, &r->made.world, flight, r->error);
    if (status == VAHO_OK)
        status = vaho_truth_check_pass(t, &r->pass, r->error);
    for (size_t i = 0; i < t->n_emitters; i++)
        median[i] = NAN;
    for (size_t k = 0; (k < f->n_mandates || (k == 0 && f->n_mandates == 0)) && status == VAHO_OK;
         k++) {
        const char *mandate = f->n_mandates > 0 ? t->scenario->mandate[f->mandate[k]].id : NULL;
        char *found = vaho_campaign_found(r->out->campaign, f->name, mandate);
        status =
            found == NULL ? vaho_fail_memory(r->error, f->name) : match_plumes(r, flight, found);
        if (status == VAHO_OK)
            status = weigh_looks(r, flight, found, median);
        if (status == VAHO_NOT_FOUND && mandate != NULL)
            status = VAHO_OK; /* nothing of it was permitted: it was not searched */
        free(found);
    }
    for (size_t i = 0; i < t->n_emitters && status == VAHO_OK; i++)
        if (counts(&look[i], &t->flight[flight].look[i]))
            explain(&look[i], r, flight, i, median[i]);
    vaho_pass_free(&r->pass);
    return status;
}

/* --- sites -------------------------------------------------------------------------- */

static int take_site(void *context, const struct vaho_site *s)
{
    struct reckoning *r = context;
    struct vaho_scored_site *out = &r->out->site[r->out->n_sites++];

    snprintf(out->name, sizeof out->name, "%s", s->name);
    snprintf(out->gas, sizeof out->gas, "%s", s->gas);
    snprintf(out->known, sizeof out->known, "%s", s->known);
    snprintf(out->decision, sizeof out->decision, "%s", s->decision);
    out->longitude_deg = s->longitude;
    out->latitude_deg = s->latitude;
    out->sigma_m = s->sigma_m;
    out->off_m = out->taken_in_s = out->confirmed_s = NAN;
    out->probability = s->probability;
    out->active = s->active;
    out->rank = s->rank;
    out->n_plumes = (size_t)s->n_plumes;
    out->truth = VAHO_SITE_NOTHING;
    out->emitter = VAHO_NO_EMITTER;
    r->out->n_reviewed += s->decision[0] != '\0';
    return r->out->n_sites < MAX_SITES;
}

struct votes {
    const struct reckoning *r;
    size_t right[VAHO_SCENARIO_MAX_EMITTERS], wrong[VAHO_SCENARIO_MAX_EMITTERS], nobody;
};

static void take_vote(void *context, const struct vaho_site_passed *pass)
{
    struct votes *v = context;

    for (size_t i = 0; pass->seen && i < v->r->n_plumes; i++)
        if (strcmp(v->r->plume[i].id, pass->plume) == 0) {
            const struct owned_plume *p = &v->r->plume[i];
            if (p->emitter == VAHO_NO_EMITTER)
                v->nobody++;
            else
                (p->right_gas ? v->right : v->wrong)[p->emitter]++;
            return;
        }
}

static void ignore_site(void *context, const struct vaho_site *site)
{
    (void)context;
    (void)site;
}

/* Metres to the nearest place of an emitter. */
static double distance_m(const struct vaho_truth *t, const struct vaho_scored_site *site,
                         size_t emitter)
{
    const struct vaho_truth_emitter *e = &t->emitter[emitter];
    double east, north, best = INFINITY;

    vaho_world_metres(&east, &north, &t->scenario->area, site->longitude_deg, site->latitude_deg);
    for (size_t i = 0; i < e->n_places; i++) {
        double x, y;
        if (e->place[i].gone)
            continue;
        vaho_world_metres(&x, &y, &t->scenario->area, e->place[i].longitude_deg,
                          e->place[i].latitude_deg);
        best = fmin(best, hypot(x - east, y - north));
    }
    return best;
}

static int lies_on_imitation(const struct reckoning *r, const struct vaho_scored_site *site)
{
    const struct vaho_scenario *s = r->out->truth->scenario;

    for (size_t i = 0; i < s->n_imitations; i++) {
        double e0, n0, e1, n1, dx, dy;
        vaho_world_metres(&e0, &n0, &s->area, site->longitude_deg, site->latitude_deg);
        vaho_world_metres(&e1, &n1, &s->area, r->out->truth->imitation[i][0],
                          r->out->truth->imitation[i][1]);
        dx = e1 - e0;
        dy = n1 - n0;
        if (dx * dx + dy * dy <= pow(s->imitation[i].radius_m + NEAR_M, 2))
            return 1;
    }
    return 0;
}

static enum vaho_status judge_site(struct reckoning *r, struct vaho_scored_site *site)
{
    static const enum vaho_site_truth of_kind[] = {
        [VAHO_EMITTER_HIDDEN] = VAHO_SITE_HIDDEN,
        [VAHO_EMITTER_LICENSED] = VAHO_SITE_LICENSED,
        [VAHO_EMITTER_UNLISTED] = VAHO_SITE_UNLISTED,
        [VAHO_EMITTER_TRAFFIC] = VAHO_SITE_TRAFFIC,
    };
    const struct vaho_truth *t = r->out->truth;
    struct votes v = {.r = r};
    size_t most = 0;
    enum vaho_status status =
        vaho_sites_show(r->casebook, site->name, ignore_site, take_vote, &v, r->error);

    for (size_t i = 0; i < t->n_emitters && status == VAHO_OK; i++)
        for (int right = 1; right >= 0; right--) {
            size_t n = right ? v.right[i] : v.wrong[i];
            if (n <= most)
                continue;
            most = n;
            site->emitter = i;
            site->truth = right ? of_kind[t->emitter[i].kind] : VAHO_SITE_OTHER_GAS;
        }
    if (v.nobody > most) {
        site->emitter = VAHO_NO_EMITTER;
        site->truth = VAHO_SITE_NOTHING;
    }
    if (site->emitter != VAHO_NO_EMITTER && t->emitter[site->emitter].kind != VAHO_EMITTER_TRAFFIC)
        site->off_m = distance_m(t, site, site->emitter);
    if (vaho_site_truth_is_real(site->truth) && site->off_m > OFF_M + 3 * site->sigma_m)
        site->truth = VAHO_SITE_PIECE;
    if (site->truth == VAHO_SITE_NOTHING && lies_on_imitation(r, site))
        site->truth = VAHO_SITE_IMITATION;
    return status;
}

static enum vaho_status reckon_sites(struct reckoning *r)
{
    struct vaho_sites_query query = vaho_sites_query_defaults();
    char *path = vaho_campaign_path(r->out->campaign, "", "casebook.gpkg");
    enum vaho_status status = VAHO_OK;

    query.least_probability = 0;
    query.limit = MAX_SITES;
    r->out->site = vaho_alloc(MAX_SITES, sizeof *r->out->site);
    if (path == NULL || r->out->site == NULL)
        status = vaho_fail_memory(r->error, "the sites of an exercise");
    if (status == VAHO_OK)
        status = vaho_casebook_open(&r->casebook, path, r->error);
    if (status == VAHO_OK)
        status = vaho_sites_list(r->casebook, &query, take_site, r, r->error);
    for (size_t i = 0; i < r->out->n_sites && status == VAHO_OK; i++)
        status = judge_site(r, &r->out->site[i]);
    if (status == VAHO_OK)
        status = after_action_count_people(r->out, r->casebook, r->error);
    vaho_casebook_close(r->casebook);
    free(path);
    return status;
}

/* --- figures -------------------------------------------------------------------------- */

static size_t bin_of(const double *bins, double value)
{
    size_t i = 0;

    while (i + 1 < VAHO_N_BINS && !(value < bins[i]))
        i++;
    return i;
}

static void count_emitter(struct vaho_after_action *out, size_t i)
{
    const struct vaho_truth *t = out->truth;
    struct vaho_scored_emitter *e = &out->emitter[i];

    e->first_look_s = e->first_found_s = NAN;
    e->site = VAHO_NO_EMITTER;
    for (size_t f = 0; f < t->n_flights; f++) {
        const struct vaho_look *look = &out->look[f * t->n_emitters + i];
        const struct vaho_truth_look *truth = &t->flight[f].look[i];
        double ratio = truth->mean_ppmm / look->limit_ppmm;
        size_t bin = bin_of(VAHO_STRENGTH_BINS, ratio);
        e->n_emitting += truth->on && truth->in_view;
        if (look->outcome < VAHO_LOOK_FOUND)
            continue;
        e->n_could++;
        if (!(e->first_look_s <= t->flight[f].start_s))
            e->first_look_s = t->flight[f].start_s;
        if (vaho_look_outcome_is_found(look->outcome)) {
            e->n_found++;
            if (e->found_at == 0) {
                e->found_at = e->n_could;
                e->first_found_s = t->flight[f].start_s;
            }
        }
        if (isfinite(ratio)) {
            out->strength[bin].n++;
            out->strength[bin].n_found += look->outcome == VAHO_LOOK_FOUND;
            out->strength[bin].expected += look->chance;
        }
    }
    for (size_t k = 0; k < out->n_sites; k++) {
        const struct vaho_scored_site *s = &out->site[k];
        if (s->emitter == i && vaho_site_truth_is_real(s->truth) &&
            (e->site == VAHO_NO_EMITTER || s->probability > out->site[e->site].probability))
            e->site = k;
    }
    if (t->emitter[i].kind == VAHO_EMITTER_HIDDEN) {
        out->n_hidden++;
        out->n_hidden_found +=
            e->site != VAHO_NO_EMITTER && out->site[e->site].probability >= VAHO_LEAD_PROBABILITY;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *value, size_t n)
{
    qsort(value, n, sizeof *value, by_value);
    return n == 0 ? NAN : 0.5 * (value[(n - 1) / 2] + value[n / 2]);
}

static void count_all(struct vaho_after_action *out)
{
    double after[VAHO_SCENARIO_MAX_FLIGHTS], squares = 0;
    size_t n = 0;

    for (size_t i = 0; i < out->truth->n_emitters; i++)
        count_emitter(out, i);
    for (size_t i = 0; i < out->n_sites; i++) {
        const struct vaho_scored_site *s = &out->site[i];
        int real = vaho_site_truth_is_real(s->truth);
        size_t bin = bin_of(VAHO_PROBABILITY_BINS, s->probability);
        out->reliability[bin].n++;
        out->reliability[bin].n_real += (size_t)real;
        out->reliability[bin].stated += s->probability;
        squares += (s->probability - real) * (s->probability - real);
        if (s->probability >= VAHO_LEAD_PROBABILITY) {
            out->n_leads++;
            out->n_false_leads += !real;
        }
    }
    out->brier = out->n_sites > 0 ? squares / (double)out->n_sites : NAN;
    for (size_t i = 0; i < out->campaign->n_flights; i++)
        if (out->campaign->flight[i].done)
            after[n++] = out->campaign->flight[i].detected_after_s;
    out->median_detected_s = median(after, n);
    snprintf(out->summary, sizeof out->summary,
             "%zu of %zu hidden sites found; %zu of %zu leads (probability %g or more) false",
             out->n_hidden_found, out->n_hidden, out->n_false_leads, out->n_leads,
             VAHO_LEAD_PROBABILITY);
}

enum vaho_status vaho_after_action_make(struct vaho_after_action **out,
                                        const struct vaho_campaign *campaign,
                                        const struct vaho_truth *truth, struct vaho_error *error)
{
    struct reckoning r = {.out = vaho_alloc(1, sizeof *r.out), .error = error};
    double wind[VAHO_SCENARIO_MAX_FLIGHTS];
    size_t n_looks = truth->n_flights * truth->n_emitters;
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (r.out == NULL)
        return vaho_fail_memory(error, "the report of an exercise");
    r.out->campaign = campaign;
    r.out->truth = truth;
    r.out->look = vaho_alloc(n_looks, sizeof *r.out->look);
    r.out->emitter = vaho_alloc(truth->n_emitters, sizeof *r.out->emitter);
    if (r.out->look == NULL || r.out->emitter == NULL)
        status = vaho_fail_memory(error, "the report of an exercise");
    for (size_t i = 0; i < n_looks && status == VAHO_OK; i++)
        r.out->look[i] = (struct vaho_look){
            .outcome = VAHO_LOOK_TO_FLY, .limit_ppmm = NAN, .chance = NAN, .q_value = NAN};
    for (size_t i = 0; i < truth->n_flights; i++)
        wind[i] = truth->flight[i].wind_m_s;
    if (status == VAHO_OK)
        status = vaho_campaign_world_open(&r.made, campaign, truth, error);
    r.median_wind_m_s = median(wind, truth->n_flights);
    for (size_t i = 0; i < truth->n_flights && status == VAHO_OK; i++)
        if (campaign->flight[i].done)
            status = reckon_flight(&r, i);
    if (status == VAHO_OK)
        status = reckon_sites(&r);
    free(r.plume);
    vaho_campaign_world_free(&r.made);
    if (status != VAHO_OK) {
        vaho_after_action_free(r.out);
        return status;
    }
    count_all(r.out);
    *out = r.out;
    return VAHO_OK;
}

const char *vaho_after_action_summary(const struct vaho_after_action *report)
{
    return report->summary;
}

void vaho_after_action_free(struct vaho_after_action *report)
{
    if (report == NULL)
        return;
    free(report->look);
    free(report->emitter);
    free(report->site);
    free(report);
}
