/* after_action_json.c - the report for machines (docs/exercise.md) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "exercise/after_action_files.h"
#include "vaho/version.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *moment(double at_s)
{
    char at[VAHO_MOMENT_NBYTES];

    if (!isfinite(at_s))
        return json_null();
    vaho_moment_format(at, at_s);
    return json_string(at);
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *write_looks(const struct vaho_after_action *a, size_t emitter)
{
    const struct vaho_truth *t = a->truth;
    json_t *looks = json_array();

    for (size_t f = 0; f < t->n_flights; f++) {
        const struct vaho_look *look = &a->look[f * t->n_emitters + emitter];
        const struct vaho_truth_look *truth = &t->flight[f].look[emitter];
        json_array_append_new(
            looks,
            json_pack("{s:s, s:s, s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:o}", "flight",
                      t->flight[f].name, "outcome", vaho_look_outcome_name(look->outcome),
                      "mean_ppmm", number(truth->mean_ppmm), "peak_ppmm", number(truth->peak_ppmm),
                      "wind_m_s", t->flight[f].wind_m_s, "contrast_k", number(truth->contrast_k),
                      "limit_ppmm", number(look->limit_ppmm), "chance", number(look->chance),
                      "plume", text_or_null(look->plume), "q_value", number(look->q_value)));
    }
    return looks;
}

static json_t *write_emitters(const struct vaho_after_action *a)
{
    const struct vaho_truth *t = a->truth;
    json_t *emitters = json_array();

    for (size_t i = 0; i < t->n_emitters; i++) {
        const struct vaho_scored_emitter *e = &a->emitter[i];
        const struct vaho_scored_site *site = e->site != VAHO_NO_EMITTER ? &a->site[e->site] : NULL;
        double latency_s = e->first_found_s - e->first_look_s;
        json_array_append_new(
            emitters,
            json_pack("{s:s, s:s, s:s, s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                      t->emitter[i].name, "kind", after_action_kind(t->emitter[i].kind), "gas",
                      t->emitter[i].gas, "emission_kg_h", t->emitter[i].emission_kg_h,
                      "passes_emitting", (json_int_t)e->n_emitting, "passes_that_could",
                      (json_int_t)e->n_could, "passes_found", (json_int_t)e->n_found, "first_look",
                      moment(e->first_look_s), "first_found", moment(e->first_found_s),
                      "overflight_to_detection_s", number(latency_s), "site",
                      site != NULL ? json_string(site->name) : json_null(), "probability",
                      site != NULL ? json_real(site->probability) : json_null(), "looks",
                      write_looks(a, i)));
    }
    return emitters;
}

static json_t *write_sites(const struct vaho_after_action *a)
{
    json_t *sites = json_array();

    for (size_t i = 0; i < a->n_sites; i++) {
        const struct vaho_scored_site *s = &a->site[i];
        json_array_append_new(
            sites,
            json_pack(
                "{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "site",
                s->name, "gas", s->gas, "longitude", s->longitude_deg, "latitude", s->latitude_deg,
                "probability", s->probability, "active", s->active, "rank", s->rank, "plumes",
                (json_int_t)s->n_plumes, "truth", vaho_site_truth_name(s->truth), "emitter",
                s->emitter != VAHO_NO_EMITTER ? json_string(a->truth->emitter[s->emitter].name)
                                              : json_null(),
                "off_m", number(s->off_m), "known_source", text_or_null(s->known), "review",
                text_or_null(s->decision), "taken_in_to_confirmation_s",
                number(s->confirmed_s - s->taken_in_s)));
    }
    return sites;
}

static json_t *write_analysts(const struct vaho_after_action *a)
{
    json_t *analysts = json_array();

    for (size_t i = 0; i < a->n_analysts; i++) {
        const struct vaho_scored_analyst *p = &a->analyst[i];
        json_array_append_new(analysts, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "name", p->name,
                                                  "confirmed", (json_int_t)p->confirmed,
                                                  "confirmed_real", (json_int_t)p->confirmed_real,
                                                  "rejected", (json_int_t)p->rejected,
                                                  "rejected_real", (json_int_t)p->rejected_real,
                                                  "another_pass", (json_int_t)p->another_pass));
    }
    return analysts;
}

static json_t *write_bins(const struct vaho_after_action *a, int strength)
{
    json_t *bins = json_array();

    for (size_t i = 0; i < VAHO_N_BINS; i++) {
        const double *ends = strength ? VAHO_STRENGTH_BINS : VAHO_PROBABILITY_BINS;
        double from = i > 0 ? ends[i - 1] : 0;
        if (strength)
            json_array_append_new(bins,
                                  json_pack("{s:f, s:o, s:I, s:I, s:f}", "from", from, "to",
                                            number(ends[i]), "looks", (json_int_t)a->strength[i].n,
                                            "found", (json_int_t)a->strength[i].n_found, "expected",
                                            a->strength[i].expected));
        else
            json_array_append_new(
                bins, json_pack("{s:f, s:f, s:I, s:I, s:o}", "from", from, "to", ends[i], "sites",
                                (json_int_t)a->reliability[i].n, "real",
                                (json_int_t)a->reliability[i].n_real, "mean_stated",
                                number(a->reliability[i].stated / (double)a->reliability[i].n)));
    }
    return bins;
}

static json_t *write_passes(const struct vaho_after_action *a)
{
    json_t *passes = json_array();

    for (size_t k = 1; k <= a->truth->n_flights; k++) {
        size_t n = 0, found = 0;
        after_action_after_passes(&n, &found, a, k);
        if (n == 0)
            break;
        json_array_append_new(passes, json_pack("{s:I, s:I, s:I}", "passes", (json_int_t)k, "sites",
                                                (json_int_t)n, "found", (json_int_t)found));
    }
    return passes;
}

enum vaho_status after_action_write_json(const struct vaho_after_action *a, const char *at,
                                         const char *path, struct vaho_error *error)
{
    const struct vaho_campaign *c = a->campaign;
    json_t *root = json_pack(
        "{s:s, s:b, s:s, s:s, s:s, s:s, s:{s:s, s:b}, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, "
        "s:o, s:o, s:o, s:o, s:o, s:o}",
        "format", "vaho-after-action-1", "exercise", 1, "name", c->name, "created", c->created,
        "opened", at, "version", VAHO_VERSION, "truth", "sha256", c->truth_sha256,
        "is_the_recorded_one", 1, "flights", (json_int_t)c->n_flights, "flown",
        (json_int_t)c->n_done, "hidden", (json_int_t)a->n_hidden, "hidden_found",
        (json_int_t)a->n_hidden_found, "leads", (json_int_t)a->n_leads, "false_leads",
        (json_int_t)a->n_false_leads, "reviewed", (json_int_t)a->n_reviewed,
        "landing_to_detection_median_s", number(a->median_detected_s), "brier", number(a->brier),
        "by_strength", write_bins(a, 1), "by_passes", write_passes(a), "reliability",
        write_bins(a, 0), "analysts", write_analysts(a), "emitters", write_emitters(a), "sites",
        write_sites(a));
    char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    enum vaho_status status = text == NULL ? vaho_fail_memory(error, path)
                                           : vaho_file_write(path, text, strlen(text), error);

    json_decref(root);
    free(text);
    return status;
}
